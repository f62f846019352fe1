"""What every change of the roster does: write, see what it opens and whom it leaves outside, record, refuse."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import presence
from booking.domain.actors import By
from booking.domain.errors import Affected, Invalid, LeavesCentreEmpty
from booking.domain.presence import PRESENT, Gap, Watch
from booking.domain.rostering import OVERRIDES
from booking.domain.times import DAY, Span, local_day
from booking.services.steps import planning, watching
from booking.services.steps.recording import desk_changed, look
from booking.store import rostering as store

# Days: how far ahead a change is looked at, however long it holds. The write lock is held meanwhile; what lies further
# ahead shows on the roster's page when its time comes near.
WATCHED = 12 * 7
Days = tuple[date, date | None]  # the first and the last; None: without end


class Saved(NamedTuple):
    """What a change did: gaps it opened (by a fact, or let by a lead), and appointments it left without a place."""

    opened: tuple[Gap, ...] = ()
    outside: tuple[Affected, ...] = ()


class Change(NamedTuple):
    """Who changes what, when. `fact`: saved whatever it opens; `override`: a lead's reason for letting gaps be."""

    session: Session
    centre_id: int
    by: By
    now: datetime
    fact: bool = False
    override: str | None = None

    @property
    def today(self) -> date:
        return local_day(self.now, planning.rules_of(self.session, self.centre_id).zone)


def changed(change: Change, first: date, last: date | None, write: Callable[[], None], *also: Days) -> Saved:
    """Write, and see what it opens from now on in these days (`last` None: without end). `also`: as well in those."""
    session, centre_id = change.session, change.centre_id
    stretches = _stretches(change.today, (first, last), *also)
    was_outside = {one.appointment for one in watching.left_outside(session, centre_id, change.now)}
    was = [watching.seen(session, centre_id, days).watch for days in stretches]
    write()
    found: list[Gap] = []
    for days, before in zip(stretches, was, strict=True):
        after = watching.seen(session, centre_id, days).watch
        found += presence.opened(before, after)
        _close(change, before, after)
    ahead = tuple(gap for gap in found if gap.span.ends > change.now)
    if ahead and not change.fact:
        _let(change, ahead)
    outside = [one.appointment for one in watching.left_outside(session, centre_id, change.now)]
    desk_changed(session, centre_id)
    return Saved(ahead, tuple(one for one in outside if one not in was_outside))


def _stretches(today: date, *ranges: Days) -> list[list[date]]:
    """Their days that are not over, each once; those that follow each other together."""
    days = {day for first, last in ranges for day in watching.days_ahead(first, last, today, WATCHED)}
    found: list[list[date]] = []
    for day in sorted(days):
        if not found or found[-1][-1] != day - DAY:
            found.append([])
        found[-1].append(day)
    return found


def _let(change: Change, gaps: tuple[Gap, ...]) -> None:
    """A lead's reason stands beside the gap until that is closed. Refusals: LeavesCentreEmpty, Invalid."""
    if change.override is None:
        at = tuple(gap.span for gap in gaps if gap.rule == PRESENT)
        raise LeavesCentreEmpty(at, tuple(gap.span for gap in gaps if gap.rule != PRESENT))
    if change.override not in OVERRIDES:
        raise Invalid("override", "choice-unknown")
    for gap in gaps:
        store.add_override(
            change.session, change.centre_id, gap, change.override, change.by.staff_id, change.now
        )  # fmt: skip
    recorded(change, "gap-let")


def _close(change: Change, before: Watch, after: Watch) -> None:
    """A reason ends when its gap does, also one that something else has closed before this change: what opens at the
    same time later is another gap. Where a part is left, the reason stands by that part."""
    grid = after.calendar.grid
    for row in store.overrides(change.session, change.centre_id, Span(grid.origin, grid.at(grid.steps))):
        left = presence.left_of(before, after, row.gap)
        if left == [row.gap.span]:
            continue
        store.change(change.session, "gap_override", change.centre_id, row.id, closed_at=change.now)
        for span in left:
            part = Gap(row.gap.rule, span)
            store.add_override(change.session, change.centre_id, part, row.reason, row.staff_id, row.at)


def recorded(change: Change, what: str, staff_id: int | None = None) -> None:
    of = None if staff_id is None else f"staff-{staff_id}"
    look(change.session, change.centre_id, what, change.now, change.by.staff_id, of)
