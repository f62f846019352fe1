"""The outbox: messages, and what is known of the appointment and the person beside them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from booking.domain.reminders import (
    ACCEPTED,
    DELIVERED,
    DROPPED,
    DUE,
    FAILED,
    SUBMITTING,
    UNKNOWN,
    UNSENT,
    Counts,
    about,
    is_current,
)  # fmt: skip
from booking.domain.times import Span
from booking.store import models as m

message, step, a, v, centre, hold, waits, wait_offer = (
    t.__table__.c for t in (m.Message, m.Step, m.Appointment, m.Visitor, m.Centre, m.Hold, m.WaitEntry, m.WaitOffer)
)


class Ref(NamedTuple):
    id: int
    centre_id: int


class Entry(NamedTuple):
    """A message with what its text is made of; `phone` and `agreed` are None once the person is erased.

    `wait_offer_id`: of the wait list, without an appointment; `appointment_state` is then that of the offer.
    """

    id: int
    centre_id: int
    appointment_id: int | None
    key: str
    kind: str
    language: str
    state: str
    not_after: datetime
    submitting_since: datetime | None
    appointment_state: str
    sequence: int
    starts_at: datetime
    mode: str
    code: str | None
    phone: str | None
    agreed: datetime | None
    sms_name: str
    zone: str
    address: str
    centre_phone: str
    offered_at: datetime | None
    answer_by: datetime | None
    wait_offer_id: int | None


class Unsent(NamedTuple):
    id: int
    appointment_id: int
    kind: str
    language: str
    state: str
    error: str | None
    due_at: datetime
    starts_at: datetime
    code: str | None


_MESSAGE = (
    message.id, message.centre_id, message.appointment_id, message.key, message.kind, message.language, message.state,
    message.not_after, message.submitting_since,
)  # fmt: skip
_ENTRY: Select[Any] = (
    select(*_MESSAGE, a.state, a.sequence, a.starts_at, a.mode, a.code,
           v.phone, v.reminders_agreed, centre.sms_name, centre.zone, centre.address, centre.phone, hold.starts_at,
           hold.expires_at, message.wait_offer_id)
    .join(m.Appointment.__table__, a.id == message.appointment_id)
    .join(m.Centre.__table__, centre.id == message.centre_id)
    .outerjoin(m.Visitor.__table__, v.appointment_id == message.appointment_id)
    .outerjoin(m.Hold.__table__, and_(hold.appointment_id == message.appointment_id, hold.kind == "offer"))
)  # fmt: skip
_WAIT_ENTRY: Select[Any] = (
    select(*_MESSAGE, wait_offer.state, literal(0), wait_offer.starts_at, waits.mode, waits.code,
           v.phone, v.reminders_agreed, centre.sms_name, centre.zone, centre.address, centre.phone,
           wait_offer.starts_at, wait_offer.answer_by, message.wait_offer_id)
    .join(m.WaitOffer.__table__, wait_offer.id == message.wait_offer_id)
    .join(m.WaitEntry.__table__, waits.id == wait_offer.entry_id)
    .join(m.Centre.__table__, centre.id == message.centre_id)
    .outerjoin(m.Visitor.__table__, v.wait_entry_id == waits.id)
)  # fmt: skip
_SEQUENCE = select(m.Appointment.sequence).where(a.id == bindparam("appointment"))


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(m.Message), rows)


def sequence_of(session: Session, appointment_id: int) -> int:
    """How often an appointment was changed; part of its messages' keys."""
    return int(session.connection().execute(_SEQUENCE, {"appointment": appointment_id}).scalar_one())


def waiting(session: Session, now: datetime, limit: int) -> list[Ref]:
    """Due messages of all centres, the longest waiting first."""
    rows = select(message.id, message.centre_id).where(message.state == DUE, message.due_at <= now)
    return [Ref(*row) for row in session.execute(rows.order_by(message.due_at, message.id).limit(limit))]


def submitting_before(session: Session, instant: datetime) -> list[Ref]:
    rows = select(message.id, message.centre_id).where(message.state == SUBMITTING, message.submitting_since <= instant)
    return [Ref(*row) for row in session.execute(rows.order_by(message.submitting_since, message.id))]


