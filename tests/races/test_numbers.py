"""8 desks give numbers: none twice, none skipped, to the last of the day."""

import secrets
from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import delete

from booking.domain.errors import NumbersUsedUp
from booking.domain.tickets import NUMBERS
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.people import a_ticket
from tests.races.crowd import Answer, Crowd
from tests.races.house import a_house
from tests.races.whole import halves

pytestmark = pytest.mark.slow
DESKS, DAYS, CONTROL_ROUNDS = 8, 25, 10


def give(_desk: int, centre_id: int) -> int:
    return a_ticket(centre_id, key=secrets.token_hex(8)).number


def give_all(desk: int, centre_id: int) -> list[int]:
    """Every number this desk gave, until none was left."""
    given = []
    try:
        while True:
            given.append(give(desk, centre_id))
    except NumbersUsedUp:
        return given


def a_new_day(app) -> None:
    with app.app_context(), transaction(0) as session:
        for table in (m.Ticket, m.Series):
            session.execute(delete(table))


def test_all_numbers_of_a_day_are_given_once(app):
    house = a_house(app, ["de"])
    with Crowd(app, give_all, DESKS, house.id) as crowd:
        answers = crowd.act()
    assert {answer.refusal for answer in answers} == {None}
    given = [number for answer in answers for number in answer.value]
    assert sorted(given) == list(range(1, NUMBERS + 1))
    with app.app_context(), reading() as session:
        assert halves(session) == []


def test_a_day_s_first_numbers_follow_each_other(app):
    """The first of a day is drawn; eight desks that draw at once begin one series."""
    house = a_house(app, ["de"])
    with Crowd(app, give, DESKS, house.id) as crowd:
        for _ in range(DAYS):
            answers = crowd.act()
            assert {answer.refusal for answer in answers} == {None}
            given = {answer.value for answer in answers}
            assert any(given == {(first + n - 1) % NUMBERS + 1 for n in range(DESKS)} for first in given)
            a_new_day(app)


def answers_without_guard(app) -> Iterator[Answer]:
    """What eight desks are answered when they read and write the counter without the lock, as long as one looks on."""
    house = a_house(app, ["de"])
    with app.app_context():
        yield Answer(0, give(0, house.id), None)  # the day's series
    with Crowd(app, give, DESKS, house.id, off=("lock", "transaction", "counter")) as crowd:
        for _ in range(CONTROL_ROUNDS):
            yield from crowd.act()


def given_twice(answers: Iterable[Answer]) -> Iterator[int]:
    given = set()
    for number in (answer.value for answer in answers if answer.refusal is None):
        if number in given:
            yield number
        given.add(number)


def test_without_the_guard_the_database_still_refuses_a_number_twice(app):
    answers = list(answers_without_guard(app))
    assert list(given_twice(answers)) == []
    assert {answer.refusal.partition(":")[0] for answer in answers if answer.refusal} == {"IntegrityError"}


def test_without_guard_and_constraint_a_number_is_given_twice(bare_app):
    assert any(given_twice(answers_without_guard(bare_app)))
