"""Both centres that come with the program, on a Tuesday morning; everybody's password is PASSWORD."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, func, select, update

from booking import clock
from booking.services import centres
from booking.store import models as m
from booking.store.db import db
from tests.conftest import empty
from tests.members import password_hash

TUESDAY = datetime(2027, 3, 2, 7, 30, tzinfo=UTC)  # 8:30 in Berlin; the doors open at nine


class Watch:
    """The clock everybody in the story reads. It stands still until it is moved."""

    def __init__(self) -> None:
        self.now = TUESDAY

    def pass_by(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    return watch


@pytest.fixture(scope="session")
def shipped(shared_app: Flask) -> dict[str, list[dict[str, Any]]]:
    """Every row of the two centres, loaded from their files once."""
    with shared_app.app_context():
        empty()
        for slug in ("ludwigsburg", "balingen"):
            centres.load(centres.source(slug).text, now=TUESDAY)
        with db.engine.begin() as connection:
            connection.execute(update(m.Staff).values(password_hash=password_hash()))
            rows = {t.name: [dict(row._mapping) for row in connection.execute(t.select())] for t in tables()}
        empty()
    return {name: found for name, found in rows.items() if found}


@pytest.fixture
def house(app: Flask, shipped: dict[str, list[dict[str, Any]]], watch: Watch) -> dict[str, int]:
    """The centres' ids by their slugs."""
    with app.app_context(), db.engine.begin() as connection:
        for table in tables():
            if table.name in shipped:
                connection.execute(table.insert(), shipped[table.name])
                _count_on(connection, table)
    return {row["slug"]: row["id"] for row in shipped["centre"]}


def _count_on(connection: Connection, table: Table) -> None:
    """Rows that came with their ids do not move PostgreSQL's counters."""
    if connection.dialect.name == "postgresql" and "id" in table.columns:
        counter = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(counter, func.max(table.c.id))))


def tables() -> list[Table]:
    return list(db.metadata.sorted_tables)
