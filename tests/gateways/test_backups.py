"""Backup files: what is damaged, missing or in the way."""

import os
import sqlite3
from datetime import UTC, datetime

import pytest

from booking.gateways import backups
from booking.gateways.backups import BackupFailed, Manifest

NOW = datetime(2027, 3, 29, 5, 40, tzinfo=UTC)


def a_database(file, rows: int = 3) -> None:
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE visitor (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        made.executemany("INSERT INTO visitor (name) VALUES (?)", [(f"{i}" * 200,) for i in range(rows)])
    made.close()


def a_backup(folder):
    with backups.new_file(folder, NOW, "sqlite") as (part, final):
        a_database(part)
        backups.seal(part, final, Manifest("sqlite", NOW, {"visitor": 3}, ["s1"], backups.digest(part)))
    return final


def test_the_manifest_comes_back_as_it_was_written(tmp_path):
    file = a_backup(tmp_path)
    assert backups.opened(file) == Manifest("sqlite", NOW, {"visitor": 3}, ["s1"], backups.digest(file))
    assert backups.erased_beside(file) == {"s1"}


def test_a_second_backup_of_the_same_second_does_not_replace_the_first(tmp_path):
    a_backup(tmp_path)
    with pytest.raises(BackupFailed, match="exists already"):
        a_backup(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", '{"taken_at": 3}', "[]"])
def test_a_file_without_a_right_manifest_is_no_backup(tmp_path, content):
    file = a_backup(tmp_path)
    file.with_suffix(".json").write_text(content)
    with pytest.raises(BackupFailed, match="manifest"):
        backups.opened(file)


def test_a_manifest_without_its_file(tmp_path):
    file = a_backup(tmp_path)
    file.unlink()
    with pytest.raises(BackupFailed, match="does not exist"):
        backups.opened(file)


def test_rows_are_counted_after_the_check_of_the_whole_file(tmp_path):
    file = a_backup(tmp_path)
    assert backups.rows_in_sqlite(file) == {"visitor": 3}


def test_a_file_that_is_no_database_is_damaged(tmp_path):
    (tmp_path / "x").write_bytes(b"no database at all, but long enough to be looked at as one" * 40)
    with pytest.raises(BackupFailed, match="cannot read"):
        backups.rows_in_sqlite(tmp_path / "x")


def test_a_database_with_a_broken_page_is_damaged(tmp_path):
    file = tmp_path / "x"
    a_database(file, 200)
    content = bytearray(file.read_bytes())
    content[8192:8200] = b"\x00" * 8
    file.write_bytes(content)
    with pytest.raises(BackupFailed, match=r"damaged|cannot read"):
        backups.rows_in_sqlite(file)


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
def test_what_an_earlier_database_left_is_never_mixed_with_a_restored_one(tmp_path, end):
    file = a_backup(tmp_path)
    (tmp_path / f"new.db{end}").write_text("something")
    with pytest.raises(BackupFailed, match="move it away"):
        backups.fill_sqlite(tmp_path / "new.db", file)


def test_a_dump_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "x.dump").write_text("no dump")
    with pytest.raises(BackupFailed, match=r"pg_restore: .*valid archive"):
        backups.rows_in_dump(tmp_path / "x.dump")


def test_what_postgres_quotes_of_a_row_is_not_said_again(tmp_path, monkeypatch):
    program = tmp_path / "pg_restore"
    program.write_text("""#!/bin/sh
echo 'pg_restore: error: COPY failed for table "visitor": ERROR:  duplicate key value' >&2
echo 'DETAIL:  Key (name)=(Zaunkönig) already exists.' >&2
echo 'CONTEXT:  COPY visitor, line 7: "Zaunkönig"' >&2
exit 1
""")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(BackupFailed) as failed:
        backups.rows_in_dump(tmp_path / "x.dump")
    assert str(failed.value) == 'pg_restore: error: COPY failed for table "visitor": ERROR:  duplicate key value'
    program.write_text("#!/bin/sh\necho Zaunkönig >&2\nexit 1\n")
    with pytest.raises(BackupFailed, match=r"^pg_restore failed$"):
        backups.rows_in_dump(tmp_path / "x.dump")


def test_a_missing_program_is_named_with_its_package(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="postgresql-client"):
        backups.rows_in_dump(tmp_path / "x.dump")
