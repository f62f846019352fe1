"""What can be booked, booking it, and looking at it. The counsellor is chosen inside the booking's transaction."""

import secrets
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.actors import By
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken
from booking.domain.places import Wish, asks_age, asks_area, lengths_of
from booking.domain.times import DAY, day_span, local_day
from booking.domain.visitors import clean_name
from booking.gateways import ics, qr
from booking.gateways.phones import Phone
from booking.services.steps import links, messages, placing, planning, taking
from booking.services.steps.placing import Offers as Offers
from booking.services.steps.placing import Search
from booking.services.steps.recording import appointment_step, desk_changed, look
from booking.services.steps.taking import Contact as Contact
from booking.store import appointments as store
from booking.store import holds
from booking.store import roster as roster_store
from booking.store import topics as topic_store
from booking.store import visitors as visitor_store
from booking.store.appointments import Card as Card
from booking.store.appointments import Line as Line
from booking.store.cover import has_grant
from booking.store.db import observe, reading, transaction
from booking.store.holds import HoldRow
from booking.store.topics import AreaRow
from booking.store.topics import TopicRow as TopicRow
from booking.store.visitors import Person as Person


class Topic(NamedTuple):
    """`age`: the birthday to ask about (27), or None; `until`: the last day that can be booked. `areas`: where the
    answer to where she lives matters; empty: not asked. `lengths`: those of LENGTHS that take another time here."""

    slug: str
    name: dict[str, str]
    minutes: int
    age: int | None
    until: date
    areas: tuple[AreaRow, ...]
    lengths: tuple[str, ...]
    bring: dict[str, str]


class Booked(NamedTuple):
    """`repeated`: the same key was answered before, and nothing new was written."""

    link: str
    card: Card
    repeated: bool


class Known(NamedTuple):
    """Who comes, as far as the asker may know: `hidden` where it is another carrier's to know, whether or not there is
    anything; else `person` None: neither name nor number was given, or both are erased."""

    person: Person | None
    hidden: bool = False


def topics(centre_id: int) -> list[TopicRow]:
    with reading() as session:
        return topic_store.topics(session, centre_id)


def topic(centre_id: int, slug: str, *, now: datetime) -> Topic:
    """Refusal: NotFound."""
    with reading() as session:
        return _described(session, centre_id, [placing.topic_of(session, centre_id, slug)], now)[0]


def topic_of_appointment(centre_id: int, appointment_id: int, *, now: datetime) -> Topic:
    """The topic of what is booked, with the age question of its programme. Refusal: NotFound."""
    with reading() as session:
        booked = placing.card(session, centre_id, appointment_id)
        row = topic_store.topic_by_id(session, booked.topic_id)
        return _described(session, centre_id, [(row, (booked.programme_id,))], now)[0]


def topics_with_age(centre_id: int, *, now: datetime) -> list[Topic]:
    with reading() as session:
        programmes = topic_store.programmes_by_topic(session, centre_id)
        rows = [(row, programmes.get(row.id, ())) for row in topic_store.topics(session, centre_id)]
        return _described(session, centre_id, rows, now)


def offers(centre_id: int, wish: Wish, *, device: str | None = None, now: datetime) -> Offers:
    """Every start that can be booked now. Refusals: NotFound, NoProgramme, Invalid("age", "birthday" or "area").

    `device`: what this browser holds for the topic already is free for it.
    """
    with reading() as session:
        own = holds.live_of_device(session, centre_id, links.hashed(device), now, wish.topic) if device else []
        return placing.search(session, centre_id, wish, now, own=own).offers


def minutes_at(centre_id: int, wish: Wish, start: datetime, *, now: datetime) -> int:
    """How long the talk would be, if this start were booked now: longer with an interpreter. Refusal: NotFound."""
    with reading() as session:
        row, _programmes = placing.topic_of(session, centre_id, wish.topic)
        try:
            return placing.choose(placing.search(session, centre_id, wish, now), start).offer.minutes
        except (Invalid, NoProgramme, SlotTaken):
            return row.minutes


