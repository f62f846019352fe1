"""Offers against an oracle that knows no masks: it walks slot by slot and person by person."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import offers_at, starts
from booking.domain.places import (
    ELSEWHERE,
    IN_PERSON,
    PHONE,
    VIDEO,
    Age,
    Busy,
    Counsellor,
    Interpreter,
    Kept,
    Offer,
    Plan,
    Programme,
    Request,
    Room,
    Taken,
    asks_age,
    asks_area,
    busy,
    minutes_of,
    places_left,
    serves,
    serves_area,
    with_interpreter,
)
from booking.domain.reserve import bookable, kept_back, released
from booking.domain.roster import Calendar
from booking.domain.times import GRAIN, Grid, Span

BERLIN = ZoneInfo("Europe/Berlin")
# An hour and a half on either side of midnight: two days, and few enough steps for a slow oracle.
TUESDAY, WEDNESDAY = date(2027, 3, 2), date(2027, 3, 3)
ORIGIN = datetime(2027, 3, 2, 21, 30, tzinfo=UTC)
STEPS = 36
GRID = Grid(ORIGIN, STEPS)
MIDNIGHT = STEPS // 2
DAYS = (0, MIDNIGHT), (MIDNIGHT, STEPS)
ALWAYS = (1 << STEPS) - 1
MINUTE = timedelta(minutes=1)
CALENDAR = Calendar(BERLIN, GRID, (TUESDAY, WEDNESDAY), (TUESDAY, WEDNESDAY))
WHOLE = Span(ORIGIN, GRID.at(STEPS))


def a_counsellor(id_=1, free=ALWAYS, *, duty=True, rooms=(1,), languages=("de",), programmes=(1,), carrier=7,
                  woman=None):  # fmt: skip
    return Counsellor(id_, carrier, duty, frozenset(programmes), frozenset(languages), tuple(rooms), free, woman)


ANYBODY = Programme(1, None, None, None, None)


def a_room(id_=1, free=ALWAYS, *, seats=3, step_free=False, quiet=False, talks=1):
    return Room(id_, seats, step_free, quiet, (free,) * talks)


def an_interpreter(id_=5, free=ALWAYS, *, languages=("ar",), woman=None, lead=0):
    return Interpreter(id_, frozenset(languages), woman, lead * MINUTE, free)


def a_plan(*counsellors, rooms=(1,), walk_in=0, min_reachable=1, programmes=(ANYBODY,), **values):
    known = [room if isinstance(room, Room) else a_room(room) for room in rooms]
    plan = Plan(
        calendar=CALENDAR, open_steps=ALWAYS, walk_in_steps=walk_in, counsellors=counsellors,
        rooms={room.id: room for room in known}, interpreters=(), programmes={p.id: p for p in programmes},
        interpreted=frozenset(), interpreter_lead=timedelta(0), buffer_minutes=5, start_every=15,
        min_reachable=min_reachable,
    )  # fmt: skip
    return plan._replace(**values)


def a_request(**values):
    return Request((1,), 30, "de", None, WHOLE)._replace(**values)


def steps(plan, request):
    return [GRID.floor(start) for start in starts(plan, request)]


# ── the oracle ────────────────────────────────────────────────────────────────────────────────────────────────────


def is_in(mask, step):
    return 0 <= step < STEPS and bool(mask >> step & 1)


def places(plan, room, step):
    """How many more talks find a place in that room."""
    return sum(is_in(free, step) for free in plan.rooms[room].free) if room in plan.rooms else 0


def reachable(plan, step, without_person=None, without_room=None):
    """How many with duty are free then, each in a place of her own in a room she may use; every way is tried."""
    people = [p for p in plan.counsellors if p.duty and p.id != without_person and is_in(p.free, step)]
    left = {room: places(plan, room, step) - (room == without_room) for room in plan.rooms}
    return most_pairs(tuple(people), left)


def most_pairs(people, left):
    if not people:
        return 0
    first, others = people[0], people[1:]
    with_her = [
        1 + most_pairs(others, {**left, room: left[room] - 1}) for room in first.rooms if left.get(room, 0) > 0
    ]  # fmt: skip
    return max([most_pairs(others, left), *with_her])


def suits_age(programme, age, day):
    """For `from_birthday` she must have had that birthday by the day of the appointment, for `before_birthday` not."""
    if age is None:
        return True
    had_it = age.reached or (age.on is not None and day >= age.on)
    return (had_it or programme.from_birthday is None) and (not had_it or programme.before_birthday is None)


def runs_on(programme, day):
    begun = programme.first_day is None or programme.first_day <= day
    return begun and (programme.last_day is None or day <= programme.last_day)


def may_take(plan, person, room, step):
    if not (is_in(plan.open_steps, step) and is_in(person.free, step) and places(plan, room, step)):
        return False
    if not is_in(plan.walk_in_steps, step):
        return True
    return reachable(plan, step, person.id, room) >= min(plan.min_reachable, reachable(plan, step))


def helpers(plan, request, person):
    """How they understand each other: None, an interpreter's id, or "telephone"; with when that may begin."""
    if request.language in person.languages:
        return [(None, request.window.starts)]
    known = [(one.id, request.window.starts + one.lead) for one in plan.interpreters
             if request.language in one.languages and (one.woman or not request.woman)]  # fmt: skip
    if request.language in plan.interpreted and not request.woman:
        known.append(("telephone", request.window.starts + plan.interpreter_lead))
    return known


