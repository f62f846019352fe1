"""What reception sees: one read for the whole desk, and the search for who has come."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import appointments, presence, queue, whereabouts
from booking.domain.tickets import COME_BACK
from booking.domain.times import DAY, Span, day_span, instant, local_day
from booking.domain.visitors import folded
from booking.domain.waiting import Forecast
from booking.services.steps import forecasting, planning
from booking.services.steps.attendance import Attendance
from booking.services.steps.planning import House
from booking.services.steps.recording import look
from booking.store import appointments as appointment_store
from booking.store import messages as message_store
from booking.store import queue as queue_store
from booking.store import roster as roster_store
from booking.store import screens as screen_store
from booking.store import search as search_store
from booking.store import tickets as ticket_store
from booking.store import visitors as visitor_store
from booking.store.appointments import Line as Line
from booking.store.db import reading, transaction
from booking.store.messages import Unsent as Unsent
from booking.store.queue import AsideLine as AsideLine
from booking.store.queue import WaitingLine
from booking.store.screens import ScreenRow
from booking.store.tickets import CurrentLine

NEXT_ARRIVALS = 10
STILL_EXPECTED = timedelta(minutes=45)
FOUND = 40
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_LAST_FOUR = re.compile(r"[0-9]{4}")


class Colleague(NamedTuple):
    """`state`: "free", "called", "in_talk", "break", "away" (an absence, or she said so; `until` when, if that is
    known) or "off" (not planned now). `unseen`: planned here for some minutes, and has not been heard of."""

    id: int
    name: str
    languages: list[str]
    state: str
    room: str | None
    until: datetime | None = None
    unseen: bool = False


class Desk(NamedTuple):
    """`forecasts`: how long each of the queue still waits, by ticket id (but for guests of an event, whom no counsellor
    calls); `aside`: who rests, or missed her call and may come back."""

    queue: list[WaitingLine]
    aside: list[AsideLine]
    forecasts: dict[int, Forecast]
    current: list[CurrentLine]
    arrivals: list[Line]
    colleagues: list[Colleague]
    gaps: list[Span]
    screens: list[ScreenRow]
    unsent: list[Unsent]


class Choices(NamedTuple):
    """What a number can be given for: languages spoken here today or interpreted, and the programmes (slug, name)."""

    languages: list[str]
    programmes: list[tuple[str, dict[str, str]]]


def choices(centre_id: int, *, now: datetime) -> Choices:
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        day = local_day(now, rules.zone)
        spoken = roster_store.spoken_on(session, centre_id, day)
        return Choices(sorted(spoken | rules.interpreted), roster_store.programme_names(session, centre_id, day))


def view(centre_id: int, *, now: datetime) -> Desk:
    """Everything on the desk's page. Arrivals carry no names: those are shown by a search, which is logged."""
    with reading() as session:
        today = planning.today(session, centre_id, now)
        (day,), zone = today.calendar.days, today.calendar.zone
        waiting = {line.id: line for line in queue_store.waiting(session, centre_id, day)}
        order = queue.order([line.waiting for line in waiting.values()], now)
        current = ticket_store.current(session, centre_id, day)
        who = Attendance(session, centre_id, day, now, current, house=today)
        lines = appointment_store.between(session, centre_id, day_span(day, zone))
        scene = forecasting.scene(session, centre_id, today, who.unbound(order, 0), current, lines, now)
        seen = Desk(
            [waiting[t.id] for t in order], queue_store.aside(session, centre_id, day, now - COME_BACK), {}, current,
            _arrivals(lines, now), _colleagues(today, current, who),
            _gaps(today, now), screen_store.of_centre(session, centre_id),
            message_store.unsent(session, centre_id, now - DAY),
        )  # fmt: skip
    return seen._replace(forecasts=forecasting.forecasts(scene))


def unsent(centre_id: int, *, now: datetime) -> list[Unsent]:
    """Messages that did not go out, or may not have."""
    with reading() as session:
        return message_store.unsent(session, centre_id, now - DAY)


