"""Offers against an oracle that knows no masks: it walks slot by slot and person by person."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import (
    Age,
    Counsellor,
    Offer,
    Plan,
    Programme,
    Request,
    asks_age,
    offers_at,
    serves,
    starts,
    with_interpreter,
)
from booking.domain.roster import Calendar
from booking.domain.times import GRAIN, Grid, Span

BERLIN = ZoneInfo("Europe/Berlin")
# An hour and a half on either side of midnight: two days, and few enough steps for a slow oracle.
TUESDAY, WEDNESDAY = date(2027, 3, 2), date(2027, 3, 3)
ORIGIN = datetime(2027, 3, 2, 21, 30, tzinfo=UTC)
STEPS = 36
GRID = Grid(ORIGIN, STEPS)
MIDNIGHT = STEPS // 2
ALWAYS = (1 << STEPS) - 1
MINUTE = timedelta(minutes=1)
CALENDAR = Calendar(BERLIN, GRID, (TUESDAY, WEDNESDAY), (TUESDAY, WEDNESDAY))
WHOLE = Span(ORIGIN, GRID.at(STEPS))


def a_counsellor(id_=1, free=ALWAYS, *, duty=True, rooms=(1,), languages=("de",), programmes=(1,), carrier=7):
    return Counsellor(id_, carrier, duty, frozenset(programmes), frozenset(languages), tuple(rooms), free)


ANYBODY = Programme(1, None, None, None, None)


def a_plan(*counsellors, rooms=(1,), walk_in=0, min_reachable=1, programmes=(ANYBODY,), **values):
    plan = Plan(
        calendar=CALENDAR, open_steps=ALWAYS, walk_in_steps=walk_in, counsellors=counsellors,
        rooms_free=rooms if isinstance(rooms, dict) else dict.fromkeys(rooms, ALWAYS),
        programmes={p.id: p for p in programmes}, interpreted=frozenset(), interpreter_lead=timedelta(0),
        buffer_minutes=5, start_every=15, min_reachable=min_reachable,
    )  # fmt: skip
    return plan._replace(**values)


def a_request(**values):
    return Request((1,), 30, "de", None, WHOLE)._replace(**values)


def steps(plan, request):
    return [GRID.floor(start) for start in starts(plan, request)]


# ── the oracle ────────────────────────────────────────────────────────────────────────────────────────────────────


def is_in(mask, step):
    return 0 <= step < STEPS and bool(mask >> step & 1)


def reachable(plan, step, without_person=None, without_room=None):
    """Somebody with duty who is free then, with a free room she may use."""
    for person in plan.counsellors:
        if person.duty and person.id != without_person and is_in(person.free, step):
            for room in person.rooms:
                if room != without_room and is_in(plan.rooms_free.get(room, 0), step):
                    return True
    return False


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
    free = is_in(plan.open_steps, step) and is_in(person.free, step) and is_in(plan.rooms_free.get(room, 0), step)
    if not free:
        return False
    protected = plan.min_reachable == 1 and is_in(plan.walk_in_steps, step) and reachable(plan, step)
    return not protected or reachable(plan, step, person.id, room)


def length(plan, request, person):
    """Minutes of the talk with her: half as long again with an interpreter, a quarter of an hour more at least."""
    if request.language in person.languages:
        return request.minutes
    return max(request.minutes + 15, next(n for n in range(0, 500, 5) if n >= request.minutes * 1.5))


def may_begin(plan, request, person, at):
    if at < request.window.starts or at + GRAIN > request.window.ends or at.minute % plan.start_every:
        return False
    if request.carrier_id is not None and person.carrier_id != request.carrier_id:
        return False
    with_somebody = request.language in plan.interpreted and at >= request.window.starts + plan.interpreter_lead
    return request.language in person.languages or with_somebody


def naive_offers(plan, request, step):
    """All ways to keep the start at that step."""
    at, day = ORIGIN + step * GRAIN, TUESDAY if step < MIDNIGHT else WEDNESDAY
    suited = [p for p in request.programmes if runs_on(plan.programmes[p], day)]
    suited = [p for p in suited if suits_age(plan.programmes[p], request.age, day)]
    found = set()
    for person in plan.counsellors:
        if not may_begin(plan, request, person, at):
            continue
        minutes, speaks = length(plan, request, person), request.language in person.languages
        busy = minutes + plan.buffer_minutes
        for room in person.rooms:
            if all(may_take(plan, person, room, s) for s in range(step, step + busy // 5)):
                ways = person.programmes.intersection(suited)
                found |= {Offer(person.id, room, p, person.carrier_id, not speaks, minutes, busy) for p in ways}
    return found


# ── random plans ──────────────────────────────────────────────────────────────────────────────────────────────────

periods = st.lists(st.tuples(st.integers(0, STEPS - 1), st.integers(6, 24)), max_size=2).map(
    lambda found: sum(1 << step for step in {s for first, n in found for s in range(first, min(first + n, STEPS))})
)
mostly_free = st.sampled_from([ALWAYS, ALWAYS, None]).flatmap(lambda mask: periods if mask is None else st.just(mask))
some_days = st.sampled_from([None, None, None, TUESDAY, WEDNESDAY])
ages = st.sampled_from([Age(True), Age(False), Age(False, WEDNESDAY), Age(False, WEDNESDAY + timedelta(days=1)), None])


def subsets(*values):
    return st.sets(st.sampled_from(values), min_size=1).map(frozenset)


def orders(*values):
    return st.permutations(values).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: tuple(p[:n])))


counsellors = st.builds(
    Counsellor, st.just(0), st.sampled_from([7, 8]), st.booleans(), st.just(frozenset({1, 2, 3})) | subsets(1, 2, 3),
    subsets("de", "ar"), st.just((1, 2)) | st.just((2, 1)) | orders(1, 2, 3), mostly_free,
)  # fmt: skip
programmes = st.tuples(
    st.builds(Programme, st.just(1), st.none(), st.none(), some_days, some_days),
    st.builds(Programme, st.just(2), st.just(27), st.none(), some_days, some_days),
    st.builds(Programme, st.just(3), st.none(), st.just(27), some_days, some_days),
)
plans = st.builds(
    Plan,
    calendar=st.just(CALENDAR),
    open_steps=mostly_free,
    walk_in_steps=mostly_free,
    counsellors=st.lists(counsellors, min_size=1, max_size=3).map(
        lambda c: tuple(p._replace(id=i) for i, p in enumerate(c, 1))
    ),
    rooms_free=st.fixed_dictionaries({1: mostly_free, 2: mostly_free}),
    programmes=programmes.map(lambda found: {p.id: p for p in found}),
    interpreted=subsets("ar", "so"),
    interpreter_lead=st.sampled_from([0, 30, 45]).map(lambda n: n * MINUTE),
    buffer_minutes=st.sampled_from([0, 5, 10]),
    start_every=st.sampled_from([5, 15, 30]),
    min_reachable=st.sampled_from([0, 1, 1, 1]),
)
moments = st.integers(-30, STEPS * 5 + 30).map(lambda n: ORIGIN + n * MINUTE)
requests = st.builds(
    Request, subsets(1, 2, 3).map(lambda p: tuple(sorted(p))), st.sampled_from([15, 20, 30, 45]),
    st.sampled_from(["de", "ar", "so"]), ages, st.just(WHOLE) | st.builds(Span, moments, st.just(WHOLE.ends) | moments),
    st.sampled_from([None, None, 7]),
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
    rooms = {room: free & ~taken if room == offer.room_id else free for room, free in plan.rooms_free.items()}
    return plan._replace(counsellors=people, rooms_free=rooms)


@settings(max_examples=60)
@given(plans, requests, st.randoms(use_true_random=False))
def test_however_much_is_sold_somebody_stays_reachable_wherever_somebody_was(plan, request, chance):
    plan = plan._replace(min_reachable=1)
    attended = [s for s in range(STEPS) if is_in(plan.walk_in_steps, s) and reachable(plan, s)]
    while offered := steps(plan, request):
        step = chance.choice(offered)
        plan = sell(plan, chance.choice(offers_at(plan, request, GRID.at(step))), step)
        assert all(reachable(plan, s) for s in attended)


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
