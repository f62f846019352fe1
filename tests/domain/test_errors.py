"""Refusals are data with a stable kind."""

from datetime import UTC, datetime

from booking.domain.errors import NotFound, Refusal, SlotTaken, TooLate


def test_a_refusals_kind_is_its_name_in_small_letters():
    assert (NotFound().kind, SlotTaken().kind) == ("not-found", "slot-taken")


def test_a_refusal_carries_what_the_answer_needs():
    until = datetime(2027, 3, 2, tzinfo=UTC)
    assert TooLate(until).until == until
    assert SlotTaken().near == ()
    assert isinstance(SlotTaken((until,)), Refusal)
