"""Whatever is thrown at either door: a sentence, never a failure, and nothing written by what was refused."""

import json
from collections import Counter
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from booking import clock
from booking.services import staff as accounts
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    book,
    details_page,
    dump,
    form_token,
    link_of,
    press,
    read,
    rows,
    signed_in,
)

pytestmark = pytest.mark.one_database

HERE, API = "/ludwigsburg/de", "/api/v1/centres/ludwigsburg"
DETAILS_OF_SUNDAY = f"{HERE}/german/details?start=2027-03-07T08:00:00Z"  # never booked
# What anybody or any staff form may change. A refused sign-in and a look are written down on purpose.
WRITTEN = ("appointment", "visitor", "claim", "message", "ticket", "series", "repeat", "screen", "staff", "board")
ENOUGH = settings(max_examples=60)
EACH_DOOR = settings(max_examples=20)  # where one example is thrown at several doors

NASTY = (
    "", " ", "\x00", "a\x00b", "\x00" * 50, "\r\nSet-Cookie: staff=x", "\u202egnp.exe", "\u200b", "\ufeff", "\x7f",
    "\x1b[31m", "𝕏" * 30, "👩‍👩‍👧‍👦", "e" + "\u0301" * 200, "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)",
    "' OR 1=1 --", "%", "_", "\\", "../../etc/passwd", "<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}",
    "{% raw %}", "%(number)s", "%s%n", "${x}", "null", "NaN", "-0", "1e400", "0x10", "٣", "Infinity", "true", "[]",
    "{}", "x" * 5000, "ß" * 1000, "1234 5678", "9" * 5000, "-1", "+49 151 23456789", "0151 23456789", "+" + "9" * 39,
    "reached", "soon", "by-code.", ".", "..",
)  # fmt: skip
MOMENTS = (
    "", "now", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00", "2027-03-09", "2027-03-09T09:00", "2027-03-09T09:00:00Z", "2027-03-09T08:00:00+00:00",
    "2027-02-30T09:00:00Z", "2027-W10-2", "2027-03-09T24:00:00Z", "2027-03-09T09:00:60Z", "2027-03-09T09:00:00.001Z",
    "2027-03-09T08:00:00+23:59", "20270309T090000Z", "1999-12-31T23:59:59Z", "3000-01-01T00:00:00Z",
    "2027-03-28T02:30:00+01:00", "-2027-03-09T09:00:00Z", "२०२७-०३-०९T09:00Z",
)  # fmt: skip
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="name"; filename="%s"\r\n\r\nx\r\n--x--'
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
moments = st.one_of(
    st.sampled_from(MOMENTS), st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    st.datetimes().map(str), texts,
)  # fmt: skip
days = st.one_of(
    st.dates().map(str), st.dates().map(lambda day: day.strftime("%d.%m.%Y")), st.sampled_from(MOMENTS), texts
)
numbers = st.one_of(st.integers(), st.sampled_from((0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**4299)))
ids = st.one_of(numbers.map(str), texts)
ages = st.one_of(st.sampled_from(("reached", "not-soon", "soon")), texts)
topics = st.one_of(st.sampled_from(("german", "residence", "unsure")), texts)
# JSON may carry what no form can: halves of characters, and any shape.
strings = st.one_of(texts, moments, st.sampled_from(("\ud800", "a\udfffb")), st.text(st.characters(), max_size=20))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.floats(), strings),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
long_keys = header_texts | header_texts.map(lambda text: text.rjust(16, "k"))


def fields(**known):
    """A form with any of its fields, and perhaps some that are none of its."""
    return st.builds(
        lambda ours, theirs: {**theirs, **ours},
        st.fixed_dictionaries({}, optional=known),
        st.dictionaries(st.text(min_size=1, max_size=8), texts, max_size=1),
    )


def bodies(**known):
    return st.one_of(
        values, st.fixed_dictionaries({}, optional={**{k: st.one_of(v, values) for k, v in known.items()}, "x": values})
    )


sent = Counter()  # by engine: statements that are no mere question


def _sent(connection, cursor, statement, parameters, context, executemany):
    sent[connection.engine] += not statement.lstrip().upper().startswith("SELECT")


def writes(app):
    with app.app_context():
        if not event.contains(db.engine, "before_cursor_execute", _sent):
            event.listen(db.engine, "before_cursor_execute", _sent)
        return sent[db.engine]


