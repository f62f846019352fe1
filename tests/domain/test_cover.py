"""Cover plans: what each line does and why, against oracles, and against a validator that knows nothing of either."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain import cover, cover_solver
from booking.domain.assignment import Load
from booking.domain.cover_check import check
from booking.domain.cover_values import Place, Talk, freed, lost, more_booked, taken
from booking.domain.places import Interpreter, Programme
from booking.domain.presence import Head, can_be_reached
from tests.bench.cover import quality
from tests.covering import (
    NOW,
    TUESDAY,
    Size,
    a_calendar,
    a_day,
    a_person,
    a_request,
    a_room,
    an_instance,
    hours,
    inputs_of,
    wall,
)

CAL = a_calendar()
ALL_DAY = hours(CAL, "09:00-12:00", "13:00-16:00")
MINUTE = timedelta(minutes=1)


def a_talk(id_, counsellor, room, start="09:00", *, minutes=30, interpreter=False, helper=None, wished=False, **wanted):
    begins = wall(start)
    ends = begins + minutes * MINUTE
    place = Place(counsellor, room, begins, ends, ends + 5 * MINUTE, interpreter, helper)
    return Talk(id_, place, a_request(CAL, **wanted), wished)


def a_house(people, talks, *, rooms=2, absent=(), today=(), plan=None, **values):
    """People who work all day, but for those absent, or absent `today` alone."""
    day = a_day(people, [a_room(n, CAL) for n in range(1, rooms + 1)], CAL, **(plan or {}))
    there = {c.id: 0 if c.id in absent else c.free for c in people}
    there |= {id_: ALL_DAY & ~CAL.whole_days(TUESDAY, TUESDAY) for id_ in today}
    return inputs_of(day, talks, there, **values)


def two(**values):
    """Anna (1) is away, Berta (2) is there; each may use both rooms."""
    return [a_person(1, ALL_DAY, (1, 2)), a_person(2, ALL_DAY, (2, 1), **values)]


def only(inputs):
    [line] = cover.propose(inputs).lines
    assert check(inputs, [line]) == []
    return line


# ── each kind of line ─────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_absent_no_lines():
    proposal = cover.propose(a_house(two(), [a_talk(1, 1, 1)]))
    assert proposal.lines == ()


def test_a_colleague_keeps_the_time_in_her_first_room():
    inputs = a_house(two(), [a_talk(1, 1, 1)], absent={1})
    line = only(inputs)
    assert (line.action, line.chain, line.talk_id) == ("colleague", 1, 1)
    assert line.before == inputs.talks[0].place
    assert line.after == Place(2, 2, wall("09:00"), wall("09:30"), wall("09:35"))
    assert line.because == {"lost": "absent", "rule": "only", "among": 1, "share": 0}


def test_a_time_at_which_nothing_begins_any_more_is_kept_all_the_same():
    assert only(a_house(two(), [a_talk(1, 1, 1, "09:10")], absent={1})).action == "colleague"


def test_whoever_has_more_time_left_is_asked_first():
    people = [*two(), a_person(3, ALL_DAY, (1,))]
    loads = {2: Load(600, 2340, None), 3: Load(60, 2340, None)}
    line = only(a_house(people, [a_talk(1, 1, 1)], absent={1}, loads=loads))
    assert (line.after.counsellor_id, line.because["rule"]) == (3, "share")


def test_a_swap_keeps_two_visitors_at_their_time():
    """Berta speaks Arabic but has a German visitor then, whom Cem could see, who speaks no Arabic."""
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2)]
    inputs = a_house(people, talks, rooms=3, absent={1})
    lines = cover.propose(inputs).lines
    assert [(x.talk_id, x.action, x.chain, x.after.counsellor_id) for x in lines] == [
        (1, "swap", 1, 2),
        (2, "swap", 1, 3),
    ]
    assert [x.because for x in lines] == [{"lost": "absent", "rule": "swap"}, {"rule": "makes-room"}]
    assert check(inputs, lines) == []


def test_a_swap_saves_an_interpreter():
    people = [
        a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}, programmes=(1, 2)),
        a_person(3, ALL_DAY, (3,), programmes=(1, 2)),
    ]  # fmt: skip
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 1, 1, "13:00", language="de", programme=2)]
    lines = cover.propose(a_house(people, talks, rooms=3, absent={1}, plan={"interpreted": frozenset({"ar"})})).lines
    assert [(x.after.counsellor_id, x.after.interpreter) for x in lines] == [(2, False), (3, False)]


def test_without_anybody_the_nearest_time_after_the_answer_is_offered():
    back = a_house(two(programmes=(2,)), [a_talk(1, 1, 1)], today={1})
    line = only(back)
    assert (line.action, line.after.starts_at) == ("offer", wall("09:00", CAL.days[-2]))
    assert line.after.starts_at > back.answer_by
    assert line.because == {"lost": "absent", "rule": "nobody"}


def test_two_are_never_offered_the_same_new_time():
    talks = [a_talk(1, 1, 1), a_talk(2, 2, 2), a_talk(3, 1, 1, "10:00"), a_talk(4, 2, 2, "10:00")]
    gone = a_house(two(), talks, today={1, 2})
    lines = cover.propose(gone).lines
    assert {line.action for line in lines} == {"offer"}
    assert len({(line.after.starts_at, line.after.counsellor_id) for line in lines}) == 4
    assert check(gone, lines) == []


def test_without_any_time_left_it_is_cancelled():
    line = only(a_house(two(programmes=(2,)), [a_talk(1, 1, 1)], absent={1}))
    assert (line.action, line.after) == ("cancel", None)


def day(number):
    return CAL.whole_days(CAL.days[number], CAL.days[number])


# ── why somebody loses her place, and why nobody keeps her time ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({}, None),
        ({"there": {1: 0, 2: ALL_DAY}}, "absent"),
        ({"there": {1: ALL_DAY & ~hours(CAL, "09:25-09:30"), 2: 0}}, "absent"),
        ({"there": {1: ALL_DAY & ~hours(CAL, "09:30-16:00"), 2: 0}}, None),  # only the buffer is missing
        ({"rooms": {1: 0, 2: ALL_DAY}}, "room"),
        ({"interpreters": {}}, None),
    ],
)
def test_what_makes_a_talk_impossible(change, cause):
    inputs = a_house(two(), [a_talk(1, 1, 1)])._replace(**change)
    assert lost(inputs, inputs.talks[0]) == cause


def test_a_closed_centre_and_an_ended_programme_lose_their_talks():
    inputs = a_house(two(), [a_talk(1, 1, 1)])
    shut = inputs._replace(plan=inputs.plan._replace(open_steps=ALL_DAY & ~day(0)))
    assert lost(shut, shut.talks[0]) == "closed"
    assert only(shut).because["rule"] == "nobody"
    begins = {1: Programme(1, None, None, CAL.days[1], None)}
    ended = inputs._replace(plan=inputs.plan._replace(programmes=begins))
    assert lost(ended, ended.talks[0]) == "programme"


def test_an_interpreter_who_cannot_come_is_replaced():
    helpers = tuple(Interpreter(n, frozenset({"ar"}), None, timedelta(0), CAL.grid.whole) for n in (5, 6))
    talk = a_talk(1, 1, 1, minutes=45, interpreter=True, helper=5, language="ar")
    inputs = a_house(two(), [talk], plan={"interpreters": helpers})
    gone = inputs._replace(interpreters={5: 0, 6: CAL.grid.whole})
    without = gone.plan._replace(interpreters=(helpers[0]._replace(free=0), helpers[1]))
    gone = gone._replace(plan=without)
    assert lost(gone, talk) == "interpreter"
    line = only(gone)
    assert (line.after.interpreter_id, line.after.starts_at) == (6, wall("09:00"))


@pytest.mark.parametrize(
    ("plan", "own", "minutes", "rule"),
    [
        ({}, {"programmes": (2,)}, 0, "nobody"),
        ({}, {"languages": {"en"}}, 0, "language"),
        ({"walk_in_steps": ALL_DAY}, {}, 0, "walk-ins"),
        ({}, {}, 4 * 2340, "hours"),
        ({"interpreted": frozenset({"de"}), "interpreter_lead": timedelta(days=9)}, {"languages": {"en"}}, 0, "needs"),
    ],
)
def test_why_nobody_keeps_her_time(plan, own, minutes, rule):
    loads = {2: Load(minutes, 2340, None)}
    inputs = a_house(two(**own), [a_talk(1, 1, 1)], absent={1}, plan=plan, loads=loads)
    assert only(inputs).because["rule"] == rule


def test_colleagues_who_are_busy_and_a_house_without_a_room():
    busy = a_house(two(), [a_talk(1, 1, 1), a_talk(2, 2, 2)], absent={1})
    assert only(busy).because["rule"] == "busy"
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,)), a_person(3, ALL_DAY, (2,))]
    full = a_house(people, [a_talk(1, 1, 1), a_talk(2, 2, 2)], absent={1})
    assert only(full).because["rule"] == "room"


def test_what_is_ordered_already_need_not_be_ordered_in_time():
    late = {"interpreted": frozenset({"ar"}), "interpreter_lead": timedelta(days=1)}
    ordered = a_talk(1, 1, 1, minutes=45, interpreter=True, language="ar")
    assert only(a_house(two(), [ordered], absent={1}, plan=late)).action == "colleague"
    helper = (Interpreter(5, frozenset({"ar"}), None, timedelta(days=1), CAL.grid.whole),)
    ordered = a_talk(1, 1, 1, minutes=45, interpreter=True, helper=5, language="ar")
    line = only(a_house(two(), [ordered], absent={1}, plan={"interpreters": helper}))
    assert (line.action, line.after.interpreter_id) == ("colleague", 5)


def test_who_lost_the_proposed_time_as_well_is_found_the_next():
    inputs = a_house(two(), [a_talk(1, 1, 1)], absent={1})
    place = cover.another_time(inputs, inputs.talks[0])
    assert (place.counsellor_id, place.starts_at) == (2, wall("09:00", CAL.days[2]))
    assert cover.another_time(inputs._replace(there={}, plan=a_day([], [], CAL)), inputs.talks[0]) is None


# ── the rule of the house, and contract hours ─────────────────────────────────────────────────────────────────────


def test_the_last_who_can_be_reached_covers_for_nobody():
    assert only(a_house(two(), [a_talk(1, 1, 1)], absent={1}, plan={"walk_in_steps": ALL_DAY})).action != "colleague"


def test_a_gap_that_the_absence_itself_has_opened_does_not_cost_anybody_her_time():
    """Berta has a visitor already, Cem is no one to be reached: nobody is, with or without cover."""
    people = [*two(), a_person(3, ALL_DAY, (1,))._replace(duty=False)]
    inputs = a_house(people, [a_talk(1, 1, 1), a_talk(2, 2, 2)], absent={1}, plan={"walk_in_steps": ALL_DAY})
    [line] = cover.propose(inputs).lines
    assert (line.action, line.after.counsellor_id) == ("colleague", 3)


def test_a_swap_keeps_somebody_reachable():
    """Only Berta speaks Arabic; Cem takes her German visitor; Dora must stay free, and does."""
    people = [
        a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,)),
        a_person(4, ALL_DAY, (4,)),
    ]  # fmt: skip
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2)]
    guarded = a_house(people, talks, rooms=4, absent={1}, plan={"walk_in_steps": ALL_DAY})
    assert [line.action for line in cover.propose(guarded).lines] == ["swap", "swap"]
    alone = a_house(people[:3], talks, rooms=3, absent={1}, plan={"walk_in_steps": ALL_DAY})
    assert [line.talk_id for line in cover.propose(alone).lines] == [1]
    unguarded = alone._replace(plan=alone.plan._replace(min_reachable=0))
    assert [line.action for line in cover.propose(unguarded).lines] == ["swap", "swap"]


def test_a_swap_keeps_as_many_reachable_as_the_centre_wants():
    """As above, with one colleague more; and two who share a room are not two."""
    people = [
        a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,)),
        a_person(4, ALL_DAY, (4,)), a_person(5, ALL_DAY, (5,)),
    ]  # fmt: skip
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2)]

    def plan(least, people=people):
        guarded = {"walk_in_steps": ALL_DAY, "min_reachable": least}
        return [x.action for x in cover.propose(a_house(people, talks, rooms=5, absent={1}, plan=guarded)).lines]

    assert plan(2) == ["swap", "swap"]
    assert plan(3) == ["offer"]
    assert plan(2, [*people[:3], people[3], people[4]._replace(rooms=(4,))]) == ["offer"]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), least=st.integers(2, 3), shared=st.booleans())
def test_no_plan_leaves_fewer_reachable_than_the_centre_wants_or_there_were(seed, least, shared):
    """Read with domain/presence, all times at once: neither plan nor validator looks at it like that."""
    inputs = an_instance(seed, Size(6, 4 if shared else 8, 9, 2))
    inputs = inputs._replace(plan=inputs.plan._replace(min_reachable=least, walk_in_steps=ALL_DAY))
    lines = cover.propose(inputs).lines
    assert check(inputs, lines) == []
    before = cover.baseline(inputs, {talk.id for talk in inputs.talks if lost(inputs, talk)})
    after = freed(inputs, before, [line.before for line in lines if "lost" not in line.because])
    for line in lines:
        after = taken(after, line.after) if line.after else after
    for count in range(1, least + 1):
        assert reached(before, count) & ~reached(after, count) == 0


def reached(plan, count):
    heads = [Head(0, one.free, one.rooms) for one in plan.counsellors if one.duty]
    return can_be_reached(count, heads, {id_: room.free for id_, room in plan.rooms.items()}, ALL_DAY)


def test_a_swap_takes_an_interpreter_along():
    """Cem could see her with one, if Dora had his visitor."""
    helper = (Interpreter(5, frozenset({"ar"}), None, timedelta(0), CAL.grid.whole),)
    people = [
        a_person(1, ALL_DAY, (1,)),
        a_person(3, ALL_DAY, (3,), programmes=(1, 2)),
        a_person(4, ALL_DAY, (4,), programmes=(2,)),
    ]
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 3, 3, programme=2)]
    lines = cover.propose(a_house(people, talks, rooms=4, absent={1}, plan={"interpreters": helper})).lines
    assert [(x.action, x.after.counsellor_id, x.after.interpreter_id) for x in lines] == [
        ("swap", 3, 5),
        ("swap", 4, None),
    ]


def test_who_loses_her_room_keeps_her_own_within_her_hours():
    """210 of 240 minutes are booked, and all of them only change the room."""
    anna = a_person(1, ALL_DAY, (1, 2))
    starts = ("09:00", "09:45", "10:30", "11:15", "13:00", "13:45", "14:30")
    talks = [a_talk(n, 1, 1, start) for n, start in enumerate(starts, 1)]
    inputs = a_house([anna], talks, loads={1: Load(210, 60, None)})
    inputs = inputs._replace(rooms={**inputs.rooms, 1: 0})
    lines = cover.propose(inputs).lines
    assert [line.action for line in lines] == ["colleague"] * 7
    assert check(inputs, lines) == check(inputs, lines[:1]) == []


def test_the_reason_counts_the_hours_that_the_plan_itself_gives():
    """Berta has half an hour left; Anna's first visitor takes it, and walk-ins are no reason for the second."""
    people = two()
    talks = [a_talk(1, 1, 1), a_talk(2, 1, 1, "10:00")]
    inputs = a_house(people, talks, absent={1}, loads={2: Load(210, 60, None)})
    lines = cover.propose(inputs).lines
    assert [(line.action, line.because["rule"]) for line in lines] == [("colleague", "only"), ("cancel", "hours")]


