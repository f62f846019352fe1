"""The best way to keep a group of talks at their time, by HiGHS: a mixed-integer programme over counsellors and rooms.

The only module that imports the solver. What may be booked at all comes from domain/availability, and what is found
is judged by it once more, talk by talk, before anybody sees it.

One column for each way to keep a talk (counsellor, room, interpreter). Nobody and no room is taken twice when any talk
begins, which is enough, since talks that meet do so at a beginning. In walk-in time witnesses (somebody on duty, and a
room of hers) must stay free: as many as the centre wants, or as there are without the plan, if those are fewer.
(Columns for counsellors and rooms apart are fewer, and take three times as long.)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import highspy

from booking.domain.availability import Offer, Plan
from booking.domain.cover_values import (
    MINUTE,
    Inputs,
    Place,
    Talk,
    freed,
    left_of,
    place_of,
    steps_of_place,
    taken,
    ways,
)
from booking.domain.presence import Head, can_be_reached
from booking.domain.times import steps_of

KEPT, TOUCHED, INTERPRETER = 10_000.0, 60.0, 1.0
GAP = 0.9  # less than the least of what is counted
MOST_TALKS = 120


Taking = Mapping[tuple[str, int], list[int]]


class Way(NamedTuple):
    """One way to keep a talk at its time; `moves`: it is not the one it has."""

    talk: Talk
    offer: Offer
    steps: int
    moves: bool


class Model:
    """Columns between 0 and 1, and rows over them."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.whole: list[bool] = []
        self._rows: list[tuple[float, float, dict[int, float]]] = []

    def column(self, cost: float = 0.0, whole: bool = True) -> int:
        self.costs.append(cost)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, least: float, most: float, parts: Iterable[tuple[int, float]]) -> None:
        summed: dict[int, float] = defaultdict(float)
        for column, factor in parts:
            summed[column] += factor
        if summed:
            self._rows.append((least, most, dict(summed)))

    def best(self, seconds: float) -> list[float] | None:
        """The columns' values; None if there was no time to find any."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("time_limit", seconds), ("mip_abs_gap", GAP),
                            ("mip_rel_gap", 0.0), ("threads", 1), ("random_seed", 1)):  # fmt: skip
            highs.setOptionValue(name, value)
        highs.passModel(self._programme())
        highs.run()
        if not highs.getInfo().primal_solution_status:
            return None
        return list(highs.getSolution().col_value)

    def _programme(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self._rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = self.costs
        lp.col_lower_, lp.col_upper_ = [0.0] * lp.num_col_, [1.0] * lp.num_col_
        lp.row_lower_ = [least for least, _most, _parts in self._rows]
        lp.row_upper_ = [most for _least, most, _parts in self._rows]
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = [0, *accumulate(len(parts) for *_, parts in self._rows)]
        lp.a_matrix_.index_ = [column for *_, parts in self._rows for column in parts]
        lp.a_matrix_.value_ = [factor for *_, parts in self._rows for factor in parts.values()]
        return lp


def solve(
    inputs: Inputs, affected: Mapping[int, str], group: Sequence[Talk], base: Plan, others: Mapping[int, Place],
    seconds: float,
) -> dict[int, Place] | None:  # fmt: skip
    """New places by talk id, of those who are kept or moved; None if nothing (better) was found in that time.

    `others`: places already given to talks outside the group. `base`: nobody affected has a place in it.
    """
    if len(group) > MOST_TALKS:
        return None
    for place in others.values():
        base = taken(base, place)
    still = [talk for talk in group if talk.id not in affected]
    free = freed(inputs, base, [talk.place for talk in still])
    programme = Programme(inputs, affected, base, free, group)
    values = programme.model.best(seconds)
    if values is None:
        return None
    return _judged(inputs, base, still, programme.chosen(values))


def _ways(inputs: Inputs, affected: Mapping[int, str], talk: Talk, free: Plan) -> list[Way]:
    """With the place an unaffected talk has, which is always allowed, whatever would be offered now."""
    offers, own = ways(inputs, free, talk), own_offer(talk)
    if talk.id not in affected:
        offers = [own, *(o for o in offers if _same(o) != _same(own))]
    return [
        Way(talk, o, steps_of_place(free, place_of(o, talk.place.starts_at)), _same(o) != _same(own)) for o in offers
    ]


def _same(offer: Offer) -> tuple[int, int, int | None]:
    return offer.counsellor_id, offer.room_id, offer.interpreter_id


def own_offer(talk: Talk) -> Offer:
    """The place an appointment has, as one of its ways: always allowed, whatever would be offered now."""
    place = talk.place
    busy = place.busy_until - place.starts_at
    return Offer(
        counsellor_id=place.counsellor_id, room_id=place.room_id, programme_id=talk.request.programmes[0],
        carrier_id=0, interpreter=place.interpreter, minutes=place.minutes, busy_minutes=busy // MINUTE,
        interpreter_id=place.interpreter_id,
    )  # fmt: skip


class Programme:
    """The model of a group of talks; `ways`: (talk, offer, steps) by column. `base`: without the plan; `free`: with the
    group's unaffected talks out of their places as well."""

    def __init__(
        self, inputs: Inputs, affected: Mapping[int, str], base: Plan, free: Plan, group: Sequence[Talk]
    ) -> None:
        self.model = Model()
        self._inputs, self._affected, self._base, self._free = inputs, affected, base, free
        self.ways: list[Way] = []
        for talk in group:
            first = len(self.ways)
            self.ways += _ways(inputs, affected, talk, free)
            columns = [self.model.column(self._worth(way)) for way in self.ways[first:]]
            self.model.row(0 if talk.id in affected else 1, 1, [(column, 1.0) for column in columns])
        self._nobody_twice()
        self._within_hours()
        self._stay_reachable()

    def chosen(self, values: Sequence[float]) -> dict[int, Way]:
        return {way.talk.id: way for way, value in zip(self.ways, values, strict=False) if value > 0.5}

    def _worth(self, way: Way) -> float:
        new = INTERPRETER if way.offer.interpreter and not way.talk.place.interpreter else 0.0
        if way.talk.id in self._affected:
            return KEPT - new
        return -new if way.moves else TOUCHED - new

    def _nobody_twice(self) -> None:
        for first in sorted({way.steps & -way.steps for way in self.ways}):
            for (kind, id_), columns in self._taking(first).items():
                if len(columns) > 1:
                    places = _places(self._free, id_, first) if kind == "r" else 1
                    self.model.row(0, places, [(column, 1.0) for column in columns])

    def _taking(self, step: int) -> dict[tuple[str, int], list[int]]:
        """The columns that take a person or a room in that step."""
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        for column, way in enumerate(self.ways):
            if way.steps & step:
                found["c", way.offer.counsellor_id].append(column)
                found["r", way.offer.room_id].append(column)
                if way.offer.interpreter_id is not None:
                    found["i", way.offer.interpreter_id].append(column)
        return found

    def _within_hours(self) -> None:
        """Contract hours, where all that she could be given would go beyond them."""
        left = {id_: left_of(load) for id_, load in self._inputs.loads.items() if load.contract_minutes}
        parts: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for column, way in enumerate(self.ways):
            parts[way.offer.counsellor_id].append((column, float(way.offer.minutes)))
            if way.talk.id not in self._affected and not way.moves and way.offer.counsellor_id in left:
                left[way.offer.counsellor_id] += way.offer.minutes
        for counsellor, minutes in left.items():
            longest: dict[int, float] = {}
            for column, length in parts[counsellor]:
                talk = self.ways[column].talk.id
                longest[talk] = max(length, longest.get(talk, 0))
            if sum(longest.values()) > minutes:
                self.model.row(0, max(minutes, 0), parts[counsellor])

    def _stay_reachable(self) -> None:
        """In each stretch of walk-in time in which the same is free: witnesses, and rooms of theirs, stay free."""
        if not self._free.min_reachable:
            return
        on_duty = [c for c in self._free.counsellors if c.duty]
        touched = 0
        for way in self.ways:
            touched |= way.steps
        known = set()
        for step in steps_of(self._free.walk_in_steps & touched):
            at = 1 << step
            taking = self._taking(at)
            people = {c.id: c.rooms for c in on_duty if c.free & at}
            rooms = {r: places for r in self._free.rooms if (places := _places(self._free, r, at))}
            wanted = self._wanted(step)
            columns = frozenset(c for columns in taking.values() for c in columns)
            same = wanted, columns, tuple(people), tuple(rooms.items())
            if same not in known:
                known.add(same)
                (self._witness if wanted == 1 else partial(self._witnesses, wanted))(taking, people, rooms)

    def _wanted(self, step: int) -> int:
        """How many can be reached then without the plan, up to what the centre wants."""
        least, heads = self._free.min_reachable, [Head(0, c.free, c.rooms) for c in self._base.counsellors if c.duty]
        rooms = {id_: room.free for id_, room in self._base.rooms.items()}
        return next(n for n in range(least, 0, -1) if n == 1 or can_be_reached(n, heads, rooms, 1 << step))

    def _witnesses(
        self, wanted: int, taking: Taking, people: Mapping[int, Sequence[int]], rooms: Mapping[int, int]
    ) -> None:
        """Several: a flow from people to rooms, so that no two stand in the same place."""
        pairs = {(id_, r): self.model.column(whole=False) for id_, own in people.items() for r in own if r in rooms}
        self.model.row(wanted, len(pairs), [(column, 1.0) for column in pairs.values()])
        for kind, places, at in (("c", dict.fromkeys(people, 1), 0), ("r", rooms, 1)):
            for id_, most in places.items():
                mine = [(column, 1.0) for pair, column in pairs.items() if pair[at] == id_]
                self.model.row(0, most, [*mine, *((one, 1.0) for one in taking.get((kind, id_), ()))])

    def _witness(self, taking: Taking, people: Mapping[int, Sequence[int]], rooms: Mapping[int, int]) -> None:
        stays = {room: self.model.column(whole=False) for room in rooms}
        witness = {id_: self.model.column(whole=False) for id_ in people}
        for kind, columns in (("r", stays), ("c", witness)):
            self.model.row(1, 1, [(column, 1.0) for column in columns.values()])
            for id_, column in columns.items():
                others = [(one, 1.0) for one in taking.get((kind, id_), ())]
                if others:
                    self.model.row(0, rooms[id_] if kind == "r" else 1, [(column, 1.0), *others])
        for id_, own in people.items():
            self.model.row(-1, 0, [(witness[id_], 1.0), *((stays[r], -1.0) for r in own if r in stays)])


def _places(plan: Plan, room: int, step: int) -> int:
    """How many more talks that room holds then."""
    return sum(bool(free & step) for free in plan.rooms[room].free)


def _judged(inputs: Inputs, base: Plan, still: Sequence[Talk], chosen: Mapping[int, Way]) -> dict[int, Place] | None:
    """The new places, each judged as a booking would be; None if one is not offered after all."""
    unmoved = {talk.id for talk in still if not chosen[talk.id].moves}
    plan = freed(inputs, base, [talk.place for talk in still if talk.id not in unmoved])
    places: dict[int, Place] = {}
    for talk_id, (talk, offer, _steps, _moves) in chosen.items():
        if talk_id in unmoved:
            continue
        if offer not in ways(inputs, plan, talk):
            return None
        places[talk_id] = place_of(offer, talk.place.starts_at)
        plan = taken(plan, places[talk_id])
    return places
