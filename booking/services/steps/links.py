"""Private links and idempotency keys.

A link is 128 bit, stored hashed. It is made from the secret of the installation and a random salt, so that the same
idempotency key can be answered with the same link for a day, and nothing in the database opens an appointment.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from booking.domain.errors import KeyReused
from booking.store import models as m

LINK_BYTES = 16
_EARLIER = select(
    m.Repeat.fingerprint,
    func.coalesce(m.Repeat.appointment_id, m.Repeat.ticket_id, m.Repeat.wait_entry_id).label("id"),
    m.Repeat.salt,
).where(m.Repeat.centre_id == bindparam("centre"), m.Repeat.key_hash == bindparam("hash"))
_REMEMBER = insert(m.Repeat)


class Earlier(NamedTuple):
    """What the same key was answered before: the id of an appointment, ticket or entry, as its fingerprint says."""

    id: int
    salt: str


def new_salt() -> str:
    return secrets.token_hex(16)


def link_for(secret: str, salt: str) -> str:
    """22 characters that fit an SMS."""
    digest = hmac.digest(secret.encode(), f"link:{salt}".encode(), "sha256")[:LINK_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def phone_key(secret: str, e164: str) -> str:
    """The same for the same number; without the installation's secret nobody can try numbers against it."""
    return hmac.digest(secret.encode(), f"phone:{e164}".encode(), "sha256").hex()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def earlier(session: Session, centre_id: int, key: str, fingerprint: str) -> Earlier | None:
    """The answer to this key, if it was given before; refused if it came with other content."""
    row = session.connection().execute(_EARLIER, {"centre": centre_id, "hash": hashed(key)}).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    return Earlier(row.id, row.salt)


def remember(
    session: Session, centre_id: int, key: str, fingerprint: str, salt: str, now: datetime,
    *, appointment_id: int | None = None, ticket_id: int | None = None, wait_entry_id: int | None = None,
) -> None:  # fmt: skip
    row = {
        "centre_id": centre_id, "key_hash": hashed(key), "fingerprint": fingerprint, "salt": salt, "at": now,
        "appointment_id": appointment_id, "ticket_id": ticket_id, "wait_entry_id": wait_entry_id,
    }  # fmt: skip
    session.connection().execute(_REMEMBER, row)


def fingerprint(secret: str, *values: object) -> str:
    """The content of a request, keyed, for comparing a repeated key; the values themselves are not kept.

    The first value says what was asked for, so that a ticket's key never answers with an appointment.
    """
    content = "\x1f".join(repr(value) for value in values)
    return hmac.digest(secret.encode(), content.encode(), "sha256").hex()
