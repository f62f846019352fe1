"""What somebody says of herself beside the roster, and what it leaves of her plan."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.domain import whereabouts
from booking.domain.errors import Invalid
from booking.domain.roster import NOT_PLANNED, Work
from booking.domain.times import Grid, Span
from booking.domain.whereabouts import Said

BERLIN = ZoneInfo("Europe/Berlin")
GRID = Grid.over(date(2027, 3, 2), 1, BERLIN)
MINUTE = timedelta(minutes=1)


def at(hour, minute=0):
    return datetime(2027, 3, 2, hour, minute, tzinfo=BERLIN)


NINE, TEN, NOON = at(9), at(10), at(12)
MORNING = GRID.inside(Span(NINE, NOON))
PLAN = Work(MORNING, MORNING, 0)


def house(left, state, said_at, until=None, *, now=TEN, planned=PLAN):
    """The spans in the house that are left, as (from, to) wall times."""
    work = whereabouts.work(GRID, planned, left, Said(1, state, said_at, until), now)
    assert work.talks & ~work.house == 0
    return [
        (f"{s.starts.astimezone(BERLIN):%H:%M}", f"{s.ends.astimezone(BERLIN):%H:%M}") for s in GRID.spans(work.house)
    ]


@pytest.mark.parametrize(
    ("left", "state", "until", "spans"),
    [
        (PLAN, "break", at(10, 20), [("09:00", "10:00"), ("10:20", "12:00")]),
        (PLAN, "break", None, [("09:00", "10:00"), ("10:15", "12:00")]),
        (PLAN, "away", at(11), [("09:00", "10:00"), ("11:00", "12:00")]),
        (PLAN, "away", None, [("09:00", "10:00")]),
        (PLAN, "here", None, [("09:00", "12:00")]),
        (NOT_PLANNED, "here", None, [("10:00", "12:00")]),
        (NOT_PLANNED, "calling", None, [("10:00", "12:00")]),
    ],
)  # fmt: skip
def test_what_she_says_changes_her_plan_from_then_on(left, state, until, spans):
    assert house(left, state, TEN, until) == spans


def test_a_break_of_unknown_length_goes_on_until_she_is_back():
    assert house(PLAN, "break", TEN, now=at(10, 30)) == [("09:00", "10:00"), ("10:45", "12:00")]


def test_who_is_here_without_being_planned_is_here_now_and_a_call_alone_promises_nothing():
    assert house(NOT_PLANNED, "here", TEN, now=at(10, 30), planned=NOT_PLANNED) == [("10:30", "10:35")]
    assert house(NOT_PLANNED, "calling", TEN, planned=NOT_PLANNED) == []


@pytest.mark.parametrize(
    ("now", "said_at", "missed"),
    [
        (at(9, 4), None, False), (at(9, 5), None, True), (at(9, 5), at(8, 1), False), (at(9, 5), at(7, 59), True),
        (at(11), at(9, 30), False), (at(8, 59), None, False), (NOON, None, False),
    ],
)  # fmt: skip
def test_who_is_planned_is_missed_after_five_minutes(now, said_at, missed):
    said = None if said_at is None else Said(1, "here", said_at, None)
    assert whereabouts.unseen(GRID, PLAN, said, now) is missed


@pytest.mark.parametrize(
    ("state", "until"), [("gone", None), ("calling", None), ("here", NOON), ("break", TEN), ("away", NINE)]
)  # fmt: skip
def test_what_makes_no_sense_is_refused(state, until):
    with pytest.raises(Invalid):
        whereabouts.check(state, until, TEN)


def test_what_is_said_holds_until_its_time():
    for state, until in (("here", None), ("break", NOON), ("away", None)):
        whereabouts.check(state, until, TEN)
    assert Said(1, "break", TEN, NOON).holds(at(11, 59))
    assert not Said(1, "break", TEN, NOON).holds(NOON)
