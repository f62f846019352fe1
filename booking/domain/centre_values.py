"""Reading plain values of a centre's file. Every mistake is collected with its path; none ends the reading.

A mistake is a kind and its values; web/cli/wording.py has the sentences.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple

from booking.domain.times import GRAIN_MINUTES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REQUIRED_LANGUAGES = ("de", "en")
# What people speak: the tags that have a name of their own in web/i18n.py.
LANGUAGES = frozenset((
    "ar", "bg", "de", "en", "es", "fa", "fa-AF", "fr", "hr", "it", "ku", "pl", "ps", "ro", "ru", "so", "sq", "ti", "tr",
    "uk",
))  # fmt: skip
LONGEST_SLUG = 40
PARTS_OF_HOUR = tuple(minutes for minutes in range(GRAIN_MINUTES, 61, GRAIN_MINUTES) if 60 % minutes == 0)
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")

Path = tuple[str | int, ...]
Reader = Callable[[object, "At"], Any]
REQUIRED: Any = object()


class Wrong(Exception):
    """A value that cannot be used: the kind of mistake, and the values its sentence names."""

    def __init__(self, kind: str, **values: object) -> None:
        super().__init__(kind)
        self.kind, self.values = kind, values


class Problem(NamedTuple):
    path: Path
    kind: str
    values: Mapping[str, object]


class At(NamedTuple):
    """A place in the file, and where its problems are collected. List elements are counted from 0."""

    path: Path
    problems: list[Problem]

    def __truediv__(self, key: str | int) -> "At":
        return At((*self.path, key), self.problems)

    def say(self, kind: str, **values: object) -> None:
        self.problems.append(Problem(self.path, kind, values))

    def read(self, reader: Reader, value: object) -> Any:
        """What the reader makes of the value; None, and a problem more, if it cannot."""
        try:
            return reader(value, self)
        except Wrong as wrong:
            self.say(wrong.kind, **wrong.values)
            return None


class Key(NamedTuple):
    """How a key is read, and what it is worth where it is left out."""

    read: Reader
    default: Any = REQUIRED


class Row(NamedTuple):
    """A table of the file. `values` holds what could be read and the defaults, not what was wrong."""

    at: At
    values: dict[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def rows(self, name: str) -> "tuple[Row, ...]":
        found: tuple[Row, ...] = self.values.get(name, ())
        return found

    def lacks(self, name: str) -> bool:
        """Left out or empty. What was given but wrong has been said already."""
        return name in self.values and not self.values[name]


class Part(NamedTuple):
    """From one wall time to another on a weekday (Monday is 0)."""

    at: At
    weekday: int
    starts: time
    ends: time


# ── tables and lists ──────────────────────────────────────────────────────────────────────────────────────────────


def table(keys: Mapping[str, Key]) -> Reader:
    def read(value: object, at: At) -> Row:
        if not isinstance(value, dict):
            raise Wrong("no-table")
        for name in value:
            if name not in keys:
                (at / name).say("key-unknown", known=tuple(keys))
        return Row(at, dict(_known(keys, value, at)))

    return read


def _known(keys: Mapping[str, Key], given: Mapping[str, object], at: At) -> list[tuple[str, Any]]:
    found = []
    for name, key in keys.items():
        if name in given:
            value = (at / name).read(key.read, given[name])
            found += [(name, value)] if value is not None else []
        elif key.default is REQUIRED:
            at.say("missing", name=name)
        else:
            found.append((name, key.default))
    return found


def many(reader: Reader) -> Reader:
    """A list, in its order. If every element is wrong, the list counts as wrong, not as empty."""

    def read(value: object, at: At) -> tuple[Any, ...] | None:
        if not isinstance(value, list):
            raise Wrong("no-list")
        found = [(at / i).read(reader, element) for i, element in enumerate(value)]
        right = tuple(element for element in found if element is not None)
        return right if right or not value else None

    return read


def each_once(reader: Reader) -> Reader:
    """A list of names in which none stands twice."""

    def read(value: object, at: At) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = many(reader)(value, at)
        for name in dict.fromkeys(name for name in found or () if (found or ()).count(name) > 1):
            at.say("here-twice", name=name)
        return found

    return read


def words(value: object, at: At) -> dict[str, str]:
    """A text for people in German, English and whatever the centre has more: pages say in German what is missing."""
    if not isinstance(value, dict):
        raise Wrong("no-texts", languages=REQUIRED_LANGUAGES)
    for tag in REQUIRED_LANGUAGES:
        if tag not in value:
            at.say("text-missing", language=tag)
    for tag in value:
        (at / tag).read(text(400), value[tag])
        if tag not in LANGUAGES:
            (at / tag).say("no-page-language")
    return value


def texts(value: object, at: At) -> dict[str, dict[str, str]]:
    """Translations by language, each beside the German it belongs to; see domain.centre_texts."""
    if not isinstance(value, dict):
        raise Wrong("no-table")
    for tag, said in value.items():
        if tag not in LANGUAGES:
            (at / tag).say("no-page-language")
        elif not isinstance(said, dict):
            (at / tag).say("no-table")
        else:
            for german, own in said.items():
                (at / tag / german).read(text(400), own)
    return value


def week(value: object, at: At) -> tuple[Part, ...]:
    """Periods by weekday: mon = ["09:00-12:00"]."""
    days: Row = table({name: Key(many(_period), ()) for name in WEEKDAYS})(value, at)
    found = []
    for weekday, name in enumerate(WEEKDAYS):
        found += [Part(part.at, weekday, part.starts, part.ends) for part in days.get(name, ())]
    return tuple(found)


def _period(value: object, at: At) -> Part:
    starts, dash, ends = str(value).partition("-")
    if not isinstance(value, str) or not dash:
        raise Wrong("no-period")
    part = Part(at, 0, time_of_day(starts.strip(), at), time_of_day(ends.strip(), at))
    if part.ends <= part.starts:
        raise Wrong("ends-first")
    return part


# ── single values ─────────────────────────────────────────────────────────────────────────────────────────────────


def text(longest: int) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Wrong("no-text")
        if len(value) > longest:
            raise Wrong("too-long", most=longest)
        return value

    return read


def matching(pattern: str, kind: str) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Wrong(kind)
        return value

    return read


def slug(value: object, _at: At) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > LONGEST_SLUG:
        raise Wrong("no-slug", most=LONGEST_SLUG)
    return value


def one_of(*choices: str) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Wrong("unknown", value=value, known=choices)
        return value

    return read


def language(value: object, _at: At) -> str:
    if not isinstance(value, str) or value not in LANGUAGES:
        raise Wrong("unknown", value=value, known=tuple(sorted(LANGUAGES)))
    return value


def flag(value: object, _at: At) -> bool:
    if not isinstance(value, bool):
        raise Wrong("no-flag")
    return value


def whole(lowest: int, highest: int) -> Reader:
    def read(value: object, _at: At) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Wrong("no-number", lowest=lowest, highest=highest)
        return value

    return read


def minutes(lowest: int, highest: int) -> Reader:
    number = whole(lowest, highest)

    def read(value: object, at: At) -> int:
        found: int = number(value, at)
        if found % GRAIN_MINUTES:
            raise Wrong("no-multiple", of=GRAIN_MINUTES)
        return found

    return read


def part_of_hour(value: object, _at: At) -> int:
    """Minutes that divide the hour on the grid, so that every hour has the same marks."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in PARTS_OF_HOUR:
        raise Wrong("no-part-of-hour", known=PARTS_OF_HOUR)
    return value


def share(value: object, _at: At) -> float:
    """A part of a full post, 0 to 1."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise Wrong("no-share")
    return value


def day(value: object, _at: At) -> date:
    if type(value) is not date:
        raise Wrong("no-day")
    return value


def time_of_day(value: object, _at: At) -> time:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong("no-time")
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise Wrong("outside-day")
    if minute % GRAIN_MINUTES:
        raise Wrong("off-the-marks", of=GRAIN_MINUTES)
    return time(hour, minute)


def weekday(value: object, at: At) -> int:
    return WEEKDAYS.index(one_of(*WEEKDAYS)(value, at))
