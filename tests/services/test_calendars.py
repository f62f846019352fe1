"""A counsellor's own calendar: what its address opens, and when it opens nothing."""

from datetime import time, timedelta

import pytest
from icalendar import Calendar

from booking.domain.actors import By
from booking.domain.errors import NotFound
from booking.domain.times import Span
from booking.services import calendars, changes
from booking.services.calendars import Duty
from booking.store import models as m
from tests.people import (
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_centre,
    a_counsellor,
    a_member,
    add,
    an_absence,
    an_appointment,
    at,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
DAY = timedelta(days=1)


@pytest.fixture
def address(centre, anna):
    return calendars.new_address(centre, anna, by=By("desk", anna), now=NOW)


def feed(address, now=NOW):
    return calendars.feed(address, now=now)


def test_the_address_is_kept_as_a_hash_and_every_step_is_written_down(centre, anna, address):
    assert len(address) == 22  # 128 bit
    assert address not in str(rows(m.Staff.calendar_hash))
    assert calendars.has_address(centre, anna)
    calendars.end_address(centre, anna, by=By("desk", anna), now=NOW)
    assert not calendars.has_address(centre, anna)
    assert rows(m.Look.what, m.Look.staff_id, m.Look.surrogate) == [
        ("calendar-opened", anna, f"staff-{anna}"), ("calendar-ended", anna, f"staff-{anna}"),
    ]  # fmt: skip


def test_an_old_an_ended_and_an_invented_address_open_nothing(centre, anna, address):
    new = calendars.new_address(centre, anna, by=By("desk", anna), now=NOW)
    feed(new)
    for wrong in (address, "", "x" * 22):
        with pytest.raises(NotFound):
            feed(wrong)
    calendars.end_address(centre, anna, by=By("desk", anna), now=NOW)
    with pytest.raises(NotFound):
        feed(new)


def test_the_address_ends_with_her_work(centre, anna, address):
    change(m.Staff, anna, last_day=TODAY)
    feed(address)
    with pytest.raises(NotFound):
        feed(address, NOW + DAY)


def test_only_accounts_of_the_centre_get_one(centre, anna):
    with pytest.raises(NotFound):
        calendars.new_address(a_centre("balingen"), anna, by=By("desk", anna), now=NOW)


def test_her_appointments_of_two_weeks_back_and_eight_ahead_stand_in_it(centre, anna, address):
    cem = a_counsellor(centre, "Cem")
    early, late = at("2027-02-16 09:00"), at("2027-04-26 09:00")
    inside = [an_appointment(centre, anna, start) for start in (early, NINE, late)]
    for start in (early - DAY, late + DAY):
        an_appointment(centre, anna, start)
    an_appointment(centre, cem, NINE + DAY)
    an_appointment(centre, anna, NINE + 3 * DAY, state="cancelled")
    an_appointment(centre, anna, NINE + 2 * DAY, state="missed")
    assert [talk.id for talk in feed(address).talks] == inside


def test_a_talk_has_room_language_and_programme_but_no_confidential_one(centre, anna, address):
    an_appointment(centre, anna, NINE, language="ar", interpreter=True)
    [talk] = feed(address).talks
    assert (talk.room, talk.language, talk.interpreter, talk.programme) == ("R1", "ar", True, {"de": "mbe"})
    change(m.Programme, id_of(m.Programme, centre, "mbe"), confidential=True)
    assert feed(address).talks[0].programme is None


def test_a_moved_appointment_keeps_its_identity_and_a_cancelled_one_goes(centre, anna, address):
    card = a_booking(centre, NINE, name="Samira").card
    changes.move(centre, card.id, NINE + DAY, None, by=By("web"), now=NOW)
    [talk] = feed(address).talks
    assert (talk.id, talk.starts_at, talk.sequence) == (card.id, NINE + DAY, 1)
    changes.cancel(centre, card.id, by=By("web"), now=NOW)
    assert feed(address).talks == []


def test_shifts_stand_in_it_without_absences(centre, anna, address):
    add(m.Shift(centre_id=centre, staff_id=anna, weekday=2, starts=time(14), ends=time(16), valid_from=TODAY,
                kind="outreach"))  # fmt: skip
    an_absence(centre, anna, at("2027-03-04 00:00"), at("2027-03-05 00:00"))
    tomorrow = [d for d in feed(address).duties if NOW < d.span.starts < NOW + 3 * DAY]
    assert tomorrow == [
        Duty(Span(at("2027-03-02 09:00"), at("2027-03-02 12:00")), False),
        Duty(Span(NINE, at("2027-03-03 12:00")), False),
        Duty(Span(at("2027-03-03 14:00"), at("2027-03-03 16:00")), True),
    ]


def test_who_is_not_in_the_roster_has_an_empty_calendar(centre):
    lead = a_member(centre, "lead", "Lena")
    found = feed(calendars.new_address(centre, lead, by=By("desk", lead), now=NOW))
    assert (found.talks, found.duties) == ([], [])


def test_the_file_has_an_entry_for_each_with_its_own_identity(centre, anna, address):
    an_appointment(centre, anna, NINE)
    found = feed(address)
    titles = [f"duty {n}" for n in range(len(found.duties))]
    text = calendars.file(found, name="Zentrum", place="Hauptstraße 1", talks=["Raum 1"], duties=titles, now=NOW)
    calendar = Calendar.from_ical(text)
    events = calendar.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Raum 1", *titles]
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert calendar["x-wr-calname"] == "Zentrum"
    assert events[0].decoded("dtstart") == NINE


def test_entries_elsewhere_name_no_place(centre, anna, address):
    add(m.DayShift(centre_id=centre, staff_id=anna, day=TODAY, kind="outreach", starts=time(9), ends=time(10)))
    found = feed(address)
    titles = ["out" if duty.outreach else "in" for duty in found.duties]
    text = calendars.file(found, name="Z", place="Hauptstraße 1", talks=[], duties=titles, now=NOW)
    places = {(str(e["summary"]), str(e["location"])) for e in Calendar.from_ical(text).walk("VEVENT")}
    assert places == {("in", "Hauptstraße 1"), ("out", "")}
