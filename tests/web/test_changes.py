"""Reception moves and cancels for visitors: what is changed, who is told, who may, and what a refusal looks like."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    LEAD,
    RECEPTION,
    book,
    dump,
    press,
    press_once,
    read,
    rows,
    said,
    send,
    signed_in,
    worded,
)

MONDAY, NEXT_TUESDAY = "2027-03-08", "2027-03-09"
PHONE = "0151 23456789"
WRITTEN = ("appointment", "claim", "message", "step", "visitor")
DESK = "/ludwigsburg/desk/appointments"
HIDDEN = "known to the carrier of this appointment only"


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


def booked(app, **wish):
    """Somebody else's browser books; the appointment's row."""
    book(app.test_client(), **{"topic": "german", "day": MONDAY, **wish})
    return rows(app, "appointment")[-1]


def address(row, page=""):
    return f"{DESK}/{row['id']}{page}"


def list_of_times(desk, row, *, day=NEXT_TUESDAY, **answer):
    """The page of a day's times, by the links of the pages."""
    page = desk.get(address(row, "/move"))
    if answer:
        page = press(desk, page, **answer)
    return desk.get(next(link for link in read(page).main if re.search(f"[?&]day={day}", link)))


def kinds(app):
    return [(row["kind"], row["state"]) for row in rows(app, "message")]


def staff_id(app, login):
    return next(row["id"] for row in rows(app, "staff") if row["login"] == login)


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


# ── cancelling ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_cancels_by_one_question_and_who_wanted_messages_is_told(app, desk):
    row = booked(app, name="Nour", phone=PHONE, reminders=True)
    question = desk.get(read(desk.get(address(row))).link("/cancel"))
    assert rows(app, "appointment")[0]["state"] == "booked"
    assert "Nour" not in question.text
    answer = cancel(desk, row)
    assert answer.request.path == address(row)
    assert worded(app, "The appointment is cancelled.") in read(answer).words
    assert rows(app, "appointment")[0]["state"] == "cancelled"
    assert rows(app, "claim") == []
    assert kinds(app)[-1] == ("cancellation", "due")
    assert {state for _kind, state in kinds(app)[:-1]} == {"dropped"}
    step = [row for row in rows(app, "step") if row["name"] == "cancelled"][-1]
    assert (step["door"], step["staff_id"]) == ("desk", staff_id(app, RECEPTION))


def cancel(desk, row):
    page = desk.get(address(row, "/cancel"))
    [form] = [form for form in read(page).forms if not form.action]
    return desk.post(address(row, "/cancel"), data=form.fields, follow_redirects=True)


@pytest.mark.parametrize("details", [{}, {"name": "Nour"}, {"name": "Nour", "phone": PHONE}])
def test_who_wanted_none_gets_no_message_and_the_desk_is_told_so(app, desk, details):
    row = booked(app, **details)
    answer = cancel(desk, row)
    assert rows(app, "appointment")[0]["state"] == "cancelled"
    assert rows(app, "message") == []
    words = worded(app, "No message goes out. Please tell the visitor, if you are not talking to them now.")
    assert words in read(answer).words


def test_a_second_press_finds_it_cancelled_and_says_so_calmly(app, desk):
    row = booked(app, name="Nour", phone=PHONE, reminders=True)
    page = desk.get(address(row, "/cancel"))
    [form] = [form for form in read(page).forms if not form.action]
    for _ in range(2):
        answer = desk.post(address(row, "/cancel"), data=form.fields, follow_redirects=True)
        assert (answer.status_code, answer.request.path) == (200, address(row))
        assert worded(app, "The appointment is cancelled.") in read(answer).words
    asked = desk.get(address(row, "/cancel"), follow_redirects=True)
    assert (asked.status_code, asked.request.path) == (200, address(row))
    assert not [form for form in read(asked).forms if form.action.endswith("/cancel")]
    assert [kind for kind, _state in kinds(app)].count("cancellation") == 1
    assert len([step for step in rows(app, "step") if step["name"] == "cancelled"]) == 1


