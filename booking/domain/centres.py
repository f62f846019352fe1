"""A centre as data: what its file may say, and the checked description that comes of it (domain.md 7)."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple

from booking.domain.centre_checks import check
from booking.domain.centre_keys import FILE
from booking.domain.centre_texts import joined, unused
from booking.domain.centre_values import At, Path, Problem, Row
from booking.domain.roster import WALK_INS, Hours

FULL_POST_MINUTES = 39 * 60


class Mistake(NamedTuple):
    """`key` is the way to it in the file, lists counted from 1: staff[2].shift[1].ends; see Problem for the others."""

    line: int
    key: str
    kind: str
    values: Mapping[str, object]


class BadCentre(Exception):
    """A file that cannot be loaded; every mistake in it, by line."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


class Centre(NamedTuple):
    """`languages` in the order of local use: those with pages are offered there, all of them at the desk. `modes`: how
    talks are held, the usual one first. `embedded_on`: origins of sites that may show the first page within theirs."""

    slug: str
    name: dict[str, str]
    sms_name: str
    zone: str
    region: str
    address: str
    directions: dict[str, str]
    phone: str
    step_free: bool | None
    languages: tuple[str, ...]
    interpreted: tuple[str, ...]
    interpreter_lead_minutes: int
    modes: tuple[str, ...]
    embedded_on: tuple[str, ...]
    horizon_days: int
    lead_minutes: int
    start_every_minutes: int
    buffer_minutes: int
    min_present: int
    min_reachable: int
    same_day_percent: int
    crisis_minutes: int
    erase_after_days: int


class Carrier(NamedTuple):
    """`privacy_contact`: who answers for data protection there; `authority`: who watches over it. Empty: not known."""

    slug: str
    name: str
    law: str
    address: str
    privacy_contact: str
    authority: str


class Partner(NamedTuple):
    slug: str
    name: dict[str, str]
    address: str
    phone: str
    languages: tuple[str, ...]


class Area(NamedTuple):
    slug: str
    name: dict[str, str]


class Site(NamedTuple):
    slug: str
    name: dict[str, str]
    address: str
    outreach: bool
    first_day: date | None
    last_day: date | None


class Programme(NamedTuple):
    """`refer_to`: the slug of a partner; `areas`: slugs."""

    slug: str
    name: dict[str, str]
    from_birthday: int | None
    before_birthday: int | None
    first_day: date | None
    last_day: date | None
    confidential: bool
    refer_to: str | None
    areas: tuple[str, ...]


class Topic(NamedTuple):
    slug: str
    name: dict[str, str]
    minutes: int
    follow_up_minutes: int | None
    short_minutes: int | None
    bring: dict[str, str]
    programmes: tuple[str, ...]


class Room(NamedTuple):
    slug: str
    name: str
    kind: str
    seats: int
    talks: int
    site: str | None
    step_free: bool | None
    quiet: bool
    first_day: date | None
    last_day: date | None


class Closure(NamedTuple):
    """`carrier`: the slug of the one whose staff are away; None is the centre. `kind` as in domain/roster."""

    first_day: date
    last_day: date
    carrier: str | None
    kind: str
    starts: time | None
    ends: time | None
    reason: str


class Shift(NamedTuple):
    """`site`: the slug of where outreach goes."""

    weekday: int
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None
    kind: str
    every_weeks: int
    site: str | None = None


class Times(NamedTuple):
    """An interpreter's hours on a weekday."""

    weekday: int
    starts: time
    ends: time


class Interpreter(NamedTuple):
    slug: str
    name: str
    languages: tuple[str, ...]
    woman: bool | None
    lead_minutes: int
    first_day: date | None
    last_day: date | None
    hours: tuple[Times, ...]


class Staff(NamedTuple):
    """`shifts` empty: her roster is made elsewhere."""

    login: str
    name: str
    role: str
    carrier: str | None
    duty: bool
    woman: bool | None
    contract_minutes: int
    secret_since: date | None
    first_day: date | None
    last_day: date | None
    programmes: tuple[str, ...]
    languages: tuple[str, ...]
    rooms: tuple[str, ...]
    shifts: tuple[Shift, ...]


class Description(NamedTuple):
    """`hours`: the opening hours, and beside them the walk-in hours that lie within them."""

    centre: Centre
    carriers: tuple[Carrier, ...]
    partners: tuple[Partner, ...]
    areas: tuple[Area, ...]
    sites: tuple[Site, ...]
    programmes: tuple[Programme, ...]
    topics: tuple[Topic, ...]
    rooms: tuple[Room, ...]
    hours: tuple[Hours, ...]
    closures: tuple[Closure, ...]
    interpreters: tuple[Interpreter, ...]
    staff: tuple[Staff, ...]


def describe(
    data: Mapping[str, object], known_region: Callable[[str], bool]
) -> tuple[Description | None, list[Problem]]:
    """The description in a file's data, or None and every problem there is. `known_region`: are its holidays known?"""
    problems: list[Problem] = []
    file: Row = At((), problems).read(FILE, joined(data))
    check(file)
    for path in unused(data):
        At(path, problems).say("text-of-nothing")
    centre = file.get("centre")
    if centre and "region" in centre.values and not known_region(centre.get("region")):
        (centre.at / "region").say("region-unknown")
    return (None if problems else _built(file)), problems


def dotted(path: Path) -> str:
    """A path as it is shown: lists counted from 1."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).lstrip(".")


def _built(file: Row) -> Description:
    hours = file.get("hours")
    return Description(
        centre=Centre(**file.get("centre").values),
        carriers=tuple(Carrier(**row.values) for row in file.rows("carrier")),
        partners=tuple(Partner(**row.values) for row in file.rows("partner")),
        areas=tuple(Area(**row.values) for row in file.rows("area")),
        sites=tuple(Site(**row.values) for row in file.rows("site")),
        programmes=tuple(Programme(**row.values) for row in file.rows("programme")),
        topics=tuple(Topic(**row.values) for row in file.rows("topic")),
        rooms=tuple(Room(**row.values) for row in file.rows("room")),
        hours=_hours(hours, "open", walk_in=False, alone=WALK_INS)
        + _hours(hours, "walk_in", walk_in=True, alone=hours.get("alone")),
        closures=tuple(Closure(**row.values) for row in file.rows("closure")),
        interpreters=tuple(_interpreter(row) for row in file.rows("interpreter")),
        staff=tuple(_staff(row) for row in file.rows("staff")),
    )


def _hours(row: Row, name: str, *, walk_in: bool, alone: str) -> tuple[Hours, ...]:
    return tuple(Hours(part.weekday, part.starts, part.ends, walk_in, alone) for part in row.get(name))


def _interpreter(row: Row) -> Interpreter:
    hours = tuple(Times(part.weekday, part.starts, part.ends) for part in row.get("hours"))
    return Interpreter(**{**row.values, "hours": hours})


def _staff(row: Row) -> Staff:
    values: dict[str, Any] = dict(row.values)
    shifts = tuple(Shift(**shift.values) for shift in values.pop("shift"))
    return Staff(contract_minutes=round(values.pop("fte") * FULL_POST_MINUTES), shifts=shifts, **values)
