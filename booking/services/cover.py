"""Cover for what can no longer be kept where it is: propose, carry out, and look after those who cannot be told.

A plan is made outside of any lock. What is accepted is judged once more inside it, by domain/cover_check, and only if
the inputs are still those the plan was made of.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain import cover as rules
from booking.domain import cover_values
from booking.domain.actors import By
from booking.domain.appointments import BOOKED, CANCELLED
from booking.domain.cover import Proposal
from booking.domain.cover_check import check
from booking.domain.cover_values import APPLIED, CANCEL, OFFER, PUT_OFF, Line, Place
from booking.domain.errors import PlanChanged
from booking.domain.reminders import APOLOGY, COVERED, DUE, UNKNOWN, Planned
from booking.domain.reminders import OFFER as OFFER_TOLD
from booking.domain.reminders import TELL_AFTER as TELL_AFTER
from booking.services.steps import covering, messages
from booking.services.steps.covering import Case
from booking.services.steps.messages import Told
from booking.services.steps.recording import appointment_steps, desk_changed
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import holds as hold_store
from booking.store.cover import BookedRow
from booking.store.db import reading, transaction


class Accepted(NamedTuple):
    """A line as it was shown; `place` None where it is cancelled."""

    appointment_id: int
    action: str
    chain: int
    place: Place | None
    because: dict[str, Any]


def propose(centre_id: int, *, now: datetime) -> tuple[Proposal, dict[int, BookedRow], set[int]]:
    """The plan for everybody affected from now on, with the appointments by id, and those who get messages."""
    with reading() as session:
        case = covering.case(session, centre_id, now)
        ids = {talk.id for talk in case.inputs.talks}
        told = store.told(session, centre_id, ids)
    return rules.propose(case.inputs), case.rows, told


def apply(
    centre_id: int, fingerprint: str, accepted: Sequence[Accepted], *, cause: str, by: By, now: datetime
) -> int:  # fmt: skip
    """Carry out lines of a plan, all or some whole chains; answers its id. Nobody is told for three minutes.

    Refusal: PlanChanged with the new plan, if the inputs have changed or a line does not hold (any more).
    """
    try:
        with transaction(centre_id) as session:
            hold_store.drop_expired(session, centre_id, now)
            case = covering.case(session, centre_id, now)
            lines = _judged(case, fingerprint, accepted)
            plan = {"cause": cause, "fingerprint": fingerprint, "staff_id": by.staff_id, "applied_at": now}
            plan_id = store.add_plan(session, centre_id=centre_id, tell_at=now + TELL_AFTER, **plan)
            _carry_out(_Work(session, centre_id, case, by, now), plan_id, lines)
            desk_changed(session, centre_id)
            return plan_id
    except PlanChanged:
        raise PlanChanged(propose(centre_id, now=now)[0]) from None


def called(centre_id: int, line_id: int, *, by: By, now: datetime) -> None:
    """Tick or untick somebody on the list of those who have to be called. Refusal: NotFound."""
    with transaction(centre_id) as session:
        line = covering.line(session, centre_id, line_id)
        at, who = (None, None) if line.called_at else (now, by.staff_id)
        store.change_line(session, centre_id, line_id, called_at=at, called_by=who)
        desk_changed(session, centre_id)


class _Work(NamedTuple):
    """What carrying out a plan needs throughout."""

    session: Session
    centre_id: int
    case: Case
    by: By
    now: datetime


def _judged(case: Case, fingerprint: str, accepted: Sequence[Accepted]) -> list[Line]:
    """Refusal: PlanChanged."""
    talks = {talk.id: talk for talk in case.inputs.talks}
    if not accepted or not {one.appointment_id for one in accepted} <= talks.keys():
        raise PlanChanged
    lines = [
        Line(one.appointment_id, one.action, one.chain, talks[one.appointment_id].place, one.place, one.because)
        for one in accepted
    ]
    if rules.fingerprint(case.inputs) != fingerprint or check(case.inputs, lines):
        raise PlanChanged
    return lines


def _carry_out(work: _Work, plan_id: int, lines: Sequence[Line]) -> None:
    """All give their places back before anybody takes one; what nobody has taken is held for taking it back."""
    session, centre_id = work.session, work.centre_id
    ids = [line.talk_id for line in lines]
    before = _before(work, ids)
    hold_store.release(session, centre_id, ids)
    store.add_lines(session, [
        {
            "centre_id": centre_id, "plan_id": plan_id, "appointment_id": line.talk_id, "chain": line.chain,
            "action": line.action, "state": APPLIED, "because": line.because, "before": before[line.talk_id],
            "hold_id": _moved(work, line),
            "after": {**(covering.written(line.after) if line.after else {}), "granted": _granted(work, line)},
        }
        for line in lines
    ])  # fmt: skip
    steps = {line.talk_id: "cancelled" if line.action in PUT_OFF else "covered" for line in lines}
    appointment_steps(session, centre_id, steps, work.now, work.by)
    _tell(work, plan_id, lines)
    _keep_old(work, lines, {line.talk_id: before[line.talk_id]["claims"] for line in lines})


def _before(work: _Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Everything that taking it back needs, by appointment."""
    sent, claims = store.messages_of(work.session, ids), hold_store.claims_of(work.session, work.centre_id, ids)
    found = {}
    for id_ in ids:
        row, own = work.case.rows[id_], sent.get(id_, [])
        found[id_] = {
            **covering.written(covering.place_of(row)), "sequence": row.sequence, "because": row.because,
            "claims": claims.get(id_, []), "known": [one.id for one in own],
            "messages": [[one.id, one.state] for one in own if one.state in (DUE, UNKNOWN)],
        }  # fmt: skip
    return found