def test_what_has_begun_can_be_neither_cancelled_nor_moved(app, desk, watch):
    row = booked(app)
    watch.now = datetime(2027, 3, 8, 16, 0, tzinfo=UTC)
    desk = signed_in(app, RECEPTION)
    assert not [link for link in read(desk.get(address(row))).main if link.endswith(("/move", "/cancel"))]
    before = dump(app, *WRITTEN)
    words = worded(app, "This appointment has already begun. It can no longer be moved or cancelled.")
    for answer in (cancel(desk, row), desk.get(address(row, "/move"))):
        assert answer.status_code == 409
        assert words in read(answer).words
    assert dump(app, *WRITTEN) == before


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_moves_by_a_day_and_a_time(app, desk):
    before = booked(app, name="Nour", phone=PHONE, reminders=True)
    assert "/move" in read(desk.get(address(before))).link("/move")
    page = list_of_times(desk, before)
    start = read(page).form("start").offered["start"][0]
    answer = press(desk, page, start=start)
    assert answer.request.path == address(before)
    assert worded(app, "The appointment has a new time.") in read(answer).words
    [after] = rows(app, "appointment")
    assert after["starts_at"] == datetime.fromisoformat(start)
    assert after["starts_at"].date().isoformat() == NEXT_TUESDAY
    assert (after["code"], after["carrier_id"]) == (before["code"], before["carrier_id"])
    assert ("moved", "due") in kinds(app)
    step = [row for row in rows(app, "step") if row["name"] == "moved"][-1]
    assert (step["door"], step["staff_id"]) == ("desk", staff_id(app, RECEPTION))


def test_the_next_times_stand_there_before_a_day_is_chosen(app, desk):
    row = booked(app)
    page = desk.get(address(row, "/move"))
    starts = read(page).form("start").offered["start"]
    assert len(starts) == 3
    press(desk, page, start=starts[0])
    assert rows(app, "appointment")[0]["starts_at"] == datetime.fromisoformat(starts[0])


def test_the_age_is_asked_where_the_topic_asks_it_and_the_birthday_stands_in_no_address(app, desk):
    row = booked(app, topic="residence", age="soon", birthday=NEXT_TUESDAY)
    page = desk.get(address(row, "/move"))
    assert page.status_code == 200
    answer = press_once(desk, page, age="soon", birthday="09.03.2027")
    assert answer.status_code == 303
    assert not re.search(r"birthday|09\.03|03-09", answer.location)
    days = {
        found[1] for link in read(desk.get(answer.location)).main if (found := re.search(r"[?&]day=([\d-]+)", link))
    }
    assert days
    assert max(days) < NEXT_TUESDAY  # the youth programme it was booked with ends there
    page = list_of_times(desk, row, day=min(days), age="not-soon", birthday="")
    start = read(page).form("start").offered["start"][-1]
    press(desk, page, start=start)
    assert rows(app, "appointment")[0]["starts_at"] == datetime.fromisoformat(start)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"age": "soon", "birthday": "31.02.2027"}, "birthday-unreadable"),
        ({"age": "soon", "birthday": "2027-03-02"}, "birthday-not-in-horizon"),
        ({"age": "", "birthday": ""}, "age-needed"),
    ],
)
def test_an_answer_that_helps_nobody_is_kept_and_explained(app, desk, typed, reason):
    row = booked(app, topic="residence")
    answer = press(desk, desk.get(address(row, "/move")), **typed)
    assert answer.status_code == 422
    assert said(app, reason) in read(answer).words
    assert read(answer).form("birthday").fields["birthday"] == typed["birthday"]


def test_an_answer_that_has_ended_is_asked_for_again(app, desk):
    row = booked(app, topic="residence")
    answer = desk.get(address(row, "/move?age=soon&sealed=x"))
    assert answer.status_code == 422
    assert said(app, "age-needed") in read(answer).words
    assert "age" not in read(answer).form("age").fields


def test_who_loses_the_race_keeps_the_old_time_and_the_list_comes_back(app, desk):
    with app.app_context(), db.engine.begin() as connection:
        ricci = connection.scalar(select(m.Staff.id).where(m.Staff.login == "m.ricci"))
        connection.execute(delete(m.StaffProgramme).where(m.StaffProgramme.staff_id != ricci))
    row = booked(app, topic="letter")
    page = list_of_times(desk, row, age="reached", birthday="")
    wanted = read(page).form("start").offered["start"][0]
    booked(app, topic="letter", day=NEXT_TUESDAY)
    before = dump(app, *WRITTEN)
    answer = press(desk, page, start=wanted)
    assert answer.status_code == 409
    assert said(app, "slot-taken") in read(answer).words
    assert wanted not in read(answer).form("start").offered["start"]
    assert dump(app, *WRITTEN) == before


