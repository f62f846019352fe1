"""How many statements each verb sends: as many in a centre with six times as much, and no more than it did.

A number that grows with the centre is one statement a row. Raise one here only for a reason that the commit names.
"""

import re
import threading
from contextlib import contextmanager
from datetime import time

import pytest
from sqlalchemy import event

from booking.domain.actors import WEB
from booking.domain.availability import Wish
from booking.domain.rostering import Spell
from booking.services import (
    appointments,
    calls,
    changes,
    cover,
    desk,
    forecasts,
    practice,
    presence,
    roster,
    screens,
    tickets,
    uncover,
)
from booking.store import models as m
from booking.store.db import db
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_programme,
    a_room,
    a_ticket,
    a_topic,
    add,
    an_absence,
    at,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
GERMAN = Wish("residence", "de", None)
TEN = at("2027-03-02 10:00")
SICK_TODAY = Spell(TODAY, TODAY)
# The lock and the marks of a nested transaction differ between the databases and are no questions.
_COUNTED = re.compile(r"\s*(SELECT(?! pg_advisory)|INSERT|UPDATE|DELETE)", re.IGNORECASE)


@contextmanager
def counted():
    """The statements that this thread sends within. (The publisher's thread reads snapshots meanwhile.)"""
    sent, here = [], threading.get_ident()

    def note(_connection, _cursor, statement, *_more):
        if threading.get_ident() == here and _COUNTED.match(statement):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def a_day(slug, size):
    """A centre on its busy Tuesday: `size` of everything that there can be many of. Answers centre and counsellor."""
    centre = a_centre(slug, horizon_days=21, min_reachable=0)
    open_hours(centre, [(3, time(8), time(9))], walk_in=True)
    for n in range(size):
        a_room(centre, f"room{n}"), a_carrier(centre, f"carrier{n}"), a_programme(centre, f"programme{n}")
        a_topic(centre, f"topic{n}", programmes=[f"programme{n}", "mbe"])
        a_closure(centre, TODAY + (30 + n) * DAY)
        add(m.Screen(centre_id=centre, name=f"s{n}", token_hash=f"{slug}{n}", paired_at=NOW))
    first = a_counsellor(centre, "Anna")
    for n in range(size):
        colleague = a_counsellor(centre, f"Colleague{n}", languages=["de", "ar", "tr"])
        an_absence(centre, colleague, NOW + 40 * DAY, NOW + 41 * DAY)
        a_booking(centre, NINE, name=f"Nour {n}", phone=MOBILE, reminders=True)
        a_booking(centre, TEN, name=f"Nour {n}")
        a_ticket(centre, "mbe", "ar")
    return centre, first


# verb → how to call it, and how many statements it may send
VERBS = {
    "topics": (lambda c, _: appointments.topics(c), 1),
    "topics_with_age": (lambda c, _: appointments.topics_with_age(c, now=NOW), 4),
    "topic": (lambda c, _: appointments.topic(c, "residence", now=NOW), 4),
    "offers": (lambda c, _: appointments.offers(c, GERMAN, now=NOW), 16),
    "book": (lambda c, _: a_booking(c, NINE + DAY, name="Nour", phone=MOBILE, reminders=True), 28),
    "of_day": (lambda c, _: appointments.of_day(c, now=NOW), 2),
    "take": (lambda c, _: a_ticket(c, "mbe"), 10),
    "calls.view": (lambda c, anna: calls.view(c, anna, now=NOW), 10),
    "call_next": (lambda c, anna: calls.call_next(c, anna, by=DESK, now=NOW), 15),  # alarm, here
    "desk.view": (lambda c, _: desk.view(c, now=NOW), 22),
    "desk.choices": (lambda c, _: desk.choices(c, now=NOW), 3),
    "snapshot": (lambda c, _: screens.snapshot(c, now=NOW), 9),  # with everybody's place and the last forecast
    "forecasts.refresh": (lambda c, _: forecasts.refresh(c, now=NOW), 24),
    "screens": (lambda c, _: screens.screens(c), 1),
    "cast": (lambda c, _: practice.cast(c), 1),
    "next_morning": (lambda c, _: practice.next_morning(c, NOW), 3),
    "presence.view": (
        lambda c, _: presence.view(c, None, 28, role="lead", carrier_id=None, now=NOW),
        49,
    ),  # with what is proposed
    "today_strip": (lambda c, _: presence.today_strip(c, now=NOW), 12),
    "report_absence": (
        lambda c, anna: roster.report_absence(c, [anna], "sick", SICK_TODAY, carrier_id=None, by=DESK, now=NOW),
        59,  # what is proposed before and after
    ),
    "open_days": (lambda c, _: practice.open_days(c, NOW, 30), 3),
}


