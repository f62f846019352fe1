"""The same application without what a database keeps unique: for controls that must see it happen twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import MetaData, UniqueConstraint

from booking import create_app
from booking.config import Config
from booking.store.db import db
from tests.conftest import SECRET, fresh_postgres, worker_name


@pytest.fixture
def bare_app(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """On a database of its own, in which tickets may share a number, a counsellor and a room."""
    name = f"anlaufstelle_test_{worker_name()}_bare"
    postgres = app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql")
    url = fresh_postgres(name) if postgres else f"sqlite:///{tmp_path / 'bare.db'}"
    bare = create_app(Config(secret_key=SECRET, database_url=url, testing=True, limits=False))
    with bare.app_context():
        _without_unique_tickets().create_all(db.engine)
    yield bare
    with bare.app_context():
        db.engine.dispose()


def _without_unique_tickets() -> MetaData:
    tables = MetaData()
    for table in db.metadata.sorted_tables:
        table.to_metadata(tables)
    ticket = tables.tables["ticket"]
    ticket.constraints = {one for one in ticket.constraints if not isinstance(one, UniqueConstraint)}
    ticket.indexes = {one for one in ticket.indexes if not one.unique}
    return tables
