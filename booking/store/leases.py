"""Leases: who does a piece of background work now, until when, and when it was done last."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

lease = m.Lease.__table__.c


class Lease(NamedTuple):
    holder: str
    until: datetime
    last_run: datetime | None


def lease_of(session: Session, name: str) -> Lease | None:
    row = session.execute(select(lease.holder, lease.until, lease.last_run).where(lease.name == name)).first()
    return Lease(*row) if row else None


def add(session: Session, name: str, holder: str, until: datetime) -> None:
    session.execute(insert(m.Lease).values(name=name, holder=holder, until=until))


def give(session: Session, name: str, holder: str, until: datetime) -> None:
    session.execute(update(m.Lease).where(lease.name == name).values(holder=holder, until=until))


def end(session: Session, name: str, holder: str, now: datetime) -> None:
    """Give the lease back, if it is still that holder's."""
    session.execute(update(m.Lease).where(lease.name == name, lease.holder == holder).values(until=now))


def ran(session: Session, name: str, now: datetime) -> None:
    session.execute(update(m.Lease).where(lease.name == name).values(last_run=now))
