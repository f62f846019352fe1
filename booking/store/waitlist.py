"""The wait list: entries, and the times they were offered."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from booking.domain.times import Span
from booking.domain.waitlist import LAPSED, OPEN, WAITING
from booking.store import models as m

e, o, v, h, msg, topic, room, staff = (
    t.__table__.c
    for t in (m.WaitEntry, m.WaitOffer, m.Visitor, m.Hold, m.Message, m.Topic, m.Room, m.Staff)
)  # fmt: skip


class EntryRow(NamedTuple):
    """A wish that waits; no person. `topic` is its slug."""

    id: int
    centre_id: int
    topic_id: int
    programmes: list[int]
    state: str
    language: str
    mode: str
    length: str
    needs: dict[str, Any]
    last_day: date
    code: str | None
    joined_at: datetime
    appointment_id: int | None
    link_hash: str | None
    topic: str


class OfferRow(NamedTuple):
    id: int
    centre_id: int
    entry_id: int
    hold_id: int | None
    state: str
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime


class OpenOffer(NamedTuple):
    """For the desk, without a person. `carrier_id`: who would keep the appointment. `told`: the state of the SMS;
    None: there is none. `has_phone`: somebody can be called."""

    id: int
    starts_at: datetime
    answer_by: datetime
    code: str | None
    language: str
    topic: dict[str, str]
    carrier_id: int
    told: str | None
    has_phone: bool


class Person(NamedTuple):
    surrogate: str
    name: str | None
    phone: str | None
    reminders_agreed: datetime | None


_ENTRY = select(*(e[name] for name in EntryRow._fields[:-1]), topic.slug).join(
    m.Topic.__table__, topic.id == e.topic_id
)  # fmt: skip
_OFFER = select(*(o[name] for name in OfferRow._fields))
_OPEN = exists().where(o.entry_id == e.id, o.state == OPEN)


def add_entry(session: Session, **values: Any) -> int:
    return int(session.execute(insert(m.WaitEntry).returning(m.WaitEntry.id), values).scalar_one())


def add_offer(session: Session, **values: Any) -> int:
    return int(session.execute(insert(m.WaitOffer).returning(m.WaitOffer.id), values).scalar_one())


def entry(session: Session, centre_id: int, entry_id: int) -> EntryRow | None:
    row = session.execute(_ENTRY.where(e.centre_id == centre_id, e.id == entry_id)).first()
    return EntryRow._make(row) if row else None


def by_link(session: Session, link_hash: str) -> EntryRow | None:
    row = session.execute(_ENTRY.where(e.link_hash == link_hash)).first()
    return EntryRow._make(row) if row else None


def by_code(session: Session, centre_id: int, code: str, last4: str) -> EntryRow | None:
    """Code and the last four digits of the phone together, as for appointments."""
    mine = _ENTRY.join(m.Visitor.__table__, v.wait_entry_id == e.id)
    row = session.execute(mine.where(e.centre_id == centre_id, e.code == code, v.phone.like(f"%{last4}"))).first()
    return EntryRow._make(row) if row else None


def centres_waiting(session: Session) -> list[int]:
    """Those with an entry to which nothing is offered now."""
    rows = select(e.centre_id).where(e.state == WAITING, ~_OPEN).distinct().order_by(e.centre_id)
    return list(session.scalars(rows))


def without_offer(session: Session, centre_id: int) -> list[EntryRow]:
    """Who waits and has nothing to answer, the oldest first."""
    rows = _ENTRY.where(e.centre_id == centre_id, e.state == WAITING, ~_OPEN).order_by(e.joined_at, e.id)
    return [EntryRow._make(row) for row in session.execute(rows)]


def refused(session: Session, centre_id: int) -> dict[int, list[Span]]:
    """What everybody who waits was offered before, by entry."""
    rows = (
        select(o.entry_id, o.starts_at, o.ends_at)
        .join(m.WaitEntry.__table__, e.id == o.entry_id)
        .where(o.centre_id == centre_id, o.state != OPEN, e.state == WAITING)
        .order_by(o.id)
    )
    found: dict[int, list[Span]] = {}
    for row in session.execute(rows):
        found.setdefault(row.entry_id, []).append(Span(row.starts_at, row.ends_at))
    return found


def unanswered(session: Session, entry_id: int) -> int:
    """How many offers have passed without a word."""
    return session.scalar(select(func.count(o.id)).where(o.entry_id == entry_id, o.state == LAPSED)) or 0


def offer_of(session: Session, centre_id: int, entry_id: int) -> OfferRow | None:
    """What waits for her answer, also if its time has passed."""
    row = session.execute(_OFFER.where(o.centre_id == centre_id, o.entry_id == entry_id, o.state == OPEN)).first()
    return OfferRow._make(row) if row else None


def offer(session: Session, centre_id: int, offer_id: int) -> OfferRow | None:
    row = session.execute(_OFFER.where(o.centre_id == centre_id, o.id == offer_id)).first()
    return OfferRow._make(row) if row else None


def last_offer(session: Session, centre_id: int, entry_id: int) -> OfferRow | None:
    mine = _OFFER.where(o.centre_id == centre_id, o.entry_id == entry_id).order_by(o.id.desc()).limit(1)
    row = session.execute(mine).first()
    return OfferRow._make(row) if row else None


def overdue(session: Session, now: datetime) -> list[OfferRow]:
    """Open offers whose time has passed, of every centre."""
    rows = session.execute(_OFFER.where(o.state == OPEN, o.answer_by <= now).order_by(o.id))
    return [OfferRow._make(row) for row in rows]


def end_offer(session: Session, offer_id: int, state: str, now: datetime) -> bool:
    """False if it was answered, or over, before."""
    rows = update(m.WaitOffer).where(o.id == offer_id, o.state == OPEN)
    ended = session.execute(rows.values(state=state, answered_at=now, hold_id=None))
    return bool(ended.rowcount == 1)  # type: ignore[attr-defined]


def end_entry(session: Session, centre_id: int, entry_id: int, state: str, **values: Any) -> bool:
    """False if it does not wait any more."""
    rows = update(m.WaitEntry).where(e.centre_id == centre_id, e.id == entry_id, e.state == WAITING)
    return bool(session.execute(rows.values(state=state, **values)).rowcount == 1)  # type: ignore[attr-defined]


def person(session: Session, centre_id: int, entry_id: int) -> Person | None:
    columns = (v[name] for name in Person._fields)
    row = session.execute(select(*columns).where(v.centre_id == centre_id, v.wait_entry_id == entry_id)).first()
    return Person._make(row) if row else None


def hand_over_person(
    session: Session, centre_id: int, entry_id: int, appointment_id: int, carrier_id: int, erase_on: date
) -> None:  # fmt: skip
    """She is the appointment's visitor from now on, and the carrier's."""
    row = update(m.Visitor).where(v.centre_id == centre_id, v.wait_entry_id == entry_id)
    kept = {"appointment_id": appointment_id, "carrier_id": carrier_id, "erase_on": erase_on}
    session.execute(row.values(wait_entry_id=None, **kept))


def forget_person(session: Session, entry_id: int) -> None:
    session.execute(delete(m.Visitor).where(v.wait_entry_id == entry_id))
    session.execute(delete(m.Repeat).where(m.Repeat.wait_entry_id == entry_id))


# ── the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_count(session: Session, centre_id: int) -> int:
    return session.scalar(select(func.count(e.id)).where(e.centre_id == centre_id, e.state == WAITING)) or 0


def open_count(session: Session, centre_id: int) -> int:
    return session.scalar(select(func.count(o.id)).where(o.centre_id == centre_id, o.state == OPEN)) or 0


def open_offers(session: Session, centre_id: int, carrier_id: int | None) -> list[OpenOffer]:
    """The one that ends first on top. `carrier_id`: only this carrier's times."""
    rows = (
        select(o.id, o.starts_at, o.answer_by, e.code, e.language, topic.name, h.carrier_id, msg.state,
               v.phone.is_not(None))
        .join(m.WaitEntry.__table__, e.id == o.entry_id)
        .join(m.Topic.__table__, topic.id == e.topic_id)
        .join(m.Hold.__table__, h.id == o.hold_id)
        .outerjoin(m.Visitor.__table__, v.wait_entry_id == e.id)
        .outerjoin(m.Message.__table__, and_(msg.wait_offer_id == o.id, msg.centre_id == o.centre_id))
        .where(o.centre_id == centre_id, o.state == OPEN).order_by(o.answer_by, o.id)
    )  # fmt: skip
    mine = rows if carrier_id is None else rows.where(h.carrier_id == carrier_id)
    return [OpenOffer._make(row) for row in session.execute(mine)]
