"""The wait list over HTTP: from the page on which nothing is free to an appointment, and what the desk sees of it."""

from datetime import date

import pytest

from booking import clock
from booking.services import waitlist
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import RECEPTION, Page, code_of, link_of, press, read, rows, said, signed_in, worded

TIMES = "/ludwigsburg/{}/residence/times?age=reached"
PHONE = "0151 23456789"


@pytest.fixture
def shut(app, house) -> None:
    """Nothing can be booked for weeks."""
    days = {"first_day": date(2027, 3, 1), "last_day": date(2027, 4, 30), "reason": "Umbau", "carrier_id": None}
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(m.Closure.__table__.delete())
        connection.execute(m.Closure.__table__.insert().values(centre_id=house["ludwigsburg"], **days))


def opened(app) -> None:
    """Times are free again, and the worker has looked."""
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(m.Closure.__table__.delete())
        assert waitlist.offer_due(clock.now()) > 0


def joined(client, language="de", **typed):
    full = client.get(TIMES.format(language))
    return press(client, client.get(read(full).link("/waiting")), **{"phone": PHONE, "reminders": "y", **typed})


def answered(client, page, reply):
    """Press the button that says so."""
    form = next(form for form in read(page).forms if form.fields.get("reply") == reply)
    return client.post(form.action, data=form.fields, follow_redirects=True)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_from_nothing_free_to_an_appointment(app, client, shut, language):
    page = joined(client, language)
    assert worded(app, "You are on the wait list.", language) in read(page).words
    code = code_of(page)
    address = page.request.path
    opened(app)
    page = client.get(address)
    assert page.headers["Cache-Control"] == "no-store"
    assert worded(app, "A time is free for you.", language) in read(page).words
    page = answered(client, page, "yes")
    assert page.request.path.endswith(f"/{language}/appointment/{link_of(page)}")
    assert address.replace("/waiting/", "/appointment/") == page.request.path
    assert (code_of(page), [row["state"] for row in rows(app, "appointment")]) == (code, ["booked"])
    assert client.get(address, follow_redirects=True).request.path == page.request.path


def test_a_no_and_leaving_and_pressing_twice(app, client, shut):
    page = joined(client)
    address = page.request.path
    opened(app)
    offer = client.get(address)
    answered(client, offer, "no")
    assert [row["state"] for row in rows(app, "wait_offer")] == ["declined", "open"]
    page = answered(client, offer, "yes")  # the other button, on a page that was still open
    assert (page.request.path, rows(app, "appointment")) == (address, [])
    leaving = next(form for form in read(page).forms if form.action.endswith("/leave"))
    for _ in range(2):
        page = client.post(leaving.action, data=leaving.fields, follow_redirects=True)
        assert worded(app, "You are not on the wait list any more.") in read(page).words
    assert rows(app, "visitor") == []
    client.post(leaving.action, data={})
    assert client.get(address.replace("ludwigsburg", "balingen")).status_code == 404
    assert client.get("/ludwigsburg/de/waiting/made-up").status_code == 404


def test_code_and_digits_open_her_page_too(app, client, shut):
    code = code_of(joined(client))
    opened(app)
    page = press(client, client.get("/ludwigsburg/de/find"), code=code, last4="6789")
    assert "/waiting/by-code." in page.request.path
    again = press(client, client.get("/ludwigsburg/de/find"), code=code, last4="6788")
    assert said(app, "wrong-credentials") in read(again).words
    assert client.get(page.request.path.replace("ludwigsburg", "balingen")).status_code == 404
    assert client.get("/ludwigsburg/de/waiting/by-code.made-up").status_code == 404
    stale, page = page, answered(client, page, "yes")
    assert "/appointment/by-code." in page.request.path
    assert client.get(stale.request.path).status_code == 404


def test_who_leaves_by_her_code_sees_that_it_is_done(app, client, shut):
    code = code_of(joined(client))
    page = press(client, client.get("/ludwigsburg/de/find"), code=code, last4="6789")
    leaving = next(form for form in read(page).forms if form.action.endswith("/leave"))
    page = client.post(leaving.action, data=leaving.fields)
    assert worded(app, "You are not on the wait list any more.") in read(page).words


def test_what_cannot_be_used_stays_in_the_form_and_is_said(app, client, shut):
    page = joined(client, phone="12")
    assert (page.status_code, read(page).form("phone").fields["phone"]) == (422, "12")
    page = joined(client, last_day="tomorrow")
    assert (page.status_code, said(app, "choice-unknown") in read(page).words) == (422, True)
    page = joined(client, last_day="2031-01-01")
    assert page.status_code == 422
    page = client.get("/ludwigsburg/de/residence/waiting")  # the answer about her age is not in this address
    assert press(client, page, phone=PHONE).request.path.endswith("/residence/")
    young = client.get("/ludwigsburg/de/residence/waiting?age=reached&area=nowhere")
    assert press(client, young, phone=PHONE).status_code == 200
    assert press(client, client.get("/ludwigsburg/de/residence/waiting?age=reached"), name="x" * 300).status_code == 422


def test_the_desk_calls_and_says_what_she_said(app, client, shut):
    code = code_of(joined(client, name="Nour Haddad", reminders=""))
    joined(app.test_client(), name="Amal Saleh")
    opened(app)
    desk = signed_in(app, RECEPTION)
    link = read(desk.get("/ludwigsburg/desk")).link("/desk/waiting")
    page = read(desk.get(link))
    assert code in page.words
    assert "Haddad" not in page.words
    one, other = (address for address in page.main if "/desk/waiting/" in address)
    seen = desk.get(one)
    assert "Nour Haddad" in read(seen).words
    assert "waiting" in [row["what"] for row in rows(app, "look")]
    assert "/desk/appointments/" in answered(desk, seen, "yes").request.path
    seen = desk.get(other)
    assert answered(desk, seen, "no").request.path.endswith("/desk/waiting")
    assert answered(desk, seen, "yes").status_code == 404
    assert [row["state"] for row in rows(app, "wait_offer")] == ["accepted", "declined", "open"]


def test_a_yes_that_comes_too_late_is_said_at_the_desk(app, client, shut, watch):
    joined(client)
    opened(app)
    desk = signed_in(app, RECEPTION)
    (one,) = (address for address in read(desk.get("/ludwigsburg/desk/waiting")).main if "/desk/waiting/" in address)
    seen = desk.get(one)
    watch.pass_by(hours=2)
    answer = answered(desk, seen, "yes")
    assert (answer.status_code, said(app, "too-late") == "") == (409, False)
    assert isinstance(read(answer), Page)
    assert rows(app, "appointment") == []
