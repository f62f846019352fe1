"""`anlaufstelle`: the database, and the clock of a rehearsal."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from booking import clock
from booking.store import models as m
from booking.store.db import db


def test_a_command_that_uses_the_database_brings_it_up_first(installed):
    done = installed.run("centre", "load", "ludwigsburg", "--yes")
    assert done.exit_code == 0, done.output
    assert installed.rows(m.Centre.slug) == ["ludwigsburg"]
    assert installed.rows(m.Installation.practice) == [False]


def test_the_migrations_command_is_there(installed):
    assert installed.run("db", "upgrade").exit_code == 0
    assert installed.run("db", "check").exit_code == 0, "the tables are those of the models"


def test_a_database_of_a_newer_version_is_not_touched(installed):
    installed.fill()
    with installed.app(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
    done = installed.run("staff", "link", "ludwigsburg", "lead")
    assert (done.exit_code, done.exception.code) == (2, 2)
    assert "newer version" in done.stderr


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2027-03-29 07:40", datetime(2027, 3, 29, 5, 40, tzinfo=UTC)),
        ("2027-01-04 07:40", datetime(2027, 1, 4, 6, 40, tzinfo=UTC)),
    ],
)
def test_at_is_the_time_on_a_wall_in_germany(installed, at, utc):
    installed.run("--at", at, "doctor")
    assert timedelta(0) <= clock.now() - utc < timedelta(minutes=1)


def test_a_time_that_cannot_be_read_is_refused(installed):
    done = installed.run("--at", "half past seven", "doctor")
    assert done.exit_code == 2
    assert "2027-03-29 07:40" in done.stderr


@pytest.mark.parametrize("at", ["2027-03-28 02:30", "0001-01-01 00:00"])
def test_a_time_that_no_clock_shows_is_refused(installed, at):
    before = clock.now()
    done = installed.run("--at", at, "doctor")
    assert (done.exit_code, at in done.stderr) == (2, True)
    assert clock.now() - before < timedelta(minutes=1)


def test_of_a_time_that_comes_twice_the_earlier_is_taken_and_said(installed):
    done = installed.run("--at", "2027-10-31 02:30", "doctor")
    assert "2027-10-31 02:30 comes twice" in done.stderr
    assert timedelta(0) <= clock.now() - datetime(2027, 10, 31, 0, 30, tzinfo=UTC) < timedelta(minutes=1)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_real_installation_lives_by_the_real_clock(installed, command):
    installed.fill()
    done = installed.run("--at", "2027-03-29 07:40", command)
    assert done.exit_code == 2
    assert "real clock" in done.stderr
