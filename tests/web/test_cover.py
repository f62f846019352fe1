"""The cover room over HTTP: shown, accepted whole or by parts, taken back, and answered by the visitor."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import LEAD, RECEPTION, book, code_of, link_of, press, press_once, read, rows, signed_in, worded

COVER = "/ludwigsburg/cover"
BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = "2027-03-03"


@pytest.fixture
def lead(app, house):
    return signed_in(app, LEAD)


def booked(app, nth=0, phone="0151 23456789", **wish):
    visitor = app.test_client()
    answer = book(visitor, "Nour", phone, reminders=bool(phone), topic="german", day=WEDNESDAY, nth=nth, **wish)
    return link_of(answer), code_of(answer)


def close(app, house, day=WEDNESDAY):
    with app.app_context(), db.engine.begin() as connection:
        one = date.fromisoformat(day)
        connection.execute(insert(m.Closure).values(
            centre_id=house["ludwigsburg"], kind="shut", first_day=one, last_day=one, reason="x", fact=True
        ))  # fmt: skip


def sick(app, staff_id):
    with app.app_context(), db.engine.begin() as connection:
        centre = next(row["centre_id"] for row in rows(app, "staff") if row["id"] == staff_id)
        connection.execute(insert(m.Absence).values(
            centre_id=centre, staff_id=staff_id, kind="sick", starts_at=datetime(2027, 3, 2, tzinfo=UTC),
            ends_at=datetime(2027, 3, 4, tzinfo=UTC),
        ))  # fmt: skip


def accept(client, nth=0):
    """Press the n-th of the buttons that accept; the first accepts all."""
    answer = client.get(COVER)
    forms = [form for form in read(answer).forms if "plan" in form.fields]
    return client.post(COVER, data=forms[nth].fields, follow_redirects=True)


@pytest.mark.parametrize("minutes", [1, 4])
def test_who_is_back_early_leads_to_what_can_go_back_to_its_place(app, lead, watch, minutes):
    booked(app)
    [first] = rows(app, "appointment")
    sick(app, first["counsellor_id"])
    accept(lead)
    watch.pass_by(minutes=minutes)
    [absence] = rows(app, "absence")
    forms = read(lead.get(f"/ludwigsburg/roster/absences/{absence['id']}")).forms
    form = next(form for form in forms if form.action.endswith("/end"))
    page = lead.post(form.action, data=form.fields, follow_redirects=True)
    assert page.request.path == COVER
    assert worded(app, "Saved. What was put off can go back to its old place: see what is settled.") in read(page).words


def test_nothing_to_settle(app, lead):
    booked(app)
    assert worded(app, "Every appointment can be kept where it is.") in read(lead.get(COVER)).words


@pytest.mark.parametrize("login", [LEAD, RECEPTION])
def test_a_sick_call_is_settled_in_one_press_and_taken_back_in_another(app, house, login):
    client = signed_in(app, login)
    booked(app), booked(app, 1)
    [first, *_] = rows(app, "appointment")
    sick(app, first["counsellor_id"])
    before = rows(app, "appointment")
    page = read(client.get(COVER)).words
    assert worded(app, "Accept all") in page
    assert "Nour" not in page
    assert {row["what"] for row in rows(app, "look")} >= {"colleague-day"}
    done = accept(client)
    assert worded(app, "Take it back") in read(done).words
    assert rows(app, "appointment") != before
    [plan] = rows(app, "cover_plan")
    assert (plan["cause"], plan["staff_id"]) == (
        "absent",
        next(r["id"] for r in rows(app, "staff") if r["login"] == login),
    )
    undo = next(form for form in read(done).forms if form.action.endswith("/undo"))
    client.post(undo.action, data=undo.fields)
    assert rows(app, "appointment") == before


def test_one_chain_alone(app, house, lead):
    booked(app), booked(app, 1)
    close(app, house)
    accept(lead, 1)
    assert [row["action"] for row in rows(app, "cover_line")] == ["offer"]
    assert worded(app, "Accept all") in read(lead.get(COVER)).words


def test_a_plan_that_has_changed_is_shown_anew(app, house, lead):
    booked(app)
    close(app, house)
    form = next(form for form in read(lead.get(COVER)).forms if "plan" in form.fields)
    booked_again = json.loads(form.fields["plan"])
    booked_again[0] = "other"
    answer = lead.post(COVER, data={**form.fields, "plan": json.dumps(booked_again)})
    assert answer.status_code == 409
    assert worded(app, "Accept all") in read(answer).words
    assert rows(app, "cover_plan") == []


@pytest.mark.parametrize(
    "plan",
    ["", "[]", "[1]", "[1, [[1]]]", '["x", [[1, "steal", 1, null, {}]]]', '["x", [[1, "offer", 1, [1, 1], {}]]]',
     '["x", [[1, "offer", 1, [1, 1, "2027-03-02", "2027-03-02", "2027-03-02", false, null], {}]]]',
     '["x", [[1, "offer", 1, [1, 1, "2027-03-02T09:00Z", "2027-03-02T09:30Z", "9999-03-02T09:30Z", false, null], {}]]]',
     '["x", [[1, "cancel", 1, null, 7]]]', "[" * 5000],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(app, lead, plan):
    form = next(form for form in read(lead.get("/ludwigsburg/desk")).forms if "csrf_token" in form.fields)
    answer = lead.post(COVER, data={"csrf_token": form.fields["csrf_token"], "plan": plan})
    assert answer.status_code == 422


def test_only_our_own_words_are_kept_as_reasons(app, house, lead):
    booked(app)
    close(app, house)
    form = next(form for form in read(lead.get(COVER)).forms if "plan" in form.fields)
    fingerprint, lines = json.loads(form.fields["plan"])
    lines[0][4] |= {"name": "Nour", "among": "many"}
    lead.post(COVER, data={**form.fields, "plan": json.dumps([fingerprint, lines])})
    assert rows(app, "cover_line")[0]["because"] == {"lost": "closed", "rule": "nobody"}


def test_who_has_no_phone_is_called_and_ticked_and_may_come_anyway(app, house, lead, watch):
    booked(app, phone="")
    close(app, house)
    accept(lead)
    page = lead.get(COVER)
    assert worded(app, "Please call: no message reaches them") in read(page).words
    tick = next(form for form in read(page).forms if form.action.endswith("/called"))
    lead.post(tick.action, data=tick.fields)
    assert rows(app, "cover_line")[0]["called_at"] is not None
    watch.pass_by(days=1)
    lead = signed_in(app, LEAD)
    page = lead.get(COVER)
    came = next(form for form in read(page).forms if form.action.endswith("/came"))
    answer = lead.post(came.action, data=came.fields, follow_redirects=True)
    [ticket] = rows(app, "ticket")
    assert f"{ticket['number']:03d}" in read(answer).words


def test_later_a_line_goes_back_or_the_page_says_why_not(app, house, lead, watch):
    booked(app)
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=4)

    def ways_back():
        return [form for form in read(lead.get(COVER)).forms if form.action.endswith("/back")]

    assert ways_back() == []  # it would be refused
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Closure).values(kind="open"))
    [back] = ways_back()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Closure).values(kind="shut"))
    assert lead.post(back.action, data=back.fields).status_code == 409
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Closure).values(kind="open"))
    lead.post(back.action, data=back.fields)
    assert rows(app, "appointment")[0]["state"] == "booked"


def test_a_form_without_its_token_does_nothing(app, house, lead):
    booked(app)
    close(app, house)
    assert lead.post(COVER, data={"plan": "[]"}).status_code == 400
    assert lead.post(f"{COVER}/1/undo").status_code == 400


def test_the_visitor_says_yes_or_no_on_her_page(app, house, lead, watch):
    yes, no = booked(app)[0], booked(app, 1)[0]
    close(app, house)
    accept(lead)
    visitor = app.test_client()
    page = visitor.get(f"/ludwigsburg/de/appointment/{yes}")
    assert worded(app, "We propose a new time.") not in read(page).words
    assert worded(app, "Your appointment is cancelled.") not in read(page).words
    assert "STATUS:CONFIRMED" in visitor.get(f"/ludwigsburg/de/appointment/{yes}/calendar.ics").text
    watch.pass_by(minutes=3)
    page = visitor.get(f"/ludwigsburg/de/appointment/{yes}")
    assert worded(app, "We propose a new time.") in read(page).words
    assert press(visitor, page, reply="yes").status_code == 200
    again = press_once(visitor, page, reply="yes")
    assert again.status_code == 303
    press(visitor, visitor.get(f"/ludwigsburg/en/appointment/{no}"), reply="no")
    states = [row["state"] for row in rows(app, "appointment")]
    assert sorted(states) == ["booked", "cancelled"]
    lines = read(lead.get(COVER)).words
    assert worded(app, "said yes") in lines
    assert worded(app, "no answer, or no") in lines


def test_a_yes_to_a_time_that_is_gone_shows_the_next_one_that_is_held(app, house, lead, watch):
    link = booked(app)[0]
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=3)
    visitor = app.test_client()
    page = visitor.get(f"/ludwigsburg/en/appointment/{link}")
    first = rows(app, "hold")[-1]["starts_at"]
    close(app, house, "2027-03-04")
    answer = press_once(visitor, page, reply="yes")
    assert answer.status_code == 409
    said = read(answer).words
    assert "The proposed time is gone as well. We are sorry. We hold another time for you." in said
    assert "We propose a new time." in said
    [held] = [row for row in rows(app, "hold") if row["kind"] == "offer"]
    assert held["starts_at"] > first
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Closure).values(last_day=date(2027, 5, 1)))
    answer = press_once(visitor, answer, reply="yes")
    assert answer.status_code == 409
    assert "The proposed time is gone as well. We are sorry. We have found no other time." in read(answer).words
    assert [row["state"] for row in rows(app, "cover_line")] == ["lapsed"]


def test_what_she_says_on_the_telephone_is_her_answer(app, house, lead, watch):
    booked(app, phone=""), booked(app, 1, phone="")
    close(app, house)
    page = accept(lead)
    assert worded(app, "Says yes") not in read(page).words
    watch.pass_by(minutes=3)
    for reply in ("yes", "no"):
        forms = [form for form in read(lead.get(COVER)).forms if form.fields.get("reply") == reply]
        assert lead.post(forms[0].action, data=forms[0].fields).status_code == 303
    assert sorted(row["state"] for row in rows(app, "cover_line")) == ["accepted", "lapsed"]
    assert worded(app, "Says yes") not in read(lead.get(COVER)).words


def test_on_the_telephone_a_new_time_that_is_gone_is_said_with_the_one_that_is_held(app, house, lead, watch):
    booked(app, phone="")
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=3)
    yes = next(form for form in read(lead.get(COVER)).forms if form.fields.get("reply") == "yes")
    close(app, house, "2027-03-04")
    assert worded(app, "Propose another time") in read(lead.get(COVER)).words
    answer = lead.post(yes.action, data=yes.fields)
    assert answer.status_code == 409
    [held] = [row for row in rows(app, "hold") if row["kind"] == "offer"]
    assert "stattdessen" in read(answer).words
    assert f"{held['starts_at'].astimezone(BERLIN):%H:%M}" in read(answer).words
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Closure).values(last_day=date(2027, 5, 1)))
    answer = lead.post(yes.action, data=yes.fields)
    assert worded(
        app, "The proposed time is gone as well, and there is no other one. Please tell the visitor now."
    ) in (read(answer).words)


def test_another_time_is_proposed_where_the_first_is_gone(app, house, lead, watch):
    booked(app)
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=3)
    first = rows(app, "hold")[-1]["starts_at"]
    close(app, house, "2027-03-04")
    renew = next(form for form in read(lead.get(COVER)).forms if form.action.endswith("/renew"))
    assert lead.post(renew.action, data=renew.fields).status_code == 303
    assert [row["starts_at"] > first for row in rows(app, "hold") if row["kind"] == "offer"] == [True]
    again = lead.post(renew.action, data=renew.fields)
    assert (again.status_code, worded(app, "This new time is still there.") in read(again).words) == (409, True)


def test_a_second_answer_says_what_was_and_nothing_but_yes_or_no_is_one(app, house, lead, watch):
    booked(app, phone=""), booked(app, 1, phone="")
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=3)
    forms = [form for form in read(lead.get(COVER)).forms if form.fields.get("reply") == "yes"]
    assert lead.post(forms[0].action, data={**forms[0].fields, "reply": "perhaps"}).status_code == 422
    assert {row["state"] for row in rows(app, "cover_line")} == {"applied"}
    said = {
        "yes": "The visitor has said yes already. The new time is booked.",
        "no": "No new time waits for an answer now.",
    }
    for form, reply in zip(forms, said, strict=True):
        fields = {**form.fields, "reply": reply}
        lead.post(form.action, data=fields)
        again = lead.post(form.action, data=fields)
        assert (again.status_code, worded(app, said[reply]) in read(again).words) == (409, True)


def test_a_lead_of_another_carrier_settles_the_house_but_speaks_for_no_visitor_of_it(app, house, lead, watch):
    """One rule with moving and cancelling: what concerns one visitor is her carrier's, and reception's."""
    booked(app, phone="")
    close(app, house)
    accept(lead)
    watch.pass_by(minutes=3)
    forms = [
        form for form in read(lead.get(COVER)).forms if "/lines/" in form.action or "/appointments/" in form.action
    ]
    assert len(forms) > 2
    [appointment] = rows(app, "appointment")
    other = next(row["id"] for row in rows(app, "carrier")
                 if row["id"] != appointment["carrier_id"] and row["centre_id"] == house["ludwigsburg"])  # fmt: skip
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Staff).where(m.Staff.login == LEAD).values(carrier_id=other))
    for form in forms:
        assert lead.post(form.action, data=form.fields).status_code == 404
    page = read(lead.get(COVER))
    assert worded(app, "another carrier's visitor") in page.words
    assert not [form for form in page.forms if "/lines/" in form.action or "/appointments/" in form.action]


def test_a_call_before_an_undo_is_a_second_call_after_it(app, house, lead):
    booked(app, phone="")
    close(app, house)
    page = accept(lead)
    tick = next(form for form in read(page).forms if form.action.endswith("/called"))
    page = lead.post(tick.action, data=tick.fields, follow_redirects=True)
    assert "noch einmal" in read(page).words
    undo = next(form for form in read(page).forms if form.action.endswith("/undo"))
    page = lead.post(undo.action, data=undo.fields, follow_redirects=True)
    assert worded(app, "takes place after all") in read(page).words
    assert rows(app, "cover_line")[0]["called_at"] is None
