"""Signing in, sessions, links and tokens, with time passed by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from booking.domain.errors import Invalid, NotAllowed, NotFound, WrongCredentials
from booking.gateways import passwords
from booking.services import staff
from booking.services.steps.links import hashed
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.members import PASSWORD, a_carrier_id, a_centre, a_member

NOW = datetime(2027, 3, 2, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEW = "four loud herons"


@pytest.fixture
def house(app):
    """An app context with one centre."""
    with app.app_context():
        yield a_centre()


def sign_in(login="carla", password=PASSWORD, *, now=NOW, **more):
    return staff.sign_in("ludwigsburg", login, password, now=now, **more)


def looks():
    with reading() as session:
        return [tuple(row) for row in session.execute(select(m.Look.what, m.Look.staff_id).order_by(m.Look.id))]


def sessions():
    with reading() as session:
        return session.scalar(select(func.count()).select_from(m.StaffSession))


def change(staff_id, **values):
    with transaction(0) as session:
        session.execute(m.Staff.__table__.update().where(m.Staff.id == staff_id).values(**values))


# ── signing in ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_right_password_opens_a_session(house):
    carrier = a_carrier_id(house, "caritas")
    member_id = a_member(house, carrier_id=carrier)
    secret = sign_in(" Carla ")
    assert staff.member(secret, now=NOW) == staff.Member(
        member_id, house, "ludwigsburg", carrier, "Carla", "carla", "counsellor", "en"
    )
    assert len(secret) >= 22
    assert looks() == [("sign-in", member_id)]


def test_only_the_hash_of_the_secret_is_stored(house):
    a_member(house)
    secret = sign_in()
    with reading() as session:
        assert session.scalars(select(m.StaffSession.id_hash)).all() == [hashed(secret)]


@pytest.mark.parametrize(
    ("login", "password", "values"),
    [
        ("carla", "wrong password", {}),
        ("nobody", PASSWORD, {}),
        ("no\0body", PASSWORD, {}),
        ("", "", {}),
        ("carla", PASSWORD, {"password_hash": None}),
        ("carla", PASSWORD, {"password_hash": "no hash"}),
        ("carla", PASSWORD, {"secret_since": None}),
        ("carla", PASSWORD, {"secret_since": date(2027, 3, 3)}),
        ("carla", PASSWORD, {"first_day": date(2027, 3, 3)}),
        ("carla", PASSWORD, {"last_day": date(2027, 3, 1)}),
    ],
)
def test_every_refused_sign_in_costs_one_verification_and_says_the_same(house, monkeypatch, login, password, values):
    member_id = a_member(house, **values)
    verified = count_verifications(monkeypatch)
    with pytest.raises(WrongCredentials) as refused:
        sign_in(login, password)
    assert vars(refused.value) == {}
    assert len(verified) == 1
    assert looks() == [("sign-in-refused", member_id if login == "carla" else None)]
    assert sessions() == 0


def test_a_sign_in_that_succeeds_costs_one_verification_too(house, monkeypatch):
    a_member(house)
    verified = count_verifications(monkeypatch)
    sign_in()
    assert len(verified) == 1


def count_verifications(monkeypatch):
    verified = []
    real = passwords._hasher.verify

    class Counting:
        def verify(self, password_hash, password):
            verified.append(password_hash)
            return real(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return verified


def test_the_hash_nobody_knows_is_made_with_the_same_work(house):
    own = passwords.hashed("x").split("$")[:4]
    assert passwords._NOBODY.split("$")[:4] == own


def test_a_centre_that_does_not_exist_is_not_found(house):
    with pytest.raises(NotFound):
        staff.sign_in("atlantis", "carla", PASSWORD, now=NOW)


def test_an_account_of_another_centre_does_not_sign_in_here(house):
    a_member(a_centre("balingen"))
    with pytest.raises(WrongCredentials):
        sign_in()


def test_the_days_are_those_of_the_centre(house):
    a_member(house, last_day=date(2027, 3, 2))
    just_before_midnight = datetime(2027, 3, 2, 22, 59, tzinfo=UTC)
    sign_in(now=just_before_midnight)
    with pytest.raises(WrongCredentials):
        sign_in(now=just_before_midnight + MINUTE)


def test_a_password_changed_meanwhile_opens_nothing(house, monkeypatch):
    member_id = a_member(house)
    real = passwords.fits

    def slow(password_hash, password):
        change(member_id, password_hash=passwords.hashed(NEW))
        return real(password_hash, password)

    monkeypatch.setattr(passwords, "fits", slow)
    with pytest.raises(WrongCredentials):
        sign_in()
    assert sessions() == 0


# ── sessions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_signing_in_again_makes_a_new_secret_and_ends_the_old(house):
    a_member(house)
    first = sign_in()
    second = sign_in(replaces=first)
    assert first != second
    assert staff.member(first, now=NOW) is None
    assert staff.member(second, now=NOW) is not None


def test_without_a_hand_on_it_the_session_ends_after_half_an_hour(house):
    a_member(house, "lead")
    secret = sign_in("lena")
    assert staff.member(secret, now=NOW + 29 * MINUTE) is not None
    assert staff.member(secret, now=NOW + 58 * MINUTE) is not None
    assert staff.member(secret, now=NOW + 88 * MINUTE) is None


def test_a_page_that_refreshes_itself_does_not_keep_the_session(house):
    a_member(house, "lead")
    secret = sign_in("lena")
    assert staff.member(secret, now=NOW + 29 * MINUTE, touch=False) is not None
    assert staff.member(secret, now=NOW + 31 * MINUTE, touch=False) is None


def test_the_desk_stays_signed_in_for_its_day_but_never_over_twelve_hours(house):
    a_member(house, "receptionist")
    secret = sign_in("rezan")
    assert staff.member(secret, now=NOW + 7 * HOUR) is not None
    assert staff.member(secret, now=NOW + 12 * HOUR - MINUTE) is not None
    assert staff.member(secret, now=NOW + 12 * HOUR) is None


def test_use_is_noted_once_a_minute_and_never_backwards(house):
    a_member(house)
    secret = sign_in()

    def seen():
        with reading() as session:
            return session.scalar(select(m.StaffSession.seen_at))

    staff.member(secret, now=NOW + 59 * timedelta(seconds=1))
    assert seen() == NOW
    staff.member(secret, now=NOW + MINUTE)
    assert seen() == NOW + MINUTE
    staff.member(secret, now=NOW)
    assert seen() == NOW + MINUTE


@pytest.mark.parametrize("values", [{"last_day": date(2027, 3, 1)}, {"secret_since": None}])
def test_an_account_that_ends_ends_its_sessions(house, values):
    member_id = a_member(house)
    secret = sign_in()
    change(member_id, **values)
    assert staff.member(secret, now=NOW) is None


def test_a_new_role_counts_from_the_next_request(house):
    member_id = a_member(house)
    secret = sign_in()
    change(member_id, role="lead")
    assert staff.member(secret, now=NOW).role == "lead"


def test_signing_out_ends_the_session_once(house):
    member_id = a_member(house)
    secret = sign_in()
    staff.sign_out(secret, now=NOW)
    staff.sign_out(secret, now=NOW)
    assert staff.member(secret, now=NOW) is None
    assert looks() == [("sign-in", member_id), ("sign-out", member_id)]


def test_outlived_sessions_are_swept_when_somebody_signs_in(house):
    a_member(house)
    sign_in()
    sign_in(now=NOW + 11 * HOUR)
    assert sessions() == 2
    sign_in(now=NOW + 12 * HOUR)
    assert sessions() == 2


def test_being_turned_away_is_noted(house):
    member_id = a_member(house)
    staff.turned_away(house, member_id, "team", now=NOW)
    assert looks() == [("turned-away-team", member_id)]


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def link_for(login="carla", *, hours=2, **more):
    return staff.make_link("ludwigsburg", login, now=NOW, hours=hours, **more)


def test_a_link_sets_the_password_once(house):
    member_id = a_member(house, password_hash=None)
    token = link_for()
    assert staff.link(token, now=NOW) == staff.Link("ludwigsburg", "carla", "Carla", "en", True)
    secret = staff.use_link(token, password=NEW, now=NOW)
    assert staff.member(secret, now=NOW).id == member_id
    with pytest.raises(NotFound):
        staff.use_link(token, password="five dumb herons", now=NOW)
    assert staff.member(sign_in(password=NEW), now=NOW).id == member_id


def test_two_who_use_a_link_at_once_are_not_both_let_in(house, monkeypatch):
    a_member(house)
    token = link_for()
    real, others = passwords.hashed, []

    def slow(password):
        if not others:
            others.append(None)
            others.append(staff.use_link(token, password="the other one's", now=NOW))
        return real(password)

    monkeypatch.setattr(passwords, "hashed", slow)
    with pytest.raises(NotFound):
        staff.use_link(token, password=NEW, now=NOW)
    assert staff.member(others[1], now=NOW) is not None
    assert sign_in(password="the other one's")


def test_a_link_ends_every_other_session_of_the_account(house):
    a_member(house)
    a_member(house, "lead")
    before, someone_else = sign_in(), sign_in("lena")
    staff.use_link(link_for(), password=NEW, now=NOW)
    assert staff.member(before, now=NOW) is None
    assert staff.member(someone_else, now=NOW) is not None


@pytest.mark.parametrize("password", [None, "", "short", "carla 12345678"])
def test_a_link_is_not_used_up_by_a_bad_password(house, password):
    a_member(house)
    token = link_for()
    with pytest.raises(Invalid):
        staff.use_link(token, password=password, now=NOW)
    assert staff.use_link(token, password=NEW, now=NOW)


def test_a_link_lets_nobody_in_who_may_not_enter_and_waits_for_her(house):
    member_id = a_member(house, secret_since=None)
    token = link_for()
    with pytest.raises(NotAllowed):
        staff.use_link(token, password=NEW, now=NOW)
    change(member_id, secret_since=date(2027, 3, 2))
    assert staff.use_link(token, password=NEW, now=NOW)


@pytest.mark.parametrize("case", ["unknown", "expired", "replaced", "used"])
def test_a_link_that_opens_nothing_is_not_found_whatever_the_cause(house, case):
    a_member(house)
    token = link_for()
    if case == "replaced":
        link_for()
    if case == "used":
        staff.use_link(token, password=NEW, now=NOW)
    now = NOW + 2 * HOUR if case == "expired" else NOW
    with pytest.raises(NotFound):
        staff.link("x" if case == "unknown" else token, now=now)


def test_only_the_hash_of_a_link_is_stored_and_expired_ones_go(house):
    a_member(house)
    a_member(house, "lead")
    link_for("lena", hours=1)
    token = staff.make_link("ludwigsburg", "carla", now=NOW + HOUR, hours=1)
    with reading() as session:
        assert session.scalars(select(m.SignInLink.token_hash)).all() == [hashed(token)]


def test_a_practice_link_works_many_times_without_a_password(house):
    installation(practice=True)
    member_id = a_member(house, password_hash=None)
    token = link_for(many_times=True)
    assert not staff.link(token, now=NOW).needs_password
    first, second = (staff.use_link(token, password=None, now=NOW) for _ in range(2))
    assert staff.member(first, now=NOW).id == staff.member(second, now=NOW).id == member_id


def test_a_real_installation_has_no_such_links(house):
    installation(practice=False)
    a_member(house)
    with pytest.raises(NotAllowed):
        link_for(many_times=True)


def installation(*, practice):
    with transaction(0) as session:
        session.add(m.Installation(id=1, epoch="e", practice=practice))


def test_a_link_for_nobody_is_not_found(house):
    a_member(a_centre("balingen"))
    with pytest.raises(NotFound):
        link_for("carla")


@pytest.fixture
def heard(app, house):
    """What is announced."""
    before, found = app.extensions["announcements"], []
    app.extensions["announcements"] = found.append
    yield found
    app.extensions["announcements"] = before


def test_where_sessions_end_all_open_pages_of_their_centre_show_anew_who_they_are(house, heard):
    here, there = a_member(house), a_centre("balingen")
    a_member(there, login="dora")
    elsewhere = staff.sign_in("balingen", "dora", PASSWORD, now=NOW)
    first = sign_in()
    assert heard == []
    sign_in(replaces=first)
    sign_in(replaces=first)  # has ended already
    sign_in(replaces=elsewhere)
    assert heard == [{house: {"doors"}}, {there: {"doors"}}]
    token = staff.make_link("ludwigsburg", "carla", now=NOW, hours=1)
    heard.clear()
    staff.use_link(token, password=NEW, now=NOW)
    staff.change_password(house, here, old=NEW, new=PASSWORD, now=NOW)
    assert heard == [{house: {"doors"}}] * 2
    assert staff.member(elsewhere, now=NOW) is None


# ── one's own account ─────────────────────────────────────────────────────────────────────────────────────────────


def test_changing_the_password_ends_all_sessions_and_opens_one(house):
    member_id = a_member(house)
    here, elsewhere = sign_in(), sign_in()
    fresh = staff.change_password(house, member_id, old=PASSWORD, new=NEW, now=NOW)
    assert [staff.member(s, now=NOW) is not None for s in (here, elsewhere, fresh)] == [False, False, True]
    assert sign_in(password=NEW)
    with pytest.raises(WrongCredentials):
        sign_in()


def test_the_password_is_not_changed_without_the_present_one(house):
    member_id = a_member(house)
    with pytest.raises(WrongCredentials):
        staff.change_password(house, member_id, old="something else", new=NEW, now=NOW)
    assert looks() == [("password-refused", member_id)]
    assert sign_in()


def test_the_password_is_not_changed_to_a_bad_one(house):
    member_id = a_member(house)
    with pytest.raises(Invalid):
        staff.change_password(house, member_id, old=PASSWORD, new="short", now=NOW)
    assert sign_in()


def test_the_language_of_the_pages_is_one_of_two(house):
    member_id = a_member(house)
    staff.set_language(house, member_id, "de", now=NOW)
    assert staff.member(sign_in(), now=NOW).language == "de"
    with pytest.raises(Invalid):
        staff.set_language(house, member_id, "tlh", now=NOW)


def test_tokens_are_off_until_allowed(house):
    member_id = a_member(house)
    with pytest.raises(NotAllowed):
        staff.issue_token(house, member_id, now=NOW)
    assert staff.api_access(house, member_id) == (False, 0)


def test_a_token_opens_the_account_until_it_is_revoked(house):
    member_id = a_member(house, api_allowed=True)
    token = staff.issue_token(house, member_id, now=NOW)
    assert staff.api_access(house, member_id) == (True, 1)
    assert staff.member_by_token(token, now=NOW + 300 * DAY).id == member_id
    with reading() as session:
        assert session.scalars(select(m.StaffToken.token_hash)).all() == [hashed(token)]
    staff.revoke_tokens(house, member_id, now=NOW)
    assert staff.member_by_token(token, now=NOW) is None
    assert [what for what, _ in looks()] == ["token-issued", "tokens-revoked"]


@pytest.mark.parametrize("values", [{"api_allowed": False}, {"secret_since": None}, {"last_day": date(2027, 3, 1)}])
def test_a_token_opens_nothing_for_an_account_that_may_not(house, values):
    member_id = a_member(house, api_allowed=True)
    token = staff.issue_token(house, member_id, now=NOW)
    change(member_id, **values)
    assert staff.member_by_token(token, now=NOW) is None


@pytest.mark.parametrize(
    "verb",
    [
        lambda centre, id_: staff.change_password(centre, id_, old=PASSWORD, new=NEW, now=NOW),
        lambda centre, id_: staff.set_language(centre, id_, "de", now=NOW),
        lambda centre, id_: staff.issue_token(centre, id_, now=NOW),
        lambda centre, id_: staff.revoke_tokens(centre, id_, now=NOW),
        lambda centre, id_: staff.api_access(centre, id_),
    ],
)
def test_an_account_of_another_centre_is_not_found(house, verb):
    foreign = a_member(a_centre("balingen"), api_allowed=True)
    with pytest.raises(NotFound):
        verb(house, foreign)


# ── new accounts ──────────────────────────────────────────────────────────────────────────────────────────────────


def add(**values):
    described = {
        "login": "Nour.H", "name": " Nour  Haddad ", "role": "counsellor", "carrier_slug": "caritas",
        "secret_since": date(2027, 3, 1), "language": "de", **values,
    }  # fmt: skip
    return staff.add("ludwigsburg", now=NOW, **described)


def test_a_new_account_gets_in_by_its_link(house):
    added = add()
    secret = staff.use_link(added.link_token, password=NEW, now=NOW + 71 * HOUR)
    carrier = a_carrier_id(house, "caritas")
    assert staff.member(secret, now=NOW + 71 * HOUR) == staff.Member(
        added.staff_id, house, "ludwigsburg", carrier, "Nour Haddad", "nour.h", "counsellor", "de"
    )
    with reading() as session:
        rows = session.execute(select(m.Look.what, m.Look.staff_id, m.Look.surrogate).order_by(m.Look.id)).all()
    assert [tuple(r) for r in rows[:2]] == [
        ("account-added", None, f"staff-{added.staff_id}"), ("link-made", None, f"staff-{added.staff_id}")
    ]  # fmt: skip


def test_counsellors_count_for_presence_and_others_do_not(house):
    add()
    add(login="lena", role="lead", carrier_slug=None)
    with reading() as session:
        assert dict(session.execute(select(m.Staff.role, m.Staff.duty)).all()) == {"counsellor": True, "lead": False}


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"login": "n"}, "login", "login-unusable"),
        ({"login": "CARLA"}, "login", "login-taken"),
        ({"name": " \t"}, "name", "name-missing"),
        ({"name": "x" * 81}, "name", "name-too-long"),
        ({"role": "boss"}, "role", "role-unknown"),
        ({"carrier_slug": None}, "carrier", "carrier-missing"),
        ({"carrier_slug": "kirche"}, "carrier", "carrier-unknown"),
        ({"language": "ar"}, "language", "language-unknown"),
    ],
)
def test_a_new_account_with_a_wrong_value_is_refused_by_name(house, values, field, reason):
    a_member(house)
    with pytest.raises(Invalid) as refused:
        add(**values)
    assert (refused.value.field, refused.value.reason) == (field, reason)
    assert looks() == []
