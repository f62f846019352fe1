"""The wait list: somebody joins it, is offered a time that became free, says yes or no, or leaves it.

A time is held for one person at a time, the oldest entry first, until a stated time; what no one takes is everybody's.
"""

import secrets
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import appointments as appointment_rules
from booking.domain import waitlist as rules
from booking.domain.actors import WEB, By
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken, TooLate, WrongState
from booking.domain.places import Wish
from booking.domain.times import DAY, local_day
from booking.domain.visitors import clean_name
from booking.domain.waitlist import ACCEPTED, BOOKED, DECLINED, LAPSED, LOST, OVER, WAITING, WITHDRAWN
from booking.services.steps import freeing, links, messages, placing, planning, taking
from booking.services.steps.placing import Search
from booking.services.steps.recording import appointment_step, desk_changed, look
from booking.services.steps.taking import Contact as Contact
from booking.store import holds as hold_store
from booking.store import topics as topic_store
from booking.store import visitors as visitor_store
from booking.store import waitlist as store
from booking.store.appointments import Card
from booking.store.db import observe, reading, transaction
from booking.store.retention import ERASED
from booking.store.waitlist import EntryRow, OfferRow, OpenOffer

WORKER = By("worker")


class Joined(NamedTuple):
    """`repeated`: the same key was answered before, and nothing new was written."""

    link: str
    entry: EntryRow
    repeated: bool


class Known(NamedTuple):
    """An entry as its page shows it. `offer`: what waits for her answer; else `last`: how the newest offer ended."""

    entry: EntryRow
    topic: dict[str, str]
    offer: OfferRow | None
    last: str | None


class Waiting(NamedTuple):
    """How many wait, and how many of them have a time to answer."""

    entries: int
    offers: int


class ToCall(NamedTuple):
    """An offer for whoever calls: with name and phone, where they were given."""

    offer: OpenOffer
    name: str | None
    phone: str | None


def last_days(centre_id: int, *, now: datetime) -> list[date]:
    """Until when one may wait. Refusal: NotFound."""
    with reading() as session:
        return _last_days(session, centre_id, now)


def join(
    centre_id: int, wish: Wish, last_day: date, contact: Contact, *, key: str, secret: str, now: datetime
) -> Joined:
    """Onto the list, until that day. Refusals: as for booking, but SlotTaken; Invalid("last_day", …)."""
    fingerprint = links.fingerprint(secret, "wait", wish, last_day, contact[:3])
    with transaction(centre_id) as session:
        if before := links.earlier(session, centre_id, key, fingerprint):
            return Joined(links.link_for(secret, before.salt), _entry(session, centre_id, before.id), True)
        if last_day not in _last_days(session, centre_id, now):
            raise Invalid("last_day", "choice-unknown")
        found = placing.search(session, centre_id, wish, now)
        salt = links.new_salt()
        link = links.link_for(secret, salt)
        entry_id = _add(found, wish, last_day, link)
        _keep_person(found, entry_id, last_day, contact)
        links.remember(session, centre_id, key, fingerprint, salt, now, wait_entry_id=entry_id)
        desk_changed(session, centre_id)
        return Joined(link, _entry(session, centre_id, entry_id), False)


def look_at(link: str, *, now: datetime) -> Known:
    """What a private link opens. Refusal: NotFound."""
    with reading() as session:
        entry = store.by_link(session, links.hashed(link))
        if entry is None:
            raise NotFound
        return _known(session, entry, now)


def entry(centre_id: int, entry_id: int, *, now: datetime) -> Known:
    """Refusal: NotFound, also for one that has ended and opens nothing any more."""
    with reading() as session:
        found = _entry(session, centre_id, entry_id)
        if found.code is None:
            raise NotFound
        return _known(session, found, now)


def find_by_code(centre_id: int, code: str, last4: str) -> EntryRow:
    """Code and the phone's last four digits together. Refusal: NotFound, whichever of them is wrong."""
    read, digits = appointment_rules.read_code(code), appointment_rules.latin_digits(last4).strip()
    if read is None or len(digits) != 4 or not digits.isdecimal():
        raise NotFound
    with reading() as session:
        found = store.by_code(session, centre_id, read, digits)
        if found is None:
            raise NotFound
        return found


def accept(centre_id: int, entry_id: int, offer_id: int, *, by: By, now: datetime) -> Card:
    """The held time is hers, by the same checks as any booking. `offer_id`: the one she saw.

    Refusals: NotFound (it does not wait for an answer), TooLate; SlotTaken, if somebody or something of that place is
    not there any more: then she waits on, and is asked again when another time is free.
    """
    try:
        with transaction(centre_id) as session:
            offer, entry = _offered(session, centre_id, entry_id, offer_id, now), _entry(session, centre_id, entry_id)
            return _book(session, offer, entry, by, now)
    except SlotTaken:
        _end(centre_id, entry_id, offer_id, LOST, by, now)
        raise


