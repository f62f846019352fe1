"""What the lead looks at: the table, the strips, gaps and why they were let, weak spots, the share kept."""

from datetime import date, time, timedelta

import pytest

from booking.domain.actors import By
from booking.domain.presence import Gap, Kept
from booking.domain.rostering import Part, Spell
from booking.domain.times import Span
from booking.services import closures, presence, roster, team
from booking.services.presence import CoverLine, GapLine
from booking.services.presence import Part as Shown
from booking.store import models as m
from tests.people import (
    NINE,
    NOW,
    TODAY,
    a_bare_centre,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_member,
    a_room,
    a_site,
    add,
    an_absence,
    at,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
DAY = timedelta(days=1)
MONDAY, TOMORROW = TODAY - DAY, TODAY + DAY
MORNING = Span(at("2027-03-03 09:00"), at("2027-03-03 12:00"))


@pytest.fixture
def lena(centre):
    return By("desk", a_member(centre, "lead", "Lena"))


def view(centre, first=None, days=7, now=NOW, **more):
    return presence.view(centre, first, days, **{"role": "lead", "carrier_id": None, **more}, now=now)


def lines(person):
    return {one.day: [tuple(part) for part in one.parts] for one in person.days if one.parts}


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_begins_on_monday_and_shows_everybody_by_name(centre, anna):
    a_counsellor(centre, "Berta")
    seen = view(centre)
    assert (seen.today, seen.days[0], len(seen.days)) == (TODAY, MONDAY, 7)
    assert [person.name for person in seen.people] == ["Anna", "Berta"]
    assert lines(seen.people[0])[TODAY] == [("talks", time(9), time(12))]
    assert [day.parts for day in seen.people[0].days[5:]] == [(), ()]
    assert view(centre, TOMORROW, 28).days[-1] == TOMORROW + 27 * DAY


def test_a_single_day_is_shown_instead_of_the_pattern(centre, anna, lena):
    parts = [Part("break", time(10), time(11)), Part("talks", time(9), time(13))]
    roster.set_day(centre, anna, TOMORROW, parts, override="team-knows", carrier_id=None, by=lena, now=NOW)
    [her] = view(centre).people
    assert her.days[2].parts == (Shown("talks", time(9), time(13)), Shown("break", time(10), time(11)))
    assert [day.single for day in her.days] == [False, False, True, False, False, False, False]
    roster.set_day(centre, anna, TOMORROW, [], override="team-knows", carrier_id=None, by=lena, now=NOW)
    assert view(centre).people[0].days[2].parts == ()


def test_an_absence_stands_on_each_of_its_days(centre, anna):
    absence = an_absence(centre, anna, at("2027-03-02 10:00"), at("2027-03-04 00:00"))
    an_absence(centre, anna, at("2027-03-20 10:00"), at("2027-03-24 00:00"))
    [her] = view(centre).people
    assert [[row.id for row in day.away] for day in her.days] == [[], [absence], [absence], [], [], [], []]


def test_nobody_is_shown_outside_her_first_and_last_day(centre, anna):
    change(m.Staff, anna, last_day=TODAY)
    assert list(lines(view(centre).people[0])) == [MONDAY, TODAY]
    assert view(centre, MONDAY + 7 * DAY).people == []


def test_closures_and_holidays_of_the_days_are_told(centre, anna):
    a_closure(centre, TODAY - 9 * DAY)
    closure = a_closure(centre, TOMORROW)
    seen = view(centre, date(2027, 3, 22))
    assert [row.id for row in seen.closures] == [closure]
    assert date(2027, 3, 26) in seen.holidays
    assert list(seen.carriers.values()) == ["Caritas"]


@pytest.mark.parametrize(
    ("role", "carrier", "kinds", "hers"),
    [
        ("lead", None, ["sick", "sick"], [True, True]),
        ("lead", "caritas", ["sick", None], [True, False]),
        ("lead", "awo", [None, "sick"], [False, True]),
        ("receptionist", None, [None, None], [False, False]),
        ("receptionist", "caritas", [None, None], [False, False]),
    ],
)
def test_why_somebody_is_away_is_known_to_her_own_lead_alone(centre, anna, role, carrier, kinds, hers):
    a_carrier(centre, "awo")
    cem = a_counsellor(centre, "Cem", carrier="awo")
    absences = [an_absence(centre, who, *MORNING) for who in (anna, cem)]
    carrier_id = id_of(m.Carrier, centre, carrier) if carrier else None
    people = view(centre, role=role, carrier_id=carrier_id).people
    assert [one.hers for one in people] == hers
    assert view(centre, role=role, carrier_id=carrier_id).whole == all(hers)
    part = time(9), time(12)
    assert [one.days[2].away for one in people] == [((absences[n], kinds[n], *part),) for n in (0, 1)]


def test_the_days_of_an_absence_say_which_part_of_them_she_is_away(centre, anna):
    """From Monday on until she is back on Wednesday at half past ten."""
    an_absence(centre, anna, at("2027-03-01 11:00"), at("2027-03-03 10:30"))
    away = [day.away[0] for day in view(centre).people[0].days[:3]]
    assert [one[2:] for one in away] == [(time(11), None), (None, None), (None, time(10, 30))]
    assert [one.whole for one in away] == [False, True, False]


# ── strips, gaps, figures ─────────────────────────────────────────────────────────────────────────────────────────


def test_strips_are_of_four_weeks_from_today(centre, anna):
    strips = view(centre, date(2027, 6, 7)).strips
    assert (strips.hours, strips.min_present, len(strips.days)) == (range(9, 12), 1, 28)
    assert [strips.days[0].day, strips.days[-1].day] == [TODAY, TODAY + 27 * DAY]
    assert [cell.heads for cell in strips.days[0].cells] == [1, 1, 1]
    today = presence.today_strip(centre, now=NOW)
    assert (today.hours, today.days) == (strips.hours, strips.days[:1])


def test_a_centre_that_is_never_open_has_an_empty_strip():
    seen = view(a_bare_centre())
    assert (seen.strips.days[0].cells, seen.gaps, seen.people, seen.covers) == ((), [], [], [])
    assert (seen.kept_before.percent, seen.kept_ahead.percent) == (None, None)


def test_a_gap_is_told_until_it_is_over(centre, anna):
    an_absence(centre, anna, *MORNING)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]
    assert view(centre, now=at("2027-03-03 11:59")).gaps == [GapLine(Gap("present", MORNING), None)]
    assert view(centre, now=MORNING.ends).gaps == []


