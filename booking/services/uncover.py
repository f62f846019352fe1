"""Taking cover back: a whole plan within three minutes, exactly; later line by line, as far as it still can be."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import cover_values
from booking.domain.actors import By
from booking.domain.appointments import BOOKED
from booking.domain.cover_values import APPLIED, CANCEL, LAPSED, OFFER, RETURNED, UNDONE, Place
from booking.domain.errors import NotFound, SlotTaken, TooLate, WrongState
from booking.domain.reminders import DROPPED, DUE, RESTORED
from booking.services.steps import covering, messages
from booking.services.steps.recording import appointment_step, desk_changed
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import messages as message_store
from booking.store.cover import BookedRow, LineRow
from booking.store.db import transaction


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
        if now >= plan.tell_at or not all(_untold(back) for back in backs):
            raise TooLate(plan.tell_at, "undo")
        _give_back(session, centre_id, backs, plan.applied_at)
        for back in backs:
            _restore(back)
        desk_changed(session, centre_id)


def take_back(centre_id: int, line_id: int, *, by: By, now: datetime) -> None:
    """Later, one line: the appointment returns to where it was, if it can be kept there again. Who was told is told.

    Refusals: NotFound, TooLate (it would have begun), WrongState (moved on since), SlotTaken (the place is gone).
    """
    with transaction(centre_id) as session:
        line = covering.line(session, centre_id, line_id)
        row = store.of_ids(session, centre_id, [line.appointment_id])[line.appointment_id]
        old = covering.read(line.before)
        if line.state not in (APPLIED, LAPSED) or not covering.is_as_left(row, line):
            raise WrongState("changed")
        if now >= old.starts_at:
            raise TooLate(old.starts_at)
        store.drop_expired(session, centre_id, now)
        _return(_Back(session, centre_id, line, row, by, now), old)
        desk_changed(session, centre_id)


# ── within three minutes ──────────────────────────────────────────────────────────────────────────────────────────


def _new_messages(back: _Back) -> list[tuple[int, str]]:
    """(id, state) of what the plan has queued."""
    known = set(back.line.before["known"])
    sent = store.messages_of(back.session, [back.row.id]).get(back.row.id, [])
    return [(one.id, one.state) for one in sent if one.id not in known]


def _untold(back: _Back) -> bool:
    return all(state == DUE for _id, state in _new_messages(back))


def _give_back(session: Session, centre_id: int, backs: Sequence[_Back], applied_at: datetime) -> None:
    """All that the plan claims or holds, before anybody returns."""
    ids = [back.row.id for back in backs]
    held = store.undo_holds(session, centre_id, ids, applied_at)
    held += [b.line.hold_id for b in backs if b.line.hold_id is not None]
    store.drop_holds(session, centre_id, held)
    for id_ in ids:
        appointment_store.release(session, centre_id, id_)


def _restore(back: _Back) -> None:
    session, centre_id, before = back.session, back.centre_id, back.line.before
    claims = [(resource, step) for resource, step in before["claims"]]
    if not store.claim_again(session, centre_id, claims, appointment_id=back.row.id):
        raise WrongState("changed")
    old = {**covering.columns(covering.read(before)), "sequence": before["sequence"], "because": before["because"]}
    store.set_back(session, centre_id, back.row.id, state=BOOKED, **old)
    store.unmake_messages(session, centre_id, [id_ for id_, _state in _new_messages(back)])
    for id_, state in before["messages"]:
        message_store.move(session, id_, DROPPED, state)
    _ungrant(back)
    # Who was called already knows of it: she is on the list once more, to hear that it takes place after all.
    called = back.line.called_at is not None
    store.change_line(session, centre_id, back.line.id, state=RETURNED if called else UNDONE, called_at=None)
    appointment_step(session, centre_id, back.row.id, "uncovered", back.now, back.by)


def _ungrant(back: _Back) -> None:
    if back.line.after.get("granted"):
        store.drop_grant(back.session, back.centre_id, back.line.after["counsellor_id"], back.row.id)


# ── later ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _return(back: _Back, old: Place) -> None:
    """To the place it had, judged as a booking would be."""
    session, centre_id, line, row = back.session, back.centre_id, back.line, back.row
    case = covering.case(session, centre_id, back.now, whole=True)
    if not covering.can_be_kept(case, row, old, back.now):
        raise SlotTaken
    if line.hold_id is not None:
        store.drop_holds(session, centre_id, [line.hold_id])
    appointment_store.release(session, centre_id, row.id)
    claimed = covering.claimed(case.inputs.plan, old)
    if not appointment_store.claim(session, centre_id, claimed, cover_values.span(old), appointment_id=row.id):
        raise SlotTaken
    was_told = line.action in (OFFER, CANCEL)
    values = {**covering.columns(old), "because": line.before["because"], "sequence": row.sequence + was_told}
    store.set_back(session, centre_id, row.id, state=BOOKED, **values)
    _ungrant(back)
    store.change_line(session, centre_id, line.id, state=RETURNED if was_told else UNDONE, called_at=None)
    appointment_step(session, centre_id, row.id, "uncovered", back.now, back.by)
    if was_told:
        _tell_again(back, old, case.inputs.plan.calendar.zone)


def _tell_again(back: _Back, old: Place, zone: ZoneInfo) -> None:
    """That it takes place after all, and its reminders anew."""
    session, centre_id, row = back.session, back.centre_id, back.row
    messages.withdraw(session, row.id, back.now, back.by)
    if row.id in store.told(session, centre_id, [row.id]):
        messages.plan(
            session, centre_id=centre_id, appointment_id=row.id, starts_at=old.starts_at, language=row.language,
            now=back.now, zone=zone, first=RESTORED,
        )  # fmt: skip
