"""Tickets, the day's series of numbers, and the public snapshot."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.domain.appointments import CANCELLED
from booking.domain.queue import Waiting
from booking.domain.tickets import CURRENT, DONE, NOT_IN_THE_ROOM, OPEN, WAITING
from booking.store import models as m

t, s = m.Ticket.__table__.c, m.Series.__table__.c
staff, room, programme = m.Staff.__table__.c, m.Room.__table__.c, m.Programme.__table__.c


class TicketRow(NamedTuple):
    id: int
    centre_id: int
    day: date
    number: int
    kind: str
    state: str
    language: str | None
    needs: list[str]
    deadline_today: bool
    raised: bool
    programme_id: int | None
    carrier_id: int | None
    appointment_id: int | None
    bound_to: int | None
    due_at: datetime | None
    since: datetime
    counsellor_id: int | None
    room_id: int | None
    calls: int
    taken_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    parked_at: datetime | None
    returned: bool
    referred_to: str | None
    tapped: bool
    tag: str
    voice: str | None
    room: str | None

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.id, self.number, self.programme_id, self.bound_to, self.due_at, self.since, self.kind,
                       self.raised, self.language, self.carrier_id)  # fmt: skip


class CurrentLine(NamedTuple):
    id: int
    number: int
    kind: str
    state: str
    language: str | None
    programme: dict[str, str] | None
    counsellor_id: int
    counsellor: str
    room_id: int
    room: str
    calls: int
    called_at: datetime
    started_at: datetime | None


class Current(NamedTuple):
    """A ticket that holds its counsellor and its room."""

    id: int
    day: date
    number: int
    state: str
    counsellor_id: int
    room_id: int
    appointment_id: int | None
    called_at: datetime


class Booked(NamedTuple):
    """The place that was booked for the visitor behind a ticket."""

    room_id: int
    starts_at: datetime
    ends_at: datetime
    counsellor_id: int
    interpreter_id: int | None
    busy_until: datetime
    talks: int


class PublicCall(NamedTuple):
    """What a screen may know of a call. `voice`: a language beside German, if she chose to be called in it."""

    number: int
    room: str
    calls: int
    called_at: datetime
    voice: str | None


class PublicState(NamedTuple):
    """The installation's epoch, the version of the centre's board, and how many wait."""

    epoch: str
    version: int
    waiting: int


_TICKET = select(*(t[name] for name in TicketRow._fields[:-1]), room.name).outerjoin(
    m.Room.__table__, room.id == t.room_id
)
_BY_ID = _TICKET.where(t.centre_id == bindparam("centre"), t.id == bindparam("ticket"))
_BY_TAG = _TICKET.where(t.tag == bindparam("tag"))
_OF_APPOINTMENT = _TICKET.where(t.centre_id == bindparam("centre"), t.appointment_id == bindparam("appointment"))
_ADD, _NEW_SERIES = insert(m.Ticket).returning(m.Ticket.id), insert(m.Series)
_COUNT_UP = (
    update(m.Series)
    .where(s.centre_id == bindparam("centre"), s.day == bindparam("of"))
    .values(given=m.Series.given + 1)
    .returning(m.Series.first, m.Series.given)
)
_BOOKED = (
    select(*(m.Appointment.__table__.c[name] for name in Booked._fields[:-1]), room.talks)
    .join(m.Room.__table__, room.id == m.Appointment.room_id)
    .join(m.Ticket, m.Ticket.appointment_id == m.Appointment.id)
    .where(t.centre_id == bindparam("centre"), t.id == bindparam("ticket"), m.Appointment.state != CANCELLED)
)
_QUEUE = (
    select(*(t[name] for name in Waiting._fields))
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state == WAITING)
    .order_by(t.id)
)
_TAGS = select(t.id, t.tag).where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state == WAITING)
_CURRENT = (
    select(t.id, t.number, t.kind, t.state, t.language, programme.name.label("programme"), t.counsellor_id,
           staff.name.label("counsellor"), t.room_id, room.name.label("room"), t.calls, t.called_at, t.started_at)
    .join(m.Staff.__table__, staff.id == t.counsellor_id)
    .join(m.Room.__table__, room.id == t.room_id)
    .outerjoin(m.Programme.__table__, programme.id == t.programme_id)
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state.in_(CURRENT))
    .order_by(t.called_at, t.id)
)  # fmt: skip
# The states stand in the statement itself: only then does a database see that the small index of those will do.
_ALL_CURRENT = (
    select(*(t[name] for name in Current._fields))
    .where(
        t.centre_id == bindparam("centre"),
        t.state.in_(bindparam("current", CURRENT, expanding=True, literal_execute=True)),
    )
    .order_by(t.id)
)
_CALLS = (
    select(t.number, room.name, t.calls, t.called_at, t.voice)
    .join(m.Room.__table__, room.id == t.room_id)
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.called_at.is_not(None),
           t.state.in_((*CURRENT, DONE)), t.kind.not_in(NOT_IN_THE_ROOM))
    .order_by(t.called_at.desc(), t.id.desc())
    .limit(4)
)  # fmt: skip
_STATE = select(
    select(m.Installation.epoch).scalar_subquery().label("epoch"),
    select(m.Board.version).where(m.Board.centre_id == bindparam("centre")).scalar_subquery().label("version"),
    select(func.count())
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state == WAITING,
           t.kind.not_in(NOT_IN_THE_ROOM))
    .scalar_subquery()
    .label("waiting"),
)  # fmt: skip


def next_number(session: Session, centre_id: int, day: date, drawn: int) -> tuple[int, int]:
    """(first, given before) of the day's series, which this counts up; a new day begins at the drawn number."""
    counted = session.connection().execute(_COUNT_UP, {"centre": centre_id, "of": day}).first()
    if counted is None:
        row = {"centre_id": centre_id, "day": day, "first": drawn, "given": 1}
        session.connection().execute(_NEW_SERIES, row)
        return drawn, 0
    return counted.first, counted.given - 1


