"""The guards of the house, and how a control switches each of them off in the process it runs in.

Beneath a guard another one stands; a control says which it takes away, and what must be seen then.
"""

import random
import secrets
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from booking.services.steps import links
from booking.store import appointments, cover, tickets
from booking.store import db as store_db
from booking.store import models as m

PAUSE_SECONDS = 0.002


def switch_off(*names: str) -> None:
    """Inside an app context: the engine is part of it."""
    for name in names:
        GUARDS[name]()


def _lock() -> None:
    """No write lock: neither the process's nor BEGIN IMMEDIATE, nor the centre's advisory lock."""
    store_db.WRITE_LOCK["on"] = False


def _transaction() -> None:
    """Each statement stands alone and is seen by all at once, with time for others to come between."""
    engine = store_db.db.engine
    event.listen(engine, "after_cursor_execute", lambda *_: time.sleep(random.uniform(0, PAUSE_SECONDS)))
    if engine.dialect.name == "sqlite":
        event.remove(engine, "begin", store_db._sqlite_begin)
    else:
        event.listen(engine, "after_cursor_execute", _commit_alone)


def _commit_alone(connection: Any, *_statement: object) -> None:
    connection.connection.dbapi_connection.commit()


def _claims() -> None:
    """Nobody claims the minutes of a counsellor or a room."""
    appointments.claim = lambda *_, **__: True


def _state() -> None:
    """A ticket's step no longer names the state it starts from."""

    def change(session: Session, _centre_id: int, ticket_id: int, _old: str, new: str, **values: Any) -> bool:
        session.execute(update(m.Ticket).where(m.Ticket.id == ticket_id).values(state=new, **values))
        return True

    tickets.change = change


def _current() -> None:
    """Who has a ticket already is looked up some time before the next is called."""
    look_up = tickets.all_current

    def all_current(session: Session, centre_id: int) -> list[tickets.Current]:
        found = look_up(session, centre_id)
        time.sleep(random.uniform(0, 25 * PAUSE_SECONDS))
        return found

    tickets.all_current = all_current


def _counter() -> None:
    """A day's numbers are read, counted up here, and written back."""

    def next_number(session: Session, centre_id: int, day: date, drawn: int) -> tuple[int, int]:
        mine = m.Series.centre_id == centre_id, m.Series.day == day
        first, given = session.execute(select(m.Series.first, m.Series.given).where(*mine)).one()
        session.execute(update(m.Series).where(*mine).values(given=given + 1))
        return first, given

    tickets.next_number = next_number


def _keys() -> None:
    """Nobody remembers what an idempotency key was answered."""
    remember = links.remember
    links.earlier = lambda *_: None
    links.remember = lambda session, centre_id, _key, *content, **of: remember(
        session, centre_id, secrets.token_hex(8), *content, **of
    )


def _unsent() -> None:
    """A plan's messages are unmade whether or not somebody is sending them."""

    def unmake_messages(session: Session, _centre_id: int, ids: list[int]) -> bool:
        session.execute(delete(m.Message).where(m.Message.id.in_(ids)))
        return True

    cover.unmake_messages = unmake_messages


def _commit() -> None:
    """Answers are given, and nothing is kept."""
    Session.commit = Session.rollback


GUARDS: dict[str, Callable[[], None]] = {
    "lock": _lock, "transaction": _transaction, "claims": _claims, "state": _state, "current": _current,
    "counter": _counter, "unsent": _unsent, "keys": _keys, "commit": _commit,
}  # fmt: skip
