"""Weekdays and wall times become sets of steps; what shuts a centre or keeps a carrier's staff away."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain import roster
from booking.domain.roster import Closure, Hours, Shift
from booking.domain.times import day_span, days_from, steps_of

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2027, 3, 1)
TUESDAY, WEDNESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), MONDAY + timedelta(days=6)
WEEK = tuple(days_from(MONDAY, 7))
SINCE = date(2026, 1, 1)

walls = st.integers(0, 287).map(lambda step: time(step // 12, step % 12 * 5))
hours = st.builds(Hours, st.integers(0, 6), walls, walls, st.booleans())
days_of_the_week = st.sampled_from(WEEK)
closures = st.builds(Closure, days_of_the_week, days_of_the_week, st.sampled_from([None, 1, 2]))
shifts = st.builds(
    Shift, st.integers(1, 2), st.integers(0, 6), walls, walls, days_of_the_week, st.none() | days_of_the_week
)


def local(cal):
    """(step, day, wall time) of every step of the calendar."""
    for step in range(cal.grid.steps):
        at = cal.grid.at(step).astimezone(cal.zone)
        yield step, at.date(), at.time()


@settings(max_examples=40)
@given(st.lists(hours, max_size=6), st.lists(closures, max_size=3), st.sets(days_of_the_week, max_size=2))
def test_a_step_is_open_if_its_weekday_has_hours_then_and_nothing_shuts_the_centre(opening, shut, holidays):
    cal = roster.calendar(BERLIN, WEEK, shut, holidays)

    def expected(walk_in_only):
        return {
            step
            for step, day, wall in local(cal)
            if day not in holidays
            and not any(c.carrier_id is None and c.first_day <= day <= c.last_day for c in shut)
            and any(
                h.weekday == day.weekday() and h.starts <= wall < h.ends and (h.walk_in or not walk_in_only)
                for h in opening
            )
        }

    open_steps, walk_in_steps = roster.opening(cal, opening)
    assert set(steps_of(open_steps)) == expected(False)
    assert set(steps_of(walk_in_steps)) == expected(True)


@settings(max_examples=40)
@given(st.lists(shifts, max_size=5), st.sets(days_of_the_week, max_size=2))
def test_somebody_is_planned_where_a_shift_of_hers_is_valid_and_the_centre_is_not_shut(planned, holidays):
    cal = roster.calendar(BERLIN, WEEK, (), holidays)
    found = roster.rostered(cal, planned)
    for staff_id in (1, 2):
        assert set(steps_of(found.get(staff_id, 0))) == {
            step
            for step, day, wall in local(cal)
            if day not in holidays
            and any(
                s.staff_id == staff_id and s.weekday == day.weekday() and s.starts <= wall < s.ends
                and s.valid_from <= day and (s.valid_until is None or day <= s.valid_until)
                for s in planned
            )
        }  # fmt: skip


def test_hours_over_the_skipped_hour_are_an_hour_shorter_and_over_the_doubled_one_longer():
    night = [Hours(6, time(1), time(4), False)]
    lengths = []
    for day in (date(2027, 3, 21), date(2027, 3, 28), date(2027, 10, 31)):
        open_steps, _walk_in = roster.opening(roster.calendar(BERLIN, (day,), (), ()), night)
        lengths.append(open_steps.bit_count() // 12)
    assert lengths == [3, 2, 4]


def test_a_morning_after_the_clock_change_begins_at_its_wall_time():
    day = date(2027, 3, 28)
    cal = roster.calendar(BERLIN, (day,), (), ())
    (span,) = cal.grid.spans(cal.wall(day, time(9), time(12)))
    assert [at.astimezone(BERLIN).time() for at in span] == [time(9), time(12)]


def test_a_carriers_closure_keeps_its_staff_away_and_shuts_nothing():
    trip = [Closure(TUESDAY, WEDNESDAY, 7), Closure(SUNDAY, SUNDAY, 7), Closure(MONDAY, MONDAY, None)]
    cal = roster.calendar(BERLIN, WEEK, trip, ())
    away = roster.carriers_away(cal, trip)
    assert cal.open_days == WEEK[1:]
    assert list(away) == [7]
    assert {day for step, day, _ in local(cal) if away[7] >> step & 1} == {TUESDAY, WEDNESDAY, SUNDAY}


def test_whole_days_include_the_first_and_the_last_and_may_have_no_end():
    cal = roster.calendar(BERLIN, WEEK, (), ())
    grid = cal.grid
    assert cal.whole_days(None, None) == grid.whole
    assert cal.whole_days(TUESDAY, TUESDAY) == grid.inside(day_span(TUESDAY, BERLIN))
    assert cal.whole_days(None, MONDAY) == grid.inside(day_span(MONDAY, BERLIN))
    assert cal.whole_days(SUNDAY, None) == grid.inside(day_span(SUNDAY, BERLIN))
    assert cal.whole_days(WEDNESDAY, TUESDAY) == 0
