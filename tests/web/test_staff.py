"""The staff's own pages, through HTTP. Times pass by setting the clock ahead."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking import clock, create_app
from booking.config import Config
from booking.domain.errors import TooBusy
from booking.services import staff as service
from booking.store import models as m
from booking.store.db import reading, transaction
from booking.web.staff import is_local
from tests.conftest import SECRET
from tests.members import PASSWORD, a_centre, a_member
from tests.web.visiting import form_token, send, sign_in

NEW = "four loud herons"
ROLES = ("receptionist", "counsellor", "lead", "administrator")


@pytest.fixture
def house(app):
    """A centre with one account of each role; ids by role."""
    with app.app_context():
        centre = a_centre()
        return {"centre": centre, **{role: a_member(centre, role) for role in ROLES}}


@pytest.fixture
def later():
    """Let the clock run ahead for the rest of the test."""
    yield clock.set_ahead
    clock.set_ahead(timedelta(0))


def rows(app, *columns):
    """All rows of these columns, in the order in which they were written."""
    with app.app_context(), reading() as session:
        found = session.execute(select(*columns).order_by(*columns[0].table.primary_key))
        return [tuple(row) for row in found]


def link_token(app, login="carla", *, hours=2):
    with app.app_context():
        return service.make_link("ludwigsburg", login, now=clock.now(), hours=hours)


def cookie_of(answer):
    return next((h for h in answer.headers.getlist("Set-Cookie") if h.startswith(("staff=", "__Host-staff="))), None)


# ── signing in ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "page"), [("receptionist", "desk"), ("lead", "desk"), ("counsellor", "calls"), ("administrator", "team")]
)
def test_each_role_begins_at_its_first_page(client, house, role, page):
    answer = sign_in(client, role)
    assert (answer.status_code, answer.location) == (303, f"/ludwigsburg/{page}")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, house):
    cookie = cookie_of(sign_in(client, "lead"))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie


def test_behind_https_the_cookie_is_tied_to_this_host(tmp_path):
    config = Config(
        secret_key=SECRET, database_url=f"sqlite:///{tmp_path / 'https.db'}", public_url="https://mz.example",
        testing=True, limits=False,
    )  # fmt: skip
    app = create_app(config)
    from booking.store.db import db

    with app.app_context():
        db.create_all()
        a_member(a_centre(), "lead")
    client = app.test_client()
    client.get("/")
    page = client.get("/ludwigsburg/sign-in", base_url="https://mz.example")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    answer = client.post(
        "/ludwigsburg/sign-in", data={"login": "lena", "password": PASSWORD, "csrf_token": token},
        base_url="https://mz.example",
    )  # fmt: skip
    parts = cookie_of(answer).split("; ")
    assert parts[0].startswith("__Host-staff=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)
    assert client.get("/ludwigsburg/team", base_url="https://mz.example").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_the_answers_to_an_unknown_name_and_a_wrong_password_are_the_same(client, house):
    def refused(login):
        data = {"login": login, "password": "not this one", "csrf_token": form_token(client)}
        answer = client.post("/ludwigsburg/sign-in", data=data)
        return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text), cookie_of(answer)

    assert refused("carla") == refused("nobody")
    assert refused("carla")[0] == 403
    assert refused("carla")[2] is None


def test_what_was_typed_stays_except_the_password(client, house):
    answer = send(client, "/ludwigsburg/sign-in", {"login": "carla", "password": "not this one"})
    assert 'value="carla"' in answer.text
    assert "not this one" not in answer.text


@pytest.mark.parametrize("data", [{}, {"login": "carla"}, {"login": "x" * 81, "password": "y"}])
def test_an_incomplete_form_comes_back_with_what_is_missing(client, house, data):
    answer = send(client, "/ludwigsburg/sign-in", data)
    assert answer.status_code == 422
    assert "refused" in answer.text


def test_a_centre_that_does_not_exist_has_no_sign_in_page(client, house):
    assert client.get("/atlantis/sign-in").status_code == 404


def test_signing_in_ends_the_session_the_browser_had(app, client, house):
    sign_in(client, "counsellor")
    before = rows(app, m.StaffSession.id_hash)
    sign_in(client, "lead")
    after = rows(app, m.StaffSession.id_hash)
    assert len(after) == 1
    assert before != after


def test_who_came_from_a_page_is_led_back_to_it(client, house):
    sent_away = client.get("/ludwigsburg/account?a=b")
    assert sent_away.status_code == 302
    answer = send(client, sent_away.location, {"login": "carla", "password": PASSWORD})
    assert answer.location == "/ludwigsburg/account?a=b"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/balingen/desk", "/ludwigsburg/\\..\\x", "",
     "/ludwigsburg/\r\nSet-Cookie: a=b", "javascript:alert(1)"],
)  # fmt: skip
def test_nobody_is_led_anywhere_else(client, house, target):
    assert not is_local(target, "/ludwigsburg/")
    answer = client.post(
        "/ludwigsburg/sign-in", query_string={"next": target},
        data={"login": "carla", "password": PASSWORD, "csrf_token": form_token(client)},
    )  # fmt: skip
    assert answer.location == "/ludwigsburg/calls"


def test_signing_out_ends_the_session_and_forgets_the_cookie(app, client, house):
    sign_in(client, "lead")
    answer = send(client, "/ludwigsburg/sign-out")
    assert (answer.status_code, answer.location) == (303, "/ludwigsburg/sign-in")
    assert "Expires=Thu, 01 Jan 1970" in cookie_of(answer)
    assert rows(app, m.StaffSession.id_hash) == []
    assert send(client, "/ludwigsburg/sign-out").status_code == 303


# ── staff pages ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_staff_pages_are_kept_by_no_browser(client, house):
    sign_in(client, "lead")
    assert client.get("/ludwigsburg/team").headers["Cache-Control"] == "no-store"
    assert client.get("/ludwigsburg/sign-in").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", [{"X-Partial": "1"}, {"X-Requested-With": "fetch"}, {"Accept": "application/json"}])
def test_what_is_fetched_while_signed_out_is_refused_and_not_redirected(client, house, header):
    assert client.get("/ludwigsburg/account", headers=header).status_code == 401


def test_what_is_sent_while_signed_out_is_refused(client, house):
    assert send(client, "/ludwigsburg/account", {"step": "language", "language": "de"}).status_code == 401


def test_an_idle_session_ends_however_often_its_page_refreshes_itself(client, house, later):
    sign_in(client, "lead")
    later(timedelta(minutes=29))
    assert client.get("/ludwigsburg/account", headers={"X-Partial": "1"}).status_code == 200
    later(timedelta(minutes=31))
    assert client.get("/ludwigsburg/account").status_code == 302


def test_a_session_lives_on_while_somebody_uses_it(client, house, later):
    sign_in(client, "counsellor")
    for minutes in (29, 58, 87):
        later(timedelta(minutes=minutes))
        assert client.get("/ludwigsburg/account").status_code == 200


def test_a_page_is_shown_though_its_use_cannot_be_noted_now(client, house, later, monkeypatch):
    def busy(centre_id):
        raise TooBusy

    sign_in(client, "counsellor")
    later(timedelta(minutes=5))
    monkeypatch.setattr(service, "observe", busy)
    assert client.get("/ludwigsburg/account").status_code == 200


def test_a_made_up_cookie_opens_nothing(client, house):
    client.set_cookie("staff", "é\0" + "x" * 900)
    assert client.get("/ludwigsburg/account").status_code == 302


def test_somebody_of_another_centre_finds_nothing_here(app, client, house):
    with app.app_context():
        a_centre("balingen")
    sign_in(client, "lead")
    assert client.get("/balingen/account").status_code == 404
    assert client.get("/ludwigsburg/account").status_code == 200


def test_being_turned_away_is_noted(app, client, house):
    sign_in(client, "counsellor")
    assert client.get("/ludwigsburg/team").status_code == 403
    assert ("turned-away-team", house["counsellor"]) in rows(app, m.Look.what, m.Look.staff_id)


# ── sign-in links ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_at_a_link_changes_nothing_and_using_it_signs_in_once(app, client, house):
    token = link_token(app)
    for _ in range(3):
        page = client.get(f"/sign-in/{token}")
        assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    answer = send(client, f"/sign-in/{token}", {"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/ludwigsburg/calls")
    assert send(client, f"/sign-in/{token}", {"password": NEW}).status_code == 404
    assert client.get(f"/sign-in/{token}").status_code == 404


@pytest.mark.parametrize("password", ["", "short", "carla carla 1"])
def test_a_bad_password_is_explained_and_the_link_stays_good(app, client, house, password):
    token = link_token(app)
    answer = send(client, f"/sign-in/{token}", {"password": password})
    assert answer.status_code == 422
    assert "refused" in answer.text
    assert send(client, f"/sign-in/{token}", {"password": NEW}).status_code == 303


def test_a_practice_link_is_one_button(app, client, house):
    with app.app_context(), transaction(0) as session:
        session.add(m.Installation(id=1, epoch="e", practice=True))
    with app.app_context():
        token = service.make_link("ludwigsburg", "carla", now=clock.now(), hours=2, many_times=True)
    assert 'type="password"' not in client.get(f"/sign-in/{token}").text
    for _ in range(2):
        assert send(client, f"/sign-in/{token}").status_code == 303


# ── one's own account ─────────────────────────────────────────────────────────────────────────────────────────────


def account(client, **data):
    return send(client, "/ludwigsburg/account", data)


def test_the_language_of_the_pages_is_changed(app, client, house):
    sign_in(client, "counsellor")
    assert '<html lang="en"' in client.get("/ludwigsburg/account").text
    assert account(client, step="language", language="de").status_code == 303
    assert '<html lang="de"' in client.get("/ludwigsburg/account").text
    assert account(client, step="language", language="tlh").status_code == 422


def test_the_password_is_changed_and_the_session_renewed(app, client, house):
    sign_in(client, "counsellor")
    before = rows(app, m.StaffSession.id_hash)
    answer = account(client, step="password", old=PASSWORD, password=NEW)
    assert answer.status_code == 303
    assert cookie_of(answer)
    assert rows(app, m.StaffSession.id_hash) != before
    assert client.get("/ludwigsburg/account").status_code == 200
    assert sign_in(app.test_client(), "counsellor", password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("data", "code"),
    [({}, 422), ({"old": "not this one", "password": NEW}, 403), ({"old": PASSWORD, "password": "short"}, 422)],
)
def test_a_password_that_is_not_changed_says_why(app, client, house, data, code):
    sign_in(client, "counsellor")
    answer = account(client, step="password", **data)
    assert answer.status_code == code
    assert "refused" in answer.text
    assert sign_in(app.test_client(), "counsellor").status_code == 303


def test_a_token_is_shown_once_and_opens_the_account(app, client, house):
    sign_in(client, "lead")
    send(client, "/ludwigsburg/team", {"staff_id": str(house["counsellor"]), "step": "allow-api"})
    sign_in(client, "counsellor")
    page = account(client, step="token").text
    token = re.search(r'<code><bdi dir="ltr">([\w-]{32})</bdi>', page)[1]
    assert token not in client.get("/ludwigsburg/account").text
    with app.app_context():
        assert service.member_by_token(token, now=clock.now()).login == "carla"
    assert account(client, step="revoke").status_code == 303
    with app.app_context():
        assert service.member_by_token(token, now=clock.now()) is None


def test_without_permission_there_is_no_token(app, client, house):
    sign_in(client, "counsellor")
    assert 'value="token"' not in client.get("/ludwigsburg/account").text
    assert account(client, step="token").status_code == 403
    assert rows(app, m.StaffToken.token_hash) == []


@pytest.mark.parametrize("path", ["account", "team"])
def test_a_step_that_does_not_exist_is_not_found(client, house, path):
    sign_in(client, "lead")
    assert send(client, f"/ludwigsburg/{path}", {"step": "fly", "staff_id": "1"}).status_code == 404


# ── the accounts of the centre ────────────────────────────────────────────────────────────────────────────────────


def team(client, staff_id, step, **data):
    return send(client, "/ludwigsburg/team", {"staff_id": str(staff_id), "step": step, **data})


def test_a_new_link_is_shown_once_and_works(app, client, house):
    sign_in(client, "lead")
    page = team(client, house["counsellor"], "link").text
    path = re.search(r"http://localhost(/sign-in/[\w-]+)", page)[1]
    assert path not in client.get("/ludwigsburg/team").text
    answer = send(app.test_client(), path, {"password": NEW})
    assert answer.location == "/ludwigsburg/calls"


def test_the_lead_signs_somebody_out(app, client, house):
    carla = app.test_client()
    sign_in(carla, "counsellor")
    sign_in(client, "lead")
    assert team(client, house["counsellor"], "sessions").status_code == 303
    assert carla.get("/ludwigsburg/account").status_code == 302


def test_api_access_is_given_and_taken(app, client, house):
    def allowed():
        return rows(app, m.Staff.login, m.Staff.api_allowed)

    sign_in(client, "lead")
    team(client, house["counsellor"], "allow-api")
    assert ("carla", True) in allowed()
    team(client, house["counsellor"], "forbid-api")
    assert ("carla", False) in allowed()


def test_the_days_of_an_account_are_set_and_emptied(app, client, house):
    def days():
        return [
            str(day) for day in rows(app, m.Staff.login, m.Staff.secret_since, m.Staff.last_day) if day[0] == "carla"
        ]

    sign_in(client, "lead")
    answer = team(client, house["counsellor"], "dates", secret_since="2026-02-01", last_day="31.12.2099")
    assert answer.status_code == 303
    assert days() == ["('carla', datetime.date(2026, 2, 1), datetime.date(2099, 12, 31))"]
    team(client, house["counsellor"], "dates", secret_since="", last_day="")
    assert days() == ["('carla', None, None)"]


def test_a_day_that_cannot_be_read_is_kept_and_explained(client, house):
    sign_in(client, "lead")
    answer = team(client, house["counsellor"], "dates", secret_since="2026-02-01", last_day="31.02.2099")
    assert answer.status_code == 422
    assert "31.02.2099" in answer.text
    assert f'id="last_day-{house["counsellor"]}-refused"' in answer.text


@pytest.mark.parametrize("step", ["link", "sessions", "allow-api", "forbid-api", "dates"])
def test_accounts_above_or_elsewhere_are_out_of_reach(app, client, house, step):
    with app.app_context():
        foreign = a_member(a_centre("balingen"))
    sign_in(client, "lead")
    assert team(client, house["administrator"], step).status_code == 403
    assert team(client, foreign, step).status_code == 404


@pytest.mark.parametrize("staff_id", ["", "0", "-1", "x", "9" * 30, "9" * 5000, "1.5"])
def test_an_account_that_cannot_exist_is_not_found(client, house, staff_id):
    sign_in(client, "lead")
    assert team(client, staff_id, "sessions").status_code == 404
