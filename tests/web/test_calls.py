"""The counsellor's page: next, again, start, finish, missing; and what is said when a step comes out of order."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete, select, update

from booking.store import models as m
from booking.store.db import db
from tests.people import an_appointment
from tests.web.visiting import (
    COUNSELLOR,
    RECEPTION,
    YOUTH_COUNSELLOR,
    book,
    dump,
    press,
    read,
    rows,
    said,
    send,
    signed_in,
    worded,
)

TODAY = "2027-03-02"
DESK, CALLS = "/ludwigsburg/desk", "/ludwigsburg/calls"
WRITTEN = ("ticket", "step", "appointment", "board")
STEPS = ("recall", "start", "finish", "missing")


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


@pytest.fixture
def ricci(app, house):
    return signed_in(app, COUNSELLOR)


def give(desk, programme="", language=""):
    press(desk, desk.get(DESK), language=language, programme=programme)


def step(client, name, ticket_id=None):
    """Press a button of the page as it is."""
    page = read(client.get(CALLS))
    form = next(form for form in page.forms if form.action.endswith(f"/{name}"))
    address = form.action if ticket_id is None else f"{CALLS}/{ticket_id}/{name}"
    return client.post(address, data=form.fields, follow_redirects=True)


def call(client, room=None):
    page = read(client.get(CALLS)).form("room")
    return client.post(page.action, data={**page.fields, **({"room": room} if room else {})}, follow_redirects=True)


def only_ticket(app):
    [ticket] = rows(app, "ticket")
    return ticket


def staff_id(app, login):
    return next(row["id"] for row in rows(app, "staff") if row["login"] == login)


def room_row(app, slug):
    return next(row for row in rows(app, "room") if row["slug"] == slug)


def room_id(app, slug):
    return room_row(app, slug)["id"]


# ── a talk from its call to its end ───────────────────────────────────────────────────────────────────────────────


def test_a_talk_from_its_call_to_its_end(app, desk, ricci, watch):
    give(desk, language="ar")
    number = f"{only_ticket(app)['number']:03d}"
    assert number in read(ricci.get(CALLS)).words
    answer = call(ricci)
    assert answer.status_code == 200
    ticket = only_ticket(app)
    assert (ticket["state"], ticket["calls"], ticket["counsellor_id"]) == ("called", 1, staff_id(app, COUNSELLOR))
    assert ticket["room_id"] == room_id(app, "r2")
    words = read(answer).words
    assert number in words
    assert "العربية" in words
    watch.pass_by(minutes=2)
    step(ricci, "recall")
    assert only_ticket(app)["calls"] == 2
    step(ricci, "start")
    assert only_ticket(app)["state"] == "in_talk"
    watch.pass_by(minutes=20)
    step(ricci, "finish")
    ticket = only_ticket(app)
    assert ticket["state"] == "done"
    assert (ticket["ended_at"] - ticket["started_at"]).total_seconds() == 20 * 60
    steps = [(row["name"], row["door"]) for row in sorted(rows(app, "step"), key=lambda row: row["id"])]
    assert steps == [("taken", "desk"), ("call", "desk"), ("recall", "desk"), ("start", "desk"), ("finish", "desk")]
    assert all(row["staff_id"] is not None for row in rows(app, "step"))


def test_who_does_not_come_is_marked_missing_and_the_next_can_be_called(app, desk, ricci):
    give(desk)
    give(desk)
    call(ricci)
    step(ricci, "missing")
    call(ricci)
    assert sorted(row["state"] for row in rows(app, "ticket")) == ["called", "missed"]


def test_the_oldest_number_she_may_see_is_called_first(app, desk, ricci, watch):
    for programme in ("jmd", "mbe", ""):
        give(desk, programme)
        watch.pass_by(minutes=1)
    call(ricci)
    called = next(row for row in rows(app, "ticket") if row["state"] == "called")
    names = {row["id"]: row["slug"] for row in rows(app, "programme")}
    assert names[called["programme_id"]] == "mbe"


def test_she_chooses_the_room_she_calls_to(app, desk, ricci):
    give(desk)
    assert read(ricci.get(CALLS)).form("room").offered["room"] == ["", "r2", "r3"]
    call(ricci, "r3")
    assert only_ticket(app)["room_id"] == room_id(app, "r3")


def test_without_a_room_the_page_says_which_is_kept_until_when_before_she_presses(app, desk, ricci, watch):
    """One of her rooms is in use, the other kept for a colleague's appointment in ten minutes."""
    give(desk), give(desk)
    with app.app_context():
        haddad, soon = staff_id(app, "l.haddad"), watch.now + timedelta(minutes=10)
        an_appointment(room_row(app, "r2")["centre_id"], haddad, soon, minutes=40, room_id=room_id(app, "r2"))
    call(signed_in(app, "l.haddad"), "r3")
    begins, again = (f"{at.hour + 1:02d}:{at.minute:02d}" for at in (soon, soon + timedelta(minutes=45)))
    sentence = worded(
        app, "Room %(room)s is kept for an appointment at %(time)s. You can call there again at %(until)s, and to your "
        "other rooms as soon as they are empty.", room="2", time=begins, until=again,
    )  # fmt: skip
    page = read(ricci.get(CALLS)).words
    assert sentence in page
    assert worded(app, "%(room)s – kept for %(time)s", room="2", time=begins) in page
    assert worded(app, "%(room)s – in use", room="3") in page
    answer = call(ricci)
    assert (answer.status_code, sentence in read(answer).words) == (409, True)
    assert sorted(row["state"] for row in rows(app, "ticket")) == ["called", "waiting"]


