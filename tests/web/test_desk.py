"""The reception desk over HTTP: numbers, check-in, search, messages, and what it shows of whom."""

import re
from datetime import date

import pytest
from sqlalchemy import insert

from booking import clock
from booking.gateways.sms import Off
from booking.services import desk as desk_service
from booking.services import reminders
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    book,
    code_of,
    dump,
    press,
    press_once,
    read,
    rows,
    said,
    send,
    sign_in_as,
    signed_in,
    worded,
)

TODAY, NEXT_TUESDAY = "2027-03-02", "2027-03-09"
DESK = "/ludwigsburg/desk"
PHONE = "0151 23456789"
WRITTEN = ("appointment", "ticket", "series", "step", "repeat", "look", "board")
HEADERS = {"X-Partial": "1"}


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def given_number(answer):
    """The number shown large after a number was given."""
    found = re.search(r'id="given"[^>]*>.*?(\d{3})|class="[^"]*given[^"]*"[^>]*>.*?(\d{3})', answer.text, re.S)
    assert found, answer.text
    return found[1] or found[2]


def give(desk, **typed):
    return press(desk, desk.get(DESK), **{"language": "", "programme": "", **typed})


def search(desk, typed):
    return press(desk, desk.get(DESK), q=typed)


def booked_today(app, name="", phone="", nth=0):
    """Somebody else's browser books for today; the appointment's row."""
    visitor = app.test_client()
    answer = book(visitor, name, phone, topic="german", day=TODAY, nth=nth)
    code = code_of(answer)
    return code, next(row for row in rows(app, "appointment") if row["code"] == code.replace(" ", ""))


def looks(app, what):
    return [row for row in rows(app, "look") if row["what"] == what]


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_number_is_given_by_sending_one_form_untouched(app, desk):
    answer = give(desk)
    assert answer.request.path == DESK
    [ticket] = rows(app, "ticket")
    assert given_number(answer) == f"{ticket['number']:03d}"
    assert (ticket["kind"], ticket["state"], ticket["language"], ticket["programme_id"]) == (
        "walk_in", "waiting", None, None
    )  # fmt: skip
    assert ticket["day"] == date(2027, 3, 2)


def test_a_reload_gives_no_second_number_and_shows_the_first_no_more(app, desk):
    give(desk)
    answer = desk.get(DESK)
    assert 'id="print-last"' not in answer.text
    assert len(rows(app, "ticket")) == 1


def test_the_same_form_sent_twice_gives_one_number(app, desk):
    page = desk.get(DESK)
    numbers = {given_number(press(desk, page, language="", programme="")) for _ in range(2)}
    assert len(numbers) == len(rows(app, "ticket")) == 1


def test_two_forms_give_two_numbers_in_a_row(app, desk):
    first, second = int(given_number(give(desk))), int(given_number(give(desk)))
    assert second == first % 999 + 1


def test_language_and_programme_are_kept(app, desk):
    page = desk.get(DESK)
    offered = read(page).form("language", "programme").offered
    assert {"", "ar", "uk", "tr"} <= set(offered["language"])
    assert set(offered["programme"]) == {"", "jmd", "mbe", "course"}
    press(desk, page, language="ar", programme="jmd")
    [ticket] = rows(app, "ticket")
    assert ticket["language"] == "ar"
    assert ticket["programme_id"] == next(row["id"] for row in rows(app, "programme") if row["slug"] == "jmd")


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"programme": "gardening"}, {"programme": "im"}, {"key": "k" * 65}]
)
def test_what_is_not_on_the_lists_gives_no_number(app, desk, wrong):
    before = dump(app, *WRITTEN)
    answer = give(desk, **wrong)
    assert answer.status_code == 422
    if "key" not in wrong:
        assert said(app, "language-unknown") in read(answer).words
    assert dump(app, *WRITTEN) == before


def test_when_all_numbers_are_given_the_desk_says_so(app, desk, house):
    with app.app_context(), db.engine.begin() as connection:
        values = {"centre_id": house["ludwigsburg"], "day": date(2027, 3, 2), "first": 7, "given": 999}
        connection.execute(insert(m.Series).values(**values))
    answer = give(desk)
    assert answer.status_code == 409
    assert said(app, "numbers-used-up") in read(answer).words
    assert rows(app, "ticket") == []


