"""Every door is named, and lets through whom the table here says: a second opinion, written by hand.

A new staff page or JSON call needs a line in PAGES or CALLS; the tests say so.
"""

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule

from booking import clock
from booking.services import screens
from booking.services import staff as service
from booking.web.doors import ANYONE, STAFF, door_of, open_door
from tests.members import LOGINS, a_centre, a_member
from tests.web.visiting import form_token, sign_in

EVERYBODY = frozenset(LOGINS)
RECEPTION = frozenset({"receptionist", "lead"})
COUNSELLING = frozenset({"counsellor"})

# Pages behind the session cookie, and who may see them.
PAGES = {
    "staff.account": EVERYBODY,
    "staff.team": {"lead", "administrator"},
    "desk.page": RECEPTION,
    "desk.now": RECEPTION,
    "desk.give": RECEPTION,
    "desk.check_in": RECEPTION,
    "desk.search": RECEPTION,
    "desk.ticket": RECEPTION,
    "desk.appointment": RECEPTION,
    "desk.messages": RECEPTION,
    "waitlist_desk.page": RECEPTION,
    "waitlist_desk.one": RECEPTION,
    "waitlist_desk.answer": RECEPTION,
    "aside.page": RECEPTION,
    "aside.advance": RECEPTION,
    "aside.refuse": RECEPTION,
    "aside.refer": RECEPTION,
    "aside.transfer": RECEPTION,
    "aside.call": RECEPTION,
    "aside.take_back": RECEPTION,
    "aside.slip": RECEPTION,
    "changes.cancel": RECEPTION,
    "changes.move": RECEPTION,
    "desk.screen_list": RECEPTION,
    "desk.revoke": RECEPTION,
    "paper.page": RECEPTION,
    "paper.reserve": RECEPTION,
    "paper.enter": RECEPTION,
    "stops.stop": RECEPTION,
    "stops.reopen": RECEPTION,
    "stops.turn_away": RECEPTION,
    "devices.settle": RECEPTION,
    "info_pages.page": RECEPTION,
    "info_pages.remove": RECEPTION,
    "calendars.page": COUNSELLING,
    "posters.page": RECEPTION,
    "cover.page": RECEPTION,
    "cover.accept": RECEPTION,
    "cover.undo": RECEPTION,
    "cover.answer": RECEPTION,
    "cover.back": RECEPTION,
    "cover.renew": RECEPTION,
    "cover.called": RECEPTION,
    "cover.came": RECEPTION,
    "roster.page": RECEPTION,
    "roster.absence": RECEPTION,
    "roster.phoned": RECEPTION,
    "roster.one_absence": {"lead"},
    "roster.back": {"lead"},
    "roster.person": {"lead"},
    "roster.add_lines": {"lead"},
    "roster.set_day": {"lead"},
    "roster.line": {"lead"},
    "roster.end_line": {"lead"},
    "roster.closure": {"lead"},
    "roster.closed_today": {"lead"},
    "roster.reopen": {"lead"},
    "roster.places": {"lead"},
    "roster.place": {"lead"},
    "reports.page": {"lead"},
    "reports.table": {"lead"},
    "calibration.page": {"lead"},
    "alarms.ring": RECEPTION | COUNSELLING,
    "alarms.acknowledge": COUNSELLING,
    "alarms.release": RECEPTION | COUNSELLING,
    "calls.page": COUNSELLING,
    "calls.now": COUNSELLING,
    "calls.appointment": COUNSELLING,
    "calls.here": COUNSELLING,
    "calls.call_next": COUNSELLING,
    "calls.advance": COUNSELLING,
    "calls.transfer_page": COUNSELLING,
    "calls.transfer": COUNSELLING,
    "calls.tell": COUNSELLING,
    "calls.follow_up": COUNSELLING,
    "calls.take_back": COUNSELLING,
}
# Calls of the JSON door behind a staff token.
CALLS = {
    "api_reception.arrive": RECEPTION,
    "api_reception.take": RECEPTION,
    "api_counselling.call_next": COUNSELLING,
    "api_counselling.recall": COUNSELLING,
    "api_counselling.start": COUNSELLING,
    "api_counselling.finish": COUNSELLING,
    "api_counselling.missing": COUNSELLING,
}
# Behind a screen's token.
SCREENS = {"screen.board", "screen.info", "api.board"}
SPOKEN = {"screen.voice"}  # only what stands on the board
# Behind a kiosk's.
KIOSKS = {"kiosk.door", "kiosk.home", "kiosk.number", "kiosk.take", "kiosk.check_in", "kiosk.ticket"}
# Open to anybody: these show nothing of a person but to the holder of a private link, and nothing of staff.
OPEN = {"appointments", "visits", "wall", "screen", "health", "receipts", "api", "gallery", "staff.sign_in",
        "staff.sign_out", "staff.link", "calendars.feed", "following", "waitlist",
        "kiosk.page", "kiosk.begin", "kiosk.claim", "here"}  # fmt: skip