def unknown_before(session: Session, instant: datetime, limit: int) -> list[Entry]:
    lost = message.state == UNKNOWN, message.submitting_since <= instant
    found = [
        Entry(*row) for rows in (_ENTRY, _WAIT_ENTRY)
        for row in session.execute(rows.where(*lost).order_by(message.id).limit(limit))
    ]  # fmt: skip
    return sorted(found)[:limit]


def entry(session: Session, message_id: int) -> Entry | None:
    one = message.id == message_id
    row = session.execute(_ENTRY.where(one)).first() or session.execute(_WAIT_ENTRY.where(one)).first()
    return Entry(*row) if row else None


def counts(session: Session, one: Entry, since: datetime) -> Counts:
    """What was given to the provider since then, for the caps; by number within the centre."""
    sent = select(func.count()).select_from(m.Message.__table__).where(message.submitting_since > since)
    of_booking, of_offer = message.appointment_id == one.appointment_id, message.wait_offer_id == one.wait_offer_id
    here = sent.where(of_offer if one.appointment_id is None else of_booking)
    hers = v.centre_id == one.centre_id, v.phone == one.phone
    booked = sent.join(m.Visitor.__table__, v.appointment_id == message.appointment_id).where(*hers)
    offered = (
        sent.join(m.WaitOffer.__table__, wait_offer.id == message.wait_offer_id)
        .join(m.Visitor.__table__, v.wait_entry_id == wait_offer.entry_id).where(*hers)
    )  # fmt: skip
    number = booked.scalar_subquery() + offered.scalar_subquery()
    row = session.execute(
        select(here.scalar_subquery(), here.where(message.kind == one.kind).scalar_subquery(), number)
    ).one()
    return Counts(*row)


def sent_since(session: Session, since: datetime) -> int:
    """What was given to the provider since then, by the whole installation."""
    return session.scalar(select(func.count(message.id)).where(message.submitting_since > since)) or 0


def state(session: Session, message_id: int) -> str | None:
    """None for a message that was erased with its appointment."""
    return session.execute(select(message.state).where(message.id == message_id)).scalar()


def move(session: Session, message_id: int, old: str, new: str, **values: Any) -> bool:
    """True if the message was in `old`, and is now in `new`."""
    rows = update(m.Message).where(message.id == message_id, message.state == old).values(state=new, **values)
    return bool(session.execute(rows).rowcount == 1)  # type: ignore[attr-defined]


def drop_all(
    session: Session, centre_id: int, appointment_ids: Iterable[int], states: Iterable[str], kind: str | None = None
) -> list[int]:  # fmt: skip
    """All of these appointments' messages (of that kind) that are in one of these states; answers their ids."""
    mine = [message.centre_id == centre_id, message.appointment_id.in_(tuple(appointment_ids))]
    if kind is not None:
        mine.append(message.kind == kind)
    rows = update(m.Message).where(*mine, message.state.in_(tuple(states))).values(state=DROPPED)
    return sorted(session.execute(rows.returning(m.Message.id)).scalars())


def due_again(session: Session, centre_id: int, ids: Iterable[int], state: str) -> None:
    """Messages that were dropped, as they were before."""
    rows = update(m.Message).where(message.centre_id == centre_id, message.id.in_(tuple(ids)))
    session.execute(rows.where(message.state == DROPPED).values(state=state))


def of_appointment(session: Session, appointment_id: int, states: Iterable[str]) -> list[Ref]:
    rows = select(message.id, message.centre_id).where(
        message.appointment_id == appointment_id, message.state.in_(tuple(states))
    )
    return [Ref(*row) for row in session.execute(rows.order_by(message.id))]


class Sent(NamedTuple):
    id: int
    kind: str
    state: str
    due_at: datetime


def of_wait_offer(session: Session, wait_offer_id: int, states: Iterable[str]) -> list[Ref]:
    rows = select(message.id, message.centre_id).where(
        message.wait_offer_id == wait_offer_id, message.state.in_(tuple(states))
    )
    return [Ref(*row) for row in session.execute(rows.order_by(message.id))]


