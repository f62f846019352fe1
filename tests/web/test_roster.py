"""The roster's pages over HTTP: the sick call, plans that are refused in words, lines, single days, closures."""

import re
from datetime import date, datetime, time

import pytest

from booking.domain.roster import CLOSURE_KINDS, SHIFT_KINDS
from booking.domain.rostering import ABSENCE_KINDS, OVERRIDES
from booking.web import roster_forms
from tests.members import a_member
from tests.web.visiting import LEAD, RECEPTION, book, code_of, press, read, rows, said, send, signed_in, worded

ROSTER = "/ludwigsburg/roster"
TODAY, WEDNESDAY, THURSDAY = "2027-03-02", "2027-03-03", "2027-03-04"


@pytest.fixture
def lead(app, house):
    return signed_in(app, LEAD)


def counsellors(app, slug="ludwigsburg"):
    [centre] = [row["id"] for row in rows(app, "centre") if row["slug"] == slug]
    return [row for row in rows(app, "staff") if row["role"] == "counsellor" and row["centre_id"] == centre]


def everybody(app):
    return [str(row["id"]) for row in counsellors(app)]


def new_closures(app):
    """Those that did not come with the centres."""
    return [row for row in rows(app, "closure") if row["fact"] or row["reason"] == "Umzug"]


def report(client, people, kind="sick", **typed):
    page = client.get(f"{ROSTER}/absence?kind={kind}")
    form = read(page).form("people", "first_day")
    data = {**form.fields, "kind": kind, **typed, "people": people}
    return client.post(f"{ROSTER}/absence?kind={kind}", data=data, follow_redirects=True)


# ── the words of the forms are those of the rules ─────────────────────────────────────────────────────────────────


def test_the_forms_know_every_kind_and_every_reason():
    assert tuple(roster_forms.KINDS) == SHIFT_KINDS
    assert tuple(roster_forms.ABSENCES) == ABSENCE_KINDS
    assert tuple(roster_forms.CLOSURES) == CLOSURE_KINDS
    assert tuple(roster_forms.REASONS_TO_LET) == OVERRIDES


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_who_works_when_and_whether_somebody_is_there(app, lead):
    page = read(lead.get(ROSTER))
    for row in counsellors(app):
        assert row["name"] in page.words
    for sentence in ("Is somebody there?", "Who works when", "Today", "One week", "Four weeks"):
        assert worded(app, sentence) in page.words
    assert re.search(r"Mi 03\.03\.", page.words)


def test_reception_reads_the_page_and_can_only_report_sick_and_not_see_why_somebody_is_away(app, house, lead):
    desk = signed_in(app, RECEPTION)
    asked_to_report = read(desk.get(ROSTER)).words.split().count(worded(app, "Sick"))
    report(lead, everybody(app)[:1])
    page = read(desk.get(ROSTER))
    assert not [form for form in page.forms if "/roster/" in form.action]
    assert [link for link in page.main if re.search(r"/roster/\w", link)] == [f"{ROSTER}/absence?kind=sick"]
    assert page.words.split().count(worded(app, "Sick")) == asked_to_report
    assert worded(app, "away") in page.words
    assert worded(app, "Sick") in read(lead.get(ROSTER)).words


def test_the_sick_call_reaches_reception_for_everybody_and_leave_is_the_lead_s(app, house):
    desk = signed_in(app, RECEPTION)
    page = desk.get(read(desk.get("/ludwigsburg/desk")).link("/roster/absence"))
    offered = read(page).form("people", "first_day").offered["people"]
    assert set(offered) == set(everybody(app))
    answer = press(desk, page, people=offered[-1])
    assert answer.request.path == ROSTER
    assert [(row["staff_id"], row["kind"]) for row in rows(app, "absence")] == [(int(offered[-1]), "sick")]
    assert report(desk, offered[:1], "leave").status_code == 403
    assert len(rows(app, "absence")) == 1


def test_four_weeks_are_four_tables_and_weeks_are_turned_by_links(app, lead):
    one, four = (read(lead.get(f"{ROSTER}?weeks={n}")) for n in (1, 4))
    for day, page in (("08.03.", one), ("22.03.", four)):
        assert day in page.words
    assert len([word for word in one.words.split(worded(app, "Week from %(day)s", day="")) if word]) == 5  # four weeks
    assert one.link("from=2027-03-08")
    assert four.link("from=2027-03-29")
    assert read(lead.get(f"{ROSTER}?weeks=1&from=2027-03-11")).link("from=2027-03-15")


