"""Finding and taking a place: the request, the choice of the counsellor, and the claims. Shared by book and move."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain import assignment, availability
from booking.domain.assignment import Choice
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken
from booking.domain.places import (
    ELSEWHERE,
    Age,
    Offer,
    Programme,
    Request,
    Wish,
    asks_age,
    asks_area,
    minutes_of,
    serves,
    serves_area,
)
from booking.domain.times import DAY, Span, local_day
from booking.services.steps import planning
from booking.services.steps.planning import Planned
from booking.store import appointments as store
from booking.store import topics as topic_store
from booking.store.appointments import Card, Place
from booking.store.holds import HoldRow
from booking.store.topics import TopicRow


class Offers(NamedTuple):
    """`minutes`: of the talk, without an interpreter."""

    topic: TopicRow
    zone: ZoneInfo
    starts: list[datetime]
    minutes: int


class Search(NamedTuple):
    """A centre's plan with one visitor's wish read against it. `wished`: the counsellor she would like to have;
    `present`: the start of what is to be moved, which is free for it and no other time."""

    session: Session
    centre_id: int
    now: datetime
    planned: Planned
    topic: TopicRow
    request: Request
    wished: int | None
    present: datetime | None = None

    @property
    def starts(self) -> list[datetime]:
        return [start for start in availability.starts(self.planned.plan, self.request) if start != self.present]

    @property
    def offers(self) -> Offers:
        return Offers(self.topic, self.planned.rules.zone, self.starts, self.request.minutes)


def topic_of(session: Session, centre_id: int, slug: str) -> tuple[TopicRow, tuple[int, ...]]:
    row = topic_store.topic_by_slug(session, centre_id, slug)
    if row is None:
        raise NotFound
    return row, topic_store.topic_programmes(session, row.id)


def search(
    session: Session, centre_id: int, wish: Wish, now: datetime, held: HoldRow | None = None, own: Collection[int] = ()
) -> Search:
    """A new appointment's search; what is held for it counts as free, and the carrier whose notice was read stays.

    `own`: further holds of the same visitor, by id.

    Refusals: NotFound, Invalid("age", "birthday" or "area"), NoProgramme.
    """
    topic, programmes = topic_of(session, centre_id, wish.topic)
    mine = {-id_ for id_ in ((*own, held.id) if held else own)}
    planned = planning.load(session, centre_id, now, without=mine)
    if held and now < held.expires_at:  # the lead time was kept when it was chosen
        starts = max(min(planned.window.starts, held.made_at + planned.rules.lead), now)
        window = Span(starts, planned.window.ends)
        planned = planned._replace(window=window)
    kinds = [planned.plan.programmes[p] for p in programmes]
    area = _area(session, centre_id, kinds, wish.area)
    request = Request(
        programmes, _minutes(topic, wish.length), wish.language, _age(planned, kinds, wish.age, now), planned.window,
        held.carrier_id if held else wish.carrier_id, wish.counsellor_id, area, wish.people, wish.woman, wish.step_free,
        wish.mode,
    )  # fmt: skip
    return _served(Search(session, centre_id, now, planned, topic, request, wish.counsellor_id))


def search_again(session: Session, card: Card, age: Age | None, now: datetime) -> Search:
    """The search for moving an appointment: its own minutes count as free, its own start is no other time; programme,
    lead carrier and needs stay."""
    topic = topic_store.topic_by_id(session, card.topic_id)
    planned = planning.load(session, card.centre_id, now, without=(card.id,))
    known = _age(planned, [planned.plan.programmes[card.programme_id]], age, now)
    request = request_of(card, topic, planned.window, known)
    wished = card.needs.get("counsellor")
    return _served(Search(session, card.centre_id, now, planned, topic, request, wished, card.starts_at))


def request_of(card: Card, topic: TopicRow, window: Span, age: Age | None = None) -> Request:
    """What an appointment asks for, to find it another place: its programme and lead carrier, and all it needs. (Where
    she lives was settled with the programme; a wished counsellor is `card.needs["counsellor"]`, not asked for here.)"""
    needs = card.needs
    return Request(
        (card.programme_id,), _minutes(topic, card.length), card.language, age, window, card.carrier_id,
        people=needs.get("people", 1), woman=needs.get("woman", False), step_free=needs.get("step_free", False),
        mode=card.mode,
    )  # fmt: skip


def needs_of(found: Search, wish: Wish) -> dict[str, Any]:
    """What is stored of a wish, because it must be kept: only what was asked for, never why."""
    needs: dict[str, Any] = {"woman": True} if wish.woman else {}
    if wish.step_free:
        needs["step_free"] = True
    if wish.people > 1:
        needs["people"] = wish.people
    if wish.counsellor_id is not None:
        needs["counsellor"] = wish.counsellor_id
    if found.request.area is not None:
        needs["area"] = wish.area
    return needs


def age_needs(found: Search, start: datetime) -> dict[str, Any]:
    """A day on which another programme may answer for her, so that no other time is proposed to her beyond it; after
    "not soon" the day after the last that could be booked. Nothing, where nothing will change."""
    age = found.request.age
    if age is None or age.reached:
        return {}
    day = local_day(start, found.planned.rules.zone)
    changes = rules.changes_about(age.on, day) if age.on else _last_day(found.planned) + DAY
    return {rules.CHANGES_ON: changes.isoformat()}


def age_of(needs: Mapping[str, Any]) -> Age | None:
    """Her answer, as far as it still matters: None where it never will."""
    day = needs.get(rules.CHANGES_ON)
    return Age(False, date.fromisoformat(day)) if day else None


def _minutes(topic: TopicRow, length: str) -> int:
    return minutes_of(length, topic.minutes, topic.follow_up_minutes, topic.short_minutes)


def _age(planned: Planned, kinds: list[Programme], age: Age | None, now: datetime) -> Age | None:
    if asks_age(kinds) is None:
        return None
    return _checked(age, local_day(now, planned.rules.zone), _last_day(planned))


def _area(session: Session, centre_id: int, kinds: list[Programme], slug: str | None) -> int | None:
    """Where she lives, if that matters to one of these programmes."""
    if not asks_area(kinds):
        return None
    if slug is None:
        raise Invalid("area", "area-needed")
    known = {row.slug: row.id for row in topic_store.areas(session, centre_id)}
    if slug and slug not in known:
        raise Invalid("area", "area-unknown")
    return known.get(slug, ELSEWHERE)


def _served(found: Search) -> Search:
    """Refusal: NoProgramme, where age or residence lead elsewhere."""
    request, planned = found.request, found.planned
    days = local_day(found.now, planned.rules.zone), _last_day(planned)
    kinds = [planned.plan.programmes[p] for p in request.programmes]
    if not any(serves_area(k, request.area) and serves(k, request.age, day) for k in kinds for day in days):
        raise NoProgramme(topic_store.referral(found.session, request.programmes))
    return found


def _last_day(planned: Planned) -> date:
    return planned.plan.calendar.days[planned.rules.horizon_days]


def choose(found: Search, start: datetime, held: HoldRow | None = None) -> Choice:
    """Who keeps this start: who it was held for, if she still can. Refusal: SlotTaken with the three nearest starts
    that are offered."""
    offers = availability.offers_at(found.planned.plan, found.request, start)
    if not offers:
        raise SlotTaken(rules.nearest(found.starts, start))
    kept = next((offer for offer in offers if held and _is_held(offer, held)), None)
    if held and kept:
        return Choice(kept, held.because["rule"], held.because["among"], held.because["share"])
    loads = planning.loads(found.session, found.centre_id, found.planned, found.now)
    return assignment.choose(offers, loads, {c.id: c.rooms for c in found.planned.plan.counsellors}, found.wished)


def _is_held(offer: Offer, held: HoldRow) -> bool:
    ours = offer.counsellor_id, offer.room_id, offer.programme_id, offer.interpreter, offer.interpreter_id
    return ours == (held.counsellor_id, held.room_id, held.programme_id, held.interpreter, held.interpreter_id)


def take(found: Search, choice: Choice, start: datetime, **owner: Any) -> None:
    """Claim the minutes of counsellor, interpreter and room: the constraint beneath the check. `owner`: see
    store.claim."""
    offer = choice.offer
    place = Place(
        offer.counsellor_id, offer.interpreter_id, offer.room_id, len(found.planned.plan.rooms[offer.room_id].free)
    )
    span = Span(start, start + timedelta(minutes=offer.busy_minutes))
    store.drop_expired(found.session, found.centre_id, found.now)
    if not store.claim(found.session, found.centre_id, place, span, **owner):
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
