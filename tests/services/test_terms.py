"""First and last days of sites, rooms and programmes: a plan names gaps and the booked first, a fact is a fact."""

from datetime import date, timedelta

import pytest

from booking.domain.actors import By
from booking.domain.errors import Invalid, LeavesCentreEmpty, NotAllowed, NotFound, StillBooked
from booking.domain.presence import Gap
from booking.domain.times import Span
from booking.services import terms
from booking.store import models as m
from tests.people import (
    NINE,
    NOW,
    TODAY,
    a_booking,
    a_carrier,
    a_centre,
    a_member,
    a_room,
    a_site,
    at,
    change,
    id_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
TERM = m.Room.first_day, m.Room.last_day


@pytest.fixture
def lena(centre):
    return By("desk", a_member(centre, "lead", "Lena"))


@pytest.fixture
def r1(centre):
    return id_of(m.Room, centre, "r1")


def end(centre, kind, id_, last, *, first=None, **more):
    return terms.set_term(centre, kind, id_, (first, last), **{"carrier_id": None, "now": NOW, **more})


def test_all_are_listed_with_their_days(centre, r1):
    a_site(centre, last_day=TOMORROW)
    listed = terms.listed(centre, carrier_id=None)
    assert [(row.kind, row.name, row.last_day) for row in listed] == [
        ("site", {"de": "annexe"}, TOMORROW), ("room", "R1", None), ("programme", {"de": "mbe"}, None),
    ]  # fmt: skip
    assert listed[1] == terms.one(centre, "room", r1, carrier_id=None)
    assert (listed[0].there(TOMORROW), listed[0].there(TOMORROW + DAY)) == (True, False)


@pytest.mark.parametrize("kind", terms.KINDS)
def test_an_end_names_what_is_booked_after_it_until_that_is_known(centre, anna, lena, r1, kind):
    a_room(centre, "r2")
    model = {"site": m.Site, "room": m.Room, "programme": m.Programme}[kind]
    if kind == "site":
        change(m.Room, r1, site_id=a_site(centre))
    id_ = rows(model.id)[0]
    booked = a_booking(centre, NINE).card
    with pytest.raises(StillBooked) as refusal:
        end(centre, kind, id_, TODAY, by=lena)
    assert [one.id for one in refusal.value.booked] == [booked.id]
    assert rows(model.last_day)[0] is None
    saved = end(centre, kind, id_, TODAY, knowing=[booked.id], by=lena)
    assert [one.id for one in saved.outside] == [booked.id]
    assert rows(model.last_day)[0] == TODAY
    assert f"{kind}-dated" in rows(m.Look.what)
    assert end(centre, kind, id_, None, by=lena).outside == ()


def test_an_end_that_leaves_the_house_empty_is_refused_as_other_plans_are(centre, anna, lena, r1):
    site = a_site(centre)
    change(m.Room, r1, site_id=site)
    friday = date(2027, 5, 21)
    gap = Span(at("2027-05-24 09:00"), at("2027-05-24 12:00"))
    with pytest.raises(LeavesCentreEmpty) as refusal:
        end(centre, "site", site, friday, by=lena)
    assert refusal.value.at[0] == gap
    assert end(centre, "site", site, friday, override="no-other-way", by=lena).opened[0] == Gap("present", gap)


def test_an_end_and_a_beginning_far_ahead_are_watched_from_their_days_on(centre, anna, lena, r1):
    site = a_site(centre)
    change(m.Room, r1, site_id=site)
    with pytest.raises(LeavesCentreEmpty) as refusal:
        end(centre, "site", site, date(2027, 12, 3), by=lena)
    assert refusal.value.at[0] == Span(at("2027-12-06 09:00"), at("2027-12-06 12:00"))
    with pytest.raises(LeavesCentreEmpty) as refusal:
        end(centre, "site", site, date(2027, 12, 3), first=TOMORROW, by=lena)
    days = {gap.starts.date() for gap in refusal.value.at}
    assert (min(days), date(2027, 12, 6) in days, date(2027, 11, 29) in days) == (TODAY, True, False)


def test_what_is_lost_today_is_a_fact(centre, anna, lena, r1):
    booked = a_booking(centre, at("2027-03-02 10:00")).card
    change(m.Room, r1, site_id=a_site(centre))
    saved = end(centre, "site", rows(m.Site.id)[0], YESTERDAY, fact=True, by=lena)
    assert saved.opened[0] == Gap("present", Span(at("2027-03-02 09:00"), at("2027-03-02 12:00")))
    assert [one.id for one in saved.outside] == [booked.id]


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (TOMORROW, TODAY, "ends-before-start"),
        (None, YESTERDAY - DAY, "past-stays"),
        (YESTERDAY, None, "past-stays"),
    ],
)
def test_what_cannot_be_is_refused(centre, lena, r1, first, last, reason):
    with pytest.raises(Invalid) as refusal:
        end(centre, "room", r1, last, first=first, by=lena)
    assert refusal.value.reason == reason
    assert rows(*TERM) == [(None, None)]


def test_days_of_the_past_that_stay_as_they_are_are_in_nobody_s_way(centre, anna, lena, r1):
    change(m.Room, r1, first_day=YESTERDAY - DAY, last_day=YESTERDAY - DAY)
    end(centre, "room", r1, YESTERDAY - DAY, first=YESTERDAY - DAY, by=lena)
    end(centre, "room", r1, None, first=YESTERDAY - DAY, by=lena)
    assert rows(*TERM) == [(YESTERDAY - DAY, None)]


def test_only_who_leads_the_whole_centre_sets_them(centre, lena, r1):
    caritas = id_of(m.Carrier, centre, "caritas")
    assert terms.listed(centre, carrier_id=caritas)  # the only one there is
    a_carrier(centre, "awo")
    for verb in (
        lambda: terms.listed(centre, carrier_id=caritas), lambda: terms.one(centre, "room", r1, carrier_id=caritas),
        lambda: end(centre, "room", r1, TODAY, carrier_id=caritas, by=lena),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            verb()


def test_what_is_elsewhere_or_nowhere_is_not_found(centre, lena, r1):
    other = a_centre("balingen")
    for centre_id, kind, id_ in ((other, "room", r1), (centre, "room", 999), (centre, "staff", lena.staff_id)):
        with pytest.raises(NotFound):
            terms.one(centre_id, kind, id_, carrier_id=None)
