"""Absences, patterns and single days: what is saved, what is refused, and what a change leaves behind."""

from datetime import date, time, timedelta

import pytest

from booking.domain.actors import By
from booking.domain.errors import Invalid, LeavesCentreEmpty, NotFound, ShiftsOverlap
from booking.domain.presence import Gap
from booking.domain.rostering import Part, Pattern, Spell
from booking.domain.times import Span
from booking.services import desk, roster
from booking.store import models as m
from tests.people import (
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
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
TOMORROW, MONDAY = TODAY + DAY, date(2027, 3, 8)
WHOLE_TODAY, WHOLE_TOMORROW = Spell(TODAY, TODAY), Spell(TOMORROW, TOMORROW)
MORNING = Span(at("2027-03-03 09:00"), at("2027-03-03 12:00"))
ABSENCE = m.Absence.staff_id, m.Absence.kind, m.Absence.starts_at, m.Absence.ends_at


@pytest.fixture
def lena(centre):
    return By("desk", a_member(centre, "lead", "Lena"))


@pytest.fixture
def cem(centre, anna):
    """A second counsellor, so that one may go."""
    return a_counsellor(centre, "Cem")


def refused(error, verb, *args, **more):
    """The refusal; nothing of the roster has changed."""
    tables = m.Absence, m.Shift, m.DayShift, m.Closure, m.GapOverride, m.Look
    before = [rows(*table.__table__.c) for table in tables]
    with pytest.raises(error) as found:
        verb(*args, **{"carrier_id": None, "now": NOW, **more})
    assert [rows(*table.__table__.c) for table in tables] == before
    return found.value


def looks():
    return rows(m.Look.what, m.Look.staff_id, m.Look.surrogate)


# ── a fact ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sick_call_is_saved_and_raises_the_gap_it_opens(centre, anna, lena):
    saved = roster.report_absence(centre, [anna], "sick", WHOLE_TOMORROW, carrier_id=None, by=lena, now=NOW)
    assert saved == roster.Saved((Gap("present", MORNING),), ())
    assert rows(*ABSENCE) == [(anna, "sick", at("2027-03-03 00:00"), at("2027-03-04 00:00"))]
    assert looks() == [("absence-reported", lena.staff_id, f"staff-{anna}")]


def test_a_sick_call_opens_nothing_while_a_colleague_is_there(centre, anna, cem, lena):
    assert roster.report_absence(centre, [anna], "sick", WHOLE_TOMORROW, carrier_id=None, by=lena, now=NOW).opened == ()
    assert roster.report_absence(centre, [cem], "sick", WHOLE_TOMORROW, carrier_id=None, by=lena, now=NOW).opened == (
        Gap("present", MORNING),
    )


def test_several_are_reported_at_once(centre, anna, cem, lena):
    saved = roster.report_absence(centre, [cem, anna, cem], "sick", WHOLE_TODAY, carrier_id=None, by=lena, now=NOW)
    assert len(saved.opened) == 1
    assert [row[0] for row in rows(*ABSENCE)] == [anna, cem]


def test_the_appointments_left_behind_are_named_and_those_of_before_are_not(centre, anna, lena):
    first = a_booking(centre, NINE).card
    later = a_booking(centre, NINE + DAY).card
    saved = roster.report_absence(centre, [anna], "sick", WHOLE_TOMORROW, carrier_id=None, by=lena, now=NOW)
    assert [(one.id, one.code, one.starts_at) for one in saved.outside] == [(first.id, first.code, NINE)]
    saved = roster.report_absence(
        centre, [anna], "sick", Spell(TOMORROW, TOMORROW + DAY), carrier_id=None, by=lena, now=NOW
    )
    assert [one.id for one in saved.outside] == [later.id]


def test_what_is_over_today_is_no_alarm_any_more(centre, anna, lena):
    noon = at("2027-03-02 12:00")
    assert roster.report_absence(centre, [anna], "sick", WHOLE_TODAY, carrier_id=None, by=lena, now=noon).opened == ()
    yesterday = Spell(TODAY - DAY, TODAY - DAY)
    assert roster.report_absence(centre, [anna], "sick", yesterday, carrier_id=None, by=lena, now=NOW).opened == ()


def test_a_second_report_makes_one_absence_of_both(centre, anna, lena):
    for spell in (WHOLE_TODAY, Spell(TODAY, TOMORROW, time(10)), WHOLE_TODAY):
        roster.report_absence(centre, [anna], "sick", spell, carrier_id=None, by=lena, now=NOW)
    assert rows(*ABSENCE) == [(anna, "sick", at("2027-03-02 00:00"), at("2027-03-04 00:00"))]


def test_the_desk_hears_of_it(centre, anna, lena, heard):
    roster.report_absence(centre, [anna], "sick", WHOLE_TODAY, carrier_id=None, by=lena, now=NOW)
    assert [announced for announced, _ in heard] == [{centre: {"desk"}}]
    assert desk.view(centre, now=at("2027-03-02 10:00")).colleagues[0].state == "away"


# ── a plan ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["leave", "training"])
def test_leave_that_empties_the_centre_is_refused_with_the_gap(centre, anna, lena, kind):
    refusal = refused(LeavesCentreEmpty, roster.report_absence, centre, [anna], kind, WHOLE_TOMORROW, by=lena)
    assert (refusal.at, refusal.unreachable) == ((MORNING,), ())


def test_leave_for_years_is_looked_at_for_twelve_weeks(centre, anna, lena):
    """The centre waits for the answer: nobody books while the strips are compared."""
    years = Spell(TOMORROW, TOMORROW + 3 * 365 * DAY)
    refusal = refused(LeavesCentreEmpty, roster.report_absence, centre, [anna], "leave", years, by=lena)
    assert refusal.at[-1].ends < at("2027-05-27 00:00")
    assert len(refusal.at) == 56  # but for four public holidays


def test_leave_of_both_at_once_is_refused_and_of_one_is_not(centre, anna, cem, lena):
    refused(LeavesCentreEmpty, roster.report_absence, centre, [anna, cem], "leave", WHOLE_TOMORROW, by=lena)
    assert (
        roster.report_absence(centre, [anna], "leave", WHOLE_TOMORROW, carrier_id=None, by=lena, now=NOW)
        == roster.Saved()
    )


def test_leave_of_the_last_one_is_refused_where_two_are_asked_for_and_one_is_sick(centre, anna, cem, lena):
    change(m.Centre, centre, min_present=2)
    an_absence(centre, cem, *MORNING)
    refusal = refused(LeavesCentreEmpty, roster.report_absence, centre, [anna], "leave", WHOLE_TOMORROW, by=lena)
    assert refusal.at == (MORNING,)


def test_a_part_of_a_day_opens_a_part_of_a_gap(centre, anna, lena):
    spell = Spell(TOMORROW, TOMORROW, time(11, 30), time(14))
    refusal = refused(LeavesCentreEmpty, roster.report_absence, centre, [anna], "leave", spell, by=lena)
    assert refusal.at == (Span(at("2027-03-03 11:30"), at("2027-03-03 12:00")),)


def test_leave_that_leaves_nobody_reachable_for_walk_ins_is_refused(lena):
    """Both are in the house, but there is one room, and Anna's appointment is in it."""
    centre = a_centre("balingen", walk_in=True)
    anna, cem = a_counsellor(centre, "Anna"), a_counsellor(centre, "Cem")
    a_room(centre, "r2")
    add(m.StaffRoom(staff_id=cem, room_id=rows(m.Room.id, slug="r2")[0], position=1, centre_id=centre))
    an_appointment(centre, anna, NINE)
    refusal = refused(LeavesCentreEmpty, roster.report_absence, centre, [cem], "leave", WHOLE_TOMORROW, by=lena)
    assert (refusal.at, refusal.unreachable) == ((), (Span(NINE, NINE + timedelta(minutes=35)),))


def test_a_lead_may_let_it_with_a_reason_that_stays_beside_the_gap(centre, anna, lena):
    saved = roster.report_absence(
        centre, [anna], "leave", WHOLE_TOMORROW, override="no-other-way", carrier_id=None, by=lena, now=NOW
    )  # fmt: skip
    assert saved.opened == (Gap("present", MORNING),)
    o = m.GapOverride
    assert rows(o.rule, o.starts_at, o.ends_at, o.reason, o.staff_id, o.at) == [
        ("present", *MORNING, "no-other-way", lena.staff_id, NOW)
    ]
    assert ("gap-let", lena.staff_id, None) in looks()


def test_a_reason_that_is_not_on_the_list_is_none(centre, anna, lena):
    refusal = refused(
        Invalid, roster.report_absence, centre, [anna], "leave", WHOLE_TOMORROW, override="whim", by=lena
    )  # fmt: skip
    assert (refusal.field, refusal.reason) == ("override", "choice-unknown")


def test_what_cannot_be_read_or_is_not_here_is_refused(centre, anna, lena):
    other = a_centre("balingen")
    stranger = a_counsellor(other, "Zoe")
    verb = roster.report_absence
    assert refused(Invalid, verb, centre, [], "sick", WHOLE_TODAY, by=lena).field == "people"
    assert refused(Invalid, verb, centre, [anna], "bored", WHOLE_TODAY, by=lena).field == "kind"
    assert refused(Invalid, verb, centre, [anna], "sick", Spell(TODAY, TODAY - DAY), by=lena).field == "last_day"
    refused(NotFound, verb, centre, [anna, stranger], "sick", WHOLE_TODAY, by=lena)
    refused(NotFound, verb, centre, [lena.staff_id], "sick", WHOLE_TODAY, by=lena)


# ── changing and ending an absence ────────────────────────────────────────────────────────────────────────────────


def test_an_early_return_counts_from_now_on(centre, anna, lena):
    absence = an_absence(centre, anna, at("2027-03-01 00:00"), at("2027-03-06 00:00"))
    roster.end_absence(centre, absence, carrier_id=None, by=lena, now=NOW)
    assert rows(*ABSENCE) == [(anna, "sick", at("2027-03-01 00:00"), NOW)]
    assert looks() == [("absence-ended", lena.staff_id, f"staff-{anna}")]
    roster.end_absence(centre, absence, carrier_id=None, by=lena, now=NOW + DAY)
    assert rows(*ABSENCE)[0][3] == NOW


def test_an_absence_that_has_not_begun_is_taken_back(centre, anna, lena, heard):
    absence = an_absence(centre, anna, NINE, NINE + DAY)
    roster.end_absence(centre, absence, carrier_id=None, by=lena, now=NOW)
    assert rows(*ABSENCE) == []
    assert [announced for announced, _ in heard] == [{centre: {"desk"}}]


def test_another_end_of_a_sickness_is_a_fact_and_of_a_leave_a_plan(centre, anna, lena):
    sick = an_absence(centre, anna, at("2027-03-02 00:00"), at("2027-03-03 00:00"))
    saved = roster.change_absence(centre, sick, Spell(TODAY, TOMORROW), carrier_id=None, by=lena, now=NOW)
    assert saved.opened == (Gap("present", MORNING),)
    assert rows(*ABSENCE) == [(anna, "sick", at("2027-03-02 00:00"), at("2027-03-04 00:00"))]
    assert looks() == [("absence-changed", lena.staff_id, f"staff-{anna}")]
    change(m.Absence, sick, kind="leave", ends_at=at("2027-03-03 00:00"))
    refusal = refused(LeavesCentreEmpty, roster.change_absence, centre, sick, Spell(TODAY, TOMORROW), by=lena)
    assert refusal.at == (MORNING,)


def test_leave_that_is_moved_closes_the_gap_it_had_opened(centre, anna, cem, lena):
    """The reason stood beside the old days; it is none for what opens there later."""
    friday = Spell(date(2027, 9, 3), date(2027, 9, 3))
    an_absence(centre, cem, *MORNING)
    roster.report_absence(centre, [anna], "leave", WHOLE_TOMORROW, override="no-other-way", carrier_id=None, by=lena,
                          now=NOW)  # fmt: skip
    [leave] = rows(m.Absence.id, kind="leave")
    roster.change_absence(centre, leave, friday, carrier_id=None, by=lena, now=NOW)
    assert rows(m.GapOverride.starts_at, m.GapOverride.closed_at) == [(MORNING.starts, NOW)]


def test_an_absence_of_elsewhere_is_not_found(centre, anna, lena):
    absence = an_absence(centre, anna, NINE, NINE + DAY)
    other = a_centre("balingen")
    refused(NotFound, roster.change_absence, other, absence, WHOLE_TODAY, by=lena)
    refused(NotFound, roster.end_absence, other, absence, by=lena)


# ── weekly patterns ───────────────────────────────────────────────────────────────────────────────────────────────

SHIFT = m.Shift.weekday, m.Shift.starts, m.Shift.ends, m.Shift.valid_from, m.Shift.valid_until, m.Shift.kind
AFTERNOONS = Pattern(frozenset({0, 3}), time(14), time(17), MONDAY, None, "talks", 2)


def lines(staff, **equal):
    return [row for row in rows(*SHIFT, staff_id=staff, **equal) if row[1] != time(9) or equal]


def shift_id(staff, weekday):
    return rows(m.Shift.id, staff_id=staff, weekday=weekday)[0]


def test_a_pattern_is_added_for_each_of_its_days(centre, anna, lena):
    assert roster.add_pattern(centre, anna, AFTERNOONS, carrier_id=None, by=lena, now=NOW) == roster.Saved()
    assert lines(anna) == [
        (0, time(14), time(17), MONDAY, None, "talks"), (3, time(14), time(17), MONDAY, None, "talks"),
    ]  # fmt: skip
    assert rows(m.Shift.every_weeks, starts=time(14)) == [2, 2]
    assert looks() == [("shift-planned", lena.staff_id, f"staff-{anna}")]


def test_outreach_names_its_site_and_takes_its_time_out_of_the_house(centre, anna, cem, lena):
    site = add(m.Site(centre_id=centre, slug="camp", name={"de": "Unterkunft"}, address="", outreach=True))
    house = add(m.Site(centre_id=centre, slug="house", name={"de": "Haus"}, address="", outreach=False))
    outreach = Pattern(frozenset({2}), time(9), time(11), TODAY, TODAY + 7 * DAY, "outreach", 1, site)
    roster.add_pattern(centre, cem, outreach, carrier_id=None, by=lena, now=NOW)
    assert rows(m.Shift.site_id, kind="outreach") == [site]
    refusal = refused(LeavesCentreEmpty, roster.add_pattern, centre, anna, outreach, by=lena)
    assert refusal.at == (Span(NINE, at("2027-03-03 11:00")),)
    refused(NotFound, roster.add_pattern, centre, cem, outreach._replace(weekdays={4}, site_id=house), by=lena)


def test_overlapping_lines_of_one_kind_are_refused_with_the_day_and_the_time(centre, anna, lena):
    overlapping = AFTERNOONS._replace(starts=time(11))
    refusal = refused(ShiftsOverlap, roster.add_pattern, centre, anna, overlapping, by=lena)
    assert (refusal.day, refusal.starts, refusal.ends) == (MONDAY, time(9), time(12))


def test_a_pattern_without_any_day_is_refused(centre, anna, lena):
    empty = AFTERNOONS._replace(weekdays=frozenset())
    assert refused(Invalid, roster.add_pattern, centre, anna, empty, by=lena).field == "weekdays"
    assert refused(Invalid, roster.change_pattern, centre, shift_id(anna, 0), empty, by=lena).field == "weekdays"


def test_a_changed_pattern_holds_from_its_day_on_and_the_past_stays_as_it_was(centre, anna, cem, lena):
    longer = Pattern(frozenset({2}), time(8), time(13), MONDAY, None, "talks")
    roster.change_pattern(centre, shift_id(anna, 2), longer, carrier_id=None, by=lena, now=NOW)
    assert rows(*SHIFT, staff_id=anna, weekday=2) == [
        (2, time(9), time(12), date(2020, 1, 1), MONDAY - DAY, "talks"), (2, time(8), time(13), MONDAY, None, "talks"),
    ]  # fmt: skip


def test_a_line_of_every_other_week_stays_in_its_weeks_when_it_is_changed(centre, anna, cem, lena):
    line = shift_id(anna, 2)
    change(m.Shift, line, valid_from=TODAY, every_weeks=2)
    longer = Pattern(frozenset({2}), time(9), time(13), MONDAY, None, "talks", 2)
    refusal = refused(Invalid, roster.change_pattern, centre, line, longer, by=lena)
    assert (refusal.field, refusal.reason) == ("valid_from", "other-weeks")
    for first, weeks in ((MONDAY + 7 * DAY, 2), (MONDAY + 14 * DAY, 1)):
        again = longer._replace(valid_from=first, every_weeks=weeks)
        roster.change_pattern(centre, line, again, carrier_id=None, by=lena, now=NOW)
        line = rows(m.Shift.id, staff_id=anna, weekday=2)[-1]


def test_a_pattern_that_has_not_begun_is_replaced(centre, anna, lena):
    roster.add_pattern(centre, anna, AFTERNOONS, carrier_id=None, by=lena, now=NOW)
    new = rows(m.Shift.id, starts=time(14))[0]
    shorter = AFTERNOONS._replace(weekdays=frozenset({0}), ends=time(16))
    roster.change_pattern(centre, new, shorter, carrier_id=None, by=lena, now=NOW)
    assert lines(anna, weekday=0)[1:] == [(0, time(14), time(16), MONDAY, None, "talks")]


def test_a_pattern_that_ends_leaves_a_gap_and_its_appointments_behind(centre, anna, lena):
    wednesday = shift_id(anna, 2)
    booked = a_booking(centre, NINE).card
    refusal = refused(LeavesCentreEmpty, roster.end_pattern, centre, wednesday, TODAY, by=lena)
    assert refusal.at[0] == MORNING
    assert len(refusal.at) == 12  # twelve weeks are looked at
    saved = roster.end_pattern(centre, wednesday, TODAY, override="team-knows", carrier_id=None, by=lena, now=NOW)
    assert [one.id for one in saved.outside] == [booked.id]
    assert rows(*SHIFT, staff_id=anna, weekday=2) == [(2, time(9), time(12), date(2020, 1, 1), TODAY, "talks")]
    assert ("shift-ended", lena.staff_id, f"staff-{anna}") in looks()


def test_a_pattern_is_never_made_longer_by_ending_it(centre, anna, lena):
    line = shift_id(anna, 2)
    change(m.Shift, line, valid_until=TODAY - DAY)
    roster.end_pattern(centre, line, MONDAY, carrier_id=None, by=lena, now=NOW)
    assert rows(m.Shift.valid_until, id=line) == [TODAY - DAY]


def test_a_pattern_that_ends_before_it_begins_is_gone(centre, anna, lena):
    roster.add_pattern(centre, anna, AFTERNOONS, carrier_id=None, by=lena, now=NOW)
    line = rows(m.Shift.id, starts=time(14))[0]
    roster.end_pattern(centre, line, MONDAY - DAY, carrier_id=None, by=lena, now=NOW)
    assert rows(m.Shift.id, id=line) == []


def test_weeks_that_are_over_stay_as_they_were(centre, anna, cem, lena):
    """A line ends yesterday at the earliest, and another one begins today at the earliest."""
    line, yesterday = shift_id(anna, 2), TODAY - DAY
    early = Pattern(frozenset({2}), time(14), time(15), yesterday, None, "talks")
    for verb, *what in (
        (roster.end_pattern, line, yesterday - DAY), (roster.change_pattern, line, early),
        (roster.add_pattern, anna, early),
    ):  # fmt: skip
        assert refused(Invalid, verb, centre, *what, by=lena).reason == "past-stays"
    roster.end_pattern(centre, line, yesterday, carrier_id=None, by=lena, now=NOW)
    roster.add_pattern(centre, anna, early._replace(valid_from=TODAY), carrier_id=None, by=lena, now=NOW)
    assert rows(*SHIFT, staff_id=anna, weekday=2) == [
        (2, time(9), time(12), date(2020, 1, 1), yesterday, "talks"), (2, time(14), time(15), TODAY, None, "talks"),
    ]  # fmt: skip


def test_lines_and_people_of_elsewhere_are_not_found(centre, anna, lena):
    other = a_centre("balingen")
    refused(NotFound, roster.add_pattern, other, anna, AFTERNOONS, by=lena)
    refused(NotFound, roster.change_pattern, other, shift_id(anna, 0), AFTERNOONS, by=lena)
    refused(NotFound, roster.end_pattern, other, shift_id(anna, 0), TODAY, by=lena)
    refused(NotFound, roster.set_day, other, anna, TODAY, None, by=lena)


def test_a_day_that_is_over_stays_as_it_was(centre, anna, lena):
    """The figures of past weeks are read from it."""
    assert refused(Invalid, roster.set_day, centre, anna, TODAY - DAY, [], by=lena).field == "day"
    roster.set_day(centre, anna, TODAY, None, carrier_id=None, by=lena, now=NOW)


# ── the lead of one carrier ───────────────────────────────────────────────────────────────────────────────────────


def test_the_lead_of_one_carrier_plans_for_its_people_alone(centre, anna, lena):
    """Those of another employer are as good as not there for her."""
    awo = a_carrier(centre, "awo")
    a_counsellor(centre, "Cem", carrier="awo")
    absence, line = an_absence(centre, anna, NINE, NINE + DAY), shift_id(anna, 2)
    evening = Pattern(frozenset({2}), time(18), time(19), TODAY, None, "admin")
    for verb, *what in (
        (roster.report_absence, [anna], "sick", WHOLE_TODAY), (roster.change_absence, absence, WHOLE_TOMORROW),
        (roster.end_absence, absence), (roster.add_pattern, anna, AFTERNOONS),
        (roster.change_pattern, line, evening), (roster.end_pattern, line, TODAY),
        (roster.set_day, anna, TOMORROW, []),
    ):  # fmt: skip
        refused(NotFound, verb, centre, *what, carrier_id=awo, by=lena)
        verb(centre, *what, carrier_id=id_of(m.Carrier, centre, "caritas"), by=lena, now=NOW)
        absence = absence if rows(m.Absence.id, id=absence) else an_absence(centre, anna, NINE, NINE + DAY)
    refused(NotFound, roster.report_absence, centre, [lena.staff_id], "sick", WHOLE_TODAY, by=lena)


# ── single days ───────────────────────────────────────────────────────────────────────────────────────────────────

DAY_SHIFT = m.DayShift.day, m.DayShift.kind, m.DayShift.starts, m.DayShift.ends


def test_a_single_day_stands_for_the_pattern_until_it_is_taken_back(centre, anna, lena):
    parts = [Part("talks", time(8), time(13)), Part("break", time(12), time(12, 30))]
    roster.set_day(centre, anna, TOMORROW, parts, carrier_id=None, by=lena, now=NOW)
    assert rows(*DAY_SHIFT) == [
        (TOMORROW, "talks", time(8), time(13)), (TOMORROW, "break", time(12), time(12, 30)),
    ]  # fmt: skip
    roster.set_day(centre, anna, TOMORROW, [Part("talks", time(9), time(12))], carrier_id=None, by=lena, now=NOW)
    assert rows(*DAY_SHIFT) == [(TOMORROW, "talks", time(9), time(12))]
    roster.set_day(centre, anna, TOMORROW, None, carrier_id=None, by=lena, now=NOW)
    assert rows(*DAY_SHIFT) == []
    assert looks()[0] == ("day-changed", lena.staff_id, f"staff-{anna}")


def test_a_time_that_no_clock_shows_is_refused(centre, anna, cem, lena):
    """On that Sunday two o'clock is three o'clock."""
    spring = date(2027, 3, 28)
    for part, field in ((Part("admin", time(1, 30), time(2, 30)), "ends"), (Part("admin", time(2), time(4)), "starts")):
        refusal = refused(Invalid, roster.set_day, centre, anna, spring, [part], by=lena)
        assert (refusal.field, refusal.reason) == (field, "no-such-time")


def test_a_day_off_is_a_plan(centre, anna, cem, lena):
    roster.set_day(centre, cem, TOMORROW, [], carrier_id=None, by=lena, now=NOW)
    assert rows(*DAY_SHIFT) == [(TOMORROW, "off", None, None)]
    assert refused(LeavesCentreEmpty, roster.set_day, centre, anna, TOMORROW, [], by=lena).at == (MORNING,)


def test_a_single_day_that_holds_an_appointment_leaves_nothing_behind(centre, anna, lena):
    """The weekly pattern is not the judge of a day that has its own."""
    a_booking(centre, NINE)
    saved = roster.set_day(
        centre, anna, TOMORROW, [Part("talks", time(8), time(14))], carrier_id=None, by=lena, now=NOW
    )
    assert saved.outside == ()
