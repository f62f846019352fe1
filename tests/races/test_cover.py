"""Two leads who apply at once, a booking against an apply, and taking back against telling: one wins, and wholly."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from booking.domain.actors import By
from booking.services import cover, reminders, uncover
from booking.store import models as m
from booking.store.db import reading, transaction
from tests import people
from tests.people import MINUTE, NINE, NOW
from tests.races.crowd import Crowd
from tests.races.house import a_house

pytestmark = pytest.mark.slow
LEADS, ROUNDS, CONTROL_ROUNDS = 8, 25, 10
LATER = NOW + cover.TELL_AFTER


def sick_house(app):
    """Three counsellors; the first is ill, and one colleague must stay for walk-ins."""
    house = a_house(app, ("en", "ar", "uk"), horizon_days=7)
    with app.app_context():
        people.an_absence(house.id, house.counsellors[0], people.at("2027-03-03 00:00"), people.at("2027-03-04 00:00"))
    return house


def booked_with(app, house):
    with app.app_context():
        id_ = people.an_appointment(house.id, house.counsellors[0], NINE)
        people.add(m.Visitor(
            centre_id=house.id, carrier_id=people.rows(m.Carrier.id)[0], appointment_id=id_, surrogate=f"s{id_}",
            name="Nour", phone="+4915123456789", reminders_agreed=NOW, erase_on=people.TODAY + 90 * people.DAY,
        ))  # fmt: skip
        return id_


def empty(app):
    with app.app_context(), transaction(0) as session:
        for table in (m.CoverPlan, m.Claim, m.Hold, m.Appointment):
            session.execute(delete(table))


def everything(app):
    with app.app_context(), reading() as session:
        held = session.execute(select(m.Appointment.counsellor_id, m.Appointment.room_id, m.Appointment.state)).all()
        plans = session.scalars(select(m.CoverPlan.id)).all()
        lines = session.scalars(select(m.CoverLine.id)).all()
        return [tuple(row) for row in held], len(plans), len(lines)


def settle(_person: int, centre_id: int) -> int:
    proposal = cover.propose(centre_id, now=NOW)[0]
    lines = [cover.Accepted(x.talk_id, x.action, x.chain, x.after, x.because) for x in proposal.lines]
    return cover.apply(centre_id, proposal.fingerprint, lines, cause="absent", by=By("desk"), now=NOW)


def settle_or_book(person: int, centre_id: int) -> int:
    return people.a_booking(centre_id, NINE).card.id if person % 2 else settle(person, centre_id)


def back_or_tell(person: int, centre_id: int, plans: list[int]) -> object:
    """At the very end of the three minutes: one side takes back, the other sends."""
    if person % 2:
        return [reminders.claim(ref, now=LATER) for ref in reminders.waiting(now=LATER)]
    with reading() as session:
        plan = session.scalar(select(m.CoverPlan.id))
    return uncover.undo(centre_id, plan, by=By("desk"), now=LATER - MINUTE)


def play(app, act, rounds, *off) -> Iterator[tuple[list, tuple]]:
    house = sick_house(app)
    with Crowd(app, act, LEADS, house.id, *([[]] if act is back_or_tell else []), off=off) as crowd:
        for _ in range(rounds):
            booked_with(app, house)
            if act is back_or_tell:
                with app.app_context():
                    people.an_absence(house.id, house.counsellors[1], NOW, people.at("2027-03-04 00:00"))
                    settle(0, house.id)
            answers = crowd.act()
            yield answers, everything(app)
            empty(app)


def two_in_a_place(held) -> bool:
    booked = [row[:2] for row in held if row[2] == "booked"]
    return any(len(set(one)) < len(one) for one in zip(*booked, strict=True))


def test_of_leads_who_apply_at_once_exactly_one_does(app):
    for answers, (held, plans, lines) in play(app, settle, ROUNDS):
        assert sum(answer.refusal is None for answer in answers) == 1
        assert {answer.refusal for answer in answers} == {None, "plan-changed"}
        assert (plans, lines, len(held)) == (1, 1, 1)


def test_without_lock_and_claims_several_leads_apply_the_same_plan(app):
    found = list(play(app, settle, CONTROL_ROUNDS, "lock", "transaction", "claims"))
    assert any(plans > 1 for _answers, (_held, plans, _lines) in found)


def test_a_booking_and_an_apply_never_share_a_place(app):
    for answers, (held, plans, _lines) in play(app, settle_or_book, ROUNDS):
        assert not two_in_a_place(held)
        assert {answer.refusal for answer in answers} <= {None, "plan-changed", "slot-taken"}
        assert plans <= 1


def test_without_lock_and_claims_they_do(app):
    found = list(play(app, settle_or_book, CONTROL_ROUNDS, "lock", "transaction", "claims"))
    assert any(two_in_a_place(held) or plans > 1 for _answers, (held, plans, _lines) in found)


def told_and_back(answers) -> tuple[int, int]:
    """How many messages were claimed to be sent, and how many plans taken back."""
    told = sum(one is not None for answer in answers for one in (answer.value or []) if answer.person % 2)
    return told, sum(answer.refusal is None for answer in answers if not answer.person % 2)


def test_whoever_is_told_is_not_taken_back_and_the_other_way_round(app):
    for answers, (held, _plans, _lines) in play(app, back_or_tell, ROUNDS):
        told, back = told_and_back(answers)
        assert {answer.refusal for answer in answers} <= {None, "too-late", "wrong-state"}
        assert (told, back) in {(1, 0), (0, 1)}
        assert held[0][2] == ("booked" if back else "cancelled")


def test_without_the_lock_somebody_is_told_of_what_is_taken_back(app):
    """It may take some rounds; the first that shows it ends them."""
    rounds = play(app, back_or_tell, 8 * CONTROL_ROUNDS, "lock", "transaction", "unsent")
    assert any(min(told_and_back(answers)) > 0 for answers, _found in rounds)
