"""A birthday within an address: sealed, so that nobody reads it in a history or a log, and only for some hours.

The seal holds no date, only a keyed hash of one. The few dates that can be meant (those that can be booked until) are
tried when it is opened; nothing is stored.
"""

import base64
import binascii
import hmac
import secrets
from datetime import UTC, date, datetime, timedelta

SEALED_FOR = timedelta(hours=3)
_NONCE, _STAMP, _MARK = 8, 5, 16
# A centre's horizon is a year at most; a day more on either side, because days begin elsewhere at another hour.
_DAYS = range(-1, 368)


def seal(birthday: date, now: datetime, secret: str) -> str:
    """39 characters of an address."""
    head = secrets.token_bytes(_NONCE) + int(now.timestamp()).to_bytes(_STAMP, "big")
    return base64.urlsafe_b64encode(head + _mark(head, birthday, secret)).rstrip(b"=").decode()


def opened(sealed: str, now: datetime, secret: str) -> date | None:
    """None for what we did not seal, or not within the last hours."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    head, mark = raw[: _NONCE + _STAMP], raw[_NONCE + _STAMP :]
    since = int.from_bytes(head[_NONCE:], "big")
    if len(mark) != _MARK or not 0 <= now.timestamp() - since <= SEALED_FOR.total_seconds():
        return None
    first = datetime.fromtimestamp(since, UTC).date()
    days = (first + timedelta(days=n) for n in _DAYS)
    return next((day for day in days if hmac.compare_digest(mark, _mark(head, day, secret))), None)


def _mark(head: bytes, birthday: date, secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"birthday:" + head + birthday.isoformat().encode(), "sha256")[:_MARK]