@pytest.mark.parametrize("start", ["", "soon", "2027-03-09T09:00", "9999-12-31T23:59+00:00"])
def test_a_start_that_is_none_moves_nothing_and_the_list_comes_back(app, desk, start):
    row = booked(app)
    before = dump(app, *WRITTEN)
    answer = press(desk, desk.get(address(row, "/move")), start=start)
    assert answer.status_code == 422
    assert said(app, "start-unreadable") in read(answer).words
    assert read(answer).form("start").offered["start"]
    assert dump(app, *WRITTEN) == before


def test_what_is_cancelled_cannot_be_moved_and_the_page_says_so(app, desk):
    row = booked(app)
    page = desk.get(address(row, "/move"))
    cancel(desk, row)
    before = dump(app, *WRITTEN)
    start = read(page).form("start").offered["start"][0]
    for answer in (press(desk, page, start=start), desk.get(address(row, "/move"))):
        assert answer.status_code == 409
        assert said(app, "cancelled") in read(answer).words
    assert dump(app, *WRITTEN) == before


def test_who_is_of_another_age_now_is_helped_elsewhere(app, house):
    book(app.test_client(), slug="balingen", topic="school-training", age="reached")
    [row] = rows(app, "appointment")
    desk = signed_in(app, "k.maurer", "balingen")
    page = desk.get(f"/balingen/desk/appointments/{row['id']}/move")
    answer = press(desk, page, age="not-soon")
    assert answer.status_code == 409
    assert "Jugendmigrationsdienst" in read(answer).words
    assert rows(app, "appointment")[0]["sequence"] == 0


def test_when_nothing_is_free_the_page_says_so(app, desk):
    row = booked(app)
    change(app, delete(m.Shift))
    answer = desk.get(address(row, "/move"))
    assert answer.status_code == 200
    assert worded(app, "There is no free time in the next weeks.") in read(answer).words


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lead_of_one_carrier_changes_that_carriers_appointments_only(app, house):
    row = booked(app)
    lead = signed_in(app, LEAD)
    ours = update(m.Staff).where(m.Staff.login == LEAD)
    other = next(c["id"] for c in rows(app, "carrier") if c["id"] != row["carrier_id"])
    change(app, ours.values(carrier_id=other))
    before = dump(app, *WRITTEN)
    assert not [link for link in read(lead.get(address(row))).main if link.endswith(("/move", "/cancel"))]
    for page in ("/move", "/cancel"):
        assert lead.get(address(row, page)).status_code == 404
        assert send(lead, address(row, page), {"start": "2027-03-09T09:00:00+00:00"}).status_code == 404
    assert dump(app, *WRITTEN) == before
    change(app, ours.values(carrier_id=row["carrier_id"]))
    assert cancel(lead, row).status_code == 200
    assert rows(app, "appointment")[0]["state"] == "cancelled"


def test_what_is_another_carriers_to_know_is_not_called_not_given_nor_is_a_look_recorded(app, house):
    row = booked(app, name="Kanarienvogel")
    lead = signed_in(app, LEAD)
    other = next(c["id"] for c in rows(app, "carrier") if c["id"] != row["carrier_id"])
    hidden, none = worded(app, HIDDEN), worded(app, "no name given")
    recorded = worded(app, "This look at name and phone number is recorded.")
    for carrier_id, shown, absent in ((other, {hidden}, {none, recorded, "Kanarienvogel"}),
                                      (row["carrier_id"], {recorded, "Kanarienvogel"}, {hidden, none})):  # fmt: skip
        change(app, update(m.Staff).where(m.Staff.login == LEAD).values(carrier_id=carrier_id))
        words = read(lead.get(address(row))).words
        assert {word for word in shown | absent if word in words} == shown
    assert [row["what"] for row in rows(app, "look")].count("appointment") == 1


def test_of_who_gave_no_name_that_is_said_and_no_look_is_recorded(app, desk):
    words = read(desk.get(address(booked(app)))).words
    assert worded(app, "no name given") in words
    for sentence in (HIDDEN, "This look at name and phone number is recorded."):
        assert worded(app, sentence) not in words


def test_another_centres_appointment_is_not_there(app, desk):
    book(app.test_client(), slug="balingen", topic="housing")
    [foreign] = rows(app, "appointment")
    for page in ("/move", "/cancel"):
        assert desk.get(address(foreign, page)).status_code == 404
        assert send(desk, address(foreign, page)).status_code == 404
    assert rows(app, "appointment")[0]["state"] == "booked"
