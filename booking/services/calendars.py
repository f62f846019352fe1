"""A counsellor's own calendar by a secret address, for the phone in her pocket: when and where, never who.

The address is 128 bit, stored hashed, and can be taken back. It ends with her work.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from booking.domain.actors import By
from booking.domain.errors import NotFound
from booking.domain.roster import NOT_PLANNED
from booking.domain.times import DAY, Span, day_span, days_from, local_day
from booking.gateways import ics
from booking.services.steps import planning
from booking.services.steps.accounts import account_of, may_enter
from booking.services.steps.links import LINK_BYTES, hashed
from booking.services.steps.planning import House
from booking.services.steps.recording import look
from booking.store import calendars as store
from booking.store import staff as staff_store
from booking.store.calendars import Talk as Talk
from booking.store.db import reading, transaction

DAYS_BACK, DAYS_AHEAD = 14, 56


class Duty(NamedTuple):
    """A part of a day she is planned for and not away. `outreach`: working elsewhere."""

    span: Span
    outreach: bool


class Feed(NamedTuple):
    """What stands in somebody's calendar; `language`: of her pages."""

    staff_id: int
    centre_id: int
    language: str
    talks: list[Talk]
    duties: list[Duty]


def new_address(centre_id: int, staff_id: int, *, by: By, now: datetime) -> str:
    """The secret part of a new address; the old one ends. Refusal: NotFound."""
    token = secrets.token_urlsafe(LINK_BYTES)
    _set(centre_id, staff_id, hashed(token), "calendar-opened", by, now)
    return token


def end_address(centre_id: int, staff_id: int, *, by: By, now: datetime) -> None:
    """Nobody reads the calendar any more. Refusal: NotFound."""
    _set(centre_id, staff_id, None, "calendar-ended", by, now)


def has_address(centre_id: int, staff_id: int) -> bool:
    with reading() as session:
        return store.calendar_hash(session, centre_id, staff_id) is not None


def feed(token: str, *, now: datetime) -> Feed:
    """Refusal: NotFound, also for one who may not sign in any more."""
    with reading() as session:
        owner = store.owner(session, hashed(token))
        account = staff_store.by_id(session, owner.centre_id, owner.id) if owner else None
        if account is None or not may_enter(account, now):
            raise NotFound
        rules = planning.rules_of(session, account.centre_id)
        first = local_day(now, rules.zone) - DAYS_BACK * DAY
        days = days_from(first, DAYS_BACK + DAYS_AHEAD)
        talks = store.talks(session, account.centre_id, account.id, day_span(first, rules.zone, len(days)))
        here = planning.house(session, account.centre_id, rules, tuple(days))
        return Feed(account.id, account.centre_id, account.language, talks, _duties(here, account.id))


def file(found: Feed, *, name: str, place: str, talks: Sequence[str], duties: Sequence[str], now: datetime) -> bytes:
    """The feed as a calendar file; `talks` and `duties`: a title for each, in their order."""
    entries = [
        ics.Entry(f"{found.centre_id}-{one.id}-staff@anlaufstelle", one.sequence, one.starts_at, one.ends_at,
                  one.booked_at, title, place, "", False)
        for one, title in zip(found.talks, talks, strict=True)
    ]  # fmt: skip
    shifts = [
        ics.Entry(f"{found.staff_id}-{one.span.starts:%Y%m%dT%H%MZ}-shift@anlaufstelle", 0, *one.span, now, title,
                  "" if one.outreach else place, "", False)
        for one, title in zip(found.duties, duties, strict=True)
    ]  # fmt: skip
    return ics.feed(name, [*entries, *shifts])


def _duties(here: House, staff_id: int) -> list[Duty]:
    work, grid = here.at_work.get(staff_id, NOT_PLANNED), here.calendar.grid
    inside = [Duty(span, False) for span in grid.spans(work.house)]
    return sorted(inside + [Duty(span, True) for span in grid.spans(work.outreach)])


def _set(centre_id: int, staff_id: int, calendar_hash: str | None, what: str, by: By, now: datetime) -> None:
    with transaction(centre_id) as session:
        account_of(session, centre_id, staff_id)
        staff_store.change(session, centre_id, staff_id, calendar_hash=calendar_hash)
        look(session, centre_id, what, now, by.staff_id, f"staff-{staff_id}")
