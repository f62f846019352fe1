"""Live: who may listen, what they hear, and that it is heard after the commit only.

A real server, spoken to by the library's own client and, where the library would behave, by hand.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue

import pytest
import socketio
import websocket
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from booking.services import following, screens
from booking.store.db import db
from booking.web.sockets import Publisher
from tests.web.visiting import COUNSELLOR, RECEPTION, book, press, read, rows, send, signed_in

DESK, CALLS, SCREENS = "/ludwigsburg/desk", "/ludwigsburg/calls", "/ludwigsburg/desk/screens"
PATIENCE = 10
PERSON = "Kanarienvogel"
ELSEWHERE = "/elsewhere"


class Ear:
    """A raw connection: Engine.IO 4 over a WebSocket, Socket.IO 5 on top, both by hand."""

    def __init__(self, port: int, cookies: dict[str, str], origin: str | None, auth: str = "") -> None:
        options = {"suppress_origin": True} if origin is None else {"origin": origin}
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        address = f"ws://localhost:{port}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=PATIENCE, cookie=cookie, **options)
        assert self._next()[0] == "0"
        self.send(f"40{auth}")
        self.greeting = self._next()

    @property
    def let_in(self) -> bool:
        return self.greeting.startswith("40")

    def send(self, packet: str) -> None:
        self.socket.send(packet)

    def hear(self) -> list:
        """The next event, with its data."""
        packet = self._next()
        assert packet.startswith("42"), packet
        return json.loads(packet[2:])

    def heard_so_far(self) -> list:
        """Every event sent before this moment: a question that the server must answer marks it in the stream."""
        self.send(f"40{ELSEWHERE},")
        events = []
        while not (packet := self._next()).startswith(f"44{ELSEWHERE},"):
            events.append(json.loads(packet[2:]))
        return events

    def _next(self) -> str:
        """The next packet that is no ping."""
        while (packet := self.socket.recv()) == "2":
            self.socket.send("3")
        return packet


@pytest.fixture
def port(app, house) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


@pytest.fixture
def listen(port) -> Iterator:
    ears = []

    def begin(client=None, origin="own", auth="") -> Ear:
        origin = f"http://localhost:{port}" if origin == "own" else origin
        ears.append(Ear(port, cookies(client), origin, auth))
        return ears[-1]

    yield begin
    for ear in ears:
        ear.socket.close()


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


@pytest.fixture
def ricci(app, house):
    return signed_in(app, COUNSELLOR)


def cookies(client) -> dict[str, str]:
    """What this browser would send along."""
    found = {name: client.get_cookie(name) for name in ("staff", "screen", "form")} if client else {}
    return {name: cookie.value for name, cookie in found.items() if cookie}


def paired(app, desk, name="Flur"):
    screen = app.test_client()
    begun = screen.post("/screen/pairing").json
    press(desk, desk.get(SCREENS), code=begun["code"], name=name)
    assert screen.post("/screen/pairing/claim", json={"secret": begun["secret"]}).json["paired"]
    return screen


def give(desk):
    press(desk, desk.get(DESK), language="", programme="")


# ── who is let in ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "origin", [None, "https://evil.example", "null", "http://localhost", "http://localhost:1", "http://[::1", "", "//"]
)
def test_without_our_own_origin_nobody_is_let_in(app, desk, listen, origin):
    assert not listen(desk, origin).let_in
    assert not listen(paired(app, desk), origin).let_in
    assert listen(desk).let_in


def test_who_is_not_signed_in_is_not_let_in(app, house, listen):
    assert not listen().let_in
    stranger = app.test_client()
    for name in ("staff", "screen"):
        stranger.set_cookie(name, "made-up")
    assert not listen(stranger).let_in


def shown(app) -> str:
    """What the phone with the newest number shows when it connects."""
    tag = rows(app, "ticket")[-1]["tag"]
    return json.dumps({"ticket": following.token(tag, secret=app.config["SECRET_KEY"])})


def test_the_phone_of_a_number_hears_the_board_until_the_day_is_over(app, desk, listen, watch):
    give(desk)
    phone, screen = listen(auth=shown(app)), listen(paired(app, desk))
    screen.heard_so_far()
    give(desk)
    name, board = phone.hear()
    assert (name, board["line"][rows(app, "ticket")[-1]["tag"]]) == ("board", [1, None, None])
    assert screen.hear() == [name, board]
    assert phone.heard_so_far() == []
    revoke(desk, "Flur")
    assert phone.heard_so_far() == []  # nobody can take it from her
    watch.pass_by(days=1)
    assert not listen(auth=shown(app)).let_in


@pytest.mark.parametrize("auth", ['{"ticket":"made-up"}', '{"ticket":1}', '{"ticket":"\\ud800"}', "[1]", '{"x":1}'])
def test_without_its_whole_address_no_phone_is_let_in(desk, listen, auth):
    give(desk)
    assert not listen(auth=auth).let_in


def test_who_has_signed_out_is_not_let_in_again(desk, listen):
    assert listen(desk).let_in
    old = cookies(desk)
    send(desk, "/ludwigsburg/sign-out")
    for name, value in old.items():
        desk.set_cookie(name, value)
    assert not listen(desk).let_in


def test_while_the_database_is_away_who_connects_is_sent_away_to_try_again(app, desk, listen, monkeypatch, caplog):
    screen = paired(app, desk)

    def away(*_args, **_values):
        raise OperationalError("SELECT", {}, Exception(PERSON))

    with monkeypatch.context() as patched:
        patched.setattr(screens, "screen_by_token", away)
        assert not listen(screen).let_in
    assert listen(screen).let_in
    assert "connecting failed: OperationalError" in caplog.text
    assert "in away" in caplog.text
    assert PERSON not in caplog.text


def test_a_hint_that_fails_is_logged_without_what_it_says_and_ends_no_later_one(app, caplog):
    heard = threading.Event()

    class Broken(Publisher):
        def _publish(self, centre_id: int, names: set[str]) -> None:
            if centre_id == 1:
                raise ValueError(PERSON)
            heard.set()

    publisher = Broken(app, None)
    publisher.announce({1: {"board"}})
    publisher.announce({2: {"board"}})
    assert heard.wait(10)
    assert "publishing failed: ValueError" in caplog.text
    assert "in _publish" in caplog.text
    assert PERSON not in caplog.text


def test_long_polling_is_not_offered(client, house, port):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://localhost:{port}/socket.io/?EIO=4&transport=polling")
    assert refused.value.code == 400


# ── what is heard ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_screen_hears_the_whole_board_after_a_call(app, desk, ricci, listen):
    screen = paired(app, desk)
    give(desk)
    ear = listen(screen)
    press(ricci, ricci.get(CALLS), room="r2")
    name, board = ear.hear()
    assert name == "board"
    assert board == screen.get("/screen/board").json
    assert board["calls"][0]["room"] == "2"


def test_staff_hear_that_the_desk_changed_and_nothing_else(desk, ricci, listen):
    ears = [listen(desk), listen(ricci)]
    give(desk)
    for ear in ears:
        assert ear.hear() == ["desk"]
        assert ear.heard_so_far() == []


def test_each_centre_hears_its_own(app, desk, listen):
    lead = signed_in(app, "k.maurer", "balingen")
    there, here = listen(lead), listen(desk)
    give(desk)
    here.hear()
    assert there.heard_so_far() == []


def test_nothing_is_heard_before_the_commit(app, desk, ricci, listen):
    give(desk)
    ear = listen(paired(app, desk))
    reached, release = threading.Event(), threading.Event()

    def wait(_connection):
        reached.set()
        assert release.wait(PATIENCE)

    page = read(ricci.get(CALLS)).form("room")
    with before_the_commit(app, wait):
        caller = threading.Thread(target=ricci.post, args=(page.action,), kwargs={"data": page.fields})
        caller.start()
        assert reached.wait(PATIENCE)
        early = ear.heard_so_far()
        release.set()
        caller.join()
    assert [e for e in early if e[0] == "board" and e[1]["calls"]] == []
    assert any(e[1]["calls"] for e in until_board(ear))


@contextmanager
def before_the_commit(app, act):
    """Holds the next commit that has written tickets."""
    wrote = threading.local()

    def watch(_connection, _cursor, statement, *_rest):
        wrote.tickets = getattr(wrote, "tickets", False) or statement.startswith("UPDATE ticket")

    def commit(connection):
        if getattr(wrote, "tickets", False):
            wrote.tickets = False
            act(connection)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    event.listen(engine, "commit", commit)
    yield
    event.remove(engine, "before_cursor_execute", watch)
    event.remove(engine, "commit", commit)


def until_board(ear):
    """Events up to the first board with a call."""
    heard = []
    while not heard or heard[-1][0] != "board" or not heard[-1][1]["calls"]:
        heard.append(ear.hear())
    return [event for event in heard if event[0] == "board"]


def test_what_was_refused_is_not_heard(app, desk, ricci, listen):
    ear, staff = listen(paired(app, desk)), listen(ricci)
    assert send(ricci, f"{CALLS}/next").status_code == 409
    assert ear.heard_so_far() == []
    assert staff.heard_so_far() == []


def test_a_booking_is_heard_by_staff_and_not_by_screens(app, desk, client, listen):
    screen, staff = listen(paired(app, desk)), listen(desk)
    book(client, "Kanarienvogel", "0151 23456789")
    assert staff.hear() == ["desk"]
    assert screen.heard_so_far() == []


def test_no_person_is_ever_named(app, desk, client, listen):
    ears = [listen(paired(app, desk)), listen(desk)]
    book(client, "Kanarienvogel", "0151 23456789", topic="german", day="2027-03-02")
    [booked] = rows(app, "appointment")
    press(desk, desk.get(DESK), appointment=str(booked["id"]))
    login = next(row["login"] for row in rows(app, "staff") if row["id"] == booked["counsellor_id"])
    send(signed_in(app, login), f"{CALLS}/next")
    heard = json.dumps([*until_board(ears[0]), *ears[1].heard_so_far()])
    for person in ("Kanarienvogel", "23456789", booked["code"], "Ricci"):
        assert person not in heard


# ── what is said to the server ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "packet", ['42["board",{"calls":[]}]', '42["desk"]', '42["join","desk:1"]', '42["enter_room",{"room":"desk:1"}]',
               '42["connect"]', '421["call_next",1]', "43[1]", '42["' + "x" * 3000 + '"]']
)  # fmt: skip
def test_events_from_outside_are_not_listened_to(app, desk, listen, packet):
    screen, other = listen(paired(app, desk)), listen(paired(app, desk, "Saal"))
    for ear in (screen, other):
        ear.heard_so_far()
    screen.send(packet)
    assert screen.heard_so_far() == []
    assert other.heard_so_far() == []
    give(desk)
    assert screen.hear()[0] == "board"
    assert screen.heard_so_far() == []


# The library closes a connection that its other end has left already.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("packet", ["42[", "4", "9", "", "42{}", "451-[{}]", "40" + "x" * 10000, "42" + "[" * 4000])
def test_nonsense_costs_its_sender_the_connection_at_most(app, desk, listen, packet):
    nonsense, other = listen(paired(app, desk)), listen(desk)
    other.heard_so_far()
    nonsense.send(packet)
    give(desk)
    assert other.hear() == ["desk"]
    assert listen(desk).let_in


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


def revoke(desk, name):
    page = desk.get(SCREENS)
    row = next(row for row in page.text.split("<li") if name in row and "/revoke" in row)
    action = row.split('action="')[1].split('"')[0]
    send(desk, action)


def test_a_revoked_screen_hears_nothing_any_more(app, desk, listen):
    gone, stays = paired(app, desk, "Keller"), paired(app, desk, "Flur")
    ear, other = listen(gone), listen(stays)
    ear.heard_so_far()
    revoke(desk, "Keller")
    assert ear.hear() == ["again"]
    assert other.hear() == ["again"]
    again = listen(stays)
    give(desk)
    assert again.hear()[0] == "board"
    assert ear.heard_so_far() == []
    assert not listen(gone).let_in


def test_who_signed_out_hears_nothing_any_more(app, desk, ricci, listen):
    ear = listen(ricci)
    send(ricci, "/ludwigsburg/sign-out")
    assert ear.hear() == ["again"]
    give(desk)
    listen(desk).heard_so_far()
    assert ear.heard_so_far() == []


# ── the library's own client as a second opinion ──────────────────────────────────────────────────────────────────


def test_the_library_s_client_hears_the_same(app, desk, ricci, port):
    screen, heard = paired(app, desk), Queue()
    client = socketio.Client(reconnection=False)
    client.on("*", lambda name, *data: heard.put((name, *data)))
    give(desk)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies(screen).items())
    client.connect(f"http://localhost:{port}", headers={"Cookie": cookie}, transports=["websocket"])
    try:
        press(ricci, ricci.get(CALLS), room="r2")
        name, board = heard.get(timeout=PATIENCE)
        while not board["calls"]:
            name, board = heard.get(timeout=PATIENCE)
        assert (name, board) == ("board", screen.get("/screen/board").json)
    finally:
        client.disconnect()
    with pytest.raises(Empty):
        heard.get_nowait()


def test_it_is_refused_without_a_cookie(port):
    client = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(f"http://localhost:{port}", transports=["websocket"])
