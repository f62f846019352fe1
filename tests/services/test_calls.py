"""Calling, calling again, starting, finishing, missing; to which room; and who covers whom. On both databases."""

from datetime import time

import pytest
from sqlalchemy import update

from booking.domain.actors import By
from booking.domain.errors import Invalid, NobodyWaiting, NoRoom, NotFound, StillBusy, WrongState
from booking.services import appointments, calls, tickets
from booking.services.steps import queueing
from booking.services.steps import rooms as rooms_step
from booking.store import models as m
from booking.store.db import transaction
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_programme,
    a_room,
    a_site,
    a_ticket,
    add,
    an_absence,
    an_appointment,
    at,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")
STEPS = (m.Step.name, m.Step.at, m.Step.staff_id, m.Step.door)


def call(centre, counsellor, *, room=None, now=NOW):
    return calls.call_next(centre, counsellor, room=room, by=By("desk", counsellor), now=now)


def do(step, centre, ticket, counsellor, *, now=NOW):
    return getattr(calls, step)(centre, ticket.id, counsellor, by=By("desk", counsellor), now=now)


def an_arrival(centre, start, *, now=NOW, **details):
    """The ticket of a booked visitor who has come."""
    return tickets.check_in(centre, a_booking(centre, start, **details).card.id, by=DESK, now=now).ticket


# ── the steps of a ticket ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_called_visitor_comes_talks_and_goes(centre, anna, heard):
    given = a_ticket(centre)
    called = call(centre, anna, now=NOW + MINUTE)
    assert (called.id, called.state, called.room, called.calls) == (given.id, "called", "R1", 1)
    assert (called.counsellor_id, called.called_at) == (anna, NOW + MINUTE)
    started = do("start", centre, called, anna, now=NOW + 2 * MINUTE)
    assert (started.state, started.started_at) == ("in_talk", NOW + 2 * MINUTE)
    assert do("finish", centre, called, anna, now=NOW + 20 * MINUTE).state == "done"
    assert rows(m.Ticket.ended_at) == [NOW + 20 * MINUTE]
    assert rows(*STEPS) == [
        ("taken", NOW, None, "desk"),
        ("call", NOW + MINUTE, anna, "desk"),
        ("start", NOW + 2 * MINUTE, anna, "desk"),
        ("finish", NOW + 20 * MINUTE, anna, "desk"),
    ]
    assert heard == [({centre: {"board", "desk"}}, n) for n in (1, 2, 3, 4)]
    assert rows(m.Board.version) == [4]


def test_a_number_is_called_again_three_times_and_then_missing(centre, anna):
    a_ticket(centre)
    ticket = call(centre, anna)
    for again in (1, 2, 3):
        ticket = do("recall", centre, ticket, anna, now=NOW + again * MINUTE)
        assert (ticket.calls, ticket.called_at, ticket.state) == (again + 1, NOW + again * MINUTE, "called")
    with pytest.raises(WrongState) as refused:
        do("recall", centre, ticket, anna)
    assert refused.value.state == "called-often-enough"
    assert do("missing", centre, ticket, anna).state == "missed"
    assert rows(m.Step.name) == ["taken", "call", "recall", "recall", "recall", "missing"]


@pytest.mark.parametrize(
    ("before", "wrong"),
    [
        ([], []),
        (["start"], ["recall", "start", "missing"]),
        (["start", "finish"], ["recall", "start", "finish", "missing"]),
        (["finish"], ["recall", "start", "finish", "missing"]),
        (["missing"], ["recall", "start", "finish", "missing"]),
    ],
)
def test_steps_in_the_wrong_order_are_refused_and_change_nothing(centre, anna, heard, before, wrong):
    a_ticket(centre)
    ticket = call(centre, anna)
    for step in before:
        ticket = do(step, centre, ticket, anna)
    said = len(heard)
    for step in wrong:
        with pytest.raises(WrongState) as refused:
            do(step, centre, ticket, anna)
        assert refused.value.state == ticket.state
    assert tickets.ticket(centre, ticket.id) == ticket
    assert (len(heard), len(rows(m.Step.id))) == (said, 2 + len(before))


