"""What a plan needs to know of a centre, its people, rooms and hours: column selects into NamedTuples."""

from datetime import date, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from booking.domain.places import Programme
from booking.domain.roster import Absence, Closure, DayShift, Hours, Shift
from booking.domain.times import Span
from booking.store import models as m


class Rules(NamedTuple):
    """A centre's own numbers for offering and assigning."""

    zone: ZoneInfo
    region: str
    horizon_days: int
    lead: timedelta
    start_every: int
    buffer_minutes: int
    min_present: int
    min_reachable: int
    interpreted: frozenset[str]
    interpreter_lead: timedelta
    erase_after_days: int
    same_day_percent: int
    crisis_minutes: int


class Person(NamedTuple):
    """A counsellor as the roster knows her; programmes, languages and rooms are joined by the caller.

    `first_day`: the first on which she may advise anybody, so none before her commitment to secrecy (domain.md R25);
    date.max while there is no such commitment.
    """

    id: int
    carrier_id: int
    duty: bool
    contract_minutes: int
    woman: bool | None
    first_day: date
    last_day: date | None

    def works_on(self, day: date) -> bool:
        return self.first_day <= day <= (self.last_day or date.max)


class TalkRoom(NamedTuple):
    """A room in which people are counselled; it is there from its own first day, and its site's, to the last."""

    id: int
    slug: str
    name: str
    seats: int
    talks: int
    step_free: bool
    quiet: bool
    days: tuple[tuple[date | None, date | None], ...]

    @property
    def site_days(self) -> tuple[date | None, date | None]:
        return self.days[1]

    def there(self, day: date) -> bool:
        return all((first or date.min) <= day <= (last or date.max) for first, last in self.days)


class InterpreterRow(NamedTuple):
    id: int
    languages: frozenset[str]
    woman: bool | None
    lead: timedelta
    first_day: date | None
    last_day: date | None
    hours: tuple[tuple[int, time, time], ...]


centre, hours, closure = m.Centre.__table__.c, m.Hours.__table__.c, m.Closure.__table__.c
staff, room, programme = m.Staff.__table__.c, m.Room.__table__.c, m.Programme.__table__.c
shift, day_shift, absence = (t.__table__.c for t in (m.Shift, m.DayShift, m.Absence))
of_programme, of_language, of_room, of_area = (
    t.__table__.c for t in (m.StaffProgramme, m.StaffLanguage, m.StaffRoom, m.ProgrammeArea)
)
site, interpreter, there = m.Site.__table__.c, m.Interpreter.__table__.c, m.InterpreterHours.__table__.c

