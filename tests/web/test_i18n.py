"""Languages over HTTP: what a page is in, what it can be switched to, how days and times are said."""

import os
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import g
from sqlalchemy import update

from booking.store import models as m
from booking.store.db import db
from booking.web import i18n
from tests.web.visiting import (
    RECEPTION,
    Page,
    book,
    details_page,
    press,
    read,
    said,
    signed_in,
)

pytestmark = pytest.mark.one_database

PAGES = (
    "", "residence/", "residence/times?age=reached", "german/times?day=2027-03-09", "privacy", "find",
    "residence/times?age=soon&sealed=x", "gardening/", "residence/times?age=soon&sealed=%00",
)  # fmt: skip


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


def switch(answer, language):
    """The same page in another language, by the switcher of the page."""
    prefix = f"/ludwigsburg/{language}/"
    return next(link for link in read(answer).links if link.startswith(prefix) and link not in read(answer).main)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_a_page_says_its_language_and_direction(client, house, path, language, direction):
    page = read(client.get(f"/ludwigsburg/{language}/{path}"))
    assert (page.html["lang"], page.html["dir"]) == (language, direction)


@pytest.mark.parametrize("path", PAGES[:-2])
def test_the_switcher_leads_to_the_same_page_with_the_same_answers(client, house, path):
    here = client.get(f"/ludwigsburg/de/{path}")
    for language in ("en", "ar"):
        there = switch(here, language)
        assert urlsplit(there).path == f"/ludwigsburg/{language}/{path.partition('?')[0]}"
        assert parse_qs(urlsplit(there).query) == parse_qs(path.partition("?")[2])
        answer = client.get(there)
        assert answer.status_code == here.status_code
        assert read(answer).html["lang"] == language


def test_the_switcher_keeps_the_time_that_was_chosen_and_the_appointment(client, house):
    form = details_page(client)
    start = parse_qs(form.request.query_string.decode())["start"]
    assert parse_qs(urlsplit(switch(form, "ar")).query)["start"] == start
    shown = book(client)
    assert switch(shown, "ar").partition("?")[0] == shown.request.path.replace("/de/", "/ar/")


@pytest.mark.parametrize(
    "query",
    ["endpoint=x", "_scheme=x", "_external=1", "_anchor=x", "_method=POST", "self=1", "values=1", "language=en",
     "centre=balingen", "topic=german", "filename=x", "a=1&a=2", "%00=%00", "=", "&&", "a" * 3000 + "=1"],
)  # fmt: skip
def test_what_stands_in_the_address_besides_does_no_harm(client, house, query):
    for path in ("", "find", "german/times", "residence/"):
        answer = client.get(f"/ludwigsburg/de/{path}?{query}")
        assert answer.status_code == 200
        for language in ("en", "ar"):
            assert urlsplit(switch(answer, language)).path == f"/ludwigsburg/{language}/{path}"


def test_the_switcher_offers_the_centre_s_languages_in_its_order(app, client, house):
    change(app, update(m.Centre).values(languages=["ar", "so", "de"]))
    page = read(client.get("/ludwigsburg/de/find"))
    shown = [link for link in page.links if link.endswith("/find")]
    assert shown == [f"/ludwigsburg/{tag}/find" for tag in ("ar", "de", "de-einfach")]


def test_who_has_chosen_a_time_comes_back_to_her_language_whatever_the_browser_s(client, house):
    details_page(client, language="ar", topic="german")
    assert client.get("/ludwigsburg/", headers={"Accept-Language": "de"}).location == "/ludwigsburg/ar/"
    client.set_cookie("language", "xx")
    assert client.get("/ludwigsburg/", headers={"Accept-Language": "en"}).location == "/ludwigsburg/en/"


def test_a_centre_whose_first_language_has_no_pages_begins_with_one_that_has(app, client, house):
    change(app, update(m.Centre).values(languages=["so", "ar", "de"]))
    assert client.get("/ludwigsburg/").location == "/ludwigsburg/de/"
    assert client.get("/ludwigsburg/", headers={"Accept-Language": "en"}).location == "/ludwigsburg/ar/"
    change(app, update(m.Centre).values(languages=["so"]))
    assert client.get("/ludwigsburg/").location == "/ludwigsburg/de/"


@pytest.mark.parametrize(
    ("wish", "language"),
    [("ar", "ar"), ("en-US,en;q=0.9", "en"), ("de-CH", "de"), ("tlh", "de"), ("", "de"), ("*", "de"), (";q=x", "de"),
     ("\x7f", "de"), ("en;q=0,ar;q=0.1", "ar"), ("x" * 2000, "de")],
)  # fmt: skip
def test_where_the_address_says_nothing_the_browser_does(client, house, wish, language):
    page = read(client.get("/", headers={"Accept-Language": wish}))
    assert page.html["lang"] == language


def test_an_error_speaks_the_language_of_its_address(client, house):
    headers = {"Accept-Language": "en"}
    for language in ("de", "ar"):
        answer = client.get(f"/ludwigsburg/{language}/appointment/nothing", headers=headers)
        assert said(client.application, "not-found", language) in read(answer).words
    assert (
        said(client.application, "not-found", "en") in read(client.get("/nothing/at/all/here", headers=headers)).words
    )


