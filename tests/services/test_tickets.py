"""Numbers: a walk-in's, and a booked visitor's who has come, on both databases."""

import pytest

from booking.domain.actors import By
from booking.domain.errors import Invalid, KeyReused, NotFound, NumbersUsedUp, WrongState
from booking.services import appointments, calls, changes, screens, tickets
from booking.services.steps import queueing
from booking.store import appointments as appointment_store
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NINE,
    NOW,
    SECRET,
    TODAY,
    a_booking,
    a_centre,
    a_programme,
    a_receptionist,
    a_ticket,
    add,
    at,
    change,
    id_of,
    rows,
    written,
)

pytestmark = pytest.mark.usefixtures("inside")
TODAY_AT_TEN = at("2027-03-02 10:00")
STEPS = (m.Step.name, m.Step.at, m.Step.staff_id, m.Step.door)


def check_in(centre, card, *, by=DESK, now=NOW):
    return tickets.check_in(centre, card.id, by=by, now=now)


# ── walk-ins ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_walk_in_gets_a_number_and_waits(centre):
    rezan = a_receptionist(centre)
    given = a_ticket(centre, "mbe", "ar", by=By("desk", rezan))
    assert (given.kind, given.state, given.language, given.day) == ("walk_in", "waiting", "ar", TODAY)
    assert (given.programme_id, given.taken_at) == (id_of(m.Programme, centre, "mbe"), NOW)
    assert 1 <= given.number <= 999
    assert rows(*STEPS) == [("taken", NOW, rezan, "desk")]
    assert tickets.ticket(centre, given.id) == given


def test_please_help_me_needs_neither_programme_nor_language(centre):
    given = a_ticket(centre)
    assert (given.programme_id, given.language) == (None, None)


def test_numbers_follow_each_other_through_the_day_and_begin_anew_on_the_next(centre, monkeypatch):
    drawn = [996]
    monkeypatch.setattr(queueing.secrets, "randbelow", lambda _most: drawn[-1])
    assert [a_ticket(centre, now=NOW + n * MINUTE).number for n in range(4)] == [997, 998, 999, 1]
    late, early = at("2027-03-02 23:59"), at("2027-03-03 00:00")
    drawn.append(41)
    assert a_ticket(centre, now=late).number == 2
    tomorrow = a_ticket(centre, now=early)
    assert (tomorrow.number, tomorrow.day) == (42, TODAY + DAY)


def test_each_centre_has_its_own_series(centre, monkeypatch):
    monkeypatch.setattr(queueing.secrets, "randbelow", lambda _most: 6)
    assert (a_ticket(centre).number, a_ticket(a_centre("balingen")).number) == (7, 7)


def test_the_thousandth_visitor_of_a_day_is_refused(centre, heard):
    add(m.Series(centre_id=centre, day=TODAY, first=500, given=999))
    with pytest.raises(NumbersUsedUp):
        a_ticket(centre)
    assert (rows(m.Series.given), rows(m.Ticket.id), heard) == ([999], [], [])


def test_a_programme_that_is_not_here_is_refused(centre):
    a_programme(a_centre("balingen"), "theirs")
    for slug in ("nothing", "theirs"):
        with pytest.raises(Invalid) as refused:
            a_ticket(centre, slug)
        assert (refused.value.field, refused.value.reason) == ("programme", "programme-unknown")
    assert written()["ticket"] == 0


@pytest.mark.parametrize(
    "values",
    [{"last_day": TODAY - DAY}, {"first_day": TODAY + DAY}, {"confidential": True}],
    ids=lambda v: next(iter(v)),
)
def test_a_number_is_for_programmes_that_run_and_may_be_named(centre, values):
    a_programme(centre, "other", **values)
    with pytest.raises(Invalid) as refused:
        a_ticket(centre, "other")
    assert (refused.value.field, refused.value.reason) == ("programme", "programme-unknown")
    assert written()["ticket"] == 0
    change(m.Programme, id_of(m.Programme, centre, "other"), first_day=TODAY, last_day=TODAY, confidential=False)
    assert a_ticket(centre, "other").programme_id == id_of(m.Programme, centre, "other")


def test_the_same_key_is_answered_with_the_same_number_and_nothing_new(centre, heard):
    first = a_ticket(centre, "mbe", "ar", key="once")
    before, said = written(), len(heard)
    again = tickets.take(
        centre, language="ar", programme="mbe", key="once", secret=SECRET, by=DESK, now=NOW + MINUTE
    )  # fmt: skip
    assert (again.ticket, again.repeated) == (first, True)
    assert (written(), len(heard)) == (before, said)


