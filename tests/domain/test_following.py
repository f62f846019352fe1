"""What people are told of their wait: it does not flicker, and what moves by five minutes is said at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import following
from booking.domain.following import Minutes, steady, told
from booking.domain.waiting import NEVER, Forecast

NOON = datetime(2027, 3, 2, 11, tzinfo=UTC)
SOME = st.none() | st.floats(0, 500)
BOTH = st.builds(Minutes, SOME, SOME)


@pytest.mark.parametrize(
    ("fresh", "shown"),
    [
        (Minutes(24.9, 40.0), Minutes(21.0, 36.0)),
        (Minutes(26.0, 36.0), Minutes(26.0, 36.0)),
        (Minutes(21.0, 31.0), Minutes(21.0, 31.0)),
        (Minutes(21.0, None), Minutes(21.0, None)),
    ],
)
def test_less_than_five_minutes_are_not_shown_and_more_at_once(fresh, shown):
    assert steady(Minutes(21.0, 36.0), fresh) == shown


@given(st.none() | BOTH, BOTH)
def test_what_is_shown_is_never_five_minutes_off(before, fresh):
    for old, new in zip(steady(before, fresh), fresh, strict=True):
        assert (old is None) == (new is None)
        assert new is None or abs(old - new) < following.STEADY_MINUTES


def test_minutes_are_rounded_up_and_a_day_that_may_end_before_has_none():
    assert told(following.minutes(Forecast(2, 21.0, 36.0))) == (25, 40)
    assert told(following.minutes(Forecast(2, 21.0, NEVER))) is None
    assert told(following.minutes(Forecast(2, NEVER, NEVER))) is None
    assert told(None) is None


def test_after_five_minutes_a_forecast_is_none_any_more():
    assert not following.is_old(NOON, NOON + timedelta(minutes=5))
    assert following.is_old(NOON, NOON + timedelta(minutes=5, seconds=1))
