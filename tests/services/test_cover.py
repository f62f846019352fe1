"""Cover carried out and taken back, on both databases."""

import random
from contextlib import suppress
from datetime import date, time

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain.actors import By
from booking.domain.errors import NotFound, PlanChanged, SlotTaken, TooLate, WrongState
from booking.services import (
    appointments,
    calls,
    changes,
    cover,
    covered,
    offers,
    reminders,
    retention,
    tickets,
    uncover,
)
from booking.store import models as m
from booking.store.db import transaction
from tests.people import (
    DAY,
    MINUTE,
    MOBILE,
    MORNINGS,
    NINE,
    NOW,
    TODAY,
    a_bare_centre,
    a_booking,
    a_carrier,
    a_closure,
    a_counsellor,
    a_programme,
    a_room,
    a_topic,
    add,
    an_absence,
    an_appointment,
    at,
    change,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
LEAD = By("desk")
TABLES = (m.Appointment, m.Visitor, m.CoverGrant)
LATER = NOW + cover.TELL_AFTER
BERTA_S_MORNING = tuple(one for one in MORNINGS if one[0] == 2)


@pytest.fixture
def house():
    """Anna of the Caritas and Berta of the AWO, an office each; Berta is there on Wednesdays alone."""
    centre = a_bare_centre(horizon_days=21)
    a_carrier(centre), a_carrier(centre, "awo"), a_programme(centre), a_topic(centre), open_hours(centre)
    a_room(centre, "r1"), a_room(centre, "r2")
    return centre


@pytest.fixture
def anna(house):
    return a_counsellor(house, "Anna", rooms=["r1"])


@pytest.fixture
def berta(house, anna):
    return a_counsellor(house, "Berta", carrier="awo", rooms=["r2", "r1"], shifts=BERTA_S_MORNING)


def sick(house, staff, days=1):
    return an_absence(house, staff, at("2027-03-03 00:00"), at("2027-03-04 00:00") + (days - 1) * DAY)


def everything(now=NOW):
    """All that cover changes; what is held no longer counts for nothing."""
    claims = rows(*m.Claim.__table__.columns)
    return {t.__tablename__: rows(*t.__table__.columns) for t in TABLES} | {
        "claim": [one for one in claims if one[-1] is None or one[-1] > now],
        "message": rows(m.Message.appointment_id, m.Message.kind, m.Message.state, m.Message.due_at),
    }


def accepted(proposal, *chains):
    return [
        cover.Accepted(x.talk_id, x.action, x.chain, x.after, x.because)
        for x in proposal.lines
        if not chains or x.chain in chains
    ]


def settle(house, *chains, now=NOW):
    """Propose and accept; the plan's id."""
    proposal, _rows, _told = cover.propose(house, now=now)
    return cover.apply(house, proposal.fingerprint, accepted(proposal, *chains), cause="absence", by=LEAD, now=now)


def actions(house, now=NOW):
    return [line.action for line in cover.propose(house, now=now)[0].lines]


def the(column, *, of):
    [found] = rows(column, id=of)
    return found


def known(house, id_, now):
    """State and offer, as the visitor sees them."""
    card, offer = offers.known(appointments.card(house, id_), now=now)
    return card.state, offer


def booked(house, start=NINE, **values):
    return a_booking(house, start, **{"name": "Nour", "phone": MOBILE, "reminders": True, **values}).card.id


# ── a colleague ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_absent_nothing_to_do(house, anna):
    booked(house)
    assert actions(house) == []


def test_a_colleague_of_another_carrier_keeps_the_time_and_is_granted_a_look(house, anna, berta):
    id_ = booked(house)
    change(m.Appointment, id_, because={"rule": "only"})
    sick(house, anna)
    plan = settle(house)
    assert the(m.Appointment.counsellor_id, of=id_) == berta
    assert the(m.Appointment.carrier_id, of=id_) == rows(m.Carrier.id)[0]
    assert the(m.Appointment.because, of=id_)["rule"] == "cover"
    assert set(rows(m.Claim.resource, appointment_id=id_)) == {f"c{berta}", "r2.0"}
    assert rows(m.CoverGrant.staff_id, m.CoverGrant.appointment_id) == [(berta, id_)]
    assert rows(m.CoverPlan.id, m.CoverPlan.tell_at) == [(plan, LATER)]
    assert rows(m.CoverLine.action, m.CoverLine.state) == [("colleague", "applied")]
    assert [kind for kind, state in rows(m.Message.kind, m.Message.state) if state == "due"] == [
        "confirmation", "reminder_eve",
    ]  # fmt: skip
    assert rows(m.Step.name)[-1] == "covered"
    assert actions(house) == []


def test_who_wished_this_counsellor_is_told_after_three_minutes(house, anna, berta):
    id_ = booked(house)
    change(m.Appointment, id_, needs={"counsellor": anna})
    sick(house, anna)
    settle(house)
    assert rows(m.Message.kind, m.Message.due_at)[-1] == ("covered", LATER)


def test_a_colleague_of_the_same_carrier_needs_no_grant(house, anna):
    a_counsellor(house, "Cleo", rooms=["r2"])
    id_ = an_appointment(house, anna, NINE)
    sick(house, anna)
    settle(house)
    assert rows(m.CoverGrant.staff_id) == []
    assert the(m.Appointment.room_id, of=id_) == rows(m.Room.id)[1]


# ── a new time, and an apology ────────────────────────────────────────────────────────────────────────────────────


def test_without_a_colleague_a_new_time_is_proposed_held_and_told(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    assert the(m.Appointment.state, of=id_) == "cancelled"
    [(kind, starts, until)] = rows(m.Hold.kind, m.Hold.starts_at, m.Hold.expires_at, kind="offer")
    assert (kind, starts, until) == ("offer", at("2027-03-04 09:00"), at("2027-03-03 18:00"))
    assert known(house, id_, LATER) == ("cancelled", (starts, starts + 30 * MINUTE, until))
    due = [(k, d) for k, d, s in rows(m.Message.kind, m.Message.due_at, m.Message.state) if s == "due"]
    assert due == [("offer", LATER)]
    assert known(house, id_, until) == ("cancelled", None)


def test_a_held_time_is_nobody_else_s(house, anna):
    booked(house), booked(house, NINE + 45 * MINUTE)
    sick(house, anna)
    settle(house, 1)
    [line] = cover.propose(house, now=NOW)[0].lines
    assert line.after.starts_at != rows(m.Hold.starts_at, kind="offer")[0]
    settle(house)
    assert len(set(rows(m.Hold.starts_at, kind="offer"))) == 2


def test_a_yes_makes_the_new_time_hers(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    card = offers.accept(house, id_, by=By("web"), now=LATER)
    assert (card.state, card.starts_at) == ("booked", at("2027-03-04 09:00"))
    assert rows(m.Hold.kind) == ["undo"]
    assert set(rows(m.Claim.resource, appointment_id=id_)) == {f"c{anna}", "r1.0"}
    assert rows(m.CoverLine.state) == ["accepted"]
    due = [k for k, s in rows(m.Message.kind, m.Message.state) if s == "due"]
    assert due == ["moved", "reminder_eve"]
    assert rows(m.Visitor.erase_on) == [date(2027, 4, 3)]
    with pytest.raises(NotFound):
        offers.accept(house, id_, by=By("web"), now=LATER)


def test_until_she_is_told_the_visitor_sees_no_offer_and_no_answer_is_taken(house, anna):
    """So that nothing she does can stand in the way of undoing all of it."""
    id_, off = booked(house), booked(house, NINE + 45 * MINUTE)
    soon = LATER - MINUTE
    sick(house, anna, days=2)
    plan = settle(house, 1)
    for verb in (offers.accept, offers.decline):
        with pytest.raises(NotFound):
            verb(house, id_, by=By("web"), now=soon)
    assert known(house, id_, soon) == known(house, off, soon) == ("booked", None)
    assert known(house, id_, LATER)[0] == "cancelled"
    assert known(house, id_, LATER)[1].starts_at == at("2027-03-05 09:00")
    shown = offers.known(appointments.card(house, id_), now=soon).card
    assert shown.sequence == 0
    uncover.undo(house, plan, by=LEAD, now=soon)
    assert known(house, id_, LATER) == ("booked", None)


def test_a_yes_to_a_place_that_is_gone_is_refused_with_the_next_that_is_held(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    an_absence(house, anna, at("2027-03-04 00:00"), at("2027-03-05 00:00"))
    with pytest.raises(SlotTaken) as refused:
        offers.accept(house, id_, by=By("web"), now=LATER)
    assert refused.value.near == (at("2027-03-05 09:00"),)
    assert known(house, id_, LATER)[1].starts_at == at("2027-03-05 09:00")
    assert rows(m.Hold.starts_at, kind="offer") == [at("2027-03-05 09:00")]
    assert len(rows(m.Claim.step, hold_id=rows(m.Hold.id, kind="offer")[0])) == 14
    assert rows(m.CoverLine.state, m.CoverLine.hold_id) == [("applied", rows(m.Hold.id, kind="offer")[0])]
    assert offers.accept(house, id_, by=By("web"), now=LATER).starts_at == at("2027-03-05 09:00")


def test_a_yes_where_no_time_is_left_ends_the_offer(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    an_absence(house, anna, at("2027-03-04 00:00"), at("2027-04-30 00:00"))
    with pytest.raises(SlotTaken) as refused:
        offers.accept(house, id_, by=By("web"), now=LATER)
    assert refused.value.near == ()
    assert known(house, id_, LATER) == ("cancelled", None)
    assert (rows(m.CoverLine.state), rows(m.Hold.id, kind="offer")) == (["lapsed"], [])
    assert "due" not in rows(m.Message.state)


@pytest.mark.parametrize("meanwhile", ["answered", "back", "taken", "no plan"])
def test_what_happens_between_a_refused_yes_and_the_next_offer(house, anna, monkeypatch, meanwhile):
    """The refusal has rolled back and given the lock away."""
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    away = an_absence(house, anna, at("2027-03-04 00:00"), at("2027-03-05 00:00"))
    anew = offers._propose_anew

    def later(*more):
        if meanwhile == "answered":
            offers.decline(house, id_, by=By("web"), now=LATER)
        elif meanwhile == "back":
            change(m.Absence, away, ends_at=at("2027-03-04 00:00"))
        elif meanwhile == "taken":
            monkeypatch.setattr(offers.appointment_store, "claim", lambda *_, **__: False)
        else:
            with transaction(house) as session:
                session.execute(m.CoverLine.__table__.delete())
        return anew(*more)

    monkeypatch.setattr(offers, "_propose_anew", later)
    with pytest.raises(SlotTaken) as refused:
        offers.accept(house, id_, by=By("web"), now=LATER)
    assert refused.value.near == {
        "answered": (), "back": (at("2027-03-04 09:00"),), "taken": (), "no plan": (at("2027-03-05 09:00"),),
    }[meanwhile]  # fmt: skip
    assert len(rows(m.Hold.id, kind="offer")) == (meanwhile != "answered")


def test_a_yes_to_a_colleague_of_another_carrier_lets_her_see_the_visitor(house, anna, berta):
    id_ = an_appointment(house, anna, NINE)
    sick(house, anna, days=20), sick(house, berta)
    settle(house)
    offers.accept(house, id_, by=By("web"), now=LATER)
    assert rows(m.CoverGrant.staff_id, m.CoverGrant.appointment_id) == [(berta, id_)]
    assert rows(m.Message.id) == []


def test_a_yes_after_its_hour_or_to_what_was_restored_is_refused(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    with pytest.raises(TooLate):
        offers.accept(house, id_, by=By("web"), now=at("2027-03-03 18:00"))
    change(m.Appointment, id_, state="arrived")
    with pytest.raises(WrongState):
        offers.accept(house, id_, by=By("web"), now=LATER)


def test_a_no_gives_the_time_back(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    offers.decline(house, id_, by=By("web"), now=LATER)
    assert (rows(m.CoverLine.state), rows(m.Hold.kind)) == (["lapsed"], ["undo"])
    assert "due" not in rows(m.Message.state)
    with pytest.raises(NotFound):
        offers.decline(house, id_, by=By("web"), now=LATER)


def test_an_offer_lapses_at_its_hour_and_its_visitor_is_told(house, anna):
    id_ = booked(house)
    nobody = an_appointment(house, anna, NINE + 45 * MINUTE)
    sick(house, anna)
    settle(house)
    hour = at("2027-03-03 18:00")
    assert offers.lapse_due(hour - MINUTE) == 0
    assert offers.lapse_due(hour) == 2
    assert offers.lapse_due(hour) == 0
    assert rows(m.CoverLine.state) == ["lapsed", "lapsed"]
    assert rows(m.Message.kind, m.Message.appointment_id, m.Message.due_at, state="due") == [("apology", id_, hour)]
    assert the(m.Appointment.state, of=nobody) == "cancelled"


def test_an_offer_that_was_answered_meanwhile_does_not_lapse(house, anna, monkeypatch):
    booked(house)
    sick(house, anna)
    settle(house)
    hour = at("2027-03-03 18:00")
    stale = offers.hold_store.overdue_offers
    monkeypatch.setattr(offers.hold_store, "overdue_offers", lambda session, now: stale(session, now + DAY))
    assert offers.lapse_due(hour - MINUTE) == 1
    assert rows(m.CoverLine.state) == ["applied"]


def test_an_offer_of_no_plan_ends_as_well(house, anna):
    id_ = booked(house)
    sick(house, anna)
    settle(house)
    with transaction(house) as session:
        session.execute(m.CoverLine.__table__.delete())
    offers.decline(house, id_, by=By("web"), now=NOW)
    assert rows(m.Hold.kind) == ["undo"]


def test_without_any_time_it_is_cancelled_with_an_apology(house, anna):
    id_ = booked(house)
    sick(house, anna, days=40)
    assert actions(house) == ["cancel"]
    settle(house)
    assert the(m.Appointment.state, of=id_) == "cancelled"
    assert ("apology", LATER) in rows(m.Message.kind, m.Message.due_at)


def test_the_messages_say_what_happened_and_which_time_is_proposed(house, anna):
    booked(house)
    sick(house, anna)
    settle(house)
    one = reminders.claim(reminders.waiting(now=LATER)[0], now=LATER)
    assert (one.notice.kind, one.notice.offered_at, one.notice.answer_by) == (
        "offer", at("2027-03-04 09:00"), at("2027-03-03 18:00"),
    )  # fmt: skip


# ── other causes ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cause", ["closure", "leaves", "room", "shift"])
def test_every_other_change_is_settled_by_the_same_plan(house, anna, berta, cause):
    an_appointment(house, anna, NINE)
    if cause == "closure":
        a_closure(house, date(2027, 3, 3))
    elif cause == "leaves":
        change(m.Staff, anna, last_day=TODAY)
    elif cause == "room":
        change(m.Room, rows(m.Room.id)[0], last_day=TODAY)
    else:
        add(
            m.DayShift(
                centre_id=house, staff_id=anna, day=date(2027, 3, 3), kind="talks", starts=time(10), ends=time(12)
            )
        )
    [line] = cover.propose(house, now=NOW)[0].lines
    assert line.because["lost"] == {"closure": "closed", "room": "room"}.get(cause, "absent")
    assert line.action == ("offer" if cause == "closure" else "colleague")
    settle(house)
    assert actions(house) == []


def test_who_comes_with_an_interpreter_is_kept_by_somebody_who_speaks(house, anna):
    change(m.Centre, house, interpreted=["ar"])
    cleo = a_counsellor(house, "Cleo", rooms=["r2"], languages=["ar"])
    id_ = an_appointment(house, anna, NINE, minutes=45, language="ar", interpreter=True)
    sick(house, anna)
    settle(house)
    assert the(m.Appointment.counsellor_id, of=id_) == cleo
    assert the(m.Appointment.ends_at, of=id_) == NINE + 30 * MINUTE


# ── plans that no longer hold ─────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_whose_inputs_changed_is_refused_with_the_new_one(house, anna, berta):
    booked(house)
    sick(house, anna)
    proposal = cover.propose(house, now=NOW)[0]
    sick(house, berta)
    before = everything()
    with pytest.raises(PlanChanged) as refused:
        cover.apply(house, proposal.fingerprint, accepted(proposal), cause="absence", by=LEAD, now=NOW)
    assert [line.action for line in refused.value.plan.lines] == ["offer"]
    assert everything() == before
    assert rows(m.CoverPlan.id) == []


@pytest.mark.parametrize("wrong", ["nothing", "unknown", "place"])
def test_lines_that_do_not_hold_are_refused(house, anna, berta, wrong):
    booked(house)
    sick(house, anna)
    proposal = cover.propose(house, now=NOW)[0]
    [line] = accepted(proposal)
    lines = {
        "nothing": [],
        "unknown": [line._replace(appointment_id=99)],
        "place": [line._replace(place=line.place._replace(counsellor_id=anna))],
    }[wrong]
    with pytest.raises(PlanChanged):
        cover.apply(house, proposal.fingerprint, lines, cause="absence", by=LEAD, now=NOW)


@pytest.mark.parametrize("guard", ["claim", "change"])
def test_belt_and_braces_refuse_as_well(house, anna, berta, monkeypatch, guard):
    booked(house)
    sick(house, anna)
    monkeypatch.setattr(cover.appointment_store, guard, lambda *_, **__: False)
    with pytest.raises(PlanChanged):
        settle(house)


def test_chain_by_chain(house, anna, berta):
    an_appointment(house, anna, NINE), an_appointment(house, anna, NINE + 45 * MINUTE)
    sick(house, anna)
    settle(house, 2)
    assert rows(m.CoverLine.chain, m.CoverLine.appointment_id) == [(2, 2)]
    assert actions(house) == ["colleague"]


# ── within three minutes ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("colleagues", [True, False])
def test_undo_restores_every_row_and_claim_exactly(house, anna, berta, colleagues):
    a_counsellor(house, "Cleo", rooms=["r1", "r2"], shifts=BERTA_S_MORNING if colleagues else ())
    for minutes in (0, 45, 90):
        booked(house, NINE + minutes * MINUTE)
    sick(house, anna), sick(house, berta)
    before = everything()
    plan = settle(house)
    assert everything() != before
    uncover.undo(house, plan, by=LEAD, now=LATER - MINUTE)
    assert everything() == before
    assert rows(m.Hold.id) == []
    assert set(rows(m.CoverLine.state)) == {"undone"}
    settle(house, now=LATER - MINUTE)  # and may be settled again


def test_who_was_called_within_the_three_minutes_has_to_be_called_again_after_an_undo(house, anna):
    id_ = an_appointment(house, anna, NINE)
    booked(house, NINE + 45 * MINUTE)
    sick(house, anna)
    before = everything()
    plan = settle(house)
    [to_call] = [line for line in covered.plans(house, now=NOW)[0].lines if line.to_call]
    cover.called(house, to_call.id, by=LEAD, now=NOW)
    uncover.undo(house, plan, by=LEAD, now=LATER - MINUTE)
    assert everything() == before
    [seen] = covered.plans(house, now=LATER - MINUTE)
    [line] = seen.lines
    assert (seen.undo_until, line.row.id, line.state, line.to_call, line.called) == (None, id_, "returned", True, False)
    cover.called(house, line.id, by=LEAD, now=LATER)
    assert [line.called for line in covered.plans(house, now=LATER)[0].lines] == [True]
    again = settle(house, now=LATER)
    cover.called(house, next(x.id for x in covered.plans(house, now=LATER)[0].lines if x.to_call), by=LEAD, now=LATER)
    uncover.undo(house, again, by=LEAD, now=LATER)
    assert [x.row.id for seen in covered.plans(house, now=LATER) for x in seen.lines if x.to_call] == [id_]


def test_undo_gives_a_swap_back_as_it_was(house, anna, berta):
    """Berta takes Anna's visitor in Arabic, and Cleo takes Berta's, in rooms that one leaves to the other."""
    add(m.StaffLanguage(staff_id=berta, language="ar", centre_id=house))
    a_counsellor(house, "Cleo", rooms=["r1", "r2"])
    arabic = an_appointment(house, anna, NINE, language="ar")
    german = an_appointment(house, berta, NINE)
    sick(house, anna)
    before = everything()
    plan = settle(house)
    assert set(rows(m.CoverLine.action)) == {"swap"}
    assert {the(m.Appointment.counsellor_id, of=arabic), the(m.Appointment.counsellor_id, of=german)} == {
        berta,
        berta + 1,
    }
    uncover.undo(house, plan, by=LEAD, now=NOW)
    assert everything() == before


def test_undo_is_over_after_three_minutes_and_once_somebody_was_told(house, anna):
    booked(house)
    sick(house, anna)
    plan = settle(house)
    with pytest.raises(NotFound):
        uncover.undo(house, plan + 1, by=LEAD, now=NOW)
    with pytest.raises(TooLate):
        uncover.undo(house, plan, by=LEAD, now=LATER)
    reminders.claim(reminders.waiting(now=LATER)[0], now=LATER)
    with pytest.raises(TooLate):
        uncover.undo(house, plan, by=LEAD, now=LATER - MINUTE)


def test_undo_is_refused_once_a_visitor_has_changed_her_appointment(house, anna, berta):
    id_ = booked(house)
    sick(house, anna)
    plan = settle(house)
    changes.cancel(house, id_, by=By("web"), now=NOW)
    with pytest.raises(WrongState):
        uncover.undo(house, plan, by=LEAD, now=NOW)


def test_undo_finds_a_place_that_was_taken_all_the_same(house, anna, monkeypatch):
    booked(house)
    sick(house, anna)
    plan = settle(house)
    monkeypatch.setattr(uncover.hold_store, "claim_again", lambda *_, **__: False)
    with pytest.raises(WrongState):
        uncover.undo(house, plan, by=LEAD, now=NOW)


# ── later, line by line ───────────────────────────────────────────────────────────────────────────────────────────


def test_when_she_is_back_early_a_line_can_be_taken_back_and_the_visitor_is_told(house, anna):
    id_ = booked(house)
    absence = sick(house, anna)
    settle(house)
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    uncover.take_back(house, rows(m.CoverLine.id)[0], by=LEAD, now=LATER)
    assert (the(m.Appointment.state, of=id_), the(m.Appointment.starts_at, of=id_)) == ("booked", NINE)
    assert rows(m.Hold.kind) == []
    due = [(k, d) for k, d, s in rows(m.Message.kind, m.Message.due_at, m.Message.state) if s == "due"]
    assert due == [("restored", LATER), ("reminder_eve", at("2027-03-02 18:00"))]
    assert [line.to_call for line in covered.plans(house, now=LATER)[0].lines] == [False]
    with pytest.raises(WrongState):
        uncover.take_back(house, rows(m.CoverLine.id)[0], by=LEAD, now=LATER)


def test_who_kept_her_time_is_not_told_when_she_goes_back_to_her_counsellor(house, anna, berta):
    id_ = an_appointment(house, anna, NINE)
    absence = sick(house, anna)
    settle(house)
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    uncover.take_back(house, rows(m.CoverLine.id)[0], by=LEAD, now=LATER)
    assert the(m.Appointment.counsellor_id, of=id_) == anna
    assert rows(m.CoverGrant.staff_id) == rows(m.Message.id) == []
    assert set(rows(m.Claim.resource, appointment_id=id_)) == {f"c{anna}", "r1.0"}


def test_who_left_no_phone_cannot_be_told_again(house, anna):
    an_appointment(house, anna, NINE)
    absence = sick(house, anna)
    settle(house)
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    offers.decline(house, 1, by=By("web"), now=LATER)
    [line] = rows(m.CoverLine.id)
    cover.called(house, line, by=LEAD, now=LATER)
    uncover.take_back(house, line, by=LEAD, now=LATER)
    assert rows(m.Message.id) == []
    [seen] = covered.plans(house, now=LATER)[0].lines
    assert (seen.state, seen.to_call, seen.called, seen.can_return) == ("returned", True, False, False)


def test_a_place_that_is_gone_is_not_given_back(house, anna, monkeypatch):
    booked(house)
    absence = sick(house, anna)
    settle(house)
    [line] = rows(m.CoverLine.id)
    with pytest.raises(WrongState) as refused:
        uncover.take_back(house, line, by=LEAD, now=LATER)
    assert refused.value.state == "lost-absent"
    with pytest.raises(TooLate):
        uncover.take_back(house, line, by=LEAD, now=NINE)
    with pytest.raises(NotFound):
        uncover.take_back(house, line + 1, by=LEAD, now=LATER)
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    with pytest.raises(SlotTaken):  # within the three minutes it is kept for taking all of it back
        uncover.take_back(house, line, by=LEAD, now=NOW)
    monkeypatch.setattr(uncover.appointment_store, "claim", lambda *_, **__: False)
    with pytest.raises(SlotTaken):
        uncover.take_back(house, line, by=LEAD, now=LATER)


# ── those who cannot be told ──────────────────────────────────────────────────────────────────────────────────────


def test_a_tick_says_who_was_called_and_can_be_taken_off(house, anna):
    an_appointment(house, anna, NINE)
    sick(house, anna)
    settle(house)
    [line] = rows(m.CoverLine.id)
    cover.called(house, line, by=By("desk", anna), now=LATER)
    assert rows(m.CoverLine.called_at, m.CoverLine.called_by) == [(LATER, anna)]
    cover.called(house, line, by=LEAD, now=LATER)
    assert rows(m.CoverLine.called_at) == [None]
    with pytest.raises(NotFound):
        cover.called(house, line + 1, by=LEAD, now=LATER)


def test_who_comes_anyway_gets_a_number_at_her_original_time(house, anna):
    start = at("2027-03-02 10:00")
    came = an_appointment(house, anna, start)
    an_appointment(house, anna, NINE)
    an_absence(house, anna, NOW - DAY, NOW + 2 * DAY)
    settle(house)
    first, second = rows(m.CoverLine.id)
    number = offers.came_anyway(house, first, by=LEAD, now=start)
    assert (number.state, number.appointment_id) == ("waiting", came)
    assert rows(m.Ticket.due_at, m.Ticket.kind, m.Ticket.bound_to) == [(start, "appointment", None)]
    assert offers.came_anyway(house, first, by=LEAD, now=start) == number
    with pytest.raises(WrongState):
        offers.came_anyway(house, second, by=LEAD, now=start)


def test_whoever_came_anyway_has_one_number_and_no_other_time_waits_for_her(house, anna, monkeypatch):
    start = at("2027-03-02 10:00")
    id_ = an_appointment(house, anna, start)
    berta = a_counsellor(house, "Berta", rooms=["r2"], shifts=())
    an_absence(house, anna, NOW - DAY, NOW + DAY)
    settle(house)
    [line] = rows(m.CoverLine.id)
    assert rows(m.Hold.id, kind="offer") != []
    number = offers.came_anyway(house, line, by=LEAD, now=start)
    assert (rows(m.CoverLine.state), rows(m.Hold.id, kind="offer")) == (["came"], [])
    assert {until for until in rows(m.Claim.expires_at) if until > start} == set()
    assert known(house, id_, start) == ("cancelled", None)
    [seen] = covered.plans(house, now=start)[0].lines
    assert (seen.to_call, seen.answerable, seen.can_return) == (False, False, False)
    called = calls.call_next(house, berta, by=LEAD, now=start)
    assert called.id == number.id
    calls.missing(house, called.id, berta, by=LEAD, now=start)
    assert offers.came_anyway(house, line, by=LEAD, now=start).state == "waiting"
    calls.call_next(house, berta, by=LEAD, now=start)
    assert calls.finish(house, number.id, berta, by=LEAD, now=start).state == "done"
    assert the(m.Appointment.state, of=id_) == "cancelled"
    assert rows(m.Ticket.number) == [number.number]
    monkeypatch.setattr(offers.ticket_store, "of_appointment", lambda *_: None)
    with pytest.raises(IntegrityError):  # the constraint beneath
        offers.came_anyway(house, line, by=LEAD, now=start)


def test_whoever_comes_anyway_where_no_other_time_was_found_has_a_number_too(house, anna):
    start = at("2027-03-02 10:00")
    came = an_appointment(house, anna, start)
    an_absence(house, anna, NOW - DAY, NOW + 60 * DAY)
    settle(house)
    assert rows(m.CoverLine.action, m.CoverLine.hold_id) == [("cancel", None)]
    assert offers.came_anyway(house, rows(m.CoverLine.id)[0], by=LEAD, now=start).appointment_id == came


def test_nobody_comes_anyway_to_what_was_taken_back(house, anna):
    id_ = an_appointment(house, anna, at("2027-03-02 10:00"))
    an_absence(house, anna, NOW - DAY, NOW + DAY)
    uncover.undo(house, settle(house), by=LEAD, now=NOW)
    settle(house)
    first, second = rows(m.CoverLine.id)
    with pytest.raises(WrongState):
        offers.came_anyway(house, first, by=LEAD, now=NOW)
    assert offers.came_anyway(house, second, by=LEAD, now=NOW).appointment_id == id_


def test_who_kept_her_time_is_checked_in_as_ever(house, anna, berta):
    id_ = an_appointment(house, anna, NINE)
    sick(house, anna)
    settle(house)
    with pytest.raises(WrongState):
        offers.came_anyway(house, rows(m.CoverLine.id)[0], by=LEAD, now=NINE)
    tickets.check_in(house, id_, by=LEAD, now=NINE)
    assert rows(m.Ticket.bound_to) == [berta]


def test_the_covering_colleague_sees_the_visitor_once_she_is_hers(house, anna, berta):
    id_ = booked(house)
    change(m.Appointment, id_, counsellor_id=anna)
    hers = {"staff_id": berta, "carrier_id": rows(m.Carrier.id)[1], "now": NOW}
    assert appointments.person(house, id_, **hers) == (None, True)
    sick(house, anna)
    plan = settle(house)
    assert appointments.person(house, id_, **hers).person.name == "Nour"
    uncover.undo(house, plan, by=LEAD, now=NOW)
    assert appointments.person(house, id_, **hers) == (None, True)


def test_plans_of_long_ago_go_with_all_that_belongs_to_them(house, anna, berta):
    an_appointment(house, anna, NINE), an_appointment(house, anna, NINE + DAY)
    sick(house, anna, days=2)
    settle(house)
    assert [len(rows(t)) for t in (m.CoverPlan.id, m.CoverGrant.staff_id)] == [1, 1]
    retention.nightly(now=NOW + 20 * DAY)
    assert len(rows(m.CoverLine.id)) == 2
    retention.nightly(now=NOW + 40 * DAY)
    for column in (m.CoverPlan.id, m.CoverLine.id, m.Hold.id, m.CoverGrant.staff_id):
        assert rows(column) == []


# ── any day ───────────────────────────────────────────────────────────────────────────────────────────────────────


def nothing_is_in_two_places():
    """By the spans of those who hold a place; the claims' key says it of claims."""
    held = m.Appointment.counsellor_id, m.Appointment.room_id, m.Appointment.starts_at, m.Appointment.busy_until
    found = rows(*held, m.Appointment.id, state="booked")
    for who, room, starts, ends, id_ in found:
        assert len(rows(m.Claim.step, appointment_id=id_)) == 2 * ((ends - starts) // (5 * MINUTE))
        for other in found:
            meets = starts < other[3] and other[2] < ends and id_ != other[4]
            assert not (meets and (who == other[0] or room == other[1]))


@pytest.mark.parametrize("seed", range(6))
def test_on_any_day_nobody_is_in_two_places_and_undo_is_exact(house, anna, seed):
    rng, now = random.Random(seed), NOW
    staff = [anna] + [
        a_counsellor(house, name, carrier=rng.choice(["caritas", "awo"]), rooms=["r1", "r2"], languages=spoken)
        for name, spoken in (("Berta", ["de", "ar"]), ("Cleo", ["de", "en"]))
    ]
    for _ in range(16):
        start = NINE + rng.randrange(12) * 15 * MINUTE + rng.choice((0, 1)) * DAY
        with suppress(SlotTaken):
            a_booking(house, start, language=rng.choice(["de", "ar", "en"]), phone=MOBILE, reminders=True)
    for turn in range(4):
        sick(house, rng.choice(staff))
        now += MINUTE
        before = everything(now)
        proposal = cover.propose(house, now=now)[0]
        if not proposal.lines:
            continue
        plan = settle(house, *rng.choice([(), (proposal.lines[0].chain,)]), now=now)
        nothing_is_in_two_places()
        if turn % 2:
            uncover.undo(house, plan, by=LEAD, now=now + MINUTE)
            assert everything(now) == before
        for id_ in rows(m.Hold.appointment_id, kind="offer"):
            if rng.random() < 0.4:
                offers.accept(house, id_, by=By("web"), now=now + 4 * MINUTE)
        nothing_is_in_two_places()


# ── what the room shows of it ─────────────────────────────────────────────────────────────────────────────────────


def test_the_room_shows_what_stands_and_until_when_it_can_be_taken_back(house, anna, berta):
    booked(house)
    absence = sick(house, anna)
    plan = settle(house)
    [seen] = covered.plans(house, now=NOW)
    assert (seen.id, seen.undo_until) == (plan, LATER)
    assert [covered.may_return(house, whose, now=NOW) for whose in (anna, berta)] == [True, False]
    [line] = seen.lines
    assert (line.action, line.lost, line.after.counsellor_id, line.to_call, line.can_return) == (
        "colleague", "absent", berta, False, False,
    )  # fmt: skip
    assert covered.names(house).staff[berta] == "Berta"
    assert covered.plans(house, now=LATER)[0].undo_until is None
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    assert covered.plans(house, now=LATER)[0].lines[0].can_return is True
    assert covered.plans(house, now=NINE)[0].lines[0].can_return is False
    assert covered.plans(house, now=NOW + 8 * DAY) == []
    uncover.undo(house, plan, by=LEAD, now=NOW)
    assert covered.plans(house, now=NOW) == []


def test_whoever_no_message_reaches_is_to_be_called_until_she_has_answered(house, anna):
    with_phone, without = booked(house), an_appointment(house, anna, NINE + 45 * MINUTE)
    sick(house, anna)
    settle(house)
    assert [line.row.id for line in covered.plans(house, now=NOW)[0].lines if line.to_call] == [without]
    reminders.switched_off(reminders.waiting(now=LATER)[0], now=LATER)
    assert [line.row.id for line in covered.plans(house, now=LATER)[0].lines if line.to_call] == [with_phone, without]
    offers.accept(house, with_phone, by=By("desk"), now=LATER)
    assert [line.row.id for line in covered.plans(house, now=LATER)[0].lines if line.to_call] == [without]


def test_who_is_cancelled_has_no_place(house, anna):
    an_appointment(house, anna, NINE)
    sick(house, anna, days=40)
    settle(house)
    assert covered.plans(house, now=NOW)[0].lines[0].after is None


def test_opening_a_colleague_s_day_is_a_row(house, anna):
    covered.looked(house, [anna, anna], by=By("desk", anna), now=NOW)
    assert rows(m.Look.what, m.Look.surrogate, m.Look.staff_id) == [("colleague-day", f"staff-{anna}", anna)]


def test_two_sick_calls_of_eight_appointments_each_are_one_plan(house, anna):
    """At 7:40; four colleagues, one of whom is booked all morning herself."""
    for n in range(3, 7):
        a_room(house, f"r{n}")
    every = [f"r{n}" for n in range(1, 7)]
    bruno, *others = [a_counsellor(house, name, rooms=every) for name in ("Bruno", "Cleo", "Dana", "Elif", "Fritz")]
    early = at("2027-03-03 07:40")
    mornings = [NINE + n * 45 * MINUTE + day * DAY for day in (0, 1) for n in range(4)]
    first = [an_appointment(house, anna, start) for start in mornings]
    second = [an_appointment(house, bruno, start, room_id=rows(m.Room.id)[1]) for start in mornings]
    for start in mornings:
        an_appointment(house, others[0], start, room_id=rows(m.Room.id)[2])
    sick(house, anna, days=2), sick(house, bruno, days=2)
    proposal = cover.propose(house, now=early)[0]
    assert sorted(line.talk_id for line in proposal.lines) == sorted(first + second)
    assert {line.action for line in proposal.lines} == {"colleague"}
    settle(house, now=early)
    assert actions(house, now=early) == []
    nothing_is_in_two_places()