@pytest.mark.parametrize(("programme", "language"), [(None, "ar"), ("mbe", "de"), ("mbe", None)])
def test_the_same_key_with_other_content_is_refused(centre, programme, language):
    a_ticket(centre, "mbe", "ar", key="once")
    with pytest.raises(KeyReused):
        a_ticket(centre, programme, language, key="once")
    assert written()["ticket"] == 1


def test_a_bookings_key_gives_no_number(centre):
    a_booking(centre, NINE, key="once")
    with pytest.raises(KeyReused):
        a_ticket(centre, key="once")


def test_screens_and_staff_hear_of_a_number_after_the_commit(centre, heard):
    a_ticket(centre)
    assert heard == [({centre: {"board", "desk"}}, 1)]
    assert rows(m.Board.version) == [1]


def test_another_centres_ticket_is_not_there(centre):
    given = a_ticket(centre)
    with pytest.raises(NotFound):
        tickets.ticket(a_centre("balingen"), given.id)


# ── booked visitors ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booked_visitor_gets_a_number_at_her_time_bound_to_her_counsellor(centre, heard):
    rezan = a_receptionist(centre)
    card = a_booking(centre, TODAY_AT_TEN, language="de").card
    given = check_in(centre, card, by=By("desk", rezan), now=NOW + MINUTE).ticket
    assert (given.kind, given.language, given.appointment_id) == ("appointment", "de", card.id)
    assert rows(m.Ticket.bound_to, m.Ticket.due_at) == [(card.counsellor_id, TODAY_AT_TEN)]
    assert appointments.card(centre, card.id).state == "arrived"
    assert rows(*STEPS)[1:] == [("arrived", NOW + MINUTE, rezan, "desk"), ("taken", NOW + MINUTE, rezan, "desk")]
    assert heard[-1] == ({centre: {"board", "desk"}}, 3)


def test_checking_in_twice_answers_the_same_number(centre, heard):
    card = a_booking(centre, TODAY_AT_TEN).card
    first = check_in(centre, card)
    before, said = written(), len(heard)
    again = check_in(centre, card, now=NOW + MINUTE)
    assert (again.ticket, first.repeated, again.repeated) == (first.ticket, False, True)
    assert (written(), len(heard)) == (before, said)


@pytest.fixture
def called(centre, anna):
    """The ticket of a booked visitor who is called."""
    card = a_booking(centre, TODAY_AT_TEN).card
    ticket = check_in(centre, card).ticket
    calls.call_next(centre, anna, by=DESK, now=NOW)
    return ticket


def test_while_she_is_called_or_in_a_talk_checking_in_changes_nothing(centre, anna, called, heard):
    for step in (calls.start, None):
        before = written()
        again = tickets.check_in(centre, called.appointment_id, by=DESK, now=NOW)
        assert (again.ticket, again.repeated) == (tickets.ticket(centre, called.id), True)
        assert (written(), rows(m.Appointment.state)) == (before, ["arrived"])
        if step:
            step(centre, called.id, anna, by=DESK, now=NOW)
    assert len(heard) == 1


def test_who_was_missing_and_comes_after_all_waits_again_with_the_same_number(centre, anna, called, heard):
    rezan = a_receptionist(centre)
    calls.missing(centre, called.id, anna, by=DESK, now=NOW)
    late = TODAY_AT_TEN + 20 * MINUTE
    back = tickets.check_in(centre, called.appointment_id, by=By("desk", rezan), now=late)
    assert (back.ticket, back.repeated) == (called._replace(since=late), True)
    assert rows(m.Ticket.due_at, m.Ticket.bound_to, m.Ticket.ended_at) == [(TODAY_AT_TEN, anna, None)]
    assert appointments.card(centre, called.appointment_id).state == "arrived"
    assert rows(*STEPS)[-2:] == [("return", late, rezan, "desk"), ("arrived", late, rezan, "desk")]
    assert heard[-1] == ({centre: {"board", "desk"}}, len(rows(m.Step.id)))
    assert screens.snapshot(centre, now=late).calls == []
    again = calls.call_next(centre, anna, by=DESK, now=late)
    assert (again.id, again.calls) == (called.id, 1)
    calls.finish(centre, called.id, anna, by=DESK, now=late)
    assert appointments.card(centre, called.appointment_id).state == "done"


