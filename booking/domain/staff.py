"""Accounts of staff: roles, who may sign in, how long a session lasts, which passwords will do."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.domain.errors import Invalid

RECEPTIONIST, COUNSELLOR, LEAD, ADMINISTRATOR = "receptionist", "counsellor", "lead", "administrator"
ROLES = (RECEPTIONIST, COUNSELLOR, LEAD, ADMINISTRATOR)
LANGUAGES = ("de", "en")

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# The desk's day is one session (S3). A counsellor's page lies untouched through a talk with an interpreter.
LONGER_IDLE = {RECEPTIONIST: timedelta(hours=8), COUNSELLOR: timedelta(hours=2)}
TOUCH_EVERY = timedelta(minutes=1)
LINK_HOURS = 72  # how long a one-time link opens: over a weekend

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
FEWEST_CHARACTERS = 5
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
# What people type when twelve characters are asked for. Compared by their letters, so digits around them do not help.
_COMMON_WORDS = frozenset({
    "password", "passwort", "passwordpassword", "passwortpasswort", "passphrase", "mypassword", "meinpasswort",
    "geheim", "geheimgeheim", "secret", "topsecret", "administrator", "adminadmin", "welcome", "willkommen",
    "welcomewelcome", "letmein", "letmeinplease", "qwertz", "qwerty", "qwertzuiop", "qwertyuiop",
    "qwertzuiopasdfghjkl", "qwertyuiopasdfghjkl", "asdfghjkl", "yxcvbnm", "qazwsxedc", "iloveyou", "ichliebedich",
    "hallohallo", "hallo", "sommer", "winter", "schatz", "fussball", "football", "anlaufstelle",
    "migrationszentrum", "beratungsstelle", "migrationsberatung", "caritas", "diakonie", "ludwigsburg", "balingen",
    "deutschland",
})  # fmt: skip
_COMMON_DIGITS = ("01234567890123456789", "98765432109876543210", "12345678901234567890")


class Account(NamedTuple):
    """A staff row with its centre. `zone`: the centre's, in which first and last days are meant."""

    id: int
    centre_id: int
    centre_slug: str
    zone: str
    carrier_id: int | None
    login: str
    name: str
    role: str
    language: str
    password_hash: str | None
    secret_since: date | None
    first_day: date | None
    last_day: date | None
    api_allowed: bool


def enters_on(secret_since: date | None, first_day: date | None) -> date | None:
    """The first day on which somebody may sign in: no secrecy commitment, no way in (domain.md R25)."""
    return None if secret_since is None else max(secret_since, first_day or secret_since)


def check_days(first_day: date | None, secret_since: date | None, last_day: date | None) -> None:
    """Nobody's last day lies before her first, or before she is bound to secrecy. Refusal: Invalid."""
    if last_day is not None and last_day < max(first_day or last_day, secret_since or last_day):
        raise Invalid("last_day", "ends-before-start")


def may_enter(account: Account, today: date) -> bool:
    """From her first day, and bound to secrecy, to her last."""
    first = enters_on(account.secret_since, account.first_day)
    return first is not None and first <= today <= (account.last_day or today)


def session_lives(role: str, began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Twelve hours at most; half an hour without a hand on it, longer where the work is such."""
    return now < min(began_at + ABSOLUTE, seen_at + LONGER_IDLE.get(role, IDLE))


def may_manage(actor: Account, account: Account) -> bool:
    """Who may change an account, or make a link with which one can sign in to it; nobody her own.

    Administrators all others. Leads the desk's and the counsellors', and those of another carrier only if they
    belong to none themselves: a link would open that carrier's visitors to them (S25).
    """
    if actor.id == account.id or actor.role not in (LEAD, ADMINISTRATOR):
        return False
    same_carrier = actor.carrier_id is None or account.carrier_id in (None, actor.carrier_id)
    return actor.role == ADMINISTRATOR or (account.role in (RECEPTIONIST, COUNSELLOR) and same_carrier)


def plans_for(carrier_id: int | None, of: int | None) -> bool:
    """Whether a lead of that carrier (None: of the whole centre) plans for `of` (a carrier, None: all of them).

    What other employers' staff do, and why they are away, is no business of hers (S25).
    """
    return carrier_id is None or carrier_id == of


def leads_all(carrier_id: int | None, carriers: Collection[int]) -> bool:
    """Whether a lead speaks for the whole centre: she belongs to no carrier, or to the only one there is."""
    return carrier_id is None or set(carriers) <= {carrier_id}


def read_login(typed: str) -> str | None:
    """A login as it is stored, or None if no account can have it."""
    login = typed.strip().casefold()
    return login if _LOGIN.fullmatch(login) else None


def check_password(password: str, login: str, name: str) -> None:
    """Long enough and not guessable; no rules about which characters (S5). Refusal: Invalid("password", …)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", "password-short")
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("password", "password-long")
    letters = _letters(password)
    if letters and letters in {_letters(login), _letters(name), _letters(login) * 2}:
        raise Invalid("password", "password-like-name")
    digits = re.sub(r"\D", "", password)
    guessable = letters in _COMMON_WORDS or (not letters and any(digits in row for row in _COMMON_DIGITS))
    if guessable or len(set(password)) < FEWEST_CHARACTERS:
        raise Invalid("password", "password-common")


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalpha())
