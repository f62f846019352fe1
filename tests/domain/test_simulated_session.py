"""A walk-in period, minute by minute: who is called when, and who is sent home."""

from datetime import UTC, datetime, time, timedelta

from booking.domain.availability import Age, Counsellor
from booking.domain.cover_values import Place
from booking.domain.simulated_demand import Visitor
from booking.domain.simulated_session import Booked, Seen, play
from booking.domain.times import Span

NINE = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERIOD = Span(NINE, NINE + 120 * MINUTE)


def a_counsellor(id_=1, *, carrier=1, programmes=(1,), rooms=(1,)):
    return Counsellor(id_, carrier, True, frozenset(programmes), frozenset({"de"}), rooms, 0)


def a_visitor(*, programme=1, carrier=1, talk=20.0):
    return Visitor(time(9), (programme,), 30, "de", Age(True), programme, carrier, talk)


def an_appointment(minute, *, counsellor=1, room=1, minutes=30, missed=False):
    starts = NINE + minute * MINUTE
    ends = starts + minutes * MINUTE
    return Booked(Place(counsellor, room, starts, ends, ends + 5 * MINUTE), missed)


ANNA = (a_counsellor(),)


def waits(*visitors, staff=ANNA, booked=(), at_work=PERIOD, pooled=True):
    """Visitors are (minute, visitor); answers the minutes waited in the order in which they were called."""
    arrivals = [(NINE + minute * MINUTE, visitor) for minute, visitor in visitors]
    there = {who.id: [at_work] for who in staff}
    return [seen.waited for seen in play(PERIOD, staff, there, booked, arrivals, pooled=pooled)]


def test_walk_ins_are_seen_one_after_the_other():
    assert waits((0, a_visitor()), (0, a_visitor()), (30, a_visitor())) == [0, 20, 10]


def test_two_in_two_rooms_see_two_at_once_and_two_in_one_room_do_not():
    guests = (0, a_visitor()), (0, a_visitor())
    assert waits(*guests, staff=(a_counsellor(1), a_counsellor(2, rooms=(2,)))) == [0, 0]
    assert waits(*guests, staff=(a_counsellor(1), a_counsellor(2))) == [0, 20]


def test_nobody_begins_a_talk_just_before_her_appointment_and_all_wait_until_it_is_over():
    assert waits((0, a_visitor()), booked=[an_appointment(9)]) == [44]
    assert waits((0, a_visitor()), booked=[an_appointment(30)]) == [0]


def test_a_visitor_who_does_not_come_is_waited_for_ten_minutes():
    assert waits((0, a_visitor()), booked=[an_appointment(0, missed=True)]) == [10]


def test_an_appointment_that_began_late_takes_what_is_left_of_it():
    booked = [an_appointment(20, minutes=60)]
    assert waits((0, a_visitor(talk=40.0)), (1, a_visitor()), booked=booked) == [0, 84]


def test_an_appointment_whose_time_is_over_holds_up_nobody():
    booked = [an_appointment(20, minutes=10)]
    assert waits((0, a_visitor(talk=50.0)), (1, a_visitor()), booked=booked) == [0, 49]


def test_who_waits_at_the_end_is_sent_home():
    found = waits((0, a_visitor(talk=119.0)), (5, a_visitor()), (6, a_visitor()))
    assert found == [0, 114, None]
    assert waits((0, a_visitor()), at_work=Span(NINE - 60 * MINUTE, NINE)) == [None]
    assert play(PERIOD, [], {}, [], [(NINE + 300 * MINUTE, a_visitor())], pooled=True) == [Seen(None)]


def test_another_programme_is_seen_by_who_knows_it():
    staff = (a_counsellor(1), a_counsellor(2, programmes=(2,), rooms=(2,)))
    assert waits((0, a_visitor(programme=2)), (0, a_visitor(programme=2)), staff=staff) == [0, 20]


def test_apart_a_visitor_waits_for_her_own_carrier():
    staff = (a_counsellor(1), a_counsellor(2, carrier=2, rooms=(2,)))
    guests = (0, a_visitor(carrier=2)), (0, a_visitor(carrier=2))
    assert waits(*guests, staff=staff, pooled=False) == [0, 20]
    assert waits(*guests, staff=staff) == [0, 0]
