"""What belongs to one centre is neither found nor changed in another's name, on both databases."""

from datetime import timedelta

import pytest

from booking.services.tickets import check_in
from booking.store import appointments, roster, tickets, visitors
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.people import (
    DESK,
    MOBILE,
    NOW,
    TODAY,
    a_booking,
    a_centre,
    a_counsellor,
    at,
    rows,
    written,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


@pytest.fixture
def both():
    """Two centres, and an appointment with a visitor and a ticket in the first."""
    here, there = a_centre(), a_centre("balingen")
    a_counsellor(here, "Anna")
    card = a_booking(here, TEN, name="Nour", phone=MOBILE).card
    return here, there, card.id, check_in(here, card.id, by=DESK, now=NOW).ticket.id


READS = {
    "visitor": lambda session, centre, card, ticket: visitors.visitor(session, centre, card),
    "surrogates": lambda session, centre, card, ticket: visitors.surrogates(session, centre, [card]),
    "of_appointment": lambda session, centre, card, ticket: tickets.of_appointment(session, centre, card),
    "booked": lambda session, centre, card, ticket: tickets.booked(session, centre, ticket),
    "rooms_of": lambda session, centre, card, ticket: roster.rooms_of(session, centre, 1, TODAY),
}
WRITES = {
    "release": lambda session, centre, card, ticket: appointments.release(session, centre, card),
    "change": lambda session, centre, card, ticket: appointments.change(session, centre, card, "arrived", "done"),
    "postpone_erasure": lambda session, centre, card, ticket: visitors.postpone_erasure(
        session, centre, card, TODAY + timedelta(days=99)
    ),
    "tickets.change": lambda session, centre, card, ticket: tickets.change(
        session, centre, ticket, "waiting", "missed"
    ),
}


def known():
    """All that these writes could change."""
    columns = rows(m.Appointment.state), rows(m.Visitor.erase_on), rows(m.Ticket.state)
    return written(), *columns


@pytest.mark.parametrize("name", READS)
def test_a_row_is_found_in_its_own_centre_only(both, name):
    here, there, *ids = both
    with reading() as session:
        assert READS[name](session, here, *ids)
        assert not READS[name](session, there, *ids)


@pytest.mark.parametrize("name", WRITES)
def test_a_row_is_changed_in_its_own_centre_only(both, name):
    here, there, *ids = both
    before = known()
    with transaction(there) as session:
        assert not WRITES[name](session, there, *ids)
    assert known() == before
    with transaction(here) as session:
        WRITES[name](session, here, *ids)
    assert known() != before
