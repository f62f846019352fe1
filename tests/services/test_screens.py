"""Pairing by six digits, tokens that can be ended, and the public snapshot: numbers and rooms, never a person."""

import json
from datetime import date, time, timedelta

import pytest

from booking.domain.errors import Invalid, NotFound
from booking.services import calls, screens, tickets
from booking.store import models as m
from tests.locks import another_process_writes, impatient
from tests.people import (
    DAY,
    DESK,
    MINUTE,
    MOBILE,
    NOW,
    TODAY,
    a_bare_centre,
    a_booking,
    a_centre,
    a_closure,
    a_programme,
    a_receptionist,
    a_ticket,
    add,
    at,
    change,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
TEN = at("2027-03-02 10:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


def pair(centre, code, name="Flur", *, now=NOW):
    return screens.pair(centre, code, name, by=_somebody(centre), now=now)


def revoke(centre, screen):
    screens.revoke(centre, screen, by=_somebody(centre), now=NOW)


def _somebody(centre):
    found = rows(m.Staff.id, centre_id=centre)
    return found[0] if found else a_receptionist(centre)


def paired(centre, name="Flur", *, now=NOW):
    """The id and the token of a screen that staff have let in."""
    asked = screens.begin_pairing(now=now)
    screen = pair(centre, asked.code, name, now=now)
    return screen, screens.claim_token(asked.secret, now=now)


# ── pairing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_screen_shows_six_digits_and_gets_its_token_once_staff_have_typed_them(centre, heard):
    asked = screens.begin_pairing(now=NOW)
    assert asked.seconds == 600
    assert asked.code.isdecimal()
    assert len(asked.code) == 6
    assert screens.claim_token(asked.secret, now=NOW) is None
    screen = pair(centre, f" {asked.code[:3]} {asked.code[3:]} ", "  Flur  oben ", now=NOW + MINUTE)
    token = screens.claim_token(asked.secret, now=NOW + 2 * MINUTE)
    found = screens.screen_by_token(token, now=NOW + 2 * MINUTE)
    assert (found.id, found.centre_id, found.name) == (screen, centre, "Flur oben")
    assert [row.id for row in screens.screens(centre)] == [screen]
    assert heard == [({centre: {"desk"}}, 0)]


def test_the_token_is_handed_out_once_and_stored_nowhere(centre):
    asked = screens.begin_pairing(now=NOW)
    pair(centre, asked.code, "Flur", now=NOW)
    token = screens.claim_token(asked.secret, now=NOW)
    assert screens.claim_token(asked.secret, now=NOW) is None
    assert rows(m.Pairing.code) == []
    stored = rows(*m.Screen.__table__.columns)
    assert token not in repr(stored)
    assert asked.secret not in repr(stored)


def test_digits_let_one_screen_in_and_only_once(centre):
    asked = screens.begin_pairing(now=NOW)
    pair(centre, asked.code, "Flur", now=NOW)
    with pytest.raises(Invalid) as refused:
        pair(a_centre("balingen"), asked.code, "Fremd", now=NOW)
    assert (refused.value.field, refused.value.reason) == ("code", "pairing-unknown")
    assert rows(m.Screen.name) == ["Flur"]


@pytest.mark.parametrize("typed", ["", "12345", "x", "000000 1"])
def test_digits_that_no_screen_shows_let_nothing_in(centre, heard, typed):
    with pytest.raises(Invalid):
        pair(centre, typed, "Flur", now=NOW)
    assert (rows(m.Screen.id), heard) == ([], [])


def test_digits_are_good_for_ten_minutes(centre):
    asked = screens.begin_pairing(now=NOW)
    with pytest.raises(Invalid):
        pair(centre, asked.code, "Flur", now=NOW + 10 * MINUTE)
    pair(centre, asked.code, "Flur", now=NOW + 10 * MINUTE - SECOND)
    assert screens.claim_token(asked.secret, now=NOW + 10 * MINUTE) is None


def test_digits_that_a_screen_shows_are_not_given_to_another_until_they_have_expired(centre, monkeypatch):
    drawn = iter([7, 7, 8, 7])
    monkeypatch.setattr(screens.secrets, "randbelow", lambda _most: next(drawn))
    codes = [screens.begin_pairing(now=now).code for now in (NOW, NOW + MINUTE, NOW + 10 * MINUTE)]
    assert codes == ["000007", "000008", "000007"]
    assert sorted(rows(m.Pairing.code)) == ["000007", "000008"]


def test_a_screen_needs_a_name_and_a_long_one_is_cut(centre, heard):
    asked = screens.begin_pairing(now=NOW)
    with pytest.raises(Invalid) as refused:
        pair(centre, asked.code, "  ")
    assert (refused.value.field, refused.value.reason, heard) == ("name", "name-missing", [])
    pair(centre, asked.code, "x" * 99)
    assert rows(m.Screen.name) == ["x" * 60]


def test_a_screen_that_asks_in_vain_keeps_nobody_from_writing(centre, monkeypatch):
    asked = screens.begin_pairing(now=NOW)

    def locked(*_):
        raise AssertionError("took the write lock")

    with monkeypatch.context() as patched:
        patched.setattr(screens, "transaction", locked)
        assert screens.claim_token(asked.secret, now=NOW) is None
        assert screens.claim_token("unknown", now=NOW) is None
    pair(centre, asked.code)
    assert screens.claim_token(asked.secret, now=NOW) is not None


def test_of_two_that_ask_with_one_secret_at_once_one_gets_the_token(centre, monkeypatch):
    asked = screens.begin_pairing(now=NOW)
    screen = pair(centre, asked.code)
    token = screens.claim_token(asked.secret, now=NOW)
    monkeypatch.setattr(screens.store, "paired_screen", lambda *_: screen)  # as the other read it
    assert screens.claim_token(asked.secret, now=NOW) is None
    assert screens.screen_by_token(token, now=NOW).id == screen


def test_a_screen_goes_on_while_another_process_keeps_the_lock(inside, centre):
    screen, token = paired(centre)
    with impatient(inside), another_process_writes(inside, centre):
        assert screens.screen_by_token(token, now=NOW).id == screen
    assert rows(m.Screen.seen_at) == [None]


def test_who_paired_and_who_revoked_a_screen_is_a_row_in_the_access_log(centre, rezan):
    asked = screens.begin_pairing(now=NOW)
    screen = screens.pair(centre, asked.code, "Flur", by=rezan, now=NOW)
    screens.revoke(centre, screen, by=rezan, now=NOW + MINUTE)
    assert rows(m.Look.what, m.Look.staff_id, m.Look.surrogate, m.Look.at, centre_id=centre) == [
        ("screen-paired", rezan, f"screen-{screen}", NOW),
        ("screen-revoked", rezan, f"screen-{screen}", NOW + MINUTE),
    ]


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "x", "Flur"])
def test_an_unknown_token_opens_nothing(centre, token):
    paired(centre)
    with pytest.raises(NotFound):
        screens.screen_by_token(token, now=NOW)