@pytest.mark.parametrize("room", ["r1", "wait", "nowhere", "\x00", "r" * 5000])
def test_a_room_that_is_not_hers_is_not_called_to(app, desk, ricci, room):
    give(desk)
    answer = call(ricci, room)
    assert answer.status_code == 422
    assert said(app, "room-unknown") in read(answer).words
    assert (only_ticket(app)["state"], only_ticket(app)["room_id"]) == ("waiting", None)


def test_the_page_and_its_live_part_show_the_same(desk, ricci):
    give(desk)
    call(ricci)
    whole, part = ricci.get(CALLS), ricci.get(f"{CALLS}/now", headers={"X-Partial": "1"})
    assert "<html" not in part.text
    assert read(part).words in read(whole).words


# ── out of order ──────────────────────────────────────────────────────────────────────────────────────────────────


def refused(app, client, name, ticket_id=None, kind="wrong-state", status=409):
    """The step is refused with its sentence, on the page that shows what is true now; nothing has changed."""
    before = dump(app, *WRITTEN)
    answer = step(client, name, ticket_id)
    assert answer.status_code == status
    assert said(app, kind) in read(answer).words
    assert dump(app, *WRITTEN) == before
    return answer


def test_nobody_waiting_is_said(app, ricci):
    before = dump(app, *WRITTEN)
    answer = call(ricci)
    assert answer.status_code == 409
    assert said(app, "nobody-waiting") in read(answer).words
    assert dump(app, *WRITTEN) == before


def test_one_talk_at_a_time(app, desk, ricci):
    give(desk)
    give(desk)
    call(ricci)
    called = next(row for row in rows(app, "ticket") if row["state"] == "called")
    answer = send(ricci, f"{CALLS}/next", {"room": "r3"})
    assert answer.status_code == 409
    expected = said(app, "still-busy").replace("%(number)s", f"{called['number']:03d}")
    assert expected in read(answer).words
    assert len([row for row in rows(app, "ticket") if row["state"] == "called"]) == 1


@pytest.mark.parametrize(
    ("so_far", "next_step"),
    [
        ((), "recall"), ((), "start"), ((), "finish"), ((), "missing"),
        (("call", "start"), "recall"), (("call", "start"), "start"), (("call", "start"), "missing"),
        (("call", "finish"), "finish"), (("call", "finish"), "recall"), (("call", "missing"), "start"),
        (("call", "recall", "recall", "recall"), "recall"),
    ],
)  # fmt: skip
def test_a_step_out_of_order_is_refused_and_the_page_shows_what_is_true(app, desk, ricci, so_far, next_step):
    give(desk)
    for name in so_far:
        call(ricci) if name == "call" else step(ricci, name)
    ticket = only_ticket(app)
    hers = ticket["counsellor_id"] is not None
    kind, status = ("wrong-state", 409) if hers else ("not-found", 404)
    if so_far.count("recall") == 3:
        kind = "called-often-enough"
    answer = refused(app, ricci, next_step, ticket["id"], kind, status)
    enabled = {form.action.removeprefix(CALLS) for form in read(answer).forms if form.enabled}
    enabled = {action.rpartition("/")[2] for action in enabled if re.fullmatch(r"/\d+/\w+", action)}
    possible = {
        "waiting": set(),
        "called": {"recall", "start", "finish", "missing", "park"},
        "in_talk": {"finish", "park"},
        "done": {"figures"},
    }
    assert enabled == possible.get(ticket["state"], set())


