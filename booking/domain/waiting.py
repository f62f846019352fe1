"""How long somebody still waits: the day as the roster plans it, played to its end two hundred times (domain.md 5.4).

Rules that look back ("the last one waited 12 minutes") tell far too little in the rush after opening. Here every talk
that goes on has its elapsed time, every counsellor the hours and appointments she still has, and every waiting ticket
its place. All times are minutes from now.
"""

import math
import random
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from statistics import NormalDist
from typing import NamedTuple

DRAWS = 200
SPREAD = 0.6  # standard deviation by mean of a talk's length (domain.md 5.4)
SEEN_ENOUGH = 20
NEVER = math.inf
_STRATA = 512
_SIGMA = math.sqrt(math.log(1 + SPREAD * SPREAD))


class Counsellor(NamedTuple):
    """`windows`: from-to in which she may see somebody, ascending, what is booked for others cut out. `talk`: the one
    that goes on, as (minutes so far, usual minutes)."""

    id: int
    programmes: frozenset[int]
    windows: tuple[tuple[float, float], ...]
    talk: tuple[float, float] | None = None


class Ticket(NamedTuple):
    """As in the queue's order. `due`: a booked time; `bound_to`: who keeps it, None while she is away; `usual`: minutes
    such a talk takes."""

    id: int
    programme_id: int | None
    bound_to: int | None
    due: float | None
    usual: float


class Forecast(NamedTuple):
    """`before`: how many are called earlier, as the order is now. Half of the plays waited at most `half`, four of five
    at most `most`; NEVER: in so many plays nobody was free before the day's end."""

    before: int
    half: float
    most: float


def usual_minutes(default: float, seen: int, mean: float) -> float:
    """What was observed, drawn towards the default until SEEN_ENOUGH talks are known."""
    weight = min(seen / SEEN_ENOUGH, 1)
    return weight * mean + (1 - weight) * default


def project(counsellors: Sequence[Counsellor], tickets: Sequence[Ticket], seed: int = 0) -> dict[int, Forecast]:
    """A forecast for every ticket, by its id. The same input gives the same answer."""
    chance = random.Random(seed)  # noqa: S311 - plays, not secrets
    waits: dict[int, list[float]] = {ticket.id: [] for ticket in tickets}
    for _ in range(DRAWS):
        begun = _play(counsellors, tickets, chance)
        for ticket in tickets:
            waits[ticket.id].append(begun.get(ticket.id, NEVER))
    return {t.id: _forecast(place, sorted(waits[t.id])) for place, t in enumerate(tickets)}


def shown(forecast: Forecast) -> tuple[int, int] | None:
    """The two minutes that people read, rounded up to 5 below 30 and to 10 above; None if the day may end before."""
    if forecast.most == NEVER:
        return None
    return _rounded(forecast.half), _rounded(forecast.most)


def _rounded(minutes: float) -> int:
    step = 5 if minutes <= 30 else 10
    return math.ceil(minutes / step) * step


def _forecast(before: int, waits: list[float]) -> Forecast:
    return Forecast(before, waits[math.ceil(0.5 * DRAWS) - 1], waits[math.ceil(0.8 * DRAWS) - 1])


def _lengths() -> list[float]:
    """A talk's length by its mean: the middles of as many equal parts of a log-normal distribution."""
    normal = NormalDist(-_SIGMA * _SIGMA / 2, _SIGMA)
    return [math.exp(normal.inv_cdf((n + 0.5) / _STRATA)) for n in range(_STRATA)]


_BY_MEAN = _lengths()


def drawn_length(usual: float, chance: random.Random) -> float:
    """How long one talk takes."""
    return usual * _BY_MEAN[int(chance.random() * _STRATA)]


def _rest(talk: tuple[float, float], chance: random.Random) -> float:
    """What is left of a talk, given how long it has lasted: drawn among the lengths that are longer than that."""
    elapsed, usual = talk
    first = min(_first_longer(elapsed / usual), _STRATA - 1)
    drawn = usual * _BY_MEAN[first + int(chance.random() * (_STRATA - first))]
    return max(drawn - elapsed, 1.0)


def _first_longer(share: float) -> int:
    low, high = 0, _STRATA
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _BY_MEAN[middle] <= share else (low, middle)
    return low


def _play(counsellors: Sequence[Counsellor], tickets: Sequence[Ticket], chance: random.Random) -> Mapping[int, float]:
    """One way the day may go: the minute at which each ticket's talk begins."""
    free = [(_at_work(c, _rest(c.talk, chance) if c.talk else 0.0), n) for n, c in enumerate(counsellors)]
    heapify(free)
    waiting, begun = list(tickets), {}
    while waiting and free and free[0][0] < NEVER:
        at, n = heappop(free)
        place = _chosen(counsellors[n], waiting, at)
        if place is None:
            later = _next_due(counsellors[n], waiting, at)
            heappush(free, (_at_work(counsellors[n], later), n))
            continue
        ticket = waiting.pop(place)
        begun[ticket.id] = at
        heappush(free, (_at_work(counsellors[n], at + drawn_length(ticket.usual, chance)), n))
    return begun


def _at_work(counsellor: Counsellor, at: float) -> float:
    """The next minute from `at` on at which she may begin a talk."""
    for starts, ends in counsellor.windows:
        if at < ends:
            return max(at, starts)
    return NEVER


def _chosen(counsellor: Counsellor, waiting: Sequence[Ticket], at: float) -> int | None:
    """The place of whom she calls: who is due, first, then the first walk-in of her programmes."""
    first = None
    for place, ticket in enumerate(waiting):
        if ticket.due is not None:
            if ticket.due <= at and _may(counsellor, ticket):
                return place
        elif first is None and _may(counsellor, ticket):
            first = place
    return first


def _may(counsellor: Counsellor, ticket: Ticket) -> bool:
    if ticket.bound_to is not None:
        return ticket.bound_to == counsellor.id
    return ticket.programme_id is None or ticket.programme_id in counsellor.programmes


def _next_due(counsellor: Counsellor, waiting: Sequence[Ticket], at: float) -> float:
    """When a booked visitor of hers, who has come early, is due; NEVER if there is none."""
    due = [t.due for t in waiting if t.due is not None and t.due > at and _may(counsellor, t)]
    return min(due, default=NEVER)
