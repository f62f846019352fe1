"""The rule of the house over sets of steps, compared with counting heads step by step."""

from hypothesis import given
from hypothesis import strategies as st

from booking.domain import presence
from booking.domain.roster import Opening

STEPS = 24
masks = st.integers(0, 2**STEPS - 1)
houses = st.lists(masks, max_size=4)


def heads(present, step):
    return sum(mask >> step & 1 for mask in present)


@given(st.integers(0, 4), houses, masks)
def test_at_least_counts_heads(count, present, everywhere):
    found = presence.at_least(count, present, everywhere)
    for step in range(STEPS):
        expected = everywhere >> step & 1 and heads(present, step) >= count
        assert bool(found >> step & 1) == bool(expected)


@given(houses, masks, masks, masks)
def test_the_last_one_is_kept_for_walk_ins_unless_the_period_of_one_is_for_appointments(present, open_, walk_in, sold):
    opening = Opening(open_ | walk_in, walk_in, walk_in & sold)
    kept = presence.kept_for_walk_ins(opening, present)
    for step in range(STEPS):
        alone = heads(present, step) < 2
        expected = walk_in >> step & 1 and not (alone and sold >> step & 1)
        assert bool(kept >> step & 1) == bool(expected)


def test_open_time_in_which_too_few_are_present_is_a_gap():
    opening = Opening(0b111111, 0, 0)
    assert presence.nobody_present(opening, [0b000011, 0b011010], 1) == 0b100100
    assert presence.nobody_present(opening, [0b000011, 0b011010], 2) == 0b111101
    assert presence.nobody_present(opening, [], 1) == 0b111111


def test_a_centre_that_may_be_unattended_has_no_gap():
    assert presence.nobody_present(Opening(0b111, 0, 0), [], 0) == 0
