"""Book, and look at what is booked, on both databases."""

from datetime import date, timedelta

import pytest

from booking.domain.actors import WEB, By
from booking.domain.appointments import read_code
from booking.domain.availability import Age, Wish
from booking.domain.errors import Invalid, KeyReused, NotFound, SlotTaken
from booking.services import appointments, changes, tickets
from booking.services.steps import taking
from booking.services.steps.links import hashed
from booking.store import models as m
from tests.people import (
    BERLIN,
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    SECRET,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_receptionist,
    add,
    an_appointment,
    at,
    rows,
    written,
)

pytestmark = pytest.mark.usefixtures("inside")
STEPS = (m.Step.name, m.Step.at, m.Step.staff_id, m.Step.door)


# ── a booking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booking_takes_the_counsellor_and_her_room_and_says_why(centre):
    booked = a_booking(centre, NINE)
    card = booked.card
    assert (card.starts_at, card.ends_at - NINE, card.state) == (NINE, 30 * MINUTE, "booked")
    assert (card.language, card.interpreter, card.topic, card.sequence) == ("de", False, "residence", 0)
    assert card.because == {"rule": "only", "among": 1, "share": 0}
    assert read_code(card.code) == card.code
    assert booked.repeated is False
    first = int(NINE.timestamp()) // 300
    (anna,), (room,) = rows(m.Staff.id), rows(m.Room.id)
    assert set(rows(m.Claim.resource, m.Claim.step)) == {
        (resource, step) for resource in (f"c{anna}", f"r{room}.0") for step in range(first, first + 7)
    }
    assert rows(m.Appointment.busy_until) == [NINE + 35 * MINUTE]


def test_the_private_link_opens_the_appointment_and_stands_nowhere(centre):
    booked = a_booking(centre, NINE)
    assert appointments.look_at(booked.link) == booked.card == appointments.card(centre, booked.card.id)
    assert len(booked.link) == 22
    assert rows(m.Appointment.link_hash) == [hashed(booked.link)]
    for guess in ("", "x", booked.link[:-1], booked.link.swapcase()):
        with pytest.raises(NotFound):
            appointments.look_at(guess)


def test_every_step_is_a_row_with_when_who_and_through_which_door(centre):
    rezan = a_receptionist(centre)
    card = a_booking(centre, NINE).card
    changes.move(centre, card.id, NINE + 30 * MINUTE, None, by=By("api"), now=NOW + MINUTE)
    changes.cancel(centre, card.id, by=By("desk", rezan), now=NOW + 2 * MINUTE)
    assert rows(*STEPS) == [
        ("booked", NOW, None, "web"),
        ("moved", NOW + MINUTE, None, "api"),
        ("cancelled", NOW + 2 * MINUTE, rezan, "desk"),
    ]


def test_without_name_and_phone_nobody_is_kept(centre):
    a_booking(centre, NINE, name="  ")
    assert rows(m.Visitor.id) == []


def test_name_and_phone_are_kept_for_the_lead_carrier_with_an_erasure_date(centre):
    card = a_booking(centre, NINE, name=" Um  Salim ", phone="0151 2345 6789").card
    columns = (m.Visitor.name, m.Visitor.phone, m.Visitor.carrier_id, m.Visitor.erase_on, m.Visitor.reminders_agreed)
    assert rows(*columns) == [("Um Salim", "+4915123456789", card.carrier_id, date(2027, 4, 2), None)]
    assert rows(m.Message.id) == []


def test_messages_are_planned_only_with_consent(centre):
    a_booking(centre, at("2027-03-04 09:00"), phone=MOBILE, reminders=True)
    assert rows(m.Visitor.reminders_agreed) == [NOW]
    assert rows(m.Message.kind, m.Message.due_at, m.Message.language) == [
        ("confirmation", NOW, "de"), ("reminder_eve", at("2027-03-03 18:00"), "de"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("phone", "reason"),
    [("", "phone-needed"), ("07141 123456", "phone-not-textable"), ("+43 664 1234567", "phone-not-textable")],
)
def test_who_wants_reminders_needs_a_phone_that_can_be_texted(centre, phone, reason):
    with pytest.raises(Invalid) as refused:
        a_booking(centre, NINE, phone=phone, reminders=True)
    assert (refused.value.field, refused.value.reason) == ("phone", reason)


def test_a_landline_is_kept_for_being_called(centre):
    a_booking(centre, NINE, phone="07141 123456")
    assert rows(m.Visitor.phone) == ["+497141123456"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": "x" * 81}, Invalid),
        ({"phone": "12"}, Invalid),
        ({"reminders": True}, Invalid),
        ({"topic": "nothing"}, NotFound),
        ({"language": "so"}, SlotTaken),
        ({"start": NINE + 5 * MINUTE}, SlotTaken),
        ({"start": NINE + timedelta(seconds=1)}, SlotTaken),
        ({"start": at("2027-03-03 11:45")}, SlotTaken),
        ({"start": at("2027-03-06 09:00")}, SlotTaken),
        ({"start": NOW - DAY}, SlotTaken),
        ({"start": NOW + 400 * DAY}, SlotTaken),
    ],
)
def test_a_refused_booking_leaves_nothing_behind_and_tells_nobody(centre, heard, wrong, refusal):
    with pytest.raises(refusal):
        a_booking(centre, **{"start": NINE, **wrong})
    assert set(written().values()) == {0}
    assert heard == []


