"""How often, through HTTP: who is slowed down, and who must not be."""

import pytest
from flask import Flask

from booking import create_app
from booking.config import Config
from booking.domain.appointments import code
from booking.store.db import db
from booking.web import limits
from tests.conftest import SECRET
from tests.members import LOGINS, PASSWORD, a_centre, a_member
from tests.web.visiting import form_token, sign_in

STRANGER, OWNER = "203.0.113.7", "198.51.100.4"


@pytest.fixture
def limited(tmp_path):
    """An application that counts, beside the one of all other tests, which does not."""
    app = create_app(Config(secret_key=SECRET, database_url=f"sqlite:///{tmp_path / 'limited.db'}", testing=True))
    with app.app_context():
        db.create_all()
        centre = a_centre()
        for role in LOGINS:
            a_member(centre, role)
    yield app
    with app.app_context():
        db.engine.dispose()


class Visit:
    """A browser at an address."""

    def __init__(self, app: Flask, address: str) -> None:
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address
        self.token = form_token(self.client)

    def sign_in(self, login: str, password: str = PASSWORD) -> int:
        data = {"login": login, "password": password, "csrf_token": self.token}
        return self.client.post("/ludwigsburg/sign-in", data=data).status_code

    def find(self, typed: str) -> int:
        data = {"code": typed, "last4": "0000", "csrf_token": self.token}
        return self.client.post("/ludwigsburg/en/find", data=data).status_code


def count(limit: str) -> int:
    return int(limit.split()[0])


def test_a_stranger_who_guesses_is_stopped_and_the_owner_is_not(limited):
    stranger = Visit(limited, STRANGER)
    tries = [stranger.sign_in("carla", f"guess number {i}") for i in range(count(limits.SIGN_IN) + 5)]
    assert tries == [403] * count(limits.SIGN_IN) + [429] * 5
    assert stranger.sign_in("carla") == 429
    assert Visit(limited, OWNER).sign_in("carla") == 303


def test_guessing_at_one_account_from_many_addresses_is_stopped(limited):
    tries = [Visit(limited, f"203.0.113.{i}").sign_in(" CARLA", "no") for i in range(count(limits.SIGN_IN_ACCOUNT) + 1)]
    assert set(tries[:-1]) == {403}
    assert tries[-1] == 429
    assert Visit(limited, OWNER).sign_in("lena") == 303


def test_a_whole_desk_signs_in_from_one_address(limited):
    desk = Visit(limited, OWNER)
    assert {desk.sign_in("rezan") for _ in range(count(limits.SIGN_IN) + 5)} == {303}


def test_guessing_the_present_password_is_stopped(limited):
    carla = Visit(limited, OWNER)
    carla.sign_in("carla")
    data = {"step": "password", "old": "no", "password": "four loud herons", "csrf_token": form_token(carla.client)}
    tries = [carla.client.post("/ludwigsburg/account", data=data).status_code for _ in range(count(limits.SIGN_IN) + 1)]
    assert set(tries[:-1]) == {403}
    assert tries[-1] == 429


def test_one_code_is_guessed_at_five_times_wherever_from_and_however_written(limited):
    digits = code(1234567)
    spellings = [digits, f"{digits[:4]} {digits[4:]}", digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))]
    tries = [Visit(limited, f"203.0.113.{i}").find(spellings[i % 3]) for i in range(count(limits.CODE) + 1)]
    assert set(tries[:-1]) == {403}
    assert tries[-1] == 429
    assert Visit(limited, OWNER).find(code(7654321)) == 403


def test_codes_that_are_none_are_counted_for_their_address_only(limited):
    stranger = Visit(limited, STRANGER)
    tries = [stranger.find("nothing") for _ in range(count(limits.LOOKUP) + 1)]
    assert set(tries[:-1]) == {403}
    assert tries[-1] == 429
    assert Visit(limited, OWNER).find("nothing") == 403


def test_three_new_screens_ask_side_by_side_and_a_stranger_does_not_ask_for_ever(limited):
    visit = Visit(limited, STRANGER)
    tries = [visit.client.post("/screen/pairing/claim", json={"secret": "x"}) for _ in range(count(limits.CLAIM) + 1)]
    assert count(limits.CLAIM) >= 3 * 30
    assert {answer.status_code for answer in tries[:-1]} == {200}
    assert tries[-1].status_code == 429


def test_an_application_without_limits_does_not_count(limited, client, app):
    with app.app_context():
        a_member(a_centre())
    tries = {sign_in(client, "counsellor", password="no").status_code for _ in range(count(limits.SIGN_IN) + 5)}
    assert tries == {403}


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("no address", "no address"),
        (None, "unknown"),
    ],
)
def test_a_line_is_counted_once_however_many_addresses_it_has(app, remote, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": remote}):
        assert limits.address() == counted