@pytest.mark.parametrize("step", ["recall", "start", "finish", "missing"])
def test_a_colleagues_ticket_a_waiting_one_and_another_centres_are_not_there(centre, anna, step):
    a_room(centre, "r2")
    beate, waiting = a_counsellor(centre, "Beate"), a_ticket(centre)
    with pytest.raises(NotFound):
        do(step, centre, waiting, anna)
    called = call(centre, anna)
    for where, who in ((centre, beate), (a_centre("balingen"), anna)):
        with pytest.raises(NotFound):
            do(step, where, called, who)
    assert tickets.ticket(centre, called.id) == called


def test_one_visitor_at_a_time(centre, anna):
    first = a_ticket(centre)
    a_ticket(centre)
    call(centre, anna)
    for state in ("called", "in_talk"):
        with pytest.raises(StillBusy) as refused:
            call(centre, anna)
        assert refused.value.number == first.number
        if state == "called":
            do("start", centre, first, anna)
    do("finish", centre, first, anna)
    assert call(centre, anna).id != first.id


def test_nobody_waits(centre, anna):
    with pytest.raises(NobodyWaiting):
        call(centre, anna)
    a_ticket(centre, now=NOW - DAY)
    with pytest.raises(NobodyWaiting):
        call(centre, anna)


def test_only_counsellors_of_the_centre_call(centre, anna):
    a_ticket(centre)
    other = a_centre("balingen")
    stranger = a_counsellor(other, "Beate")
    for where, who in ((centre, stranger), (other, anna), (centre, 999)):
        with pytest.raises(NotFound):
            call(where, who)
        with pytest.raises(NotFound):
            calls.view(where, who, now=NOW)


@pytest.mark.parametrize(
    "values",
    [{"secret_since": None}, {"secret_since": TODAY + DAY}, {"first_day": TODAY + DAY}, {"last_day": TODAY - DAY}],
)
def test_nobody_calls_before_her_commitment_or_outside_her_first_and_last_day(centre, anna, values):
    a_ticket(centre)
    change(m.Staff, anna, **values)
    with pytest.raises(NotFound):
        call(centre, anna)
    change(m.Staff, anna, secret_since=TODAY, first_day=TODAY, last_day=TODAY)
    assert call(centre, anna).state == "called"


def test_who_was_first_is_noticed_by_the_row_itself(centre, anna, monkeypatch, heard):
    """Should the lock ever fail: the update names the old state, and a row too few is a refusal."""
    a_ticket(centre)
    ticket = call(centre, anna)
    change(m.Ticket, ticket.id, state="done")
    monkeypatch.setattr(queueing, "hers", lambda *_: ticket)
    with pytest.raises(WrongState) as refused:
        do("start", centre, ticket, anna)
    assert refused.value.state == "changed"
    assert len(heard) == 2


def test_a_ticket_does_not_end_whose_appointment_is_not_what_it_should_be(centre, anna):
    ticket = an_arrival(centre, TEN)
    call(centre, anna)
    change(m.Appointment, ticket.appointment_id, state="missed")
    with pytest.raises(WrongState) as refused:
        do("finish", centre, ticket, anna)
    assert refused.value.state == "changed"
    assert (rows(m.Ticket.state), rows(m.Appointment.state)) == (["called"], ["missed"])


def test_a_room_that_is_in_use_after_all_is_a_refusal_and_no_error(centre, anna, monkeypatch):
    """The partial unique index beneath the check."""
    beate = a_counsellor(centre, "Beate")
    a_ticket(centre), a_ticket(centre)
    call(centre, anna)
    taken = id_of(m.Room, centre, "r1")
    monkeypatch.setattr(rooms_step, "choose", lambda *_: taken)
    with pytest.raises(WrongState):
        call(centre, beate)
    assert rows(m.Ticket.state) == ["called", "waiting"]