@pytest.mark.parametrize("day", ["9999-12-31", "2101-01-01", "1899-12-31"])
def test_a_day_far_beyond_every_calendar_is_refused_in_words(app, lead, day):
    """Beyond the last of all days there is nothing to count on."""
    answer = press(lead, lead.get(her_page(app, lead)), what="off", day=day)
    assert (answer.status_code, said(app, "day-far") in read(answer).words) == (422, True)


@pytest.mark.parametrize("typed", ["x", "0001-01-01", "9999-12-31", ""])
def test_an_address_with_no_day_shows_this_week(lead, typed):
    answer = lead.get(f"{ROSTER}?from={typed}&weeks=77")
    assert answer.status_code == 200
    assert read(answer).link("from=2027-03-08")


# ── the sick call ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_sick_today_is_three_taps_from_the_page(app, lead):
    """The link, the person, the button: nothing else need be touched."""
    form_page = lead.get(read(lead.get(ROSTER)).link("kind=sick"))
    chosen = everybody(app)[0]
    answer = press(lead, form_page, people=chosen)
    assert answer.request.path == ROSTER
    assert worded(app, "Saved.") in read(answer).words
    [row] = rows(app, "absence")
    assert (row["staff_id"], row["kind"]) == (int(chosen), "sick")
    assert (row["starts_at"].isoformat(), row["ends_at"].isoformat()) == (
        "2027-03-01T23:00:00+00:00", "2027-03-02T23:00:00+00:00"
    )  # fmt: skip


def test_a_sick_call_of_all_raises_the_gap_in_words(app, lead):
    answer = report(lead, everybody(app), first_day=THURSDAY, last_day=THURSDAY)
    assert worded(app, "%(when)s: nobody is there", when="Do 04.03. 09:00–12:00") in read(answer).words
    assert len(rows(app, "absence")) == len(everybody(app))


def test_the_appointments_left_behind_are_listed_and_lead_to_the_cover_room(app, lead):
    assert "/ludwigsburg/cover" not in read(lead.get(ROSTER)).main
    code = code_of(book(app.test_client(), topic="german", day=THURSDAY))
    answer = report(lead, everybody(app), first_day=THURSDAY, last_day=THURSDAY)
    assert (answer.request.path, code in read(answer).words) == ("/ludwigsburg/cover", True)
    listed = lead.get(ROSTER)
    assert code in read(listed).words
    assert lead.get(read(listed).link("/ludwigsburg/cover")).status_code == 200


def test_nobody_chosen_and_what_cannot_be_read_are_said_at_their_fields(app, lead):
    answer = report(lead, [])
    assert answer.status_code == 422
    assert said(app, "nobody-chosen") in read(answer).words
    answer = report(lead, everybody(app)[:1], first_day="soon", starts="early")
    assert answer.status_code == 422
    assert said(app, "birthday-unreadable") in read(answer).words
    assert worded(app, "Please enter the time like this: 9:30.") in read(answer).words
    answer = report(lead, everybody(app)[:1], last_day="2027-03-01")
    assert said(app, "ends-before-start") in read(answer).words
    for people in (["999999"], ["x"]):
        answer = report(lead, people)
        assert (answer.status_code, said(app, "choice-unknown") in read(answer).words) == (422, True)
    assert report(lead, everybody(app)[:1], "party").status_code == 422
    assert rows(app, "absence") == []


# ── plans ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_leave_of_all_is_refused_in_words_until_the_lead_gives_a_reason(app, lead):
    days = {"first_day": THURSDAY, "last_day": THURSDAY}
    refused = report(lead, everybody(app), "leave", **days)
    assert refused.status_code == 409
    page = read(refused)
    assert said(app, "leaves-centre-empty") in page.words
    assert worded(app, "%(when)s: nobody is there", when="Do 04.03. 09:00–12:00") in page.words
    assert rows(app, "absence") == []
    assert page.form("people", "override").fields["first_day"] == THURSDAY
    done = report(lead, everybody(app), "leave", override="team-knows", **days)
    reason = worded(app, "let by the lead: %(reason)s", reason=worded(app, "The team knows and has agreed"))
    assert reason in read(done).words
    assert {row["reason"] for row in rows(app, "gap_override")} == {"team-knows"}