def test_the_next_day_begins_a_new_series(app, desk, watch):
    give(desk)
    watch.pass_by(days=1)
    answer = give(signed_in(app, RECEPTION))
    assert len(rows(app, "series")) == 2
    assert read(answer).words.count(given_number(answer)) >= 1
    assert {row["day"] for row in rows(app, "ticket")} == {date(2027, 3, 2), date(2027, 3, 3)}


def test_a_slip_can_be_printed(app, desk):
    number = given_number(give(desk))
    [ticket] = rows(app, "ticket")
    slip = desk.get(f"{DESK}/tickets/{ticket['id']}")
    assert slip.status_code == 200
    assert number in read(slip).words


def test_without_a_token_no_number_is_given(app, desk):
    answer = desk.post(f"{DESK}/tickets", data={"language": "", "programme": ""})
    assert answer.status_code == 400
    assert said(app, "form-expired") in read(answer).words
    assert rows(app, "ticket") == []


def test_each_number_is_a_row_that_says_when_by_whom_and_where(app, desk, watch):
    give(desk)
    [step] = rows(app, "step")
    reception = next(row["id"] for row in rows(app, "staff") if row["login"] == RECEPTION)
    assert (step["name"], step["door"], step["staff_id"]) == ("taken", "desk", reception)


# ── the queue as it is shown ──────────────────────────────────────────────────────────────────────────────────────


def test_the_page_and_its_live_part_show_the_same_queue(app, desk, watch):
    numbers = [given_number(give(desk, language=language)) for language in ("ar", "", "uk")]
    watch.pass_by(minutes=7)
    whole, part = desk.get(DESK), desk.get(f"{DESK}/now", headers=HEADERS)
    assert "<html" not in part.text
    regions = re.split(r"(?=<(?:section|div) id=[^>]*data-region)|(?=<div id=\"stop\")|(?=<p id=\"paper\")", part.text)[
        1:
    ]
    assert len(regions) > 5
    assert [region for region in regions if region.strip() not in whole.text] == []
    words = read(part).words
    positions = [words.index(number) for number in numbers]
    assert positions == sorted(positions)
    assert "العربية" in words
    assert " 7 " in words


def test_who_is_signed_out_gets_no_live_part(app, desk):
    send(desk, "/ludwigsburg/sign-out")
    answer = desk.get(f"{DESK}/now", headers=HEADERS)
    assert answer.status_code == 401
    assert desk.get(DESK).status_code == 302


def test_the_desk_shows_who_is_here_and_where_nobody_is(app, desk, watch):
    watch.pass_by(hours=1)
    words = read(desk.get(DESK)).words
    assert "M. Ricci" in words
    assert "L. Haddad" in words
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(m.Shift.__table__.delete())
    words = read(desk.get(DESK)).words
    assert "09:30" in words or "9:30" in words  # from now on nobody is planned
    assert "12:00" in words


# ── appointments: shown without names, found with them ────────────────────────────────────────────────────────────


def test_names_stand_only_in_what_a_search_found_and_each_is_written_down(app, desk):
    code, _ = booked_today(app, "Kanarienvogel Özgür", PHONE)
    for path in (DESK, f"{DESK}/now", f"{DESK}/messages", f"{DESK}/screens"):
        text = desk.get(path).text
        assert "Kanarienvogel" not in text
        assert "23456789" not in text.replace(" ", "")
    assert code in read(desk.get(DESK)).words
    assert looks(app, "search") == []
    answer = search(desk, "kanarien")
    assert "Kanarienvogel Özgür" in read(answer).words
    [look] = looks(app, "search")
    [visitor] = rows(app, "visitor")
    assert look["surrogate"] == visitor["surrogate"]
    assert look["staff_id"] == next(r["id"] for r in rows(app, "staff") if r["login"] == RECEPTION)
    assert "Kanarienvogel" not in dump(app, "look")


@pytest.mark.parametrize("typed", ["özgür", "OZGUR", "vogel Ö", "  kanarienvogel  "])
def test_a_part_of_the_name_finds_whatever_its_accents(app, desk, typed):
    booked_today(app, "Kanarienvogel Özgür")
    assert "Kanarienvogel Özgür" in read(search(desk, typed)).words


def test_code_and_time_find_too(app, desk):
    code, row = booked_today(app, "Nour")
    booked_today(app, "Salma", nth=3)
    local = f"{row['starts_at'].hour + 1}:{row['starts_at'].minute:02d}"
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for typed in (
        code,
        code.replace(" ", ""),
        code.translate(arabic),
        local,
        local.replace(":", "."),
        local.translate(arabic),
    ):
        words = read(search(desk, typed)).words
        assert "Nour" in words, typed
        assert "Salma" not in words, typed


