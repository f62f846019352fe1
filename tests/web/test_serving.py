"""`anlaufstelle serve` as a process of its own: what it refuses, how it answers, how it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import socketio
import websocket
from flask import Flask

from booking import create_app
from booking.config import Config
from booking.services import installation
from booking.services.steps.links import hashed
from booking.store import models as m
from booking.store.db import announce, transaction
from tests import machine
from tests.conftest import SECRET, fresh_postgres, worker_name
from tests.rows import a_centre, a_member

COMMAND = (sys.executable, "-c", "from booking.web.cli import main; main()")
# Without the goodbye it takes all of gunicorn's graceful timeout. Both are long, because test machines are busy;
# measured on two idle cores with twenty sockets: 1.2 s.
GRACE, AT_ONCE = 40, 20
PATIENT = (*COMMAND[:2], f"import booking.web.serving as s; s.GRACE_SECONDS = {GRACE}; {COMMAND[2]}")
THREADS, SOCKETS = 40, 20
SECONDS_TO_START = 60
pytestmark = pytest.mark.slow


def environment(**values: str) -> dict[str, str]:
    ours = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ASYNC_MODE", "PUBLIC_URL", "PORT", "ANLAUFSTELLE_DATA"}
    return {**{k: v for k, v in os.environ.items() if k not in ours}, "SECRET_KEY": SECRET, **values}


def filled(url: str, **values) -> Flask:
    """A database that may be served: a centre, a lead with a password, a paired screen."""
    app = create_app(Config(secret_key=SECRET, database_url=url, testing=True, **values))
    with app.app_context():
        installation.prepare(practice=False)
        with transaction(0) as session:
            centre = a_centre(session)
            a_member(session, centre, "second", password_hash="argon2")
            now = datetime.now(UTC)
            session.add(m.Screen(centre_id=centre, name="hall", token_hash=hashed("token"), paired_at=now))
        installation.disconnect()
    return app


class Served:
    """A serving process, and the addresses to reach it."""

    def __init__(self, *options: str, **values: str) -> None:
        self.port = machine.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        self.process = subprocess.Popen(
            [*PATIENT, "serve", "--port", str(self.port), *options], env=environment(**values), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def __enter__(self) -> "Served":
        first = self.process.stdout.readline()
        assert "Serving at" in first, first + self.process.stdout.read()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def get(self, path: str) -> int:
        try:
            with urlopen(self.url + path, timeout=SECONDS_TO_START) as answer:  # noqa: S310
                return answer.status
        except HTTPError as error:
            return error.code

    def screen(self) -> "Listener":
        return Listener(self)

    def stop(self, number: int) -> float:
        """Seconds from the signal to the end of the process."""
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(2 * GRACE)
        return time.monotonic() - begin


class Listener:
    """A screen's socket, held by python-socketio's own client."""

    def __init__(self, served: Served) -> None:
        self.called = threading.Event()
        self.ended = threading.Event()
        self.client = socketio.Client(reconnection=False)
        self.client.on("board", lambda _snapshot: self.called.set())
        self.client.on("disconnect", lambda *_reason: self.ended.set())
        cookie = {"Cookie": "screen=token"}  # the client adds the Origin by itself
        self.client.connect(served.url, headers=cookie, transports=["websocket"], wait_timeout=SECONDS_TO_START)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_ends_at_once_with_twenty_sockets_open(tmp_path, number):
    url = f"sqlite:///{tmp_path / 'x.db'}"
    filled(url)
    with Served("--threads", str(THREADS), DATABASE_URL=url) as served:
        assert served.get("/livez") == 200
        with ThreadPoolExecutor(SOCKETS) as pool:
            screens = list(pool.map(lambda _: served.screen(), range(SOCKETS)))
        with pytest.raises(socketio.exceptions.ConnectionError):
            served.screen()
        assert served.get("/livez") == 200, "sockets never take the last threads"
        assert served.stop(number) < AT_ONCE
        assert all(screen.ended.wait(AT_ONCE) for screen in screens), "each was told"
    assert served.process.returncode == 0


def test_screens_that_sleep_do_not_hold_it_up(tmp_path):
    """They took part in the handshake, and answer nothing any more."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    filled(url)
    with Served("--threads", str(THREADS), DATABASE_URL=url) as served:
        asleep = [websocket.create_connection(served.socket_url, cookie="screen=token") for _ in range(5)]
        assert [one.recv()[:1] for one in asleep] == ["0"] * 5
        assert served.get("/livez") == 200  # by then it knows them all
        assert served.stop(signal.SIGTERM) < AT_ONCE
        for one in asleep:
            one.shutdown()
    assert served.process.returncode == 0


@pytest.mark.redis
def test_several_processes_hear_of_each_other_through_redis():
    url = fresh_postgres(f"anlaufstelle_serve_{worker_name()}")
    other = filled(url, redis_url=machine.REDIS_URL)
    shape = {"DATABASE_URL": url, "REDIS_URL": machine.REDIS_URL, "ASYNC_MODE": "gevent"}
    with Served("--workers", "2", **shape) as served:
        screens = [served.screen() for _ in range(8)]
        with other.app_context(), transaction(1) as session:
            announce(session, 1, "board")
        assert all(screen.called.wait(AT_ONCE) for screen in screens), "each heard of it"
        assert served.get("/livez") == 200
        assert served.stop(signal.SIGTERM) < AT_ONCE
        assert all(screen.ended.wait(AT_ONCE) for screen in screens)
    with other.app_context():
        installation.disconnect()


def test_without_a_secret_there_is_a_sentence_and_no_traceback(tmp_path):
    said = machine.run(*COMMAND, "serve", env=environment(DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}", SECRET_KEY=""))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("anlaufstelle: SECRET_KEY is not set.")
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "x.db").exists()