def test_a_revoked_token_opens_nothing_and_its_screen_is_told(centre, heard):
    screen, token = paired(centre)
    kept, _ = paired(centre, "Eingang")
    said = len(heard)
    revoke(centre, screen)
    with pytest.raises(NotFound):
        screens.screen_by_token(token, now=NOW)
    assert [row.id for row in screens.screens(centre)] == [kept]
    assert heard[said:] == [({centre: {"doors", "desk"}}, 0)]


def test_revoking_what_is_not_there_is_refused(centre, heard):
    screen, token = paired(centre)
    said = len(heard)
    with pytest.raises(NotFound):
        revoke(a_centre("balingen"), screen)
    assert screens.screen_by_token(token, now=NOW).id == screen
    revoke(centre, screen)
    for gone in (screen, 999):
        with pytest.raises(NotFound):
            revoke(centre, gone)
    assert len(heard) == said + 1


def test_a_screens_last_contact_is_noted_every_quarter_of_a_minute(centre):
    _, token = paired(centre)
    seen = []
    for seconds in (0, 15, 16, 31, 32):
        screens.screen_by_token(token, now=NOW + seconds * SECOND)
        seen.append((rows(m.Screen.seen_at)[0] - NOW) // SECOND)
    assert seen == [0, 0, 16, 16, 32]


# ── the snapshot ──────────────────────────────────────────────────────────────────────────────────────────────────


def tag_of(ticket):
    return rows(m.Ticket.tag, id=ticket)[0]


def test_the_snapshot_of_a_morning(centre, anna):
    add(m.Installation(id=1, epoch="e1", practice=False))
    first, second = a_ticket(centre), a_ticket(centre)
    calls.call_next(centre, anna, by=DESK, now=TEN)
    calls.recall(centre, first.id, anna, by=DESK, now=TEN + 5 * SECOND)
    shown = screens.snapshot(centre, now=TEN + 8 * SECOND)
    assert json.loads(json.dumps(shown.as_json())) == {
        "epoch": "e1", "version": 4, "at": "2027-03-02T09:00:08+00:00", "clock": "10:00", "open": True,
        "closed_today": False, "full_today": False, "waiting": 1,
        "calls": [{"number": f"{first.number:03d}", "room": "R1", "calls": 2,
                   "called": "2027-03-02T09:00:05+00:00", "age": 3, "voice": None}],
        "expected": None, "alone": False, "forecast_at": None, "line": {tag_of(second.id): [0, None, None]},
    }  # fmt: skip
    assert second.number != first.number


def test_the_last_four_calls_are_shown_newest_first_without_the_missing_and_without_yesterday(centre, anna):
    a_ticket(centre, now=NOW - DAY)
    calls.finish(centre, calls.call_next(centre, anna, by=DESK, now=NOW - DAY).id, anna, by=DESK, now=NOW - DAY)
    for n in range(1, 7):
        a_ticket(centre, now=NOW + n * SECOND)
    numbers = rows(m.Ticket.number)
    for n in range(1, 7):
        ticket = calls.call_next(centre, anna, by=DESK, now=NOW + n * MINUTE)
        assert ticket.number == numbers[n]
        (calls.missing if n == 5 else calls.finish)(centre, ticket.id, anna, by=DESK, now=NOW + n * MINUTE)
    shown = [call.number for call in screens.snapshot(centre, now=TEN).calls]
    assert shown == [f"{numbers[n]:03d}" for n in (6, 4, 3, 2)]
    assert [call.number for call in screens.snapshot(centre, now=TEN + DAY).calls] == []


def test_the_version_goes_up_with_everything_a_screen_shows_and_with_nothing_else(centre, anna):
    versions = []

    def note():
        versions.append(screens.snapshot(centre, now=NOW).version)

    note()
    card = a_booking(centre, TEN).card
    note()
    ticket = tickets.check_in(centre, card.id, by=DESK, now=NOW).ticket
    note()
    calls.call_next(centre, anna, by=DESK, now=NOW)
    note()
    for step in (calls.recall, calls.start, calls.finish):
        step(centre, ticket.id, anna, by=DESK, now=NOW)
        note()
    assert versions == [0, 0, 1, 2, 3, 4, 5]


def test_the_snapshot_holds_numbers_and_rooms_and_never_a_person(centre, anna):
    card = a_booking(centre, TEN, name="Canary Wren", phone=MOBILE, language="de").card
    tickets.check_in(centre, card.id, by=DESK, now=NOW)
    a_programme(centre, "jugend"), a_ticket(centre, "jugend", "kmr")
    calls.call_next(centre, anna, by=DESK, now=TEN)
    public = json.dumps(screens.snapshot(centre, now=TEN).as_json())
    private = ("Canary", "23456789", "Anna", card.code, "jugend", "kmr", "residence", "caritas", "appointment", "walk")
    assert [word for word in private if word in public] == []


def test_a_centre_without_a_board_or_an_installation_has_version_nought():
    centre = a_centre()
    assert screens.snapshot(centre, now=NOW)[:2] == ("", 0)
    with pytest.raises(NotFound):
        screens.snapshot(999, now=NOW)


# ── open or not ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "open_"),
    [
        ("2027-03-02 08:59", False), ("2027-03-02 09:00", True), ("2027-03-02 11:59", True),
        ("2027-03-02 12:00", False), ("2027-03-03 10:00", False), ("2027-03-06 10:00", False),
        ("2027-03-26 10:00", False), ("2027-05-27 10:00", False), ("2027-03-30 09:00", True),
        ("2027-03-04 10:29", True), ("2027-03-04 10:30", False), ("2027-03-04 10:59", False),
        ("2027-03-04 11:00", True), ("2027-03-05 10:45", True), ("2027-03-08 10:00", True), ("2027-03-08 12:00", False),
    ],
    ids=["before", "from", "until", "after", "closed", "Saturday", "Good Friday", "Corpus Christi", "summer time",
         "before the closed part", "closed for a part", "until its end", "after it", "desk for a part", "desk only",
         "desk after hours"],
)  # fmt: skip
def test_a_centre_is_open_in_its_hours_unless_something_shuts_it(centre, now, open_):
    a_closure(centre, TODAY + DAY)
    a_closure(centre, TODAY, carrier=rows(m.Carrier.id)[0])
    part = {"starts": time(10, 30), "ends": time(11)}
    a_closure(centre, date(2027, 3, 4), **part), a_closure(centre, date(2027, 3, 5), kind="desk_only", **part)
    a_closure(centre, date(2027, 3, 8), kind="desk_only")
    assert screens.is_open(centre, now=at(now)) is open_
    assert screens.snapshot(centre, now=at(now)).open is open_


