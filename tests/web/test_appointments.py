"""Booking over HTTP, as a visitor does it: by the links and forms of the pages, in the languages they speak."""

import base64
import re
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete, update

from booking.domain.appointments import read_code
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    Page,
    book,
    code_of,
    details_page,
    dump,
    link_of,
    press,
    press_once,
    read,
    rows,
    said,
)

MONDAY, NEXT_TUESDAY = "2027-03-08", "2027-03-09"
PHONE, LANDLINE = "0151 23456789", "07141 123456"
WRITTEN = ("appointment", "visitor", "claim", "message", "step", "repeat")


def counts(app):
    return {table: len(rows(app, table)) for table in WRITTEN}


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


def shut(app):
    """Nothing can be booked for weeks."""
    days = {"first_day": date(2027, 3, 1), "last_day": date(2027, 4, 30), "reason": "Umbau", "carrier_id": None}
    with app.app_context(), db.engine.begin() as connection:
        for centre in connection.execute(m.Centre.__table__.select()).mappings().all():
            connection.execute(m.Closure.__table__.insert().values(centre_id=centre["id"], **days))


def programme_of(app, appointment):
    names = {row["id"]: row["slug"] for row in rows(app, "programme")}
    return names[appointment["programme_id"]]


def offered(answer):
    """The starts on the buttons of a page, in their order."""
    starts = [start for form in read(answer).forms for start in form.offered.get("start", ())]
    return [datetime.fromisoformat(start) for start in starts]


# ── the whole way ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_a_visitor_books_in_her_language(app, client, house, language):
    answer = book(client, "Mariam", PHONE, reminders=True, language=language)
    page = read(answer)
    assert page.html["lang"] == language
    assert page.html["dir"] == ("rtl" if language == "ar" else "ltr")
    assert read_code(code_of(answer)) is not None
    assert "Schlossstraße 9, 71634 Ludwigsburg" in page.words
    way = {"de": "nahe am Schloss", "en": "near the palace", "ar": "قرب القصر"}
    assert way[language] in page.words
    assert {"/calendar.ics", "/move", "/cancel"} <= {link.removeprefix(answer.request.path) for link in page.links}
    [booked] = rows(app, "appointment")
    assert (booked["state"], booked["language"]) == ("booked", language)
    assert booked["code"] == code_of(answer).replace(" ", "")
    [visitor] = rows(app, "visitor")
    assert (visitor["name"], visitor["phone"]) == ("Mariam", "+4915123456789")


def test_in_arabic_somebody_interprets_where_nobody_speaks_it(app, client, house):
    book(client, language="ar", age="reached")
    book(client, language="ar", age="not-soon")
    adult, young = sorted(rows(app, "appointment"), key=lambda row: row["id"])
    assert (programme_of(app, adult), adult["interpreter"]) == ("mbe", True)
    assert (programme_of(app, young), young["interpreter"]) == ("jmd", False)
    assert adult["ends_at"] - adult["starts_at"] > young["ends_at"] - young["starts_at"]


def test_the_scheduler_writes_down_why_it_chose(app, client, house):
    book(client)
    [booked] = rows(app, "appointment")
    assert booked["because"]["rule"] in {"only", "language", "share", "recent"}
    assert booked["counsellor_id"] in {row["id"] for row in rows(app, "staff") if row["duty"]}


def test_the_first_page_follows_the_browsers_language(client, house):
    for wish, found in (("ar,de;q=0.5", "ar"), ("en-GB", "en"), ("xx", "de"), ("", "de")):
        answer = client.get("/ludwigsburg/", headers={"Accept-Language": wish})
        assert (answer.status_code, answer.location) == (302, f"/ludwigsburg/{found}/")


def test_the_topics_stand_in_the_centre_s_order_with_the_one_for_the_unsure_first(client, house):
    found = read(client.get("/ludwigsburg/de/")).main
    links = [link for link in found if re.fullmatch(r"/ludwigsburg/de/[\w-]+/", link)]
    assert links[:3] == ["/ludwigsburg/de/unsure/", "/ludwigsburg/de/residence/", "/ludwigsburg/de/benefits/"]
    assert len(links) == 9


def test_the_list_of_centres_leads_to_each(client, house):
    assert {"/ludwigsburg/", "/balingen/"} <= set(read(client.get("/")).links)