def test_the_reason_stands_beside_the_gap_until_that_is_closed(centre, anna, lena):
    day = Spell(TOMORROW, TOMORROW)
    roster.report_absence(centre, [anna], "leave", day, override="team-knows", carrier_id=None, by=lena, now=NOW)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), "team-knows")]
    a_counsellor(centre, "Cem", shifts=[(2, time(9), time(10))])
    assert view(centre).gaps == [GapLine(Gap("present", Span(at("2027-03-03 10:00"), MORNING.ends)), "team-knows")]
    a_counsellor(centre, "Dora", shifts=[(2, time(9), time(12))])
    assert view(centre).gaps == []


def test_two_reasons_together_let_a_gap_and_half_a_reason_does_not(centre, anna, lena):
    first = Spell(TOMORROW, TOMORROW, time(9), time(10))
    roster.report_absence(centre, [anna], "leave", first, override="team-knows", carrier_id=None, by=lena, now=NOW)
    rest = Spell(TOMORROW, TOMORROW, time(10), time(12))
    roster.report_absence(centre, [anna], "sick", rest, carrier_id=None, by=lena, now=NOW)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]
    roster.report_absence(centre, [anna], "training", rest, carrier_id=None, by=lena, now=NOW)  # opens nothing any more
    assert rows(m.GapOverride.reason) == ["team-knows"]
    add(m.GapOverride(centre_id=centre, rule="present", starts_at=at("2027-03-03 10:00"), ends_at=MORNING.ends,
                      reason="no-other-way", at=NOW))  # fmt: skip
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), "no-other-way")]


