"""Wall time and instants through the days with 23 and 25 hours; sets of steps against naive loops."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.times import (
    GRAIN,
    Grid,
    Span,
    day_span,
    days_from,
    grains,
    instant,
    local_day,
    runs,
    steps_of,
    times_shown,
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN, SPRING_2028 = date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26)
ORIGIN = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)
GRID = Grid(ORIGIN, 60)
MINUTE = timedelta(minutes=1)

masks = st.integers(0, 2**GRID.steps - 1)
instants = st.integers(-90, 390).map(lambda minutes: ORIGIN + minutes * MINUTE)
spans = st.builds(Span, instants, instants)


def naive(test):
    """The steps of GRID whose own five minutes, given as (starts, ends), pass the test."""
    return {i for i in range(GRID.steps) if test(ORIGIN + i * GRAIN, ORIGIN + (i + 1) * GRAIN)}


# ── days and wall times ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2027, 3, 2), 24), (SPRING, 23), (SPRING_2028, 23), (AUTUMN, 25), (SPRING - timedelta(days=1), 24)],
)
def test_a_day_goes_from_midnight_to_midnight_however_long_it_is(day, hours):
    span = day_span(day, BERLIN)
    assert span.ends - span.starts == timedelta(hours=hours)
    assert (local_day(span.starts, BERLIN), local_day(span.ends - MINUTE, BERLIN)) == (day, day)
    assert Grid.over(day, 1, BERLIN).steps == hours * 12


def test_several_days_are_added_as_days_not_as_hours():
    monday = SPRING + timedelta(days=1)
    assert day_span(SPRING, BERLIN, 2) == Span(day_span(SPRING, BERLIN).starts, day_span(monday, BERLIN).ends)
    assert days_from(date(2027, 2, 27), 3) == [date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1)]


@pytest.mark.parametrize(("day", "utc"), [(SPRING, "2027-03-28T01:30"), (SPRING_2028, "2028-03-26T01:30")])
def test_a_wall_time_that_spring_skips_is_read_as_if_the_clock_stood_still_an_hour_longer(day, utc):
    found = instant(day, time(2, 30), BERLIN)
    assert found == datetime.fromisoformat(utc + "+00:00")
    assert found.astimezone(BERLIN).time() == time(3, 30)


def test_a_wall_time_that_autumn_doubles_means_the_first():
    assert instant(AUTUMN, time(2, 30), BERLIN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert instant(AUTUMN, time(3, 0), BERLIN) == datetime(2027, 10, 31, 2, 0, tzinfo=UTC)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.times(time(3), time(23, 59)))
def test_a_wall_time_that_exists_comes_back(day, wall):
    found = instant(day, wall, BERLIN)
    assert found.utcoffset() == timedelta(0)
    assert (local_day(found, BERLIN), found.astimezone(BERLIN).time()) == (day, wall)


# ── sets of steps ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(spans)
def test_inside_are_the_steps_that_lie_wholly_in_the_span(span):
    assert set(steps_of(GRID.inside(span))) == naive(lambda starts, ends: span.starts <= starts and ends <= span.ends)


@given(spans)
def test_touched_are_the_steps_of_which_the_span_takes_a_part(span):
    assert set(steps_of(GRID.touched(span))) == naive(lambda starts, ends: starts < span.ends and span.starts < ends)


@given(masks)
def test_spans_cover_exactly_the_set_steps_and_do_not_touch_each_other(mask):
    found = GRID.spans(mask)
    steps = naive(lambda starts, ends: any(s.starts <= starts and ends <= s.ends for s in found))
    assert steps == set(steps_of(mask))
    assert all(before.ends < after.starts for before, after in pairwise(found))


@given(masks)
def test_steps_of_names_the_set_bits_in_order(mask):
    assert list(steps_of(mask)) == [i for i in range(GRID.steps) if mask >> i & 1]


@given(masks, st.integers(1, GRID.steps + 5))
def test_runs_are_the_beginnings_of_enough_set_steps_in_a_row(mask, length):
    expected = [i for i in range(GRID.steps) if all(mask >> j & 1 for j in range(i, i + length))]
    assert list(steps_of(runs(mask, length))) == expected


@given(
    st.sampled_from([5, 10, 15, 20, 30, 45, 60]),
    st.sampled_from(["Europe/Berlin", "Europe/London", "Asia/Kathmandu", "America/St_Johns"]),
    st.sampled_from([SPRING, AUTUMN, SPRING_2028, date(2027, 3, 2)]),
)
def test_marks_are_the_multiples_of_so_many_minutes(minutes, zone, day):
    grid = Grid.over(day, 2, ZoneInfo(zone))
    expected = [i for i in range(grid.steps) if grid.at(i).timestamp() % (minutes * 60) == 0]
    assert list(steps_of(grid.marks(minutes))) == expected
    assert expected


def test_appointments_begin_on_the_quarter_hours_people_see_on_every_day_of_the_year():
    for day in (SPRING, AUTUMN, SPRING_2028):
        grid = Grid.over(day, 1, BERLIN)
        assert {grid.at(i).astimezone(BERLIN).minute for i in steps_of(grid.marks(15))} == {0, 15, 30, 45}


@given(instants)
def test_floor_and_ceil_are_the_nearest_steps_before_and_after(at):
    assert GRID.at(GRID.floor(at)) <= at < GRID.at(GRID.floor(at) + 1)
    assert GRID.at(GRID.ceil(at) - 1) < at <= GRID.at(GRID.ceil(at))


@pytest.mark.parametrize(("minutes", "steps"), [(0, 0), (1, 1), (5, 1), (6, 2), (30, 6), (31, 7)])
def test_minutes_are_rounded_up_to_whole_steps(minutes, steps):
    assert grains(minutes) == steps


@pytest.mark.parametrize(
    ("day", "wall", "times"),
    [
        (SPRING, time(1, 55), 1), (SPRING, time(2, 0), 0), (SPRING, time(2, 55), 0), (SPRING, time(3, 0), 1),
        (AUTUMN, time(1, 55), 1), (AUTUMN, time(2, 0), 2), (AUTUMN, time(2, 55), 2), (AUTUMN, time(3, 0), 1),
    ],
)  # fmt: skip
def test_a_clock_on_the_wall_skips_an_hour_in_spring_and_shows_one_twice_in_autumn(day, wall, times):
    assert times_shown(day, wall, BERLIN) == times
