"""Errors are help: a sentence for everything that is refused or fails, at both doors, and no person in the logs."""

import ast
import logging

import pytest
from flask_babel import force_locale
from sqlalchemy import event
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from booking.services import appointments
from booking.store.db import db
from booking.web import errors
from tests.house.source import modules
from tests.locks import another_process_writes, impatient
from tests.web.visiting import (
    RECEPTION,
    details_page,
    dump,
    press,
    read,
    said,
    send,
    signed_in,
)

pytestmark = pytest.mark.one_database

LANGUAGES = ("de", "en", "ar")
SAID_ELSEWHERE = {"centre-needed", "password-wrong"}  # by the command line, and by the page itself


@pytest.fixture
def failing(monkeypatch):
    """Let the list of topics fail with this."""

    def begin(error):
        def broken(*_args, **_values):
            raise error

        monkeypatch.setattr(appointments, "topics", broken)
        monkeypatch.setattr(appointments, "topics_with_age", broken)

    return begin


PAGE, CALL = "/ludwigsburg/de/", "/api/v1/centres/ludwigsburg/topics"
GONE = OperationalError("SELECT 'Kanarienvogel'", {"name": "Kanarienvogel"}, Exception("Kanarienvogel"))
TORN = DataError("SELECT 1", {}, ValueError("Kanarienvogel"))


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reasons_given():
    """Every reason that the program gives for an Invalid, from its own source."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Invalid", "errors.Invalid"}:
                reason = node.args[1]
                assert isinstance(reason, ast.Constant | ast.Name | ast.Attribute | ast.Subscript), name
                if isinstance(reason, ast.Constant):
                    yield reason.value


def test_every_reason_has_a_sentence():
    given = set(reasons_given())
    assert "phone-unreadable" in given
    assert given - SAID_ELSEWHERE <= set(errors.REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*errors.TABLE, *errors.REASONS, *errors.STATES])
def test_every_sentence_is_said_in_every_language(app, kind, language):
    sentence = said(app, kind, language)
    assert sentence
    if language != "en":
        assert sentence != said(app, kind, "en")


def test_the_statuses_say_whose_turn_it_is():
    by_kind = {kind: row.status for kind, row in errors.TABLE.items()}
    assert {kind for kind, status in by_kind.items() if status >= 500} == {"too-busy", "failed"}
    assert by_kind["slot-taken"] == by_kind["wrong-state"] == 409
    assert by_kind["invalid"] == 422


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (GONE, 503, "too-busy"), (PoolTimeout("Kanarienvogel"), 503, "too-busy"),
        (RuntimeError("Kanarienvogel"), 500, "failed"), (KeyError("Kanarienvogel"), 500, "failed"),
        (TORN, 400, "bad-request"), (OverflowError("Kanarienvogel"), 400, "bad-request"),
        (UnicodeEncodeError("utf-8", "Kanarienvogel", 0, 1, "no"), 400, "bad-request"),
        (RecursionError("Kanarienvogel"), 400, "bad-request"),
    ],
)  # fmt: skip
def test_what_fails_says_a_sentence_and_no_more(app, client, house, failing, caplog, error, status, kind):
    failing(error)
    with caplog.at_level(logging.INFO):
        page, call = client.get(PAGE), client.get(CALL, headers={"Accept-Language": "ar"})
    assert page.status_code == call.status_code == status
    assert said(app, kind) in read(page).words
    assert call.mimetype == "application/problem+json"
    assert call.json == {
        "type": f"/problems/{kind}", "kind": kind, "status": status,
        "title": errors_title(app, kind),
    }  # fmt: skip
    for text in (page.text, call.text, caplog.text):
        assert "Kanarienvogel" not in text
        assert "Traceback" not in text or text is caplog.text
    assert caplog.records, "the house must know of it"


def errors_title(app, kind):
    with app.test_request_context(), force_locale("ar"):
        return str(errors.TABLE[kind].sentence)


def test_when_even_the_pages_words_fail_a_sentence_is_left(app, client, house, failing, monkeypatch):
    failing(RuntimeError("broken"))
    page = read(client.get(PAGE))
    assert page.html["lang"] == "de"
    assert page.words.startswith(f"{said(app, 'failed')} {said(app, 'failed')}")
    assert "tel:+493023125401" in page.links
    assert set(page.loaded) == {"/static/base.css", "/static/appointments.css"}


def test_the_page_of_a_failure_asks_the_database_nothing(app, client, house, monkeypatch):
    asked, before = [], []

    def broken(*_args, **_values):
        before.append(len(asked))
        raise RuntimeError

    monkeypatch.setattr(appointments, "topics_with_age", broken)
    monkeypatch.setattr(appointments, "topics", broken)

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        page = read(client.get(PAGE))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert "tel:+493023125401" in page.links
    assert 0 < before[0] == len(asked)


def test_a_refusal_is_not_logged_as_a_failure(client, house, caplog):
    client.get("/ludwigsburg/de/appointment/nothing")
    press(client, details_page(client), phone="12")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_while_another_process_keeps_the_lock_nothing_typed_is_lost(app, client, house):
    form = details_page(client)
    with impatient(app), another_process_writes(app, house["ludwigsburg"]):
        answer = press(client, form, name="Kanarienvogel", phone="0152 28817386")
    assert answer.status_code == 503
    assert said(app, "too-busy") in read(answer).words
    again = read(answer).form("name")
    assert (again.fields["name"], again.fields["phone"]) == ("Kanarienvogel", "0152 28817386")
    assert "/appointment/" in press(client, answer, name="Kanarienvogel").request.path


# ── how it is answered ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/html"])
def test_who_asks_for_json_is_answered_in_json(client, house, accept):
    answer = client.get("/ludwigsburg/de/appointment/x", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["kind"] == "not-found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_told_what_to_do_next(app, client, house, language):
    page = read(client.get(f"/ludwigsburg/{language}/appointment/x"))
    assert said(app, "not-found", language) in page.words
    assert "tel:+493023125401" in page.links
    assert f"/ludwigsburg/{language}/" in page.main


def test_where_no_centre_is_known_the_list_of_centres_is_the_way_on(client, house):
    assert "/" in read(client.get("/atlantis/de/")).main


def test_staff_find_back_to_their_own_pages(app, house):
    client = signed_in(app, RECEPTION)
    page = read(client.get("/ludwigsburg/desk/tickets/999"))
    assert "/ludwigsburg/account" in page.main
    assert said(app, "not-found") in page.words


def test_what_may_be_asked_is_told_where_the_method_was_wrong(app, client, house):
    answer = client.post("/ludwigsburg/de/")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert said(app, "method") in read(answer).words
    assert "/" in read(answer).main


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/ludwigsburg/de/find", "data"), ("/ludwigsburg/sign-in", "data"), ("/screen/pairing/claim", "json")],
)
def test_too_much_is_refused_before_it_is_read(app, client, house, path, kind):
    before = dump(app)
    answer = client.post(path, **{kind: {"secret": "x" * 70_000}})
    assert answer.status_code == 413
    assert said(app, "too-large") in read(answer).words
    assert dump(app) == before


def test_a_late_form_of_staff_is_said_to_be_late(app, house):
    client = signed_in(app, RECEPTION)
    answer = client.post("/ludwigsburg/desk/search", data={"q": "Kanarienvogel"})
    assert answer.status_code == 400
    assert said(app, "form-expired") in read(answer).words


def test_with_the_token_in_a_header_no_field_is_needed(app, house):
    client = signed_in(app, RECEPTION)
    token = read(client.get("/ludwigsburg/desk")).form("csrf_token").fields["csrf_token"]
    answer = client.post("/ludwigsburg/desk/search", data={"q": "nobody"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    assert send(client, "/ludwigsburg/desk/search", {"q": "nobody"}).status_code == 200
