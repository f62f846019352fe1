"""Call the next visitor, call again, start, finish, mark missing. Each step names the state it starts from."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain import queue, tickets
from booking.domain.actors import By
from booking.domain.errors import Invalid, NobodyWaiting, NoRoom, NotFound, StillBusy, WrongState
from booking.domain.queue import Caller, Waiting
from booking.domain.times import day_span, local_day
from booking.domain.whereabouts import CALLING, Said
from booking.services.steps import planning, queueing, rooms
from booking.services.steps.attendance import Attendance
from booking.services.steps.rooms import RoomNow as RoomNow
from booking.store import appointments as appointment_store
from booking.store import queue as queue_store
from booking.store import roster as roster_store
from booking.store import tickets as store
from booking.store import whereabouts as whereabouts_store
from booking.store.appointments import Line as Line
from booking.store.db import reading, transaction
from booking.store.queue import WaitingLine
from booking.store.tickets import Current, CurrentLine
from booking.store.tickets import TicketRow as TicketRow


def call_next(centre_id: int, counsellor_id: int, *, room: str | None = None, by: By, now: datetime) -> TicketRow:
    """Call whoever is next for this counsellor to a room of hers by its slug (None: the booked one, else the first of
    hers that is free).

    Refusals: NotFound (no counsellor, or none on this day), StillBusy, NobodyWaiting, Invalid("room", …), NoRoom.
    """
    with transaction(centre_id) as session:
        caller, who, used = _at_work(session, centre_id, counsellor_id, now)
        chosen = queue.next_for(caller, who.unbound(store.queue(session, centre_id, who.day), counsellor_id), now)
        if chosen is None:
            raise NobodyWaiting
        return _call(who, caller, chosen, room, used, by)


def call_number(
    centre_id: int, ticket_id: int, counsellor_id: int, reason: str, *, room: str | None = None, by: By, now: datetime
) -> TicketRow:
    """Call one particular ticket to this counsellor, whoever else waits and for whatever it waits.

    `reason`: one of tickets.REASONS, recorded with the step.
    Refusals: as `call_next`, Invalid("reason", …), WrongState (it does not wait, or waits since another day).
    """
    if reason not in tickets.REASONS:
        raise Invalid("reason", "choice-unknown")
    with transaction(centre_id) as session:
        caller, who, used = _at_work(session, centre_id, counsellor_id, now)
        ticket = queueing.ticket_of(session, centre_id, ticket_id)
        tickets.step("call", ticket.state)
        if ticket.day != who.day:
            raise WrongState("other-day")
        return _call(who, caller, ticket.waiting, room, used, by, reason)


def recall(centre_id: int, ticket_id: int, counsellor_id: int, *, by: By, now: datetime) -> TicketRow:
    """Call the same number once more. Refusals: NotFound, WrongState (also after three recalls)."""
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, counsellor_id)
        tickets.step("recall", ticket.state)
        if not tickets.may_recall(ticket.calls):
            raise WrongState("called-often-enough")
        queueing.take(session, centre_id, ticket, "recall", now, by, calls=ticket.calls + 1, called_at=now)
        return queueing.ticket_of(session, centre_id, ticket_id)


def start(centre_id: int, ticket_id: int, counsellor_id: int, *, by: By, now: datetime) -> TicketRow:
    """The visitor has come in. Refusals: NotFound, WrongState."""
    return _advance("start", centre_id, ticket_id, counsellor_id, by, now, {"started_at": now})


def finish(centre_id: int, ticket_id: int, counsellor_id: int, *, by: By, now: datetime) -> TicketRow:
    """The talk is over. Refusals: NotFound, WrongState."""
    return _advance("finish", centre_id, ticket_id, counsellor_id, by, now, {"ended_at": now})


def missing(centre_id: int, ticket_id: int, counsellor_id: int, *, by: By, now: datetime) -> TicketRow:
    """Called and not come. Refusals: NotFound, WrongState."""
    return _advance("missing", centre_id, ticket_id, counsellor_id, by, now, {"ended_at": now})


class View(NamedTuple):
    """The counsellor's page: her current ticket, who is next for her, how many wait, and her day.

    `rooms`: while she may call, as they are for who is next; `no_room`: why none of them would do then.
    """

    current: CurrentLine | None
    next_up: WaitingLine | None
    waiting: int
    day: list[Line]
    rooms: list[RoomNow]
    no_room: NoRoom | None


def view(centre_id: int, counsellor_id: int, *, now: datetime) -> View:
    """Refusal: NotFound for somebody who is no counsellor of this centre."""
    with reading() as session:
        zone = planning.rules_of(session, centre_id).zone
        day = local_day(now, zone)
        caller = _caller(session, centre_id, counsellor_id, day)
        waiting = {line.id: line for line in queue_store.waiting(session, centre_id, day)}
        current = store.current(session, centre_id, day)
        who = Attendance(session, centre_id, day, now, current)
        chosen = queue.next_for(caller, who.unbound([line.waiting for line in waiting.values()], counsellor_id), now)
        own = next((line for line in current if line.counsellor_id == counsellor_id), None)
        next_up = chosen if own is None else None
        hers = _rooms(who, counsellor_id, next_up, {line.room_id for line in current})
        shut = next_up if not any(room.is_free for room in hers) else None
        lines = appointment_store.between(session, centre_id, day_span(day, zone), counsellor_id=counsellor_id)
        return View(
            own, waiting[chosen.id] if chosen else None, len(waiting), [line._replace(name=None) for line in lines],
            hers, rooms.no_room(who, counsellor_id, shut, hers) if shut is not None else None,
        )  # fmt: skip


def _at_work(
    session: Session, centre_id: int, counsellor_id: int, now: datetime
) -> tuple[Caller, Attendance, set[int]]:
    """Who calls, the day as it is, and the rooms with somebody in them. Refusals: NotFound, StillBusy."""
    day = local_day(now, planning.rules_of(session, centre_id).zone)
    caller = _caller(session, centre_id, counsellor_id, day)
    current = _current(session, centre_id, day, now)
    if counsellor_id in current:
        raise StillBusy(current[counsellor_id].number)
    used = {ticket.room_id for ticket in current.values()}
    return caller, Attendance(session, centre_id, day, now, current.values()), used


def _call(
    who: Attendance, caller: Caller, chosen: Waiting, room: str | None, used: set[int], by: By,
    reason: str | None = None,
) -> TicketRow:  # fmt: skip
    room_id = rooms.choose(who, caller.id, chosen, room, used)
    called = {"counsellor_id": caller.id, "room_id": room_id, "calls": 1, "called_at": who.now}
    queueing.step(
        who.session, who.centre_id, chosen.id, tickets.WAITING, "call", who.now, by, before=queueing.UNCALLED,
        reason=reason, **called,
    )  # fmt: skip
    _is_here(who, caller.id)
    return queueing.ticket_of(who.session, who.centre_id, chosen.id)


def _is_here(who: Attendance, counsellor_id: int) -> None:
    """Who calls is here, whatever she said before."""
    said = whereabouts_store.newest(who.session, who.centre_id, who.day).get(counsellor_id)
    if said is None or not said.is_here:
        whereabouts_store.add(who.session, who.centre_id, who.day, Said(counsellor_id, CALLING, who.now, None))


def _rooms(who: Attendance, counsellor_id: int, chosen: Waiting | None, used: set[int]) -> list[RoomNow]:
    if chosen is not None:
        return rooms.rooms_now(who, counsellor_id, chosen, used)
    hers = roster_store.rooms_of(who.session, who.centre_id, counsellor_id, who.day)
    return [RoomNow(r.id, r.slug, r.name, r.id in used, None, False, r.id not in used) for r in hers]


def _advance(
    name: str, centre_id: int, ticket_id: int, counsellor_id: int, by: By, now: datetime, values: dict[str, Any]
) -> TicketRow:
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, counsellor_id)
        queueing.take(session, centre_id, ticket, name, now, by, **values)
        return queueing.ticket_of(session, centre_id, ticket_id)


def _current(session: Session, centre_id: int, day: date, now: datetime) -> dict[int, Current]:
    """The tickets that are called or in a talk, by counsellor.

    One that nobody finished on an earlier day is ended now, or it would hold its counsellor and its room: the night's
    work does so, but a centre whose worker stands still must be able to call as well.
    """
    found = store.all_current(session, centre_id)
    for ticket in found:
        if ticket.day < day:
            queueing.close(session, centre_id, ticket, now)
    return {ticket.counsellor_id: ticket for ticket in found if ticket.day >= day}


def _caller(session: Session, centre_id: int, counsellor_id: int, day: date) -> Caller:
    person = next((p for p in roster_store.people(session, centre_id) if p.id == counsellor_id), None)
    if person is None or not person.works_on(day):
        raise NotFound
    skills, languages = roster_store.skills(session, centre_id), roster_store.languages(session, centre_id)
    return Caller(
        counsellor_id, frozenset(skills.get(counsellor_id, ())), frozenset(languages.get(counsellor_id, ())),
        person.carrier_id,
    )  # fmt: skip
