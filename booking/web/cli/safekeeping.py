"""`anlaufstelle backup`, `restore` and `erase`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from booking import clock, create_app
from booking.config import Config
from booking.domain.actors import By
from booking.domain.appointments import read_code
from booking.domain.errors import Invalid, NotFound, Unfinished
from booking.services import backups, installation, retention

CLI = By("cli")
SQLITE = "sqlite:///"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Write a verified backup into FOLDER, while the house is open. It holds names: keep it encrypted, 30 days."""
    done = backups.backup(folder, now=clock.now())
    click.echo(f"{done.file}: {done.rows} rows, verified.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Fill an empty database from the backup FILE: verified, nobody erased comes back, no message of the past leaves.

    Every sign-in, link and token ends, and every screen: some may have been revoked since the backup.
    """
    now = clock.now()
    with _aside(current_app._get_current_object()) as app, app.app_context():  # type: ignore[attr-defined]
        done = backups.restore(file, now=now, by=CLI)
        again = retention.erase_again(done.erased, now=now, by=CLI)
        with suppress(Unfinished):  # the worker's first night does the rest, or says that it cannot
            retention.nightly(now=now)
        installation.disconnect()
    click.echo(
        f"Restored {done.rows} rows of {done.taken_at:%Y-%m-%d %H:%M} UTC. Messages of the past, left for the desk to"
        f" look at: {done.expired}. Erased again: {again}."
    )
    click.echo("Sign-ins, links and tokens have ended. A new link for a lead: anlaufstelle staff link CENTRE LOGIN")
    click.echo("No screen is paired any more: each shows six digits, to be typed at the desk under Screens.")
    click.echo("Erased since, and in no later backup beside it? anlaufstelle erase --again SURROGATE")


@contextmanager
def _aside(app: Flask) -> Iterator[Flask]:
    """SQLite: fill a file beside the place, and move it there when all is done. PostgreSQL has no such way."""
    config: Config = app.extensions["config"]
    if not config.database_url.startswith(SQLITE):
        yield app
        return
    place = Path(config.database_url.removeprefix(SQLITE))
    if place.exists():
        raise backups.BackupFailed(f"{place} exists: a backup is restored into an empty place only")
    aside = place.with_name(f".{place.name}.restoring")
    _remove(aside)  # what a restore that was cut short left
    try:
        yield create_app(replace(config, database_url=f"{SQLITE}{aside}"))
        os.replace(aside, place)
    finally:
        _remove(aside)


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)


@click.command()
@click.argument("code", required=False)
@click.option("--centre", help="The centre's slug, where several have an appointment with this code.")
@click.option("--again", metavar="SURROGATE", help="After a restore: erase whom an earlier proof names.")
@with_appcontext
def erase(code: str | None, centre: str | None, again: str | None) -> None:
    """Erase name, phone and consent of the visitor with this appointment CODE now, and print a proof.

    The appointment stays, without a name; nobody can change it online any more, and nothing is sent.
    """
    if again is not None:
        click.echo(f"Erased again: {retention.erase_again({again}, now=clock.now(), by=CLI)}")
    elif code is None:
        raise click.UsageError("CODE is missing.")
    else:
        _erase(code, centre)


def _erase(typed: str, centre: str | None) -> None:
    code = read_code(typed)
    if code is None:
        raise click.BadParameter("eight digits, of which the last one checks the others", param_hint="CODE")
    try:
        done = retention.erase(code, centre_slug=centre, now=clock.now(), by=CLI)
    except NotFound as error:
        raise click.ClickException("No appointment has this code, or its visitor is erased already.") from error
    except Invalid as error:
        raise click.UsageError("Several centres have this code: say which with --centre.") from error
    click.echo(f"Erased: visitor {done.surrogate or '-'} of {done.centre} at {done.at:%Y-%m-%d %H:%M:%S} UTC.")
    if done.traces:
        click.echo(
            "SQLite's log may hold traces of it until the next night's work: a long look at the data is going on."
        )