# ── what becomes of the appointment ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("steps", "outcome"), [(["start", "finish"], "done"), (["finish"], "done"), (["missing"], "missed")]
)
def test_an_appointment_ends_with_its_ticket_and_the_rest_of_its_time_can_be_booked(centre, anna, steps, outcome):
    ticket = an_arrival(centre, TEN)
    assert call(centre, anna).id == ticket.id
    for step in steps:
        do(step, centre, ticket, anna, now=NOW + MINUTE)
    assert appointments.card(centre, ticket.appointment_id).state == outcome
    assert rows(*STEPS)[-1] == (outcome, NOW + MINUTE, anna, "desk")
    assert TEN in appointments.offers(centre, appointments.Wish("residence", "de", None), now=NOW + MINUTE).starts
    assert a_booking(centre, TEN, now=NOW + MINUTE).card.starts_at == TEN


# ── to which room ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def rooms(centre, anna):
    """Anna may use r1, r2 and r3, in this order."""
    for position, slug in enumerate(("r2", "r3"), 1):
        add(m.StaffRoom(staff_id=anna, room_id=a_room(centre, slug), position=position, centre_id=centre))
    return centre


def test_the_first_of_her_rooms_that_is_free_or_the_one_she_asks_for(rooms, anna):
    beate = a_counsellor(rooms, "Beate", rooms=["r1"])
    for room, expected in ((None, "R1"), ("r3", "R3"), ("r2", "R2")):
        a_ticket(rooms)
        ticket = call(rooms, anna, room=room)
        assert ticket.room == expected
        do("finish", rooms, ticket, anna)
    a_ticket(rooms), a_ticket(rooms)
    call(rooms, beate)
    assert call(rooms, anna, room="r1").room == "R2"


@pytest.mark.parametrize(("asked", "room"), [(None, "R3"), ("r2", "R2")])
def test_an_appointment_goes_to_its_own_room_unless_she_asks_for_another(rooms, anna, asked, room):
    an_appointment(rooms, anna, TEN, room_id=id_of(m.Room, rooms, "r3"))
    tickets.check_in(rooms, rows(m.Appointment.id)[0], by=DESK, now=TEN)
    assert call(rooms, anna, room=asked, now=TEN).room == room


def test_a_room_that_is_in_use_is_not_taken_from_the_appointment_that_has_it_booked(rooms, anna):
    """Asked for, but in use: the booked room comes next, before the first that is free."""
    a_ticket(rooms)
    call(rooms, a_counsellor(rooms, "Beate", rooms=["r2"]))
    an_appointment(rooms, anna, TEN, room_id=id_of(m.Room, rooms, "r3"))
    tickets.check_in(rooms, rows(m.Appointment.id)[0], by=DESK, now=TEN)
    assert call(rooms, anna, room="r2", now=TEN).room == "R3"


@pytest.mark.parametrize("asked", ["nowhere", "", "r4"])
def test_a_room_that_is_not_hers_calls_nobody(rooms, anna, asked):
    a_room(rooms, "r4")
    a_ticket(rooms)
    with pytest.raises(Invalid) as refused:
        call(rooms, anna, room=asked)
    assert (refused.value.field, refused.value.reason) == ("room", "room-unknown")
    assert rows(m.Ticket.state) == ["waiting"]


def test_a_room_that_is_given_up_or_not_there_yet_is_not_called_to(rooms, anna):
    change(m.Room, id_of(m.Room, rooms, "r1"), last_day=TODAY - DAY)
    change(m.Room, id_of(m.Room, rooms, "r2"), first_day=TODAY + DAY)
    change(m.Room, id_of(m.Room, rooms, "r3"), first_day=TODAY, last_day=TODAY)
    a_ticket(rooms)
    assert [(room.slug, room.name) for room in calls.view(rooms, anna, now=NOW).rooms] == [("r3", "R3")]
    for gone in ("r1", "r2"):
        with pytest.raises(Invalid):
            call(rooms, anna, room=gone)
    assert call(rooms, anna).room == "R3"


