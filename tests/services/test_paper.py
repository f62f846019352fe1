"""Numbers for when the server is away: nobody else's, entered in order and once, void at night."""

from datetime import time

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import Invalid, WrongState
from booking.services import closing, desk, paper
from booking.services.paper import Written
from booking.store import models as m
from tests.people import DAY, DESK, NOW, TODAY, a_receptionist, a_ticket, add, at, rows

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


@pytest.fixture
def numbers(centre, rezan):
    """The ids of ten numbers of this desk."""
    paper.reserve(centre, rezan, now=NOW)
    return [line.id for line in paper.block(centre, rezan, now=NOW)]


def written(ids, *times):
    return {id_: Written(when, "ar") for id_, when in zip(ids, times, strict=False) if when}


def test_ten_are_set_aside_which_nobody_else_is_given(centre, rezan, numbers):
    mine = {line.number for line in paper.block(centre, rezan, now=NOW)}
    assert len(mine) == 10
    assert a_ticket(centre).number not in mine
    sara = a_receptionist(centre, "Sara")
    assert paper.block(centre, sara, now=NOW) == [], "each desk has its own"
    paper.reserve(centre, sara, now=NOW)
    assert mine.isdisjoint(line.number for line in paper.block(centre, sara, now=NOW))
    paper.reserve(centre, rezan, now=NOW)
    assert len(rows(m.PaperNumber.id)) == 20, "ten free ones are enough"
    assert paper.block(centre, rezan, now=NOW + DAY) == []


def test_what_was_written_waits_from_its_time_and_before_who_came_later(centre, rezan, numbers):
    later = a_ticket(centre, now=at("2027-03-02 09:50"))
    assert paper.enter(centre, rezan, written(numbers, time(9, 30), None, time(9, 40)), by=DESK, now=TEN) == 2
    shown = desk.view(centre, now=TEN).queue
    assert [line.taken_at for line in shown[:2]] == [at("2027-03-02 09:30"), at("2027-03-02 09:40")]
    assert (shown[2].id, shown[0].language, shown[0].since) == (later.id, "ar", at("2027-03-02 09:30"))
    first = paper.block(centre, rezan, now=TEN)[0]
    assert (first.is_free, first.number) == (False, shown[0].number)
    paper.reserve(centre, rezan, now=TEN)
    assert sum(line.is_free for line in paper.block(centre, rezan, now=TEN)) == 10


def test_a_number_is_entered_once(centre, rezan, numbers):
    paper.enter(centre, rezan, written(numbers, time(9, 30)), by=DESK, now=TEN)
    with pytest.raises(WrongState):
        paper.enter(centre, rezan, written(numbers, time(9, 30)), by=DESK, now=TEN)
    with pytest.raises(WrongState):
        paper.enter(centre, a_receptionist(centre, "Sara"), written(numbers[1:], time(9, 30)), by=DESK, now=TEN)
    ticket = rows(m.Ticket.id)[0]
    with pytest.raises(IntegrityError):
        add(m.PaperNumber(centre_id=centre, day=TODAY, number=1, staff_id=rezan, reserved_at=NOW, ticket_id=ticket))


@pytest.mark.parametrize(
    ("times", "reason"),
    [((time(9, 40), time(9, 30)), "paper-order"), ((time(9, 40), time(10, 1)), "paper-later")],
)
def test_times_grow_with_the_numbers_and_are_over(centre, rezan, numbers, times, reason):
    with pytest.raises(Invalid) as refused:
        paper.enter(centre, rezan, written(numbers, *times), by=DESK, now=TEN)
    assert refused.value.reason == reason
    assert rows(m.Ticket.id) == []


def test_a_gap_that_is_filled_later_keeps_the_order(centre, rezan, numbers):
    paper.enter(centre, rezan, written(numbers, time(9, 30), None, time(9, 40)), by=DESK, now=TEN)
    with pytest.raises(Invalid):
        paper.enter(centre, rezan, written(numbers[1:], time(9, 45)), by=DESK, now=TEN)
    assert paper.enter(centre, rezan, written(numbers[1:], time(9, 35)), by=DESK, now=TEN) == 1


def test_at_night_what_is_left_is_void(centre, rezan, numbers):
    paper.enter(centre, rezan, written(numbers, time(9, 30)), by=DESK, now=TEN)
    closing.nightly(now=TEN)
    assert len(paper.block(centre, rezan, now=TEN)) == 10
    closing.nightly(now=TEN + DAY)
    assert rows(m.PaperNumber.void_at) == [None] + [TEN + DAY] * 9
    assert len(paper.block(centre, rezan, now=TEN)) == 1
