"""Who is next: appointments from their time, walk-ins first come first served, and nobody jumps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.queue import ABOUT_TO_BEGIN, Caller, Waiting, may_call, next_for, order

NOW = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MBE, JMD = 1, 2
ANNA, BEATE = 11, 12
CALLER = Caller(ANNA, frozenset({MBE}))


def walk_in(id_, taken=-10, programme=None):
    return Waiting(id_, id_, programme, None, None, NOW + taken * MINUTE)


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
    assert next_for(CALLER, [booked(1, due=-5, taken=-40), booked(2, due=-15, taken=-1)], NOW).id == 2


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


# ── a whole morning ───────────────────────────────────────────────────────────────────────────────────────────────

minutes, programmes = st.integers(-60, 60), st.sampled_from([MBE, JMD])
tickets = st.lists(
    st.builds(walk_in, st.just(0), minutes, st.sampled_from([None, MBE, JMD]))
    | st.builds(
        booked, st.just(0), minutes, st.sampled_from([ANNA, BEATE, None]), minutes, st.sampled_from([MBE, JMD])
    ),
    max_size=12,
).map(lambda found: [t._replace(id=i, number=i) for i, t in enumerate(found, 1)])
NEW = Caller(13, frozenset())
callers = st.sampled_from([CALLER, Caller(BEATE, frozenset({MBE, JMD})), NEW])


def her_turn(ticket, caller, now):
    """Due; or her own visitor, who is here and whose appointment begins in a few minutes."""
    early = ABOUT_TO_BEGIN if ticket.bound_to == caller.id else timedelta(0)
    return ticket.due_at is not None and ticket.due_at <= now + early


@given(tickets, st.lists(st.tuples(callers, st.integers(0, 15)), min_size=20, max_size=20))
def test_a_walk_in_is_overtaken_only_by_a_due_appointment(waiting, calls):
    """Whoever calls, in whatever order: those who came later and go first have an appointment that was due, or that is
    about to begin and would begin late if its own counsellor called anybody else."""
    waiting, now = list(waiting), NOW
    for caller, passed in calls:
        now += passed * MINUTE
        chosen = next_for(caller, waiting, now)
        if chosen is None:
            assert not any(may_call(caller, t) for t in waiting)
            continue
        waiting.remove(chosen)
        if her_turn(chosen, caller, now):
            continue
        for left in waiting:
            if not may_call(caller, left):
                continue
            if left.due_at is None:
                assert chosen.due_at is None
                assert (chosen.taken_at, chosen.id) < (left.taken_at, left.id)
            else:
                assert not her_turn(left, caller, now), "an appointment that is due waits behind one that is not"


@given(tickets, callers)
def test_the_next_one_is_the_first_of_the_desks_list_whom_she_may_call(waiting, caller):
    """But for her own visitor, who comes some minutes early before all whose time has not come."""
    hers = [t for t in order(waiting, NOW) if may_call(caller, t)]
    turn = [t for t in hers if her_turn(t, caller, NOW)]
    first = min(turn, key=lambda t: (t.due_at, t.id)) if turn else (hers[0] if hers else None)
    assert next_for(caller, waiting, NOW) == first


@given(tickets, callers)
def test_without_own_visitors_about_to_begin_the_desks_list_is_the_order(waiting, caller):
    far = [t for t in waiting if t.due_at is None or t.due_at <= NOW or t.due_at > NOW + ABOUT_TO_BEGIN]
    hers = [t for t in order(far, NOW) if may_call(caller, t)]
    assert next_for(caller, far, NOW) == (hers[0] if hers else None)
