"""What the waiting room is told beside the calls: how long it takes, and what the house wants to say between them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key


class Forecast(Base):
    """The last forecast of a centre. `version`: of the board that it was made from.

    `lines`: minutes by ticket id, as domain/following reads them; "0" is whoever comes now. `busy`: somebody waited or
    was with a counsellor, so that it grows old by itself. `alone`: at most one counsellor was here. `full`: whoever
    comes now will probably not be helped before the day is over.
    """

    __tablename__ = "forecast"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime]
    busy: Mapped[bool]
    alone: Mapped[bool]
    full: Mapped[bool]
    lines: Mapped[dict[str, Any]]


class Promise(Base):
    """The first forecast for a number that waits, in minutes from `at` on; kept to be compared with what came."""

    __tablename__ = "promise"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = centre()
    at: Mapped[datetime]
    half: Mapped[float | None]
    most: Mapped[float | None]


class InfoPage(Base):
    """What a screen shows between calls, by language, until its last day."""

    __tablename__ = "info_page"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    words: Mapped[dict[str, str]]
    last_day: Mapped[date | None]
