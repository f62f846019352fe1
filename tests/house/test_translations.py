"""Every catalogue is complete, and says the same: placeholders, tags, plural forms, no fuzzy guesses."""

import pytest
from babel.messages.catalog import Catalog

from booking.web.i18n import PAGES
from tests import words

POT = words.collected()


def test_every_page_language_has_a_catalogue():
    assert {language.catalogue for language in PAGES.values()} == set(words.languages())


@pytest.mark.parametrize("language", words.languages())
def test_a_catalogue_is_complete_and_right(language):
    assert words.faults(language, words.read(language), POT) == []


@pytest.mark.parametrize("language", words.languages())
def test_a_catalogue_is_what_make_words_writes(language):
    have = {str(message.id) for message in words.read(language) if message.id}
    assert have == {str(message.id) for message in words.needed(language, POT)}


def test_arabic_has_its_six_forms_in_the_order_of_cldr():
    plural = words.read("ar").plural_expr
    forms = [eval(_python(plural), {"n": n}) for n in (0, 1, 2, 3, 11, 100)]  # noqa: S307 - our own catalogue
    assert forms == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wanted", "translated", "fault"),
    [
        ("Hello %(name)s", "Hallo", "differs"),
        ("Hello %(name)s", "Hallo %(nmae)s", "differs"),
        ("<b>Hello</b>", "Hallo", "differs"),
        ("Hello", "", "missing"),
    ],
)
def test_the_check_can_fail(wanted, translated, fault):
    pot, catalog = Catalog(locale="de"), Catalog(locale="de")
    pot.add(wanted, "", [("templates/base.html", 0)])
    catalog.add(wanted, translated)
    assert words.faults("de", catalog, pot) == [f"de: {fault}: {wanted}"]


def _python(expression: str) -> str:
    """C's conditional as Python's: a ? b : c."""
    text = expression.strip("();").replace("&&", " and ").replace("||", " or ")
    condition, mark, rest = text.partition("?")
    if not mark:
        return text
    first, _colon, last = rest.partition(":")
    return f"({first}) if ({condition}) else ({_python(last)})"