def decline(centre_id: int, entry_id: int, offer_id: int, *, by: By, now: datetime) -> None:
    """The time goes to the next, or back to everybody; she waits on. Refusal: NotFound, as for a yes."""
    if not _end(centre_id, entry_id, offer_id, DECLINED, by, now):
        raise NotFound


def withdraw(centre_id: int, entry_id: int, *, by: By = WEB, now: datetime) -> None:
    """Off the list, and what was known of her is deleted at once; her link still says so. Refusals: NotFound,
    WrongState."""
    with transaction(centre_id) as session:
        entry = _entry(session, centre_id, entry_id)
        _leave(session, entry, WITHDRAWN, by, now)
        freeing.offer_all(session, centre_id, now)


def offer_due(now: datetime) -> int:
    """What became free is held for who waits, in every centre; answers how many offers were made."""
    with reading() as session:
        centres = store.centres_waiting(session)
    return sum(_offer_in(centre_id, now) for centre_id in centres)


def lapse_due(now: datetime) -> int:
    """Offers whose time has passed are over, and the next are asked; answers how many there were."""
    with reading() as session:
        overdue = store.overdue(session, now)
    for offer in overdue:
        with transaction(offer.centre_id) as session:
            if freeing.end(session, offer, LAPSED, now, WORKER):
                _stop_asking(session, offer, now)
    for centre_id in sorted({offer.centre_id for offer in overdue}):
        _offer_in(centre_id, now)
    return len(overdue)


def waiting(centre_id: int) -> Waiting:
    with reading() as session:
        return Waiting(store.waiting_count(session, centre_id), store.open_count(session, centre_id))


def to_call(centre_id: int, *, carrier_id: int | None) -> list[OpenOffer]:
    """What waits for an answer, for the desk; `carrier_id`: of the lead who asks, None: of all carriers."""
    with reading() as session:
        return store.open_offers(session, centre_id, carrier_id)


def person(centre_id: int, offer_id: int, *, staff_id: int, carrier_id: int | None, now: datetime) -> ToCall:
    """Name and phone of who is offered a time; every look is a row. Refusal: NotFound, also once it has ended."""
    with observe(centre_id) as session:
        offer = _open_offer(session, centre_id, offer_id, carrier_id)
        row = store.offer(session, centre_id, offer_id)
        found = store.person(session, centre_id, row.entry_id) if row else None
        if found is None:
            return ToCall(offer, None, None)
        look(session, centre_id, "waiting", now, staff_id, found.surrogate)
        return ToCall(offer, found.name, found.phone)


def entry_of_offer(centre_id: int, offer_id: int, *, carrier_id: int | None) -> int:
    """Whose offer it is. Refusal: NotFound, also for another carrier's, and once it has ended."""
    with reading() as session:
        _open_offer(session, centre_id, offer_id, carrier_id)
        row = store.offer(session, centre_id, offer_id)
        return row.entry_id if row else 0


# ── joining ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _last_days(session: Session, centre_id: int, now: datetime) -> list[date]:
    rules_ = planning.rules_of(session, centre_id)
    return rules.last_days(local_day(now, rules_.zone), rules_.horizon_days)


def _add(found: Search, wish: Wish, last_day: date, link: str) -> int:
    """Refusal: NoProgramme, if none serves her until a day ahead."""
    session, request = found.session, found.request
    kinds = [found.planned.plan.programmes[p] for p in request.programmes]
    today = local_day(found.now, found.planned.rules.zone)
    served = rules.served(kinds, request.age, request.area, today, last_day)
    if not served.programmes:
        raise NoProgramme(topic_store.referral(session, request.programmes))
    return store.add_entry(
        session, centre_id=found.centre_id, topic_id=found.topic.id, programmes=served.programmes, state=WAITING,
        language=wish.language, mode=wish.mode, length=wish.length, needs=placing.needs_of(found, wish),
        last_day=served.last_day, code=taking.new_code(session, found.centre_id), link_hash=links.hashed(link),
        joined_at=found.now,
    )  # fmt: skip


def _keep_person(found: Search, entry_id: int, last_day: date, contact: Contact) -> None:
    name, phone = clean_name(contact.name), taking.phone_of(contact, found.planned.rules.region, found.request.mode)
    if name or phone:
        visitor_store.add_visitor(
            found.session, centre_id=found.centre_id, wait_entry_id=entry_id, surrogate=secrets.token_hex(16),
            name=name, phone=phone.e164 if phone else None, erase_on=last_day + DAY,
            reminders_agreed=found.now if contact.reminders else None,
        )  # fmt: skip


