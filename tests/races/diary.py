"""Visitors, a desk and counsellors at the JSON door, who write down what they asked for and what they were answered."""

import itertools
import json
import random
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain import appointments, tickets
from booking.services import calls, staff
from booking.store import models as m
from tests import people
from tests.races.house import a_house

CENTRE = "/centres/ludwigsburg"
COUNSELLORS, CANCEL_EVERY = 6, 3
# What a request that is sent again must be answered as before; the rest may have moved on.
LASTING = ("code", "link", "id", "number")
RANK = {tickets.WAITING: 0, tickets.CALLED: 1, tickets.IN_TALK: 2, tickets.DONE: 3}


class Gone(Exception):
    """The server did not answer, or not to the end: whoever asked cannot know what happened."""


@dataclass
class Asked:
    """A request for one of a centre's "appointments" or "tickets". `answer`: its lasting part, None while not known."""

    what: str
    body: dict[str, Any]
    token: str | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    answer: dict[str, Any] | None = None

    @property
    def content(self) -> dict[str, Any]:
        return {"body": self.body, "token": self.token, "key": self.key}


class Diary:
    """All that was acknowledged, by whomever.

    `unsettled`: asked since the last start, and to be asked again. `odd`: refusals that nobody should have met.
    `unanswered`: what those were answered who asked again: 200, it had happened; 201, it had not, and does so now;
    409, it had not, and the start went to somebody else.
    """

    def __init__(self, app: Flask) -> None:
        house = a_house(app, ["de"] * COUNSELLORS, horizon_days=28)
        self._app, self.house = app, house
        with app.app_context():
            desk = people.a_member(house.id, "receptionist", "Rezan", api_allowed=True)
            self._desk = staff.issue_token(house.id, desk, now=people.NOW)
            self._tokens = {c: staff.issue_token(house.id, c, now=people.NOW) for c in house.counsellors}
        self.unsettled: list[Asked] = []
        self.bookings: list[dict[str, Any]] = []
        self.numbers: list[dict[str, Any]] = []
        self.cancelled: list[str] = []
        self.steps: dict[int, str] = {}
        self.called: list[int] = []
        self.odd: list[str] = []
        self.unanswered: Counter[int] = Counter()
        self._starts: list[str] = []

    # ── who uses it, until it is gone ──

    def everybody(self, port: int) -> list[Callable[[], None]]:
        counsellors = [partial(self._advise, port, token) for token in self._tokens.values()]
        return [partial(self.visit, port), partial(self.visit, port), partial(self.welcome, port), *counsellors]

    def visit(self, port: int) -> None:
        for count in itertools.count(1):
            body = {"topic": "residence", "start": self._starts.pop(), "name": "Nour", "phone": people.MOBILE}
            booked = self._ask_first(port, Asked("appointments", {**body, "reminders": True}), "slot-taken")
            if booked and count % CANCEL_EVERY == 0 and self._ask(port, "DELETE", f"/appointments/{booked['link']}"):
                self.cancelled.append(booked["code"])

    def welcome(self, port: int) -> None:
        while True:
            self._ask_first(port, Asked("tickets", {}, self._desk))

    def _advise(self, port: int, token: str) -> None:
        while True:
            ticket = self._ask(port, "POST", f"{CENTRE}/calls", "nobody-waiting", body={}, token=token)
            if ticket:
                self.called.append(ticket["id"])
                self.steps[ticket["id"]] = ticket["state"]
                self._step(port, ticket["id"], "start", token)
                self._step(port, ticket["id"], "finish", token)

    def _step(self, port: int, ticket: int, step: str, token: str) -> None:
        if answer := self._ask(port, "POST", f"/tickets/{ticket}/{step}", token=token):
            self.steps[ticket] = answer["state"]

    def _ask_first(self, port: int, asked: Asked, *refusals: str) -> dict[str, Any] | None:
        self.unsettled.append(asked)
        answer = self._ask(port, "POST", f"{CENTRE}/{asked.what}", *refusals, **asked.content)
        if answer:
            asked.answer = lasting(answer)
        else:
            self.unsettled.remove(asked)
        return answer

    def _ask(self, port: int, method: str, path: str, *refusals: str, **content: Any) -> dict[str, Any] | None:
        """The answer, or None if it is one of these refusals; any other is odd."""
        status, answer = ask(port, method, path, **content)
        if status in (200, 201):
            return answer
        if answer["kind"] not in refusals:
            self.odd.append(f"{method} {path}: {answer}")
        return None

    # ── after a new start ──

    def settle(self, port: int, now: datetime) -> list[str]:
        """Everybody asks again what she asked last, and goes on from there; what was not kept, in words."""
        lost = [words for asked in self.unsettled if (words := self._settle(port, asked))]
        self.unsettled.clear()
        self._end_talks(port, now)
        _status, slots = ask(port, "GET", f"{CENTRE}/slots?topic=residence")
        self._starts = random.sample(slots["slots"], len(slots["slots"]))
        return lost

    def _settle(self, port: int, asked: Asked) -> str | None:
        """The same key is answered the same; what was not answered has happened, or happens now, and then once."""
        status, answer = ask(port, "POST", f"{CENTRE}/{asked.what}", **asked.content)
        if asked.answer is None:
            self.unanswered[status] += 1
        elif (status, lasting(answer)) != (200, asked.answer):
            return f"{asked.what} were answered {asked.answer}, and are now answered {status} {answer}"
        if status in (200, 201):
            (self.bookings if asked.what == "appointments" else self.numbers).append(lasting(answer))
        return None

    def _end_talks(self, port: int, now: datetime) -> None:
        """A counsellor who does not know whether she called somebody looks at her page."""
        for counsellor, token in self._tokens.items():
            with self._app.app_context():
                current = calls.view(self.house.id, counsellor, now=now).current
            if current is not None:
                self._step(port, current.id, "finish", token)

    def missing(self, session: Session) -> list[str]:
        """Whatever was acknowledged, ever, and is not in the database; and what was acknowledged twice."""
        booked = dict(session.execute(select(m.Appointment.code, m.Appointment.state)).all())
        given = {row.id: row for row in session.execute(select(m.Ticket.id, m.Ticket.number, m.Ticket.state))}
        ranks = {id_: RANK[row.state] for id_, row in given.items()}
        return [
            *(f"appointment {one['code']}" for one in self.bookings if one["code"] not in booked),
            *(f"cancelling {code}" for code in self.cancelled if booked.get(code) != appointments.CANCELLED),
            *(f"number {one}" for one in self.numbers
              if one["id"] not in given or given[one["id"]].number != int(one["number"])),
            *(f"ticket {id_} was {state}" for id_, state in self.steps.items() if ranks.get(id_, -1) < RANK[state]),
            *(f"ticket {id_} was called {n} times" for id_, n in Counter(self.called).items() if n > 1),
        ]  # fmt: skip


def ask(
    port: int, method: str, path: str, body: Any = None, *, token: str | None = None, key: str | None = None
) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Idempotency-Key": key} if key else {}
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, HTTPException) as error:
        raise Gone from error
    finally:
        connection.close()


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in LASTING if name in answer}
