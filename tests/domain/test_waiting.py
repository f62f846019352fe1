"""Waiting times: plays of the day compared with mornings that really happen, and the rules a play keeps."""

import math
import random
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import queue, waiting
from booking.domain.queue import Caller, Waiting
from booking.domain.waiting import NEVER, SPREAD, Counsellor, Forecast, Talk, Ticket

ALL_DAY = ((0.0, NEVER),)
USUAL = 20.0
NOON = datetime(2027, 3, 2, 11, 0, tzinfo=UTC)


def a_counsellor(id_=1, *, programmes=(1,), rooms=None, windows=ALL_DAY, talk=None):
    """With a room of her own; `talk`: (minutes so far, usual minutes) in the first of her rooms."""
    own = (id_,) if rooms is None else rooms
    return Counsellor(id_, frozenset(programmes), own, windows, None if talk is None else Talk(*talk, own[0]))


def a_ticket(id_, programme=1, *, bound_to=None, due=None, usual=USUAL):
    return Ticket(id_, programme, bound_to, due, usual)


def project(people, tickets, *, rooms=None, seed=0):
    """Rooms are kept for nobody, unless said otherwise."""
    everywhere = {room: ALL_DAY for person in people for room in person.rooms}
    return waiting.project(people, {**everywhere, **(rooms or {})}, tickets, seed)


# ── what a play keeps ─────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_first_where_somebody_is_free_waits_for_nothing():
    found = project([a_counsellor()], [a_ticket(7), a_ticket(8)])
    assert found[7][:3] == (0, 0.0, 0.0)
    assert found[7].over < found[8].over
    assert found[8].before == 1
    assert 0 < found[8].half < USUAL < found[8].most < 3 * USUAL


def test_the_same_morning_gets_the_same_answer():
    people, tickets = [a_counsellor(talk=(5, USUAL))], [a_ticket(n) for n in range(5)]
    assert project(people, tickets) == project(people, tickets)


def test_nobody_is_promised_a_talk_that_would_begin_after_the_day():
    windows = ((0.0, 60.0),)
    found = project([a_counsellor(windows=windows)], [a_ticket(n) for n in range(9)])
    assert found[0].most == 0
    assert found[8] == Forecast(8, NEVER, NEVER)
    assert waiting.shown(found[8]) is None
    assert project([], [a_ticket(1)])[1] == Forecast(0, NEVER, NEVER)


@pytest.mark.parametrize(("counsellors", "minutes"), [(c, r) for c in (1, 2, 3) for r in (60, 90, 120, 180)])
def test_how_many_are_helped_before_the_end_agrees_with_the_rule_of_thumb(counsellors, minutes):
    """floor(c·R/s) - (c+1), give or take one (domain.md 5.5)."""
    people = [a_counsellor(n + 1, windows=((0.0, float(minutes)),)) for n in range(counsellors)]
    helped = 0
    while project(people, [a_ticket(n) for n in range(helped + 1)])[helped].over <= minutes:
        helped += 1
    rule = int(counsellors * minutes / USUAL) - (counsellors + 1)
    assert abs(helped - rule) <= 1


def test_what_is_booked_for_others_is_waited_for():
    found = project([a_counsellor(windows=((30.0, 60.0),))], [a_ticket(1)])
    assert found[1][:3] == (0, 30.0, 30.0)


def test_another_programme_waits_for_its_own_counsellor():
    people = [a_counsellor(1), a_counsellor(2, programmes=[2], windows=((45.0, NEVER),))]
    found = project(people, [a_ticket(1, 2), a_ticket(2, 1), a_ticket(3, None)])
    assert found[1].half == 45
    assert found[2].half == 0
    assert 0 < found[3].half < 45


def test_a_booked_visitor_waits_for_her_counsellor_alone():
    tickets = [a_ticket(1, bound_to=1, due=0.0)]
    assert project([a_counsellor(1)], tickets)[1].half == 0
    assert project([a_counsellor(2)], tickets)[1].half == NEVER
    assert project([a_counsellor(2)], [a_ticket(1, due=0.0)])[1].half == 0


