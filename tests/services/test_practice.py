"""The practice installation's clock, cast and open days, on both databases."""

from datetime import time, timedelta

import pytest

from booking.domain.errors import NotFound
from booking.services import practice
from booking.store import models as m
from tests.people import (
    BERLIN,
    DAY,
    NOW,
    TODAY,
    a_bare_centre,
    a_centre,
    a_closure,
    a_counsellor,
    a_receptionist,
    add,
    at,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def mornings():
    """Open every weekday, with walk-in mornings on Tuesday and Thursday and a walk-in afternoon on Wednesday."""
    centre = a_bare_centre()
    open_hours(centre, [(day, time(13), time(16)) for day in range(5)])
    open_hours(centre, [(3, time(10), time(12)), (1, time(9), time(10)), (1, time(8), time(9))], walk_in=True)
    open_hours(centre, [(2, time(12), time(15))], walk_in=True)
    return centre


def test_the_cast_is_everybody_who_works_there(centre):
    anna, rezan = rows(m.Staff.id)[0], a_receptionist(centre)
    a_counsellor(a_centre("balingen"), "Beate")
    assert practice.cast(centre) == [
        practice.Member(anna, "anna", "Anna", "counsellor"), practice.Member(rezan, "rezan", "Rezan", "receptionist"),
    ]  # fmt: skip


def test_the_next_morning_is_the_first_walk_in_morning_of_a_later_day(mornings):
    assert practice.next_morning(mornings, NOW) == at("2027-03-04 10:00")
    assert practice.next_morning(mornings, at("2027-03-04 07:00")) == at("2027-03-09 08:00")
    a_closure(mornings, TODAY + 2 * DAY, TODAY + 6 * DAY)
    assert practice.next_morning(mornings, NOW) == at("2027-03-09 08:00")


def test_the_next_morning_is_no_holiday_and_keeps_its_wall_time_when_the_clock_changes(mornings):
    assert practice.next_morning(mornings, at("2027-05-25 12:00")) == at("2027-06-01 08:00")
    assert practice.next_morning(mornings, at("2027-03-26 12:00")) == at("2027-03-30 08:00")


def test_without_a_morning_in_eight_weeks_there_is_none(mornings):
    a_closure(mornings, TODAY, TODAY + 60 * DAY)
    with pytest.raises(NotFound):
        practice.next_morning(mornings, NOW)


def test_open_days_are_midnights_of_days_with_hours_that_nothing_shuts(centre):
    a_closure(centre, at("2027-03-23 09:00").date())
    found = practice.open_days(centre, at("2027-03-22 15:00"), 10)
    assert [day.astimezone(BERLIN) for day in found] == [
        at(f"2027-03-{day} 00:00").astimezone(BERLIN) for day in (22, 24, 25, 30, 31)
    ]
    assert found[-1] - found[0] == timedelta(days=9, hours=-1)


def test_how_far_the_practice_clock_runs_ahead_is_remembered_and_it_never_goes_back():
    add(m.Installation(id=1, epoch="e", practice=True))
    practice.set_clock_ahead(timedelta(days=120, seconds=3.7))
    assert rows(m.Installation.clock_ahead_seconds) == [120 * 86_400 + 4]
