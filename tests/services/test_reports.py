"""Figures from the rows of what happened."""

from datetime import date

import pytest

from booking.domain.errors import Invalid, NotFound
from booking.domain.reports import Cell, Waits
from booking.services import calls, reports, tickets
from booking.store import models as m
from tests.people import DAY, DESK, MINUTE, NINE, NOW, a_booking, a_centre, a_counsellor, a_ticket, change

pytestmark = pytest.mark.usefixtures("inside")


def seen(centre, anna, *, waited, recalls=0):
    """A walk-in of this morning who was called after so many minutes, and seen."""
    ticket = a_ticket(centre, "mbe", "ar")
    at = NOW + waited * MINUTE
    calls.call_next(centre, anna, by=DESK, now=at)
    for again in range(recalls):
        calls.recall(centre, ticket.id, anna, by=DESK, now=at + (again + 1) * MINUTE)
    calls.start(centre, ticket.id, anna, by=DESK, now=at)
    calls.finish(centre, ticket.id, anna, by=DESK, now=at)


def test_the_present_quarter_is_shown_unless_another_is_named():
    centre = a_centre()
    found = reports.report(centre, None, now=NOW)
    assert found.period == ("2027-Q1", date(2027, 1, 1), date(2027, 3, 31))
    assert found.programmes == {"mbe": {"de": "mbe"}}
    assert found.choices[0] == "2027"
    assert reports.report(centre, "2026", now=NOW).period.first == date(2026, 1, 1)


def test_a_wait_ends_with_the_first_call_and_not_with_a_recall():
    centre = a_centre()
    anna = a_counsellor(centre)
    for minutes in (5, 15, 25, 35, 45):
        seen(centre, anna, waited=minutes, recalls=2)
    found = reports.report(centre, None, now=NOW).figures
    assert found.seen == 5
    assert found.by_programme == [Cell("mbe", 5)]
    assert found.waits[0] == Waits("walk_in", 5, 25, 41, None)


def test_a_booked_visitor_waits_from_her_time_on():
    centre = a_centre()
    anna = a_counsellor(centre)
    for n in range(5):
        booked = a_booking(centre, NINE + (n % 4) * 45 * MINUTE + n // 4 * DAY).card
        ticket = tickets.check_in(centre, booked.id, by=DESK, now=booked.starts_at - 30 * MINUTE).ticket
        called = booked.starts_at + 4 * MINUTE
        calls.call_next(centre, anna, by=DESK, now=called)
        calls.finish(centre, ticket.id, anna, by=DESK, now=called)
    found = reports.report(centre, "2027-03", now=NOW + 2 * DAY).figures
    assert found.waits[1] == Waits("appointment", 5, 4, 4, 0)
    assert found.appointments == [Cell("done", 5)]


def test_only_the_period_and_the_centre_itself_are_counted():
    centre, other = a_centre(), a_centre("balingen")
    anna = a_counsellor(centre)
    for _ in range(5):
        seen(centre, anna, waited=1)
    booked = a_booking(centre, NINE).card.id
    change(m.Appointment, booked, starts_at=NOW + 60 * DAY, ends_at=NOW + 61 * DAY, busy_until=NOW + 61 * DAY)
    assert reports.report(centre, "2027-02", now=NOW).figures.seen == 0
    assert reports.report(other, None, now=NOW).figures.seen == 0
    assert reports.report(centre, "2027-Q1", now=NOW).figures.appointments == []
    assert reports.report(centre, "2027-Q2", now=NOW).figures.appointments == [Cell("booked", None)]


def test_an_unknown_period_or_centre_is_refused():
    with pytest.raises(Invalid):
        reports.report(a_centre(), "soon", now=NOW)
    with pytest.raises(NotFound):
        reports.report(999, None, now=NOW)