_RULES = select(
    centre.zone, centre.region, centre.horizon_days, centre.lead_minutes, centre.start_every_minutes,
    centre.buffer_minutes, centre.min_present, centre.min_reachable, centre.interpreted,
    centre.interpreter_lead_minutes, centre.erase_after_days, centre.same_day_percent, centre.crisis_minutes,
).where(centre.id == bindparam("centre"))  # fmt: skip
_HOURS = (
    select(hours.weekday, hours.starts, hours.ends, hours.walk_in, hours.alone)
    .where(hours.centre_id == bindparam("centre"))
    .order_by(hours.weekday, hours.starts, hours.walk_in, hours.id)
)
_CLOSURES = (
    select(closure.first_day, closure.last_day, closure.carrier_id, closure.kind, closure.starts, closure.ends)
    .where(closure.centre_id == bindparam("centre"), closure.last_day >= bindparam("first"))
    .order_by(closure.first_day, closure.id)
)
_BOUND = func.coalesce(staff.secret_since, date.max)
FIRST_DAY = case((staff.first_day > _BOUND, staff.first_day), else_=_BOUND).label("first_day")
_PEOPLE = (
    select(staff.id, staff.carrier_id, staff.duty, staff.contract_minutes, staff.woman, FIRST_DAY, staff.last_day)
    .where(staff.centre_id == bindparam("centre"), staff.role == "counsellor", staff.carrier_id.is_not(None))
    .order_by(staff.id)
)
_NAMES = select(staff.id, staff.name).where(staff.centre_id == bindparam("centre")).order_by(staff.id)
_ROOMS = (
    select(
        room.id, room.slug, room.name, room.seats, room.talks, room.step_free, room.quiet, room.first_day,
        room.last_day, site.first_day.label("site_first"), site.last_day.label("site_last"),
    )
    .outerjoin(m.Site.__table__, site.id == room.site_id)
    .where(
        room.centre_id == bindparam("centre"), room.kind.in_(("office", "group")),
        or_(room.site_id.is_(None), site.outreach.is_(False)),
    )
)  # fmt: skip
_BY_ROOM = _ROOMS.order_by(room.id)
_ROOMS_OF = (
    _ROOMS.join(m.StaffRoom.__table__, of_room.room_id == room.id)
    .where(of_room.staff_id == bindparam("staff"))
    .order_by(of_room.position, room.id)
)
_PROGRAMMES = (
    select(
        programme.id, programme.from_birthday, programme.before_birthday, programme.first_day, programme.last_day,
        programme.confidential, of_area.area_id,
    )
    .outerjoin(m.ProgrammeArea.__table__, of_area.programme_id == programme.id)
    .where(programme.centre_id == bindparam("centre"))
    .order_by(programme.id, of_area.area_id)
)  # fmt: skip
_INTERPRETERS = (
    select(
        interpreter.id, interpreter.languages, interpreter.woman, interpreter.lead_minutes, interpreter.first_day,
        interpreter.last_day, there.weekday, there.starts, there.ends,
    )
    .join(m.InterpreterHours.__table__, there.interpreter_id == interpreter.id)
    .where(interpreter.centre_id == bindparam("centre"))
    .order_by(interpreter.id, there.weekday, there.starts)
)  # fmt: skip
_SHIFTS = (
    select(
        shift.staff_id, shift.weekday, shift.starts, shift.ends, shift.valid_from, shift.valid_until, shift.kind,
        shift.every_weeks,
    )
    .where(shift.centre_id == bindparam("centre"))
    .order_by(shift.staff_id, shift.weekday, shift.starts, shift.id)
)  # fmt: skip
_DAY_SHIFTS = (
    select(day_shift.staff_id, day_shift.day, day_shift.kind, day_shift.starts, day_shift.ends)
    .where(
        day_shift.centre_id == bindparam("centre"),
        day_shift.day >= bindparam("first"),
        day_shift.day <= bindparam("last"),
    )
    .order_by(day_shift.day, day_shift.staff_id, day_shift.starts, day_shift.id)
)
_ABSENCES = (
    select(absence.staff_id, absence.starts_at, absence.ends_at)
    .where(
        absence.centre_id == bindparam("centre"),
        absence.ends_at > bindparam("starts"),
        absence.starts_at < bindparam("ends"),
    )
    .order_by(absence.starts_at, absence.id)
)
_SKILLS = (
    select(of_programme.staff_id, of_programme.programme_id)
    .where(of_programme.centre_id == bindparam("centre"))
    .order_by(of_programme.staff_id, of_programme.programme_id)
)
_SPEAKS = (
    select(of_language.staff_id, of_language.language)
    .where(of_language.centre_id == bindparam("centre"))
    .order_by(of_language.staff_id, of_language.language)
)
_USES = (
    select(of_room.staff_id, of_room.room_id)
    .where(of_room.centre_id == bindparam("centre"))
    .order_by(of_room.staff_id, of_room.position, of_room.room_id)
)


def rules(session: Session, centre_id: int) -> Rules | None:
    row = session.connection().execute(_RULES, {"centre": centre_id}).first()
    if row is None:
        return None
    return Rules(
        ZoneInfo(row.zone), row.region, row.horizon_days, timedelta(minutes=row.lead_minutes),
        row.start_every_minutes, row.buffer_minutes, row.min_present, row.min_reachable, frozenset(row.interpreted),
        timedelta(minutes=row.interpreter_lead_minutes), row.erase_after_days, row.same_day_percent, row.crisis_minutes,
    )  # fmt: skip


def opening_hours(session: Session, centre_id: int) -> list[Hours]:
    return [Hours._make(row) for row in session.connection().execute(_HOURS, {"centre": centre_id})]


def closures(session: Session, centre_id: int, first: date) -> list[Closure]:
    """Those that have not ended before `first`."""
    return [
        Closure._make(row) for row in session.connection().execute(_CLOSURES, {"centre": centre_id, "first": first})
    ]


def people(session: Session, centre_id: int) -> list[Person]:
    return [Person._make(row) for row in session.connection().execute(_PEOPLE, {"centre": centre_id})]


def names(session: Session, centre_id: int) -> dict[int, str]:
    """Staff names by id, for staff pages only."""
    return {row.id: row.name for row in session.connection().execute(_NAMES, {"centre": centre_id})}


def talk_rooms(session: Session, centre_id: int) -> list[TalkRoom]:
    """Offices and group rooms of the house: booking, calling and the rule of presence know the same ones.

    Those of an outreach site are used by who works there.
    """
    return _talk_rooms(session, _BY_ROOM, {"centre": centre_id})


def rooms_of(session: Session, centre_id: int, staff_id: int, day: date) -> list[TalkRoom]:
    """Of these, the ones that somebody may use and that are there on that day, in her own order."""
    found = _talk_rooms(session, _ROOMS_OF, {"centre": centre_id, "staff": staff_id})
    return [room for room in found if room.there(day)]


