"""Holding a freed time for whoever waits longest of those whom it fits, and ending what nobody took. No transaction."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import waitlist as rules
from booking.domain.actors import By
from booking.domain.places import Request, minutes_of
from booking.domain.times import Span
from booking.services.steps import messages, placing, planning
from booking.services.steps.placing import Search
from booking.services.steps.planning import Planned
from booking.services.steps.recording import desk_changed
from booking.store import holds as hold_store
from booking.store import topics as topic_store
from booking.store import waitlist as store
from booking.store.holds import HoldRow
from booking.store.waitlist import EntryRow, OfferRow

AT_ONCE = 10  # offers in one transaction: others want to write, too


class Fit(NamedTuple):
    """A start for somebody who waits, and until when she may answer."""

    entry: EntryRow
    found: Search
    start: datetime
    answer_by: datetime


def search(session: Session, entry: EntryRow, planned: Planned, now: datetime, held: HoldRow | None = None) -> Search:
    """As the public page searches for this wish. With `held` the lead time counts from when it was offered, and the
    carrier stays. What she said of her age and area was settled with the programmes."""
    topic, needs = topic_store.topic_by_id(session, entry.topic_id), entry.needs
    if held is not None:
        window = Span(min(planned.window.starts, held.made_at + planned.rules.lead), planned.window.ends)
        planned = planned._replace(window=window)
    minutes = minutes_of(entry.length, topic.minutes, topic.follow_up_minutes, topic.short_minutes)
    request = Request(
        tuple(entry.programmes), minutes, entry.language, None, planned.window, held.carrier_id if held else None,
        needs.get("counsellor"), people=needs.get("people", 1), woman=needs.get("woman", False),
        step_free=needs.get("step_free", False), mode=entry.mode,
    )  # fmt: skip
    return Search(session, entry.centre_id, now, planned, topic, request, needs.get("counsellor"))


def next_fit(session: Session, centre_id: int, now: datetime) -> Fit | None:
    """Who is to be offered which time now: the oldest entry that has nothing to answer and whom a free time fits."""
    waiting = store.without_offer(session, centre_id)
    if not waiting or not rules.is_daytime(now, planning.rules_of(session, centre_id).zone):
        return None
    planned, refused = planning.load(session, centre_id, now), store.refused(session, centre_id)
    known: dict[str, tuple[Search, list[datetime]]] = {}  # many wait for the same
    for entry in waiting:
        wish = repr((entry.topic_id, entry.programmes, entry.language, entry.mode, entry.length, entry.needs))
        if wish not in known:
            found = search(session, entry, planned, now)
            known[wish] = found, found.starts
        found, starts = known[wish]
        length, zone = timedelta(minutes=found.request.minutes), planned.rules.zone
        chance = rules.fitting(starts, length, refused.get(entry.id, ()), entry.last_day, now, zone)
        if chance is not None:
            return Fit(entry, found, *chance)
    return None


def offer_all(session: Session, centre_id: int, now: datetime) -> int:
    """One after the other, until nothing fits anybody; answers how many offers were made. Refusal: SlotTaken."""
    done = 0
    while done < AT_ONCE and (fit := next_fit(session, centre_id, now)) is not None:
        _offer(session, fit, now)
        done += 1
    if done:
        desk_changed(session, centre_id)
    return done


def _offer(session: Session, fit: Fit, now: datetime) -> None:
    entry, found, start, until = fit
    choice = placing.choose(found, start)
    placed = placing.placed(start, choice)
    hold_id = hold_store.add(
        session, kind=hold_store.WAIT, centre_id=entry.centre_id, topic_id=entry.topic_id, made_at=now,
        carrier_id=choice.offer.carrier_id, expires_at=until, **placed,
    )  # fmt: skip
    placing.take(found, choice, start, hold_id=hold_id, expires_at=until)
    offer_id = store.add_offer(
        session, centre_id=entry.centre_id, entry_id=entry.id, hold_id=hold_id, state=rules.OPEN, starts_at=start,
        ends_at=placed["ends_at"], offered_at=now, answer_by=until,
    )  # fmt: skip
    person = store.person(session, entry.centre_id, entry.id)
    if person is not None and person.phone and person.reminders_agreed:
        messages.tell_freed(
            session, centre_id=entry.centre_id, wait_offer_id=offer_id, language=entry.language, due_at=now,
            not_after=until,
        )  # fmt: skip


def end(session: Session, offer: OfferRow, state: str, now: datetime, by: By) -> bool:
    """What was held is everybody's again, and no message tells of it any more; False if it had ended before."""
    messages.withdraw_freed(session, offer.id, now, by)
    if not store.end_offer(session, offer.id, state, now):
        return False
    hold_store.drop_holds(session, offer.centre_id, filter(None, [offer.hold_id]))
    desk_changed(session, offer.centre_id)
    return True
