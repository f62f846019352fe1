"""`anlaufstelle practice`: both source centres with invented people and days, for trying and for learning."""

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import click

from booking import clock, create_app
from booking.config import Config, data_folder, for_practice
from booking.domain.times import DAY
from booking.gateways.sms import gateway_for
from booking.services import centres, installation, practice, screens, staff
from booking.web.rehearsal import INTO_THE_MORNING, Rehearsal
from booking.web.serving import run_server

HOST = "127.0.0.1"
THREADS = 80
LINK_HOURS = 24 * 365
HOME = "ludwigsburg"
ROLES = {"receptionist": "Reception", "counsellor": "Counsellor", "lead": "Lead", "administrator": "Administrator"}


@click.command(name="practice")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", show_envvar=True)
@click.option("--check", is_flag=True, help="Only set up, print where to go, and end.")
def practice_command(port: int, check: bool) -> None:
    """Serve a practice installation at 127.0.0.1. Nobody can be reached from it; a second start keeps its data."""
    data_folder(os.environ).mkdir(parents=True, exist_ok=True)
    config = for_practice()
    app = create_app(config)
    with app.app_context():
        facts = installation.prepare(practice=True)
        rehearsed = click.get_current_context().find_root().params["at"] is not None
        if not rehearsed:
            clock.set_ahead(timedelta(seconds=facts.clock_ahead_seconds))
        fill(config, rehearsed=rehearsed)
        where = _where_to_go(f"http://localhost:{port}")
    if check:
        click.echo(where)
        return
    run_server(app, HOST, port, THREADS, 1, lambda: click.echo(where))


def fill(config: Config, *, rehearsed: bool) -> None:
    """The first start invents four weeks; a start outside opening hours moves on to the next open morning.

    `rehearsed`: the clock stays where `--at` has put it.
    """
    new = not installation.centres()
    for slug in centres.shipped() if new else ():
        _say(f"Loading the centre {slug}")
        centres.load(centres.source(slug).text, now=clock.now(), practice=True)
    home = centres.by_slug(HOME).id
    if not new and rehearsed:
        practice.set_clock_ahead(clock.start_at(clock.now()))
    if not new and (rehearsed or screens.is_open(home, now=clock.now())):
        return
    morning = practice.next_morning(home, clock.now() - DAY if rehearsed else clock.now())
    now = clock.now() if rehearsed else morning + INTO_THE_MORNING
    gateway = gateway_for(config)
    for centre in centres.listed():
        days = Rehearsal(centre.id, centre.slug, morning, config.secret_key, gateway)
        if new:
            days.weeks(_progress(f"Inventing four weeks of {centre.slug}"))
        days.open_morning(now)
    practice.set_clock_ahead(clock.start_at(now))


def _where_to_go(base: str) -> str:
    home = centres.by_slug(HOME)
    lines = [
        "",
        "Practice: invented people, nobody is reached. Its clock shows "
        f"{clock.now().astimezone(ZoneInfo(home.zone)):%A, %d %B %Y, %H:%M}.",
        "",
        f"  Visitor       {base}/{HOME}/ar/   (also /de/ and /en/, and {base}/balingen/de/)",
        f"  Screen        {base}/screen   (type its six digits at the desk, under Screens)",
        f"  Her phone     {base}/practice/phone   (the SMS that would have been sent)",
    ]
    for role, name in ROLES.items():
        person = next(p for p in practice.cast(home.id) if p.role == role)
        token = staff.make_link(HOME, person.login, now=clock.now(), hours=LINK_HOURS, many_times=True)
        lines.append(f"  {name:<13} {base}/sign-in/{token}   ({person.name})")
    return "\n".join(
        [*lines, "", "Two roles at once need two browser windows, one of them private. Ctrl-C ends it.", ""]
    )


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _progress(sentence: str) -> Callable[[int, int], None]:
    """A line that counts up, at most ten times a second; once at the end where it is no terminal."""
    last = 0.0
    _say(sentence)

    def show(done: int, of: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and (time.monotonic() - last > 0.1 or done == of):
            last = time.monotonic()
            click.echo(f"\r  {done} of {of}" + ("\n" if done == of else ""), nl=False, err=True)

    return show