OF_NO_BLUEPRINT = {"static"}
SECRETS = {"token", "link"}


# ── every door is named ───────────────────────────────────────────────────────────────────────────────────────────


def unnamed(app: Flask) -> list[str]:
    """Pages that stand behind no named door."""
    found = []
    for endpoint in app.view_functions:
        try:
            door_of(app, endpoint)
        except KeyError:
            found.append(endpoint)
    return sorted(set(found) - OF_NO_BLUEPRINT)


def test_every_page_stands_behind_a_named_door(app):
    assert unnamed(app) == []


def test_a_page_that_slipped_past_the_doors_would_be_found():
    app = Flask("control")
    part = Blueprint("part", "control")
    part.add_url_rule("/open", "open", lambda: "")
    app.register_blueprint(part)
    app.add_url_rule("/loose", "loose", lambda: "")
    assert unnamed(app) == ["loose", "part.open"]


def test_a_door_before_a_page_that_does_not_exist_is_a_mistake():
    with pytest.raises(LookupError, match=r"part\.nothing"):
        open_door(Flask("control"), Blueprint("part", "control"), STAFF, nothing=ANYONE)


def test_the_tables_know_every_guarded_page_and_nothing_else(app):
    guarded = {name for name in app.view_functions if name not in OF_NO_BLUEPRINT and door_of(app, name).check}
    assert guarded == PAGES.keys() | CALLS.keys() | SCREENS | SPOKEN | KIOSKS


def test_what_is_open_to_anybody_is_said_here_too(app):
    open_pages = {name for name in app.view_functions if name not in OF_NO_BLUEPRINT and not door_of(app, name).check}
    assert {name for name in open_pages if not {name, name.partition(".")[0]} & OPEN} == set()


# ── role × page, through HTTP ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def house(app):
    """Two centres with one account of each role; staff ids by role for the first."""
    with app.app_context():
        here, there = a_centre(), a_centre("balingen")
        for role in LOGINS:
            a_member(there, role, api_allowed=True)
        return here, there, {role: a_member(here, role, api_allowed=True) for role in LOGINS}