def test_a_button_pressed_twice_does_its_step_once(app, desk, ricci):
    give(desk)
    call(ricci)
    page = read(ricci.get(CALLS))
    form = next(form for form in page.forms if form.action.endswith("/start"))
    first, second = (ricci.post(form.action, data=form.fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 409)
    assert [row["name"] for row in rows(app, "step")].count("start") == 1


def test_the_ticket_of_a_colleague_is_as_good_as_not_there(app, desk, ricci):
    give(desk)
    demir = signed_in(app, YOUTH_COUNSELLOR)
    call(demir)
    for name in STEPS:
        refused(app, ricci, name, only_ticket(app)["id"], "not-found", 404)


@pytest.mark.parametrize("path", ["1/fly", "1/", "0/start", "99999999999999999999999999/start", "x/start", "-1/start"])
def test_what_is_no_step_or_no_ticket_is_not_found(app, desk, ricci, path):
    assert send(ricci, f"{CALLS}/{path}").status_code == 404


def test_when_all_her_rooms_are_taken_it_is_said(app, desk, ricci):
    for _ in range(3):
        give(desk)
    call(signed_in(app, "o.kovalenko"), "r3")
    call(signed_in(app, "i.popa"), "r2")
    before = dump(app, *WRITTEN)
    answer = call(ricci)
    assert answer.status_code == 409
    assert said(app, "no-room") in read(answer).words
    assert dump(app, *WRITTEN) == before


def test_without_a_token_nothing_is_called(app, desk, ricci):
    give(desk)
    assert ricci.post(f"{CALLS}/next").status_code == 400
    assert only_ticket(app)["state"] == "waiting"


def test_nothing_is_called_by_opening_an_address(app, desk, ricci):
    give(desk)
    call(ricci)
    for path in (f"{CALLS}/next", *(f"{CALLS}/{only_ticket(app)['id']}/{name}" for name in STEPS)):
        assert ricci.get(path).status_code == 405
    assert only_ticket(app)["state"] == "called"


# ── booked visitors ───────────────────────────────────────────────────────────────────────────────────────────────


def arrived_today(app, desk, login=COUNSELLOR, name="", topic="german", age="reached"):
    """A visitor of this counsellor, booked for today and checked in; the appointment's row."""
    with app.app_context(), db.engine.begin() as connection:
        of = select(m.Staff.id).where(m.Staff.login == login)
        connection.execute(delete(m.StaffProgramme).where(m.StaffProgramme.staff_id.not_in(of)))
    book(app.test_client(), name, topic=topic, age=age, day=TODAY)
    [row] = rows(app, "appointment")
    page = desk.get(DESK)
    press(desk, page, appointment=str(row["id"]))
    return rows(app, "appointment")[0]


def test_at_her_time_the_booked_visitor_goes_before_the_walk_ins(app, desk, watch):
    give(desk)
    booked = arrived_today(app, desk)
    watch.now = booked["starts_at"]
    ricci = signed_in(app, COUNSELLOR)
    call(ricci)
    called = next(row for row in rows(app, "ticket") if row["state"] == "called")
    assert called["appointment_id"] == booked["id"]
    assert called["room_id"] == booked["room_id"]
    step(ricci, "start")
    step(ricci, "finish")
    assert rows(app, "appointment")[0]["state"] == "done"


def test_a_booked_visitor_who_does_not_answer_has_missed_it(app, desk, ricci):
    arrived_today(app, desk)
    call(ricci)
    step(ricci, "missing")
    assert rows(app, "appointment")[0]["state"] == "missed"


def test_a_colleague_with_the_same_programme_does_not_call_her_visitor(app, desk, house):
    booked = arrived_today(app, desk)
    with app.app_context(), db.engine.begin() as connection:
        popa = select(m.Staff.id).where(m.Staff.login == "i.popa").scalar_subquery()
        connection.execute(
            m.StaffProgramme.__table__.insert().values(
                staff_id=popa, programme_id=booked["programme_id"], centre_id=booked["centre_id"]
            )
        )
    assert call(signed_in(app, "i.popa")).status_code == 409


def test_her_day_says_why_each_appointment_is_hers_and_names_nobody(app, desk, ricci):
    arrived_today(app, desk, name="Kanarienvogel")
    page = ricci.get(CALLS)
    assert worded(app, "Nobody else could take this time.") in read(page).words
    assert "Kanarienvogel" not in page.text
    assert "Kanarienvogel" not in ricci.get(f"{CALLS}/now").text


def test_she_may_see_who_comes_to_her_and_the_look_is_written_down(app, desk, ricci):
    booked = arrived_today(app, desk, name="Kanarienvogel")
    page = ricci.get(f"{CALLS}/appointments/{booked['id']}")
    assert "Kanarienvogel" in read(page).words
    assert page.headers["Cache-Control"] == "no-store"
    assert [row["what"] for row in rows(app, "look")].count("appointment") == 1


def test_a_colleague_s_visitor_is_not_shown(app, desk, house):
    booked = arrived_today(app, desk, name="Kanarienvogel")
    demir = signed_in(app, YOUTH_COUNSELLOR)
    answer = demir.get(f"{CALLS}/appointments/{booked['id']}")
    assert answer.status_code == 404
    assert "Kanarienvogel" not in answer.text


def test_reception_has_no_calls_of_its_own(app, desk):
    assert desk.get(CALLS).status_code == 403
    assert send(desk, f"{CALLS}/next").status_code == 403


def test_an_account_that_has_ended_calls_nobody(app, desk, ricci):
    give(desk)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(m.Staff).where(m.Staff.login == COUNSELLOR).values(last_day=m.Staff.secret_since))
    assert send(ricci, f"{CALLS}/next").status_code == 401
    assert only_ticket(app)["state"] == "waiting"


