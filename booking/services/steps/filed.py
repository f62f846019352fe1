"""What a centre's file said when it was loaded last: leads change closures, shifts and last days too.

Loading does what the file has changed since then, and nothing else: so it never takes back what was entered, changed
or taken away on the roster's pages. Opens no transaction.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy.orm import Session

from booking.store import centres as store

Line = tuple[str, ...]
Key = tuple[str, str]


def written(values: Iterable[Any]) -> Line:
    """Values as they are kept, for comparing."""
    return tuple("" if value is None else str(value) for value in values)


class Filed:
    """By kind (a table's name) and owner: a login, a slug, or "" where the kind is the centre's."""

    def __init__(self, session: Session, centre_id: int) -> None:
        self._session, self._centre_id = session, centre_id
        self._said: dict[Key, set[Line]] = {}
        for row in store.rows(session, "file_line", centre_id):
            self._said.setdefault((row["kind"], row["owner"]), set()).add(tuple(row["line"]))
        self._says: dict[Key, set[Line]] = {}

    def said(self, kind: str, owner: str) -> set[Line]:
        """Nothing for what the file did not name then."""
        return self._said.get((kind, owner), set())

    def says(self, kind: str, owner: str, lines: Collection[Line]) -> None:
        self._says[kind, owner] = set(lines)

    def says_nothing(self, kind: str, owner: str) -> None:
        """The file leaves this to the roster's pages; what it said before still counts once it speaks again."""
        self._says[kind, owner] = self.said(kind, owner)

    def keep(self) -> None:
        """For the next time; what the file no longer names is forgotten."""
        if {key: lines for key, lines in self._says.items() if lines} == self._said:
            return
        store.keep_file_lines(self._session, self._centre_id, [
            {"kind": kind, "owner": owner, "line": list(line)}
            for (kind, owner), lines in self._says.items() for line in sorted(lines)
        ])  # fmt: skip
