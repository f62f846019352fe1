"""Which messages, when, until when; the caps; the waits; receipts in any order."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import reminders as rules
from booking.domain.reminders import Counts, Facts

BERLIN = ZoneInfo("Europe/Berlin")
NONE_SENT = Counts(0, 0, 0)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)


def kinds(starts_at: datetime, now: datetime) -> dict[str, datetime]:
    return {p.kind: p.due_at for p in rules.planned(starts_at, now, BERLIN)}


def test_a_booking_is_confirmed_at_once_and_reminded_twice():
    now, starts = berlin(2027, 3, 2, 10, 0), berlin(2027, 3, 16, 14, 30)
    assert kinds(starts, now) == {
        "confirmation": now,
        "reminder_early": berlin(2027, 3, 13, 18, 0),
        "reminder_eve": berlin(2027, 3, 15, 18, 0),
    }


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (berlin(2027, 3, 13, 17, 59), ["confirmation", "reminder_early", "reminder_eve"]),
        (berlin(2027, 3, 13, 18, 0), ["confirmation", "reminder_eve"]),
        (berlin(2027, 3, 15, 18, 0), ["confirmation"]),
        (berlin(2027, 3, 16, 9, 0), ["confirmation"]),
    ],
)
def test_reminders_whose_time_is_past_are_not_planned(now, expected):
    assert list(kinds(berlin(2027, 3, 16, 14, 30), now)) == expected


def test_the_evening_before_is_six_o_clock_on_both_sides_of_the_change_to_summer_time():
    now = berlin(2027, 3, 1, 8, 0)
    sunday, monday = berlin(2027, 3, 28, 10, 0), berlin(2027, 3, 29, 10, 0)  # the clocks change in the night to Sunday
    assert sunday - kinds(sunday, now)["reminder_eve"] == timedelta(hours=15)
    assert monday - kinds(monday, now)["reminder_eve"] == timedelta(hours=16)


def test_a_confirmation_is_useful_until_the_start_and_a_reminder_until_an_hour_before():
    now, starts = berlin(2027, 3, 2, 10, 0), berlin(2027, 3, 16, 14, 30)
    useful = {p.kind: starts - p.not_after for p in rules.planned(starts, now, BERLIN)}
    hour = timedelta(hours=1)
    assert useful == {"confirmation": timedelta(0), "reminder_early": hour, "reminder_eve": hour}


def test_what_comes_first_can_tell_a_new_time_instead():
    first = rules.planned(berlin(2027, 3, 16, 14, 30), berlin(2027, 3, 2, 10, 0), BERLIN, first="moved")[0]
    assert first.kind == "moved"


def test_a_key_names_appointment_time_and_kind():
    assert rules.key(12, 3, "reminder_eve") == "12:3:reminder_eve"


@pytest.mark.parametrize(
    ("appointment", "sequence", "current"),
    [(12, 3, True), (12, 4, False), (12, 33, False), (1, 3, False), (2, 3, False), (123, 3, False)],
)
def test_a_message_is_current_while_its_appointment_has_the_time_of_its_key(appointment, sequence, current):
    assert rules.is_current(rules.key(12, 3, "reminder_eve"), appointment, sequence) == current


NOW = berlin(2027, 3, 15, 18, 0)


def facts(**changes) -> Facts:
    usual = Facts("reminder_eve", NOW + timedelta(hours=10), "booked", current=True, agreed=True, counts=NONE_SENT)
    return usual._replace(**changes)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(), ("submitting", None)),
        (facts(agreed=False), ("dropped", None)),
        (facts(current=False), ("dropped", None)),
        (facts(kind="moved", current=False), ("dropped", None)),
        (facts(kind="cancellation", appointment_state="cancelled", current=False), ("dropped", None)),
        (facts(appointment_state="cancelled"), ("dropped", None)),
        (facts(appointment_state="arrived"), ("dropped", None)),
        (facts(kind="cancellation"), ("dropped", None)),
        (facts(kind="cancellation", appointment_state="cancelled"), ("submitting", None)),
        (facts(not_after=NOW), ("expired", None)),
        (facts(not_after=NOW + timedelta(seconds=1)), ("submitting", None)),
        (facts(not_after=NOW, appointment_state="cancelled"), ("dropped", None)),
    ],
)
def test_what_must_not_go_out_is_stopped_at_the_last_moment(known, expected):
    assert rules.verdict(known, NOW) == expected


@pytest.mark.parametrize(
    ("kind", "counts", "may"),
    [
        ("reminder_eve", Counts(2, 0, 2), True),
        ("reminder_eve", Counts(3, 0, 3), False),
        ("reminder_eve", Counts(0, 0, 9), True),
        ("reminder_eve", Counts(0, 0, 10), False),
        ("cancellation", Counts(3, 0, 3), True),
        ("cancellation", Counts(1, 1, 1), False),
        ("cancellation", Counts(0, 0, 10), False),
        ("closed", Counts(3, 0, 3), True),
        ("closed", Counts(2, 1, 2), True),
        ("closed", Counts(3, 1, 3), False),
    ],
)
def test_caps_hold_whatever_a_program_does(kind, counts, may):
    state = "cancelled" if kind == "cancellation" else "booked"
    expected = ("submitting", None) if may else ("failed", "cap")
    assert rules.verdict(facts(kind=kind, counts=counts, appointment_state=state), NOW) == expected


def test_waits_double_up_to_half_an_hour():
    seconds = [int(rules.wait(tries, None, 0).total_seconds()) for tries in range(9)]
    assert seconds == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_the_provider_may_ask_for_more_but_not_for_ever():
    assert rules.wait(0, 90, 0) == timedelta(seconds=90)
    assert rules.wait(0, 5, 0) == timedelta(seconds=30)
    assert rules.wait(0, 100_000, 0) == timedelta(hours=1)


@given(st.integers(0, 10_000), st.none() | st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_shorter_than_asked_and_at_most_half_as_long_again(tries, asked, chance):
    least = rules.wait(tries, asked, 0)
    assert least <= rules.wait(tries, asked, chance) <= least * 1.5
    assert least <= rules.LONGEST_ASKED_WAIT


def test_a_claim_that_slept_may_not_send_any_more():
    assert rules.still_ours(NOW, NOW + timedelta(seconds=59))
    assert not rules.still_ours(NOW, NOW + rules.SUBMITTING_LEASE / 2)


def test_every_step_starts_before_an_end_and_leads_somewhere_else():
    final = {rules.DELIVERED, rules.EXPIRED, rules.OFF, rules.DROPPED}
    for sources, target in rules.STEPS.values():
        assert not sources & final
        assert target not in sources or target == rules.DUE


STATES = ["due", "submitting", "unknown", "accepted", "failed", "delivered"]


@given(st.sampled_from(STATES), st.permutations(sorted(rules.RECEIPTS)), st.integers(0, 10))
def test_receipts_lead_to_the_same_state_in_any_order(state, words, count):
    def after(words: list[str]) -> str:
        now = state
        for word in words:
            target = rules.RECEIPTS[word]
            now = target if rules.advances(now, target) else now
        return now

    some = words[:count]
    assert after(some) == after(sorted(some)) == after(some + some)


@pytest.mark.parametrize("state", ["dropped", "expired", "off"])
def test_a_message_that_was_never_sent_has_no_receipts(state):
    assert not any(rules.advances(state, target) for target in rules.RECEIPTS.values())
