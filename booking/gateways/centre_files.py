"""Files of centres: TOML with the line of every key, and what the `holidays` library knows about regions."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path as File
from typing import Any, NamedTuple

import holidays

from booking.domain.centre_values import Path
from booking.domain.centres import BadCentre, Mistake

SHIPPED = File(__file__).resolve().parent.parent / "centres"

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_BLANK_OR_COMMA = re.compile(r"(?:[\s,]|#[^\n]*)*")
_EQUALS = re.compile(r"=[ \t]*")
_KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL
)  # fmt: skip
_BARE = re.compile(r"[^,\]}\n#]+")


class Source(NamedTuple):
    """`name`: how the file is called in messages."""

    name: str
    text: str


class Document(NamedTuple):
    """A file's data, and the line of each table, key and list element in it."""

    data: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Its line; for something that is missing, the line of where it belongs."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def shipped() -> list[str]:
    """The slugs of the centres that come with the program."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def source(file: str) -> Source:
    """A path, or the slug of a shipped centre. Raises OSError; BadCentre if it is no text."""
    path = File(file)
    if file in shipped() and not path.is_file():
        path = SHIPPED / f"{file}.toml"
    raw = path.read_bytes()
    try:
        return Source(str(path), raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadCentre([Mistake(line, "", "not-utf-8", {})]) from error


def parse(text: str) -> Document:
    """Refusal: BadCentre with the first place that is no TOML."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        detail, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else max(len(text.splitlines()), 1)
        raise BadCentre([Mistake(line, "", "no-toml", {"detail": detail})]) from error
    return Document(data, _Lines(text).of_document())


def known_region(region: str) -> bool:
    """Whether the public holidays of a region such as DE-BW are known."""
    country, _, state = region.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not state or state in known[country])


class _Lines:
    """Walks over text that is known to be TOML and notes where things stand. (tomllib keeps no lines.)"""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {(): 1}
        self._last: dict[Path, int] = {}

    def of_document(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        line = self._line()
        self._at += brackets
        path: Path = ()
        keys = self._keys()
        for i, key in enumerate(keys):
            path = (*path, key)
            if brackets == 2 and i == len(keys) - 1:
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
        self._at += brackets
        self._note(path, line)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._keys())
        self._note(path, line)
        self._skip(_EQUALS)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._text[self._at] == ".":
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        return self._skip(_KEY).strip().strip("\"'")

    def _value(self, path: Path) -> None:
        first = self._text[self._at]
        if first == "{":
            self._inside("}", lambda _: self._pair(path))
        elif first == "[":
            self._inside("]", lambda i: self._element((*path, i)))
        else:
            self._skip(_STRING if first in "\"'" else _BARE)

    def _element(self, path: Path) -> None:
        self._note(path, self._line())
        self._value(path)

    def _inside(self, end: str, each: Callable[[int], None]) -> None:
        self._at += 1
        count = 0
        self._skip(_BLANK_OR_COMMA)
        while self._text[self._at] != end:
            each(count)
            count += 1
            self._skip(_BLANK_OR_COMMA)
        self._at += 1

    def _note(self, path: Path, line: int) -> None:
        """The line of a path, and of every part of it that has none yet."""
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        assert found is not None  # noqa: S101 - tomllib has read the same text
        self._at = found.end()
        return found[0]

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
