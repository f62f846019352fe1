"""Accounts, their sessions, tokens and sign-in links. Secrets come and go as hashes only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from booking.domain.staff import Account
from booking.store import models as m

s, c = m.Staff.__table__.c, m.Centre.__table__.c
at, token, link = m.StaffSession.__table__.c, m.StaffToken.__table__.c, m.SignInLink.__table__.c

_ACCOUNT = (
    s.id, s.centre_id, c.slug, c.zone, s.carrier_id, s.login, s.name, s.role, s.language, s.password_hash,
    s.secret_since, s.first_day, s.last_day, s.api_allowed,
)  # fmt: skip


def _accounts(*more: Any) -> Select[Any]:
    return select(*_ACCOUNT, *more).join_from(m.Staff, m.Centre, s.centre_id == c.id)


_BY_LOGIN = _accounts().where(s.centre_id == bindparam("centre"), s.login == bindparam("login"))
_BY_ID = _accounts().where(s.centre_id == bindparam("centre"), s.id == bindparam("id"))
_OF_CENTRE = _accounts().where(s.centre_id == bindparam("centre")).order_by(s.name, s.id)
_BY_SESSION = (
    _accounts(at.began_at, at.seen_at)
    .join(m.StaffSession, (at.staff_id == s.id) & (at.centre_id == s.centre_id))
    .where(at.id_hash == bindparam("hash"))
)
_BY_TOKEN = (
    _accounts()
    .join(m.StaffToken, (token.staff_id == s.id) & (token.centre_id == s.centre_id))
    .where(token.token_hash == bindparam("hash"), s.api_allowed)
)
_BY_LINK = (
    _accounts(link.many_times)
    .join(m.SignInLink, (link.staff_id == s.id) & (link.centre_id == s.centre_id))
    .where(link.token_hash == bindparam("hash"), link.used_at.is_(None), link.expires_at > bindparam("now"))
)


class SessionRow(NamedTuple):
    account: Account
    began_at: datetime
    seen_at: datetime


class LinkRow(NamedTuple):
    """A link that is neither used nor expired."""

    account: Account
    many_times: bool


def centre_id(session: Session, slug: str) -> int | None:
    return session.scalar(select(c.id).where(c.slug == slug))


def carrier_id(session: Session, centre: int, slug: str) -> int | None:
    return session.scalar(select(m.Carrier.id).where(m.Carrier.centre_id == centre, m.Carrier.slug == slug))


def is_practice(session: Session) -> bool:
    return bool(session.scalar(select(m.Installation.practice)))


def by_login(session: Session, centre: int, login: str) -> Account | None:
    return _one(session.connection().execute(_BY_LOGIN, {"centre": centre, "login": login}).first())


def by_id(session: Session, centre: int, staff_id: int) -> Account | None:
    return _one(session.connection().execute(_BY_ID, {"centre": centre, "id": staff_id}).first())


def of_centre(session: Session, centre: int) -> list[Account]:
    return [Account._make(row) for row in session.execute(_OF_CENTRE, {"centre": centre})]


def by_session(session: Session, id_hash: str) -> SessionRow | None:
    row = session.connection().execute(_BY_SESSION, {"hash": id_hash}).first()
    return SessionRow(Account._make(row[:-2]), row.began_at, row.seen_at) if row else None


def by_token(session: Session, token_hash: str) -> Account | None:
    return _one(session.connection().execute(_BY_TOKEN, {"hash": token_hash}).first())


def by_link(session: Session, token_hash: str, now: datetime) -> LinkRow | None:
    row = session.connection().execute(_BY_LINK, {"hash": token_hash, "now": now}).first()
    return LinkRow(Account._make(row[:-1]), row.many_times) if row else None


def why_kept(session: Session, centre: int, staff_id: int, now: datetime) -> str | None:
    """What shows that somebody uses an account, or that it was made by hand: "password", "link", "added", "traces"."""
    account = s.centre_id == centre, s.id == staff_id
    looked, stepped = m.Look.__table__.c, m.Step.__table__.c
    by_hand = looked.what == "account-added", looked.surrogate == f"staff-{staff_id}"
    signs: list[tuple[str, Select[Any]]] = [
        ("password", select(s.id).where(*account, s.password_hash.is_not(None))),
        ("link", select(link.staff_id).where(link.staff_id == staff_id, link.used_at.is_(None), link.expires_at > now)),
        ("added", select(looked.id).where(looked.centre_id == centre, *by_hand)),
        ("traces", select(looked.id).where(looked.staff_id == staff_id)),
        ("traces", select(stepped.id).where(stepped.staff_id == staff_id)),
    ]
    return next((why for why, rows in signs if session.execute(rows.limit(1)).first()), None)


def add(session: Session, **values: Any) -> int:
    """A new account; answers its id."""
    return session.scalars(insert(m.Staff).returning(m.Staff.id), values).one()


def change(session: Session, centre: int, staff_id: int, **values: Any) -> None:
    session.execute(update(m.Staff).where(s.centre_id == centre, s.id == staff_id).values(**values))


def open_session(session: Session, centre: int, staff_id: int, id_hash: str, now: datetime) -> None:
    session.add(m.StaffSession(id_hash=id_hash, centre_id=centre, staff_id=staff_id, began_at=now, seen_at=now))


def touch(session: Session, id_hash: str, now: datetime) -> None:
    """Forwards only: of two requests at once the later counts."""
    session.execute(update(m.StaffSession).where(at.id_hash == id_hash, at.seen_at < now).values(seen_at=now))


def end_session(session: Session, id_hash: str) -> int | None:
    """The centre whose session it was, if there was one."""
    ended = delete(m.StaffSession).where(at.id_hash == id_hash).returning(m.StaffSession.centre_id)
    return session.scalar(ended)


def end_sessions(session: Session, centre: int, staff_id: int) -> None:
    session.execute(delete(m.StaffSession).where(at.centre_id == centre, at.staff_id == staff_id))


def drop_old_sessions(session: Session, centre: int, before: datetime) -> None:
    session.execute(delete(m.StaffSession).where(at.centre_id == centre, at.began_at <= before))


def keep_token(session: Session, centre: int, staff_id: int, token_hash: str, now: datetime) -> None:
    session.add(m.StaffToken(token_hash=token_hash, centre_id=centre, staff_id=staff_id, issued_at=now))


def revoke_tokens(session: Session, centre: int, staff_id: int) -> None:
    session.execute(delete(m.StaffToken).where(token.centre_id == centre, token.staff_id == staff_id))


def token_counts(session: Session, centre: int) -> dict[int, int]:
    """How many tokens each account has, by staff id."""
    counted = (
        select(token.staff_id, func.count())
        .where(token.centre_id == centre)
        .group_by(token.staff_id)
        .order_by(token.staff_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def keep_link(
    session: Session, centre: int, staff_id: int, token_hash: str, expires_at: datetime, many_times: bool
) -> None:
    session.add(
        m.SignInLink(token_hash=token_hash, centre_id=centre, staff_id=staff_id, expires_at=expires_at,
                     used_at=None, many_times=many_times)
    )  # fmt: skip


def mark_used(session: Session, token_hash: str, now: datetime) -> bool:
    """True for exactly one of however many use the link at once."""
    taken = update(m.SignInLink).where(link.token_hash == token_hash, link.used_at.is_(None)).values(used_at=now)
    return session.execute(taken).rowcount == 1  # type: ignore[attr-defined,no-any-return]


def drop_links(session: Session, centre: int, staff_id: int, now: datetime) -> None:
    """The account's one-time links (a new one replaces them) and the centre's expired ones."""
    session.execute(delete(m.SignInLink).where(link.centre_id == centre, link.expires_at <= now))
    session.execute(
        delete(m.SignInLink).where(link.centre_id == centre, link.staff_id == staff_id, link.many_times.is_(False))
    )


def _one(row: Sequence[Any] | None) -> Account | None:
    return Account._make(row) if row else None
