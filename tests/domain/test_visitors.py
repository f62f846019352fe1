"""What a visitor may be called: any script, nothing that deceives."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import Invalid
from booking.domain.visitors import LONGEST_NAME, clean_name, folded


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Um   Salim ", "Um Salim"),
        ("مريم", "مريم"),
        ("ኣስቴር", "ኣስቴር"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("E\u0301lodie", "Élodie"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\r\nc\u2066d", "a b c d"),
        ("", None),
        (None, None),
        (" \t\u200b ", None),
    ],
)
def test_a_name_keeps_its_script_and_loses_what_cannot_be_seen(typed, name):
    assert clean_name(typed) == name


def test_a_name_has_eighty_characters_at_most():
    assert clean_name("x" * LONGEST_NAME) == "x" * 80
    with pytest.raises(Invalid) as refused:
        clean_name("x" * 81)
    assert (refused.value.field, refused.value.reason) == ("name", "name-too-long")


@given(st.text(max_size=LONGEST_NAME // 4))
def test_a_clean_name_stays_as_it_is_and_has_no_control_characters(text):
    name = clean_name(text)
    assert clean_name(name) == name
    assert all(c in "\u200c\u200d" or unicodedata.category(c)[0] != "C" for c in name or "")
    assert name is None or name == name.strip() != ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("elodie", "Élodie"),
        ("STRASSE", "Straße"),
        ("ahmad", "Aḥmad"),
        ("فاطمة", "فاطِمَة"),
        ("احمد", "أحمد"),
        ("yildiz", "Yıldız"),
        ("isik", "IŞIK"),
        ("istanbul", "İstanbul"),
        ("dordevic", "Đorđević"),
        ("lukasz", "Łukasz"),
    ],
)
def test_a_name_is_found_whatever_its_accents_and_capitals(typed, stored):
    assert folded(typed) == folded(stored)


def test_other_letters_stay_what_they_are():
    assert folded("Mäuser") != folded("Mieser")
    assert folded("Оксана") != folded("Oksana")