class Guard:
    """Throws, and holds every answer to what was promised."""

    def __init__(self, app, client):
        self.app, self.client = app, client
        self.known, self.seen = dump(app, *WRITTEN), writes(app)
        self.token = form_token(client)

    def throw(self, method, path, **options):
        headers = {"X-CSRFToken": self.token, **options.pop("headers", {})}
        answer = self.client.open(path, method=method, headers=headers, **options)
        assert answer.status_code < 500, f"{method} {path} {options}"
        if answer.status_code >= 400:
            assert said_something(answer), f"{method} {path} {options}"
        now = self.written()
        if answer.status_code >= 400 or method == "GET":
            assert now == self.known, f"{method} {path} {options} was refused and wrote"
        self.known = now
        return answer

    def written(self):
        """Looked up anew only if something was sent that may have changed it: looking costs as much as an answer."""
        if (count := writes(self.app)) == self.seen:
            return self.known
        self.seen = count
        return dump(self.app, *WRITTEN)

    def get(self, path, **query):
        return self.throw("GET", path, query_string=query or None)

    def post(self, path, data, **options):
        return self.throw("POST", path, data=data, **options)

    def json(self, method, path, body, **options):
        return self.throw(method, path, data=json.dumps(body), content_type="application/json", **options)


def said_something(answer):
    if answer.mimetype == "application/problem+json":
        problem = answer.json
        faults = problem.get("errors", [])
        return problem["title"] and problem["kind"] and all(fault["message"] for fault in faults)
    return bool(read(answer).words)


def segment(text):
    return quote(text, safe="")


@pytest.fixture
def guard(app, client, house):
    return Guard(app, client)


@pytest.fixture
def desk(app, house):
    return Guard(app, signed_in(app, RECEPTION))


@pytest.fixture
def counsellor(app, house):
    return Guard(app, signed_in(app, COUNSELLOR))


def test_the_guard_finds_what_it_is_there_for(app, client, house, monkeypatch):
    guard = Guard(app, client)
    page = details_page(client)
    press(client, page, name="Nour")
    with pytest.raises(AssertionError, match="was refused and wrote"):
        guard.get(f"{HERE}/gardening/")
    assert guard.known != dump(app, *WRITTEN)
    monkeypatch.setattr("booking.services.centres.listed", lambda: 1 / 0)
    with pytest.raises(AssertionError):
        guard.get("/")


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────


@ENOUGH
@given(
    st.lists(st.one_of(texts.map(str.encode), st.binary(max_size=9)), min_size=1, max_size=5),
    st.sampled_from(("", "/", "//", "/ludwigsburg/", f"{HERE}/", "/api/v1/", "/static/", "/socket.io/")),
)
@example([b"\x00"], "/")
@example([b"9" * 5000, b"start"], "/api/v1/tickets/")
@example([b"..", b"..", b"README.md"], "/static/")
def test_addresses(guard, parts, beginning):
    path = beginning.encode() + b"/".join(parts)
    guard.throw("GET", "/", environ_overrides={"PATH_INFO": path.decode("latin-1")})


@ENOUGH
@given(topics, ages, days, days, st.sampled_from(("", "times", "details", "needs")), moments)
def test_questions_in_an_address(guard, topic, age, birthday, day, page, start):
    wishes = {"talk": age, "people": day, "mode": topic, "length": age}
    guard.get(f"{HERE}/{segment(topic)}/{page}", age=age, birthday=birthday, day=day, start=start, **wishes)


@EACH_DOOR
@given(
    st.dictionaries(
        st.one_of(st.sampled_from(("age", "endpoint", "_scheme", "_anchor", "new")), texts), texts, max_size=4
    )
)
def test_queries_nobody_asked_for(guard, query):
    for path in (f"{HERE}/", f"{HERE}/find", f"{HERE}/german/times", "/ludwigsburg/sign-in"):
        guard.get(path, **query)


@EACH_DOOR
@given(header_texts, header_texts, header_texts, header_texts)
def test_headers(guard, language, accept, authorization, agent):
    headers = {"Accept-Language": language, "Accept": accept, "Authorization": authorization, "User-Agent": agent}
    for path in (f"{HERE}/", "/", "/ludwigsburg/desk", f"{API}/topics", "/screen/board", "/nothing/at/all/here"):
        guard.throw("GET", path, headers=headers)


@EACH_DOOR
@given(header_texts, st.sampled_from(("staff", "screen", "form")))
def test_cookies(app, house, value, name):
    client = app.test_client()
    for path in (f"{HERE}/", "/ludwigsburg/desk", "/screen", "/screen/board", f"{HERE}/find"):
        answer = client.get(path, headers={"Cookie": f"{name}={value}"})
        assert answer.status_code < 500


