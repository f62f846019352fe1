"""A chosen time is kept for a visitor for ten minutes, while she fills the form.

Whether a hold is over is judged by its time inside each booking's transaction, never by a job.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.errors import NotFound, TooLate
from booking.domain.places import Wish
from booking.services.steps import links, placing
from booking.store import holds as store
from booking.store.db import reading, transaction
from booking.store.holds import HoldRow

KEPT_FOR = timedelta(minutes=10)
AT_MOST = timedelta(minutes=30)  # extended twice
A_DEVICE = 2


class Held(NamedTuple):
    """`carrier` (a slug, and its name) is who will keep the visitor's data: its notice is shown before she is asked."""

    token: str
    topic: str
    carrier: str
    carrier_name: str
    starts_at: datetime
    ends_at: datetime
    interpreter: bool
    expires_at: datetime


def take(centre_id: int, wish: Wish, start: datetime, *, device: str, now: datetime) -> Held:
    """Hold a start. A device has one for a topic, and two at most: what it held before is given back.

    `device`: what the browser shows again, random. Refusals: as for booking; then nothing has changed.
    """
    token, device_hash = secrets.token_urlsafe(16), links.hashed(device)
    with transaction(centre_id) as session:
        for hold_id in store.live_of_device(session, centre_id, device_hash, now, wish.topic):
            store.end(session, centre_id, hold_id, now)  # she went back and chooses once more
        live = store.live_of_device(session, centre_id, device_hash, now)
        for hold_id in live[: len(live) - A_DEVICE + 1]:
            store.end(session, centre_id, hold_id, now)
        _place(session, centre_id, wish, start, links.hashed(token), device_hash, now)
        return _held(token, _row(session, centre_id, token))


def look(centre_id: int, token: str) -> Held:
    """What is, or was, held under this token. Refusal: NotFound."""
    with reading() as session:
        return _held(token, _row(session, centre_id, token))


def extend(centre_id: int, token: str, *, now: datetime) -> Held:
    """Ten minutes from now, half an hour in all. Refusals: NotFound; TooLate, when it is over."""
    with transaction(centre_id) as session:
        row = _row(session, centre_id, token)
        if row.expires_at <= now:
            raise TooLate(row.expires_at, "hold")
        store.extend(session, centre_id, row.id, min(now + KEPT_FOR, row.made_at + AT_MOST))
        return _held(token, _row(session, centre_id, token))


def drop(centre_id: int, token: str, *, now: datetime) -> None:
    """Give it back; once more does nothing. Refusal: NotFound."""
    with transaction(centre_id) as session:
        store.end(session, centre_id, _row(session, centre_id, token).id, now)


def _place(
    session: Session, centre_id: int, wish: Wish, start: datetime, token_hash: str, device_hash: str, now: datetime
) -> None:
    found, until = placing.search(session, centre_id, wish, now), now + KEPT_FOR
    choice = placing.choose(found, start)
    hold_id = store.add(
        session, centre_id=centre_id, token_hash=token_hash, device_hash=device_hash, topic_id=found.topic.id,
        carrier_id=choice.offer.carrier_id, made_at=now, expires_at=until, **placing.placed(start, choice),
    )  # fmt: skip
    placing.take(found, choice, start, hold_id=hold_id, expires_at=until)


def _row(session: Session, centre_id: int, token: str) -> HoldRow:
    row = store.by_token(session, centre_id, links.hashed(token))
    if row is None:
        raise NotFound
    return row


def _held(token: str, row: HoldRow) -> Held:
    return Held(
        token, row.topic, row.carrier, row.carrier_name, row.starts_at, row.ends_at, row.interpreter, row.expires_at
    )
