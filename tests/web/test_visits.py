"""What the holder of a private link, or of a code with the phone's last digits, can do: look, keep, move, cancel."""

import re
from datetime import UTC, datetime, timedelta

import itsdangerous.timed
import pytest
from icalendar import Calendar
from sqlalchemy import delete, select

from booking.domain.errors import SlotTaken, TooLate, WrongState
from booking.services import changes
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    book,
    code_of,
    dump,
    link_of,
    press,
    press_once,
    read,
    rows,
    said,
    worded,
)

MONDAY, NEXT_TUESDAY = "2027-03-08", "2027-03-09"
PHONE = "0151 23456789"
CHANGED = ("appointment", "claim", "message", "step", "visitor")


def path_of(answer):
    """The private address without what only the first visit carries."""
    return answer.request.path


def event_of(client, answer):
    file = client.get(f"{path_of(answer)}/calendar.ics")
    assert file.mimetype == "text/calendar"
    calendar = Calendar.from_ical(file.data)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def move_to(client, answer, n=0, *, age="reached", day=NEXT_TUESDAY):
    """Move by the pages: the age question where it is asked, a day, the n-th of its times."""
    page = client.get(f"{path_of(answer)}/move")
    if any("age" in form.inputs for form in read(page).forms):
        page = press(client, page, age=age)
    page = client.get(next(link for link in read(page).main if re.search(f"[?&]day={day}", link)))
    return press(client, page, start=read(page).form("start").offered["start"][n])


def find(client, code, last4, language="de"):
    return press(client, client.get(f"/ludwigsburg/{language}/find"), code=code, last4=last4)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_the_link_opens_the_appointment_in_every_language(client, house, language):
    booked = book(client, "Nour", PHONE)
    link = link_of(booked)
    answer = client.get(f"/ludwigsburg/{language}/appointment/{link}")
    assert answer.status_code == 200
    assert code_of(answer) == code_of(booked)
    assert read(answer).html["lang"] == language


def test_a_new_appointment_says_write_this_down_and_a_later_look_does_not(client, house):
    booked = book(client)
    later = client.get(path_of(booked))
    assert "/static/pictograms.svg#camera" in booked.text
    assert "/static/pictograms.svg#camera" not in later.text


def test_no_page_of_the_link_shows_name_or_phone(client, house):
    booked = book(client, "Kanarienvogel", PHONE)
    for page in ("", "/move?age=reached", "/cancel", "/calendar.ics"):
        text = client.get(path_of(booked) + page).text
        assert "Kanarienvogel" not in text
        assert "23456789" not in text.replace(" ", "")


