"""The installation itself: its one row, its background work, and whether somebody could run a day with it."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from booking.domain.staff import LEAD
from booking.store import models as m

i, s, link = (t.__table__.c for t in (m.Installation, m.Staff, m.SignInLink))


class Facts(NamedTuple):
    epoch: str
    practice: bool
    clock_ahead_seconds: int


def facts(session: Session) -> Facts | None:
    row = session.execute(select(i.epoch, i.practice, i.clock_ahead_seconds)).first()
    return Facts(*row) if row else None


def begun(session: Session, *, practice: bool) -> Facts:
    """What is known of the installation; a new one begins here, and is of its kind from now on."""
    found = facts(session)
    if found is None:
        found = Facts(_epoch(), practice, 0)
        session.add(m.Installation(id=1, **found._asdict()))
        session.flush()
    return found


def renew(session: Session) -> None:
    """A new epoch: screens that knew the old one forget what they knew."""
    session.execute(update(m.Installation).values(epoch=_epoch()))


def _epoch() -> str:
    return secrets.token_hex(16)


def set_clock_ahead(session: Session, seconds: int) -> None:
    session.execute(update(m.Installation).values(clock_ahead_seconds=seconds))


def centre_slugs(session: Session) -> list[str]:
    return list(session.scalars(select(m.Centre.slug).order_by(m.Centre.slug)))


class Lead(NamedTuple):
    """`has_key`: a password, or a sign-in link that still works."""

    centre_id: int
    staff_id: int
    has_key: bool


def leads(session: Session, now: datetime) -> list[Lead]:
    key = or_(s.password_hash.is_not(None), _open_link(now))
    return [
        Lead._make(row) for row in session.execute(select(s.centre_id, s.id, key).where(s.role == LEAD).order_by(s.id))
    ]


def _open_link(now: datetime) -> ColumnElement[bool]:
    return exists().where(link.staff_id == s.id, link.used_at.is_(None), link.expires_at > now)
