"""Two taps after a talk: counted once, by whoever had the talk, and without a trace of the person."""

import pytest

from booking.domain.errors import Invalid, NotFound, WrongState
from booking.services import calls, reports, taps, tickets
from booking.services.taps import Told
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NINE,
    NOW,
    a_booking,
    a_centre,
    a_counsellor,
    a_ticket,
    an_area,
    change,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TOLD = Told("residence", 3, True, "balingen", "ar", False)


def talk(centre, anna, *, now=NOW, finished=True):
    ticket = calls.call_next(centre, anna, by=DESK, now=now)
    calls.start(centre, ticket.id, anna, by=DESK, now=now)
    if finished:
        calls.finish(centre, ticket.id, anna, by=DESK, now=now)
    return ticket


def figures():
    return rows(m.Figure.day, m.Figure.topic, m.Figure.people, m.Figure.first, m.Figure.area, m.Figure.language)


def test_the_last_talk_is_asked_about_once_and_counted_once(centre, anna):
    an_area(centre, "balingen")
    assert taps.asked(centre, anna, now=NOW) is None
    ticket = a_ticket(centre, language="ar")
    talk(centre, anna)
    asked = taps.asked(centre, anna, now=NOW)
    assert (asked.ticket_id, asked.number, asked.likely) == (ticket.id, ticket.number, Told(language="ar"))
    assert (asked.topics, asked.areas) == (
        [("residence", {"de": "residence"})], [("balingen", {"de": "Balingen"})],
    )  # fmt: skip
    assert taps.tell(centre, ticket.id, anna, TOLD, now=NOW)
    assert not taps.tell(centre, ticket.id, anna, Told(), now=NOW)
    assert figures() == [(ticket.day, "residence", 3, True, "balingen", "ar")]
    assert taps.asked(centre, anna, now=NOW) is None
    # nothing leads from the row to the number
    assert not {"ticket_id", "staff_id", "number", "at"} & set(m.Figure.__table__.columns.keys())


@pytest.mark.parametrize("offered", [True, False])
def test_what_was_booked_is_chosen_already_while_the_centre_still_offers_it(centre, anna, offered):
    booked = a_booking(centre, NINE).card
    tickets.check_in(centre, booked.id, by=DESK, now=NINE)
    talk(centre, anna, now=NINE)
    if not offered:
        change(m.Topic, booked.topic_id, offered=False)
    likely = taps.asked(centre, anna, now=NINE).likely
    assert likely == Told("residence" if offered else None, 1, True, None, booked.language, False)


def test_only_her_own_finished_talk_of_today_is_counted(centre, anna):
    bela, other = a_counsellor(centre, "Bela"), a_centre("balingen")
    a_ticket(centre)
    ticket = talk(centre, anna, finished=False)
    refused = [(anna, NOW, TOLD, WrongState), (bela, NOW, TOLD, NotFound)]
    for who, now, told, refusal in refused:
        with pytest.raises(refusal):
            taps.tell(centre, ticket.id, who, told, now=now)
    calls.finish(centre, ticket.id, anna, by=DESK, now=NOW)
    for at, told, refusal in [(NOW + DAY, Told(), WrongState), (NOW, Told("work"), Invalid)]:
        with pytest.raises(refusal):
            taps.tell(centre, ticket.id, anna, told, now=at)
    with pytest.raises(NotFound):
        taps.tell(other, ticket.id, anna, Told(), now=NOW)
    assert (figures(), rows(m.Ticket.tapped)) == ([], [False])


def test_they_are_in_the_lead_s_figures_rounded_and_hidden_below_five(centre, anna):
    for n in range(6):
        ticket = a_ticket(centre)
        talk(centre, anna, now=NOW + n * MINUTE)
        taps.tell(centre, ticket.id, anna, Told("residence", 2, n > 0, language="ar"), now=NOW + n * MINUTE)
    found = reports.report(centre, "2027-03", now=NOW)
    assert (found.taps.talks, found.taps.people, found.taps.topics) == (5, 10, [("residence", 5)])
    assert dict(found.taps.visits) == {"first": 5, "again": None}
    assert (found.topics, found.areas, found.partners) == ({"residence": {"de": "residence"}}, {}, {})
    assert reports.report(centre, "2027-02", now=NOW).taps.talks == 0
