"""Every step of a number is taken once, however many desks press at the same moment; then it is taken back once."""

from collections import Counter

import pytest

from booking.domain.actors import By
from booking.services import aside, transfers, undo
from booking.store import models as m
from tests.people import NOW, a_ticket, rows
from tests.races.crowd import Crowd
from tests.races.house import a_house

pytestmark = pytest.mark.slow
DESKS, BY = 6, By("desk")
STORY = ("park", "unpark", "transfer", "withdraw", "undo", "refuse")
CONTROL_ROUNDS = 4
_turns: Counter[int] = Counter()


def press(desk: int, centre_id: int, numbers: list[int]) -> str:
    """The next step of the story, at the next number once it is told; an undo takes back what came last."""
    turn = _turns[desk]
    _turns[desk] += 1
    ticket_id, name = numbers[turn // len(STORY)], STORY[turn % len(STORY)]
    if name == "transfer":
        transfers.transfer(centre_id, ticket_id, "carrier", "caritas", by=BY, now=NOW)
    elif name == "undo":
        step = max(rows(m.Step.id, ticket_id=ticket_id, name="withdraw"))
        undo.undo_step(centre_id, step, by=BY, now=NOW)
    else:
        getattr(aside, name)(centre_id, ticket_id, by=BY, now=NOW)
    return name


def winners(app, rounds: int, *off: str) -> list[int]:
    """How many desks had each step, told so many times."""
    house = a_house(app, ["de"])
    with app.app_context():
        numbers = [a_ticket(house.id).id for _ in range(rounds)]
    with Crowd(app, press, DESKS, house.id, numbers, off=off) as crowd:
        return [sum(answer.refusal is None for answer in crowd.act()) for _ in range(rounds * len(STORY))]


def test_each_step_has_one_winner(app):
    assert winners(app, 2) == [1] * 2 * len(STORY)


def test_without_lock_and_state_a_step_has_several(app):
    assert max(winners(app, CONTROL_ROUNDS, "lock", "transaction", "state")) > 1
