"""What was forecast for a number is kept beside what came, on both databases."""

import pytest

from booking.domain.errors import Invalid
from booking.services import aside, calibration, calls, forecasts
from booking.store import models as m
from tests.people import DESK, MINUTE, a_centre, a_counsellor, a_room, a_ticket, at, rows

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


@pytest.fixture
def centre():
    return a_centre()


def test_the_first_forecast_of_a_number_is_kept_and_compared_with_its_first_call(centre):
    for slug in ("r2", "r3", "r4", "r5"):
        a_room(centre, slug)
    staff = [a_counsellor(centre, name) for name in ("Anna", "Bela", "Cem", "Dana", "Ela")]
    given = [a_ticket(centre, now=TEN) for _ in range(6)]
    forecasts.refresh(centre, now=TEN)
    kept = rows(m.Promise.ticket_id, m.Promise.half)
    assert [row[0] for row in kept] == [ticket.id for ticket in given]
    forecasts.refresh(centre, now=TEN + 20 * MINUTE)
    assert rows(m.Promise.ticket_id, m.Promise.half) == kept
    called = [calls.call_next(centre, who, by=DESK, now=TEN + 2 * MINUTE) for who in staff]
    calls.recall(centre, called[0].id, staff[0], by=DESK, now=TEN + 5 * MINUTE)
    found = calibration.report(centre, "2027-03", now=TEN)
    assert (found.lines[-1].numbers, found.lines[0].numbers) == (5, 5)
    assert (found.lines[0].within_half, found.lines[0].error) == (0, 2)  # all five were free at once, they said
    assert calibration.report(centre, "2027-02", now=TEN).lines[-1].numbers is None
    assert calibration.report(centre, None, now=TEN).period.name == "2027-Q1"


def test_who_was_parked_meanwhile_says_nothing_of_the_forecast(centre):
    anna = a_counsellor(centre, "Anna")
    ticket = a_ticket(centre, now=TEN)
    forecasts.refresh(centre, now=TEN)
    aside.park(centre, ticket.id, by=DESK, now=TEN)
    aside.unpark(centre, ticket.id, by=DESK, now=TEN + MINUTE)
    calls.call_next(centre, anna, by=DESK, now=TEN + 2 * MINUTE)
    assert calibration.report(centre, "2027-03", now=TEN).lines[-1].numbers is None


def test_an_unknown_period_is_refused(centre):
    with pytest.raises(Invalid):
        calibration.report(centre, "2027-13", now=TEN)
