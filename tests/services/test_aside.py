"""What becomes of a ticket beside a talk: parked, back, given up, sent on, refused, seen to at the desk, handed on."""

import pytest

from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, StillBusy, WrongState
from booking.services import appointments, aside, calls, screens, tickets, transfers
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NOW,
    a_booking,
    a_carrier,
    a_centre,
    a_counsellor,
    a_programme,
    a_receptionist,
    a_room,
    a_ticket,
    add,
    at,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


def call(centre, counsellor, now=NOW):
    return calls.call_next(centre, counsellor, by=By("desk", counsellor), now=now)


def refused(verb, *values, now=NOW, **more):
    with pytest.raises(WrongState) as found:
        verb(*values, by=DESK, now=now, **more)
    return found.value.state


def steps():
    return [name for name in rows(m.Step.name) if name != "taken"]


# ── what a number is given for ────────────────────────────────────────────────────────────────────────────────────


def give(centre, key="once", **more):
    return tickets.take(
        centre, language=None, programme=None, key=key, secret="s" * 32, by=DESK, now=NOW, **more
    ).ticket  # fmt: skip


def test_a_number_is_given_for_a_kind_with_needs_and_a_deadline(centre):
    given = give(centre, kind="short", needs=["frail", "interpreter"], deadline_today=True)
    assert (given.kind, given.needs, given.deadline_today, given.raised) == (
        "short",
        ["interpreter", "frail"],
        True,
        True,
    )
    assert not give(centre, "other", needs=["interpreter"]).raised


@pytest.mark.parametrize("wrong", [{"kind": "appointment"}, {"kind": "vip"}, {"needs": ["hurry"]}])
def test_kinds_and_needs_are_of_the_list(centre, wrong):
    with pytest.raises(Invalid):
        give(centre, **wrong)
    assert rows(m.Ticket.id) == []


def test_a_crisis_is_called_first_and_shown_to_nobody(centre, anna):
    a_ticket(centre, now=NOW - 60 * MINUTE)
    crisis = give(centre, kind="crisis")
    assert call(centre, anna).id == crisis.id
    assert "crisis" not in str(screens.snapshot(centre, now=NOW).as_json())


def test_a_call_back_is_on_no_screen(centre, anna):
    give(centre, kind="callback")
    assert screens.snapshot(centre, now=NOW).waiting == 0
    assert call(centre, anna).kind == "callback"
    assert screens.snapshot(centre, now=NOW).calls == []


# ── parked ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_rests_keeps_the_points_she_had(centre, anna):
    first, second = a_ticket(centre, now=NOW - 30 * MINUTE), a_ticket(centre, now=NOW - 25 * MINUTE)
    parked = aside.park(centre, first.id, by=DESK, now=NOW)
    assert (parked.state, parked.parked_at) == ("parked", NOW)
    assert screens.snapshot(centre, now=NOW).waiting == 1
    back = aside.unpark(centre, first.id, by=DESK, now=NOW + 10 * MINUTE)
    assert (back.state, back.since, back.parked_at) == ("waiting", first.since + 10 * MINUTE, None)
    assert call(centre, anna, NOW + 10 * MINUTE).id == second.id
    assert steps() == ["park", "unpark", "call"]


def test_from_a_talk_she_rests_with_the_points_she_was_called_with_and_leaves_the_screen(centre, anna):
    ticket = a_ticket(centre, now=NOW - 30 * MINUTE)
    call(centre, anna)
    calls.start(centre, ticket.id, anna, by=DESK, now=NOW)
    parked = aside.park(centre, ticket.id, of=anna, by=DESK, now=NOW + 10 * MINUTE)
    assert (parked.parked_at, parked.counsellor_id, parked.room_id, parked.called_at) == (NOW, None, None, None)
    assert screens.snapshot(centre, now=NOW).calls == []
    assert aside.unpark(centre, ticket.id, by=DESK, now=NOW + 40 * MINUTE).since == NOW + 10 * MINUTE


def test_a_counsellor_touches_only_whom_she_called(centre, anna):
    beate, ticket = a_counsellor(centre, "Beate"), a_ticket(centre)
    call(centre, anna)
    for verb in (
        lambda: aside.park(centre, ticket.id, of=beate, by=DESK, now=NOW),
        lambda: transfers.transfer(centre, ticket.id, "programme", "mbe", of=beate, by=DESK, now=NOW),
        lambda: aside.refer(centre, ticket.id, "drk", of=beate, by=DESK, now=NOW),
        lambda: aside.withdraw(a_centre("balingen"), ticket.id, by=DESK, now=NOW),
    ):
        with pytest.raises(NotFound):
            verb()
    assert rows(m.Ticket.state) == ["called"]


