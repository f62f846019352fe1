"""The waiting-room screen over HTTP: pairing by six digits, the board it shows, and the end of its token."""

import re

import pytest
from sqlalchemy import update

from booking.services import screens
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    book,
    dump,
    press,
    read,
    rows,
    said,
    send,
    signed_in,
    worded,
)

DESK, CALLS, SCREENS = "/ludwigsburg/desk", "/ludwigsburg/calls", "/ludwigsburg/desk/screens"
FIELDS = {"epoch", "version", "at", "clock", "open", "closed_today", "full_today", "waiting", "calls",
          "expected", "alone", "forecast_at", "line"}  # fmt: skip
CALL_FIELDS = {"number", "room", "calls", "called", "age", "voice"}


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def begin(screen):
    answer = screen.post("/screen/pairing")
    assert answer.status_code == 200
    return answer.json


def claim(screen, secret):
    return screen.post("/screen/pairing/claim", json={"secret": secret})


def pair(desk, code, name="Wartezimmer"):
    return press(desk, desk.get(SCREENS), code=code, name=name)


def paired(app, desk, name="Wartezimmer"):
    """A screen's browser with its token in a cookie, and the token."""
    screen = app.test_client()
    begun = begin(screen)
    assert pair(desk, begun["code"], name).status_code == 200
    return screen, claim(screen, begun["secret"]).json["token"]


def board(screen):
    answer = screen.get("/screen/board")
    assert answer.status_code == 200
    return answer.json


def give(desk):
    press(desk, desk.get(DESK), language="", programme="")


# ── pairing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_screen_is_paired_by_the_six_digits_it_shows(app, desk):
    screen = app.test_client()
    assert "data-begin-url" in screen.get("/screen").text
    begun = begin(screen)
    assert re.fullmatch(r"\d{6}", begun["code"])
    assert claim(screen, begun["secret"]).json == {"paired": False}
    assert screen.get("/screen/board").status_code == 401
    answer = pair(desk, f" {begun['code'][:3]} {begun['code'][3:]} ", "Flur  oben")
    assert "Flur oben" in read(answer).words
    claimed = claim(screen, begun["secret"])
    assert claimed.json["paired"] is True
    cookie = claimed.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "data-board-url" in screen.get("/screen").text
    assert set(board(screen)) == FIELDS


def test_the_token_is_given_once_and_stored_nowhere(app, desk):
    screen = app.test_client()
    begun = begin(screen)
    pair(desk, begun["code"])
    token = claim(screen, begun["secret"]).json["token"]
    stored = dump(app)
    assert token not in stored
    assert begun["secret"] not in stored
    assert claim(app.test_client(), begun["secret"]).json == {"paired": False}


def test_the_digits_end_after_ten_minutes(app, desk, watch):
    screen = app.test_client()
    begun = begin(screen)
    watch.pass_by(minutes=10)
    answer = pair(desk, begun["code"])
    assert answer.status_code == 422
    assert said(app, "pairing-unknown") in read(answer).words
    assert rows(app, "screen") == []


def test_paired_but_never_claimed_ends_as_well(app, desk, watch):
    screen = app.test_client()
    begun = begin(screen)
    pair(desk, begun["code"])
    watch.pass_by(minutes=10)
    assert claim(screen, begun["secret"]).json == {"paired": False}