def test_nothing_leaves_before_the_commit(centre, heard):
    a_booking(centre, NINE)
    assert heard == [({centre: {"desk"}}, 1)]


def test_the_board_is_not_touched_by_a_booking(centre):
    a_booking(centre, NINE)
    assert rows(m.Board.version) == [0]


def test_a_code_that_is_taken_is_not_given_again(centre, monkeypatch):
    drawn = iter([5, 5, 6])
    monkeypatch.setattr(taking.secrets, "randbelow", lambda _most: next(drawn))
    codes = [a_booking(centre, start).card.code for start in (NINE, NINE + DAY)]
    assert [code[:7] for code in codes] == ["0000005", "0000006"]


# ── the same key ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_is_answered_with_the_same_link_and_nothing_new(centre, heard):
    details = {"name": "Nour", "phone": MOBILE, "reminders": True, "key": "once"}
    first = a_booking(centre, NINE, **details)
    before, said = written(), len(heard)
    again = a_booking(centre, NINE, **details, now=NOW + MINUTE)
    assert (again.link, again.card, again.repeated) == (first.link, first.card, True)
    assert (written(), len(heard)) == (before, said)


def test_a_repeated_key_is_answered_even_when_the_time_could_not_be_booked_any_more(centre):
    first = a_booking(centre, NINE, key="once")
    changes.cancel(centre, first.card.id, by=WEB, now=NOW)
    again = a_booking(centre, NINE, key="once", now=NINE + DAY)
    assert (again.link, again.card.state) == (first.link, "cancelled")


@pytest.mark.parametrize(
    "other",
    [{"start": NINE + 45 * MINUTE}, {"name": "Nour"}, {"phone": MOBILE}, {"language": "ar"}, {"age": Age(True)}],
)
def test_the_same_key_with_other_content_is_refused(centre, other):
    a_booking(centre, NINE, key="once")
    before = written()
    with pytest.raises(KeyReused):
        a_booking(centre, **{"start": NINE, "key": "once", **other})
    assert written() == before


def test_a_key_of_another_centre_or_of_a_ticket_is_another_key(centre):
    other = a_centre("balingen")
    a_counsellor(other)
    assert not a_booking(other, NINE, key="once").repeated
    assert not a_booking(centre, NINE, key="once").repeated
    with pytest.raises(KeyReused):
        tickets.take(centre, language=None, programme=None, key="once", secret=SECRET, by=DESK, now=NOW)


# ── when a start is gone ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_taken_start_is_refused_with_three_near_ones_that_can_really_be_booked(centre):
    a_booking(centre, NINE)
    with pytest.raises(SlotTaken) as refused:
        a_booking(centre, NINE)
    near = refused.value.near
    assert [f"{s.astimezone(BERLIN):%d %H:%M}" for s in near] == ["03 09:45", "03 10:00", "03 10:15"]
    for start in near:
        changes.cancel(centre, a_booking(centre, start).card.id, by=WEB, now=NOW)


def test_a_start_in_full_weeks_is_refused_without_near_ones(centre):
    a_closure(centre, TODAY, TODAY + 30 * DAY)
    with pytest.raises(SlotTaken) as refused:
        a_booking(centre, NINE)
    assert refused.value.near == ()


def test_a_place_that_only_its_claim_knows_of_is_not_sold_either(centre):
    """The constraint beneath the check: whatever the plan believes, no five minutes exist twice."""
    add(m.Claim(resource=f"c{rows(m.Staff.id)[0]}", step=int(NINE.timestamp()) // 300 + 3, centre_id=centre,
                appointment_id=a_booking(centre, at("2027-03-08 09:00")).card.id))  # fmt: skip
    before = written()
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE)
    assert written() == before


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_opens_an_appointment_only_together_with_the_phones_last_digits(centre):
    card = a_booking(centre, NINE, phone=MOBILE).card
    code = card.code
    for typed, last4 in ((code, "6789"), (f"{code[:4]} {code[4:]}", " ٦٧٨٩ ")):
        assert appointments.find_by_code(centre, typed, last4) == card
    for typed, last4 in ((code, "6780"), (code, ""), (code, "%%%%"), (code, "____"), (code, "56789"), ("", "6789"),
                         (code[::-1], "6789"), (code[:7], "6789")):  # fmt: skip
        with pytest.raises(NotFound):
            appointments.find_by_code(centre, typed, last4)


