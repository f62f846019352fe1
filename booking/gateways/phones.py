"""Phone numbers as people write them, by the `phonenumbers` library."""

from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from booking.domain.appointments import latin_digits
from booking.domain.errors import Invalid

LONGEST = 40
_FIXED = {PhoneNumberType.FIXED_LINE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.TOLL_FREE}


class Phone(NamedTuple):
    """`e164` as stored and dialled; `textable`: not a landline, and of a country this installation texts."""

    e164: str
    textable: bool


def read(text: str, region: str, prefixes: tuple[str, ...]) -> Phone | None:
    """The number in what somebody typed (spaces, 00, (0), Arabic and Persian digits); None if nothing was typed.

    Refusal: Invalid("phone", "phone-unreadable").
    """
    typed = latin_digits(text).replace("(0)", "").strip()
    if not typed:
        return None
    try:
        number = phonenumbers.parse(typed[:LONGEST], region.partition("-")[0])
    except phonenumbers.NumberParseException as error:
        raise Invalid("phone", "phone-unreadable") from error
    if not phonenumbers.is_valid_number(number) or len(typed) > LONGEST:
        raise Invalid("phone", "phone-unreadable")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, phonenumbers.number_type(number) not in _FIXED and e164.startswith(prefixes))


def shown(e164: str) -> str:
    """A stored number in groups, for reading out and for checking what was understood."""
    return str(phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL))