def test_a_room_where_nobody_talks_is_not_called_to(rooms, anna):
    """The waiting room, and a room of another place: its site has ended, or people go out to it."""
    change(m.Room, id_of(m.Room, rooms, "r1"), kind="waiting")
    change(m.Room, id_of(m.Room, rooms, "r2"), site_id=a_site(rooms, "left", last_day=TODAY - DAY))
    change(m.Room, id_of(m.Room, rooms, "r3"), site_id=a_site(rooms, "camp", outreach=True))
    a_room(rooms, "r4", site_id=a_site(rooms, "annexe", first_day=TODAY, last_day=TODAY))
    add(m.StaffRoom(staff_id=anna, room_id=id_of(m.Room, rooms, "r4"), position=4, centre_id=rooms))
    a_ticket(rooms)
    assert [(room.slug, room.name) for room in calls.view(rooms, anna, now=NOW).rooms] == [("r4", "R4")]
    assert call(rooms, anna).room == "R4"


def test_a_visitor_who_is_booked_into_a_group_room_is_called_there(rooms, anna):
    for slug in ("r1", "r2"):
        change(m.Room, id_of(m.Room, rooms, slug), last_day=TODAY - DAY)
    change(m.Room, id_of(m.Room, rooms, "r3"), kind="group", talks=2)
    card = a_booking(rooms, TEN).card
    tickets.check_in(rooms, card.id, by=DESK, now=TEN)
    assert call(rooms, anna, now=TEN).room == "R3"


def test_without_a_free_room_nobody_is_called(centre, anna):
    beate = a_counsellor(centre, "Beate")
    a_ticket(centre), a_ticket(centre)
    call(centre, beate)
    with pytest.raises(NoRoom):
        call(centre, anna)
    assert sorted(rows(m.Ticket.state)) == ["called", "waiting"]


@pytest.mark.parametrize(
    ("minutes_after", "arrived", "free"),
    [
        (-20, False, True),
        (-19, False, False),
        (-19, True, False),
        (0, False, False),
        (9, False, False),
        (10, False, True),
        (10, True, False),
        (34, True, False),
        (35, True, True),
    ],
)
def test_a_colleagues_appointment_keeps_its_room_from_shortly_before_and_longer_if_its_visitor_waits(
    centre, anna, minutes_after, arrived, free
):
    beate = a_counsellor(centre, "Beate")
    booked = an_appointment(centre, anna, TEN)
    if arrived:
        tickets.check_in(centre, booked, by=DESK, now=NOW)
    a_ticket(centre)
    if free:
        assert call(centre, beate, now=TEN + minutes_after * MINUTE).room == "R1"
    else:
        with pytest.raises(NoRoom):
            call(centre, beate, now=TEN + minutes_after * MINUTE)


def seen_rooms(centre, who, now):
    return {room.slug: (room.in_use, room.needed_at, room.is_free) for room in calls.view(centre, who, now=now).rooms}


def refused_rooms(centre, who, now):
    """What the page says before she presses, and what she is told when she does: the same."""
    said = calls.view(centre, who, now=now).no_room
    with pytest.raises(NoRoom) as refused:
        call(centre, who, now=now)
    assert (said.until, said.room, said.needed_at) == (
        refused.value.until, refused.value.room, refused.value.needed_at
    )  # fmt: skip
    return said.room, said.needed_at, said.until


