"""Leases: who does a piece of background work now, until when, and when it was done last."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

# Pieces of background work: sending messages, and what is done once a night.
MESSAGES, NIGHTLY = "messages", "nightly"
lease = m.Lease.__table__.c


class Lease(NamedTuple):
    """`failed`: parts of the last try that are still to be done."""

    holder: str
    until: datetime
    last_run: datetime | None
    failed: list[str]


def lease_of(session: Session, name: str) -> Lease | None:
    columns = (lease[field] for field in Lease._fields)
    row = session.execute(select(*columns).where(lease.name == name)).first()
    return Lease(*row) if row else None


def add(session: Session, name: str, holder: str, until: datetime) -> None:
    session.execute(insert(m.Lease).values(name=name, holder=holder, until=until))


def give(session: Session, name: str, holder: str, until: datetime) -> None:
    session.execute(update(m.Lease).where(lease.name == name).values(holder=holder, until=until))


def end(session: Session, name: str, holder: str, now: datetime) -> None:
    """Give the lease back, if it is still that holder's."""
    session.execute(update(m.Lease).where(lease.name == name, lease.holder == holder).values(until=now))


def ran(session: Session, name: str, now: datetime) -> None:
    session.execute(update(m.Lease).where(lease.name == name).values(last_run=now, failed=[]))


def left(session: Session, name: str, failed: Sequence[str]) -> None:
    session.execute(update(m.Lease).where(lease.name == name).values(failed=list(failed)))
