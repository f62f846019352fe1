"""What planning of cover is given, and what a plan does to rows. Opens no transaction."""

from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain import cover_values, roster
from booking.domain.appointments import BOOKED, CANCELLED
from booking.domain.availability import Request
from booking.domain.cover_values import CANCEL, OFFER, Inputs, Place, Talk, freed, judged
from booking.domain.cover_values import place_of as offered_place
from booking.domain.errors import NotFound
from booking.domain.places import Plan, minutes_of
from booking.domain.roster import NOT_PLANNED, Calendar
from booking.domain.times import DAY, Span, instant, local_day
from booking.services.steps import placing, planning
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import holds as hold_store
from booking.store import roster as roster_store
from booking.store.cover import BookedRow, LineRow
from booking.store.holds import HoldRow

EVENING = time(18)
_INSTANTS = ("starts_at", "ends_at", "busy_until")


class Case(NamedTuple):
    """A centre's inputs with the rows they were made of, by appointment id."""

    inputs: Inputs
    rows: dict[int, BookedRow]


def case(session: Session, centre_id: int, now: datetime, *, whole: bool = False) -> Case:
    """All that is booked from now on, on days on which somebody has lost her place (or `whole`: on every day)."""
    planned = planning.load(session, centre_id, now)
    plan, rules = _from_now(planned.plan, planned.rules), planned.rules
    grid = plan.calendar.grid
    here = planning.house(session, centre_id, rules, plan.calendar.days)
    answer_by = instant(local_day(now, rules.zone) + DAY, EVENING, rules.zone)
    rows = store.booked(session, centre_id, Span(now, grid.at(grid.steps)))
    inputs = Inputs(
        plan, tuple(talk(row, plan, now) for row in rows),
        {id_: here.at_work.get(id_, NOT_PLANNED).talks for id_ in here.people},
        _rooms(session, centre_id, plan.calendar), _interpreters(session, centre_id, plan.calendar),
        planning.loads(session, centre_id, planned, now), Span(answer_by, planned.window.ends), answer_by,
    )  # fmt: skip
    return Case(inputs if whole else _of_lost_days(inputs), {row.id: row for row in rows})


def line(session: Session, centre_id: int, line_id: int) -> LineRow:
    """Refusal: NotFound, also for another centre's."""
    found = store.line_of(session, centre_id, line_id)
    if found is None:
        raise NotFound
    return found


def lost_to(case: Case, row: BookedRow, place: Place, now: datetime) -> str | None:
    """Who or what of that place is not there (any more): one of CAUSES; None if all is."""
    return cover_values.lost(case.inputs, talk(row, case.inputs.plan, now)._replace(place=place))


def can_be_kept(case: Case, row: BookedRow, place: Place, now: datetime) -> bool:
    """Whether an appointment could be booked into that place, if it had none. `case` is of every day."""
    here = talk(row, case.inputs.plan, now)._replace(place=place)
    plan = case.inputs.plan._replace(crisis_minutes=0, kept_back=())  # nothing more is sold than was before
    if row.state == BOOKED:
        plan = freed(case.inputs, plan, [place_of(row)])
    return any(offered_place(offer, place.starts_at) == place for offer in judged(plan, here))


def hold(
    session: Session, centre_id: int, row: BookedRow, place: Place, kind: str, until: datetime, now: datetime
) -> int:
    """A place kept for this appointment, as a row alone: what it claims is the caller's. Answers its id."""
    return hold_store.add_hold(
        session, centre_id=centre_id, kind=kind, appointment_id=row.id, carrier_id=row.carrier_id,
        programme_id=row.programme_id, topic_id=row.topic_id, because={"rule": "cover", "among": 1, "share": 0},
        made_at=now, expires_at=until, **columns(place),
    )  # fmt: skip


def is_as_left(row: BookedRow, line: LineRow) -> bool:
    """Whether the appointment is still where its line has put it."""
    if line.action in (OFFER, CANCEL):
        return row.state == CANCELLED and row.sequence == line.before["sequence"] + 1
    return row.state == BOOKED and place_of(row) == read(line.after)


def place_of(row: BookedRow | HoldRow) -> Place:
    return Place(
        row.counsellor_id, row.room_id, row.starts_at, row.ends_at, row.busy_until, row.interpreter, row.interpreter_id
    )


def claimed(plan: Plan, place: Place) -> appointment_store.Place:
    """What is claimed for it."""
    talks = len(plan.rooms[place.room_id].free)
    return appointment_store.Place(place.counsellor_id, place.interpreter_id, place.room_id, talks)


def written(place: Place) -> dict[str, Any]:
    """A place as JSON keeps it."""
    kept = columns(place)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}


def read(kept: dict[str, Any]) -> Place:
    """What `written` wrote."""
    starts, ends, busy = (datetime.fromisoformat(kept[name]) for name in _INSTANTS)
    counsellor, room = kept["counsellor_id"], kept["room_id"]
    return Place(counsellor, room, starts, ends, busy, kept["interpreter"], kept["interpreter_id"])


def columns(place: Place) -> dict[str, Any]:
    """What an appointment's row has, when it is kept there."""
    return place._asdict()


def _from_now(plan: Plan, rules: roster_store.Rules) -> Plan:
    """Leads counted from now, since a window of cover begins now and not after the booking's own lead."""
    helpers = tuple(i._replace(lead=i.lead + rules.lead) for i in plan.interpreters)
    return plan._replace(interpreters=helpers, interpreter_lead=max(rules.interpreter_lead, rules.lead))


def talk(row: BookedRow, plan: Plan, now: datetime) -> Talk:
    window = Span(now, plan.calendar.grid.at(plan.calendar.grid.steps))
    minutes = (row.ends_at - row.starts_at) // cover_values.MINUTE
    if row.interpreter:
        minutes = minutes_of(row.length, row.minutes, row.follow_up_minutes, row.short_minutes)
    request = Request(
        (row.programme_id,), minutes, row.language, placing.age_of(row.needs), window,
        people=row.needs.get("people", 1), woman=bool(row.needs.get("woman")),
        step_free=bool(row.needs.get("step_free")), mode=row.mode,
    )  # fmt: skip
    return Talk(row.id, place_of(row), request, bool(row.needs.get("counsellor")))


def _rooms(session: Session, centre_id: int, cal: Calendar) -> dict[int, int]:
    return {row.id: planning.within(cal, row.days) for row in roster_store.talk_rooms(session, centre_id)}


def _interpreters(session: Session, centre_id: int, cal: Calendar) -> dict[int, int]:
    return {
        row.id: roster.weekly(cal, row.hours) & planning.within(cal, [(row.first_day, row.last_day)])
        for row in roster_store.interpreters(session, centre_id)
    }


def _of_lost_days(inputs: Inputs) -> Inputs:
    zone = inputs.plan.calendar.zone
    days = {local_day(t.place.starts_at, zone) for t in inputs.talks if cover_values.lost(inputs, t)}
    return inputs._replace(talks=tuple(t for t in inputs.talks if local_day(t.place.starts_at, zone) in days))