LEAVE = {"override": "team-knows", "carrier_id": None, "now": NOW}
OVERRIDES = (m.GapOverride.starts_at, m.GapOverride.ends_at, m.GapOverride.reason, m.GapOverride.closed_at)


def test_a_reason_ends_with_its_gap_and_hides_no_new_one_at_the_same_time(centre, anna, lena):
    cem = a_counsellor(centre, "Cem", shifts=[])
    day = Spell(TOMORROW, TOMORROW)
    roster.report_absence(centre, [anna], "leave", day, by=lena, **LEAVE)
    roster.set_day(centre, cem, TOMORROW, [Part("talks", time(9), time(12))], carrier_id=None, by=lena, now=NOW)
    assert rows(*OVERRIDES) == [(*MORNING, "team-knows", NOW)]
    roster.report_absence(centre, [cem], "sick", day, carrier_id=None, by=lena, now=NOW)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]
    assert rows(*OVERRIDES) == [(*MORNING, "team-knows", NOW)]


def test_a_gap_that_something_else_has_closed_is_closed_before_the_next_change(centre, anna, lena):
    roster.report_absence(centre, [anna], "leave", Spell(TOMORROW, TOMORROW), by=lena, **LEAVE)
    cem = a_counsellor(centre, "Cem")  # as from a centre's file
    roster.report_absence(centre, [cem], "sick", Spell(TOMORROW, TOMORROW), carrier_id=None, by=lena, now=NOW)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]


def test_where_a_part_of_the_gap_is_closed_the_reason_stands_by_the_rest(centre, anna, lena):
    cem = a_counsellor(centre, "Cem", shifts=[])
    roster.report_absence(centre, [anna], "leave", Spell(TOMORROW, TOMORROW), by=lena, **LEAVE)
    later = NOW + timedelta(hours=1)
    roster.set_day(centre, cem, TOMORROW, [Part("talks", time(10), time(11))], carrier_id=None, by=lena, now=later)
    ten, eleven = at("2027-03-03 10:00"), at("2027-03-03 11:00")
    assert rows(*OVERRIDES) == [
        (*MORNING, "team-knows", later), (MORNING.starts, ten, "team-knows", None),
        (eleven, MORNING.ends, "team-knows", None),
    ]  # fmt: skip
    assert set(rows(m.GapOverride.at, m.GapOverride.staff_id)) == {(NOW, lena.staff_id)}
    assert [line.reason for line in view(centre).gaps] == ["team-knows"] * 2
    roster.report_absence(centre, [cem], "sick", Spell(TOMORROW, TOMORROW), carrier_id=None, by=lena, now=later)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]


def test_who_is_back_early_closes_the_gap_she_left(centre, anna, lena):
    roster.report_absence(centre, [anna], "leave", Spell(TOMORROW, TOMORROW), by=lena, **LEAVE)
    [absence] = rows(m.Absence.id)
    roster.end_absence(centre, absence, carrier_id=None, by=lena, now=NOW)
    assert rows(m.GapOverride.closed_at) == [NOW]
    roster.report_absence(centre, [anna], "sick", Spell(TOMORROW, TOMORROW), carrier_id=None, by=lena, now=NOW)
    assert view(centre).gaps == [GapLine(Gap("present", MORNING), None)]


def test_who_leaves_opens_a_gap_as_a_fact_and_her_appointments_are_named(centre, anna, lena):
    booked = a_booking(centre, NINE).card
    days = {"secret_since": TODAY - DAY, "by": lena.staff_id, "now": NOW}
    saved = team.set_dates(centre, anna, last_day=TODAY, **days)
    assert ([one.id for one in saved.outside], saved.opened[0]) == ([booked.id], Gap("present", MORNING))
    assert team.set_dates(centre, anna, last_day=None, **days) == closures.Saved()


