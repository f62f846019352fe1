"""Taking cover back: a whole plan within three minutes, exactly; later line by line, as far as it still can be."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import cover_values
from booking.domain.actors import By
from booking.domain.appointments import BOOKED
from booking.domain.cover_values import APPLIED, LAPSED, PUT_OFF, RETURNED, UNDONE, Place
from booking.domain.errors import NotFound, SlotTaken, TooLate, WrongState
from booking.domain.reminders import ACCEPTED, COVERED, DELIVERED, DUE, RESTORED, SUBMITTING, UNKNOWN, Planned
from booking.services.steps import covering, messages
from booking.services.steps.messages import Told
from booking.services.steps.recording import appointment_step, appointment_steps, desk_changed
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import holds as hold_store
from booking.store import messages as message_store
from booking.store.cover import BookedRow, LineRow, Sent
from booking.store.db import transaction

TOLD = frozenset({SUBMITTING, UNKNOWN, ACCEPTED, DELIVERED})  # a message in one of these may have been read


class _Back(NamedTuple):
    """One line with its appointment, as it is now."""

    session: Session
    centre_id: int
    line: LineRow
    row: BookedRow
    by: By
    now: datetime


def undo(centre_id: int, plan_id: int, *, by: By, now: datetime) -> None:
    """Within three minutes: every row and claim as it was before the plan, and no message has told anybody.

    Whoever was called meanwhile has to be called again. Refusals: NotFound, TooLate, WrongState (somebody has changed
    one of the appointments meanwhile).
    """
    with transaction(centre_id) as session:
        plan = store.plan_of(session, centre_id, plan_id)
        if plan is None:
            raise NotFound
        lines = store.lines_of(session, centre_id, [plan_id])
        rows = store.of_ids(session, centre_id, [line.appointment_id for line in lines])
        backs = [_Back(session, centre_id, line, rows[line.appointment_id], by, now) for line in lines]
        if any(back.line.state != APPLIED or not covering.is_as_left(back.row, back.line) for back in backs):
            raise WrongState("changed")
        queued = _new_messages(session, backs)
        in_time = now < plan.tell_at and all(one.state == DUE for one in queued)
        if not in_time or not store.unmake_messages(session, centre_id, [one.id for one in queued]):
            raise TooLate(plan.tell_at, "undo")
        _give_back(session, centre_id, backs, plan.applied_at)
        _restore(session, centre_id, backs, by, now)
        desk_changed(session, centre_id)


def take_back(centre_id: int, line_id: int, *, by: By, now: datetime) -> None:
    """Later, one line: the appointment returns to where it was, if it can be kept there again. Who was told is told.

    Refusals: NotFound, TooLate (it would have begun), WrongState (moved on since, or "lost-" with one of CAUSES: who or
    what was missing still is), SlotTaken (somebody else has the place).
    """
    with transaction(centre_id) as session:
        line = covering.line(session, centre_id, line_id)
        row = store.of_ids(session, centre_id, [line.appointment_id])[line.appointment_id]
        old = covering.read(line.before)
        if line.state not in (APPLIED, LAPSED) or not covering.is_as_left(row, line):
            raise WrongState("changed")
        if now >= old.starts_at:
            raise TooLate(old.starts_at)
        hold_store.drop_expired(session, centre_id, now)
        _return(_Back(session, centre_id, line, row, by, now), old)
        desk_changed(session, centre_id)


# ── within three minutes ──────────────────────────────────────────────────────────────────────────────────────────


def _new_messages(session: Session, backs: Sequence[_Back]) -> list[Sent]:
    """What the plan has queued."""
    sent = store.messages_of(session, [back.row.id for back in backs])
    known = {id_ for back in backs for id_ in back.line.before["known"]}
    return [one for mine in sent.values() for one in mine if one.id not in known]


def _give_back(session: Session, centre_id: int, backs: Sequence[_Back], applied_at: datetime) -> None:
    """All that the plan claims or holds, before anybody returns."""
    ids = [back.row.id for back in backs]
    held = hold_store.undo_holds(session, centre_id, ids, applied_at)
    held += [b.line.hold_id for b in backs if b.line.hold_id is not None]
    hold_store.drop_holds(session, centre_id, held)
    hold_store.release(session, centre_id, ids)


def _restore(session: Session, centre_id: int, backs: Sequence[_Back], by: By, now: datetime) -> None:
    """Claims, rows and messages as they were. Refusal: WrongState, if a place was taken all the same."""
    owners = {
        (resource, step): {"appointment_id": back.row.id}
        for back in backs
        for resource, step in back.line.before["claims"]
    }
    if not hold_store.claim_again(session, centre_id, owners):
        raise WrongState("changed")
    for back in backs:
        before = back.line.before
        old = {**covering.columns(covering.read(before)), "sequence": before["sequence"], "because": before["because"]}
        store.set_back(session, centre_id, back.row.id, state=BOOKED, **old)
        _ungrant(back)
    for state in (DUE, UNKNOWN):
        ids = [id_ for back in backs for id_, was in back.line.before["messages"] if was == state]
        message_store.due_again(session, centre_id, ids, state)
    # Who was called already knows of it: she is on the list once more, to hear that it takes place after all.
    called = [back.line.id for back in backs if back.line.called_at]
    store.change_lines(session, centre_id, called, state=RETURNED, called_at=None)
    quiet = [back.line.id for back in backs if not back.line.called_at]
    store.change_lines(session, centre_id, quiet, state=UNDONE)
    appointment_steps(session, centre_id, {back.row.id: "uncovered" for back in backs}, now, by)


def _ungrant(back: _Back) -> None:
    if back.line.after.get("granted"):
        store.drop_grant(back.session, back.centre_id, back.line.after["counsellor_id"], back.row.id)


# ── later ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _return(back: _Back, old: Place) -> None:
    """To the place it had, judged as a booking would be."""
    session, centre_id, line, row = back.session, back.centre_id, back.line, back.row
    case = covering.case(session, centre_id, back.now, whole=True)
    if why := covering.lost_to(case, row, old, back.now):
        raise WrongState(f"lost-{why}")
    if not covering.can_be_kept(case, row, old, back.now):
        raise SlotTaken
    if line.hold_id is not None:
        hold_store.drop_holds(session, centre_id, [line.hold_id])
    appointment_store.release(session, centre_id, row.id)
    claimed = covering.claimed(case.inputs.plan, old)
    if not appointment_store.claim(session, centre_id, claimed, cover_values.span(old), appointment_id=row.id):
        raise SlotTaken
    put_off = line.action in PUT_OFF
    values = {**covering.columns(old), "because": line.before["because"], "sequence": row.sequence + put_off}
    store.set_back(session, centre_id, row.id, state=BOOKED, **values)
    _ungrant(back)
    was_told = put_off or _knows_of_colleague(back)
    store.change_line(session, centre_id, line.id, state=RETURNED if was_told else UNDONE, called_at=None)
    appointment_step(session, centre_id, row.id, "uncovered", back.now, back.by)
    if put_off:
        _tell_again(back, old, case.inputs.plan.calendar.zone)
    else:
        _tell_of_return(back, old, was_told)


def _knows_of_colleague(back: _Back) -> bool:
    """Whether she may have been told that a colleague keeps her appointment."""
    sent = store.messages_of(back.session, [back.row.id]).get(back.row.id, [])
    new = [one for one in sent if one.kind == COVERED and one.id not in back.line.before["known"]]
    return any(one.state in TOLD for one in new)


def _tell_of_return(back: _Back, old: Place, was_told: bool) -> None:
    """Who waits to hear of a colleague hears nothing; who has heard it hears that all is as it was."""
    session, centre_id, row = back.session, back.centre_id, back.row
    messages.withdraw_all(session, centre_id, [row.id], back.now, back.by, COVERED)
    if was_told and row.id in store.told(session, centre_id, [row.id]):
        message = Planned(RESTORED, back.now, old.starts_at)
        messages.tell_all(session, centre_id, [Told(row.id, row.sequence, row.language, message, back.line.id)])


def _tell_again(back: _Back, old: Place, zone: ZoneInfo) -> None:
    """That it takes place after all, and its reminders anew."""
    session, centre_id, row = back.session, back.centre_id, back.row
    messages.withdraw(session, row.id, back.now, back.by)
    if row.id in store.told(session, centre_id, [row.id]):
        messages.plan(
            session, centre_id=centre_id, appointment_id=row.id, starts_at=old.starts_at, language=row.language,
            now=back.now, zone=zone, first=RESTORED,
        )  # fmt: skip
