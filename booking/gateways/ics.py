"""Calendar files, written in UTC (a VTIMEZONE with RDATE lists was read one hour off by clients, stack.md 12)."""

from datetime import datetime
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
    calendar = Calendar()
    calendar.add("prodid", "-//Anlaufstelle//booking//")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