def test_a_code_opens_nothing_without_a_phone_or_in_another_centre(centre):
    plain, known = a_booking(centre, NINE, name="Nour").card, a_booking(centre, NINE + DAY, phone=MOBILE).card
    for where, code in ((centre, plain.code), (a_centre("balingen"), known.code)):
        with pytest.raises(NotFound):
            appointments.find_by_code(where, code, "6789")


@pytest.mark.parametrize(
    "look",
    [
        appointments.card,
        lambda centre, card: changes.move(centre, card, NINE + DAY, None, by=WEB, now=NOW),
        lambda centre, card: changes.cancel(centre, card, by=WEB, now=NOW),
        lambda centre, card: changes.new_times(centre, card, None, now=NOW),
        lambda centre, card: appointments.topic_of_appointment(centre, card, now=NOW),
        lambda centre, card: appointments.person(centre, card, staff_id=1, carrier_id=None, now=NOW),
    ],
)
def test_another_centres_appointment_is_not_there(centre, look):
    card, other = a_booking(centre, NINE).card, a_centre("balingen")
    with pytest.raises(NotFound):
        look(other, card.id)


def test_a_centre_that_is_not_there_offers_nothing():
    with pytest.raises(NotFound):
        appointments.offers(999, Wish("residence", "de", None), now=NOW)


def test_a_person_is_seen_by_reception_and_her_own_carrier_and_every_look_is_a_row(centre):
    rezan, other = a_receptionist(centre), a_carrier(centre, "awo")
    card = a_booking(centre, NINE, name="Nour", phone=MOBILE).card
    seen, hidden = appointments.person(centre, card.id, staff_id=rezan, carrier_id=None, now=NOW)
    assert (seen.name, seen.phone, hidden) == ("Nour", "+4915123456789", False)
    assert appointments.person(centre, card.id, staff_id=rezan, carrier_id=card.carrier_id, now=NOW) == (seen, False)
    assert appointments.person(centre, card.id, staff_id=rezan, carrier_id=other, now=NOW) == (None, True)
    looks = rows(m.Look.what, m.Look.staff_id, m.Look.surrogate, m.Look.at)
    assert looks == 2 * [("appointment", rezan, seen.surrogate, NOW)]


def test_nobody_is_looked_at_where_nobody_is_known_and_another_carrier_does_not_learn_that(centre):
    card, other = a_booking(centre, NINE).card, a_carrier(centre, "awo")
    assert appointments.person(centre, card.id, staff_id=1, carrier_id=None, now=NOW) == (None, False)
    assert appointments.person(centre, card.id, staff_id=1, carrier_id=other, now=NOW) == (None, True)
    assert rows(m.Look.id) == []


def test_the_days_list_has_no_names_and_no_cancelled_ones(centre):
    anna = rows(m.Staff.id)[0]
    today = a_booking(centre, at("2027-03-02 09:30"), name="Nour").card
    an_appointment(centre, anna, at("2027-03-02 08:00"), state="done")
    an_appointment(centre, anna, at("2027-03-02 11:15"), state="cancelled")
    a_booking(centre, NINE)
    found = appointments.of_day(centre, now=NOW)
    assert [(line.state, line.name) for line in found] == [("done", None), ("booked", None)]
    assert found[1].code == today.code


def test_the_code_is_a_picture_for_the_desks_scanner_as_long_as_there_is_one(centre):
    card = a_booking(centre, NINE).card
    picture = appointments.code_picture(card)
    assert picture == appointments.code_picture(card)
    assert picture != appointments.code_picture(card._replace(code="00005724"))
    assert appointments.code_picture(card._replace(code=None)) != picture


def test_the_calendar_file_keeps_its_identity_through_moving_and_cancelling(centre):
    def lines(card):
        return appointments.calendar_file(card, title="Termin", place="Weg 1", words="Bitte").decode().split("\r\n")

    first = a_booking(centre, NINE).card
    second = changes.move(centre, first.id, NINE + DAY, None, by=WEB, now=NOW)
    last = changes.cancel(centre, first.id, by=WEB, now=NOW)
    uid = f"UID:{centre}-{first.id}@anlaufstelle"
    for card, sequence, status in ((first, 0, "CONFIRMED"), (second, 1, "CONFIRMED"), (last, 2, "CANCELLED")):
        assert {uid, f"SEQUENCE:{sequence}", f"STATUS:{status}"} <= set(lines(card))
    assert "DTSTART:20270304T080000Z" in lines(second)


def test_a_line_for_staff_says_with_whom_and_why_but_never_who_comes(centre, anna):
    card = a_booking(centre, NINE, name="Nour", phone=MOBILE).card
    line = appointments.line(centre, card.id)
    assert (line.counsellor, line.name, line.because["rule"]) == ("Anna", None, "only")
    with pytest.raises(NotFound):
        appointments.line(centre + 1, card.id)
