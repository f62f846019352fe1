"""The server: gunicorn with the settings that hold (stack.md 4, DESIGN.md 5).

One process with threads by default. Several processes need gevent, PostgreSQL and Redis; the messages' worker is then
a process of its own. On SIGTERM the sockets are told to close, else each would keep its thread until it is killed.
"""

import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from booking import create_app
from booking.config import BadConfig, Config
from booking.gateways.sms import gateway_for
from booking.services import closing, installation, retention
from booking.web.work import Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

GRACE_SECONDS = 5
SECONDS_TO_SAY_GOODBYE = 1.0
CLOSE_EVERY_SECONDS = 0.1
THREADS_FOR_PAGES = 20
CONNECTIONS_BESIDE_THREADS = 1000


def run_server(
    app: Flask, host: str, port: int, threads: int, workers: int = 1, on_ready: Callable[[], None] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT; ends the process. `on_ready` is called once, when the port is open.

    The serving process makes the application anew: what this one has opened cannot be shared with it.
    Refusal: BadConfig, also for an address that cannot be had.
    """
    config: Config = app.extensions["config"]
    check_shape(config, workers)
    check_address(host, port)
    with app.app_context():
        installation.disconnect()
    write_log()
    _Server(config, _settings(config, host, port, threads, workers, on_ready)).run()


def write_log() -> None:
    """To standard error, where systemd collects it: what others warn of, and what we did (counts, never a person)."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("booking").setLevel(logging.INFO)


def check_shape(config: Config, workers: int) -> None:
    """Which servers work is known from trying them; all others lose calls or stand still."""
    scaled = config.async_mode == "gevent"
    if scaled and not (config.database_url.startswith("postgresql") and config.redis_url):
        raise BadConfig("ASYNC_MODE=gevent needs PostgreSQL (DATABASE_URL) and Redis (REDIS_URL).")
    if workers > 1 and not scaled:
        raise BadConfig(
            "Several workers need ASYNC_MODE=gevent with PostgreSQL and Redis: "
            "otherwise screens hear only of what happens in their own process."
        )


def check_address(host: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadConfig(
                f"Port {port} is in use. Stop what uses it, or choose another: --port {port + 1}"
            ) from error
        raise BadConfig(f"Cannot listen at {host}:{port}: {error.strerror}.") from error


def patch_for_gevent() -> None:
    """Begin again with gevent in place of threads: it must be there before anything else is loaded."""
    from gevent import monkey

    if not monkey.is_module_patched("threading"):
        start = "from gevent import monkey; monkey.patch_all(); from booking.web.cli import main; main()"
        os.execv(sys.executable, [sys.executable, "-c", start, *sys.argv[1:]])  # noqa: S606


def worker_for(app: Flask) -> Worker:
    gateway = app.extensions["gateway"] = gateway_for(app.extensions["config"])
    return Worker(
        gateway,
        nightly={"closing": lambda at: closing.nightly(now=at), "retention": lambda at: retention.nightly(now=at)},
    )


class OpenSockets:
    """The WebSockets of this process: counted while it serves, and ended with it, whatever their other ends do."""

    def __init__(self, app: Flask) -> None:
        self._engine = app.extensions["socketio"].server.eio
        self._open: set[Any] = set()
        make = self._engine._async["websocket"]
        known = {"websocket": lambda handle, server: make(self._known(handle), server)}
        self._engine._async = {**self._engine._async, **known}

    def _known(self, handle: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def known(one: Any) -> Any:
            self._open.add(one)
            try:
                return handle(one)
            finally:
                self._open.discard(one)

        return known

    def limit(self, app: Flask, threads: int) -> None:
        """Turn sockets away before they take every thread; their pages go on asking by themselves (M6, F29)."""
        inner, most = app.wsgi_app, max(threads - THREADS_FOR_PAGES, threads // 2)

        def limited(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith("/socket.io/") and len(self._open) >= most:
                start_response("503 Service Unavailable", [("Content-Length", "0"), ("Retry-After", "30")])
                return []
            return inner(environ, start_response)

        app.wsgi_app = limited  # type: ignore[method-assign]

    def end(self) -> None:
        """Until the process is gone: tell each to close, also one that comes late; then wait for none of them."""
        patience = time.monotonic() + SECONDS_TO_SAY_GOODBYE
        while True:
            for one in list(self._engine.sockets.values()):
                with suppress(Exception):  # it may be closing by itself, and must not keep the others open
                    one.close(wait=False)
            if time.monotonic() > patience:
                self._hang_up()
            time.sleep(CLOSE_EVERY_SECONDS)

    def _hang_up(self) -> None:
        """A screen that sleeps never answers, and simple-websocket can miss an answer: both keep a thread for ever."""
        for one in list(self._open):
            one.ws.connected = False
            one.ws.event.set()
            with suppress(OSError):
                one.ws.sock.shutdown(socket.SHUT_RDWR)


class _Server(BaseApplication):
    def __init__(self, config: Config, settings: dict[str, Any]) -> None:
        self._config, self._settings = config, settings
        self._ending = threading.Event()
        self._background: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in {**self._settings, "post_worker_init": self._begin, "worker_exit": self._leave}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._config)
        self._sockets = OpenSockets(app)
        if self._config.async_mode == "threading":
            self._sockets.limit(app, self._settings["threads"])
        return app

    def _begin(self, process: Any) -> None:
        """In a serving process: start the messages' worker, unless it is a process of its own, and await the end."""
        app: Flask = process.wsgi
        if self._config.async_mode == "threading":
            self._background = worker_for(app)
            self._background.start(app)
        threading.Thread(target=self._end, name="end", daemon=True).start()

        def finish(number: int, frame: FrameType | None) -> None:
            self._ending.set()
            process.handle_exit(number, frame)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):  # gunicorn's master makes a QUIT of Ctrl-C
            signal.signal(number, finish)
            signal.siginterrupt(number, False)  # requests that are being answered go on

    def _leave(self, _arbiter: Any, _process: Any) -> None:
        if self._background is not None:
            self._background.stop()

    def _end(self) -> None:
        self._ending.wait()
        self._sockets.end()


def _settings(
    config: Config, host: str, port: int, threads: int, workers: int, on_ready: Callable[[], None] | None
) -> dict[str, Any]:
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "worker_class": "gevent" if config.async_mode == "gevent" else "gthread",
        "workers": workers,
        "threads": threads,
        "worker_connections": threads + CONNECTIONS_BESIDE_THREADS,
        "graceful_timeout": GRACE_SECONDS,
        "control_socket_disable": True,
        "accesslog": None,  # addresses carry private links
        "loglevel": "warning",
        "forwarded_allow_ips": "",  # TRUSTED_PROXIES alone decides whom to believe (S36)
        "when_ready": lambda _arbiter: on_ready() if on_ready else None,
    }
