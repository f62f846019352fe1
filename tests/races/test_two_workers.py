"""Two workers, 500 messages: each is sent once. With the claim's guard off some must be sent twice."""

import itertools
import multiprocessing
import os
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from booking import create_app
from booking.config import Config
from booking.gateways.sms import Twilio
from booking.services import reminders
from booking.services.steps import messages
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.conftest import SECRET
from tests.fake_twilio import FakeTwilio
from tests.rows import a_centre, a_message, a_visitor, an_appointment

NOW = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
MANY, FEW = 500, 60
pytestmark = pytest.mark.slow
spawned = multiprocessing.get_context("spawn")


@pytest.fixture
def fake():
    with FakeTwilio().running() as server:
        yield server


def due(app, count: int) -> list[int]:
    """As many messages for as many people; their ids."""
    with app.app_context(), transaction(0) as session:
        centre = a_centre(session)
        for i in range(count):
            of = an_appointment(session, centre, NOW + timedelta(days=3), code=f"{i:08}")
            a_visitor(session, centre, of, f"s{i}", phone=f"+49151{i:08}", reminders_agreed=NOW)
            a_message(session, centre, of, language="de", due_at=NOW, not_after=NOW + timedelta(days=3))
        return list(session.scalars(select(m.Message.id)))


def unguarded(session, message_id: int, old: str, new: str, **values) -> bool:
    """The step without its condition on the old state."""
    session.execute(update(m.Message).where(m.Message.id == message_id).values(state=new, **values))
    return True


def write(notice) -> str:
    return f"{notice.kind} {notice.code}"


def send_all(app, config: Config, wait, at: datetime = NOW) -> None:
    """One worker's rounds until nothing is due."""
    gateway = Twilio(config)
    with app.app_context():
        wait()
        while reminders.waiting(now=at):
            reminders.send_due(gateway, write=write, clock=lambda: at)


def run_process(url: str, config: Config, barrier, guarded: bool) -> None:
    if not guarded:
        messages.store.move = unguarded
    send_all(create_app(Config(secret_key=SECRET, database_url=url, testing=True, limits=False)), config, barrier.wait)


def as_threads(app, config: Config, guarded: bool, monkeypatch) -> None:
    if not guarded:
        monkeypatch.setattr(messages.store, "move", unguarded)
    barrier = threading.Barrier(2)
    workers = [threading.Thread(target=send_all, args=(app, config, barrier.wait)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def process(app, config: Config, barrier, guarded: bool = True):
    arguments = (app.config["SQLALCHEMY_DATABASE_URI"], config, barrier, guarded)
    worker = spawned.Process(target=run_process, args=arguments, daemon=True)
    worker.start()
    return worker


def as_processes(app, config: Config, guarded: bool, _monkeypatch) -> None:
    barrier = spawned.Barrier(2)
    workers = [process(app, config, barrier, guarded) for _ in range(2)]
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


BOTH = pytest.mark.parametrize("run", [as_threads, as_processes], ids=["threads", "processes"])


def sent(fake: FakeTwilio) -> Counter[int]:
    """How often each message went out."""
    return Counter(int(one.callback.rpartition("=")[2]) for one in fake.taken)


def states(app) -> set[str]:
    with app.app_context(), reading() as session:
        return set(session.scalars(select(m.Message.state)))


@BOTH
def test_each_of_500_messages_is_sent_once(app, fake, run, monkeypatch):
    ids = due(app, MANY)
    run(app, fake.config(), True, monkeypatch)
    assert sent(fake) == dict.fromkeys(ids, 1)
    assert states(app) == {"accepted"}


@BOTH
def test_without_the_guard_some_are_sent_twice(app, fake, run, monkeypatch):
    due(app, FEW)
    run(app, fake.config(), False, monkeypatch)
    assert max(sent(fake).values()) > 1


def test_workers_killed_while_sending_leave_nothing_unsent_and_nothing_sent_twice(app, fake):
    """One dies after Twilio took its message, the next before; a third looks both up and finishes."""
    ids = due(app, FEW)
    alone = spawned.Barrier(1)
    for fate in ("crash_after", "crash_before"):
        fake.script.extend([*["accept"] * 20, fate])
        worker = process(app, fake.config(), alone)
        fake.crash = lambda pid=worker.pid: os.kill(pid, signal.SIGKILL)
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
    send_all(app, fake.config(), lambda: None)
    assert states(app) == {"accepted", "submitting"}
    with app.app_context():
        assert reminders.stuck(now=LATER) == 2
        reminders.settle_unknown(Twilio(fake.config()), write=write, clock=lambda: LATER)
    send_all(app, fake.config(), lambda: None, LATER + timedelta(minutes=10))
    assert sent(fake) == dict.fromkeys(ids, 1)
    assert states(app) == {"accepted"}


def test_500_ambiguous_answers_make_no_second_sms(app, fake):
    """Twilio takes all of them and answers none of them well (F16)."""
    ids = due(app, MANY)
    fake.script.extend(["broken_after", "cut", "nonsense", "half"] * (MANY // 4))
    gateway, minutes = Twilio(fake.config()), itertools.count()
    with app.app_context():
        while states(app) != {"accepted"}:
            at = NOW + timedelta(minutes=next(minutes))
            for verb in (reminders.settle_unknown, reminders.send_due):
                verb(gateway, write=write, clock=lambda at=at: at, failures=-MANY)
    assert sent(fake) == dict.fromkeys(ids, 1)
    assert fake.lookups == MANY
