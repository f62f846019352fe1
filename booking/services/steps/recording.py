"""Rows that say what happened: steps, looks, and the version of the public snapshot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.store import models as m
from booking.store.db import announce

_STEP, _LOOK = insert(m.Step), insert(m.Look)
_BOARD = update(m.Board).where(m.Board.centre_id == bindparam("centre")).values(version=m.Board.version + 1)


def ticket_step(
    session: Session, centre_id: int, ticket_id: int, name: str, now: datetime, by: By, *,
    before: Mapping[str, Any] | None = None, reason: str | None = None,
) -> None:  # fmt: skip
    """`before`: what the ticket was, for taking the step back; None: it stays."""
    _step(session, centre_id, name, now, by, ticket_id=ticket_id, before=_plain(before), reason=reason)


def appointment_step(session: Session, centre_id: int, appointment_id: int, name: str, now: datetime, by: By) -> None:
    _step(session, centre_id, name, now, by, appointment_id=appointment_id)


def appointment_steps(session: Session, centre_id: int, names: Mapping[int, str], now: datetime, by: By) -> None:
    """The same of several at once: the step's name by appointment."""
    common = {"centre_id": centre_id, "at": now, "staff_id": by.staff_id, "door": by.door}
    rows = [{"appointment_id": id_, "name": name, **common} for id_, name in names.items()]
    session.connection().execute(_STEP, rows)


def look(
    session: Session, centre_id: int, what: str, now: datetime, staff_id: int | None, surrogate: str | None
) -> None:
    """A look at a person, or a change to what is known of one."""
    row = {"centre_id": centre_id, "staff_id": staff_id, "at": now, "what": what, "surrogate": surrogate}
    session.connection().execute(_LOOK, row)


def board_changed(session: Session, centre_id: int) -> None:
    """Screens and staff pages hear of it after the commit; the snapshot's version goes up in this transaction."""
    session.connection().execute(_BOARD, {"centre": centre_id})
    announce(session, centre_id, "board")
    announce(session, centre_id, "desk")


def desk_changed(session: Session, centre_id: int) -> None:
    """Only staff pages hear of it: nothing that a screen shows has changed."""
    announce(session, centre_id, "desk")


def _step(session: Session, centre_id: int, name: str, now: datetime, by: By, **of: Any) -> None:
    row = {"centre_id": centre_id, "name": name, "at": now, "staff_id": by.staff_id, "door": by.door, **of}
    session.connection().execute(_STEP, row)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As JSON keeps it: instants as text."""
    if values is None:
        return None
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
