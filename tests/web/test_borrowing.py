"""What a language lacks is said in German and marked so, where a page can; and counted for staff."""

import pytest
from flask_babel import force_locale, get_translations
from sqlalchemy import update

from booking.store import models as m
from booking.store.db import db
from booking.web import borrowing, i18n
from tests import words
from tests.web.visiting import RECEPTION, book, read, signed_in

QUESTION, TITLE = "What do you need help with?", "Make an appointment"
GERMAN = '<span lang="de" dir="ltr">{}</span>'


@pytest.fixture
def without(app):
    """Arabic has lost two sentences."""
    with app.test_request_context("/"), force_locale("ar"):
        catalogue = get_translations()._catalog
        lost = {sentence: catalogue.pop(sentence) for sentence in (QUESTION, TITLE, "%(num)s day")
                if sentence in catalogue}  # fmt: skip
    yield
    catalogue.update(lost)


def test_a_missing_sentence_is_german_on_the_page_and_said_to_be(client, house, without):
    page = client.get("/ludwigsburg/ar/").text
    assert f"<h1>{GERMAN.format('Wobei brauchen Sie Hilfe?')}</h1>" in page
    assert "<title>Termin vereinbaren –" in page or "<title>Termin" in page  # a title holds no elements
    assert borrowing.OPEN not in page
    assert read(client.get("/ludwigsburg/de/")).words.count("Wobei brauchen Sie Hilfe?") == 1


def test_staff_see_how_many_sentences_are_lacking(app, client, house, without, monkeypatch):
    monkeypatch.setattr(borrowing, "_lacking", borrowing.defaultdict(set))
    client.get("/ludwigsburg/ar/"), client.get("/ludwigsburg/ar/")
    assert borrowing.lacking("ar") == 2
    assert borrowing.lacking("de") == 0
    assert "(2 Sätze sind noch nicht übersetzt)" in read(signed_in(app, RECEPTION).get("/ludwigsburg/posters")).words


def test_a_centre_s_own_german_words_are_marked_and_leave_no_trace_in_files(app, client, house):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Topic).values(name={"de": "Arbeit"}, bring={}))
        connection.execute(update(m.Centre).values(name={"de": "Zentrum"}))
    assert GERMAN.format("Arbeit") in client.get("/ludwigsburg/ar/").text
    shown = book(client, language="ar", topic="german")
    file = client.get(shown.request.path + "/calendar.ics")
    assert "Zentrum" in file.text
    assert not borrowing._MARKS.search(file.text)


@pytest.mark.parametrize(
    ("page", "made"),
    [
        ("<p>\ue000Ja\ue001</p>", '<p><span lang="de" dir="ltr">Ja</span></p>'),
        ('<a title="\ue000Ja\ue001">x</a>', '<a title="Ja">x</a>'),
        ("<TITLE>\ue000Ja\ue001</TITLE>\ue000Ja\ue001", '<TITLE>Ja</TITLE><span lang="de" dir="ltr">Ja</span>'),
        ("<option>\ue000Ja\ue001", "<option>Ja"),
        ("a < b \ue000Ja\ue001", 'a < b <span lang="de" dir="ltr">Ja</span>'),
    ],
)  # fmt: skip
def test_the_mark_becomes_an_element_only_where_one_can_stand(page, made):
    assert borrowing.spanned(page) == made


# ── a language is a file ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("catalogue", "language"),
    [
        ("fa_AF", ("fa-AF", "fa_AF", "دری", "rtl")),
        ("de@simple", ("de-einfach", "de@simple", "Deutsch – einfach", "ltr")),
        ("uk", ("uk", "uk", "Українська", "ltr")), ("hu", ("hu", "hu", "Magyar", "ltr")),
    ],
)  # fmt: skip
def test_a_catalogue_s_name_says_all_about_its_language(catalogue, language):
    assert i18n._language(catalogue) == language


@pytest.mark.parametrize("catalogue", ["uk", "de@simple", "fa_AF"])
def test_an_empty_catalogue_is_begun_and_compiled_to_nothing(tmp_path, catalogue):
    path = tmp_path / catalogue / "LC_MESSAGES" / "messages.po"
    empty = words.blank(catalogue)
    empty.add("one", "", [("templates/base.html", 0)])
    empty.add(("day", "days"), ("",) * empty.num_plurals, [("templates/base.html", 0)])
    empty.add("two", "zwei", [("templates/base.html", 0)])
    words.write(path, empty)
    i18n.compile_catalogues(tmp_path)
    made = path.with_suffix(".mo").read_bytes()
    assert b"zwei" in made
    assert not {b"one", b"day"} & set(made.split(b"\0"))


def test_easy_german_comes_with_german(monkeypatch):
    easy = i18n._language("de@simple")
    monkeypatch.setitem(i18n.PAGES, easy.tag, easy)
    assert [language.tag for language in i18n.released(["ar", "de", "xx"])] == ["ar", "de", "de-einfach"]
