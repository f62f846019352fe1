"""Double counselling without a shared file: a hint for staff, only where everybody agreed, and never for strangers."""

import pytest

from booking.services import changes, matching, retention
from booking.services.appointments import Card
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    SECRET,
    a_booking,
    a_carrier,
    a_centre,
    a_counsellor,
    a_room,
    change,
    ids,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def centre():
    """Anna of the Caritas and Cem of the AWO, an office each."""
    found = a_centre()
    a_carrier(found, "awo"), a_room(found, "r2")
    a_counsellor(found, "Anna", rooms=["r1"]), a_counsellor(found, "Cem", carrier="awo", rooms=["r2"])
    return found


def booked(centre, minutes, **contact) -> Card:
    return a_booking(centre, NINE + minutes * MINUTE, **{"phone": MOBILE, "match": True, **contact}).card


def others(centre, card):
    return matching.others(centre, card.id, now=NOW)


def test_whoever_agreed_is_found_at_any_carrier_with_the_day_and_nothing_else(centre):
    one, other = booked(centre, 0), booked(centre, 0, phone="+49 (0)151 23456789", name="Sami")
    assert one.carrier_id != other.carrier_id
    third = booked(centre, 60)
    assert others(centre, one) == [NINE, NINE + 60 * MINUTE]
    assert others(centre, third) == [NINE, NINE]


@pytest.mark.parametrize("without", [{"match": False}, {"phone": "0151 99999999"}, {"phone": "", "name": "Sami"}])
def test_without_consent_number_or_the_same_number_nothing_is_found(centre, without):
    one, other = booked(centre, 0), booked(centre, 60, **without)
    assert others(centre, one) == others(centre, other) == []


def test_only_open_appointments_of_the_same_centre_are_found(centre):
    one, gone = booked(centre, 0), booked(centre, 60)
    changes.cancel(centre, gone.id, by=DESK, now=NOW)
    there = a_centre("balingen")
    a_counsellor(there)
    booked(there, 0)
    assert others(centre, one) == []
    assert matching.others(centre, one.id, now=NOW + 2 * DAY) == []
    assert matching.others(there, one.id, now=NOW) == []


def test_what_is_confidential_is_never_matched(centre):
    (programme,), _ = ids(m.Programme, centre), [change(m.Room, room, quiet=True) for room in ids(m.Room, centre)]
    change(m.Programme, programme, confidential=True)
    one = booked(centre, 0)
    booked(centre, 60)
    assert others(centre, one) == []
    assert set(rows(m.Visitor.phone_key)) == {None}


def test_the_key_is_no_number_and_goes_with_the_visitor(centre):
    one = booked(centre, 0)
    (key,) = rows(m.Visitor.phone_key)
    assert len(key) == 64
    assert "23456789" not in key
    assert rows(m.Visitor.match_agreed) == [NOW]
    retention.erase(one.code, now=NOW, by=DESK)
    assert rows(m.Visitor.phone_key) == []


def test_typing_a_number_blocks_and_changes_nothing(centre):
    """Families share a telephone: each of them books as if there were no other."""
    before = booked(centre, 0)
    assert booked(centre, 0).starts_at == before.starts_at
    assert SECRET not in str(rows(m.Visitor.phone_key))
