"""An appointment's code, its steps, and until when it may be changed."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from booking.domain.errors import TooLate, WrongState
from booking.domain.times import DAY

BOOKED, ARRIVED, DONE, MISSED, CANCELLED = "booked", "arrived", "done", "missed", "cancelled"
HOLDING = (BOOKED, ARRIVED)  # these keep their place
# Among an appointment's needs: the day from which another programme answers for her; see changes_about.
CHANGES_ON = "changes_on"
CODE_DIGITS = 7
NEAR = 3

# Quasigroup of order 10 by H. M. Damm (2004): finds every single wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_FOREIGN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def latin_digits(text: str) -> str:
    """Arabic-Indic and Persian digits as the Latin ones that tickets, doors and phones here use."""
    return text.translate(_FOREIGN_DIGITS)


def code(number: int) -> str:
    """Seven digits and a check digit."""
    digits = f"{number:0{CODE_DIGITS}d}"
    return digits + _check_digit(digits)


def read_code(text: str) -> str | None:
    """The code in what somebody typed, spaces and dashes aside; None if the check digit is wrong."""
    digits = re.sub(r"[\s\-.]", "", latin_digits(text))
    if not re.fullmatch(r"[0-9]{8}", digits) or _check_digit(digits[:CODE_DIGITS]) != digits[CODE_DIGITS]:
        return None
    return digits


def spoken(value: str) -> str:
    """A code in two groups of four, as it is printed and read out."""
    return f"{value[:4]} {value[4:]}"


def may_change(state: str, starts_at: datetime, now: datetime) -> None:
    """Moving and cancelling: a booked appointment that has not begun."""
    if state != BOOKED:
        raise WrongState(state)
    if now >= starts_at:
        raise TooLate(starts_at)


def nearest(starts: Sequence[datetime], wanted: datetime, count: int = NEAR) -> tuple[datetime, ...]:
    """The offered starts nearest to the wanted one, in order of time."""
    return tuple(sorted(sorted(starts, key=lambda s: abs(s - wanted))[:count]))


def _check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def changes_about(birthday: date, booked: date) -> date:
    """The Monday before her birthday, or the one after it where she is booked from it on: never the birthday, and never
    beyond the day that is booked. So no other time leads to the wrong programme, and no birthday is stored."""
    if booked < birthday:
        eve = birthday - DAY
        return max(eve - eve.weekday() * DAY, booked + DAY)
    return min(birthday + (7 - birthday.weekday()) * DAY, booked)