def test_an_early_visitor_is_called_rather_than_nobody_but_after_the_walk_ins():
    early = a_ticket(1, bound_to=1, due=60.0)
    assert project([a_counsellor(1)], [early])[1].half == 0
    found = project([a_counsellor(1)], [a_ticket(2), early])
    assert found[2].half == 0
    assert found[1].half > 10


def test_four_counsellors_in_one_room_see_one_after_the_other():
    people = [a_counsellor(n, rooms=(7,)) for n in range(4)]
    found = project(people, [a_ticket(n) for n in range(4)])
    halves = [found[n].half for n in range(4)]
    assert halves == sorted(halves)
    assert halves[0] == 0
    assert halves[1] > 10
    assert halves[3] > 3 * 10


def test_a_talk_keeps_its_room_and_nobody_begins_one_that_would_run_into_an_appointment():
    people = [a_counsellor(1, talk=(0.0, USUAL)), a_counsellor(2, rooms=(1,))]
    assert project(people, [a_ticket(1)])[1].half > 5
    kept = {2: ((0.0, 15.0), (45.0, NEVER))}
    assert project([a_counsellor(2)], [a_ticket(1)], rooms=kept)[1][:3] == (0, 45.0, 45.0)
    assert project([a_counsellor(2, rooms=())], [a_ticket(1)])[1].half == NEVER


def as_queued(ticket):
    due = None if ticket.due is None else NOON + timedelta(minutes=ticket.due)
    came = NOON if due is None else min(NOON, due)  # in time: who comes late has no booked time any more
    return Waiting(ticket.id, ticket.id, ticket.programme_id, ticket.bound_to, due, came)


def nine_tickets():
    one = st.builds(
        a_ticket, st.integers(1, 10**6), st.sampled_from([1, 2, None]), bound_to=st.sampled_from([None, 1, 2]),
        due=st.none() | st.integers(-30, 60).map(float),
    )  # fmt: skip
    whole = one.map(lambda t: t._replace(bound_to=None) if t.due is None else t)
    return st.lists(whole, max_size=9, unique_by=lambda t: t.id)


@given(nine_tickets())
def test_the_first_to_be_called_is_whom_the_queue_calls(tickets):
    ordered = queue.order([as_queued(ticket) for ticket in tickets], NOON)
    by_id = {ticket.id: ticket for ticket in tickets}
    found = project([a_counsellor(1)], [by_id[ticket.id] for ticket in ordered])
    chosen = queue.next_for(Caller(1, frozenset({1})), ordered, NOON)
    at_once = [id_ for id_, forecast in found.items() if forecast.most == 0]
    assert at_once == ([] if chosen is None else [chosen.id])


def test_a_crisis_then_points_decide_as_in_the_queue():
    plain, raised = a_ticket(1)._replace(since=-30.0), a_ticket(2)._replace(since=-25.0, raised=True)
    crisis = a_ticket(3)._replace(crisis=True)
    found = project([a_counsellor()], [plain, raised, crisis])
    assert found[3].half == 0
    assert found[3].half < found[2].half < found[1].half
    even = project([a_counsellor()], [plain, raised._replace(since=-20.0)])
    assert even[1].half == 0


def test_a_due_visitor_goes_before_a_walk_in():
    found = project([a_counsellor()], [a_ticket(1), a_ticket(2, bound_to=1, due=-5.0)])
    assert found[2].half == 0
    assert found[1].half > 0


def test_a_talk_that_has_lasted_long_lasts_on():
    """It is no longer a usual one: what is left never falls below a minute, and grows with what has passed."""
    fresh, long, endless = (
        project([a_counsellor(talk=(minutes, USUAL))], [a_ticket(1)])[1].half for minutes in (0.0, 15.0, 500.0)
    )
    assert 1 <= long < fresh
    assert endless == 1


