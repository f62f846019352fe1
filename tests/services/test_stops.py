"""Closing the queue before its time: told before the number is given, said on every screen, undone with one press."""

from datetime import time

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import QueueStopped
from booking.services import forecasts, screens, stops, tickets
from booking.store import models as m
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    NOW,
    SECRET,
    TODAY,
    a_bare_centre,
    a_booking,
    a_centre,
    a_receptionist,
    a_ticket,
    add,
    at,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN, ELEVEN = at("2027-03-02 10:00"), at("2027-03-02 11:00")


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


def take(centre, kind, **more):
    return tickets.take(
        centre, language=None, programme=None, kind=kind, key=f"a key for {kind} {more}", secret=SECRET, by=DESK,
        now=NOW, **more,
    ).ticket  # fmt: skip


def stand(centre, now):
    forecasts.refresh(centre, now=now)
    return stops.stand(centre, now=now)


def test_a_closed_queue_takes_nobody_but_a_crisis_and_what_needs_no_counsellor(centre, rezan):
    stops.stop(centre, by=rezan, now=NOW)
    for kind in ("walk_in", "short"):
        with pytest.raises(QueueStopped):
            take(centre, kind)
    assert [take(centre, kind).kind for kind in ("crisis", "event", "callback")] == ["crisis", "event", "callback"]
    assert take(centre, "walk_in", all_the_same=True).state == "waiting"
    card = a_booking(centre, TEN).card
    assert tickets.check_in(centre, card.id, by=DESK, now=NOW).ticket.state == "waiting", "a promise is kept"


def test_who_sent_the_form_before_gets_her_number_again(centre, rezan):
    first = a_ticket(centre, key="before the queue was closed")
    stops.stop(centre, by=rezan, now=NOW)
    assert a_ticket(centre, key="before the queue was closed").id == first.id


def test_all_screens_hear_of_it_until_it_is_open_again_and_tomorrow_is_another_day(centre, rezan, heard):
    def said(now=NOW):
        seen = screens.snapshot(centre, now=now)
        return seen.full_today, seen.version

    for _twice in range(2):
        stops.stop(centre, by=rezan, now=NOW)
    assert said() == (True, 1)
    assert said(NOW + DAY) == (False, 1)
    for _twice in range(2):
        stops.reopen(centre, by=rezan, now=NOW + MINUTE)
    assert said() == (False, 2)
    assert [announced for announced, _steps in heard] == [{centre: {"board", "desk"}}] * 2
    assert rows(m.QueueStop.stopped_by, m.QueueStop.reopened_by) == [(rezan, rezan)]
    stops.stop(centre, by=rezan, now=NOW)
    with pytest.raises(IntegrityError):
        add(m.QueueStop(centre_id=centre, day=TODAY, stopped_at=NOW, stopped_by=rezan))


def test_who_is_turned_away_is_counted_and_waits_for_nobody(centre, rezan):
    id_ = stops.turn_away(centre, language="ar", by=DESK, now=NOW)
    ticket = tickets.ticket(centre, id_)
    assert (ticket.state, ticket.language, ticket.ended_at) == ("refused", "ar", NOW)
    assert rows(m.Step.name) == ["taken", "refuse"]
    assert screens.snapshot(centre, now=NOW).waiting == 0


def test_the_desk_is_told_before_the_number_when_another_one_will_not_be_helped_today(centre, heard):
    assert stand(centre, TEN) == (False, False)
    assert not stops.stand(a_centre("balingen"), now=TEN).full, "nothing is said where nothing is known"
    for _ in range(6):  # two hours, one counsellor: four are helped with 80 % (domain.md 5.5)
        a_ticket(centre, now=TEN)
    said = len(heard)
    assert stand(centre, TEN) == (False, True)
    assert {"desk"} in [announced[centre] - {"board"} for announced, _steps in heard[said:]]
    assert not stand(centre, at("2027-03-02 12:00")).full, "the door is shut anyway"


def test_hours_without_an_appointment_end_before_the_day_does(inside):
    centre = a_bare_centre()
    open_hours(centre, [(1, time(9), time(12))], walk_in=True)
    open_hours(centre, [(1, time(13), time(17))])
    assert stand(centre, ELEVEN).full, "nobody works here"
    assert not stand(centre, at("2027-03-02 13:00")).full