def test_an_absence_is_changed_and_ended(app, lead):
    report(lead, everybody(app)[:1], first_day=TODAY, last_day=THURSDAY)
    [row] = rows(app, "absence")
    page = lead.get(read(lead.get(ROSTER)).link(f"absences/{row['id']}"))
    assert read(page).form("first_day").fields["last_day"] == THURSDAY
    press(lead, page, last_day=WEDNESDAY, ends="12:00")
    assert rows(app, "absence")[0]["ends_at"].isoformat() == "2027-03-03T11:00:00+00:00"
    page = lead.get(f"{ROSTER}/absences/{row['id']}")
    assert read(page).form("first_day").fields["ends"] == "12:00"
    assert press(lead, page, first_day="2027-03-05").status_code == 422
    [form] = [form for form in read(page).forms if form.action.endswith("/end")]
    assert lead.post(form.action, data=form.fields).status_code == 303
    assert rows(app, "absence")[0]["ends_at"] == datetime.fromisoformat("2027-03-02T07:30:00+00:00")


# ── weekly lines and single days ──────────────────────────────────────────────────────────────────────────────────

AFTERNOON = {"weekdays": "4", "starts": "14:00", "ends": "16:00", "kind": "admin", "every_weeks": "2",
             "valid_from": "2027-03-08"}  # fmt: skip


def her_page(app, lead):
    return f"{ROSTER}/people/{everybody(app)[0]}"


def her_lines(app, kind=None):
    return [
        row for row in rows(app, "shift") if row["staff_id"] == int(everybody(app)[0]) and kind in (None, row["kind"])
    ]


def test_weekly_times_are_added_changed_and_ended(app, lead):
    page = lead.get(her_page(app, lead))
    press(lead, page, **AFTERNOON)
    [row] = her_lines(app, "admin")
    assert (row["weekday"], row["starts"], row["every_weeks"]) == (4, time(14), 2)
    line = lead.get(read(lead.get(her_page(app, lead))).link(f"lines/{row['id']}"))
    refused = press(lead, line, valid_from="2027-03-15", ends="17:00")
    assert said(app, "other-weeks") in read(refused).words
    press(lead, line, valid_from="2027-03-22", ends="17:00")
    old, new = her_lines(app, "admin")
    page = lead.get(f"{ROSTER}/lines/{new['id']}")
    assert read(page).form("valid_from", "every_weeks").fields["valid_from"] == "2027-03-26"  # a week in which it holds
    assert (old["valid_until"], new["valid_from"], new["ends"]) == (date(2027, 3, 21), date(2027, 3, 22), time(17))
    page = lead.get(f"{ROSTER}/lines/{new['id']}")
    [form] = [form for form in read(page).forms if form.action.endswith("/end")]
    lead.post(form.action, data={**form.fields, "last_day": "2027-04-30"})
    assert her_lines(app, "admin")[1]["valid_until"] == date(2027, 4, 30)


def test_an_overlap_is_said_with_its_day_and_time(app, lead):
    press(lead, lead.get(her_page(app, lead)), **AFTERNOON)
    answer = press(lead, lead.get(her_page(app, lead)), **AFTERNOON)
    assert answer.status_code == 409
    words = read(answer).words
    assert said(app, "shifts-overlap") in words
    expected = "On %(day)s there is such a line from %(start)s to %(end)s already."
    assert worded(app, expected, day="Fr 12.03.", start="14:00", end="16:00") in words
    assert len(her_lines(app, "admin")) == 1


def test_a_pattern_without_a_day_and_a_line_that_empties_the_house_are_refused(app, lead):
    answer = press(lead, lead.get(her_page(app, lead)), "weekdays", **AFTERNOON)
    assert answer.status_code == 422
    assert said(app, "weekday-missing") in read(answer).words
    answer = press(lead, lead.get(her_page(app, lead)), **{**AFTERNOON, "starts": ""})
    assert answer.status_code == 422
    report(lead, everybody(app)[1:], first_day="2027-03-01", last_day="2027-06-30")
    thursday = next(row for row in her_lines(app) if row["weekday"] == 3)
    page = lead.get(f"{ROSTER}/lines/{thursday['id']}")
    [form] = [form for form in read(page).forms if form.action.endswith("/end")]
    answer = lead.post(form.action, data={**form.fields, "last_day": TODAY})
    assert answer.status_code == 409
    assert "Do 04.03." in read(answer).words
    assert rows(app, "gap_override") == []


