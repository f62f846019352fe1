"""The application over HTTP in a process of its own, which ends with kill -9 at a point that nobody chose."""

import itertools
import logging
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import event
from werkzeug.serving import make_server

from booking import clock, create_app
from booking.config import Config
from booking.store import db as store_db
from tests.conftest import SECRET
from tests.races.forking import forked
from tests.races.guards import switch_off

PATIENCE = 60
# Each kind of end, and how far it may lie: milliseconds, statements, commits. Each is some dozen requests.
ENDS = {"moment": 250, "statement": 400, "commit": 30}


class Fate(NamedTuple):
    """Killed from outside after so many milliseconds, before so many statements, or between a commit and its answer."""

    end: str
    count: int


def any_fate() -> Fate:
    end = random.choice(list(ENDS))
    return Fate(end, random.randint(1, ENDS[end]))


class Server:
    """Serves on `port` with its clock at `now`; lives until it is killed. `off`: guards that are not at work there."""

    def __init__(self, app: Flask, now: datetime, fate: Fate, off: Sequence[str] = ()) -> None:
        url = app.config["SQLALCHEMY_DATABASE_URI"]
        self._fate, self._armed = fate, forked.Event()
        self._told, tells = forked.Pipe(duplex=False)
        self._process = forked.Process(target=_serve, args=(url, now, fate, self._armed, off, tells), daemon=True)

    def __enter__(self) -> "Server":
        self._process.start()
        assert self._told.poll(PATIENCE), "the server did not start"
        self.port: int = self._told.recv()
        return self

    def meet_its_fate(self) -> None:
        """From here on it counts; returns when it is dead."""
        self._armed.set()
        if self._fate.end == "moment":
            time.sleep(self._fate.count / 1000)
        else:
            self._process.join(PATIENCE)
        self._process.kill()
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.join()


def _serve(url: str, now: datetime, fate: Fate, armed: Any, off: Sequence[str], tells: Connection) -> None:
    clock.start_at(now)
    app = create_app(Config(secret_key=SECRET, database_url=url, limits=False))
    with app.app_context():
        switch_off(*off)
        _await(fate, armed)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    tells.send(server.port)
    server.serve_forever()


def _await(fate: Fate, armed: Any) -> None:
    passed = itertools.count(1)

    def one_more(*_event: object) -> None:
        if armed.is_set() and next(passed) == fate.count:
            os.kill(os.getpid(), signal.SIGKILL)

    if fate.end == "statement":
        event.listen(store_db.db.engine, "before_cursor_execute", one_more)
    elif fate.end == "commit":
        store_db._publish = _after(one_more, store_db._publish)


def _after(first: Callable[[], None], then: Callable[[Any], None]) -> Callable[[Any], None]:
    """What follows every commit: publishing, and then the answer."""

    def both(announced: Any) -> None:
        first()
        then(announced)

    return both
