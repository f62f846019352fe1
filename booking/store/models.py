"""Every table on one page. Every row belongs to a centre; names and phones of visitors stand in one table alone.

Texts for people are JSON by language: {"de": "...", "en": "...", "ar": "..."}. Times are aware UTC (UtcDateTime);
rosters are local weekdays (Monday is 0) and wall times.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id


def _key() -> Mapped[int]:
    return mapped_column(Id, primary_key=True, autoincrement=True)


def _centre() -> Mapped[int]:
    return mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), index=True)


def _to(column: str, *, ondelete: str | None = None, index: bool = False) -> Mapped[Any]:
    return mapped_column(Id, ForeignKey(column, ondelete=ondelete), index=index)


class Installation(Base):
    """One row: what kind of installation this is. `epoch` changes with every restore, so that screens start anew."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    practice: Mapped[bool]
    clock_ahead_seconds: Mapped[int] = mapped_column(default=0)


class Lease(Base):
    """Who does a piece of background work now, until when; `last_run` is what the watchdog looks at."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    last_run: Mapped[datetime | None]


class Centre(Base):
    __tablename__ = "centre"
    id: Mapped[int] = _key()
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]]
    sms_name: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(40))
    region: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(200))
    directions: Mapped[dict[str, str]]
    phone: Mapped[str] = mapped_column(String(40))
    step_free: Mapped[bool | None]
    languages: Mapped[list[str]]
    interpreted: Mapped[list[str]]
    interpreter_lead_minutes: Mapped[int]
    horizon_days: Mapped[int]
    lead_minutes: Mapped[int]
    start_every_minutes: Mapped[int]
    buffer_minutes: Mapped[int]
    min_present: Mapped[int]
    min_reachable: Mapped[int]
    erase_after_days: Mapped[int]


class Board(Base):
    """The version of the public snapshot, raised in every transaction that changes what screens show."""

    __tablename__ = "board"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Id)


class Carrier(Base):
    __tablename__ = "carrier"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    law: Mapped[str] = mapped_column(String(20))


class Partner(Base):
    """An outside service a visitor can be referred to."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))


class Programme(Base):
    """`refer_to`: who serves those whom the age rule leads elsewhere, where no programme here does."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    from_birthday: Mapped[int | None]
    before_birthday: Mapped[int | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    confidential: Mapped[bool]
    refer_to: Mapped[int | None] = _to("partner.id")


class Topic(Base):
    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    minutes: Mapped[int]
    position: Mapped[int]
    offered: Mapped[bool] = mapped_column(default=True)


class TopicProgramme(Base):
    __tablename__ = "topic_programme"
    topic_id: Mapped[int] = mapped_column(Id, ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = _centre()


class Room(Base):
    """`kind`: "office" (one talk at a time, however many share it), "group" or "waiting"."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    seats: Mapped[int]
    step_free: Mapped[bool | None]
    quiet: Mapped[bool]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class Hours(Base):
    __tablename__ = "hours"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    walk_in: Mapped[bool]


class Closure(Base):
    """The centre shut; with a carrier, only that carrier's staff are away. First and last day included."""

    __tablename__ = "closure"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    carrier_id: Mapped[int | None] = _to("carrier.id", ondelete="CASCADE")
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(80))


class Staff(Base):
    """A personal account. Without `secret_since` (the secrecy commitment's date) or a password nobody signs in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("centre_id", "login"),)
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    carrier_id: Mapped[int | None] = _to("carrier.id")
    login: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    secret_since: Mapped[date | None]
    duty: Mapped[bool]
    contract_minutes: Mapped[int]
    api_allowed: Mapped[bool] = mapped_column(default=False)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class StaffProgramme(Base):
    __tablename__ = "staff_programme"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = _centre()


class StaffLanguage(Base):
    __tablename__ = "staff_language"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    centre_id: Mapped[int] = _centre()


class StaffRoom(Base):
    """The rooms a counsellor may use, in her order."""

    __tablename__ = "staff_room"
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[int] = mapped_column(Id, ForeignKey("room.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    centre_id: Mapped[int] = _centre()


class Shift(Base):
    __tablename__ = "shift"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int] = _to("staff.id", ondelete="CASCADE")
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Absence(Base):
    __tablename__ = "absence"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int] = _to("staff.id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Appointment(Base):
    """The anonymous row that stays. Who came stands in `visitor`, until its erasure date.

    `carrier_id` is the lead carrier and never changes. `busy_until` is the end of the talk and its buffer.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("centre_id", "code"),
        Index("appointment_span", "centre_id", "starts_at"),
        CheckConstraint("starts_at < ends_at AND ends_at <= busy_until"),
    )
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    carrier_id: Mapped[int] = _to("carrier.id")
    programme_id: Mapped[int] = _to("programme.id")
    topic_id: Mapped[int] = _to("topic.id")
    counsellor_id: Mapped[int] = _to("staff.id", index=True)
    room_id: Mapped[int] = _to("room.id")
    state: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy_until: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(12))
    interpreter: Mapped[bool]
    because: Mapped[dict[str, Any]]
    code: Mapped[str | None] = mapped_column(String(8))
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    booked_at: Mapped[datetime]