def test_digits_are_used_once(app, desk):
    begun = begin(app.test_client())
    pair(desk, begun["code"])
    assert pair(desk, begun["code"]).status_code == 422
    assert len(rows(app, "screen")) == 1


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "\x00", "٠٠٠٠٠٠", "%", "9" * 13])
def test_digits_that_no_screen_shows_pair_nothing_and_are_kept(app, desk, code):
    before = dump(app, "screen", "pairing")
    answer = pair(desk, code, "Flur")
    assert answer.status_code in {400, 422}
    assert read(answer).words
    if answer.status_code == 422:
        form = read(answer).form("code", "name")
        assert (form.fields["code"], form.fields["name"]) == (code, "Flur")
    assert dump(app, "screen", "pairing") == before


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_screen_needs_a_name_that_fits(app, desk, name):
    begun = begin(app.test_client())
    answer = pair(desk, begun["code"], name)
    assert answer.status_code == 422
    assert read(answer).form("code").fields["code"] == begun["code"]
    assert rows(app, "screen") == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"{}", b'{"secret":1}', b'{"secret":null}', b'{"secret":"\\u0000"}',
             b'{"secret":"\\ud800"}', b"\xff", b"[" * 20000, b'{"secret":"x"}']
)  # fmt: skip
def test_a_claim_that_is_none_pairs_nothing(app, desk, body):
    pair(desk, begin(app.test_client())["code"])
    before = dump(app, "screen", "pairing")
    answer = app.test_client().post("/screen/pairing/claim", data=body, content_type="application/json")
    assert answer.status_code == 400 or answer.json == {"paired": False}
    assert dump(app, "screen", "pairing") == before


def test_screens_of_two_centres_show_each_its_own(app, desk):
    here, _ = paired(app, desk)
    lead = signed_in(app, "k.maurer", "balingen")
    there, _ = paired_in(app, lead, "balingen")
    give(desk)
    assert board(here)["waiting"] == 1
    assert board(there)["waiting"] == 0
    assert "Balingen" in there.get("/screen").text


def paired_in(app, staff, slug):
    screen = app.test_client()
    begun = begin(screen)
    address = f"/{slug}/desk/screens"
    press(staff, staff.get(address), code=begun["code"], name="Flur")
    return screen, claim(screen, begun["secret"]).json["token"]


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_board_is_read_with_the_cookie_and_with_the_token(app, desk):
    screen, token = paired(app, desk)
    bearer = {"Authorization": f"Bearer {token}"}
    elsewhere = app.test_client()
    assert board(screen) == elsewhere.get("/screen/board", headers=bearer).json
    assert board(screen) == elsewhere.get("/api/v1/centres/ludwigsburg/board", headers=bearer).json
    assert elsewhere.get("/api/v1/centres/balingen/board", headers=bearer).status_code == 404


def test_a_call_stands_on_the_board_with_its_room(app, desk, watch):
    screen, _ = paired(app, desk)
    give(desk)
    ricci = signed_in(app, COUNSELLOR)
    assert board(screen)["calls"] == []
    assert board(screen)["waiting"] == 1
    press(ricci, ricci.get(CALLS), room="r2")
    watch.pass_by(seconds=7)
    seen = board(screen)
    [ticket] = rows(app, "ticket")
    [call] = seen["calls"]
    assert set(call) == CALL_FIELDS
    assert (call["number"], call["room"], call["calls"], call["age"]) == (f"{ticket['number']:03d}", "2", 1, 7)
    assert seen["waiting"] == 0
    assert seen["clock"] == "08:30"


def test_the_version_goes_up_with_every_change_the_screen_shows(app, desk):
    screen, _ = paired(app, desk)
    ricci = signed_in(app, COUNSELLOR)
    versions = [board(screen)["version"]]

    def changed():
        versions.append(board(screen)["version"])

    give(desk)
    changed()
    press(ricci, ricci.get(CALLS), room="r2")
    changed()
    for step in ("recall", "start", "finish"):
        form = next(form for form in read(ricci.get(CALLS)).forms if form.action.endswith(step))
        ricci.post(form.action, data=form.fields)
        changed()
    assert versions == sorted(set(versions))
    send(ricci, f"{CALLS}/next")  # refused
    assert board(screen)["version"] == versions[-1]


def test_a_restored_installation_has_another_epoch(app, desk):
    screen, _ = paired(app, desk)
    before = board(screen)["epoch"]
    assert before
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Installation).values(epoch="0" * 32))
    assert board(screen)["epoch"] == "0" * 32


