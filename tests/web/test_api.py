"""The JSON door: every path and method of its description, and every answer held against that description."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import ValidationError
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import delete, insert, update

from booking import clock
from booking.domain.actors import By
from booking.services import cover, screens
from booking.services import staff as accounts
from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    YOUTH_COUNSELLOR,
    book,
    code_of,
    details_page,
    dump,
    link_of,
    press,
    rows,
    said,
    worded,
)

API, HERE = "/api/v1", "/api/v1/centres/ludwigsburg"
PHONE = "0151 23456789"
KEY = "a-key-of-16-signs"
WRITTEN = ("appointment", "visitor", "claim", "message", "step", "repeat", "ticket", "series")
PROBLEM = "application/problem+json"


class Door:
    """Calls the API and holds every answer against the description the API gives of itself."""

    def __init__(self, app, token=None):
        self.app, self.client = app, app.test_client()
        self.described = self.client.get(f"{API}/openapi.json").json
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method, path, **options):
        headers = {**self.headers, **options.pop("headers", {})}
        answer = self.client.open(path, method=method, headers=headers, **options)
        self._check(method, path, answer)
        return answer

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, json=None, **options):
        return self.call("POST", path, **({} if json is None else {"json": json}), **options)

    def _check(self, method, path, answer):
        rule, _ = self.app.url_map.bind("localhost").match(path.partition("?")[0], method, return_rule=True)
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        possible = self.described["paths"][template][method.lower()]["responses"]
        assert str(answer.status_code) in possible, f"{answer.status_code} is not described: {answer.text}"
        content = possible[str(answer.status_code)]["content"]
        assert answer.mimetype in content, f"{answer.mimetype} is not among {list(content)}"
        schema = {**content[answer.mimetype]["schema"], "components": self.described["components"]}
        OAS31Validator(schema, format_checker=oas31_format_checker).validate(answer.json)


@pytest.fixture
def door(app, house):
    return Door(app)


def change(app, statement):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


def staff_door(app, login, *, allowed=True):
    change(app, update(m.Staff).where(m.Staff.login == login).values(api_allowed=True))
    row = next(row for row in rows(app, "staff") if row["login"] == login)
    with app.app_context():
        token = accounts.issue_token(row["centre_id"], row["id"], now=clock.now())
    if not allowed:
        change(app, update(m.Staff).where(m.Staff.login == login).values(api_allowed=False))
    return Door(app, token)


def slots(door, centre=HERE, **query):
    query = {"topic": "german", **query}
    answer = door.get(f"{centre}/slots", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json["slots"]


def searched(door, centre=HERE, **asked):
    """The same, asked for by POST."""
    answer = door.post(f"{centre}/slots", {"topic": "german", **asked})
    assert answer.status_code == 200, answer.text
    return answer.json["slots"]


def wish(door, **values):
    """A booking that can be made: the first slot of the topic."""
    query = {name: values[name] for name in ("topic", "language", "age", "birthday") if name in values}
    return {"topic": "german", "start": searched(door, **query)[0], **values}


def booked(door, key=None, **values):
    headers = {"Idempotency-Key": key} if key else {}
    answer = door.post(f"{HERE}/appointments", wish(door, **values), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json


def refused(answer, status, kind):
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM), answer.text
    assert (answer.json["kind"], answer.json["status"]) == (kind, status)
    assert answer.json["type"] == f"/problems/{kind}"
    assert answer.json["title"]
    return answer.json


def reasons(answer):
    return {error["field"]: error["reason"] for error in refused(answer, 422, "invalid")["errors"]}


# ── the description ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_description_is_openapi_3_1(client):
    described = client.get(f"{API}/openapi.json").json
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_the_description_knows_every_path_and_method(app, client):
    described = client.get(f"{API}/openapi.json").json
    known = {(path, method) for path, methods in described["paths"].items() for method in methods}
    ours = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API) and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert known == ours
    assert len(known) == 21


def test_the_description_says_which_calls_need_a_token(client):
    described = client.get(f"{API}/openapi.json").json
    guarded = {
        path: next(iter(call["security"][0]))
        for path, methods in described["paths"].items()
        for call in methods.values()
        if call.get("security")
    }
    assert set(guarded.values()) == {"staff", "screen"}
    assert guarded[f"{API}/centres/{{centre}}/board"] == "screen"
    assert guarded[f"{API}/tickets/{{ticket}}/start"] == "staff"
    assert set(guarded.values()) == set(described["components"]["securitySchemes"])


def test_an_answer_that_is_not_described_would_be_found(door):
    described = door.described["paths"][f"{API}/centres"]["get"]["responses"]
    described["200"]["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/Topics"
    with pytest.raises(ValidationError):
        door.get(f"{API}/centres")
    del described["200"]
    with pytest.raises(AssertionError):
        door.get(f"{API}/centres")


# ── what anybody may know ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_centres(door):
    found = {centre["slug"]: centre for centre in door.get(f"{API}/centres").json["centres"]}
    assert set(found) == {"ludwigsburg", "balingen"}
    assert found["ludwigsburg"]["name"]["ar"]
    assert found["ludwigsburg"]["zone"] == "Europe/Berlin"


def test_the_topics_and_where_the_age_is_asked(door):
    topics = {topic["slug"]: topic for topic in door.get(f"{HERE}/topics").json["topics"]}
    assert topics["residence"]["age_question"] == 27
    assert topics["german"]["age_question"] is None
    assert topics["german"]["minutes"] == 20


def test_the_slots_are_those_of_the_page(door, client):
    days = client.get("/ludwigsburg/de/german/times?day=2027-03-09").text
    on_page = set(re.findall(r'value="(2027-03-09T[\d:]+)', days))
    of_api = {start[:19] for start in slots(door) if start.startswith("2027-03-09")}
    assert of_api == {start[:19] for start in on_page} != set()


def test_slots_come_in_order_and_follow_the_language(door):
    german = slots(door, topic="letter", age="reached")
    assert german == sorted(german)
    arabic = slots(door, topic="letter", age="reached", language="ar")
    assert set(arabic) < set(german)  # an interpreter needs two days
    assert reasons(door.get(f"{HERE}/slots?topic=german&language=xx")) == {"language": "language-unknown"}


def test_a_start_is_held_extended_booked_or_given_back(door, watch):
    start = slots(door)[0]
    wanted = {"topic": "german", "start": start, "device": "a-random-device-1"}
    held = door.post(f"{HERE}/holds", json=wanted)
    assert held.status_code == 201
    token = held.json["token"]
    assert door.get(f"{HERE}/holds/{token}").json == held.json
    watch.pass_by(minutes=5)
    assert door.call("PATCH", f"{HERE}/holds/{token}").json["expires_at"] > held.json["expires_at"]
    booked = door.post(f"{HERE}/appointments", json={"topic": "german", "start": start, "hold": token})
    assert (booked.status_code, booked.json["starts_at"]) == (201, start)
    over = refused(door.call("PATCH", f"{HERE}/holds/{token}"), 409, "too-late")
    assert over["title"] == worded(door.app, "This time is no longer kept for you. Please choose it again.")
    assert door.call("DELETE", f"{HERE}/holds/{token}").status_code == 200
    refused(door.get(f"{HERE}/holds/nothing"), 404, "not-found")
    refused(door.call("DELETE", f"{HERE}/holds/nothing"), 404, "not-found")
    assert reasons(door.post(f"{HERE}/holds", json={**wanted, "device": "short"})) != {}


def test_the_age_decides_over_json_too(door):
    refused(door.get(f"{HERE}/slots?topic=residence"), 422, "invalid")
    assert reasons(door.get(f"{HERE}/slots?topic=residence")) == {"age": "age-needed"}
    soon = {"topic": "residence", "age": "soon"}
    assert reasons(door.post(f"{HERE}/slots", soon)) == {"birthday": "birthday-unreadable"}
    for birthday in ("2027-03-02", "2027-03-24", "0001-01-01", "9999-12-31"):
        answer = door.post(f"{HERE}/slots", {**soon, "birthday": birthday})
        assert reasons(answer) == {"birthday": "birthday-not-in-horizon"}
    assert searched(door, **soon, birthday="2027-03-09")


def test_what_no_address_may_hold_is_asked_for_by_post(door, client):
    for query, field in (
        ("age=soon", "birthday"),
        ("age=soon&birthday=2027-03-09", "birthday"),
        ("age=reached&birthday=", "birthday"),
        ("age=reached&same_counsellor_as=abc", "same_counsellor_as"),
    ):
        assert reasons(door.get(f"{HERE}/slots?topic=residence&{query}")) == {field: "not-in-address"}
    described = client.get(f"{API}/openapi.json").json["paths"]["/api/v1/centres/{centre}/slots"]
    assert not {"birthday", "same_counsellor_as"} & {p["name"] for p in described["get"]["parameters"]}
    assert searched(door, topic="letter", age="reached") == slots(door, topic="letter", age="reached")


def test_whom_no_programme_serves_is_told_who_does(door):
    balingen, asked = f"{API}/centres/balingen", {"topic": "school-training", "age": "not-soon"}
    wished = {**asked, "start": "2027-03-09T08:00:00+00:00"}
    for answer in (
        door.get(f"{balingen}/slots", query_string=asked), door.post(f"{balingen}/slots", asked),
        door.post(f"{balingen}/appointments", wished),
        door.post(f"{balingen}/holds", {**wished, "device": "0123456789abcdef"}),
    ):  # fmt: skip
        partner = refused(answer, 409, "no-programme")["partner"]
        assert (partner["name"]["de"], partner["phone"]) == ("Jugendmigrationsdienst", "+49 30 23125 513")
        assert (partner["address"], partner["languages"]) == (
            "Musterstraße 3, 72336 Balingen", ["de", "en", "ar", "tr"])  # fmt: skip


def test_where_nobody_is_known_nobody_is_named(app, door):
    change(app, update(m.Programme).values(refer_to=None))
    answer = door.get(f"{API}/centres/balingen/slots?topic=school-training&age=not-soon")
    assert "partner" not in refused(answer, 409, "no-programme")


@pytest.mark.parametrize(
    "path",
    ["/centres/atlantis/topics", "/centres/atlantis/slots?topic=german", "/centres/ludwigsburg/slots?topic=gardening"],
)
def test_what_is_not_there_is_not_found(door, path):
    refused(door.get(f"{API}{path}"), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"topic": "field-missing"}),
        ("topic=german&age=old", {"age": "field-unreadable"}),
        ("topic=german&colour=red", {"colour": "field-unknown"}),
        ("topic=german&language=" + "x" * 13, {"language": "field-too-long"}),
        ("topic=" + "x" * 201, {"topic": "field-too-long"}),
        ("topic=a%00b", {"topic": "field-unreadable"}),
    ],
)
def test_every_wrong_field_of_a_query_is_named(door, query, found):
    assert reasons(door.get(f"{HERE}/slots?{query}")) == found


# ── booking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_start_is_booked_looked_at_moved_and_cancelled(app, door):
    body = wish(door, name="Kanarienvogel", phone=PHONE, reminders=True)
    answer = door.post(f"{HERE}/appointments", body)
    assert answer.status_code == 201
    made = answer.json
    assert re.fullmatch(r"[\w-]{22}", made["link"])
    assert made["starts_at"] == body["start"]
    assert "Kanarienvogel" not in answer.text
    address = f"{API}/appointments/{made['link']}"
    assert door.get(address).json == {name: value for name, value in made.items() if name != "link"}
    new = slots(door)[5]
    moved = door.call("PATCH", address, json={"start": new})
    assert (moved.status_code, moved.json["starts_at"], moved.json["code"]) == (200, new, made["code"])
    gone = door.call("DELETE", address)
    assert (gone.status_code, gone.json["state"]) == (200, "cancelled")
    assert door.get(address).json["state"] == "cancelled"
    again = refused(door.call("DELETE", address), 409, "wrong-state")
    assert again["state"] == "cancelled"
    refused(door.call("PATCH", address, json={"start": new}), 409, "wrong-state")
    [visitor] = rows(app, "visitor")
    assert (visitor["name"], visitor["phone"]) == ("Kanarienvogel", "+4915123456789")
    doors = {row["door"] for row in rows(app, "step") if row["appointment_id"]}
    assert doors == {"api"}


def test_both_doors_open_the_same_appointment(app, door, client):
    made = booked(door)
    page = client.get(f"/ludwigsburg/de/appointment/{made['link']}")
    assert code_of(page).replace(" ", "") == made["code"]
    link = link_of(book(client, topic="german"))
    assert door.get(f"{API}/appointments/{link}").json["state"] == "booked"


def test_what_was_booked_on_the_page_is_not_offered_here(app, door, client):
    ricci = next(row["id"] for row in rows(app, "staff") if row["login"] == COUNSELLOR)
    change(app, delete(m.StaffProgramme).where(m.StaffProgramme.staff_id != ricci))
    before = slots(door, topic="letter", age="reached")
    book(client, topic="letter", day="2027-03-08")
    taken = rows(app, "appointment")[0]["starts_at"].isoformat().replace("+00:00", "Z")
    assert taken in before
    body = {"topic": "letter", "age": "reached", "start": taken}
    problem = refused(door.post(f"{HERE}/appointments", body), 409, "slot-taken")
    assert len(problem["near"]) == 3
    now = slots(door, topic="letter", age="reached")
    near = [datetime.fromisoformat(start) for start in problem["near"]]
    assert near == sorted(near)
    assert {start.isoformat().replace("+00:00", "Z") for start in near} <= set(now)


@pytest.mark.parametrize(
    "start", ["2027-03-09T08:07:00Z", "2027-03-07T09:00:00Z", "2000-01-01T00:00:00Z", "2999-12-31T23:59:59Z"]
)
def test_a_start_that_is_not_offered_is_not_booked(app, door, start):
    before = dump(app, *WRITTEN)
    refused(door.post(f"{HERE}/appointments", {"topic": "german", "start": start}), 409, "slot-taken")
    assert dump(app, *WRITTEN) == before


def test_an_offset_is_understood(door):
    start = datetime.fromisoformat(slots(door)[0])
    local = (start + timedelta(hours=1)).replace(tzinfo=None).isoformat() + "+01:00"
    answer = door.post(f"{HERE}/appointments", {"topic": "german", "start": local})
    assert answer.status_code == 201
    assert datetime.fromisoformat(answer.json["starts_at"]) == start


def put_off(app, house, watch, *starts, told=True):
    """Closes the days of these starts and accepts the plan that follows."""
    days = {datetime.fromisoformat(start).date() for start in starts}
    for day in days:
        change(app, insert(m.Closure).values(
            centre_id=house["ludwigsburg"], kind="shut", first_day=day, last_day=day, reason="x", fact=True
        ))  # fmt: skip
    with app.app_context():
        plan, centre = cover.propose(house["ludwigsburg"], now=clock.now())[0], house["ludwigsburg"]
        lines = [cover.Accepted(x.talk_id, x.action, x.chain, x.after, x.because) for x in plan.lines]
        cover.apply(centre, plan.fingerprint, lines, cause="closed", by=By("desk"), now=clock.now())
    if told:
        watch.pass_by(minutes=3)


def test_a_proposed_time_is_shown_when_she_is_told_and_answered_once(app, house, door, watch):
    one = booked(door, name="Kanarienvogel", phone=PHONE, reminders=True)
    path = f"{API}/appointments/{one['link']}"
    put_off(app, house, watch, one["starts_at"], told=False)
    before = door.get(path).json
    assert (before["state"], before["proposed"]) == ("booked", None)
    refused(door.post(f"{path}/answer", {"answer": "yes"}), 404, "not-found")
    watch.pass_by(minutes=3)
    shown = door.get(path).json
    assert (shown["state"], shown["starts_at"]) == ("proposed", one["starts_at"])
    assert shown["proposed"]["answer_by"] < shown["proposed"]["starts_at"]
    assert reasons(door.post(f"{path}/answer", {"answer": "maybe"})) == {"answer": "field-unreadable"}
    hers = door.post(f"{path}/answer", {"answer": "yes"}).json
    assert (hers["state"], hers["starts_at"], hers["proposed"]) == ("booked", shown["proposed"]["starts_at"], None)
    refused(door.post(f"{path}/answer", {"answer": "yes"}), 404, "not-found")


def test_a_no_leaves_it_cancelled_and_a_late_yes_is_refused_with_what_is_held_instead(app, house, door, watch):
    one = booked(door)
    path = f"{API}/appointments/{one['link']}"
    put_off(app, house, watch, one["starts_at"])
    proposed = door.get(path).json["proposed"]
    put_off_again = datetime.fromisoformat(proposed["starts_at"]).date()
    change(app, update(m.Closure).values(last_day=put_off_again))
    near = refused(door.post(f"{path}/answer", {"answer": "yes"}), 409, "slot-taken")["near"]
    again = door.get(path).json["proposed"]["starts_at"]
    assert [datetime.fromisoformat(start) for start in near] == [datetime.fromisoformat(again)]
    assert door.post(f"{path}/answer", {"answer": "no"}).json["state"] == "cancelled"
    refused(door.post(f"{path}/answer", {"answer": "yes"}), 404, "not-found")
    refused(door.post(f"{API}/appointments/nothing/answer", {"answer": "no"}), 404, "not-found")


def test_once_it_has_begun_it_is_too_late(app, door, watch):
    made = booked(door)
    watch.now = datetime.fromisoformat(made["starts_at"]).astimezone(UTC)
    address = f"{API}/appointments/{made['link']}"
    problem = refused(door.call("DELETE", address), 409, "too-late")
    assert datetime.fromisoformat(problem["until"]) == watch.now


WRONG = [
    ({"name": "N" * 81}, {"name": "name-too-long"}),
    ({"name": "N" * 201}, {"name": "field-too-long"}),
    ({"name": None}, {"name": "field-unreadable"}),
    ({"name": "a\x00b"}, {"name": "field-unreadable"}),
    ({"name": ["Nour"]}, {"name": "field-unreadable"}),
    ({"phone": "12"}, {"phone": "phone-unreadable"}),
    ({"phone": 15123456789}, {"phone": "field-unreadable"}),
    ({"reminders": True}, {"phone": "phone-needed"}),
    ({"reminders": True, "phone": "07141 123456"}, {"phone": "phone-not-textable"}),
    ({"reminders": "yes", "phone": PHONE}, {"reminders": "field-unreadable"}),
    ({"reminders": 1, "phone": PHONE}, {"reminders": "field-unreadable"}),
    ({"reminder": True}, {"reminder": "field-unknown"}),
    ({"consent": True, "colour": "red"}, {"consent": "field-unknown", "colour": "field-unknown"}),
    ({"start": "soon"}, {"start": "field-unreadable"}),
    ({"start": "2027-03-09T09:00:00"}, {"start": "field-unreadable"}),
    ({"start": "0001-01-01T00:00:00+14:00"}, {"start": "field-unreadable"}),
    ({"start": "9999-12-31T23:59:59-14:00"}, {"start": "field-unreadable"}),
    ({"start": None}, {"start": "field-unreadable"}),
    ({"age": "old"}, {"age": "field-unreadable"}),
    ({"language": "xx"}, {"language": "language-unknown"}),
    ({"language": ""}, {"language": "language-unknown"}),
    ({"topic": "residence"}, {"age": "age-needed"}),
    ({"topic": "residence", "age": "soon"}, {"birthday": "birthday-unreadable"}),
]


@pytest.mark.parametrize(("wrong", "found"), WRONG)
def test_every_wrong_field_is_named_and_nothing_is_written(app, door, wrong, found):
    body = {**wish(door), **wrong}
    before = dump(app, *WRITTEN)
    assert reasons(door.post(f"{HERE}/appointments", body)) == found
    assert dump(app, *WRITTEN) == before


def test_all_faults_are_told_at_once(door):
    answer = door.post(f"{HERE}/appointments", {"name": 1, "colour": "red"})
    assert reasons(answer) == {
        "topic": "field-missing", "start": "field-missing", "name": "field-unreadable", "colour": "field-unknown"
    }  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_faults_are_told_in_the_reader_s_language(door, language):
    headers = {"Accept-Language": language}
    answer = door.post(f"{HERE}/appointments", {"colour": "red", "phone": "12"}, headers=headers)
    messages = {error["field"]: error["message"] for error in refused(answer, 422, "invalid")["errors"]}
    for field, reason in (("topic", "field-missing"), ("colour", "field-unknown")):
        assert " ".join(messages[field].split()) == said(door.app, reason, language)
    assert answer.json["title"] == said(door.app, "invalid", language)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1", b"{", b"\xff", b"", b"{]", b"NaN"])
def test_a_body_that_is_no_object_is_refused(app, door, body):
    before = dump(app, *WRITTEN)
    answer = door.call("POST", f"{HERE}/appointments", data=body, content_type="application/json")
    refused(answer, 422, "invalid")
    assert dump(app, *WRITTEN) == before


@pytest.mark.parametrize(("body", "status"), [(b"[" * 30000, 400), (b"x" * 70000, 413), (b'{"a":' * 9000, 400)])
def test_a_body_beyond_measure_is_refused(app, door, body, status):
    answer = door.call("POST", f"{HERE}/appointments", data=body, content_type="application/json")
    refused(answer, status, {400: "bad-request", 413: "too-large"}[status])


def test_what_is_sent_as_a_form_is_no_json(app, door):
    answer = door.call("POST", f"{HERE}/appointments", data=wish(door))
    refused(answer, 422, "invalid")
    assert rows(app, "appointment") == []


# ── once only ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_is_answered_with_the_same_appointment(app, door):
    body = wish(door, name="Nour", phone=PHONE)
    first, second = (door.post(f"{HERE}/appointments", body, headers={"Idempotency-Key": KEY}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert len(rows(app, "appointment")) == 1
    assert first.json["link"] not in dump(app)


@pytest.mark.parametrize("other", [{"name": "Salma"}, {"reminders": True}, {"language": "en"}])
def test_the_same_key_with_other_content_is_refused(app, door, other):
    body = wish(door, name="Nour", phone=PHONE)
    headers = {"Idempotency-Key": KEY}
    door.post(f"{HERE}/appointments", body, headers=headers)
    before = dump(app, *WRITTEN)
    refused(door.post(f"{HERE}/appointments", {**body, **other}, headers=headers), 409, "key-reused")
    assert dump(app, *WRITTEN) == before


def test_a_key_that_was_refused_can_be_used_again(app, door):
    headers = {"Idempotency-Key": KEY}
    body = wish(door)
    refused(door.post(f"{HERE}/appointments", {**body, "phone": "12"}, headers=headers), 422, "invalid")
    assert door.post(f"{HERE}/appointments", body, headers=headers).status_code == 201


def test_keys_of_two_centres_and_of_two_doors_do_not_meet(app, door, client):
    headers = {"Idempotency-Key": KEY}
    booked(door, key=KEY)
    there = f"{API}/centres/balingen"
    wish = {"topic": "housing", "area": ""}
    start = slots(door, there, **wish)[0]
    answer = door.post(f"{there}/appointments", {**wish, "start": start}, headers=headers)
    assert answer.status_code == 201
    page = press(client, details_page(client, topic="german"), key=KEY)
    assert page.status_code == 200
    assert len(rows(app, "appointment")) == 3


def test_without_a_key_two_calls_book_twice(app, door):
    assert booked(door)["link"] != booked(door)["link"]
    assert len(rows(app, "appointment")) == 2


@pytest.mark.parametrize(
    ("key", "reason"), [("k" * 201, "field-too-long"), ("k" * 15, "key-too-short"), ("1", "key-too-short")]
)
def test_a_key_that_could_be_guessed_or_is_too_long_is_refused(app, door, key, reason):
    answer = door.post(f"{HERE}/appointments", wish(door), headers={"Idempotency-Key": key})
    assert reasons(answer) == {"Idempotency-Key": reason}
    assert rows(app, "appointment") == []
    reception = staff_door(app, RECEPTION)
    answer = reception.post(f"{HERE}/tickets", {}, headers={"Idempotency-Key": key})
    assert reasons(answer) == {"Idempotency-Key": reason}
    assert rows(app, "ticket") == []


def test_the_description_says_what_a_key_is(client):
    described = client.get(f"{API}/openapi.json").json
    for path in (f"{API}/centres/{{centre}}/appointments", f"{API}/centres/{{centre}}/tickets"):
        [key] = [p for p in described["paths"][path]["post"]["parameters"] if p["in"] == "header"]
        assert (key["name"], key["required"]) == ("Idempotency-Key", False)
        assert "16 characters or more" in key["description"]
        assert 16 in [part.get("minLength") for part in key["schema"]["anyOf"]]


def test_two_of_staff_may_use_the_same_key(app, house):
    for login in (RECEPTION, LEAD):
        answer = staff_door(app, login).post(f"{HERE}/tickets", {}, headers={"Idempotency-Key": KEY})
        assert answer.status_code == 201
    assert len(rows(app, "ticket")) == 2


# ── by private link ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("link", ["x", "A" * 22, "%00", "by-code.x", "é", "A" * 3000])
def test_a_link_that_was_never_given_opens_nothing(door, method, link):
    booked(door)
    more = {"json": {"start": "2027-03-09T08:00:00Z"}} if method == "PATCH" else {}
    refused(door.call(method, f"{API}/appointments/{link}", **more), 404, "not-found")


def test_moving_to_a_taken_start_leaves_the_old_one(app, door):
    made = booked(door)
    before = dump(app, *WRITTEN)
    address = f"{API}/appointments/{made['link']}"
    problem = refused(door.call("PATCH", address, json={"start": "2027-03-07T09:00:00Z"}), 409, "slot-taken")
    assert problem["near"]
    assert dump(app, *WRITTEN) == before


def test_moving_asks_for_the_age_again_where_it_decides(door):
    made = booked(door, topic="residence", age="reached")
    address = f"{API}/appointments/{made['link']}"
    start = slots(door, topic="residence", age="reached")[-1]
    assert reasons(door.call("PATCH", address, json={"start": start})) == {"age": "age-needed"}
    assert reasons(door.call("PATCH", address, json={})) == {"start": "field-missing"}
    assert door.call("PATCH", address, json={"start": start, "age": "reached"}).status_code == 200


def test_nothing_of_the_link_is_kept_on_the_way(door):
    made = booked(door)
    answer = door.get(f"{API}/appointments/{made['link']}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


# ── staff ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_walk_in_s_whole_visit(app, house):
    reception, ricci = staff_door(app, RECEPTION), staff_door(app, COUNSELLOR)
    taken = reception.post(f"{HERE}/tickets", {"language": "ar", "programme": "mbe"})
    assert taken.status_code == 201
    assert (taken.json["state"], taken.json["kind"], taken.json["room"]) == ("waiting", "walk_in", None)
    called = ricci.post(f"{HERE}/calls", {"room": "r3"})
    assert (called.status_code, called.json["number"]) == (201, taken.json["number"])
    assert (called.json["room"], called.json["calls"]) == ("3", 1)
    ticket = f"{API}/tickets/{called.json['id']}"
    assert ricci.post(f"{ticket}/recall").json["calls"] == 2
    assert ricci.post(f"{ticket}/start").json["state"] == "in_talk"
    assert ricci.post(f"{ticket}/finish").json["state"] == "done"
    assert {row["door"] for row in rows(app, "step")} == {"api"}
    assert all(row["staff_id"] for row in rows(app, "step"))


def test_who_does_not_come_is_missing(app, house):
    staff_door(app, RECEPTION).post(f"{HERE}/tickets", {})
    ricci = staff_door(app, COUNSELLOR)
    ticket = ricci.post(f"{HERE}/calls", {}).json["id"]
    assert ricci.post(f"{API}/tickets/{ticket}/missing").json["state"] == "missed"


def test_a_booked_visitor_is_checked_in_by_code_once(app, door):
    start = next(start for start in slots(door) if start.startswith("2027-03-02"))
    made = door.post(f"{HERE}/appointments", {"topic": "german", "start": start, "name": "Kanarienvogel"}).json
    reception = staff_door(app, RECEPTION)
    code = f"{made['code'][:4]} {made['code'][4:]}"
    first, second = (reception.post(f"{HERE}/arrivals", {"code": typed}) for typed in (code, made["code"]))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert first.json["kind"] == "appointment"
    assert "Kanarienvogel" not in first.text


def test_who_cannot_be_checked_in_is_not(app, door):
    reception = staff_door(app, RECEPTION)
    other_day = booked(door, start=slots(door)[-1])
    problem = refused(reception.post(f"{HERE}/arrivals", {"code": other_day["code"]}), 409, "wrong-state")
    assert problem["state"] == "other-day"
    assert reasons(reception.post(f"{HERE}/arrivals", {"code": "1234 5678"})) == {"code": "code-unreadable"}
    assert reasons(reception.post(f"{HERE}/arrivals", {"code": ""})) == {"code": "code-unreadable"}
    assert reasons(reception.post(f"{HERE}/arrivals", {})) == {"code": "field-missing"}
    refused(reception.post(f"{HERE}/arrivals", {"code": "0000 0000"}), 404, "not-found")
    assert rows(app, "ticket") == []


def test_the_same_key_gives_one_number(app, house):
    reception = staff_door(app, RECEPTION)
    headers = {"Idempotency-Key": KEY}
    first, second = (reception.post(f"{HERE}/tickets", {"language": "ar"}, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    refused(reception.post(f"{HERE}/tickets", {"language": "uk"}, headers=headers), 409, "key-reused")
    assert len(rows(app, "ticket")) == 1


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"language": "xx"}, {"language": "language-unknown"}),
        ({"language": ""}, {"language": "language-unknown"}),
        ({"programme": "gardening"}, {"programme": "programme-unknown"}),
        ({"programme": ""}, {"programme": "field-unreadable"}),
        ({"programme": "a\x00b"}, {"programme": "field-unreadable"}),
        ({"language": 5}, {"language": "field-unreadable"}),
        ({"name": "Nour"}, {"name": "field-unknown"}),
    ],
)
def test_what_is_not_on_the_lists_gives_no_number(app, house, body, found):
    reception = staff_door(app, RECEPTION)
    assert reasons(reception.post(f"{HERE}/tickets", body)) == found
    assert rows(app, "ticket") == []


@pytest.mark.parametrize(
    ("room", "reason"),
    [("nowhere", "room-unknown"), ("", "field-unreadable"), ("a\x00b", "field-unreadable"), (5, "field-unreadable")],
)
def test_a_room_that_is_not_hers_calls_nobody(app, house, room, reason):
    staff_door(app, RECEPTION).post(f"{HERE}/tickets", {})
    ricci = staff_door(app, COUNSELLOR)
    assert reasons(ricci.post(f"{HERE}/calls", {"room": room})) == {"room": reason}
    assert [row["state"] for row in rows(app, "ticket")] == ["waiting"]
    assert ricci.post(f"{HERE}/calls", {"room": "r2"}).json["room"] == "2"


def test_steps_out_of_order_are_refused_with_what_is_true(app, house):
    reception, ricci = staff_door(app, RECEPTION), staff_door(app, COUNSELLOR)
    refused(ricci.post(f"{HERE}/calls", {}), 409, "nobody-waiting")
    for _ in range(2):
        reception.post(f"{HERE}/tickets", {})
    called = ricci.post(f"{HERE}/calls", {}).json
    busy = refused(ricci.post(f"{HERE}/calls", {}), 409, "still-busy")
    assert busy["number"] == int(called["number"])
    assert called["number"] in busy["title"]
    ticket = f"{API}/tickets/{called['id']}"
    for _ in range(3):
        ricci.post(f"{ticket}/recall")
    assert refused(ricci.post(f"{ticket}/recall"), 409, "wrong-state")["state"] == "called-often-enough"
    ricci.post(f"{ticket}/start")
    for step in ("start", "recall", "missing"):
        assert refused(ricci.post(f"{ticket}/{step}"), 409, "wrong-state")["state"] == "in_talk"
    ricci.post(f"{ticket}/finish")
    for step in ("start", "recall", "missing", "finish"):
        assert refused(ricci.post(f"{ticket}/{step}"), 409, "wrong-state")["state"] == "done"


@pytest.mark.parametrize("step", ["recall", "start", "finish", "missing"])
def test_a_ticket_that_is_not_hers_is_not_found(app, house, step):
    staff_door(app, RECEPTION).post(f"{HERE}/tickets", {})
    theirs = staff_door(app, YOUTH_COUNSELLOR).post(f"{HERE}/calls", {}).json["id"]
    ricci = staff_door(app, COUNSELLOR)
    elsewhere = staff_door(app, "n.yildiz")
    for ticket in (theirs, 0, 999999, 2**63 - 1, 2**63, 10**30):
        refused(ricci.post(f"{API}/tickets/{ticket}/{step}"), 404, "not-found")
        refused(elsewhere.post(f"{API}/tickets/{ticket}/{step}"), 404, "not-found")


def test_another_centre_is_not_found(app, house):
    reception, ricci = staff_door(app, RECEPTION), staff_door(app, COUNSELLOR)
    there = f"{API}/centres/balingen"
    for answer in (
        reception.post(f"{there}/tickets", {}), reception.post(f"{there}/arrivals", {"code": "1234 5678"}),
        ricci.post(f"{there}/calls", {}),
    ):  # fmt: skip
        refused(answer, 404, "not-found")


def test_each_role_may_do_its_own(app, house):
    reception, ricci, lead = (staff_door(app, login) for login in (RECEPTION, COUNSELLOR, LEAD))
    refused(ricci.post(f"{HERE}/tickets", {}), 403, "not-allowed")
    refused(ricci.post(f"{HERE}/arrivals", {"code": "1234 5678"}), 403, "not-allowed")
    refused(reception.post(f"{HERE}/calls", {}), 403, "not-allowed")
    refused(reception.post(f"{API}/tickets/1/start"), 403, "not-allowed")
    assert lead.post(f"{HERE}/tickets", {}).status_code == 201


def test_tokens_are_off_by_default_and_end_with_the_permission(app, house):
    assert not any(row["api_allowed"] for row in rows(app, "staff"))
    for door in (Door(app), Door(app, "made-up"), staff_door(app, RECEPTION, allowed=False)):
        problem = refused(door.post(f"{HERE}/tickets", {}), 401, "signed-out")
        assert problem["title"]
    assert rows(app, "ticket") == []


def test_a_revoked_token_opens_nothing(app, house):
    door = staff_door(app, RECEPTION)
    assert door.post(f"{HERE}/tickets", {}).status_code == 201
    row = next(row for row in rows(app, "staff") if row["login"] == RECEPTION)
    with app.app_context():
        accounts.revoke_tokens(row["centre_id"], row["id"], now=clock.now())
    refused(door.post(f"{HERE}/tickets", {}), 401, "signed-out")


def test_the_token_is_stored_hashed(app, house):
    door = staff_door(app, RECEPTION)
    assert door.headers["Authorization"].removeprefix("Bearer ") not in dump(app)


def test_the_board_for_a_screen(app, house):
    with app.app_context():
        begun = screens.begin_pairing(now=clock.now())
        staff_id = next(row["id"] for row in rows(app, "staff") if row["login"] == RECEPTION)
        screens.pair(house["ludwigsburg"], begun.code, "Flur", by=staff_id, now=clock.now())
        token = screens.claim_token(begun.secret, now=clock.now())
    staff_door(app, RECEPTION).post(f"{HERE}/tickets", {})
    called = staff_door(app, COUNSELLOR).post(f"{HERE}/calls", {}).json
    board = Door(app, token).get(f"{HERE}/board").json
    assert [call["number"] for call in board["calls"]] == [called["number"]]
    refused(Door(app, token).get(f"{API}/centres/balingen/board"), 404, "not-found")
    refused(Door(app).get(f"{HERE}/board"), 401, "signed-out")
    refused(staff_door(app, RECEPTION).get(f"{HERE}/board"), 404, "not-found")


def test_a_program_is_answered_in_the_language_it_asks_for(app, house):
    reception = staff_door(app, RECEPTION)
    assert next(row["language"] for row in rows(app, "staff") if row["login"] == RECEPTION) == "de"
    for language in ("de", "en", "ar"):
        answer = reception.post(f"{HERE}/tickets", {"language": "xx"}, headers={"Accept-Language": language})
        assert answer.json["errors"][0]["message"] == said(app, "language-unknown", language)


# ── beside the described paths ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_no_call_is_answered_in_json_as_well(app, client, house):
    refused(client.get(f"{API}/tickets/x/start"), 404, "not-found")
    for language in ("de", "en", "ar"):
        answer = client.get(f"{API}/nothing", headers={"Accept-Language": language})
        title = refused(answer, 404, "not-found")["title"]
        assert title == worded(app, "There is nothing at this address.", language)
        assert title != said(app, "not-found", language)
    answer = client.get(f"{HERE}/appointments")
    refused(answer, 405, "method")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
