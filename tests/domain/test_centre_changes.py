"""Which booked appointments a changed plan leaves outside."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from booking.domain.centre_changes import Booked, Frame, outside
from booking.domain.roster import Closure, Hours, Shift

MONDAY = date(2027, 3, 1)
ADA, ROOM, ADVICE, RED = 1, 2, 3, 4
OPEN = (Hours(0, time(9), time(10), False), Hours(0, time(10), time(12), False))
SHIFTS = (Shift(ADA, 0, time(8), time(12), date(2026, 1, 1), None),)
FOREVER = {("staff", ADA): (None, None), ("room", ROOM): (None, None), ("programme", ADVICE): (None, None)}


def frame(**values):
    return Frame(ZoneInfo("Europe/Berlin"), OPEN, (), SHIFTS, FOREVER)._replace(**values)


def booked(starts=time(9, 30), ends=time(10, 15)):
    at = [datetime.combine(MONDAY, wall, ZoneInfo("Europe/Berlin")).astimezone(UTC) for wall in (starts, ends)]
    return Booked("12345678", *at, ADA, RED, ROOM, ADVICE)


def ended(kind, id_, first=None, last=None):
    return {"terms": {**FOREVER, (kind, id_): (first, last)}}


def test_an_appointment_across_two_touching_periods_fits():
    assert outside(frame(), booked()) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (ended("staff", ADA, last=date(2027, 2, 28)), "staff"),
        (ended("staff", ADA, first=date(2027, 3, 2)), "staff"),
        (ended("room", ROOM, last=date(2027, 2, 28)), "room"),
        (ended("programme", ADVICE, last=date(2027, 2, 28)), "programme"),
        ({"closures": (Closure(MONDAY, MONDAY, None),)}, "closure"),
        ({"closures": (Closure(MONDAY, MONDAY, RED),)}, "closure"),
        ({"hours": OPEN[:1]}, "hours"),
        ({"hours": ()}, "hours"),
        ({"shifts": (SHIFTS[0]._replace(ends=time(10)),)}, "shift"),
        ({"shifts": (SHIFTS[0]._replace(valid_until=date(2027, 2, 28)),)}, "shift"),
        ({"shifts": (SHIFTS[0]._replace(staff_id=9),)}, "shift"),
    ],
)
def test_what_no_longer_fits_is_named(values, why):
    assert outside(frame(**values), booked()) == why


@pytest.mark.parametrize(
    "values",
    [
        ended("staff", ADA, MONDAY, MONDAY),
        {"closures": (Closure(MONDAY, MONDAY, 99),)},
        {"closures": (Closure(date(2027, 3, 2), date(2027, 3, 2), None),)},
    ],
)
def test_the_last_day_counts_and_others_closures_do_not(values):
    assert outside(frame(**values), booked()) is None
