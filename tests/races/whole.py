"""Looks for halves: a part of a booking, a call or a number without the rest of it."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Select, String, cast, func, select, text
from sqlalchemy.orm import Session

from booking.domain import appointments, tickets
from booking.domain.errors import Refusal
from booking.domain.times import GRAIN
from booking.store import models as m
from booking.store.appointments import HOLDING

_CLAIMED = (
    select(m.Appointment.id, m.Appointment.state, m.Appointment.starts_at, m.Appointment.busy_until,
           func.count(m.Claim.resource).label("claims"))
    .outerjoin(m.Claim, m.Claim.appointment_id == m.Appointment.id)
    .group_by(m.Appointment.id)
)  # fmt: skip
_STRAY_CLAIM = (
    select(m.Claim.resource, m.Claim.step)
    .outerjoin(m.Appointment, m.Appointment.id == m.Claim.appointment_id)
    .where(
        (m.Appointment.id.is_(None) & m.Claim.hold_id.is_(None))
        | (m.Claim.resource != "c" + cast(m.Appointment.counsellor_id, String))
        & ~m.Claim.resource.startswith("r" + cast(m.Appointment.room_id, String) + ".")
        & (
            m.Appointment.interpreter_id.is_(None)
            | (m.Claim.resource != "i" + cast(m.Appointment.interpreter_id, String))
        )
    )
)
_AGREED = select(m.Visitor.appointment_id).where(m.Visitor.reminders_agreed.is_not(None))
_MESSAGES = select(m.Message.appointment_id)
# The steps that lead to a state, after "booked"; moving leads nowhere.
_PATHS = {
    appointments.BOOKED: [], appointments.CANCELLED: ["cancelled"], appointments.ARRIVED: ["arrived"],
    appointments.DONE: ["arrived", "done"], appointments.MISSED: ["arrived", "missed"],
}  # fmt: skip
# What must find nothing.
_NOTHING: dict[str, Select[tuple[int]]] = {
    "reminders agreed to, and no message": _AGREED.where(m.Visitor.appointment_id.not_in(_MESSAGES)),
    "a message without its visitor": _MESSAGES.where(m.Message.appointment_id.not_in(_AGREED)),
    "an appointment that no key or two keys made": select(m.Appointment.id)
    .outerjoin(m.Repeat, m.Repeat.appointment_id == m.Appointment.id)
    .group_by(m.Appointment.id)
    .having(func.count(m.Repeat.key_hash) != 1),
    "a number that no key or two keys made": select(m.Ticket.id)
    .outerjoin(m.Repeat, m.Repeat.ticket_id == m.Ticket.id)
    .where(m.Ticket.kind == tickets.WALK_IN)
    .group_by(m.Ticket.id)
    .having(func.count(m.Repeat.key_hash) != 1),
    "a waiting ticket with a room": select(m.Ticket.id).where(
        m.Ticket.state == tickets.WAITING, m.Ticket.room_id.is_not(None)
    ),
    "a called ticket without counsellor, room or time": select(m.Ticket.id).where(
        m.Ticket.state.in_(tickets.CURRENT),
        m.Ticket.counsellor_id.is_(None) | m.Ticket.room_id.is_(None) | m.Ticket.called_at.is_(None),
    ),
}


def halves(session: Session) -> list[str]:
    """Everything that is not whole, in words; nothing, if all is well. Read within one `reading()`."""
    found = [f"{what}: {row}" for what, query in _NOTHING.items() for row in session.scalars(query)]
    return [*found, *_claims(session), *_appointments(session), *_tickets(session), *_series(session), *_board(session)]


def broken_file(session: Session) -> list[str]:
    """What SQLite itself finds wrong with its file; PostgreSQL looks after its own."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    return found + [f"foreign key: {row}" for row in session.execute(text("PRAGMA foreign_key_check"))]


def _claims(session: Session) -> Iterator[str]:
    for row in session.execute(_CLAIMED):
        due = 2 * int((row.busy_until - row.starts_at) / GRAIN) if row.state in HOLDING else 0
        if row.claims != due:
            yield f"appointment {row.id}, {row.state}: {row.claims} claims, not {due}"
    for row in session.execute(_STRAY_CLAIM):
        yield f"a claim of nobody: {row}"


def _appointments(session: Session) -> Iterator[str]:
    steps = _steps(session, m.Step.appointment_id)
    for id_, state in session.execute(select(m.Appointment.id, m.Appointment.state)):
        if [name for name in steps[id_] if name != "moved"] != ["booked", *_PATHS[state]]:
            yield f"appointment {id_}, {state}: its steps are {steps[id_]}"


def _tickets(session: Session) -> Iterator[str]:
    """Each ticket's steps, taken one after the other, must lead to its state."""
    steps = _steps(session, m.Step.ticket_id)
    for id_, state, calls in session.execute(select(m.Ticket.id, m.Ticket.state, m.Ticket.calls)):
        called = sum(name in {"call", "recall"} for name in steps[id_])
        if steps[id_][:1] != ["taken"] or _led_to(steps[id_][1:]) != state or called != calls:
            yield f"ticket {id_}, {state}, {calls} calls: its steps are {steps[id_]}"


def _led_to(names: list[str]) -> str | None:
    state = tickets.WAITING
    try:
        for name in names:
            state = tickets.step(name, state)
    except Refusal:
        return None
    return state


def _series(session: Session) -> Iterator[str]:
    """Of each day exactly the numbers that its series counted."""
    given = defaultdict(list)
    for centre_id, day, number in session.execute(select(m.Ticket.centre_id, m.Ticket.day, m.Ticket.number)):
        given[centre_id, day].append(number)
    for row in session.execute(select(m.Series.centre_id, m.Series.day, m.Series.first, m.Series.given)):
        due = sorted(tickets.number(row.first, n) for n in range(row.given))
        if sorted(given.pop((row.centre_id, row.day), [])) != due:
            yield f"the numbers of {row.day} are not the {row.given} from {row.first} on"
    yield from (f"numbers of {day} without a series" for _centre, day in given)


def _board(session: Session) -> Iterator[str]:
    """Screens heard of every step of every ticket: the snapshot's version counts them."""
    steps = select(func.count()).where(m.Step.centre_id == m.Board.centre_id, m.Step.ticket_id.is_not(None))
    for version, due in session.execute(select(m.Board.version, steps.scalar_subquery())):
        if version != due:
            yield f"the board's version is {version} after {due} steps of tickets"


def _steps(session: Session, of: object) -> dict[int, list[str]]:
    found = defaultdict(list)
    for id_, name in session.execute(select(of, m.Step.name).where(of.is_not(None)).order_by(m.Step.id)):
        found[id_].append(name)
    return found