# ── forms of visitors ─────────────────────────────────────────────────────────────────────────────────────────────


DETAILS = fields(name=texts, phone=texts, reminders=texts, key=texts)


@ENOUGH
@given(st.one_of(st.just("2027-03-09T08:00:00+00:00"), moments), topics, ages, days, DETAILS)
def test_the_details_of_a_booking(guard, start, topic, age, birthday, typed):
    query = urlencode({"start": start, "age": age, "birthday": birthday})
    guard.post(f"{HERE}/{segment(topic)}/details?{query}", typed)


@settings(max_examples=15)
@given(texts.filter(lambda name: len(name) <= 60))
def test_any_name_is_kept_as_a_name_or_refused(app, guard, name):
    query = urlencode({"start": "2027-03-09T08:00:00+00:00"})
    answer = guard.post(f"{HERE}/german/details?{query}", {"name": name, "key": name[:10]})
    if answer.status_code == 303:
        kept = [row["name"] or "" for row in rows(app, "visitor")]
        assert not any(character in stored for stored in kept for character in "\x00\r\n\x1b\u202e\u200b\ufeff")


@ENOUGH
@given(fields(code=texts, last4=texts))
def test_code_and_digits(guard, typed):
    answer = guard.post(f"{HERE}/find", typed)
    assert answer.status_code in {403, 422}


@settings(max_examples=25)
@given(texts, moments, ages, days)
def test_private_links(app, guard, link, start, age, birthday):
    query = urlencode({"age": age, "birthday": birthday})
    for page in ("", "/calendar.ics", f"/move?{query}", "/cancel"):
        assert guard.get(f"{HERE}/appointment/{segment(link) or 'x'}{page}").status_code in {404, 308}
    guard.post(f"{HERE}/appointment/{segment(link) or 'x'}/move?{query}", {"start": start})


@settings(max_examples=25)
@given(moments, ages, days, fields(start=moments))
def test_moving_what_is_booked(app, guard, day, age, birthday, typed):
    if not rows(app, "appointment"):
        guard.path = book(guard.client, topic="residence").request.path
        guard.token, guard.known = form_token(guard.client), dump(app, *WRITTEN)
    query = urlencode({"age": age, "birthday": birthday, "day": day})
    guard.get(f"{guard.path}/move?{query}")
    guard.post(f"{guard.path}/move?{query}", typed)


@EACH_DOOR
@given(
    st.binary(max_size=200),
    st.sampled_from((FORM, MULTIPART, "x/y", "")),
)
@example(b"name=%ff%fe%ed%a0%80&phone=%00", FORM)
@example(FILE % b"a.txt", MULTIPART)
@example(FILE % b"\x00", MULTIPART)
@example(b'{"name": 5, "code": ["1"], "login": {}}', "application/json")
@example(b"[1]", "application/json")
@example(b"[" * 30_000, "application/json")
@example(b"&" * 5000, FORM)
def test_bodies_that_are_no_form(guard, body, kind):
    for path in (DETAILS_OF_SUNDAY, f"{HERE}/find", "/ludwigsburg/sign-in", "/screen/pairing/claim"):
        guard.post(path, body, content_type=kind)


@pytest.mark.parametrize("path", [DETAILS_OF_SUNDAY, f"{HERE}/find", "/ludwigsburg/sign-in"])
@pytest.mark.parametrize("letter", ["x", "\x00", "👩", "="])
def test_seventy_kilobytes(guard, path, letter):
    assert guard.post(path, {"name": letter * 70_000, "code": "1", "login": "x"}).status_code == 413


# ── forms of staff ────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=12)
@given(fields(login=texts, password=texts, next=texts))
def test_signing_in(guard, typed):
    answer = guard.throw("POST", "/ludwigsburg/sign-in", data=typed)
    assert answer.status_code in {403, 422}


@ENOUGH
@given(fields(language=texts, programme=texts, key=texts))
def test_numbers_at_the_desk(desk, typed):
    desk.post("/ludwigsburg/desk/tickets", typed)


@EACH_DOOR
@given(fields(appointment=ids), fields(q=texts), fields(code=texts, name=texts))
def test_the_other_forms_of_the_desk(desk, arrival, search, screen):
    desk.post("/ludwigsburg/desk/arrivals", arrival)
    desk.post("/ludwigsburg/desk/search", search)
    desk.post("/ludwigsburg/desk/screens", screen)