def test_the_last_four_calls_stand_there_newest_first(app, desk, watch):
    screen, _ = paired(app, desk)
    ricci = signed_in(app, COUNSELLOR)
    numbers = []
    for _ in range(5):
        give(desk)
        press(ricci, ricci.get(CALLS), room="r2")
        numbers.insert(0, f"{max(rows(app, 'ticket'), key=lambda row: row['id'])['number']:03d}")
        form = next(form for form in read(ricci.get(CALLS)).forms if form.action.endswith("finish"))
        ricci.post(form.action, data=form.fields)
        watch.pass_by(minutes=3)
    assert [call["number"] for call in board(screen)["calls"]] == numbers[:4]


def test_open_and_closed_are_told(app, desk, watch):
    screen, _ = paired(app, desk)
    assert board(screen)["open"] is False  # half past eight
    watch.pass_by(minutes=45)
    assert board(screen)["open"] is True
    watch.pass_by(days=4)  # a Saturday
    assert board(screen)["open"] is False
    assert board(screen)["closed_today"] is False  # never open on Saturdays is not the same


def test_closed_today_is_told_to_the_waiting_room_and_to_the_public_page(app, desk, watch):
    screen, _ = paired(app, desk)
    watch.pass_by(minutes=45)
    lead, page = signed_in(app, LEAD), "/ludwigsburg/de/"
    assert worded(app, "We are closed today.") not in read(desk.get(page)).words
    version = board(screen)["version"]
    assert send(lead, "/ludwigsburg/roster/closed-today").status_code == 303
    seen = board(screen)
    assert (seen["open"], seen["closed_today"]) == (False, True)
    assert seen["version"] > version
    assert worded(app, "We are closed today.") in read(desk.get(page)).words
    watch.pass_by(days=1)
    assert (board(screen)["open"], board(screen)["closed_today"]) == (True, False)
    assert worded(app, "We are closed today.") not in read(desk.get(page)).words


def test_no_person_stands_on_the_board(app, desk):
    screen, _ = paired(app, desk)
    visitor = app.test_client()
    book(visitor, "Kanarienvogel", "0151 23456789", topic="german", day="2027-03-02")
    [booked] = rows(app, "appointment")
    press(desk, desk.get(DESK), appointment=str(booked["id"]))
    login = next(row["login"] for row in rows(app, "staff") if row["id"] == booked["counsellor_id"])
    counsellor = signed_in(app, login)
    send(counsellor, f"{CALLS}/next")
    [call] = board(screen)["calls"]
    assert set(call) == CALL_FIELDS
    people = ["Kanarienvogel", "23456789", booked["code"], *(row["name"] for row in rows(app, "staff"))]
    for text in (screen.get("/screen/board").text, screen.get("/screen").text):
        assert not [person for person in people if person in text]


# ── the end of a token ────────────────────────────────────────────────────────────────────────────────────────────


def revoke(desk, nth=0):
    forms = [form for form in read(desk.get(SCREENS)).forms if form.action.endswith("/revoke")]
    return desk.post(forms[nth].action, data=forms[nth].fields, follow_redirects=True)


def test_a_revoked_screen_sees_nothing_any_more(app, desk):
    screen, token = paired(app, desk)
    revoke(desk)
    assert "Wartezimmer" not in read(desk.get(SCREENS)).words
    bearer = {"Authorization": f"Bearer {token}"}
    assert screen.get("/screen/board").status_code == 404
    assert app.test_client().get("/screen/board", headers=bearer).status_code == 404
    assert app.test_client().get("/api/v1/centres/ludwigsburg/board", headers=bearer).status_code == 404
    assert "data-begin-url" in screen.get("/screen").text


def test_it_can_be_paired_anew(app, desk):
    screen, _ = paired(app, desk)
    revoke(desk)
    begun = begin(screen)
    pair(desk, begun["code"], "Flur")
    claim(screen, begun["secret"])
    assert board(screen)["calls"] == []


def test_the_screen_of_another_centre_cannot_be_revoked(app, desk):
    there, _ = paired_in(app, signed_in(app, "k.maurer", "balingen"), "balingen")
    [foreign] = rows(app, "screen")
    answer = send(desk, f"{SCREENS}/{foreign['id']}/revoke")
    assert answer.status_code == 404
    assert board(there)["waiting"] == 0


