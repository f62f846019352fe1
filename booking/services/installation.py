"""What kind of installation this is, whether it may serve, and how it is."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from booking.services.steps.accounts import may_enter
from booking.store import installation as store
from booking.store import leases, schema
from booking.store import staff as staff_store
from booking.store.db import reading, transaction
from booking.store.installation import Facts
from booking.store.schema import UnknownSchema as UnknownSchema
from booking.store.schema import disconnect as disconnect
from booking.store.schema import exists as exists
from booking.store.schema import make_room as make_room

SILENT_SECONDS = 180


class Readiness(NamedTuple):
    """`schema`: the tables are those this version works with. `worker_seconds`: since its last run; None if never."""

    database: bool
    schema: bool
    worker_seconds: int | None

    @property
    def ready(self) -> bool:
        return self.schema and self.worker_seconds is not None and self.worker_seconds <= SILENT_SECONDS


def prepare(*, practice: bool) -> Facts:
    """Bring the tables to this version, and say what kind of installation this is (set once, at its beginning)."""
    schema.upgrade()
    with reading() as session:
        found = store.facts(session)
    if found is None:
        with transaction(0) as session:
            found = store.begun(session, practice=practice)
    return found


def missing(*, now: datetime) -> str | None:
    """What an installation needs before it serves and has not got: "centre", "lead", or nothing."""
    with reading() as session:
        if not store.centre_slugs(session):
            return "centre"
        for centre_id, staff_id in store.leads_with_a_key(session, now):
            account = staff_store.by_id(session, centre_id, staff_id)
            if account is not None and may_enter(account, now):
                return None
    return "lead"


def centres() -> list[str]:
    """The slugs of the centres served."""
    with reading() as session:
        return store.centre_slugs(session)


def readiness(*, now: datetime) -> Readiness:
    """Answers also when the database does not."""
    try:
        with reading() as session:
            if schema.current(session.connection()) != schema.head():
                return Readiness(True, False, None)
            lease = leases.lease_of(session, leases.MESSAGES)
    except SQLAlchemyError:
        return Readiness(False, False, None)
    last = lease.last_run if lease else None
    return Readiness(True, True, None if last is None else max(0, int((now - last).total_seconds())))