def test_staff_read_the_language_of_their_account(app, house):
    client = signed_in(app, RECEPTION)
    for language in ("de", "en"):
        change(app, update(m.Staff).values(language=language))
        page = read(client.get("/ludwigsburg/desk", headers={"Accept-Language": "ar"}))
        assert (page.html["lang"], page.html["dir"]) == (language, "ltr")


def test_a_refused_form_speaks_the_language_of_its_page(client, house):
    for language in ("de", "en", "ar"):
        answer = press(client, details_page(client, language=language, topic="german"), phone="12")
        assert said(client.application, "phone-unreadable", language) in read(answer).words


# ── days and times ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "arabic", "dari"), [("de", "Arabisch العربية", "Dari دری"), ("en", "Arabic العربية", "Dari دری")]
)
def test_the_desk_reads_what_people_speak_in_its_own_language_and_in_theirs(app, house, language, arabic, dari):
    change(app, update(m.Staff).values(language=language))
    desk = signed_in(app, RECEPTION)
    page = read(desk.get("/ludwigsburg/desk"))
    assert arabic in page.words
    assert dari in page.words
    assert "Deutsch Deutsch" not in page.words
    assert page.words.index(arabic) < page.words.index(dari)  # the order of local use in the centre's file
    press(desk, desk.get("/ludwigsburg/desk"), language="ar", programme="")
    assert arabic in read(desk.get("/ludwigsburg/desk/now", headers={"X-Partial": "1"})).words


@pytest.mark.parametrize("language", i18n.PAGES)
def test_every_spoken_language_has_a_name_in_every_page_language(app, language):
    with app.test_request_context():
        g.page_language = language
        found = i18n.spoken()
    assert set(found) == set(i18n.SPOKEN)
    assert [it.name for it in found.values()] == sorted(it.name for it in found.values())
    assert all(it.name and it.endonym for it in found.values())


@pytest.mark.parametrize(
    ("language", "long"),
    [
        ("de", "Dienstag, 16. März 2027"),
        ("en", "Tuesday 16 March 2027 · \u2068Di 16.03.2027\u2069"),
        ("ar", "الثلاثاء 16 آذار/مارس 2027 · \u2068Di 16.03.2027\u2069"),
    ],
)
def test_a_day_is_said_in_both_languages(app, language, long):
    with app.test_request_context(f"/ludwigsburg/{language}/"):
        assert i18n.day(date(2027, 3, 16)) == long
        assert i18n.day(datetime(2027, 3, 15, 23, 30, tzinfo=UTC)) == long  # past midnight in Berlin
        assert i18n.day_short(date(2027, 3, 16)) == "Di 16.03.2027"


def test_times_are_the_centre_s_wall_times_through_the_change_of_the_clocks(app):
    with app.test_request_context("/"):
        assert i18n.clock(datetime(2027, 3, 27, 8, 0, tzinfo=UTC)) == "09:00"
        assert i18n.clock(datetime(2027, 3, 28, 8, 0, tzinfo=UTC)) == "10:00"


def test_digits_are_latin_in_every_language(client, house):
    words = read(book(client, language="ar", topic="german")).words
    assert not set("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹") & set(words)


def test_a_centre_s_own_words_fall_back_to_german(app):
    with app.test_request_context("/ludwigsburg/ar/"):
        assert i18n.text({"de": "Arbeit", "ar": "العمل"}) == "العمل"
        assert i18n.text({"de": "Arbeit"}) == "Arbeit"
        assert i18n.text({"tr": "iş"}) == "iş"
        assert i18n.text({}) == ""
        assert i18n.text(None) == ""


def test_catalogues_are_compiled_when_they_are_newer_and_only_then(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "messages.po"
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "b"\n', "utf-8")
    i18n.compile_catalogues(tmp_path)
    mo = folder / "messages.mo"
    first = mo.read_bytes()
    mo.write_bytes(b"kept")
    i18n.compile_catalogues(tmp_path)
    assert mo.read_bytes() == b"kept"
    os.utime(mo, (0, 0))
    i18n.compile_catalogues(tmp_path)
    assert mo.read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == ["messages.mo", "messages.po"]


def test_two_processes_that_compile_at_once_write_to_a_file_each(tmp_path, monkeypatch):
    """The second begins while the first is writing; what is there in the end is whole."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "a"\nmsgstr "b"\n', "utf-8")
    write, written = i18n.write_mo, []

    def slowly(target, catalogue):
        written.append(target.name)
        if len(written) == 1:
            with monkeypatch.context() as other:
                other.setattr(i18n.os, "getpid", lambda: os.getppid())
                i18n.compile_catalogues(tmp_path)
        write(target, catalogue)

    monkeypatch.setattr(i18n, "write_mo", slowly)
    i18n.compile_catalogues(tmp_path)
    named = {part for name in written for part in name.split(".")}
    assert named >= {str(os.getpid()), str(os.getppid())}, "addresses in memory are the same in processes of one parent"
    assert [path.name for path in sorted(folder.iterdir())] == ["messages.mo", "messages.po"]


def test_no_page_has_an_id_twice(client, house):
    for path in PAGES:
        ids = Page(client.get(f"/ludwigsburg/de/{path}").text).ids
        assert len(ids) == len(set(ids)), path
