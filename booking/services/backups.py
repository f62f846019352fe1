"""Backup and restore: while the house is open, verified, and without sending anything from the past again."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from booking.domain.actors import By
from booking.domain.reminders import EXPIRED
from booking.gateways import backups as files
from booking.gateways.backups import BackupFailed as BackupFailed
from booking.gateways.backups import Manifest, Server
from booking.services.steps.messages import move
from booking.store import backups as store
from booking.store import installation, retention, schema
from booking.store.db import db, reading, transaction

RESTORED = "restored"


class Written(NamedTuple):
    file: Path
    rows: int


class Restored(NamedTuple):
    """`expired`: messages of the past that will not be sent; `erased`: surrogates to be erased again."""

    taken_at: datetime
    rows: int
    expired: int
    erased: set[str]


def backup(folder: Path, *, now: datetime) -> Written:
    """A new verified file in the folder. Refusal: BackupFailed; then there is no new file."""
    if not schema.exists():
        raise BackupFailed("there is no database to back up")
    kind = db.engine.dialect.name
    with files.new_file(folder, now, kind) as (part, final):
        with reading() as session:
            rows, erased = store.rows(session), retention.erased(session)
            if kind == "sqlite":
                store.copy_sqlite(session, part)
            else:
                files.dump(_server(), store.snapshot(session), part)
        _compare(_rows_in(kind, part), rows)
        files.seal(part, final, Manifest(kind, now, rows, erased, files.digest(part)))
    return Written(final, sum(rows.values()))


def restore(file: Path, *, now: datetime, by: By) -> Restored:
    """Fill the empty database of the configuration from a backup. Refusal: BackupFailed.

    Messages whose time has come are left to people: the live system may have sent them after the backup. Sessions,
    links, tokens and screens end: some may have been revoked since. Whoever restores erases again, see Restored.
    """
    manifest = files.opened(file)
    if manifest.database != db.engine.dialect.name:
        raise BackupFailed(f"this is a backup of {manifest.database}, but DATABASE_URL names another kind")
    if schema.exists():
        raise BackupFailed("the database is not empty: a backup is restored into an empty one only")
    _compare(_rows_in(manifest.database, file), manifest.rows)
    _fill(file)
    with reading() as session:
        _compare(store.rows(session), manifest.rows)
    schema.upgrade()
    with transaction(0) as session:
        installation.renew(session)
        store.shut_doors(session, now)
        late = store.unsent(session, now)
        for ref, state in late:
            move(session, ref, state, EXPIRED, now, by, error=RESTORED)
    return Restored(manifest.taken_at, sum(manifest.rows.values()), len(late), files.erased_beside(file))


def _rows_in(kind: str, file: Path) -> dict[str, int]:
    return files.rows_in_sqlite(file) if kind == "sqlite" else files.rows_in_dump(file)


def _fill(file: Path) -> None:
    target = schema.file_of_database()
    if target is not None:
        files.fill_sqlite(target, file)
    else:
        files.fill_postgres(_server(), file)


def _compare(found: dict[str, int], wanted: dict[str, int]) -> None:
    differ = sorted(t for t in found.keys() | wanted.keys() if found.get(t) != wanted.get(t))
    if differ:
        raise BackupFailed(f"the rows are not all there: {', '.join(differ)}")


def _server() -> Server:
    url = db.engine.url
    bare = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return Server(bare, url.password)
