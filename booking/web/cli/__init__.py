"""The console command `anlaufstelle`: parse, one use case, answer. `anlaufstelle COMMAND --help` says more."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from flask_migrate.cli import db
from sqlalchemy.exc import OperationalError

from booking import clock, create_app
from booking.config import BadConfig
from booking.domain.errors import Refusal
from booking.domain.times import instant, times_shown
from booking.services import installation
from booking.services.backups import BackupFailed
from booking.services.installation import UnknownSchema
from booking.web.cli.centres import centre
from booking.web.cli.doctor import doctor
from booking.web.cli.practice import practice_command
from booking.web.cli.safekeeping import backup, erase, restore
from booking.web.cli.serve import serve, worker
from booking.web.cli.simulate import simulate
from booking.web.cli.staff import staff

REHEARSED_IN = ZoneInfo("Europe/Berlin")
# These look at the database as it is, or make their own; every other command brings it to this version first.
AS_IT_IS = frozenset({"backup", "db", "doctor", "practice", "restore"})
REFUSED = 2


class Commands(AppGroup):
    """Says refusals and mistakes of the configuration in a sentence, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (BadConfig, BackupFailed, UnknownSchema, Refusal, OperationalError) as error:
            click.echo(f"anlaufstelle: {_said(error)}", err=True)
            ctx.exit(REFUSED)


class WallTime(click.ParamType[datetime]):
    """A day and a time as a clock on a wall in Germany shows it."""

    name = "day and time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            read = datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone comes in the next line
            at = instant(read.date(), read.time(), REHEARSED_IN)
        except (ValueError, OverflowError):
            self.fail(f'{value!r} is not like "2027-03-29 07:40"', param, ctx)
        shown = times_shown(read.date(), read.time(), REHEARSED_IN)
        if not shown:
            self.fail(f"{value} does not exist: clocks are put forward then. Take a time an hour later", param, ctx)
        if shown > 1:
            click.echo(f"{value} comes twice, because clocks are put back then: the earlier one is taken.", err=True)
        return at


@click.group(cls=Commands)
@click.option("--at", type=WallTime(), help='Rehearse: let the clock start at "2027-03-29 07:40" (time in Germany).')
@click.version_option(package_name="anlaufstelle", prog_name="anlaufstelle")
@click.pass_context
def cli(ctx: click.Context, at: datetime | None) -> None:
    """Appointments and walk-in queue for the reception desk of a migration counselling centre."""
    if at is not None:
        clock.start_at(at)
    ctx.obj = ScriptInfo(create_app=lambda: _application(ctx.invoked_subcommand), set_debug_flag=False)


for command in (backup, centre, db, doctor, erase, practice_command, restore, serve, simulate, staff, worker):
    cli.add_command(command)


def main() -> None:
    cli(prog_name="anlaufstelle")


def _application(command: str | None) -> Flask:
    app = create_app()
    with app.app_context():
        if command not in AS_IT_IS:
            installation.prepare(practice=False)
        elif command == "db":
            installation.make_room()
    return app


def _said(error: Exception) -> str:
    if isinstance(error, OperationalError):
        return f"The database does not answer: {error.orig}"
    if isinstance(error, UnknownSchema):
        return "The database was written by a newer version of this programme. Update the programme."
    if isinstance(error, Refusal):
        data = ", ".join(f"{name}: {value}" for name, value in vars(error).items())
        return f"refused, {error.kind}" + (f" ({data})" if data else "")
    return str(error)