def latest_of(session: Session, centre_id: int, kinds: Iterable[str]) -> dict[int, Sent]:
    """The last message of these kinds about the time that each appointment now has, by appointment id."""
    rows = (
        select(message.id, message.kind, message.state, message.due_at, message.appointment_id, message.key, a.sequence)
        .join(m.Appointment.__table__, a.id == message.appointment_id)
        .where(message.centre_id == centre_id, message.kind.in_(tuple(kinds)))
        .order_by(message.id)
    )
    return {
        row.appointment_id: Sent(row.id, row.kind, row.state, row.due_at)
        for row in session.execute(rows)
        if is_current(row.key, row.appointment_id, row.sequence)
    }


class Unmade(NamedTuple):
    """A message that nobody will ever send, and the time of the appointment it was about."""

    id: int
    span: Span


def unmade(session: Session, centre_id: int, kind: str, since: datetime) -> list[Unmade]:
    """Those of a kind (useless once the appointment begins) that were due since then, and are, or were withdrawn."""
    rows = (
        select(message.id, message.not_after, a.starts_at, a.ends_at)
        .join(m.Appointment.__table__, a.id == message.appointment_id)
        .where(message.centre_id == centre_id, message.kind == kind, message.state.in_((DUE, DROPPED)))
        .where(message.due_at > since)
    )
    return [Unmade(id_, Span(starts, starts + (end - begin))) for id_, starts, begin, end in session.execute(rows)]


def unmake(session: Session, centre_id: int, ids: Iterable[int]) -> None:
    """Messages that nobody will ever send: what they tell of is taken back."""
    mine = message.centre_id == centre_id, message.state.in_((DUE, DROPPED))
    session.execute(delete(m.Message).where(*mine, message.id.in_(tuple(ids))))


def tries(session: Session, message_id: int) -> int:
    """How often it was put off before."""
    rows = select(func.count(step.id)).where(step.message_id == message_id, step.name.in_(("later", "again")))
    return session.scalar(rows) or 0


def known(session: Session, provider_id: str) -> Ref | None:
    row = session.execute(select(message.id, message.centre_id).where(message.provider_id == provider_id)).first()
    return Ref(*row) if row else None


def unnamed(session: Session, message_id: int) -> Ref | None:
    """The message of that id, if no provider's id is known for it."""
    rows = select(message.id, message.centre_id).where(message.id == message_id, message.provider_id.is_(None))
    row = session.execute(rows).first()
    return Ref(*row) if row else None


def at_provider(session: Session, submitted_before: datetime, limit: int) -> list[tuple[Ref, str]]:
    """Messages of which the provider still keeps text and number: at their end, or accepted so long ago that no
    receipt will come."""
    over = or_(
        message.state.in_((DELIVERED, FAILED)),
        and_(message.state == ACCEPTED, message.submitting_since <= submitted_before),
    )
    rows = (
        select(message.id, message.centre_id, message.provider_id)
        .where(message.provider_id.is_not(None), over)
        .order_by(message.id).limit(limit)
    )  # fmt: skip
    return [(Ref(row[0], row[1]), row[2]) for row in session.execute(rows)]


def forget_provider_id(session: Session, message_id: int) -> None:
    session.execute(update(m.Message).where(message.id == message_id).values(provider_id=None))


def unsent(session: Session, centre_id: int, starting_after: datetime) -> list[Unsent]:
    """Messages that did not go out, or may not have, for appointments that begin after that instant.

    Only those that would still be true, and of people who are still known: nobody need be called about a time that was
    given back or moved since, and nobody can be whose number is erased.
    """
    found = (
        select(message.id, message.appointment_id, message.kind, message.language, message.state, message.error,
               message.due_at, a.starts_at, a.code, message.key, a.sequence, a.state)
        .join(m.Appointment.__table__, a.id == message.appointment_id)
        .join(m.Visitor.__table__, v.appointment_id == a.id)
        .where(message.centre_id == centre_id, message.state.in_(UNSENT), a.starts_at > starting_after)
        .order_by(a.starts_at, message.due_at, message.id)
    )  # fmt: skip
    return [
        one
        for *row, key, sequence, state in session.execute(found)
        if is_current(key, (one := Unsent(*row)).appointment_id, sequence) and state == about(one.kind)
    ]
