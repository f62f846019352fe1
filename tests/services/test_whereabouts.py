"""Here, on a break, away: said with one key, seen by the desk, and used beside the roster."""

from datetime import time

import pytest

from booking.domain.errors import Invalid, NotFound
from booking.domain.times import Span
from booking.services import calls, closing, desk, forecasts, screens, whereabouts
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NOW,
    a_counsellor,
    a_receptionist,
    a_room,
    a_ticket,
    an_absence,
    at,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN, ELEVEN, NOON = at("2027-03-02 10:00"), at("2027-03-02 11:00"), at("2027-03-02 12:00")


def colleague(centre, now):
    [found] = desk.view(centre, now=now).colleagues
    return found.state, found.until, found.unseen


def test_the_desk_sees_at_once_what_she_says_until_its_time(centre, anna, heard):
    whereabouts.say(centre, anna, "break", until=time(10, 20), now=TEN)
    assert [announced for announced, _steps in heard] == [{centre: {"board", "desk"}}]
    assert colleague(centre, TEN) == ("break", at("2027-03-02 10:20"), False)
    assert whereabouts.of(centre, anna, now=TEN).state == "break"
    assert colleague(centre, at("2027-03-02 10:20")) == ("free", None, False)
    assert whereabouts.of(centre, anna, now=at("2027-03-02 10:20")) is None
    whereabouts.say(centre, anna, "away", now=ELEVEN)
    assert colleague(centre, ELEVEN) == ("away", None, False)
    assert desk.view(centre, now=ELEVEN).gaps == [Span(ELEVEN, NOON)], "presence knows it"
    assert whereabouts.of(centre, anna, now=ELEVEN + DAY) is None


def test_who_is_planned_and_says_nothing_is_pointed_out_after_five_minutes(centre, anna):
    nine = at("2027-03-02 09:00")
    assert colleague(centre, nine + 4 * MINUTE) == ("free", None, False)
    assert colleague(centre, nine + 5 * MINUTE) == ("free", None, True)
    a_ticket(centre)
    call = calls.call_next(centre, anna, by=DESK, now=nine + 6 * MINUTE)
    assert colleague(centre, nine + 6 * MINUTE)[2] is False
    calls.finish(centre, call.id, anna, by=DESK, now=nine + 9 * MINUTE)
    assert colleague(centre, nine + 9 * MINUTE) == ("free", None, False), "she has been here"


def test_calling_ends_a_break_and_writes_no_second_row_afterwards(centre, anna):
    whereabouts.say(centre, anna, "break", now=NOW)
    for n in range(2):
        a_ticket(centre)
        call = calls.call_next(centre, anna, by=DESK, now=TEN + n * MINUTE)
        calls.finish(centre, call.id, anna, by=DESK, now=TEN + n * MINUTE)
    assert rows(m.Whereabouts.state) == ["break", "calling"]
    assert colleague(centre, TEN + 2 * MINUTE)[0] == "free"


def test_who_comes_in_spite_of_her_absence_or_plan_is_here(centre, anna):
    gul = a_counsellor(centre, "Gül", shifts=[])
    an_absence(centre, anna, NOW, NOW + DAY)
    assert desk.view(centre, now=TEN).gaps != []
    whereabouts.say(centre, anna, "here", now=TEN)
    whereabouts.say(centre, gul, "here", now=TEN)
    seen = desk.view(centre, now=TEN)
    assert [(c.name, c.state) for c in seen.colleagues] == [("Anna", "free"), ("Gül", "free")]
    assert seen.gaps == []


def test_who_is_away_can_be_covered_and_the_forecast_knows_it(centre, anna):
    a_room(centre, "r2")
    cem = a_counsellor(centre, "Cem")
    for person in (anna, cem):
        whereabouts.say(centre, person, "here", now=NOW)
    ticket = a_ticket(centre, now=TEN)
    forecasts.refresh(centre, now=TEN)
    assert not screens.snapshot(centre, now=TEN).alone
    whereabouts.say(centre, anna, "away", until=time(11), now=TEN)
    forecasts.refresh(centre, now=TEN)
    assert screens.snapshot(centre, now=TEN).alone
    assert ticket.id in desk.view(centre, now=TEN).forecasts


@pytest.mark.parametrize(("state", "until"), [("gone", None), ("here", time(11)), ("break", time(9, 59))])
def test_what_makes_no_sense_is_not_written(centre, anna, state, until):
    with pytest.raises(Invalid):
        whereabouts.say(centre, anna, state, until=until, now=TEN)
    assert rows(m.Whereabouts.id) == []


def test_only_who_works_here_today_says_so(centre):
    left = a_counsellor(centre, "Left", last_day=(NOW - DAY).date())
    for somebody in (left, a_receptionist(centre), 10**9):
        with pytest.raises(NotFound):
            whereabouts.say(centre, somebody, "here", now=TEN)


def test_at_night_it_is_forgotten(centre, anna):
    whereabouts.say(centre, anna, "here", now=TEN)
    closing.nightly(now=TEN)
    assert len(rows(m.Whereabouts.id)) == 1
    closing.nightly(now=TEN + DAY)
    assert rows(m.Whereabouts.id) == []
