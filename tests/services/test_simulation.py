"""A quarter in small: the same visitors in every scenario, and what pooling and the rule of presence change."""

from datetime import date

import pytest

from booking.domain import simulated_demand
from booking.domain.centres import BadCentre
from booking.gateways import centre_files
from booking.services.simulation import Scale, Scenario, simulate
from tests.centre_files import SMALL

MONDAY = date(2027, 1, 11)
POOLED, POOLED_BARE, APART, APART_BARE = (Scenario(pooled, rule) for pooled in (True, False) for rule in (True, False))


BUSY = Scale(14, 18)


def played(text, weeks=1, scale=BUSY, seed=1):
    return {result.scenario: result for result in simulate(text, MONDAY, weeks, scale, seed)}


@pytest.fixture(scope="module")
def ludwigsburg():
    return played(centre_files.source("ludwigsburg").text, weeks=6)


def test_the_same_visitors_come_to_every_scenario(ludwigsburg):
    assert len({(result.asked, result.walk_ins) for result in ludwigsburg.values()}) == 1
    assert list(ludwigsburg) == [POOLED, POOLED_BARE, APART, APART_BARE]


def test_the_same_seed_brings_the_same_weeks_and_another_brings_others():
    text = centre_files.source("ludwigsburg").text
    assert played(text) == played(text)
    assert played(text) != played(text, seed=2)


def test_with_the_rule_somebody_can_always_be_seen(ludwigsburg):
    assert ludwigsburg[POOLED].reachable_percent == 100
    assert ludwigsburg[POOLED_BARE].reachable_percent < 90
    assert ludwigsburg[POOLED].turned_away_percent <= ludwigsburg[POOLED_BARE].turned_away_percent


def test_apart_each_carrier_stands_empty_at_times_and_sends_people_away(ludwigsburg):
    assert ludwigsburg[POOLED].present_percent == 100
    assert ludwigsburg[APART].present_percent < 100
    assert ludwigsburg[POOLED].refused_percent < ludwigsburg[APART].refused_percent


def test_whoever_falls_ill_is_covered_for_more_often_under_one_roof(ludwigsburg):
    assert ludwigsburg[POOLED].kept_at_time > ludwigsburg[APART].kept_at_time
    assert ludwigsburg[POOLED].offered_another > 0


def test_the_other_centre_can_be_played_too():
    found = played(centre_files.source("balingen").text, weeks=1, scale=Scale(4, 6))
    assert found[POOLED].asked == 16
    assert found[POOLED].walk_ins == 12


def test_nobody_comes_to_a_centre_that_nobody_asks_for():
    found = played(SMALL, weeks=1, scale=Scale(0, 0))[POOLED]
    assert (found.asked, found.refused_percent, found.days_ahead, found.wait_median, found.wait_ninetieth) == (
        0, 100.0, None, None, None,
    )  # fmt: skip


def test_a_file_with_mistakes_is_not_played():
    with pytest.raises(BadCentre):
        played("[centre]")


def test_when_everybody_is_ill_for_weeks_appointments_are_cancelled(monkeypatch):
    text = centre_files.source("ludwigsburg").text
    healthy = days_of_health(monkeypatch, text, 0.0)
    ill = days_of_health(monkeypatch, text, 0.5)
    assert healthy.cancelled == healthy.offered_another == 0
    assert ill.cancelled > 0
    assert ill.present_percent < healthy.present_percent


def days_of_health(monkeypatch, text, sick_a_day):
    monkeypatch.setattr(simulated_demand, "SICK_A_DAY", sick_a_day)
    monkeypatch.setattr(simulated_demand, "LONGEST_SICK", 40)
    return played(text, weeks=2)[POOLED]
