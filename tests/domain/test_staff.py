"""Who may sign in, for how long, with which password, and who keeps whose account."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.domain.errors import Invalid
from booking.domain.staff import (
    ADMINISTRATOR,
    COUNSELLOR,
    LEAD,
    RECEPTIONIST,
    Account,
    check_password,
    may_enter,
    may_manage,
    read_login,
    session_lives,
)

TODAY = date(2027, 3, 2)
NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = Account(
    1, 1, "ludwigsburg", "Europe/Berlin", 5, "mina", "Mina Muster", COUNSELLOR, "de", None, TODAY, None, None, False
)


def an_account(**values):
    return BASE._replace(**values)


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({}, True),
        ({"secret_since": None}, False),
        ({"secret_since": TODAY + DAY}, False),
        ({"first_day": TODAY}, True),
        ({"first_day": TODAY + DAY}, False),
        ({"last_day": TODAY}, True),
        ({"last_day": TODAY - DAY}, False),
    ],
)
def test_nobody_enters_without_a_commitment_to_secrecy_or_outside_her_days(values, answer):
    assert may_enter(an_account(**values), TODAY) is answer


@pytest.mark.parametrize(
    ("role", "idle"),
    [(RECEPTIONIST, timedelta(hours=8)), (COUNSELLOR, timedelta(hours=2)), (LEAD, timedelta(minutes=30)),
     (ADMINISTRATOR, timedelta(minutes=30))],
)  # fmt: skip
def test_a_session_ends_when_nobody_uses_it(role, idle):
    seen = NOW + timedelta(hours=1)
    assert session_lives(role, NOW, seen, seen + idle - timedelta(seconds=1))
    assert not session_lives(role, NOW, seen, seen + idle)


def test_a_session_ends_after_twelve_hours_however_busy():
    last = NOW + timedelta(hours=12)
    assert session_lives(RECEPTIONIST, NOW, last, last - timedelta(seconds=1))
    assert not session_lives(RECEPTIONIST, NOW, last, last)


@pytest.mark.parametrize(
    ("actor", "account", "answer"),
    [
        ({"role": ADMINISTRATOR}, {"role": ADMINISTRATOR}, True),
        ({"role": ADMINISTRATOR}, {"role": COUNSELLOR, "carrier_id": 6}, True),
        ({"role": LEAD}, {"role": COUNSELLOR}, True),
        ({"role": LEAD}, {"role": RECEPTIONIST, "carrier_id": None}, True),
        ({"role": LEAD}, {"role": COUNSELLOR, "carrier_id": 6}, False),
        ({"role": LEAD, "carrier_id": None}, {"role": COUNSELLOR, "carrier_id": 6}, True),
        ({"role": LEAD}, {"role": LEAD}, False),
        ({"role": LEAD}, {"role": ADMINISTRATOR}, False),
        ({"role": COUNSELLOR}, {"role": RECEPTIONIST}, False),
        ({"role": RECEPTIONIST}, {"role": RECEPTIONIST}, False),
    ],
)
def test_who_keeps_whose_account(actor, account, answer):
    assert may_manage(an_account(**actor), an_account(id=2, **account)) is answer


@pytest.mark.parametrize("role", [LEAD, ADMINISTRATOR])
def test_nobody_keeps_her_own_account(role):
    assert not may_manage(an_account(role=role), an_account(role=COUNSELLOR))


@pytest.mark.parametrize(
    ("typed", "login"),
    [(" Mina.M ", "mina.m"), ("m1", "m1"), ("m", None), ("", None), ("-mina", None), ("mi na", None), ("mina\0", None),
     ("x" * 40, "x" * 40), ("x" * 41, None), ("müller", None)],
)  # fmt: skip
def test_a_login_is_read_whatever_its_capitals(typed, login):
    assert read_login(typed) == login


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "zwölf zeichen lang", "kleine-schnecke", "834920571836", "x7" + "ab c def " * 20],
)
def test_a_password_needs_length_and_nothing_else(password):
    check_password(password, "mina", "Mina Muster")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elf zeichen", "password-short"),
        ("ab c def " * 29, "password-long"),
        ("Mina Muster 1985", "password-like-name"),
        ("2027-mina.max-2027", "password-like-name"),
        ("mina.maxmina.max", "password-like-name"),
        ("Passwort12345", "password-common"),
        ("12345678901234", "password-common"),
        ("9876 5432 1098", "password-common"),
        ("abababababab", "password-common"),
    ],
)
def test_a_password_that_can_be_guessed_is_refused(password, reason):
    with pytest.raises(Invalid) as refused:
        check_password(password, "mina.max", "Mina Muster")
    assert (refused.value.field, refused.value.reason) == ("password", reason)
