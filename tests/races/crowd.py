"""A crowd: threads of several processes that act on one database at the same moment, again and again."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple

from flask import Flask

from booking import create_app
from booking.config import Config
from booking.domain.errors import Refusal
from booking.store import db as store_db
from tests.conftest import SECRET
from tests.races.forking import forked
from tests.races.guards import switch_off

PATIENCE = 120
CONNECTIONS = 15  # a process; PostgreSQL has a hundred for everybody
Act = Callable[..., Any]


class Answer(NamedTuple):
    """`value` is what the act answered, or None; `refusal` the kind of its refusal, or an error in words."""

    person: int
    value: Any
    refusal: str | None


class Crowd:
    """`people` threads in two processes. `act(person, *given)` must be importable. `off`: guards not at work there."""

    def __init__(self, app: Flask, act: Act, people: int, *given: Any, off: Sequence[str] = ()) -> None:
        url = app.config["SQLALCHEMY_DATABASE_URI"]
        self._people = people
        self._start, self._answers = forked.Barrier(people + 1), forked.Queue()
        self._over = forked.Event()
        shared = (self._start, self._over, self._answers)
        self._processes = [
            forked.Process(
                target=_process, args=(url, act, list(range(half, people, 2)), given, off, *shared), daemon=True
            )
            for half in range(2)
        ]

    def __enter__(self) -> "Crowd":
        for process in self._processes:
            process.start()
        return self

    def act(self) -> list[Answer]:
        """Everybody acts once, all at the same moment; their answers by person."""
        self._start.wait(PATIENCE)
        return sorted((self._answers.get(timeout=PATIENCE) for _ in range(self._people)), key=lambda a: a.person)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._over.set()
        if kind is None:
            self._start.wait(PATIENCE)
        else:
            self._start.abort()
        for process in self._processes:
            process.join(PATIENCE)
            process.kill()


def _process(
    url: str, act: Act, people: Sequence[int], given: Sequence[Any], off: Sequence[str], start: Any, *shared: Any
) -> None:  # fmt: skip
    try:
        app = _app(url, off)
    except BaseException:
        start.abort()  # nobody is to wait for those who cannot come
        raise
    threads = [threading.Thread(target=_person, args=(app, act, person, given, start, *shared)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _app(url: str, off: Sequence[str]) -> Flask:
    store_db.BUSY_SECONDS = PATIENCE  # a slow machine must not look like a lost race
    store_db.db._engine_options.update(pool_size=CONNECTIONS, max_overflow=0, pool_timeout=PATIENCE)
    app = create_app(Config(secret_key=SECRET, database_url=url, testing=True, limits=False))
    with app.app_context():
        switch_off(*off)
    return app


def _person(app: Flask, act: Act, person: int, given: Sequence[Any], start: Any, over: Any, answers: Any) -> None:
    with suppress(threading.BrokenBarrierError):
        while True:
            start.wait(PATIENCE)
            if over.is_set():
                return
            with app.app_context():
                answers.put(_answer(act, person, given))


def _answer(act: Act, person: int, given: Sequence[Any]) -> Answer:
    try:
        return Answer(person, act(person, *given), None)
    except Refusal as refusal:
        return Answer(person, None, refusal.kind)
    except Exception as error:  # what nobody expected is an answer, too: the test says whether it may be
        return Answer(person, None, f"{type(error).__name__}: {error}")
