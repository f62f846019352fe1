"""The wait list: who is offered what, for how long, in which order, and what a yes, a no and silence do."""

from datetime import timedelta

import pytest

from booking.domain.actors import WEB
from booking.domain.availability import Age, Wish
from booking.domain.errors import Invalid, KeyReused, NoProgramme, NotFound, SlotTaken, TooLate, WrongState
from booking.services import appointments, changes, reminders, retention, waitlist
from booking.services.waitlist import Joined
from booking.store import models as m
from booking.store.db import reading
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    SECRET,
    TODAY,
    a_booking,
    a_centre,
    a_contact,
    a_counsellor,
    a_receptionist,
    an_absence,
    at,
    change,
    id_of,
    rows,
)

GERMAN = Wish("residence", "de", None)
LAST = TODAY + 7 * DAY
HOUR = timedelta(hours=1)
_keys = iter(range(10**6))


def joined(centre, wish=GERMAN, *, last=LAST, now=NOW, name="", phone=MOBILE, sms=True, key=None) -> Joined:
    contact = a_contact(name, phone, reminders=sms)
    return waitlist.join(centre, wish, last, contact, key=key or f"wait-{next(_keys)}", secret=SECRET, now=now)


@pytest.fixture
def full(inside) -> int:
    """A centre with one counsellor and one time (tomorrow at nine), which is taken."""
    centre = a_centre()
    a_counsellor(centre, shifts=[(2, NINE.replace(hour=9).time(), NINE.replace(hour=9, minute=35).time())])
    a_booking(centre, NINE, now=NOW - DAY)
    return centre


def freed(centre, *, now=NOW) -> None:
    changes.cancel(centre, rows(m.Appointment.id)[0], by=WEB, now=now)


def offers():
    return rows(m.WaitOffer.entry_id, m.WaitOffer.state)


def newest() -> int:
    return rows(m.WaitOffer.id)[-1]


def starts(centre, *, now=NOW):
    return appointments.offers(centre, GERMAN, now=now).starts


def messages():
    return rows(m.Message.kind, m.Message.state)


# ── joining ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_joins_gets_a_code_and_a_link_and_the_same_key_the_same(full):
    one = joined(full, key="the-same-key-again", name="Nour")
    again = joined(full, key="the-same-key-again", name="Nour")
    assert (again.link, again.entry, again.repeated) == (one.link, one.entry, True)
    with pytest.raises(KeyReused):
        joined(full, key="the-same-key-again", name="Noor")
    known = waitlist.look_at(one.link, now=NOW)
    assert (known.entry.state, known.offer, known.last) == ("waiting", None, None)
    assert waitlist.find_by_code(full, one.entry.code, "6789").id == one.entry.id
    assert waitlist.entry(full, one.entry.id, now=NOW) == known
    assert rows(m.Visitor.name, m.Visitor.carrier_id, m.Visitor.erase_on) == [("Nour", None, LAST + DAY)]
    assert waitlist.waiting(full) == (1, 0)
    for code, digits in (("12345678", "6789"), (one.entry.code, "6788"), (one.entry.code, "67890")):
        with pytest.raises(NotFound):
            waitlist.find_by_code(full, code, digits)
    with pytest.raises(NotFound):
        waitlist.look_at("made-up", now=NOW)
    with pytest.raises(NotFound):
        waitlist.entry(full, 99, now=NOW)


