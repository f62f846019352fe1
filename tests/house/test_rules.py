"""Rules that a reader of one file cannot see broken: the clock, the commit, the scope, the sizes, the refusals."""

import ast
import re

import pytest

from booking.domain import errors as refusals
from booking.store import models  # noqa: F401 - the tables must be known
from booking.store.db import UtcDateTime, db
from booking.web import errors
from tests.house.source import ROOT, calls, functions, modules

CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.datetime.now", "datetime.date.today"}
COMMITS = re.compile(r"(session|connection|db\.session)\.(commit|rollback|begin)$")
LONGEST_FUNCTION, LONGEST_FILE = 60, 400
# Of the installation, not of a centre.
WITHOUT_CENTRE = {"installation", "lease", "centre"}


def reads_clock(tree: ast.AST) -> set[str]:
    return CLOCKS.intersection(calls(tree))


def commits(tree: ast.AST) -> set[str]:
    return {call for call in calls(tree) if COMMITS.search(call)}


@pytest.mark.parametrize("name", [name for name in modules() if name != "booking.clock"])
def test_only_the_clock_reads_the_clock(name):
    assert reads_clock(modules()[name]) == set()


@pytest.mark.parametrize("name", [name for name in modules() if name != "booking.store.db"])
def test_only_the_transaction_commits(name):
    assert commits(modules()[name]) == set()


def test_the_checks_can_fail():
    assert reads_clock(ast.parse("x = datetime.now(UTC)"))
    assert commits(ast.parse("session.commit()"))
    assert commits(modules()["booking.store.db"])


def test_every_row_belongs_to_a_centre():
    without = {t.name for t in db.metadata.sorted_tables if "centre_id" not in t.columns}
    assert without == WITHOUT_CENTRE


def test_every_instant_is_aware():
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if "DATETIME" in str(column.type).upper() or "TIMESTAMP" in str(column.type).upper():
                assert isinstance(column.type, UtcDateTime), f"{table.name}.{column.name}"


def test_names_and_phones_of_visitors_stand_in_one_table():
    """Staff and places have names and phones, too; nothing else does."""
    holders = {t.name for t in db.metadata.sorted_tables if {"name", "phone"} & set(t.columns.keys())}
    assert holders == {
        "visitor", "staff", "centre", "carrier", "partner", "programme", "topic", "room", "screen", "area",
        "interpreter", "site", "lease", "step",
    }  # fmt: skip


def test_every_refusal_has_a_status_and_a_sentence():
    kinds = {kind() for kind in all_kinds()}
    assert kinds <= set(errors.TABLE)
    assert "slot-taken" in kinds


def all_kinds():
    for refusal in refusals.Refusal.__subclasses__():
        yield lambda refusal=refusal: refusal.kind.fget(refusal.__new__(refusal))


def test_functions_and_files_are_short():
    lengths = {
        f"{name}.{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for name, tree in modules().items()
        for function in functions(tree)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    ordered = sorted(lengths.values())
    assert ordered[len(ordered) // 2] <= 10
    assert ordered[len(ordered) * 9 // 10] <= 30
    for path in (ROOT / "booking").rglob("*.py"):
        if "migrations" not in path.parts:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, path.name


def test_everything_is_annotated():
    bare = [
        f"{name}.{function.name}"
        for name, tree in modules().items()
        for function in functions(tree)
        if function.returns is None
    ]
    assert bare == []