# ── missed, and back ──────────────────────────────────────────────────────────────────────────────────────────────


def test_who_missed_her_call_comes_back_once_into_the_front_third(centre, anna):
    missed = a_ticket(centre, now=NOW - 60 * MINUTE)
    others = [a_ticket(centre, now=NOW - n * MINUTE).id for n in (50, 40, 30, 20)]
    call(centre, anna)
    calls.missing(centre, missed.id, anna, by=DESK, now=NOW)
    later = NOW + 60 * MINUTE
    back = aside.come_back(centre, missed.id, by=DESK, now=later)
    assert (back.state, back.number, back.returned, back.calls) == ("waiting", missed.number, True, 0)
    called = []
    for _ in range(3):
        called.append(call(centre, anna, later).id)
        calls.missing(centre, called[-1], anna, by=DESK, now=later)
    assert called == [others[0], missed.id, others[1]]
    assert refused(aside.come_back, centre, missed.id, now=later) == "back-before"
    assert refused(aside.come_back, centre, others[0], now=later + 61 * MINUTE) == "back-too-late"
    assert refused(aside.come_back, centre, others[3], now=later) == "waiting"


def test_a_booked_visitor_who_missed_her_call_is_checked_in_once_more_instead(centre, anna):
    ticket = tickets.check_in(centre, a_booking(centre, TEN).card.id, by=DESK, now=TEN).ticket
    call(centre, anna, TEN)
    calls.missing(centre, ticket.id, anna, by=DESK, now=TEN)
    assert refused(aside.come_back, centre, ticket.id, now=TEN) == "booked"


# ── ends without a talk ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def drk(centre):
    add(m.Partner(centre_id=centre, slug="drk", name={"de": "DRK"}, address="", phone=""))
    return "drk"


def test_she_gives_up_her_place(centre):
    given = aside.withdraw(centre, a_ticket(centre).id, by=By("web"), now=NOW + MINUTE)
    assert (given.state, given.ended_at) == ("withdrawn", NOW + MINUTE)
    assert rows(m.Step.name, m.Step.door)[-1] == ("withdraw", "web")
    assert refused(aside.withdraw, centre, given.id) == "withdrawn"


def test_who_gives_up_her_place_from_the_screen_leaves_it(centre, anna):
    ticket = a_ticket(centre)
    call(centre, anna)
    aside.withdraw(centre, ticket.id, by=DESK, now=NOW)
    assert screens.snapshot(centre, now=NOW).calls == []
    a_ticket(centre)
    assert call(centre, anna).state == "called"


def test_she_is_sent_on_to_a_partner_of_the_directory(centre, drk):
    ticket = a_ticket(centre)
    with pytest.raises(Invalid) as wrong:
        aside.refer(centre, ticket.id, "nobody", by=DESK, now=NOW)
    assert (wrong.value.field, wrong.value.reason) == ("partner", "choice-unknown")
    sent = aside.refer(centre, ticket.id, drk, by=DESK, now=NOW)
    assert (sent.state, sent.referred_to) == ("referred", drk)


def test_nobody_can_see_her_today_but_a_booked_time_and_a_crisis_stay(centre):
    assert aside.refuse(centre, a_ticket(centre).id, by=DESK, now=NOW).state == "refused"
    booked = tickets.check_in(centre, a_booking(centre, TEN).card.id, by=DESK, now=NOW).ticket
    assert refused(aside.refuse, centre, booked.id) == "booked"
    assert refused(aside.refuse, centre, give(centre, kind="crisis").id) == "crisis"


def test_a_short_matter_is_seen_to_at_the_desk_and_a_talk_is_not(centre):
    done = aside.serve(centre, give(centre, kind="short").id, by=DESK, now=NOW)
    assert (done.state, done.ended_at) == ("done", NOW)
    assert refused(aside.serve, centre, a_ticket(centre).id) == "needs-a-talk"