def add(session: Session, **values: Any) -> int:
    """A new ticket; answers its id."""
    return int(session.connection().execute(_ADD, values).scalar_one())


def ticket(session: Session, centre_id: int, ticket_id: int) -> TicketRow | None:
    row = session.connection().execute(_BY_ID, {"centre": centre_id, "ticket": ticket_id}).first()
    return TicketRow._make(row) if row else None


def by_tag(session: Session, tag: str) -> TicketRow | None:
    """Of any centre and day: for whoever has shown that the ticket is hers."""
    row = session.connection().execute(_BY_TAG, {"tag": tag}).first()
    return TicketRow._make(row) if row else None


def of_appointment(session: Session, centre_id: int, appointment_id: int) -> TicketRow | None:
    wanted = {"centre": centre_id, "appointment": appointment_id}
    row = session.connection().execute(_OF_APPOINTMENT, wanted).first()
    return TicketRow._make(row) if row else None


def id_by_number(session: Session, centre_id: int, day: date, number: int) -> int | None:
    wanted = select(t.id).where(t.centre_id == centre_id, t.day == day, t.number == number)
    return session.connection().execute(wanted).scalar()


def queue(session: Session, centre_id: int, day: date) -> list[Waiting]:
    rows = session.connection().execute(_QUEUE, {"centre": centre_id, "day": day})
    return [Waiting._make(row) for row in rows]


def tags(session: Session, centre_id: int, day: date) -> dict[int, str]:
    """What each waiting ticket is known by in public, by its id."""
    rows = session.connection().execute(_TAGS, {"centre": centre_id, "day": day})
    return {row.id: row.tag for row in rows}


def current(session: Session, centre_id: int, day: date) -> list[CurrentLine]:
    return [CurrentLine._make(row) for row in session.connection().execute(_CURRENT, {"centre": centre_id, "day": day})]


def all_current(session: Session, centre_id: int) -> list[Current]:
    """Every ticket that is called or in a talk, also of an earlier day."""
    return [Current._make(row) for row in session.connection().execute(_ALL_CURRENT, {"centre": centre_id})]


def left_open(session: Session, centre_id: int, before: date) -> list[TicketRow]:
    """Tickets of days before that one which are not at their end."""
    rows = _TICKET.where(t.centre_id == centre_id, t.day < before, t.state.in_(OPEN))
    return [TicketRow._make(row) for row in session.connection().execute(rows.order_by(t.id))]


def booked(session: Session, centre_id: int, ticket_id: int) -> Booked | None:
    """None for a walk-in, and for who came although her appointment had been put off."""
    row = session.connection().execute(_BOOKED, {"centre": centre_id, "ticket": ticket_id}).first()
    return Booked._make(row) if row else None


def change(session: Session, centre_id: int, ticket_id: int, old: str, new: str, **values: Any) -> bool:
    """One step: True if the ticket was in `old`, and is now in `new`; False if somebody was first, or has the room.

    After a False the transaction can only be ended: a refused write ends it on PostgreSQL.
    """
    step = update(m.Ticket).where(t.centre_id == centre_id, t.id == ticket_id, t.state == old)
    try:
        return session.connection().execute(step.values(state=new, **values)).rowcount == 1
    except IntegrityError:
        return False


def set_voice(session: Session, centre_id: int, ticket_id: int, voice: str | None) -> None:
    session.execute(update(m.Ticket).where(t.centre_id == centre_id, t.id == ticket_id).values(voice=voice))


def public_calls(session: Session, centre_id: int, day: date) -> list[PublicCall]:
    """The last four calls of the day, newest first."""
    return [PublicCall._make(row) for row in session.connection().execute(_CALLS, {"centre": centre_id, "day": day})]


def public_state(session: Session, centre_id: int, day: date) -> PublicState:
    row = session.connection().execute(_STATE, {"centre": centre_id, "day": day}).one()
    return PublicState(row.epoch or "", row.version or 0, row.waiting)
