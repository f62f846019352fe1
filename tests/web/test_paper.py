"""Numbers to write by hand, over HTTP: set aside at the desk, on its page for when the line is cut, entered later."""

import pytest

from tests.web.visiting import RECEPTION, dump, read, rows, said, signed_in

DESK = "/ludwigsburg/desk"
PAPER = f"{DESK}/paper"


@pytest.fixture
def desk(app, house):
    client = signed_in(app, RECEPTION)
    form = next(form for form in read(client.get(PAPER)).forms if form.action.endswith("/reserve"))
    client.post(form.action, data=form.fields)
    return client


def test_the_desk_s_page_holds_the_numbers_before_the_server_is_away(app, desk):
    numbers = [f"{row['number']:03d}" for row in rows(app, "paper_number")]
    assert len(numbers) == 10
    assert all(f'<b dir="ltr">{number}</b>' in desk.get(f"{DESK}/now").text for number in numbers)


def test_what_was_written_is_entered_and_what_is_wrong_stays_in_the_form(app, desk, watch):
    watch.pass_by(hours=2)
    form = next(form for form in read(desk.get(PAPER)).forms if form.action.endswith("/enter"))
    first, second = sorted(name for name in form.fields if name.startswith("at-"))[:2]
    typed = {**form.fields, first: "09:40", second: "09:30", first.replace("at-", "language-"): "ar"}
    wrong = desk.post(form.action, data=typed)
    assert wrong.status_code == 422
    assert said(app, "paper-order") in read(wrong).words
    assert 'value="09:40"' in wrong.text
    assert rows(app, "ticket") == []
    answer = desk.post(form.action, data={**typed, second: "", "at-x": "10:00", "at-9²": "soon"})
    assert answer.location == DESK
    assert [(row["language"], row["state"]) for row in rows(app, "ticket")] == [("ar", "waiting")]
    assert said(app, "paper-entered") in read(desk.post(form.action, data=typed)).words


def test_without_a_token_nothing_is_set_aside_or_entered(app, desk):
    before = dump(app, "paper_number", "ticket")
    for path in ("reserve", "enter"):
        assert desk.post(f"{PAPER}/{path}").status_code == 400
    assert dump(app, "paper_number", "ticket") == before
