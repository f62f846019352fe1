"""Who is next: a pure order over the waiting tickets, the same for every desk and published as wall text.

A crisis now; appointments from their time on, for their own counsellor or whoever covers for her; then everybody else
by points: one for each minute waited, one and a half with a stated need or a deadline today (accumulating priority,
Kleinrock 1964; domain.md 5.2). An appointment before its time does not jump, but is called rather than nobody; who
comes more than ten minutes late has the place of somebody who came without an appointment at that time. A counsellor
calls somebody whose language she speaks first, if it costs others less than fifteen minutes. Only who would otherwise
be late for her own visitor, already here, calls her some minutes early instead of a walk-in.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.domain.tickets import CRISIS, EVENT, WALK_IN

# As long as an appointment waits for its visitor (domain.md 5.2): a walk-in's talk would take longer.
ABOUT_TO_BEGIN = timedelta(minutes=10)
GRACE = timedelta(minutes=10)
RAISED = 1.5
SPOKEN = 15.0  # points; ties go to who came first, so that it costs less than so many minutes
HOUSE_LANGUAGE = "de"  # spoken by all: nobody is preferred for it
MINUTE = timedelta(minutes=1)


class Waiting(NamedTuple):
    """A waiting ticket. `programme_id`, `carrier_id` None: "please help me", anybody may.

    `bound_to`: the counsellor an appointment or a transfer waits for; None for others, and while she is away.
    `since`: from when its minutes count; for an appointment, when its visitor came. `raised`: they count more.
    """

    id: int
    number: int
    programme_id: int | None
    bound_to: int | None
    due_at: datetime | None
    since: datetime
    kind: str = WALK_IN
    raised: bool = False
    language: str | None = None
    carrier_id: int | None = None

    @property
    def turn_at(self) -> datetime | None:
        """The booked time that still holds: not for who came late."""
        return None if self.due_at is None or self.since > self.due_at + GRACE else self.due_at

    @property
    def counts_from(self) -> datetime:
        """Who comes late for an appointment waits as if she had come at its time without one."""
        return self.since if self.due_at is None else self.due_at

    @property
    def weight(self) -> float:
        return RAISED if self.raised else 1.0


class Caller(NamedTuple):
    """The counsellor who calls. `languages`: what she speaks."""

    id: int
    programmes: frozenset[int]
    languages: frozenset[str] = frozenset()
    carrier_id: int | None = None


def order(tickets: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """All waiting tickets as the desk shows them."""
    return sorted(tickets, key=lambda t: _rank(t, now, None))


def next_for(caller: Caller, tickets: Iterable[Waiting], now: datetime) -> Waiting | None:
    """The ticket this counsellor calls next; None if nobody waits whom she may see."""
    hers = [t for t in tickets if may_call(caller, t)]
    return min(hers, key=lambda t: _rank(t, now, caller), default=None)


def may_call(caller: Caller, ticket: Waiting) -> bool:
    """An appointment belongs to its counsellor; what waits for nobody in particular, to anybody with its programme.

    Who comes for an event or to visit somebody wants no advice: only whom it waits for calls her.
    """
    if ticket.bound_to is not None or ticket.kind == EVENT:
        return ticket.bound_to == caller.id
    return ticket.programme_id in (None, *caller.programmes) and ticket.carrier_id in (None, caller.carrier_id)


def points(ticket: Waiting, now: datetime) -> float:
    """One for each minute waited, more where they count more."""
    return ticket.weight * ((now - ticket.counts_from) / MINUTE)


def speaks(languages: frozenset[str], language: str | None) -> bool:
    """Whether somebody with these languages is preferred for a visitor of that one."""
    return language is not None and language != HOUSE_LANGUAGE and language in languages


def since_for_place(ticket: Waiting, tickets: Sequence[Waiting], now: datetime) -> datetime:
    """From when the minutes of a returning ticket count, so that it comes into the front third (domain.md 5.3).

    `tickets`: who waits now, without it. Appointments and a crisis stand before all of them in any case.
    """
    others = [t for t in order(tickets, now) if t.kind != CRISIS and t.turn_at is None]
    place = len(others) // 3
    if place == len(others):
        return now
    behind = points(others[place], now)
    return now - timedelta(seconds=1) - MINUTE * (max(behind, 0.0) / ticket.weight)


def _rank(ticket: Waiting, now: datetime, caller: Caller | None) -> tuple[float, float, int]:
    if ticket.kind == CRISIS:
        return (0, ticket.since.timestamp(), ticket.id)
    turn_at = ticket.turn_at
    if turn_at is None:
        fits = caller is not None and speaks(caller.languages, ticket.language)
        return (2, -points(ticket, now) - (SPOKEN if fits else 0.0), ticket.id)
    own = caller is not None and ticket.bound_to == caller.id
    is_due = turn_at <= (now + ABOUT_TO_BEGIN if own else now)
    return (1 if is_due else 3, turn_at.timestamp(), ticket.id)
