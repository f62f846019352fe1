"""What the holder of a private link does with her own data: see it, agree to messages or no longer, have it deleted."""

import secrets
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.actors import WEB
from booking.domain.errors import Invalid
from booking.domain.times import DAY, local_day
from booking.gateways import phones
from booking.services.steps import messages, placing, planning
from booking.services.steps.recording import desk_changed, look
from booking.store import own_data as store
from booking.store import visitors as visitor_store
from booking.store.appointments import Card
from booking.store.db import reading, transaction
from booking.store.retention import ERASED


class OwnData(NamedTuple):
    """`erase_on` None: nothing of a person is kept. `phone` in groups, as it was understood."""

    name: str | None
    phone: str | None
    reminders: bool
    match: bool
    erase_on: date | None


NOTHING = OwnData(None, None, False, False, None)


def shown(centre_id: int, appointment_id: int) -> OwnData:
    """Refusal: NotFound."""
    with reading() as session:
        placing.card(session, centre_id, appointment_id)
        row = store.of_appointment(session, centre_id, appointment_id)
    if row is None:
        return NOTHING
    phone = phones.shown(row.phone) if row.phone else None
    return OwnData(row.name, phone, row.reminders_agreed is not None, row.match_agreed is not None, row.erase_on)


def agree_to_messages(
    centre_id: int, appointment_id: int, phone: str, prefixes: tuple[str, ...], *, now: datetime
) -> None:
    """`phone` as typed; empty: the one that is known. Refusals: NotFound, WrongState, TooLate, Invalid("phone", …)."""
    with transaction(centre_id) as session:
        card = placing.card(session, centre_id, appointment_id)
        rules.may_change(card.state, card.starts_at, now)
        planned = planning.rules_of(session, centre_id)
        row = store.of_appointment(session, centre_id, appointment_id)
        number = phones.read(phone.strip() or (row.phone if row else None) or "", planned.region, prefixes)
        if number is None:
            raise Invalid("phone", "phone-needed")
        if not number.textable:
            raise Invalid("phone", "phone-not-textable")
        if row is None:
            _begin(session, card, local_day(card.starts_at, planned.zone) + planned.erase_after_days * DAY)
        store.change(session, centre_id, card.id, phone=number.e164, reminders_agreed=now)
        messages.plan(
            session, centre_id=centre_id, appointment_id=card.id, starts_at=card.starts_at, language=card.language,
            now=now, zone=planned.zone, but=store.message_keys(session, card.id),
        )  # fmt: skip
        desk_changed(session, centre_id)


def stop_messages(centre_id: int, appointment_id: int) -> None:
    """What is still due is dropped when its time comes, unless she agrees again before. Refusal: NotFound."""
    _change(centre_id, appointment_id, reminders_agreed=None)


def stop_matching(centre_id: int, appointment_id: int) -> None:
    """Nobody is told any more that her number has another appointment. Refusal: NotFound."""
    _change(centre_id, appointment_id, match_agreed=None, phone_key=None)


def forget(centre_id: int, appointment_id: int, *, now: datetime) -> None:
    """Delete name, number and consents now; the appointment stays, with its code. Refusal: NotFound."""
    with transaction(centre_id) as session:
        card = placing.card(session, centre_id, appointment_id)
        row = store.of_appointment(session, centre_id, card.id)
        visitor_store.forget_age(session, card.id)
        if row is not None:
            messages.withdraw(session, card.id, now, WEB)
            store.forget(session, centre_id, card.id)
            look(session, centre_id, ERASED, now, None, row.surrogate)
            desk_changed(session, centre_id)


def _change(centre_id: int, appointment_id: int, **values: None) -> None:
    with transaction(centre_id) as session:
        card = placing.card(session, centre_id, appointment_id)
        store.change(session, centre_id, card.id, **values)
        desk_changed(session, centre_id)


def _begin(session: Session, card: Card, erase_on: date) -> None:
    visitor_store.add_visitor(
        session, centre_id=card.centre_id, carrier_id=card.carrier_id, appointment_id=card.id,
        surrogate=secrets.token_hex(16), erase_on=erase_on,
    )  # fmt: skip
