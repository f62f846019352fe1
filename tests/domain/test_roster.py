"""Weekdays and wall times become sets of steps; what shuts a centre or keeps a carrier's staff away."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain import roster
from booking.domain.roster import Closure, DayShift, Hours, Shift
from booking.domain.times import day_span, days_from, steps_of

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2027, 3, 1)
TUESDAY, WEDNESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), MONDAY + timedelta(days=6)
WEEK = tuple(days_from(MONDAY, 7))
SINCE = date(2026, 1, 1)

walls = st.integers(0, 287).map(lambda step: time(step // 12, step % 12 * 5))
hours = st.builds(Hours, st.integers(0, 6), walls, walls, st.booleans())
days_of_the_week = st.sampled_from(WEEK)
closures = st.builds(
    Closure, days_of_the_week, days_of_the_week, st.sampled_from([None, None, 1]),
    st.sampled_from(roster.CLOSURE_KINDS), st.none() | walls, st.none() | walls,
)  # fmt: skip
weeks_before = st.integers(0, 4).map(lambda weeks: timedelta(weeks=weeks))
shifts = st.builds(
    Shift, st.integers(1, 2), st.integers(0, 6), walls, walls,
    st.builds(lambda day, back: day - back, days_of_the_week, weeks_before), st.none() | days_of_the_week,
    st.sampled_from(roster.SHIFT_KINDS), st.integers(1, 3),
)  # fmt: skip
single_days = st.builds(
    lambda staff_id, day, kind, a, b: DayShift(staff_id, day, kind, *((None, None) if kind == roster.OFF else (a, b))),
    st.integers(1, 2), days_of_the_week, st.sampled_from((*roster.SHIFT_KINDS, roster.OFF)), walls, walls,
)  # fmt: skip


def local(cal):
    """(step, day, wall time) of every step of the calendar."""
    for step in range(cal.grid.steps):
        at = cal.grid.at(step).astimezone(cal.zone)
        yield step, at.date(), at.time()


def counsels(shut, holidays, day, wall):
    """Whether anybody may counsel at that time, by the closures of the whole centre."""
    here = [c for c in shut if c.carrier_id is None and c.first_day <= day <= c.last_day]
    if day in holidays and not any(c.kind == "open" for c in here):
        return False
    ends = [c for c in here if c.kind != "open"]
    return not any(c.starts is None or c.ends is None or c.starts <= wall < c.ends for c in ends)


@settings(max_examples=60)
@given(st.lists(hours, max_size=6), st.lists(closures, max_size=3), st.sets(days_of_the_week, max_size=2))
def test_a_step_is_open_if_its_weekday_has_hours_then_and_nothing_shuts_the_centre(opening, shut, holidays):
    cal = roster.calendar(BERLIN, WEEK, shut, holidays)

    def expected(walk_in_only):
        return {
            step
            for step, day, wall in local(cal)
            if counsels(shut, holidays, day, wall)
            and any(
                h.weekday == day.weekday() and h.starts <= wall < h.ends and (h.walk_in or not walk_in_only)
                for h in opening
            )
        }

    found = roster.opening(cal, opening)
    assert set(steps_of(found.open_steps)) == expected(False)
    assert set(steps_of(found.walk_in)) == expected(True)
    assert found.sold_alone == 0


@settings(max_examples=60)
@given(
    st.lists(shifts, max_size=5), st.lists(single_days, max_size=2), st.lists(closures, max_size=2),
    st.sets(days_of_the_week, max_size=2),
)  # fmt: skip
def test_somebody_is_planned_where_a_shift_of_hers_is_valid_and_the_centre_is_not_shut(weekly, single, shut, holidays):
    cal = roster.calendar(BERLIN, WEEK, shut, holidays)
    found = roster.rostered(cal, weekly, single)

    def does(staff_id, day, wall):
        """The kinds of all lines that say something about that time."""
        of_day = [s for s in single if s.staff_id == staff_id and s.day == day]
        lines = of_day or [s for s in weekly if s.staff_id == staff_id and valid_on(s, day)]
        return {s.kind for s in lines if s.starts is not None and s.starts <= wall < s.ends}

    for staff_id in (1, 2):
        work = found.get(staff_id, roster.NOT_PLANNED)
        for step, day, wall in local(cal):
            whole_day_shut = day not in cal.open_days
            kinds = set() if whole_day_shut else does(staff_id, day, wall)
            in_house = kinds & {"talks", "admin"} and not kinds & {"outreach", "break"}
            counselled = counsels(shut, holidays, day, wall)
            assert bool(work.house >> step & 1) == bool(in_house and counselled)
            assert bool(work.talks >> step & 1) == bool(in_house and counselled and "admin" not in kinds)
            assert bool(work.outreach >> step & 1) == ("outreach" in kinds and "break" not in kinds)


def valid_on(shift, day):
    """Counted week by week from the Monday of its first week."""
    if day.weekday() != shift.weekday or day < shift.valid_from or (shift.valid_until and day > shift.valid_until):
        return False
    monday = shift.valid_from - timedelta(days=shift.valid_from.weekday())
    while monday + timedelta(days=6) < day:
        monday += timedelta(weeks=shift.every_weeks)
    return monday <= day


def test_a_rotation_is_counted_from_the_week_in_which_it_begins():
    """Valid from a Thursday: its own week counts, even where the weekday lies before."""
    thursday = date(2027, 3, 4)
    fridays = Shift(1, 4, time(9), time(12), thursday, None, every_weeks=2)
    mondays = Shift(1, 0, time(9), time(12), thursday, None, every_weeks=2)
    days = days_from(MONDAY, 28)
    assert [day.day for day in days if fridays.on(day)] == [5, 19]
    assert [day.day for day in days if mondays.on(day)] == [15]


def test_a_closure_on_part_of_a_day_leaves_the_rest_open():
    shut = [
        Closure(TUESDAY, TUESDAY, None, "shut", time(11), time(12)),
        Closure(WEDNESDAY, WEDNESDAY, None, "desk_only"),
    ]
    cal = roster.calendar(BERLIN, WEEK, shut, ())
    found = roster.opening(cal, [Hours(day, time(9), time(12), True, "appointments") for day in range(3)])
    said = [[at.astimezone(BERLIN).strftime("%a %H:%M") for at in span] for span in cal.grid.spans(found.open_steps)]
    assert said == [["Mon 09:00", "Mon 12:00"], ["Tue 09:00", "Tue 11:00"]]
    assert found.walk_in == found.sold_alone == found.open_steps
    assert {TUESDAY, WEDNESDAY} <= set(cal.open_days)


def test_a_centre_may_be_open_on_a_public_holiday():
    cal = roster.calendar(BERLIN, WEEK, [Closure(TUESDAY, TUESDAY, None, "open")], {TUESDAY, WEDNESDAY})
    assert TUESDAY in cal.open_days
    assert WEDNESDAY not in cal.open_days


def test_an_alternating_period_begins_with_an_hour_for_appointments():
    cal = roster.calendar(BERLIN, (MONDAY,), (), ())
    hours = [Hours(0, time(9), time(12, 30), True, kind) for kind in roster.ALONE]
    walk_ins, appointments, alternating = (roster.opening(cal, [h]).sold_alone for h in hours)
    assert walk_ins == 0
    assert appointments == cal.wall(MONDAY, time(9), time(12, 30))
    assert alternating == cal.wall(MONDAY, time(9), time(10)) | cal.wall(MONDAY, time(11), time(12))
    night = Hours(0, time(9), time(9), True, roster.ALTERNATING)
    assert roster.opening(cal, [night]).sold_alone == 0


def test_hours_over_the_skipped_hour_are_an_hour_shorter_and_over_the_doubled_one_longer():
    night = [Hours(6, time(1), time(4), False)]
    lengths = []
    for day in (date(2027, 3, 21), date(2027, 3, 28), date(2027, 10, 31)):
        found = roster.opening(roster.calendar(BERLIN, (day,), (), ()), night)
        lengths.append(found.open_steps.bit_count() // 12)
    assert lengths == [3, 2, 4]


def test_a_morning_after_the_clock_change_begins_at_its_wall_time():
    day = date(2027, 3, 28)
    cal = roster.calendar(BERLIN, (day,), (), ())
    (span,) = cal.grid.spans(cal.wall(day, time(9), time(12)))
    assert [at.astimezone(BERLIN).time() for at in span] == [time(9), time(12)]


def test_a_carriers_closure_keeps_its_staff_away_and_shuts_nothing():
    trip = [
        Closure(TUESDAY, WEDNESDAY, 7), Closure(SUNDAY, SUNDAY, 7), Closure(MONDAY, MONDAY, None),
        Closure(MONDAY, SUNDAY, 7, roster.OPEN),
    ]  # fmt: skip
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