# ── here, on a break, away ────────────────────────────────────────────────────────────────────────────────────────


def test_one_key_says_that_she_is_away_and_the_desk_shows_it(app, desk, ricci, watch):
    watch.pass_by(hours=1)
    form = next(form for form in read(ricci.get(CALLS)).forms if form.action.endswith("/here"))
    ricci.post(form.action, data={**form.fields, "state": "away", "until": "11:00"})
    assert worded(app, "Away until %(time)s", time="11:00") in read(ricci.get(CALLS)).words
    assert worded(app, "until %(time)s", time="11:00") in read(desk.get(f"{DESK}/now")).words
    ricci.post(form.action, data={**form.fields, "state": "here", "until": "11:00"})
    assert worded(app, "You are here") in read(ricci.get(CALLS)).words
    ricci.post(form.action, data={**form.fields, "state": "break", "until": "soon"})
    assert [row["until"] is None for row in rows(app, "whereabouts")] == [False, True, True]
    assert ricci.post(form.action, data={**form.fields, "state": "gone"}).status_code == 422


def test_after_a_talk_two_taps_are_enough_and_the_next_page_asks_no_more(app, desk, ricci):
    give(desk, language="ar")
    call(ricci), step(ricci, "start"), step(ricci, "finish")
    page = read(ricci.get(CALLS))
    form = page.form("topic")
    assert form.fields["language"] == "ar"
    answer = ricci.post(form.action, data={**form.fields, "topic": "residence", "first": "yes"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "/figures" not in answer.text
    told = {"topic": "residence", "people": 1, "first": True, "language": "ar", "interpreter": False}
    assert [{name: row[name] for name in told} for row in rows(app, "figure")] == [told]
    wrong = ricci.post(form.action, data={**form.fields, "topic": "nothing"})
    assert wrong.status_code == 422


def test_in_a_talk_one_key_leads_to_her_own_times_and_the_next_appointment_is_hers(app, desk, ricci, house):
    give(desk, language="ar")
    call(ricci), step(ricci, "start")
    ticket = only_ticket(app)
    assert f"{CALLS}/{ticket['id']}/follow-up" in ricci.get(CALLS).text
    assert f"{CALLS}/{ticket['id']}/follow-up?topic=residence" in ricci.get(f"{CALLS}/{ticket['id']}/follow-up").text
    address = ricci.get(f"{CALLS}/{ticket['id']}/follow-up?topic=residence").headers["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert ("/residence" in urlsplit(address).path, asked["talk"]) == (True, ["ar"])
    answer = ricci.get(address, follow_redirects=True)
    while not (form := next((f for f in read(answer).forms if "start" in f.offered), None)):
        answer = press(ricci, answer, age="reached")
    answer = press(ricci, press(ricci, answer, start=form.offered["start"][0]), name="", phone="")
    assert "/appointment/" in answer.request.path
    assert [row["counsellor_id"] for row in rows(app, "appointment")] == [ticket["counsellor_id"]]
    demir = signed_in(app, YOUTH_COUNSELLOR)
    assert demir.get(f"{CALLS}/{ticket['id']}/follow-up").status_code == 404
