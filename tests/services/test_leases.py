"""One holder at a time; an end that binds nobody for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.services import leases

NOW = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def inside(app):
    with app.app_context():
        yield


def hold(holder: str, seconds: float = 0) -> bool:
    return leases.hold("messages", holder, LENGTH, now=NOW + timedelta(seconds=seconds))


def test_another_waits_until_the_lease_is_over():
    assert [hold("a"), hold("b"), hold("b", 59), hold("b", 60), hold("a", 61)] == [True, False, False, True, False]


def test_the_holder_renews_it():
    assert [hold("a"), hold("a", 50), hold("b", 70), hold("b", 110)] == [True, True, False, True]


def test_one_that_was_given_back_is_free_at_once():
    hold("a")
    leases.end("messages", "b", now=NOW)
    assert not hold("b", 1)
    leases.end("messages", "a", now=NOW)
    assert hold("b", 1)


def test_leases_of_different_work_do_not_touch():
    hold("a")
    assert leases.hold("nightly", "b", LENGTH, now=NOW)


def test_a_lease_from_a_clock_that_ran_a_day_ahead_binds_nobody():
    hold("a", 86400)
    assert hold("b")


def test_when_it_ran_last_is_kept_whoever_holds_it():
    assert leases.last_run("messages") is None
    hold("a")
    assert leases.last_run("messages") is None
    leases.ran("messages", now=NOW)
    hold("b", 60)
    assert leases.last_run("messages") == NOW


def test_what_is_still_to_be_done_is_known_until_all_was_done():
    assert leases.known("nightly") is None
    leases.hold("nightly", "a", LENGTH, now=NOW)
    assert leases.known("nightly") == ("a", NOW + LENGTH, None, [])
    leases.left("nightly", ["retention: balingen", "provider"])
    leases.hold("nightly", "b", LENGTH, now=NOW + LENGTH)
    assert leases.known("nightly").failed == ["retention: balingen", "provider"]
    leases.ran("nightly", now=NOW + LENGTH)
    assert leases.known("nightly") == ("b", NOW + 2 * LENGTH, NOW + LENGTH, [])
