"""Book, look, move, cancel. The counsellor is chosen inside the transaction that takes her time."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.actors import By
from booking.domain.assignment import Choice
from booking.domain.availability import Age, Wish, asks_age
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken, WrongState
from booking.domain.times import DAY, Span, day_span, local_day
from booking.domain.visitors import clean_name
from booking.gateways import ics, phones, qr
from booking.gateways.phones import Phone
from booking.services.steps import links, messages, placing, planning
from booking.services.steps.placing import Search
from booking.services.steps.recording import appointment_step, desk_changed, look
from booking.store import appointments as store
from booking.store import roster as roster_store
from booking.store.appointments import Card as Card
from booking.store.appointments import Line as Line
from booking.store.appointments import Person as Person
from booking.store.appointments import TopicRow as TopicRow
from booking.store.db import observe, reading, transaction

CODES = 10**rules.CODE_DIGITS


class Contact(NamedTuple):
    """As typed. `reminders` is the separate consent; `prefixes` the countries this installation texts."""

    name: str
    phone: str
    reminders: bool
    prefixes: tuple[str, ...]


class Topic(NamedTuple):
    """`age`: the birthday to ask about (27), or None; `until`: the last day that can be booked."""

    slug: str
    name: dict[str, str]
    minutes: int
    age: int | None
    until: date


class Offers(NamedTuple):
    topic: TopicRow
    zone: ZoneInfo
    starts: list[datetime]


class Booked(NamedTuple):
    """`repeated`: the same key was answered before, and nothing new was written."""

    link: str
    card: Card
    repeated: bool


def topics(centre_id: int) -> list[TopicRow]:
    with reading() as session:
        return store.topics(session, centre_id)


def topic(centre_id: int, slug: str, *, now: datetime) -> Topic:
    """Refusal: NotFound."""
    with reading() as session:
        return _described(session, centre_id, [placing.topic_of(session, centre_id, slug)], now)[0]


def topic_of_appointment(centre_id: int, appointment_id: int, *, now: datetime) -> Topic:
    """The topic of what is booked, with the age question of its programme. Refusal: NotFound."""
    with reading() as session:
        booked = _card(session, centre_id, appointment_id)
        row = store.topic_by_id(session, booked.topic_id)
        return _described(session, centre_id, [(row, (booked.programme_id,))], now)[0]


def topics_with_age(centre_id: int, *, now: datetime) -> list[Topic]:
    with reading() as session:
        programmes = store.programmes_by_topic(session, centre_id)
        rows = [(row, programmes.get(row.id, ())) for row in store.topics(session, centre_id)]
        return _described(session, centre_id, rows, now)


def offers(centre_id: int, wish: Wish, *, now: datetime) -> Offers:
    """Every start that can be booked now. Refusals: NotFound, NoProgramme, Invalid("age" or "birthday")."""
    with reading() as session:
        found = placing.search(session, centre_id, wish, now)
        return Offers(found.topic, found.planned.rules.zone, found.starts)


def minutes_at(centre_id: int, wish: Wish, start: datetime, *, now: datetime) -> int:
    """How long the talk would be, if this start were booked now: longer with an interpreter. Refusal: NotFound."""
    with reading() as session:
        row, _programmes = placing.topic_of(session, centre_id, wish.topic)
        try:
            return placing.choose(placing.search(session, centre_id, wish, now), start).offer.minutes
        except (Invalid, NoProgramme, SlotTaken):
            return row.minutes


def book(
    centre_id: int, wish: Wish, start: datetime, contact: Contact, *, key: str, secret: str, by: By, now: datetime
) -> Booked:
    """Take a start. Refusals: SlotTaken(near), NoProgramme, Invalid, KeyReused; then nothing is written."""
    fingerprint = links.fingerprint(secret, "appointment", wish, start, contact[:3])
    with transaction(centre_id) as session:
        if before := links.earlier(session, centre_id, key, fingerprint):
            return Booked(links.link_for(secret, before.salt), _card(session, centre_id, before.id), True)
        found = placing.search(session, centre_id, wish, now)
        name, phone = clean_name(contact.name), _phone(contact, found.planned.rules.region)
        choice = placing.choose(found, start)
        salt = links.new_salt()
        link = links.link_for(secret, salt)
        card = _place(found, wish, choice, start, link)
        if name or phone:
            _keep_person(found, card, name, phone, contact.reminders)
        if contact.reminders:
            messages.plan(
                session, centre_id=centre_id, appointment_id=card.id, starts_at=start, language=wish.language,
                now=now, zone=found.planned.rules.zone,
            )  # fmt: skip
        links.remember(session, centre_id, key, fingerprint, salt, now, appointment_id=card.id)
        appointment_step(session, centre_id, card.id, "booked", now, by)
        desk_changed(session, centre_id)
    return Booked(link, card, False)


def of_day(centre_id: int, *, now: datetime) -> list[Line]:
    """The day's appointments, without names."""
    with reading() as session:
        zone = planning.rules_of(session, centre_id).zone
        today = day_span(local_day(now, zone), zone)
        return [line._replace(name=None) for line in store.between(session, centre_id, today)]


