"""Doing what a browser does: reading a page, following links, sending a form with its token, signing in."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext
from werkzeug.test import TestResponse

from booking.store.db import db
from booking.web import errors
from tests.members import LOGINS, PASSWORD

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# Who is who in Ludwigsburg, by the centre's file.
RECEPTION, COUNSELLOR, YOUTH_COUNSELLOR, LEAD, ADMINISTRATOR = "b.vogel", "m.ricci", "a.demir", "s.brandt", "t.keller"


def form_token(client: FlaskClient, slug: str = "ludwigsburg") -> str:
    """The token that belongs to this client's forms, whatever page they are on."""
    page = client.get(f"/{slug}/sign-in").text
    found = _TOKEN.search(page)
    assert found, page
    return found[1]


def send(client: FlaskClient, path: str, data: dict[str, str] | None = None, **more) -> TestResponse:
    return client.post(path, data={**(data or {}), "csrf_token": form_token(client)}, **more)


def sign_in(client: FlaskClient, role: str, slug: str = "ludwigsburg", *, password: str = PASSWORD) -> TestResponse:
    return sign_in_as(client, LOGINS[role], slug, password=password)


def sign_in_as(client: FlaskClient, login: str, slug: str = "ludwigsburg", *, password: str = PASSWORD) -> TestResponse:
    data = {"login": login, "password": password, "csrf_token": form_token(client, slug)}
    return client.post(f"/{slug}/sign-in", data=data)


def signed_in(app: Flask, login: str, slug: str = "ludwigsburg") -> FlaskClient:
    """A browser of its own, in which somebody has signed in."""
    client = app.test_client()
    assert sign_in_as(client, login, slug).status_code == 303
    return client


# ── reading a page ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class SentForm:
    """A form with what a browser would send untouched.

    `inputs`: every control's attributes, by name; `offered`: the values of each; `enabled`: it has a button to press.
    """

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, str | None]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    enabled: bool = False


class Page(HTMLParser):
    """What a person and a browser see of a page: its words, forms, what it loads, its links and those of its body."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.main: list[str] = []
        self.loaded: list[str] = []
        self.forms: list[SentForm] = []
        self.html: dict[str, str | None] = {}
        self.ids: list[str] = []
        self._words: list[str] = []
        self._select, self._in_main = "", False
        self.feed(source)
        self.words = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        addresses = [given[name] or "" for name in ("src", "srcset", "href", "poster", "data") if name in given]
        (self.links if tag == "a" else self.loaded).extend(addresses)
        if tag == "a" and self._in_main:
            self.main.extend(addresses)
        self._in_main = self._in_main or tag == "main"
        if tag == "html":
            self.html = given
        elif tag == "form":
            self.forms.append(SentForm(given.get("action") or "", (given.get("method") or "get").lower()))
        elif self.forms:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str | None]) -> None:
        form, name, value = self.forms[-1], given.get("name") or "", given.get("value") or ""
        form.enabled = form.enabled or (tag == "button" and "disabled" not in given)
        if tag == "select":
            self._select = name
        if tag == "option":
            name = self._select
            if "selected" in given or name not in form.fields:
                form.fields[name] = value
        if tag in {"input", "button", "option", "textarea"} and name:
            form.inputs.setdefault(name, given)
            form.offered.setdefault(name, []).append(value)
            if tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
                form.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        self._in_main = self._in_main and tag != "main"

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def form(self, *names: str) -> SentForm:
        """The first form that has all of these controls."""
        return next(form for form in self.forms if set(names) <= set(form.inputs))

    def link(self, part: str) -> str:
        """The first link of the page's body with this in its address."""
        return next(link for link in self.main if part in link)


def read(answer: TestResponse) -> Page:
    return Page(answer.text)


def press(client: FlaskClient, answer: TestResponse, *without: str, **typed: str) -> TestResponse:
    """Fill in the form that has these fields, send it where it wants to go, and read what comes in the end.

    `without`: fields that are not sent (a box unticked).
    """
    sending = _sending(answer, without, typed)
    first = client.open(**sending)
    if first.status_code == 307:  # a browser sends the form once more; the library would send an empty one
        return client.open(**{**sending, "path": first.location}, follow_redirects=True)
    return client.get(first.location, follow_redirects=True) if first.location else first