def test_who_is_done_is_not_checked_in_again(centre, anna, called):
    calls.finish(centre, called.id, anna, by=DESK, now=NOW)
    before = written()
    with pytest.raises(WrongState) as refused:
        tickets.check_in(centre, called.appointment_id, by=DESK, now=NOW)
    assert refused.value.state == "done"
    assert (written(), rows(m.Ticket.state), rows(m.Appointment.state)) == (before, ["done"], ["done"])


def test_who_was_missing_yesterday_is_not_put_back_today(centre, anna, called):
    calls.missing(centre, called.id, anna, by=DESK, now=NOW)
    with pytest.raises(WrongState) as refused:
        tickets.check_in(centre, called.appointment_id, by=DESK, now=NOW + DAY)
    assert refused.value.state == "other-day"
    assert rows(m.Ticket.state) == ["missed"]


@pytest.mark.parametrize("when", [NOW, NINE + 3 * DAY, at("2027-03-02 23:59"), at("2027-03-04 00:00")])
def test_on_another_day_it_is_refused(centre, when):
    card = a_booking(centre, NINE).card
    with pytest.raises(WrongState) as refused:
        check_in(centre, card, now=when)
    assert refused.value.state == "other-day"
    assert appointments.card(centre, card.id).state == "booked"


def test_the_whole_day_of_the_appointment_is_its_day(centre):
    card = a_booking(centre, NINE).card
    assert check_in(centre, card, now=at("2027-03-03 00:00")).ticket.day == TODAY + DAY


def test_a_cancelled_appointment_gets_no_number(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    changes.cancel(centre, card.id, by=DESK, now=NOW)
    for when in (NOW, NOW + DAY, NOW - DAY):  # said on any day: it is why nobody waits for her
        with pytest.raises(WrongState) as refused:
            check_in(centre, card, now=when)
        assert refused.value.state == "cancelled"
    assert written()["ticket"] == 0


def test_whoever_changed_the_appointment_first_counts(centre, monkeypatch):
    """Beneath the check: the update names the old state, and a row too few is a refusal."""
    card = a_booking(centre, TODAY_AT_TEN).card
    monkeypatch.setattr(appointment_store, "change", lambda *_, **__: False)
    with pytest.raises(WrongState):
        check_in(centre, card)
    assert written()["ticket"] == 0


def test_who_has_arrived_can_no_longer_move_or_cancel(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    check_in(centre, card)
    with pytest.raises(WrongState):
        changes.cancel(centre, card.id, by=DESK, now=NOW)


def test_an_arrived_visitors_time_stays_taken(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    check_in(centre, card)
    assert len(rows(m.Claim.step)) == 14
    assert TODAY_AT_TEN not in appointments.offers(centre, appointments.Wish("residence", "de", None), now=NOW).starts


def test_the_eight_digits_are_enough_at_the_desk(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    found = tickets.check_in_by_code(centre, f" {card.code[:4]}-{card.code[4:]} ", by=DESK, now=NOW)
    assert found.ticket.appointment_id == card.id


def test_a_code_with_a_slip_is_unreadable_and_an_unknown_one_not_found(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    with pytest.raises(Invalid) as refused:
        tickets.check_in_by_code(centre, card.code[:-1], by=DESK, now=NOW)
    assert (refused.value.field, refused.value.reason) == ("code", "code-unreadable")
    for where, code in ((centre, "00005724"), (a_centre("balingen"), card.code)):
        with pytest.raises(NotFound):
            tickets.check_in_by_code(where, code, by=DESK, now=NOW)


def test_another_centres_visitor_is_not_there(centre):
    card = a_booking(centre, TODAY_AT_TEN).card
    with pytest.raises(NotFound):
        check_in(a_centre("balingen"), card)


def test_a_ticket_of_today_is_found_by_its_three_digits(centre):
    ticket = a_ticket(centre)
    shown = f"{ticket.number:03d}"
    assert tickets.numbered(centre, f" {shown} ", now=NOW) == ticket.id
    assert tickets.numbered(centre, shown.translate({ord("0") + n: 0x660 + n for n in range(10)}), now=NOW) == ticket.id
    assert tickets.numbered(centre, shown, now=NOW + DAY) is None
    assert tickets.numbered(a_centre("balingen"), shown, now=NOW) is None
    for typed in (f"{ticket.number % 999 + 1:03d}", "", "12", "1234", "12a"):
        assert tickets.numbered(centre, typed, now=NOW) is None
