"""Loading a centre: at once on an empty place, twice without a change, and on live data nothing booked is lost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from booking.domain.centre_changes import Change
from booking.domain.centres import BadCentre, Closure, Shift, Times
from booking.domain.errors import NotFound
from booking.domain.roster import Hours
from booking.services import centres
from booking.store import models as m
from booking.store.db import on_commit, reading, transaction
from booking.web.cli import wording
from tests.centre_files import SMALL, changed, section
from tests.rows import a_member, an_appointment

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # a Monday
YESTERDAY = date(2027, 2, 28)
TUESDAY = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)  # 10:00 there


@pytest.fixture
def loaded(app):
    """The small centre, loaded."""
    with app.app_context():
        centres.load(SMALL, now=NOW)
        yield app


def count(model, *where) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


def one(model, **values):
    with reading() as session:
        row = session.scalars(select(model).filter_by(**values)).one()
        session.expunge(row)
        return row


def all_of(model):
    with reading() as session:
        return list(session.execute(select(*model.__table__.c).order_by(model.id)))


def book(starts=TUESDAY, counsellor="ada", room="r1", programme="adult", code="12345678", topic="letter", **values):
    with transaction(0) as session:
        centre = session.scalars(select(m.Centre)).one()
        person = session.scalars(select(m.Staff).filter_by(login=counsellor)).one()
        an_appointment(
            session, centre.id, starts, counsellor_id=person.id, carrier_id=person.carrier_id, code=code,
            room_id=session.scalars(select(m.Room.id).filter_by(slug=room)).one(),
            programme_id=session.scalars(select(m.Programme.id).filter_by(slug=programme)).one(),
            topic_id=session.scalars(select(m.Topic.id).filter_by(slug=topic)).one(), **values,
        )  # fmt: skip


def twice(text: str, now=NOW) -> list[Change]:
    """What loading shows, does, and does not do again."""
    shown = centres.changes(text, now=now)
    assert centres.load(text, now=now) == shown
    assert centres.changes(text, now=now) == []
    assert centres.load(text, now=now) == []
    return shown


def test_partners_are_known_by_their_slug(loaded):
    (partner,) = centres.partners(one(m.Centre).id)
    assert (partner.slug, partner.name["en"], partner.address) == ("youth", "Youth", "Weg 2")


# ── an empty place ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_place_gets_everything_the_file_says(loaded):
    wanted = {
        m.Centre: 1, m.Board: 1, m.Installation: 1, m.Carrier: 2, m.Partner: 1, m.Programme: 2, m.Topic: 2, m.Room: 3,
        m.TopicProgramme: 3, m.Hours: 4, m.Closure: 1, m.Staff: 3, m.StaffProgramme: 3, m.StaffLanguage: 4,
        m.StaffRoom: 3, m.Shift: 3,
    }  # fmt: skip
    assert {model: count(model) for model in wanted} == wanted
    ada = one(m.Staff, login="ada")
    assert (ada.language, ada.password_hash, ada.api_allowed) == ("de", None, False)
    assert (ada.contract_minutes, ada.secret_since) == (1755, date(2026, 1, 1))
    assert one(m.Programme, slug="adult").refer_to == one(m.Partner, slug="youth").id
    assert one(m.Closure).carrier_id == one(m.Carrier, slug="red").id
    assert [(t.slug, t.position, t.offered) for t in (one(m.Topic, slug="unsure"), one(m.Topic, slug="letter"))] == [
        ("unsure", 0, True),
        ("letter", 1, True),
    ]
    with reading() as session:
        rooms = select(m.Room.slug).join(m.StaffRoom).where(m.StaffRoom.staff_id == ada.id)
        assert list(session.scalars(rooms.order_by(m.StaffRoom.position))) == ["r1", "r2"]


def test_on_an_empty_place_each_new_row_is_named_once(app):
    with app.app_context():
        found = centres.changes(SMALL, now=NOW)
        assert {change.what for change in found} == {"added"}
        assert [c.slug for c in found if c.kind in ("centre", "staff")] == ["here", "ada", "ben", "lea"]
        assert Hours(1, time(11), time(13), True) in [c.new for c in found if c.kind == "hours"]
        assert not [c for c in found if c.kind == "shift" or c.field]


def test_looking_at_the_changes_changes_nothing(app):
    with app.app_context():
        centres.changes(SMALL, now=NOW)
        assert [count(model) for model in (m.Centre, m.Installation, m.Staff, m.Look)] == [0, 0, 0, 0]


def test_loading_again_changes_nothing_and_announces_nothing(loaded):
    heard = []
    before = loaded.extensions.get("announcements")
    version = one(m.Board).version
    on_commit(heard.append)
    try:
        assert centres.load(SMALL, now=NOW) == []
        assert (heard, one(m.Board).version) == ([], version)
        centres.load(changed(("min_reachable = 1", "min_reachable = 0")), now=NOW)
        assert heard == [{one(m.Centre).id: {"board", "desk"}}]
        assert one(m.Board).version == version + 1
    finally:
        loaded.extensions["announcements"] = before


def test_the_installation_is_a_practice_only_if_told_and_stays_what_it_was(app):
    with app.app_context():
        centres.load(SMALL, now=NOW, practice=True)
        first = one(m.Installation)
        assert (first.practice, len(first.epoch)) == (True, 32)
        centres.load(changed(('slug = "here"', 'slug = "there"')), now=NOW)
        again = one(m.Installation)
        assert (again.practice, again.epoch) == (True, first.epoch)
        assert [row.slug for row in centres.listed()] == ["here", "there"]
        assert count(m.Staff) == 6


def test_loading_is_recorded(loaded):
    assert one(m.Look).what == "centre-loaded"


def test_a_file_with_mistakes_is_not_loaded_at_all(app):
    text = changed(("fte = 0.75", "fte = 7"), ('law = "KDG"', 'law = "X"'))
    with app.app_context():
        for use in (centres.load, centres.changes):
            with pytest.raises(BadCentre) as caught:
                use(text, now=NOW)
            assert caught.value.mistakes == centres.check(text)
            assert len(caught.value.mistakes) == 2
        assert count(m.Centre) == 0


def test_text_that_is_no_toml_is_a_mistake_like_others():
    assert [(m.line, m.key) for m in centres.check("a = 1\nb =")] == [(2, "")]


# ── changes of a centre at work ───────────────────────────────────────────────────────────────────────────────────


def test_changed_fields_are_named_with_what_they_were(loaded):
    found = twice(
        changed(
            ('phone = "+49 30 23125 001"', 'phone = "+49 30 23125 009"'),
            ('interpreted = ["ar"]', 'interpreted = ["ar", "uk"]'),
            ('refer_to = "youth"\n', ""),
            ('carrier = "blue"', 'carrier = "red"'),
            ("\nminutes = 15\n", "\nminutes = 20\n"),
            ("secret_since = 2026-01-01", "secret_since = 2026-02-01"),
        )
    )
    assert found == [
        Change("changed", "centre", "here", "phone", "+49 30 23125 001", "+49 30 23125 009"),
        Change("changed", "centre", "here", "interpreted", ["ar"], ["ar", "uk"]),
        Change("changed", "programme", "adult", "refer_to", "youth", None),
        Change("changed", "topic", "letter", "minutes", 15, 20),
        Change("changed", "staff", "ada", "secret_since", date(2026, 1, 1), date(2026, 2, 1)),
        Change("changed", "staff", "ben", "carrier", "blue", "red"),
    ]
    assert one(m.Programme, slug="adult").refer_to is None
    assert one(m.Staff, login="ben").carrier_id == one(m.Carrier, slug="red").id


def test_programmes_languages_and_rooms_of_a_person_change_as_lists(loaded):
    found = twice(
        changed(
            ('programmes = ["young", "adult"]\nlanguages', 'programmes = ["young"]\nlanguages'),
            ('languages = ["de", "ar"]', 'languages = ["ar", "de"]'),
            ('rooms = ["r1", "r2"]', 'rooms = ["r2", "r1"]'),
            ('languages = ["de", "en"]\nrooms', 'languages = ["de", "en", "uk"]\nrooms'),
        )
    )  # fmt: skip
    assert found == [
        Change("changed", "staff", "ada", "programmes", ["young", "adult"], ["young"]),
        Change("changed", "staff", "ben", "languages", ["de", "en"], ["de", "en", "uk"]),
        Change("changed", "staff", "ada", "rooms", ["r1", "r2"], ["r2", "r1"]),
    ]


def test_a_list_can_become_empty(loaded):
    found = twice(changed(('role = "counsellor"', 'role = "receptionist"'), ('rooms = ["r1", "r2"]\n', "")))
    assert Change("changed", "staff", "ada", "rooms", ["r1", "r2"], []) in found
    assert count(m.StaffRoom) == 1


def test_hours_closures_and_shifts_are_added_and_removed(loaded):
    found = twice(
        changed(
            ('mon = ["09:00-12:00"]', 'mon = ["09:00-13:00"]'),
            ('carrier = "red"\nreason', "reason"),
            ('starts = "08:30", ends = "12:30"', 'starts = "08:30", ends = "13:30"'),
        )
    )
    hours = Hours(0, time(9), time(12), False)
    outing = Closure(date(2027, 5, 7), date(2027, 5, 7), "red", "shut", None, None, "Outing")
    shift = Shift(0, time(8, 30), time(12, 30), date(2026, 1, 1), None, "talks", 1)
    assert found == [
        Change("removed", "hours", "", None, hours, None),
        Change("added", "hours", "", None, None, hours._replace(ends=time(13))),
        Change("removed", "closure", "", None, outing, None),
        Change("added", "closure", "", None, None, outing._replace(carrier=None)),
        Change("removed", "shift", "ada", None, shift, None),
        Change("added", "shift", "ada", None, None, shift._replace(ends=time(13, 30))),
    ]


def test_a_roster_made_elsewhere_is_left_alone(loaded):
    with transaction(0) as session:
        lea = session.scalars(select(m.Staff).filter_by(login="lea")).one()
        row = {"staff_id": lea.id, "weekday": 4, "starts": time(9), "ends": time(12), "valid_from": YESTERDAY}
        session.execute(insert(m.Shift).values(centre_id=lea.centre_id, **row))
    assert twice(SMALL) == []
    assert count(m.Shift) == 4


def test_a_file_without_closures_leaves_those_that_are_kept_elsewhere(loaded):
    closure = SMALL[SMALL.index("[[closure]]") : SMALL.index('[[staff]]\nlogin = "ada"')]
    assert twice(changed((closure, ""))) == []
    assert count(m.Closure) == 1


# ── what leads entered since ──────────────────────────────────────────────────────────────────────────────────────

HOURS = {"ends": time(11), "starts": time(9)}
OUTING = Closure(date(2027, 5, 7), date(2027, 5, 7), "red", "shut", None, None, "Outing")
ADAS = Shift(0, time(8, 30), time(12, 30), date(2026, 1, 1), None, "talks", 1)


def written(model, **values):
    with transaction(0) as session:
        centre_id = session.scalar(select(m.Centre.id))
        session.execute(insert(model).values(centre_id=centre_id, **values))


def ended(model, row_id, **values):
    with transaction(0) as session:
        session.execute(update(model).where(model.id == row_id).values(**values))


def test_what_leads_entered_stays_beside_what_the_file_says_and_is_named(loaded):
    """Also "closed today", pressed before the file is loaded again for a phone number."""
    days = {"first_day": NOW.date(), "last_day": NOW.date()}
    written(m.Closure, **days, reason="", fact=True)
    written(m.Closure, first_day=YESTERDAY, last_day=YESTERDAY, reason="over")
    valid = {"valid_from": date(2027, 2, 1)}
    written(m.Shift, staff_id=one(m.Staff, login="ada").id, weekday=4, **HOURS, **valid)
    left = [
        Change("left", "closure", "", None, Closure(NOW.date(), NOW.date(), None, "shut", None, None, ""), None),
        Change("left", "shift", "ada", None, Shift(4, time(9), time(11), date(2027, 2, 1), None, "talks", 1), None),
    ]
    version = one(m.Board).version
    assert centres.load(SMALL, now=NOW) == centres.changes(SMALL, now=NOW) == left
    assert (count(m.Closure), count(m.Shift), one(m.Board).version) == (3, 4, version)
    assert wording.change(left[0]) == 'closure 2027-03-01/2027-03-01 "": kept, entered on the roster\'s page'
    found = centres.load(changed(("first_day = 2027-05-07\nlast_day = 2027-05-07", "first_day = 2027-05-06\nlast_day = "
                                  "2027-05-07")), now=NOW)  # fmt: skip
    assert [(c.what, c.kind) for c in found] == [
        ("removed", "closure"), ("added", "closure"), ("left", "closure"), ("left", "shift"),
    ]  # fmt: skip


def test_what_leads_ended_or_took_away_is_not_brought_back(loaded):
    shift = next(row for row in all_of(m.Shift) if row.starts == time(8, 30) and row.weekday == 0)
    ended(m.Shift, shift.id, valid_until=date(2027, 3, 31))
    with transaction(0) as session:
        session.execute(delete(m.Closure))
    left = [
        Change("left", "closure", "", None, None, OUTING),
        Change("left", "shift", "ada", None, ADAS._replace(valid_until=date(2027, 3, 31)), None),
        Change("left", "shift", "ada", None, None, ADAS),
    ]
    for _ in range(2):
        assert centres.load(SMALL, now=NOW) == left
    assert (count(m.Closure), count(m.Shift)) == (0, 3)
    words = "not added, because it was changed or taken away on the roster's page"
    assert wording.change(left[-1]) == f"shift ada mon 08:30-12:30 valid_from=2026-01-01: {words}"
    new = centres.load(changed(('starts = "08:30", ends = "12:30"', 'starts = "08:30", ends = "13:30"')), now=NOW)
    assert Change("added", "shift", "ada", None, None, ADAS._replace(ends=time(13, 30))) in new
    assert one(m.Shift, id=shift.id).valid_until == date(2027, 3, 31)


def test_a_file_that_leaves_the_roster_to_the_pages_for_a_while_takes_nothing_back_later(loaded):
    closure = SMALL[SMALL.index("[[closure]]") : SMALL.index('[[staff]]\nlogin = "ada"')]
    centres.load(changed((closure, "")), now=NOW)
    with transaction(0) as session:
        session.execute(delete(m.Closure))
    assert [c.new for c in centres.load(SMALL, now=NOW)] == [OUTING]
    assert count(m.Closure) == 0


def test_a_first_or_last_day_that_a_lead_set_stays_until_the_file_says_another(loaded):
    room, end = one(m.Room, slug="r1"), date(2027, 4, 30)
    ended(m.Room, room.id, last_day=end)
    left = [Change("left", "room", "r1", "last_day", end, None)]
    assert centres.load(SMALL, now=NOW) == centres.load(SMALL, now=NOW) == left
    words = "room r1: last_day stays 2027-04-30, as entered on the roster's page; the file says nothing"
    assert wording.change(left[0]) == words
    other = changed(('name = "1"\n', 'name = "1"\nlast_day = 2027-06-30\n'))
    assert twice(other) == [Change("changed", "room", "r1", "last_day", end, date(2027, 6, 30))]
    assert one(m.Room, slug="r1").last_day == date(2027, 6, 30)


def test_loading_never_touches_passwords_api_access_or_the_language_of_an_account(loaded):
    own = {"password_hash": "x", "api_allowed": True, "language": "en"}
    with transaction(0) as session:
        session.execute(update(m.Staff).where(m.Staff.login == "ada").values(**own))
    assert twice(SMALL) == []
    twice(changed(('name = "Ada"', 'name = "Ada M."')))
    ada = one(m.Staff, login="ada")
    assert ({key: getattr(ada, key) for key in own}, ada.name) == (own, "Ada M.")


def test_the_days_of_an_account_stay_as_the_team_page_has_them_unless_the_file_names_them(loaded):
    own = {"secret_since": date(2026, 5, 1), "first_day": date(2026, 4, 1), "last_day": date(2027, 6, 30)}
    with transaction(0) as session:
        session.execute(update(m.Staff).values(**own))
    left = [Change("left", "staff", "lea", name, day) for name, day in own.items()]
    found = centres.changes(SMALL, now=NOW)
    assert [c for c in found if c.slug == "lea"] == left
    assert [c for c in found if c.what == "changed"] == [
        Change("changed", "staff", "ada", "secret_since", date(2026, 5, 1), date(2026, 1, 1)),
        Change("changed", "staff", "ben", "last_day", date(2027, 6, 30), date(2030, 12, 31)),
    ]
    assert centres.load(SMALL, now=NOW) == found
    lea, ada = one(m.Staff, login="lea"), one(m.Staff, login="ada")
    assert {name: getattr(lea, name) for name in own} == own
    assert {name: getattr(ada, name) for name in own} == {**own, "secret_since": date(2026, 1, 1)}


def test_what_the_file_leaves_out_is_named_though_nothing_else_changes_and_is_no_change(loaded):
    with transaction(0) as session:
        session.execute(update(m.Staff).where(m.Staff.login == "lea").values(last_day=YESTERDAY))
    before = (one(m.Board).version, count(m.Look))
    for _ in range(2):
        assert centres.load(SMALL, now=NOW) == [Change("left", "staff", "lea", "last_day", YESTERDAY)]
    assert (one(m.Board).version, count(m.Look)) == before


def test_who_is_changed_must_show_anew_who_she_is(loaded):
    heard = []
    before = loaded.extensions.get("announcements")
    on_commit(heard.append)
    try:
        centres.load(changed(("secret_since = 2026-01-01", "secret_since = 2028-01-01")), now=NOW)
        assert heard == [{one(m.Centre).id: {"board", "desk", "doors"}}]
    finally:
        loaded.extensions["announcements"] = before


# ── what is gone from the file ────────────────────────────────────────────────────────────────────────────────────

WITHOUT_ADA_AND_R1 = changed(
    (section("ada"), ""), ('[[room]]\nslug = "r1"\nname = "1"\nkind = "office"\nseats = 3\n', "")
)
WITHOUT_LETTER = SMALL[: SMALL.index('[[topic]]\nslug = "letter"')] + SMALL[SMALL.index('[[room]]\nslug = "r1"') :]


def test_what_nothing_refers_to_is_removed_with_what_belongs_to_it(loaded):
    assert twice(WITHOUT_ADA_AND_R1) == [
        Change("removed", "staff", "ada"),
        Change("removed", "room", "r1"),
    ]
    assert (count(m.Staff), count(m.Shift), count(m.StaffLanguage), count(m.Room)) == (2, 1, 2, 2)
    assert twice(SMALL) != []


def test_what_an_appointment_refers_to_is_kept_and_ends(loaded):
    book()
    assert twice(WITHOUT_ADA_AND_R1) == [
        Change("kept", "staff", "ada", "last_day", None, YESTERDAY),
        Change("kept", "room", "r1", "last_day", None, YESTERDAY),
        Change("kept", "appointment", "12345678", "staff", TUESDAY, None),
    ]
    assert count(m.Appointment, m.Appointment.state == "booked") == 1
    assert centres.load(WITHOUT_ADA_AND_R1, now=NOW + timedelta(days=3)) == []
    assert Change("left", "staff", "ada", "last_day", YESTERDAY) in centres.load(SMALL, now=NOW)
    named = changed(('login = "ada"', 'login = "ada"\nlast_day = 2029-12-31'))
    assert Change("changed", "staff", "ada", "last_day", YESTERDAY, date(2029, 12, 31)) in twice(named)


def test_an_end_that_has_passed_or_is_near_is_not_put_off(loaded):
    book(counsellor="ben")
    ended = changed(("last_day = 2030-12-31", "last_day = 2027-02-10"))
    centres.load(ended, now=NOW)
    assert twice(ended.replace(section("ben").replace("2030-12-31", "2027-02-10"), "")) == []
    assert one(m.Staff, login="ben").last_day == date(2027, 2, 10)


def test_a_later_end_is_drawn_to_now(loaded):
    book(counsellor="ben", room="r2")
    found = twice(changed((section("ben"), "")))
    assert Change("kept", "staff", "ben", "last_day", date(2030, 12, 31), YESTERDAY) in found


def test_a_topic_in_use_is_kept_and_no_longer_offered(loaded):
    book()
    assert twice(WITHOUT_LETTER) == [Change("kept", "topic", "letter", "offered", True, False)]
    assert twice(SMALL) == [Change("changed", "topic", "letter", "offered", False, True)]


def test_a_programme_in_use_is_kept_with_the_partner_it_refers_to(loaded):
    book(programme="young")
    start, end = SMALL.index("[[partner]]"), SMALL.index("[[topic]]")
    text = SMALL[:start] + '[[programme]]\nslug = "new"\nname = { de = "a", en = "b", ar = "c" }\n\n' + SMALL[end:]
    for old in ('programmes = ["young", "adult"]', 'programmes = ["adult"]'):
        text = text.replace(old, 'programmes = ["new"]')
    found = twice(text)
    assert Change("removed", "programme", "adult") in found
    assert Change("removed", "partner", "youth") in found
    assert Change("kept", "programme", "young", "last_day", None, YESTERDAY) in found
    assert Change("kept", "appointment", "12345678", "programme", TUESDAY, None) in found


def test_a_partner_that_a_kept_programme_refers_to_stays_and_is_named_only_beside_a_change(loaded):
    book()
    start, end = SMALL.index("[[partner]]"), SMALL.index("[[topic]]")
    new = '[[programme]]\nslug = "new"\nname = { de = "a", en = "b", ar = "c" }\n\n'
    text = (SMALL[:start] + new + SMALL[end:]).replace('["young", "adult"]', '["new"]').replace('["adult"]', '["new"]')
    assert Change("kept", "partner", "youth") in twice(text)
    assert one(m.Programme, slug="adult").refer_to == one(m.Partner, slug="youth").id


def test_a_carrier_whose_people_stay_is_kept(loaded):
    book(counsellor="ben", room="r2")
    found = twice(changed(('[[carrier]]\nslug = "blue"\nname = "Blue"\nlaw = "DSGVO"\n', ""), (section("ben"), "")))
    assert Change("kept", "carrier", "blue") in found


def test_a_file_does_not_lock_out_those_who_run_the_house(loaded):
    centre_id = one(m.Centre).id
    with transaction(0) as session:
        a_member(session, centre_id, "adnan", role="administrator")
        a_member(session, centre_id, "rezan", role="receptionist")
    found = twice(changed((section("lea"), "")))
    assert found == [
        Change("kept", "staff", "lea", None, "runs-the-house"),
        Change("kept", "staff", "adnan", None, "runs-the-house"),
        Change("removed", "staff", "rezan"),
    ]
    assert one(m.Staff, login="lea").last_day is None


def a_link(account, expires):
    return m.SignInLink(token_hash=account.login, centre_id=account.centre_id, staff_id=account.id, expires_at=expires,
                        used_at=None, many_times=False)  # fmt: skip


SIGNS = {
    "password": lambda account: m.Look(centre_id=account.centre_id, staff_id=account.id, at=NOW, what="sign-in"),
    "link": lambda account: a_link(account, NOW + timedelta(hours=1)),
    "added": lambda account: m.Look(centre_id=account.centre_id, at=NOW, what="account-added",
                                    surrogate=f"staff-{account.id}"),
    "traces": lambda account: m.Look(centre_id=account.centre_id, staff_id=account.id, at=NOW, what="search"),
}  # fmt: skip


@pytest.mark.parametrize("why", SIGNS)
def test_a_file_leaves_accounts_alone_that_it_does_not_name_and_somebody_uses(loaded, why):
    """They were made with `staff add`; only what came from a file is retired by one."""
    centre_id = one(m.Centre).id
    with transaction(0) as session:
        a_member(session, centre_id, "rezan", role="receptionist", password_hash="x" if why == "password" else None)
        a_member(session, centre_id, "gone", role="receptionist")
    signs = [SIGNS[why](one(m.Staff, login="rezan")), a_link(one(m.Staff, login="gone"), NOW)]
    with transaction(0) as session:
        session.add_all(signs)
    found = twice(changed(('phone = "+49 30 23125 001"', 'phone = "+49 30 23125 009"')))
    assert [change for change in found if change.kind == "staff"] == [
        Change("kept", "staff", "rezan", None, why), Change("removed", "staff", "gone"),
    ]  # fmt: skip
    assert one(m.Staff, login="rezan").last_day is None


# ── booked appointments ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('tue = ["09:00-12:00", "12:00-17:00"]\n\n[hours.walk_in]\ntue = ["11:00-13:00"]', "", "hours"),
        ("first_day = 2027-05-07\nlast_day = 2027-05-07", "first_day = 2027-03-02\nlast_day = 2027-03-02", "closure"),
        ('starts = "08:30", ends = "17:30"', 'starts = "08:30", ends = "10:15"', "shift"),
        ('name = "1"\n', 'name = "1"\nlast_day = 2027-03-01\n', "room"),
        ('name = "Ada"\n', 'name = "Ada"\nlast_day = 2027-03-01\n', "staff"),
        ("secret_since = 2026-01-01", "secret_since = 2027-03-03", "staff"),
        ("from_birthday = 27\n", "from_birthday = 27\nlast_day = 2027-03-01\n", "programme"),
    ],
)
def test_appointments_that_no_longer_fit_are_named_and_kept(loaded, old, new, why):
    book()
    book(TUESDAY - timedelta(days=7), code="11111111")  # past
    book(TUESDAY + timedelta(hours=4), code="22222222", state="cancelled")
    found = twice(changed((old, new)))
    assert [c for c in found if c.kind == "appointment"] == [
        Change("kept", "appointment", "12345678", why, TUESDAY, None)
    ]
    assert count(m.Appointment, m.Appointment.state == "booked") == 2


def test_an_appointment_that_did_not_fit_before_is_not_named_again(loaded):
    book(TUESDAY - timedelta(hours=4))
    assert twice(changed(('tue = ["09:00-12:00", "12:00-17:00"]', 'tue = ["09:00-12:00", "12:00-18:00"]'))) != []
    assert not [c for c in centres.changes(SMALL, now=NOW) if c.kind == "appointment"]


def test_an_appointment_without_a_code_is_named_by_its_time(loaded):
    book(code=None)
    found = centres.changes(changed(('name = "Ada"\n', 'name = "Ada"\nlast_day = 2027-03-01\n')), now=NOW)
    assert found[-1] == Change("kept", "appointment", "", "staff", TUESDAY, None)
    assert f"{found[-1].old:%H:%M}" == "10:00"


# ── what is known ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_pages_know_of_a_centre(loaded):
    centre = centres.by_slug("here")
    assert centres.by_id(centre.id) == centre
    assert (centre.zone, centre.name["en"], centre.languages) == ("Europe/Berlin", "Here", ["de", "en", "ar"])
    assert centres.walk_in_hours(centre.id, now=NOW) == [(1, time(11), time(13))]
    assert [c.name for c in centres.carriers(centre.id)] == ["Red", "Blue"]
    assert centres.partner(centre.id, one(m.Partner).id).phone == "+49 30 23125 002"
    assert centres.partner(centre.id + 1, one(m.Partner).id) is None


def test_a_centre_nobody_loaded_is_not_found(loaded):
    with pytest.raises(NotFound):
        centres.by_slug("nowhere")
    with pytest.raises(NotFound):
        centres.by_id(0)


# ── areas, sites and interpreters ─────────────────────────────────────────────────────────────────────────────────

MORE = """
[[area]]
slug = "hill"
name = { de = "Berg", en = "Hill", ar = "تل" }

