"""A birthday in an address: sealed, for some hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.web.birthdays import SEALED_FOR, opened, seal

NOW = datetime(2027, 3, 2, 7, 30, tzinfo=UTC)
SECRET = "a-secret-of-the-tests"
SOON = date(2027, 3, 14)


@given(st.integers(-1, 367), st.integers(10**9, 4 * 10**9))
def test_what_was_sealed_is_opened_within_the_hours(days, second):
    now = datetime.fromtimestamp(second, UTC)
    birthday = now.date() + timedelta(days=days)
    sealed = seal(birthday, now, SECRET)
    assert opened(sealed, now, SECRET) == opened(sealed, now + SEALED_FOR - timedelta(seconds=1), SECRET) == birthday
    assert opened(sealed, now + SEALED_FOR + timedelta(seconds=1), SECRET) is None


def test_a_seal_is_of_our_secret_and_of_the_past():
    sealed = seal(SOON, NOW, SECRET)
    assert opened(sealed, NOW, "another secret") is None
    assert opened(sealed, NOW - timedelta(minutes=1), SECRET) is None


def test_no_two_seals_of_a_day_are_alike_and_all_are_as_long():
    seals = {seal(SOON + timedelta(days=n), NOW, SECRET) for n in (0, 0, 1, 300)}
    assert len(seals) == 4
    assert {len(one) for one in seals} == {39}


@given(st.integers(0, 38), st.sampled_from("Ab0_-"))
def test_a_changed_seal_opens_nothing_else(place, letter):
    sealed = seal(SOON, NOW, SECRET)
    changed = sealed[:place] + letter + sealed[place + 1 :]
    assert opened(changed, NOW, SECRET) in (None, SOON)
    assert changed[:38] == sealed[:38] or opened(changed, NOW, SECRET) is None


@pytest.mark.parametrize("typed", ["", "x", "ü", "A" * 39, "=" * 8, "\0", "A" * 5000, "2027-03-14", "a b"])
def test_what_is_no_seal_opens_nothing(typed):
    assert opened(typed, NOW, SECRET) is None
