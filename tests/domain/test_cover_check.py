"""The validator finds each kind of mistake, each put into a plan that was right."""

from datetime import timedelta

import pytest

from booking.domain.cover_check import Violation, check
from booking.domain.cover_values import Line, Place, Talk
from booking.domain.places import Age, Interpreter, Programme
from tests.covering import a_calendar, a_day, a_person, a_request, a_room, hours, inputs_of, wall

CAL = a_calendar()
ALL_DAY = hours(CAL, "09:00-12:00", "13:00-16:00")
MINUTE = timedelta(minutes=1)
NINE, HALF_PAST = wall("09:00"), wall("09:30")
HERE = Place(1, 1, NINE, HALF_PAST, HALF_PAST + 5 * MINUTE)
THERE = HERE._replace(counsellor_id=2, room_id=2)
HELPER = Interpreter(5, frozenset({"ar"}), None, timedelta(0), CAL.grid.whole)


def a_house(talk=None, *, plan=None, others=(), there=None, people=None, rooms=None, **values):
    """Anna is away; Berta and Cem are there, each with a room of her own."""
    people = people or [a_person(n, ALL_DAY, (n,)) for n in (1, 2, 3)]
    day = a_day(people, rooms or [a_room(n, CAL) for n in (1, 2, 3)], CAL, **(plan or {}))
    talk = talk or Talk(1, HERE, a_request(CAL))
    return inputs_of(day, [talk, *others], {1: 0, 2: ALL_DAY, 3: ALL_DAY, **(there or {})}, **values)


def a_line(after=THERE, action="colleague", **values):
    return Line(1, action, 1, HERE, after, {})._replace(**values)


def kinds(inputs, *lines):
    return {violation.kind for violation in check(inputs, lines)}


def test_what_is_right_is_let_through():
    assert check(a_house(), [a_line()]) == []
    assert check(a_house(), [a_line(None, "cancel")]) == []
    assert check(a_house(), []) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (a_line(talk_id=9), "unknown"),
        (a_line(before=THERE), "untouched"),
        (a_line(None), "time"),
        (a_line(THERE, "cancel"), "time"),
        (a_line(THERE._replace(starts_at=NINE + 15 * MINUTE, ends_at=wall("09:45"), busy_until=wall("09:50"))), "time"),
        (a_line(THERE, "offer"), "late"),
        (a_line(HERE), "absent"),
        (a_line(THERE._replace(counsellor_id=9)), "absent"),
        (a_line(THERE._replace(room_id=3)), "room"),
        (a_line(THERE._replace(room_id=9)), "room"),
        (a_line(THERE._replace(interpreter=True)), "language"),
        (a_line(THERE._replace(ends_at=NINE + 25 * MINUTE)), "length"),
        (a_line(THERE._replace(busy_until=HALF_PAST)), "length"),
    ],
)
def test_a_mistake_in_a_line_is_found(line, kind):
    assert kind in kinds(a_house(), line)


def test_the_same_appointment_twice():
    assert check(a_house(), [a_line(), a_line()]) == [Violation("twice", 1)]


def test_who_is_not_affected_may_only_change_places():
    there = {1: ALL_DAY}
    assert "untouched" in kinds(a_house(there=there), a_line())
    assert "untouched" in kinds(a_house(there=there), a_line(None, "cancel"))
    assert kinds(a_house(there=there), a_line(action="swap")) == set()


def test_two_in_one_place_are_found_among_lines_and_with_those_who_stay():
    other = Talk(2, THERE, a_request(CAL))
    assert kinds(a_house(others=[other]), a_line()) == {"taken"}
    also = Talk(2, HERE._replace(room_id=3), a_request(CAL))
    both = [a_line(), Line(2, "colleague", 1, also.place, THERE, {})]
    assert kinds(a_house(others=[also]), *both) == {"taken"}
    moved = Line(2, "swap", 1, THERE, THERE._replace(counsellor_id=3, room_id=3), {})
    assert kinds(a_house(others=[other]), a_line(action="swap"), moved) == set()


@pytest.mark.parametrize(
    ("wanted", "person", "room", "kind"),
    [
        ({"programme": 2}, {}, {}, "programme"),
        ({"woman": True}, {}, {}, "needs"),
        ({"people": 3}, {}, {}, "needs"),
        ({"step_free": True}, {}, {"step_free": False}, "needs"),
        ({"language": "ar"}, {}, {}, "language"),
        ({"woman": True}, {"woman": True}, {}, None),
        ({"people": 3, "mode": "phone"}, {}, {}, None),
    ],
)
def test_what_the_visitor_needs(wanted, person, room, kind):
    talk = Talk(1, HERE, a_request(CAL, **wanted))
    people = [a_person(n, ALL_DAY, (n,), **person) for n in (1, 2, 3)]
    rooms = [a_room(n, CAL, **room) for n in (1, 2, 3)]
    found = kinds(a_house(talk, people=people, rooms=rooms), a_line())
    assert (kind in found) if kind else found == set()


def test_what_is_confidential_needs_a_quiet_room():
    secret = {1: Programme(1, None, None, None, None, confidential=True)}
    loud = [a_room(n, CAL, quiet=False) for n in (1, 2, 3)]
    assert kinds(a_house(rooms=loud, plan={"programmes": secret}), a_line()) == {"needs"}
    assert kinds(a_house(plan={"programmes": secret}), a_line()) == set()


