"""`anlaufstelle centre load|check`: centres from their files, every mistake with its line."""

import sys

import click
from flask.cli import AppGroup

from booking import clock
from booking.domain.centre_changes import ADDED, CHANGED, KEPT, LEFT, REMOVED, Change
from booking.domain.centres import BadCentre
from booking.services import centres
from booking.web.cli import wording
from booking.web.cli.wording import said

SIGNS = {ADDED: "+", CHANGED: "~", REMOVED: "-", KEPT: "=", LEFT: "="}

centre = AppGroup("centre", help="Load or check a centre's file.")


@centre.command("check", with_appcontext=False)
@click.argument("file")
def check(file: str) -> None:
    """Name every mistake in FILE (a path, or the slug of a shipped centre) with its line."""
    name, _text = _read(file)
    click.echo(said(wording.NO_MISTAKES, file=name))


@centre.command("load")
@click.argument("file")
@click.option("--apply/--dry-run", default=True, help="Dry run: only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask before a centre at work is changed.")
def load(file: str, apply: bool, yes: bool) -> None:
    """Load FILE (a path, or the slug of a shipped centre). On live data it shows what would change, and asks."""
    name, text = _read(file)
    found = centres.changes(text, now=clock.now())
    _show(found)
    if all(change.what == LEFT for change in found):
        click.echo(said(wording.NOTHING_TO_CHANGE, file=name))
        return
    new = any(change.what == ADDED and change.kind == "centre" for change in found)
    if not apply:
        click.echo(said(wording.DRY_RUN))
    elif new or yes or click.confirm(said(wording.QUESTION)):
        done = centres.load(text, now=clock.now())
        _show([change for change in done if change not in found])  # booked while we asked
        click.echo(said(wording.LOADED, file=name))
    else:
        click.echo(said(wording.NOT_CHANGED))


def _read(file: str) -> tuple[str, str]:
    """The file's name and text; ends the command with 1 and every mistake if there is one."""
    name = file
    try:
        source = centres.source(file)
        name = source.name
        if mistakes := centres.check(source.text):
            raise BadCentre(mistakes)
    except OSError as error:
        known = centres.shipped()
        raise click.ClickException(said(wording.UNREADABLE, file=file, why=error.strerror, known=known)) from error
    except BadCentre as bad:
        for line, key, kind, values in bad.mistakes:
            sentence = wording.mistake(kind, values)
            click.echo(f"{name}:{line}: {key}: {sentence}" if key else f"{name}:{line}: {sentence}", err=True)
        sys.exit(1)
    return source


def _show(found: list[Change]) -> None:
    """One line a change; of a new row only its name."""
    for change in found:
        click.echo(f"{SIGNS[change.what]} {wording.change(change)}")
