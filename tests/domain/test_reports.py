"""Figures: periods, cells that are hidden so that nobody can be recognised, and how long people waited."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import reports
from booking.domain.errors import Invalid
from booking.domain.reports import FIVE, Cell, Visit, Waits
from booking.domain.taps import Told

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


@pytest.mark.parametrize(
    "name", ["", "2027-Q5", "2027-13", "2027-00", "27", "2027-03-01", "1999", "2027 ", "２027", "2٠٢٧"]
)
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
def test_every_number_is_a_five_and_below_five_there_is_none(found):
    cells = reports.cells(found)
    assert {cell.key for cell in cells} == set(found)
    for cell in cells:
        if found[cell.key] < FIVE:
            assert cell.number is None
        else:
            assert cell.number % FIVE == 0
            assert abs(cell.number - found[cell.key]) <= 2


@given(st.lists(st.sampled_from(["walk_in", "appointment"]), max_size=40))
def test_the_total_is_the_sum_of_what_is_shown_and_tells_nothing_more(kinds):
    found = reports.figures([a_visit(kind) for kind in kinds], [])
    shown = [cell.number for cell in found.by_kind if cell.number is not None]
    assert found.seen == (sum(shown) if shown else None if kinds else 0)


def test_the_order_of_hidden_cells_tells_nothing():
    assert reports.cells(Counter(zu=4, ar=9, ti=1, uk=6)) == [
        Cell("ar", 10), Cell("uk", 5), Cell("ti", None), Cell("zu", None),
    ]  # fmt: skip
    assert reports.cells(Counter({None: 7})) == [Cell(None, 5)]
    assert reports.rounded(0) == 0


def test_only_who_was_seen_is_counted_but_everybody_who_was_called_has_waited():
    visits = [a_visit(waited=minutes) for minutes in (0, 10, 20, 40, 50)]
    visits += [a_visit(state="missed", waited=31), a_visit(state="waiting", waited=None)]
    visits += [a_visit("appointment", "in_talk", "jmd", None, 3)] * 5
    found = reports.figures(visits, ["done"] * 16 + ["arrived"] + ["missed"] * 6 + ["cancelled"] * 7 + ["booked"] * 8)
    assert found.seen == 10
    assert found.by_kind == [Cell("appointment", 5), Cell("walk_in", 5)]
    assert found.by_programme == [Cell("jmd", 5), Cell("mbe", 5)]
    assert found.by_language == [Cell(None, 5), Cell("ar", 5)]
    assert found.waits == [Waits("walk_in", 5, 26, 45, None), Waits("appointment", 5, 3, 3, 0)]
    assert found.missed_percent == 20
    assert dict(found.appointments)["booked"] == 10


def test_a_percent_is_rounded_and_tells_of_no_hidden_number():
    late = [a_visit(waited=45)] * 8 + [a_visit(waited=5)] * 12
    assert reports.figures(late, []).waits[0].long_percent == 50
    few = [a_visit(waited=45)] * 4 + [a_visit(waited=5)] * 46
    assert reports.figures(few, ["done"] * 46 + ["missed"] * 4).waits[0].long_percent is None
    assert reports.figures(few, ["done"] * 46 + ["missed"] * 4).missed_percent is None
    assert reports.figures(few, ["missed"] * 7).missed_percent == 100


def test_too_few_tell_nothing():
    found = reports.figures([a_visit()] * 4, ["done", "missed"])
    assert found.seen is None
    assert found.waits == [Waits("walk_in", None, None, None, None), Waits("appointment", 0, None, None, None)]
    assert found.missed_percent is None


def test_numbers_that_came_to_no_talk_are_counted_by_how_they_ended():
    ends = ["refused"] * 10 + ["referred"] * 5 + ["withdrawn"] * 4 + ["done"] * 9
    found = reports.figures([Visit("walk_in", state, None, None, None) for state in ends], [])
    assert [(cell.key, cell.number) for cell in found.endings] == [
        ("refused", 10),
        ("referred", 5),
        ("withdrawn", None),
    ]


def test_who_was_sent_on_is_counted_by_partner():
    visits = [a_visit(state="referred")._replace(partner=partner) for partner in ["drk"] * 5 + ["awo"] * 4]
    found = reports.figures([*visits, a_visit()._replace(partner="drk")], [])
    assert found.referrals == [Cell("drk", 5), Cell("awo", None)]


def test_of_a_few_talks_nobody_learns_how_many_people_came():
    few = reports.taps([Told(people=3, first=True, interpreter=True)] * 4)
    assert (few.talks, few.people, few.visits, few.interpreters) == (
        None, None, [Cell("first", None)], [Cell("yes", None)],
    )  # fmt: skip
    assert reports.taps([Told(people=3, first=False, interpreter=False)] * 5)[:4] == (
        5, 15, [Cell(None, 5)], [Cell("again", 5)],
    )  # fmt: skip
    assert reports.taps([]).people == 0