def test_without_a_room_she_is_told_which_is_free_again_when_as_far_as_is_known(rooms, anna):
    """Appointments that follow each other too soon for a talk between them are waited for together."""
    beate, dana = a_counsellor(rooms, "Beate", rooms=["r1"]), a_counsellor(rooms, "Dana", rooms=["r2"])
    r1, r2, r3 = (id_of(m.Room, rooms, slug) for slug in ("r1", "r2", "r3"))
    for who, minutes in ((beate, 0), (beate, 50), (beate, 110), (dana, 10)):
        an_appointment(rooms, who, TEN + minutes * MINUTE)
    a_ticket(rooms), a_ticket(rooms)
    assert seen_rooms(rooms, anna, TEN - 20 * MINUTE) == {
        "r1": (False, None, True), "r2": (False, None, True), "r3": (False, None, True),
    }  # fmt: skip
    cem = a_counsellor(rooms, "Cem", rooms=["r3"])
    call(rooms, cem, now=TEN - 5 * MINUTE)
    assert seen_rooms(rooms, anna, TEN - 5 * MINUTE) == {
        "r1": (False, TEN, False), "r2": (False, TEN + 10 * MINUTE, False), "r3": (True, None, False),
    }  # fmt: skip
    assert refused_rooms(rooms, anna, TEN - 5 * MINUTE) == ("R2", TEN + 10 * MINUTE, TEN + 45 * MINUTE)
    change(m.Room, r2, last_day=TODAY - DAY)
    assert refused_rooms(rooms, anna, TEN - 5 * MINUTE) == ("R1", TEN, TEN + 85 * MINUTE)
    change(m.Room, r1, last_day=TODAY - DAY)
    assert refused_rooms(rooms, anna, TEN - 5 * MINUTE) == (None, None, None)
    change(m.Room, r3, last_day=TODAY - DAY)
    assert refused_rooms(rooms, anna, TEN - 5 * MINUTE) == (None, None, None)


def test_while_nobody_is_next_or_somebody_is_with_her_no_room_is_missing(centre, anna):
    beate = a_counsellor(centre, "Beate")
    an_appointment(centre, beate, TEN)
    assert calls.view(centre, anna, now=TEN).no_room is None
    a_ticket(centre), a_ticket(centre)
    change(m.Room, id_of(m.Room, centre, "r1"), last_day=TODAY)
    assert calls.view(centre, anna, now=TEN).no_room is not None
    call(centre, anna, now=NOW)
    seen = calls.view(centre, anna, now=TEN)
    assert (seen.no_room, [room.in_use for room in seen.rooms]) == (None, [True])


def test_who_may_use_the_group_room_is_not_idle_while_colleagues_need_the_offices(rooms, anna):
    change(m.Room, id_of(m.Room, rooms, "r3"), kind="group")
    for name, slug in (("Beate", "r1"), ("Cem", "r2")):
        an_appointment(rooms, a_counsellor(rooms, name, rooms=[slug]), TEN)
    a_ticket(rooms)
    assert call(rooms, anna, now=TEN).room == "R3"


def test_her_own_appointments_room_is_hers(centre, anna):
    an_appointment(centre, anna, TEN)
    a_ticket(centre)
    assert call(centre, anna, now=TEN).room == "R1"


def test_a_room_is_free_when_its_appointment_is_over_or_sits_elsewhere(rooms, anna):
    beate = a_counsellor(rooms, "Beate", rooms=["r1"])
    an_appointment(rooms, anna, TEN, room_id=id_of(m.Room, rooms, "r1"))
    tickets.check_in(rooms, rows(m.Appointment.id)[0], by=DESK, now=TEN)
    a_ticket(rooms), a_ticket(rooms)
    early = call(rooms, beate, now=TEN - 20 * MINUTE)
    hers = call(rooms, anna, now=TEN)
    assert hers.room == "R2"
    do("finish", rooms, early, beate, now=TEN)
    assert call(rooms, beate, now=TEN + MINUTE).room == "R1"


@pytest.fixture
def office(rooms, anna):
    """Anna may use r1, r2 and r3; Beate's appointments are in r1. (counsellor, room's id)"""
    return a_counsellor(rooms, "Beate", rooms=["r1"]), id_of(m.Room, rooms, "r1")


def test_a_walk_in_goes_to_a_room_that_no_colleague_needs_within_twenty_minutes(rooms, anna, office):
    beate, _r1 = office
    an_appointment(rooms, beate, TEN)
    for minutes, room in ((20, "R1"), (19, "R2"), (1, "R2")):
        a_ticket(rooms)
        ticket = call(rooms, anna, room="r1", now=TEN - minutes * MINUTE)
        assert ticket.room == room
        do("finish", rooms, ticket, anna)


