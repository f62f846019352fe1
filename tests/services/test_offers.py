"""What is offered, by which rules, and that every offered start can be booked, on both databases."""

from datetime import date, time
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from booking.domain.availability import Age, Wish
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken
from booking.services import appointments, changes
from booking.store import models as m
from booking.store.db import transaction
from tests.conftest import empty
from tests.people import (
    BERLIN,
    DAY,
    MINUTE,
    MORNINGS,
    NINE,
    NOW,
    TODAY,
    a_bare_centre,
    a_booking,
    a_carrier,
    a_centre,
    a_closure,
    a_counsellor,
    a_programme,
    a_room,
    a_topic,
    an_absence,
    at,
    change,
    id_of,
    open_hours,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")
GERMAN = Wish("residence", "de", None)
OPENING = at("2027-03-02 09:00")  # from now on the newest day is offered


def offered(centre, wish=GERMAN, *, now=NOW):
    """The starts, as they are read in Berlin."""
    return [f"{s.astimezone(BERLIN):%m-%d %H:%M}" for s in appointments.offers(centre, wish, now=now).starts]


def days_offered(centre, wish=GERMAN, *, now=OPENING):
    return sorted({start.astimezone(BERLIN).date() for start in appointments.offers(centre, wish, now=now).starts})


# ── what is offered ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_offers_begin_after_the_lead_time_and_end_with_the_horizon(centre):
    found = offered(centre)
    assert found[:3] == ["03-02 09:30", "03-02 09:45", "03-02 10:00"]
    assert found[-1] == "03-08 11:15"
    assert offered(centre, now=OPENING)[-1] == "03-09 11:15"
    assert days_offered(centre) == [TODAY + n * DAY for n in (0, 1, 2, 3, 6, 7)]


def test_the_newest_day_is_offered_when_the_centre_opens_and_not_at_midnight(centre):
    assert days_offered(centre, now=OPENING - MINUTE) == [TODAY + n * DAY for n in (0, 1, 2, 3, 6)]
    a_closure(centre, TODAY)
    assert days_offered(centre, now=OPENING) == [TODAY + n * DAY for n in (1, 2, 3, 6)]


def test_a_share_of_each_day_is_kept_until_the_evening_before(centre):
    """A morning has 36 times five minutes, a talk takes seven of them: with half kept, two are sold before."""
    change(m.Centre, centre, same_day_percent=50)
    a_booking(centre, NINE), a_booking(centre, NINE + 45 * MINUTE)
    assert days_offered(centre) == [TODAY + n * DAY for n in (0, 2, 3, 6, 7)]
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE + 90 * MINUTE)
    assert TODAY + DAY not in days_offered(centre, now=at("2027-03-02 17:59"))
    assert TODAY + DAY in days_offered(centre, now=at("2027-03-02 18:00"))
    assert a_booking(centre, NINE + 90 * MINUTE, now=at("2027-03-02 18:00"))


def test_a_crisis_finds_a_hole_in_each_walk_in_period_that_is_still_to_come():
    centre = a_centre(walk_in=True, min_reachable=0, crisis_minutes=30)
    a_counsellor(centre)
    a_booking(centre, NINE + 45 * MINUTE), a_booking(centre, NINE + 90 * MINUTE)
    assert "03-03 11:15" in offered(centre, now=NINE)  # the hole is the first three quarters of an hour
    assert "03-03 11:15" not in offered(centre, now=NINE + 16 * MINUTE)
    a_booking(centre, NINE)
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE + 135 * MINUTE)


def test_a_crisis_takes_nothing_from_a_period_that_is_sold_where_one_is_alone():
    centre = a_centre(walk_in=True, crisis_minutes=30)
    a_counsellor(centre)
    assert offered(centre) == []
    with transaction(0) as session:
        session.execute(m.Hours.__table__.update().values(alone="appointments"))
    assert len([start for start in offered(centre) if start.startswith("03-03")]) == 10


def test_a_closure_shuts_the_centre_and_a_carriers_only_its_own_staff(centre):
    diakonie = a_carrier(centre, "diakonie")
    a_closure(centre, TODAY + DAY)
    a_closure(centre, TODAY + 2 * DAY, TODAY + 3 * DAY, carrier=id_of(m.Carrier, centre, "caritas"))
    a_closure(centre, TODAY, TODAY + 9 * DAY, carrier=diakonie)
    a_closure(centre, TODAY - 9 * DAY, TODAY - DAY)
    assert days_offered(centre) == [TODAY, TODAY + 6 * DAY, TODAY + 7 * DAY]


