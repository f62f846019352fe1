"""What the cover room shows of plans that were carried out, and who still has to be called."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.domain.appointments import BOOKED
from booking.domain.cover_values import APPLIED, LAPSED, PUT_OFF, RETURNED, UNDONE, Place
from booking.domain.reminders import APOLOGY, RESTORED, UNSENT
from booking.domain.reminders import OFFER as OFFER_TOLD
from booking.domain.times import DAY
from booking.services.steps import covering
from booking.services.steps.covering import Case
from booking.services.steps.recording import look
from booking.store import cover as store
from booking.store import roster as roster_store
from booking.store.cover import BookedRow, LineRow, PlanRow, Sent
from booking.store.db import observe, reading

SHOWN = 7 * DAY


class Settled(NamedTuple):
    """A line of a plan. `to_call`: her time changed, and no message has reached her or will. `answerable`: a new time
    waits for her yes or no. `can_return`: her old place is there, and free."""

    id: int
    action: str
    state: str
    lost: str | None
    before: Place
    after: Place | None
    row: BookedRow
    to_call: bool
    called: bool
    answerable: bool
    can_return: bool


class Plan(NamedTuple):
    """`undo_until`: no message goes out before; None once that has passed, or nothing can be undone as a whole."""

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
            Plan(row.id, row.applied_at, _undo_until(row, lines[row.id], now), lines[row.id])
            for row in rows
            if lines[row.id]
        ]


def _undo_until(plan: PlanRow, lines: Iterable[Settled], now: datetime) -> datetime | None:
    return plan.tell_at if now < plan.tell_at and all(line.state == APPLIED for line in lines) else None


def looked(centre_id: int, staff_ids: Iterable[int], *, by: By, now: datetime) -> None:
    """Somebody has opened these colleagues' days."""
    with observe(centre_id) as session:
        for staff_id in sorted(set(staff_ids)):
            look(session, centre_id, "colleague-day", now, by.staff_id, f"staff-{staff_id}")


def _lines(session: Session, centre_id: int, plans: list[PlanRow], now: datetime) -> list[tuple[int, Settled]]:
    standing = [x for x in store.lines_of(session, centre_id, [p.id for p in plans]) if x.state != UNDONE]
    rows = store.of_ids(session, centre_id, [line.appointment_id for line in standing])
    told, sent = store.told(session, centre_id, rows), store.messages_of(session, rows)
    case = covering.case(session, centre_id, now, whole=True) if standing else None
    newest = {line.appointment_id: line.id for line in standing}
    quiet = {plan.id for plan in plans if now < plan.tell_at}
    found = []
    for line in standing:
        row, before = rows[line.appointment_id], covering.read(line.before)
        after = covering.read(line.after) if "starts_at" in line.after else None
        answerable = line.state == APPLIED and line.hold_id is not None and line.plan_id not in quiet
        seen = Settled(
            line.id, line.action, line.state, line.because.get("lost"), before, after, row,
            newest[row.id] == line.id and _to_call(row, line, row.id in told, sent.get(row.id, ())),
            line.called_at is not None, answerable,
            case is not None and _can_return(case, row, line, before, now),
        )  # fmt: skip
        found.append((line.plan_id, seen))
    return found


def _to_call(row: BookedRow, line: LineRow, agreed: bool, sent: Iterable[Sent]) -> bool:
    """Her time was changed, or is hers again after she was told, and no message has reached her or will."""
    if line.state == RETURNED:
        since = [one for one in sent if one.id not in line.before["known"]]
        reached = any(one.kind == RESTORED and one.state not in UNSENT for one in since)
        return row.state == BOOKED and not reached
    if line.action not in PUT_OFF or line.state not in (APPLIED, LAPSED) or not covering.is_as_left(row, line):
        return False
    return not agreed or any(one.kind in (OFFER_TOLD, APOLOGY) and one.state in UNSENT for one in sent)


def _can_return(case: Case, row: BookedRow, line: LineRow, before: Place, now: datetime) -> bool:
    """Whether taking this line back would not be refused."""
    stands = line.state in (APPLIED, LAPSED) and now < before.starts_at and covering.is_as_left(row, line)
    return stands and covering.can_be_kept(case, row, before, now)
