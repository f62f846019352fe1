"""The order of the rules by which a counsellor is chosen, and the reason that staff are shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.assignment import Load, choose
from booking.domain.places import Offer

NOW = datetime(2027, 3, 2, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FULL = 39 * 60
IDLE = Load(0, FULL, None)
ROOMS = {1: (11, 12), 2: (12, 11), 3: (11, 12)}


def offer(counsellor=1, room=11, programme=5, interpreter=False, who=None):
    minutes = 45 if interpreter else 30
    return Offer(counsellor, room, programme, 9, interpreter, minutes, minutes + 5, who)


def test_the_only_one_is_chosen_with_the_first_room_in_her_own_order():
    choice = choose([offer(2, room=11), offer(2, room=12)], {2: Load(FULL, FULL, None)}, ROOMS)
    assert (choice.offer, choice.because, choice.among, choice.share_percent) == (offer(2, room=12), "only", 1, 25)


def test_the_visitors_language_comes_before_everything_else():
    loads = {1: IDLE, 2: Load(9_000, FULL, NOW)}
    choice = choose([offer(1, interpreter=True), offer(2)], loads, ROOMS)
    assert (choice.offer.counsellor_id, choice.because, choice.among) == (2, "language", 2)


def test_first_of_all_the_counsellor_who_is_wished():
    loads = {1: IDLE, 2: Load(9_000, FULL, NOW)}
    both = [offer(1), offer(2, interpreter=True)]
    assert choose(both, loads, ROOMS, wished=2)[:2] == (offer(2, interpreter=True), "wished")
    assert choose(both, loads, ROOMS, wished=3)[:2] == (offer(1), "language")
    assert choose([offer(1)], loads, ROOMS, wished=1).because == "wished"


def test_an_interpreter_who_comes_is_before_the_telephone():
    loads = {1: IDLE, 2: Load(9_000, FULL, NOW)}
    comes, calls = offer(2, interpreter=True, who=5), offer(1, interpreter=True)
    assert choose([calls, comes], loads, ROOMS)[:2] == (comes, "interpreter")
    own = [offer(2, interpreter=True), offer(2, interpreter=True, who=6), comes]
    assert choose(own, loads, ROOMS)[:2] == (comes, "only")


def test_then_the_lowest_share_of_contract_hours_and_not_the_fewest_minutes():
    loads = {1: Load(600, FULL // 4, None), 2: Load(900, FULL, NOW)}
    choice = choose([offer(1), offer(2)], loads, ROOMS)
    assert (choice.offer.counsellor_id, choice.because, choice.share_percent) == (2, "share", 10)


def test_then_who_was_booked_least_recently_and_first_who_never_was():
    loads = {1: Load(0, FULL, NOW), 2: Load(0, FULL, NOW - DAY), 3: IDLE}
    assert choose([offer(1), offer(2)], loads, ROOMS)[:2] == (offer(2), "recent")
    assert choose([offer(1), offer(2), offer(3)], loads, ROOMS)[:2] == (offer(3), "recent")


def test_last_the_lower_id_and_the_lower_programme():
    choice = choose([offer(3), offer(1, programme=6), offer(1, programme=5)], {1: IDLE, 3: IDLE}, ROOMS)
    assert choice[:2] == (offer(1, programme=5), "recent")


@pytest.mark.parametrize("loads", [{}, {1: Load(0, 0, None)}], ids=["unknown", "no contract hours"])
def test_without_contract_hours_somebody_counts_as_full(loads):
    choice = choose([offer(1), offer(2)], {**loads, 2: Load(4 * FULL - 1, FULL, NOW)}, ROOMS)
    assert choice[:2] == (offer(2), "share")
    assert choose([offer(1)], loads, ROOMS).share_percent == 100


offers = st.builds(offer, st.integers(1, 3), st.sampled_from([11, 12]), st.sampled_from([5, 6]), st.booleans())
loads_of = st.builds(Load, st.integers(0, 3000), st.sampled_from([0, 1170, FULL]), st.none() | st.just(NOW))


@given(
    st.lists(offers, min_size=1, max_size=8, unique=True).flatmap(lambda o: st.tuples(st.just(o), st.permutations(o))),
    st.fixed_dictionaries(dict.fromkeys((1, 2, 3), loads_of)),
)
def test_the_choice_does_not_depend_on_the_order_of_the_offers_and_no_other_offer_ranks_before_it(both, loads):
    given_, shuffled = both
    choice = choose(given_, loads, ROOMS)
    assert choose(shuffled, loads, ROOMS) == choice
    best = choice.offer
    for other in given_:
        assert (best.interpreter, loads[best.counsellor_id].share) <= (
            other.interpreter, loads[other.counsellor_id].share
        )  # fmt: skip
    assert choice.among == len({o.counsellor_id for o in given_})
    assert (choice.because == "only") == (choice.among == 1)