def test_no_more_swaps_than_contract_hours_allow():
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    talks = [
        a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2),
        a_talk(3, 1, 1, "10:00", language="ar"), a_talk(4, 2, 2, "10:00"),
    ]  # fmt: skip
    loads = {3: Load(4 * 2340 - 40, 2340, None)}
    inputs = a_house(people, talks, rooms=3, absent={1}, loads=loads)
    lines = cover.propose(inputs).lines
    assert check(inputs, lines) == []
    assert sorted(line.action for line in lines) == ["offer", "swap", "swap"]
    assert len(cover.propose(inputs._replace(loads={})).lines) == 4


def test_nobody_is_booked_beyond_her_contract_by_a_swap_either():
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2), a_talk(3, 1, 1, "13:00")]
    full = {2: Load(4 * 2340, 2340, None), 3: Load(4 * 2340 - 40, 2340, None)}
    inputs = a_house(people, talks, rooms=3, absent={1}, loads=full)
    lines = cover.propose(inputs).lines
    assert check(inputs, lines) == []
    assert sum(line.after.counsellor_id == 3 for line in lines if line.action in ("colleague", "swap")) <= 1


def test_the_load_of_somebody_unknown_stays_unknown():
    place = a_talk(1, 1, 1).place
    assert more_booked({}, place) == {}
    assert more_booked({1: Load(30, 60, None)}, place, -1)[1].booked_minutes == 0


