"""Who works here: accounts, what they can do, their rosters and absences; interpreters; who may open what."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key, to


class Staff(Base):
    """A personal account. Without `secret_since` (the secrecy commitment's date) or a password nobody signs in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("centre_id", "login"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    carrier_id: Mapped[int | None] = to("carrier.id")
    login: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    secret_since: Mapped[date | None]
    duty: Mapped[bool]
    contract_minutes: Mapped[int]
    woman: Mapped[bool | None]
    calendar_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    api_allowed: Mapped[bool] = mapped_column(default=False)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class StaffProgramme(Base):
    __tablename__ = "staff_programme"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = centre()


class StaffLanguage(Base):
    __tablename__ = "staff_language"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    centre_id: Mapped[int] = centre()


class StaffRoom(Base):
    """The rooms a counsellor may use, in her order."""

    __tablename__ = "staff_room"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[int] = mapped_column(Id, ForeignKey("room.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    centre_id: Mapped[int] = centre()


class Interpreter(Base):
    """Somebody who can be booked along, at her own hours. (A service by telephone is the centre's `interpreted`.)"""

    __tablename__ = "interpreter"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    languages: Mapped[list[str]]
    woman: Mapped[bool | None]
    lead_minutes: Mapped[int]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class InterpreterHours(Base):
    __tablename__ = "interpreter_hours"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    interpreter_id: Mapped[int] = to("interpreter.id", ondelete="CASCADE", index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class Shift(Base):
    """One line of a weekly pattern. `kind`: "talks", "admin" (in the house, no talks), "outreach" (working elsewhere)
    or "break". Every `every_weeks`-th week, counted from the week of `valid_from`."""

    __tablename__ = "shift"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE")
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    kind: Mapped[str] = mapped_column(String(10), default="talks")
    every_weeks: Mapped[int] = mapped_column(default=1)
    site_id: Mapped[int | None] = to("site.id")


class DayShift(Base):
    """One person's single day: if there is a row, the day's rows stand for the weekly pattern. Kind "off": no work."""

    __tablename__ = "day_shift"
    __table_args__ = (Index("day_shift_day", "centre_id", "day"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE")
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    starts: Mapped[time | None]
    ends: Mapped[time | None]


class Absence(Base):
    """`kind`: "sick" is a fact and always saved; "leave" and "training" are plans."""

    __tablename__ = "absence"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class GapOverride(Base):
    """A lead has let a plan leave the centre empty in this span; it stands by the gap until that is closed.

    `closed_at`: when a change closed the gap. A new one at the same time has to be let anew.
    """

    __tablename__ = "gap_override"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    rule: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = to("staff.id")
    at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser; the cookie holds the secret, the row its hash (S1)."""

    __tablename__ = "staff_session"
    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE", index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class StaffToken(Base):
    """For the JSON door; only for accounts with `api_allowed`."""

    __tablename__ = "staff_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE", index=True)
    issued_at: Mapped[datetime]


class SignInLink(Base):
    """A link that signs in: once, to set a password; in practice as often as wanted."""

    __tablename__ = "sign_in_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int] = to("staff.id", ondelete="CASCADE", index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    many_times: Mapped[bool]


class Look(Base):
    """Who looked at, or changed, what. A visitor is a surrogate here, never a name; kept twelve months."""

    __tablename__ = "look"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    staff_id: Mapped[int | None] = to("staff.id")
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(40))
    surrogate: Mapped[str | None] = mapped_column(String(64))
