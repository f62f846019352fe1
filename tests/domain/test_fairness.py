"""A quarter of bookings, played with the rules of availability and assignment: who is equally qualified is equally
booked, measured by the hours of her post."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.domain import availability
from booking.domain.assignment import WEEKS, Load, choose
from booking.domain.places import Counsellor, Plan, Programme, Request, Room, Taken, busy
from booking.domain.roster import Calendar
from booking.domain.times import DAY, Grid, Span, days_from

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2027, 1, 4)
QUARTER, HORIZON = 13 * 7, 21
MINUTE = timedelta(minutes=1)
# Until when each is there on weekdays, from eight o'clock on: two full posts, three quarters and a half of one.
ENDS = {1: time(16), 2: time(16), 3: time(14), 4: time(12)}
HOURS = {id_: (end.hour - 8) * 5 for id_, end in ENDS.items()}


def a_house(now: datetime, taken: list[Taken]) -> Plan:
    days = tuple(days_from(now.astimezone(BERLIN).date(), HORIZON + 1))
    cal = Calendar(BERLIN, Grid.over(days[0], len(days), BERLIN), days, days)
    weekdays = [day for day in days if day.weekday() < 5]
    used = busy(cal.grid, taken).people
    people = tuple(
        Counsellor(id_, 1, True, frozenset({1}), frozenset({"de"}), (id_,),
                   sum(cal.wall(day, time(8), end) for day in weekdays) & ~used.get(id_, 0))
        for id_, end in ENDS.items()
    )  # fmt: skip
    rooms = {id_: Room(id_, 3, False, False, (cal.grid.whole,)) for id_ in ENDS}
    return Plan(cal, cal.grid.whole, 0, people, rooms, (), {1: Programme(1, None, None, None, None)}, frozenset(),
                timedelta(0), 5, 15, 0)  # fmt: skip


def loads(now: datetime, taken: list[Taken]) -> dict[int, Load]:
    """As services/steps/planning counts them: what begins within the coming four weeks."""
    found = {}
    for id_, hours in HOURS.items():
        own = [t for t in taken if t.counsellor_id == id_ and now <= t.starts < now + WEEKS * 7 * DAY]
        minutes = sum((t.talk_ends - t.starts) // MINUTE for t in own)
        found[id_] = Load(minutes, hours * 60, now + own[-1].id * MINUTE if own else None)  # they are in order
    return found


@pytest.mark.parametrize("a_day", [10, 22])
def test_equally_qualified_counsellors_are_booked_for_the_same_share_of_their_posts(a_day):
    chance, taken, rooms = random.Random(2009), [], {id_: (id_,) for id_ in ENDS}
    for day in days_from(FIRST, QUARTER):
        now = datetime.combine(day, time(7), UTC)
        for _ in range(a_day if day.weekday() < 5 else 0):
            plan = a_house(now, [t for t in taken if t.ends > now])
            minutes = chance.choice([30, 45, 60])
            request = Request((1,), minutes, "de", None, Span(now, plan.calendar.grid.at(plan.calendar.grid.steps)))
            start = chance.choice(availability.starts(plan, request))
            offer = choose(availability.offers_at(plan, request, start), loads(now, taken), rooms).offer
            ends = start + minutes * MINUTE
            taken.append(
                Taken(len(taken) + 1, offer.counsellor_id, offer.room_id, start, ends + 5 * MINUTE, ends, None)
            )
    shares = {
        id_: sum((t.talk_ends - t.starts) // MINUTE for t in taken if t.counsellor_id == id_) / (hours * 60 * 13)
        for id_, hours in HOURS.items()
    }
    assert max(shares.values()) - min(shares.values()) <= 0.05, shares
    assert min(shares.values()) > 0.2
