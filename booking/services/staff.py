"""Staff: new accounts, signing in, sessions, sign-in links, and tokens for the JSON door.

Secrets are made here, shown once and stored as hashes. Passwords are hashed outside transactions: it takes 30 ms.
"""

from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import staff as rules
from booking.domain.errors import NotAllowed, NotFound, TooBusy, WrongCredentials
from booking.domain.staff import Account
from booking.gateways import passwords
from booking.services.steps.accounts import (
    account_of,
    changed,
    described,
    known_language,
    may_enter,
    new_link,
    new_secret,
)
from booking.services.steps.links import hashed
from booking.services.steps.recording import look
from booking.store import staff as store
from booking.store.db import announce, observe, reading, transaction
from booking.store.staff import LinkRow


class Member(NamedTuple):
    """Someone of staff who is signed in."""

    id: int
    centre_id: int
    centre_slug: str
    carrier_id: int | None
    name: str
    login: str
    role: str
    language: str


class AddedStaff(NamedTuple):
    """`enters_on`: her first day at the door; None: not before she is bound to secrecy. `waits`: it lies ahead."""

    staff_id: int
    link_token: str
    enters_on: date | None
    waits: bool


class Link(NamedTuple):
    """Whom a sign-in link is for, and whether it asks for a new password."""

    centre_slug: str
    login: str
    name: str
    language: str
    needs_password: bool


# ── accounts and links, from the command line ─────────────────────────────────────────────────────────────────────


def add(
    centre_slug: str, *, login: str, name: str, role: str, carrier_slug: str | None, secret_since: date | None,
    language: str, now: datetime,
) -> AddedStaff:  # fmt: skip
    """A new account and the one-time link that sets its password (S9). Refusals: NotFound (the centre), Invalid."""
    centre_id = _centre_id(centre_slug)
    with transaction(centre_id) as session:
        values = described(session, centre_id, login, name, role, carrier_slug, language)
        staff_id = store.add(session, centre_id=centre_id, secret_since=secret_since, **values)
        account = account_of(session, centre_id, staff_id)
        changed(session, account, "account-added", now, None)
        token = new_link(session, account, now, rules.LINK_HOURS, None)
    first = rules.enters_on(account.secret_since, account.first_day)
    return AddedStaff(staff_id, token, first, not may_enter(account, now))


def make_link(centre_slug: str, login: str, *, now: datetime, hours: int, many_times: bool = False) -> str:
    """Refusals: NotFound; NotAllowed for `many_times` (no password, no end of use) outside a practice installation."""
    centre_id = _centre_id(centre_slug)
    with transaction(centre_id) as session:
        account = store.by_login(session, centre_id, login)
        if account is None:
            raise NotFound
        if many_times and not store.is_practice(session):
            raise NotAllowed
        return new_link(session, account, now, hours, None, many_times=many_times)


# ── signing in and out ────────────────────────────────────────────────────────────────────────────────────────────


def sign_in(centre_slug: str, login: str, password: str, *, now: datetime, replaces: str | None = None) -> str:
    """The secret of a new session; `replaces` ends the one the browser had (S1).

    Refusals: NotFound (the centre), WrongCredentials: the same, after the same work, for an unknown name, a wrong
    password and an account that may not sign in (S8).
    """
    centre_id = _centre_id(centre_slug)
    known = rules.read_login(login)
    with reading() as session:
        account = store.by_login(session, centre_id, known) if known else None
    fits = passwords.fits(account.password_hash if account else None, password)
    if account is None or not fits or not may_enter(account, now):
        _refused(centre_id, account.id if account else None, "sign-in-refused", now)
        raise WrongCredentials
    with transaction(centre_id) as session:
        if store.by_id(session, centre_id, account.id) != account:  # changed while the password was being checked
            raise WrongCredentials
        return _open(session, account, "sign-in", now, replaces)


def link(token: str, *, now: datetime) -> Link:
    """Refusal: NotFound, whether unknown, used or expired (S23)."""
    row = _link(token, now)
    account = row.account
    return Link(account.centre_slug, account.login, account.name, account.language, not row.many_times)


def use_link(token: str, *, password: str | None, now: datetime, replaces: str | None = None) -> str:
    """The secret of a new session. A one-time link sets the password and ends every other session of the account.

    Refusals: NotFound, Invalid("password", …), NotAllowed (no secrecy commitment yet, or not on these days).
    """
    row = _link(token, now)
    account = row.account
    if not may_enter(account, now):
        raise NotAllowed
    new_hash = None if row.many_times else _new_password(account, password or "")
    with transaction(account.centre_id) as session:
        if new_hash is not None:
            if not store.mark_used(session, hashed(token), now):
                raise NotFound
            _set_password(session, account, new_hash)
        return _open(session, account, "link-used", now, replaces)


def sign_out(secret: str, *, now: datetime) -> None:
    with reading() as session:
        row = store.by_session(session, hashed(secret))
    if row is not None:
        with transaction(row.account.centre_id) as session:
            _end(session, secret)
            look(session, row.account.centre_id, "sign-out", now, row.account.id, None)


# ── who is it? ────────────────────────────────────────────────────────────────────────────────────────────────────


