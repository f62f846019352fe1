"""The rows a roster is made of, with their ids: absences, patterns, single days, closures, overrides; the booked."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from booking.domain.appointments import BOOKED, HOLDING
from booking.domain.centre_changes import Booked
from booking.domain.presence import Gap
from booking.domain.roster import Closure, DayShift, Shift
from booking.domain.times import Span
from booking.store import models as m

h, a, s, site = m.Hold.__table__.c, m.Appointment.__table__.c, m.Staff.__table__.c, m.Site.__table__.c
absence, shift, day_shift = m.Absence.__table__.c, m.Shift.__table__.c, m.DayShift.__table__.c
closure, override = m.Closure.__table__.c, m.GapOverride.__table__.c


# The step of an appointment whose visitor was called because no message reaches her.
PHONED = "phoned"
# It takes place after all: she was called about what is over, see steps/shutting.
OPEN_AGAIN = "open-again"


class AbsenceRow(NamedTuple):
    id: int
    staff_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime


class ShiftRow(NamedTuple):
    id: int
    shift: Shift
    site_id: int | None


class ClosureRow(NamedTuple):
    id: int
    closure: Closure
    reason: str
    fact: bool


class OverrideRow(NamedTuple):
    """`staff_id`: the lead who let it, `at`: when."""

    id: int
    gap: Gap
    reason: str
    staff_id: int | None
    at: datetime


class InUse(NamedTuple):
    """Time an appointment takes; `ends` is the end of its buffer."""

    counsellor_id: int
    room_id: int
    starts: datetime
    ends: datetime


class TermRow(NamedTuple):
    """A site, a room or a programme with its first and last day; a room's name is the same in all languages."""

    kind: str
    id: int
    name: dict[str, str] | str
    first_day: date | None
    last_day: date | None

    def there(self, day: date) -> bool:
        return (self.first_day or date.min) <= day <= (self.last_day or date.max)


class SiteRow(NamedTuple):
    id: int
    name: dict[str, str]


def in_use(session: Session, centre_id: int, span: Span) -> list[InUse]:
    found = session.connection().execute(
        select(a.counsellor_id, a.room_id, a.starts_at, a.busy_until)
        .where(a.centre_id == centre_id, a.starts_at >= span.starts, a.starts_at < span.ends, a.state.in_(HOLDING))
        .order_by(a.starts_at, a.id)
    )
    return [InUse._make(row) for row in found]


def booked(session: Session, centre_id: int, now: datetime) -> list[tuple[int, Booked]]:
    """Booked appointments that are still ahead, with their ids. Who has arrived is in the queue, whoever is away."""
    found = session.connection().execute(
        select(a.id, a.code, a.starts_at, a.ends_at, a.counsellor_id, s.carrier_id, a.room_id, a.programme_id)
        .join_from(m.Appointment.__table__, m.Staff.__table__, a.counsellor_id == s.id)
        .where(a.centre_id == centre_id, a.state == BOOKED, a.starts_at >= now)
        .order_by(a.starts_at, a.id)
    )
    return [(row[0], Booked._make(row[1:])) for row in found]


def offered(session: Session, centre_id: int, now: datetime) -> list[tuple[int, Booked]]:
    """New times that cover has proposed and that wait for an answer, as if they were booked, with their appointments'
    ids."""
    found = session.connection().execute(
        select(a.id, a.code, h.starts_at, h.ends_at, h.counsellor_id, s.carrier_id, h.room_id, h.programme_id)
        .join_from(m.Hold.__table__, m.Appointment.__table__, h.appointment_id == a.id)
        .join(m.Staff.__table__, h.counsellor_id == s.id)
        .where(h.centre_id == centre_id, h.kind == "offer", h.starts_at >= now, h.expires_at > now)
        .order_by(h.starts_at, h.id)
    )
    return [(row[0], Booked._make(row[1:])) for row in found]


def sites(session: Session, centre_id: int) -> list[SiteRow]:
    """Where outreach goes."""
    found = session.connection().execute(
        select(site.id, site.name).where(site.centre_id == centre_id, site.outreach).order_by(site.id)
    )
    return [SiteRow._make(row) for row in found]


def phoned(session: Session, centre_id: int, appointment_ids: Iterable[int]) -> dict[int, int]:
    """How often the tick beside each of these was pressed, since it was open again."""
    step = m.Step.__table__.c
    mine = step.centre_id == centre_id, step.appointment_id.in_(tuple(appointment_ids))
    wanted = select(step.appointment_id, step.name).where(*mine, step.name.in_((PHONED, OPEN_AGAIN))).order_by(step.id)
    found: dict[int, int] = {}
    for id_, name in session.connection().execute(wanted):
        found[id_] = 0 if name == OPEN_AGAIN else found.get(id_, 0) + 1
    return found


def terms(session: Session, centre_id: int, kind: str) -> list[TermRow]:
    """Of all sites, rooms or programmes."""
    c = _table(kind).c
    wanted = select(c.id, c.name, c.first_day, c.last_day).where(c.centre_id == centre_id).order_by(c.id)
    return [TermRow(kind, *row) for row in session.connection().execute(wanted)]


# ── absences ──────────────────────────────────────────────────────────────────────────────────────────────────────

_ABSENCE = select(absence.id, absence.staff_id, absence.kind, absence.starts_at, absence.ends_at)


