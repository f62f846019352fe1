"""What reception sees, and the search for who has come, on both databases."""

from datetime import time

import pytest

from booking.domain.times import Span
from booking.domain.waiting import shown
from booking.services import appointments, calls, changes, desk, tickets
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_programme,
    a_receptionist,
    a_room,
    a_ticket,
    add,
    an_absence,
    an_appointment,
    at,
    change,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")
ELEVEN = at("2027-03-02 11:00")


def colleagues(centre, *, now=TEN):
    return {c.name: (c.state, c.room) for c in desk.view(centre, now=now).colleagues}


# ── the desk's page ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_shown_in_the_order_in_which_it_is_called(centre, anna):
    late, early = (tickets.check_in(centre, a_booking(centre, start).card.id, by=DESK, now=NOW).ticket.id
                   for start in (ELEVEN, TEN))  # fmt: skip
    walk_in = a_ticket(centre, "mbe", "ar", now=NOW + MINUTE)
    shown = desk.view(centre, now=TEN).queue
    assert [line.id for line in shown] == [early, walk_in.id, late]
    assert [(line.bound_name, line.kind) for line in shown] == [
        ("Anna", "appointment"), (None, "walk_in"), ("Anna", "appointment"),
    ]  # fmt: skip
    assert (shown[1].programme, shown[1].language, shown[1].number) == ({"de": "mbe"}, "ar", walk_in.number)


def test_who_is_called_leaves_the_queue_and_stands_with_counsellor_and_room(centre, anna):
    ticket = a_ticket(centre)
    calls.call_next(centre, anna, by=DESK, now=NOW)
    shown = desk.view(centre, now=NOW)
    assert shown.queue == []
    assert [(c.id, c.counsellor, c.room, c.state) for c in shown.current] == [(ticket.id, "Anna", "R1", "called")]


