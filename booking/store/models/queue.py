"""Today's numbers, messages, what happened, and the screens."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key, to

TAG_BYTES = 8


class Ticket(Base):
    """Today's number for anyone waiting. `counsellor_id` and `room_id`: where it is called to.

    `tag`: what its own page knows it by in the public snapshot; opens nothing. `voice`: the language in which the
    number is also called aloud, because she chose it.
    `since`: from when its minutes count, and `raised`: more than others (domain/queue); while it is parked they stand
    still at `parked_at`. `carrier_id`, `bound_to`: whom a transfer left it to. `referred_to`: a partner's slug.
    `tapped`: the figures of its talk are given, in rows that do not name it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("centre_id", "day", "number"),
        Index("ticket_waiting", "centre_id", "day", "state"),
        Index("one_ticket_a_counsellor", "centre_id", "counsellor_id", unique=True,
              sqlite_where=text("state IN ('called', 'in_talk')"),
              postgresql_where=text("state IN ('called', 'in_talk')")),
        Index("one_ticket_a_room", "room_id", unique=True,
              sqlite_where=text("state IN ('called', 'in_talk')"),
              postgresql_where=text("state IN ('called', 'in_talk')")),
        CheckConstraint("state <> 'waiting' OR (counsellor_id IS NULL AND called_at IS NULL)"),
        CheckConstraint("(state = 'parked') = (parked_at IS NOT NULL)"),
        CheckConstraint("(state = 'referred') = (referred_to IS NOT NULL)"),
    )  # fmt: skip
    id: Mapped[int] = key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    day: Mapped[date]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    language: Mapped[str | None] = mapped_column(String(12))
    programme_id: Mapped[int | None] = to("programme.id")
    appointment_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("appointment.id", ondelete="CASCADE"), unique=True
    )
    carrier_id: Mapped[int | None] = to("carrier.id")
    bound_to: Mapped[int | None] = to("staff.id")
    due_at: Mapped[datetime | None]
    taken_at: Mapped[datetime]
    since: Mapped[datetime] = mapped_column(default=lambda context: context.get_current_parameters()["taken_at"])
    needs: Mapped[list[str]] = mapped_column(default=list)
    deadline_today: Mapped[bool] = mapped_column(default=False)
    raised: Mapped[bool] = mapped_column(default=False)
    counsellor_id: Mapped[int | None] = to("staff.id")
    room_id: Mapped[int | None] = to("room.id")
    calls: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tag: Mapped[str] = mapped_column(String(12), unique=True, default=lambda: secrets.token_urlsafe(TAG_BYTES))
    voice: Mapped[str | None] = mapped_column(String(12))
    parked_at: Mapped[datetime | None]
    returned: Mapped[bool] = mapped_column(default=False)
    referred_to: Mapped[str | None] = mapped_column(String(40))
    tapped: Mapped[bool] = mapped_column(default=False)


class Figure(Base):
    """What a counsellor tapped after a talk, for the figures: of a day, never of a person or a number."""

    __tablename__ = "figure"
    __table_args__ = (Index("figure_day", "centre_id", "day"), CheckConstraint("people BETWEEN 1 AND 20"))
    id: Mapped[int] = key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    day: Mapped[date]
    topic: Mapped[str | None] = mapped_column(String(40))
    people: Mapped[int]
    first: Mapped[bool | None]
    area: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(12))
    interpreter: Mapped[bool | None]


class Series(Base):
    """How far a day's numbers have come: the first was drawn, `given` counts."""

    __tablename__ = "series"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    first: Mapped[int]
    given: Mapped[int]


class Message(Base):
    """One SMS, of an appointment or of an offer to the wait list. Its text and the number are read when it is sent,
    never stored here."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("centre_id", "key"),
        Index("message_due", "state", "due_at"),
        CheckConstraint("(appointment_id IS NULL) <> (wait_offer_id IS NULL)"),
    )
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="CASCADE", index=True)
    wait_offer_id: Mapped[int | None] = to("wait_offer.id", ondelete="CASCADE", index=True)
    key: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    submitting_since: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    error: Mapped[str | None] = mapped_column(String(20))


class Step(Base):
    """What happened: every step of a ticket, an appointment or a message, with when, by whom and through which door.

    `before`: what a ticket was, for taking the step back within seconds; then it is `undone`, and says so for good.
    `reason`: why the desk called this one.
    """

    __tablename__ = "step"
    __table_args__ = (
        CheckConstraint(
            "(ticket_id IS NOT NULL AND appointment_id IS NULL AND message_id IS NULL)"
            " OR (ticket_id IS NULL AND appointment_id IS NOT NULL AND message_id IS NULL)"
            " OR (ticket_id IS NULL AND appointment_id IS NULL AND message_id IS NOT NULL)"
        ),
    )
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    ticket_id: Mapped[int | None] = to("ticket.id", ondelete="CASCADE", index=True)
    appointment_id: Mapped[int | None] = to("appointment.id", ondelete="CASCADE", index=True)
    message_id: Mapped[int | None] = to("message.id", ondelete="CASCADE", index=True)
    name: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = to("staff.id")
    door: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(20))
    before: Mapped[dict[str, Any] | None]
    undone: Mapped[bool] = mapped_column(default=False)


class Screen(Base):
    """A screen or a kiosk (`kind`) that staff have let in; before, there is only a Pairing. `token_hash` is of what it
    shows from then on: nobody's, until it fetches its token.

    Of a kiosk: `prints` its numbers by itself; `vacant`: nobody is at the desk, and it takes all arrivals.
    """

    __tablename__ = "screen"
    __table_args__ = (CheckConstraint("kind = 'kiosk' OR (NOT prints AND NOT vacant)"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    kind: Mapped[str] = mapped_column(String(6), default="screen")
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    prints: Mapped[bool] = mapped_column(default=False)
    vacant: Mapped[bool] = mapped_column(default=False)


class Pairing(Base):
    """A screen or a kiosk that shows six digits and waits for staff to type them. Of no centre until then."""

    __tablename__ = "pairing"
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(6), default="screen")
    expires_at: Mapped[datetime]
    centre_id: Mapped[int | None] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    screen_id: Mapped[int | None] = to("screen.id", ondelete="CASCADE")