def absences(session: Session, centre_id: int, span: Span) -> list[AbsenceRow]:
    """Those that touch the span, by their beginning."""
    touching = absence.centre_id == centre_id, absence.ends_at > span.starts, absence.starts_at < span.ends
    found = session.connection().execute(_ABSENCE.where(*touching).order_by(absence.starts_at, absence.id))
    return [AbsenceRow._make(row) for row in found]


def absence_by_id(session: Session, centre_id: int, absence_id: int) -> AbsenceRow | None:
    wanted = _ABSENCE.where(absence.centre_id == centre_id, absence.id == absence_id)
    row = session.connection().execute(wanted).first()
    return AbsenceRow._make(row) if row else None


# ── patterns and single days ──────────────────────────────────────────────────────────────────────────────────────

_SHIFT = select(shift.id, *(shift[name] for name in Shift._fields), shift.site_id)


def shifts_of(session: Session, centre_id: int, staff_id: int) -> list[ShiftRow]:
    """One person's weekly lines, through the week."""
    wanted = _SHIFT.where(shift.centre_id == centre_id, shift.staff_id == staff_id)
    found = session.connection().execute(wanted.order_by(shift.weekday, shift.starts, shift.valid_from, shift.id))
    return [_shift_row(row) for row in found]


def shift_by_id(session: Session, centre_id: int, shift_id: int) -> ShiftRow | None:
    row = session.connection().execute(_SHIFT.where(shift.centre_id == centre_id, shift.id == shift_id)).first()
    return _shift_row(row) if row else None


def _shift_row(row: Any) -> ShiftRow:
    return ShiftRow(row[0], Shift._make(row[1:-1]), row[-1])


def add_shifts(session: Session, centre_id: int, shifts: Iterable[Shift], site_id: int | None) -> None:
    for line in shifts:
        add(session, "shift", centre_id=centre_id, site_id=site_id, **line._asdict())


def replace_day(session: Session, centre_id: int, staff_id: int, day: date, rows: Iterable[DayShift]) -> None:
    """Without rows the weekly pattern holds again."""
    mine = day_shift.centre_id == centre_id, day_shift.staff_id == staff_id, day_shift.day == day
    session.connection().execute(delete(m.DayShift).where(*mine))
    for row in rows:
        add(session, "day_shift", centre_id=centre_id, **row._asdict())


# ── closures ──────────────────────────────────────────────────────────────────────────────────────────────────────

_CLOSURE = select(closure.id, *(closure[name] for name in Closure._fields), closure.reason, closure.fact)


def closures(session: Session, centre_id: int, first: date) -> list[ClosureRow]:
    """Those that have not ended before `first`, by their first day."""
    wanted = _CLOSURE.where(closure.centre_id == centre_id, closure.last_day >= first)
    found = session.connection().execute(wanted.order_by(closure.first_day, closure.id))
    return [_closure_row(row) for row in found]


def closure_by_id(session: Session, centre_id: int, closure_id: int) -> ClosureRow | None:
    wanted = _CLOSURE.where(closure.centre_id == centre_id, closure.id == closure_id)
    row = session.connection().execute(wanted).first()
    return _closure_row(row) if row else None


def _closure_row(row: Any) -> ClosureRow:
    return ClosureRow(row[0], Closure._make(row[1:-2]), row[-2], row[-1])


def carrier_names(session: Session, centre_id: int) -> dict[int, str]:
    c = m.Carrier.__table__.c
    found = session.connection().execute(select(c.id, c.name).where(c.centre_id == centre_id).order_by(c.id))
    return {row.id: row.name for row in found}


def programmes(session: Session, centre_id: int) -> dict[int, dict[str, str]]:
    """Names by id."""
    p = m.Programme.__table__.c
    found = session.connection().execute(select(p.id, p.name).where(p.centre_id == centre_id).order_by(p.id))
    return {row.id: row.name for row in found}


# ── overrides ─────────────────────────────────────────────────────────────────────────────────────────────────────


def overrides(session: Session, centre_id: int, span: Span) -> list[OverrideRow]:
    """Those whose gap is open and touches the span, the newest first."""
    found = session.connection().execute(
        select(override.id, override.rule, override.starts_at, override.ends_at, override.reason, override.staff_id,
               override.at)
        .where(override.centre_id == centre_id, override.ends_at > span.starts, override.starts_at < span.ends,
               override.closed_at.is_(None))
        .order_by(override.id.desc())
    )  # fmt: skip
    return [OverrideRow(row[0], Gap(row[1], Span(row[2], row[3])), *row[4:]) for row in found]


def add_override(
    session: Session, centre_id: int, gap: Gap, reason: str, staff_id: int | None, now: datetime
) -> None:  # fmt: skip
    add(session, "gap_override", centre_id=centre_id, rule=gap.rule, starts_at=gap.span.starts, ends_at=gap.span.ends,
        reason=reason, staff_id=staff_id, at=now)  # fmt: skip


# ── rows of any of these tables ───────────────────────────────────────────────────────────────────────────────────


def add(session: Session, table: str, **values: Any) -> None:
    session.connection().execute(insert(_table(table)).values(**values))


def change(session: Session, table: str, centre_id: int, id_: int, **values: Any) -> None:
    rows = _table(table)
    session.connection().execute(
        update(rows).where(rows.c.centre_id == centre_id, rows.c.id == id_).values(**values)
    )  # fmt: skip


def remove(session: Session, table: str, centre_id: int, id_: int) -> None:
    rows = _table(table)
    session.connection().execute(delete(rows).where(rows.c.centre_id == centre_id, rows.c.id == id_))


def _table(name: str) -> Table:
    return m.Base.metadata.tables[name]
