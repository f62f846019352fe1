"""Whose times a visitor sees when she wants one organisation, or the same person once more."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from booking.store import models as m
from booking.store.db import transaction
from tests.web.visiting import book, press, read, rows

TIMES = "/ludwigsburg/de/german/times"


def booked_by(app, client, path):
    """The newest appointment, booked at the last time of this page."""
    page = client.get(path, follow_redirects=True)
    if lengths := [link for link in read(page).main if "length=first" in link]:
        page = client.get(lengths[0], follow_redirects=True)
    if any("age" in form.inputs for form in read(page).forms):
        page = press(client, page, age="reached", birthday="")
    details = press(client, page, start=read(page).form("start").offered["start"][-1])
    assert "/appointment/" in press(client, details, name="", phone="").request.path
    return rows(app, "appointment")[-1]


def test_one_organisation_s_people_alone_are_offered_to_who_wants_it(app, client, house):
    choices = read(client.get("/ludwigsburg/de/german/needs")).form("carrier").offered["carrier"]
    ids = {row["slug"]: row["id"] for row in rows(app, "carrier") if row["centre_id"] == house["ludwigsburg"]}
    assert len(choices) > 2
    for slug in filter(None, choices):
        page = client.get(f"{TIMES}?carrier={slug}")
        assert "Ein bestimmter Träger" in read(page).words
        assert booked_by(app, client, f"{TIMES}?carrier={slug}")["carrier_id"] == ids[slug]


def test_an_organisation_nobody_knows_counts_as_not_said(client, house):
    assert "Ein bestimmter Träger" not in read(client.get(f"{TIMES}?carrier=nobody")).words


def test_after_a_talk_the_same_person_can_be_booked_again(app, client, house):
    answer = book(client, topic="german", language="de")
    first = rows(app, "appointment")[-1]
    with app.app_context(), transaction(first["centre_id"]) as session:
        session.execute(update(m.Appointment).values(state="done"))
    again = read(client.get(answer.request.path)).link("with=")
    assert booked_by(app, client, again)["counsellor_id"] == first["counsellor_id"]
    times = client.get(again.replace("/german/", "/german/times"))
    assert "Dieselbe Person wie beim letzten Mal" in read(times).words
    assert "with" in read(client.get(read(times).link("/needs"))).form("with").fields


@pytest.mark.parametrize("forged", ["1", "WzEsMV0.forged", "é"])
def test_nobody_is_asked_for_by_a_forged_address(client, house, forged):
    assert "Dieselbe Person" not in read(client.get(f"{TIMES}?{urlencode({'with': forged})}")).words
