"""Cover that happens twice, and cover that comes too late: what is told then, and to whom."""

from datetime import date

import pytest

from booking.domain.availability import Age
from booking.domain.errors import NotFound, WrongState
from booking.domain.rostering import Spell
from booking.services import (
    appointments,
    changes,
    cover,
    covered,
    offers,
    own_data,
    reminders,
    retention,
    roster,
    uncover,
)
from booking.store import models as m
from tests.people import DAY, MINUTE, NINE, NOW, a_counsellor, an_absence, an_appointment, at, change, rows
from tests.services.test_cover import LATER, LEAD, anna, berta, booked, house, settle, sick, the

pytestmark = pytest.mark.usefixtures("inside")
__all__ = ["anna", "berta", "house"]


def due(kind="covered"):
    return rows(m.Message.due_at, kind=kind, state="due")


def wishing(house, counsellor):
    id_ = booked(house)
    change(m.Appointment, id_, needs={"counsellor": counsellor})
    return id_


def told():
    """Whoever waits to hear of a colleague has heard it."""
    for id_ in rows(m.Message.id, kind="covered", state="due"):
        change(m.Message, id_, state="accepted")


def test_a_second_cover_of_who_wished_a_counsellor_tells_her_once_and_can_be_undone(house, anna, berta):
    cleo = a_counsellor(house, "Cleo", rooms=["r2", "r1"])
    id_ = wishing(house, anna)
    sick(house, anna)
    settle(house)
    sick(house, the(m.Appointment.counsellor_id, of=id_))
    plan = settle(house)
    assert the(m.Appointment.counsellor_id, of=id_) in {berta, cleo}
    assert due() == [LATER]
    uncover.undo(house, plan, by=LEAD, now=NOW)
    assert due() == [LATER]
    settle(house)
    told()
    assert rows(m.Message.kind, state="accepted").count("covered") == 1


def test_a_colleague_taken_back_before_she_was_told_of_her_tells_nothing(house, anna, berta):
    wishing(house, anna)
    absence = sick(house, anna)
    settle(house)
    change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
    uncover.take_back(house, rows(m.CoverLine.id)[0], by=LEAD, now=LATER)
    assert (due(), due("restored"), rows(m.CoverLine.state)) == ([], [], ["undone"])


@pytest.mark.parametrize("agreed", [True, False])
def test_a_colleague_taken_back_after_she_was_told_is_told_again_or_called(house, anna, berta, agreed):
    """And once more, when the same happens to her a second time."""
    id_ = wishing(house, anna)
    for n in (1, 2):
        absence = sick(house, anna)
        settle(house)
        told()
        change(m.Absence, absence, ends_at=at("2027-03-03 00:00"))
        change(m.Visitor, 1, reminders_agreed=NOW if agreed else None)
        uncover.take_back(house, rows(m.CoverLine.id)[-1], by=LEAD, now=LATER)
        assert len(due("restored")) == agreed * n
        assert [line.row.id for line in covered.plans(house, now=LATER)[0].lines if line.to_call] == (
            [] if agreed else [id_]
        )
        change(m.Visitor, 1, reminders_agreed=NOW)


def test_a_colleague_of_another_carrier_sees_a_visitor_only_while_she_is_hers(house, anna, berta):
    id_ = booked(house)
    change(m.Appointment, id_, counsellor_id=anna)
    hers = {"staff_id": berta, "carrier_id": rows(m.Carrier.id)[1], "now": LATER}
    sick(house, anna)
    settle(house)
    assert appointments.person(house, id_, **hers).person.name == "Nour"
    a_counsellor(house, "Cleo", rooms=["r2", "r1"])
    an_absence(house, berta, NINE, at("2027-03-04 00:00"))
    settle(house, now=LATER)
    assert appointments.person(house, id_, **hers) == (None, True)


# ── a proposed time that is lost itself ───────────────────────────────────────────────────────────────────────────

THURSDAY, FRIDAY = at("2027-03-04 09:00"), at("2027-03-05 09:00")


def proposed(house, anna, **values):
    id_ = booked(house, **values)
    sick(house, anna)
    settle(house)
    assert rows(m.Hold.starts_at, kind="offer") == [THURSDAY]
    return id_


def leave(house, anna, days=1):
    an_absence(house, anna, at("2027-03-04 00:00"), at("2027-03-04 00:00") + days * DAY)


def test_what_a_leave_takes_of_a_proposal_is_said_when_it_is_saved(house, anna):
    id_ = proposed(house, anna)
    day = Spell(date(2027, 3, 4), date(2027, 3, 4))
    saved = roster.report_absence(house, [anna], "sick", day, carrier_id=None, by=LEAD, now=LATER)
    assert [(one.id, one.starts_at) for one in saved.outside] == [(id_, THURSDAY)]


def test_nobody_is_told_of_a_proposed_time_that_is_gone(house, anna):
    proposed(house, anna)
    assert offers.renew_due(LATER) == 0
    leave(house, anna)
    assert offers.renew_due(NOW) == 0  # her message does not go out yet, and the plan can be taken back
    assert offers.renew_due(LATER) == 1
    assert rows(m.Hold.starts_at, kind="offer") == [FRIDAY]
    one = reminders.claim(reminders.waiting(now=LATER)[0], now=LATER)
    assert (one.notice.kind, one.notice.offered_at) == ("offer", FRIDAY)


def test_where_no_time_is_left_the_message_is_an_apology(house, anna):
    proposed(house, anna)
    leave(house, anna, days=60)
    assert offers.renew_due(LATER) == 1
    assert rows(m.Message.kind, state="due") == ["apology"]
    assert (rows(m.CoverLine.state), rows(m.Hold.id, kind="offer")) == (["lapsed"], [])


