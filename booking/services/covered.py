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
    waits for her yes or no; `gone`: it is lost itself. `can_return`: her old place is there, and free."""

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
    gone: bool
    can_return: bool


class Plan(NamedTuple):
    """`undo_until`: no message goes out before; None once that has passed, or nothing can be undone as a whole.
    `recent`: of the last days; an earlier one has only lines of those who still have to be called."""

    id: int
    applied_at: datetime
    undo_until: datetime | None
    lines: list[Settled]
    recent: bool


class Names(NamedTuple):
    staff: dict[int, str]
    rooms: dict[int, str]


def names(centre_id: int) -> Names:
    with reading() as session:
        return Names(roster_store.names(session, centre_id), store.room_names(session, centre_id))


def plans(centre_id: int, *, now: datetime) -> list[Plan]:
    """Those of the last days with lines that still stand, and of earlier ones those who still have to be called; the
    newest first."""
    with reading() as session:
        rows = store.plans_since(session, centre_id, now - SHOWN, now)
        lines: dict[int, list[Settled]] = {row.id: [] for row in rows}
        for plan_id, line in _lines(session, centre_id, rows, now):
            lines[plan_id].append(line)
        found = [_plan(row, lines[row.id], now) for row in rows]
        return [plan for plan in found if plan.lines]


def may_return(centre_id: int, staff_id: int, *, now: datetime) -> bool:
    """Whether something settled elsewhere may go back to its old place with her, by itself or with its whole plan."""
    found = plans(centre_id, now=now)
    hers = [line for plan in found for line in plan.lines if line.can_return or plan.undo_until]
    return any(line.before.counsellor_id == staff_id for line in hers)


def _plan(row: PlanRow, lines: list[Settled], now: datetime) -> Plan:
    recent = row.applied_at >= now - SHOWN
    shown = lines if recent else [one for one in lines if one.to_call and not one.called and now < one.before.starts_at]
    return Plan(row.id, row.applied_at, _undo_until(row, lines, now), shown, recent)


def _undo_until(plan: PlanRow, lines: Iterable[Settled], now: datetime) -> datetime | None:
    return plan.tell_at if now < plan.tell_at and all(line.state == APPLIED for line in lines) else None


def appointment_of(centre_id: int, line_id: int) -> int:
    """Refusal: NotFound."""
    with reading() as session:
        return covering.line(session, centre_id, line_id).appointment_id


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
    tell_at = {plan.id: plan.tell_at for plan in plans}
    found = []
    for line in standing:
        row, before = rows[line.appointment_id], covering.read(line.before)
        after = covering.read(line.after) if "starts_at" in line.after else None
        waits = line.state == APPLIED and line.hold_id is not None
        late = before.starts_at <= tell_at[line.plan_id]  # her message would find her here
        seen = Settled(
            line.id, line.action, line.state, line.because.get("lost"), before, after, row,
            newest[row.id] == line.id and _to_call(row, line, row.id in told and not late, sent.get(row.id, ())),
            line.called_at is not None, waits and now >= tell_at[line.plan_id],
            bool(case and after and waits and covering.lost_to(case, row, after, now)),
            case is not None and _can_return(case, row, line, before, now),
        )  # fmt: skip
        found.append((line.plan_id, seen))
    return found


def _to_call(row: BookedRow, line: LineRow, in_time: bool, sent: Iterable[Sent]) -> bool:
    """Her time was changed, or is hers again after she was told, and no message has reached her or will `in_time`."""
    if line.state == RETURNED:
        since = [one for one in sent if one.id not in line.before["known"]]
        reached = any(one.kind == RESTORED and one.state not in UNSENT for one in since)
        return row.state == BOOKED and not reached
    if line.action not in PUT_OFF or line.state not in (APPLIED, LAPSED) or not covering.is_as_left(row, line):
        return False
    return not in_time or any(one.kind in (OFFER_TOLD, APOLOGY) and one.state in UNSENT for one in sent)


def _can_return(case: Case, row: BookedRow, line: LineRow, before: Place, now: datetime) -> bool:
    """Whether taking this line back would not be refused."""
    stands = line.state in (APPLIED, LAPSED) and now < before.starts_at and covering.is_as_left(row, line)
    return stands and covering.can_be_kept(case, row, before, now)