def book(
    centre_id: int,
    wish: Wish,
    start: datetime,
    contact: Contact,
    *,
    key: str,
    secret: str,
    by: By,
    now: datetime,
    hold: str | None = None,
) -> Booked:
    """Take a start. Refusals: SlotTaken(near), NoProgramme, Invalid, KeyReused; then nothing is written.

    `hold`: the token of what was held for this. If that is over the place is taken all the same while it is free; the
    carrier stays the one whose notice was read.
    """
    fingerprint = links.fingerprint(secret, "appointment", wish, start, contact[:3], contact.match)
    with transaction(centre_id) as session:
        if before := links.earlier(session, centre_id, key, fingerprint):
            return Booked(links.link_for(secret, before.salt), placing.card(session, centre_id, before.id), True)
        held = _held(session, centre_id, hold, wish, start)
        found = placing.search(session, centre_id, wish, now, held)
        name, phone = clean_name(contact.name), taking.phone_of(contact, found.planned.rules.region, wish.mode)
        choice = placing.choose(found, start, held)
        if held is not None:
            holds.end(session, centre_id, held.id, now)
        salt = links.new_salt()
        link = links.link_for(secret, salt)
        card = taking.place(
            found, choice, start, code=taking.new_code(session, centre_id), link_hash=links.hashed(link),
            language=wish.language, mode=wish.mode, length=wish.length,
            needs={**placing.needs_of(found, wish), **placing.age_needs(found, start)},
        )  # fmt: skip
        if name or phone:
            _keep_person(found, card, name, phone, contact, secret)
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
        return placing.card(session, centre_id, appointment_id)


def line(centre_id: int, appointment_id: int) -> Line:
    """With whom, where, about what and why this counsellor; never with the visitor's name. Refusal: NotFound."""
    with reading() as session:
        found = store.line(session, centre_id, appointment_id)
    if found is None:
        raise NotFound
    return found._replace(name=None)


def person(centre_id: int, appointment_id: int, *, staff_id: int, carrier_id: int | None, now: datetime) -> Known:
    """Name and phone for staff: reception sees its centre's, a counsellor her carrier's and those she covers for, as
    long as they are hers.

    Every look at somebody is a row.
    """
    with observe(centre_id) as session:
        card = placing.card(session, centre_id, appointment_id)
        covers = card.counsellor_id == staff_id and has_grant(session, centre_id, staff_id, card.id)
        if carrier_id not in (None, card.carrier_id) and not covers:
            return Known(None, hidden=True)
        found = visitor_store.visitor(session, centre_id, card.id)
        if found is not None:
            look(session, centre_id, "appointment", now, staff_id, found.surrogate)
        return Known(found)


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
    areas = topic_store.areas(session, centre_id) if asks_area(known.values()) else []
    return [
        Topic(
            row.slug,
            row.name,
            row.minutes,
            asks_age(kinds),
            until,
            tuple(areas) if asks_area(kinds) else (),
            lengths_of(row.follow_up_minutes, row.short_minutes),
            row.bring,
        )
        for row, kinds in ((row, [known[p] for p in programmes]) for row, programmes in rows)
    ]


def _keep_person(
    found: Search, card: Card, name: str | None, phone: Phone | None, contact: Contact, secret: str
) -> None:
    """What is confidential is never matched, whatever was agreed to."""
    matched = contact.match and phone and not found.planned.plan.programmes[card.programme_id].confidential
    visitor_store.add_visitor(
        found.session, centre_id=found.centre_id, carrier_id=card.carrier_id, appointment_id=card.id,
        surrogate=secrets.token_hex(16), name=name, phone=phone.e164 if phone else None,
        reminders_agreed=found.now if contact.reminders else None, match_agreed=found.now if matched else None,
        phone_key=links.phone_key(secret, phone.e164) if matched and phone else None,
        erase_on=placing.erase_on(found, card.starts_at),
    )  # fmt: skip


def _held(session: Session, centre_id: int, token: str | None, wish: Wish, start: datetime) -> HoldRow | None:
    """The hold of this token, if it is of this topic and start."""
    held = holds.by_token(session, centre_id, links.hashed(token)) if token else None
    return held if held and (held.topic, held.starts_at) == (wish.topic, start) else None


def _by_link(session: Session, link: str) -> Card:
    card = store.card_by_link(session, links.hashed(link))
    if card is None:
        raise NotFound
    return card
