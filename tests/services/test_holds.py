"""A chosen time is kept while the form is filled; over when its time has come, whoever looks."""

from datetime import timedelta

import pytest

from booking.domain.availability import Wish
from booking.domain.errors import NotFound, SlotTaken, TooLate
from booking.services import appointments, changes, holds
from booking.store import models as m
from tests.people import (
    DAY,
    MINUTE,
    NINE,
    NOW,
    WEB,
    a_booking,
    a_carrier,
    a_counsellor,
    a_room,
    a_topic,
    an_absence,
    change,
    id_of,
    rows,
    written,
)

GERMAN = Wish("residence", "de", None)
pytestmark = pytest.mark.usefixtures("inside")


def a_hold(centre, start=NINE, *, device="phone", now=NOW, wish=GERMAN):
    return holds.take(centre, wish, start, device=device, now=now)


def offered(centre, now=NOW):
    return appointments.offers(centre, GERMAN, now=now).starts


def booked(centre, held, *, now=NOW, start=None, **values):
    return a_booking(centre, start or held.starts_at, hold=held.token, now=now, **values).card


def test_what_is_held_is_offered_to_nobody_else_until_it_is_over(centre, anna):
    held = a_hold(centre)
    assert held.expires_at == NOW + 10 * MINUTE
    assert (held.carrier, held.ends_at, held.topic) == ("caritas", NINE + 30 * MINUTE, "residence")
    assert NINE not in offered(centre, NOW + 9 * MINUTE)
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE, now=NOW + 9 * MINUTE)
    assert NINE in offered(centre, NOW + 10 * MINUTE)
    assert a_booking(centre, NINE, now=NOW + 10 * MINUTE).card.counsellor_id == anna
    assert rows(m.Claim.hold_id) == [None] * 14


def test_who_holds_it_books_it_and_nothing_is_held_any_more(centre):
    held = a_hold(centre)
    card = booked(centre, held, now=NOW + 5 * MINUTE)
    assert (card.starts_at, card.because["rule"]) == (NINE, "only")
    assert (rows(m.Claim.hold_id), holds.look(centre, held.token).expires_at) == ([None] * 14, NOW + 5 * MINUTE)


def test_the_lead_time_was_kept_when_it_was_chosen(centre):
    start = NOW + 60 * MINUTE
    held = a_hold(centre, start)
    assert booked(centre, held, now=NOW + 9 * MINUTE).starts_at == start
    late = a_hold(centre, start + 45 * MINUTE, now=NOW + 45 * MINUTE)
    with pytest.raises(SlotTaken):
        booked(centre, late, now=NOW + 60 * MINUTE)


def test_without_a_lead_time_a_start_that_is_past_is_booked_no_more(centre):
    change(m.Centre, centre, lead_minutes=0)
    held = a_hold(centre, NINE, now=NINE - MINUTE)
    with pytest.raises(SlotTaken):
        booked(centre, held, now=NINE + MINUTE)


def test_when_it_is_over_the_place_is_taken_all_the_same_while_it_is_free(centre):
    held, lost = a_hold(centre), a_hold(centre, NINE + 45 * MINUTE)
    a_booking(centre, NINE + 45 * MINUTE, now=NOW + 11 * MINUTE)
    assert booked(centre, held, now=NOW + 30 * MINUTE).starts_at == NINE
    with pytest.raises(SlotTaken) as refused:
        booked(centre, lost, now=NOW + 30 * MINUTE)
    assert NINE + 90 * MINUTE in refused.value.near


def test_the_place_is_held_with_the_counsellor_who_was_chosen(centre, anna):
    """Meanwhile Anna has more to do than Beate, who would come first now."""
    a_room(centre, "r2")
    held = a_hold(centre)
    a_counsellor(centre, "Beate")
    for day in (1, 2):
        a_booking(centre, NINE + day * DAY, wish=GERMAN._replace(counsellor_id=anna))
    card = booked(centre, held, now=NOW + MINUTE)
    assert (card.counsellor_id, card.because) == (anna, {"rule": "only", "among": 1, "share": 0})


def test_the_carrier_stays_the_one_whose_notice_was_read(centre, anna):
    a_room(centre, "r2"), a_carrier(centre, "awo")
    held = a_hold(centre)
    a_counsellor(centre, "Cem", carrier="awo")
    an_absence(centre, anna, NINE - DAY, NINE + DAY)
    with pytest.raises(SlotTaken) as refused:
        booked(centre, held)
    assert refused.value.near[0] == NINE + DAY
    beate = a_counsellor(centre, "Beate")
    assert booked(centre, held).counsellor_id == beate


