"""Live: screens get the public snapshot, staff pages hear that the desk changed. Events are hints; truth is pulled.

Socket.IO rooms are audiences here, each named with who may enter. One publisher thread coalesces per centre: what was
announced while it worked is published once, with the newest snapshot.
"""

import logging
import threading
from collections.abc import Callable

from flask import Flask, request
from flask_socketio import SocketIO, join_room

from booking import clock
from booking.config import Config
from booking.domain.errors import Refusal, traced
from booking.services import following, screens
from booking.web.doors import cookie_name, member_from_cookies
from booking.web.places import config

log = logging.getLogger(__name__)
PING_SECONDS = 5
LARGEST_EVENT = 4096

# audience → who may be in it
AUDIENCES: dict[str, str] = {
    "board": "a paired screen of the centre",
    "desk": "signed-in staff of the centre",
    "line": "the holder of a number of the centre's present day",
}
# Those whose right to listen can be ended; a number ends with its day.
ENDABLE = ("board", "desk")


def audience(name: str, centre_id: int) -> str:
    if name not in AUDIENCES:
        raise KeyError(name)
    return f"{name}:{centre_id}"


class Publisher:
    """Publishes after commits, outside any transaction and any request."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        self._app, self._socketio = app, socketio
        self._wanted: dict[int, set[str]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def announce(self, announced: dict[int, set[str]]) -> None:
        """Called after a commit; never waits."""
        with self._changed:
            for centre_id, names in announced.items():
                self._wanted.setdefault(centre_id, set()).update(names)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._wanted:
                    self._changed.wait()
                wanted, self._wanted = self._wanted, {}
            for centre_id, names in wanted.items():
                try:
                    self._publish(centre_id, names)
                except Exception as error:  # a failed hint must not end all later ones; screens pull the truth anyway
                    log.error("publishing failed: %s", traced(error))

    def _publish(self, centre_id: int, names: set[str]) -> None:
        if "board" in names:
            with self._app.app_context():
                snapshot = screens.snapshot(centre_id, now=clock.now()).as_json()
            for name in ("board", "line"):
                self._socketio.emit("board", snapshot, to=audience(name, centre_id))
        if "desk" in names:
            self._socketio.emit("desk", to=audience("desk", centre_id))
        if "doors" in names:  # who may listen has changed: all must show again who they are, in every process (S4)
            for name in ENDABLE:
                self._socketio.emit("again", to=audience(name, centre_id))
                self._socketio.close_room(audience(name, centre_id))


def init(app: Flask, config: Config) -> Callable[[dict[int, set[str]]], None]:
    """WebSocket only: without sticky sessions long polling could not be used anyway (stack.md 4).

    Answers what is to be called after each commit.
    """
    socketio = SocketIO(
        app, async_mode=config.async_mode, transports=["websocket"], message_queue=config.redis_url,
        cors_allowed_origins=[], manage_session=False, ping_interval=PING_SECONDS, ping_timeout=PING_SECONDS,
        max_http_buffer_size=LARGEST_EVENT, allow_upgrades=False,
    )  # fmt: skip
    socketio.on("connect")(_connect)
    return Publisher(app, socketio).announce


def _connect(auth: object = None) -> bool:
    """Into the audiences this browser may hear; nobody else is let in, and no other event is listened to.

    A failure refuses as well: without any answer the page would believe itself connected, and hear nothing.
    """
    try:
        return _same_origin() and any([_join_desk(), _join_board(), _join_line(auth)])
    except Exception as error:
        log.error("connecting failed: %s", traced(error))
        return False


def _join_desk() -> bool:
    member = member_from_cookies(request.cookies, clock.now())
    if member is None:
        return False
    join_room(audience("desk", member.centre_id))
    return True


def _join_board() -> bool:
    token = request.cookies.get(cookie_name("screen"))
    if token is None:
        return False
    try:
        screen = screens.screen_by_token(token, now=clock.now())
    except Refusal:
        return False
    join_room(audience("board", screen.centre_id))
    return True


def _join_line(auth: object) -> bool:
    """A phone shows the token of its number when it connects: it has no cookie."""
    shown = auth.get("ticket") if isinstance(auth, dict) else None
    if not isinstance(shown, str):
        return False
    try:
        centre_id = following.centre_of(shown, secret=config().secret_key, now=clock.now())
    except Refusal:
        return False
    join_room(audience("line", centre_id))
    return True


def _same_origin() -> bool:
    """An Origin must be there and be ours: python-socketio lets requests without one pass (S12)."""
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] == request.host