def test_a_single_day_is_changed_and_taken_back(app, lead):
    typed = {"day": WEDNESDAY, "what": "parts", "starts_1": "08:00", "ends_1": "13:00", "kind_1": "talks"}
    press(lead, lead.get(her_page(app, lead)), **typed)
    [row] = rows(app, "day_shift")
    assert (row["day"], row["kind"], row["starts"], row["ends"]) == (date(2027, 3, 3), "talks", time(8), time(13))
    assert "Mi 03.03." in read(lead.get(her_page(app, lead))).words
    press(lead, lead.get(her_page(app, lead)), day=WEDNESDAY, what="off")
    assert [row["kind"] for row in rows(app, "day_shift")] == ["off"]
    press(lead, lead.get(her_page(app, lead)), day=WEDNESDAY, what="pattern")
    assert rows(app, "day_shift") == []


@pytest.mark.parametrize("typed", [{"starts_1": "08:00"}, {}, {"day": ""}, {"starts_1": "09:00", "ends_1": "08:00"}])
def test_a_single_day_that_is_half_said_is_refused(app, lead, typed):
    answer = press(lead, lead.get(her_page(app, lead)), **{"day": WEDNESDAY, "what": "parts", **typed})
    assert answer.status_code == 422
    assert 'class="refused"' in answer.text
    assert rows(app, "day_shift") == []


# ── closures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_closed_today_with_one_press_and_open_again(app, lead):
    page = lead.get(ROSTER)
    [form] = [form for form in read(page).forms if form.action.endswith("/closed-today")]
    answer = lead.post(form.action, data=form.fields, follow_redirects=True)
    [row] = new_closures(app)
    assert (row["fact"], row["first_day"], row["last_day"]) == (True, date(2027, 3, 2), date(2027, 3, 2))
    assert "/closed-today" not in answer.text
    again = lead.get(read(answer).link(f"closures/{row['id']}"))
    [form] = [form for form in read(again).forms if not form.action]
    assert lead.post(f"{ROSTER}/closures/{row['id']}", data=form.fields).status_code == 303
    assert new_closures(app) == []


def test_closed_today_says_who_is_told_when_and_whom_to_call(app, lead):
    code_of(book(app.test_client(), topic="german", day=TODAY))
    [form] = [form for form in read(lead.get(ROSTER)).forms if form.action.endswith("/closed-today")]
    lead.post(form.action, data=form.fields)
    desk = signed_in(app, RECEPTION)
    page = read(desk.get(ROSTER))
    assert worded(app, "Please call: no message reaches them") in page.words
    [tick] = [form for form in page.forms if "/phoned/" in form.action]
    answer = desk.post(tick.action, data=tick.fields, follow_redirects=True)
    assert worded(app, "Not called after all") in read(answer).words
    assert send(desk, f"{ROSTER}/phoned/999").status_code == 404


def test_a_closure_of_a_booked_day_names_the_appointments_and_is_saved_when_sent_again(app, lead):
    code = code_of(book(app.test_client(), topic="german", day=THURSDAY))
    typed = {"kind": "shut", "first_day": THURSDAY, "last_day": THURSDAY, "why": "Umzug"}
    answer = press(lead, lead.get(f"{ROSTER}/closure"), **typed)
    assert answer.status_code == 409
    assert said(app, "still-booked") in read(answer).words
    assert code in read(answer).words
    assert new_closures(app) == []
    form = read(answer).form("knowing")
    done = lead.post(f"{ROSTER}/closure", data={**form.fields, **typed}, follow_redirects=True)
    assert [row["reason"] for row in new_closures(app)] == ["Umzug"]
    assert (done.request.path, code in read(done).words) == ("/ludwigsburg/cover", True)
    assert "Umzug" in read(lead.get(ROSTER)).words