def length(request, helper):
    """Half as long again with an interpreter, a quarter of an hour more at least."""
    if helper is None:
        return request.minutes
    return max(request.minutes + 15, next(n for n in range(0, 500, 5) if n >= request.minutes * 1.5))


def may_begin(plan, request, person, at):
    if at < request.window.starts or at + GRAIN > request.window.ends or at.minute % plan.start_every:
        return False
    if request.carrier_id is not None and person.carrier_id != request.carrier_id:
        return False
    if request.counsellor_id is not None and person.id != request.counsellor_id:
        return False
    return bool(person.woman) or not request.woman


def suits(plan, request, programme, room, helper):
    """The room holds all who come, without a step if that was asked, and is quiet for what is confidential."""
    if room not in plan.rooms or (plan.programmes[programme].confidential and not plan.rooms[room].quiet):
        return False
    if request.mode != IN_PERSON:
        return plan.rooms[room].seats >= 1
    people = request.people + 1 + (1 if isinstance(helper, int) else 0)
    return plan.rooms[room].seats >= people and (plan.rooms[room].step_free or not request.step_free)


def has_time(plan, helper, step):
    return not isinstance(helper, int) or any(is_in(i.free, step) for i in plan.interpreters if i.id == helper)


def lives_there(programme, area):
    return area is None or not programme.areas or area in programme.areas


def periods(plan):
    """The walk-in steps, each unbroken run a list."""
    found = []
    for step in range(STEPS):
        if is_in(plan.walk_in_steps, step):
            if not is_in(plan.walk_in_steps, step - 1):
                found.append([])
            found[-1].append(step)
    return found


def has_hole(plan, period):
    """So many minutes in a row in which one with duty is free, in one room."""
    length = plan.crisis_minutes // 5
    return any(
        all(is_in(person.free, s) and places(plan, room, s) for s in range(first, first + length))
        for first in period[: max(len(period) - length + 1, 0)]
        for person in plan.counsellors
        if person.duty
        for room in person.rooms
    )


def leaves_a_hole(plan, offer, step):
    after = sell(plan, offer, step)
    return not plan.crisis_minutes or all(has_hole(after, p) for p in periods(plan) if has_hole(plan, p))


def bookable_steps(plan, programme, day):
    """Of the steps of `day`, a range."""
    people = [p for p in plan.counsellors if programme in p.programmes]
    known = {room for p in people for room in p.rooms}
    found = 0
    for step in day:
        free = sum(is_in(p.free, step) and is_in(plan.open_steps, step) for p in people)
        talks = min(free, sum(places(plan, room, step) for room in known))
        found += max(talks - (plan.min_reachable if is_in(plan.walk_in_steps, step) else 0), 0)
    return found


def leaves_the_share(plan, offer, step):
    return all(
        bookable_steps(plan, offer.programme_id, range(kept.first, kept.end)) - offer.busy_minutes // 5 >= kept.steps
        for kept in plan.kept_back
        if kept.programme_id == offer.programme_id and kept.first <= step < kept.end
    )