def look_at(link: str) -> Card:
    """What a private link opens. Refusal: NotFound."""
    with reading() as session:
        return _by_link(session, link)


def find_by_code(centre_id: int, code: str, last4: str) -> Card:
    """Code and the phone's last four digits together (S22). Refusal: NotFound, whichever of them is wrong."""
    read, digits = rules.read_code(code), rules.latin_digits(last4).strip()
    if read is None or len(digits) != 4 or not digits.isdecimal():
        raise NotFound
    with reading() as session:
        card = store.card_by_code(session, centre_id, read, digits)
        if card is None:
            raise NotFound
        return card


def card(centre_id: int, appointment_id: int) -> Card:
    with reading() as session:
        return _card(session, centre_id, appointment_id)


def new_times(centre_id: int, appointment_id: int, age: Age | None, *, now: datetime) -> Offers:
    """The starts an appointment can be moved to. Refusals as for `move`."""
    with reading() as session:
        moved = _card(session, centre_id, appointment_id)
        rules.may_change(moved.state, moved.starts_at, now)
        found = placing.search_again(session, moved, age, now)
        starts = [start for start in found.starts if start != moved.starts_at]
        return Offers(found.topic, found.planned.rules.zone, starts)


def move(centre_id: int, appointment_id: int, start: datetime, age: Age | None, *, by: By, now: datetime) -> Card:
    """Give the old time back and take a new one, or nothing. Refusals: SlotTaken, TooLate, WrongState, Invalid."""
    with transaction(centre_id) as session:
        moved = _card(session, centre_id, appointment_id)
        rules.may_change(moved.state, moved.starts_at, now)
        if moved.starts_at == start:
            return moved
        found = placing.search_again(session, moved, age, now)
        choice = placing.choose(found, start)
        store.release(session, moved.id)
        span = _span(start, choice)
        placing.take(found, moved.id, choice, span)
        store.reschedule(session, moved.id, _placed(start, choice))
        _rearrange(session, moved, start, found, now, by)
        return _card(session, centre_id, appointment_id)


