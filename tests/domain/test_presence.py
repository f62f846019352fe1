"""The rule of the house over sets of steps, compared with counting heads step by step."""

from datetime import date, time
from itertools import combinations, permutations, product
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain import presence, roster
from booking.domain.presence import Cell, Cover, Gap, Head, Kept, Skilled, Watch
from booking.domain.roster import Hours, Opening
from booking.domain.times import steps_of

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2027, 3, 2)
STEPS = 24
masks = st.integers(0, 2**STEPS - 1)
houses = st.lists(masks, max_size=4)


def heads(present, step):
    return sum(mask >> step & 1 for mask in present)


@given(st.integers(0, 4), houses, masks)
def test_at_least_counts_heads(count, present, everywhere):
    found = presence.at_least(count, present, everywhere)
    for step in range(STEPS):
        expected = everywhere >> step & 1 and heads(present, step) >= count
        assert bool(found >> step & 1) == bool(expected)


@given(houses, masks, masks, masks)
def test_the_last_one_is_kept_for_walk_ins_unless_the_period_of_one_is_for_appointments(present, open_, walk_in, sold):
    opening = Opening(open_ | walk_in, walk_in, walk_in & sold)
    kept = presence.kept_for_walk_ins(opening, present)
    for step in range(STEPS):
        alone = heads(present, step) < 2
        expected = walk_in >> step & 1 and not (alone and sold >> step & 1)
        assert bool(kept >> step & 1) == bool(expected)


def test_open_time_in_which_too_few_are_present_is_a_gap():
    opening = Opening(0b111111, 0, 0)
    assert presence.nobody_present(opening, [0b000011, 0b011010], 1) == 0b100100
    assert presence.nobody_present(opening, [0b000011, 0b011010], 2) == 0b111101
    assert presence.nobody_present(opening, [], 1) == 0b111111


def test_a_centre_that_may_be_unattended_has_no_gap():
    assert presence.nobody_present(Opening(0b111, 0, 0), [], 0) == 0


# ── reachable: everybody at a place of her own ────────────────────────────────────────────────────────────────────

offices = st.dictionaries(
    st.integers(1, 3),
    st.one_of(st.tuples(masks), st.tuples(masks, masks).map(lambda two: (two[0] | two[1], two[0] & two[1]))),
)
heads_of = st.lists(
    st.builds(
        lambda house, busy, rooms: Head(house, house & ~busy, tuple(sorted(rooms))),
        masks, masks, st.sets(st.integers(1, 3), max_size=3),
    ),
    max_size=4,
)  # fmt: skip
openings = st.builds(
    lambda open_, walk_in, sold: Opening(open_ | walk_in, walk_in, walk_in & sold), masks, masks, masks
)


def pairs(people, rooms, step):
    """How many could see somebody at once, by trying every way to give them rooms."""
    free = [head for head in people if head.free >> step & 1]
    open_rooms = [room for room, places in rooms.items() for mask in places if mask >> step & 1]
    for count in range(min(len(free), len(open_rooms)), 0, -1):
        ways = product(combinations(free, count), permutations(open_rooms, count))
        if any(all(room in head.rooms for head, room in zip(*way, strict=True)) for way in ways):
            return count
    return 0


@settings(max_examples=60)
@given(st.integers(0, 3), heads_of, offices, masks)
def test_reachable_are_as_many_as_can_sit_in_places_of_their_own(count, people, rooms, everywhere):
    found = presence.can_be_reached(count, people, rooms, everywhere)
    for step in range(STEPS):
        expected = everywhere >> step & 1 and pairs(people, rooms, step) >= count
        assert bool(found >> step & 1) == bool(expected)


# ── gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────

cal_of_a_day = roster.calendar(BERLIN, (TUESDAY,), (), ())


def watch(opening, people, rooms, min_present=1, min_reachable=1):
    return Watch(cal_of_a_day, opening, tuple(people), rooms, min_present, min_reachable)


watches = st.builds(watch, openings, heads_of, offices, st.integers(0, 2), st.integers(0, 2))


def broken(seen):
    """{(rule, step)} by looking at each step by itself."""
    found = set()
    for step in range(STEPS):
        there = heads([head.house for head in seen.heads], step)
        sold = there < 2 and seen.opening.sold_alone >> step & 1
        if seen.opening.open_steps >> step & 1 and there < seen.min_present:
            found.add(("present", step))
        elif seen.opening.walk_in >> step & 1 and not sold and pairs(seen.heads, seen.rooms, step) < seen.min_reachable:
            found.add(("reachable", step))
    return found


def steps(found):
    grid = cal_of_a_day.grid
    return {(gap.rule, step) for gap in found for step in steps_of(grid.inside(gap.span))}


@settings(max_examples=60)
@given(watches)
def test_every_gap_is_found_and_nothing_else_and_they_come_in_order(seen):
    found = presence.gaps(seen)
    assert steps(found) == broken(seen)
    assert found == sorted(found, key=lambda gap: gap.span.starts)


