"""Leases for background work: one of several workers does it. An economy, not the guard: two at once do no harm."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from booking.store import leases as store
from booking.store.db import reading, transaction
from booking.store.leases import MESSAGES as MESSAGES
from booking.store.leases import NIGHTLY as NIGHTLY
from booking.store.leases import Lease as Lease

INSTALLATION = 0


def hold(name: str, holder: str, length: timedelta, *, now: datetime) -> bool:
    """Take or renew a lease; False while another holds it.

    One that lasts longer than any is given for was written by a clock that ran ahead, and binds nobody (F23).
    """
    with transaction(INSTALLATION) as session:
        lease = store.lease_of(session, name)
        if lease is None:
            store.add(session, name, holder, now + length)
            return True
        if lease.holder != holder and now < lease.until <= now + length:
            return False
        store.give(session, name, holder, now + length)
        return True


def end(name: str, holder: str, *, now: datetime) -> None:
    """Give a lease back before its time, so that nobody waits for it."""
    with transaction(INSTALLATION) as session:
        store.end(session, name, holder, now)


def ran(name: str, *, now: datetime) -> None:
    """Note that all of the work was done; the watchdog looks at it."""
    with transaction(INSTALLATION) as session:
        store.ran(session, name, now)


def left(name: str, failed: Sequence[str]) -> None:
    """Note which parts are still to be done, for people who ask how the installation is."""
    with transaction(INSTALLATION) as session:
        store.left(session, name, failed)


def known(name: str) -> Lease | None:
    """None for what was never begun."""
    with reading() as session:
        return store.lease_of(session, name)


def last_run(name: str) -> datetime | None:
    lease = known(name)
    return lease.last_run if lease else None
