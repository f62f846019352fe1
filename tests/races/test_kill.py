"""kill -9 while visitors book and counsellors call: nothing acknowledged is lost, nothing half-done is left (F1–F3)."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select

from booking.store import models as m
from booking.store.db import db, reading
from tests.people import DAY, NOW
from tests.races.diary import Diary, Gone
from tests.races.serving import Fate, Server, any_fate
from tests.races.whole import broken_file, halves

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "20"))
CONTROL_ROUNDS, ROUNDS_A_DAY = 20, 20
# All who book here leave a name.
_NOBODY_S = select(m.Appointment.id).where(m.Appointment.id.not_in(select(m.Visitor.appointment_id)))
pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(300 + 10 * ROUNDS)]


class Found(NamedTuple):
    """After one kill and a new start, in words: what was acknowledged and is lost, and what is there by half."""

    fate: Fate | None
    lost: list[str]
    halves: list[str]


def kill_and_look(app: Flask, diary: Diary, rounds: int, *off: str) -> Iterator[Found]:
    """So many kills, as long as somebody looks on. Every server finds what the one before it left."""
    last = None
    for number in range(rounds + 1):
        now, fate = NOW + number // ROUNDS_A_DAY * DAY, any_fate()
        with Server(app, now, fate, off) as server:
            lost = diary.settle(server.port, now)
            found = look(app, diary, lost, last)
            if last is not None:
                yield found
            if number < rounds:
                use_until_killed(server, diary.everybody(server.port))
        last = fate


def look(app: Flask, diary: Diary, lost: list[str], fate: Fate | None) -> Found:
    """With nobody at work. Afterwards only the server has the database open, so that the next one finds it unclosed."""
    with app.app_context():
        with reading() as session:
            found = [f"appointment {id_} without its visitor" for id_ in session.scalars(_NOBODY_S)]
            found += halves(session) + broken_file(session)
            lost = lost + diary.missing(session)
        db.engine.dispose()
    return Found(fate, lost, found)


def use_until_killed(server: Server, uses: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(uses)) as pool:
        using = [pool.submit(until_gone, use) for use in uses]
        server.meet_its_fate()
        for one in using:
            one.result()


def until_gone(use: Callable[[], None]) -> None:
    with suppress(Gone):
        use()


def test_nothing_acknowledged_is_lost_and_nothing_half_done_is_left(app, capsys):
    diary, ends = Diary(app), Counter()
    for found in kill_and_look(app, diary, ROUNDS):
        assert found.lost == [], found.fate
        assert found.halves == [], found.fate
        ends[found.fate.end] += 1
    assert diary.odd == []
    assert set(diary.unanswered) <= {200, 201, 409}
    done = {"bookings": len(diary.bookings), "numbers": len(diary.numbers), "calls": len(diary.called)}
    with capsys.disabled():
        print(f"\n{ROUNDS} kills {dict(ends)}: {done}, all there; unanswered and asked again {dict(diary.unanswered)}")
    assert min(done.values()) > ROUNDS // 2


def test_what_was_committed_but_not_answered_happens_once(app):
    """Killed between the two (F2): who asks again with the same key gets what she had got."""
    diary = Diary(app)
    for commits, use in ((1, diary.visit), (2, diary.visit), (1, diary.welcome), (2, diary.welcome)):
        with Server(app, NOW, Fate("commit", commits)) as server:
            diary.settle(server.port, NOW)
            use_until_killed(server, [partial(use, server.port)])
    with Server(app, NOW, any_fate()) as server:
        assert look(app, diary, diary.settle(server.port, NOW), None)[1:] == ([], [])
    assert diary.unanswered == {200: 4}
    assert (len(diary.bookings), len(diary.numbers)) == (3, 3)


def test_halves_are_found_when_each_statement_stands_alone(app):
    assert any(found.halves for found in kill_and_look(app, Diary(app), CONTROL_ROUNDS, "transaction"))


def test_what_was_never_committed_is_missed(app):
    assert any(found.lost for found in kill_and_look(app, Diary(app), CONTROL_ROUNDS, "commit"))


def test_a_second_appointment_for_the_same_key_is_found(app):
    assert any(found.lost for found in kill_and_look(app, Diary(app), CONTROL_ROUNDS, "keys"))
