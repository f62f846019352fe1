"""The worker: rounds, nights, pauses, and an end without waiting."""

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from booking.domain.errors import Unfinished
from booking.gateways.sms import Later, Rehearsal
from booking.services import leases, reminders
from booking.store import models as m
from booking.store.db import reading, transaction
from booking.web import serving, work
from booking.web.work import Worker
from tests.rows import a_centre, a_message, a_visitor, an_appointment

NOW = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)
PHONE = "+4915112345678"


class Clock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def plain_words(monkeypatch):
    monkeypatch.setitem(reminders.send_due.__kwdefaults__, "write", lambda notice: notice.kind)
    monkeypatch.setitem(reminders.settle_unknown.__kwdefaults__, "write", lambda notice: notice.kind)


def due(app, count: int = 1) -> None:
    with app.app_context(), transaction(0) as session:
        centre = a_centre(session)
        for i in range(count):
            of = an_appointment(session, centre, NOW + timedelta(days=3), code=f"{i:08}")
            a_visitor(session, centre, of, f"s{i}", phone=f"+49151{i:08}", reminders_agreed=NOW)
            a_message(session, centre, of, f"k{i}", due_at=NOW, not_after=NOW + timedelta(days=3))


def states(app) -> list[str]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(m.Message.state).order_by(m.Message.id)))


def last_run(app, name: str) -> datetime | None:
    with app.app_context():
        return leases.last_run(name)


def test_a_round_sends_what_is_due_and_notes_when(app, now):
    due(app, 2)
    rehearsal = Rehearsal()
    Worker(rehearsal, now=now).run_once(app)
    assert (len(rehearsal.texts), states(app), last_run(app, "messages")) == (2, ["accepted"] * 2, NOW)


def test_of_two_workers_one_works(app, now):
    first, second = Rehearsal(), Rehearsal()
    one, two = Worker(first, now=now), Worker(second, now=now)
    one.run_once(app)
    due(app)
    two.run_once(app)
    assert states(app) == ["due"]
    now.go(seconds=61)
    two.run_once(app)
    assert (len(first.texts), len(second.texts)) == (0, 1)


def test_a_round_settles_what_a_crash_left_behind(app, now):
    due(app)
    with app.app_context():
        reminders.claim(reminders.waiting(now=NOW)[0], now=NOW)
    worker = Worker(Rehearsal(), now=now)
    for _ in range(5):
        now.go(minutes=1)
        worker.run_once(app)
    assert states(app) == ["accepted"]


