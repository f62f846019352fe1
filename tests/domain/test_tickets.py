"""A day's series of numbers, and the steps of a ticket."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from booking.domain.errors import Invalid, NumbersUsedUp, WrongState
from booking.domain.tickets import (
    CALLED,
    CRISIS,
    DONE,
    IN_TALK,
    KINDS,
    MISSED,
    NEEDS,
    OPEN,
    PARKED,
    REFERRED,
    REFUSED,
    STATES,
    STEPS,
    WAITING,
    WALK_IN,
    WITHDRAWN,
    check_come_back,
    check_undo,
    last_step,
    may_recall,
    needs,
    number,
    raised,
    said_kind,
    shown,
    step,
)

NOW = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)


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
    ("missing", WAITING): MISSED, ("missing", PARKED): MISSED,
    ("finish", CALLED): DONE, ("finish", IN_TALK): DONE, ("return", MISSED): WAITING, ("return", WITHDRAWN): WAITING,
    ("park", WAITING): PARKED, ("park", CALLED): PARKED, ("park", IN_TALK): PARKED, ("unpark", PARKED): WAITING,
    ("transfer", WAITING): WAITING, ("transfer", CALLED): WAITING, ("transfer", IN_TALK): WAITING,
    ("withdraw", WAITING): WITHDRAWN, ("withdraw", PARKED): WITHDRAWN, ("withdraw", CALLED): WITHDRAWN,
    ("refer", WAITING): REFERRED, ("refer", PARKED): REFERRED, ("refer", CALLED): REFERRED,
    ("refer", IN_TALK): REFERRED, ("refuse", WAITING): REFUSED, ("refuse", PARKED): REFUSED, ("serve", WAITING): DONE,
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_a_step_leads_where_it_should_or_is_refused(name, state):
    if (name, state) in LEADS_TO:
        assert step(name, state) == LEADS_TO[name, state]
    else:
        with pytest.raises(WrongState) as refused:
            step(name, state)
        assert refused.value.state == state


def test_what_the_evening_left_open_has_a_last_step():
    ends = {state: step(last_step(state), state) for state in OPEN}
    assert ends == {WAITING: MISSED, PARKED: MISSED, CALLED: MISSED, IN_TALK: DONE}


def test_a_number_is_called_once_and_again_three_times():
    assert [may_recall(calls) for calls in (1, 2, 3, 4)] == [True, True, True, False]


# ── kinds and needs ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_crisis_is_called_a_walk_in_before_everybody():
    assert {kind: said_kind(kind) for kind in KINDS if said_kind(kind) != kind} == {CRISIS: WALK_IN}


def test_needs_are_of_the_list_and_each_stands_once():
    assert needs(["frail", "step_free", "frail"]) == ["step_free", "frail"]
    with pytest.raises(Invalid) as refused:
        needs(["frail", "hurry"])
    assert (refused.value.field, refused.value.reason) == ("needs", "choice-unknown")


def test_minutes_count_more_with_a_need_or_a_deadline_but_not_for_an_interpreter():
    assert {need for need in NEEDS if not raised([need], deadline_today=False)} == {"interpreter"}
    assert raised(["interpreter"], deadline_today=True)
    assert not raised([], deadline_today=False)


# ── how long something is possible ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("minutes", "returned", "refused"),
    [(0, False, None), (60, False, None), (61, False, "back-too-late"), (5, True, "back-before"),
     (None, False, "back-too-late")],
)  # fmt: skip
def test_who_was_missed_comes_back_once_within_an_hour(minutes, returned, refused):
    missed_at = None if minutes is None else NOW - timedelta(minutes=minutes)
    if refused is None:
        check_come_back(missed_at, returned=returned, now=NOW)
        return
    with pytest.raises(WrongState) as said:
        check_come_back(missed_at, returned=returned, now=NOW)
    assert said.value.state == refused


def test_a_step_is_taken_back_within_ten_seconds():
    check_undo(NOW, NOW + timedelta(seconds=10))
    with pytest.raises(WrongState) as refused:
        check_undo(NOW, NOW + timedelta(seconds=11))
    assert refused.value.state == "undo-over"
