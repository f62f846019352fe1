"""Who is next: appointments from their time, walk-ins first come first served, and nobody jumps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.queue import ABOUT_TO_BEGIN, Caller, Waiting, may_call, next_for, order, since_for_place
from booking.domain.tickets import CRISIS, EVENT, SHORT, WALK_IN

NOW = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MBE, JMD = 1, 2
ANNA, BEATE = 11, 12
CALLER = Caller(ANNA, frozenset({MBE}))


def walk_in(id_, taken=-10, programme=None, **more):
    return Waiting(id_, id_, programme, None, None, NOW + taken * MINUTE, **more)


def booked(id_, due, bound_to=ANNA, taken=-10, programme=MBE):
    return Waiting(id_, id_, programme, bound_to, NOW + due * MINUTE, NOW + taken * MINUTE)


# ── the order ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_due_appointment_goes_before_walk_ins_and_an_early_one_after_them():
    tickets = [booked(1, due=20, taken=-30), walk_in(2, -20), booked(3, due=0, taken=-1), walk_in(4, -25)]
    assert [t.id for t in order(tickets, NOW)] == [3, 4, 2, 1]
    assert next_for(CALLER, tickets, NOW).id == 3
    assert next_for(CALLER, tickets[:2], NOW).id == 2


def test_an_early_appointment_is_called_rather_than_nobody():
    assert next_for(CALLER, [booked(1, due=20)], NOW).id == 1


def test_of_two_due_appointments_the_one_that_was_due_first_goes_first_whoever_came_first():
    assert next_for(CALLER, [booked(1, due=-5, taken=-40), booked(2, due=-9, taken=-1)], NOW).id == 2


def test_walk_ins_of_the_same_second_go_by_their_numbers():
    assert [t.id for t in order([walk_in(7), walk_in(6), walk_in(8)], NOW)] == [6, 7, 8]


def test_her_own_visitor_who_is_here_goes_before_a_walk_in_ten_minutes_early_and_nobody_elses():
    for due, bound_to, first in ((10, ANNA, 1), (11, ANNA, 2), (10, None, 2), (1, BEATE, 2)):
        assert next_for(CALLER, [booked(1, due, bound_to), walk_in(2)], NOW).id == first
    assert next_for(CALLER, [booked(1, due=10), booked(2, due=0)], NOW).id == 2
    assert [t.id for t in order([booked(1, due=10), walk_in(2)], NOW)] == [2, 1]


# ── who may call whom ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ticket", "may"),
    [
        (walk_in(1), True),
        (walk_in(1, programme=MBE), True),
        (walk_in(1, programme=JMD), False),
        (booked(1, 0, bound_to=ANNA), True),
        (booked(1, 0, bound_to=ANNA, programme=JMD), True),
        (booked(1, 0, bound_to=BEATE), False),
        (booked(1, 0, bound_to=None), True),
        (booked(1, 0, bound_to=None, programme=JMD), False),
    ],
    ids=["anybody's", "her programme", "another programme", "her own", "her own whatever the programme",
         "a present colleague's", "of one who is away", "away, but not her programme"],
)  # fmt: skip
def test_an_appointment_is_for_its_counsellor_or_her_cover_and_a_walk_in_for_whoever_has_its_programme(ticket, may):
    assert may_call(CALLER, ticket) is may
    assert next_for(CALLER, [ticket], NOW) == (ticket if may else None)


def test_nobody_is_next_in_an_empty_queue():
    assert next_for(CALLER, [], NOW) is None


# ── points ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_crisis_goes_before_everybody_and_the_first_of_two_first():
    tickets = [booked(1, due=-5, taken=-6), walk_in(2, -50), walk_in(3, 0, kind=CRISIS), walk_in(4, -1, kind=CRISIS)]
    assert [t.id for t in order(tickets, NOW)] == [4, 3, 1, 2]


def test_a_stated_need_makes_minutes_count_one_and_a_half_times():
    for raised_for, first in ((20, 1), (21, 2)):
        assert order([walk_in(1, -30), walk_in(2, -raised_for, raised=True)], NOW)[0].id == first


def test_who_comes_late_for_an_appointment_has_the_place_of_its_time():
    assert order([walk_in(1, -20), booked(2, due=-15, taken=-5)], NOW)[0].id == 2  # ten minutes: still in time
    late = booked(2, due=-15, taken=-4)
    assert [t.id for t in order([walk_in(1, -20), late, walk_in(3, -14)], NOW)] == [1, 2, 3]
    assert late.turn_at is None


def test_somebody_whose_language_she_speaks_is_preferred_for_less_than_fifteen_minutes():
    caller = CALLER._replace(languages=frozenset({"de", "ar"}))
    for waited, language, first in ((14, "ar", 2), (15, "ar", 1), (14, "de", 1), (14, "tr", 1), (14, None, 1)):
        tickets = [walk_in(1, -waited), walk_in(2, 0, language=language)]
        assert next_for(caller, tickets, NOW).id == first
        assert order(tickets, NOW)[0].id == 1


def test_a_guest_of_an_event_is_called_by_her_host_alone():
    guest = walk_in(1, kind=EVENT)
    assert not may_call(CALLER, guest)
    assert may_call(CALLER, guest._replace(bound_to=ANNA))


def test_what_was_handed_to_a_carrier_is_for_its_counsellors():
    assert [may_call(CALLER._replace(carrier_id=of), walk_in(1, carrier_id=3)) for of in (3, 4, None)] == [
        True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("others", "place"), [(0, 0), (1, 0), (2, 0), (3, 1), (6, 2), (9, 3)])
def test_who_comes_back_stands_in_the_front_third(others, place):
    waiting = [walk_in(n, -7 * n - n * n, raised=n % 2 == 0) for n in range(1, others + 1)]
    for mine in (walk_in(99), walk_in(99, raised=True)):
        first = [booked(50, due=-1), walk_in(51, kind=CRISIS)]
        back = mine._replace(since=since_for_place(mine, [*waiting, *first], NOW))
        assert [t.id for t in order([*waiting, back], NOW)].index(99) == place


# ── a whole morning ───────────────────────────────────────────────────────────────────────────────────────────────

minutes, programmes = st.integers(-60, 60), st.sampled_from([MBE, JMD])
tickets = st.lists(
    st.builds(
        walk_in, st.just(0), minutes, st.sampled_from([None, MBE, JMD]), raised=st.booleans(),
        kind=st.sampled_from([WALK_IN, WALK_IN, WALK_IN, SHORT, CRISIS, EVENT]),
        language=st.sampled_from([None, "de", "ar", "tr"]), carrier_id=st.sampled_from([None, None, 3]),
    )
    | st.builds(
        booked, st.just(0), minutes, st.sampled_from([ANNA, BEATE, None]), minutes, st.sampled_from([MBE, JMD])
    ),
    max_size=12,
).map(lambda found: [t._replace(id=i, number=i) for i, t in enumerate(found, 1)])  # fmt: skip
NEW = Caller(13, frozenset())
SPEAKER = Caller(BEATE, frozenset({MBE, JMD}), frozenset({"de", "ar"}), 3)
callers = st.sampled_from([CALLER, SPEAKER, NEW])


def her_turn(ticket, caller, now):
    """In time and due; or her own visitor, who is here and whose appointment begins in a few minutes."""
    early = ABOUT_TO_BEGIN if ticket.bound_to == caller.id else timedelta(0)
    in_time = ticket.due_at is not None and ticket.since <= ticket.due_at + timedelta(minutes=10)
    return in_time and ticket.due_at <= now + early


def by_points(ticket):
    """Whose place points decide: who has no appointment, or came too late for it."""
    return ticket.kind != CRISIS and (ticket.due_at is None or ticket.since > ticket.due_at + timedelta(minutes=10))


def counted(ticket, now):
    since = ticket.since if ticket.due_at is None else ticket.due_at
    return (now - since) / MINUTE * (1.5 if ticket.raised else 1)


def fits(ticket, caller):
    return ticket.language not in (None, "de") and ticket.language in caller.languages


@given(tickets, st.lists(st.tuples(callers, st.integers(0, 15)), min_size=20, max_size=20))
def test_a_walk_in_is_overtaken_only_by_a_crisis_a_due_appointment_or_more_points(waiting, calls):
    """Whoever calls, in whatever order. Never within a class: of the same weight, and equally well understood by who
    calls, who came first goes first. A language costs nobody fifteen points."""
    waiting, now = list(waiting), NOW
    for caller, passed in calls:
        now += passed * MINUTE
        chosen = next_for(caller, waiting, now)
        if chosen is None:
            assert not any(may_call(caller, t) for t in waiting)
            continue
        waiting.remove(chosen)
        for left in (t for t in waiting if may_call(caller, t)):
            if chosen.kind == CRISIS:
                continue
            assert left.kind != CRISIS
            if her_turn(chosen, caller, now):
                continue
            assert not her_turn(left, caller, now), "an appointment that is due waits behind one that is not"
            if not by_points(left):
                continue
            assert by_points(chosen), "an appointment before its time has jumped"
            ahead = counted(chosen, now) - counted(left, now)
            assert ahead > -15 if fits(chosen, caller) and not fits(left, caller) else ahead >= -1e-9
            if (chosen.raised, fits(chosen, caller)) == (left.raised, fits(left, caller)):
                assert chosen.counts_from <= left.counts_from


@given(tickets, callers)
def test_without_languages_and_own_visitors_the_desks_list_is_the_order(waiting, caller):
    far = [t for t in waiting if t.due_at is None or t.due_at <= NOW or t.due_at > NOW + ABOUT_TO_BEGIN]
    hers = [t for t in order(far, NOW) if may_call(caller, t)]
    assert next_for(caller._replace(languages=frozenset()), far, NOW) == (hers[0] if hers else None)
