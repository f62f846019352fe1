"""Screens and kiosks: pairing by six digits, and the public snapshot. Numbers and rooms, never a person."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import roster
from booking.domain.errors import Invalid, NotFound, TooBusy
from booking.domain.tickets import shown
from booking.domain.times import local_day
from booking.gateways import festivals, voice
from booking.services.steps import links, planning, standing
from booking.services.steps.recording import desk_changed, look
from booking.store import models as m
from booking.store import roster as roster_store
from booking.store import screens as store
from booking.store import stops as stop_store
from booking.store import tickets as ticket_store
from booking.store.db import announce, observe, reading, transaction
from booking.store.forecasts import NEWCOMER
from booking.store.roster import Rules
from booking.store.screens import ScreenRow as ScreenRow
from booking.store.tickets import PublicCall

GERMAN = "de"
SCREEN, KIOSK = "screen", "kiosk"
PAIRING_OPEN = timedelta(minutes=10)
CODES = 10**6
# A contact is written at most so often; a screen is called silent after SILENT.
TOUCH_EVERY = timedelta(seconds=15)
SILENT = timedelta(seconds=45)


class Pairing(NamedTuple):
    """`code` is shown, `secret` stays in the screen's page; `seconds`: how long they are good."""

    code: str
    secret: str
    seconds: int


class Call(NamedTuple):
    """`age`: seconds since the last call of the number; `calls`: 1 for the first, 2 for the first recall.

    `voice`: a language in which the number is called aloud beside German, because she chose it.
    """

    number: str
    room: str
    calls: int
    called: str
    age: int
    voice: str | None


class Door(NamedTuple):
    """`open`: whoever comes now finds somebody; `closed_today`: nobody will, all day long; `full_today`: no more
    numbers are given today."""

    open: bool
    closed_today: bool
    full_today: bool


class Snapshot(NamedTuple):
    """The whole public truth of one centre. A screen shows a snapshot of a new epoch, or of no lower version.

    `expected`: from-to minutes for whoever comes now, None if not known; `alone`: at most one counsellor is here, and
    minutes would promise too much; `forecast_at`: when both were found. `line`: for each who waits, by her ticket's
    tag, how many are before her and her from-to minutes.
    """

    epoch: str
    version: int
    at: str
    clock: str
    open: bool
    closed_today: bool
    full_today: bool
    waiting: int
    calls: list[Call]
    expected: tuple[int, int] | None
    alone: bool
    forecast_at: str | None
    line: dict[str, tuple[int, int | None, int | None]]

    def as_json(self) -> dict[str, object]:
        return {**self._asdict(), "calls": [call._asdict() for call in self.calls]}


def snapshot(centre_id: int, *, now: datetime) -> Snapshot:
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        day = local_day(now, rules.zone)
        calls = [_call(one, now) for one in ticket_store.public_calls(session, centre_id, day)]
        state = ticket_store.public_state(session, centre_id, day)
        door = _door(session, centre_id, rules, now)
        outlook = standing.outlook(session, centre_id, now)
        return Snapshot(
            state.epoch,
            state.version,
            now.isoformat(),
            now.astimezone(rules.zone).strftime("%H:%M"),
            door.open,
            door.closed_today,
            door.full_today,
            state.waiting,
            calls,
            outlook.minutes(NEWCOMER),
            outlook.alone,
            outlook.at.isoformat() if outlook.at else None,
            standing.line(session, centre_id, day, outlook, now),
        )


def voices() -> frozenset[str]:
    """The languages in which this installation can speak."""
    return voice.languages()


def spoken(centre_id: int, number: int, language: str, words: Callable[[str, str], str], *, now: datetime) -> bytes:
    """A call that stands on the board, as a sound. `words`: of its digits and its room.

    Refusal: NotFound, also for a language in which it is not called, or which cannot be spoken here.
    """
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        calls = ticket_store.public_calls(session, centre_id, day)
    call = next((one for one in calls if one.number == number), None)
    if call is None or language not in {GERMAN, call.voice} & voices():
        raise NotFound
    sound = voice.spoken(language, words(" ".join(shown(call.number)), call.room))
    if not sound:
        raise NotFound
    return sound


def door(centre_id: int, *, now: datetime) -> Door:
    with reading() as session:
        return _door(session, centre_id, planning.rules_of(session, centre_id), now)


def is_open(centre_id: int, *, now: datetime) -> bool:
    return door(centre_id, now=now).open


