"""A day's series of numbers, and the steps of a ticket."""

from itertools import pairwise

import pytest

from booking.domain.errors import NumbersUsedUp, WrongState
from booking.domain.tickets import (
    CALLED,
    DONE,
    IN_TALK,
    MISSED,
    STEPS,
    WAITING,
    last_step,
    may_recall,
    number,
    shown,
    step,
)


@pytest.mark.parametrize("first", [1, 2, 500, 999])
def test_a_day_has_each_number_once_from_wherever_it_begins(first):
    day = [number(first, given) for given in range(999)]
    assert day[0] == first
    assert sorted(day) == list(range(1, 1000))
    assert all(after == before % 999 + 1 for before, after in pairwise(day))


def test_the_thousandth_visitor_of_a_day_is_refused():
    with pytest.raises(NumbersUsedUp):
        number(17, 999)


def test_a_number_is_shown_with_three_digits():
    assert [shown(n) for n in (7, 42, 999)] == ["007", "042", "999"]


LEADS_TO = {
    ("call", WAITING): CALLED, ("recall", CALLED): CALLED, ("start", CALLED): IN_TALK, ("missing", CALLED): MISSED,
    ("missing", WAITING): MISSED,
    ("finish", CALLED): DONE, ("finish", IN_TALK): DONE, ("return", MISSED): WAITING,
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", [WAITING, CALLED, IN_TALK, DONE, MISSED])
def test_a_step_leads_where_it_should_or_is_refused(name, state):
    if (name, state) in LEADS_TO:
        assert step(name, state) == LEADS_TO[name, state]
    else:
        with pytest.raises(WrongState) as refused:
            step(name, state)
        assert refused.value.state == state


def test_what_the_evening_left_open_has_a_last_step():
    ends = {state: step(last_step(state), state) for state in (WAITING, CALLED, IN_TALK)}
    assert ends == {WAITING: MISSED, CALLED: MISSED, IN_TALK: DONE}


def test_a_number_is_called_once_and_again_three_times():
    assert [may_recall(calls) for calls in (1, 2, 3, 4)] == [True, True, True, False]
