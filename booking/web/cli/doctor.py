"""`anlaufstelle doctor`: looks at everything a day needs, changes nothing, and says what to do."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click
from sqlalchemy.exc import SQLAlchemyError

from booking import clock, create_app
from booking.config import ROOT, BadConfig, Config, from_environment
from booking.services import installation, leases
from booking.services.installation import SILENT_SECONDS
from booking.services.leases import NIGHTLY, Lease
from booking.web.cli.serve import who_comes
from booking.web.i18n import TRANSLATIONS

OK, WARN, BAD = "ok", "warn", "bad"
COLOURS = {OK: "green", WARN: "yellow", BAD: "red"}
LITTLE_SPACE = 0.10
LONGEST_NIGHT = timedelta(hours=28)


class Finding(NamedTuple):
    level: str
    what: str
    advice: str = ""


@click.command()
def doctor() -> None:
    """Check configuration, database, disk, worker, SMS and accounts. Exit code 1 if something is bad."""
    bad = False
    for finding in examine():
        click.echo(f"{click.style(f'{finding.level:5}', fg=COLOURS[finding.level])}{finding.what}")
        if finding.advice:
            click.echo(f"     {finding.advice}")
        bad = bad or finding.level == BAD
    if bad:
        raise click.exceptions.Exit(1)


def examine() -> Iterator[Finding]:
    try:
        config = from_environment()
    except BadConfig as error:
        yield Finding(BAD, "configuration", str(error))
        return
    yield Finding(OK, "configuration: SECRET_KEY is set")
    yield from _addresses(config)
    yield from _disk(config)
    yield from _sms(config)
    yield from _redis(config)
    yield from _languages()
    with create_app(config).app_context():
        yield from _database(config)


def _addresses(config: Config) -> Iterator[Finding]:
    if config.secure_cookies:
        yield Finding(OK, f"public address: {config.public_url}")
    else:
        advice = "Set PUBLIC_URL to the https:// address visitors use: cookies are safe there, SMS receipts go there."
        yield Finding(WARN, f"public address: {config.public_url or 'not set'}", advice)


def _disk(config: Config) -> Iterator[Finding]:
    file = config.database_url.removeprefix("sqlite:///")
    folder = ROOT if file == config.database_url else Path(file)
    while not folder.is_dir():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    what = f"disk: {share:.0%} free at {folder}"
    yield (
        Finding(OK, what) if share >= LITTLE_SPACE else Finding(WARN, what, "Make room: bookings stop on a full disk.")
    )


def _sms(config: Config) -> Iterator[Finding]:
    keys = {
        "TWILIO_ACCOUNT_SID": config.twilio_account,
        "TWILIO_AUTH_TOKEN": config.twilio_token,
        "TWILIO_SENDER": config.twilio_sender,
    }
    missing = ", ".join(name for name, value in keys.items() if not value)
    if not missing:
        yield Finding(OK, "SMS: Twilio's keys are set")
    elif any(keys.values()):
        yield Finding(BAD, "SMS: off, though some keys are set", f"Missing: {missing}.")
    else:
        yield Finding(WARN, "SMS: off", f"Messages are kept and shown as not sent. To send them set {missing}.")


def _redis(config: Config) -> Iterator[Finding]:
    if config.redis_url is None:
        yield Finding(OK, "Redis: not used (one serving process)")
        return
    try:
        from redis import Redis, RedisError
    except ImportError:
        yield Finding(BAD, "Redis: its package is missing", "Install the extra: pip install 'anlaufstelle[scale]'")
        return
    try:
        Redis.from_url(config.redis_url, socket_connect_timeout=3).ping()
        yield Finding(OK, "Redis: answers")
    except (RedisError, ValueError) as error:
        yield Finding(BAD, "Redis: does not answer", f"{type(error).__name__}: check REDIS_URL and the server.")


def _languages() -> Iterator[Finding]:
    stale = [
        po.parts[-3]
        for po in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    what = "languages: the sentences are compiled"
    advice = f"Not up to date: {', '.join(stale)}. The next start does it, if it may write in {TRANSLATIONS}."
    yield Finding(WARN, "languages", advice) if stale else Finding(OK, what)


def _database(config: Config) -> Iterator[Finding]:
    kind = "PostgreSQL" if config.database_url.startswith("postgresql") else "SQLite"
    try:
        there = installation.exists()
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding(BAD, f"database: {kind} does not answer", f"{words}. Check DATABASE_URL and the server.")
        return
    if not there:
        yield Finding(BAD, f"database: {kind}, empty", "Load a centre: anlaufstelle centre load ludwigsburg")
        return
    yield Finding(OK, f"database: {kind} answers")
    if kind == "PostgreSQL" and not shutil.which("pg_dump"):
        yield Finding(WARN, "backup: pg_dump is missing", "Debian: sudo apt install postgresql-client")
    yield from _inside()


def _inside() -> Iterator[Finding]:
    now = clock.now()
    found = installation.readiness(now=now)
    if not found.schema:
        yield Finding(
            BAD, "tables: of another version", "Any command brings older ones up to date: anlaufstelle db upgrade"
        )
        return
    yield Finding(OK, "tables: of this version")
    missing = installation.missing(now=now)
    if missing and missing.what == "centre":
        yield Finding(BAD, "centres: none", "Load one: anlaufstelle centre load ludwigsburg")
        return
    yield Finding(OK, f"centres: {', '.join(installation.centres()[:5])}")
    advice = "anlaufstelle staff add CENTRE --role lead …, or: anlaufstelle staff link CENTRE LOGIN."
    yield (
        Finding(BAD, "accounts: no lead can sign in", advice + who_comes(missing))
        if missing
        else Finding(OK, "accounts: a lead can sign in")
    )
    yield _worker(found.worker_seconds)
    yield _night(leases.known(NIGHTLY), now)


def _worker(seconds: int | None) -> Finding:
    if seconds is None:
        return Finding(WARN, "worker: has never run", "It runs in `anlaufstelle serve`, or alone: anlaufstelle worker")
    what = f"worker: last run {seconds} s ago"
    if seconds <= SILENT_SECONDS:
        return Finding(OK, what)
    return Finding(BAD, what, "No messages leave. Is `anlaufstelle serve` (or `anlaufstelle worker`) running?")


def _night(lease: Lease | None, now: datetime) -> Finding:
    if lease is not None and lease.failed:
        advice = "It is tried again every hour from half past three on; the log says where it failed."
        return Finding(BAD, f"night: not done: {', '.join(lease.failed)}", advice)
    last = lease.last_run if lease else None
    if last is not None and now - last <= LONGEST_NIGHT:
        return Finding(OK, f"night: all was done at {last:%Y-%m-%d %H:%M} UTC")
    what = "night: nothing was ever done" if last is None else f"night: last done at {last:%Y-%m-%d %H:%M} UTC"
    return Finding(WARN, what, "Erasing what is old comes after half past three, while a worker runs.")