def test_public_holidays_of_baden_wuerttemberg_are_shut():
    centre = a_centre(horizon_days=90)
    a_counsellor(centre)
    found = days_offered(centre)
    weekdays = [TODAY + n * DAY for n in range(91) if (TODAY + n * DAY).weekday() < 5]
    assert [day for day in weekdays if day not in found] == [
        date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17), date(2027, 5, 27),
    ]  # fmt: skip


def test_an_absence_takes_away_what_it_touches(centre):
    anna = rows(m.Staff.id)[0]
    an_absence(centre, anna, at("2027-03-02 00:00"), at("2027-03-03 10:02"))
    an_absence(centre, anna, at("2027-03-03 11:29"), at("2027-03-09 00:00"))
    assert offered(centre, now=OPENING)[:4] == ["03-03 10:15", "03-03 10:30", "03-03 10:45", "03-09 09:00"]


def test_who_has_left_and_who_has_not_begun_is_not_offered():
    centre = a_centre()
    a_counsellor(centre, "Anna", last_day=TODAY)
    a_counsellor(centre, "Beate", first_day=TODAY + 7 * DAY)
    assert days_offered(centre) == [TODAY, TODAY + 7 * DAY]


def test_nobody_is_offered_before_the_day_of_her_commitment_to_secrecy():
    centre = a_centre()
    a_counsellor(centre, "Anna", secret_since=TODAY + 2 * DAY)
    a_counsellor(centre, "Beate", secret_since=None)
    a_counsellor(centre, "Cem", first_day=TODAY + 7 * DAY, secret_since=TODAY + 6 * DAY, last_day=TODAY + 7 * DAY)
    assert days_offered(centre) == [TODAY + n * DAY for n in (2, 3, 6, 7)]
    change(m.Staff, rows(m.Staff.id)[0], last_day=TODAY + 2 * DAY)
    assert days_offered(centre) == [TODAY + 2 * DAY, TODAY + 7 * DAY]
    assert a_booking(centre, NINE + 6 * DAY, now=OPENING).card.counsellor_id == rows(m.Staff.id)[2]


def test_a_room_that_is_given_up_is_not_offered():
    centre = a_bare_centre()
    a_carrier(centre), a_programme(centre), a_topic(centre), open_hours(centre)
    a_room(centre, "old", last_day=TODAY)
    a_room(centre, "new", first_day=TODAY + 7 * DAY)
    a_room(centre, "hall", kind="waiting")
    a_counsellor(centre)
    assert days_offered(centre) == [TODAY, TODAY + 7 * DAY]


def test_a_programme_ends_and_begins(centre):
    change(m.Programme, id_of(m.Programme, centre, "mbe"), last_day=TODAY)
    a_programme(centre, "im", first_day=TODAY + 3 * DAY)
    a_topic(centre, "work", programmes=["mbe", "im"])
    a_counsellor(centre, "Beate", programmes=["im"])
    assert days_offered(centre, Wish("work", "de", None)) == [TODAY] + [TODAY + n * DAY for n in (3, 6, 7)]


def test_a_topic_that_is_no_longer_offered_is_not_found_but_what_is_booked_keeps_it(centre):
    booked = a_booking(centre, NINE)
    change(m.Topic, booked.card.topic_id, offered=False)
    with pytest.raises(NotFound):
        appointments.offers(centre, GERMAN, now=NOW)
    later = changes.new_times(centre, booked.card.id, None, now=NOW).starts
    assert NINE + 30 * MINUTE in later


def test_in_walk_in_periods_the_last_one_is_not_sold():
    centre = a_centre(walk_in=True)
    a_counsellor(centre, "Anna")
    assert offered(centre) == []
    a_room(centre, "r2")
    a_counsellor(centre, "Beate")
    assert a_booking(centre, NINE).card.counsellor_id in rows(m.Staff.id)
    with pytest.raises(SlotTaken):
        a_booking(centre, NINE)


def test_an_interpreter_needs_time_to_come_and_makes_the_talk_longer():
    centre = a_centre(interpreted=["so"], interpreter_lead_minutes=24 * 60)
    a_counsellor(centre)
    wish = Wish("residence", "so", None)
    assert offered(centre, wish)[0] == "03-03 09:00"
    card = a_booking(centre, NINE, language="so").card
    assert (card.interpreter, card.ends_at - card.starts_at) == (True, 45 * MINUTE)


def test_the_length_of_a_talk_is_known_before_it_is_booked():
    centre = a_centre(interpreted=["ti"])
    a_counsellor(centre)
    assert appointments.minutes_at(centre, Wish("residence", "de", None), NINE, now=NOW) == 30
    assert appointments.minutes_at(centre, Wish("residence", "ti", None), NINE, now=NOW) == 45
    assert appointments.minutes_at(centre, Wish("residence", "so", None), NINE, now=NOW) == 30
    with pytest.raises(NotFound):
        appointments.minutes_at(centre, Wish("nothing", "de", None), NINE, now=NOW)


