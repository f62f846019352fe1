"""The practice installation: invented once, kept at the second start, and unable to reach anybody."""

import re
import sqlite3

import pytest
from click.testing import CliRunner

from booking import clock
from booking.config import for_practice
from booking.gateways.sms import Rehearsal, gateway_for
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


def test_two_starts(tmp_path):
    first = start(tmp_path, "--at", "2027-03-02 09:20")
    assert "Tuesday, 02 March 2027, 09:20" in first
    assert {"Reception", "Counsellor", "Lead", "Administrator"} <= set(re.findall(r"^  (\w+) ", first, re.M))
    invented = counts(tmp_path)
    assert all(invented.values()), invented
    second = start(tmp_path)
    assert "Tuesday, 02 March 2027, 09:2" in second
    assert counts(tmp_path) == invented


def test_a_start_in_the_evening_moves_on_to_the_next_open_morning(tmp_path):
    start(tmp_path, "--at", "2027-03-02 20:00")
    assert "Tuesday, 09 March 2027, 09:25" in start(tmp_path)


def test_no_message_leaves_whatever_keys_are_set():
    assert isinstance(gateway_for(for_practice(TWILIO)), Rehearsal)