def test_a_room_is_not_kept_for_who_will_not_be_there(rooms, anna, office):
    beate, _r1 = office
    an_appointment(rooms, beate, TEN)
    an_absence(rooms, beate, TEN, TEN + DAY)
    a_ticket(rooms)
    assert call(rooms, anna, now=TEN - MINUTE).room == "R1"


def test_a_room_is_kept_for_who_begins_work_with_that_appointment(rooms, anna, office):
    beate, _r1 = office
    shift(beate, starts=time(10))
    an_appointment(rooms, beate, TEN)
    a_ticket(rooms)
    assert call(rooms, anna, now=TEN - MINUTE).room == "R2"


def test_a_visitor_whose_time_has_come_takes_her_own_room_although_a_colleague_needs_it_soon(rooms, anna, office):
    """She comes late; the talk will reach into the next appointment, but she was promised that room."""
    beate, r1 = office
    booked = an_appointment(rooms, anna, TEN, room_id=r1)
    an_appointment(rooms, beate, TEN + 35 * MINUTE)
    tickets.check_in(rooms, booked, by=DESK, now=TEN)
    late = TEN + 20 * MINUTE
    assert call(rooms, anna, now=late).room == "R1"


@pytest.mark.parametrize(("minutes", "room"), [(30, "R1"), (25, "R2")])
def test_no_visitor_takes_anothers_room_whose_appointment_begins_before_the_talk_is_over(
    rooms, anna, office, minutes, room
):
    """A talk of half an hour, whose own room is in use."""
    beate, _r1 = office
    r3 = id_of(m.Room, rooms, "r3")
    booked = an_appointment(rooms, anna, TEN, room_id=r3)
    an_appointment(rooms, beate, TEN + minutes * MINUTE)
    cem = a_counsellor(rooms, "Cem", rooms=["r3"])
    a_ticket(rooms)
    call(rooms, cem, now=TEN - 30 * MINUTE)
    tickets.check_in(rooms, booked, by=DESK, now=TEN)
    assert call(rooms, anna, now=TEN).room == room


def test_who_is_called_before_her_time_leaves_a_room_to_whose_time_is_first(rooms, anna, office):
    beate, r1 = office
    booked = an_appointment(rooms, anna, TEN + 45 * MINUTE, room_id=r1)
    an_appointment(rooms, beate, TEN + 10 * MINUTE)
    tickets.check_in(rooms, booked, by=DESK, now=TEN)
    assert call(rooms, anna, now=TEN).room == "R2"


def test_who_would_be_late_for_her_own_visitor_calls_her_and_no_walk_in(centre, anna):
    walk_in, booked = a_ticket(centre), an_arrival(centre, TEN)
    assert calls.view(centre, anna, now=TEN - 11 * MINUTE).next_up.id == walk_in.id
    assert calls.view(centre, anna, now=TEN - 10 * MINUTE).next_up.id == booked.id
    assert call(centre, anna, now=TEN - 10 * MINUTE).id == booked.id


# ── cover ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_appointment_waits_for_its_own_counsellor(centre, anna):
    beate = a_counsellor(centre, "Beate")
    an_arrival(centre, TEN)
    assert rows(m.Ticket.bound_to) == [anna]
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN)
    assert call(centre, anna, now=TEN).state == "called"


def test_a_colleague_covers_while_the_counsellor_is_away_in_the_appointments_own_room(centre, anna):
    beate = a_counsellor(centre, "Beate")
    ticket = an_arrival(centre, TEN)
    an_absence(centre, anna, TEN, TEN + 60 * MINUTE)
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN - MINUTE)
    assert calls.view(centre, beate, now=TEN).next_up.id == ticket.id
    called = call(centre, beate, now=TEN)
    assert (called.id, called.room, called.counsellor_id) == (ticket.id, "R1", beate)
    do("finish", centre, called, beate, now=TEN + MINUTE)
    assert appointments.card(centre, ticket.appointment_id)[5:8:2] == (anna, "done")