@pytest.mark.parametrize("page", ["", "/move", "/move?age=reached", "/cancel", "/calendar.ics"])
def test_pages_of_the_link_are_not_kept_and_not_indexed(client, house, page):
    answer = client.get(path_of(book(client)) + page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_what_a_code_has_opened_says_that_it_closes_and_what_a_link_opens_that_it_is_kept(app, client, house, language):
    booked = book(client, "Nour", PHONE, language=language)
    closes = worded(app, "This page closes half an hour after you opened it. Your code opens it again.", language)
    keep = worded(app, "This page is only for you. Save the link, and show it to nobody.", language)
    opened = read(find(client, code_of(booked), "6789", language)).words
    assert (closes in opened, keep in opened) == (True, False)
    assert (closes in read(booked).words, keep in read(booked).words) == (False, True)


@pytest.mark.parametrize("link", ["x", "A" * 22, "by-code.x", "by-code.", "by-code", "%00", ".", "by-code.WzEsMV0.x.y"])
def test_an_address_that_was_never_given_opens_nothing(client, house, link):
    book(client)
    for page in ("", "/move", "/cancel", "/calendar.ics"):
        assert client.get(f"/ludwigsburg/de/appointment/{link}{page}").status_code == 404


def test_a_link_opens_nothing_at_another_centre(client, house):
    link = link_of(book(client))
    assert client.get(f"/balingen/de/appointment/{link}").status_code == 404


# ── the calendar file ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_calendar_file_is_in_utc_and_names_nobody(client, app, house):
    booked = book(client, "Kanarienvogel", PHONE, day=NEXT_TUESDAY)
    calendar, event = event_of(client, booked)
    [row] = rows(app, "appointment")
    assert event.decoded("dtstart") == row["starts_at"]
    assert event.decoded("dtend") == row["ends_at"]
    assert event["dtstart"].to_ical().endswith(b"Z")
    assert (calendar["method"], event["status"], event["sequence"]) == ("PUBLISH", "CONFIRMED", 0)
    assert code_of(booked) in event["description"]
    assert event["location"] == "Schlossstraße 9, 71634 Ludwigsburg"
    text = calendar.to_ical().decode()
    assert "Kanarienvogel" not in text
    assert "Aufenthalt" not in text
    assert link_of(booked) not in text


def test_it_keeps_its_identity_when_moved_and_says_so_when_cancelled(client, house):
    booked = book(client, day=MONDAY)
    _, first = event_of(client, booked)
    move_to(client, booked)
    _, moved = event_of(client, booked)
    press(client, client.get(f"{path_of(booked)}/cancel"))
    calendar, gone = event_of(client, booked)
    assert first["uid"] == moved["uid"] == gone["uid"]
    assert [event["sequence"] for event in (first, moved, gone)] == [0, 1, 2]
    assert moved.decoded("dtstart").date().isoformat() == NEXT_TUESDAY
    assert (calendar["method"], gone["status"]) == ("CANCEL", "CANCELLED")


def test_two_appointments_are_two_entries(client, house):
    uids = {event_of(client, book(client))[1]["uid"] for _ in range(2)}
    assert len(uids) == 2


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_appointment_is_moved_and_keeps_code_link_and_carrier(app, client, house):
    booked = book(client, "Nour", PHONE, reminders=True, day=MONDAY)
    [before] = rows(app, "appointment")
    answer = move_to(client, booked)
    assert answer.status_code == 200
    [after] = rows(app, "appointment")
    assert after["starts_at"].date().isoformat() == NEXT_TUESDAY
    for kept in ("id", "code", "link_hash", "carrier_id", "programme_id", "language"):
        assert after[kept] == before[kept], kept
    assert code_of(answer) == code_of(booked)
    assert worded(app, "Your appointment has a new time.") in read(answer).words
    press(client, client.get(f"{path_of(booked)}/cancel"))
    assert worded(app, "Your appointment has a new time.") not in read(client.get(answer.request.url)).words


def test_the_old_time_is_given_back_and_the_new_one_taken(app, client, house):
    booked = book(client, day=MONDAY, topic="german")
    first = {row["step"] for row in rows(app, "claim")}
    move_to(client, booked)
    second = {row["step"] for row in rows(app, "claim")}
    assert first
    assert len(second) == len(first)
    assert not first & second


def test_messages_of_the_old_time_are_withdrawn_and_new_ones_queued(app, client, house):
    booked = book(client, "Nour", PHONE, reminders=True, day=MONDAY)
    before = {row["id"] for row in rows(app, "message")}
    move_to(client, booked)
    after = rows(app, "message")
    assert {row["state"] for row in after if row["id"] in before} == {"dropped"}
    assert {row["kind"] for row in after if row["state"] == "due"} >= {"moved"}


def test_the_age_is_asked_again_for_it_was_not_kept(client, app, house):
    booked = book(client, age="soon", birthday=NEXT_TUESDAY, day=MONDAY)
    page = client.get(f"{path_of(booked)}/move")
    assert "birthday" in read(page).form("age").inputs
    answer = press(client, page, age="soon", birthday=NEXT_TUESDAY)
    days = {found[1] for link in read(answer).main if (found := re.search(r"[?&]day=([\d-]+)", link))}
    assert days
    assert max(days) < NEXT_TUESDAY  # the youth programme it was booked with ends there
    assert "2027, 3, 9" not in dump(app, "appointment", "visitor", "repeat", "step")


def test_a_wrong_birthday_is_explained_when_moving_too(client, house):
    booked = book(client)
    page = press(client, client.get(f"{path_of(booked)}/move"), age="soon", birthday="31.02.2027")
    assert page.status_code == 422
    assert said(client.application, "birthday-unreadable") in read(page).words
    assert read(page).form("birthday").fields["birthday"] == "31.02.2027"


def test_who_loses_the_race_for_the_new_time_keeps_the_old_one(app, client, house):
    with app.app_context(), db.engine.begin() as connection:
        ricci = connection.scalar(select(m.Staff.id).where(m.Staff.login == "m.ricci"))
        connection.execute(delete(m.StaffProgramme).where(m.StaffProgramme.staff_id != ricci))
    booked = book(client, topic="letter", day=MONDAY)
    [before] = rows(app, "appointment")
    page = press(client, client.get(f"{path_of(booked)}/move"), age="reached")
    page = client.get(next(link for link in read(page).main if f"day={NEXT_TUESDAY}" in link))
    wanted = read(page).form("start").offered["start"][0]
    book(app.test_client(), topic="letter", day=NEXT_TUESDAY)
    answer = press(client, page, start=wanted)
    assert "/move" in answer.request.path
    assert answer.status_code == 409
    assert wanted not in read(answer).form("start").offered["start"]
    assert read(answer).form("start").offered["start"]
    assert next(row for row in rows(app, "appointment") if row["id"] == before["id"]) == before


@pytest.mark.parametrize("meanwhile", [WrongState("cancelled"), TooLate(datetime(2027, 3, 8, tzinfo=UTC))])
def test_a_second_refusal_while_the_times_are_read_again_is_answered_like_the_first(
    client, house, monkeypatch, meanwhile
):
    booked = book(client, topic="german", day=MONDAY)
    page = client.get(f"{path_of(booked)}/move?day={NEXT_TUESDAY}")

    def refuse(refusal):
        def verb(*_, **__):
            raise refusal

        return verb

    monkeypatch.setattr(changes, "move", refuse(SlotTaken(())))
    monkeypatch.setattr(changes, "new_times", refuse(meanwhile))
    answer = press_once(client, page, start=read(page).form("start").offered["start"][0])
    assert (answer.status_code, answer.location) == (303, path_of(booked))


def test_the_time_it_has_is_not_offered_and_moving_there_changes_nothing(app, client, house):
    booked = book(client, topic="german", day=MONDAY)
    before = dump(app, *CHANGED)
    page = client.get(f"{path_of(booked)}/move?day={MONDAY}")
    own = rows(app, "appointment")[0]["starts_at"].isoformat()
    assert own not in read(page).form("start").offered["start"]
    press(client, page, start=own)
    assert dump(app, *CHANGED) == before


@pytest.mark.parametrize("start", ["", "soon", "2027-03-09T09:00", "0001-01-01T00:00+00:00", "9999-12-31T23:59+00:00"])
def test_a_start_that_is_none_moves_nothing(app, client, house, start):
    booked = book(client, topic="german", day=MONDAY)
    before = dump(app, *CHANGED)
    answer = press(client, client.get(f"{path_of(booked)}/move"), start=start)
    assert answer.status_code == 422
    assert said(app, "start-unreadable") in read(answer).words
    assert dump(app, *CHANGED) == before


def test_who_is_of_another_age_now_is_told_who_helps(app, client, house):
    booked = book(client, slug="balingen", topic="school-training", age="reached")
    page = press(client, client.get(f"{path_of(booked)}/move"), age="not-soon")
    assert "Jugendmigrationsdienst" in read(page).words
    assert rows(app, "appointment")[0]["sequence"] == 0


def test_a_second_press_moves_once(app, client, house):
    booked = book(client, topic="german", day=MONDAY)
    page = client.get(f"{path_of(booked)}/move?day={NEXT_TUESDAY}")
    start = read(page).form("start").offered["start"][0]
    for _ in range(2):
        assert press_once(client, page, start=start).status_code == 303
    assert rows(app, "appointment")[0]["sequence"] == 1


# ── cancelling ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_appointment_is_cancelled_by_one_button_and_its_time_is_free_again(app, client, house):
    booked = book(client, "Nour", PHONE, reminders=True, day=MONDAY)
    question = client.get(f"{path_of(booked)}/cancel")
    assert rows(app, "appointment")[0]["state"] == "booked"
    answer = press(client, question)
    assert answer.status_code == 200
    assert rows(app, "appointment")[0]["state"] == "cancelled"
    assert rows(app, "claim") == []
    assert {row["state"] for row in rows(app, "message")} == {"dropped"}
    assert "/ludwigsburg/de/" in read(answer).main  # a new one


def test_a_second_press_is_harmless(app, client, house):
    question = client.get(f"{path_of(book(client))}/cancel")
    press(client, question)
    before = dump(app)
    answer = press(client, question)
    assert answer.status_code == 200
    assert dump(app) == before


def test_what_is_cancelled_cannot_be_moved(app, client, house):
    booked = book(client, topic="german")
    press(client, client.get(f"{path_of(booked)}/cancel"))
    answer = client.get(f"{path_of(booked)}/move")
    assert (answer.status_code, answer.location) == (303, path_of(booked))


def test_once_it_has_begun_it_can_only_be_changed_by_phone(app, client, house, watch):
    booked = book(client, topic="german", day=MONDAY)
    question = client.get(f"{path_of(booked)}/cancel")
    watch.now = datetime(2027, 3, 8, 16, 0, tzinfo=UTC)
    page = read(client.get(path_of(booked)))
    assert not [link for link in page.links if link.endswith(("/move", "/cancel"))]
    assert "tel:+493023125401" in page.links
    answer = press(client, question)
    assert answer.status_code == 409
    assert said(app, "too-late") in read(answer).words
    assert client.get(f"{path_of(booked)}/move").status_code == 303
    assert rows(app, "appointment")[0]["state"] == "booked"


def test_a_cancellation_whose_token_has_ended_asks_once_more(app, client, house):
    question = client.get(f"{path_of(book(client))}/cancel")
    client.delete_cookie("form")
    again = press(client, question)
    assert again.status_code == 400
    assert rows(app, "appointment")[0]["state"] == "booked"
    press(client, again)
    assert rows(app, "appointment")[0]["state"] == "cancelled"


# ── by code and last four digits ──────────────────────────────────────────────────────────────────────────────────


def test_code_and_last_four_digits_open_the_appointment(app, client, house):
    booked = book(client, "Nour", PHONE, topic="german", day=MONDAY)
    code = code_of(booked)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed, last4 in (
        (code, "6789"),
        (code.replace(" ", ""), " 6789 "),
        (arabic, "٦٧٨٩"),
        (code.replace(" ", "-"), "6789"),
    ):
        answer = find(app.test_client(), typed, last4)
        assert code_of(answer) == code
    opened = app.test_client()
    answer = find(opened, code, "6789")
    assert link_of(answer) != link_of(booked)
    assert "23456789" not in answer.request.path
    press(opened, opened.get(f"{path_of(answer)}/cancel"))
    assert rows(app, "appointment")[0]["state"] == "cancelled"


def test_it_can_be_moved_from_there(app, client, house):
    code = code_of(book(client, "Nour", PHONE, topic="german", day=MONDAY))
    answer = move_to(client, find(client, code, "6789"))
    assert code_of(answer) == code
    assert rows(app, "appointment")[0]["starts_at"].date().isoformat() == NEXT_TUESDAY


@pytest.mark.parametrize("language", ["de", "en", "ar"])
@pytest.mark.parametrize(
    ("code", "last4"),
    [(None, "0000"), (None, "678"), (None, "56789"), (None, "67%9"), (None, "____"), ("1234 5678", "6789"),
     ("0000 0000", "6789"), ("x", "6789")],
)  # fmt: skip
def test_what_does_not_fit_opens_nothing_and_says_the_same(client, house, language, code, last4):
    booked = book(client, "Nour", PHONE)
    typed = code or code_of(booked)
    answer = find(client, typed, last4, language)
    assert answer.status_code == 403
    page = read(answer)
    assert said(client.application, "wrong-credentials", language) in page.words
    form = page.form("code", "last4")
    assert (form.fields["code"], form.fields["last4"]) == (typed, last4)


@pytest.mark.parametrize("wrong", [{"code": ""}, {"last4": ""}, {"code": "1" * 21}, {"last4": "1" * 11}])
def test_an_incomplete_form_says_what_is_missing(client, house, wrong):
    answer = find(client, **{"code": "1234 5678", "last4": "6789", **wrong})
    assert answer.status_code == 422
    assert read(answer).form("code").fields["code"] == wrong.get("code", "1234 5678")


@pytest.mark.parametrize("last4", ["", "0000", "None"])
def test_without_a_phone_the_code_opens_nothing_online(client, house, last4):
    code = code_of(book(client, "Nour"))
    assert find(client, code, last4).status_code in {403, 422}


def test_the_code_of_another_centre_opens_nothing_here(client, house):
    code = code_of(book(client, "Nour", PHONE, slug="balingen", topic="housing"))
    assert find(client, code, "6789").status_code == 403


def test_the_address_that_a_code_opens_ends_after_half_an_hour(client, house, monkeypatch):
    booked = book(client, "Nour", PHONE)
    answer = find(client, code_of(booked), "6789")
    assert client.get(path_of(answer)).status_code == 200
    real = itsdangerous.timed.time.time

    class Later:
        @staticmethod
        def time():
            return real() + timedelta(minutes=31).total_seconds()

    monkeypatch.setattr(itsdangerous.timed, "time", Later)
    assert client.get(path_of(answer)).status_code == 404
    assert client.get(path_of(booked)).status_code == 200


def test_erased_visitors_are_found_by_nobody(app, client, house):
    code = code_of(book(client, "Nour", PHONE))
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(delete(m.Visitor))
    assert find(client, code, "6789").status_code == 403
