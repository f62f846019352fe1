"""What signing in and keeping accounts share."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import staff as rules
from booking.domain.errors import Invalid, NotFound
from booking.domain.staff import Account
from booking.domain.times import local_day
from booking.domain.visitors import clean_name
from booking.services.steps.links import hashed
from booking.services.steps.recording import look
from booking.store import staff as store
from booking.store.db import announce

SECRET_BYTES = 24


def new_secret() -> str:
    """192 random bits as 32 characters; only its hash is stored."""
    return secrets.token_urlsafe(SECRET_BYTES)


def account_of(session: Session, centre_id: int, staff_id: int) -> Account:
    """Refusal: NotFound, also for an account of another centre."""
    account = store.by_id(session, centre_id, staff_id)
    if account is None:
        raise NotFound
    return account


def may_enter(account: Account, now: datetime) -> bool:
    return rules.may_enter(account, local_day(now, ZoneInfo(account.zone)))


def new_link(
    session: Session, account: Account, now: datetime, hours: int, by: int | None, *, many_times: bool = False
) -> str:
    """A sign-in link for that many hours. A new one-time link replaces the account's earlier ones."""
    token = new_secret()
    store.drop_links(session, account.centre_id, account.id, now)
    store.keep_link(session, account.centre_id, account.id, hashed(token), now + timedelta(hours=hours), many_times)
    changed(session, account, "link-made", now, by)
    return token


def changed(session: Session, account: Account, what: str, now: datetime, by: int | None) -> None:
    """Somebody (None: the command line) changed an account; open pages must show once more who they are (S4)."""
    announce(session, account.centre_id, "doors")
    look(session, account.centre_id, what, now, by, f"staff-{account.id}")


def described(
    session: Session, centre_id: int, login: str, name: str, role: str, carrier_slug: str | None, language: str
) -> dict[str, Any]:
    """The values of a new account. Refusal: Invalid, naming the field."""
    known, cleaned = rules.read_login(login), clean_name(name)
    if known is None:
        raise Invalid("login", "login-unusable")
    if store.by_login(session, centre_id, known):
        raise Invalid("login", "login-taken")
    if cleaned is None:
        raise Invalid("name", "name-missing")
    if role not in rules.ROLES:
        raise Invalid("role", "role-unknown")
    known_language(language)
    return {
        "login": known, "name": cleaned, "role": role, "language": language, "duty": role == rules.COUNSELLOR,
        "carrier_id": _carrier(session, centre_id, role, carrier_slug), "contract_minutes": 0,
    }  # fmt: skip


def _carrier(session: Session, centre_id: int, role: str, slug: str | None) -> int | None:
    """Counsellors belong to a carrier, because their visitors do."""
    if not slug:
        if role == rules.COUNSELLOR:
            raise Invalid("carrier", "carrier-missing")
        return None
    found = store.carrier_id(session, centre_id, slug)
    if found is None:
        raise Invalid("carrier", "carrier-unknown")
    return found


def known_language(language: str) -> None:
    if language not in rules.LANGUAGES:
        raise Invalid("language", "language-unknown")