def test_a_hold_of_another_start_topic_or_centre_counts_for_nothing(centre):
    held = a_hold(centre)
    card = booked(centre, held, start=NINE + DAY)
    assert card.starts_at == NINE + DAY
    assert holds.look(centre, held.token).expires_at == NOW + 10 * MINUTE
    assert a_booking(centre, NINE + 2 * DAY, hold="unknown").card
    for verb in (holds.look, lambda c, t: holds.extend(c, t, now=NOW), lambda c, t: holds.drop(c, t, now=NOW)):
        with pytest.raises(NotFound):
            verb(centre + 1, held.token)


def test_it_is_extended_for_half_an_hour_in_all(centre):
    held = a_hold(centre)
    passed = [holds.extend(centre, held.token, now=NOW + n * MINUTE).expires_at - NOW for n in (9, 18, 27)]
    assert passed == [timedelta(minutes=n) for n in (19, 28, 30)]
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE, now=NOW + 29 * MINUTE)
    with pytest.raises(TooLate) as refused:
        holds.extend(centre, held.token, now=NOW + 30 * MINUTE)
    assert refused.value.until == NOW + 30 * MINUTE


def test_it_can_be_given_back_more_than_once(centre):
    held = a_hold(centre)
    for _ in range(2):
        holds.drop(centre, held.token, now=NOW + MINUTE)
    assert (NINE in offered(centre, NOW + MINUTE), rows(m.Claim.step)) == (True, [])
    assert holds.look(centre, held.token).expires_at == NOW + MINUTE


def test_who_goes_back_finds_her_own_time_and_may_choose_it_once_more(centre, anna):
    first = a_hold(centre)
    assert NINE in appointments.offers(centre, GERMAN, device="phone", now=NOW + MINUTE).starts
    assert NINE not in appointments.offers(centre, GERMAN, device="other", now=NOW + MINUTE).starts
    again = a_hold(centre, now=NOW + MINUTE)
    assert again.token != first.token
    assert holds.look(centre, first.token).expires_at == NOW + MINUTE
    assert booked(centre, again, now=NOW + 2 * MINUTE).counsellor_id == anna


def test_choosing_another_time_gives_the_first_back_even_where_they_overlap(centre):
    a_hold(centre)
    assert a_hold(centre, NINE + 15 * MINUTE, now=NOW + MINUTE).starts_at == NINE + 15 * MINUTE
    assert NINE + 45 * MINUTE not in offered(centre, NOW + MINUTE)  # the buffer after it
    assert len(set(rows(m.Claim.hold_id))) == 1


def test_a_device_has_two_and_the_third_gives_the_oldest_back(centre):
    starts = [NINE + n * 45 * MINUTE for n in range(3)]
    for n, start in enumerate(starts):
        a_topic(centre, f"topic{n}")
        a_hold(centre, start, now=NOW + n * MINUTE, wish=Wish(f"topic{n}", "de", None))
    a_hold(centre, NINE + DAY, device="other", now=NOW + 3 * MINUTE)
    free = offered(centre, NOW + 3 * MINUTE)
    assert [start in free for start in (*starts, NINE + DAY)] == [True, False, False, False]


def test_a_refused_hold_changes_nothing(centre):
    a_hold(centre), a_hold(centre, NINE + DAY)
    before = written(), rows(m.Hold.expires_at)
    with pytest.raises(SlotTaken):
        a_hold(centre, NINE + 5 * MINUTE, now=NOW + MINUTE)
    assert (written(), rows(m.Hold.expires_at)) == before


def test_what_is_held_is_no_place_to_move_to_and_counts_for_nobodys_share(centre):
    card = a_booking(centre, NINE + DAY).card
    a_hold(centre)
    assert NINE not in changes.new_times(centre, card.id, None, now=NOW).starts
    assert changes.move(centre, card.id, NINE + 45 * MINUTE, None, by=WEB, now=NOW).because["share"] == 0


def test_a_held_interpreter_room_and_counsellor_are_all_claimed(centre, anna):
    room = id_of(m.Room, centre, "r1")
    held = a_hold(centre)
    assert {row[0] for row in rows(m.Claim.resource, m.Claim.expires_at)} == {f"c{anna}", f"r{room}.0"}
    assert set(rows(m.Claim.expires_at)) == {held.expires_at}
    change(m.Staff, anna, duty=False)
    assert booked(centre, held).room_id == room
