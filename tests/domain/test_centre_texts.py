"""Translations at the end of a centre's file, beside the German they belong to."""

import tomllib

from booking.domain.centre_texts import joined, unused
from booking.domain.centres import describe
from tests.centre_files import SMALL


def kinds(text):
    return sorted(problem.kind for problem in describe(tomllib.loads(text), lambda region: True)[1])


def test_a_translation_joins_its_german_wherever_that_stands():
    data = {"topic": [{"slug": "x", "name": {"de": "Hallo"}}, {"name": {"de": "Hallo", "uk": "eigens"}}, 1],
            "centre": {"name": {"de": "Anders"}, "rooms": 2},
            "texts": {"uk": {"Hallo": "Вітаю"}, "tr": "?"}}  # fmt: skip
    assert joined(data)["topic"] == [
        {"slug": "x", "name": {"de": "Hallo", "uk": "Вітаю"}}, {"name": {"de": "Hallo", "uk": "eigens"}}, 1,
    ]  # fmt: skip
    assert (joined(data)["centre"], unused(data)) == (data["centre"], [])


def test_a_description_has_them():
    text = SMALL + '\n[texts.uk]\n"Hier" = "Тут"\n'
    found, problems = describe(tomllib.loads(text), lambda region: True)
    assert (problems, found.centre.name["uk"], "uk" in found.partners[0].name) == ([], "Тут", False)


def test_a_translation_of_a_german_that_was_changed_is_named():
    data = tomllib.loads(SMALL + '\n[texts.uk]\n"Hier" = "Тут"\n"Ich weiß nicht" = "Не знаю"\n')
    assert unused(data) == [("texts", "uk", "Ich weiß nicht")]
    assert [problem.kind for problem in describe(data, lambda region: True)[1]] == ["text-of-nothing"]


def test_what_cannot_be_translations_is_said():
    assert kinds("texts = 3\n" + SMALL) == ["no-table"]
    wrong = SMALL + '[texts]\nuk = 1\n[texts.xx]\n[texts.ru]\n"Hier" = 7\n"Hallo" = "Привет"\n'
    assert kinds(wrong) == ["no-page-language", "no-table", "no-text", "text-of-nothing"]
