"""Codes that survive being typed by hand, until when something may be changed, and the starts nearest to a wish."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.appointments import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    DONE,
    MISSED,
    changes_about,
    code,
    latin_digits,
    may_change,
    nearest,
    read_code,
    spoken,
)
from booking.domain.errors import TooLate, WrongState

NOW = datetime(2027, 3, 2, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ARABIC, PERSIAN = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"

numbers = st.integers(0, 9_999_999)


# ── codes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(numbers)
def test_a_code_is_seven_digits_and_one_that_makes_it_readable(number):
    assert code(number)[:7] == f"{number:07d}"
    assert len(code(number)) == 8
    assert read_code(code(number)) == code(number)


@given(numbers)
def test_every_single_wrong_digit_is_noticed(number):
    right = code(number)
    for place in range(8):
        for digit in set("0123456789") - {right[place]}:
            assert read_code(right[:place] + digit + right[place + 1 :]) is None


@given(numbers)
def test_every_swap_of_neighbours_is_noticed(number):
    right = code(number)
    for place in range(7):
        one, two = right[place : place + 2]
        if one != two:
            assert read_code(right[:place] + two + one + right[place + 2 :]) is None


def test_the_check_digit_is_the_one_of_the_published_example():
    """572 with the check digit 4, H. M. Damm 2004; zeros in front change nothing."""
    assert code(572) == "00005724"


@pytest.mark.parametrize("written", ["{0} {1}", " {0}-{1} ", "{0}.{1}", "{0}\u00a0{1}\n", "{0}{1}"])
@pytest.mark.parametrize("digits", ["0123456789", ARABIC, PERSIAN])
def test_a_code_is_read_in_the_digits_and_groups_in_which_it_is_written(written, digits):
    value = code(1_234_567)
    typed = written.format(value[:4], value[4:]).translate(str.maketrans("0123456789", digits))
    assert read_code(typed) == value


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234 567x", "²³456789", "१२३४५६७८", "00005724\x00"])
def test_what_is_no_code_is_not_read(typed):
    assert read_code(typed) is None


def test_digits_become_latin_and_nothing_else_changes():
    assert latin_digits(f"{ARABIC} {PERSIAN} abc 42") == "0123456789 0123456789 abc 42"


def test_a_code_is_spoken_in_two_groups():
    assert spoken("00005724") == "0000 5724"


# ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booked_appointment_may_be_changed_until_it_begins():
    may_change(BOOKED, NOW + MINUTE, NOW)
    for began in (NOW, NOW - MINUTE):
        with pytest.raises(TooLate) as refused:
            may_change(BOOKED, began, NOW)
        assert refused.value.until == began


@pytest.mark.parametrize("state", [ARRIVED, DONE, MISSED, CANCELLED])
def test_any_other_may_not(state):
    with pytest.raises(WrongState) as refused:
        may_change(state, NOW + MINUTE, NOW)
    assert refused.value.state == state


# ── near starts ───────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.integers(-500, 500), unique=True), st.integers(-500, 500))
def test_no_start_that_is_left_out_is_nearer_than_one_that_is_named(offered, wanted):
    starts = [NOW + minutes * MINUTE for minutes in offered]
    found = nearest(starts, NOW + wanted * MINUTE)
    assert list(found) == sorted(found)
    assert len(found) == min(3, len(starts))
    away = [abs(start - (NOW + wanted * MINUTE)) for start in starts if start not in found]
    assert all(abs(start - (NOW + wanted * MINUTE)) <= other for start in found for other in away)


@given(st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.integers(-40, 40))
def test_the_day_that_is_kept_is_never_the_birthday_nor_beyond_what_is_booked(birthday, away):
    booked = birthday + timedelta(days=away)
    kept = changes_about(birthday, booked)
    if booked < birthday:
        assert booked < kept <= birthday
        assert kept < birthday or kept == booked + timedelta(days=1)
    else:
        assert birthday <= kept <= booked
        assert kept > birthday or kept == booked
