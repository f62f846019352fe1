"""A real installation of one test's own, with its command line."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from booking import clock, create_app
from booking.config import Config
from booking.domain.appointments import code
from booking.services import installation
from booking.store.db import reading, transaction
from booking.web.cli import cli
from tests.conftest import SECRET
from tests.rows import a_centre, a_member, a_message, a_visitor, an_appointment

CODE = code(1234567)


class Installed:
    """A real installation of its own on SQLite, and its command line."""

    def __init__(self, folder) -> None:
        self.file = folder / "data" / "x.db"
        self.env = {"SECRET_KEY": SECRET, "DATABASE_URL": f"sqlite:///{self.file}"}
        self.env |= dict.fromkeys(("REDIS_URL", "ASYNC_MODE", "PUBLIC_URL", "PORT"), "")
        self.env |= dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER"), "")

    def run(self, *arguments: str, **env: str) -> Result:
        return CliRunner().invoke(cli, arguments, env={**self.env, **env})

    def app(self):
        app = create_app(Config(secret_key=SECRET, database_url=self.env["DATABASE_URL"], testing=True))
        return app.app_context()

    def fill(self) -> int:
        with self.app():
            installation.prepare(practice=False)
            with transaction(0) as session:
                centre = a_centre(session)
                of = an_appointment(session, centre, datetime.now(UTC) + timedelta(days=2), code=CODE)
                a_visitor(session, centre, of, "s1", name="Zaunkönig", phone="+4915112345678")
                a_message(session, centre, of, "m1", due_at=datetime.now(UTC) - timedelta(minutes=1))
            installation.disconnect()
        return centre

    def open(self) -> None:
        """Fill it, and let a lead in."""
        self.let_in(self.fill())

    def let_in(self, centre: int) -> None:
        with self.app(), transaction(0) as session:
            a_member(session, centre, "second", password_hash="argon2")

    def rows(self, column) -> list:
        with self.app(), reading() as session:
            found = list(session.scalars(select(column).order_by(*column.table.primary_key)))
        with self.app():
            installation.disconnect()
        return found


@pytest.fixture
def installed(tmp_path) -> Installed:
    return Installed(tmp_path)


@pytest.fixture(autouse=True)
def _real_clock():
    yield
    clock.set_ahead(timedelta(0))
