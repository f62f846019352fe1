"""What kind of installation this is, whether it may serve, and how it is."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from booking.domain.staff import enters_on, may_enter
from booking.domain.times import local_day
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


class Missing(NamedTuple):
    """What an installation needs before it serves: `what` is "centre" or "lead".

    `lead`: the login, at the centre `at`, of the one who may sign in first, from the day `on`; all None without any.
    """

    what: str
    lead: str | None = None
    at: str | None = None
    on: date | None = None


def prepare(*, practice: bool) -> Facts:
    """Bring the tables to this version, and say what kind of installation this is (set once, at its beginning)."""
    schema.upgrade()
    with reading() as session:
        found = store.facts(session)
    if found is None:
        with transaction(0) as session:
            found = store.begun(session, practice=practice)
    return found


def missing(*, now: datetime) -> Missing | None:
    """What it needs before it serves and has not got, if anything."""
    with reading() as session:
        if not store.centre_slugs(session):
            return Missing("centre")
        coming = []
        for centre_id, staff_id, has_key in store.leads(session, now):
            account = staff_store.by_id(session, centre_id, staff_id)
            assert account is not None  # noqa: S101 - read in the same transaction
            today = local_day(now, ZoneInfo(account.zone))
            on = enters_on(account.secret_since, account.first_day)
            if has_key and may_enter(account, today):
                return None
            if on is not None and today < on <= (account.last_day or on):
                coming.append(Missing("lead", account.login, account.centre_slug, on))
    return min(coming, key=lambda one: one.on or date.max, default=Missing("lead"))


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
