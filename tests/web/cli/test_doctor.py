"""`anlaufstelle doctor`: changes nothing, and says what to do."""

import shutil
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from sqlalchemy import text

from booking.store import models as m
from booking.store.db import db, transaction
from tests.web.cli.conftest import Installed


def levels(done: Result) -> dict[str, str]:
    """What → level."""
    lines = [line for line in done.output.splitlines() if not line.startswith(" ")]
    return {line[5:].split(":")[0]: line[:5].strip() for line in lines}


def test_the_doctor_finds_a_missing_secret(installed):
    done = installed.run("doctor", SECRET_KEY="")
    assert (done.exit_code, levels(done)) == (1, {"configuration": "bad"})


def test_the_doctor_makes_nothing(installed):
    done = installed.run("doctor")
    assert (done.exit_code, levels(done)["database"]) == (1, "bad")
    assert not installed.file.parent.exists()


def test_the_doctor_follows_an_installation_as_it_grows(installed):
    installed.run("db", "upgrade")
    assert levels(installed.run("doctor"))["centres"] == "bad"
    centre = installed.fill()
    done = installed.run("doctor")
    assert (done.exit_code, levels(done)["centres"], levels(done)["accounts"]) == (1, "ok", "bad")
    installed.let_in(centre)
    done = installed.run("doctor")
    assert (done.exit_code, levels(done)["accounts"], levels(done)["worker"]) == (0, "ok", "warn")
    a_worker_that_ran(installed, datetime.now(UTC))
    assert levels(installed.run("doctor"))["worker"] == "ok"
    a_worker_that_ran(installed, datetime.now(UTC) - timedelta(hours=1))
    done = installed.run("doctor")
    assert (done.exit_code, levels(done)["worker"]) == (1, "bad")


def a_worker_that_ran(installed: Installed, at: datetime) -> None:
    with installed.app(), transaction(0) as session:
        session.merge(m.Lease(name="messages", holder="a", until=at, last_run=at))


def test_the_doctor_says_what_of_the_night_is_not_done(installed):
    installed.let_in(installed.fill())
    now = datetime.now(UTC)
    found = []
    for last_run, failed in ((None, []), (now - timedelta(hours=27), []), (now - timedelta(hours=29), []),
                             (now, ["retention: balingen", "provider"])):  # fmt: skip
        with installed.app(), transaction(0) as session:
            session.merge(m.Lease(name="nightly", holder="a", until=now, last_run=last_run, failed=failed))
        done = installed.run("doctor")
        found.append((done.exit_code, levels(done)["night"]))
    assert found == [(0, "warn"), (0, "ok"), (0, "warn"), (1, "bad")]
    assert "night: not done: retention: balingen, provider" in done.output


def test_the_doctor_sees_older_tables(installed):
    installed.fill()
    with installed.app(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert levels(installed.run("doctor"))["tables"] == "bad"


def test_the_doctor_says_who_does_not_answer(installed):
    done = installed.run("doctor", DATABASE_URL="postgresql://127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0")
    found = levels(done)
    assert (done.exit_code, found["database"], found["Redis"]) == (1, "bad", "bad")


@pytest.mark.redis
def test_the_doctor_asks_redis(installed):
    from tests.machine import REDIS_URL

    assert "ok   Redis: answers" in installed.run("doctor", REDIS_URL=REDIS_URL).output


@pytest.mark.parametrize(
    ("env", "what", "level"),
    [
        ({}, "SMS", "warn"),
        ({"TWILIO_SENDER": "+491"}, "SMS", "bad"),
        ({"TWILIO_SENDER": "+491", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t"}, "SMS", "ok"),
        ({}, "public address", "warn"),
        ({"PUBLIC_URL": "http://termine.example.org"}, "public address", "warn"),
        ({"PUBLIC_URL": "https://termine.example.org"}, "public address", "ok"),
    ],
)
def test_the_doctor_reads_the_environment(installed, env, what, level):
    assert levels(installed.run("doctor", **env))[what] == level


def test_the_doctor_warns_before_the_disk_is_full(installed, monkeypatch):
    usage = shutil.disk_usage("/")
    full = usage._replace(free=usage.total // 20)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: full)
    assert levels(installed.run("doctor"))["disk"] == "warn"


def test_the_doctor_sees_stale_sentences(installed, monkeypatch, tmp_path):
    module = sys.modules["booking.web.cli.doctor"]
    folder = tmp_path / "tr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text("")
    monkeypatch.setattr(module, "TRANSLATIONS", tmp_path)
    done = installed.run("doctor")
    assert (levels(done)["languages"], "tr" in done.output) == ("warn", True)
    (folder / "messages.mo").write_bytes(b"")
    assert levels(installed.run("doctor"))["languages"] == "ok"