def _moved(work: _Work, line: Line) -> int | None:
    """The appointment's new row and claims; answers the hold of a new time that waits for a yes."""
    row, place = work.case.rows[line.talk_id], line.after
    if place is not None:
        _claim(work, line.talk_id, place)
    if line.action in PUT_OFF:
        _change(work, row.id, CANCELLED, sequence=row.sequence + 1)
        return _offered(work, row, line, place) if place is not None else None
    because = {"rule": "cover", "among": line.because.get("among", 1), "share": line.because.get("share", 0)}
    _change(work, row.id, BOOKED, **covering.columns(line.after or covering.place_of(row)), because=because)
    return None


def _offered(work: _Work, row: BookedRow, line: Line, place: Place) -> int:
    until = work.case.inputs.answer_by
    hold_id = covering.hold(work.session, work.centre_id, row, place, hold_store.OFFER, until, work.now)
    hold_store.give_to_hold(work.session, work.centre_id, line.talk_id, hold_id, until)
    return hold_id


def _claim(work: _Work, appointment_id: int, place: Place) -> None:
    claimed, span = covering.claimed(work.case.inputs.plan, place), cover_values.span(place)
    if not appointment_store.claim(work.session, work.centre_id, claimed, span, appointment_id=appointment_id):
        raise PlanChanged


def _change(work: _Work, appointment_id: int, new: str, **values: Any) -> None:
    if not appointment_store.change(work.session, work.centre_id, appointment_id, BOOKED, new, **values):
        raise PlanChanged


def _granted(work: _Work, line: Line) -> bool:
    """A colleague of another carrier may see the visitor who is hers now."""
    if line.after is None or line.action == OFFER:
        return False
    person = next(c for c in work.case.inputs.plan.counsellors if c.id == line.after.counsellor_id)
    if person.carrier_id == work.case.rows[line.talk_id].carrier_id:
        return False
    return store.add_grant(work.session, work.centre_id, person.id, line.talk_id, work.now)


def _tell(work: _Work, plan_id: int, lines: Sequence[Line]) -> None:
    """What visitors are told, and from when; who keeps her time need not be, unless she wished this counsellor."""
    put_off = [line.talk_id for line in lines if line.action in PUT_OFF]
    kept = [line.talk_id for line in lines if line.action not in PUT_OFF]
    messages.withdraw_all(work.session, work.centre_id, put_off, work.now, work.by)
    messages.withdraw_all(work.session, work.centre_id, kept, work.now, work.by, COVERED)
    agreed = store.told(work.session, work.centre_id, [line.talk_id for line in lines])
    told = [one for line in lines if line.talk_id in agreed and (one := _message(work, plan_id, line))]
    messages.tell_all(work.session, work.centre_id, told)


def _message(work: _Work, plan_id: int, line: Line) -> Told | None:
    talk = next(talk for talk in work.case.inputs.talks if talk.id == line.talk_id)
    sequence = work.case.rows[line.talk_id].sequence + (line.action in PUT_OFF)
    kind, until, of = APOLOGY, line.before.starts_at, None
    if line.action == OFFER:
        kind, until = OFFER_TOLD, work.case.inputs.answer_by
    elif line.action != CANCEL:
        kind, of = COVERED, plan_id
        if not talk.wished or line.after is None or line.after.counsellor_id == line.before.counsellor_id:
            return None
    return Told(talk.id, sequence, talk.request.language, Planned(kind, work.now + TELL_AFTER, until), of)


def _keep_old(work: _Work, lines: Sequence[Line], claims: Mapping[int, Sequence[hold_store.Key]]) -> None:
    """For three minutes."""
    until = work.now + TELL_AFTER
    owners: dict[hold_store.Key, dict[str, Any]] = {}
    free = hold_store.unclaimed(work.session, [key for keys in claims.values() for key in keys])
    for line in lines:
        kept = free.intersection(claims[line.talk_id])
        if kept:
            row = work.case.rows[line.talk_id]
            hold_id = covering.hold(work.session, work.centre_id, row, line.before, hold_store.UNDO, until, work.now)
            owners |= {key: {"hold_id": hold_id, "expires_at": until} for key in kept}
    hold_store.claim_again(work.session, work.centre_id, owners)