def test_the_one_with_the_language_is_chosen_before_an_interpreter():
    centre = a_centre(interpreted=["ar"])
    a_room(centre, "r2")
    a_counsellor(centre, "Anna"), a_counsellor(centre, "Beate", languages=["de", "ar"])
    a_booking(centre, NINE, language="ar")
    assert rows(m.Staff.name, m.Staff.id)[1][1] == rows(m.Appointment.counsellor_id)[0]
    assert rows(m.Appointment.because)[0] == {"rule": "language", "among": 2, "share": 0}
    assert a_booking(centre, NINE, language="ar").card.interpreter


def test_bookings_are_spread_by_the_share_of_contract_hours_and_then_by_who_was_booked_last():
    centre = a_centre()
    a_room(centre, "r2")
    full, half = a_counsellor(centre, "Anna"), a_counsellor(centre, "Beate", contract_minutes=39 * 30)
    starts = [at(f"2027-03-0{day} 09:00") for day in (3, 4, 5, 8)]
    chosen = [a_booking(centre, s, now=NOW + n * MINUTE).card for n, s in enumerate(starts)]
    assert [c.counsellor_id for c in chosen] == [full, half, full, half]
    assert [c.because["rule"] for c in chosen] == ["recent", "share", "share", "recent"]


def test_what_is_booked_for_later_than_four_weeks_weighs_nothing_yet():
    centre = a_centre(horizon_days=60)
    a_room(centre, "r2")
    anna = a_counsellor(centre, "Anna")
    assert a_booking(centre, NINE + 28 * DAY).card.counsellor_id == anna
    beate = a_counsellor(centre, "Beate")
    card = a_booking(centre, NINE, now=NOW + MINUTE).card
    assert (card.counsellor_id, card.because["rule"], card.because["share"]) == (beate, "recent", 0)


# ── age ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def programme_of(card):
    return dict(rows(m.Programme.id, m.Programme.slug))[card.programme_id]


def test_the_age_on_the_day_of_the_appointment_decides(two_ages):
    birthday = TODAY + 2 * DAY
    soon = Age(False, birthday)
    assert programme_of(a_booking(two_ages, at("2027-03-03 11:00"), age=soon).card) == "jmd"
    assert programme_of(a_booking(two_ages, at("2027-03-04 09:00"), age=soon).card) == "mbe"
    assert programme_of(a_booking(two_ages, NINE, age=Age(True)).card) == "mbe"
    assert programme_of(a_booking(two_ages, NINE, age=Age(False)).card) == "jmd"


@pytest.mark.parametrize(
    ("age", "field", "reason"),
    [
        (None, "age", "age-needed"),
        (Age(False, TODAY), "birthday", "birthday-not-in-horizon"),
        (Age(False, TODAY + 8 * DAY), "birthday", "birthday-not-in-horizon"),
    ],
)
def test_an_answer_about_age_that_helps_nobody_is_refused(two_ages, age, field, reason):
    for refused_by in (lambda: appointments.offers(two_ages, Wish("residence", "de", age), now=NOW),
                       lambda: a_booking(two_ages, NINE, age=age)):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            refused_by()
        assert (refused.value.field, refused.value.reason) == (field, reason)


def test_a_birthday_on_the_last_day_that_can_be_booked_is_one_to_ask_about(two_ages):
    assert appointments.offers(two_ages, Wish("residence", "de", Age(False, TODAY + 7 * DAY)), now=NOW).starts


def test_who_is_too_young_for_every_programme_is_told_who_helps(two_ages):
    with pytest.raises(NoProgramme) as refused:
        a_booking(two_ages, NINE, topic="housing", age=Age(False))
    assert refused.value.partner_id == rows(m.Partner.id)[0]
    soon = Wish("housing", "de", Age(False, TODAY + 6 * DAY))
    assert days_offered(two_ages, soon) == [TODAY + 6 * DAY, TODAY + 7 * DAY]


def test_an_age_is_not_asked_about_where_it_changes_nothing(centre):
    assert a_booking(centre, NINE, age=Age(False, TODAY - 999 * DAY)).card.starts_at == NINE


