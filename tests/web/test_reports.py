"""The lead's figures: a page and a spreadsheet, without a person and without a small number."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert

from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import LEAD, book, dump, press, read, said, signed_in, worded

FIGURES = "/ludwigsburg/reports"


@pytest.fixture
def lead(app, house):
    return signed_in(app, LEAD)


def lines(answer):
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_present_quarter_is_shown_and_small_numbers_are_not(app, lead):
    for _ in range(2):
        press(lead, lead.get("/ludwigsburg/desk"), language="ar", programme="mbe")
    book(app.test_client())
    page = read(lead.get(FIGURES))
    assert "01.01.2027" in page.words
    assert "31.03.2027" in page.words
    assert worded(app, "too few to tell") in page.words
    assert "*" in page.words.split()


def test_the_spreadsheet_says_the_same_and_tells_nothing_of_a_person(app, lead, house):
    book(app.test_client(), name="Samira Test")
    with app.app_context(), db.engine.begin() as connection:
        tapped = {"centre_id": house["ludwigsburg"], "day": date(2027, 3, 2), "topic": "residence", "people": 1}
        connection.execute(insert(m.Figure), [tapped] * 5)
        sent = {"centre_id": house["ludwigsburg"], "day": date(2027, 3, 2), "number": 1, "kind": "walk_in"}
        sent |= {"state": "referred", "referred_to": "school", "taken_at": datetime(2027, 3, 2, 9, tzinfo=UTC)}
        connection.execute(insert(m.Ticket), sent)
    answer = lead.get(f"{FIGURES}.csv?period=2027-03")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ludwigsburg-2027-03.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    found = lines(answer)
    assert ["2027-03", "appointments", "booked", "*"] in found
    assert ["2027-03", "wait_median", "walk_in", "*"] in found
    assert ["2027-03", "referrals", "school", "*"] in found
    assert ["2027-03", "tapped_topics", "residence", "5"] in found
    page = read(lead.get(f"{FIGURES}?period=2027-03"))
    assert worded(app, "sent on to a partner") in page.words
    assert "Samira" in dump(app, "visitor")
    assert "Samira" not in answer.get_data(as_text=True)


def test_an_unknown_period_is_said_and_the_present_one_shown(app, lead):
    answer = lead.get(f"{FIGURES}?period=2027-03-01")
    assert answer.status_code == 422
    page = read(answer)
    assert said(app, "period-unknown") in page.words
    assert "01.01.2027" in page.words
    assert lead.get(f"{FIGURES}.csv?period=x").status_code == 422
