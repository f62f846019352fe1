"""Appointments, the claims beneath them, holds, cover, and the one table with names and phones of visitors."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key, to


class Appointment(Base):
    """The anonymous row that stays. Who came stands in `visitor`, until its erasure date.

    `carrier_id` is the lead carrier and never changes. `busy_until` is the end of the talk and its buffer. `mode`:
    "in_person", "phone" or "video"; `length`: "first", "follow_up" or "short"; `needs`: what was asked for and must be
    kept ("woman", "step_free", "people", "area"), never why; "changes_on": the day from which another programme answers
    for her, where her answer to the question about age has one.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("centre_id", "code"),
        Index("appointment_span", "centre_id", "starts_at"),
        CheckConstraint("starts_at < ends_at AND ends_at <= busy_until"),
    )
    id: Mapped[int] = key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    carrier_id: Mapped[int] = to("carrier.id")
    programme_id: Mapped[int] = to("programme.id")
    topic_id: Mapped[int] = to("topic.id")
    counsellor_id: Mapped[int] = to("staff.id", index=True)
    room_id: Mapped[int] = to("room.id")
    state: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy_until: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(12))
    interpreter: Mapped[bool]
    interpreter_id: Mapped[int | None] = to("interpreter.id")
    mode: Mapped[str] = mapped_column(String(10), default="in_person")
    length: Mapped[str] = mapped_column(String(10), default="first")
    needs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    because: Mapped[dict[str, Any]]
    code: Mapped[str | None] = mapped_column(String(8))
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    booked_at: Mapped[datetime]


class Hold(Base):
    """A place kept for somebody for a while. `kind`: "hold" (a form is being filled), "offer" (a new time that waits
    for a yes), "wait" (offered to the wait list) or "undo" (the old place of a cover, so that taking it back is exact).
    Over when `expires_at` has come.
    """

    __tablename__ = "hold"
    __table_args__ = (Index("hold_span", "centre_id", "starts_at"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(6))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    device_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="CASCADE", index=True)
    carrier_id: Mapped[int] = to("carrier.id")
    programme_id: Mapped[int] = to("programme.id")
    topic_id: Mapped[int] = to("topic.id")
    counsellor_id: Mapped[int] = to("staff.id")
    room_id: Mapped[int] = to("room.id")
    interpreter_id: Mapped[int | None] = to("interpreter.id")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy_until: Mapped[datetime]
    interpreter: Mapped[bool]
    because: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Claim(Base):
    """Five minutes of a counsellor ("c12"), a room ("r3") or an interpreter ("i5"): the constraint beneath the check.

    Of an appointment, or of a hold until it expires; the taker deletes expired ones. Purged once past.
    """

    __tablename__ = "claim"
    resource: Mapped[str] = mapped_column(String(24), primary_key=True)
    step: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    centre_id: Mapped[int] = centre()
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="CASCADE", index=True)
    hold_id: Mapped[int | None] = to("hold.id", ondelete="CASCADE", index=True)
    expires_at: Mapped[datetime | None]


class CoverPlan(Base):
    """What was done about absences, a closure, a lost room …; until `tell_at` nobody is told, and undo is exact."""

    __tablename__ = "cover_plan"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    cause: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int | None] = to("staff.id")
    applied_at: Mapped[datetime]
    tell_at: Mapped[datetime]


class CoverLine(Base):
    """One appointment of a plan: where it was, where it is now, and why. Lines of a `chain` hold or fall together.

    `action`: "colleague", "swap", "offer" (a new time that waits for a yes) or "cancel"; `state`: "applied", "undone"
    (nobody was told), "returned" (to its old place, after somebody was told), "accepted" or "lapsed" (of an offer), or
    "came" (she stood at the desk at her old time). `called_at`: ticked off the list of those whom no message reaches.
    """

    __tablename__ = "cover_line"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    plan_id: Mapped[int] = to("cover_plan.id", ondelete="CASCADE", index=True)
    appointment_id: Mapped[int] = to("appointment.id", ondelete="CASCADE", index=True)
    chain: Mapped[int]
    action: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    because: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    hold_id: Mapped[int | None] = to("hold.id", ondelete="SET NULL")
    called_at: Mapped[datetime | None]
    called_by: Mapped[int | None] = to("staff.id")


class CoverGrant(Base):
    """A colleague of another carrier sees this appointment's visitor, because it is hers now."""

    __tablename__ = "cover_grant"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(Id, ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = centre()
    at: Mapped[datetime]


class Visitor(Base):
    """The only place with a visitor's name and phone, for one appointment, of one carrier, until `erase_on`.

    Or for one entry of the wait list, of the centre, until it has become an appointment.
    `surrogate` stands for the person in the access log; erasing the row cuts that thread.
    """

    __tablename__ = "visitor"
    __table_args__ = (
        CheckConstraint("(appointment_id IS NULL) <> (wait_entry_id IS NULL)"),
        CheckConstraint("(appointment_id IS NULL) = (carrier_id IS NULL)"),
    )
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    carrier_id: Mapped[int | None] = to("carrier.id")
    appointment_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("appointment.id", ondelete="CASCADE"), unique=True
    )
    wait_entry_id: Mapped[int | None] = mapped_column(Id, ForeignKey("wait_entry.id", ondelete="CASCADE"), unique=True)
    surrogate: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    reminders_agreed: Mapped[datetime | None]
    match_agreed: Mapped[datetime | None]
    phone_key: Mapped[str | None] = mapped_column(String(64), index=True)
    erase_on: Mapped[date] = mapped_column(index=True)


class Repeat(Base):
    """The answer to an idempotency key, kept for a day. `salt` makes the same private link again, see steps/links."""

    __tablename__ = "repeat"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="CASCADE", index=True)
    ticket_id: Mapped[int | None] = to("ticket.id", ondelete="CASCADE", index=True)
    wait_entry_id: Mapped[int | None] = to("wait_entry.id", ondelete="CASCADE", index=True)
    salt: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)
