"""Places kept for somebody while a form is filled. Over when `expires_at` has come, whoever finds it so."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

h, c, carrier, topic = (t.__table__.c for t in (m.Hold, m.Claim, m.Carrier, m.Topic))
FORM = "hold"


class HoldRow(NamedTuple):
    id: int
    carrier_id: int
    programme_id: int
    topic_id: int
    counsellor_id: int
    room_id: int
    interpreter_id: int | None
    starts_at: datetime
    ends_at: datetime
    interpreter: bool
    because: dict[str, Any]
    made_at: datetime
    expires_at: datetime
    carrier: str
    carrier_name: str
    topic: str


_ROW = (
    select(*(h[name] for name in HoldRow._fields[:-3]), carrier.slug, carrier.name, topic.slug)
    .join(m.Carrier.__table__, carrier.id == h.carrier_id)
    .join(m.Topic.__table__, topic.id == h.topic_id)
)


def add(session: Session, **values: Any) -> int:
    """A new hold of a form; answers its id."""
    row = {"kind": FORM, "appointment_id": None, **values}
    return int(session.connection().execute(insert(m.Hold).returning(m.Hold.id), row).scalar_one())


def by_token(session: Session, centre_id: int, token_hash: str) -> HoldRow | None:
    """Also one that is over."""
    row = session.connection().execute(_ROW.where(h.centre_id == centre_id, h.token_hash == token_hash)).first()
    return HoldRow._make(row) if row else None


def live_of_device(
    session: Session, centre_id: int, device_hash: str, now: datetime, of_topic: str | None = None
) -> list[int]:
    """The oldest first; `of_topic`: only those of the topic with this slug."""
    mine = select(h.id).join(m.Topic.__table__, topic.id == h.topic_id).order_by(h.made_at, h.id)
    mine = mine.where(h.centre_id == centre_id, h.device_hash == device_hash, h.expires_at > now)
    if of_topic is not None:
        mine = mine.where(topic.slug == of_topic)
    return list(session.connection().execute(mine).scalars())


def end(session: Session, centre_id: int, hold_id: int, now: datetime) -> None:
    """Give its place back. The row stays: it still says which carrier's notice was read."""
    session.connection().execute(delete(m.Claim).where(c.centre_id == centre_id, c.hold_id == hold_id))
    over = update(m.Hold).where(h.centre_id == centre_id, h.id == hold_id, h.expires_at > now)
    session.connection().execute(over.values(expires_at=now))


def extend(session: Session, centre_id: int, hold_id: int, until: datetime) -> None:
    for table in (m.Hold, m.Claim):
        own = m.Hold.id if table is m.Hold else m.Claim.hold_id
        mine = update(table).where(table.centre_id == centre_id, own == hold_id)
        session.connection().execute(mine.values(expires_at=until))
