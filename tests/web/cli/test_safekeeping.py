"""`anlaufstelle erase`, `backup` and `restore`."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from booking import clock
from booking.store import models as m
from booking.store.db import transaction
from tests.rows import a_centre, a_visitor, an_appointment
from tests.web.cli.conftest import CODE, Installed


def test_erase_proves_without_naming(installed):
    installed.fill()
    done = installed.run("erase", f"{CODE[:4]} {CODE[4:]}")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Erased: visitor s1 of ludwigsburg at ")
    assert not {"Zaunkönig", "4915112345678", CODE} & set(re.split(r"[\s+]", done.output))
    assert installed.rows(m.Visitor.id) == []
    assert "erased already" in installed.run("erase", CODE).stderr


def test_erase_says_when_the_file_may_still_hold_traces(installed, monkeypatch):
    installed.fill()
    monkeypatch.setattr("booking.store.db.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(installed.file)) as another:
        another.execute("BEGIN")
        another.execute("SELECT name FROM visitor").fetchall()
        assert "may hold traces" in installed.run("erase", CODE).output


def test_erase_asks_which_centre_is_meant_only_where_it_must(installed):
    installed.fill()
    with installed.app(), transaction(0) as session:
        of = an_appointment(session, other := a_centre(session, "balingen"), code=CODE)
        a_visitor(session, other, of, "s2")
    assert "--centre" in installed.run("erase", CODE).stderr
    assert "visitor s2 of balingen" in installed.run("erase", CODE, "--centre", "balingen").output
    assert "visitor s1 of ludwigsburg" in installed.run("erase", CODE).output


def test_erase_again_takes_what_an_earlier_proof_named(installed):
    installed.fill()
    assert installed.run("erase", "--again", "s1").output == "Erased again: 1\n"
    assert installed.rows(m.Visitor.id) == []


@pytest.mark.parametrize("arguments", [("erase",), ("erase", "12345678"), ("erase", "x")])
def test_a_code_that_cannot_be_one_is_refused(installed, arguments):
    installed.fill()
    assert installed.run(*arguments).exit_code == 2
    assert installed.rows(m.Visitor.surrogate) == ["s1"]


def test_a_backup_is_restored_into_an_empty_place(installed, tmp_path):
    installed.fill()
    assert installed.run("backup", str(tmp_path / "b")).output.strip().endswith("rows, verified.")
    (backup,) = (tmp_path / "b").glob("*.sqlite")
    other = Installed(tmp_path / "other")
    done = other.run("restore", str(backup))
    assert done.exit_code == 0, done.output
    assert [file.name for file in other.file.parent.iterdir()] == ["x.db"]
    assert "left for the desk to look at: 1." in done.output
    assert "No screen is paired any more" in done.output
    assert other.rows(m.Visitor.name) == ["Zaunkönig"]
    assert other.rows(m.Message.state) == ["expired"]


def test_whoever_was_erased_since_does_not_come_back(installed, tmp_path):
    installed.fill()
    installed.run("backup", str(tmp_path / "b"))
    (backup,) = (tmp_path / "b").glob("*.sqlite")
    installed.run("erase", CODE)
    installed.run("--at", "2040-01-01 00:00", "backup", str(tmp_path / "b"))
    clock.set_ahead(timedelta(0))
    other = Installed(tmp_path / "other")
    assert "Erased again: 1." in other.run("restore", str(backup)).output
    assert other.rows(m.Visitor.name) == []


def test_a_place_in_use_is_left_alone(installed, tmp_path):
    installed.fill()
    installed.run("backup", str(tmp_path / "b"))
    (backup,) = (tmp_path / "b").glob("*.sqlite")
    before = installed.file.read_bytes()
    done = installed.run("restore", str(backup))
    assert done.exit_code == 2
    assert "empty place only" in done.stderr
    assert installed.file.read_bytes() == before


def test_a_restore_that_fails_leaves_nothing(installed, tmp_path):
    installed.fill()
    installed.run("backup", str(tmp_path / "b"))
    (backup,) = (tmp_path / "b").glob("*.sqlite")
    backup.write_bytes(backup.read_bytes()[:-1] + b"x")
    other = Installed(tmp_path / "other")
    done = other.run("restore", str(backup))
    assert (done.exit_code, "checksum" in done.stderr) == (2, True)
    assert not other.file.parent.exists() or list(other.file.parent.iterdir()) == []


def test_what_a_restore_that_was_cut_short_left_is_no_hindrance(installed, tmp_path):
    installed.fill()
    installed.run("backup", str(tmp_path / "b"))
    (backup,) = (tmp_path / "b").glob("*.sqlite")
    other = Installed(tmp_path / "other")
    other.file.parent.mkdir(parents=True)
    for end in ("", "-wal", "-shm"):
        (other.file.parent / f".x.db.restoring{end}").write_text("half")
    assert other.run("restore", str(backup)).exit_code == 0
    assert other.rows(m.Visitor.name) == ["Zaunkönig"]