def test_who_leaves_in_half_a_year_opens_gaps_that_are_named_today(centre, anna, lena):
    days = {"secret_since": TODAY - DAY, "by": lena.staff_id, "now": NOW}
    saved = team.set_dates(centre, anna, last_day=date(2027, 9, 3), **days)
    assert saved.opened[0] == Gap("present", Span(at("2027-09-06 09:00"), at("2027-09-06 12:00")))


def test_nobody_is_present_where_no_place_is(centre, anna):
    """The only house has ended, or begins tomorrow; a room that belongs to no site is always in a house."""
    room, site = id_of(m.Room, centre, "r1"), a_site(centre, last_day=TODAY)
    change(m.Room, room, site_id=site)
    assert view(centre).gaps[0] == GapLine(Gap("present", MORNING), None)
    change(m.Site, site, last_day=None, first_day=TOMORROW)
    todays = Span(at("2027-03-02 09:00"), at("2027-03-02 12:00"))
    assert view(centre).gaps == [GapLine(Gap("present", todays), None)]
    a_room(centre, "r2")
    assert view(centre).gaps == []


def test_the_share_kept_counts_what_was_and_what_will_be(centre, anna):
    morning = 180
    an_absence(centre, anna, at("2027-02-22 00:00"), at("2027-02-24 00:00"))
    an_absence(centre, anna, at("2027-03-08 00:00"), at("2027-03-09 00:00"))
    change(m.Shift, rows(m.Shift.id, weekday=4)[0], valid_until=date(2027, 3, 7))
    seen = view(centre)
    assert seen.kept_before == Kept(18 * morning, 20 * morning)
    # Good Friday and Easter Monday are holidays; a Monday and two Fridays are lost.
    assert seen.kept_ahead == Kept(15 * morning, 18 * morning)


def test_weak_spots_are_told_by_name(centre, anna):
    a_counsellor(centre, "Cem", languages=["de", "ar"], shifts=[(1, time(9), time(11))])
    a_counsellor(centre, "Dora", languages=["ti"], shifts=[])
    covers = view(centre).covers
    hours = 4 * 2 * 60
    assert covers[0] == CoverLine({"de": "mbe"}, "ar", ("Cem",), (("Cem", hours),))
    assert (covers[1].language, covers[1].who) == ("de", ("Anna", "Cem"))
    assert dict(covers[1].hanging) == {"Anna": 18 * 180 - hours}
    assert len(covers) == 2  # who never works can help nobody


def test_appointments_without_a_place_are_on_the_page(centre, anna):
    card = a_booking(centre, NINE).card
    assert view(centre).outside == []
    an_absence(centre, anna, *MORNING)
    assert [one.appointment.id for one in view(centre).outside] == [card.id]


# ── closed today ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_closed_today_is_told_and_other_plans_are_not(centre, anna, lena):
    assert presence.closed_today(centre, now=NOW) is None
    a_closure(centre, TOMORROW)
    a_closure(centre, TODAY, carrier=id_of(m.Carrier, centre, "caritas"))
    add(m.Closure(centre_id=centre, first_day=TODAY, last_day=TODAY, kind="desk_only", reason=""))
    add(m.Closure(centre_id=centre, first_day=TODAY, last_day=TODAY, starts=time(9), ends=time(10), reason=""))
    assert presence.closed_today(centre, now=NOW) is None
    planned = a_closure(centre, MONDAY, TOMORROW)
    assert presence.closed_today(centre, now=NOW).id == planned
    change(m.Closure, planned, last_day=MONDAY)
    closures.close_today(centre, carrier_id=None, by=lena, now=NOW)
    assert presence.closed_today(centre, now=NOW).fact


def test_how_many_the_centre_asks_for_is_its_own():
    assert [presence.min_present(a_centre(slug, min_present=least)) for slug, least in (("here", 1), ("there", 2))] == [
        1,
        2,
    ]
