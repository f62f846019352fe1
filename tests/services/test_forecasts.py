"""The forecast that is kept: made beside the calls, shown without a flicker, and no longer than it holds."""

import pytest
from sqlalchemy import update

from booking.services import calls, desk, forecasts, screens
from booking.services.steps import forecasting
from booking.store import models as m
from booking.store.db import transaction
from tests.people import DAY, DESK, MINUTE, a_centre, a_counsellor, a_ticket, an_absence, at, change, rows

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


@pytest.fixture
def centre():
    return a_centre()


@pytest.fixture
def anna(centre):
    return a_counsellor(centre, "Anna")


@pytest.fixture
def bela(centre):
    return a_counsellor(centre, "Bela")


def tag_of(ticket):
    return rows(m.Ticket.tag, id=ticket.id)[0]


def place(centre, ticket, now=TEN):
    return screens.snapshot(centre, now=now).line[tag_of(ticket)]


def kept(centre):
    return rows(m.Forecast.lines, centre_id=centre)[0]


def test_everybody_who_waits_has_a_place_at_once_and_minutes_with_the_next_forecast(centre, anna, bela):
    waiting = [a_ticket(centre, now=TEN + n * MINUTE / 10) for n in range(4)]
    now = TEN + MINUTE
    assert [place(centre, ticket, now) for ticket in waiting] == [(n, None, None) for n in range(4)]
    forecasts.refresh(centre, now=now)
    places = [place(centre, ticket, now) for ticket in waiting]
    assert [before for before, _, _ in places] == [0, 1, 2, 3]
    assert places[0] == (0, 0, 0)  # two are free
    assert 0 < places[2][1] <= places[2][2]
    seen = screens.snapshot(centre, now=now)
    assert seen.expected >= places[3][1:]
    assert (seen.alone, seen.forecast_at) == (False, now.isoformat())


def test_within_a_minute_the_same_morning_is_played_once(centre, anna, monkeypatch):
    a_ticket(centre, now=TEN)
    forecasting._played.cache_clear()
    played, project = [], forecasting.waiting.project
    monkeypatch.setattr(forecasting.waiting, "project", lambda *scene: played.append(1) or project(*scene))
    first, again = (desk.view(centre, now=TEN).forecasts for _ in range(2))
    assert (first, len(first), len(played)) == (again, 1, 1)


def test_with_one_counsellor_here_minutes_would_promise_too_much(centre, anna, bela):
    a_ticket(centre, now=TEN)
    an_absence(centre, bela, TEN - DAY, TEN + DAY)
    forecasts.refresh(centre, now=TEN)
    assert screens.snapshot(centre, now=TEN).alone


def test_a_day_that_may_end_before_has_no_minutes(centre, anna):
    late = at("2027-03-02 11:55")
    for _ in range(3):
        last = a_ticket(centre, now=late)
    forecasts.refresh(centre, now=late)
    assert place(centre, last, late) == (2, None, None)
    assert screens.snapshot(centre, now=late).expected is None


@pytest.mark.parametrize(("off", "told"), [(4.9, False), (5, True)])
def test_small_changes_are_not_shown_and_large_ones_are(centre, anna, bela, heard, off, told):
    for _ in range(3):
        a_ticket(centre, now=TEN)
    forecasts.refresh(centre, now=TEN)
    fresh = kept(centre)
    shown = {id_: [half + off, most + off] for id_, (half, most) in fresh.items()}
    with transaction(centre) as session:
        session.execute(update(m.Forecast).values(lines=shown))
    heard.clear()
    forecasts.refresh(centre, now=TEN)
    assert kept(centre) == (fresh if told else shown)
    assert [announced for announced, _ in heard] == ([{centre: {"board"}}] if told else [])


def test_a_forecast_that_nobody_renewed_is_not_shown_for_long(centre, anna, bela):
    ticket = a_ticket(centre, now=TEN)
    forecasts.refresh(centre, now=TEN)
    assert place(centre, ticket, TEN + 5 * MINUTE)[1] is not None
    assert place(centre, ticket, TEN + 6 * MINUTE) == (0, None, None)
    assert screens.snapshot(centre, now=TEN + 6 * MINUTE).forecast_at is None


def test_it_is_due_when_something_happened_and_every_minute_while_somebody_is_there(centre, anna):
    quiet = a_centre("balingen")
    assert forecasts.due(now=TEN) == [centre, quiet]
    for one in (centre, quiet):
        forecasts.refresh(one, now=TEN)
    assert forecasts.due(now=TEN + 10 * MINUTE) == []
    a_ticket(centre, now=TEN)
    assert forecasts.due(now=TEN) == [centre]
    forecasts.refresh(centre, now=TEN)
    assert forecasts.due(now=TEN) == []
    assert forecasts.due(now=TEN + MINUTE) == [centre]
    called = calls.call_next(centre, anna, by=DESK, now=TEN)
    forecasts.refresh(centre, now=TEN)
    assert forecasts.due(now=TEN + MINUTE) == [centre]  # in a talk
    calls.finish(centre, called.id, anna, by=DESK, now=TEN)
    forecasts.refresh(centre, now=TEN)
    assert forecasts.due(now=TEN + MINUTE) == []


def test_who_chose_a_voice_is_called_in_it(centre, anna):
    ticket = a_ticket(centre, now=TEN)
    change(m.Ticket, ticket.id, voice="ar")
    calls.call_next(centre, anna, by=DESK, now=TEN)
    assert screens.snapshot(centre, now=TEN).calls[0].voice == "ar"
