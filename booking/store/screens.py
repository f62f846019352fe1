"""Screens, kiosks and their pairing."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from booking.store import models as m


class ScreenRow(NamedTuple):
    id: int
    centre_id: int
    name: str
    seen_at: datetime | None
    kind: str
    prints: bool
    vacant: bool


_SCREEN = select(*(m.Screen.__table__.c[name] for name in ScreenRow._fields)).where(m.Screen.revoked_at.is_(None))
_BY_TOKEN = _SCREEN.where(m.Screen.token_hash == bindparam("hash"))


def by_token(session: Session, token_hash: str) -> ScreenRow | None:
    row = session.connection().execute(_BY_TOKEN, {"hash": token_hash}).first()
    return ScreenRow(*row) if row else None


def of_centre(session: Session, centre_id: int) -> list[ScreenRow]:
    rows = session.execute(_SCREEN.where(m.Screen.centre_id == centre_id).order_by(m.Screen.id))
    return [ScreenRow(*row) for row in rows]


def add(session: Session, row: m.Screen) -> int:
    session.add(row)
    session.flush()
    return row.id


def touch(session: Session, screen_id: int, now: datetime) -> None:
    session.execute(update(m.Screen).where(m.Screen.id == screen_id).values(seen_at=now))


def settle(session: Session, centre_id: int, kiosk_id: int, **values: bool) -> bool:
    """Change what a kiosk does; False if there is no such kiosk here."""
    result = session.execute(
        update(m.Screen)
        .where(m.Screen.id == kiosk_id, m.Screen.centre_id == centre_id, m.Screen.kind == "kiosk",
               m.Screen.revoked_at.is_(None))
        .values(**values)
    )  # fmt: skip
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def desk_vacant(session: Session, centre_id: int) -> bool:
    """Whether a kiosk of the centre takes all arrivals now."""
    asked = select(m.Screen.id).where(
        m.Screen.centre_id == centre_id, m.Screen.vacant.is_(True), m.Screen.revoked_at.is_(None)
    )
    return session.scalar(asked.limit(1)) is not None


def revoke(session: Session, centre_id: int, screen_id: int, now: datetime) -> bool:
    result = session.execute(
        update(m.Screen)
        .where(m.Screen.id == screen_id, m.Screen.centre_id == centre_id, m.Screen.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def pairing_code_used(session: Session, code: str, now: datetime) -> bool:
    session.execute(delete(m.Pairing).where(m.Pairing.expires_at <= now))
    return session.scalar(select(m.Pairing.code).where(m.Pairing.code == code)) is not None


def add_pairing(session: Session, row: m.Pairing) -> None:
    session.add(row)
    session.flush()


def pairing_kind(session: Session, code: str, now: datetime) -> str | None:
    """What shows these digits; None if nothing does."""
    return session.scalar(
        select(m.Pairing.kind).where(m.Pairing.code == code, m.Pairing.screen_id.is_(None), m.Pairing.expires_at > now)
    )


def pair(session: Session, code: str, centre_id: int, screen_id: int, now: datetime) -> str | None:
    """Bind an open pairing to a screen; the hash of the secret that the screen holds, None if no such code is open."""
    return session.scalar(
        update(m.Pairing)
        .where(m.Pairing.code == code, m.Pairing.screen_id.is_(None), m.Pairing.expires_at > now)
        .values(centre_id=centre_id, screen_id=screen_id)
        .returning(m.Pairing.secret_hash)
    )


def set_token(session: Session, screen_id: int, token_hash: str) -> None:
    session.execute(update(m.Screen).where(m.Screen.id == screen_id).values(token_hash=token_hash))


def paired_screen(session: Session, secret_hash: str, now: datetime) -> int | None:
    """The screen that staff bound to this secret, if they have."""
    return session.scalar(
        select(m.Pairing.screen_id).where(m.Pairing.secret_hash == secret_hash, m.Pairing.expires_at > now)
    )


def drop_pairing(session: Session, secret_hash: str) -> bool:
    """True for exactly one of however many ask at once."""
    result = session.execute(delete(m.Pairing).where(m.Pairing.secret_hash == secret_hash))
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]
