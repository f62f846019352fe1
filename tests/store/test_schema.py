"""How a database comes to the tables this version works with."""

import subprocess
import sys
import textwrap

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from booking import create_app
from booking.config import Config
from booking.store import schema
from booking.store.db import db, prepare_engine
from tests.conftest import SECRET, fresh_postgres, worker_name


@pytest.fixture(params=["postgres", "sqlite"])
def empty_url(request, tmp_path) -> str:
    if request.param == "postgres":
        return fresh_postgres(f"anlaufstelle_schema_{worker_name()}")
    return f"sqlite:///{tmp_path / 'folder' / 'new.db'}"


def app_for(url: str) -> Flask:
    return create_app(Config(secret_key=SECRET, database_url=url, testing=True))


def test_an_empty_place_becomes_a_database_and_stays_as_it_is(empty_url, tmp_path):
    with app_for(empty_url).app_context():
        assert not schema.exists()
        assert not (tmp_path / "folder").exists()
        for _ in range(2):
            schema.upgrade()
            with db.engine.connect() as connection:
                assert schema.current(connection) == schema.head()
        assert schema.exists()
        schema.disconnect()


def test_the_second_of_several_migrators_waits_for_the_first(empty_url):
    source = f"""
        from booking.store import schema
        from tests.store.test_schema import app_for
        with app_for({empty_url!r}).app_context():
            print("ready", flush=True)
            input()
            schema.upgrade()
        """
    command = [sys.executable, "-c", textwrap.dedent(source)]
    migrators = [subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(3)]
    assert [migrator.stdout.readline() for migrator in migrators] == ["ready\n"] * 3
    for migrator in migrators:
        migrator.stdin.write("go\n")
        migrator.stdin.flush()
    errors = [migrator.communicate(timeout=60)[1] for migrator in migrators]
    assert [migrator.returncode for migrator in migrators] == [0, 0, 0], errors
    with app_for(empty_url).app_context():
        assert "centre" in inspect(db.engine).get_table_names()
        schema.disconnect()


def test_a_database_of_a_newer_version_is_left_alone(empty_url):
    with app_for(empty_url).app_context():
        schema.upgrade()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
        with pytest.raises(schema.UnknownSchema):
            schema.upgrade()
        schema.disconnect()


def test_rebuilding_a_table_of_sqlite_deletes_nothing_that_refers_to_it(tmp_path):
    with app_for(f"sqlite:///{tmp_path / 'x.db'}").app_context():
        prepare_engine(db.engine)
        with db.engine.begin() as connection:
            for statement in (
                "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
                "CREATE TABLE child (id INTEGER REFERENCES parent (id) ON DELETE CASCADE)",
                "INSERT INTO parent VALUES (1)",
                "INSERT INTO child VALUES (1)",
            ):
                connection.exec_driver_sql(statement)
        rebuild = ("CREATE TABLE new (id INTEGER PRIMARY KEY)", "INSERT INTO new SELECT id FROM parent",
                   "DROP TABLE parent", "ALTER TABLE new RENAME TO parent")  # fmt: skip
        with db.engine.connect() as connection:
            schema.take_turn(connection)
            for statement in rebuild:
                connection.exec_driver_sql(statement)
            schema.nothing_broken(connection)
            connection.commit()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_leaves_rows_referring_to_nothing_is_not_committed(tmp_path):
    with app_for(f"sqlite:///{tmp_path / 'x.db'}").app_context(), db.engine.connect() as connection:
        schema.take_turn(connection)
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (id INTEGER REFERENCES parent (id))")
        connection.exec_driver_sql("INSERT INTO child VALUES (7)")
        with pytest.raises(RuntimeError, match="refer to nothing"):
            schema.nothing_broken(connection)
