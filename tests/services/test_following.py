"""The phone that follows: opened by its whole address alone, on its own day alone, and told no person."""

import pytest

from booking.domain.errors import NotFound
from booking.services import calls, following, forecasts, tickets
from booking.store import models as m
from tests.people import DAY, DESK, MINUTE, SECRET, a_booking, a_centre, a_counsellor, a_ticket, at, rows

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


@pytest.fixture
def centre():
    return a_centre()


@pytest.fixture
def anna(centre):
    return a_counsellor(centre, "Anna")


def token(ticket):
    return following.token(ticket.tag, secret=SECRET)


def look(ticket, now=TEN, *, secret=SECRET):
    return following.look(token(ticket), secret=secret, now=now)


def test_who_waits_sees_her_place_and_the_minutes(centre, anna):
    a_counsellor(centre, "Bela")
    first, _, third = (a_ticket(centre, now=TEN + n * MINUTE / 10) for n in range(3))
    assert (look(first).before, look(third).before, look(third).minutes) == (0, 2, None)
    forecasts.refresh(centre, now=TEN)
    low, high = look(third).minutes
    assert 0 < low <= high
    assert not look(third).alone
    calls.call_next(centre, anna, by=DESK, now=TEN)
    assert look(third).before == 1
    called = look(first)
    assert (called.state, called.room, called.before, called.minutes) == ("called", "R1", None, None)


def test_a_checked_in_appointment_is_followed_in_the_same_way(centre, anna):
    booked = a_booking(centre, TEN + 60 * MINUTE, name="Nour").card
    ticket = tickets.check_in(centre, booked.id, by=DESK, now=TEN).ticket
    seen = look(ticket)
    assert (seen.before, seen.language) == (0, "de")
    assert "Nour" not in str(seen)


def test_with_one_counsellor_here_it_says_so(centre, anna):
    ticket = a_ticket(centre)
    forecasts.refresh(centre, now=TEN)
    assert look(ticket).alone


def test_an_address_ends_with_the_day(centre):
    ticket = a_ticket(centre, now=TEN)
    look(ticket, at("2027-03-02 23:59"))
    with pytest.raises(NotFound):
        look(ticket, at("2027-03-03 00:00"))
    with pytest.raises(NotFound):
        following.centre_of(token(ticket), secret=SECRET, now=TEN + DAY)


def test_what_the_database_knows_opens_nothing(centre):
    ticket, other = a_ticket(centre), a_ticket(centre)
    stored = str(rows(m.Ticket.id, m.Ticket.tag, m.Ticket.number))
    assert token(ticket) not in stored
    with pytest.raises(NotFound):
        look(ticket, secret=SECRET[::-1])
    whole = token(ticket)
    for wrong in ("", ticket.tag, whole[:-1], whole + "x", other.tag + whole[11:], "ä" * 33):
        with pytest.raises(NotFound):
            following.look(wrong, secret=SECRET, now=TEN)
    gone = following.token("A" * 11, secret=SECRET)
    with pytest.raises(NotFound):
        following.look(gone, secret=SECRET, now=TEN)


def test_the_address_is_the_same_when_the_slip_is_printed_again(centre):
    ticket = a_ticket(centre)
    again = tickets.ticket(centre, ticket.id)
    assert token(again) == token(ticket)
    assert len(token(again)) == 33
    assert following.picture(token(again)).startswith("data:image/svg+xml")
    assert following.centre_of(token(again), secret=SECRET, now=TEN) == centre


def test_the_voice_is_chosen_and_given_up_by_whoever_holds_the_number(centre):
    ticket = a_ticket(centre)
    assert look(ticket).voice is None
    for voice in ("ar", None):
        following.choose_voice(token(ticket), voice, secret=SECRET, now=TEN)
        assert look(ticket).voice == voice