def test_a_group_room_holds_several_and_an_unknown_room_none():
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (1,)), a_person(3, ALL_DAY, (1,))]
    group = a_room(1, CAL)._replace(free=(CAL.grid.whole, CAL.grid.whole))
    plan = a_day(people, [group], CAL)
    talks = [a_talk(1, 1, 1), a_talk(2, 2, 1)]
    inputs = inputs_of(plan, talks, {1: 0, 2: ALL_DAY, 3: ALL_DAY})
    line = only(inputs)
    assert (line.action, line.after.counsellor_id, line.after.room_id) == ("colleague", 3, 1)
    third = a_talk(3, 3, 9)
    assert not freed(inputs, inputs.plan, [third.place]).rooms.keys() - {1}


# ── chains ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_independent_covers_are_chains_of_their_own():
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,))]
    lines = cover.propose(a_house(people, [a_talk(1, 1, 1), a_talk(2, 1, 1, "10:00")], absent={1})).lines
    assert [line.chain for line in lines] == [1, 2]


def test_who_gets_a_room_that_another_line_gives_back_falls_with_it():
    people = [
        a_person(1, ALL_DAY, (1,)),
        a_person(2, ALL_DAY, (2,)),
        a_person(3, ALL_DAY, (2, 1)),
        a_person(4, ALL_DAY, (1,)),
    ]
    talks = [a_talk(1, 1, 1), a_talk(2, 2, 2)]
    inputs = a_house(people, talks, absent={1, 2})
    lines = cover.propose(inputs).lines
    assert {line.action for line in lines} == {"colleague"}
    assert [line.chain for line in lines] == [1, 1] or lines[0].after.room_id == 1


