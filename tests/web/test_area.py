"""Where somebody lives: asked only where it decides who is responsible, and carried in the address; and the other
wishes at the JSON door."""

import pytest

from booking.store import models as m
from tests.people import add, an_area, change, id_of
from tests.web.visiting import press, read, rows, said

MOBILE = "0151 23456789"
HERE, API = "/balingen/de/residence", "/api/v1/centres/balingen"
WISHES = {"topic": "residence", "age": "reached", "area": "north"}


@pytest.fixture
def asked(app, house):
    """In Balingen the topic "residence" now turns on living in the north or the south; a city helps all others."""
    centre = house["balingen"]
    with app.app_context():
        an_area(centre, "north", programmes=["im", "mbe"]), an_area(centre, "south", programmes=["im"])
        city = add(
            m.Partner(centre_id=centre, slug="city", name={"de": "Stadthilfe"}, address="Markt 1", phone="+49 30")
        )
        change(m.Programme, id_of(m.Programme, centre, "im"), refer_to=city)
    return centre


def test_where_she_lives_is_asked_before_her_age_and_goes_along(app, client, asked):
    area = client.get(f"{HERE}/?length=first")
    assert read(area).forms[-1].inputs.keys() >= {"area"}
    age = press(client, area, area="north")
    times = press(client, age, age="reached")
    assert "area=north" in times.request.url
    details = press(client, times, start=read(times).form("start").offered["start"][0])
    booked = press(client, details, name="")
    assert "/appointment/" in booked.request.path
    assert rows(app, "appointment")[0]["needs"] == {"area": "north"}


def test_back_from_the_times_is_the_question_before(client, asked):
    times = client.get(f"{HERE}/times?area=north&age=reached")
    assert any("area=north" in link and "/times" not in link for link in read(times).main)
    age = client.get(f"{HERE}/?area=north&length=first")
    assert any(link.endswith("/residence/?length=first") for link in read(age).main)


def test_who_lives_elsewhere_is_told_who_helps(client, asked):
    answer = client.get(f"{HERE}/times?area=-&age=reached")
    assert "Stadthilfe" in read(answer).words


def test_the_times_without_an_answer_ask_for_it(app, client, asked):
    assert read(client.get(f"{HERE}/times?age=reached")).forms[-1].inputs.keys() >= {"area"}
    refused = client.get(f"{HERE}/times?age=reached&area=nowhere")
    assert (refused.status_code, said(app, "area-unknown") in read(refused).words) == (422, True)
    assert client.get(f"{HERE}/times?area=north").status_code == 422  # the age is still to be said


def test_a_time_without_an_answer_leads_back_to_the_question(app, client, asked):
    start = client.get(f"{API}/slots", query_string=WISHES).json["slots"][0]
    details = client.get(f"{HERE}/details", query_string={"start": start, "age": "reached"})
    answer = press(client, details, name="")
    assert (answer.status_code, said(app, "area-needed") in read(answer).words) == (422, True)
    assert any(link.endswith("/residence/") for link in read(answer).main)


def test_an_area_without_an_age_question_leads_straight_to_the_times(app, client, asked):
    with app.app_context():
        change(m.Programme, id_of(m.Programme, asked, "mbe"), from_birthday=None)
    answer = press(client, client.get(f"{HERE}/?length=first"), area="south")
    assert answer.request.path.endswith("/times")
    assert any(link.endswith("/residence/?length=first") for link in read(answer).main)


# ── the JSON door ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_wishes_decide_what_is_offered_and_are_stored(app, client, asked):
    assert client.get(f"{API}/slots?topic=residence&age=reached").json["errors"][0]["reason"] == "area-needed"
    with app.app_context():
        change(m.Topic, id_of(m.Topic, asked, "residence"), follow_up_minutes=20)
    found = client.get(
        f"{API}/slots", query_string={**WISHES, "length": "follow_up", "mode": "phone", "people": 2}
    ).json
    assert found["minutes"] == 20
    wish = {**WISHES, "length": "follow_up", "mode": "phone", "people": 2, "start": found["slots"][0], "phone": MOBILE}
    booked = client.post(f"{API}/appointments", json=wish)
    assert booked.status_code == 201
    stored = rows(app, "appointment")[0]
    assert (stored["mode"], stored["length"]) == ("phone", "follow_up")
    assert stored["needs"] == {"area": "north", "people": 2}


def test_the_same_counsellor_is_named_by_the_link_of_an_appointment_with_her(app, client, asked):
    slots = client.get(f"{API}/slots", query_string=WISHES).json["slots"]
    link = client.post(f"{API}/appointments", json={**WISHES, "start": slots[0]}).json["link"]
    again = {**WISHES, "same_counsellor_as": link}
    hers = client.post(f"{API}/slots", json=again).json["slots"]
    assert set(hers) < set(slots)
    assert client.post(f"{API}/appointments", json={**again, "start": hers[0]}).status_code == 201
    first, second = rows(app, "appointment")
    assert (second["counsellor_id"], second["because"]["rule"]) == (first["counsellor_id"], "wished")
    for wrong in ("nothing", link):
        wish = {"topic": "german", "same_counsellor_as": wrong}
        other = client.post("/api/v1/centres/ludwigsburg/slots", json=wish)
        assert other.status_code == 404


@pytest.mark.parametrize("wrong", [{"people": 0}, {"mode": "fax"}, {"length": "long"}, {"people": 21}])
def test_wishes_that_cannot_be_read_are_refused(client, asked, wrong):
    assert client.get(f"{API}/slots", query_string={**WISHES, **wrong}).status_code == 422