def test_removing_twice_is_not_found_the_second_time(app, desk):
    paired(app, desk)
    [screen] = rows(app, "screen")
    answers = [send(desk, f"{SCREENS}/{screen['id']}/revoke").status_code for _ in range(2)]
    assert answers == [303, 404]


@pytest.mark.parametrize("token", ["", "x", "\xff", "é", "a" * 5000])
def test_a_token_that_was_never_given_opens_nothing(app, house, token):
    screen = app.test_client()
    screen.set_cookie("screen", token)
    assert screen.get("/screen/board").status_code in {401, 404}
    assert screen.get("/screen").status_code == 200


def test_the_desk_sees_when_a_screen_falls_silent(app, desk, watch):
    screen, _ = paired(app, desk)
    watch.pass_by(seconds=20)
    board(screen)
    [row] = rows(app, "screen")
    assert row["seen_at"] == watch.now
    watch.pass_by(seconds=46)
    words = read(desk.get(DESK)).words
    assert "Wartezimmer" in words
    assert "state bad" in desk.get(DESK).text
    board(screen)
    assert "state bad" not in desk.get(DESK).text


# ── between calls, aloud, and without the network ─────────────────────────────────────────────────────────────────


def test_what_the_desk_types_is_shown_between_calls_until_it_is_removed(app, desk):
    screen, _ = paired(app, desk)
    texts = "/ludwigsburg/desk/screens/texts"
    assert screen.get("/screen/info").json == {"pages": []}
    press(desk, desk.get(texts), de="Bitte leise.", ar="يرجى الهدوء.")
    assert screen.get("/screen/info").json == {
        "pages": [[["de", "ltr", "Bitte leise."], ["ar", "rtl", "يرجى الهدوء."]]]
    }
    refused = press(desk, desk.get(texts), de="", en="Hello")
    assert refused.status_code == 422
    assert read(refused).form("de", "en").fields["en"] == "Hello"
    form = next(form for form in read(desk.get(texts)).forms if form.action.endswith("/remove"))
    assert desk.post(form.action).status_code == 400  # without its token
    assert len(screen.get("/screen/info").json["pages"]) == 1
    desk.post(form.action, data=form.fields)
    assert screen.get("/screen/info").json == {"pages": []}


def test_a_call_is_fetched_as_a_sound_where_the_house_can_speak(app, desk, monkeypatch):
    screen, _ = paired(app, desk)
    give(desk)
    ricci = signed_in(app, COUNSELLOR)
    press(ricci, ricci.get(CALLS), room="r2")
    [ticket] = rows(app, "ticket")
    address = f"/screen/voice/de/{ticket['number']:03d}"
    monkeypatch.setattr(screens.voice, "languages", lambda: frozenset())
    assert screen.get(address).status_code == 404
    monkeypatch.setattr(screens.voice, "languages", lambda: frozenset({"de"}))
    monkeypatch.setattr(screens.voice, "spoken", lambda language, words: words.encode())
    sound = screen.get(address)
    assert (sound.content_type, sound.text) == ("audio/wav", f"Nummer {' '.join(address[-3:])}. Zimmer 2.")
    assert screen.get("/screen/voice/xx/1").status_code == 404
    assert app.test_client().get(address).status_code == 401


def test_the_browser_gets_what_it_needs_to_start_without_the_network(app, desk, client):
    screen, _ = paired(app, desk)
    worker = client.get("/screen/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/screen"
    assert "javascript" in worker.content_type
    for name in re.findall(r'"([a-z]+\.(?:css|js|svg))"', worker.text):
        assert client.get(f"/static/{name}").status_code == 200, name
    manifest = client.get("/screen/app.webmanifest")
    assert manifest.content_type == "application/manifest+json"
    assert manifest.json["start_url"] == "/screen"
    for visitor in (screen, client):
        page = visitor.get("/screen/offline")
        assert worded(app, "Please listen for your number.") in read(page).words
    assert worded(app, "Please listen for your number.", "ar") in read(screen.get("/screen/offline")).words
