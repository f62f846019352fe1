"""What every test of a verb may ask for."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.store import models as m
from booking.store.db import on_commit, reading
from tests.people import a_centre, a_centre_of_two_ages, a_counsellor, rows


@pytest.fixture
def centre(inside: Flask) -> int:
    """A centre with one counsellor, Anna, and times of half an hour."""
    centre = a_centre()
    a_counsellor(centre)
    return centre


@pytest.fixture
def anna(centre: int) -> int:
    return rows(m.Staff.id)[0]


@pytest.fixture
def two_ages(inside: Flask) -> int:
    return a_centre_of_two_ages()


@pytest.fixture
def heard(inside: Flask) -> Iterator[list[tuple[dict[int, set[str]], int]]]:
    """What was announced, each with the number of steps that could be read by then."""
    before, found = inside.extensions.get("announcements"), []

    def listen(announced: dict[int, set[str]]) -> None:
        with reading() as session:
            found.append((announced, session.scalar(select(func.count()).select_from(m.Step))))

    on_commit(listen)
    yield found
    inside.extensions["announcements"] = before
