"""Sites, group rooms and interpreters, from their rows to the claims."""

import pytest

from booking.domain.availability import Wish
from booking.domain.errors import SlotTaken
from booking.services import appointments
from booking.store import models as m
from tests.people import (
    DAY,
    MINUTE,
    MORNINGS,
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_centre,
    a_counsellor,
    a_room,
    a_site,
    add,
    an_interpreter,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


def days_offered(centre):
    starts = appointments.offers(centre, Wish("residence", "de", None), now=NOW).starts
    return sorted({start.date() for start in starts})


def test_a_room_is_there_as_long_as_its_site(centre):
    change(m.Room, id_of(m.Room, centre, "r1"), site_id=a_site(centre, last_day=TODAY + DAY))
    assert days_offered(centre) == [TODAY, TODAY + DAY]


def test_a_room_of_an_outreach_is_not_in_the_house(centre):
    change(m.Room, id_of(m.Room, centre, "r1"), site_id=a_site(centre, outreach=True))
    assert days_offered(centre) == []


def test_a_group_room_holds_as_many_talks_as_it_says_wherever_their_places_are():
    """The third begins while the first is held and ends while the second is: no place is free all the time."""
    centre = a_centre(min_reachable=0, start_every_minutes=5)
    change(m.Room, id_of(m.Room, centre, "r1"), kind="group", talks=2)
    for name in ("Anna", "Beate", "Cem", "Dilan"):
        a_counsellor(centre, name)
    for start in (NINE, NINE + 35 * MINUTE, NINE + 15 * MINUTE, NINE + 50 * MINUTE):
        a_booking(centre, start)
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE + 20 * MINUTE)
    assert {key for key in rows(m.Claim.resource) if key[0] == "r"} == {"r1.0", "r1.1"}


def test_an_interpreter_is_booked_along_and_only_once_at_a_time():
    centre = a_centre(min_reachable=0)
    a_room(centre, "r2"), a_counsellor(centre, "Anna"), a_counsellor(centre, "Beate")
    nour = an_interpreter(centre, "Nour", ["ar"])
    first = a_booking(centre, NINE, language="ar").card
    assert rows(m.Appointment.interpreter, m.Appointment.interpreter_id) == [(True, nour)]
    assert first.ends_at == NINE + 45 * MINUTE
    assert [key for key in rows(m.Claim.resource) if key == f"i{nour}"] == [f"i{nour}"] * 10
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE, language="ar")
    assert a_booking(centre, NINE + 60 * MINUTE, language="ar").card.interpreter


def test_an_interpreter_who_is_claimed_elsewhere_is_refused_by_the_claim_alone():
    centre = a_centre(min_reachable=0)
    a_counsellor(centre), an_interpreter(centre, "Nour", ["ar"])
    other = a_booking(centre, NINE + DAY).card
    add(m.Claim(resource="i1", step=int(NINE.timestamp()) // 300 + 1, centre_id=centre, appointment_id=other.id))
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE, language="ar")


def test_an_interpreter_needs_her_lead_time_and_her_terms(centre):
    an_interpreter(centre, "Nour", ["ar"], lead_minutes=25 * 60 + 30, last_day=TODAY + 2 * DAY, hours=MORNINGS[2:])
    starts = appointments.offers(centre, Wish("residence", "ar", None), now=NOW).starts
    assert (starts[0], starts[-1]) == (NINE + 60 * MINUTE, NINE + DAY + 120 * MINUTE)
