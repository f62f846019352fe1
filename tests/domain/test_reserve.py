"""How many people find a room each, compared with trying every way to give them one."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import reserve

ROOMS = st.lists(st.integers(10, 13), max_size=3, unique=True).map(tuple)


def tried(people, rooms, places, most):
    """The best of all ways to seat people, one after the other, in one of their rooms or nowhere."""
    best = 0
    for way in product(*((*rooms[person], None) for person in people)):
        seated = [room for room in way if room is not None]
        if all(seated.count(room) <= places.get(room, 0) for room in seated):
            best = max(best, len(seated))
    return min(best, most)


@given(st.lists(ROOMS, max_size=4), st.dictionaries(st.integers(10, 12), st.integers(0, 2)), st.integers(1, 4))
def test_as_many_are_seated_as_by_trying_every_way(rooms_of, places, most):
    rooms = dict(enumerate(rooms_of))
    assert reserve._matching(list(rooms), rooms, places, most) == tried(list(rooms), rooms, places, most)


@pytest.mark.parametrize("people", [[1, 2], [2, 1], [1, 2, 3]])
def test_whoever_sits_moves_on_for_who_has_one_room_only(people):
    rooms = {1: (10, 11), 2: (10,), 3: (11, 10)}
    assert reserve._matching(people, rooms, {10: 1, 11: 1}, 3) == 2