def press_once(client: FlaskClient, answer: TestResponse, **typed: str) -> TestResponse:
    """The same without following where it leads."""
    return client.open(**_sending(answer, (), typed))


def _sending(answer: TestResponse, without: tuple[str, ...], typed: dict[str, str]) -> dict[str, Any]:
    form = read(answer).form(*typed)
    fields = {name: value for name, value in {**form.fields, **typed}.items() if name not in without}
    here = answer.request.path + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else "")
    address = urljoin(here, form.action) if form.action else here
    if form.method == "get":
        return {"path": address.partition("?")[0], "query_string": fields, "method": "GET"}
    return {"path": address, "data": fields, "method": "POST"}


# ── what is known and said ────────────────────────────────────────────────────────────────────────────────────────


def rows(app: Flask, table: str) -> list[dict[str, Any]]:
    """All rows of a table, in the order in which they were written."""
    found = db.metadata.tables[table]
    with app.app_context(), db.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(found.select().order_by(*found.primary_key))]


def dump(app: Flask, *tables: str) -> str:
    """Every value of these tables (of all, if none is named), as text."""
    names = tables or tuple(db.metadata.tables)
    return "\n".join(f"{name}: {row}" for name in names for row in rows(app, name))


def said(app: Flask, kind: str, language: str = "de") -> str:
    """The sentence for a refusal's kind, for a field's reason, or for the state a step found."""
    words = errors.TABLE[kind].sentence if kind in errors.TABLE else {**errors.REASONS, **errors.STATES}[kind]
    with app.test_request_context(), force_locale(language):
        return " ".join(str(words).split())


def worded(app: Flask, sentence: str, language: str = "de", **values: object) -> str:
    """A sentence of the templates as a page of that language says it."""
    with app.test_request_context(), force_locale(language):
        return " ".join(str(gettext(sentence, **values)).split())


# ── stories that others begin with ────────────────────────────────────────────────────────────────────────────────


def details_page(
    client: FlaskClient, *, language: str = "de", topic: str = "residence", age: str = "reached", birthday: str = "",
    day: str = "", slug: str = "ludwigsburg", nth: int = 0,
) -> TestResponse:  # fmt: skip
    """From the first page to the details of the n-th time that is offered (on `day`), by the links of the pages."""
    first = client.get(f"/{slug}/{language}/")
    answer = client.get(read(first).link(f"/{topic}/"), follow_redirects=True)
    if lengths := [link for link in read(answer).main if "length=first" in link]:
        answer = client.get(lengths[0], follow_redirects=True)
    if any("area" in form.inputs for form in read(answer).forms):
        answer = press(client, answer, area="-")
    if any("age" in form.inputs for form in read(answer).forms):
        answer = press(client, answer, age=age, birthday=birthday)
    if day:
        answer = client.get(next(link for link in read(answer).main if re.search(f"[?&]day={day}", link)))
    return press(client, answer, start=read(answer).form("start").offered["start"][nth])


def book(
    client: FlaskClient, name: str = "", phone: str = "", *, reminders: bool = False, match: bool = False, **wish: Any
) -> TestResponse:
    """A whole booking; the confirmation's page."""
    more = {name: "y" for name, ticked in (("reminders", reminders), ("match", match)) if ticked}
    answer = press(client, details_page(client, **wish), name=name, phone=phone, **more)
    assert answer.status_code == 200, answer.text
    assert "/appointment/" in answer.request.path, answer.text
    return answer


def code_of(answer: TestResponse) -> str:
    """The eight digits on a page."""
    found = re.search(r"\b\d{4} \d{4}\b", read(answer).words)
    assert found, answer.text
    return found[0]


def link_of(answer: TestResponse) -> str:
    """The private link of the page that is open."""
    return answer.request.path.rpartition("/")[2]