# ── the solver ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_time_the_greedy_s_plan_stands(monkeypatch):
    monkeypatch.setattr(cover_solver.Model, "best", lambda *_: None)
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    inputs = a_house(people, [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2)], rooms=3, absent={1})
    assert only(inputs).action == "offer"


def test_a_solution_that_would_not_be_offered_is_not_taken(monkeypatch):
    monkeypatch.setattr(cover_solver.Programme, "chosen", lambda self, _values: {w.talk.id: w for w in self.ways})
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    talks = [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2), a_talk(3, 1, 1, language="ar")]
    inputs = a_house(people, talks, rooms=3, absent={1})
    assert {line.action for line in cover.propose(inputs).lines} == {"offer"}


def test_too_large_a_group_is_left_to_the_greedy(monkeypatch):
    monkeypatch.setattr(cover_solver, "MOST_TALKS", 1)
    people = [a_person(1, ALL_DAY, (1,)), a_person(2, ALL_DAY, (2,), {"de", "ar"}), a_person(3, ALL_DAY, (3,))]
    inputs = a_house(people, [a_talk(1, 1, 1, language="ar"), a_talk(2, 2, 2)], rooms=3, absent={1})
    assert only(inputs).action == "offer"


def test_no_time_at_all_finds_nothing():
    inputs = an_instance(83, Size(12, 9, 59, 4))
    assert check(inputs, cover.propose(inputs, seconds=0.0).lines) == []


