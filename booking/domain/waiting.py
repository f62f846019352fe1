"""How long somebody still waits: the day as the roster plans it, played to its end two hundred times (domain.md 5.4).

Rules that look back ("the last one waited 12 minutes") tell far too little in the rush after opening. Here every talk
that goes on has its elapsed time, every counsellor the hours and appointments she still has, and every waiting ticket
its place. All times are minutes from now. Who is called next and where is the queue's own rule (domain/queue): who is
due, then walk-ins, and nobody to a room that an appointment needs before the talk is over.
"""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from heapq import heapify, heappop, heappush
from statistics import NormalDist
from typing import NamedTuple

from booking.domain.queue import ABOUT_TO_BEGIN

ABOUT_TO_BEGIN_MINUTES = ABOUT_TO_BEGIN / timedelta(minutes=1)
DRAWS = 200
SPREAD = 0.6  # standard deviation by mean of a talk's length (domain.md 5.4)
NEVER = math.inf
Windows = tuple[tuple[float, float], ...]
_STRATA = 512
_SIGMA = math.sqrt(math.log(1 + SPREAD * SPREAD))


class Talk(NamedTuple):
    """One that goes on: minutes so far, minutes such a talk usually takes, and where."""

    elapsed: float
    usual: float
    room_id: int


class Counsellor(NamedTuple):
    """`windows`: from-to in which she may begin a talk, ascending, what is booked for others cut out."""

    id: int
    programmes: frozenset[int]
    rooms: tuple[int, ...]
    windows: Windows
    talk: Talk | None = None


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


def project(
    counsellors: Sequence[Counsellor], rooms: Mapping[int, Windows], tickets: Sequence[Ticket], seed: int = 0
) -> dict[int, Forecast]:
    """A forecast for every ticket, by its id; the same input gives the same answer.

    `rooms`: when each is not kept for an appointment; `tickets` in the queue's order.
    """
    chance = random.Random(seed)  # noqa: S311 - plays, not secrets
    waits: dict[int, list[float]] = {ticket.id: [] for ticket in tickets}
    for _ in range(DRAWS):
        begun = _play(counsellors, rooms, tickets, chance)
        for ticket in tickets:
            waits[ticket.id].append(begun.get(ticket.id, NEVER))
    return {t.id: _forecast(place, sorted(waits[t.id])) for place, t in enumerate(tickets)}


def shown(forecast: Forecast) -> tuple[int, int] | None:
    """The two minutes that people read, rounded up to 5 below 30 and to 10 above; None if the day may end before."""
    if forecast.most == NEVER:
        return None
    return rounded(forecast.half), rounded(forecast.most)


def rounded(minutes: float) -> int:
    """As people read it, never too little."""
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


def _rest(talk: Talk, chance: random.Random) -> float:
    """What is left of a talk, given how long it has lasted: drawn among the lengths that are longer than that."""
    first = min(_first_longer(talk.elapsed / talk.usual), _STRATA - 1)
    drawn = talk.usual * _BY_MEAN[first + int(chance.random() * (_STRATA - first))]
    return max(drawn - talk.elapsed, 1.0)


def _first_longer(share: float) -> int:
    low, high = 0, _STRATA
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _BY_MEAN[middle] <= share else (low, middle)
    return low


def _play(
    counsellors: Sequence[Counsellor], rooms: Mapping[int, Windows], tickets: Sequence[Ticket], chance: random.Random
) -> Mapping[int, float]:
    """One way the day may go: the minute at which each ticket's talk begins."""
    taken: dict[int, float] = {}  # until when each room is
    free = []
    for n, counsellor in enumerate(counsellors):
        rest = 0.0
        if counsellor.talk is not None:
            rest = taken[counsellor.talk.room_id] = _rest(counsellor.talk, chance)
        free.append((_next(counsellor.windows, rest), n))
    heapify(free)
    waiting, begun = list(tickets), {}
    while waiting and free and free[0][0] < NEVER:
        at, n = heappop(free)
        place = _chosen(counsellors[n], waiting, at)
        if place is None:
            continue
        when, room = _room(counsellors[n], rooms, taken, at, waiting[place].usual)
        if when > at:
            heappush(free, (_next(counsellors[n].windows, when), n))
            continue
        ticket = waiting.pop(place)
        begun[ticket.id] = at
        taken[room] = at + drawn_length(ticket.usual, chance)
        heappush(free, (_next(counsellors[n].windows, taken[room]), n))
    return begun


def _next(windows: Windows, at: float, minutes: float = 0.0) -> float:
    """The first minute from `at` on that lies in a window, with so many more of it ahead."""
    for starts, ends in windows:
        begins = max(at, starts)
        if begins < ends and begins + minutes <= ends:
            return begins
    return NEVER


def _room(
    counsellor: Counsellor, rooms: Mapping[int, Windows], taken: Mapping[int, float], at: float, usual: float
) -> tuple[float, int]:
    """When the first of her rooms is free for a usual talk, and which."""
    ways = [(_next(rooms.get(id_, ()), max(at, taken.get(id_, 0.0)), usual), id_) for id_ in counsellor.rooms]
    return min(ways, key=lambda way: way[0], default=(NEVER, 0))


def _chosen(counsellor: Counsellor, waiting: Sequence[Ticket], at: float) -> int | None:
    """The place of whom she calls, by the queue's rule: who is due, else the first walk-in, else who came early."""
    walk_in = early = None
    for place, ticket in enumerate(waiting):
        if not _may(counsellor, ticket):
            continue
        if ticket.due is None:
            walk_in = place if walk_in is None else walk_in
        elif ticket.due <= at + (ABOUT_TO_BEGIN_MINUTES if ticket.bound_to == counsellor.id else 0):
            return place
        else:
            early = place if early is None else early
    return early if walk_in is None else walk_in


def _may(counsellor: Counsellor, ticket: Ticket) -> bool:
    if ticket.bound_to is not None:
        return ticket.bound_to == counsellor.id
    return ticket.programme_id is None or ticket.programme_id in counsellor.programmes