def test_what_cannot_be_used_is_said_and_writes_nothing(full):
    for wrong in (
        {"last": TODAY + 6 * DAY}, {"phone": "", "sms": True}, {"phone": "07141 123456", "sms": True},
        {"wish": GERMAN._replace(mode="phone"), "phone": "", "sms": False},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            joined(full, **wrong)
    assert (rows(m.WaitEntry.id), rows(m.Visitor.id)) == ([], [])
    assert waitlist.last_days(full, now=NOW) == [LAST]


def test_without_name_and_phone_nothing_of_a_person_is_kept(full):
    joined(full, phone="", sms=False)
    assert rows(m.Visitor.id) == []


def test_who_has_the_birthday_meanwhile_waits_until_the_day_before(two_ages):
    soon = Wish("residence", "de", Age(False, TODAY + 4 * DAY))
    entry = joined(two_ages, soon).entry
    assert (entry.programmes, entry.last_day) == ([id_of(m.Programme, two_ages, "jmd")], TODAY + 3 * DAY)
    later = joined(two_ages, soon._replace(age=Age(True))).entry
    assert (later.programmes, later.last_day) == ([id_of(m.Programme, two_ages, "mbe")], LAST)
    with pytest.raises(NoProgramme):
        joined(two_ages, soon._replace(topic="housing"))


# ── who is offered what ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_freed_time_is_held_for_who_waits_longest_and_for_nobody_else(full):
    first, second = joined(full, now=NOW - HOUR), joined(full, now=NOW)
    assert waitlist.offer_due(NOW) == 0
    freed(full)
    assert starts(full) == [NINE]
    assert waitlist.offer_due(NOW) == 1
    assert offers() == [(first.entry.id, "open")]
    assert starts(full) == []
    with pytest.raises(SlotTaken):
        a_booking(full, NINE)
    assert waitlist.offer_due(NOW) == 0  # nothing more is free, and she has something to answer
    offer = waitlist.look_at(first.link, now=NOW).offer
    assert (offer.starts_at, offer.answer_by) == (NINE, NOW + 2 * HOUR)
    assert waitlist.look_at(second.link, now=NOW).offer is None
    assert messages()[-1] == ("freed", "due")


def test_a_no_goes_to_the_next_at_once_and_then_to_everybody(full):
    first, second = joined(full, now=NOW - HOUR), joined(full, now=NOW, sms=False)
    freed(full), waitlist.offer_due(NOW)
    waitlist.decline(full, first.entry.id, newest(), by=WEB, now=NOW + MINUTE)
    assert offers() == [(first.entry.id, "declined"), (second.entry.id, "open")]
    assert [kind for kind in messages() if kind[0] == "freed"] == [("freed", "dropped")]  # the second wants no SMS
    with pytest.raises(NotFound):
        waitlist.decline(full, first.entry.id, newest(), by=WEB, now=NOW)
    with pytest.raises(NotFound):  # of a page that was still open
        waitlist.accept(full, second.entry.id, newest() - 1, by=WEB, now=NOW + MINUTE)
    waitlist.decline(full, second.entry.id, newest(), by=WEB, now=NOW + MINUTE)
    assert starts(full) == [NINE]
    assert waitlist.offer_due(NOW + MINUTE) == 0  # never the same time twice
    assert waitlist.waiting(full) == (2, 0)
    assert waitlist.look_at(first.link, now=NOW).last == "declined"


def test_silence_ends_an_offer_and_the_next_is_asked(full):
    first, second = joined(full, now=NOW - HOUR), joined(full)
    freed(full), waitlist.offer_due(NOW)
    over = NOW + 2 * HOUR
    assert waitlist.lapse_due(over - MINUTE) == 0
    assert waitlist.look_at(first.link, now=over).last == "lapsed"
    with pytest.raises(TooLate):
        waitlist.accept(full, first.entry.id, newest(), by=WEB, now=over)
    assert waitlist.lapse_due(over) == 1
    assert offers() == [(first.entry.id, "lapsed"), (second.entry.id, "open")]


def test_of_two_workers_that_find_an_offer_over_one_ends_it(full, monkeypatch):
    one = joined(full)
    freed(full), waitlist.offer_due(NOW)
    with reading() as session:
        found = waitlist.store.overdue(session, NOW + 2 * HOUR)
    assert waitlist.lapse_due(NOW + 2 * HOUR) == 1
    monkeypatch.setattr(waitlist.store, "overdue", lambda *_: found)
    change(m.WaitOffer, found[0].id, state="declined")
    waitlist.lapse_due(NOW + 2 * HOUR)
    assert offers() == [(one.entry.id, "declined")]


def test_what_no_one_takes_is_public_in_the_moment_it_is_over(full):
    joined(full)
    freed(full), waitlist.offer_due(NOW)
    assert starts(full, now=NOW + 2 * HOUR - MINUTE) == []
    assert starts(full, now=NOW + 2 * HOUR) == [NINE]


def test_who_is_silent_three_times_is_not_asked_any_more(inside):
    centre = a_centre()
    one = joined(centre, name="Nour")
    a_counsellor(centre)
    at_ = NOW
    for _ in range(3):
        assert waitlist.offer_due(at_) == 1
        at_ = rows(m.WaitOffer.answer_by)[-1]
        waitlist.lapse_due(at_) if len(offers()) == 3 else lapsed_alone(at_)
    assert waitlist.look_at(one.link, now=at_).entry.state == "over"
    assert rows(m.Visitor.id) == []


def lapsed_alone(now) -> None:
    """Over, and nobody asked anew in the same moment."""
    change(m.WaitOffer, rows(m.WaitOffer.id)[-1], state="lapsed", hold_id=None)


def test_nobody_is_told_at_night_and_its_hours_do_not_count(full):
    joined(full)
    freed(full)
    change(m.Centre, full, lead_minutes=0)
    assert waitlist.offer_due(at("2027-03-02 07:59")) == waitlist.offer_due(at("2027-03-02 20:00")) == 0
    assert waitlist.offer_due(at("2027-03-02 19:00")) == 1
    assert rows(m.WaitOffer.answer_by) == [at("2027-03-03 08:30")]  # half an hour before it begins


def test_only_whom_it_fits_is_asked(full):
    joined(full, GERMAN._replace(language="ar"), now=NOW - HOUR)
    joined(full, GERMAN._replace(woman=True), now=NOW - HOUR)
    fits = joined(full)
    freed(full), waitlist.offer_due(NOW)
    assert offers() == [(fits.entry.id, "open")]


# ── yes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_yes_books_it_with_her_code_her_link_and_her_messages(full):
    one = joined(full, GERMAN._replace(people=2), name="Nour")
    freed(full), waitlist.offer_due(NOW)
    card = waitlist.accept(full, one.entry.id, newest(), by=WEB, now=NOW + HOUR)
    assert (card.starts_at, card.state, card.code, card.needs) == (NINE, "booked", one.entry.code, {"people": 2})
    assert appointments.look_at(one.link).id == card.id
    assert rows(m.Visitor.appointment_id, m.Visitor.wait_entry_id, m.Visitor.name) == [(card.id, None, "Nour")]
    assert set(rows(m.Claim.appointment_id)) == {card.id}
    assert (rows(m.Hold.id), waitlist.waiting(full)) == ([], (0, 0))
    assert messages() == [("freed", "dropped"), ("confirmation", "due"), ("reminder_eve", "due")]
    assert waitlist.look_at(one.link, now=NOW).entry.appointment_id == card.id
    with pytest.raises(NotFound):
        waitlist.accept(full, one.entry.id, newest(), by=WEB, now=NOW)


def test_a_yes_without_a_person_is_an_appointment_with_a_code(full):
    one = joined(full, phone="", sms=False)
    freed(full), waitlist.offer_due(NOW)
    assert waitlist.accept(full, one.entry.id, newest(), by=DESK, now=NOW).code == one.entry.code
    assert (rows(m.Visitor.id), messages()) == ([], [])


def test_a_place_that_is_gone_is_said_and_she_waits_on(full):
    one = joined(full)
    freed(full), waitlist.offer_due(NOW)
    an_absence(full, rows(m.Staff.id)[0], NINE - HOUR, NINE + HOUR)
    with pytest.raises(SlotTaken):
        waitlist.accept(full, one.entry.id, newest(), by=WEB, now=NOW)
    assert offers() == [(one.entry.id, "lost")]
    assert waitlist.waiting(full) == (1, 0)


# ── leaving ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_leaves_is_forgotten_and_what_was_held_goes_to_the_next(full):
    first, second = joined(full, now=NOW - HOUR, name="Nour"), joined(full, phone="", sms=False)
    freed(full), waitlist.offer_due(NOW)
    waitlist.withdraw(full, first.entry.id, now=NOW)
    assert offers() == [(first.entry.id, "declined"), (second.entry.id, "open")]
    assert rows(m.Visitor.id) == []
    assert waitlist.look_at(first.link, now=NOW).entry.state == "withdrawn"
    with pytest.raises(NotFound):
        waitlist.entry(full, first.entry.id, now=NOW)
    with pytest.raises(WrongState):
        waitlist.withdraw(full, first.entry.id, now=NOW)
    waitlist.withdraw(full, second.entry.id, now=NOW)
    with pytest.raises(NotFound):
        waitlist.withdraw(full, 99, now=NOW)


# ── the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_sees_a_code_and_whoever_looks_closer_is_written_down(full):
    desk = a_receptionist(full)
    one = joined(full, name="Nour")
    freed(full), waitlist.offer_due(NOW)
    (line,) = waitlist.to_call(full, carrier_id=None)
    assert (line.code, line.told, line.has_phone) == (one.entry.code, "due", True)
    seen = waitlist.person(full, line.id, staff_id=desk, carrier_id=None, now=NOW)
    assert (seen.name, seen.phone) == ("Nour", "+4915123456789")
    assert rows(m.Look.what, m.Look.staff_id) == [("waiting", desk)]
    assert waitlist.entry_of_offer(full, line.id, carrier_id=line.carrier_id) == one.entry.id
    for verb in (waitlist.entry_of_offer, lambda *a, **k: waitlist.person(*a, staff_id=desk, now=NOW, **k)):
        with pytest.raises(NotFound):
            verb(full, line.id, carrier_id=line.carrier_id + 1)


def test_who_left_no_number_is_shown_by_her_code_alone(full):
    desk = a_receptionist(full)
    joined(full, phone="", sms=False)
    freed(full), waitlist.offer_due(NOW)
    (line,) = waitlist.to_call(full, carrier_id=None)
    assert (line.told, line.has_phone) == (None, False)
    seen = waitlist.person(full, line.id, staff_id=desk, carrier_id=None, now=NOW)
    assert (seen.name, seen.phone, rows(m.Look.what)) == (None, None, [])


# ── her SMS ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_her_message_is_claimed_while_the_offer_is_open_and_dropped_after(full):
    one = joined(full)
    freed(full), waitlist.offer_due(NOW)
    (ref,) = reminders.waiting(now=NOW)
    claimed = reminders.claim(ref, now=NOW)
    assert (claimed.to, claimed.notice.kind, claimed.notice.code) == ("+4915123456789", "freed", one.entry.code)
    assert (claimed.notice.starts_at, claimed.notice.answer_by) == (NINE, NOW + 2 * HOUR)
    reminders.unknown(ref, now=NOW)
    (lost,) = reminders.unsettled(now=NOW + HOUR)
    assert lost.id == ref.id
    waitlist.decline(full, one.entry.id, newest(), by=WEB, now=NOW)
    assert messages() == [("freed", "dropped")]


def test_an_offer_that_ended_sends_nothing(full):
    joined(full)
    freed(full), waitlist.offer_due(NOW)
    (ref,) = reminders.waiting(now=NOW)
    change(m.WaitOffer, rows(m.WaitOffer.id)[0], state="lapsed")
    assert reminders.claim(ref, now=NOW) is None
    assert messages() == [("freed", "dropped")]


# ── what is deleted ───────────────────────────────────────────────────────────────────────────────────────────────


def test_after_her_last_day_she_is_forgotten_and_a_month_later_all_of_it_is_gone(full):
    one = joined(full, name="Nour")
    retention.nightly(now=NOW + 7 * DAY)
    assert (waitlist.waiting(full), len(rows(m.Visitor.id))) == ((1, 0), 1)
    retention.nightly(now=NOW + 8 * DAY)
    assert (rows(m.WaitEntry.state, m.WaitEntry.code), rows(m.Visitor.id)) == ([("over", None)], [])
    with pytest.raises(NotFound):
        waitlist.look_at(one.link, now=NOW)
    retention.nightly(now=NOW + 37 * DAY)
    assert rows(m.WaitEntry.id) == [1]
    retention.nightly(now=NOW + 38 * DAY)
    assert rows(m.WaitEntry.id) == []


def test_whoever_is_erased_by_her_code_holds_nothing_any_more(full):
    one = joined(full, name="Nour")
    freed(full), waitlist.offer_due(NOW)
    surrogate = rows(m.Visitor.surrogate)[0]
    assert retention.erase(one.entry.code, now=NOW, by=WEB).surrogate == surrogate
    assert (rows(m.Visitor.id), rows(m.Hold.id), offers()) == ([], [], [(one.entry.id, "lapsed")])
    assert starts(full) == [NINE]


def test_a_restored_backup_forgets_her_once_more(full):
    joined(full, name="Nour"), joined(full, phone="", sms=False)
    assert retention.erase_again(rows(m.Visitor.surrogate), now=NOW, by=WEB) == 1
    assert (rows(m.Visitor.id), rows(m.WaitEntry.state)) == ([], ["over", "waiting"])