@settings(max_examples=60)
@given(watches, heads_of, offices)
def test_a_change_opens_the_gaps_that_are_worse_than_before(before, people, rooms):
    """With two asked for, one less is worse as well, though there was a gap before."""
    after = before._replace(heads=tuple(people), rooms=rooms)
    had, has = broken(before), broken(after)

    def there(seen, step):
        return heads([head.house for head in seen.heads], step)

    def worse(rule, step):
        if rule == "present":
            return there(after, step) < min(there(before, step), before.min_present)
        if ("present", step) in had:
            return False
        asked = heads([presence.kept_for_walk_ins(before.opening, before.in_house)], step)
        return not asked or pairs(people, rooms, step) < pairs(before.heads, before.rooms, step)

    assert steps(presence.opened(before, after)) == {gap for gap in has if gap not in had or worse(*gap)} - {
        ("reachable", step) for rule, step in had if rule == "present"
    }


@settings(max_examples=60)
@given(watches)
def test_the_share_kept_counts_open_minutes_in_which_enough_are_there(seen):
    of = 5 * seen.opening.open_steps.bit_count()
    lost = 5 * len({step for rule, step in broken(seen) if rule == "present"})
    assert presence.kept(seen) == Kept(of - lost, of)


def test_a_hundred_percent_means_every_minute_and_nothing_open_has_no_share():
    assert Kept(9995, 10000).percent == 99
    assert Kept(10000, 10000).percent == 100
    assert Kept(0, 0).percent is None


# ── the strip ─────────────────────────────────────────────────────────────────────────────────────────────────────

NINE_TO_TWELVE = [Hours(1, time(9), time(12, 30), walk_in=False), Hours(1, time(9), time(10), walk_in=True)]


def at_work(*parts):
    steps = 0
    for starts, ends in parts:
        steps |= cal_of_a_day.wall(TUESDAY, time(starts), time(ends))
    return steps


def test_a_strip_says_for_every_hour_how_many_are_there_at_least():
    anna, cem = at_work((9, 12)), at_work((9, 11))
    seen = Watch(
        cal_of_a_day, roster.opening(cal_of_a_day, NINE_TO_TWELVE), (Head(anna, 0, (1,)), Head(cem, 0, (1,))),
        {1: (at_work((8, 18)),)}, 1, 1,
    )  # fmt: skip
    [strip] = presence.strips(seen, range(8, 13))
    assert strip.day == TUESDAY
    assert strip.cells == (
        Cell(8, None, False, False), Cell(9, 2, False, True), Cell(10, 2, False, False), Cell(11, 1, False, False),
        Cell(12, 0, True, False),
    )  # fmt: skip
    nine, noon = cal_of_a_day.wall(TUESDAY, time(9), time(10)), cal_of_a_day.wall(TUESDAY, time(12), time(12, 30))
    [first], [last] = cal_of_a_day.grid.spans(nine), cal_of_a_day.grid.spans(noon)
    assert strip.gaps == (Gap("reachable", first), Gap("present", last))


def test_each_day_has_its_own_gaps():
    cal = roster.calendar(BERLIN, (TUESDAY, date(2027, 3, 3)), (), ())
    seen = Watch(cal, roster.opening(cal, [Hours(2, time(9), time(10), walk_in=False)]), (), {}, 1, 1)
    tuesday, wednesday = presence.strips(seen, range(9, 10))
    assert (tuesday.gaps, len(wednesday.gaps)) == ((), 1)


def test_the_hours_shown_hold_all_opening_hours():
    assert presence.hours_shown(NINE_TO_TWELVE) == range(9, 13)
    assert presence.hours_shown([Hours(0, time(8, 30), time(17), walk_in=False)]) == range(8, 17)
    assert presence.hours_shown([]) == range(0)


# ── who can cover whom ────────────────────────────────────────────────────────────────────────────────────────────


def test_minutes_in_which_one_person_alone_can_help_are_named():
    anna = Skilled(1, frozenset({7}), frozenset({"de", "ar"}), 0b1111)
    cem = Skilled(2, frozenset({7}), frozenset({"de"}), 0b0110)
    dana = Skilled(3, frozenset({8}), frozenset({"de"}), 0)
    assert presence.covers([anna, cem, dana], 0b0111) == [
        Cover(7, "ar", (1,), ((1, 15),)),
        Cover(7, "de", (1, 2), ((1, 5),)),
        Cover(8, "de", (3,), ()),
    ]


@settings(max_examples=60)
@given(st.lists(masks, max_size=4), masks)
def test_the_minutes_that_hang_on_somebody_are_those_in_which_nobody_else_could(talks, open_):
    people = [Skilled(i, frozenset({1}), frozenset({"de"}), mask) for i, mask in enumerate(talks)]
    expected = dict.fromkeys(range(len(talks)), 0)
    for step in range(STEPS):
        able = [i for i, mask in enumerate(talks) if mask >> step & 1]
        if open_ >> step & 1 and len(able) == 1:
            expected[able[0]] += 5
    found = presence.covers(people, open_)
    assert {i: m for c in found for i, m in c.hanging} == {i: minutes for i, minutes in expected.items() if minutes}
    for cover in found:
        minutes = [m for _, m in cover.hanging]
        assert minutes == sorted(minutes, reverse=True)
