"""Cover that happens twice, and cover that comes too late: what is told then, and to whom."""

import pytest

from booking.services import appointments, covered, uncover
from booking.store import models as m
from tests.people import NINE, NOW, a_counsellor, an_absence, at, change, rows
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
