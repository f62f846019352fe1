"""Changing the roster: absences, weekly patterns, single days. See services/closures for what shuts the centre.

A plan (leave, training, a pattern) that leaves the centre empty is refused with the gaps, unless a lead gives a reason,
which is kept beside them. A fact (a sickness) is always saved, and raises the gap as an alarm.

`carrier_id`: whose staff the lead plans for, None: everybody's (S25). Others' people, absences and lines are not found.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.domain import rostering
from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound
from booking.domain.rostering import ABSENCE_KINDS, SICK, Part, Pattern, Spell
from booking.domain.times import DAY, GRAIN, Span, local_day
from booking.services.steps import planning
from booking.services.steps.changing import Change, changed, recorded
from booking.services.steps.changing import Saved as Saved
from booking.store import rostering as store
from booking.store.db import transaction
from booking.store.rostering import AbsenceRow, ShiftRow

# ── absences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def report_absence(
    centre_id: int, staff_ids: Collection[int], kind: str, spell: Spell, *, carrier_id: int | None,
    override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """One or several people away at once. What overlaps with an absence of the same kind becomes one with it.

    Refusals: NotFound, Invalid, LeavesCentreEmpty (not for "sick").
    """
    if kind not in ABSENCE_KINDS:
        raise Invalid("kind", "choice-unknown")
    if not staff_ids:
        raise Invalid("people", "nobody-chosen")
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, kind == SICK, override)
        span = rostering.span_of(spell, planning.rules_of(session, centre_id).zone)
        for staff_id in staff_ids:
            planning.person_of(session, centre_id, staff_id, carrier_id)
        return changed(change, spell.first_day, spell.last_day, lambda: _absent(change, staff_ids, kind, span))


def change_absence(
    centre_id: int, absence_id: int, spell: Spell, *, carrier_id: int | None, override: str | None = None, by: By,
    now: datetime,
) -> Saved:  # fmt: skip
    """Another beginning or end. Refusals: NotFound, Invalid, LeavesCentreEmpty (not for "sick")."""
    with transaction(centre_id) as session:
        row = _absence(session, centre_id, absence_id, carrier_id)
        change = Change(session, centre_id, by, now, row.kind == SICK, override)
        zone = planning.rules_of(session, centre_id).zone
        span = rostering.span_of(spell, zone)

        def write() -> None:
            store.change(session, "absence", centre_id, row.id, starts_at=span.starts, ends_at=span.ends)
            recorded(change, "absence-changed", row.staff_id)

        was = local_day(row.starts_at, zone), local_day(row.ends_at - GRAIN, zone)
        return changed(change, spell.first_day, spell.last_day, write, was)


def end_absence(centre_id: int, absence_id: int, *, carrier_id: int | None, by: By, now: datetime) -> None:
    """She is back, from now on; an absence that has not begun is taken back. Refusal: NotFound."""
    with transaction(centre_id) as session:
        row = _absence(session, centre_id, absence_id, carrier_id)
        change = Change(session, centre_id, by, now, fact=True)
        zone = planning.rules_of(session, centre_id).zone

        def write() -> None:
            if row.starts_at >= now:
                store.remove(session, "absence", centre_id, row.id)
            else:
                store.change(session, "absence", centre_id, row.id, ends_at=min(row.ends_at, now))
            recorded(change, "absence-ended", row.staff_id)

        changed(change, local_day(row.starts_at, zone), local_day(row.ends_at, zone), write)


def _absent(change: Change, staff_ids: Collection[int], kind: str, span: Span) -> None:
    session, centre_id = change.session, change.centre_id
    for staff_id in sorted(set(staff_ids)):
        starts, ends = span
        for row in store.absences(session, centre_id, span):
            if (row.staff_id, row.kind) == (staff_id, kind):
                starts, ends = min(starts, row.starts_at), max(ends, row.ends_at)
                store.remove(session, "absence", centre_id, row.id)
        store.add(session, "absence", centre_id=centre_id, staff_id=staff_id, kind=kind, starts_at=starts, ends_at=ends)
        recorded(change, "absence-reported", staff_id)


def _absence(session: Session, centre_id: int, absence_id: int, carrier_id: int | None) -> AbsenceRow:
    found = store.absence_by_id(session, centre_id, absence_id)
    if found is None:
        raise NotFound
    planning.person_of(session, centre_id, found.staff_id, carrier_id)
    return found


# ── weekly patterns and single days ───────────────────────────────────────────────────────────────────────────────


def add_pattern(
    centre_id: int, staff_id: int, pattern: Pattern, *, carrier_id: int | None, override: str | None = None, by: By,
    now: datetime,
) -> Saved:  # fmt: skip
    """New weekly lines, from today on; outreach takes its time out of the house.

    Refusals: NotFound, Invalid, ShiftsOverlap, LeavesCentreEmpty.
    """
    rostering.check_pattern(pattern)
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, override=override)
        planning.person_of(session, centre_id, staff_id, carrier_id)
        rostering.check_from("valid_from", pattern.valid_from, change.today)
        return changed(change, pattern.valid_from, pattern.valid_until, lambda: _plan(change, staff_id, pattern))


def change_pattern(
    centre_id: int, shift_id: int, pattern: Pattern, *, carrier_id: int | None, override: str | None = None, by: By,
    now: datetime,
) -> Saved:  # fmt: skip
    """From `pattern.valid_from` (today at the earliest) on, these lines stand for that one; before, it stays as it was.

    One that holds every few weeks keeps its weeks: it begins in one of them.

    Refusals: NotFound, Invalid, ShiftsOverlap, LeavesCentreEmpty.
    """
    rostering.check_pattern(pattern)
    with transaction(centre_id) as session:
        row = _shift(session, centre_id, shift_id, carrier_id)
        change = Change(session, centre_id, by, now, override=override)
        rostering.check_from("valid_from", pattern.valid_from, change.today)
        rostering.check_weeks(row.shift, pattern)

        def write() -> None:
            _end(change, row, pattern.valid_from - DAY)
            _plan(change, row.shift.staff_id, pattern)

        return changed(change, pattern.valid_from, None, write)


def end_pattern(
    centre_id: int, shift_id: int, last_day: date, *, carrier_id: int | None, override: str | None = None, by: By,
    now: datetime,
) -> Saved:  # fmt: skip
    """The line's last day, yesterday at the earliest; before its first, it is gone.

    Refusals: NotFound, Invalid, LeavesCentreEmpty.
    """
    with transaction(centre_id) as session:
        row = _shift(session, centre_id, shift_id, carrier_id)
        change = Change(session, centre_id, by, now, override=override)
        rostering.check_from("last_day", last_day, change.today - DAY)

        def write() -> None:
            _end(change, row, last_day)
            recorded(change, "shift-ended", row.shift.staff_id)

        return changed(change, last_day, None, write)


def set_day(
    centre_id: int, staff_id: int, day: date, parts: Sequence[Part] | None, *, carrier_id: int | None,
    override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """One person's single day: these parts stand for her pattern; none at all: she does not work; None: the pattern.

    Refusals: NotFound, Invalid, ShiftsOverlap, LeavesCentreEmpty.
    """
    rows = [] if parts is None else rostering.day_rows(staff_id, day, parts)
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, override=override)
        planning.person_of(session, centre_id, staff_id, carrier_id)
        rostering.check_from("day", day, change.today)
        rostering.check_shown(day, parts or (), planning.rules_of(session, centre_id).zone)

        def write() -> None:
            store.replace_day(session, centre_id, staff_id, day, rows)
            recorded(change, "day-changed", staff_id)

        return changed(change, day, day, write)


def _plan(change: Change, staff_id: int, pattern: Pattern) -> None:
    session, centre_id = change.session, change.centre_id
    if pattern.site_id is not None and pattern.site_id not in {row.id for row in store.sites(session, centre_id)}:
        raise NotFound
    shifts = pattern.shifts(staff_id)
    rostering.check_no_clash(shifts, [row.shift for row in store.shifts_of(session, centre_id, staff_id)])
    store.add_shifts(session, centre_id, shifts, pattern.site_id)
    recorded(change, "shift-planned", staff_id)


def _end(change: Change, row: ShiftRow, last_day: date) -> None:
    if last_day < row.shift.valid_from:
        store.remove(change.session, "shift", change.centre_id, row.id)
    elif row.shift.valid_until is None or last_day < row.shift.valid_until:
        store.change(change.session, "shift", change.centre_id, row.id, valid_until=last_day)


def _shift(session: Session, centre_id: int, shift_id: int, carrier_id: int | None) -> ShiftRow:
    found = store.shift_by_id(session, centre_id, shift_id)
    if found is None:
        raise NotFound
    planning.person_of(session, centre_id, found.shift.staff_id, carrier_id)
    return found
