"""Whether the parts of a centre's file fit together.

Works on whatever could be read, so that no mistake hides behind another.
"""

from datetime import date
from itertools import combinations
from math import gcd

from booking.domain.centre_values import WEEKDAYS, Part, Row
from booking.domain.roster import OUTREACH, weeks_between
from booking.domain.staff import COUNSELLOR
from booking.domain.times import GRAIN_MINUTES

# table, and the key in which no two of its rows may be alike
NAMED_BY = (
    ("carrier", "slug"), ("partner", "slug"), ("area", "slug"), ("site", "slug"), ("programme", "slug"),
    ("topic", "slug"), ("room", "slug"), ("room", "name"), ("interpreter", "slug"), ("staff", "login"),
)  # fmt: skip
# table, its key, and the table whose slugs may stand there
REFERENCES = (
    ("programme", "refer_to", "partner"), ("programme", "areas", "area"), ("room", "site", "site"),
    ("topic", "programmes", "programme"), ("closure", "carrier", "carrier"),
    ("staff", "carrier", "carrier"), ("staff", "programmes", "programme"), ("staff", "rooms", "room"),
)  # fmt: skip
WITH_DAYS = ("site", "programme", "room", "closure", "interpreter", "staff")
COUNSELLOR_NEEDS = ("carrier", "programmes", "languages", "rooms")
SHIFT_KEYS = {"weekday", "starts", "ends", "valid_from", "valid_until", "kind", "every_weeks"}
OFFICE, GROUP = TALK_ROOMS = ("office", "group")


def check(file: Row) -> None:
    _named_once(file)
    _references(file)
    _days(file)
    _ages(file)
    if hours := file.get("hours"):
        _hours(hours)
    if (centre := file.get("centre")) and centre.lacks("languages"):
        (centre.at / "languages").say("no-language")
    if centre and centre.lacks("modes"):
        (centre.at / "modes").say("no-mode")
    for room in file.rows("room"):
        if room.get("kind") == OFFICE and room.get("talks", 1) > 1:
            (room.at / "talks").say("one-talk")
    for interpreter in file.rows("interpreter"):
        if interpreter.lacks("languages"):
            (interpreter.at / "languages").say("interpreter-language")
    for person in file.rows("staff"):
        _person(person, file)


def _named_once(file: Row) -> None:
    for table, key in NAMED_BY:
        seen: set[str] = set()
        for row in file.rows(table):
            name = row.get(key)
            if name in seen:
                (row.at / key).say("used-twice", name=name)
            seen |= {name} if name is not None else set()


def _references(file: Row) -> None:
    for table, key, target in REFERENCES:
        known = {row.get("slug") for row in file.rows(target)}
        for row in file.rows(table):
            for name in _names(row, key):
                if name not in known:
                    (row.at / key).say("no-such-row", table=target, slug=name)


def _names(row: Row, key: str) -> tuple[str, ...]:
    value = row.get(key) or ()
    return (value,) if isinstance(value, str) else tuple(value)


def _days(file: Row) -> None:
    for table in WITH_DAYS:
        for row in file.rows(table):
            _in_order(row, "first_day", "last_day")
    for row in file.rows("closure"):
        _part_of_day(row)


def _part_of_day(row: Row) -> None:
    starts, ends = row.get("starts"), row.get("ends")
    if (starts is None) != (ends is None):
        row.at.say("one-time")
    elif starts is not None and ends <= starts:
        (row.at / "ends").say("ends-first")


def _in_order(row: Row, first: str, last: str) -> None:
    if row.get(first) and row.get(last) and row.get(last) < row.get(first):
        (row.at / last).say("before", other=first)