def visits(app: Flask, endpoint: str, slug: str = "ludwigsburg") -> list[tuple[str, str]]:
    """(method, address) of everything that can be asked of a page."""
    adapter = app.url_map.bind("localhost")
    return [
        (method, adapter.build(endpoint, {name: _value(rule, name, slug) for name in rule.arguments}))
        for rule in app.url_map.iter_rules(endpoint)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def _value(rule: Rule, name: str, slug: str) -> object:
    named = {"centre": slug, "language": "de", "step": "start", "kind": "room"}
    return named.get(name) or (1 if "Integer" in type(rule._converters[name]).__name__ else "x")


def answers(client, app: Flask, endpoint: str, slug: str = "ludwigsburg", **headers: str) -> set[int]:
    return {
        client.open(address, method=method, headers=headers).status_code
        for method, address in visits(app, endpoint, slug)
    }


@pytest.mark.parametrize("role", LOGINS)
def test_each_role_passes_where_the_table_says_and_nowhere_else(app, client, house, role):
    sign_in(client, role)
    token = form_token(client)
    for endpoint, roles in PAGES.items():
        found = answers(client, app, endpoint, **{"X-CSRFToken": token})
        if role in roles:
            assert found.isdisjoint({401, 403, 500}), f"{role} at {endpoint}: {found}"
        else:
            assert found == {403}, f"{role} at {endpoint}: {found}"


def test_without_a_session_pages_lead_to_the_sign_in_page_and_forms_are_refused(app, client, house):
    token = form_token(client)
    for endpoint in PAGES:
        for method, address in visits(app, endpoint):
            answer = client.open(address, method=method, headers={"X-CSRFToken": token})
            if method == "GET":
                assert answer.status_code == 302, address
                assert answer.location.startswith("/ludwigsburg/sign-in?next=/ludwigsburg/"), address
            else:
                assert answer.status_code == 401, address


@pytest.mark.parametrize("role", LOGINS)
def test_the_pages_of_another_centre_are_not_found(app, client, house, role):
    sign_in(client, role)
    token = form_token(client)
    for endpoint in PAGES:
        assert answers(client, app, endpoint, "balingen", **{"X-CSRFToken": token}) == {404}, endpoint


@pytest.mark.parametrize("role", LOGINS)
def test_a_token_opens_what_its_owner_may_do_in_her_centre(app, client, house, role):
    here, _, members = house
    with app.app_context():
        bearer = {"Authorization": "Bearer " + service.issue_token(here, members[role], now=clock.now())}
    for endpoint, roles in CALLS.items():
        found = answers(client, app, endpoint, **bearer)
        if role in roles:
            assert found.isdisjoint({401, 403, 500}), f"{role} at {endpoint}: {found}"
        else:
            assert found == {403}, f"{role} at {endpoint}: {found}"
        if "<centre>" in next(app.url_map.iter_rules(endpoint)).rule:
            assert answers(client, app, endpoint, "balingen", **bearer) == {404}, endpoint


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer made-up", "Basic bGVuYTp4", "Bearer \xff"])
def test_the_json_door_stays_shut_without_a_valid_token(app, client, house, authorization):
    sign_in(client, "lead")  # the session cookie opens no JSON call
    for endpoint in CALLS:
        assert answers(client, app, endpoint, Authorization=authorization) == {401}, endpoint


def test_the_board_is_for_the_centre_s_own_screens_until_they_are_revoked(app, client, house):
    here, there, members = house
    own, foreign = (_screen_token(app, centre, members["receptionist"]) for centre in (here, there))
    for endpoint in SCREENS:
        assert answers(client, app, endpoint) == {401}
        assert answers(client, app, endpoint, Authorization="Bearer made-up") == {404}
        assert answers(client, app, endpoint, Authorization=f"Bearer {own}") == {200}
    for endpoint in SPOKEN:
        assert answers(client, app, endpoint) == {401}
        assert answers(client, app, endpoint, Authorization="Bearer made-up") == {404}
    assert answers(client, app, "api.board", Authorization=f"Bearer {foreign}") == {404}
    with app.app_context():
        screens.revoke(here, screens.screens(here)[0].id, by=members["receptionist"], now=clock.now())
    for endpoint in SCREENS:
        assert answers(client, app, endpoint, Authorization=f"Bearer {own}") == {404}


def test_a_kiosk_s_pages_are_for_kiosks_until_they_are_revoked(app, client, house):
    here, _, members = house
    screen = _screen_token(app, here, members["receptionist"])
    kiosk = _screen_token(app, here, members["receptionist"], screens.KIOSK)
    token = form_token(client)
    for cookie in (None, "made-up", screen):
        if cookie:
            client.set_cookie("kiosk", cookie)
        for endpoint in KIOSKS:
            assert answers(client, app, endpoint, **{"X-CSRFToken": token}) == {303}, endpoint
    assert answers(client, app, "screen.board", Authorization=f"Bearer {kiosk}") == {404}
    client.set_cookie("kiosk", kiosk)
    assert answers(client, app, "kiosk.home") == {200}
    with app.app_context():
        screens.revoke(here, screens.screens(here)[1].id, by=members["receptionist"], now=clock.now())
    assert answers(client, app, "kiosk.home") == {303}


def _screen_token(app: Flask, centre_id: int, by: int, kind: str = screens.SCREEN) -> str:
    with app.app_context():
        pairing = screens.begin_pairing(kind=kind, now=clock.now())
        screens.pair(centre_id, pairing.code, "Hall", by=by, now=clock.now())
        token = screens.claim_token(pairing.secret, now=clock.now())
    assert token is not None
    return token


# ── what must not be guessed is never written where others read ───────────────────────────────────────────────────


def test_no_secret_stands_in_an_address_but_those_of_private_links(app):
    found = {
        f"{rule.endpoint}: {name}" for rule in app.url_map.iter_rules() for name in rule.arguments if name in SECRETS
    }
    assert {entry.partition(":")[0] for entry in found} == {
        "staff.link", "waitlist.show", "waitlist.answer", "waitlist.leave",
        "visits.show", "visits.calendar", "visits.cancel", "visits.move", "visits.data", "api.look",
        "api.move", "calendars.feed", "following.page", "following.now", "following.voice",
        "following.leave", "following.back", "following.give_up",
        "api.cancel", "api.answer", "visits.answer_offer",
    }  # fmt: skip
