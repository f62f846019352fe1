"""What stands around every answer: headers, cookies, and nothing from anybody else's address."""

import base64
import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from booking.services import appointments
from booking.web import headers
from booking.web.places import MAP
from booking.web.samples import PAGES
from tests.house.test_doors import PAGES as STAFF_PAGES
from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    Page,
    book,
    details_page,
    press,
    press_once,
    read,
    rows,
    send,
    signed_in,
)

pytestmark = pytest.mark.one_database

ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)(?!$)", re.IGNORECASE)
ALLOWED = ("tel:", "data:")
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "form-action": "'self'",
    "base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'",
}  # fmt: skip


def every_visit(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every page of the application, with values that may or may not be there."""
    adapter = app.url_map.bind("localhost")
    return [
        (method, adapter.build(rule.endpoint, {name: value_of(rule, name) for name in rule.arguments}, method))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods)
    ]


def value_of(rule: Rule, name: str) -> object:
    known = {"centre": "ludwigsburg", "language": "ar", "topic": "german", "step": "start", "filename": "base.css"}
    return known.get(name) or (1 if "Integer" in type(rule._converters[name]).__name__ else "x")


def missing(answer) -> dict[str, str | None]:
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = {} if policy.startswith("; ".join((*headers.POLICY, "connect-src 'self'"))) else {"policy": policy}
    found = {name: answer.headers.get(name) for name, value in headers.HEADERS.items()
             if answer.headers.get(name) != value}  # fmt: skip
    return {**wrong, **found}


# ── every answer ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline(client):
    policy = dict(part.split(" ", 1) for part in client.get("/livez").headers["Content-Security-Policy"].split("; "))
    assert {name: policy[name] for name in POLICY} == POLICY
    assert not [value for value in policy.values() if "unsafe" in value or "http" in value or "*" in value]
    assert headers.HEADERS["X-Content-Type-Options"] == "nosniff"
    assert headers.HEADERS["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("base", "connects"),
    [
        ("http://localhost", "'self' ws://localhost"), ("https://a.example:8443", "'self' wss://a.example:8443"),
        ("http://10.0.0.7:8000", "'self' ws://10.0.0.7:8000"), ("http://[::1]:8000", "'self'"),
    ],
)  # fmt: skip
def test_a_page_connects_to_its_own_host_only(client, base, connects):
    policy = client.get("/livez", base_url=base).headers["Content-Security-Policy"]
    assert re.findall(r"connect-src ([^;]*)", policy) == [connects]


@pytest.mark.parametrize("host", ["a.example; script-src *", "a.example *", "*", "a,b", "-", "", "a:b", "x\tws:"])
def test_a_host_that_is_none_does_not_get_into_the_policy(client, host):
    policy = client.get("/livez", headers={"Host": host}).headers["Content-Security-Policy"]
    assert re.findall(r"connect-src ([^;]*)", policy) in (["'self'"], ["'self' ws://localhost"])
    assert "*" not in policy


def test_every_answer_of_every_page_carries_the_headers(app, client, house):
    statuses = set()
    for method, address in every_visit(app):
        answer = client.open(address, method=method)
        statuses.add(answer.status_code)
        assert missing(answer) == {}, f"{method} {address}"
        assert answer.status_code != 500, f"{method} {address}"
    assert {200, 302, 400, 401, 404} <= statuses


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/atlantis/de/", 404), ("GET", "/nothing/at/all/here", 404), ("GET", "/static/nothing.css", 404),
        ("GET", "/static/base.css", 200), ("GET", "/ludwigsburg/de", 308), ("POST", "/ludwigsburg/de/", 405),
        ("POST", "/ludwigsburg/de/find", 400), ("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/centres", 405),
        ("GET", "/ludwigsburg/desk", 302), ("POST", "/ludwigsburg/desk/tickets", 400), ("GET", "/livez", 200),
        ("GET", "/ludwigsburg/%00", 404), ("GET", "/screen/board", 401),
    ],
)  # fmt: skip
def test_errors_and_files_carry_them_too(client, house, method, address, status):
    answer = client.open(address, method=method)
    assert answer.status_code == status
    assert missing(answer) == {}


def test_a_failure_carries_them_too(client, house, monkeypatch):
    def broken(*_args, **_values):
        raise RuntimeError("broken")

    monkeypatch.setattr(appointments, "topics", broken)
    answer = client.get("/ludwigsburg/de/")
    assert answer.status_code == 500
    assert missing(answer) == {}


def test_transport_security_is_asked_for_over_https_only(client, house):
    secure = client.get("/ludwigsburg/de/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/ludwigsburg/de/").headers


def test_nobody_else_may_read_an_answer(client, house):
    for address in ("/ludwigsburg/de/", "/api/v1/centres", "/screen/board"):
        answer = client.get(address, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


# ── cookies ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    ["/", "/ludwigsburg/", "/ludwigsburg/de/", "/ludwigsburg/ar/residence/", "/ludwigsburg/de/german/times",
     "/ludwigsburg/de/residence/times?age=reached", "/ludwigsburg/de/privacy", "/api/v1/centres", "/livez",
     "/api/v1/centres/ludwigsburg/slots?topic=german", "/static/base.css", "/atlantis/de/"],
)  # fmt: skip
def test_who_only_looks_gets_no_cookie(client, house, address):
    assert "Set-Cookie" not in client.get(address).headers


@pytest.mark.parametrize("answer", [{"age": "reached"}, {"age": "soon", "birthday": "2027-03-14"}, {"age": "none"}])
def test_who_answers_the_age_question_gets_none_before_the_details(app, client, house, answer):
    """Without a cookie there is no token: the answer changes nothing, and so needs none."""
    sent = client.post("/ludwigsburg/ar/residence/", data=answer)
    assert sent.status_code == (422 if answer["age"] == "none" else 303)
    assert "Set-Cookie" not in sent.headers
    assert client.get_cookie("form") is None
    refused = app.test_client().post("/ludwigsburg/ar/residence/details?start=2027-03-14T09:00Z", data={"name": ""})
    assert refused.status_code == 400  # where something is written, the token is asked for


def test_who_chooses_a_time_gets_the_devices_cookie_and_then_the_forms(client, house):
    times = client.get("/ludwigsburg/ar/residence/times?age=reached")
    chosen = press_once(client, times, start=read(times).form("start").offered["start"][0])
    assert chosen.status_code == 303
    assert [cookie.partition("=")[0] for cookie in chosen.headers.getlist("Set-Cookie")] == ["device", "language"]
    assert "SameSite=Strict" in chosen.headers["Set-Cookie"]
    details = client.get(chosen.location)
    assert [cookie.partition("=")[0] for cookie in details.headers.getlist("Set-Cookie")] == ["form"]


def test_moving_asks_for_the_token_from_the_question_on(app, client, house):
    path = book(client).request.path
    stranger = app.test_client()
    assert stranger.post(f"{path}/move", data={"age": "reached"}).status_code == 400
    assert "csrf_token" in read(stranger.get(f"{path}/move")).form("age").fields


def test_the_private_page_sets_none_either(app, client, house):
    path = book(client).request.path
    assert "Set-Cookie" not in app.test_client().get(path).headers


def test_a_page_with_a_form_sets_one_that_scripts_and_others_cannot_use(client, house):
    answer = details_page(client)
    [cookie] = answer.headers.getlist("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith("form=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert not [part for part in attributes if part.startswith(("Expires", "Max-Age", "Domain"))]


def test_nothing_of_the_visitor_stands_in_the_cookie(client, house):
    answer = press(client, details_page(client), name="Kanarienvogel", phone="12")
    assert answer.status_code == 422
    kept = client.get_cookie("form").value.split(".")[0]
    assert b"Kanarienvogel" not in base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))


# ── nothing of people stays in a browser ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("login", [RECEPTION, COUNSELLOR, LEAD])
def test_staff_pages_are_not_kept(app, house, login):
    client = signed_in(app, login)
    seen = 0
    for endpoint in STAFF_PAGES:
        for rule in app.url_map.iter_rules(endpoint):
            if "GET" not in rule.methods:
                continue
            address = app.url_map.bind("localhost").build(endpoint, {n: value_of(rule, n) for n in rule.arguments})
            answer = client.get(address)
            seen += answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store", address
    assert seen >= 3


def test_a_form_sent_back_with_names_is_not_kept(client, house):
    answer = press(client, details_page(client), name="Kanarienvogel", phone="12")
    assert "Kanarienvogel" in answer.text
    assert answer.request.method == "POST"  # no browser keeps the answer to one


# ── nothing from elsewhere ────────────────────────────────────────────────────────────────────────────────────────


def from_elsewhere(page) -> list[str]:
    """The one way out is the map, and only for who presses its link."""
    forms, links = [form.action for form in page.forms], [link for link in page.links if not link.startswith(MAP)]
    return [
        address
        for address in (*page.loaded, *links, *forms)
        if ELSEWHERE.match(address) and not address.startswith(ALLOWED)
    ]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["de", "ar"])
def test_no_page_loads_or_leads_anywhere_else(client, name, language):
    answer = client.get(f"/gallery/{name}?language={language}")
    assert answer.status_code == 200
    page = read(answer)
    assert page.loaded
    assert from_elsewhere(page) == []


def test_an_address_of_somebody_else_would_be_found(client):
    for address in ("https://cdn.example/x.css", "//cdn.example/x.js", "HTTP://example", "javascript:alert(1)"):
        assert from_elsewhere(Page(f'<link href="{address}"><a href="{address}">')) == [address, address]
    assert from_elsewhere(Page('<a href="/desk"><a href="#name"><a href="tel:+49"><img src="data:image/png,x">')) == []


def test_no_style_or_script_file_does_either(root):
    files = [path for path in (root / "static").iterdir() if path.suffix in {".css", ".js", ".svg"}]
    assert files
    for path in files:
        found = re.findall(r"(?:url\(|@import|import .*from|fetch\()\s*[\"']?(?:https?:)?//", path.read_text("utf-8"))
        assert found == [], path.name


# ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_foreign_host_name_leads_nobody_there(client, house):
    for address in ("/ludwigsburg/", "/ludwigsburg/de", "/ludwigsburg/desk"):
        location = client.get(address, headers={"Host": "evil.example"}).location
        assert not location.startswith(("//", "https:")), location
        assert location.startswith(("/", "http://evil.example/ludwigsburg/de/"))


def test_signing_out_forgets_the_cookie(app, house):
    client = signed_in(app, RECEPTION)
    answer = send(client, "/ludwigsburg/sign-out")
    assert answer.status_code == 303
    assert client.get("/ludwigsburg/desk").status_code == 302
    assert rows(app, "staff_session") == []
