"""8 desks call from one queue of 200: each number once, in the queue's order, and nobody is turned away (F31)."""

from collections.abc import Iterable, Iterator

import pytest

from booking.domain.actors import By
from booking.services import calls
from booking.store.db import reading
from booking.store.tickets import current
from tests.people import NOW, TODAY, a_ticket
from tests.races.crowd import Crowd
from tests.races.house import House, a_house
from tests.races.whole import halves

pytestmark = pytest.mark.slow
DESKS, QUEUE, PRESSES, CONTROL_ROUNDS = 8, 200, 8, 10


def call(desk: int, centre_id: int, counsellors: list[int]) -> int:
    """The number this desk's counsellor called; with one counsellor all desks are hers."""
    counsellor = counsellors[desk % len(counsellors)]
    return calls.call_next(centre_id, counsellor, by=By("desk", counsellor), now=NOW).number


def a_waiting_room(app, waiting: int) -> tuple[House, list[int]]:
    """A house with a counsellor a desk, and the waiting numbers in their order."""
    house = a_house(app, ["de"] * DESKS)
    with app.app_context():
        return house, [a_ticket(house.id).number for _ in range(waiting)]


def end_talks(app, house: House) -> int:
    """Every talk ends, so that everybody can call again; how many there were."""
    with app.app_context():
        with reading() as session:
            talks = current(session, house.id, TODAY)
        for talk in talks:
            by = By("desk", talk.counsellor_id)
            calls.finish(house.id, talk.id, talk.counsellor_id, by=by, now=NOW)
        return len(talks)


class Round:
    def __init__(self, app, house: House, crowd: Crowd) -> None:
        answers = crowd.act()
        self.called = [answer.value for answer in answers if answer.refusal is None]
        self.refusals = {answer.refusal for answer in answers} - {None}
        self.talks = end_talks(app, house)


def play(app, house: House, counsellors: list[int], rounds: int, *off: str) -> Iterator[Round]:
    """Round after round, as long as somebody looks on."""
    with Crowd(app, call, DESKS, house.id, counsellors, off=off) as crowd:
        for _ in range(rounds):
            yield Round(app, house, crowd)


def called_twice(rounds: Iterable[Round]) -> Iterator[int]:
    called = set()
    for number in (number for one in rounds for number in one.called):
        if number in called:
            yield number
        called.add(number)


def test_each_number_is_called_once_and_in_its_turn(app):
    house, waiting = a_waiting_room(app, QUEUE)
    *rounds, last = play(app, house, house.counsellors, QUEUE // DESKS + 1)
    for i, one in enumerate(rounds):
        assert sorted(one.called) == sorted(waiting[i * DESKS : (i + 1) * DESKS])
        assert one.refusals == set()
    assert last.called == []
    assert last.refusals == {"nobody-waiting"}
    with app.app_context(), reading() as session:
        assert halves(session) == []


def test_without_the_lock_some_are_turned_away_but_still_none_is_called_twice(app):
    """The step that names the state it starts from holds, but the loser does not get the next visitor."""
    house, _waiting = a_waiting_room(app, DESKS * CONTROL_ROUNDS)
    rounds = list(play(app, house, house.counsellors, CONTROL_ROUNDS, "lock", "transaction"))
    assert set().union(*(one.refusals for one in rounds)) == {"wrong-state"}
    assert list(called_twice(rounds)) == []


def test_without_lock_and_state_a_number_is_called_twice(app):
    house, _waiting = a_waiting_room(app, DESKS * CONTROL_ROUNDS)
    assert any(called_twice(play(app, house, house.counsellors, CONTROL_ROUNDS, "lock", "transaction", "state")))


def test_a_counsellor_who_presses_many_times_calls_one(app):
    house, waiting = a_waiting_room(app, PRESSES)
    for i, one in enumerate(play(app, house, house.counsellors[:1], PRESSES)):
        assert one.called == [waiting[i]]
        assert one.refusals == {"still-busy"}
        assert one.talks == 1


def test_without_lock_and_index_she_calls_several(bare_app):
    house, _waiting = a_waiting_room(bare_app, DESKS * CONTROL_ROUNDS)
    rounds = play(bare_app, house, house.counsellors[:1], CONTROL_ROUNDS, "lock", "transaction", "current")
    assert any(one.talks > 1 for one in rounds)
