"""The table: each row with its median, its 99th percentile, and what its target says."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

BARE = "/bench"
HELLO, EMIT, SMALLER, MILLISECONDS = "×", "× emit", "× the smaller", " ms"
POSTGRES_MAY = 1.5  # times the target of SQLite
LEGEND = """\
× hello: the median by that of the bare hello-world route, measured in turns with it. For what writes, on top of one
bare commit: (median − median of the bare commit's route + median of hello) / median of hello. Targets of PostgreSQL are
1.5 times those of SQLite. × emit: the median by that of the bare emit to as many screens. × the smaller: × hello by
that of the row with the smaller load, the same for both databases."""


@dataclass
class Samples:
    """Seconds of a route and, measured in turns with it, of the bare routes."""

    hello: list[float] = field(default_factory=list)
    commit: list[float] = field(default_factory=list)
    route: list[float] = field(default_factory=list)

    def forget(self) -> None:
        for seconds in (self.hello, self.commit, self.route):
            seconds.clear()

    @property
    def median(self) -> float:
        return statistics.median(self.route)

    @property
    def percentile(self) -> float:
        """The 99th."""
        return statistics.quantiles(self.route, n=100, method="inclusive")[-1]

    @property
    def by_hello(self) -> float:
        hello = statistics.median(self.hello)
        above = statistics.median(self.commit) - hello if self.commit else 0.0
        return (self.median - above) / hello


class Target(NamedTuple):
    """At most so many times a bare hello (HELLO), a bare emit (EMIT), a smaller load (SMALLER), or MILLISECONDS."""

    limit: float
    unit: str


class Row(NamedTuple):
    """`beside`: the bare emit that was measured in turns with it, or the same route with the smaller load."""

    what: str
    samples: Samples
    target: Target | None = None
    beside: Samples | None = None

    def reached(self, target: Target) -> float:
        if target.unit == HELLO:
            return self.samples.by_hello
        if target.unit == SMALLER and self.beside is not None:
            return self.samples.by_hello / self.beside.by_hello
        if target.unit == EMIT and self.beside is not None:
            return self.samples.median / self.beside.median
        return self.samples.median * 1000


def cells(row: Row, may: float) -> list[str]:
    """Median, p99, × hello, the target and how it stands."""
    samples = row.samples
    numbers = [f"{samples.median * 1000:.1f}", f"{samples.percentile * 1000:.1f}", f"{samples.by_hello:.1f}"]
    if row.target is None:
        return [*numbers, "", ""]
    limit = row.target.limit * (1 if row.target.unit == SMALLER else may)
    reached = row.reached(row.target)
    note = f" ({reached:.1f})" if row.target.unit in (EMIT, SMALLER) else ""
    return [*numbers, f"≤ {limit:g}{row.target.unit}{note}", "ok" if reached <= limit else "MISSED"]


def table(measured: dict[str, Sequence[Row]]) -> str:
    """One line a row, the databases side by side."""
    names = list(measured)
    head = ["milliseconds"] + ["median", "p99", "× hello", "target", ""] * len(names)
    body = [
        [rows[0].what, *(cell for name, row in zip(names, rows, strict=True) for cell in cells(row, _may(name)))]
        for rows in zip(*measured.values(), strict=True)
    ]
    widths = [max(len(line[n]) for line in (head, *body)) for n in range(len(head))]
    group = sum(widths[1:6]) + 4 * 2
    title = " " * widths[0] + "".join(f" │ {name:<{group}}" for name in names)
    return "\n".join([title.rstrip(), *(_line(line, widths) for line in (head, *body)), "", LEGEND])


def _may(database: str) -> float:
    return POSTGRES_MAY if database == "PostgreSQL" else 1.0


def _line(line: Sequence[str], widths: Sequence[int]) -> str:
    groups = [f"{line[0]:<{widths[0]}}"]
    for start in range(1, len(line), 5):
        *numbers, target, verdict = [
            f"{cell:>{width}}" if n < 3 else f"{cell:<{width}}"
            for n, (cell, width) in enumerate(zip(line[start : start + 5], widths[start : start + 5], strict=True))
        ]
        groups.append("  ".join([*numbers, target, verdict]))
    return " │ ".join(groups).rstrip()
