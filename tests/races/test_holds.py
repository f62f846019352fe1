"""Visitors who want the last slot: one holds it, and in the moment a hold is over one books it."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from booking.domain.places import Wish
from booking.services import holds
from booking.services.steps import links
from booking.store import models as m
from booking.store.db import transaction
from tests.people import NINE, NOW, a_booking
from tests.races.crowd import Answer, Crowd
from tests.races.house import a_house

pytestmark = pytest.mark.slow
VISITORS, ROUNDS, CONTROL_ROUNDS = 8, 10, 6
GERMAN, TOKEN = Wish("residence", "de", None), "the-token-of-who-chose-it"
OVER = NOW + holds.KEPT_FOR


def hold(person: int, centre_id: int) -> None:
    holds.take(centre_id, GERMAN, NINE, device=f"device {person}", now=NOW)


def book_or_come_first(person: int, centre_id: int) -> None:
    """Half of them have the hold (a double click), a moment before it is over; the others find it over."""
    mine = {"hold": TOKEN, "now": OVER - timedelta(seconds=1)} if person % 2 else {"now": OVER}
    a_booking(centre_id, NINE, key=secrets.token_hex(8), **mine)


def play(app, act, rounds: int, *off: str) -> Iterator[tuple[list[Answer], int, int]]:
    """Round after round: the answers, how many have the slot, and of how many it is claimed. One counsellor."""
    house = a_house(app, ("en",), horizon_days=1, min_reachable=0)
    with Crowd(app, act, VISITORS, house.id, off=off) as crowd:
        for _ in range(rounds):
            if act is book_or_come_first:
                held_already(app, house.id)
            answers = crowd.act()
            with app.app_context(), transaction(0) as session:
                claims = len(set(session.execute(select(m.Claim.appointment_id, m.Claim.hold_id)).all()))
                table = m.Hold if act is hold else m.Appointment
                kept = len(session.scalars(select(table.id)).all())
                for one in (m.Claim, m.Hold, m.Appointment):
                    session.execute(delete(one))
            yield answers, kept, claims


def held_already(app, centre_id: int) -> None:
    with app.app_context():
        holds.take(centre_id, GERMAN, NINE, device="hers", now=NOW)
        with transaction(0) as session:
            session.execute(update(m.Hold).values(token_hash=links.hashed(TOKEN)))


@pytest.mark.parametrize("act", [hold, book_or_come_first])
def test_the_last_slot_is_one_visitor_s(app, act):
    for answers, kept, claims in play(app, act, ROUNDS):
        assert [answer.refusal for answer in answers].count("slot-taken") == VISITORS - 1
        assert (kept, claims) == (1, 1)


@pytest.mark.parametrize("act", [hold, book_or_come_first])
def test_without_lock_and_claims_it_is_several_visitors(app, act):
    found = list(play(app, act, CONTROL_ROUNDS, "lock", "transaction", "claims"))
    assert max(kept for _answers, kept, _claims in found) > 1
