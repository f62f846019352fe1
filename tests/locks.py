"""Locks that somebody else keeps, past the guards of this process, and little patience with them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from booking.store import db as module
from booking.store.db import db


@contextmanager
def impatient(app: Flask) -> Iterator[None]:
    """Whoever writes waits for a lock a moment only, over new connections: each keeps the patience it began with."""
    engine = engine_of(app)
    engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BUSY_SECONDS", 0.05)
        yield
    engine.dispose()


@contextmanager
def another_process_writes(app: Flask, centre_id: int = 7) -> Iterator[None]:
    """Its lock, as seen from here: SQLite's only one, and in PostgreSQL that of the centre."""
    with engine_of(app).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(727, :centre)"), {"centre": centre_id})
        try:
            yield
        finally:
            connection.connection.rollback()


def engine_of(app: Flask) -> Engine:
    """To be used outside of the application's context, in which a client must not work."""
    with app.app_context():
        return db.engine
