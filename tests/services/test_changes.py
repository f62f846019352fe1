"""Moving and cancelling, on both databases."""

from datetime import date

import pytest

from booking.domain.actors import WEB, By
from booking.domain.availability import Age
from booking.domain.errors import Invalid, NoProgramme, SlotTaken, TooLate, WrongState
from booking.services import appointments, changes
from booking.store import models as m
from tests.people import (
    DAY,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_centre,
    a_counsellor,
    a_receptionist,
    a_room,
    add,
    at,
    change,
    rows,
    written,
)

pytestmark = pytest.mark.usefixtures("inside")


def move(centre, appointment, start, age=None, *, by=WEB, now=NOW):
    return changes.move(centre, appointment, start, age, by=by, now=now)


def cancel(centre, appointment, *, by=WEB, now=NOW):
    return changes.cancel(centre, appointment, by=by, now=now)


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_moved_appointment_keeps_code_link_and_row_and_gives_its_old_time_back(centre):
    booked = a_booking(centre, NINE)
    moved = move(centre, booked.card.id, NINE + DAY)
    assert (moved.id, moved.code, moved.starts_at, moved.sequence) == (booked.card.id, booked.card.code, NINE + DAY, 1)
    assert appointments.look_at(booked.link) == moved
    first = int((NINE + DAY).timestamp()) // 300
    assert set(rows(m.Claim.step)) == set(range(first, first + 7))
    assert a_booking(centre, NINE).card.id != moved.id


def test_an_appointment_can_move_by_less_than_its_own_length(centre):
    card = a_booking(centre, NINE).card
    assert NINE not in changes.new_times(centre, card.id, None, now=NOW).starts
    assert NINE + 15 * MINUTE in changes.new_times(centre, card.id, None, now=NOW).starts
    assert move(centre, card.id, NINE + 15 * MINUTE).starts_at == NINE + 15 * MINUTE


def test_every_new_time_can_be_taken_and_stays_with_programme_and_lead_carrier(two_ages):
    a_counsellor(two_ages, "Dana", carrier="awo", programmes=["mbe"])
    card = a_booking(two_ages, NINE, age=Age(True)).card
    for start in changes.new_times(two_ages, card.id, Age(True), now=NOW).starts:
        moved = move(two_ages, card.id, start, Age(True))
        assert (moved.carrier_id, moved.programme_id) == (card.carrier_id, card.programme_id)
        assert moved.counsellor_id == card.counsellor_id


def test_moving_asks_for_the_age_again_because_the_day_is_another(two_ages):
    card = a_booking(two_ages, NINE, age=Age(False)).card
    with pytest.raises(Invalid):
        move(two_ages, card.id, NINE + DAY)
    with pytest.raises(SlotTaken):
        move(two_ages, card.id, NINE + 2 * DAY, Age(False, TODAY + 2 * DAY))
    with pytest.raises(NoProgramme):
        move(two_ages, card.id, NINE + DAY, Age(True))


def test_the_own_booking_does_not_count_against_its_counsellor_when_it_moves():
    centre = a_centre()
    a_room(centre, "r2")
    anna = a_counsellor(centre, "Anna")
    card = a_booking(centre, NINE).card
    a_counsellor(centre, "Beate")
    a_booking(centre, at("2027-03-05 09:00"), now=NOW + MINUTE)
    assert move(centre, card.id, NINE + DAY).counsellor_id == anna


def test_moving_to_where_it_is_changes_nothing(centre, heard):
    card = a_booking(centre, NINE).card
    said = len(heard)
    assert move(centre, card.id, NINE) == card
    assert (len(heard), rows(m.Step.name)) == (said, ["booked"])


def test_a_refused_move_leaves_the_old_time_as_it_was(centre, heard):
    card = a_booking(centre, NINE, phone=MOBILE, reminders=True).card
    a_booking(centre, NINE + DAY)
    before, said = written(), len(heard)
    with pytest.raises(SlotTaken) as refused:
        move(centre, card.id, NINE + DAY)
    assert (written(), len(heard), appointments.card(centre, card.id)) == (before, said, card)
    for start in refused.value.near:
        assert move(centre, card.id, start).starts_at == start


def test_the_present_time_is_not_offered_instead_of_the_one_that_is_taken(centre):
    card = a_booking(centre, NINE).card
    a_booking(centre, NINE + 45 * MINUTE)
    with pytest.raises(SlotTaken) as refused:
        move(centre, card.id, NINE + 15 * MINUTE)
    assert len(refused.value.near) == 3
    assert NINE not in refused.value.near


