"""One keep-alive connection to the server, one request at a time."""

import json
import time
from http.client import HTTPConnection
from typing import Any, NamedTuple

PATIENCE_SECONDS = 30
IDLE_SECONDS = 1  # the server closes a connection that was idle for two


class Sent(NamedTuple):
    """A request that waits for its answer; `at` is when it was sent."""

    at: float
    what: str


class Client:
    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._used = 0.0

    def send(self, method: str, path: str, body: object = None, token: str | None = None) -> Sent:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        if time.perf_counter() - self._used > IDLE_SECONDS:
            self._connection.close()
        at = time.perf_counter()
        self._connection.request(method, path, data, headers)
        return Sent(at, f"{method} {path}")

    def answer(self, sent: Sent) -> tuple[float, bytes]:
        """The seconds from sending to the answer's last byte, and the answer."""
        response = self._connection.getresponse()
        text = response.read()
        self._used = time.perf_counter()
        if response.status >= 300:
            raise RuntimeError(f"{sent.what}: {response.status} {text.decode()}")
        return self._used - sent.at, text

    def read(self, sent: Sent) -> tuple[float, Any]:
        """The same, with what the answer says."""
        seconds, text = self.answer(sent)
        return seconds, json.loads(text)

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> Any:
        return self.read(self.send(method, path, body, token))[1]

    def timed(self, method: str, path: str, body: object = None, token: str | None = None) -> float:
        return self.answer(self.send(method, path, body, token))[0]