@pytest.mark.parametrize(("verb", "outcome"), [("withdraw", "cancelled"), ("refer", "done")])
def test_what_becomes_of_a_booked_time_that_is_not_kept(centre, drk, verb, outcome):
    ticket = tickets.check_in(centre, a_booking(centre, TEN).card.id, by=DESK, now=NOW).ticket
    getattr(aside, verb)(centre, ticket.id, *([drk] if verb == "refer" else []), by=DESK, now=NOW)
    assert appointments.card(centre, ticket.appointment_id).state == outcome
    assert rows(m.Claim.step, appointment_id=ticket.appointment_id) == []


# ── handed on ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_is_handed_to_a_colleague_with_its_number_and_the_points_it_had(centre, anna):
    a_room(centre, "r2")
    beate, ticket = a_counsellor(centre, "Beate", rooms=["r2"]), a_ticket(centre, now=TEN - 30 * MINUTE)
    call(centre, anna, TEN)
    calls.start(centre, ticket.id, anna, by=DESK, now=TEN)
    late = TEN + 20 * MINUTE
    handed = transfers.transfer(centre, ticket.id, "counsellor", str(beate), of=anna, by=DESK, now=late)
    assert (handed.state, handed.bound_to, handed.number) == ("waiting", beate, ticket.number)
    assert (handed.since, handed.called_at, handed.started_at) == (ticket.since + 20 * MINUTE, None, None)
    a_ticket(centre, now=TEN - 5 * MINUTE)
    assert call(centre, anna, late).id != ticket.id
    assert call(centre, beate, late).id == ticket.id


def test_a_ticket_is_handed_to_a_programme_or_a_carrier(centre, anna):
    a_carrier(centre, "awo"), a_programme(centre, "jmd"), a_room(centre, "r2")
    cem = a_counsellor(centre, "Cem", carrier="awo", programmes=["jmd"], rooms=["r2"])
    ticket = a_ticket(centre, "mbe")
    for kind, target, column in (("programme", "jmd", m.Programme), ("carrier", "awo", m.Carrier)):
        handed = transfers.transfer(centre, ticket.id, kind, target, by=DESK, now=NOW)
        assert getattr(handed, f"{kind}_id") == id_of(column, centre, target)
    assert (handed.programme_id, handed.since) == (None, ticket.since)
    assert refused(transfers.transfer, centre, ticket.id, "carrier", "awo") == "already-there"
    assert call(centre, cem).id == ticket.id


@pytest.mark.parametrize(
    ("kind", "target"), [("programme", "none"), ("carrier", "none"), ("counsellor", "0"), ("room", "r1")]
)
def test_a_ticket_is_handed_only_to_what_is_here(centre, kind, target):
    with pytest.raises(Invalid) as wrong:
        transfers.transfer(centre, a_ticket(centre).id, kind, target, by=DESK, now=NOW)
    assert (wrong.value.field, wrong.value.reason) == ("target", "choice-unknown")


def test_whom_a_ticket_can_be_handed_to(centre, anna):
    a_counsellor(centre, "Gone", last_day=NOW.date() - DAY)
    found = transfers.choices(centre, now=NOW)
    assert [slug for slug, _ in found.programmes] == ["mbe"]
    assert (found.carriers, found.counsellors) == ([("caritas", "Caritas")], [(anna, "Anna")])


# ── one particular number ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_calls_one_particular_number_for_a_reason_that_is_recorded(centre, anna):
    a_ticket(centre, now=NOW - 30 * MINUTE)
    last, rezan = a_ticket(centre), a_receptionist(centre)
    called = calls.call_number(centre, last.id, anna, "companion", by=By("desk", rezan), now=NOW)
    assert (called.id, called.state, called.counsellor_id) == (last.id, "called", anna)
    assert rows(m.Step.name, m.Step.reason, m.Step.staff_id)[-1] == ("call", "companion", rezan)
    with pytest.raises(StillBusy):
        calls.call_number(centre, last.id, anna, "other", by=DESK, now=NOW)


def test_a_particular_number_waits_today_and_has_a_reason_of_the_list(centre, anna):
    ticket = a_ticket(centre)
    with pytest.raises(Invalid) as wrong:
        calls.call_number(centre, ticket.id, anna, "because", by=DESK, now=NOW)
    assert (wrong.value.field, wrong.value.reason) == ("reason", "choice-unknown")
    assert refused(calls.call_number, centre, ticket.id, anna, "other", now=NOW + DAY) == "other-day"
    aside.park(centre, ticket.id, by=DESK, now=NOW)
    assert refused(calls.call_number, centre, ticket.id, anna, "other") == "parked"
