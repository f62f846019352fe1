"""Phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import Invalid
from booking.gateways.phones import LONGEST, Phone, read, shown

GERMAN = ("+49",)


def read_here(text, prefixes=GERMAN):
    return read(text, "DE-BW", prefixes)


@pytest.mark.parametrize(
    "typed",
    [
        "0151 23456789", "+4915123456789", "0049 151 23456789", "+49 (0)151 2345 6789", "0151/234567-89",
        "٠١٥١ ٢٣٤٥٦٧٨٩", "۰۱۵۱۲۳۴۵۶۷۸۹", "  0151.2345.6789 ", "+49\u00a0151\u00a023456789",
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(typed):
    assert read_here(typed) == Phone("+4915123456789", True)


@pytest.mark.parametrize("typed", ["", "   ", "\t", "(0)"])
def test_nothing_typed_is_no_number(typed):
    assert read_here(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["12", "no", "0151", "0151 2345678901234", "+49 1", "110", "+999 1234567", "0151 23456789" + " " * 30 + "9"],
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        read_here(typed)
    assert (refused.value.field, refused.value.reason) == ("phone", "phone-unreadable")


def test_a_text_that_is_too_long_is_refused_even_if_it_begins_well():
    typed = "0151 23456789"
    assert read_here(typed.ljust(LONGEST, " ")) is not None
    with pytest.raises(Invalid):
        read_here(typed + "x" * LONGEST)


@pytest.mark.parametrize(
    ("typed", "textable"),
    [("0151 23456789", True), ("07141 123456", False), ("0800 1234567", False), ("+43 664 1234567", False)],
)
def test_a_landline_and_a_country_that_is_not_texted_cannot_be_texted(typed, textable):
    assert read_here(typed).textable is textable


def test_the_installation_says_which_countries_it_texts():
    assert read_here("+43 664 1234567", ("+49", "+43")).textable
    assert not read_here("0151 23456789", ()).textable


def test_a_centre_in_another_country_reads_its_own_numbers():
    assert read("0664 1234567", "AT", ("+43",)) == Phone("+436641234567", True)


def test_a_number_is_shown_in_groups():
    assert shown("+4915123456789") == "+49 1512 3456789"


@given(st.text(max_size=60) | st.text("0123456789+() -/", max_size=20))
def test_whatever_is_typed_is_a_number_nothing_or_refused(text):
    try:
        phone = read_here(text)
    except Invalid:
        return
    assert phone is None or read_here(phone.e164) == phone