@pytest.mark.parametrize(
    ("plan", "helper", "wanted", "interpreters", "kind"),
    [
        ({"interpreted": frozenset({"ar"})}, None, {}, {}, None),
        ({"interpreted": frozenset({"ar"})}, None, {"woman": True}, {}, "language"),
        ({}, None, {}, {}, "language"),
        ({"interpreters": (HELPER,)}, 5, {}, {}, None),
        ({"interpreters": (HELPER,)}, 6, {}, {}, "language"),
        ({"interpreters": (HELPER,)}, 5, {"woman": True}, {}, "language"),
        ({"interpreters": (HELPER,)}, 5, {}, {"interpreters": {5: 0}}, "absent"),
    ],
)
def test_who_interprets(plan, helper, wanted, interpreters, kind):
    talk = Talk(1, HERE, a_request(CAL, "ar", **wanted))
    ends = NINE + 45 * MINUTE
    after = THERE._replace(ends_at=ends, busy_until=ends + 5 * MINUTE, interpreter=True, interpreter_id=helper)
    people = [a_person(n, ALL_DAY, (n,), woman=True) for n in (1, 2, 3)]
    inputs = a_house(talk, plan=plan, people=people)._replace(**interpreters)
    found = kinds(inputs, a_line(after))
    assert (kind in found) if kind else found == set()


def test_closed_time_and_a_room_that_is_gone():
    inputs = a_house()
    assert "closed" in kinds(inputs._replace(plan=inputs.plan._replace(open_steps=0)), a_line())
    assert "room" in kinds(inputs._replace(rooms={**inputs.rooms, 2: 0}), a_line())


def test_a_new_time_too_soon_or_too_far():
    inputs, day = a_house(), CAL.days[-1]
    good = THERE._replace(
        starts_at=wall("09:00", day), ends_at=wall("09:30", day), busy_until=wall("09:35", day)
    )  # fmt: skip
    assert kinds(inputs, a_line(good, "offer")) == set()
    assert kinds(inputs._replace(answer_by=good.starts_at), a_line(good, "offer")) == {"late"}
    shorter = inputs.offered._replace(ends=good.starts_at)
    assert kinds(inputs._replace(offered=shorter), a_line(good, "offer")) == {"late"}


def test_contract_hours_of_who_takes_more():
    inputs = a_house()
    full = {2: inputs.loads[2]._replace(booked_minutes=4 * 2340)}
    assert kinds(inputs._replace(loads=full), a_line()) == {"hours"}
    assert kinds(inputs._replace(loads={2: full[2]._replace(contract_minutes=0)}), a_line()) == set()
    room_only = a_house(there={1: ALL_DAY}, people=[a_person(1, ALL_DAY, (1, 2)), a_person(2, ALL_DAY)])
    full = {1: room_only.loads[1]._replace(booked_minutes=4 * 2340 + 60)}
    moved = a_line(HERE._replace(room_id=2), "swap")
    assert kinds(room_only._replace(loads=full), moved) == set()


def test_the_last_who_can_be_reached():
    lonely = {"walk_in_steps": ALL_DAY}
    two = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,)), a_person(3, ALL_DAY, (3,))._replace(duty=False)]
    inputs = a_house(people=two, plan=lonely)
    assert check(inputs, [a_line()]) == [Violation("walk-ins", None)]
    assert check(inputs._replace(plan=inputs.plan._replace(min_reachable=0)), [a_line()]) == []
    assert check(a_house(plan=lonely), [a_line()]) == []


def test_as_many_as_the_centre_wants_stay_reachable_each_in_a_room_of_her_own():
    """Berta, Cem and Dora are there: one of them can cover for Anna while two are wanted, and not while three are."""
    people = [a_person(n, ALL_DAY, (n,)) for n in (1, 2, 3, 4)]
    rooms = [a_room(n, CAL) for n in (1, 2, 3, 4)]

    def found(least, **more):
        plan = {"walk_in_steps": ALL_DAY, "min_reachable": least}
        return kinds(a_house(plan=plan, rooms=rooms, there={4: ALL_DAY}, **{"people": people, **more}), a_line())

    assert (found(1), found(2), found(3)) == (set(), set(), {"walk-ins"})
    shared = [*people[:2], people[2]._replace(rooms=(3,)), people[3]._replace(rooms=(3,))]
    assert found(1, people=shared) == set()
    assert found(2, people=shared) == {"walk-ins"}  # Cem and Dora share a room: they are not two


def test_where_fewer_could_be_reached_without_the_plan_those_are_enough():
    busy = Talk(2, Place(3, 3, NINE, HALF_PAST, HALF_PAST + 5 * MINUTE), a_request(CAL))
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,))._replace(duty=False), a_person(3, ALL_DAY, (3,))]
    inputs = a_house(people=people, others=[busy], plan={"walk_in_steps": ALL_DAY, "min_reachable": 2})
    assert check(inputs, [a_line()]) == []


def test_a_gap_that_was_there_before_is_nobody_s_fault():
    busy = Talk(2, THERE, a_request(CAL))
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,)), a_person(3, ALL_DAY, (3,))._replace(duty=False)]
    inputs = a_house(people=people, others=[busy], plan={"walk_in_steps": ALL_DAY})
    assert check(inputs, [a_line(THERE._replace(counsellor_id=3, room_id=3))]) == []


def test_a_new_time_from_the_birthday_on_is_not_the_programme_s():
    talk = Talk(1, HERE, a_request(CAL)._replace(age=Age(False, CAL.days[2])))
    plan = {"programmes": {1: Programme(1, None, 27, None, None)}}
    for day, found in ((1, False), (2, True)):
        start = wall("09:00", CAL.days[day])
        line = a_line(
            THERE._replace(starts_at=start, ends_at=start + 30 * MINUTE, busy_until=start + 35 * MINUTE), "offer"
        )
        assert ("programme" in kinds(a_house(talk, plan=plan), line)) is found
