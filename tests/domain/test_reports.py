"""Figures: periods, cells that are hidden so that nobody can be recognised, and how long people waited."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import reports
from booking.domain.errors import Invalid
from booking.domain.reports import SMALLEST_CELL, Cell, Visit, Waits

counted = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 12), max_size=8).map(Counter)


def a_visit(kind="walk_in", state="done", programme="mbe", language="ar", waited=10):
    return Visit(kind, state, programme, language, waited)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("2027-Q1", date(2027, 1, 1), date(2027, 3, 31)),
        ("2027-Q4", date(2027, 10, 1), date(2027, 12, 31)),
        ("2027-02", date(2027, 2, 1), date(2027, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2027-12", date(2027, 12, 1), date(2027, 12, 31)),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(name, first, last):
    assert reports.period(name) == (name, first, last)


@pytest.mark.parametrize("name", ["", "2027-Q5", "2027-13", "2027-00", "27", "2027-03-01", "1999", "2027 ", "２027"])
def test_other_periods_are_refused_single_days_too(name):
    with pytest.raises(Invalid) as refusal:
        reports.period(name)
    assert refusal.value.field == "period"


def test_every_period_on_offer_can_be_read():
    names = reports.periods(date(2027, 3, 2))
    assert names[:3] == ["2027", "2027-Q1", "2027-Q2"]
    assert len(names) == len(set(names)) == 34
    assert [reports.period(name).name for name in names] == names


def test_a_day_knows_its_quarter():
    assert [reports.quarter_of(date(2027, month, 1)) for month in (1, 3, 4, 12)] == [
        "2027-Q1", "2027-Q1", "2027-Q2", "2027-Q4",
    ]  # fmt: skip


@given(counted)
def test_no_small_number_shows_and_none_can_be_told_from_the_total(found):
    cells = reports.cells(found)
    shown = {cell.key: cell.number for cell in cells if cell.number is not None}
    hidden = [cell.key for cell in cells if cell.number is None]
    assert {cell.key for cell in cells} == set(found)
    assert all(number == found[key] >= SMALLEST_CELL for key, number in shown.items())
    assert len(hidden) != 1 or len(found) == 1
    small = [key for key, number in found.items() if number < SMALLEST_CELL]
    assert len(hidden) <= max(len(small), 2 if small else 0)
    assert [found[cell.key] for cell in cells] == sorted(found.values(), reverse=True)


def test_where_one_cell_is_hidden_the_next_smallest_is_hidden_too():
    assert reports.cells(Counter(ar=9, uk=6, ti=2)) == [Cell("ar", 9), Cell("uk", None), Cell("ti", None)]
    assert reports.cells(Counter(ar=9, uk=4, ti=2)) == [Cell("ar", 9), Cell("uk", None), Cell("ti", None)]
    assert reports.cells(Counter({None: 7})) == [Cell(None, 7)]


def test_only_who_was_seen_is_counted_but_everybody_who_was_called_has_waited():
    visits = [a_visit(waited=minutes) for minutes in (0, 10, 20, 40, 50)]
    visits += [a_visit(state="missed", waited=31), a_visit(state="waiting", waited=None)]
    visits += [a_visit("appointment", "in_talk", "jmd", None, 3)] * 5
    found = reports.figures(visits, ["done"] * 6 + ["arrived"] + ["missed"] * 3 + ["cancelled"] * 7 + ["booked"] * 8)
    assert found.seen == 10
    assert found.by_kind == [Cell("appointment", 5), Cell("walk_in", 5)]
    assert found.by_programme == [Cell("jmd", 5), Cell("mbe", 5)]
    assert found.by_language == [Cell(None, 5), Cell("ar", 5)]
    assert found.waits == [Waits("walk_in", 6, 26, 45, 50), Waits("appointment", 5, 3, 3, 0)]
    assert found.missed_percent == 30
    assert dict(found.appointments)["booked"] == 8


def test_too_few_tell_nothing():
    found = reports.figures([a_visit()] * 4, ["done", "missed"])
    assert found.seen is None
    assert found.waits == [Waits("walk_in", None, None, None, None), Waits("appointment", None, None, None, None)]
    assert found.missed_percent is None
