"""What somebody does with her own data by her private link."""

from datetime import date

import pytest

from booking.domain.errors import Invalid, NotFound, TooLate, WrongState
from booking.services import changes, own_data
from booking.services.own_data import NOTHING, OwnData
from booking.store import models as m
from tests.people import DAY, MINUTE, MOBILE, NINE, NOW, WEB, a_booking, a_centre, a_counsellor, rows

pytestmark = pytest.mark.usefixtures("inside")
LATER = NINE + 5 * DAY
GERMAN = ("+49",)
ERASED = date(2027, 4, 7)


@pytest.fixture
def centre(inside):
    found = a_centre()
    a_counsellor(found)
    return found


def agree(centre, card, phone="", now=NOW):
    own_data.agree_to_messages(centre, card.id, phone, GERMAN, now=now)


def kinds():
    return [(kind, state) for kind, state in rows(m.Message.kind, m.Message.state)]


def test_who_gave_nothing_is_known_by_nothing(centre):
    assert own_data.shown(centre, a_booking(centre, LATER).card.id) == NOTHING
    with pytest.raises(NotFound):
        own_data.shown(centre, 99)


def test_she_sees_what_is_known_as_it_was_understood(centre):
    card = a_booking(centre, LATER, name="Nour", phone="0151/23456789", match=True).card
    assert own_data.shown(centre, card.id) == OwnData("Nour", "+49 1512 3456789", False, True, ERASED)


def test_she_agrees_to_messages_later_with_the_number_that_is_known_or_a_new_one(centre):
    known = a_booking(centre, LATER, name="Nour", phone=MOBILE).card
    agree(centre, known)
    unknown = a_booking(centre, LATER + 60 * MINUTE).card
    agree(centre, unknown, "٠١٥٢ ٢٨٨١٧٣٨٦")
    assert own_data.shown(centre, known.id).reminders
    assert own_data.shown(centre, unknown.id) == OwnData(None, "+49 1522 8817386", True, False, ERASED)
    assert kinds() == [("confirmation", "due"), ("reminder_early", "due"), ("reminder_eve", "due")] * 2


def test_once_more_plans_nothing_twice_and_no_longer_keeps_what_is_due(centre):
    card = a_booking(centre, LATER, phone=MOBILE, reminders=True).card
    own_data.stop_messages(centre, card.id)
    assert not own_data.shown(centre, card.id).reminders
    agree(centre, card), agree(centre, card)
    assert own_data.shown(centre, card.id).reminders
    assert len(kinds()) == 3


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("", "phone-needed"), ("12", "phone-unreadable"), ("07141 123456", "phone-not-textable"),
     ("+33 6 12 34 56 78", "phone-not-textable")],
)  # fmt: skip
def test_a_number_that_cannot_be_texted_is_said_and_not_kept(centre, typed, reason):
    card = a_booking(centre, LATER).card
    with pytest.raises(Invalid) as refused:
        agree(centre, card, typed)
    assert (refused.value.field, refused.value.reason) == ("phone", reason)
    assert rows(m.Visitor.id) == rows(m.Message.id) == []


def test_messages_of_what_is_cancelled_or_over_cannot_be_asked_for(centre):
    card = a_booking(centre, LATER, phone=MOBILE).card
    with pytest.raises(TooLate):
        agree(centre, card, now=LATER)
    changes.cancel(centre, card.id, by=WEB, now=NOW)
    with pytest.raises(WrongState):
        agree(centre, card)


def test_she_takes_back_that_her_number_is_compared(centre):
    card = a_booking(centre, LATER, phone=MOBILE, match=True).card
    own_data.stop_matching(centre, card.id)
    assert rows(m.Visitor.match_agreed, m.Visitor.phone_key) == [(None, None)]


def test_she_deletes_her_data_and_keeps_her_appointment(centre):
    card = a_booking(centre, LATER, name="Nour", phone=MOBILE, reminders=True).card
    own_data.forget(centre, card.id, now=NOW)
    own_data.forget(centre, card.id, now=NOW)
    assert own_data.shown(centre, card.id) == NOTHING
    assert rows(m.Visitor.id) == []
    assert {state for _, state in kinds()} == {"dropped"}
    assert rows(m.Appointment.state, m.Appointment.code) == [("booked", card.code)]
    assert rows(m.Look.what) == ["erase"]
