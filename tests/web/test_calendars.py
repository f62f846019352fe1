"""The calendar's page and what its address answers."""

import re

import pytest
from icalendar import Calendar

from booking.store.db import db
from tests.web.visiting import COUNSELLOR, book, read, rows, send, signed_in, worded

PAGE = "/ludwigsburg/account/calendar"


@pytest.fixture
def her(app, house):
    return signed_in(app, COUNSELLOR)


def address_of(answer):
    found = re.search(r"http://[^<\s]+\.ics", answer.text)
    assert found, answer.text
    return found[0].removeprefix("http://localhost")


def test_she_makes_an_address_that_is_shown_once_and_ends_it(app, client, her):
    assert worded(app, "There is no address for your calendar.") in read(her.get(PAGE)).words
    address = address_of(send(her, PAGE, {"step": "new"}))
    assert address not in her.get(PAGE).text
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    send(her, PAGE, {"end": "1"})
    assert client.get(address).status_code == 404
    assert client.get("/ludwigsburg/calendar/made-up.ics").status_code == 404


def test_another_centre_s_address_opens_nothing(client, her):
    address = address_of(send(her, PAGE))
    assert client.get(address.replace("ludwigsburg", "balingen")).status_code == 404
    assert client.get(address).status_code == 200


def test_her_calendar_says_when_where_in_which_language_and_never_who(app, client, her):
    book(app.test_client(), "Samira Secret", "0151 23456789", topic="german", day="2027-03-09")
    appointment = rows(app, "appointment")[-1]
    with app.app_context(), db.engine.begin() as connection:
        staff = db.metadata.tables["staff"]
        [me] = [row["id"] for row in rows(app, "staff") if row["login"] == COUNSELLOR]
        taken = db.metadata.tables["appointment"]
        connection.execute(taken.update().where(taken.c.id == appointment["id"]).values(counsellor_id=me))
        connection.execute(staff.update().where(staff.c.id == me).values(language="de"))
    text = client.get(address_of(send(her, PAGE))).text
    assert "Samira" not in text
    assert "23456789" not in text
    titles = [str(event["summary"]) for event in Calendar.from_ical(text).walk("VEVENT")]
    talk = next(title for title in titles if "·" in title)
    assert re.fullmatch(r"Zimmer .+ · Deutsch · .+", talk)
    assert worded(app, "On duty") in titles


def test_the_account_leads_there(her):
    assert read(her.get("/ludwigsburg/account")).link("account/calendar")
