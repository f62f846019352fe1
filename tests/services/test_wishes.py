"""What a visitor needs: threaded from the wish to the appointment, and from there to a move."""

import pytest

from booking.domain.availability import Wish
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken
from booking.domain.places import PHONE, SHORT
from booking.services import appointments, changes, wishes
from booking.store import models as m
from tests.people import (
    DAY,
    MINUTE,
    MOBILE,
    NINE,
    NOW,
    TODAY,
    WEB,
    a_bare_centre,
    a_booking,
    a_carrier,
    a_counsellor,
    a_programme,
    a_room,
    a_topic,
    add,
    an_area,
    an_interpreter,
    change,
    id_of,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def heuberg(inside):
    """Balingen in small: "soz-kh" is for Rosenfeld and Isingen, with its partner for all others; "im" for everybody."""
    centre = a_bare_centre("balingen", min_reachable=0)
    partner = add(m.Partner(centre_id=centre, slug="town", name={"de": "Stadt"}, address="", phone=""))
    a_carrier(centre), a_programme(centre, "soz-kh", refer_to=partner), a_programme(centre, "im")
    for slug in ("rosenfeld", "isingen", "town"):
        an_area(centre, slug, programmes=() if slug == "town" else ["soz-kh"])
    a_topic(centre, programmes=["soz-kh", "im"]), a_topic(centre, "housing", programmes=["soz-kh"])
    a_topic(centre, "work", programmes=["im"])
    a_room(centre), a_room(centre, "r2", seats=5, step_free=True), open_hours(centre)
    a_counsellor(centre, "Anna", programmes=["soz-kh"], woman=True), a_counsellor(centre, "Beate", programmes=["im"])
    return centre


def wish(topic="residence", **values):
    return Wish(topic, "de", None, **values)


def programmes_at_nine(centre, area):
    """Which programme serves her is decided when she books; both are tried, one after the other."""
    found = [a_booking(centre, NINE, wish=wish(area=area)).card.programme_id for _ in range(2)]
    return {slug for slug in ("soz-kh", "im") if id_of(m.Programme, centre, slug) in found}


def test_where_she_lives_is_asked_only_where_it_matters(heuberg):
    asked = {t.slug: [area.slug for area in t.areas] for t in appointments.topics_with_age(heuberg, now=NOW)}
    assert asked == {
        "residence": ["rosenfeld", "isingen", "town"],
        "housing": ["rosenfeld", "isingen", "town"],
        "work": [],
    }
    for area, reason in ((None, "area-needed"), ("nowhere", "area-unknown")):
        with pytest.raises(Invalid) as refused:
            appointments.offers(heuberg, wish(area=area), now=NOW)
        assert (refused.value.field, refused.value.reason) == ("area", reason)
    assert appointments.offers(heuberg, wish("work"), now=NOW).starts


def test_both_programmes_serve_who_lives_there_and_one_all_others(heuberg):
    assert programmes_at_nine(heuberg, "isingen") == {"soz-kh", "im"}
    assert appointments.offers(heuberg, wish(area="town"), now=NOW).starts
    with pytest.raises(SlotTaken):
        a_booking(heuberg, NINE, wish=wish(area=""))


@pytest.mark.parametrize("area", ["town", ""])
def test_whom_residence_leads_elsewhere_is_told_who_helps(heuberg, area):
    with pytest.raises(NoProgramme) as refused:
        appointments.offers(heuberg, wish("housing", area=area), now=NOW)
    assert refused.value.partner_id == rows(m.Partner.id)[0]


def test_what_must_be_kept_is_stored_and_nothing_else(heuberg):
    change(m.Topic, id_of(m.Topic, heuberg, "residence"), short_minutes=20)
    anna = rows(m.Staff.id)[0]
    a_booking(heuberg, NINE, wish=wish("work", mode=PHONE), phone=MOBILE)
    a_booking(heuberg, NINE + DAY, wish=wish(area="rosenfeld", people=4, woman=True, step_free=True, length=SHORT,
                                             counsellor_id=anna))  # fmt: skip
    stored = rows(m.Appointment.mode, m.Appointment.length, m.Appointment.needs)
    assert stored == [
        ("phone", "first", {}),
        ("in_person", "short", {
            "area": "rosenfeld", "people": 4, "woman": True, "step_free": True, "counsellor": anna}),
    ]  # fmt: skip
    card = appointments.card(heuberg, rows(m.Appointment.id)[1])
    assert (card.ends_at - card.starts_at, card.because["rule"]) == (20 * MINUTE, "wished")


def test_a_moved_appointment_keeps_what_it_needs(heuberg):
    """Only the large room has a seat for all four, and it is given up after two days."""
    card = a_booking(heuberg, NINE, wish=wish(area="isingen", people=4, woman=True)).card
    room = id_of(m.Room, heuberg, "r2")
    assert card.room_id == room
    moved = changes.move(heuberg, card.id, NINE + DAY, None, by=WEB, now=NOW)
    assert (moved.room_id, moved.needs) == (room, {"area": "isingen", "people": 4, "woman": True})
    change(m.Room, room, last_day=(NINE + DAY).date())
    with pytest.raises(SlotTaken):
        changes.move(heuberg, card.id, NINE + 2 * DAY, None, by=WEB, now=NOW)
    change(m.Staff, card.counsellor_id, woman=None)
    assert changes.new_times(heuberg, card.id, None, now=NOW).starts == []


def test_who_wished_a_counsellor_moves_to_her_if_she_is_free_and_else_to_a_colleague(heuberg):
    cem = a_counsellor(heuberg, "Cem", programmes=["im"])
    beate = rows(m.Staff.id)[1]
    for day in (1, 2):  # more booked than Cem, so that without the wish he would come first
        a_booking(heuberg, NINE + day * DAY + 60 * MINUTE, wish=wish("work", counsellor_id=beate))
    card = a_booking(heuberg, NINE, wish=wish("work", counsellor_id=beate)).card
    assert changes.move(heuberg, card.id, NINE + DAY, None, by=WEB, now=NOW).counsellor_id == beate
    a_booking(heuberg, NINE + 2 * DAY, wish=wish("work", counsellor_id=beate))
    assert changes.move(heuberg, card.id, NINE + 2 * DAY, None, by=WEB, now=NOW).counsellor_id == cem


def test_the_length_of_the_talk_is_told_with_its_times(heuberg):
    change(m.Topic, id_of(m.Topic, heuberg, "work"), follow_up_minutes=20)
    assert appointments.offers(heuberg, wish("work", length="follow_up"), now=NOW).minutes == 20
    assert appointments.offers(heuberg, wish("work", length=SHORT), now=NOW).minutes == 30


def test_who_is_called_leaves_a_number(heuberg):
    with pytest.raises(Invalid) as refused:
        a_booking(heuberg, NINE, wish=wish("work", mode=PHONE))
    assert (refused.value.field, refused.value.reason) == ("phone", "phone-needed-to-call")


def test_only_what_changes_something_is_asked(heuberg):
    """A wide room with no steps beside a narrow one with some; a woman for one topic; languages by local use."""
    asked = wishes.asked(heuberg, "housing", TODAY)
    assert asked == wishes.Asked(("de",), ("in_person",), 4, woman=True, step_free=True, carriers=())
    assert not wishes.asked(heuberg, "work", TODAY).woman
    change(m.Centre, heuberg, languages=["ar", "de", "en"], interpreted=["ar", "tr"], modes=["phone", "in_person"])
    an_interpreter(heuberg, "Sahra", ["so"])
    asked = wishes.asked(heuberg, "work", TODAY)
    assert (asked.languages, asked.modes) == (("ar", "de", "so", "tr"), ("phone", "in_person"))
    change(m.Room, id_of(m.Room, heuberg, "r2"), step_free=False, seats=30)
    asked = wishes.asked(heuberg, "work", TODAY)
    assert (asked.step_free, asked.people) == (False, wishes.MOST_PEOPLE)


def test_carriers_are_asked_about_where_several_help_with_this(heuberg):
    other = a_carrier(heuberg, "awo")
    assert (wishes.carrier_id(heuberg, "awo"), wishes.carrier_id(heuberg, "nobody")) == (other, None)
    assert wishes.asked(heuberg, "work", TODAY).carriers == ()
    a_counsellor(heuberg, "Cem", carrier="awo", programmes=["im"])
    assert [row.slug for row in wishes.asked(heuberg, "work", TODAY).carriers] == ["caritas", "awo"]
    assert wishes.asked(heuberg, "housing", TODAY).carriers == ()


def test_where_nobody_works_nothing_is_asked(heuberg):
    for person in rows(m.Staff.id):
        change(m.Staff, person, last_day=TODAY - DAY)
    assert wishes.asked(heuberg, "work", TODAY) == wishes.Asked(
        (), ("in_person",), 1, woman=False, step_free=False, carriers=()
    )
    for centre, topic in ((heuberg, "nothing"), (heuberg + 99, "work")):
        with pytest.raises(NotFound):
            wishes.asked(centre, topic, TODAY)
