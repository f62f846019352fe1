"""`anlaufstelle centre load|check`: centres from their files, every mistake with its line."""

import sys
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from booking import clock
from booking.domain.centre_changes import ADDED, CHANGED, KEPT, REMOVED, Change
from booking.domain.centres import BadCentre
from booking.services import centres

SIGNS = {ADDED: "+", CHANGED: "~", REMOVED: "-", KEPT: "="}

centre = AppGroup("centre", help="Load or check a centre's file.")


@centre.command("check", with_appcontext=False)
@click.argument("file")
def check(file: str) -> None:
    """Name every mistake in FILE (a path, or the slug of a shipped centre) with its line."""
    name, _ = _read(file)
    click.echo(f"{name}: no mistakes.")


@centre.command("load")
@click.argument("file")
@click.option("--apply/--dry-run", default=True, help="Dry run: only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask before a centre at work is changed.")
def load(file: str, apply: bool, yes: bool) -> None:
    """Load FILE (a path, or the slug of a shipped centre). On live data it shows what would change, and asks."""
    name, text = _read(file)
    found = centres.changes(text, now=clock.now())
    if not found:
        click.echo(f"{name}: nothing to change.")
        return
    _show(found)
    new = any(change.what == ADDED and change.kind == "centre" for change in found)
    if not apply:
        click.echo("Dry run: nothing was changed.")
    elif new or yes or click.confirm("Change the centre so?"):
        done = centres.load(text, now=clock.now())
        _show([change for change in done if change not in found])  # booked while we asked
        click.echo(f"{name}: loaded.")
    else:
        click.echo("Nothing was changed.")


def _read(file: str) -> tuple[str, str]:
    """The file's text; ends the command with 1 and every mistake if there is one."""
    name = file
    try:
        source = centres.source(file)
        name = source.name
        if mistakes := centres.check(source.text):
            raise BadCentre(mistakes)
    except OSError as error:
        known = ", ".join(centres.shipped())
        raise click.ClickException(f"{file} cannot be read: {error.strerror}. Shipped centres: {known}.") from error
    except BadCentre as bad:
        for line, key, sentence in bad.mistakes:
            click.echo(f"{name}:{line}: {key}: {sentence}" if key else f"{name}:{line}: {sentence}", err=True)
        sys.exit(1)
    return source


def _show(found: list[Change]) -> None:
    """One line a change; of a new row only its name."""
    for change in found:
        click.echo(f"{SIGNS[change.what]} {_said(change)}")


def _said(change: Change) -> str:
    subject = f"{change.kind} {change.slug}".rstrip()
    if change.kind == "appointment":
        return f"{subject}, {_value(change.old)}: kept, though {change.field} no longer fits"
    if change.what == KEPT and change.field is None:
        return f"{subject}: kept as it is"
    if change.field is not None:
        kept = "kept, ends: " if change.what == KEPT else ""
        return f"{subject}: {kept}{change.field} {_value(change.old)} → {_value(change.new)}"
    return " ".join(filter(None, (subject, change.old or change.new)))


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)
