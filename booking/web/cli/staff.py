"""`anlaufstelle staff`: the first accounts, and a way back in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from booking import clock
from booking.config import Config
from booking.domain.errors import Invalid, NotFound
from booking.domain.staff import LANGUAGES, LINK_HOURS, ROLES
from booking.services import centres, installation
from booking.services import staff as service

staff = AppGroup("staff", help="Accounts of staff.")
REFUSED = {
    "login-unusable": "A login has small letters, digits, dots and dashes, 2 to 40 of them.",
    "login-taken": "Somebody has this login already. If it is hers and only the password is lost, make a new link:"
    " anlaufstelle staff link {centre} {login}",
    "name-missing": "Say what colleagues call her.",
    "name-too-long": "Please use a shorter name.",
    "carrier-missing": "A counsellor belongs to a carrier. Take one of {carriers}.",
    "carrier-unknown": "This centre has no such carrier. Take one of {carriers}.",
}


@staff.command("add")
@click.argument("centre")
@click.option("--login", required=True, help="The short name to sign in with.")
@click.option("--name", required=True, help="The name colleagues read.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--carrier", help="The slug of the organisation behind her; counsellors need one.")
@click.option("--secret-since", type=click.DateTime(["%Y-%m-%d"]), help="Day of her commitment to secrecy.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def add(
    centre: str, login: str, name: str, role: str, carrier: str | None, secret_since: datetime | None, language: str
) -> None:
    """Add an account at CENTRE and print the link with which its owner sets a password, once."""
    with _named(), _explained(centre, login):
        added = service.add(
            centre, login=login, name=name, role=role, carrier_slug=carrier,
            secret_since=secret_since.date() if secret_since else None, language=language, now=clock.now(),
        )  # fmt: skip
    if added.enters_on is None:
        click.echo("Without --secret-since nobody can sign in to it yet: a lead enters the day on the team page.")
    elif added.waits:
        click.echo(
            f"She can sign in from {added.enters_on} on. If the link is over by then, make another:"
            f" anlaufstelle staff link {centre} {login}"
        )
    _show(added.link_token)


@staff.command("link")
@click.argument("centre")
@click.argument("login")
def link(centre: str, login: str) -> None:
    """Print a new link for an account that has lost its password; the earlier link ends."""
    with _named():
        token = service.make_link(centre, login, now=clock.now(), hours=LINK_HOURS)
    _show(token)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        known = ", ".join(installation.centres()) or "none"
        raise click.ClickException(f"There is no such centre, or no such account in it. Centres: {known}.") from error


@contextmanager
def _explained(centre: str, login: str) -> Iterator[None]:
    """What of the options cannot be used, with the way on."""
    try:
        yield
    except Invalid as refusal:
        carriers = ", ".join(row.slug for row in centres.carriers(centres.by_slug(centre).id))
        sentence = REFUSED[refusal.reason].format(centre=centre, login=login, carriers=carriers)
        raise click.BadParameter(sentence, param_hint=f"--{refusal.field}") from refusal


def _show(token: str) -> None:
    config: Config = current_app.extensions["config"]
    click.echo(f"Once, within {LINK_HOURS} hours: {config.public_url or 'http://localhost:8000'}/sign-in/{token}")
