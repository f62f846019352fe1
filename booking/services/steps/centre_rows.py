"""Making a centre's rows what its file says, one kind after the other, and noting what that changes.

Nothing that was booked, said or done loses its counsellor, room or programme: what something refers to is ended, not
removed. Opens no transaction.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain.centre_changes import ADDED, CHANGED, KEPT, LEFT, REMOVED, Change
from booking.domain.staff import ADMINISTRATOR, LEAD
from booking.domain.times import DAY
from booking.services.steps.filed import Filed, written
from booking.store import centres as store
from booking.store import staff as staff_store

KEYS = {"staff": "login"}
# What a new row has that its file does not say; never touched again.
AT_FIRST = {"staff": {"language": "de"}}
# Also set on the team page: where the file does not name them, an account keeps what it has.
ONLY_IF_NAMED = {"staff": frozenset({"secret_since", "first_day", "last_day"})}
# Also set on the roster's pages: what the file said of them last is remembered, see steps/filed.
TERM = ("first_day", "last_day")
WITH_TERM = ("site", "programme", "room")
# How columns that name a row of another kind are called in the file.
NAMES = {
    "carrier_id": ("carrier", "carrier"), "refer_to": ("refer_to", "partner"), "site_id": ("site", "site"),
}  # fmt: skip
ENDED_BY = {
    "staff": "last_day", "programme": "last_day", "room": "last_day", "site": "last_day", "interpreter": "last_day",
    "topic": "offered",
}  # fmt: skip


class Loading:
    """One centre, within one transaction. `ids`: row ids by kind and slug, those gone from the file included."""

    def __init__(self, session: Session, centre_id: int, today: date, now: datetime) -> None:
        self.changes: list[Change] = []
        self.filed = Filed(session, centre_id)
        self.ids: dict[str, dict[str, int]] = {}
        self._session, self._centre_id, self._today, self._now = session, centre_id, today, now
        self._gone: dict[str, list[dict[str, Any]]] = {}
        self._new: set[tuple[str, str]] = set()

    def rows(self, kind: str, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """Add and change rows; `wanted`: columns by slug (or login). What is gone waits for `retire`."""
        key = KEYS.get(kind, "slug")
        have = {row[key]: row for row in store.rows(self._session, kind, self._centre_id)}
        self.ids[kind] = {slug: row["id"] for slug, row in have.items()}
        for slug, values in wanted.items():
            if kind in WITH_TERM:
                self.filed.says(kind, slug, [written(values[column] for column in TERM)])
            if slug in have:
                self._update(kind, slug, have[slug], values)
            else:
                first = {"centre_id": self._centre_id, key: slug, **AT_FIRST.get(kind, {})}
                self.ids[kind][slug] = store.add(self._session, kind, {**first, **values})
                self._new.add((kind, slug))
                self._note(ADDED, kind, slug)
        self._gone[kind] = [row for slug, row in have.items() if slug not in wanted]

    def id_of(self, kind: str, slug: str | None) -> int | None:
        return None if slug is None else self.ids[kind][slug]

    def links(self, kind: str, field: str, wanted: Mapping[str, Sequence[str]], target: str | None = None) -> None:
        """Which programmes, languages or rooms belong to each owner; `target`: the kind of row they are, if any."""
        link = store.LINKS[kind, field]
        have = store.links(self._session, link, self._centre_id)
        slugs = {id_: slug for slug, id_ in self.ids[target].items()} if target else {}
        for owner, names in wanted.items():
            owner_id = self.ids[kind][owner]
            old = [slugs.get(value, value) for value in have.get(owner_id, ())]
            new = list(names)
            if old == new or (not link.position and set(old) == set(new)):
                continue
            values = [self.ids[target][name] for name in new] if target else new
            store.set_links(self._session, link, self._centre_id, owner_id, values)
            if (kind, owner) not in self._new:
                self._note(CHANGED, kind, owner, field, old, new)

    def sets(
        self, kind: str, columns: Sequence[str], wanted: Collection[tuple[Any, ...]], line: Callable[..., Any],
        owner: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Rows without a name (opening hours, an interpreter's): add what is missing, remove the others.

        `line`: makes of their values what the change shows.
        """
        lines = _Lines(kind, columns, line, owner)
        have = self._have(lines)
        for values in _sorted(set(have) - set(wanted)):
            self._take(lines, have[values], values)
        for values in _sorted(set(wanted) - set(have)):
            self._put(lines, values)

    def merges(
        self, kind: str, columns: Sequence[str], wanted: Collection[tuple[Any, ...]], line: Callable[..., Any],
        owner: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Rows that leads enter too (closures, one person's shifts): only what the file has changed since last time.

        Theirs stay, and what they took away stays away; both are noted while they are not over.
        """
        lines = _Lines(kind, columns, line, owner)
        have, said = self._have(lines), self.filed.said(kind, lines.owner_name)
        new = {written(values): values for values in wanted}
        here = {written(values): values for values in have}
        for values in _sorted(here[key] for key in (here.keys() & said) - new.keys()):
            self._take(lines, have[values], values)
        for values in _sorted(new[key] for key in new.keys() - said - here.keys()):
            self._put(lines, values)
        for values in _sorted(here[key] for key in here.keys() - said - new.keys()):
            self._left(lines, values, old=True)
        for values in _sorted(new[key] for key in (new.keys() & said) - here.keys()):
            self._left(lines, values, old=False)
        self.filed.says(kind, lines.owner_name, new.keys())

    def _have(self, lines: "_Lines") -> dict[tuple[Any, ...], int]:
        """Ids by values."""
        return {
            tuple(row[c] for c in lines.columns): row["id"]
            for row in store.rows(self._session, lines.kind, self._centre_id)
            if self._of_owner(lines).items() <= row.items()
        }

    def _of_owner(self, lines: "_Lines") -> dict[str, int]:
        owner = lines.owner
        return {f"{owner[0]}_id": self.ids[owner[0]][owner[1]]} if owner else {}

    def _take(self, lines: "_Lines", id_: int, values: tuple[Any, ...]) -> None:
        store.remove(self._session, lines.kind, id_)
        self._note(REMOVED, lines.kind, lines.owner_name, None, self._line(lines, values), None)

    def _put(self, lines: "_Lines", values: tuple[Any, ...]) -> None:
        named = dict(zip(lines.columns, values, strict=True))
        store.add(self._session, lines.kind, {"centre_id": self._centre_id, **self._of_owner(lines), **named})
        if lines.owner not in self._new:
            self._note(ADDED, lines.kind, lines.owner_name, None, None, self._line(lines, values))

    def _left(self, lines: "_Lines", values: tuple[Any, ...], *, old: bool) -> None:
        named = dict(zip(lines.columns, values, strict=True))
        if (named.get("last_day") or named.get("valid_until") or self._today) >= self._today:
            line = self._line(lines, values)
            self._note(LEFT, lines.kind, lines.owner_name, None, line if old else None, None if old else line)

    def _line(self, lines: "_Lines", values: tuple[Any, ...]) -> Any:
        return lines.line(*self._named(lines.columns, values))

    def retire(self, kind: str) -> None:
        """Remove what is gone from the file if nothing refers to it; else end it from today on, and name it.

        Accounts that people use, or that were made by hand, are left as they are: a file locks nobody out.
        """
        for row in self._gone[kind]:
            slug = row[KEYS.get(kind, "slug")]
            why = self._in_hand(row) if kind == "staff" else None
            if why is None and not store.referred_to(self._session, kind, row["id"]):
                store.remove(self._session, kind, row["id"])
                self._note(REMOVED, kind, slug)
            elif why is not None or kind not in ENDED_BY:
                self._note(KEPT, kind, slug, None, why)
            else:
                self._end(kind, slug, row)

    def _in_hand(self, account: Mapping[str, Any]) -> str | None:
        if account["role"] in (LEAD, ADMINISTRATOR):
            return "runs-the-house"
        return staff_store.why_kept(self._session, self._centre_id, account["id"], self._now)

    def _end(self, kind: str, slug: str, row: dict[str, Any]) -> None:
        column, yesterday = ENDED_BY[kind], self._today - DAY
        if column == "offered" and row[column]:
            self._set(KEPT, kind, slug, row, column, False)
        elif column == "last_day" and (row[column] or date.max) > yesterday:
            self._set(KEPT, kind, slug, row, column, yesterday)

    def _update(self, kind: str, slug: str, row: dict[str, Any], values: Mapping[str, Any]) -> None:
        for column, value in values.items():
            if value is None and row[column] is not None and column in ONLY_IF_NAMED.get(kind, ()):
                self._note(LEFT, kind, slug, column, row[column])
            elif row[column] != value and self._said_so_before(kind, slug, column, value):
                self._note(LEFT, kind, slug, column, row[column], value)
            elif row[column] != value:
                self._set(CHANGED, kind, slug, row, column, value)

    def _said_so_before(self, kind: str, slug: str, column: str, value: Any) -> bool:
        """Whether a first or last day was changed since by somebody, and not by the file."""
        if column not in TERM:
            return False
        place = TERM.index(column)
        return any(said[place] == written([value])[0] for said in self.filed.said(kind, slug))

    def _set(self, what: str, kind: str, slug: str, row: dict[str, Any], column: str, value: Any) -> None:
        store.change(self._session, kind, row["id"], {column: value})
        field = NAMES.get(column, (column, ""))[0]
        old, new = self._named((column, column), (row[column], value))
        self._note(what, kind, slug, field, old, new)

    def _named(self, columns: Sequence[str], values: Sequence[Any]) -> list[Any]:
        """Values as the file has them: slugs instead of ids."""
        return [
            next((slug for slug, id_ in self.ids[NAMES[column][1]].items() if id_ == value), None)
            if column in NAMES
            else value
            for column, value in zip(columns, values, strict=True)
        ]

    def _note(
        self, what: str, kind: str, slug: str, field: str | None = None, old: Any = None, new: Any = None
    ) -> None:
        self.changes.append(Change(what, kind, slug, field, old, new))


class _Lines(NamedTuple):
    """Which rows without a name; `line`: makes of their values what the change shows."""

    kind: str
    columns: Sequence[str]
    line: Callable[..., Any]
    owner: tuple[str, str] | None

    @property
    def owner_name(self) -> str:
        return self.owner[1] if self.owner else ""


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: tuple((value is None, value) for value in row))
