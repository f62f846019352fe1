"""The phone that follows: a ticket's own page, for whoever holds its address, until the end of its day.

The address is the ticket's tag and 128 bits made of it and the secret of the installation: what stands in the database,
or goes to every screen, opens nothing. No person behind the ticket is known here.
"""

import hmac
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.errors import NotFound
from booking.domain.tickets import WAITING, shown
from booking.domain.times import local_day
from booking.gateways import qr
from booking.services.steps import links, planning, standing
from booking.store import tickets as store
from booking.store.db import reading, transaction
from booking.store.tickets import TicketRow

TAG_LENGTH = 11  # of eight bytes in base64


class Followed(NamedTuple):
    """`before`: how many are called earlier, None unless it waits; `minutes`: from-to, where they are known.

    `alone`: at most one counsellor is here, and minutes would promise too much.
    """

    id: int
    centre_id: int
    tag: str
    number: str
    state: str
    language: str | None
    voice: str | None
    room: str | None
    before: int | None
    minutes: tuple[int, int] | None
    alone: bool


def token(tag: str, *, secret: str) -> str:
    """The same for the same ticket, so that a slip can be printed again."""
    return tag + links.link_for(secret, f"ticket:{tag}")


def picture(address: str) -> str:
    """The address as a QR code."""
    return qr.picture(address)


def look(shown_token: str, *, secret: str, now: datetime) -> Followed:
    """Refusal: NotFound, also once the ticket's day is over."""
    with reading() as session:
        row = _held(session, shown_token, secret, now)
        before, minutes, alone = None, None, False
        if row.state == WAITING:
            seen = standing.outlook(session, row.centre_id, now)
            before = standing.line(session, row.centre_id, row.day, seen, now)[row.tag][0]
            minutes, alone = seen.minutes(row.id), seen.alone
        return Followed(
            row.id, row.centre_id, row.tag, shown(row.number), row.state, row.language, row.voice, row.room, before,
            minutes, alone,
        )  # fmt: skip


def centre_of(shown_token: str, *, secret: str, now: datetime) -> int:
    """The centre whose public snapshot the holder may hear. Refusal: NotFound."""
    with reading() as session:
        return _held(session, shown_token, secret, now).centre_id


def choose_voice(shown_token: str, voice: str | None, *, secret: str, now: datetime) -> None:
    """Call the number aloud in this language as well, or (None) in German only. Refusal: NotFound."""
    with reading() as session:
        row = _held(session, shown_token, secret, now)
    with transaction(row.centre_id) as session:
        store.set_voice(session, row.centre_id, row.id, voice)


def _held(session: Session, shown_token: str, secret: str, now: datetime) -> TicketRow:
    tag = shown_token[:TAG_LENGTH]
    if not hmac.compare_digest(token(tag, secret=secret).encode(), shown_token.encode()):
        raise NotFound
    row = store.by_tag(session, tag)
    if row is None or row.day != local_day(now, planning.rules_of(session, row.centre_id).zone):
        raise NotFound
    return row