class Claim(Base):
    """Five minutes of a counsellor ("c12") or a room ("r3"): the constraint beneath the check. Purged once past."""

    __tablename__ = "claim"
    resource: Mapped[str] = mapped_column(String(24), primary_key=True)
    step: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    centre_id: Mapped[int] = _centre()
    appointment_id: Mapped[int] = _to("appointment.id", ondelete="CASCADE", index=True)


class Visitor(Base):
    """The only place with a visitor's name and phone, for one appointment, of one carrier, until `erase_on`.

    `surrogate` stands for the person in the access log; erasing the row cuts that thread.
    """

    __tablename__ = "visitor"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    carrier_id: Mapped[int] = _to("carrier.id")
    appointment_id: Mapped[int] = mapped_column(Id, ForeignKey("appointment.id", ondelete="CASCADE"), unique=True)
    surrogate: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    reminders_agreed: Mapped[datetime | None]
    erase_on: Mapped[date] = mapped_column(index=True)


class Ticket(Base):
    """Today's number for anyone waiting. `counsellor_id` and `room_id`: where it is called to."""

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
    )  # fmt: skip
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    day: Mapped[date]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    language: Mapped[str | None] = mapped_column(String(12))
    programme_id: Mapped[int | None] = _to("programme.id")
    appointment_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("appointment.id", ondelete="CASCADE"), unique=True
    )
    bound_to: Mapped[int | None] = _to("staff.id")
    due_at: Mapped[datetime | None]
    taken_at: Mapped[datetime]
    counsellor_id: Mapped[int | None] = _to("staff.id")
    room_id: Mapped[int | None] = _to("room.id")
    calls: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Series(Base):
    """How far a day's numbers have come: the first was drawn, `given` counts."""

    __tablename__ = "series"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    first: Mapped[int]
    given: Mapped[int]


class Message(Base):
    """One SMS. Its text and the number are read when it is sent, never stored here."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("centre_id", "key"), Index("message_due", "state", "due_at"))
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    appointment_id: Mapped[int] = _to("appointment.id", ondelete="CASCADE", index=True)
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
    """What happened: every step of a ticket, an appointment or a message, with when, by whom and through which door."""

    __tablename__ = "step"
    __table_args__ = (
        CheckConstraint(
            "(ticket_id IS NOT NULL AND appointment_id IS NULL AND message_id IS NULL)"
            " OR (ticket_id IS NULL AND appointment_id IS NOT NULL AND message_id IS NULL)"
            " OR (ticket_id IS NULL AND appointment_id IS NULL AND message_id IS NOT NULL)"
        ),
    )
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    ticket_id: Mapped[int | None] = _to("ticket.id", ondelete="CASCADE", index=True)
    appointment_id: Mapped[int | None] = _to("appointment.id", ondelete="CASCADE", index=True)
    message_id: Mapped[int | None] = _to("message.id", ondelete="CASCADE", index=True)
    name: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = _to("staff.id")
    door: Mapped[str] = mapped_column(String(12))


class Repeat(Base):
    """The answer to an idempotency key, kept for a day. `salt` makes the same private link again, see steps/links."""

    __tablename__ = "repeat"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    appointment_id: Mapped[int | None] = _to("appointment.id", ondelete="CASCADE", index=True)
    ticket_id: Mapped[int | None] = _to("ticket.id", ondelete="CASCADE", index=True)
    salt: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)


class StaffSession(Base):
    """A signed-in browser; the cookie holds the secret, the row its hash (S1)."""

    __tablename__ = "staff_session"
    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int] = _to("staff.id", ondelete="CASCADE", index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class StaffToken(Base):
    """For the JSON door; only for accounts with `api_allowed`."""

    __tablename__ = "staff_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int] = _to("staff.id", ondelete="CASCADE", index=True)
    issued_at: Mapped[datetime]


class SignInLink(Base):
    """A link that signs in: once, to set a password; in practice as often as wanted."""

    __tablename__ = "sign_in_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int] = _to("staff.id", ondelete="CASCADE", index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    many_times: Mapped[bool]


class Screen(Base):
    """A waiting-room screen. Before it is paired it only has a pairing code; `token_hash` is what it shows later."""

    __tablename__ = "screen"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Pairing(Base):
    """A screen that shows six digits and waits for staff to type them. Of no centre until then."""

    __tablename__ = "pairing"
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    centre_id: Mapped[int | None] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"))
    screen_id: Mapped[int | None] = _to("screen.id", ondelete="CASCADE")


class Look(Base):
    """Who looked at, or changed, what. A visitor is a surrogate here, never a name; kept twelve months."""

    __tablename__ = "look"
    id: Mapped[int] = _key()
    centre_id: Mapped[int] = _centre()
    staff_id: Mapped[int | None] = _to("staff.id")
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(40))
    surrogate: Mapped[str | None] = mapped_column(String(64))
