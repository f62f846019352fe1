"""`make bench` prints every row; no time is judged here."""

import sys

import pytest

from tests import machine
from tests.bench.table import EMIT, HELLO, MILLISECONDS, SMALLER, Row, Samples, Target, cells, table

ROWS = (
    "hello-world route, bare", "one commit, bare", "slots, 0 appointments", "slots, 20 appointments",
    "slots, 80 appointments", "  80 by 0 appointments", "slots, 200 appointments", "  200 by 80 appointments",
    "slots beside 3 other centres", "rules alone, 30 days, 50 people", "book", "ticket, with publishing",
    "call, with publishing", "call → the screen", "  bare emit → the screen", "call → the last of 2 screens",
    "  bare emit → the last of 2 screens", "call → the last of 3 screens", "  bare emit → the last of 3 screens",
    "call → the last of 4 screens", "  bare emit → the last of 4 screens",
)  # fmt: skip


@pytest.mark.slow
def test_every_row_is_printed_for_each_database():
    done = machine.run(sys.executable, "-m", "tests.bench", "--quick", timeout=240)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("milliseconds")) + 1
    printed = lines[begin : begin + len(ROWS)]
    assert [row for row, line in zip(ROWS, printed, strict=True) if not line.startswith(row)] == []
    columns = 2 if machine.has_postgres() else 1
    assert {line.count("│") for line in printed} == {columns}
    assert ("LEFT OUT: PostgreSQL" in done.stdout) == (columns == 1)


def test_what_only_reads_is_compared_with_hello():
    assert Samples(hello=[0.001, 0.001, 0.5], route=[0.008, 0.009, 0.010]).by_hello == pytest.approx(9)


def test_what_writes_is_compared_on_top_of_a_commit():
    samples = Samples(hello=[0.001], commit=[0.004], route=[0.012])
    assert samples.by_hello == pytest.approx(9)  # 12 ms less the 3 ms that the commit took


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target(12, HELLO), "ok"), (Target(11.9, HELLO), "MISSED"),
        (Target(12, MILLISECONDS), "ok"), (Target(11.9, MILLISECONDS), "MISSED"),
        (Target(2, EMIT), "ok"), (Target(1.9, EMIT), "MISSED"),
        (Target(2, SMALLER), "ok"), (Target(1.9, SMALLER), "MISSED"),
    ],
)  # fmt: skip
def test_a_target_is_reached_or_missed(target, verdict):
    beside = Samples(hello=[0.001], route=[0.006] * 2)
    row = Row("call", Samples(hello=[0.001], route=[0.012] * 2), target, beside)
    assert cells(row, 1)[-1] == verdict
    assert cells(row, 1.5)[-1] == (verdict if target.unit == SMALLER else "ok")


def test_postgres_may_take_half_as_long_again():
    row = Row("call", Samples(hello=[0.001], route=[0.014] * 2), Target(10, HELLO))
    printed = table({"SQLite": [row], "PostgreSQL": [row]}).splitlines()[2]
    assert printed.index("≤ 10×") < printed.index("MISSED") < printed.index("≤ 15×") < printed.index("ok")


def test_the_99th_percentile_is_near_the_slowest():
    assert Samples(route=[n / 1000 for n in range(1, 101)]).percentile == pytest.approx(0.099, abs=0.0005)