def member(secret: str, *, now: datetime, touch: bool = True) -> Member | None:
    """Who the session belongs to, if it still lives and the account may still enter.

    `touch`: a person did this, so her half hour begins anew (noted at most once a minute); a page that refreshes
    itself is no person.
    """
    id_hash = hashed(secret)
    with reading() as session:
        row = store.by_session(session, id_hash)
    if row is None or not may_enter(row.account, now):
        return None
    if not rules.session_lives(row.account.role, row.began_at, row.seen_at, now):
        return None
    if touch and now - row.seen_at >= rules.TOUCH_EVERY:
        with suppress(TooBusy), observe(row.account.centre_id) as session:
            store.touch(session, id_hash, now)
    return _member(row.account)


def member_by_token(token: str, *, now: datetime) -> Member | None:
    with reading() as session:
        account = store.by_token(session, hashed(token))
    return _member(account) if account and may_enter(account, now) else None


def turned_away(centre_id: int, staff_id: int, door: str, *, now: datetime) -> None:
    """Someone of staff tried a door that is not hers (S28)."""
    with observe(centre_id) as session:
        look(session, centre_id, f"turned-away-{door}", now, staff_id, None)


# ── one's own account ─────────────────────────────────────────────────────────────────────────────────────────────


def change_password(centre_id: int, staff_id: int, *, old: str, new: str, now: datetime) -> str:
    """Ends every session of the account; answers the secret of a new one. Refusals: WrongCredentials, Invalid."""
    with reading() as session:
        account = account_of(session, centre_id, staff_id)
    if not passwords.fits(account.password_hash, old):
        _refused(centre_id, staff_id, "password-refused", now)
        raise WrongCredentials
    new_hash = _new_password(account, new)
    with transaction(centre_id) as session:
        _set_password(session, account, new_hash)
        return _open(session, account, "password-changed", now, None)


def set_language(centre_id: int, staff_id: int, language: str, *, now: datetime) -> None:
    """Refusals: NotFound, Invalid("language", …)."""
    known_language(language)
    with transaction(centre_id) as session:
        account = account_of(session, centre_id, staff_id)
        store.change(session, centre_id, staff_id, language=language)
        changed(session, account, "language-changed", now, staff_id)


def issue_token(centre_id: int, staff_id: int, *, now: datetime) -> str:
    """A token for the JSON door, shown this once. Refusals: NotFound, NotAllowed unless `api_allowed` is set."""
    with transaction(centre_id) as session:
        account = account_of(session, centre_id, staff_id)
        if not account.api_allowed:
            raise NotAllowed
        token = new_secret()
        store.keep_token(session, centre_id, staff_id, hashed(token), now)
        changed(session, account, "token-issued", now, staff_id)
        return token


def revoke_tokens(centre_id: int, staff_id: int, *, now: datetime) -> None:
    """Refusal: NotFound."""
    with transaction(centre_id) as session:
        account = account_of(session, centre_id, staff_id)
        store.revoke_tokens(session, centre_id, staff_id)
        changed(session, account, "tokens-revoked", now, staff_id)


def api_access(centre_id: int, staff_id: int) -> tuple[bool, int]:
    """Whether the account may have tokens, and how many it has. Refusal: NotFound."""
    with reading() as session:
        account = account_of(session, centre_id, staff_id)
        return account.api_allowed, store.token_counts(session, centre_id).get(staff_id, 0)


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _centre_id(slug: str) -> int:
    with reading() as session:
        found = store.centre_id(session, slug)
    if found is None:
        raise NotFound
    return found


def _link(token: str, now: datetime) -> LinkRow:
    with reading() as session:
        row = store.by_link(session, hashed(token), now)
    if row is None:
        raise NotFound
    return row


def _member(a: Account) -> Member:
    return Member(a.id, a.centre_id, a.centre_slug, a.carrier_id, a.name, a.login, a.role, a.language)


def _open(session: Session, account: Account, what: str, now: datetime, replaces: str | None) -> str:
    """A new session under a new secret; the centre's outlived ones go."""
    if replaces:
        _end(session, replaces)
    store.drop_old_sessions(session, account.centre_id, now - rules.ABSOLUTE)
    secret = new_secret()
    store.open_session(session, account.centre_id, account.id, hashed(secret), now)
    look(session, account.centre_id, what, now, account.id, None)
    return secret


def _end(session: Session, secret: str) -> None:
    """Open pages of that session must show once more who they are (S4); it may have been one of another centre."""
    centre_id = store.end_session(session, hashed(secret))
    if centre_id is not None:
        announce(session, centre_id, "doors")


def _refused(centre_id: int, staff_id: int | None, what: str, now: datetime) -> None:
    with transaction(centre_id) as session:
        look(session, centre_id, what, now, staff_id, None)


def _new_password(account: Account, password: str) -> str:
    rules.check_password(password, account.login, account.name)
    return passwords.hashed(password)


def _set_password(session: Session, account: Account, new_hash: str) -> None:
    store.change(session, account.centre_id, account.id, password_hash=new_hash)
    store.end_sessions(session, account.centre_id, account.id)
    announce(session, account.centre_id, "doors")
