"""What the cover room shows of plans that were carried out, and who still has to be called."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.domain.cover_values import CANCEL, OFFER, Place
from booking.domain.reminders import APOLOGY, UNSENT
from booking.domain.reminders import OFFER as OFFER_TOLD
from booking.domain.times import DAY
from booking.services.steps import covering
from booking.services.steps.covering import APPLIED, LAPSED
from booking.services.steps.recording import look
from booking.store import cover as store
from booking.store import roster as roster_store
from booking.store.cover import BookedRow, PlanRow
from booking.store.db import observe, reading

SHOWN = 7 * DAY


class Settled(NamedTuple):
    """A line of a plan. `to_call`: her time changed, and no message has reached her or will."""

    id: int
    action: str
    state: str
    lost: str | None
    before: Place
    after: Place | None
    row: BookedRow
    to_call: bool
    called: bool
    can_return: bool


class Plan(NamedTuple):
    """`undo_until`: nobody is told before; None once that has passed."""

    id: int
    applied_at: datetime
    undo_until: datetime | None
    lines: list[Settled]


class Names(NamedTuple):
    staff: dict[int, str]
    rooms: dict[int, str]


def names(centre_id: int) -> Names:
    with reading() as session:
        return Names(roster_store.names(session, centre_id), store.room_names(session, centre_id))


def plans(centre_id: int, *, now: datetime) -> list[Plan]:
    """Those of the last days with lines that still stand, the newest first."""
    with reading() as session:
        rows = store.plans_since(session, centre_id, now - SHOWN)
        lines: dict[int, list[Settled]] = {row.id: [] for row in rows}
        for plan_id, line in _lines(session, centre_id, rows, now):
            lines[plan_id].append(line)
        return [
            Plan(row.id, row.applied_at, row.tell_at if now < row.tell_at else None, lines[row.id])
            for row in rows
            if lines[row.id]
        ]


def looked(centre_id: int, staff_ids: Iterable[int], *, by: By, now: datetime) -> None:
    """Somebody has opened these colleagues' days."""
    with observe(centre_id) as session:
        for staff_id in sorted(set(staff_ids)):
            look(session, centre_id, "colleague-day", now, by.staff_id, f"staff-{staff_id}")


def _lines(session: Session, centre_id: int, plans: list[PlanRow], now: datetime) -> list[tuple[int, Settled]]:
    standing = [x for x in store.lines_of(session, centre_id, [p.id for p in plans]) if x.state != "undone"]
    rows = store.of_ids(session, centre_id, [line.appointment_id for line in standing])
    told = store.told(session, centre_id, rows)
    found = []
    for line in standing:
        row, before = rows[line.appointment_id], covering.read(line.before)
        after = covering.read(line.after) if "starts_at" in line.after else None
        new_time = line.action in (OFFER, CANCEL) and covering.is_as_left(row, line)
        reached = row.id in told and not _unsent(session, row.id)
        can_return = line.state in (APPLIED, LAPSED) and now < before.starts_at and covering.is_as_left(row, line)
        seen = Settled(
            line.id, line.action, line.state, line.because.get("lost"), before, after, row, new_time and not reached,
            line.called_at is not None, can_return,
        )  # fmt: skip
        found.append((line.plan_id, seen))
    return found


def _unsent(session: Session, appointment_id: int) -> bool:
    return any(
        kind in (OFFER_TOLD, APOLOGY) and state in UNSENT
        for _id, kind, state in store.messages_of(session, appointment_id)
    )
