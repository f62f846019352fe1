"""Loads what the rule of presence looks at, and which appointments a roster leaves without a place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.centre_changes import Booked, Frame, outside
from booking.domain.errors import Affected
from booking.domain.places import places_left
from booking.domain.presence import Head, Watch
from booking.domain.roster import NOT_PLANNED, Calendar, Hours
from booking.domain.times import DAY, Span, days_from, instant, local_day
from booking.services.steps import planning
from booking.services.steps.planning import House
from booking.store import centres as centre_store
from booking.store import roster as roster_store
from booking.store import rostering as store
from booking.store.roster import TalkRoom
from booking.store.rostering import InUse

WEEK = 7


class Seen(NamedTuple):
    """The house over some days, as the plan and as the rule see it."""

    house: House
    watch: Watch


def seen(session: Session, centre_id: int, days: Iterable[date]) -> Seen:
    """`days` follow each other."""
    rules = planning.rules_of(session, centre_id)
    here = planning.house(session, centre_id, rules, tuple(days))
    cal = here.calendar
    used = store.in_use(session, centre_id, Span(cal.grid.origin, cal.grid.at(cal.grid.steps)))
    talking = _steps(cal, ((row.counsellor_id, row) for row in used))
    rooms_of = roster_store.rooms_used(session, centre_id)
    offices = roster_store.talk_rooms(session, centre_id)
    place = _house_there(cal, offices)
    heads = tuple(
        Head(work.house & place, work.talks & place & ~talking.get(id_, 0), tuple(rooms_of.get(id_, ())))
        for id_, work in here.at_work.items()
        if here.people[id_].duty
    )
    rooms = _rooms(offices, here, used)
    return Seen(here, Watch(cal, here.opening, heads, rooms, rules.min_present, rules.min_reachable))


class Held(NamedTuple):
    """The steps of the next days in which the centre is not closed, and there is a place to be."""

    calendar: Calendar
    steps: int

    def again(self, hours: Hours, now: datetime) -> bool:
        """Whether something of these hours holds when they come round next."""
        cal = self.calendar
        days = (day for day in cal.days if day.weekday() == hours.weekday)
        coming = next(day for day in days if instant(day, hours.ends, cal.zone) > now)
        return bool(cal.wall(coming, hours.starts, hours.ends) & self.steps)


def can_be_open(session: Session, centre_id: int, now: datetime) -> Held:
    """Today and the week after it."""
    rules = planning.rules_of(session, centre_id)
    cal = planning.calendar(session, centre_id, rules, tuple(days_from(local_day(now, rules.zone), WEEK + 1)))
    opened = reduce(or_, (cal.whole_days(day, day) for day in cal.open_days), 0)
    return Held(cal, opened & ~cal.no_talks & _house_there(cal, roster_store.talk_rooms(session, centre_id)))


def _house_there(cal: Calendar, offices: Sequence[TalkRoom]) -> int:
    """The steps in which there is a place to be present at: the site of one of the rooms for talks, as long as it is
    there. A room without a site belongs to the house itself."""
    if not offices:
        return cal.grid.whole
    return reduce(or_, (planning.within(cal, [room.site_days]) for room in offices))


def _rooms(offices: Sequence[TalkRoom], here: House, used: list[InUse]) -> dict[int, tuple[int, ...]]:
    """When each room has a place. The appointment of somebody who is away keeps none, as when numbers are called."""
    cal = here.calendar
    kept: dict[int, list[int]] = {}
    for row in used:
        steps = cal.grid.touched(Span(row.starts, row.ends))
        kept.setdefault(row.room_id, []).append(steps & here.at_work.get(row.counsellor_id, NOT_PLANNED).house)
    return {
        room.id: places_left(planning.within(cal, room.days), room.talks, kept.get(room.id, ())) for room in offices
    }


def _steps(cal: Calendar, taken: Iterable[tuple[int, InUse]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for id_, row in taken:
        found[id_] = found.get(id_, 0) | cal.grid.touched(Span(row.starts, row.ends))
    return found


# ── appointments that fit no more ─────────────────────────────────────────────────────────────────────────────────


class Outside(NamedTuple):
    """`why`: the first of site, staff, room, programme, closure, hours, shift, absence that it does not fit."""

    appointment: Affected
    counsellor_id: int
    why: str


def left_outside(session: Session, centre_id: int, now: datetime) -> list[Outside]:
    """Every booked appointment, and every new time that is proposed to somebody, that has no place in the roster as it
    stands, by its beginning."""
    booked = [*store.booked(session, centre_id, now), *store.offered(session, centre_id, now)]
    booked.sort(key=lambda one: (one[1].starts_at, one[0]))
    if not booked:
        return []
    rules = planning.rules_of(session, centre_id)
    first, last = (local_day(row.starts_at, rules.zone) for row in (booked[0][1], booked[-1][1]))
    here = planning.house(session, centre_id, rules, tuple(days_from(first, (last - first) // DAY + 1)))
    frame = centre_store.frame(session, centre_id, str(rules.zone), first)
    judged = [(id_, row, _why(frame, here, row)) for id_, row in booked]
    return [Outside(Affected(id_, row.code, row.starts_at), row.counsellor_id, why) for id_, row, why in judged if why]


def _why(frame: Frame, here: House, booked: Booked) -> str | None:
    """The frame knows weekly patterns alone: single days, holidays and absences are judged by the house."""
    day, why = local_day(booked.starts_at, frame.zone), outside(frame, booked)
    if why not in (None, "shift"):
        return why
    if day not in here.calendar.open_days:
        return "closure"
    steps = here.calendar.grid.touched(Span(booked.starts_at, booked.ends_at))
    if steps & ~here.planned.get(booked.counsellor_id, NOT_PLANNED).talks:
        return "shift"
    return "absence" if steps & ~here.at_work[booked.counsellor_id].talks else None


def days_ahead(first: date, last: date | None, today: date, most: int) -> list[date]:
    """The days from `first` to `last` (None: without end) that are not over, at most `most`."""
    begin = max(first, today)
    count = most if last is None else min((last - begin) // DAY + 1, most)
    return days_from(begin, max(count, 0))
