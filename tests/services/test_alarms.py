"""The crisis key: one alarm at a time, heard by staff alone, and a quiet room that is kept free meanwhile."""

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import NoRoom, WrongState
from booking.services import alarms, calls, screens, tickets
from booking.store import models as m
from tests.people import (
    DESK,
    MINUTE,
    NOW,
    SECRET,
    a_centre,
    a_counsellor,
    a_receptionist,
    a_room,
    a_ticket,
    add,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def centre():
    """Two rooms, of which the second is quiet, and Anna, who may use that one alone."""
    centre = a_centre()
    a_room(centre, "still", quiet=True)
    a_counsellor(centre, "Anna", rooms=["still"]), a_counsellor(centre, "Cem", rooms=["r1"])
    return centre


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


def staff_id(name):
    return dict(rows(m.Staff.name, m.Staff.id))[name]


def test_an_alarm_says_who_and_when_and_keeps_the_quiet_room(centre, rezan, heard):
    alarms.ring(centre, by=rezan, now=NOW)
    alarm = alarms.current(centre)
    assert (alarm.raised_by, alarm.raised_at, alarm.room, alarm.place) == ("Rezan", NOW, "STILL", None)
    assert [announced for announced, _steps in heard] == [{centre: {"desk"}}], "staff alone hear of it"
    assert alarms.current(a_centre("balingen")) is None


def test_pressed_twice_it_is_one_alarm_and_another_one_cannot_be_written(centre, rezan):
    for later in range(2):
        alarms.ring(centre, by=rezan, now=NOW + later * MINUTE)
    assert rows(m.Alarm.raised_at) == [NOW]
    with pytest.raises(IntegrityError):
        add(m.Alarm(centre_id=centre, raised_at=NOW, raised_by=rezan))


def test_nobody_is_called_to_the_quiet_room_until_it_is_over(centre, rezan):
    anna = staff_id("Anna")
    a_ticket(centre)
    alarms.ring(centre, by=rezan, now=NOW)
    assert [room.is_reserved for room in calls.view(centre, anna, now=NOW).rooms] == [True]
    with pytest.raises(NoRoom) as refused:
        calls.call_next(centre, anna, by=DESK, now=NOW)
    assert refused.value.room is None
    calls.call_next(centre, staff_id("Cem"), by=DESK, now=NOW)
    a_ticket(centre)
    alarms.release(centre, alarms.current(centre).id, by=anna, now=NOW)
    assert calls.call_next(centre, anna, by=DESK, now=NOW).room == "STILL"


def test_a_crisis_is_called_to_the_room_that_is_kept_for_it(centre, rezan):
    alarms.ring(centre, by=rezan, now=NOW)
    tickets.take(
        centre, language=None, programme=None, kind="crisis", key="k" * 20, secret=SECRET, by=DESK, now=NOW
    )  # fmt: skip
    assert calls.call_next(centre, staff_id("Anna"), by=DESK, now=NOW).room == "STILL"


def test_who_rings_in_a_talk_is_helped_there_and_a_free_quiet_room_is_preferred(centre):
    anna = staff_id("Anna")
    second = a_room(centre, "still-2", quiet=True)
    a_ticket(centre)
    calls.call_next(centre, anna, by=DESK, now=NOW)
    alarms.ring(centre, by=anna, now=NOW)
    alarm = alarms.current(centre)
    assert (alarm.place, alarm.room_id) == ("STILL", second)


def test_if_all_quiet_rooms_are_in_use_the_first_is_kept_and_without_one_none(centre, rezan):
    a_ticket(centre)
    calls.call_next(centre, staff_id("Anna"), by=DESK, now=NOW)
    alarms.ring(centre, by=rezan, now=NOW)
    assert alarms.current(centre).room_id == id_of(m.Room, centre, "still")
    other = a_centre("balingen")
    alarms.ring(other, by=a_receptionist(other, "Sara"), now=NOW)
    assert alarms.current(other).room is None


def test_one_colleague_comes_and_what_is_over_is_over(centre, rezan, heard):
    anna, cem = staff_id("Anna"), staff_id("Cem")
    alarms.ring(centre, by=rezan, now=NOW)
    id_ = alarms.current(centre).id
    alarms.acknowledge(centre, id_, by=anna, now=NOW + MINUTE)
    assert alarms.current(centre)[-2:] == (NOW + MINUTE, "Anna")
    with pytest.raises(WrongState):
        alarms.acknowledge(centre, id_, by=cem, now=NOW + MINUTE)
    alarms.release(centre, id_, by=cem, now=NOW + 2 * MINUTE)
    assert alarms.current(centre) is None
    for late in (alarms.acknowledge, alarms.release):
        with pytest.raises(WrongState):
            late(centre, id_, by=anna, now=NOW + 3 * MINUTE)
    assert len(heard) == 3
    assert rows(m.Alarm.released_by, m.Alarm.acknowledged_by) == [(cem, anna)]


def test_an_alarm_is_on_no_public_board(centre, rezan):
    before = screens.snapshot(centre, now=NOW)
    alarms.ring(centre, by=rezan, now=NOW)
    assert screens.snapshot(centre, now=NOW) == before
