"""Reception and one waiting number: what can be done with it, slips, undo; and the counsellor's own keys."""

import pytest

from tests.web.visiting import COUNSELLOR, RECEPTION, press, read, rows, signed_in, worded

DESK, CALLS = "/ludwigsburg/desk", "/ludwigsburg/calls"


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


@pytest.fixture
def ricci(app, house):
    return signed_in(app, COUNSELLOR)


def give(client, **fields):
    press(client, client.get(DESK), language="", programme="", **fields)


def only(app):
    [ticket] = rows(app, "ticket")
    return ticket


def send(client, app, step, **fields):
    """Press on the number's page as it is."""
    page = read(client.get(f"{DESK}/tickets/{only(app)['id']}/more"))
    form = next(form for form in page.forms if form.action.endswith(f"/{step}"))
    return client.post(form.action, data={**form.fields, **fields}, follow_redirects=True)


def test_a_number_for_a_short_matter_with_a_need_is_finished_at_the_desk(app, desk):
    give(desk, kind="short", needs="small_child", deadline="y")
    ticket = only(app)
    assert (ticket["kind"], ticket["raised"], ticket["deadline_today"]) == ("short", True, True)
    send(desk, app, "serve")
    assert only(app)["state"] == "done"


def test_parked_back_and_taken_back(app, desk):
    give(desk)
    send(desk, app, "park")
    assert only(app)["state"] == "parked"
    page = read(desk.get(DESK))
    back = next(form for form in page.forms if form.action.endswith("/unpark"))
    desk.post(back.action, data=back.fields)
    assert only(app)["state"] == "waiting"
    undo = next(form for form in read(desk.get(DESK)).forms if "/undo/" in form.action)
    desk.post(undo.action, data=undo.fields)
    assert only(app)["state"] == "parked"
    assert desk.post(undo.action, data=undo.fields).status_code == 409


def test_who_is_sent_on_or_away_takes_a_slip(app, desk):
    give(desk)
    page = send(desk, app, "refuse")
    assert "Heute leider nicht" in page.text
    assert only(app)["state"] == "refused"
    assert desk.get(f"{DESK}/tickets/{only(app)['id']}/more").status_code == 200


def test_a_slip_is_for_who_was_sent_on_or_away(app, desk):
    give(desk)
    assert desk.get(f"{DESK}/tickets/{only(app)['id']}/slip").status_code == 404
    assert desk.post(f"{DESK}/tickets/{only(app)['id']}/nothing").status_code in (400, 404)


def test_the_desk_calls_a_number_out_of_its_turn_and_hears_why_not(app, desk, ricci):
    give(desk)
    staff = next(row["id"] for row in rows(app, "staff") if row["login"] == COUNSELLOR)
    refused = send(desk, app, "call", counsellor=str(staff), reason="nonsense")
    assert refused.status_code == 422
    send(desk, app, "call", counsellor=str(staff), reason="urgent")
    assert only(app)["state"] == "called"


def test_a_counsellor_parks_and_hands_on_with_a_key(app, desk, ricci):
    give(desk)
    form = read(ricci.get(CALLS)).form("room")
    ricci.post(form.action, data=form.fields)
    address = f"{CALLS}/{only(app)['id']}/transfer"
    page = read(ricci.get(address))
    form = page.form("to")
    ricci.post(form.action, data={**form.fields, "to": "carrier.caritas"})
    assert only(app)["state"] == "waiting"
    assert ricci.get(address).status_code == 404
    undo = next(form for form in read(ricci.get(CALLS)).forms if "/undo/" in form.action)
    ricci.post(undo.action, data=undo.fields)
    assert only(app)["state"] == "called"
    park = next(form for form in read(ricci.get(CALLS)).forms if form.action.endswith("/park"))
    ricci.post(park.action, data=park.fields)
    assert only(app)["state"] == "parked"


def test_the_wall_says_the_rule_in_every_language_of_the_centre(app, house):
    page = app.test_client().get("/ludwigsburg/wall")
    for language in ("de", "en", "ar", "ti"):
        assert worded(app, "Emergencies go first.", language) in page.text