@pytest.fixture
def beate(centre, anna):
    """A colleague who is there all day."""
    return a_counsellor(centre, "Beate", shifts=[(day, time(8), time(18)) for day in range(5)])


def _carrier_shut(centre, anna):
    carrier = a_carrier(centre, "awo")
    change(m.Staff, anna, carrier_id=carrier)
    a_closure(centre, TODAY, carrier=carrier)


AWAY = {
    "absence": lambda centre, anna: an_absence(centre, anna, TEN, TEN + DAY),
    "carrier shut": _carrier_shut,
    "contract ended": lambda centre, anna: change(m.Staff, anna, last_day=TODAY - DAY),
    "shift not today": lambda centre, anna: shift(anna, weekday=2),
    "shift over": lambda centre, anna: shift(anna, ends=time(10)),
    "shift not begun": lambda centre, anna: shift(anna, starts=time(10, 5)),
    "working elsewhere": lambda centre, anna: shift(anna, kind="outreach"),
}


def shift(anna, **values):
    with transaction(0) as session:
        session.execute(update(m.Shift).where(m.Shift.staff_id == anna).values(**values))


@pytest.mark.parametrize("why", AWAY)
def test_a_waiting_visitor_is_covered_for_while_her_counsellor_is_not_there_for_whatever_reason(
    centre, anna, beate, why
):
    ticket = an_arrival(centre, TEN)
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN)
    AWAY[why](centre, anna)
    assert calls.view(centre, beate, now=TEN).next_up.id == ticket.id
    assert call(centre, beate, now=TEN).id == ticket.id


def test_who_comes_before_her_counsellors_shift_waits_for_her(centre, anna, beate):
    """She is not there yet, but will be when the appointment begins."""
    ticket = an_arrival(centre, TEN)
    shift(anna, starts=time(10))
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN - 5 * MINUTE)
    assert call(centre, anna, now=TEN).id == ticket.id


def test_who_calls_outside_her_shift_is_plainly_here_and_nobody_takes_her_visitors(centre, anna, beate):
    a_room(centre, "r2")
    add(m.StaffRoom(staff_id=beate, room_id=id_of(m.Room, centre, "r2"), position=9, centre_id=centre))
    walk_in, hers = a_ticket(centre), an_arrival(centre, TEN)
    shift(anna, weekday=2)
    assert call(centre, anna, now=TEN - 30 * MINUTE).id == walk_in.id
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN)
    do("finish", centre, walk_in, anna, now=TEN)
    assert call(centre, beate, now=TEN).id == hers.id


def test_who_still_talks_when_her_shift_is_over_is_covered_for(centre, anna, beate):
    a_room(centre, "r2")
    add(m.StaffRoom(staff_id=beate, room_id=id_of(m.Room, centre, "r2"), position=9, centre_id=centre))
    walk_in, hers = a_ticket(centre), an_arrival(centre, TEN)
    call(centre, anna, now=TEN - 30 * MINUTE)
    do("start", centre, walk_in, anna, now=TEN - 30 * MINUTE)
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN)
    shift(anna, ends=time(10))
    assert call(centre, beate, now=TEN).id == hers.id


def test_only_who_has_the_programme_covers(centre, anna):
    a_programme(centre, "jmd")
    beate = a_counsellor(centre, "Beate", programmes=["jmd"])
    an_arrival(centre, TEN)
    an_absence(centre, anna, TEN - DAY, TEN + DAY)
    with pytest.raises(NobodyWaiting):
        call(centre, beate, now=TEN)
    a_ticket(centre, "mbe"), a_ticket(centre, "jmd")
    assert call(centre, beate, now=TEN).programme_id == id_of(m.Programme, centre, "jmd")


