"""Every step of a ticket can be taken back for ten seconds, and then all is as it was before."""

from datetime import timedelta

import pytest

from booking.domain.actors import By
from booking.domain.errors import NotFound, WrongState
from booking.services import aside, calls, screens, tickets, transfers, undo
from booking.store import models as m
from booking.store import steps as step_store
from booking.store import tickets as ticket_store
from tests.people import (
    MINUTE,
    NOW,
    a_booking,
    a_centre,
    a_receptionist,
    a_ticket,
    add,
    at,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")
SOON = NOW + timedelta(seconds=10)


@pytest.fixture
def anna(centre):
    add(m.Partner(centre_id=centre, slug="drk", name={"de": "DRK"}, address="", phone=""))
    return rows(m.Staff.id)[0]


def last():
    return rows(m.Step.id, ticket_id=rows(m.Ticket.id)[-1])[-1]


def take_back(centre, who, *, now=SOON, step=None):
    return undo.undo_step(centre, step or last(), by=By("desk", who), now=now)


# step → the steps before it, all by Anna
STORIES = {
    "call": [], "recall": ["call"], "start": ["call"], "finish": ["call", "start"], "missing": ["call"], "park": [],
    "unpark": ["park"], "return": ["call", "missing"], "withdraw": [], "refer": ["call", "start"], "refuse": [],
    "transfer": ["call", "start"],
}  # fmt: skip


def do(name, centre, ticket, anna):
    by = By("desk", anna)
    verbs = {
        "call": lambda: calls.call_next(centre, anna, by=by, now=NOW),
        "return": lambda: aside.come_back(centre, ticket.id, by=by, now=NOW),
        "refer": lambda: aside.refer(centre, ticket.id, "drk", by=by, now=NOW),
        "transfer": lambda: transfers.transfer(centre, ticket.id, "carrier", "caritas", by=by, now=NOW),
    }
    if name in verbs:
        return verbs[name]()
    if hasattr(aside, name):
        return getattr(aside, name)(centre, ticket.id, by=by, now=NOW)
    return getattr(calls, name)(centre, ticket.id, anna, by=by, now=NOW)


@pytest.mark.parametrize("name", STORIES)
def test_a_step_is_taken_back_and_all_is_as_before(centre, anna, name, heard):
    ticket = a_ticket(centre, now=NOW - 20 * MINUTE)
    for earlier in STORIES[name]:
        do(earlier, centre, ticket, anna)
    before, board = tickets.ticket(centre, ticket.id), screens.snapshot(centre, now=NOW)
    do(name, centre, ticket, anna)
    done = last()
    assert undo.last_by(centre, anna, now=SOON).id == done
    assert take_back(centre, anna) == before
    shown = screens.snapshot(centre, now=NOW)
    assert (shown.calls, shown.waiting) == (board.calls, board.waiting)
    assert rows(m.Step.name, m.Step.undone)[-2:] == [(name, True), ("undo", False)]
    assert heard[-1] == ({centre: {"board", "desk"}}, len(rows(m.Step.id)))
    with pytest.raises(WrongState) as refused:
        take_back(centre, anna, step=done)
    assert refused.value.state == "moved-on"
    assert undo.last_by(centre, anna, now=SOON) is None


def test_a_number_given_by_mistake_stays_given_to_nobody(centre, anna):
    ticket = tickets.take(
        centre, language=None, programme=None, key="k", secret="s" * 32, by=By("desk", anna), now=NOW
    ).ticket  # fmt: skip
    assert take_back(centre, anna).state == "withdrawn"
    assert a_ticket(centre).number == ticket.number % 999 + 1


def test_after_ten_seconds_by_somebody_else_or_elsewhere_a_step_stays(centre, anna):
    ticket = a_ticket(centre)
    do("call", centre, ticket, anna)
    with pytest.raises(WrongState) as refused:
        take_back(centre, anna, now=SOON + timedelta(seconds=1))
    assert refused.value.state == "undo-over"
    assert undo.last_by(centre, anna, now=SOON + timedelta(seconds=1)) is None
    for where, who in ((centre, a_receptionist(centre)), (a_centre("balingen"), anna)):
        with pytest.raises(NotFound):
            take_back(where, who)
    with pytest.raises(NotFound):
        take_back(centre, anna, step=10**6)
    assert tickets.ticket(centre, ticket.id).state == "called"


def test_a_step_stays_when_the_ticket_has_gone_on(centre, anna):
    ticket = a_ticket(centre)
    do("call", centre, ticket, anna)
    called = last()
    do("start", centre, ticket, anna)
    with pytest.raises(WrongState) as refused:
        take_back(centre, anna, step=called)
    assert refused.value.state == "moved-on"


def test_a_talk_does_not_go_on_when_its_counsellor_has_called_the_next(centre, anna):
    first = a_ticket(centre)
    a_ticket(centre)
    for name in ("call", "start", "finish"):
        do(name, centre, first, anna)
    done = rows(m.Step.id)[-1]
    do("call", centre, first, anna)
    with pytest.raises(WrongState) as refused:
        take_back(centre, anna, step=done)
    assert refused.value.state == "moved-on"
    assert rows(m.Ticket.state) == ["done", "called"]


# ── what becomes of the appointment ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def arrived(centre, anna):
    card = a_booking(centre, TEN).card
    return tickets.check_in(centre, card.id, by=By("desk", anna), now=TEN).ticket


def claims(ticket):
    return sorted(rows(m.Claim.resource, m.Claim.step, appointment_id=ticket.appointment_id))


def step_and_back(centre, anna, ticket, verb):
    verb()
    return undo.undo_step(centre, rows(m.Step.id, ticket_id=ticket.id)[-1], by=By("desk", anna), now=TEN)


@pytest.mark.parametrize("name", ["finish", "missing", "withdraw"])
def test_an_appointment_goes_on_with_its_time_claimed_anew(centre, anna, arrived, name):
    calls.call_next(centre, anna, by=By("desk", anna), now=TEN)
    before, kept = tickets.ticket(centre, arrived.id), claims(arrived)

    def verb():
        if name == "withdraw":
            return aside.withdraw(centre, arrived.id, by=By("desk", anna), now=TEN)
        return getattr(calls, name)(centre, arrived.id, anna, by=By("desk", anna), now=TEN)

    assert step_and_back(centre, anna, arrived, verb) == before
    assert (rows(m.Appointment.state), claims(arrived)) == (["arrived"], kept)


def test_an_appointment_stays_ended_when_somebody_has_its_time(centre, anna, arrived):
    calls.call_next(centre, anna, by=By("desk", anna), now=TEN)
    calls.finish(centre, arrived.id, anna, by=By("desk", anna), now=TEN - 2 * MINUTE)
    a_booking(centre, TEN, now=TEN - 61 * MINUTE)
    with pytest.raises(WrongState) as refused:
        undo.undo_step(centre, rows(m.Step.id, ticket_id=arrived.id)[-1], by=By("desk", anna), now=TEN - 2 * MINUTE)
    assert refused.value.state == "moved-on"
    assert (rows(m.Ticket.state), rows(m.Appointment.state)) == (["done"], ["done", "booked"])


def test_who_was_checked_in_by_mistake_is_expected_again_and_comes_with_the_same_number(centre, anna, arrived):
    kept = claims(arrived)
    assert take_back(centre, anna, now=TEN).state == "withdrawn"
    assert (rows(m.Appointment.state), claims(arrived)) == (["booked"], kept)
    again = tickets.check_in(centre, arrived.appointment_id, by=By("desk", anna), now=TEN + MINUTE)
    assert (again.ticket.number, again.ticket.state, rows(m.Appointment.state)) == (
        arrived.number, "waiting", ["arrived"],
    )  # fmt: skip
    assert undo.undo_step(
        centre, rows(m.Step.id, ticket_id=arrived.id)[-1], by=By("desk", anna), now=TEN + MINUTE
    ).state == "withdrawn"  # fmt: skip
    assert rows(m.Appointment.state) == ["booked"]


# ── the rows themselves ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("beneath", ["change", "undone", "appointment"])
def test_who_was_first_is_noticed_by_the_rows_themselves(centre, anna, arrived, monkeypatch, beneath):
    """Should the lock ever fail."""
    before = rows(m.Ticket.state, m.Ticket.id), rows(m.Step.undone)
    if beneath == "appointment":
        monkeypatch.setattr(undo.appointment_store, "change", lambda *_: False)
    else:
        monkeypatch.setattr(ticket_store if beneath == "change" else step_store, beneath, lambda *_, **__: False)
    with pytest.raises(WrongState) as refused:
        take_back(centre, anna, now=TEN)
    assert refused.value.state == "moved-on"
    assert (rows(m.Ticket.state, m.Ticket.id), rows(m.Step.undone)) == before
