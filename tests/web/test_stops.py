"""Closing the queue at the desk: what is offered instead of the plain button, and what screens are told."""

import pytest

from booking.services import forecasts
from tests.web.visiting import LEAD, RECEPTION, dump, read, rows, said, signed_in

DESK = "/ludwigsburg/desk"


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def send(desk, to=None, **typed):
    """The form for numbers, as the page shows it now, by one of its buttons."""
    form = read(desk.get(DESK)).form("programme")
    return desk.post(f"{DESK}/{to or 'tickets'}", data={**form.fields, **typed}, follow_redirects=True)


def test_a_closed_queue_is_shown_to_both_desks_and_a_number_is_given_all_the_same(app, desk):
    before = read(desk.get(DESK)).form("programme").fields
    assert "all_the_same" not in before
    send(desk, "stop")
    late = desk.post(f"{DESK}/tickets", data=before, follow_redirects=True)
    assert said(app, "queue-stopped") in read(late).words
    assert 'id="reopen"' in signed_in(app, LEAD).get(f"{DESK}/now").text
    send(desk)
    assert [row["state"] for row in rows(app, "ticket")] == ["waiting"]
    send(desk, "reopen")
    assert 'id="close-queue"' in desk.get(DESK).text


def test_the_form_says_before_the_number_that_there_is_no_time_left(app, desk, house, watch):
    watch.pass_by(hours=3, minutes=25)  # five minutes before the doors close
    with app.app_context():
        forecasts.refresh(house["ludwigsburg"], now=watch.now)
    assert 'id="turn-away"' in desk.get(DESK).text
    slip = send(desk, "turn-away", language="ar")
    assert slip.request.path.endswith("/slip")
    assert 'lang="ar"' in slip.text
    assert [(row["state"], row["language"]) for row in rows(app, "ticket")] == [("refused", "ar")]
    send(desk, "turn-away", language="no language")
    assert rows(app, "ticket")[1]["language"] is None


def test_without_a_token_nothing_is_closed(app, desk):
    before = dump(app, "queue_stop", "ticket")
    for path in ("stop", "reopen", "turn-away"):
        assert desk.post(f"{DESK}/{path}").status_code == 400
    assert dump(app, "queue_stop", "ticket") == before
