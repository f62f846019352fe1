"""Closures: planned, as an emergency, today with one press; and which appointments a roster leaves without a place."""

from datetime import date, time, timedelta

import pytest

from booking.domain.actors import By
from booking.domain.errors import Invalid, LeavesCentreEmpty, NotAllowed, NotFound, StillBooked
from booking.domain.presence import Gap
from booking.domain.roster import Closure
from booking.domain.times import Span
from booking.services import appointments, centres, closures, screens
from booking.services.steps import watching
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.people import (
    MOBILE,
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_member,
    a_room,
    add,
    an_absence,
    an_appointment,
    at,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
MORNING = Span(at("2027-03-03 09:00"), at("2027-03-03 12:00"))
TODAYS_TEN = at("2027-03-02 10:00")
CLOSURE = (m.Closure.carrier_id, m.Closure.kind, m.Closure.first_day, m.Closure.last_day, m.Closure.starts,
           m.Closure.ends, m.Closure.reason, m.Closure.fact)  # fmt: skip
SHUT_TOMORROW = Closure(TOMORROW, TOMORROW, None)


@pytest.fixture
def lena(centre):
    return By("desk", a_member(centre, "lead", "Lena"))


def close(centre, closure, reason="", **more):
    return closures.close(centre, closure, reason, **{"carrier_id": None, "now": NOW, **more})


def close_today(centre, **more):
    return closures.close_today(centre, now=NOW, **more)


def end(centre, closure, **more):
    return closures.end_closure(centre, closure, now=NOW, **more)


def change_all(model, where, **values):
    with transaction(0) as session:
        session.execute(model.__table__.update().where(where).values(**values))


def looks():
    return [what for what in rows(m.Look.what) if what.startswith(("closure", "gap"))]


# ── planned ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_planned_closure_takes_the_day_out_of_what_is_offered(centre, anna, lena, heard):
    assert close(centre, SHUT_TOMORROW, " Betriebsausflug ", by=lena) == closures.Saved()
    assert rows(*CLOSURE) == [(None, "shut", TOMORROW, TOMORROW, None, None, "Betriebsausflug", False)]
    assert [announced for announced, _ in heard] == [{centre: {"board", "desk"}}]
    assert looks() == ["closure-saved"]


def test_a_closure_of_a_booked_day_names_the_appointments_until_they_are_all_known(centre, anna, lena):
    booked = [a_booking(centre, start).card for start in (NINE, at("2027-03-03 10:00"))]
    a_booking(centre, NINE + DAY)
    expected = [(card.id, card.code, card.starts_at) for card in booked]
    for knowing in ([], [booked[0].id]):
        with pytest.raises(StillBooked) as refusal:
            close(centre, SHUT_TOMORROW, knowing=knowing, by=lena)
        assert [tuple(one) for one in refusal.value.booked] == expected
        assert rows(*CLOSURE) == []
    saved = close(centre, SHUT_TOMORROW, knowing=[card.id for card in booked], by=lena)
    assert [tuple(one) for one in saved.outside] == expected


def test_an_emergency_is_saved_at_once(centre, anna, lena):
    booked = a_booking(centre, NINE).card
    saved = close(centre, SHUT_TOMORROW, "Wasserrohrbruch", fact=True, by=lena)
    assert [one.id for one in saved.outside] == [booked.id]
    assert rows(m.Closure.fact, m.Closure.reason) == [(True, "Wasserrohrbruch")]


def test_a_part_of_a_day_leaves_the_rest(centre, anna, lena):
    a_booking(centre, NINE)
    late = a_booking(centre, at("2027-03-03 11:00")).card
    with pytest.raises(StillBooked) as refusal:
        close(centre, Closure(TOMORROW, TOMORROW, None, "shut", time(11), time(12)), by=lena)
    assert [one.id for one in refusal.value.booked] == [late.id]


def test_only_the_desk_is_there(centre, anna, lena):
    saved = close(centre, Closure(TOMORROW, TOMORROW, None, "desk_only"), by=lena)
    assert saved == closures.Saved()  # nobody need be present where nobody counsels
    with reading() as session:
        assert watching.seen(session, centre, [TOMORROW]).watch.opening.open_steps == 0


def test_one_carrier_s_closure_may_empty_the_house(centre, anna, lena):
    caritas = Closure(TOMORROW, TOMORROW, id_of(m.Carrier, centre, "caritas"))
    with pytest.raises(LeavesCentreEmpty) as refusal:
        close(centre, caritas, by=lena)
    assert refusal.value.at == (MORNING,)
    saved = close(centre, caritas, override="desk-is-there", by=lena)
    assert saved.opened == (Gap("present", MORNING),)
    assert looks() == ["closure-saved", "gap-let"]


def test_a_carrier_s_closure_with_others_there_is_none_of_the_centre(centre, anna, lena):
    a_carrier(centre, "awo")
    a_counsellor(centre, "Cem", carrier="awo")
    assert close(centre, Closure(TOMORROW, TOMORROW, id_of(m.Carrier, centre, "awo")), by=lena) == closures.Saved()


def test_a_holiday_that_is_opened_needs_somebody_there(centre, anna, lena):
    good_friday = date(2027, 3, 26)
    assert close(centre, Closure(good_friday, good_friday, None, "open"), by=lena) == closures.Saved()
    change(m.Staff, anna, last_day=TODAY)
    whit_monday = date(2027, 5, 17)
    with pytest.raises(LeavesCentreEmpty):
        close(centre, Closure(whit_monday, whit_monday, None, "open"), by=lena)


def test_a_holiday_that_is_open_no_more_names_whom_it_leaves_behind(centre, anna, lena):
    good_friday = date(2027, 3, 26)
    close(centre, Closure(good_friday, good_friday, None, "open"), by=lena)
    booked = an_appointment(centre, anna, at("2027-03-26 09:00"))
    [opened] = rows(m.Closure.id)
    with pytest.raises(StillBooked) as refusal:
        end(centre, opened, carrier_id=None, by=lena)
    assert ([one.id for one in refusal.value.booked], rows(m.Closure.id)) == ([booked], [opened])
    saved = end(centre, opened, carrier_id=None, knowing=[booked], by=lena)
    assert ([one.id for one in saved.outside], rows(m.Closure.id)) == ([booked], [])


@pytest.mark.parametrize("fact", [False, True])
def test_days_that_are_over_stay_open(centre, anna, lena, fact):
    with pytest.raises(Invalid) as refusal:
        close(centre, Closure(TODAY - DAY, TODAY, None), fact=fact, by=lena)
    assert (refusal.value.field, refusal.value.reason) == ("first_day", "past-stays")


def test_what_cannot_be_is_refused(centre, anna, lena):
    other = a_centre("balingen")
    with pytest.raises(Invalid):
        close(centre, Closure(TOMORROW, TODAY, None), by=lena)
    with pytest.raises(Invalid):
        close(centre, SHUT_TOMORROW, "x" * 81, by=lena)
    with pytest.raises(NotFound):
        close(centre, Closure(TOMORROW, TOMORROW, id_of(m.Carrier, other, "caritas")), by=lena)
    assert rows(*CLOSURE) == []


# ── today, and open again ─────────────────────────────────────────────────────────────────────────────────────────


def test_closed_today_with_one_press(centre, anna, lena, heard):
    booked = a_booking(centre, TODAYS_TEN).card
    heard.clear()
    assert screens.is_open(centre, now=TODAYS_TEN)
    saved = closures.close_today(centre, carrier_id=None, by=lena, now=NOW)
    assert ([one.id for one in saved.outside], saved.opened) == ([booked.id], ())
    assert not screens.is_open(centre, now=TODAYS_TEN)
    assert [announced for announced, _ in heard] == [{centre: {"board", "desk"}}]
    assert closures.close_today(centre, carrier_id=None, by=lena, now=NOW) == closures.Saved()
    assert rows(*CLOSURE) == [(None, "shut", TODAY, TODAY, None, None, "", True)]


TEN, ELEVEN = TODAYS_TEN, at("2027-03-02 11:00")
IN_TIME, LATE = NOW + timedelta(minutes=2), NOW + timedelta(minutes=4)


def messages(kind):
    found = m.Message.appointment_id, m.Message.state, m.Message.due_at, m.Message.not_after
    return rows(*found, kind=kind)


def sent(appointment):
    """As the worker would have."""
    change_all(m.Message, (m.Message.appointment_id == appointment) & (m.Message.kind == "closed"), state="accepted")


def open_again(centre, lena):
    closures.end_closure(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena, now=LATE)


@pytest.fixture
def booked(centre, anna):
    """Today at ten with a phone, today at eleven without, tomorrow with one."""
    return [
        a_booking(centre, TEN, phone=MOBILE, reminders=True).card, a_booking(centre, ELEVEN).card,
        a_booking(centre, NINE, phone=MOBILE, reminders=True).card,
    ]  # fmt: skip


def test_closed_today_tells_everybody_booked_after_three_minutes_and_lists_whom_to_call(centre, booked, lena):
    close_today(centre, carrier_id=None, by=lena)
    assert messages("closed") == [(booked[0].id, "due", NOW + timedelta(minutes=3), TEN)]
    telling = closures.telling(centre, now=NOW)
    assert (telling.reached, telling.until) == (1, NOW + timedelta(minutes=3))
    assert [(one.appointment.id, one.called) for one in telling.to_call] == [(booked[1].id, False)]
    assert rows(m.Appointment.state) == ["booked"] * 3  # cover may propose new times
    sent(booked[0].id)
    assert closures.telling(centre, now=LATE)[1:3] == (1, None)
    change_all(m.Message, m.Message.kind == "closed", state="failed")
    assert [one.appointment.id for one in closures.telling(centre, now=LATE).to_call] == [booked[0].id, booked[1].id]


def test_opening_again_within_three_minutes_tells_nobody_and_closing_once_more_all(centre, booked, lena):
    close_today(centre, carrier_id=None, by=lena)
    end(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena)
    assert (messages("closed"), messages("restored"), closures.telling(centre, now=IN_TIME)) == ([], [], None)
    closures.close_today(centre, carrier_id=None, by=lena, now=IN_TIME)
    assert [row[:2] for row in messages("closed")] == [(booked[0].id, "due")]


def test_who_was_told_is_told_that_it_takes_place_after_all_and_each_time_anew(centre, booked, lena):
    for _ in range(3):
        close_today(centre, carrier_id=None, by=lena)
        closures.phoned(centre, booked[1].id, by=lena, now=NOW)
        telling = closures.telling(centre, now=NOW)
        assert (telling.reached, telling.until) == (1, NOW + timedelta(minutes=3))
        assert [one.called for one in telling.to_call] == [True]
        sent(booked[0].id)
        open_again(centre, lena)
        change_all(m.Message, m.Message.kind == "restored", state="accepted")
    assert messages("closed") == [(booked[0].id, "accepted", NOW + timedelta(minutes=3), TEN)] * 3
    assert messages("restored") == [(booked[0].id, "accepted", LATE, TEN)] * 3


def test_who_has_not_heard_yet_that_it_is_open_again_is_not_told_twice_that_it_is_closed(centre, booked, lena):
    close_today(centre, carrier_id=None, by=lena)
    sent(booked[0].id)
    open_again(centre, lena)
    close_today(centre, carrier_id=None, by=lena)
    assert ([row[1] for row in messages("closed")], messages("restored")) == (["accepted"], [])
    assert closures.telling(centre, now=LATE).reached == 1


def test_the_end_of_one_of_two_emergencies_leaves_what_the_other_covers_told(centre, booked, lena):
    """At ten, when somebody is booked, there is water as well as fire."""
    for walls in ((time(9), time(10, 30)), (time(10), time(12))):
        close(centre, Closure(TODAY, TODAY, None, "shut", *walls), fact=True, by=lena)
    sent(booked[0].id)
    end(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena)
    assert ([row[1] for row in messages("closed")], messages("restored")) == (["accepted"], [])
    end(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena)
    assert [row[:2] for row in messages("restored")] == [(booked[0].id, "due")]


def test_what_is_not_told_yet_stays_so_while_another_emergency_covers_it(centre, booked, lena):
    for closure in (Closure(TODAY, TODAY, None, "shut", time(9), time(11)), Closure(TODAY, TODAY, None)):
        close(centre, closure, fact=True, by=lena)
    for left in ([(booked[0].id, "due")], []):
        end(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena)
        assert [row[:2] for row in messages("closed")] == left


def test_what_cover_has_settled_instead_is_not_told_when_it_is_undone_on_an_open_day(centre, booked, lena):
    close_today(centre, carrier_id=None, by=lena)
    change(m.Appointment, booked[0].id, state="cancelled", sequence=1)
    change_all(m.Message, m.Message.kind == "closed", state="dropped")
    assert [one.appointment.id for one in closures.telling(centre, now=NOW).to_call] == [booked[1].id]
    end(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena)
    assert messages("closed") == []


def test_who_is_called_is_ticked_and_unticked(centre, booked, lena):
    with pytest.raises(NotFound):
        closures.phoned(centre, booked[1].id, by=lena, now=NOW)
    close_today(centre, carrier_id=None, by=lena)
    for called in (True, False):
        closures.phoned(centre, booked[1].id, by=lena, now=NOW)
        assert [one.called for one in closures.telling(centre, now=NOW).to_call] == [called]
    with pytest.raises(NotFound):
        closures.phoned(centre, booked[0].id, by=lena, now=NOW)


def test_an_emergency_of_several_days_tells_those_of_today_and_plans_tell_nobody(centre, booked, lena):
    part = Closure(TODAY, TODAY, None, "shut", time(11), time(12))
    close(centre, part, knowing=[booked[1].id], by=lena)
    close(centre, Closure(TOMORROW, TOMORROW, None), fact=True, by=lena)
    assert (messages("closed"), closures.telling(centre, now=NOW)) == ([], None)
    close(centre, part, fact=True, by=lena)
    assert messages("closed") == []
    assert [one.appointment.id for one in closures.telling(centre, now=NOW).to_call] == [booked[1].id]
    close(centre, Closure(TODAY, TOMORROW, None), fact=True, by=lena)
    assert [row[0] for row in messages("closed")] == [booked[0].id]


def test_that_an_emergency_is_over_is_a_fact_too(centre, anna, lena):
    close_today(centre, carrier_id=None, by=lena)
    an_absence(centre, anna, TEN, at("2027-03-02 12:00"))
    closures.end_closure(centre, rows(m.Closure.id)[0], carrier_id=None, by=lena, now=NOW)
    assert rows(m.Closure.id) == []


def test_an_ordinary_day_cannot_be_opened_as_a_holiday(centre, anna, lena):
    friday, monday = date(2027, 3, 26), date(2027, 3, 29)
    for first, last, field in ((TOMORROW, TOMORROW, "first_day"), (friday, monday + DAY, "last_day")):
        with pytest.raises(Invalid) as refusal:
            close(centre, Closure(first, last, None, "open"), by=lena)
        assert (refusal.value.field, refusal.value.reason) == (field, "no-holiday")
    close(centre, Closure(friday, monday, None, "open"), by=lena)


def test_closed_today_stands_beside_what_closes_less(centre, anna, lena):
    close(centre, Closure(TODAY, TODAY, None, "shut", time(11), time(12)), by=lena)
    close(centre, Closure(TODAY, TODAY, id_of(m.Carrier, centre, "caritas")), fact=True, by=lena)
    close(centre, Closure(TODAY, TODAY, None, "desk_only"), by=lena)
    closures.close_today(centre, carrier_id=None, by=lena, now=NOW)
    assert len(rows(*CLOSURE)) == 4


def test_a_closure_is_taken_back_or_ended(centre, anna, lena):
    coming, running = a_closure(centre, TOMORROW), a_closure(centre, TODAY - DAY, TODAY + 2 * DAY)
    over = a_closure(centre, TODAY - 2 * DAY)
    for closure in (coming, running, over):
        closures.end_closure(centre, closure, carrier_id=None, by=lena, now=NOW)
    assert rows(m.Closure.id, m.Closure.last_day) == [(running, TODAY - DAY), (over, TODAY - 2 * DAY)]
    assert looks() == ["closure-ended"] * 3


def test_opening_again_where_nobody_is_there_is_a_plan(centre, anna, lena):
    closure = a_closure(centre, TOMORROW)
    an_absence(centre, anna, *MORNING)
    with pytest.raises(LeavesCentreEmpty) as refusal:
        closures.end_closure(centre, closure, carrier_id=None, by=lena, now=NOW)
    assert refusal.value.at == (MORNING,)
    assert rows(m.Closure.id) == [closure]


def test_a_closure_of_elsewhere_is_not_found(centre, lena):
    closure = a_closure(centre, TOMORROW)
    with pytest.raises(NotFound):
        closures.end_closure(a_centre("balingen"), closure, carrier_id=None, by=lena, now=NOW)


# ── the lead of one carrier ───────────────────────────────────────────────────────────────────────────────────────


def test_the_lead_of_one_carrier_closes_and_opens_its_part_alone(centre, anna, lena):
    awo, caritas = a_carrier(centre, "awo"), id_of(m.Carrier, centre, "caritas")
    a_counsellor(centre, "Cem", carrier="awo")
    whole, others = a_closure(centre, TOMORROW), a_closure(centre, TOMORROW, carrier=caritas)
    for refusal, verb, *what in (
        (NotAllowed, close, SHUT_TOMORROW), (NotFound, close, Closure(TOMORROW, TOMORROW, caritas)),
        (NotAllowed, close_today,), (NotAllowed, end, whole), (NotFound, end, others),
    ):  # fmt: skip
        with pytest.raises(refusal):
            verb(centre, *what, carrier_id=awo, by=lena)
    assert rows(m.Closure.id, m.Closure.last_day) == [(whole, TOMORROW), (others, TOMORROW)]
    close(centre, Closure(TOMORROW, TOMORROW, awo), carrier_id=awo, by=lena)
    hers = rows(m.Closure.id)[-1]
    end(centre, hers, carrier_id=awo, by=lena)
    assert hers not in rows(m.Closure.id)


def test_the_lead_of_the_only_carrier_closes_the_centre(centre, anna, lena):
    caritas = id_of(m.Carrier, centre, "caritas")
    close(centre, SHUT_TOMORROW, carrier_id=caritas, by=lena)
    close_today(centre, carrier_id=caritas, by=lena)
    end(centre, rows(m.Closure.id)[0], carrier_id=caritas, by=lena)
    assert rows(m.Closure.first_day) == [TODAY]


def test_opening_again_after_years_is_looked_at_for_twelve_weeks(centre, anna, lena):
    closure = a_closure(centre, TOMORROW, TOMORROW + 3 * 365 * DAY)
    change(m.Staff, anna, last_day=TODAY)
    with pytest.raises(LeavesCentreEmpty) as refusal:
        end(centre, closure, carrier_id=None, by=lena)
    assert at("2027-05-20 00:00") < refusal.value.at[-1].ends < at("2027-05-27 00:00")


# ── left outside ──────────────────────────────────────────────────────────────────────────────────────────────────


def a_site(centre, slug="annex", **values):
    return add(m.Site(**{"centre_id": centre, "slug": slug, "name": {}, "address": "", "outreach": False, **values}))


def outside(centre, now=NOW):
    with reading() as session:
        return [(one.appointment.id, one.why) for one in watching.left_outside(session, centre, now)]


def test_what_fits_is_not_listed(centre, anna):
    assert outside(centre) == []
    a_booking(centre, NINE)
    assert outside(centre) == []


@pytest.mark.parametrize(
    ("why", "happens"),
    [
        ("staff", lambda centre, anna: change(m.Staff, anna, last_day=TODAY)),
        (
            "site",
            lambda centre, anna: change(m.Room, id_of(m.Room, centre, "r1"), site_id=a_site(centre, last_day=TODAY)),
        ),
        ("room", lambda centre, anna: change(m.Room, id_of(m.Room, centre, "r1"), last_day=TODAY)),
        ("programme", lambda centre, anna: change(m.Programme, id_of(m.Programme, centre, "mbe"), last_day=TODAY)),
        ("closure", lambda centre, anna: a_closure(centre, TOMORROW)),
        ("hours", lambda centre, anna: change(m.Hours, rows(m.Hours.id, weekday=2)[0], starts=time(11))),
        ("shift", lambda centre, anna: change(m.Shift, rows(m.Shift.id, weekday=2)[0], starts=time(11))),
        ("absence", lambda centre, anna: an_absence(centre, anna, *MORNING)),
        ("shift", lambda centre, anna: add(m.DayShift(centre_id=centre, staff_id=anna, day=TOMORROW, kind="off"))),
        ("shift", lambda centre, anna: change(m.Staff, anna, role="lead")),
    ],
)
def test_an_appointment_without_a_place_is_listed_with_the_reason(centre, anna, why, happens):
    card = a_booking(centre, NINE).card
    happens(centre, anna)
    assert outside(centre) == [(card.id, why)]


def test_who_has_arrived_or_should_have_is_listed_no_more(centre, anna):
    an_appointment(centre, anna, NINE, state="arrived")
    begun = an_appointment(centre, anna, at("2027-03-03 10:00"))
    an_absence(centre, anna, *MORNING)
    assert outside(centre, now=at("2027-03-03 10:00")) == [(begun, "absence")]
    assert outside(centre, now=at("2027-03-03 10:01")) == []


def test_a_holiday_that_is_open_no_more_is_a_closure(centre, anna):
    appointment = an_appointment(centre, anna, at("2027-03-26 09:00"))
    assert outside(centre) == [(appointment, "closure")]


def test_a_site_ends_with_its_rooms_and_its_people_are_nowhere_reachable(centre, anna):
    """Only rooms for talks that are there, in the house, count as free."""
    change(m.Room, id_of(m.Room, centre, "r1"), site_id=a_site(centre, last_day=TODAY))
    a_room(centre, "camp", site_id=a_site(centre, "camp", outreach=True)), a_room(centre, "wait", kind="waiting")
    with reading() as session:
        rooms = watching.seen(session, centre, [TODAY, TOMORROW]).watch.rooms
    assert {id_: [free.bit_count() for free in places] for id_, places in rooms.items()} == {
        id_of(m.Room, centre, "r1"): [288]
    }


def test_nobody_is_invited_without_an_appointment_when_nobody_can_be_there(centre, anna, lena):
    """Each line of the walk-in hours counts as it comes round next: Tuesday's is today, and then in a week."""
    change_all(m.Hours, m.Hours.id > 0, walk_in=True)

    def invited(now=NOW):
        return [weekday for weekday, _starts, _ends in centres.walk_in_hours(centre, now=now)]

    assert invited() == [0, 1, 2, 3, 4]
    close(centre, Closure(TODAY, TODAY, None), fact=True, by=lena)
    close(centre, Closure(TOMORROW, TOMORROW, None, "shut", time(9), time(11)), by=lena)
    assert invited() == [0, 2, 3, 4]
    assert invited(at("2027-03-02 12:00")) == [0, 1, 2, 3, 4]
    close(centre, Closure(TOMORROW, TOMORROW, None, "desk_only"), by=lena)
    assert invited() == [0, 3, 4]
    change(m.Room, id_of(m.Room, centre, "r1"), site_id=a_site(centre, last_day=date(2027, 3, 5)))
    assert invited() == [3, 4]
    change_all(m.Site, m.Site.id > 0, last_day=TODAY - DAY)
    assert invited() == []


def test_a_group_room_counts_with_each_of_its_places(centre, anna):
    change(m.Room, id_of(m.Room, centre, "r1"), kind="group", talks=2)
    a_counsellor(centre, "Beate")
    a_booking(centre, NINE)
    with reading() as session:
        [places] = watching.seen(session, centre, [TOMORROW]).watch.rooms.values()
    assert [288 - free.bit_count() for free in places] == [0, 7]
    a_booking(centre, NINE)
    with reading() as session:
        [places] = watching.seen(session, centre, [TOMORROW]).watch.rooms.values()
    assert [288 - free.bit_count() for free in places] == [7, 7]


def test_the_appointment_of_somebody_who_is_away_keeps_no_room(centre, anna):
    appointments.card(centre, a_booking(centre, NINE).card.id)
    with reading() as session:
        [[kept]] = watching.seen(session, centre, [TOMORROW]).watch.rooms.values()
    an_absence(centre, anna, *MORNING)
    with reading() as session:
        [[free]] = watching.seen(session, centre, [TOMORROW]).watch.rooms.values()
    assert (288 - kept.bit_count(), 288 - free.bit_count()) == (7, 0)


def test_who_does_not_count_for_presence_is_no_head(centre, anna):
    a_counsellor(centre, "Cem", duty=False)
    with reading() as session:
        seen = watching.seen(session, centre, [TOMORROW])
    assert len(seen.watch.heads) == 1
    assert len(seen.house.people) == 2