def _entry(session: Session, centre_id: int, entry_id: int) -> EntryRow:
    found = store.entry(session, centre_id, entry_id)
    if found is None:
        raise NotFound
    return found


def _known(session: Session, entry: EntryRow, now: datetime) -> Known:
    last = store.last_offer(session, entry.centre_id, entry.id)
    waits = last is not None and last.state == rules.OPEN and now < last.answer_by
    state = None if last is None else LAPSED if last.state == rules.OPEN else last.state
    topic = topic_store.topic_by_id(session, entry.topic_id)
    return Known(entry, topic.name, last if waits else None, None if waits else state)


# ── yes, no, and no word ──────────────────────────────────────────────────────────────────────────────────────────


def _offered(session: Session, centre_id: int, entry_id: int, offer_id: int, now: datetime) -> OfferRow:
    offer = store.offer_of(session, centre_id, entry_id)
    if offer is None or offer.id != offer_id:
        raise NotFound
    if now >= offer.answer_by:
        raise TooLate(offer.answer_by, "offer")
    return offer


def _book(session: Session, offer: OfferRow, entry: EntryRow, by: By, now: datetime) -> Card:
    """The appointment takes the entry's code and link, so that what she wrote down stays right."""
    held = hold_store.by_id(session, entry.centre_id, offer.hold_id)
    planned = planning.load(session, entry.centre_id, now, without=[-held.id] if held else ())
    found = freeing.search(session, entry, planned, now, held)
    choice = placing.choose(found, offer.starts_at, held)
    freeing.end(session, offer, ACCEPTED, now, by)
    card = taking.place(
        found, choice, offer.starts_at, code=entry.code or taking.new_code(session, entry.centre_id),
        link_hash=entry.link_hash, language=entry.language, mode=entry.mode, length=entry.length,
        needs=entry.needs,
    )  # fmt: skip
    store.end_entry(session, entry.centre_id, entry.id, BOOKED, code=None, appointment_id=card.id)
    person = store.person(session, entry.centre_id, entry.id)
    if person is not None:
        day = placing.erase_on(found, card.starts_at)
        store.hand_over_person(session, entry.centre_id, entry.id, card.id, card.carrier_id, day)
    if person is not None and person.reminders_agreed:
        messages.plan(
            session, centre_id=entry.centre_id, appointment_id=card.id, starts_at=card.starts_at,
            language=card.language, now=now, zone=planned.rules.zone,
        )  # fmt: skip
    appointment_step(session, entry.centre_id, card.id, "booked", now, by)
    return card


def _end(centre_id: int, entry_id: int, offer_id: int, state: str, by: By, now: datetime) -> bool:
    """The offer ends, and the next is asked in the same moment, so that nobody comes between."""
    with transaction(centre_id) as session:
        offer = store.offer_of(session, centre_id, entry_id)
        if offer is None or offer.id != offer_id:
            return False
        freeing.end(session, offer, state, now, by)
        freeing.offer_all(session, centre_id, now)
        return True


def _offer_in(centre_id: int, now: datetime) -> int:
    """Reads first: mostly nothing is free, and nobody should wait for that to be found out."""
    with reading() as session:
        if freeing.next_fit(session, centre_id, now) is None:
            return 0
    with transaction(centre_id) as session:
        return freeing.offer_all(session, centre_id, now)


def _stop_asking(session: Session, offer: OfferRow, now: datetime) -> None:
    """Whoever has let several offers pass without a word is not asked any more."""
    if store.unanswered(session, offer.entry_id) >= rules.MOST_UNANSWERED:
        _leave(session, _entry(session, offer.centre_id, offer.entry_id), OVER, WORKER, now)


def _leave(session: Session, entry: EntryRow, state: str, by: By, now: datetime) -> None:
    """Refusal: WrongState, if it does not wait any more."""
    offer = store.offer_of(session, entry.centre_id, entry.id)
    if offer is not None:
        freeing.end(session, offer, DECLINED, now, by)
    person = store.person(session, entry.centre_id, entry.id)
    if not store.end_entry(session, entry.centre_id, entry.id, state, code=None):
        raise WrongState(entry.state)
    store.forget_person(session, entry.id)
    if person is not None:
        look(session, entry.centre_id, ERASED, now, by.staff_id, person.surrogate)
    desk_changed(session, entry.centre_id)


def _open_offer(session: Session, centre_id: int, offer_id: int, carrier_id: int | None) -> OpenOffer:
    found = [one for one in store.open_offers(session, centre_id, carrier_id) if one.id == offer_id]
    if not found:
        raise NotFound
    return found[0]
