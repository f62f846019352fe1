"""What the roster's forms need: who can be chosen, one person's page, single rows, and for whose lead."""

from datetime import time, timedelta

import pytest

from booking.domain.actors import By
from booking.domain.errors import NotAllowed, NotFound
from booking.domain.rostering import Part
from booking.domain.times import Span
from booking.services import roster, roster_forms
from booking.store import models as m
from tests.people import (
    NOW,
    TODAY,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_member,
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


def test_those_planned_today_are_chosen_from_first(centre, anna):
    a_counsellor(centre, "Aaron", shifts=[])
    gone = a_counsellor(centre, "Gone")
    change(m.Staff, gone, last_day=MONDAY)
    site = add(m.Site(centre_id=centre, slug="camp", name={"de": "Unterkunft"}, address="", outreach=True))
    found = roster_forms.choices(centre, carrier_id=None, now=NOW)
    assert [(one.name, one.due) for one in found.people] == [("Anna", True), ("Aaron", False)]
    assert (found.today, [one.id for one in found.sites]) == (TODAY, [site])
    assert list(found.carriers.values()) == ["Caritas"]


def test_a_person_s_page_shows_what_is_not_over(centre, anna, lena):
    an_absence(centre, anna, at("2027-03-01 00:00"), at("2027-03-02 00:00"))
    absence = an_absence(centre, anna, *MORNING)
    other = a_counsellor(centre, "Cem")
    an_absence(centre, other, *MORNING)
    for staff, day in ((anna, TOMORROW), (anna, MONDAY), (other, TOMORROW)):
        roster.set_day(centre, staff, day, [Part("talks", time(9), time(12))], carrier_id=None, by=lena, now=NOW - DAY)
    her = roster_forms.person(centre, anna, carrier_id=None, now=NOW)
    assert (her.id, her.name, len(her.lines)) == (anna, "Anna", 5)
    assert [row.day for row in her.days] == [TOMORROW]
    assert [row.id for row in her.absences] == [absence]


def test_single_rows_come_with_the_person_s_name(centre, anna):
    absence, closure = an_absence(centre, anna, *MORNING), a_closure(centre, TODAY)
    shift = rows(m.Shift.id)[0]
    assert (
        roster_forms.absence(centre, absence, carrier_id=None)[1]
        == roster_forms.line(centre, shift, carrier_id=None)[1]
        == "Anna"
    )
    assert roster_forms.closure(centre, closure, carrier_id=None).closure.first_day == TODAY


def test_a_lead_of_one_carrier_chooses_among_and_opens_what_is_hers(centre, anna):
    awo, caritas = a_carrier(centre, "awo"), id_of(m.Carrier, centre, "caritas")
    a_counsellor(centre, "Cem", carrier="awo")
    found = roster_forms.choices(centre, carrier_id=awo, now=NOW)
    assert ([one.name for one in found.people], found.carriers) == (["Cem"], {awo: "Awo"})
    absence, shift = an_absence(centre, anna, *MORNING), rows(m.Shift.id)[0]
    whole, hers = a_closure(centre, TODAY), a_closure(centre, TODAY, carrier=caritas)
    for verb, id_ in ((roster_forms.absence, absence), (roster_forms.line, shift), (roster_forms.closure, hers)):
        assert verb(centre, id_, carrier_id=caritas)
        with pytest.raises(NotFound):
            verb(centre, id_, carrier_id=awo)
    assert (found.whole, roster_forms.choices(centre, carrier_id=None, now=NOW).whole) == (False, True)
    with pytest.raises(NotAllowed):
        roster_forms.closure(centre, whole, carrier_id=caritas)
    with pytest.raises(NotFound):
        roster_forms.person(centre, anna, carrier_id=awo, now=NOW)


def test_rows_of_elsewhere_are_not_found(centre, anna, lena):
    absence, closure = an_absence(centre, anna, *MORNING), a_closure(centre, TODAY)
    other = a_centre("balingen")
    for verb, id_ in (
        (roster_forms.absence, absence),
        (roster_forms.line, rows(m.Shift.id)[0]),
        (roster_forms.closure, closure),
    ):
        with pytest.raises(NotFound):
            verb(other, id_, carrier_id=None)
    for centre_id, staff in ((other, anna), (centre, lena.staff_id)):
        with pytest.raises(NotFound):
            roster_forms.person(centre_id, staff, carrier_id=None, now=NOW)
