"""Reading plain values of a centre's file. Every mistake is collected with its path; none ends the reading."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple

from booking.domain.times import GRAIN_MINUTES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PAGE_LANGUAGES = ("de", "en", "ar")
# What people speak: the tags that have a name of their own in web/i18n.py.
LANGUAGES = frozenset((
    "ar", "bg", "de", "en", "es", "fa", "fa-AF", "fr", "hr", "it", "ku", "pl", "ps", "ro", "ru", "so", "sq", "ti", "tr",
    "uk",
))  # fmt: skip
LONGEST_SLUG = 40
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")

Path = tuple[str | int, ...]
Reader = Callable[[object, "At"], Any]
REQUIRED: Any = object()


class Wrong(Exception):
    """A value that cannot be used; the text is a sentence for whoever wrote the file."""


class Problem(NamedTuple):
    path: Path
    sentence: str


class At(NamedTuple):
    """A place in the file, and where its problems are collected. List elements are counted from 0."""

    path: Path
    problems: list[Problem]

    def __truediv__(self, key: str | int) -> "At":
        return At((*self.path, key), self.problems)

    def say(self, sentence: str) -> None:
        self.problems.append(Problem(self.path, sentence))

    def read(self, reader: Reader, value: object) -> Any:
        """What the reader makes of the value; None, and a problem more, if it cannot."""
        try:
            return reader(value, self)
        except Wrong as wrong:
            self.say(str(wrong))
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


def quoted(names: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(f'"{name}"' for name in names)


# ── tables and lists ──────────────────────────────────────────────────────────────────────────────────────────────


def table(keys: Mapping[str, Key]) -> Reader:
    def read(value: object, at: At) -> Row:
        if not isinstance(value, dict):
            raise Wrong("This must be a table.")
        for name in value:
            if name not in keys:
                (at / name).say(f"Unknown key. Known here are {', '.join(keys)}.")
        return Row(at, dict(_known(keys, value, at)))

    return read


def _known(keys: Mapping[str, Key], given: Mapping[str, object], at: At) -> list[tuple[str, Any]]:
    found = []
    for name, key in keys.items():
        if name in given:
            value = (at / name).read(key.read, given[name])
            found += [(name, value)] if value is not None else []
        elif key.default is REQUIRED:
            at.say(f'"{name}" is missing.')
        else:
            found.append((name, key.default))
    return found


def many(reader: Reader) -> Reader:
    """A list, in its order. If every element is wrong, the list counts as wrong, not as empty."""

    def read(value: object, at: At) -> tuple[Any, ...] | None:
        if not isinstance(value, list):
            raise Wrong("This must be a list.")
        found = [(at / i).read(reader, element) for i, element in enumerate(value)]
        right = tuple(element for element in found if element is not None)
        return right if right or not value else None

    return read


def each_once(reader: Reader) -> Reader:
    """A list of names in which none stands twice."""

    def read(value: object, at: At) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = many(reader)(value, at)
        for name in dict.fromkeys(name for name in found or () if (found or ()).count(name) > 1):
            at.say(f'"{name}" stands here twice.')
        return found

    return read


def words(value: object, at: At) -> dict[str, str]:
    """A text for people in every language of the pages."""
    if not isinstance(value, dict):
        raise Wrong(f"Write this text in each language: {', '.join(PAGE_LANGUAGES)}.")
    for tag in PAGE_LANGUAGES:
        if tag not in value:
            at.say(f'The text in "{tag}" is missing.')
    for tag in value:
        (at / tag).read(text(400), value[tag])
        if tag not in LANGUAGES:
            (at / tag).say("This is no language of the pages.")
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
        raise Wrong('Write a period like "09:00-12:00".')
    part = Part(at, 0, time_of_day(starts.strip(), at), time_of_day(ends.strip(), at))
    if part.ends <= part.starts:
        raise Wrong("This ends before it starts.")
    return part


# ── single values ─────────────────────────────────────────────────────────────────────────────────────────────────


def text(longest: int) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Wrong("Write a text here, in quotes.")
        if len(value) > longest:
            raise Wrong(f"This is too long: at most {longest} characters.")
        return value

    return read


def matching(pattern: str, sentence: str) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Wrong(sentence)
        return value

    return read


def slug(value: object, _at: At) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > LONGEST_SLUG:
        raise Wrong(f"A slug has small letters, digits and single hyphens, at most {LONGEST_SLUG}.")
    return value


def one_of(*choices: str) -> Reader:
    def read(value: object, _at: At) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Wrong(f"{value!r} is not known here. Known are {quoted(choices)}.")
        return value

    return read


def language(value: object, _at: At) -> str:
    if not isinstance(value, str) or value not in LANGUAGES:
        raise Wrong(f"The language {value!r} is not known. Known are {', '.join(sorted(LANGUAGES))}.")
    return value


def flag(value: object, _at: At) -> bool:
    if not isinstance(value, bool):
        raise Wrong("Write true or false, without quotes.")
    return value


def whole(lowest: int, highest: int) -> Reader:
    def read(value: object, _at: At) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Wrong(f"Write a whole number from {lowest} to {highest}.")
        return value

    return read


def minutes(lowest: int, highest: int) -> Reader:
    number = whole(lowest, highest)

    def read(value: object, at: At) -> int:
        found: int = number(value, at)
        if found % GRAIN_MINUTES:
            raise Wrong(f"Minutes must be a multiple of {GRAIN_MINUTES}.")
        return found

    return read


def share(value: object, _at: At) -> float:
    """A part of a full post, 0 to 1."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise Wrong("Write a part of a full post, from 0 to 1.")
    return value


def day(value: object, _at: At) -> date:
    if type(value) is not date:
        raise Wrong("Write a day like 2027-03-01, without quotes.")
    return value


def time_of_day(value: object, _at: At) -> time:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong('Write a time like "09:00", in quotes.')
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise Wrong("This time lies outside the day.")
    if minute % GRAIN_MINUTES:
        raise Wrong("Times must be on a five-minute mark.")
    return time(hour, minute)


def weekday(value: object, at: At) -> int:
    return WEEKDAYS.index(one_of(*WEEKDAYS)(value, at))