class Failing(Rehearsal):
    """Has no connection until `heal`."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.healed = False

    def send(self, *arguments):
        self.tries += 1
        if not self.healed:
            raise Later
        return super().send(*arguments)


def test_a_provider_that_fails_is_left_alone_and_then_tried_once(app, now, monkeypatch, caplog):
    due(app, 12)
    seconds = [100.0]
    monkeypatch.setattr(work.time, "monotonic", lambda: seconds[0])
    gateway = Failing()
    worker = Worker(gateway, now=now)
    tries = []
    for after in (0, 5, 54.9, 0.1, 60):
        seconds[0] += after
        worker.run_once(app)
        tries.append(gateway.tries)
    assert tries == [5, 5, 5, 6, 7]
    assert "failed 5 times in a row" in caplog.text
    gateway.healed = True
    seconds[0] += 60
    worker.run_once(app)
    assert states(app).count("accepted") == 5
    now.go(hours=1)
    worker.run_once(app)
    assert set(states(app)) == {"accepted"}


def test_an_error_is_logged_without_what_it_says_and_the_next_round_comes(app, now, monkeypatch, caplog):
    worker = Worker(Rehearsal(), now=now)

    def fail(**_) -> int:
        raise ValueError(PHONE)

    with monkeypatch.context() as patch:
        patch.setattr(reminders, "stuck", fail)
        worker.run_once(app)
    assert last_run(app, "messages") is None
    worker.run_once(app)
    assert last_run(app, "messages") == NOW
    assert "background work failed: ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert PHONE not in caplog.text


# ── nights ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_nightly_work_is_done_once_a_day_after_half_past_three(app):
    clock, done = Clock(), []
    worker = Worker(Rehearsal(), {"note": lambda at: done.append(f"{at:%d. %H:%M}")}, clock)
    # The clocks change on the 28th: half past three is 2:30 before and 1:30 from then on, in UTC.
    for day, *times in (
        (27, "02:29", "02:30", "02:35", "22:59", "23:00"),
        (28, "01:29", "01:30", "12:00"),
        (31, "05:00"),
    ):
        for at in times:
            clock.at = datetime.fromisoformat(f"2027-03-{day}T{at}+00:00")
            worker.run_once(app)
    assert done == ["27. 02:30", "28. 01:30", "31. 05:00"]


def test_two_workers_do_one_night_between_them(app, now):
    done = []
    for _ in range(2):
        Worker(Rehearsal(), {"note": done.append}, now).run_once(app)
    assert done == [NOW]


def test_a_night_that_another_began_is_left_to_it(app, now):
    done = []
    with app.app_context():
        leases.hold("nightly", "another", work.NIGHT_LEASE, now=NOW)
    worker = Worker(Rehearsal(), {"note": done.append}, now)
    worker.run_once(app)
    assert done == []
    now.go(hours=1)
    worker.run_once(app)
    assert len(done) == 1


def test_a_nightly_job_that_fails_does_not_stop_the_others_and_is_tried_again_in_an_hour(app, now, caplog):
    done, wrong = [], [ValueError(PHONE), Unfinished(["balingen"])]

    def fail(at: datetime) -> None:
        if wrong:
            raise wrong.pop(0)

    worker = Worker(Rehearsal(), {"first": fail, "second": done.append}, now)
    found = []
    for minutes in (0, 1, 58, 1, 1, 59, 1, 60):
        now.go(minutes=minutes)
        worker.run_once(app)
        found.append((len(done), night(app).last_run is not None, night(app).failed))
    assert found == [
        *[(1, False, ["first"])] * 3, *[(2, False, ["first: balingen"])] * 2, *[(3, True, [])] * 3
    ]  # fmt: skip
    assert caplog.text.count("first failed: ValueError") == 1
    assert PHONE not in caplog.text


def test_a_night_that_a_crash_cut_short_is_done_by_the_next_worker(app, now):
    def crash(at: datetime) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        Worker(Rehearsal(), {"note": crash}, now).run_once(app)
    now.go(hours=1)
    done = []
    Worker(Rehearsal(), {"note": done.append}, now).run_once(app)
    assert (len(done), night(app).last_run) == (1, now())


def night(app) -> leases.Lease:
    with app.app_context():
        return leases.known("nightly")


def test_at_night_the_provider_is_asked_to_forget(app, now):
    due(app)
    forgotten = []
    rehearsal = Rehearsal()
    rehearsal.forget = forgotten.append
    worker = Worker(rehearsal, now=now)
    worker.run_once(app)
    with app.app_context():
        reminders.receipt("practice-1", "delivered", None, now=NOW)
    now.go(days=1)
    worker.run_once(app)
    assert forgotten == ["practice-1"]


# ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_thread_works_and_stops_at_once_and_gives_its_lease_back(app, now, monkeypatch):
    ran = threading.Event()
    worker = Worker(Rehearsal(), {"note": lambda at: ran.set()}, now)
    worker.start(app)
    assert ran.wait(10)
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < work.EVERY_SECONDS / 2
    with app.app_context():
        assert leases.hold("messages", "the next", work.LEASE, now=NOW)


def test_it_comes_back_every_few_seconds(app, now, monkeypatch):
    monkeypatch.setattr(work, "EVERY_SECONDS", 0.01)
    rounds = threading.Semaphore(0)
    monkeypatch.setattr(Worker, "run_once", lambda self, app: rounds.release())
    worker = Worker(Rehearsal(), now=now)
    worker.start(app)
    assert all(rounds.acquire(timeout=10) for _ in range(3))
    worker.stop()


def test_stopping_waits_for_the_message_that_is_being_sent(app, now):
    due(app, 3)
    sending, go_on = threading.Event(), threading.Event()

    class Slow(Rehearsal):
        def send(self, *arguments):
            sending.set()
            assert go_on.wait(10)
            return super().send(*arguments)

    worker = Worker(Slow(), now=now)
    worker.start(app)
    assert sending.wait(10)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    while not worker._stop.is_set():
        time.sleep(0)
    go_on.set()
    stopping.join(10)
    assert states(app) == ["accepted", "due", "due"]


def test_a_worker_that_never_started_stops_too(now):
    Worker(Rehearsal(), now=now).stop()


def test_in_the_night_days_are_closed_and_what_is_past_its_time_is_erased(app, monkeypatch):
    done = []
    monkeypatch.setattr(serving.closing, "nightly", lambda *, now: done.append("closing"))
    monkeypatch.setattr(serving.retention, "nightly", lambda *, now: done.append("retention"))
    monkeypatch.setattr(serving, "Worker", partial(Worker, now=Clock(NOW.replace(hour=3))))
    serving.worker_for(app).run_once(app)
    assert done == ["closing", "retention"]
