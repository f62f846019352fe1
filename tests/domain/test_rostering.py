"""What may not stand in a roster is refused with what and when."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import rostering
from booking.domain.errors import Invalid, ShiftsOverlap
from booking.domain.roster import Closure, DayShift, Shift
from booking.domain.rostering import Part, Pattern, Spell
from booking.domain.times import Span

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2027, 3, 1)
DAY = timedelta(days=1)
NINE, TEN, NOON, TWO = time(9), time(10), time(12), time(14)
MORNINGS = Pattern(frozenset({0, 2}), NINE, NOON, MONDAY, None, "talks")


def refused(check, *args):
    with pytest.raises(Invalid) as refusal:
        check(*args)
    return refusal.value.field, refusal.value.reason


# ── absences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_absence_of_whole_days_goes_from_midnight_to_midnight():
    assert rostering.span_of(Spell(MONDAY, MONDAY + DAY), BERLIN) == Span(
        datetime(2027, 2, 28, 23, tzinfo=UTC), datetime(2027, 3, 2, 23, tzinfo=UTC)
    )


def test_the_day_the_clocks_change_has_its_own_length():
    spring = date(2027, 3, 28)
    span = rostering.span_of(Spell(spring, spring), BERLIN)
    assert span.ends - span.starts == timedelta(hours=23)


def test_a_part_of_a_day_and_the_rest_of_some_days():
    assert rostering.span_of(Spell(MONDAY, MONDAY, NINE, NOON), BERLIN) == Span(
        datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 1, 11, tzinfo=UTC)
    )
    assert rostering.span_of(Spell(MONDAY, MONDAY + DAY, NINE), BERLIN) == Span(
        datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 2, 23, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("spell", "expected"),
    [
        (Spell(MONDAY, MONDAY - DAY), ("last_day", "ends-before-start")),
        (Spell(MONDAY, MONDAY, NOON, NINE), ("ends", "ends-before-start")),
        (Spell(MONDAY, MONDAY, NINE, NINE), ("ends", "ends-before-start")),
        (Spell(MONDAY, date.max), ("last_day", "too-long")),
    ],
)
def test_an_absence_that_is_none_is_refused(spell, expected):
    assert refused(rostering.span_of, spell, BERLIN) == expected


# ── weekly patterns ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pattern_is_a_line_for_each_of_its_days():
    rostering.check_pattern(MORNINGS)
    assert MORNINGS.shifts(7) == [
        Shift(7, 0, NINE, NOON, MONDAY, None, "talks", 1), Shift(7, 2, NINE, NOON, MONDAY, None, "talks", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"weekdays": frozenset()}, ("weekdays", "weekday-missing")),
        ({"weekdays": frozenset({7})}, ("weekdays", "weekday-missing")),
        ({"kind": "off"}, ("kind", "choice-unknown")),
        ({"every_weeks": 0}, ("every_weeks", "choice-unknown")),
        ({"every_weeks": 9}, ("every_weeks", "choice-unknown")),
        ({"ends": NINE}, ("ends", "ends-before-start")),
        ({"starts": time(9, 2)}, ("starts", "five-minutes")),
        ({"ends": time(11, 0, 30)}, ("ends", "five-minutes")),
        ({"valid_until": MONDAY - DAY}, ("valid_until", "ends-before-start")),
    ],
)
def test_a_pattern_that_is_none_is_refused(values, expected):
    assert refused(rostering.check_pattern, MORNINGS._replace(**values)) == expected


def line(starts=NINE, ends=NOON, *, staff_id=1, weekday=0, first=MONDAY, last=None, kind="talks", every=1):
    return Shift(staff_id, weekday, starts, ends, first, last, kind, every)


@pytest.mark.parametrize(
    "other",
    [
        line(NOON, TWO),
        line(time(7), NINE),
        line(staff_id=2),
        line(weekday=1),
        line(kind="admin"),
        line(first=MONDAY - 14 * DAY, last=MONDAY - DAY),
    ],
)
def test_lines_that_never_meet_stand_side_by_side(other):
    assert rostering.meeting(line(), other) is None
    rostering.check_no_clash([line()], [other])


def test_lines_of_alternating_weeks_never_meet():
    odd, even = line(every=2), line(first=MONDAY + 7 * DAY, every=2)
    assert rostering.meeting(odd, even) is None
    assert rostering.meeting(odd, line(first=MONDAY + 7 * DAY, every=3)) == MONDAY + 28 * DAY


def test_the_refusal_says_on_which_day_and_when_something_stands_already():
    old = line(TEN, TWO, first=MONDAY + 7 * DAY)
    with pytest.raises(ShiftsOverlap) as refusal:
        rostering.check_no_clash([line(weekday=1), line()], [old])
    assert (refusal.value.day, refusal.value.starts, refusal.value.ends) == (MONDAY + 7 * DAY, TEN, TWO)


some_days = st.integers(0, 40).map(lambda days: MONDAY + days * DAY)
lines = st.builds(
    line, st.sampled_from([NINE, TEN]), st.sampled_from([NOON, TWO]), weekday=st.integers(0, 1), first=some_days,
    last=st.none() | some_days, every=st.integers(1, 4),
)  # fmt: skip


@given(lines, lines)
def test_two_lines_meet_on_the_first_day_that_has_both(one, other):
    both = [day for day in (MONDAY + i * DAY for i in range(200)) if one.on(day) and other.on(day)]
    assert rostering.meeting(one, other) == (both[0] if both else None)


# ── single days ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_single_day_is_its_parts_or_no_work_at_all():
    assert rostering.day_rows(1, MONDAY, [Part("talks", NINE, NOON), Part("break", TEN, NOON)]) == [
        DayShift(1, MONDAY, "talks", NINE, NOON), DayShift(1, MONDAY, "break", TEN, NOON),
    ]  # fmt: skip
    assert rostering.day_rows(1, MONDAY, []) == [DayShift(1, MONDAY, "off", None, None)]


def test_a_single_day_with_a_mistake_is_refused():
    assert refused(rostering.day_rows, 1, MONDAY, [Part("off", NINE, NOON)]) == ("kind", "choice-unknown")
    assert refused(rostering.day_rows, 1, MONDAY, [Part("talks", NOON, NINE)]) == ("ends", "ends-before-start")
    with pytest.raises(ShiftsOverlap) as refusal:
        rostering.day_rows(1, MONDAY, [Part("talks", NINE, NOON), Part("talks", TEN, TWO)])
    assert (refusal.value.day, refusal.value.starts, refusal.value.ends) == (MONDAY, NINE, NOON)


# ── closures ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "closure",
    [
        Closure(MONDAY, MONDAY, None),
        Closure(MONDAY, MONDAY + DAY, 3, "shut", NINE, NOON),
        Closure(MONDAY, MONDAY, None, "desk_only", NINE, NOON),
        Closure(MONDAY, MONDAY, None, "open"),
    ],
)
def test_what_can_be_closed(closure):
    rostering.check_closure(closure)


@pytest.mark.parametrize(
    ("closure", "expected"),
    [
        (Closure(MONDAY, MONDAY, None, "ajar"), ("kind", "choice-unknown")),
        (Closure(MONDAY, MONDAY, 3, "open"), ("carrier", "closure-of-all-only")),
        (Closure(MONDAY, MONDAY, 3, "desk_only"), ("carrier", "closure-of-all-only")),
        (Closure(MONDAY, MONDAY - DAY, None), ("last_day", "ends-before-start")),
        (Closure(MONDAY, date.max, None), ("last_day", "too-long")),
        (Closure(MONDAY, MONDAY, None, "shut", NINE, None), ("ends", "both-times")),
        (Closure(MONDAY, MONDAY, None, "shut", None, NINE), ("starts", "both-times")),
        (Closure(MONDAY, MONDAY, None, "open", NINE, NOON), ("starts", "opened-whole-days")),
        (Closure(MONDAY, MONDAY, None, "shut", NOON, NINE), ("ends", "ends-before-start")),
    ],
)
def test_a_closure_that_is_none_is_refused(closure, expected):
    assert refused(rostering.check_closure, closure) == expected


def test_the_first_day_on_which_two_terms_differ():
    today = MONDAY + 10 * DAY
    far, further = MONDAY + 200 * DAY, MONDAY + 300 * DAY
    for old, new, expected in (
        ((None, None), (None, None), today),
        ((None, None), (None, far), far + DAY),
        ((None, far), (None, further), far + DAY),
        ((MONDAY, None), (far, None), today),
        ((far, None), (further, None), far),
        ((far, further), (further, None), far),
    ):
        assert rostering.first_change(old, new, today) == expected


def test_a_line_every_two_weeks_is_next_on_in_its_own_weeks():
    shift = Shift(1, 2, NINE, NOON, MONDAY, None, "talks", 2)
    assert [rostering.next_on(shift, MONDAY + n * DAY) for n in (-20, 0, 2, 3)] == [
        MONDAY + 2 * DAY, MONDAY + 2 * DAY, MONDAY + 2 * DAY, MONDAY + 16 * DAY
    ]  # fmt: skip
    ended = shift._replace(valid_until=MONDAY)
    assert rostering.next_on(ended, MONDAY + DAY) == MONDAY + DAY
