"""Who is next: a pure order over the waiting tickets, the same for every desk.

Appointments from their time on, for their own counsellor or whoever covers for her; then walk-ins, first come first
served; an appointment before its time does not jump, but is called rather than nobody (domain.md 5.2). Only who would
otherwise be late for her own visitor, already here, calls her some minutes early instead of a walk-in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

# As long as an appointment waits for its visitor (domain.md 5.2): a walk-in's talk would take longer.
ABOUT_TO_BEGIN = timedelta(minutes=10)


class Waiting(NamedTuple):
    """A waiting ticket. `programme_id` None: "please help me", anybody may.

    `bound_to`: the counsellor an appointment waits for; None for walk-ins, and while she is away.
    """

    id: int
    number: int
    programme_id: int | None
    bound_to: int | None
    due_at: datetime | None
    taken_at: datetime


class Caller(NamedTuple):
    """The counsellor who calls."""

    id: int
    programmes: frozenset[int]


def order(tickets: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """All waiting tickets as the desk shows them."""
    return sorted(tickets, key=lambda t: _rank(t, now, None))


def next_for(caller: Caller, tickets: Iterable[Waiting], now: datetime) -> Waiting | None:
    """The ticket this counsellor calls next; None if nobody waits whom she may see."""
    hers = [t for t in tickets if may_call(caller, t)]
    return min(hers, key=lambda t: _rank(t, now, caller.id), default=None)


def may_call(caller: Caller, ticket: Waiting) -> bool:
    """An appointment belongs to its counsellor; what waits for nobody in particular, to anybody with its programme."""
    if ticket.bound_to == caller.id:
        return True
    return ticket.bound_to is None and (ticket.programme_id is None or ticket.programme_id in caller.programmes)


def _rank(ticket: Waiting, now: datetime, caller_id: int | None) -> tuple[int, datetime, int]:
    if ticket.due_at is None:
        return (1, ticket.taken_at, ticket.id)
    own = caller_id is not None and ticket.bound_to == caller_id
    turn = ticket.due_at <= (now + ABOUT_TO_BEGIN if own else now)
    return (0 if turn else 2, ticket.due_at, ticket.id)