def _talk_rooms(session: Session, query: Select[Any], wanted: dict[str, int]) -> list[TalkRoom]:
    return [
        TalkRoom(
            row.id, row.slug, row.name, row.seats, row.talks, row.step_free is True, row.quiet,
            ((row.first_day, row.last_day), (row.site_first, row.site_last)),
        )
        for row in session.connection().execute(query, wanted)
    ]  # fmt: skip


def interpreters(session: Session, centre_id: int) -> list[InterpreterRow]:
    """Those who have hours at all."""
    found: dict[int, InterpreterRow] = {}
    for row in session.connection().execute(_INTERPRETERS, {"centre": centre_id}):
        known = found.get(row.id) or InterpreterRow(
            row.id, frozenset(row.languages), row.woman, timedelta(minutes=row.lead_minutes), row.first_day,
            row.last_day, (),
        )  # fmt: skip
        found[row.id] = known._replace(hours=(*known.hours, (row.weekday, row.starts, row.ends)))
    return list(found.values())


def programmes(session: Session, centre_id: int) -> dict[int, Programme]:
    found: dict[int, Programme] = {}
    for *values, area_id in session.connection().execute(_PROGRAMMES, {"centre": centre_id}):
        kind = found.get(values[0]) or Programme(*values)
        found[kind.id] = kind if area_id is None else kind._replace(areas=kind.areas | {area_id})
    return found


def programme_names(session: Session, centre_id: int, day: date) -> list[tuple[str, dict[str, str]]]:
    """(slug, name) of the programmes that run on that day and have no secret to keep."""
    shown = select(programme.slug, programme.name).where(*_for_walk_ins(centre_id, day))
    rows = session.connection().execute(shown.order_by(programme.id))
    return [(row.slug, row.name) for row in rows]


def programme_id(session: Session, centre_id: int, slug: str, day: date) -> int | None:
    """The programme of that slug, if it is one of `programme_names`."""
    rows = select(programme.id).where(programme.slug == slug, *_for_walk_ins(centre_id, day))
    return session.connection().execute(rows).scalar()


def _for_walk_ins(centre_id: int, day: date) -> tuple[ColumnElement[bool], ...]:
    """Programmes that run on that day, and whose name gives nothing away."""
    return (
        programme.centre_id == centre_id, programme.confidential.is_(False),
        or_(programme.first_day.is_(None), programme.first_day <= day),
        or_(programme.last_day.is_(None), programme.last_day >= day),
    )  # fmt: skip


def shifts(session: Session, centre_id: int) -> list[Shift]:
    return [Shift._make(row) for row in session.connection().execute(_SHIFTS, {"centre": centre_id}).all()]


def day_shifts(session: Session, centre_id: int, first: date, last: date) -> list[DayShift]:
    """Single days that stand for the weekly pattern."""
    rows = session.connection().execute(_DAY_SHIFTS, {"centre": centre_id, "first": first, "last": last})
    return [DayShift._make(row) for row in rows]


def absences(session: Session, centre_id: int, span: Span) -> list[Absence]:
    """Those that touch the span."""
    found = session.connection().execute(
        _ABSENCES, {"centre": centre_id, "starts": span.starts, "ends": span.ends}
    )  # fmt: skip
    return [Absence(row.staff_id, Span(row.starts_at, row.ends_at)) for row in found]


def skills(session: Session, centre_id: int) -> dict[int, list[int]]:
    """Programme ids by staff id."""
    return _by_staff(session, _SKILLS, centre_id)


def languages(session: Session, centre_id: int) -> dict[int, list[str]]:
    return _by_staff(session, _SPEAKS, centre_id)


def spoken_on(session: Session, centre_id: int, day: date) -> set[str]:
    """The languages of the counsellors who work here on that day, see `Person`."""
    wanted = (
        staff.centre_id == centre_id, staff.role == "counsellor", staff.carrier_id.is_not(None), day >= FIRST_DAY,
        or_(staff.last_day.is_(None), staff.last_day >= day),
    )  # fmt: skip
    tags = select(of_language.language).distinct().join(m.Staff.__table__, staff.id == of_language.staff_id)
    return set(session.connection().execute(tags.where(*wanted)).scalars())


def rooms_used(session: Session, centre_id: int) -> dict[int, list[int]]:
    """Room ids by staff id, in each person's own order."""
    return _by_staff(session, _USES, centre_id)


def _by_staff(session: Session, query: Select[Any], centre_id: int) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for staff_id, value in session.connection().execute(query, {"centre": centre_id}):
        found.setdefault(staff_id, []).append(value)
    return found
