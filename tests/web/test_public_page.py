"""The public page beside the way to a time: wishes in the address, own data, posters, embedding, what robots read."""

import re

import pytest
from sqlalchemy import update

from booking.store import models as m
from booking.store.db import db
from booking.web import i18n
from tests.web.visiting import RECEPTION, book, details_page, press, read, rows, said, signed_in, worded

pytestmark = pytest.mark.one_database

HERE = "/ludwigsburg/de"
PHONE = "0152 28817386"


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


# ── wishes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_how_long_it_takes_is_asked_where_it_differs(client, house):
    asked = read(client.get(f"{HERE}/residence/")).main
    assert [length for link in asked for length in re.findall("length=(.*)", link)] == ["first", "follow_up", "short"]
    assert client.get(f"{HERE}/german/").status_code == 303


def test_what_she_needs_goes_along_and_is_kept(app, client, house):
    times = client.get(f"{HERE}/residence/times?age=reached&length=short")
    needs = client.get(read(times).link("/needs"))
    times = press(client, needs, talk="tr", mode="phone", people="2")
    assert worded(app, "By phone") in read(times).words
    assert "Türkçe" in read(times).words
    details = press(client, times, start=read(times).form("start").offered["start"][0])
    refused = press(client, details, name="")
    assert (refused.status_code, said(app, "phone-needed-to-call") in read(refused).words) == (422, True)
    shown = press(client, refused, phone=PHONE)
    assert worded(app, "We call you. You do not have to come.") in read(shown).words
    [booked] = rows(app, "appointment")
    wished = (booked["language"], booked["mode"], booked["length"], booked["needs"])
    assert wished == ("tr", "phone", "short", {"people": 2})


def test_wishes_that_cannot_be_read_or_met_count_as_not_said(app, client, house):
    change(app, update(m.Centre).values(modes=["in_person"]))
    wrong = "length=long&talk=xx&mode=phone&people=99&woman=yes&step_free=0"
    times = client.get(f"{HERE}/german/times?{wrong}")
    press(client, press(client, times, start=read(times).form("start").offered["start"][0]), name="")
    [booked] = rows(app, "appointment")
    wished = (booked["language"], booked["mode"], booked["length"], booked["needs"])
    assert wished == ("de", "in_person", "first", {})


def test_who_speaks_what_nobody_speaks_here_is_told_so_and_can_choose(app, client, house):
    times = read(client.get(f"{HERE}/german/times?talk=so"))
    assert worded(app, "Nobody here speaks this language yet.") in times.words
    assert "tel:+493023125401" in times.links
    needs = read(client.get(times.link("/needs"))).form("talk")
    assert "so" not in needs.offered["talk"]
    assert {"de", "ar", "tr"} <= set(needs.offered["talk"])


def test_what_to_bring_and_the_map_stand_on_the_appointment(app, client, house):
    page = read(book(client))
    assert worded(app, "Please bring") in page.words
    assert "Ihren Ausweis oder Pass" in page.words
    assert any(link.startswith("https://www.openstreetmap.org/search?query=Schlo") for link in page.links)


# ── her own data ──────────────────────────────────────────────────────────────────────────────────────────────────


def data_page(client, shown):
    return client.get(read(shown).link("/data"))


def test_she_asks_for_messages_stops_them_and_deletes_her_data(app, client, house):
    page = data_page(client, book(client, "Nour", day="2027-03-09"))
    wrong = press(client, page, phone="12", do="agree")
    assert (wrong.status_code, said(app, "phone-unreadable") in read(wrong).words) == (422, True)
    page = press(client, wrong, phone=PHONE, do="agree")
    assert worded(app, "From now on we send you SMS.") in read(page).words
    assert "+49 1522 8817386" in read(page).words
    assert {row["state"] for row in rows(app, "message")} == {"due"}
    page = press(client, page, do="stop")
    assert worded(app, "We send you no more SMS.") in read(page).words
    page = press(client, page, do="forget")
    assert worded(app, "Your name and number are deleted. Your appointment stays.") in read(page).words
    assert rows(app, "visitor") == []
    assert client.get(read(page).link("/appointment/")).status_code == 200


def test_she_no_longer_lets_her_number_be_compared(app, client, house):
    page = data_page(client, book(client, phone=PHONE, match=True))
    form = next(form for form in read(page).forms if form.fields.get("do") == "stop-matching")
    assert client.post(page.request.path, data=form.fields, follow_redirects=True).status_code == 200
    assert rows(app, "visitor")[0]["match_agreed"] is None
    assert client.post(page.request.path, data={**form.fields, "do": "dance"}).status_code == 303
    assert client.post(page.request.path, data={**form.fields, "phone": "1" * 61}).status_code == 422


def test_messages_of_what_has_begun_lead_back_to_the_appointment(app, client, house, watch):
    page = data_page(client, book(client, phone=PHONE))
    watch.pass_by(days=30)
    sent = press(client, page, do="agree")
    assert sent.request.path == page.request.path.removesuffix("/data")


def test_the_data_page_is_private(app, client, house):
    page = data_page(client, book(client, "Nour", PHONE))
    assert page.headers["Cache-Control"] == "no-store"
    assert app.test_client().get(f"{HERE}/appointment/nothing/data").status_code == 404
    assert app.test_client().post(page.request.path, data={"do": "forget"}).status_code == 400
    assert len(rows(app, "visitor")) == 1


# ── around it ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tiles_can_stand_within_the_sites_the_centre_names_and_nowhere_else(app, client, house):
    closed = client.get(f"{HERE}/?embed=1")
    assert "frame-ancestors 'none'" in closed.headers["Content-Security-Policy"]
    assert closed.headers["X-Frame-Options"] == "DENY"
    change(app, update(m.Centre).values(embedded_on=["https://www.example.org", "https://stadt.example"]))
    tiles = client.get(f"{HERE}/?embed=1")
    policy = tiles.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.example.org https://stadt.example;" in policy
    assert "X-Frame-Options" not in tiles.headers
    assert "Set-Cookie" not in tiles.headers
    assert read(tiles).link("/residence/")
    assert '<base target="_blank">' in tiles.text
    for address in (f"{HERE}/", f"{HERE}/residence/?embed=1", f"{HERE}/find?embed=1"):
        assert client.get(address).headers["X-Frame-Options"] == "DENY"


def test_robots_are_kept_from_private_pages(client, house):
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /*/appointment/" in answer.text.splitlines()


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_every_page_leads_to_how_everybody_can_use_it(client, house, language):
    first = read(client.get(f"/ludwigsburg/{language}/"))
    page = read(client.get(next(link for link in first.links if link.endswith("/accessibility"))))
    assert "EN 301 549" in page.words
    assert "tel:+493023125401" in page.links


def test_a_poster_for_each_language_leads_to_its_first_page(app, house):
    page = signed_in(app, RECEPTION).get("/ludwigsburg/posters")
    words = read(page).words
    for language, way in (("de", "Richten Sie die Kamera"), ("en", "Point the camera"), ("ar", "توجيه كاميرا")):
        assert f"http://localhost/ludwigsburg/{language}/" in words
        assert way in words
    pages = i18n.released(rows(app, "centre")[house["ludwigsburg"] - 1]["languages"])
    assert page.text.count('<article class="poster"') == len(pages) == 13
    assert page.text.count('dir="rtl"') == sum(language.direction == "rtl" for language in pages) == 3


def test_back_to_the_form_with_everything_that_was_said(client, house):
    page = read(details_page(client, topic="residence"))
    assert any("/times?" in link and "length=first" in link and "age=reached" in link for link in page.main)
