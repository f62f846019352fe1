"""What only the practice installation needs: its clock, its cast, and when its next open morning is."""

from datetime import datetime, time, timedelta
from math import ceil
from typing import NamedTuple

from booking.domain import roster
from booking.domain.errors import NotFound
from booking.domain.times import DAY, days_from, instant, local_day
from booking.gateways import festivals
from booking.services.steps import planning
from booking.store import installation
from booking.store import roster as roster_store
from booking.store import staff as staff_store
from booking.store.db import reading, transaction

WEEKS_AHEAD = 8
NOON = time(12)


class Member(NamedTuple):
    id: int
    login: str
    name: str
    role: str


def cast(centre_id: int) -> list[Member]:
    """The invented staff of a centre, counsellors and all."""
    with reading() as session:
        return [Member(a.id, a.login, a.name, a.role) for a in staff_store.of_centre(session, centre_id)]


def next_morning(centre_id: int, after: datetime) -> datetime:
    """When the next morning with walk-in hours opens, on a later day than `after`. Refusal: NotFound."""
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        first = local_day(after, rules.zone) + DAY
        closures = roster_store.closures(session, centre_id, first)
        hours = [h for h in roster_store.opening_hours(session, centre_id) if h.walk_in and h.starts < NOON]
        for day in days_from(first, WEEKS_AHEAD * 7):
            shut = roster.shut_on(day, closures, festivals.public_holidays(rules.region, day.year))
            begins = sorted(h.starts for h in hours if h.weekday == day.weekday() and not shut)
            if begins:
                return instant(day, begins[0], rules.zone)
    raise NotFound


def open_days(centre_id: int, first: datetime, days: int) -> list[datetime]:
    """Midnights (UTC instants) of the days on which the centre is open."""
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        start = local_day(first, rules.zone)
        closures = roster_store.closures(session, centre_id, start)
        weekdays = {h.weekday for h in roster_store.opening_hours(session, centre_id)}
        return [
            instant(day, time(0), rules.zone)
            for day in days_from(start, days)
            if day.weekday() in weekdays
            and not roster.shut_on(day, closures, festivals.public_holidays(rules.region, day.year))
        ]


def set_clock_ahead(by: timedelta) -> None:
    """Remember how far the practice clock runs ahead of the machine's; rounded up, so that it never goes back."""
    with transaction(0) as session:
        installation.set_clock_ahead(session, ceil(by.total_seconds()))
