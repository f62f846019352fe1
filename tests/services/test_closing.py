"""What the evening left open is ended in the night, on both databases."""

import logging

import pytest

from booking.domain.actors import By
from booking.domain.errors import Unfinished
from booking.services import calls, closing, tickets
from booking.store import models as m
from booking.store.db import transaction
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NOW,
    a_booking,
    a_centre,
    a_counsellor,
    a_room,
    a_ticket,
    an_appointment,
    at,
    change,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")
NIGHT = at("2027-03-03 03:30")
CANARY = "Zaunkönig"
STEPS = (m.Step.name, m.Step.at, m.Step.staff_id, m.Step.door)


def arrived(centre, start):
    return tickets.check_in(centre, a_booking(centre, start).card.id, by=DESK, now=NOW).ticket


def call(centre, counsellor, *steps):
    """Call the next and take these steps with her."""
    ticket = calls.call_next(centre, counsellor, by=By("desk", counsellor), now=TEN)
    for step in steps:
        step(centre, ticket.id, counsellor, by=By("desk", counsellor), now=TEN)
    return ticket


def states():
    return rows(m.Ticket.state), rows(m.Appointment.state)


def test_who_waited_or_was_called_was_missed_and_who_was_in_a_talk_is_done(centre, anna):
    a_room(centre, "r2")
    beate = a_counsellor(centre, "Beate")
    a_ticket(centre), a_ticket(centre), a_ticket(centre)
    call(centre, anna), call(centre, beate, calls.start)
    before = len(rows(m.Step.id))
    assert closing.nightly(now=NIGHT) == {"tickets": 3, "appointments": 0}
    assert rows(m.Ticket.state, m.Ticket.ended_at) == [("missed", None), ("done", None), ("missed", None)]
    assert rows(*STEPS)[before:] == [(name, NIGHT, None, "worker") for name in ("missing", "finish", "missing")]


@pytest.mark.parametrize(
    ("steps", "ticket", "appointment"),
    [(None, "missed", "missed"), ([], "missed", "missed"), ([calls.start], "done", "done")],
    ids=["waiting", "called", "in a talk"],
)
def test_an_appointment_ends_with_the_ticket_that_is_ended(centre, anna, steps, ticket, appointment):
    arrived(centre, TEN)
    if steps is not None:
        call(centre, anna, *steps)
    closing.nightly(now=NIGHT)
    assert states() == ([ticket], [appointment])
    assert rows(m.Claim.step) == []
    assert rows(*STEPS)[-1] == (appointment, NIGHT, None, "worker")


def test_who_never_came_missed_her_appointment(centre, anna):
    a_booking(centre, TEN)
    assert closing.nightly(now=NIGHT) == {"tickets": 0, "appointments": 1}
    assert rows(m.Appointment.state) == ["missed"]
    assert rows(*STEPS)[-1] == ("missed", NIGHT, None, "worker")
    assert rows(m.Claim.step) == []


@pytest.mark.parametrize(("ticket", "appointment"), [("done", "done"), ("missed", "missed")])
def test_an_appointment_that_was_left_behind_follows_its_ticket(centre, anna, ticket, appointment):
    given = arrived(centre, TEN)
    change(m.Ticket, given.id, state=ticket)
    assert closing.nightly(now=NIGHT) == {"tickets": 0, "appointments": 1}
    assert states() == ([ticket], [appointment])


def test_a_ticket_is_ended_whatever_became_of_its_appointment(centre, anna):
    given = arrived(centre, TEN)
    change(m.Appointment, given.appointment_id, state="cancelled")
    assert closing.nightly(now=NIGHT) == {"tickets": 1, "appointments": 0}
    assert states() == (["missed"], ["cancelled"])


def test_who_was_put_off_meanwhile_has_no_appointment_that_could_end(centre, anna):
    given = arrived(centre, TEN)
    change(m.Appointment, given.appointment_id, state="cancelled")
    before = rows(*STEPS)
    with transaction(centre) as session:
        closing.queueing.end_appointment(session, centre, given.appointment_id, "arrived", "missed", NIGHT, DESK)
    assert rows(m.Appointment.state) == ["cancelled"]
    assert rows(*STEPS) == before


def test_the_present_day_and_what_is_at_its_end_stay_as_they_are(centre, anna):
    for days, state in enumerate(("done", "missed", "cancelled"), 1):
        an_appointment(centre, anna, TEN - days * DAY, state=state)
    an_appointment(centre, anna, at("2027-03-03 00:00"))
    a_ticket(centre, now=at("2027-03-03 00:00"))
    before = states()
    assert closing.nightly(now=NIGHT) == {"tickets": 0, "appointments": 0}
    assert states() == before
    assert closing.nightly(now=NIGHT + DAY) == {"tickets": 1, "appointments": 1}
    assert closing.nightly(now=NIGHT + DAY) == {"tickets": 0, "appointments": 0}


def test_each_centre_ends_its_own_day_by_its_own_clock(centre, anna):
    """At half past three in Berlin it is still yesterday evening in Lisbon's west."""
    west = a_centre("horta", zone="Atlantic/Azores")
    a_ticket(centre, now=TEN), a_ticket(west, now=TEN)
    assert closing.nightly(now=at("2027-03-03 00:30")) == {"tickets": 1, "appointments": 0}
    assert rows(m.Ticket.centre_id, m.Ticket.state) == [(centre, "missed"), (west, "waiting")]


def test_a_centre_where_it_fails_keeps_it_from_no_other(centre, anna, monkeypatch, caplog):
    other = a_centre("balingen")
    for where in (centre, other):
        a_ticket(where)
    close = closing.queueing.close

    def failing(session, centre_id, ticket, now):
        if centre_id == centre:
            raise ValueError(CANARY)
        close(session, centre_id, ticket, now)

    monkeypatch.setattr(closing.queueing, "close", failing)
    with caplog.at_level(logging.INFO), pytest.raises(Unfinished) as left:
        closing.nightly(now=NIGHT)
    assert left.value.parts == ["ludwigsburg"]
    assert rows(m.Ticket.centre_id, m.Ticket.state) == [(centre, "waiting"), (other, "missed")]
    assert "closing in ludwigsburg failed: ValueError" in caplog.text
    assert "closing: tickets 1, appointments 0" in caplog.text
    assert CANARY not in caplog.text


def test_screens_and_staff_hear_of_it_after_the_commit(centre, anna, heard):
    a_ticket(centre)
    closing.nightly(now=NIGHT)
    assert heard[-1] == ({centre: {"board", "desk"}}, 2)
    assert rows(m.Board.version) == [2]


def test_a_number_ended_in_the_night_is_not_given_again_to_who_comes_the_next_day(centre, anna):
    given = arrived(centre, TEN)
    closing.nightly(now=NIGHT)
    with pytest.raises(tickets.WrongState):
        tickets.check_in(centre, given.appointment_id, by=DESK, now=NIGHT + 5 * 60 * MINUTE)