# ── what is shown ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("half", "most", "shown"), [(0, 0, (0, 0)), (1, 6, (5, 10)), (26, 30, (30, 30)), (30.5, 41, (40, 50))]
)
def test_minutes_are_rounded_up_to_five_and_above_thirty_to_ten(half, most, shown):
    assert waiting.shown(Forecast(0, half, most)) == shown


@given(
    st.lists(st.builds(a_ticket, st.integers(), st.sampled_from([1, 2, None]), usual=st.floats(5, 90)), max_size=8,
             unique_by=lambda t: t.id),
    st.lists(st.builds(a_counsellor, st.just(1), talk=st.none() | st.just((3.0, USUAL))), max_size=3),
)  # fmt: skip
def test_every_ticket_has_its_forecast_and_the_first_four_of_five_include_the_first_half(tickets, people):
    found = project(people, tickets)
    assert list(found) == [ticket.id for ticket in tickets]
    assert [forecast.before for forecast in found.values()] == list(range(len(tickets)))
    assert all(0 <= forecast.half <= forecast.most for forecast in found.values())


# ── against the truth ─────────────────────────────────────────────────────────────────────────────────────────────


def a_morning(counsellors, chance):
    """Three hours at nearly full load, six at the door (domain.md 5.4): arrivals, lengths, and when each talk began."""
    sigma = math.sqrt(math.log(1 + SPREAD**2))
    arrivals, rate = [0.0] * 6, (0.95 * counsellors * 180 / USUAL - 6) / 180
    while arrivals[-1] < 170:
        arrivals.append(arrivals[-1] + chance.expovariate(rate))
    lengths = [chance.lognormvariate(math.log(USUAL) - sigma**2 / 2, sigma) for _ in arrivals]
    free, begun, with_whom = [0.0] * counsellors, [], []
    for arrived, length in zip(arrivals, lengths, strict=True):
        first = min(range(counsellors), key=lambda n: free[n])
        begun.append(max(free[first], arrived))
        with_whom.append(first)
        free[first] = begun[-1] + length
    return arrivals, lengths, begun, with_whom


def asked(counsellors, seed, mornings):
    """(truth, projection, queue-length rule, wait of the last who went in) for everybody who comes."""
    chance = random.Random(seed)
    for _ in range(mornings):
        arrivals, lengths, begun, with_whom = a_morning(counsellors, chance)
        for i, now in enumerate(arrivals):
            talking = {with_whom[j]: now - begun[j] for j in range(i) if begun[j] <= now < begun[j] + lengths[j]}
            queue = [j for j in range(i) if begun[j] > now]
            people = [a_counsellor(n, talk=(talking[n], USUAL) if n in talking else None) for n in range(counsellors)]
            forecast = project(people, [a_ticket(j) for j in (*queue, i)], seed=i)[i]
            went_in = [j for j in range(i) if begun[j] <= now]
            last = max(went_in, key=lambda j: begun[j], default=None)
            by_length = (len(queue) + 1) * USUAL / counsellors if len(talking) == counsellors else 0.0
            yield begun[i] - now, forecast, by_length, 0.0 if last is None else begun[last] - arrivals[last]


@pytest.mark.slow
@pytest.mark.parametrize(("counsellors", "mornings"), [(1, 40), (3, 12)])
def test_what_is_told_holds_in_four_of_five_cases_and_beats_the_simple_rules(counsellors, mornings):
    told = list(asked(counsellors, seed=counsellors, mornings=mornings))
    held = statistics.mean(truth <= forecast.most for truth, forecast, _, _ in told)
    error = statistics.mean(abs(forecast.half - truth) for truth, forecast, _, _ in told)
    by_length = statistics.mean(abs(rule - truth) for truth, _, rule, _ in told)
    by_last = statistics.mean(abs(rule - truth) for truth, _, _, rule in told)
    assert 0.72 <= held <= 0.88
    assert error <= 1.1 * by_length
    assert error < (0.5 if counsellors == 1 else 0.7) * by_last
