"""What `anlaufstelle serve` refuses, and how `worker` ends. How `serve` serves: tests/web/test_serving.py."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from booking import clock
from booking.services import installation
from booking.store import models as m
from booking.store.db import transaction
from tests.conftest import SECRET
from tests.rows import a_member
from tests.web.cli.conftest import Installed


def a_practice_installed(installed: Installed, clock_ahead_seconds: int = 0) -> None:
    with installed.app():
        installation.prepare(practice=True)
        with transaction(0) as session:
            session.execute(m.Installation.__table__.update().values(clock_ahead_seconds=clock_ahead_seconds))
        installation.disconnect()


def test_a_practice_database_is_served_as_practice_and_by_its_own_clock(installed, monkeypatch):
    a_practice_installed(installed, clock_ahead_seconds=86_400)
    served = []
    monkeypatch.setattr(sys.modules["booking.web.cli.serve"], "run_server", lambda *given: served.append(given))
    done = installed.run("serve", TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN="t", TWILIO_SENDER="+491")
    assert done.exit_code == 0, done.stderr
    ((app, host, port, threads, workers, _ready),) = served
    assert (host, port, threads, workers) == ("127.0.0.1", 8000, 80, 1)
    config = app.extensions["config"]
    assert (config.practice, config.sms_on) == (True, False)
    assert timedelta(days=1) <= clock.now() - datetime.now(UTC) + timedelta(seconds=1) < timedelta(days=1, minutes=1)


def test_a_practice_database_is_never_served_to_the_world(installed):
    a_practice_installed(installed)
    done = installed.run("serve", "--host", "192.0.2.1")
    assert done.exit_code == 2
    assert "127.0.0.1 only" in done.stderr


def test_serve_says_which_command_is_missing(installed):
    assert "anlaufstelle centre load" in installed.run("serve").stderr
    installed.fill()
    done = installed.run("serve")
    assert done.exit_code == 2
    assert "anlaufstelle staff add" in done.stderr


def test_serve_and_doctor_name_the_lead_who_is_still_to_come(installed):
    centre = installed.fill()
    with installed.app(), transaction(0) as session:
        a_member(session, centre, "chef", secret_since=date(2999, 1, 1))
    for command in ("serve", "doctor"):
        said = installed.run(command)
        assert "chef of ludwigsburg may sign in from 2999-01-01 on." in said.output + said.stderr, command


REFUSALS = {
    "no secret": ([], {"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    "a short secret": ([], {"SECRET_KEY": "short"}, "SECRET_KEY is too short or a default"),
    "a default secret": ([], {"SECRET_KEY": "change-me-" + SECRET}, "SECRET_KEY is too short or a default"),
    "a missing secret file": ([], {"SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE: cannot read /nowhere"),
    "another database": ([], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with"),
    "no database server": ([], {"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "The database does not answer"),
    "two workers on SQLite": (["--workers", "2"], {}, "ASYNC_MODE=gevent with PostgreSQL and Redis"),
    "gevent on SQLite": ([], {"ASYNC_MODE": "gevent"}, "ASYNC_MODE=gevent needs PostgreSQL"),
    "another's address": (["--host", "192.0.2.1"], {}, "Cannot listen at 192.0.2.1"),
    "no such proxy": ([], {"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES must be a whole number"),
}


@pytest.mark.parametrize(("options", "env", "words"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_right_is_refused_in_a_sentence(installed, options, env, words):
    installed.open()
    done = installed.run("serve", *options, **env)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("anlaufstelle: ")
    assert words in done.stderr


def test_a_port_in_use_is_refused_in_a_sentence(installed):
    installed.open()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = installed.run("serve", PORT=port)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"Port {port} is in use" in done.stderr


@pytest.mark.slow
def test_the_worker_works_until_it_is_told_to_end(installed):
    installed.fill()
    command = [sys.executable, "-c", "from booking.web.cli import main; main()", "worker"]
    running = subprocess.Popen(command, env={**os.environ, **installed.env}, stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "Working.\n"
    with closing(sqlite3.connect(installed.file)) as database:
        while not database.execute("SELECT 1 FROM lease WHERE last_run IS NOT NULL").fetchone():
            assert running.poll() is None
            time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    assert running.communicate(timeout=10) == ("", None)
    assert running.returncode == 0
