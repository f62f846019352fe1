"""A number's own page: in its holder's language, without a cookie's or a script's help, and only today."""

import re

import pytest

from booking.domain.errors import WrongState
from booking.services import aside, following, forecasts
from tests.conftest import SECRET
from tests.web.visiting import COUNSELLOR, RECEPTION, dump, press, read, rows, send, signed_in, worded

DESK, CALLS = "/ludwigsburg/desk", "/ludwigsburg/calls"


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def give(desk, language=""):
    """A number, and the address of its page."""
    press(desk, desk.get(DESK), language=language, programme="")
    ticket = max(rows(desk.application, "ticket"), key=lambda row: row["id"])
    return f"/t/{following.token(ticket['tag'], secret=SECRET)}"


def words(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return read(answer).words


def test_the_page_is_in_the_language_of_the_number(app, desk, client):
    arabic, unknown = give(desk, "ar"), give(desk)
    page = client.get(arabic)
    assert read(page).html["dir"] == "rtl"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    first, _ = rows(app, "ticket")
    assert f"{first['number']:03d}" in read(page).words
    assert worded(app, "You are next. Please come to the waiting room.", "ar") in read(page).words
    assert worded(app, "You are next but one. Please come to the waiting room.", "de") in words(client, unknown)
    asked = client.get(unknown, headers={"Accept-Language": "en"})
    assert "You are next but one." in read(asked).words
    assert "You are next but one." in words(client, unknown.replace("/t/", "/t/en/"))


def test_place_and_minutes_are_told_and_the_live_part_tells_the_same(app, desk, client, house, watch):
    watch.pass_by(hours=1)
    page = [give(desk) for _ in range(4)][-1]
    assert "3 Personen sind vor Ihnen dran." in words(client, page)
    with app.app_context():
        forecasts.refresh(house["ludwigsburg"], now=watch.now)
    assert re.search(r"etwa (\d+–)?\d+ Minuten|gleich an der Reihe", words(client, page))
    part = client.get(page.replace("/t/", "/t/de/") + "/now")
    assert "<html" not in part.text
    assert read(part).words in words(client, page)


def test_a_call_is_told_with_its_room_and_the_end_as_well(app, desk, client):
    page = give(desk)
    ricci = signed_in(app, COUNSELLOR)
    press(ricci, ricci.get(CALLS), room="r2")
    called = client.get(page)
    assert worded(app, "It is your turn. Please go now.") in read(called).words
    assert "<bdi>2</bdi>" in called.text
    for step, sentence in (("start", "You are with us now."), ("finish", "Your visit is over. All the best!")):
        form = next(form for form in read(ricci.get(CALLS)).forms if form.action.endswith(step))
        ricci.post(form.action, data=form.fields)
        assert worded(app, sentence) in words(client, page)


def test_opening_the_page_changes_nothing_and_only_the_button_chooses_the_voice(app, desk, client):
    page = give(desk, "ar")
    before = dump(app, "ticket", "step")
    client.get(page)
    assert dump(app, "ticket", "step") == before
    for answer, chosen in (("yes", "ar"), ("no", None)):
        form = read(client.get(page)).form("voice")
        assert form.fields["voice"] == answer
        shown = client.post(form.action, data=form.fields, follow_redirects=True)
        assert shown.status_code == 200
        assert rows(app, "ticket")[0]["voice"] == chosen
    form = read(client.get(page)).form("voice")
    client.post(form.action, data={"voice": "yes"})  # without its token
    assert rows(app, "ticket")[0]["voice"] is None


def sent(client, page, step):
    """Press the button of this step on the page."""
    form = next(form for form in read(client.get(page)).forms if form.action.endswith(step))
    return client.post(form.action, data=form.fields, follow_redirects=True)


def test_who_leaves_for_a_while_is_not_called_and_waits_on_when_she_is_back(app, desk, client):
    page = give(desk, "en")
    sent(client, page, "/leave")
    assert rows(app, "ticket")[0]["state"] == "parked"
    assert "You have left the line for a while." in words(client, page)
    sent(client, page, "/back")
    assert rows(app, "ticket")[0]["state"] == "waiting"
    assert "You are next." in words(client, page)
    assert [row["door"] for row in rows(app, "step")][-2:] == ["web", "web"]


def test_a_place_is_given_up_by_a_button_and_by_nothing_else(app, desk, client):
    page = give(desk, "en")
    asked = page.replace("/t/", "/t/en/") + "/give-up"
    assert "Do you want to give up your place?" in words(client, asked)
    assert client.post(asked).status_code == 400  # without its token
    assert rows(app, "ticket")[0]["state"] == "waiting"
    form = read(client.get(asked)).forms[-1]
    for _ in range(2):  # pressed twice, it is given up once
        shown = client.post(asked, data=form.fields, follow_redirects=True)
        assert "You have given up your place." in read(shown).words
    assert [row["name"] for row in rows(app, "step")] == ["taken", "withdraw"]


def test_a_step_that_somebody_was_quicker_with_changes_nothing(app, desk, client, monkeypatch):
    page = give(desk, "en")
    monkeypatch.setattr(aside, "park", refuse)
    assert "You are next." in read(sent(client, page, "/leave")).words


def refuse(*_ids, **_more):
    raise WrongState("changed")


def test_yesterdays_page_says_that_it_is_over(app, desk, client, watch):
    page = give(desk)
    watch.pass_by(days=1)
    for path in (page, page.replace("/t/", "/t/ar/"), page.replace("/t/", "/t/de/") + "/now", "/t/x", "/t/de/x"):
        answer = client.get(path)
        assert answer.status_code == 404, path
    assert worded(app, "This number is no longer valid.") in read(client.get(page)).words
    assert worded(app, "This number is no longer valid.", "ar") in read(client.get("/t/ar/x")).words
    assert send(client, page.replace("/t/", "/t/de/") + "/voice", {"voice": "yes"}).status_code == 404


def test_no_person_stands_on_the_page(app, desk, client):
    page = give(desk, "ar")
    text = client.get(page).text
    assert [row["name"] for row in rows(app, "staff") if row["name"] in text] == []


def test_the_slip_carries_the_address_in_a_picture(app, desk, client, monkeypatch):
    page, drawn = give(desk, "ar"), []
    [ticket] = rows(app, "ticket")
    monkeypatch.setattr(following, "picture", lambda address: drawn.append(address) or "data:,")
    slip = desk.get(f"{DESK}/tickets/{ticket['id']}")
    assert drawn == [f"http://localhost{page}"]
    assert worded(app, "Scan this: your phone shows when it is your turn.", "ar") in read(slip).words