def test_a_proposal_that_goes_after_it_was_told_is_shown_renewed_and_told_or_called(house, anna):
    id_ = proposed(house, anna)
    with pytest.raises(WrongState):
        offers.renew(house, id_, by=LEAD, now=LATER)
    change(m.Message, rows(m.Message.id, kind="offer")[0], state="accepted", submitting_since=LATER)
    [line] = covered.plans(house, now=LATER)[0].lines
    assert (line.answerable, line.gone, line.to_call) == (True, False, False)
    assert covered.appointment_of(house, line.id) == id_
    leave(house, anna)
    assert covered.plans(house, now=LATER)[0].lines[0].gone
    cover.called(house, line.id, by=LEAD, now=LATER)
    offers.renew(house, id_, by=LEAD, now=LATER)
    assert rows(m.Message.state, kind="offer") == ["accepted", "due"]
    [line] = covered.plans(house, now=LATER)[0].lines
    assert (line.gone, line.called, line.after.starts_at) == (False, False, FRIDAY)
    assert reminders.claim(reminders.waiting(now=LATER)[0], now=LATER) is None  # twice in a day is too often: a call
    assert covered.plans(house, now=LATER)[0].lines[0].to_call
    offers.decline(house, id_, by=LEAD, now=LATER)
    with pytest.raises(NotFound):
        offers.renew(house, id_, by=LEAD, now=LATER)


def test_who_cannot_be_told_of_a_renewed_proposal_is_to_be_called(house, anna):
    id_ = proposed(house, anna, phone="", reminders=False)
    leave(house, anna)
    offers.renew(house, id_, by=LEAD, now=LATER)
    assert rows(m.Message.id, kind="offer") == []
    assert covered.plans(house, now=LATER)[0].lines[0].to_call


def test_a_proposal_answered_while_the_worker_looks_is_left_alone(house, anna, monkeypatch):
    id_ = proposed(house, anna)
    monkeypatch.setattr(offers.hold_store, "offers_told_by", lambda *_: [(house, id_)])
    offers.decline(house, id_, by=LEAD, now=LATER)
    assert offers.renew_due(LATER) == 0


# ── too late to be told ───────────────────────────────────────────────────────────────────────────────────────────


def test_whose_message_would_find_her_at_the_door_is_to_be_called(house, anna):
    booked(house)
    booked(house, NINE + 45 * MINUTE)
    sick(house, anna, days=40)
    now = NINE - 2 * MINUTE
    settle(house, now=now)
    first, second = covered.plans(house, now=now)[0].lines
    assert (first.to_call, second.to_call) == (True, False)


def test_who_was_not_called_yet_stays_on_the_list_until_her_time(house, anna):
    """Three weeks ahead; the plan itself is shown for seven days."""
    far = NINE + 14 * DAY
    id_ = an_appointment(house, anna, far)
    booked(house, far + 45 * MINUTE)
    an_absence(house, anna, far, far + 60 * DAY)
    settle(house)
    later = NOW + 8 * DAY
    [plan] = covered.plans(house, now=later)
    assert ([line.row.id for line in plan.lines], plan.recent) == ([id_], False)
    cover.called(house, plan.lines[0].id, by=LEAD, now=later)
    assert covered.plans(house, now=later) == []
    cover.called(house, plan.lines[0].id, by=LEAD, now=later)
    assert covered.plans(house, now=far) == []


# ── the age rule ──────────────────────────────────────────────────────────────────────────────────────────────────


def of_age(house, day):
    change(m.Programme, rows(m.Programme.id)[0], before_birthday=27)
    return booked(house, age=Age(False, day))


@pytest.mark.parametrize(("birthday", "offered"), [(4, None), (5, None), (9, THURSDAY)])
def test_no_time_is_proposed_from_the_birthday_on_that_ends_a_programme_s_part(house, anna, birthday, offered):
    of_age(house, date(2027, 3, birthday))
    sick(house, anna)
    [line] = cover.propose(house, now=NOW)[0].lines
    assert (line.after.starts_at if line.after else None) == offered
    settle(house)
    assert rows(m.Hold.starts_at, kind="offer") == ([offered] if offered else [])


def test_what_is_known_of_her_age_is_one_day_and_changes_with_a_new_answer(house, anna):
    id_ = of_age(house, None)
    assert the(m.Appointment.needs, of=id_) == {"changes_on": "2027-03-24"}  # after the last that can be booked
    changes.move(house, id_, THURSDAY, Age(False, date(2027, 3, 20)), by=LEAD, now=NOW)
    assert the(m.Appointment.needs, of=id_) == {"changes_on": "2027-03-15"}
    assert booked(house, THURSDAY + 45 * MINUTE, age=Age(False, None)) > id_
    change(m.Programme, rows(m.Programme.id)[0], before_birthday=None, from_birthday=27)
    reached = booked(house, THURSDAY + 90 * MINUTE, age=Age(True))
    assert the(m.Appointment.needs, of=reached) == {}


def test_what_is_known_of_her_age_goes_with_all_else_that_is_forgotten(house, anna):
    own, erased = of_age(house, date(2027, 3, 20)), booked(house, THURSDAY, age=Age(False, date(2027, 3, 20)))
    own_data.forget(house, own, now=NOW)
    retention.erase(rows(m.Appointment.code, id=erased)[0], now=NOW, by=LEAD)
    assert rows(m.Appointment.needs) == [{}, {}]
