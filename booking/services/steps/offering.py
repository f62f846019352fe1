"""What becomes of a proposed time: looked at again, replaced where it is gone, ended. Opens no transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from booking.domain import cover as rules
from booking.domain import cover_values
from booking.domain.actors import By
from booking.domain.cover_values import APPLIED, LAPSED, Place
from booking.domain.errors import SlotTaken
from booking.domain.reminders import APOLOGY, DUE, OFFER, Planned
from booking.domain.times import DAY
from booking.services.steps import covering, messages, placing
from booking.services.steps.messages import Told
from booking.services.steps.recording import desk_changed
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import holds as hold_store
from booking.store.holds import HoldRow


def is_lost(session: Session, held: HoldRow, now: datetime) -> bool:
    """A proposal is worth no more than an appointment that is booked there: both are lost in the same way."""
    case = covering.case(session, held.centre_id, now, whole=True)
    id_ = held.appointment_id or 0
    row = store.of_ids(session, held.centre_id, [id_])[id_]
    return covering.lost_to(case, row, covering.place_of(held), now) is not None


def renew(session: Session, held: HoldRow, by: By, now: datetime) -> Place | None:
    """The next best time is held instead; None if there is none, and the appointment stays cancelled.

    She is told anew, unless she asks herself or her message has not gone out yet: it says the time that is held then.
    """
    line = store.line_of_hold(session, held.centre_id, held.id)
    hold_store.drop_holds(session, held.centre_id, [held.id])
    found = _hold_another(session, held, now)
    herself = by.staff_id is None and by.door == "web"
    if line is not None:
        changed: dict[str, Any] = {"state": LAPSED} if found is None else _of_line(*found)
        store.change_line(session, held.centre_id, line.id, called_at=None, **changed)
    if found is None:
        messages.withdraw(session, held.appointment_id or 0, now, by)
    if not herself:
        _tell(session, held, found is not None, now)
    desk_changed(session, held.centre_id)
    return found[1] if found else None


def lapse(session: Session, held: HoldRow, by: By, now: datetime) -> None:
    """Its hour has come, and nobody has answered."""
    messages.withdraw(session, held.appointment_id or 0, now, by)
    end(session, held, LAPSED)
    _tell(session, held, False, now)
    desk_changed(session, held.centre_id)


def end(session: Session, held: HoldRow, state: str) -> None:
    line = store.line_of_hold(session, held.centre_id, held.id)
    if line is not None:
        store.change_line(session, held.centre_id, line.id, state=state)
    hold_store.drop_holds(session, held.centre_id, [held.id])


def _hold_another(session: Session, old: HoldRow, now: datetime) -> tuple[int, Place] | None:
    hold_store.drop_expired(session, old.centre_id, now)
    case = covering.case(session, old.centre_id, now, whole=True)
    id_, until = old.appointment_id or 0, case.inputs.answer_by
    row = store.of_ids(session, old.centre_id, [id_])[id_]
    place = rules.another_time(case.inputs, covering.talk(row, case.inputs.plan, now))
    if place is None:
        return None
    hold_id = covering.hold(session, old.centre_id, row, place, hold_store.OFFER, until, now)
    claimed = covering.claimed(case.inputs.plan, place)
    if not appointment_store.claim(
        session, old.centre_id, claimed, cover_values.span(place), hold_id=hold_id, expires_at=until
    ):
        raise SlotTaken
    return hold_id, place


def _of_line(hold_id: int, place: Place) -> dict[str, Any]:
    return {"state": APPLIED, "hold_id": hold_id, "after": {**covering.written(place), "granted": False}}


def _tell(session: Session, held: HoldRow, another: bool, now: datetime) -> None:
    """Of another time, or that there is none. The last message's id makes a key of its own: it may happen twice."""
    card = placing.card(session, held.centre_id, held.appointment_id or 0)
    sent = store.messages_of(session, [card.id]).get(card.id, [])
    if card.id not in store.told(session, held.centre_id, [card.id]):
        return
    if another and any(one.kind == OFFER and one.state == DUE for one in sent):
        return
    kind, last = (OFFER, sent[-1].id if sent else 0) if another else (APOLOGY, None)
    message = Planned(kind, now, now + DAY)
    messages.tell_all(session, held.centre_id, [Told(card.id, card.sequence, card.language, message, last)])
