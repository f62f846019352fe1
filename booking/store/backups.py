"""What a backup needs from the database: one consistent look at all of it, and a careful start after a restore."""

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.orm import Session

from booking.domain.reminders import DUE, SUBMITTING, UNKNOWN
from booking.store import models as m
from booking.store.messages import Ref


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    tables = sorted(inspect(connection).get_table_names())
    return {t: int(connection.execute(text(f"SELECT count(*) FROM {quote(t)}")).scalar_one()) for t in tables}  # noqa: S608


def copy_sqlite(session: Session, file: Path) -> None:
    """What this transaction sees, as one file; writers go on meanwhile."""
    target = sqlite3.connect(file)
    try:
        source = session.connection().connection.driver_connection
        source.backup(target)  # type: ignore[union-attr]
        target.execute("PRAGMA journal_mode=DELETE")  # else reading it would leave two more files beside it
    finally:
        target.close()


def snapshot(session: Session) -> str:
    """PostgreSQL's name for what this transaction sees; pg_dump can then see the same."""
    return str(session.scalar(text("SELECT pg_export_snapshot()")))


def unsent(session: Session, now: datetime) -> list[tuple[Ref, str]]:
    """Messages whose time has come and of which a restored database cannot know whether they went out; their states."""
    message = m.Message.__table__.c
    found = select(message.id, message.centre_id, message.state).where(
        message.state.in_((DUE, SUBMITTING, UNKNOWN)), message.due_at <= now
    )
    return [(Ref(row.id, row.centre_id), row.state) for row in session.execute(found.order_by(message.id))]


def shut_doors(session: Session, now: datetime) -> None:
    """Sessions, sign-in links, tokens and screens that were used up or taken back after the backup must not return."""
    for door in (m.StaffSession, m.SignInLink, m.StaffToken, m.Pairing):
        session.execute(delete(door))
    session.execute(update(m.Screen).where(m.Screen.revoked_at.is_(None)).values(revoked_at=now))
