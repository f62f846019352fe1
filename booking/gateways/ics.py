"""Calendar files, written in UTC (a VTIMEZONE with RDATE lists was read one hour off by clients, stack.md 12)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event


class Entry(NamedTuple):
    """`uid` stays the same for the life of an appointment; `sequence` goes up with every change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamp: datetime
    title: str
    place: str
    words: str
    cancelled: bool


def calendar_file(entry: Entry) -> bytes:
    """One appointment as text/calendar; no name, no topic."""
    calendar = _calendar("CANCEL" if entry.cancelled else "PUBLISH")
    calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """Many entries as a calendar to subscribe to; readers that know how ask for it every quarter of an hour."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Anlaufstelle//booking//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.title)
    event.add("location", entry.place)
    event.add("description", entry.words)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event
