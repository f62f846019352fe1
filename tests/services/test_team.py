"""Keeping the accounts of a centre."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from booking.domain.errors import Invalid, NotAllowed, NotFound
from booking.services import staff, team
from booking.store import models as m
from booking.store.db import reading
from tests.members import PASSWORD, a_carrier_id, a_centre, a_member

NOW = datetime(2027, 3, 2, 7, 0, tzinfo=UTC)
TODAY = date(2027, 3, 2)
NEW = "four loud herons"

VERBS = {
    "new_link": lambda centre, id_, by: team.new_link(centre, id_, by=by, now=NOW),
    "end_sessions": lambda centre, id_, by: team.end_sessions(centre, id_, by=by, now=NOW),
    "allow_api": lambda centre, id_, by: team.allow_api(centre, id_, True, by=by, now=NOW),
    "set_dates": lambda centre, id_, by: team.set_dates(centre, id_, secret_since=None, last_day=None, by=by, now=NOW),
}


@pytest.fixture
def house(app):
    with app.app_context():
        yield a_centre()


def changes():
    with reading() as session:
        found = session.execute(select(m.Look.what, m.Look.staff_id, m.Look.surrogate).order_by(m.Look.id))
        return [tuple(row) for row in found]


def sign_in(login="carla", password=PASSWORD):
    return staff.sign_in("ludwigsburg", login, password, now=NOW)


@pytest.mark.parametrize("verb", VERBS)
def test_an_account_of_another_centre_is_not_found(house, verb):
    by = a_member(house, "administrator")
    foreign = a_member(a_centre("balingen"))
    with pytest.raises(NotFound):
        VERBS[verb](house, foreign, by)


@pytest.mark.parametrize("verb", VERBS)
def test_somebody_of_another_centre_changes_nothing_here(house, verb):
    by = a_member(a_centre("balingen"), "administrator")
    with pytest.raises(NotFound):
        VERBS[verb](house, a_member(house), by)


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_keep_the_account_changes_nothing_and_is_not_noted_as_having(house, verb):
    by = a_member(house, "lead", carrier_id=a_carrier_id(house, "caritas"))
    other_carrier = a_member(house, carrier_id=a_carrier_id(house, "diakonie"))
    with pytest.raises(NotAllowed):
        VERBS[verb](house, other_carrier, by)
    assert changes() == []


def test_the_list_says_who_gets_in_and_whom_the_viewer_may_change(house):
    caritas, diakonie = a_carrier_id(house, "caritas"), a_carrier_id(house, "diakonie")
    lead = a_member(house, "lead", carrier_id=caritas)
    carla = a_member(house, carrier_id=caritas, api_allowed=True)
    a_member(house, login="dora", name="Dora", carrier_id=diakonie, secret_since=None, password_hash=None)
    a_member(a_centre("balingen"), "receptionist")
    staff.issue_token(house, carla, now=NOW)
    rows = {row.name: row for row in team.team(house, by=lead, now=NOW)}
    assert list(rows) == ["Carla", "Dora", "Lena"]
    assert rows["Carla"] == team.TeamRow(
        carla, "Carla", "carla", "counsellor", date(2026, 1, 1), None, True, True, True, 1, True
    )
    assert [(r.may_enter, r.has_password, r.changeable) for r in rows.values()] == [
        (True, True, True), (False, False, False), (True, True, False)
    ]  # fmt: skip


def test_a_new_link_lets_somebody_in_who_forgot_her_password(house):
    by, carla = a_member(house, "lead"), a_member(house)
    token = team.new_link(house, carla, by=by, now=NOW)
    assert staff.use_link(token, password=NEW, now=NOW + timedelta(hours=71))
    assert changes()[0] == ("link-made", by, f"staff-{carla}")


def test_ending_the_sessions_signs_out_everywhere(house):
    by, carla = a_member(house, "lead"), a_member(house)
    secrets = [sign_in(), sign_in()]
    team.end_sessions(house, carla, by=by, now=NOW)
    assert [staff.member(secret, now=NOW) for secret in secrets] == [None, None]
    assert changes()[-1] == ("sessions-ended", by, f"staff-{carla}")


def test_taking_api_access_back_revokes_the_tokens_for_good(house):
    by, carla = a_member(house, "lead"), a_member(house)
    team.allow_api(house, carla, True, by=by, now=NOW)
    token = staff.issue_token(house, carla, now=NOW)
    team.allow_api(house, carla, False, by=by, now=NOW)
    team.allow_api(house, carla, True, by=by, now=NOW)
    assert staff.member_by_token(token, now=NOW) is None
    assert [what for what, *_ in changes()] == ["api-allowed", "token-issued", "api-forbidden", "api-allowed"]


def test_nobody_leaves_before_she_comes(house):
    by, carla = a_member(house, "administrator"), a_member(house, first_day=TODAY)
    yesterday = TODAY - timedelta(days=1)
    for since, last in ((None, yesterday), (TODAY + timedelta(days=1), TODAY)):
        with pytest.raises(Invalid) as refusal:
            team.set_dates(house, carla, secret_since=since, last_day=last, by=by, now=NOW)
        assert (refusal.value.field, refusal.value.reason) == ("last_day", "ends-before-start")
    assert changes() == []
    team.set_dates(house, carla, secret_since=TODAY, last_day=TODAY, by=by, now=NOW)


def test_the_secrecy_commitment_opens_the_door_and_the_last_day_shuts_it(house):
    by, carla = a_member(house, "administrator"), a_member(house, secret_since=None)
    team.set_dates(house, carla, secret_since=TODAY, last_day=None, by=by, now=NOW)
    secret = sign_in()
    later = NOW + timedelta(days=1)
    team.set_dates(house, carla, secret_since=TODAY, last_day=TODAY, by=by, now=later)
    assert (staff.member(secret, now=NOW) is None, staff.member(secret, now=later)) == (False, None)
    assert changes()[0] == ("dates-changed", by, f"staff-{carla}")