def naive_offers(plan, request, step):
    """All ways to keep the start at that step."""
    at, day = ORIGIN + step * GRAIN, TUESDAY if step < MIDNIGHT else WEDNESDAY
    suited = [p for p in request.programmes if runs_on(plan.programmes[p], day)]
    suited = [p for p in suited if suits_age(plan.programmes[p], request.age, day)]
    suited = [p for p in suited if lives_there(plan.programmes[p], request.area)]
    found = set()
    for person in plan.counsellors:
        for helper, earliest in helpers(plan, request, person) if may_begin(plan, request, person, at) else ():
            minutes = length(request, helper)
            busy = minutes + plan.buffer_minutes
            steps = range(step, step + busy // 5)
            for room, p in product(person.rooms, person.programmes.intersection(suited) if at >= earliest else ()):
                fits = suits(plan, request, p, room, helper)
                if fits and all(may_take(plan, person, room, s) and has_time(plan, helper, s) for s in steps):
                    who = helper if isinstance(helper, int) else None
                    found.add(Offer(person.id, room, p, person.carrier_id, helper is not None, minutes, busy, who))
    return {offer for offer in found if leaves_a_hole(plan, offer, step) and leaves_the_share(plan, offer, step)}


# ── random plans ──────────────────────────────────────────────────────────────────────────────────────────────────

stretches = st.lists(st.tuples(st.integers(0, STEPS - 1), st.integers(6, 24)), max_size=2).map(
    lambda found: sum(1 << step for step in {s for first, n in found for s in range(first, min(first + n, STEPS))})
)
mostly_free = st.sampled_from([ALWAYS, ALWAYS, None]).flatmap(lambda mask: stretches if mask is None else st.just(mask))
leads = st.sampled_from([0, 30, 45]).map(lambda n: n * MINUTE)
maybe = st.sampled_from([None, False, True, True])
some_days = st.sampled_from([None, None, None, TUESDAY, WEDNESDAY])
ages = st.sampled_from([Age(True), Age(False), Age(False, WEDNESDAY), Age(False, WEDNESDAY + timedelta(days=1)), None])


def subsets(*values):
    return st.sets(st.sampled_from(values), min_size=1).map(frozenset)


def orders(*values):
    return st.permutations(values).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: tuple(p[:n])))


counsellors = st.builds(
    Counsellor, st.just(0), st.sampled_from([7, 8]), st.booleans(), st.just(frozenset({1, 2, 3})) | subsets(1, 2, 3),
    subsets("de", "ar"), st.just((1, 2)) | st.just((2, 1)) | orders(1, 2, 3), mostly_free, maybe,
)  # fmt: skip
of_areas = st.sampled_from([frozenset(), frozenset(), frozenset({1}), frozenset({1, 2})])
seldom = st.sampled_from([False, False, False, True])
programmes = st.tuples(
    st.builds(Programme, st.just(1), st.none(), st.none(), some_days, some_days, seldom, of_areas),
    st.builds(Programme, st.just(2), st.just(27), st.none(), some_days, some_days, seldom, of_areas),
    st.builds(Programme, st.just(3), st.none(), st.just(27), some_days, some_days, seldom, of_areas),
)
interpreters = st.lists(
    st.builds(Interpreter, st.just(0), subsets("ar", "so"), maybe, leads, mostly_free), max_size=2
).map(lambda found: tuple(one._replace(id=i) for i, one in enumerate(found, 5)))


def rooms(id_):
    """With one or two places; where two talks more find one, one does."""
    free = mostly_free.map(lambda one: (one,)) | st.tuples(mostly_free, mostly_free).map(lambda b: (b[0], b[0] & b[1]))
    return st.builds(Room, st.just(id_), st.sampled_from([1, 2, 3, 4, 4, 4]), st.booleans(), st.booleans(), free)


