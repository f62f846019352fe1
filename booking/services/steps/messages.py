"""The outbox as other verbs see it: plan, withdraw, tell. And the one way a message takes a step."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.domain.reminders import (
    CONFIRMATION,
    DROPPED,
    DUE,
    FREED,
    MOVED,
    STEPS,
    UNKNOWN,
    UNSENT,
    Planned,
    freed_key,
    key,
    planned,
)
from booking.store import messages as store
from booking.store import models as m
from booking.store.db import announce
from booking.store.messages import Ref


class Told(NamedTuple):
    """One message about an appointment (by `id`), as it stands at that sequence; `of` as in reminders.key."""

    id: int
    sequence: int
    language: str
    message: Planned
    of: int | None = None


def plan(
    session: Session, *, centre_id: int, appointment_id: int, starts_at: datetime, language: str, now: datetime,
    zone: ZoneInfo, first: str | None = None, but: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Queue an appointment's messages; only for who agreed to reminders and gave a phone that can be texted.

    `first`: the kind that is sent at once. None: for a new appointment one that confirms it; for one that was moved
    (its sequence went up) one that tells the new time. What was still due for the old time is withdrawn by the caller.
    `but`: the keys of messages that there are already.
    """
    sequence = store.sequence_of(session, appointment_id)
    messages = planned(starts_at, now, zone, first=first or (MOVED if sequence else CONFIRMATION))
    wanted = [_row(centre_id, appointment_id, sequence, language, message) for message in messages]
    store.add(session, [row for row in wanted if row["key"] not in but])


def tell(
    session: Session, *, centre_id: int, appointment_id: int, starts_at: datetime, language: str, kind: str,
    due_at: datetime, of: int | None = None,
) -> None:  # fmt: skip
    """Queue one message about something that happened (OF_CANCELLED); useless once the appointment would begin.

    `of`: see domain/reminders.key.
    """
    sequence = store.sequence_of(session, appointment_id)
    store.add(session, [_row(centre_id, appointment_id, sequence, language, Planned(kind, due_at, starts_at), of)])


def tell_freed(
    session: Session, *, centre_id: int, wait_offer_id: int, language: str, due_at: datetime, not_after: datetime
) -> None:
    """Queue the message that a time is held for somebody on the wait list."""
    row = {
        "centre_id": centre_id, "wait_offer_id": wait_offer_id, "key": freed_key(wait_offer_id), "kind": FREED,
        "language": language, "state": DUE, "due_at": due_at, "not_after": not_after,
    }  # fmt: skip
    store.add(session, [row])


def withdraw_freed(session: Session, wait_offer_id: int, now: datetime, by: By) -> None:
    for ref in store.of_wait_offer(session, wait_offer_id, (DUE, UNKNOWN)):
        take(session, ref, "drop", now, by)


def withdraw(session: Session, appointment_id: int, now: datetime, by: By) -> None:
    """What is still due, or may not have gone out, is not sent any more: the appointment is cancelled or moved."""
    for ref in store.of_appointment(session, appointment_id, (DUE, UNKNOWN)):
        take(session, ref, "drop", now, by)


def withdraw_all(
    session: Session, centre_id: int, appointment_ids: Collection[int], now: datetime, by: By, kind: str | None = None
) -> None:  # fmt: skip
    """The same for several appointments at once, or for one kind; that the desk has changed the caller says."""
    dropped = store.drop_all(session, centre_id, appointment_ids, (DUE, UNKNOWN), kind)
    common = {"centre_id": centre_id, "name": DROPPED, "at": now, "staff_id": by.staff_id, "door": by.door}
    if dropped:
        session.execute(insert(m.Step), [{"message_id": id_, **common} for id_ in dropped])


def tell_all(session: Session, centre_id: int, told: Iterable[Told]) -> None:
    """As `tell`, for several appointments at once."""
    store.add(session, [_row(centre_id, *one) for one in told])


def take(session: Session, ref: Ref, name: str, now: datetime, by: By, **values: Any) -> bool:
    """Take a step of STEPS; False if the message is not (or no longer) where that step begins."""
    sources, target = STEPS[name]
    state = store.state(session, ref.id)
    if state is None or state not in sources:
        return False
    return move(session, ref, state, target, now, by, called=name, **values)


def move(
    session: Session, ref: Ref, old: str, new: str, now: datetime, by: By, *, called: str = "", **values: Any
) -> bool:
    """From one state to another, with a row that says so: the new state's name, or why it is due again.

    False if somebody was first. Staff pages hear of what they show.
    """
    if not store.move(session, ref.id, old, new, **values):
        return False
    name = called if new == DUE else new
    session.add(
        m.Step(centre_id=ref.centre_id, message_id=ref.id, name=name, at=now, staff_id=by.staff_id, door=by.door)
    )
    if UNSENT & {old, new}:
        announce(session, ref.centre_id, "desk")
    return True


def _row(
    centre_id: int, appointment_id: int, sequence: int, language: str, message: Planned, of: int | None = None
) -> dict[str, Any]:  # fmt: skip
    return {
        "centre_id": centre_id, "appointment_id": appointment_id, "kind": message.kind, "language": language,
        "key": key(appointment_id, sequence, message.kind, of), "state": DUE, "due_at": message.due_at,
        "not_after": message.not_after,
    }  # fmt: skip
