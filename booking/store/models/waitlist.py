"""Who waits for a time to become free, and what she was offered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base
from booking.store.models.columns import centre, key, to


class WaitEntry(Base):
    """A wish for which nothing was free. Who waits stands in `visitor`, until the entry ends.

    `programmes`: the ids of those that serve her until `last_day`; what she said of her age is not kept. `state`:
    "waiting", "booked" (then `appointment_id`, which has its code and link), "withdrawn" or "over".
    """

    __tablename__ = "wait_entry"
    __table_args__ = (UniqueConstraint("centre_id", "code"), Index("wait_entry_state", "state", "centre_id"))
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    topic_id: Mapped[int] = to("topic.id")
    programmes: Mapped[list[int]]
    state: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(12))
    mode: Mapped[str] = mapped_column(String(10))
    length: Mapped[str] = mapped_column(String(10))
    needs: Mapped[dict[str, Any]]
    last_day: Mapped[date]
    code: Mapped[str | None] = mapped_column(String(8))
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    joined_at: Mapped[datetime]
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="SET NULL", index=True)


class WaitOffer(Base):
    """A time that became free, held for one entry until `answer_by`; never the same time twice.

    `state`: "open", "accepted", "declined", "lapsed", or "lost" (somebody or something of that place was gone).
    """

    __tablename__ = "wait_offer"
    __table_args__ = (
        UniqueConstraint("entry_id", "starts_at"),
        Index("one_offer_an_entry", "entry_id", unique=True,
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index("wait_offer_due", "state", "answer_by"),
    )  # fmt: skip
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    entry_id: Mapped[int] = to("wait_entry.id", ondelete="CASCADE")
    hold_id: Mapped[int | None] = to("hold.id", ondelete="SET NULL", index=True)
    state: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    offered_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