def test_topics_tell_what_will_be_asked_and_how_far_one_can_book(two_ages):
    a_programme(two_ages, "course")
    a_topic(two_ages, "german", 20, ["course"], position=0)
    a_topic(two_ages, "gone", offered=False)
    a_topic(two_ages, "empty", programmes=[], position=9)
    described = appointments.topics_with_age(two_ages, now=NOW)
    assert [(t.slug, t.minutes, t.age, t.until) for t in described] == [
        ("german", 20, None, TODAY + 7 * DAY), ("residence", 30, 27, TODAY + 7 * DAY),
        ("housing", 30, 27, TODAY + 7 * DAY), ("empty", 30, None, TODAY + 7 * DAY),
    ]  # fmt: skip
    assert [t.slug for t in appointments.topics(two_ages)] == [t.slug for t in described]
    assert appointments.topic(two_ages, "residence", now=NOW) == described[1]
    card = a_booking(two_ages, NINE, age=Age(True)).card
    assert appointments.topic_of_appointment(two_ages, card.id, now=NOW) == described[1]
    with pytest.raises(NotFound):
        appointments.topic(two_ages, "gone", now=NOW)


# ── every offered start can be booked, and no other ───────────────────────────────────────────────────────────────────


quarters = st.integers(0, 3 * 4 - 1).map(lambda n: time(9 + n // 4, n % 4 * 15))
days_ahead = st.integers(0, 3).map(lambda n: TODAY + n * DAY)
people = st.lists(
    st.tuples(
        st.sampled_from(["caritas", "awo"]), st.sampled_from([("mbe",), ("jmd",), ("mbe", "jmd")]),
        st.sampled_from([("r1",), ("r2", "r1")]), st.sampled_from([("de",), ("de", "ar")]), st.booleans(),
        st.lists(st.tuples(st.integers(1, 4), quarters, st.just(time(12))), max_size=3) | st.just(MORNINGS),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
absences = st.lists(st.tuples(st.integers(0, 2), days_ahead, quarters, st.integers(10, 200)), max_size=3)
shut = st.lists(st.tuples(days_ahead, st.sampled_from([None, "caritas", "awo"])), max_size=2)
wishes = st.builds(
    Wish, st.just("residence"), st.sampled_from(["de", "ar", "so"]),
    st.sampled_from([Age(True), Age(False), Age(False, TODAY + DAY), Age(False, TODAY + 2 * DAY)]),
    st.none(), st.sampled_from([1, 1, 2, 3]), st.just(False), st.just(False), st.none(), st.none(),
    st.sampled_from(["in_person", "phone"]), st.just("first"),
)  # fmt: skip


@st.composite
def centres(draw):
    """What a centre of three people and two rooms may look like in some week."""
    return draw(people), draw(absences), draw(shut), draw(st.booleans()), draw(st.sampled_from([TODAY, TODAY + DAY]))


def furnish(staff, away, closed, walk_in, last_day_of_a_room):
    centre = a_bare_centre(horizon_days=3, interpreted=["so"], interpreter_lead_minutes=600, start_every_minutes=30)
    a_carrier(centre), a_carrier(centre, "awo")
    a_programme(centre, "mbe", from_birthday=27), a_programme(centre, "jmd", before_birthday=27)
    a_topic(centre, programmes=["mbe", "jmd"])
    a_room(centre), a_room(centre, "r2", last_day=last_day_of_a_room)
    open_hours(centre, walk_in=walk_in)
    names = ("carrier", "programmes", "rooms", "languages", "duty", "shifts")
    ids = [a_counsellor(centre, f"p{n}", **dict(zip(names, values, strict=True))) for n, values in enumerate(staff)]
    for n, day, wall, minutes in away:
        begins = at(f"{day} {wall}")
        an_absence(centre, ids[n % len(ids)], begins, begins + minutes * MINUTE)
    for day, carrier in closed:
        a_closure(centre, day, carrier=carrier and id_of(m.Carrier, centre, carrier))
    return centre


ONE_COUNSELLOR = ([("caritas", ("mbe",), ("r1",), ("de",), True, MORNINGS)], [], [], False, TODAY)
BY_PHONE = Wish("residence", "de", Age(True), mode="phone")


@settings(max_examples=6)
@given(centres(), wishes, st.randoms(use_true_random=False))
@example(ONE_COUNSELLOR, BY_PHONE, Random(7))
def test_every_offered_start_can_be_booked_and_no_other(described, wish, chance):
    """Whoever is to be rung up leaves her number, as the form asks of her."""
    empty()
    centre, phone = furnish(*described), "0152 28817386" if wish.mode == "phone" else ""
    tried = [at(f"{TODAY + day * DAY} 08:30") + n * 30 * MINUTE for day in range(4) for n in range(7)]
    chance.shuffle(tried)
    for start in tried:
        promised = appointments.offers(centre, wish, now=NOW).starts
        if start in promised:
            assert a_booking(centre, start, wish=wish, phone=phone).card.starts_at == start
        else:
            with pytest.raises(SlotTaken) as refused:
                a_booking(centre, start, wish=wish, phone=phone)
            assert set(refused.value.near) <= set(promised)
            assert len(refused.value.near) == min(3, len(promised))
