"""Finding and taking a place: the request, the choice of the counsellor, and the claims. Shared by book and move."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain import assignment, availability
from booking.domain.assignment import Choice
from booking.domain.availability import Age, Request, Wish
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken
from booking.domain.times import DAY, Span, local_day
from booking.services.steps import planning
from booking.services.steps.planning import Planned
from booking.store import appointments as store
from booking.store.appointments import Card, Place, TopicRow


class Offers(NamedTuple):
    topic: TopicRow
    zone: ZoneInfo
    starts: list[datetime]


class Search(NamedTuple):
    """A centre's plan with one visitor's wish read against it."""

    session: Session
    centre_id: int
    now: datetime
    planned: Planned
    topic: TopicRow
    request: Request

    @property
    def starts(self) -> list[datetime]:
        return availability.starts(self.planned.plan, self.request)


def topic_of(session: Session, centre_id: int, slug: str) -> tuple[TopicRow, tuple[int, ...]]:
    row = store.topic_by_slug(session, centre_id, slug)
    if row is None:
        raise NotFound
    return row, store.topic_programmes(session, row.id)


def search(session: Session, centre_id: int, wish: Wish, now: datetime) -> Search:
    """A new appointment's search. Refusals: NotFound, Invalid("age" or "birthday"), NoProgramme."""
    topic, programmes = topic_of(session, centre_id, wish.topic)
    return _search(session, centre_id, now, topic, programmes, wish, planning.load(session, centre_id, now))


def search_again(session: Session, card: Card, age: Age | None, now: datetime) -> Search:
    """The search for moving an appointment: its own time counts as free, programme and lead carrier stay."""
    topic = store.topic_by_id(session, card.topic_id)
    planned = planning.load(session, card.centre_id, now, without=card.id)
    wish = Wish(topic.slug, card.language, age)
    found = _search(session, card.centre_id, now, topic, (card.programme_id,), wish, planned)
    return found._replace(request=found.request._replace(carrier_id=card.carrier_id))


def _search(
    session: Session, centre_id: int, now: datetime, topic: TopicRow, programmes: tuple[int, ...], wish: Wish,
    planned: Planned,
) -> Search:  # fmt: skip
    today, last = local_day(now, planned.rules.zone), planned.plan.calendar.days[planned.rules.horizon_days]
    kinds = [planned.plan.programmes[p] for p in programmes]
    age = _checked(wish.age, today, last) if availability.asks_age(kinds) is not None else None
    if not any(availability.serves(kind, age, day) for kind in kinds for day in (today, last)):
        raise NoProgramme(store.referral(session, programmes))
    request = Request(programmes, topic.minutes, wish.language, age, planned.window)
    return Search(session, centre_id, now, planned, topic, request)


def choose(found: Search, start: datetime) -> Choice:
    """Who keeps this start. Refusal: SlotTaken with the three nearest starts that are offered."""
    offers = availability.offers_at(found.planned.plan, found.request, start)
    if not offers:
        raise SlotTaken(rules.nearest(found.starts, start))
    loads = planning.loads(found.session, found.centre_id, found.planned, found.now)
    return assignment.choose(offers, loads, {c.id: c.rooms for c in found.planned.plan.counsellors})


def take(found: Search, appointment_id: int, choice: Choice, start: datetime) -> None:
    """Claim the minutes of counsellor, interpreter and room: the constraint beneath the check."""
    offer = choice.offer
    place = Place(
        offer.counsellor_id, offer.interpreter_id, offer.room_id, len(found.planned.plan.rooms[offer.room_id].free)
    )
    span = Span(start, start + timedelta(minutes=offer.busy_minutes))
    if not store.claim(found.session, found.centre_id, appointment_id, place, span):
        raise SlotTaken(rules.nearest(found.starts, start))


def placed(start: datetime, choice: Choice) -> dict[str, Any]:
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
        "interpreter_id": offer.interpreter_id,
        "because": {"rule": choice.because, "among": choice.among, "share": choice.share_percent},
    }


def erase_on(found: Search, starts_at: datetime) -> date:
    """The day on which name and phone of that appointment's visitor go."""
    rules_ = found.planned.rules
    return local_day(starts_at, rules_.zone) + rules_.erase_after_days * DAY


def card(session: Session, centre_id: int, appointment_id: int) -> Card:
    """Refusal: NotFound, also for an appointment of another centre."""
    found = store.card(session, centre_id, appointment_id)
    if found is None:
        raise NotFound
    return found


def _checked(age: Age | None, today: date, last: date) -> Age:
    """The birthday is only asked for when it falls within the weeks that can be booked."""
    if age is None:
        raise Invalid("age", "age-needed")
    if age.on is not None and not today < age.on <= last:
        raise Invalid("birthday", "birthday-not-in-horizon")
    return age
