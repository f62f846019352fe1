"""Backup while the house is open, restore into an empty place, nothing from the past sent again."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select

from booking import create_app
from booking.config import Config
from booking.domain.actors import By
from booking.services import backups, installation, retention
from booking.services.backups import BackupFailed
from booking.store import models as m
from booking.store import schema
from booking.store.db import db, reading, transaction
from tests.conftest import SECRET, fresh_postgres, worker_name
from tests.rows import NOW, a_centre, a_member, a_message, a_visitor, an_appointment

CLI = By("cli")


@pytest.fixture
def elsewhere(app, tmp_path):
    """An application beside the first, of the same kind, with a database that does not exist or is empty."""
    with app.app_context():
        kind = db.engine.dialect.name
    place = f"sqlite:///{tmp_path / 'new' / 'other.db'}"
    url = place if kind == "sqlite" else fresh_postgres(f"anlaufstelle_restore_{worker_name()}")
    other = create_app(Config(secret_key=SECRET, database_url=url, testing=True, limits=False))
    yield other
    with other.app_context():
        db.engine.dispose()


@pytest.fixture
def busy_day(app):
    """The application with a centre, and what may be in it at any moment."""
    with app.app_context():
        installation.prepare(practice=False)
        with transaction(0) as session:
            a_day(session)
    return app


def a_day(session) -> None:
    centre = a_centre(session)
    first = an_appointment(session, centre, code="00000001")
    a_visitor(session, centre, first, "s1", name='Zoë\n"x"\\.', phone="+491511")
    for key, state, due in (
        ("past", "due", NOW), ("sending", "submitting", NOW), ("unknown", "unknown", NOW),
        ("coming", "due", NOW + timedelta(hours=30)), ("sent", "delivered", NOW),
    ):  # fmt: skip
        a_message(session, centre, first, key, state=state, due_at=due)
    staff = a_member(session, centre, "desk", role="receptionist")
    session.add(m.StaffSession(id_hash="s", centre_id=centre, staff_id=staff, began_at=NOW, seen_at=NOW))
    session.add(m.StaffToken(token_hash="t", centre_id=centre, staff_id=staff, issued_at=NOW))
    session.add(m.SignInLink(token_hash="l", centre_id=centre, staff_id=staff, expires_at=NOW + timedelta(9),
                             many_times=False))  # fmt: skip
    session.add(m.Screen(centre_id=centre, name="Flur", token_hash="x", paired_at=NOW))
    session.add(m.Pairing(code="111111", secret_hash="p", expires_at=NOW + timedelta(9)))


def written(app, folder, now=NOW):
    with app.app_context():
        return backups.backup(folder, now=now)


def test_a_backup_is_a_verified_file_with_its_manifest(busy_day, tmp_path):
    done = written(busy_day, tmp_path / "b")
    manifest = json.loads(done.file.with_suffix(".json").read_text())
    assert done.file.name.startswith("anlaufstelle-20270329T054000Z.")
    assert {f.name for f in done.file.parent.iterdir()} == {done.file.name, f"{done.file.stem}.json"}
    assert {oct(f.stat().st_mode & 0o777) for f in done.file.parent.iterdir()} == {"0o600"}
    assert manifest["rows"]["message"] == 5
    assert done.rows == sum(manifest["rows"].values())
    assert "Zoë" not in json.dumps(manifest)


def test_what_was_backed_up_comes_back(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    with busy_day.app_context(), reading() as session:
        before = everything(session)
    with elsewhere.app_context():
        restored = backups.restore(done.file, now=NOW, by=CLI)
        with reading() as session:
            after = everything(session)
    assert (restored.taken_at, restored.rows) == (NOW, done.rows)
    changed = {"installation", "message", "step", "staff_session", "staff_token", "sign_in_link", "pairing", "screen"}
    assert {table for table in before if before[table] != after[table]} == changed
    assert after["visitor"][0]["name"] == 'Zoë\n"x"\\.'


def everything(session) -> dict[str, list]:
    tables = db.metadata.sorted_tables
    return {t.name: [dict(row) for row in session.execute(t.select()).mappings()] for t in tables}


def test_nothing_from_the_past_is_sent_after_a_restore(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    with elsewhere.app_context():
        restored = backups.restore(done.file, now=NOW + timedelta(hours=24), by=CLI)
        with reading() as session:
            messages = session.execute(select(m.Message.key, m.Message.state, m.Message.error)).all()
            steps = session.execute(select(m.Step.name, m.Step.door)).all()
    assert restored.expired == 3
    assert sorted((key.rpartition(":")[2], *more) for key, *more in messages) == [
        ("coming", "due", None), ("past", "expired", "restored"), ("sending", "expired", "restored"),
        ("sent", "delivered", None), ("unknown", "expired", "restored"),
    ]  # fmt: skip
    assert steps == [("expired", "cli")] * 3


def test_screens_start_anew_and_old_keys_open_nothing(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    with busy_day.app_context(), reading() as session:
        epoch = session.scalar(select(m.Installation.epoch))
    with elsewhere.app_context():
        backups.restore(done.file, now=NOW, by=CLI)
        with reading() as session:
            assert session.scalar(select(m.Installation.epoch)) != epoch
            for door in (m.StaffSession, m.StaffToken, m.SignInLink, m.Pairing):
                assert session.scalar(select(func.count()).select_from(door)) == 0
            assert list(session.scalars(select(m.Screen.revoked_at))) == [NOW]


def test_a_later_backup_knows_who_was_erased_since(busy_day, elsewhere, tmp_path):
    early = written(busy_day, tmp_path)
    with busy_day.app_context():
        retention.erase("00000001", now=NOW, by=CLI)
    written(busy_day, tmp_path, NOW + timedelta(days=1))
    with elsewhere.app_context():
        restored = backups.restore(early.file, now=NOW, by=CLI)
        assert restored.erased == {"s1"}
        assert retention.erase_again(restored.erased, now=NOW, by=CLI) == 1
        with reading() as session:
            assert session.scalars(select(m.Visitor.id)).all() == []


def test_writers_go_on_during_a_backup_and_the_copy_is_of_one_moment(busy_day, elsewhere, tmp_path):
    """Each write adds a step and a look in one transaction: the copy has as many of one as of the other."""
    stop = threading.Event()
    written_rows = threading.Semaphore(0)
    failures = []

    def write() -> None:
        with busy_day.app_context():
            while not stop.is_set():
                try:
                    with transaction(0) as session:
                        message = session.execute(select(m.Message.id, m.Message.centre_id)).first()
                        session.add(
                            m.Step(centre_id=message.centre_id, message_id=message.id, name="x", at=NOW, door="x")
                        )
                        session.add(m.Look(centre_id=message.centre_id, at=NOW, what="x"))
                except Exception as error:
                    failures.append(error)
                    return
                finally:
                    written_rows.release()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            written_rows.acquire()
        done = written(busy_day, tmp_path)
    finally:
        stop.set()
        writer.join()
    assert failures == []
    with elsewhere.app_context():
        backups.restore(done.file, now=NOW - timedelta(1), by=CLI)
        with reading() as session:
            looks = session.scalar(select(func.count()).select_from(m.Look))
            assert looks == session.scalar(select(func.count()).select_from(m.Step)) >= 20


def test_a_place_that_is_not_empty_is_left_alone(busy_day, tmp_path):
    done = written(busy_day, tmp_path)
    with busy_day.app_context(), pytest.raises(BackupFailed, match="not empty"):
        backups.restore(done.file, now=NOW, by=CLI)


def test_a_file_that_was_changed_is_refused(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    content = bytearray(done.file.read_bytes())
    content[len(content) // 2] ^= 1
    done.file.write_bytes(content)
    with elsewhere.app_context():
        with pytest.raises(BackupFailed, match="checksum"):
            backups.restore(done.file, now=NOW, by=CLI)
        assert nothing_there()


def nothing_there() -> bool:
    file = schema.file_of_database()
    return not file.exists() if file else not inspect(db.engine).get_table_names()


def test_rows_that_are_missing_are_noticed(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    beside = done.file.with_suffix(".json")
    manifest = json.loads(beside.read_text())
    manifest["rows"]["visitor"] += 1
    beside.write_text(json.dumps(manifest))
    with elsewhere.app_context():
        with pytest.raises(BackupFailed, match="visitor"):
            backups.restore(done.file, now=NOW, by=CLI)
        assert nothing_there()


def test_a_backup_of_the_other_database_is_refused(busy_day, elsewhere, tmp_path):
    done = written(busy_day, tmp_path)
    beside = done.file.with_suffix(".json")
    manifest = json.loads(beside.read_text())
    manifest["database"] = "sqlite" if manifest["database"] == "postgresql" else "postgresql"
    beside.write_text(json.dumps(manifest))
    with elsewhere.app_context(), pytest.raises(BackupFailed, match="another kind"):
        backups.restore(done.file, now=NOW, by=CLI)


def test_there_is_no_backup_of_nothing(elsewhere, tmp_path):
    with elsewhere.app_context():
        with pytest.raises(BackupFailed, match="no database"):
            backups.backup(tmp_path / "b", now=NOW)
        assert nothing_there()


def test_a_failed_backup_leaves_no_file(busy_day, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "_rows_in", lambda kind, file: {})
    with busy_day.app_context(), pytest.raises(BackupFailed, match="not all there"):
        backups.backup(tmp_path / "b", now=NOW)
    assert list((tmp_path / "b").iterdir()) == []