plans = st.builds(
    Plan,
    calendar=st.just(CALENDAR),
    open_steps=mostly_free,
    walk_in_steps=mostly_free,
    counsellors=st.lists(counsellors, min_size=1, max_size=3).map(
        lambda c: tuple(p._replace(id=i) for i, p in enumerate(c, 1))
    ),
    rooms=st.fixed_dictionaries({1: rooms(1), 2: rooms(2)}),
    interpreters=interpreters,
    programmes=programmes.map(lambda found: {p.id: p for p in found}),
    interpreted=subsets("ar", "so"),
    interpreter_lead=leads,
    buffer_minutes=st.sampled_from([0, 5, 10]),
    start_every=st.sampled_from([5, 15, 30]),
    min_reachable=st.sampled_from([0, 1, 1, 1, 2, 3]),
    crisis_minutes=st.sampled_from([0, 0, 10, 20]),
    kept_back=st.lists(
        st.builds(
            lambda p, day, n: Kept(p, *day, n), st.sampled_from([1, 2]), st.sampled_from(DAYS), st.integers(1, 20)
        ),
        max_size=2,
    ).map(tuple),
)
moments = st.integers(-30, STEPS * 5 + 30).map(lambda n: ORIGIN + n * MINUTE)
requests = st.builds(
    Request, subsets(1, 2, 3).map(lambda p: tuple(sorted(p))), st.sampled_from([15, 20, 30, 45]),
    st.sampled_from(["de", "ar", "so"]), ages, st.just(WHOLE) | st.builds(Span, moments, st.just(WHOLE.ends) | moments),
    st.sampled_from([None, None, 7]), st.sampled_from([None, None, None, 1]),
    st.sampled_from([None, None, 1, 2, ELSEWHERE]), st.sampled_from([1, 1, 2, 3]), seldom, seldom,
    st.sampled_from([IN_PERSON, IN_PERSON, PHONE, VIDEO]),
)  # fmt: skip


@settings(max_examples=300)
@given(plans, requests)
def test_what_is_offered_is_what_can_be_kept_and_nothing_else(plan, request):
    expected = {step: naive_offers(plan, request, step) for step in range(STEPS)}
    found = {step: offers_at(plan, request, GRID.at(step)) for step in range(STEPS)}
    assert {step: set(offers) for step, offers in found.items()} == expected
    assert all(len(set(offers)) == len(offers) for offers in found.values())
    assert steps(plan, request) == [step for step, offers in expected.items() if offers]


