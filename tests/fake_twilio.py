"""A server that answers like Twilio, as well and as badly as it is told to."""

import base64
import itertools
import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from booking.config import Config

ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "token-of-the-tests", "+4971410000"
PUBLIC_URL = "https://termine.example"


class Taken(NamedTuple):
    sid: str
    to: str
    body: str
    sender: str
    callback: str | None
    valid_seconds: int


class FakeTwilio:
    """Answers in the order of `script`, then always "accept". `taken`: what it would have sent out as SMS."""

    def __init__(self) -> None:
        self.script: deque[str] = deque()
        self.taken: list[Taken] = []
        self.deleted: list[str] = []
        self.tries = 0
        self.lookups = 0
        self.let_go = threading.Event()
        self.crash: Callable[[], None] = lambda: None
        self._sids = itertools.count(1)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def config(self, **values) -> Config:
        return Config(**{
            "secret_key": "-", "database_url": "-", "twilio_account": ACCOUNT, "twilio_token": TOKEN,
            "twilio_sender": SENDER, "twilio_api_url": self.url, "public_url": PUBLIC_URL, **values,
        })  # fmt: skip

    def next_answer(self) -> str:
        with self._lock:
            self.tries += 1
            return self.script.popleft() if self.script else "accept"

    def take(self, form: dict[str, str]) -> Taken:
        with self._lock:
            sid = f"SM{next(self._sids):032x}"
            callback, valid = form.get("StatusCallback"), int(form["ValidityPeriod"])
            self.taken.append(Taken(sid, form["To"], form["Body"], form["From"], callback, valid))
            return self.taken[-1]

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.let_go.set()
            self._server.shutdown()
            self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeTwilio
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        answer = self.fake.next_answer()
        _ANSWERS[answer](self, {name: values[0] for name, values in form.items()})

    def do_GET(self) -> None:
        self.fake.lookups += 1
        if self.fake.script and self.fake.script[0] == "no_lookup":
            self.fake.script.popleft()
            self.say(500, {"code": 20500})
            return
        to = parse_qs(urlsplit(self.path).query)["To"][0]
        messages = [self.shown(one) for one in reversed(self.fake.taken) if one.to == to]
        self.say(200, {"messages": messages, "next_page_uri": None, "page": 0})

    def do_DELETE(self) -> None:
        sid = self.path.rpartition("/")[2].removesuffix(".json")
        if sid in self.fake.deleted:
            self.say(404, {"code": 20404})
            return
        if self.fake.script and self.fake.script[0] == "no_deletion":
            self.fake.script.popleft()
            self.say(500, {"code": 20500})
            return
        self.fake.deleted.append(sid)
        self.send_response(204)
        self.end_headers()

    def say(self, status: int, body: dict, **headers: str) -> None:
        self.say_text(status, json.dumps(body), **headers)

    def say_text(self, status: int, text: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text.encode())

    def shown(self, one: Taken) -> dict:
        return {"sid": one.sid, "to": one.to, "body": one.body, "from": one.sender, "status": "queued",
                "account_sid": ACCOUNT, "date_sent": None}  # fmt: skip

    def accept(self, form: dict[str, str]) -> None:
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers["Authorization"] != expected:
            self.say(401, {"code": 20003})
            return
        self.say(201, self.shown(self.fake.take(form)))

    def broken_after(self, form: dict[str, str]) -> None:
        self.fake.take(form)
        self.say(500, {"code": 20500})

    def nonsense(self, form: dict[str, str]) -> None:
        self.fake.take(form)
        self.say_text(201, "<html>")

    def cut(self, form: dict[str, str]) -> None:
        """Takes the message and hangs up without a word."""
        self.fake.take(form)
        self.close_connection = True

    def half(self, form: dict[str, str]) -> None:
        """Takes the message and hangs up in the middle of its answer."""
        self.fake.take(form)
        self.say_text(201, '{"sid": "SM', Content_Length="500")
        self.close_connection = True

    def silent(self, form: dict[str, str]) -> None:
        """Takes the message and says nothing until the client has given up."""
        self.fake.take(form)
        self.fake.let_go.wait(30)
        self.close_connection = True

    def crash_after(self, form: dict[str, str]) -> None:
        """Takes the message; whoever sent it dies before the answer."""
        self.fake.take(form)
        self.crash_before(form)

    def crash_before(self, form: dict[str, str]) -> None:
        self.fake.crash()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def _refusing(status: int, code: int, **headers: str):
    return lambda handler, form: handler.say(status, {"status": status, "code": code, "message": "-"}, **headers)


_ANSWERS = {
    "accept": _Handler.accept, "broken_after": _Handler.broken_after, "nonsense": _Handler.nonsense,
    "cut": _Handler.cut, "half": _Handler.half, "silent": _Handler.silent,
    "crash_after": _Handler.crash_after, "crash_before": _Handler.crash_before,
    "bad_number": _refusing(400, 21211), "opted_out": _refusing(400, 21610), "country": _refusing(400, 21408),
    "too_many": _refusing(429, 20429, Retry_After="7"), "too_many_somehow": _refusing(429, 20429),
    "unavailable": _refusing(503, 20503, Retry_After="9"), "overloaded": _refusing(503, 20503),
    "shut": _refusing(401, 20003), "broken": _refusing(500, 20500),
}  # fmt: skip
