"""The crisis key over HTTP: pressed at the desk, seen on a counsellor's page, answered and ended there."""

import pytest

from tests.web.visiting import COUNSELLOR, RECEPTION, dump, read, rows, signed_in, worded

DESK, CALLS = "/ludwigsburg/desk", "/ludwigsburg/calls"


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def button(client, page, ending):
    """Press the button of the page whose form leads there."""
    form = next(form for form in read(client.get(page)).forms if form.action.endswith(ending))
    return client.post(form.action, data=form.fields)


def test_the_desk_rings_and_a_counsellor_comes(app, desk):
    ricci = signed_in(app, COUNSELLOR)
    assert button(desk, DESK, "/alarm").location == DESK
    seen = ricci.get(f"{CALLS}/now")
    name = next(row["name"] for row in rows(app, "staff") if row["login"] == RECEPTION)
    assert worded(app, "%(name)s needs you at the desk.", name=name) in read(seen).words
    assert 'data-key="!"' in seen.text
    assert button(ricci, CALLS, "/coming").location == CALLS
    assert 'id="alarm-coming"' not in ricci.get(f"{CALLS}/now").text
    assert 'id="alarm-coming"' not in desk.get(f"{DESK}/now").text
    button(desk, DESK, "/over")
    assert 'id="alarm-ring"' in ricci.get(CALLS).text


def test_the_second_press_is_answered_with_the_page_and_changes_nothing(app, desk):
    button(desk, DESK, "/alarm")
    form = next(form for form in read(desk.get(DESK)).forms if form.action.endswith("/over"))
    assert desk.post(form.action, data=form.fields).status_code == 303
    before = dump(app, "alarm")
    assert desk.post(form.action, data=form.fields).status_code == 303
    assert desk.post("/ludwigsburg/alarm").status_code == 400, "not without a token"
    assert dump(app, "alarm") == before