def search(centre_id: int, typed: str, *, staff_id: int, carrier_id: int | None, now: datetime) -> list[Line]:
    """Appointments by what somebody at the desk, or on the phone, can say of hers; at most `FOUND`, earliest first.

    A code of eight digits finds it on any day, also cancelled; part of a name or the last four digits of the phone
    number, from today on; a time (9:30), today. Every name shown is a row in the access log. `carrier_id`: whose
    visitors' names and numbers the searcher may know, None: everybody's. Others are found without theirs.
    """
    with transaction(centre_id) as session:
        zone = planning.rules_of(session, centre_id).zone
        found = _found(session, centre_id, " ".join(typed.split()), carrier_id, local_day(now, zone), zone)[:FOUND]
        named = [line.id for line in found if line.name]
        for surrogate in visitor_store.surrogates(session, centre_id, named):
            look(session, centre_id, "search", now, staff_id, surrogate)
        return found


def _found(
    session: Session, centre_id: int, wanted: str, carrier_id: int | None, day: date, zone: ZoneInfo
) -> list[Line]:
    """Without the names of other carriers' visitors; by name or number, those are not found at all."""
    today, part = day_span(day, zone), folded(wanted)
    code, digits = appointments.read_code(wanted), appointments.latin_digits(wanted)
    if code is not None:
        return _veiled(search_store.of_code(session, centre_id, code), carrier_id)
    if at := _CLOCK.fullmatch(digits):
        start, lines = _start(int(at[1]), int(at[2])), appointment_store.between(session, centre_id, today)
        begun = instant(day, start, zone) if start is not None else None
        return _veiled([line for line in lines if line.starts_at == begun], carrier_id)
    if _LAST_FOUR.fullmatch(digits):
        lines = search_store.of_phone_from(session, centre_id, digits, today.starts)
    else:
        lines = search_store.named_from(session, centre_id, today.starts) if part else []
        lines = [line for line in lines if part in folded(line.name or "")]
    return [line for line in lines if carrier_id in (None, line.carrier_id)]


def _veiled(lines: list[Line], carrier_id: int | None) -> list[Line]:
    return [line if carrier_id in (None, line.carrier_id) else line._replace(name=None) for line in lines]


def _start(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _arrivals(of_today: list[Line], now: datetime) -> list[Line]:
    """The next appointments, and those whose visitors may still come."""
    expected = [line._replace(name=None) for line in of_today if line.state == appointments.BOOKED]
    return [line for line in expected if line.starts_at >= now - STILL_EXPECTED][:NEXT_ARRIVALS]


def _colleagues(today: House, current: list[CurrentLine], who: Attendance) -> list[Colleague]:
    """Everybody planned for today, with what she does now."""
    names = roster_store.names(who.session, who.centre_id)
    languages = roster_store.languages(who.session, who.centre_id)
    busy = {line.counsellor_id: line for line in current}
    step = today.calendar.grid.floor(who.now)

    def state(staff_id: int) -> str:
        if staff_id in busy:
            return busy[staff_id].state
        if who.here(staff_id, who.now):
            return "free"
        if (said := today.said.get(staff_id)) is not None and not said.is_here and said.holds(who.now):
            return said.state
        return "away" if today.planned[staff_id].house >> step & 1 else "off"

    return [
        Colleague(
            i,
            names[i],
            languages.get(i, []),
            state(i),
            busy[i].room if i in busy else None,
            _until(today, i, who.now),
            i not in busy and whereabouts.unseen(today.calendar.grid, today.at_work[i], today.said.get(i), who.now),
        )
        for i, work in today.planned.items()
        if any(work) or i in busy or i in today.said
    ]


def _until(today: House, staff_id: int, now: datetime) -> datetime | None:
    """When she will be back, if she has said so."""
    said = today.said.get(staff_id)
    return said.until if said is not None and said.holds(now) else None


def _gaps(today: House, now: datetime) -> list[Span]:
    """Open time from now on in which fewer are present than the centre's rule asks for."""
    grid = today.calendar.grid
    missing = presence.nobody_present(today.opening, today.on_duty.values(), today.rules.min_present)
    return grid.spans(missing & ~grid.touched(Span(grid.origin, now)))
