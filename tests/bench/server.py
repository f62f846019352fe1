"""The server that is measured: `serve` as it is, with three routes beside it to compare with."""

import subprocess
import sys
import time
from http.client import HTTPConnection

from flask import Blueprint, Flask, request
from sqlalchemy import update

from booking import clock, create_app
from booking.config import Config
from booking.store import models as m
from booking.store.db import transaction
from booking.web import serving, sockets, wiring
from tests import machine
from tests.bench import centre

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz-for-bench"
SECONDS_TO_START = 60


def configured(database_url: str) -> Config:
    return Config(secret_key=SECRET, database_url=database_url, limits=False)


def _with_bare_routes(config: Config) -> Flask:
    app = create_app(config)
    bare = Blueprint("bench", __name__, url_prefix="/bench")

    @bare.get("/hello")
    def hello() -> str:
        return "hello"

    @bare.post("/commit/<int:centre_id>")
    def commit(centre_id: int) -> str:
        """One row of a table that nothing else looks at."""
        with transaction(centre_id) as session:
            row = update(m.Series).where(m.Series.centre_id == centre_id, m.Series.day == centre.LONG_AGO)
            session.execute(row.values(given=m.Series.given + 1))
        return "committed"

    @bare.post("/emit/<int:centre_id>")
    def emit(centre_id: int) -> str:
        """The body, to every screen."""
        app.extensions["socketio"].emit("bare", request.get_json(), to=sockets.audience("board", centre_id))
        return "emitted"

    app.register_blueprint(bare)
    wiring.csrf.exempt(bare)
    return app


class Served:
    """A serving process for as long as the block runs."""

    def __init__(self, database_url: str, threads: int) -> None:
        self.port = machine.free_port()
        self._command = [sys.executable, "-m", "tests.bench.server", database_url, str(self.port), str(threads)]

    def __enter__(self) -> "Served":
        self._process = subprocess.Popen(self._command)
        until = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not start")
            time.sleep(0.1)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/bench/hello")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def main(database_url: str, port: str, threads: str) -> None:
    clock.start_at(centre.MORNING)
    serving.create_app = _with_bare_routes
    serving.run_server(create_app(configured(database_url)), "127.0.0.1", int(port), int(threads))


if __name__ == "__main__":
    main(*sys.argv[1:])