@pytest.mark.parametrize(
    "path", ["/atlantis/de/", "/ludwigsburg/so/", "/ludwigsburg/de/gardening/", "/ludwigsburg/de/gardening/times"]
)
def test_what_is_not_there_is_not_found_and_says_so(client, house, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert read(answer).words


# ── the one age question ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_age_is_asked_only_where_it_decides(client, house):
    asked = client.get("/ludwigsburg/de/residence/?length=first")
    assert asked.status_code == 200
    assert set(read(asked).form("age").inputs) >= {"age", "birthday"}
    assert client.get("/ludwigsburg/de/german/").location == "/ludwigsburg/de/german/times"
    assert offered(client.get("/ludwigsburg/de/german/times"))


def test_times_of_such_a_topic_are_not_shown_without_the_answer(client, house):
    answer = client.get("/ludwigsburg/de/residence/times")
    assert answer.status_code == 422
    assert said(client.application, "age-needed") in read(answer).words


@pytest.mark.parametrize(("age", "programme"), [("reached", "mbe"), ("not-soon", "jmd")])
def test_the_answer_leads_to_the_programme(app, client, house, age, programme):
    book(client, age=age)
    assert programme_of(app, rows(app, "appointment")[0]) == programme


def test_the_birthday_on_the_appointments_day_decides(app, client, house):
    for day in (MONDAY, NEXT_TUESDAY):
        book(client, age="soon", birthday=NEXT_TUESDAY, day=day)
    before, after = sorted(rows(app, "appointment"), key=lambda row: row["starts_at"])
    assert (before["starts_at"].day, programme_of(app, before)) == (8, "jmd")
    assert (after["starts_at"].day, programme_of(app, after)) == (9, "mbe")


@pytest.mark.parametrize(
    "typed", ["2027-03-14", "14.03.2027", "14. 3. 2027", "١٤.٠٣.٢٠٢٧", "۱۴.۰۳.۲۰۲۷", " 14.03.2027 "]
)
def test_a_birthday_is_read_as_people_write_it(client, house, typed):
    def times(birthday):
        answer = press(client, client.get("/ludwigsburg/ar/residence/?length=first"), age="soon", birthday=birthday)
        assert answer.status_code == 200
        return offered(answer)

    assert times(typed) == times("2027-03-14") != []


@pytest.mark.parametrize(
    ("birthday", "reason"),
    [
        ("", "birthday-unreadable"), ("31.02.2027", "birthday-unreadable"), ("bald", "birthday-unreadable"),
        ("14.03", "birthday-unreadable"), ("2027-03-02", "birthday-not-in-horizon"),
        ("24.12.2026", "birthday-not-in-horizon"), ("2027-03-24", "birthday-not-in-horizon"),
        ("0001-01-01", "birthday-not-in-horizon"), ("9999-12-31", "birthday-not-in-horizon"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_birthday_that_helps_nobody_is_kept_and_explained(client, house, language, birthday, reason):
    asked = client.get(f"/ludwigsburg/{language}/residence/?length=first")
    answer = press(client, asked, age="soon", birthday=birthday)
    assert answer.status_code == 422
    page = read(answer)
    assert said(client.application, reason, language) in page.words
    form = page.form("birthday")
    assert (form.fields["age"], form.fields["birthday"]) == ("soon", birthday)


def test_the_birthday_can_be_read_in_no_address_on_the_way(app, client, house, watch):
    asked = press_once(client, client.get("/ludwigsburg/de/residence/?length=first"), age="soon", birthday="14.03.2027")
    assert asked.status_code == 303
    details = details_page(client, age="soon", birthday="2027-03-14", day=MONDAY)
    seen = [asked.location, *read(client.get(asked.location)).links, *read(details).links, details.request.url]
    sealed = {query["sealed"][0] for link in seen if "sealed" in (query := parse_qs(urlsplit(link).query))}
    assert sealed
    for seal in sealed:
        plain = base64.urlsafe_b64decode(seal + "=" * (-len(seal) % 4))
        assert not any(form in plain for form in (b"2027", b"14.03", b"03-14"))
    assert not re.search(r"birthday|14[.-]0?3|0?3-14", " ".join(seen).replace(MONDAY, ""))
    back = client.get(next(link for link in read(client.get(asked.location)).main if "/residence/?" in link))
    assert back.status_code == 200
    for address in (back.request.url, asked.location.replace("/times", "/")):
        page = client.get(address)
        assert not any(form in page.text for form in ("2027-03-14", "14.03", "14.3"))
        form = read(page).form("birthday")
        assert (form.fields.get("age"), form.fields["birthday"]) == (None, "")


def test_the_address_leads_back_to_the_times_for_three_hours_and_then_to_the_question(app, client, house, watch):
    asked = press_once(client, client.get("/ludwigsburg/de/residence/?length=first"), age="soon", birthday="14.03.2027")
    watch.pass_by(hours=3)
    elsewhere = app.test_client()
    assert elsewhere.get(asked.location).status_code == 200
    watch.pass_by(seconds=1)
    for address in (asked.location, asked.location[:-1] + "!", "/ludwigsburg/de/residence/times?age=soon&sealed=ü"):
        answer = elsewhere.get(address)
        assert answer.status_code == 422
        assert said(app, "age-needed") in read(answer).words
        assert "age" not in read(answer).form("birthday").fields


def test_details_that_were_open_too_long_keep_what_was_typed_and_ask_again(app, client, house, watch):
    page = details_page(client, age="soon", birthday="2027-03-14", day=MONDAY)
    watch.pass_by(hours=4)
    answer = press(client, page, name="Nour", phone=PHONE)
    assert answer.status_code == 422
    assert said(app, "age-unanswered") in read(answer).words
    assert read(answer).form("name").fields["name"] == "Nour"
    again = press(client, answer, age="soon", birthday="soon")
    assert (again.status_code, said(app, "birthday-unreadable") in read(again).words) == (422, True)
    assert read(again).form("name", "birthday").fields["phone"] == PHONE
    assert rows(app, "appointment") == []
    code_of(press(client, again, age="soon", birthday="2027-03-14"))
    assert [row["name"] for row in rows(app, "visitor")] == ["Nour"]
    assert "2027, 3, 14" not in dump(app)


def test_a_mistake_beside_the_question_keeps_its_answer(app, client, house, watch):
    page = details_page(client, age="soon", birthday="2027-03-14", day=MONDAY)
    watch.pass_by(hours=4)
    asked = press(client, page, name="Nour", phone="12")
    again = press(client, asked, age="soon", birthday="2027-03-14")
    assert said(app, "phone-unreadable") in read(again).words
    assert not [form for form in read(again).forms if "age" in form.inputs], "it is answered"
    code_of(press(client, again, phone=PHONE))


@pytest.mark.parametrize("age", ["", "older", "SOON"])
def test_an_answer_that_is_none_is_asked_for_again(client, house, age):
    answer = press(client, client.get("/ludwigsburg/de/residence/?length=first"), age=age)
    assert answer.status_code == 422
    assert said(client.application, "age-needed") in read(answer).words


def test_a_topic_without_the_question_takes_no_answer(client, house):
    answer = client.post("/ludwigsburg/de/german/", data={"age": "soon"})
    assert (answer.status_code, answer.location) == (303, "/ludwigsburg/de/german/times")


def test_nothing_of_the_birthday_is_stored(app, client, house):
    book(client, "Kanarienvogel", age="soon", birthday="2027-03-14", day=MONDAY)
    stored = dump(app)
    assert "Kanarienvogel" in stored  # the search would find it
    for trace in ("2027-03-14", "2027, 3, 14", "14.03.2027", "birthday': d", "'soon'"):
        assert trace not in stored.replace("from_birthday", "").replace("before_birthday", "")


def test_who_is_younger_is_led_to_the_youth_service_in_balingen(app, client, house):
    for language, name in (("de", "Jugendmigrationsdienst"), ("en", "Youth migration service")):
        asked = client.get(f"/balingen/{language}/school-training/?length=first")
        page = read(press(client, asked, age="not-soon"))
        assert name in page.words
        assert "Musterstraße 3, 72336 Balingen" in page.words
        assert "tel:+493023125513" in page.links
        assert {"de": "Arabisch · Türkisch", "en": "Arabic · Turkish"}[language] in page.words
    assert rows(app, "appointment") == []


def test_who_turns_27_soon_is_offered_the_days_from_then_on(client, house):
    asked = client.get("/balingen/de/school-training/?length=first")
    answer = press(client, asked, age="soon", birthday="2027-03-16")
    days = [link[-10:] for link in read(answer).main if re.search("[?&]day=", link)]
    assert days
    assert min(days) >= "2027-03-16"
    assert offered(answer)[0] >= datetime(2027, 3, 15, 23, tzinfo=UTC)


# ── days and times ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_three_times_and_the_days_are_offered(client, house):
    answer = client.get("/ludwigsburg/de/german/times")
    starts = offered(answer)
    assert len(starts) == 3
    assert starts == sorted(starts)
    assert starts[0] >= datetime(2027, 3, 2, 9, 30, tzinfo=UTC)  # two hours ahead
    days = [link[-10:] for link in read(answer).main if re.search("[?&]day=", link)]
    assert days[0] == "2027-03-02"
    assert days == sorted(days)
    assert days[-1] <= "2027-03-23"
    assert not {"2027-03-06", "2027-03-07"} & set(days)


def test_a_chosen_day_shows_its_times_in_the_house_s_hours(client, house):
    starts = offered(client.get("/ludwigsburg/de/german/times?day=2027-03-05"))
    assert starts
    assert {(start.month, start.day) for start in starts} == {(3, 5)}
    assert all(8 <= start.hour < 11 for start in starts)  # nine to twelve in Berlin


@pytest.mark.parametrize("day", ["2027-03-06", "1999-01-01", "tomorrow", "", "2027-02-31"])
def test_a_day_without_times_shows_the_next_ones(client, house, day):
    answer = client.get("/ludwigsburg/de/german/times", query_string={"day": day})
    assert (answer.status_code, len(offered(answer))) == (200, 3)


@pytest.mark.parametrize(("slug", "phone"), [("ludwigsburg", "tel:+493023125401"), ("balingen", "tel:+493023125501")])
def test_where_nothing_is_free_the_walk_in_hours_and_the_phone_stand(app, client, house, slug, phone):
    change(app, update(m.Staff).values(last_day=date(2027, 3, 1)))
    page = read(client.get(f"/{slug}/de/german/times?age=reached"))
    assert phone in page.links
    assert "9:00" in page.words.replace("09:00", "9:00")
    assert not [form for form in page.forms if "start" in form.inputs]
    shut(app)
    page = read(client.get(f"/{slug}/de/german/times?age=reached"))
    assert (phone in page.links, "9:00" in page.words.replace("09:00", "9:00")) == (True, False)


def test_what_was_booked_is_not_offered_again(app, client, house):
    change(app, delete(m.StaffProgramme).where(m.StaffProgramme.staff_id != _staff(app, "m.ricci")))
    wish = {"topic": "letter", "age": "reached", "day": MONDAY}
    book(client, **wish)
    [booked] = rows(app, "appointment")
    answer = client.get(f"/ludwigsburg/de/letter/times?age=reached&day={MONDAY}")
    assert offered(answer)
    taken = booked["starts_at"]
    assert taken not in offered(answer)


def _staff(app, login):
    return next(row["id"] for row in rows(app, "staff") if row["login"] == login)


# ── details ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_consent_is_separate_and_unticked(client, house):
    form = read(details_page(client)).form("name", "phone", "reminders")
    assert form.inputs["reminders"]["type"] == "checkbox"
    assert "reminders" not in form.fields
    assert "required" not in form.inputs["name"]
    assert "required" not in form.inputs["phone"]


def test_without_name_and_phone_nothing_of_a_person_is_kept(app, client, house):
    book(client)
    assert rows(app, "visitor") == []
    assert rows(app, "message") == []


def test_a_phone_without_consent_gets_no_messages(app, client, house):
    book(client, "Nour", PHONE)
    [visitor] = rows(app, "visitor")
    assert visitor["phone"] == "+4915123456789"
    assert visitor["reminders_agreed"] is None
    assert rows(app, "message") == []


def test_messages_are_queued_for_who_agreed(app, client, house, watch):
    book(client, "Nour", PHONE, reminders=True, day=NEXT_TUESDAY)
    [visitor] = rows(app, "visitor")
    assert visitor["reminders_agreed"] == watch.now
    assert {row["kind"] for row in rows(app, "message")} >= {"confirmation", "reminder_eve"}
    assert {row["state"] for row in rows(app, "message")} == {"due"}


def test_name_and_phone_have_an_erasure_date_from_the_start(app, client, house):
    book(client, "Nour", day=NEXT_TUESDAY)
    [visitor] = rows(app, "visitor")
    assert visitor["erase_on"] == date(2027, 4, 8)
    assert visitor["carrier_id"] == rows(app, "appointment")[0]["carrier_id"]


def test_a_landline_may_be_left_without_reminders(app, client, house):
    book(client, "", LANDLINE)
    assert rows(app, "visitor")[0]["phone"] == "+497141123456"


def test_arabic_digits_make_the_same_number(app, client, house):
    book(client, "", "٠١٥١ ٢٣٤٥٦٧٨٩", language="ar")
    assert rows(app, "visitor")[0]["phone"] == "+4915123456789"


REFUSED = [
    ({"phone": "12"}, "phone-unreadable"),
    ({"phone": "keine"}, "phone-unreadable"),
    ({"phone": "+999 123"}, "phone-unreadable"),
    ({"phone": "", "reminders": "y"}, "phone-needed"),
    ({"phone": LANDLINE, "reminders": "y"}, "phone-not-textable"),
    ({"phone": "+33 6 12 34 56 78", "reminders": "y"}, "phone-not-textable"),
    ({"name": "M" * 81}, "name-too-long"),
]


@pytest.mark.parametrize("language", ["de", "en", "ar"])
@pytest.mark.parametrize(("wrong", "reason"), REFUSED)
def test_what_cannot_be_used_is_kept_and_explained(app, client, house, language, wrong, reason):
    typed = {"name": "Ömer <b>", "phone": PHONE, **wrong}
    details = details_page(client, language=language, topic="german")
    before = counts(app)
    answer = press(client, details, **typed)
    assert answer.status_code == 422
    page = read(answer)
    assert said(app, reason, language) in page.words
    form = page.form("name", "phone")
    assert (form.fields["name"], form.fields["phone"]) == (typed["name"], typed["phone"])
    assert form.fields.get("reminders") == typed.get("reminders")
    assert counts(app) == before
    again = press(client, answer, "reminders", name="Ömer", phone=PHONE)
    assert code_of(again)


@pytest.mark.parametrize("wrong", [{"name": "M" * 201}, {"phone": "1" * 61}, {"key": "k" * 65}])
def test_far_too_much_is_refused_as_well(app, client, house, wrong):
    details = details_page(client)
    before = counts(app)
    answer = press(client, details, **{"name": "", **wrong})
    assert answer.status_code == 422
    assert counts(app) == before


def test_a_refused_field_is_named_in_the_summary_and_beside_it(client, house):
    page = read(press(client, details_page(client), phone="12"))
    assert "#phone" in page.links
    assert "phone-refused" in page.ids
    assert page.form("phone").inputs["phone"]["aria-invalid"] == "true"


def test_a_name_is_shown_as_text_and_as_it_was_written(app, client, house):
    name = "<script>alert(1)</script> نور"
    book(client, name)
    assert rows(app, "visitor")[0]["name"] == name


# ── the time was taken meanwhile ──────────────────────────────────────────────────────────────────────────────────


def test_who_loses_the_race_keeps_what_she_typed_and_is_offered_near_times(app, client, house, watch):
    change(app, delete(m.StaffProgramme).where(m.StaffProgramme.staff_id != _staff(app, "m.ricci")))
    form = details_page(client, topic="letter", day=MONDAY, nth=2)
    other = app.test_client()
    watch.pass_by(minutes=11)  # what was held is over
    book(other, topic="letter", day=MONDAY, nth=2)
    before = counts(app)
    answer = press(client, form, name="Salma", phone=PHONE, reminders="y")
    assert answer.status_code == 409
    assert said(app, "slot-taken") in read(answer).words
    assert read(answer).form("name").fields["name"] == "Salma"
    assert "reminders" in read(answer).form("name").fields
    assert counts(app) == before
    near = offered(answer)
    assert len(near) == 3
    assert near == sorted(near)
    taken = rows(app, "appointment")[0]["starts_at"]
    assert taken not in near
    assert max(abs(start - taken) for start in near).total_seconds() <= 3600
    assert code_of(press(client, press(client, answer, start=near[0].isoformat()), name="Salma", phone=PHONE))


def test_a_page_open_for_hours_offers_no_longer_what_is_past(app, client, house, watch):
    form = details_page(client, topic="german")
    watch.pass_by(hours=3)
    answer = press(client, form, name="Salma")
    assert answer.status_code == 409
    assert rows(app, "appointment") == []


@pytest.mark.parametrize(
    "start",
    ["", "soon", "2027-03-09", "2027-03-09T09:00", "0001-01-01T00:00+00:00", "9999-12-31T23:59+00:00", "1" * 500],
)
def test_a_start_that_is_none_is_refused_before_anything_is_typed(app, client, house, start):
    answer = client.get("/ludwigsburg/de/german/details", query_string={"start": start})
    assert answer.status_code == 422
    assert said(app, "start-unreadable") in read(answer).words


@pytest.mark.parametrize(
    "start", ["2027-03-09T08:07+00:00", "2027-03-07T09:00+00:00", "2027-03-09T03:00+00:00", "2026-01-01T09:00+00:00",
              "2900-01-01T09:00+00:00"]
)  # fmt: skip
def test_a_start_that_is_not_offered_is_not_booked(app, client, house, start):
    form = client.get("/ludwigsburg/de/german/details", query_string={"start": start})
    answer = press(client, form, name="Salma")
    assert answer.status_code == 409
    assert len(offered(answer)) == 3
    assert rows(app, "appointment") == []


# ── sent twice, sent late ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_form_sent_twice_books_once(app, client, house):
    form = details_page(client)
    first, second = (press_once(client, form, name="Nour", phone=PHONE) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(rows(app, "appointment")) == 1
    assert len(rows(app, "visitor")) == 1


def test_the_same_key_with_other_content_is_refused(app, client, house):
    form = details_page(client)
    press(client, form, name="Nour")
    answer = press(client, form, name="Somebody else")
    assert answer.status_code == 409
    assert said(app, "key-reused") in read(answer).words
    assert len(rows(app, "appointment")) == 1


def test_two_forms_book_twice(app, client, house):
    assert code_of(book(client, "Nour")) != code_of(book(client, "Nour"))
    assert len(rows(app, "appointment")) == 2


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_form_whose_token_has_ended_comes_back_with_everything_and_can_be_sent_again(app, client, house, language):
    form = details_page(client, language=language)
    client.delete_cookie("form")
    page = press(client, form, name="Ömer <b>\"'", phone=PHONE, reminders="y")
    assert page.status_code == 400
    assert read(page).html["lang"] == language
    kept = read(page).form("name")
    assert {n: kept.fields[n] for n in ("name", "phone", "reminders")} == {
        "name": "Ömer <b>\"'", "phone": PHONE, "reminders": "y"
    }  # fmt: skip
    assert rows(app, "appointment") == []
    answer = press(client, page)
    assert code_of(answer)
    [visitor] = rows(app, "visitor")
    assert (visitor["name"], visitor["phone"]) == ("Ömer <b>\"'", "+4915123456789")
    assert visitor["reminders_agreed"] is not None


def test_a_form_of_another_site_books_nothing(app, client, house):
    form = details_page(client)
    stranger = app.test_client()
    answer = press(stranger, form, name="Nour")
    assert answer.status_code == 400
    assert rows(app, "appointment") == []


# ── what is stored ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_private_link_is_nowhere_in_the_database(app, client, house):
    link = link_of(book(client, "Nour", PHONE, reminders=True))
    assert re.fullmatch(r"[\w-]{22}", link)
    stored = dump(app)
    assert link not in stored
    assert "link_hash" in stored


def test_codes_and_links_are_never_the_same_twice(app, client, house):
    answers = [book(client, day=day) for day in (MONDAY, NEXT_TUESDAY, "2027-03-10", "2027-03-11")]
    assert len({code_of(answer) for answer in answers}) == 4
    assert len({link_of(answer) for answer in answers}) == 4


# ── a link scanner ────────────────────────────────────────────────────────────────────────────────────────────────


def test_following_every_link_of_every_public_page_changes_nothing(app, client, house):
    few = {"horizon_days": 1, "start_every_minutes": 60, "languages": ["de", "ar"]}
    change(app, update(m.Centre).values(**few))  # few times and languages, and so few pages
    mine = book(client, "Nour", PHONE, reminders=True).request.path
    before = dump(app)
    scanner, seen, broken = app.test_client(), set(), []
    waiting = ["/", mine, f"{mine}/move?age=reached", "/ludwigsburg/de/letter/times?age=reached", "/screen"]
    while waiting:
        link = waiting.pop()
        answer = scanner.get(link)
        seen.add(link)
        if answer.status_code >= 400 and not link.endswith("/move"):
            broken.append((answer.status_code, link))
        if answer.location:
            found = [answer.location]
        elif answer.mimetype == "text/html":
            found = Page(answer.text).links
        else:
            found = []
        waiting += [path for path in found if path.startswith("/") and path not in seen and path not in waiting]
    assert broken == []
    assert len(seen) > 100
    assert any(link.endswith("calendar.ics") for link in seen)
    assert dump(app) == before