# ── the fingerprint ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fingerprint_is_of_what_the_plan_turns_on():
    inputs = a_house(two(), [a_talk(1, 1, 1)], absent={1})
    same = a_house(two(), [a_talk(1, 1, 1)], absent={1})
    [talk], after = same.talks, NOW + MINUTE
    moved = talk._replace(request=talk.request._replace(window=talk.request.window._replace(starts=after)))
    later = same._replace(talks=(moved,))
    assert cover.fingerprint(inputs) == cover.fingerprint(same) == cover.fingerprint(later)
    third = inputs._replace(talks=(*inputs.talks, a_talk(2, 2, 2)._replace(id=2)))
    less = inputs._replace(there={1: 0, 2: ALL_DAY & ~hours(CAL, "09:00-09:30")})
    helper = inputs._replace(plan=inputs.plan._replace(min_reachable=0))
    assert len({cover.fingerprint(one) for one in (inputs, third, less, helper)}) == 4


def test_what_goes_by_before_the_first_who_lost_her_place_does_not_change_it():
    late, early = a_talk(1, 1, 1, "10:00"), a_talk(2, 2, 2, "09:00")

    def seen(*talks, walk_in):
        inputs = a_house(two(), talks, absent={1}, plan={"walk_in_steps": walk_in})
        free = {1: ALL_DAY, 2: ALL_DAY & ~hours(CAL, "09:00-09:35")}
        people = tuple(c._replace(free=free[c.id]) for c in inputs.plan.counsellors)
        rooms = {n: a_room(n, CAL) for n in (1, 2)}
        return cover.fingerprint(inputs._replace(plan=inputs.plan._replace(counsellors=people, rooms=rooms)))

    whole = seen(early, late, walk_in=ALL_DAY)
    assert whole == seen(late, walk_in=ALL_DAY & ~(hours(CAL, "09:00-09:30") & day(0)))
    assert whole != seen(late, walk_in=ALL_DAY & ~(hours(CAL, "09:00-10:30") & day(0)))


