"""Calendar files, read back with the library's own parser."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from booking.gateways.ics import Entry, calendar_file, feed

STARTS = datetime(2027, 3, 28, 7, 0, tzinfo=UTC)
ENTRY = Entry(
    uid="1-2@anlaufstelle", sequence=3, starts_at=STARTS, ends_at=STARTS + timedelta(minutes=45),
    stamp=datetime(2027, 3, 2, 7, 30, tzinfo=UTC), title="Termin; Beratung, Raum", place="Schloßstraße 9\n71634 Ort",
    words="موعد\nbitte pünktlich" * 12, cancelled=False,
)  # fmt: skip


def parsed(entry):
    calendar = Calendar.from_ical(calendar_file(entry))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_a_calendar_file_says_when_where_and_which_version():
    calendar, event = parsed(ENTRY)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (ENTRY.starts_at, ENTRY.ends_at)
    assert (event["uid"], event["sequence"], event.decoded("dtstamp")) == (ENTRY.uid, 3, ENTRY.stamp)
    assert (event["summary"], event["location"], event["description"]) == (ENTRY.title, ENTRY.place, ENTRY.words)
    assert (calendar["version"], calendar["prodid"]) == ("2.0", "-//Anlaufstelle//booking//")


def test_times_are_written_in_utc_without_a_zone_to_misread():
    text = calendar_file(ENTRY).decode()
    assert "DTSTART:20270328T070000Z" in text
    assert "VTIMEZONE" not in text
    assert "TZID" not in text


@pytest.mark.parametrize(
    ("cancelled", "method", "status"), [(False, "PUBLISH", "CONFIRMED"), (True, "CANCEL", "CANCELLED")]
)
def test_a_cancelled_appointment_is_taken_out_of_the_calendar(cancelled, method, status):
    calendar, event = parsed(ENTRY._replace(cancelled=cancelled))
    assert (calendar["method"], event["status"]) == (method, status)


def test_lines_are_folded_and_end_as_the_format_wants():
    lines = calendar_file(ENTRY).split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_a_feed_has_all_its_entries_and_says_how_often_to_ask():
    other = ENTRY._replace(uid="1-3@anlaufstelle", title="Außentermin")
    calendar = Calendar.from_ical(feed("Zentrum", [ENTRY, other]))
    assert [event["uid"] for event in calendar.walk("VEVENT")] == [ENTRY.uid, other.uid]
    assert (calendar["x-wr-calname"], calendar["method"]) == ("Zentrum", "PUBLISH")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M" in feed("Zentrum", [])