def _ages(file: Row) -> None:
    """One question about age decides: a topic may turn on one birthday only."""
    ages: dict[str, set[int]] = {}
    for row in file.rows("programme"):
        given = {age for age in (row.get("from_birthday"), row.get("before_birthday")) if age is not None}
        ages.setdefault(row.get("slug", ""), set()).update(given)
        if row.get("from_birthday") is not None and row.get("before_birthday") is not None:
            (row.at / "before_birthday").say("two-birthdays")
    for topic in file.rows("topic"):
        asked = set().union(*(ages.get(slug, set()) for slug in topic.get("programmes", ())))
        if len(asked) > 1:
            (topic.at / "programmes").say("several-birthdays", ages=tuple(sorted(asked)))
        if topic.lacks("programmes"):
            (topic.at / "programmes").say("no-programme")


def _hours(hours: Row) -> None:
    opening, walk_in = hours.get("open", ()), hours.get("walk_in", ())
    for parts in (opening, walk_in):
        for one, other in combinations(parts, 2):
            if _steps(one) & _steps(other):
                other.at.say("periods-overlap")
    open_steps = frozenset().union(*map(_steps, opening))
    for part in walk_in:
        if "open" in hours.values and not _steps(part) <= open_steps:
            part.at.say("outside-opening")


def _steps(part: Part) -> frozenset[tuple[int, int]]:
    """The five-minute steps of a period: weekday, and minute of the day."""
    first, end = (t.hour * 60 + t.minute for t in (part.starts, part.ends))
    return frozenset((part.weekday, minute) for minute in range(first, end, GRAIN_MINUTES))


def _person(person: Row, file: Row) -> None:
    if person.get("role") == COUNSELLOR:
        for name in COUNSELLOR_NEEDS:
            if person.lacks(name):
                person.at.say("counsellor-needs", name=name)
    kinds = {room.get("slug"): room.get("kind") for room in file.rows("room")}
    for room in person.get("rooms", ()):
        if kinds.get(room) not in (*TALK_ROOMS, None):
            (person.at / "rooms").say("no-talks", slug=room)
    _shifts(person.rows("shift"))
    _shift_sites(person.rows("shift"), file)


def _shifts(shifts: tuple[Row, ...]) -> None:
    for shift in shifts:
        _in_order(shift, "valid_from", "valid_until")
        if "starts" in shift.values and "ends" in shift.values and shift.get("ends") <= shift.get("starts"):
            (shift.at / "ends").say("ends-first")
    whole = [shift for shift in shifts if shift.values.keys() >= SHIFT_KEYS]
    for one, other in combinations(whole, 2):
        if _together(one, other) and _steps(_part(one)) & _steps(_part(other)):
            other.at.say("shifts-overlap", weekday=WEEKDAYS[other.get("weekday")])


def _shift_sites(shifts: tuple[Row, ...], file: Row) -> None:
    """Where outreach goes: to a site that is one of outreach, and nothing else goes there."""
    outreach = {site.get("slug"): site.get("outreach") for site in file.rows("site")}
    for shift in shifts:
        slug = shift.get("site")
        if slug is None:
            continue
        if slug not in outreach:
            (shift.at / "site").say("no-such-row", table="site", slug=slug)
        elif outreach[slug] is False:
            (shift.at / "site").say("no-outreach-site", slug=slug)
        if shift.get("kind") not in (OUTREACH, None):
            (shift.at / "site").say("site-of-outreach")


def _part(shift: Row) -> Part:
    return Part(shift.at, shift.get("weekday"), shift.get("starts"), shift.get("ends"))


def _together(one: Row, other: Row) -> bool:
    """Of the same kind, and in some week both. (A break or an outreach lies within a shift, as it should.)"""
    one_last, other_last = one.get("valid_until") or date.max, other.get("valid_until") or date.max
    overlap = one.get("valid_from") <= other_last and other.get("valid_from") <= one_last
    every = gcd(one.get("every_weeks"), other.get("every_weeks"))
    apart = weeks_between(one.get("valid_from"), other.get("valid_from"))
    return bool(overlap and apart % every == 0 and one.get("kind") == other.get("kind"))
