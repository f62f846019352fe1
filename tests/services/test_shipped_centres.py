"""The two centres that come with the program: right, invented where they must be, and with enough to offer."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import combinations, product

import pytest
from sqlalchemy import select

from booking.domain.availability import Age, Wish
from booking.domain.centre_keys import TOPICS
from booking.domain.centres import Description, Staff, describe
from booking.domain.errors import NoProgramme
from booking.domain.roster import OUTREACH, TALKS
from booking.domain.staff import COUNSELLOR
from booking.gateways.centre_files import known_region, parse
from booking.services import appointments, centres, wishes
from booking.store import models as m
from booking.store.db import reading
from tests.people import a_booking

BOTH = ["balingen", "ludwigsburg"]
NOW = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)  # a Monday
GRAIN = timedelta(minutes=5)
# Names that stand in the two reports, and the person who signed each.
FROM_THE_SOURCES = ("schrade", "geckeler", "staiger", "henning", "carrier")
KEPT_FREE_FOR_FILMS = re.compile(r"\+49 30 23125 [0-9]{3}")


def described(slug: str) -> Description:
    found, problems = describe(parse(centres.source(slug).text).data, known_region)
    assert found is not None, problems
    return found


def steps(starts: time, ends: time) -> Iterator[time]:
    at, end = (datetime.combine(NOW, wall) for wall in (starts, ends))
    while at < end:
        yield at.time()
        at += GRAIN


def counselling(found: Description, weekday: int, at: time) -> list[Staff]:
    """Who with duty is in the house then."""
    return [
        person
        for person in found.staff
        if person.role == COUNSELLOR and person.duty
        for shift in person.shifts
        if shift.kind == TALKS and shift.weekday == weekday and shift.starts <= at < shift.ends
        if shift.valid_until is None
    ]


def test_these_are_the_centres_that_come_with_the_program():
    assert centres.shipped() == BOTH


@pytest.mark.parametrize("slug", BOTH)
def test_no_mistakes(slug):
    assert centres.check(centres.source(slug).text) == []


@pytest.mark.parametrize("slug", BOTH)
def test_in_every_opening_minute_somebody_with_duty_is_in_the_house(slug):
    found = described(slug)
    opening = [hours for hours in found.hours if not hours.walk_in]
    assert opening
    for hours in opening:
        for at in steps(hours.starts, hours.ends):
            assert counselling(found, hours.weekday, at), (hours.weekday, at)


@pytest.mark.parametrize("slug", BOTH)
def test_in_every_walk_in_minute_two_counsellors_have_a_room_each(slug):
    found = described(slug)
    walk_in = [hours for hours in found.hours if hours.walk_in]
    assert len(walk_in) == 2
    for hours in walk_in:
        for at in steps(hours.starts, hours.ends):
            people = counselling(found, hours.weekday, at)
            pairs = [(a, b) for one, other in combinations(people, 2) for a in one.rooms for b in other.rooms if a != b]
            assert pairs, (hours.weekday, at)


@pytest.mark.parametrize("slug", BOTH)
def test_nobody_is_planned_for_more_than_the_post_pays(slug):
    for person in described(slug).staff:
        planned = sum(
            (shift.ends.hour - shift.starts.hour) * 60 + shift.ends.minute - shift.starts.minute
            for shift in person.shifts
        )
        volunteer = person.contract_minutes == 0
        assert planned <= person.contract_minutes or volunteer, person.login


@pytest.mark.parametrize("slug", BOTH)
def test_everybody_has_a_secrecy_commitment_and_an_invented_name(slug):
    text = centres.source(slug).text.casefold()
    assert not [name for name in FROM_THE_SOURCES if re.search(rf'name = "[^"]*{name}', text)]
    assert all(person.secret_since for person in described(slug).staff)


@pytest.mark.parametrize("slug", BOTH)
def test_no_number_in_it_reaches_anybody(slug):
    found = described(slug)
    numbers = [found.centre.phone, *(partner.phone for partner in found.partners)]
    assert [n for n in numbers if not KEPT_FREE_FOR_FILMS.fullmatch(n)] == []
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("slug", BOTH)
def test_every_carrier_says_who_answers_for_data_and_who_watches_over_it(slug):
    """Three laws, three authorities (domain.md 4.2)."""
    watches = {
        "DSGVO": "Der Landesbeauftragte für den Datenschutz und die Informationsfreiheit Baden-Württemberg",
        "KDG": "Katholisches Datenschutzzentrum Frankfurt/M.",
        "DSG-EKD": "Der Beauftragte für den Datenschutz der EKD",
    }
    laws = {"caritas": "KDG", "diakonie": "DSG-EKD", "drk": "DSGVO", "awo": "DSGVO"}
    for carrier in described(slug).carriers:
        assert carrier.address
        assert carrier.privacy_contact.endswith(".example")
        assert carrier.law == laws[carrier.slug]
        assert carrier.authority == watches[carrier.law]


@pytest.mark.parametrize("slug", BOTH)
def test_the_first_topic_is_for_those_who_do_not_know(slug):
    found = described(slug)
    assert tuple(topic.slug for topic in found.topics) == TOPICS
    assert all(len(topic.name["ar"].split()) <= 4 for topic in found.topics)


def test_every_topic_has_its_pictogram(root):
    drawn = re.findall(r'<symbol[^>]* id="([a-z-]+)"', (root / "static/pictograms.svg").read_text(encoding="utf-8"))
    assert set(TOPICS) <= set(drawn)


def test_the_planned_programme_is_planned_and_hidden():
    found = described("balingen")
    planned = next(p for p in found.programmes if p.slug == "perspektiven")
    assert planned.confidential
    assert planned.first_day > NOW.date()
    assert not [topic for topic in found.topics if "perspektiven" in topic.programmes]


def test_three_people_share_one_office():
    sharing = [person.login for person in described("balingen").staff if "b3" in person.rooms]
    assert len(sharing) == 3


@pytest.mark.parametrize("slug", BOTH)
def test_outreach_takes_nobody_out_of_her_hours_in_the_house(slug):
    for person in described(slug).staff:
        for out, inside in product(person.shifts, person.shifts):
            if (out.kind, inside.kind, out.weekday) == (OUTREACH, TALKS, inside.weekday):
                assert out.ends <= inside.starts or inside.ends <= out.starts, person.login


@pytest.mark.parametrize(("slug", "sites"), [
    ("balingen", {"outreach-kleiner-heuberg", "outreach-sigmaringen"}), ("ludwigsburg", {"school", None}),
])  # fmt: skip
def test_outreach_is_planned_with_its_site(app, slug, sites):
    assert {
        shift.site for person in described(slug).staff for shift in person.shifts if shift.kind == OUTREACH
    } == sites
    text = centres.source(slug).text
    with app.app_context():
        centres.load(text, now=NOW)
        assert centres.changes(text, now=NOW) == []
        with reading() as session:
            site = select(m.Site.slug).where(m.Site.id == m.Shift.site_id).scalar_subquery()
            stored = session.execute(select(site).where(m.Shift.kind == OUTREACH))
            assert {row[0] for row in stored} == sites


@pytest.mark.parametrize("slug", BOTH)
def test_interpreters_come_while_the_centre_is_open(slug):
    found = described(slug)
    assert {person.woman for person in found.interpreters} == {True, False}
    for person in found.interpreters:
        assert set(person.languages) <= set(found.centre.interpreted)
        assert person.hours
        for one in person.hours:
            assert any(h.weekday == one.weekday and h.starts <= one.starts and one.ends <= h.ends for h in found.hours)


@pytest.mark.parametrize(("slug", "language"), [("balingen", "ti"), ("ludwigsburg", "fa")])
def test_a_woman_an_interpreter_and_room_for_a_family_can_be_had(app, slug, language):
    """All at once, for whoever is old enough for each programme; only somebody named can be known to be a woman."""
    with app.app_context():
        centres.load(centres.source(slug).text, now=NOW)
        centre = centres.by_slug(slug)
        asked = wishes.asked(centre.id, "residence", NOW.date())
        assert (asked.people, asked.woman) == (wishes.MOST_PEOPLE, True)
        wish = Wish("residence", language, Age(True), people=5, woman=True)
        starts = appointments.offers(centre.id, wish, now=NOW).starts
        assert starts
        booked = a_booking(centre.id, starts[0], wish=wish, now=NOW)
        with reading() as session:
            room = session.scalar(select(m.Room.slug).where(m.Room.id == booked.card.room_id))
            came = session.scalar(select(m.Appointment.interpreter_id).where(m.Appointment.id == booked.card.id))
        assert (room, came is not None) == ("group", True)


def test_the_posts_of_balingen_are_those_of_the_application():
    posts = [person.contract_minutes for person in described("balingen").staff]
    assert sum(posts) == round(3.3 * 39 * 60)


@pytest.mark.parametrize("language", ["de", "en", "ar"])
@pytest.mark.parametrize("slug", BOTH)
def test_every_topic_can_be_booked_within_a_week_whatever_the_age(app, slug, language):
    with app.app_context():
        centres.load(centres.source(slug).text, now=NOW)
        centre = centres.by_slug(slug)
        for topic in appointments.topics_with_age(centre.id, now=NOW):
            lives = [*(area.slug for area in topic.areas), ""] if topic.areas else [None]
            for reached, area in product((True, False), lives):
                wish = Wish(topic.slug, language, Age(reached), area)
                if (slug, topic.slug, reached) == ("balingen", "school-training", False):
                    with pytest.raises(NoProgramme) as caught:
                        appointments.offers(centre.id, wish, now=NOW)
                    assert centres.partner(centre.id, caught.value.partner_id).name["en"] == "Youth migration service"
                    continue
                starts = appointments.offers(centre.id, wish, now=NOW).starts
                assert len([start for start in starts if start < NOW + timedelta(days=7)]) >= 5, wish
