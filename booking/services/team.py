"""Keeping the accounts of a centre: what leads and administrators do. `by` is the staff id of who does it."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import staff as rules
from booking.domain.actors import By
from booking.domain.errors import NotAllowed
from booking.domain.rostering import first_change
from booking.domain.staff import Account
from booking.services.steps.accounts import account_of, changed, may_enter
from booking.services.steps.accounts import new_link as write_link
from booking.services.steps.changing import Change, Saved
from booking.services.steps.changing import changed as roster_changed
from booking.store import staff as store
from booking.store.db import reading, transaction


class TeamRow(NamedTuple):
    """An account in the list. `changeable`: by the one who looks; `tokens`: how many it has for the JSON door."""

    id: int
    name: str
    login: str
    role: str
    secret_since: date | None
    last_day: date | None
    may_enter: bool
    has_password: bool
    api_allowed: bool
    tokens: int
    changeable: bool


def team(centre_id: int, *, by: int, now: datetime) -> list[TeamRow]:
    """The accounts of a centre by name."""
    with reading() as session:
        viewer = account_of(session, centre_id, by)
        tokens = store.token_counts(session, centre_id)
        return [_row(a, viewer, tokens.get(a.id, 0), now) for a in store.of_centre(session, centre_id)]


def new_link(centre_id: int, staff_id: int, *, by: int, now: datetime) -> str:
    """A one-time link for someone without a password or who forgot it. Refusals: NotFound, NotAllowed."""
    with transaction(centre_id) as session:
        account = _managed(session, centre_id, staff_id, by)
        return write_link(session, account, now, rules.LINK_HOURS, by)


def end_sessions(centre_id: int, staff_id: int, *, by: int, now: datetime) -> None:
    """Signs the account out everywhere. Refusals: NotFound, NotAllowed."""
    with transaction(centre_id) as session:
        account = _managed(session, centre_id, staff_id, by)
        store.end_sessions(session, centre_id, staff_id)
        changed(session, account, "sessions-ended", now, by)


def allow_api(centre_id: int, staff_id: int, allowed: bool, *, by: int, now: datetime) -> None:
    """Whether the account may issue tokens; taking that back revokes those it has. Refusals: NotFound, NotAllowed."""
    with transaction(centre_id) as session:
        account = _managed(session, centre_id, staff_id, by)
        store.change(session, centre_id, staff_id, api_allowed=allowed)
        if not allowed:
            store.revoke_tokens(session, centre_id, staff_id)
        changed(session, account, "api-allowed" if allowed else "api-forbidden", now, by)


def set_dates(
    centre_id: int, staff_id: int, *, secret_since: date | None, last_day: date | None, by: int, now: datetime
) -> Saved:
    """The day of the secrecy commitment and the last day of work; both are judged at every request.

    That somebody goes is a fact: the gap it opens is an alarm, and what is booked with her then is answered.
    Refusals: NotFound, NotAllowed, Invalid.
    """
    with transaction(centre_id) as session:
        account = _managed(session, centre_id, staff_id, by)
        rules.check_days(account.first_day, secret_since, last_day)
        change = Change(session, centre_id, By("desk", by), now, fact=True)

        def write() -> None:
            store.change(session, centre_id, staff_id, secret_since=secret_since, last_day=last_day)
            changed(session, account, "dates-changed", now, by)

        was, term = (account.secret_since, account.last_day), (secret_since, last_day)
        leaves = first_change((None, account.last_day), (None, last_day), change.today)
        return roster_changed(change, first_change(was, term, change.today), None, write, (leaves, None))


def _managed(session: Session, centre_id: int, staff_id: int, by: int) -> Account:
    account = account_of(session, centre_id, staff_id)
    if not rules.may_manage(account_of(session, centre_id, by), account):
        raise NotAllowed
    return account


def _row(a: Account, viewer: Account, tokens: int, now: datetime) -> TeamRow:
    return TeamRow(
        a.id, a.name, a.login, a.role, a.secret_since, a.last_day, may_enter(a, now), a.password_hash is not None,
        a.api_allowed, tokens, rules.may_manage(viewer, a),
    )  # fmt: skip
