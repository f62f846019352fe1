"""Until when somebody may answer, whom a time fits, and that nobody is disturbed at night."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.domain import waitlist as rules
from booking.domain.times import Span
from tests.people import BERLIN, at

HALF = timedelta(minutes=30)
instants = st.datetimes(
    at("2027-01-01 00:00").replace(tzinfo=None), at("2027-12-31 00:00").replace(tzinfo=None),
    timezones=st.just(ZoneInfo("UTC")),
)  # fmt: skip


def until(now: str, start: str):
    return rules.answer_by(at(now), at(start), BERLIN)


def test_two_hours_of_daytime():
    assert until("2027-03-02 08:00", "2027-03-09 09:00") == at("2027-03-02 10:00")
    assert until("2027-03-02 19:30", "2027-03-09 09:00") == at("2027-03-03 09:30")
    assert until("2027-03-27 19:00", "2027-04-09 09:00") == at("2027-03-28 09:00")  # a night of eleven hours


def test_half_an_hour_before_it_begins_and_never_at_night():
    assert until("2027-03-02 08:00", "2027-03-02 09:00") == at("2027-03-02 08:30")
    assert until("2027-03-02 08:01", "2027-03-02 09:00") is None
    assert until("2027-03-02 19:00", "2027-03-03 08:15") == at("2027-03-02 20:00")
    assert until("2027-03-02 20:00", "2027-03-09 09:00") is None
    assert until("2027-03-02 07:59", "2027-03-09 09:00") is None


@given(instants, st.integers(0, 60 * 24 * 9))
def test_whoever_is_told_is_told_by_day_and_has_half_an_hour(now, minutes):
    start = now + timedelta(minutes=minutes)
    found = rules.answer_by(now, start, BERLIN)
    if found is not None:
        assert rules.is_daytime(now, BERLIN)
        assert now + HALF <= found <= start - HALF
        assert rules.MORNING <= found.astimezone(BERLIN).time() <= rules.EVENING


def test_the_first_start_that_does_not_overlap_with_what_she_did_not_take():
    now, nine = at("2027-03-02 08:00"), at("2027-03-03 09:00")
    starts = [nine + n * HALF / 2 for n in range(4)]
    found = rules.fitting(starts, HALF, [Span(nine, nine + HALF)], date(2027, 3, 3), now, BERLIN)
    assert found == (nine + HALF, at("2027-03-02 10:00"))
    assert rules.fitting(starts, HALF, [], date(2027, 3, 2), now, BERLIN) is None


def test_one_may_wait_until_the_horizon_or_shorter():
    today = date(2027, 3, 1)
    days = [(day - today).days for day in rules.last_days(today, 42)]
    assert (days, rules.last_days(today, 7)) == ([7, 14, 28, 42], [date(2027, 3, 8)])