def test_a_move_that_only_a_claim_speaks_against_gives_nothing_back(centre):
    card = a_booking(centre, NINE).card
    other = a_booking(centre, at("2027-03-08 09:00")).card
    add(m.Claim(resource=f"r{card.room_id}.0", step=int((NINE + DAY).timestamp()) // 300, centre_id=centre,
                appointment_id=other.id))  # fmt: skip
    before = written()
    with pytest.raises(SlotTaken):
        move(centre, card.id, NINE + DAY)
    assert written() == before
    assert appointments.card(centre, card.id) == card


def test_moving_postpones_the_erasure_and_writes_the_messages_anew(centre):
    card = a_booking(centre, at("2027-03-04 09:00"), phone=MOBILE, reminders=True).card
    move(centre, card.id, at("2027-03-08 09:00"), now=NOW + MINUTE)
    assert rows(m.Visitor.erase_on) == [date(2027, 4, 7)]
    assert rows(m.Message.kind, m.Message.state, m.Message.due_at) == [
        ("confirmation", "dropped", NOW), ("reminder_eve", "dropped", at("2027-03-03 18:00")),
        ("moved", "due", NOW + MINUTE), ("reminder_early", "due", at("2027-03-05 18:00")),
        ("reminder_eve", "due", at("2027-03-07 18:00")),
    ]  # fmt: skip


def test_moving_sends_nothing_to_who_did_not_agree(centre):
    card = a_booking(centre, NINE, phone=MOBILE).card
    move(centre, card.id, NINE + DAY)
    assert rows(m.Message.id) == []


# ── cancelling ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cancelling_gives_the_time_back_and_withdraws_the_messages(centre, heard):
    booked = a_booking(centre, NINE, phone=MOBILE, reminders=True)
    gone = cancel(centre, booked.card.id)
    assert (gone.state, gone.sequence) == ("cancelled", 1)
    assert (rows(m.Claim.step), set(rows(m.Message.state))) == ([], {"dropped"})
    assert heard[-1][0] == {centre: {"desk"}}
    assert appointments.look_at(booked.link) == gone
    assert a_booking(centre, NINE).card.id != gone.id


def test_who_agreed_to_messages_is_told_when_staff_cancel(centre):
    rezan = a_receptionist(centre)
    card = a_booking(centre, NINE, phone=MOBILE, reminders=True).card
    cancel(centre, card.id, by=By("desk", rezan), now=NOW + MINUTE)
    *before, told = rows(m.Message.kind, m.Message.state, m.Message.language, m.Message.due_at, m.Message.not_after)
    assert {state for _kind, state, *_ in before} == {"dropped"}
    assert told == ("cancellation", "due", "de", NOW + MINUTE, NINE)
    assert rows(m.Message.key)[-1] == f"{card.id}:1:cancellation"


@pytest.mark.parametrize("details", [{}, {"name": "Nour"}, {"phone": MOBILE}])
def test_who_did_not_agree_is_told_nothing(centre, details):
    card = a_booking(centre, NINE, **details).card
    cancel(centre, card.id, by=By("desk", a_receptionist(centre)))
    assert rows(m.Message.id) == []


@pytest.mark.parametrize("by", [WEB, By("api")])
def test_who_cancels_herself_is_not_told(centre, by):
    card = a_booking(centre, NINE, phone=MOBILE, reminders=True).card
    cancel(centre, card.id, by=by)
    assert "cancellation" not in rows(m.Message.kind)


def test_a_second_click_finds_it_cancelled(centre):
    card = a_booking(centre, NINE).card
    cancel(centre, card.id)
    for again in (lambda: cancel(centre, card.id),
                  lambda: move(centre, card.id, NINE + DAY),
                  lambda: changes.new_times(centre, card.id, None, now=NOW)):  # fmt: skip
        with pytest.raises(WrongState) as refused:
            again()
        assert refused.value.state == "cancelled"
    assert rows(m.Step.name) == ["booked", "cancelled"]


def test_an_appointment_that_has_begun_can_be_neither_cancelled_nor_moved(centre):
    card = a_booking(centre, NINE).card
    for begun in (lambda: cancel(centre, card.id, now=NINE),
                  lambda: move(centre, card.id, NINE + DAY, now=NINE)):  # fmt: skip
        with pytest.raises(TooLate) as refused:
            begun()
        assert refused.value.until == NINE


def test_who_was_first_is_noticed_by_the_row_itself(centre, monkeypatch, heard):
    """Should the lock ever fail: the update names the old state, and a row too few is a refusal."""
    card = a_booking(centre, NINE).card
    change(m.Appointment, card.id, state="arrived")
    monkeypatch.setattr(changes.rules, "may_change", lambda *_: None)
    for late in (lambda: cancel(centre, card.id), lambda: move(centre, card.id, NINE + DAY)):
        with pytest.raises(WrongState) as refused:
            late()
        assert refused.value.state == "changed"
    assert (len(rows(m.Claim.step)), len(heard)) == (14, 1)
