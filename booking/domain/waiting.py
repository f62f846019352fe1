"""How long somebody still waits: the day as the roster plans it, played to its end two hundred times (domain.md 5.4).

Rules that look back ("the last one waited 12 minutes") tell far too little in the rush after opening. Here every talk
that goes on has its elapsed time, every counsellor the hours and appointments she still has, and every waiting ticket
its place. All times are minutes from now. Who is called next and where is the queue's own rule (domain/queue): a
crisis, who is due, then by points, and nobody to a room that an appointment needs before the talk is over.
"""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from heapq import heapify, heappop, heappush
from statistics import NormalDist
from typing import NamedTuple

from booking.domain.queue import ABOUT_TO_BEGIN, RAISED, SPOKEN, speaks

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
    languages: frozenset[str] = frozenset()
    carrier_id: int | None = None


class Ticket(NamedTuple):
    """As in the queue. `due`: a booked time that still holds; `bound_to`: who keeps it, None while she is away;
    `usual`: minutes such a talk takes; `since`: from when its minutes count, so none that is to come."""

    id: int
    programme_id: int | None
    bound_to: int | None
    due: float | None
    usual: float
    since: float = 0.0
    raised: bool = False
    crisis: bool = False
    language: str | None = None
    carrier_id: int | None = None


class Forecast(NamedTuple):
    """`before`: how many are called earlier, as the order is now. Half of the plays waited at most `half`, four of five
    at most `most`; NEVER: in so many plays nobody was free before the day's end. In four of five the talk was `over`
    by then."""

    before: int
    half: float
    most: float
    over: float = NEVER


def project(
    counsellors: Sequence[Counsellor], rooms: Mapping[int, Windows], tickets: Sequence[Ticket], seed: int = 0
) -> dict[int, Forecast]:
    """A forecast for every ticket, by its id; the same input gives the same answer.

    `rooms`: when each is not kept for an appointment; `tickets` in the queue's order.
    """
    chance = random.Random(seed)  # noqa: S311 - plays, not secrets
    talks: dict[int, list[tuple[float, float]]] = {ticket.id: [] for ticket in tickets}
    lines = [_lines(counsellor, tickets) for counsellor in counsellors]
    for _ in range(DRAWS):
        played = _play(counsellors, rooms, tickets, lines, chance)
        for ticket in tickets:
            talks[ticket.id].append(played.get(ticket.id, (NEVER, NEVER)))
    return {t.id: _forecast(place, talks[t.id]) for place, t in enumerate(tickets)}


def shown(forecast: Forecast) -> tuple[int, int] | None:
    """The two minutes that people read, rounded up to 5 below 30 and to 10 above; None if the day may end before."""
    if forecast.most == NEVER:
        return None
    return rounded(forecast.half), rounded(forecast.most)


def rounded(minutes: float) -> int:
    """As people read it, never too little."""
    step = 5 if minutes <= 30 else 10
    return math.ceil(minutes / step) * step


def _forecast(before: int, talks: list[tuple[float, float]]) -> Forecast:
    half, most = math.ceil(0.5 * DRAWS) - 1, math.ceil(0.8 * DRAWS) - 1
    waits, ends = (sorted(minutes) for minutes in zip(*talks, strict=True))
    return Forecast(before, waits[half], waits[most], ends[most])


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


class _Lines(NamedTuple):
    """The places of whom one counsellor may call, each line in the order in which it is called whenever that is.

    Only the first of each that is still there can be next, so that a call looks at a few instead of at all.
    """

    crisis: tuple[int, ...]
    own: tuple[int, ...]
    covered: tuple[int, ...]
    plain: tuple[int, ...]
    raised: tuple[int, ...]


def _lines(counsellor: Counsellor, tickets: Sequence[Ticket]) -> _Lines:
    hers = [place for place, ticket in enumerate(tickets) if _may(counsellor, ticket)]
    calm = [place for place in hers if not tickets[place].crisis]
    booked = sorted((p for p in calm if tickets[p].due is not None), key=lambda p: tickets[p].due or 0.0)
    free = sorted(
        (p for p in calm if tickets[p].due is None), key=lambda p: -_points(counsellor, tickets[p], 0.0)
    )  # fmt: skip
    return _Lines(
        tuple(place for place in hers if tickets[place].crisis),
        tuple(place for place in booked if tickets[place].bound_to == counsellor.id),
        tuple(place for place in booked if tickets[place].bound_to != counsellor.id),
        tuple(place for place in free if not tickets[place].raised),
        tuple(place for place in free if tickets[place].raised),
    )


def _points(counsellor: Counsellor, ticket: Ticket, at: float) -> float:
    """As the queue counts them for this caller."""
    waited = (at - ticket.since) * (RAISED if ticket.raised else 1.0)
    return waited + (SPOKEN if speaks(counsellor.languages, ticket.language) else 0.0)


def _play(
    counsellors: Sequence[Counsellor], rooms: Mapping[int, Windows], tickets: Sequence[Ticket],
    lines: Sequence[_Lines], chance: random.Random,
) -> Mapping[int, tuple[float, float]]:  # fmt: skip
    """One way the day may go: the minutes at which each ticket's talk begins and ends."""
    taken: dict[int, float] = {}  # until when each room is
    free = []
    for n, counsellor in enumerate(counsellors):
        rest = 0.0
        if counsellor.talk is not None:
            rest = taken[counsellor.talk.room_id] = _rest(counsellor.talk, chance)
        free.append((_next(counsellor.windows, rest), n))
    heapify(free)
    talks: dict[int, tuple[float, float]] = {}
    there = [True] * len(tickets)
    while len(talks) < len(tickets) and free and free[0][0] < NEVER:
        at, n = heappop(free)
        place = _chosen(counsellors[n], lines[n], tickets, there, at)
        if place is None:
            continue
        ticket = tickets[place]
        when, room = _room(counsellors[n], rooms, taken, at, ticket.usual)
        if when > at:
            heappush(free, (_next(counsellors[n].windows, when), n))
            continue
        there[place] = False
        taken[room] = at + drawn_length(ticket.usual, chance)
        talks[ticket.id] = at, taken[room]
        heappush(free, (_next(counsellors[n].windows, taken[room]), n))
    return talks


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


def _chosen(
    counsellor: Counsellor, lines: _Lines, tickets: Sequence[Ticket], there: Sequence[bool], at: float
) -> int | None:
    """The place of whom she calls, by the queue's rule: a crisis, who is due, the most points, else who came early."""
    crisis, own, covered, plain, raised = (next((p for p in line if there[p]), None) for line in lines)
    if crisis is not None:
        return crisis
    early = [(tickets[p].due or 0.0, p) for p in (own, covered) if p is not None]
    due = [
        (starts, p) for starts, p in early if starts <= at + (ABOUT_TO_BEGIN_MINUTES if p == own else 0.0)
    ]  # fmt: skip
    if due:
        return min(due)[1]
    if plain is not None and raised is not None:
        ahead = _points(counsellor, tickets[raised], at) - _points(counsellor, tickets[plain], at)
        return raised if ahead > 0 or (ahead == 0 and raised < plain) else plain
    if plain is not None or raised is not None:
        return raised if plain is None else plain
    return min(early)[1] if early else None


def _may(counsellor: Counsellor, ticket: Ticket) -> bool:
    if ticket.bound_to is not None:
        return ticket.bound_to == counsellor.id
    return (
        ticket.programme_id is None or ticket.programme_id in counsellor.programmes
    ) and ticket.carrier_id in (None, counsellor.carrier_id)  # fmt: skip
