"""`anlaufstelle serve` and `anlaufstelle worker`: the real installation at work."""

import signal
from dataclasses import replace
from datetime import timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from booking import clock, create_app
from booking.config import BadConfig, Config
from booking.services import installation
from booking.services.installation import Missing
from booking.web.serving import check_shape, patch_for_gevent, run_server, worker_for, write_log

LOOPBACK = ("127.0.0.1", "::1", "localhost")
NO_CENTRE = "There is no centre yet. Load one: anlaufstelle centre load ludwigsburg"
NO_LEAD = (
    "No lead can sign in yet. Add one: anlaufstelle staff add CENTRE --role lead --login … --name …"
    " --secret-since YYYY-MM-DD, and open the link it prints; or make a new link: anlaufstelle staff link CENTRE LOGIN"
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; a proxy in front adds https.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", show_envvar=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="More need PostgreSQL and Redis.")
@click.option("--threads", type=click.IntRange(4), default=80, show_default=True, help="Screens + phones + 20.")
@with_appcontext
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve web, sockets and messages until SIGTERM.

    It starts with what is in the database and refuses to run with a default secret, without a centre, or before a
    lead can sign in.
    """
    app = _rehearsing(current_app._get_current_object())  # type: ignore[attr-defined]
    config: Config = app.extensions["config"]
    if config.practice and host not in LOOPBACK:
        raise BadConfig("This is a practice database: it is served at 127.0.0.1 only.")
    if not config.practice and (what := installation.missing(now=clock.now())):
        raise BadConfig(NO_CENTRE if what.what == "centre" else f"{NO_LEAD}.{who_comes(what)}")
    check_shape(config, workers)
    if config.async_mode == "gevent":
        patch_for_gevent()
    run_server(app, host, port, threads, workers, lambda: click.echo(f"Serving at http://{host}:{port}"))


@click.command()
@with_appcontext
def worker() -> None:
    """Send messages until SIGTERM: the process beside several serving ones. A single `serve` has its own."""
    app = _rehearsing(current_app._get_current_object())  # type: ignore[attr-defined]
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # threads inherit it, so that it comes to sigwait
    write_log()
    background = worker_for(app)
    background.start(app)
    click.echo("Working.")
    signal.sigwait(ends)
    background.stop()


def who_comes(missing: Missing) -> str:
    """The lead who waits for her first day, as a sentence with a space before it; empty if nobody does."""
    if missing.on is None:
        return ""
    return (
        f" {missing.lead} of {missing.at} may sign in from {missing.on} on. Make her a link that day:"
        f" anlaufstelle staff link {missing.at} {missing.lead}"
    )


def _rehearsing(app: Flask) -> Flask:
    """A practice database reaches nobody, whatever the environment says, and has its own clock. A real one has not."""
    facts = installation.prepare(practice=False)
    if not facts.practice:
        if click.get_current_context().find_root().params["at"] is not None:
            raise BadConfig("--at is for rehearsals: real appointments live by the real clock.")
        return app
    if click.get_current_context().find_root().params["at"] is None:
        clock.set_ahead(timedelta(seconds=facts.clock_ahead_seconds))
    config: Config = app.extensions["config"]
    return app if config.practice else create_app(replace(config, practice=True))
