"""Migrations of the one schema, for SQLite and PostgreSQL; run by every command that opens the database."""

from alembic import context
from flask import current_app
from sqlalchemy import types

import booking.store.models  # noqa: F401 - the tables must be known before they are compared
from booking.store.db import UtcDateTime, db
from booking.store.schema import nothing_broken, take_turn


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Write a UtcDateTime as the plain type beneath it, so that a migration needs nothing of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _types_differ(_ctx: object, _have: object, _column: object, _is: object, wanted: types.TypeEngine) -> bool | None:
    return False if isinstance(wanted, UtcDateTime) else None


with current_app.app_context(), db.engine.connect() as connection:
    take_turn(connection)
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=_types_differ,
    )
    with context.begin_transaction():
        context.run_migrations()
    nothing_broken(connection)
    connection.commit()