def cancel(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> Card:
    """Give the time back. Refusals: TooLate, WrongState (a second click finds it cancelled)."""
    with transaction(centre_id) as session:
        gone = _card(session, centre_id, appointment_id)
        rules.may_change(gone.state, gone.starts_at, now)
        if not store.change_state(session, gone.id, rules.BOOKED, rules.CANCELLED):
            raise WrongState(gone.state)
        store.release(session, gone.id)
        store.raise_sequence(session, gone.id)
        messages.withdraw(session, gone.id, now, by)
        appointment_step(session, centre_id, gone.id, "cancelled", now, by)
        desk_changed(session, centre_id)
        return _card(session, centre_id, appointment_id)


def person(
    centre_id: int, appointment_id: int, *, staff_id: int, carrier_id: int | None, now: datetime
) -> Person | None:
    """Name and phone for staff: reception sees its centre's, a counsellor her carrier's. Every look is a row."""
    with observe(centre_id) as session:
        card = _card(session, centre_id, appointment_id)
        found = store.visitor(session, card.id)
        if found is None or carrier_id not in (None, card.carrier_id):
            return None
        look(session, centre_id, "appointment", now, staff_id, found.surrogate)
        return found


def code_picture(card: Card) -> str:
    """The code as a QR picture for the desk's scanner, which types the digits."""
    return qr.picture(card.code or "")


def calendar_file(card: Card, *, title: str, place: str, words: str) -> bytes:
    """The appointment as a calendar file; its identity stays the same however often it is moved."""
    uid = f"{card.centre_id}-{card.id}@anlaufstelle"
    cancelled = card.state == rules.CANCELLED
    entry = ics.Entry(uid, card.sequence, card.starts_at, card.ends_at, card.booked_at, title, place, words, cancelled)
    return ics.calendar_file(entry)


def _described(
    session: Session, centre_id: int, rows: list[tuple[TopicRow, tuple[int, ...]]], now: datetime
) -> list[Topic]:
    """Topics with the ids of their programmes, as visitors are asked about them."""
    rules_, known = planning.rules_of(session, centre_id), roster_store.programmes(session, centre_id)
    until = local_day(now, rules_.zone) + rules_.horizon_days * DAY
    return [
        Topic(row.slug, row.name, row.minutes, asks_age(known[p] for p in programmes), until)
        for row, programmes in rows
    ]


def _phone(contact: Contact, region: str) -> Phone | None:
    phone = phones.read(contact.phone, region, contact.prefixes)
    if contact.reminders and phone is None:
        raise Invalid("phone", "phone-needed")
    if contact.reminders and phone is not None and not phone.textable:
        raise Invalid("phone", "phone-not-textable")
    return phone


def _place(found: Search, wish: Wish, choice: Choice, start: datetime, link: str) -> Card:
    """The appointment's row with its claims beneath it."""
    session, centre_id = found.session, found.centre_id
    appointment_id = store.add(
        session, centre_id=centre_id, topic_id=found.topic.id, state=rules.BOOKED, language=wish.language,
        carrier_id=choice.offer.carrier_id, code=_new_code(session, centre_id), link_hash=links.hashed(link),
        booked_at=found.now, sequence=0, **_placed(start, choice),
    )  # fmt: skip
    placing.take(found, appointment_id, choice, _span(start, choice))
    return _card(session, centre_id, appointment_id)


def _placed(start: datetime, choice: Choice) -> dict[str, Any]:
    """What changes when an appointment is placed anew; the lead carrier does not."""
    offer = choice.offer
    return {
        "programme_id": offer.programme_id,
        "counsellor_id": offer.counsellor_id,
        "room_id": offer.room_id,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=offer.minutes),
        "busy_until": start + timedelta(minutes=offer.busy_minutes),
        "interpreter": offer.interpreter,
        "because": {"rule": choice.because, "among": choice.among, "share": choice.share_percent},
    }


def _span(start: datetime, choice: Choice) -> Span:
    return Span(start, start + timedelta(minutes=choice.offer.busy_minutes))


def _keep_person(found: Search, card: Card, name: str | None, phone: Phone | None, reminders: bool) -> None:
    store.add_visitor(
        found.session, centre_id=found.centre_id, carrier_id=card.carrier_id, appointment_id=card.id,
        surrogate=secrets.token_hex(16), name=name, phone=phone.e164 if phone else None,
        reminders_agreed=found.now if reminders else None, erase_on=_erase_on(found, card.starts_at),
    )  # fmt: skip


def _erase_on(found: Search, starts_at: datetime) -> date:
    rules_ = found.planned.rules
    return local_day(starts_at, rules_.zone) + rules_.erase_after_days * DAY


def _rearrange(session: Session, moved: Card, start: datetime, found: Search, now: datetime, by: By) -> None:
    """What follows from a new time: the erasure date, the messages, and a row that says so."""
    store.postpone_erasure(session, moved.id, _erase_on(found, start))
    messages.withdraw(session, moved.id, now, by)
    person = store.visitor(session, moved.id)
    if person is not None and person.reminders_agreed is not None:
        messages.plan(
            session, centre_id=moved.centre_id, appointment_id=moved.id, starts_at=start, language=moved.language,
            now=now, zone=found.planned.rules.zone,
        )  # fmt: skip
    appointment_step(session, moved.centre_id, moved.id, "moved", now, by)
    desk_changed(session, moved.centre_id)


def _new_code(session: Session, centre_id: int) -> str:
    while True:
        code = rules.code(secrets.randbelow(CODES))
        if not store.code_exists(session, centre_id, code):
            return code


def _by_link(session: Session, link: str) -> Card:
    card = store.card_by_link(session, links.hashed(link))
    if card is None:
        raise NotFound
    return card


def _card(session: Session, centre_id: int, appointment_id: int) -> Card:
    card = store.card(session, centre_id, appointment_id)
    if card is None:
        raise NotFound
    return card
