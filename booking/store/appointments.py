"""Appointments and the five-minute claims beneath them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.domain.appointments import ARRIVED, BOOKED, CANCELLED, HOLDING
from booking.domain.places import Taken
from booking.domain.tickets import WAITING
from booking.domain.times import DAY, GRAIN, Span
from booking.store import models as m

a, v, c = m.Appointment.__table__.c, m.Visitor.__table__.c, m.Claim.__table__.c
topic, of_topic, staff, room, programme, ticket = (
    t.__table__.c for t in (m.Topic, m.TopicProgramme, m.Staff, m.Room, m.Programme, m.Ticket)
)
area, h, w = m.Area.__table__.c, m.Hold.__table__.c, m.WaitEntry.__table__.c


class Place(NamedTuple):
    """What is claimed together: a counsellor, perhaps an interpreter, and one of the `talks` that a room holds."""

    counsellor_id: int
    interpreter_id: int | None
    room_id: int
    talks: int


class Card(NamedTuple):
    """An appointment as its page shows it; no person. `topic` is its slug."""

    id: int
    centre_id: int
    carrier_id: int
    programme_id: int
    topic_id: int
    counsellor_id: int
    room_id: int
    state: str
    starts_at: datetime
    ends_at: datetime
    language: str
    interpreter: bool
    interpreter_id: int | None
    mode: str
    length: str
    needs: dict[str, Any]
    because: dict[str, Any]
    code: str | None
    sequence: int
    booked_at: datetime
    topic: str


class Line(NamedTuple):
    """An appointment in a list for staff; `name` only where the reader may see it, else None."""

    id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    code: str | None
    language: str
    interpreter: bool
    carrier_id: int
    counsellor_id: int
    counsellor: str
    room: str
    topic: dict[str, str]
    because: dict[str, Any]
    name: str | None


_TAKEN = union_all(
    select(a.id, a.counsellor_id, a.room_id, a.starts_at, a.busy_until, a.ends_at, a.interpreter_id).where(
        a.centre_id == bindparam("centre"),
        a.starts_at >= bindparam("starts"),
        a.starts_at < bindparam("ends"),
        a.state.in_(HOLDING),
    ),
    select(-h.id, h.counsellor_id, h.room_id, h.starts_at, h.busy_until, h.ends_at, h.interpreter_id).where(
        h.centre_id == bindparam("centre"),
        h.starts_at >= bindparam("starts"),
        h.starts_at < bindparam("ends"),
        h.expires_at > bindparam("now"),
    ),
)
_LAST_BOOKED = (
    select(a.counsellor_id, func.max(a.booked_at)).where(a.centre_id == bindparam("centre"),
    a.starts_at >= bindparam("starts")).group_by(a.counsellor_id).order_by(a.counsellor_id)
)  # fmt: skip
_CARD = select(*(a[name] for name in Card._fields[:-1]), topic.slug).join(m.Topic.__table__, topic.id == a.topic_id)
_BY_ID = _CARD.where(a.centre_id == bindparam("centre"), a.id == bindparam("appointment"))
_BY_LINK = _CARD.where(a.link_hash == bindparam("hash"))
_BY_CODE = select(a.id).where(a.centre_id == bindparam("centre"), a.code == bindparam("code"))
_WAITS_BY_CODE = select(w.id).where(w.centre_id == bindparam("centre"), w.code == bindparam("code"))
_CODE_TAKEN = union_all(_BY_CODE, _WAITS_BY_CODE)
_DROP_EXPIRED = delete(m.Claim).where(c.centre_id == bindparam("centre"), c.expires_at <= bindparam("now"))
_ADD, _CLAIM = insert(m.Appointment).returning(m.Appointment.id), insert(m.Claim)
LINE = (
    select(a.id, a.starts_at, a.ends_at, a.state, a.code, a.language, a.interpreter, a.carrier_id, a.counsellor_id,
           staff.name.label("counsellor"), room.name.label("room"), topic.name.label("topic"), a.because, v.name)
    .join(m.Staff.__table__, staff.id == a.counsellor_id)
    .join(m.Room.__table__, room.id == a.room_id)
    .join(m.Topic.__table__, topic.id == a.topic_id)
    .outerjoin(m.Visitor.__table__, v.appointment_id == a.id)
    .order_by(a.starts_at, a.id)
)  # fmt: skip


def taken(session: Session, centre_id: int, span: Span, now: datetime) -> list[Taken]:
    """Appointments that begin in the span and still have their place; and what is held now, with a negative id."""
    wanted = {"centre": centre_id, "starts": span.starts, "ends": span.ends, "now": now}
    rows = session.connection().execute(_TAKEN, wanted)
    return [Taken._make(row) for row in rows.all()]  # all at once: row by row takes half as long again


def last_booked(session: Session, centre_id: int, since: datetime) -> dict[int, datetime]:
    """When each counsellor was booked last, among the appointments that begin after `since`."""
    rows = session.connection().execute(_LAST_BOOKED, {"centre": centre_id, "starts": since})
    return {row[0]: row[1] for row in rows}


def code_exists(session: Session, centre_id: int, code: str) -> bool:
    """Of an appointment, or of somebody on the wait list, whose appointment it will be."""
    return session.connection().execute(_CODE_TAKEN, {"centre": centre_id, "code": code}).first() is not None


def add(session: Session, **values: Any) -> int:
    """A new appointment; answers its id."""
    return int(session.connection().execute(_ADD, values).scalar_one())


def claim(
    session: Session, centre_id: int, place: Place, span: Span, *, appointment_id: int | None = None,
    hold_id: int | None = None, expires_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Take every five minutes the span touches, in ascending order; False if one of them was taken.

    After a False the transaction can only be ended: a refused write ends it on PostgreSQL.
    """
    first = int(span.starts.timestamp()) // int(GRAIN.total_seconds())
    end = -(-int(span.ends.timestamp()) // int(GRAIN.total_seconds()))
    steps = range(first, end)
    people = [f"c{place.counsellor_id}"] + [f"i{place.interpreter_id}"] * (place.interpreter_id is not None)
    wanted = [(who, step) for who in people for step in steps] + _room_keys(session, centre_id, place, steps)
    rows = [
        {
            "resource": resource,
            "step": step,
            "centre_id": centre_id,
            "appointment_id": appointment_id,
            "hold_id": hold_id,
            "expires_at": expires_at,
        }
        for resource, step in sorted(wanted)
    ]
    try:
        session.connection().execute(_CLAIM, rows)
    except IntegrityError:
        return False
    return True


def _room_keys(session: Session, centre_id: int, place: Place, steps: range) -> list[tuple[str, int]]:
    """One key a place ("r3.0", "r3.1"); each five minutes take the first that is free, whichever that is."""
    keys = [f"r{place.room_id}.{n}" for n in range(place.talks)]
    held = set()
    if place.talks > 1:
        wanted = c.centre_id == centre_id, c.resource.in_(keys), c.step >= steps.start, c.step < steps.stop
        held = {
            (row.resource, row.step) for row in session.connection().execute(select(c.resource, c.step).where(*wanted))
        }
    return [(next((key for key in keys if (key, step) not in held), keys[0]), step) for step in steps]


def drop_expired(session: Session, centre_id: int, now: datetime) -> None:
    """Claims of holds that are over; whoever takes something does this first."""
    session.connection().execute(_DROP_EXPIRED, {"centre": centre_id, "now": now})


def release(session: Session, centre_id: int, appointment_id: int) -> bool:
    """Give back what an appointment claims; False if that was nothing."""
    claimed = delete(m.Claim).where(c.centre_id == centre_id, c.appointment_id == appointment_id)
    return session.connection().execute(claimed).rowcount > 0


def card(session: Session, centre_id: int, appointment_id: int) -> Card | None:
    row = session.connection().execute(_BY_ID, {"centre": centre_id, "appointment": appointment_id}).first()
    return Card._make(row) if row else None


def card_by_link(session: Session, link_hash: str) -> Card | None:
    row = session.connection().execute(_BY_LINK, {"hash": link_hash}).first()
    return Card._make(row) if row else None


def id_by_code(session: Session, centre_id: int, code: str) -> int | None:
    return session.connection().execute(_BY_CODE, {"centre": centre_id, "code": code}).scalar()


def card_by_code(session: Session, centre_id: int, code: str, last4: str) -> Card | None:
    """Code and the last four digits of the phone together; without a phone the code opens nothing online."""
    row = (
        session.connection()
        .execute(
            _CARD.join(m.Visitor.__table__, v.appointment_id == a.id).where(
                a.centre_id == centre_id, a.code == code, v.phone.like(f"%{last4}")
            )
        )
        .first()
    )
    return Card._make(row) if row else None


def change(session: Session, centre_id: int, appointment_id: int, old: str, new: str, **values: Any) -> bool:
    """One step: True if the appointment was in `old`, and is now in `new` with these values."""
    step = update(m.Appointment).where(a.centre_id == centre_id, a.id == appointment_id, a.state == old)
    return session.connection().execute(step.values(state=new, **values)).rowcount == 1


def between(session: Session, centre_id: int, span: Span, *, counsellor_id: int | None = None) -> list[Line]:
    """All but the cancelled appointments that begin in the span."""
    wanted = [a.centre_id == centre_id, a.starts_at >= span.starts, a.starts_at < span.ends, a.state != CANCELLED]
    if counsellor_id is not None:
        wanted.append(a.counsellor_id == counsellor_id)
    return [Line._make(row) for row in session.connection().execute(LINE.where(*wanted))]


def line(session: Session, centre_id: int, appointment_id: int) -> Line | None:
    row = session.connection().execute(LINE.where(a.centre_id == centre_id, a.id == appointment_id)).first()
    return Line._make(row) if row else None


class LeftOpen(NamedTuple):
    """An appointment that is past and not at its end; `ticket_state` None: nobody checked in."""

    id: int
    state: str
    ticket_state: str | None


def left_open(session: Session, centre_id: int, before: datetime) -> list[LeftOpen]:
    """Appointments that began before that instant and are still booked or arrived."""
    rows = (
        select(a.id, a.state, ticket.state.label("ticket_state"))
        .outerjoin(m.Ticket.__table__, ticket.appointment_id == a.id)
        .where(a.centre_id == centre_id, a.starts_at < before, a.state.in_(HOLDING))
        .order_by(a.starts_at, a.id)
    )
    return [LeftOpen._make(row) for row in session.connection().execute(rows)]


class Needed(NamedTuple):
    counsellor_id: int
    room_id: int
    starts_at: datetime
    busy_until: datetime


def rooms_needed(session: Session, centre_id: int, but_of: int, grace: Span, until: datetime) -> list[Needed]:
    """Rooms that appointments need from now (the grace's end) until then, the earliest first; but not her own.

    Of those that have begun: within the grace, or while their visitor waits.
    """
    waits = exists().where(ticket.appointment_id == a.id, ticket.state == WAITING)
    rows = session.connection().execute(
        select(a.counsellor_id, a.room_id, a.starts_at, a.busy_until).where(
            a.centre_id == centre_id, a.counsellor_id != but_of, a.starts_at > grace.ends - DAY,
            a.starts_at < until, a.busy_until > grace.ends,
            or_(and_(a.state == ARRIVED, waits), and_(a.state == BOOKED, a.starts_at > grace.starts)),
        ).order_by(a.starts_at, a.id)
    )  # fmt: skip
    return [Needed._make(row) for row in rows]
