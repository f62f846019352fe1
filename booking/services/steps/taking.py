"""Writing an appointment where a place was chosen: its row, claims and code. Shared by booking and the wait list."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.assignment import Choice
from booking.domain.errors import Invalid
from booking.domain.places import IN_PERSON
from booking.gateways import phones
from booking.gateways.phones import Phone
from booking.services.steps import placing
from booking.services.steps.placing import Search
from booking.store import appointments as store
from booking.store.appointments import Card

CODES = 10**rules.CODE_DIGITS


class Contact(NamedTuple):
    """As typed. `reminders` and `match` are separate consents; `prefixes` the countries this installation texts.

    `match`: staff may see that the same number has another open appointment, whichever carrier keeps it.
    """

    name: str
    phone: str
    reminders: bool
    prefixes: tuple[str, ...]
    match: bool = False


def phone_of(contact: Contact, region: str, mode: str) -> Phone | None:
    """Refusals: Invalid("phone", …), where it is needed for calling or for SMS and cannot be used."""
    phone = phones.read(contact.phone, region, contact.prefixes)
    if mode != IN_PERSON and phone is None:
        raise Invalid("phone", "phone-needed-to-call")
    if contact.reminders and phone is None:
        raise Invalid("phone", "phone-needed")
    if contact.reminders and phone is not None and not phone.textable:
        raise Invalid("phone", "phone-not-textable")
    return phone


def place(found: Search, choice: Choice, start: datetime, *, code: str, link_hash: str | None, **wished: Any) -> Card:
    """The appointment's row with its claims beneath it. `wished`: language, mode, length and needs."""
    session, centre_id = found.session, found.centre_id
    appointment_id = store.add(
        session, centre_id=centre_id, topic_id=found.topic.id, state=rules.BOOKED, carrier_id=choice.offer.carrier_id,
        code=code, link_hash=link_hash, booked_at=found.now, sequence=0, **wished, **placing.placed(start, choice),
    )  # fmt: skip
    placing.take(found, choice, start, appointment_id=appointment_id)
    return placing.card(session, centre_id, appointment_id)


def new_code(session: Session, centre_id: int) -> str:
    """One that neither an appointment of the centre has nor an entry of its wait list."""
    while True:
        code = rules.code(secrets.randbelow(CODES))
        if not store.code_exists(session, centre_id, code):
            return code