@pytest.mark.parametrize(
    "typed", ["", " ", "niemand", "99:99", "24:00", "1234 5678", "%", "_", "\x00", "'; --", "x" * 80]
)
def test_a_search_that_finds_nobody_shows_and_notes_nobody(app, desk, typed):
    booked_today(app, "Nour")
    answer = search(desk, typed)
    assert answer.status_code == 200
    assert "Nour" not in answer.text
    assert looks(app, "search") == []


def test_too_long_a_search_says_so(app, desk):
    answer = search(desk, "N" * 81)
    assert answer.status_code == 422
    assert read(answer).form("q").fields["q"] == "N" * 81
    assert looks(app, "search") == []


def test_who_phones_about_another_day_is_found_with_its_day_and_cannot_be_here(app, desk):
    """By name, by the end of the number, by code: and the row leads to where the time is changed."""
    code = code_of(book(app.test_client(), "Morgenstern", PHONE, topic="german", day=NEXT_TUESDAY))
    [row] = rows(app, "appointment")
    for typed in ("morgen", PHONE[-4:], code):
        page = read(search(desk, typed))
        assert "Morgenstern" in page.words, typed
        assert "09.03." in page.words.replace("9.3.", "09.03."), typed
        assert all("appointment" not in form.inputs for form in page.forms), typed
    assert len(looks(app, "search")) == 3
    shown = read(desk.get(page.link(f"/appointments/{row['id']}")))
    assert any(link.endswith("/move") for link in shown.main)
    assert all("appointment" not in form.inputs for form in shown.forms)


def test_more_than_can_be_shown_is_said(app, desk, monkeypatch):
    booked_today(app, "Nour A."), booked_today(app, "Nour B.", nth=3)
    more = worded(app, "There are more. Please type more of the name.")
    assert more not in read(search(desk, "nour")).words
    monkeypatch.setattr(desk_service, "FOUND", 2)
    assert more in read(search(desk, "nour")).words


def test_a_search_is_sent_by_post_so_that_no_name_stands_in_an_address(desk):
    assert read(desk.get(DESK)).form("q").method == "post"
    assert desk.get(f"{DESK}/search?q=nour").status_code == 405


def test_one_appointment_shows_name_and_phone_and_the_look_is_written_down(app, desk):
    _, row = booked_today(app, "Kanarienvogel", PHONE)
    page = desk.get(f"{DESK}/appointments/{row['id']}")
    assert "Kanarienvogel" in read(page).words
    assert any(link.startswith("tel:+4915123456789") for link in read(page).links)
    assert page.headers["Cache-Control"] == "no-store"
    assert len(looks(app, "appointment")) == 1


def test_what_belongs_to_another_centre_is_not_found(app, desk):
    book(app.test_client(), "Nour", slug="balingen", topic="housing")
    [foreign] = rows(app, "appointment")
    assert desk.get(f"{DESK}/appointments/{foreign['id']}").status_code == 404
    assert check_in(desk, foreign["id"]).status_code == 404
    assert desk.get("/balingen/desk").status_code == 404
    assert rows(app, "ticket") == []


# ── checking in ───────────────────────────────────────────────────────────────────────────────────────────────────


def check_in(desk, appointment_id):
    token = read(desk.get(DESK)).form("csrf_token").fields["csrf_token"]
    data = {"appointment": str(appointment_id), "csrf_token": token}
    return desk.post(f"{DESK}/arrivals", data=data, follow_redirects=True)


def test_a_booked_visitor_is_found_and_checked_in_by_one_button(app, desk):
    _, row = booked_today(app, "Nour")
    answer = press(desk, search(desk, "nour"), appointment=str(row["id"]))
    [ticket] = rows(app, "ticket")
    assert given_number(answer) == f"{ticket['number']:03d}"
    assert (ticket["kind"], ticket["appointment_id"], ticket["bound_to"]) == (
        "appointment", row["id"], row["counsellor_id"]
    )  # fmt: skip
    assert ticket["due_at"] == row["starts_at"]
    assert rows(app, "appointment")[0]["state"] == "arrived"


def test_the_list_of_next_appointments_has_the_button_too(app, desk):
    _, row = booked_today(app)
    page = desk.get(DESK)
    assert str(row["id"]) in read(page).form("appointment").offered["appointment"]
    press(desk, page, appointment=str(row["id"]))
    assert len(rows(app, "ticket")) == 1
    assert all("appointment" not in form.inputs for form in read(desk.get(DESK)).forms)