def test_arrivals_are_those_who_may_still_come_without_their_names(centre, anna):
    for minutes, state in ((-45, "booked"), (0, "arrived"), (35, "booked"), (70, "cancelled")):
        an_appointment(centre, anna, TEN + minutes * MINUTE, state=state)
    later = an_appointment(centre, anna, TEN + 105 * MINUTE)
    add(m.Visitor(centre_id=centre, carrier_id=rows(m.Carrier.id)[0], appointment_id=later, surrogate="s", name="Nour",
                  erase_on=TODAY))  # fmt: skip
    shown = desk.view(centre, now=TEN).arrivals
    assert [(line.starts_at - TEN) // MINUTE for line in shown] == [-45, 35, 105]
    assert {line.name for line in shown} == {None}
    assert [(line.starts_at - TEN) // MINUTE for line in desk.view(centre, now=TEN + MINUTE).arrivals] == [35, 105]


def test_arrivals_are_ten_at_most_and_of_today_only(centre, anna):
    for n in range(12):
        an_appointment(centre, anna, at("2027-03-02 12:00") + n * 35 * MINUTE)
    shown = desk.view(centre, now=TEN).arrivals
    assert len(shown) == 10
    assert [line.starts_at for line in desk.view(centre, now=TEN + DAY).arrivals] == []
    midnight = at("2027-03-03 00:10")
    assert desk.view(centre, now=midnight).arrivals == []


def test_colleagues_are_those_planned_today_with_what_they_do(centre, anna):
    a_room(centre, "r2"), a_room(centre, "r3")
    for name in ("Beate", "Cem", "Dana"):
        a_counsellor(centre, name)
    a_counsellor(centre, "Emre", shifts=[(1, time(11), time(12))])
    a_counsellor(centre, "Fatma", shifts=[(2, time(9), time(12))])
    a_counsellor(centre, "Gül", shifts=[])
    dana = dict(rows(m.Staff.name, m.Staff.id))["Dana"]
    an_absence(centre, dana, TEN, ELEVEN)
    a_ticket(centre), a_ticket(centre)
    calls.call_next(centre, anna, by=DESK, now=TEN)
    beate = dict(rows(m.Staff.name, m.Staff.id))["Beate"]
    talk = calls.call_next(centre, beate, by=DESK, now=TEN)
    calls.start(centre, talk.id, beate, by=DESK, now=TEN)
    assert colleagues(centre) == {
        "Anna": ("called", "R1"), "Beate": ("in_talk", "R2"), "Cem": ("free", None), "Dana": ("away", None),
        "Emre": ("off", None),
    }  # fmt: skip
    assert colleagues(centre, now=ELEVEN)["Dana"] == ("free", None)
    assert desk.view(centre, now=TEN).colleagues[0].languages == ["de"]


def test_who_calls_without_being_planned_is_shown_as_well(centre):
    gul = a_counsellor(centre, "Gül", shifts=[])
    a_ticket(centre)
    calls.call_next(centre, gul, by=DESK, now=TEN)
    assert colleagues(centre) == {"Anna": ("free", None), "Gül": ("called", "R1")}


def test_a_carriers_closure_keeps_somebody_away_and_who_has_left_is_not_listed():
    centre = a_centre()
    a_carrier(centre, "awo")
    (
        a_counsellor(centre, "Anna"),
        a_counsellor(centre, "Cem", carrier="awo"),
        a_counsellor(centre, "Dana", last_day=TODAY - DAY),
    )
    a_closure(centre, TODAY, carrier=dict(rows(m.Carrier.slug, m.Carrier.id))["awo"])
    assert colleagues(centre) == {"Anna": ("free", None), "Cem": ("away", None)}


def test_gaps_are_the_open_time_from_now_on_in_which_nobody_with_duty_is_present(centre, anna):
    assert desk.view(centre, now=NOW).gaps == []
    a_counsellor(centre, "Head", duty=False)
    an_absence(centre, anna, at("2027-03-02 09:30"), TEN)
    an_absence(centre, anna, at("2027-03-02 11:30"), NOW + 9 * DAY)
    assert desk.view(centre, now=NOW).gaps == [
        Span(at("2027-03-02 09:30"), TEN), Span(at("2027-03-02 11:30"), at("2027-03-02 12:00")),
    ]  # fmt: skip
    assert desk.view(centre, now=at("2027-03-02 09:42")).gaps[0] == Span(at("2027-03-02 09:45"), TEN)
    assert desk.view(centre, now=at("2027-03-02 12:00")).gaps == []


def test_a_centre_that_may_be_unattended_has_no_gaps():
    assert desk.view(a_centre(min_present=0), now=NOW).gaps == []
    assert desk.view(a_centre("balingen"), now=NOW).gaps == [Span(at("2027-03-02 09:00"), at("2027-03-02 12:00"))]


def test_on_a_day_that_is_shut_nobody_is_planned_and_nothing_is_missing(centre):
    a_closure(centre, TODAY)
    shown = desk.view(centre, now=NOW)
    assert (shown.colleagues, shown.gaps) == ([], [])


def test_screens_and_messages_that_did_not_go_out_are_shown(centre):
    card = a_booking(centre, ELEVEN, phone=MOBILE, reminders=True).card
    change(m.Message, rows(m.Message.id)[0], state="off")
    add(m.Screen(centre_id=centre, name="Flur", token_hash="x", paired_at=NOW))
    shown = desk.view(centre, now=NOW)
    assert [screen.name for screen in shown.screens] == ["Flur"]
    assert [(u.appointment_id, u.state) for u in shown.unsent] == [(card.id, "off")]
    assert desk.unsent(centre, now=NOW) == shown.unsent
    assert desk.view(centre, now=NOW + 2 * DAY).unsent == []


def test_a_desk_sees_its_own_centre_only(centre, anna):
    other = a_centre("balingen")
    a_ticket(centre), a_booking(centre, TEN)
    calls.call_next(centre, anna, by=DESK, now=NOW)
    shown = desk.view(other, now=NOW)
    assert (shown.queue, shown.current, shown.arrivals, shown.colleagues, shown.screens) == ([], [], [], [], [])


def test_a_number_can_be_given_for_what_is_spoken_and_done_here():
    centre = a_centre(interpreted=["so", "ar"])
    a_programme(centre, "old", last_day=TODAY - DAY), a_programme(centre, "soon", first_day=TODAY + DAY)
    a_programme(centre, "shelter", confidential=True), a_programme(centre, "now", first_day=TODAY, last_day=TODAY)
    a_counsellor(centre, languages=["de", "ar", "tr"], last_day=TODAY)
    a_counsellor(centre, "Left", languages=["fa"], last_day=TODAY - DAY)
    a_counsellor(centre, "Coming", languages=["uk"], first_day=TODAY + DAY)
    a_counsellor(centre, "Uncommitted", languages=["ro"], secret_since=None)
    choices = desk.choices(centre, now=NOW)
    assert choices.languages == ["ar", "de", "so", "tr"]
    assert choices.programmes == [("mbe", {"de": "mbe"}), ("now", {"de": "now"})]


# ── the search ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


def names(centre, rezan, typed, *, now=NOW):
    return [line.name for line in desk.search(centre, typed, staff_id=rezan, carrier_id=None, now=now)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("10:00", ["Yıldız Ö."]), ("10.00", ["Yıldız Ö."]), ("١٠:٠٠", ["Yıldız Ö."]), (" 11:00 ", ["أحمد"]),
        ("9:15", [None]), ("09:15", [None]), ("yild", ["Yıldız Ö."]), ("ILD", ["Yıldız Ö."]), ("z o", ["Yıldız Ö."]),
        ("احمد", ["أحمد"]), ("10:05", []), ("25:00", []), ("10:60", []), ("", []), ("  ", []), ("nobody", []),
        ("\u064e", []), ("12345678", []),
    ],
)  # fmt: skip
def test_a_visitor_is_found_by_time_or_part_of_the_name(centre, rezan, typed, found):
    a_booking(centre, TEN, name="Yıldız Ö.")
    a_booking(centre, ELEVEN, name="أحمد")
    a_booking(centre, at("2027-03-02 09:15"), now=at("2027-03-02 08:00"))
    assert names(centre, rezan, typed) == found


def test_a_visitor_is_found_by_her_code_whatever_its_day_and_state(centre, rezan):
    today, tomorrow = a_booking(centre, TEN, name="Nour").card, a_booking(centre, TEN + DAY, name="Sami").card
    assert names(centre, rezan, f"{today.code[:4]} {today.code[4:]}") == ["Nour"]
    assert names(centre, rezan, tomorrow.code) == ["Sami"]
    assert names(centre, rezan, today.code, now=NOW + 3 * DAY) == ["Nour"]
    assert names(a_centre("balingen"), rezan, today.code) == []
    changes.cancel(centre, today.id, by=DESK, now=NOW)
    assert names(centre, rezan, today.code) == ["Nour"]


def test_who_comes_another_day_is_found_by_name_or_number_after_those_of_today(centre, rezan):
    for start, name in ((TEN + DAY, "Nour C."), (TEN, "Nour B."), (ELEVEN, "Nour D.")):
        a_booking(centre, start, name=name, phone=MOBILE)
    for typed in ("nour", MOBILE[-4:], "٦٧٨٩"):
        assert names(centre, rezan, typed) == ["Nour B.", "Nour D.", "Nour C."]
    assert names(centre, rezan, "nour", now=NOW + DAY) == ["Nour C."]
    assert names(centre, rezan, MOBILE[-4:], now=NOW + DAY) == ["Nour C."]
    assert names(centre, rezan, "nour", now=NOW + 2 * DAY) == []
    assert names(centre, rezan, MOBILE[-5:]) == names(centre, rezan, "0000") == []
    assert names(centre, rezan, "10:00", now=NOW + DAY) == ["Nour C."]


def test_a_cancelled_appointment_is_found_by_its_code_only(centre, rezan):
    card = a_booking(centre, TEN, name="Nour", phone=MOBILE).card
    changes.cancel(centre, card.id, by=DESK, now=NOW)
    assert names(centre, rezan, "nour") == names(centre, rezan, MOBILE[-4:]) == names(centre, rezan, "10:00") == []


def test_many_of_one_name_are_cut_and_only_those_shown_are_written_down(centre, rezan, monkeypatch):
    monkeypatch.setattr(desk, "FOUND", 2)
    for start, name in ((TEN, "Nour A."), (ELEVEN, "Nour B."), (TEN + DAY, "Nour C.")):
        a_booking(centre, start, name=name)
    assert names(centre, rezan, "nour") == ["Nour A.", "Nour B."]
    assert len(rows(m.Look.id)) == 2


def test_every_name_that_is_shown_is_a_row_in_the_access_log(centre, rezan):
    for start, name in ((TEN, "Nour A."), (ELEVEN, "Nour B."), (TEN - 45 * MINUTE, "")):
        a_booking(centre, start, name=name, now=NOW - 60 * MINUTE)
    surrogates = rows(m.Visitor.surrogate)
    assert len(names(centre, rezan, "nour")) == 2
    looks = rows(m.Look.what, m.Look.staff_id, m.Look.at, m.Look.surrogate)
    assert sorted(looks) == sorted(("search", rezan, NOW, surrogate) for surrogate in surrogates)
    assert names(centre, rezan, "9:15") == [None]
    assert names(centre, rezan, "nobody") == []
    assert len(rows(m.Look.id)) == 2


def test_a_lead_of_one_carrier_learns_no_names_of_the_others_and_only_shown_names_are_logged(centre, rezan):
    a_carrier(centre, "awo"), a_room(centre, "r2")
    cem = a_counsellor(centre, "Cem", carrier="awo", rooms=["r2"])
    ours = a_booking(centre, TEN, name="Nour A.").card
    theirs = an_appointment(centre, cem, TEN, code="00000000")
    awo = dict(rows(m.Carrier.slug, m.Carrier.id))["awo"]
    add(m.Visitor(centre_id=centre, carrier_id=awo, appointment_id=theirs, surrogate="s", name="Nour B.",
                  phone="+4915100001111", erase_on=TODAY))  # fmt: skip

    def found(typed, carrier):
        lines = desk.search(centre, typed, staff_id=rezan, carrier_id=carrier, now=NOW)
        return [(line.id, line.name) for line in lines]

    assert found("nour", ours.carrier_id) == [(ours.id, "Nour A.")]
    assert found("10:00", ours.carrier_id) == [(ours.id, "Nour A."), (theirs, None)]
    assert found("0000 0000", ours.carrier_id) == [(theirs, None)]
    assert found("1111", ours.carrier_id) == []
    assert rows(m.Look.surrogate) == [rows(m.Visitor.surrogate)[0]] * 2
    assert found("nour", awo) == found("1111", awo) == [(theirs, "Nour B.")]
    assert found("nour", None) == [(ours.id, "Nour A."), (theirs, "Nour B.")]


def test_a_look_at_a_time_without_a_name_is_no_look_at_a_person(centre, rezan):
    a_booking(centre, TEN, phone=MOBILE)
    assert names(centre, rezan, "10:00") == [None]
    assert rows(m.Look.id) == []


def test_a_search_tells_nobody_and_changes_nothing_but_the_access_log(centre, rezan, heard):
    a_booking(centre, TEN, name="Nour")
    said = len(heard)
    names(centre, rezan, "nour")
    assert (len(heard), rows(m.Step.name), rows(m.Board.version)) == (said, ["booked"], [0])


def test_a_name_stands_in_what_a_search_finds_and_nowhere_else_on_the_desk(centre, anna, rezan):
    card = a_booking(centre, TEN, name="Canary Wren", phone=MOBILE).card
    assert "Canary Wren" in repr(desk.search(centre, "wren", staff_id=rezan, carrier_id=None, now=NOW))
    tickets.check_in(centre, card.id, by=DESK, now=NOW)
    a_booking(centre, ELEVEN, name="Canary Second")
    pages = [desk.view(centre, now=NOW), calls.view(centre, anna, now=NOW), appointments.of_day(centre, now=NOW)]
    calls.call_next(centre, anna, by=DESK, now=NOW)
    pages += [desk.view(centre, now=NOW), calls.view(centre, anna, now=NOW)]
    assert all("Canary" not in repr(page) and "23456789" not in repr(page) for page in pages)


# ── how long the waiting still wait ───────────────────────────────────────────────────────────────────────────────


def waits(centre, now):
    """(number of those before, what is shown) of everybody who waits, in order."""
    seen = desk.view(centre, now=now)
    found = [seen.forecasts[line.id] for line in seen.queue]
    return [(forecast.before, shown(forecast)) for forecast in found]


def test_the_first_is_next_and_each_further_one_waits_longer():
    centre = a_centre()
    a_counsellor(centre)
    for _ in range(3):
        a_ticket(centre)
    first, second, third = waits(centre, TEN)
    assert first == (0, (0, 0))
    assert second[0] == 1
    assert 15 <= second[1][0] < second[1][1] < 45
    assert second[1] < third[1]


def test_a_talk_that_goes_on_and_an_appointment_to_come_are_waited_for():
    centre = a_centre()
    anna = a_counsellor(centre)
    a_ticket(centre)
    free = waits(centre, TEN)
    an_appointment(centre, anna, TEN, minutes=60)
    assert free == [(0, (0, 0))]
    assert waits(centre, TEN) == [(0, (60, 60))]
    called = centre_with_a_talk()
    assert waits(called, TEN + 5 * MINUTE)[0][1] != (0, 0)


def centre_with_a_talk():
    centre = a_centre("balingen")
    gul = a_counsellor(centre, "Gül")
    a_ticket(centre)
    calls.call_next(centre, gul, by=DESK, now=TEN)
    a_ticket(centre)
    return centre


def test_a_booked_visitor_who_has_come_early_is_called_rather_than_nobody():
    centre = a_centre()
    a_counsellor(centre)
    booked = a_booking(centre, TEN + 30 * MINUTE, now=NOW).card
    tickets.check_in(centre, booked.id, by=DESK, now=TEN)
    assert waits(centre, TEN) == [(0, (0, 0))]
    a_ticket(centre)
    walk_in, early = waits(centre, TEN)
    assert walk_in == (0, (0, 0))
    assert early[1][0] > 5


def test_two_who_share_an_office_see_one_after_the_other():
    centre = a_centre()
    a_counsellor(centre), a_counsellor(centre, "Cem")
    a_ticket(centre), a_ticket(centre)
    first, second = waits(centre, TEN)
    assert first == (0, (0, 0))
    assert second[1][0] >= 15


def test_an_office_is_kept_for_who_is_booked_there():
    centre = a_centre()
    anna = a_counsellor(centre)
    a_counsellor(centre, "Cem")
    an_appointment(centre, anna, TEN + 10 * MINUTE, minutes=60)
    a_ticket(centre)
    assert waits(centre, TEN) == [(0, (70, 70))]


def test_where_nobody_is_at_work_any_more_nobody_is_promised_a_talk():
    centre = a_centre()
    a_counsellor(centre)
    a_ticket(centre)
    assert waits(centre, at("2027-03-02 12:30")) == [(0, None)]
