"""Columns that most tables have."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Id


def key() -> Mapped[int]:
    return mapped_column(Id, primary_key=True, autoincrement=True)


def centre() -> Mapped[int]:
    return mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), index=True)


def to(column: str, *, ondelete: str | None = None, index: bool = False) -> Mapped[Any]:
    return mapped_column(Id, ForeignKey(column, ondelete=ondelete), index=index)