def test_a_walk_in_before_an_early_appointment_and_after_a_due_one(centre, anna):
    booked = an_arrival(centre, TEN)
    first, second = a_ticket(centre, now=NOW + MINUTE), a_ticket(centre, now=NOW + 2 * MINUTE)
    order = []
    for now in (TEN - 11 * MINUTE, TEN, TEN):
        ticket = call(centre, anna, now=now)
        order.append(ticket.id)
        do("finish", centre, ticket, anna, now=now)
    assert order == [first.id, booked.id, second.id]


# ── the morning after ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_finished_yesterday_holds_neither_counsellor_nor_room(centre, anna):
    beate, tomorrow = a_counsellor(centre, "Beate", rooms=["r1"]), NOW + DAY
    left = an_arrival(centre, TEN)
    do("start", centre, call(centre, anna, now=TEN), anna, now=TEN)
    a_ticket(centre, now=tomorrow), a_ticket(centre, now=tomorrow)
    assert calls.view(centre, anna, now=tomorrow).current is None
    assert call(centre, beate, now=tomorrow).room == "R1"
    assert rows(m.Ticket.state, m.Ticket.ended_at)[0] == ("done", None)
    assert appointments.card(centre, left.appointment_id).state == "done"
    assert rows(*STEPS)[-3:] == [
        ("finish", tomorrow, None, "worker"), ("done", tomorrow, None, "worker"), ("call", tomorrow, beate, "desk"),
    ]  # fmt: skip
    with pytest.raises(NoRoom):
        call(centre, anna, now=tomorrow)


@pytest.mark.parametrize(("steps", "state"), [([], "missed"), (["start"], "done")])
def test_a_walk_in_whom_nobody_finished_yesterday_ends_as_well(centre, anna, steps, state):
    a_ticket(centre)
    ticket = call(centre, anna)
    for step in steps:
        do(step, centre, ticket, anna)
    a_ticket(centre, now=NOW + DAY)
    assert call(centre, anna, now=NOW + DAY).day == TODAY + DAY
    assert rows(m.Ticket.state) == [state, "called"]


def test_an_appointment_that_is_not_as_it_should_be_stops_no_morning(centre, anna):
    left = an_arrival(centre, TEN)
    call(centre, anna, now=TEN)
    change(m.Appointment, left.appointment_id, state="cancelled")
    a_ticket(centre, now=NOW + DAY)
    assert call(centre, anna, now=NOW + DAY).day == TODAY + DAY
    assert (rows(m.Ticket.state), rows(m.Appointment.state)) == (["missed", "called"], ["cancelled"])


# ── the counsellor's page ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_counsellors_page_has_her_ticket_who_is_next_her_day_and_her_rooms(rooms, anna):
    beate = a_counsellor(rooms, "Beate", rooms=[])
    an_appointment(rooms, anna, TEN, room_id=id_of(m.Room, rooms, "r3"))
    an_appointment(rooms, beate, TEN, room_id=id_of(m.Room, rooms, "r2"))
    an_appointment(rooms, anna, TEN + DAY, room_id=id_of(m.Room, rooms, "r2"))
    first, second = a_ticket(rooms), a_ticket(rooms, now=NOW + MINUTE)
    empty = calls.view(rooms, anna, now=NOW)
    assert (empty.current, empty.next_up.id, empty.waiting) == (None, first.id, 2)
    call(rooms, anna, now=NOW + MINUTE)
    seen = calls.view(rooms, anna, now=NOW + MINUTE)
    assert (seen.current.id, seen.current.room, seen.next_up.id, seen.waiting) == (first.id, "R1", second.id, 1)
    assert [(line.starts_at, line.name) for line in seen.day] == [(TEN, None)]
    assert [(room.slug, room.in_use) for room in seen.rooms] == [("r1", True), ("r2", False), ("r3", False)]
    hers = calls.view(rooms, beate, now=NOW + MINUTE)
    assert (hers.current, hers.rooms) == (None, [])


def test_the_page_of_an_empty_day(centre, anna):
    seen = calls.view(centre, anna, now=NOW)
    assert (seen.current, seen.next_up, seen.waiting, seen.day) == (None, None, 0, [])
