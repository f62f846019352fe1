"""The practice installation: invented once, kept at the second start, and unable to reach anybody."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from booking import clock, create_app
from booking.config import for_practice
from booking.domain.actors import By
from booking.gateways.sms import Rehearsal, gateway_for
from booking.services import calls, centres, practice
from booking.web.cli import cli

pytestmark = pytest.mark.slow
TWILIO = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SENDER": "+4915200000000"}
COUNTED = ("appointment", "ticket", "message", "visitor", "step")


@pytest.fixture(autouse=True)
def _true_clock_again():
    yield
    clock.set_ahead(clock.timedelta(0))


def start(folder, *options):
    """Set up, print where to go, end."""
    env = {"ANLAUFSTELLE_DATA": str(folder), **TWILIO}
    done = CliRunner().invoke(cli, [*options, "practice", "--check"], env=env, prog_name="anlaufstelle")
    assert done.exit_code == 0, done.output
    return done.output


def counts(folder):
    with sqlite3.connect(folder / "practice.db") as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED}  # noqa: S608


def calls_all_the_first_hour(folder, monkeypatch, begins):
    """The counsellor of the printed link: alone, with somebody to call and a room of hers, whenever she presses."""
    monkeypatch.setenv("ANLAUFSTELLE_DATA", str(folder))
    app = create_app(for_practice())
    with app.app_context():
        home = centres.by_slug("ludwigsburg").id
        hers = next(person.id for person in practice.cast(home) if person.role == "counsellor")
        for minutes in range(0, 61, 5):
            seen = calls.view(home, hers, now=begins + timedelta(minutes=minutes))
            assert (seen.current, seen.no_room) == (None, None), minutes
            assert seen.next_up, minutes
        called = calls.call_next(home, hers, by=By("desk", hers), now=begins + timedelta(minutes=60))
    return called.state == "called"


def test_two_starts(tmp_path, monkeypatch):
    first = start(tmp_path, "--at", "2027-03-02 09:20")
    assert "Tuesday, 02 March 2027, 09:20" in first
    assert {"Reception", "Counsellor", "Lead", "Administrator"} <= set(re.findall(r"^  (\w+) ", first, re.M))
    invented = counts(tmp_path)
    assert all(invented.values()), invented
    second = start(tmp_path)
    assert "Tuesday, 02 March 2027, 09:2" in second
    assert counts(tmp_path) == invented
    assert calls_all_the_first_hour(tmp_path, monkeypatch, datetime(2027, 3, 2, 8, 21, tzinfo=UTC))


def test_a_start_in_the_evening_moves_on_to_the_next_open_morning(tmp_path, monkeypatch):
    start(tmp_path, "--at", "2027-03-02 20:00")
    assert "Tuesday, 09 March 2027, 09:25" in start(tmp_path)
    assert calls_all_the_first_hour(tmp_path, monkeypatch, datetime(2027, 3, 9, 8, 25, tzinfo=UTC))


def test_no_message_leaves_whatever_keys_are_set():
    assert isinstance(gateway_for(for_practice(TWILIO)), Rehearsal)