def test_closed_today_is_said_only_of_whole_days(centre):
    a_closure(centre, TODAY, starts=time(9), ends=time(12)), a_closure(centre, TODAY + DAY)
    assert not screens.snapshot(centre, now=TEN).closed_today
    assert screens.snapshot(centre, now=TEN + DAY).closed_today


def test_the_clock_shows_the_centres_time():
    lisbon = a_bare_centre("lisbon", zone="Europe/Lisbon")
    open_hours(lisbon, [(1, time(7, 30), time(8))])
    assert (screens.snapshot(lisbon, now=NOW).clock, screens.is_open(lisbon, now=NOW)) == ("07:30", True)


# ── aloud ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_spoken_in_german_and_in_the_language_its_holder_chose(centre, anna, monkeypatch):
    spoken = []
    monkeypatch.setattr(screens.voice, "languages", lambda: frozenset({"de", "ar"}))
    monkeypatch.setattr(screens.voice, "spoken", lambda *said: spoken.append(said) or b"RIFF")
    ticket, other = a_ticket(centre), a_ticket(centre)
    change(m.Ticket, ticket.id, voice="ar")
    calls.call_next(centre, anna, by=DESK, now=TEN)

    def say(number, language):
        return screens.spoken(centre, number, language, lambda digits, room: f"{digits}/{room}", now=TEN)

    assert screens.voices() == {"de", "ar"}
    assert [say(ticket.number, language) for language in ("de", "ar")] == [b"RIFF"] * 2
    assert spoken == [(language, f"{' '.join(f'{ticket.number:03d}')}/R1") for language in ("de", "ar")]
    for number, language in ((ticket.number, "en"), (other.number, "de")):
        with pytest.raises(NotFound):
            say(number, language)
    monkeypatch.setattr(screens.voice, "spoken", lambda *said: b"")
    with pytest.raises(NotFound):
        say(ticket.number, "de")