def sell(plan, offer, step):
    """The plan after somebody has taken that offer."""
    taken = ((1 << offer.busy_minutes // 5) - 1) << step
    people = tuple(
        p._replace(free=p.free & ~taken) if p.id == offer.counsellor_id else p for p in plan.counsellors
    )  # fmt: skip
    rooms = {id_: room.taken(taken) if id_ == offer.room_id else room for id_, room in plan.rooms.items()}
    return plan._replace(counsellors=people, rooms=rooms)


@settings(max_examples=100)
@given(plans, requests, st.randoms(use_true_random=False))
def test_however_much_is_sold_walk_ins_and_crises_keep_theirs(plan, request, chance):
    attended = {s: min(reachable(plan, s), plan.min_reachable) for s in range(STEPS) if is_in(plan.walk_in_steps, s)}
    holes = [p for p in periods(plan) if plan.crisis_minutes and has_hole(plan, p)]
    while offered := steps(plan, request):
        step = chance.choice(offered)
        plan = sell(plan, chance.choice(offers_at(plan, request, GRID.at(step))), step)
        assert all(reachable(plan, s) >= least for s, least in attended.items())
        assert all(has_hole(plan, period) for period in holes)


# ── the rules, one by one ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_start_needs_talk_and_buffer_in_a_row():
    plan = a_plan(a_counsellor(free=0b1111111 << 3 | 0b111111 << 12))
    assert steps(plan, a_request()) == [3]
    assert steps(plan._replace(buffer_minutes=0), a_request()) == [3, 12]
    (offer,) = offers_at(plan, a_request(), GRID.at(3))
    assert offer == Offer(1, 1, 1, 7, False, 30, 35)


@pytest.mark.parametrize("start", [ORIGIN + MINUTE, ORIGIN + 5 * MINUTE, ORIGIN - 15 * MINUTE, GRID.at(STEPS)])
def test_a_start_that_is_not_offered_has_no_offers(start):
    assert offers_at(a_plan(a_counsellor()), a_request(), start) == []


def test_the_last_one_who_is_reachable_in_a_walk_in_period_is_never_sold():
    alone = a_plan(a_counsellor(), walk_in=ALWAYS)
    assert steps(alone, a_request()) == []
    assert steps(alone._replace(min_reachable=0), a_request()) != []
    assert steps(alone._replace(walk_in_steps=1 << 20), a_request()) == [0, 3, 6, 9, 12, 21, 24, 27]


def test_two_free_colleagues_who_share_one_free_room_are_not_two():
    pair = (a_counsellor(1), a_counsellor(2))
    assert steps(a_plan(*pair, walk_in=ALWAYS), a_request()) == []
    assert steps(a_plan(*pair, walk_in=ALWAYS, rooms=(1, 2)), a_request()) == []
    plan = a_plan(a_counsellor(1), a_counsellor(2, rooms=(1, 2)), walk_in=ALWAYS, rooms=(1, 2))
    assert {offer[:2] for offer in offers_at(plan, a_request(), ORIGIN)} == {(1, 1), (2, 2)}


def test_the_room_of_the_last_one_is_kept_free_from_colleagues_without_duty():
    head = a_counsellor(2, duty=False, rooms=(1, 2))
    plan = a_plan(a_counsellor(1), head, walk_in=ALWAYS, rooms=(1, 2))
    assert {offer[:2] for offer in offers_at(plan, a_request(), ORIGIN)} == {(2, 2)}


def test_where_nobody_is_reachable_anyway_something_can_still_be_sold():
    """A gap is the lead's to close; refusing a booking would close nothing."""
    plan = a_plan(a_counsellor(duty=False), a_counsellor(2, free=0), walk_in=ALWAYS)
    assert len(steps(plan, a_request())) == 10


def test_another_language_takes_half_as_long_again_and_an_interpreter_who_has_time_to_come():
    plan = a_plan(a_counsellor(), interpreted=frozenset({"ar"}), interpreter_lead=60 * MINUTE)
    assert steps(plan, a_request(language="so")) == []
    assert min(steps(plan, a_request(language="ar"))) == 12
    assert offers_at(plan, a_request(language="ar"), GRID.at(12)) == [Offer(1, 1, 1, 7, True, 45, 50)]
    assert min(steps(plan, a_request(language="ar", window=Span(ORIGIN + 20 * MINUTE, WHOLE.ends)))) == 18


@pytest.mark.parametrize(("minutes", "longer"), [(15, 30), (20, 35), (30, 45), (45, 70), (60, 90), (75, 115)])
def test_with_an_interpreter_a_talk_lasts_half_as_long_again_and_a_quarter_of_an_hour_at_least(minutes, longer):
    assert with_interpreter(minutes) == longer


def test_a_moved_appointment_stays_with_its_carrier():
    plan = a_plan(a_counsellor(1, carrier=7), a_counsellor(2, carrier=8), rooms=(1, 2))
    assert {o.carrier_id for o in offers_at(plan, a_request(), ORIGIN)} == {7, 8}
    assert {o.carrier_id for o in offers_at(plan, a_request(carrier_id=8), ORIGIN)} == {8}


def rooms_of(plan, **wishes):
    return {offer.room_id for offer in offers_at(plan, a_request(**wishes), ORIGIN)}


def test_a_room_has_a_seat_for_everybody_who_comes():
    small, large = a_room(1, seats=2), a_room(2, seats=4)
    plan = a_plan(a_counsellor(rooms=(1, 2)), rooms=(small, large), interpreters=(an_interpreter(),))
    assert [rooms_of(plan, people=n) for n in (1, 2, 3, 4)] == [{1, 2}, {2}, {2}, set()]
    assert [rooms_of(plan, people=n, language="ar") for n in (1, 2, 3)] == [{2}, {2}, set()]
    assert rooms_of(plan, people=4, mode=PHONE) == {1, 2}
    assert rooms_of(plan, people=4, mode=VIDEO, language="ar") == {1, 2}


def test_an_interpreter_at_the_telephone_needs_no_seat():
    plan = a_plan(a_counsellor(), rooms=(a_room(seats=2),), interpreted=frozenset({"ar"}))
    assert rooms_of(plan, language="ar") == {1}


def test_a_step_matters_only_to_who_asked_and_comes():
    plan = a_plan(a_counsellor(rooms=(1, 2)), rooms=(a_room(1), a_room(2, step_free=True)))
    assert (rooms_of(plan), rooms_of(plan, step_free=True)) == ({1, 2}, {2})
    assert rooms_of(plan, step_free=True, mode=PHONE) == {1, 2}


def test_a_confidential_programme_is_only_in_quiet_rooms_even_on_the_phone():
    secret = ANYBODY._replace(confidential=True)
    plan = a_plan(a_counsellor(rooms=(1, 2)), rooms=(a_room(1), a_room(2, quiet=True)), programmes=(secret,))
    assert rooms_of(plan) == rooms_of(plan, mode=PHONE) == {2}


def test_a_group_room_holds_several_talks():
    plan = a_plan(*(a_counsellor(n) for n in (1, 2, 3)), rooms=(a_room(talks=2),))
    first = sell(plan, offers_at(plan, a_request(), ORIGIN)[0], 0)
    assert {offer.counsellor_id for offer in offers_at(first, a_request(), ORIGIN)} == {2, 3}
    second = sell(first, offers_at(first, a_request(), ORIGIN)[0], 0)
    assert offers_at(second, a_request(), ORIGIN) == []


def test_in_a_group_room_somebody_stays_reachable_beside_a_talk():
    pair = (a_counsellor(1), a_counsellor(2))
    plan = a_plan(*pair, walk_in=ALWAYS, rooms=(a_room(talks=2),))
    assert len(offers_at(plan, a_request(), ORIGIN)) == 2


def test_an_interpreter_comes_at_her_own_hours_and_after_her_own_lead():
    plan = a_plan(a_counsellor(), interpreters=(an_interpreter(free=ALWAYS >> 6 << 6, lead=60),))
    assert steps(plan, a_request(language="ar")) == [12, 15, 18, 21, 24]
    assert steps(plan._replace(interpreters=(an_interpreter(free=0b1111111111 << 6),)), a_request(language="ar")) == [6]
    assert steps(plan, a_request(language="so")) == []
    assert offers_at(plan, a_request(language="ar"), GRID.at(12)) == [Offer(1, 1, 1, 7, True, 45, 50, 5)]


def test_beside_an_interpreter_there_is_the_telephone():
    plan = a_plan(a_counsellor(), interpreters=(an_interpreter(),), interpreted=frozenset({"ar"}))
    assert [o.interpreter_id for o in offers_at(plan, a_request(language="ar"), ORIGIN)] == [5, None]


def test_a_woman_means_counsellor_and_interpreter_and_nobody_of_whom_it_is_not_known():
    women = (a_counsellor(1, woman=True), a_counsellor(2, woman=False), a_counsellor(3))
    plan = a_plan(*women, rooms=(1,), interpreted=frozenset({"ar"}), interpreters=(
        an_interpreter(5, woman=True), an_interpreter(6, woman=False), an_interpreter(7)))  # fmt: skip
    assert [o.counsellor_id for o in offers_at(plan, a_request(woman=True), ORIGIN)] == [1]
    arabic = offers_at(plan, a_request(woman=True, language="ar"), ORIGIN)
    assert [(o.counsellor_id, o.interpreter_id) for o in arabic] == [(1, 5)]


def test_who_wants_the_same_counsellor_is_offered_her_times_only():
    plan = a_plan(a_counsellor(1), a_counsellor(2, free=0b1111111), rooms=(1, 2))
    assert steps(plan, a_request(counsellor_id=2)) == [0]


def test_where_she_lives_decides_which_programme_serves_her():
    heuberg, town = ANYBODY._replace(areas=frozenset({1, 2})), Programme(2, None, None, None, None)
    plan = a_plan(a_counsellor(programmes=(1, 2)), programmes=(heuberg, town))
    both = {"programmes": (1, 2)}
    found = {area: {o.programme_id for o in offers_at(plan, a_request(area=area, **both), ORIGIN)} for area in (
        None, 1, 2, 3, ELSEWHERE)}  # fmt: skip
    assert found == {None: {1, 2}, 1: {1, 2}, 2: {1, 2}, 3: {2}, ELSEWHERE: {2}}
    assert starts(plan, a_request(area=3)) == []
    assert (asks_area((heuberg, town)), asks_area((town,))) == ({1, 2}, frozenset())
    assert [serves_area(heuberg, area) for area in (None, 1, ELSEWHERE)] == [True, True, False]


@pytest.mark.parametrize(
    ("length", "others", "minutes"),
    [
        ("first", (45, 20), 60), ("follow_up", (45, 20), 45), ("short", (45, 20), 20),
        ("follow_up", (None, 20), 60), ("short", (45, None), 60),
    ],
)  # fmt: skip
def test_a_topic_takes_as_long_as_it_says_and_else_as_long_as_the_first_talk(length, others, minutes):
    assert minutes_of(length, 60, *others) == minutes


def test_what_is_taken_of_whom():
    def taken(first, end, counsellor, room, interpreter=None):
        return Taken(1, counsellor, room, GRID.at(first), GRID.at(end), GRID.at(end - 1), interpreter)

    found = busy(GRID, [taken(0, 2, 1, 11), taken(0, 2, 2, 11, 5), taken(3, 4, 1, 12, 5)])
    assert found == Busy({1: 0b1011, 2: 0b11}, {5: 0b1011}, {11: [0b11, 0b11], 12: [0b1000]})


@given(st.lists(st.integers(0, 63), max_size=4), st.integers(0, 63), st.integers(1, 3))
def test_the_places_left_in_a_room(taken, valid, talks):
    levels = places_left(valid, talks, taken)
    for step in range(6):
        left = max(talks - sum(mask >> step & 1 for mask in taken), 0) if valid >> step & 1 else 0
        assert [level >> step & 1 for level in levels] == [1] * left + [0] * (talks - left)


# ── what is kept back ─────────────────────────────────────────────────────────────────────────────────────────────


def test_two_are_kept_where_the_centre_wants_two():
    three = [a_counsellor(n, rooms=(n,)) for n in (1, 2, 3)]
    plan = a_plan(*three, rooms=(1, 2, 3), walk_in=ALWAYS, min_reachable=2)
    assert {o.counsellor_id for o in offers_at(plan, a_request(), ORIGIN)} == {1, 2, 3}
    sold = sell(plan, offers_at(plan, a_request(), ORIGIN)[0], 0)
    assert offers_at(sold, a_request(), ORIGIN) == []
    assert steps(sold, a_request()) == [9, 12, 15, 18, 21, 24, 27]
    five = a_plan(
        *(a_counsellor(n, rooms=(n,)) for n in range(1, 6)), rooms=range(1, 6), walk_in=ALWAYS, min_reachable=2
    )
    assert len(offers_at(five, a_request(), ORIGIN)) == 5


def test_pairs_of_people_and_rooms_count_and_not_people():
    """Two could see somebody at once; the third has no room of her own, so nobody can be spared."""
    plan = a_plan(
        a_counsellor(1, rooms=(1,)), a_counsellor(2, rooms=(1, 2)), a_counsellor(3, rooms=(2,)), rooms=(1, 2),
        walk_in=ALWAYS, min_reachable=2,
    )  # fmt: skip
    assert steps(plan, a_request()) == []
    assert steps(plan._replace(rooms={**plan.rooms, 2: a_room(2, talks=2)}), a_request()) != []


def test_a_hole_may_lie_beside_a_talk_in_a_group_room_that_holds_both_for_a_part_of_it():
    """The second place ends before the hole does; by then the talk has ended too."""
    group = a_room(1)._replace(free=(ALWAYS, 0b111))
    people = a_counsellor(1, duty=False), a_counsellor(2)
    plan = a_plan(*people, rooms=(group,), walk_in=0b111111, min_reachable=0, crisis_minutes=20, buffer_minutes=0)
    assert 0 in steps(plan, a_request(minutes=15))
    alone = plan._replace(rooms={1: group._replace(free=(ALWAYS, 0b11))})
    assert 0 not in steps(alone, a_request(minutes=15))


def test_a_hole_for_a_crisis_is_left_in_each_walk_in_period():
    plan = a_plan(a_counsellor(), walk_in=0b111111111111, min_reachable=0, crisis_minutes=20)
    assert steps(plan, a_request()) == [0, 6, 9, 12, 15, 18, 21, 24, 27]  # the hole is after or before the talk
    assert steps(sell(plan, offers_at(plan, a_request(), GRID.at(6))[0], 6), a_request()) == [15, 18, 21, 24, 27]


def test_a_colleague_or_the_time_after_serve_as_the_hole_too():
    pair = a_plan(a_counsellor(1), a_counsellor(2, rooms=(2,)), rooms=(1, 2), walk_in=0b111111, min_reachable=0,
                  crisis_minutes=20)  # fmt: skip
    assert {o.counsellor_id for o in offers_at(pair, a_request(), ORIGIN)} == {1, 2}
    alone = a_plan(a_counsellor(), walk_in=(1 << 12) - 1, min_reachable=0, crisis_minutes=20)
    assert steps(alone, a_request(minutes=15)) == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]


def test_where_no_hole_is_left_anyway_something_can_still_be_sold():
    plan = a_plan(a_counsellor(), walk_in=0b111, min_reachable=0, crisis_minutes=20)
    assert 0 in steps(plan, a_request())


def test_of_a_coming_day_a_share_is_kept_until_the_evening_before():
    plan = a_plan(a_counsellor())
    before_six, at_six = datetime(2027, 3, 2, 16, 59, tzinfo=UTC), datetime(2027, 3, 2, 17, 0, tzinfo=UTC)
    assert kept_back(plan, 25, before_six) == (Kept(1, *DAYS[1], 5),)  # of 18 steps
    assert kept_back(plan, 25, at_six) == kept_back(plan, 0, before_six) == ()
    kept = plan._replace(kept_back=(Kept(1, *DAYS[1], 5),))
    assert steps(kept, a_request()) == steps(plan, a_request())
    sold = sell(kept, offers_at(kept, a_request(), GRID.at(18))[0], 18)
    assert [step for step in steps(sold, a_request()) if step >= 18] == []
    assert [step for step in steps(sold, a_request(minutes=25)) if step >= 18] == [27, 30]


def test_a_shared_room_is_what_can_be_sold_of_three_people_and_walk_ins_are_not():
    plan = a_plan(*(a_counsellor(n) for n in (1, 2, 3)))
    assert bookable(plan, 1, DAYS) == [18, 18]
    assert bookable(plan._replace(walk_in_steps=0b11), 1, DAYS) == [16, 18]
    assert bookable(plan._replace(counsellors=()), 1, DAYS) == [0, 0]


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2027-03-02T07:59:59", WEDNESDAY),
        ("2027-03-02T08:00:00", date(2027, 3, 4)),
        ("2027-03-02T20:00", date(2027, 3, 4)),
    ],
)
def test_the_newest_day_is_offered_from_todays_opening_on(now, last):
    days = tuple(TUESDAY + n * timedelta(days=1) for n in range(4))
    cal = Calendar(BERLIN, Grid.over(TUESDAY, 4, BERLIN), days, days)
    open_steps = cal.wall(TUESDAY, time(9), time(12))
    end = released(cal, open_steps, datetime.fromisoformat(now).replace(tzinfo=UTC), 2)
    assert end == datetime.combine(last + timedelta(days=1), time(0), BERLIN)
    shut = released(cal, cal.wall(WEDNESDAY, time(9), time(12)), datetime(2027, 3, 2, 20, tzinfo=UTC), 2)
    assert shut == datetime.combine(date(2027, 3, 4), time(0), BERLIN)