@EACH_DOOR
@given(ids)
@example("9" * 5000)
@example("١")
def test_ids_at_the_desk(desk, number):
    for page in ("tickets/{}", "appointments/{}"):
        desk.get(f"/ludwigsburg/desk/{page.format(segment(number))}")
    desk.post(f"/ludwigsburg/desk/screens/{segment(number)}/revoke", {})


@EACH_DOOR
@given(ids, st.one_of(st.sampled_from(("start", "finish", "recall", "missing")), texts), fields(room=texts))
def test_the_counsellor_s_buttons(counsellor, number, step, typed):
    counsellor.post("/ludwigsburg/calls/next", typed)
    counsellor.post(f"/ludwigsburg/calls/{segment(number)}/{segment(step)}", typed)
    counsellor.get(f"/ludwigsburg/calls/appointments/{segment(number)}")


@settings(max_examples=20)
@given(
    fields(staff_id=ids, step=st.one_of(st.sampled_from(("dates", "link")), texts), secret_since=days, last_day=days)
)
def test_the_lead_s_forms(app, house, typed):
    lead = Guard(app, signed_in(app, LEAD))
    lead.post("/ludwigsburg/team", typed)


@ENOUGH
@given(values)
def test_claims_of_screens(guard, body):
    guard.json("POST", "/screen/pairing/claim", body)


# ── the JSON door ─────────────────────────────────────────────────────────────────────────────────────────────────


@ENOUGH
@given(fields(topic=topics, language=texts, age=ages, birthday=days))
def test_slots(guard, query):
    guard.get(f"{API}/slots", **query)
    guard.json("POST", f"{API}/slots", query)


BOOKING = bodies(
    topic=topics, language=texts, age=ages, birthday=days, start=moments, name=strings, phone=strings, reminders=values
)


@settings(max_examples=60)
@given(BOOKING, long_keys)
def test_booking(guard, body, key):
    guard.json("POST", f"{API}/appointments", body, headers={"Idempotency-Key": key})


@ENOUGH
@given(
    st.builds(
        lambda more: {"topic": "german", "start": "2027-03-09T08:00:00Z", **more},
        st.fixed_dictionaries(
            {}, optional={"name": strings, "phone": strings, "reminders": values, "language": strings}
        ),
    )
)
def test_booking_almost_right(guard, body):
    guard.json("POST", f"{API}/appointments", body)


@ENOUGH
@given(
    st.binary(max_size=100), st.sampled_from(("application/json", "text/plain", "application/json; charset=utf-16", ""))
)
@example(b"[" * 30_000, "application/json")
@example(b'{"start":' + b"9" * 5000 + b"}", "application/json")
@example(b'{"topic":"german","topic":"german"}', "application/json")
def test_bodies_that_are_no_json(guard, body, kind):
    guard.post(f"{API}/appointments", body, content_type=kind)


@settings(max_examples=25)
@given(texts, bodies(start=moments, age=ages, birthday=days))
def test_links_over_json(app, guard, link, body):
    if not rows(app, "appointment"):
        guard.link = link_of(book(guard.client))
        guard.token, guard.known = form_token(guard.client), dump(app, *WRITTEN)
    guard.json("PATCH", f"/api/v1/appointments/{guard.link}", body)
    for method in ("GET", "PATCH", "DELETE"):
        answer = guard.json(method, f"/api/v1/appointments/{segment(link) or 'x'}", body)
        assert answer.status_code in {400, 404, 405, 422}


@pytest.fixture
def tokens(app, house):
    """The door of each role, as headers."""
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(update(m.Staff).values(api_allowed=True))
        ids_ = {row["login"]: row["id"] for row in rows(app, "staff")}
        issued = {
            login: accounts.issue_token(house["ludwigsburg"], ids_[login], now=clock.now())
            for login in (RECEPTION, COUNSELLOR)
        }
    return {login: {"Authorization": f"Bearer {token}"} for login, token in issued.items()}


@EACH_DOOR
@given(bodies(language=strings, programme=strings), bodies(code=strings), bodies(room=strings), ids, long_keys)
def test_staff_over_json(app, client, tokens, ticket, arrival, call, number, key):
    guard = Guard(app, client)
    reception = {**tokens[RECEPTION], "Idempotency-Key": key}
    guard.json("POST", f"{API}/tickets", ticket, headers=reception)
    guard.json("POST", f"{API}/arrivals", arrival, headers=reception)
    guard.json("POST", f"{API}/calls", call, headers=tokens[COUNSELLOR])
    for step in ("recall", "start", "finish", "missing"):
        guard.json("POST", f"/api/v1/tickets/{segment(number)}/{step}", {}, headers=tokens[COUNSELLOR])