def test_the_reason_for_a_gap_is_kept_while_the_appointments_are_asked_about(app, lead):
    """One is there and has an appointment; her carrier closes: two questions, one after the other."""
    book(app.test_client(), topic="german", day=THURSDAY)
    hers = rows(app, "appointment")[-1]["counsellor_id"]
    carrier = next(row["carrier_id"] for row in counsellors(app) if row["id"] == hers)
    report(lead, [id_ for id_ in everybody(app) if id_ != str(hers)], first_day=THURSDAY, last_day=THURSDAY)
    typed = {"carrier": str(carrier), "first_day": THURSDAY, "last_day": THURSDAY, "why": "Umzug"}
    answer = press(lead, lead.get(f"{ROSTER}/closure"), **typed)
    assert said(app, "leaves-centre-empty") in read(answer).words
    answer = press(lead, answer, override="team-knows")
    assert said(app, "still-booked") in read(answer).words
    assert press(lead, answer, why="Umzug").request.path == "/ludwigsburg/cover"
    assert len(new_closures(app)) == 1


def test_a_closure_with_a_mistake_is_refused_at_its_field(app, lead):
    answer = press(lead, lead.get(f"{ROSTER}/closure"), first_day=THURSDAY, last_day=TODAY, why="Umzug")
    assert answer.status_code == 422
    answer = press(
        lead, lead.get(f"{ROSTER}/closure"), first_day=THURSDAY, last_day=THURSDAY, starts="09:00", why="Umzug"
    )
    assert said(app, "both-times") in read(answer).words
    assert new_closures(app) == []


# ── first and last days ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_gets_a_last_day_and_is_gone_at_once(app, lead):
    page = lead.get(read(lead.get(ROSTER)).link("/roster/places"))
    room = lead.get(read(page).link("/places/room/"))
    assert press(lead, room, last_day=THURSDAY).request.path == ROSTER
    ended = [row for row in rows(app, "room") if row["last_day"]]
    assert [row["last_day"] for row in ended] == [date(2027, 3, 4)]
    assert "Do 04.03.2027" in read(lead.get(f"{ROSTER}/places")).words
    room = lead.get(f"{ROSTER}/places/room/{ended[0]['id']}")
    [form] = [form for form in read(room).forms if form.fields.get("fact")]
    lead.post(f"{ROSTER}/places/room/{ended[0]['id']}", data=form.fields)
    assert [row["last_day"] for row in rows(app, "room") if row["last_day"]] == [date(2027, 3, 1)]
    assert press(lead, room, last_day="2027-02-01").status_code == 422


def test_a_programme_that_ends_names_its_appointments_until_it_is_sent_again(app, lead):
    code = code_of(book(app.test_client(), topic="german", day=THURSDAY))
    programme = next(row for row in rows(app, "appointment") if row["code"] == code.replace(" ", ""))["programme_id"]
    page = lead.get(f"{ROSTER}/places/programme/{programme}")
    answer = press(lead, page, last_day=TODAY)
    assert (answer.status_code, code in read(answer).words) == (409, True)
    form = read(answer).form("knowing", "last_day")
    done = lead.post(f"{ROSTER}/places/programme/{programme}", data=form.fields, follow_redirects=True)
    assert (done.request.path, code in read(done).words) == ("/ludwigsburg/cover", True)
    for path in ("programme/999", "staff/1"):
        assert lead.get(f"{ROSTER}/places/{path}").status_code == 404


def test_who_leaves_leaves_appointments_that_the_team_page_counts(app, lead):
    code = code_of(book(app.test_client(), topic="german", day=THURSDAY))
    booked = next(row for row in rows(app, "appointment") if row["code"] == code.replace(" ", ""))
    forms = read(lead.get("/ludwigsburg/team")).forms
    hers = next(f for f in forms if f.fields.get("staff_id") == str(booked["counsellor_id"]) and "last_day" in f.inputs)
    answer = lead.post(
        "/ludwigsburg/team", data={**hers.fields, "step": "dates", "last_day": TODAY}, follow_redirects=True
    )
    assert read(answer).link("/ludwigsburg/roster")
    assert code in read(lead.get(ROSTER)).words