def test_what_is_booked_on_another_day_does_not_change_it():
    inputs = a_house(two(), [a_talk(1, 1, 1)], absent={1})
    people = tuple(c._replace(free=c.free & ~day(2)) for c in inputs.plan.counsellors)
    assert cover.fingerprint(inputs._replace(plan=inputs.plan._replace(counsellors=people))) == cover.fingerprint(
        inputs
    )


# ── against the oracles ───────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.integers(1, 5), st.integers(3, 25), st.integers(1, 3))
def test_every_plan_passes_the_validator_and_forgets_nobody(seed, people, rooms, talks, absent):
    inputs = an_instance(seed, Size(people, rooms, talks, min(absent, people)))
    proposal = cover.propose(inputs)
    affected = {talk.id for talk in inputs.talks if lost(inputs, talk)}
    assert check(inputs, proposal.lines) == []
    assert affected <= {line.talk_id for line in proposal.lines}
    for chain in {line.chain for line in proposal.lines}:
        assert check(inputs, [line for line in proposal.lines if line.chain == chain]) == []


@pytest.mark.slow
def test_nearly_always_the_optimum():
    """A share of what `python -m tests.bench.cover` does with 200."""
    found = quality(count=40)
    assert found.kept >= 0.98 * found.best
    assert found.optimal >= 0.9 * found.instances
    assert found.best > 40
