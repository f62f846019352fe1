"""Many waiting-room screens in one thread: as much of Engine.IO and Socket.IO as static/live.js speaks.

Frames are read by hand, and each payload is parsed once however many screens get it: what reads must not be slower
than what is measured.
"""

import json
import selectors
import socket
import time
from collections.abc import Iterator

from tests.bench.centre import SCREEN

PATIENCE_SECONDS = 30
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nCookie: screen={token}\r\n\r\n"
)
OPEN, PING, PONG, CONNECT, CONNECTED, EVENT = b"0", b"2", b"3", b"40", b"40", b"42"
TEXT, CLOSE = 1, 8


class Closed(Exception):
    """The server has closed a screen's socket."""


class Screen:
    """A connected screen; `seen`: the highest version it has got, by event."""

    def __init__(self, port: int, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token = token
        self.seen: dict[str, int] = {}
        self._buffer = bytearray()
        self.socket.sendall(UPGRADE.format(port=port, token=token).encode())
        while b"\r\n\r\n" not in self._buffer:
            self._read()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(head.decode())
        self._buffer[:] = rest
        self._expect(OPEN)
        self.send(CONNECT)
        self._expect(CONNECTED)
        self.socket.setblocking(False)

    def send(self, packet: bytes) -> None:
        """A short text frame, masked with zeros."""
        self.socket.sendall(bytes((0x80 | TEXT, 0x80 | len(packet))) + bytes(4) + packet)

    def packets(self) -> Iterator[bytes]:
        """What has arrived since the last time."""
        self._read()
        yield from self._frames()

    def _expect(self, start: bytes) -> None:
        while not (frames := list(self._frames())):
            self._read()
        if not frames[0].startswith(start):
            raise RuntimeError(f"{start!r} was expected, not {frames[0]!r}")

    def _read(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise Closed
        self._buffer += data

    def _frames(self) -> Iterator[bytes]:
        """The texts of all whole frames; the server's are short and not masked."""
        buffer = self._buffer
        while len(buffer) >= 2:
            length, begin = buffer[1], 2
            if length == 126:
                length, begin = int.from_bytes(buffer[2:4], "big"), 4
            if len(buffer) < begin + length:
                return
            if buffer[0] & 0x0F == CLOSE:
                raise Closed
            text = bytes(buffer[begin : begin + length])
            del buffer[: begin + length]
            yield text


class Screens:
    """All screens. Pings are answered whenever `connect` or `until` runs.

    `closed`: how often the server closed one, which then connected again; on a busy machine it may miss a ping.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.closed = 0
        self._all: set[Screen] = set()
        self._selector = selectors.DefaultSelector()
        self._known: dict[bytes, tuple[str, int]] = {}

    def connect(self, count: int) -> None:
        """Until there are `count` of them."""
        while len(self._all) < count:
            self._add(SCREEN.format(len(self._all)))
            self._pump(0)

    def close(self) -> None:
        for screen in self._all:
            screen.socket.close()
        self._selector.close()

    def until(self, event: str, version: int) -> float:
        """When the last screen had this version of the event, or a later one."""
        missing = {screen for screen in self._all if screen.seen.get(event, 0) < version}
        end = time.perf_counter() + PATIENCE_SECONDS
        while missing:
            heard = self._pump(1)
            missing -= {screen for screen in heard if screen.seen.get(event, 0) >= version or screen not in self._all}
            if time.perf_counter() > end:
                raise RuntimeError(f"{len(missing)} screens did not get {event} {version}")
        return time.perf_counter()

    def _pump(self, seconds: float) -> list[Screen]:
        """Read whatever has come; the screens that heard something, if only that they are closed."""
        ready = self._selector.select(seconds)
        return [key.data for key, _ in ready if self._hear(key.data)]

    def _hear(self, screen: Screen) -> bool:
        try:
            return self._take(screen)
        except (Closed, ConnectionError):
            self.closed += 1
            self._drop(screen)
            self._add(screen.token)
            return True

    def _take(self, screen: Screen) -> bool:
        heard = False
        for packet in screen.packets():
            if packet == PING:
                screen.send(PONG)
            elif packet.startswith(EVENT):
                event, version = self._read(packet)
                screen.seen[event] = max(version, screen.seen.get(event, 0))
                heard = True
        return heard

    def _add(self, token: str) -> None:
        screen = Screen(self._port, token)
        self._selector.register(screen.socket, selectors.EVENT_READ, screen)
        self._all.add(screen)

    def _drop(self, screen: Screen) -> None:
        self._selector.unregister(screen.socket)
        screen.socket.close()
        self._all.discard(screen)

    def _read(self, packet: bytes) -> tuple[str, int]:
        if packet not in self._known:
            event, *data = json.loads(packet[len(EVENT) :])
            self._known = {packet: (event, data[0]["version"] if data else 0)}
        return self._known[packet]