def test_the_gaps_that_somebody_leaves_are_named_and_impossible_days_refused(app, lead):
    report(lead, everybody(app)[1:], first_day=THURSDAY, last_day=THURSDAY)
    forms = read(lead.get("/ludwigsburg/team")).forms
    hers = next(f for f in forms if f.fields.get("staff_id") == everybody(app)[0] and "last_day" in f.inputs)
    dates = {**hers.fields, "step": "dates"}
    refused = lead.post("/ludwigsburg/team", data={**dates, "last_day": "1990-01-01"})
    assert (refused.status_code, said(app, "ends-before-start") in read(refused).words) == (422, True)
    page = read(lead.post("/ludwigsburg/team", data={**dates, "last_day": WEDNESDAY}))
    assert worded(app, "%(when)s: nobody is there", when="Do 04.03. 09:00–12:00") in page.words


# ── the lead of one carrier among several ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def awo(app, house):
    """Its lead, and the ids of its own counsellors."""
    [carrier] = [row["id"] for row in rows(app, "carrier") if row["slug"] == "awo"]
    with app.app_context():
        a_member(house["ludwigsburg"], "lead", login="lea", language="de", carrier_id=carrier)
    return signed_in(app, "lea"), [row["id"] for row in counsellors(app) if row["carrier_id"] == carrier]


def test_she_reports_her_own_people_sick_and_is_not_told_why_others_are_away(app, lead, awo):
    client, own = awo
    stranger = next(row["id"] for row in counsellors(app) if row["id"] not in own)
    asked_to_report = read(client.get(ROSTER)).words.count(worded(app, "Sick"))
    report(lead, [str(stranger)])
    [absence] = [row["id"] for row in rows(app, "absence")]
    line = next(row["id"] for row in rows(app, "shift") if row["staff_id"] == stranger)
    page = read(client.get(ROSTER))
    assert worded(app, "away") in page.words
    assert page.words.count(worded(app, "Sick")) == asked_to_report
    assert [link for link in page.main if "/roster/people/" in link] == [f"{ROSTER}/people/{id_}" for id_ in own]
    for path in (f"people/{stranger}", f"absences/{absence}", f"lines/{line}"):
        assert client.get(f"{ROSTER}/{path}").status_code == 404
    assert send(client, f"{ROSTER}/absences/{absence}/end").status_code == 404
    assert report(client, [str(stranger)]).status_code == 422
    answer = report(client, [str(own[0])], first_day=THURSDAY, last_day=THURSDAY)
    assert read(answer).words.count(worded(app, "Sick")) == asked_to_report + 1


def test_she_closes_her_carrier_and_not_the_centre(app, awo):
    client, _own = awo
    assert "/closed-today" not in client.get(ROSTER).text
    assert send(client, f"{ROSTER}/closed-today").status_code == 403
    assert ("/roster/places" in client.get(ROSTER).text, client.get(f"{ROSTER}/places").status_code) == (False, 403)
    page = client.get(f"{ROSTER}/closure")
    form = read(page).form("carrier", "first_day")
    assert (form.offered["kind"], len(form.offered["carrier"])) == (["shut"], 1)
    press(client, page, first_day=THURSDAY, last_day=THURSDAY, why="Umzug")
    [row] = new_closures(app)
    assert row["carrier_id"] == int(form.offered["carrier"][0])
    assert f"closures/{row['id']}" in client.get(ROSTER).text
    answer = press(client, page, carrier="", first_day=THURSDAY, last_day=THURSDAY, why="Umzug")
    assert answer.status_code in {403, 422}
    assert len(new_closures(app)) == 1


def test_the_lead_of_the_only_carrier_closes_the_centre(app, house):
    client = signed_in(app, "k.maurer", "balingen")
    assert "/closed-today" in client.get("/balingen/roster").text
    assert send(client, "/balingen/roster/closed-today").status_code == 303
    assert [row["carrier_id"] for row in rows(app, "closure") if row["fact"]] == [None]


def test_rows_of_another_centre_are_not_found(app, house, lead):
    stranger = counsellors(app, "balingen")[0]["id"]
    [line] = [row["id"] for row in rows(app, "shift") if row["staff_id"] == stranger][:1]
    for path in (f"people/{stranger}", f"lines/{line}", "absences/999", "closures/999"):
        assert lead.get(f"{ROSTER}/{path}").status_code == 404
        assert send(lead, f"{ROSTER}/{path}").status_code in {404, 405}
