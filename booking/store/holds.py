"""Places kept for somebody: while a form is filled, as a new time that waits for a yes, or for taking a cover back.

Over when `expires_at` has come, whoever finds it so.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.domain.reminders import DUE
from booking.domain.reminders import OFFER as OFFER_TOLD
from booking.store import models as m

h, c, carrier, topic = (t.__table__.c for t in (m.Hold, m.Claim, m.Carrier, m.Topic))
FORM, OFFER, WAIT, UNDO = "hold", "offer", "wait", "undo"
Key = tuple[str, int]  # five minutes of somebody or something, as a claim has them


class HoldRow(NamedTuple):
    """`appointment_id`: of whoever is proposed this time; None while a form is filled. The last name the carrier
    (slug and name) and the topic (slug)."""

    id: int
    centre_id: int
    appointment_id: int | None
    carrier_id: int
    programme_id: int
    topic_id: int
    counsellor_id: int
    room_id: int
    interpreter_id: int | None
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
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
    """A new hold, of a form unless its `kind` says otherwise; answers its id."""
    row = {"kind": FORM, "appointment_id": None, "token_hash": None, "device_hash": None, **values}
    return int(session.connection().execute(insert(m.Hold).returning(m.Hold.id), row).scalar_one())


def by_token(session: Session, centre_id: int, token_hash: str) -> HoldRow | None:
    """Also one that is over."""
    row = session.connection().execute(_ROW.where(h.centre_id == centre_id, h.token_hash == token_hash)).first()
    return HoldRow._make(row) if row else None


def by_id(session: Session, centre_id: int, hold_id: int | None) -> HoldRow | None:
    row = session.connection().execute(_ROW.where(h.centre_id == centre_id, h.id == hold_id)).first()
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


# ── of cover: new times, and old places ───────────────────────────────────────────────────────────────────────────


def claims_of(session: Session, centre_id: int, appointment_ids: Iterable[int]) -> dict[int, list[Key]]:
    """What each of them claims, by appointment; those that claim nothing are left out."""
    found: dict[int, list[Key]] = {}
    mine = c.centre_id == centre_id, c.appointment_id.in_(tuple(appointment_ids))
    for id_, *key in session.execute(
        select(c.appointment_id, c.resource, c.step).where(*mine).order_by(c.resource, c.step)
    ):
        found.setdefault(id_, []).append((key[0], key[1]))
    return found


def release(session: Session, centre_id: int, appointment_ids: Iterable[int]) -> None:
    """Give back what these appointments claim."""
    mine = c.centre_id == centre_id, c.appointment_id.in_(tuple(appointment_ids))
    session.execute(delete(m.Claim).where(*mine))


def claim_again(session: Session, centre_id: int, owners: Mapping[Key, Mapping[str, Any]]) -> bool:
    """Exactly these five minutes, each for its owner (appointment_id, or hold_id with expires_at); False if one of them
    was taken, then the transaction can only be ended."""
    nobody = {"appointment_id": None, "hold_id": None, "expires_at": None, "centre_id": centre_id}
    rows = [{"resource": key[0], "step": key[1], **nobody, **owners[key]} for key in sorted(owners)]
    try:
        if rows:
            session.execute(insert(m.Claim), rows)
    except IntegrityError:
        return False
    return True


def unclaimed(session: Session, keys: Collection[Key]) -> set[Key]:
    """Those of these five minutes that nobody has."""
    if not keys:
        return set()
    first, last = min(step for _who, step in keys), max(step for _who, step in keys)
    rows = select(c.resource, c.step).where(
        c.resource.in_({who for who, _step in keys}), c.step >= first, c.step <= last
    )
    return set(keys) - {(row.resource, row.step) for row in session.execute(rows)}


def drop_expired(session: Session, centre_id: int, now: datetime) -> None:
    """What is held no longer for taking it back, and all claims whose time is over; offers end by their own verb."""
    session.execute(delete(m.Claim).where(c.centre_id == centre_id, c.expires_at <= now))
    session.execute(delete(m.Hold).where(h.centre_id == centre_id, h.kind == UNDO, h.expires_at <= now))


def give_to_hold(session: Session, centre_id: int, appointment_id: int, hold_id: int, expires_at: datetime) -> None:
    """What the appointment claims is the hold's from now on."""
    mine = update(m.Claim).where(c.centre_id == centre_id, c.appointment_id == appointment_id)
    session.execute(mine.values(appointment_id=None, hold_id=hold_id, expires_at=expires_at))


def give_to_appointment(session: Session, centre_id: int, hold_id: int, appointment_id: int) -> None:
    mine = update(m.Claim).where(c.centre_id == centre_id, c.hold_id == hold_id)
    session.execute(mine.values(appointment_id=appointment_id, hold_id=None, expires_at=None))


def add_hold(session: Session, **values: Any) -> int:
    row = session.execute(insert(m.Hold).returning(m.Hold.id), {"token_hash": None, "device_hash": None, **values})
    return int(row.scalar_one())


def drop_holds(session: Session, centre_id: int, ids: Iterable[int]) -> None:
    """With all they claim."""
    wanted = tuple(ids)
    session.execute(delete(m.Claim).where(c.centre_id == centre_id, c.hold_id.in_(wanted)))
    unlinked = update(m.CoverLine).where(m.CoverLine.centre_id == centre_id, m.CoverLine.hold_id.in_(wanted))
    session.execute(unlinked.values(hold_id=None))
    session.execute(delete(m.Hold).where(h.centre_id == centre_id, h.id.in_(wanted)))


def undo_holds(session: Session, centre_id: int, appointment_ids: Iterable[int], made_at: datetime) -> list[int]:
    """Those of the plan that was applied then."""
    rows = select(h.id).where(
        h.centre_id == centre_id, h.kind == UNDO, h.made_at == made_at, h.appointment_id.in_(tuple(appointment_ids))
    )
    return list(session.scalars(rows.order_by(h.id)))


def offer_of(session: Session, centre_id: int, appointment_id: int) -> HoldRow | None:
    """The new time that waits for this visitor's answer, also one whose hour has passed."""
    mine = h.kind == OFFER, h.centre_id == centre_id, h.appointment_id == appointment_id
    row = session.execute(_ROW.where(*mine).order_by(h.id)).first()
    return HoldRow._make(row) if row else None


def offers_told_by(session: Session, until: datetime) -> list[tuple[int, int]]:
    """(centre, appointment) of those whose message goes out until then, of every centre."""
    message = m.Message.__table__.c
    mine = message.appointment_id == h.appointment_id, message.kind == OFFER_TOLD, message.state == DUE
    waits = select(message.id).where(*mine, message.due_at <= until).exists()
    rows = select(h.centre_id, h.appointment_id).where(h.kind == OFFER, waits).order_by(h.id)
    return [(row.centre_id, row.appointment_id) for row in session.execute(rows)]


def overdue_offers(session: Session, now: datetime) -> list[tuple[int, int]]:
    """(centre, appointment) of those whose hour has passed, of every centre."""
    rows = select(h.centre_id, h.appointment_id).where(h.kind == OFFER, h.expires_at <= now).order_by(h.id)
    return [(row.centre_id, row.appointment_id) for row in session.execute(rows)]