# ── the 27th birthday ─────────────────────────────────────────────────────────────────────────────────────────────

MBE, JMD = Programme(1, 27, None, None, None), Programme(2, None, 27, None, None)


def programmes_by_day(age):
    plan = a_plan(a_counsellor(programmes=(1, 2)), programmes=(MBE, JMD))
    found = {}
    for start in starts(plan, a_request(programmes=(1, 2), age=age)):
        day = start.astimezone(BERLIN).date()
        found.setdefault(day, set()).update(o.programme_id for o in offers_at(
            plan, a_request(programmes=(1, 2), age=age), start))  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("age", "tuesday", "wednesday"),
    [
        (Age(True), MBE, MBE),
        (Age(False), JMD, JMD),
        (Age(False, WEDNESDAY), JMD, MBE),
        (Age(False, TUESDAY), MBE, MBE),
        (Age(False, WEDNESDAY + timedelta(days=1)), JMD, JMD),
    ],
)
def test_the_age_on_the_day_of_the_appointment_decides_and_the_birthday_itself_counts(age, tuesday, wednesday):
    assert programmes_by_day(age) == {TUESDAY: {tuesday.id}, WEDNESDAY: {wednesday.id}}
    assert [serves(p, age, WEDNESDAY) for p in (MBE, JMD)] == [wednesday is MBE, wednesday is JMD]


def test_a_programme_without_an_age_rule_serves_everybody():
    anybody = Programme(3, None, None, None, None)
    assert all(serves(anybody, age, TUESDAY) for age in (None, Age(True), Age(False), Age(False, TUESDAY)))


def test_age_is_asked_about_only_where_a_programme_has_a_rule():
    assert asks_age([Programme(3, None, None, None, None)]) is None
    assert asks_age([MBE, JMD]) == 27
    assert asks_age([Programme(4, None, 21, None, None), JMD]) == 21