def begin_pairing(*, kind: str = SCREEN, now: datetime) -> Pairing:
    """A screen (or a KIOSK) asks for six digits to show; they are good for ten minutes."""
    with transaction(0) as session:
        while True:
            code = f"{secrets.randbelow(CODES):06d}"
            if not store.pairing_code_used(session, code, now):
                break
        secret = secrets.token_urlsafe(24)
        row = m.Pairing(code=code, secret_hash=links.hashed(secret), kind=kind, expires_at=now + PAIRING_OPEN)
        store.add_pairing(session, row)
    return Pairing(code, secret, int(PAIRING_OPEN.total_seconds()))


def pair(centre_id: int, code: str, name: str, *, by: int, now: datetime) -> int:
    """Staff (`by`: who) type the six digits that a screen shows, and say where it hangs.

    Refusals: Invalid("name", "name-missing"), Invalid("code", "pairing-unknown").
    """
    called = " ".join(name.split())[:60]
    if not called:
        raise Invalid("name", "name-missing")
    digits = "".join(code.split())
    with transaction(centre_id) as session:
        kind = store.pairing_kind(session, digits, now) or SCREEN
        row = m.Screen(centre_id=centre_id, kind=kind, name=called, token_hash=secrets.token_hex(32), paired_at=now)
        screen_id = store.add(session, row)
        if store.pair(session, digits, centre_id, screen_id, now) is None:
            raise Invalid("code", "pairing-unknown")
        look(session, centre_id, "screen-paired", now, by, f"screen-{screen_id}")
        desk_changed(session, centre_id)
        return screen_id


def claim_token(secret: str, *, now: datetime) -> str | None:
    """The paired screen fetches its token, once; None while nobody has typed its digits.

    A screen asks every two seconds, so the lock is taken only where there is something to write.
    """
    hashed = links.hashed(secret)
    with reading() as session:
        screen_id = store.paired_screen(session, hashed, now)
    if screen_id is None:
        return None
    with transaction(0) as session:
        if not store.drop_pairing(session, hashed):  # another asked with the same secret, and was first
            return None
        token = secrets.token_urlsafe(24)
        store.set_token(session, screen_id, links.hashed(token))
        return token


def screen_by_token(token: str, *, kind: str = SCREEN, now: datetime) -> ScreenRow:
    """The screen (or the KIOSK) behind a token; its last contact is noted, if that can be done now.

    Refusal: NotFound for unknown and revoked ones, and for those of another kind.
    """
    with reading() as session:
        found = store.by_token(session, links.hashed(token))
    if found is None or found.kind != kind:
        raise NotFound
    if found.seen_at is None or now - found.seen_at > TOUCH_EVERY:
        with suppress(TooBusy), observe(found.centre_id) as session:
            store.touch(session, found.id, now)
    return found


def screens(centre_id: int) -> list[ScreenRow]:
    with reading() as session:
        return store.of_centre(session, centre_id)


def revoke(centre_id: int, screen_id: int, *, by: int, now: datetime) -> None:
    """The screen's token opens nothing from now on. `by`: who of staff. Refusal: NotFound."""
    with transaction(centre_id) as session:
        if not store.revoke(session, centre_id, screen_id, now):
            raise NotFound
        look(session, centre_id, "screen-revoked", now, by, f"screen-{screen_id}")
        announce(session, centre_id, "doors")
        desk_changed(session, centre_id)


def _call(one: PublicCall, now: datetime) -> Call:
    age = int((now - one.called_at).total_seconds())
    return Call(shown(one.number), one.room, one.calls, one.called_at.isoformat(), age, one.voice)


def _door(session: Session, centre_id: int, rules: Rules, now: datetime) -> Door:
    """What shuts a part of the day shuts the door as well. DESK_ONLY does not: nobody counsels then, but reception is
    there for whoever comes in, and a screen that says "closed" would send them away."""
    day = local_day(now, rules.zone)
    closures = [c for c in roster_store.closures(session, centre_id, day) if c.kind != roster.DESK_ONLY]
    cal = roster.calendar(rules.zone, (day,), closures, festivals.public_holidays(rules.region, day.year))
    steps = roster.opening(cal, roster_store.opening_hours(session, centre_id)).open_steps
    full = stop_store.stopped(session, centre_id, day)
    return Door(bool(steps >> cal.grid.floor(now) & 1), not cal.open_days, full)