def test_a_second_check_in_answers_the_same_number(app, desk):
    _, row = booked_today(app)
    assert given_number(check_in(desk, row["id"])) == given_number(check_in(desk, row["id"]))
    assert len(rows(app, "ticket")) == 1


def test_who_was_missing_when_called_is_found_and_waits_again_with_the_same_number(app, desk):
    _, row = booked_today(app, "Nour")
    number = given_number(check_in(desk, row["id"]))
    login = next(staff["login"] for staff in rows(app, "staff") if staff["id"] == row["counsellor_id"])
    counsellor = signed_in(app, login)
    for step in ("next", "missing"):
        page = counsellor.get("/ludwigsburg/calls")
        form = next(form for form in read(page).forms if form.action.endswith(f"/{step}"))
        counsellor.post(form.action, data=form.fields)
    assert rows(app, "ticket")[0]["state"] == "missed"
    found = search(desk, "nour")
    assert worded(app, "missed") in read(found).words
    assert given_number(press(desk, found, appointment=str(row["id"]))) == number
    assert [(t["state"], t["due_at"]) for t in rows(app, "ticket")] == [("waiting", row["starts_at"])]
    assert rows(app, "appointment")[0]["state"] == "arrived"


def test_a_visitor_of_another_day_is_told_so_not_checked_in(app, desk):
    book(app.test_client(), topic="german", day=NEXT_TUESDAY)
    [row] = rows(app, "appointment")
    before = dump(app, *WRITTEN)
    answer = check_in(desk, row["id"])
    assert answer.status_code == 409
    assert said(app, "other-day") in read(answer).words
    assert dump(app, *WRITTEN) == before


def test_what_was_cancelled_cannot_arrive(app, desk):
    visitor = app.test_client()
    answer = book(visitor, topic="german", day=TODAY)
    press(visitor, visitor.get(f"{answer.request.path}/cancel"))
    [row] = rows(app, "appointment")
    refused = check_in(desk, row["id"])
    assert refused.status_code == 409
    assert said(app, "cancelled") in read(refused).words
    assert rows(app, "ticket") == []


@pytest.mark.parametrize(
    "typed", ["", "x", "0", "-1", "1.5", "999999", "9" * 19, "9" * 30, "9" * 5000, "1e3", "٣", "\x00"]
)
def test_an_appointment_that_cannot_be_is_refused_with_a_sentence(app, desk, typed):
    before = dump(app, *WRITTEN)
    answer = check_in(desk, typed)
    assert 400 <= answer.status_code < 500
    assert read(answer).words
    assert dump(app, *WRITTEN) == before


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_not_sent_is_shown_with_why(app, desk):
    book(app.test_client(), "Kanarienvogel", PHONE, reminders=True, topic="german", day=NEXT_TUESDAY)
    with app.app_context():
        reminders.send_due(Off(), clock=clock.now)
    off = [row for row in rows(app, "message") if row["state"] == "off"]
    assert off
    words = read(desk.get(DESK)).words
    assert worded(app, "SMS is off") in words
    assert worded(app, "Messages not sent: %(count)s", count=len(off)) in words
    page = desk.get(f"{DESK}/messages")
    [row] = rows(app, "appointment")
    assert f"{row['code'][:4]} {row['code'][4:]}" in read(page).words
    assert "Kanarienvogel" not in page.text


# ── who is at the desk ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lead_runs_the_desk_as_well(app, house):
    lead = signed_in(app, LEAD)
    assert given_number(give(lead))


def test_a_counsellor_does_not_and_the_try_is_written_down(app, house):
    counsellor = signed_in(app, COUNSELLOR)
    answer = counsellor.get(DESK)
    assert answer.status_code == 403
    assert said(app, "not-allowed") in read(answer).words
    assert [row["what"] for row in rows(app, "look")][-1] == "turned-away-reception"


def test_a_number_given_before_somebody_else_signed_in_is_not_looked_for_elsewhere(app, house):
    browser = signed_in(app, RECEPTION)
    page = browser.get(DESK)
    press_once(browser, page, language="", programme="")
    sign_in_as(browser, "k.maurer", "balingen")
    assert browser.get("/balingen/desk").status_code == 200


def test_a_number_typed_into_the_search_opens_its_page(app, desk):
    number = given_number(give(desk))
    [ticket] = rows(app, "ticket")
    answer = search(desk, number)
    assert answer.request.path == f"{DESK}/tickets/{ticket['id']}/more"
    assert number in read(answer).words
