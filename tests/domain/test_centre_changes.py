"""Which booked appointments a changed plan leaves outside, and how rows without a name are said."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from booking.domain.centre_changes import Booked, Frame, closure_said, hours_said, outside, shift_said
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


def test_rows_without_a_name_are_said_in_words():
    assert hours_said(0, time(9), time(12), False) == "mon 09:00-12:00"
    assert hours_said(1, time(9), time(12), True) == "tue 09:00-12:00 walk-in"
    assert hours_said(1, time(9), time(12), True, "alternating") == "tue 09:00-12:00 walk-in, alternating"
    assert shift_said(4, time(9), time(12), MONDAY, None, "talks", 1) == "fri 09:00-12:00 from 2027-03-01"
    said = shift_said(4, time(9), time(12), MONDAY, MONDAY, "admin", 2)
    assert said == "fri 09:00-12:00 admin every 2 weeks from 2027-03-01 to 2027-03-01"
    assert closure_said(MONDAY, MONDAY, None, "shut", None, None, "Feast") == "2027-03-01 to 2027-03-01: Feast"
    said = closure_said(MONDAY, MONDAY, "red", "desk_only", time(9), time(12), "Feast")
    assert said == "2027-03-01 to 2027-03-01 09:00-12:00 desk_only: Feast (red)"
