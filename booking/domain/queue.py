"""Who is next: a pure order over the waiting tickets, the same for every desk.

Appointments from their time on, for their own counsellor or whoever covers for her; then walk-ins, first come first
served; an appointment before its time does not jump, but is called rather than nobody (domain.md 5.2).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Waiting(NamedTuple):
    """A waiting ticket. `programme_id` None: "please help me", anybody may; `bound_to` only for appointments."""

    id: int
    number: int
    programme_id: int | None
    bound_to: int | None
    due_at: datetime | None
    taken_at: datetime


class Caller(NamedTuple):
    """The counsellor who calls. `covers`: colleagues who are away now and whose programmes she shares."""

    id: int
    programmes: frozenset[int]
    covers: frozenset[int]


def order(tickets: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """All waiting tickets as the desk shows them."""
    return sorted(tickets, key=lambda t: _rank(t, now))


def next_for(caller: Caller, tickets: Iterable[Waiting], now: datetime) -> Waiting | None:
    """The ticket this counsellor calls next; None if nobody waits whom she may see."""
    hers = [t for t in tickets if may_call(caller, t)]
    return min(hers, key=lambda t: _rank(t, now), default=None)


def may_call(caller: Caller, ticket: Waiting) -> bool:
    """An appointment belongs to its counsellor or her cover; a walk-in to anybody with its programme."""
    if ticket.bound_to == caller.id:
        return True
    if ticket.programme_id is not None and ticket.programme_id not in caller.programmes:
        return False
    return ticket.bound_to is None or ticket.bound_to in caller.covers


def _rank(ticket: Waiting, now: datetime) -> tuple[int, datetime, int]:
    if ticket.due_at is None:
        return (1, ticket.taken_at, ticket.id)
    return (0 if ticket.due_at <= now else 2, ticket.due_at, ticket.id)