def statements(verb, *values):
    with counted() as sent:
        verb(*values)
    return len(sent)


def test_a_large_centre_takes_as_many_statements_as_a_small_one():
    small, large = a_day("ludwigsburg", 1), a_day("balingen", 6)
    found = {name: (statements(verb, *small), statements(verb, *large)) for name, (verb, _) in VERBS.items()}
    assert {name: both for name, both in found.items() if both[0] != both[1]} == {}
    assert {name: both for name, both in found.items() if both[0] > VERBS[name][1]} == {}


def settled(slug, size):
    """Statements of a plan for so many appointments, half of which are told a new time, and of taking it back."""
    centre = a_centre(slug, horizon_days=21, min_reachable=0)
    a_carrier(centre, "awo"), a_room(centre, "r2")
    anna = a_counsellor(centre, "Anna", rooms=["r1"])
    a_counsellor(centre, "Berta", carrier="awo", rooms=["r2"], shifts=[(2, time(9), time(12))])
    for n in range(size):
        for day in (0, 1):
            a_booking(centre, NINE + day * DAY + n * 45 * MINUTE, phone=MOBILE, reminders=True,
                      wish=GERMAN._replace(counsellor_id=anna))  # fmt: skip
    an_absence(centre, anna, NOW, NOW + 3 * DAY)
    plan = cover.propose(centre, now=NOW)[0]
    assert sorted(line.action for line in plan.lines) == ["colleague"] * size + ["offer"] * size
    lines = [cover.Accepted(x.talk_id, x.action, x.chain, x.after, x.because) for x in plan.lines]
    with counted() as applied:
        made = cover.apply(centre, plan.fingerprint, lines, cause="absent", by=DESK, now=NOW)
    return len(applied), statements(lambda: uncover.undo(centre, made, by=DESK, now=NOW + MINUTE))


def test_a_plan_of_many_lines_takes_few_statements_for_each():
    """Of a line: its claims, its row, the hold of its old place; for another carrier's colleague a grant, looked up and
    written; for a new time its hold, and whose its claims are then. Taken back: its row, and the grant."""
    (applied, undone), (applied_more, undone_more) = settled("ludwigsburg", 1), settled("balingen", 4)
    assert applied_more - applied <= 3 * (5 + 5)
    assert undone_more - undone <= 3 * (2 + 1)
    assert (applied <= 50, undone <= 18) == (True, True)


def test_what_is_done_with_one_appointment_takes_no_more_than_it_did():
    centre, anna = a_day("ludwigsburg", 3)
    start, due = TEN + 60 * MINUTE, TEN + 75 * MINUTE
    details = {"name": "Sami", "phone": MOBILE, "reminders": True, "key": "once"}
    booked = a_booking(centre, start, **details)
    card, other = booked.card, rows(m.Appointment.id)[0]
    ticket = []
    verbs = {
        "book again": (lambda: a_booking(centre, start, **details), 2),
        "look_at": (lambda: appointments.look_at(booked.link), 1),
        "find_by_code": (lambda: appointments.find_by_code(centre, card.code, "6789"), 1),
        "person": (lambda: appointments.person(centre, card.id, staff_id=anna, carrier_id=None, now=NOW), 3),
        "new_times": (lambda: changes.new_times(centre, card.id, None, now=NOW), 16),
        "move": (lambda: changes.move(centre, card.id, due, None, by=WEB, now=NOW), 31),
        "cancel": (lambda: changes.cancel(centre, other, by=WEB, now=NOW), 13),
        "check_in": (lambda: tickets.check_in(centre, card.id, by=DESK, now=NOW), 11),
        # with the roster of the day, because a colleague's appointment is near
        "call_next": (lambda: ticket.append(calls.call_next(centre, anna, by=DESK, now=due).id), 23),
        "recall": (lambda: calls.recall(centre, *ticket, anna, by=DESK, now=due), 5),
        "start": (lambda: calls.start(centre, *ticket, anna, by=DESK, now=due), 5),
        "finish": (lambda: calls.finish(centre, *ticket, anna, by=DESK, now=due), 8),
        # one row in the access log for each name, also of the coming days
        "search": (lambda: desk.search(centre, "nour", staff_id=anna, carrier_id=None, now=NOW), 3 + 5),
    }
    found = {name: statements(verb) for name, (verb, _) in verbs.items()}
    assert {name: number for name, number in found.items() if number > verbs[name][1]} == {}