[[site]]
slug = "annexe"
name = { de = "Anbau", en = "Annexe", ar = "ملحق" }
address = "Gasse 3"

[[interpreter]]
slug = "nour"
name = "Nour"
languages = ["ar"]
woman = true
lead_minutes = 60
hours = { mon = ["09:00-12:00"] }

[hours.open]"""
RICH = changed(
    ("\n[hours.open]", MORE), ("before_birthday = 27", 'before_birthday = 27\nareas = ["hill"]'),
    ("seats = 3", 'seats = 3\nsite = "annexe"'), ("duty = true", "duty = true\nwoman = true"),
    ("minutes = 30", "minutes = 30\nfollow_up_minutes = 20"),
    ("min_present = 1", "min_present = 1\nsame_day_percent = 25\ncrisis_minutes = 20"),
)  # fmt: skip


def test_what_availability_asks_for_comes_from_the_file(loaded):
    found = twice(RICH)
    told = [c for c in found if c.kind in ("area", "site", "programme", "room")]
    assert [(c.what, c.kind, c.slug, c.field, c.new) for c in told] == [
        ("added", "area", "hill", None, None), ("added", "site", "annexe", None, None),
        ("changed", "room", "r1", "site", "annexe"), ("changed", "programme", "young", "areas", ["hill"]),
    ]  # fmt: skip
    centre, nour = one(m.Centre), one(m.Interpreter)
    assert (centre.same_day_percent, centre.crisis_minutes) == (25, 20)
    assert (nour.languages, nour.woman, nour.lead_minutes) == (["ar"], True, 60)
    assert (one(m.Staff, login="ada").woman, one(m.Staff, login="ben").woman) == (True, None)
    assert (one(m.Topic, slug="unsure").follow_up_minutes, one(m.Room, slug="r2").talks) == (20, 1)
    assert one(m.InterpreterHours).starts == time(9)


def test_outreach_keeps_the_site_it_goes_to(loaded):
    there = 'valid_until = 2027-12-31\nkind = "outreach"\nsite = "annexe"'
    text = RICH.replace('"Gasse 3"', '"Gasse 3"\noutreach = true').replace("valid_until = 2027-12-31", there)
    twice(text)
    assert one(m.Shift, kind="outreach").site_id == one(m.Site).id
    gone, came = [c for c in twice(text.replace('\nsite = "annexe"\n\n', "\n\n")) if c.kind == "shift"]
    assert (gone.old.site, came.new.site) == ("annexe", None)
    assert one(m.Shift, kind="outreach").site_id is None


def test_an_interpreters_hours_change_and_she_ends_if_she_is_booked(loaded):
    twice(RICH)
    (gone, came) = twice(RICH.replace('mon = ["09:00-12:00"] }', 'mon = ["09:00-11:00"] }'))
    assert [gone.old, came.new] == [Times(0, time(9), time(12)), Times(0, time(9), time(11))]
    assert wording.change(came) == "interpreter_hours nour mon 09:00-11:00"
    book(interpreter_id=one(m.Interpreter).id)
    ended = [c for c in twice(SMALL) if c.kind in ("interpreter", "site", "area")]
    assert [(c.what, c.kind, c.field) for c in ended] == [
        ("kept", "interpreter", "last_day"), ("removed", "site", None), ("removed", "area", None),
    ]  # fmt: skip
    assert one(m.Interpreter).last_day == YESTERDAY


def test_appointments_at_a_site_that_ends_are_named(loaded):
    centres.load(RICH, now=NOW)
    book()
    found = twice(RICH.replace('address = "Gasse 3"', 'address = "Gasse 3"\nlast_day = 2027-03-01'))
    assert found[-1] == Change("kept", "appointment", "12345678", "site", TUESDAY, None)


def test_a_poster_s_picture_carries_itself_and_its_address():
    here, there = (centres.address_picture(f"https://a.example/{slug}/de/") for slug in ("here", "there"))
    assert here.startswith("data:image/svg+xml")
    assert here != there
