"""`python -m tests.bench.cover`: how long a cover plan takes, and how good it is beside the best there is.

Times: 40 appointments lost and 12 colleagues left, and three absent in one day, within four weeks' plan. Quality: 200
invented days against two oracles (tests/covering), each judged in a process of its own.
"""

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from typing import NamedTuple

from booking.domain import cover
from booking.domain.cover_check import check
from booking.domain.cover_values import Inputs, lost
from tests.covering import Score, Size, an_instance, brute_force, by_parts, own_score

DAYS, INSTANCES, MOST_BY_HAND = 28, 200, 8
FORTY, THREE = "40 appointments, 12 colleagues", "three absent in one day"


class Quality(NamedTuple):
    """Over all instances: visitors kept, those the optimum keeps, and how often it was the optimum itself."""

    kept: int
    best: int
    optimal: int
    instances: int


def forty(seed: int) -> Inputs:
    """40 lost, 12 colleagues left, who have appointments of their own."""
    inputs = an_instance(seed, Size(30, 26, 340, 18), DAYS)
    affected = {talk.id for talk in inputs.talks if lost(inputs, talk)}
    assert len(affected) >= 40
    return trimmed(inputs, affected, 40)


def trimmed(inputs: Inputs, affected: set[int], count: int) -> Inputs:
    too_many = set(sorted(affected)[count:])
    return inputs._replace(talks=tuple(talk for talk in inputs.talks if talk.id not in too_many))


def instances(first: int, count: int) -> Iterator[tuple[Inputs, bool]]:
    """Days by seed, every other one small enough to try everything."""
    for seed in range(first, first + count):
        rng = random.Random(seed)
        if seed % 2:
            size = Size(rng.randint(5, 12), rng.randint(3, 9), rng.randint(15, 60), rng.randint(1, 4))
        else:
            size = Size(rng.randint(3, 5), rng.randint(2, 4), rng.randint(5, MOST_BY_HAND), rng.randint(1, 2))
        yield an_instance(seed, size), not seed % 2


def judged(one: tuple[Inputs, bool]) -> Score:
    inputs, small = one
    return brute_force(inputs) if small else by_parts(inputs)


def quality(first: int = 0, count: int = INSTANCES) -> Quality:
    found = Quality(0, 0, 0, 0)
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        for (inputs, _small), best in zip(
            instances(first, count), pool.imap(judged, instances(first, count)), strict=True
        ):
            lines = cover.propose(inputs).lines
            assert check(inputs, lines) == []
            own = own_score(inputs, lines)
            found = Quality(
                found.kept + own[0], found.best + best[0], found.optimal + (own == best), found.instances + 1
            )
    return found


def seconds(all_inputs: list[Inputs]) -> tuple[float, float]:
    """Median and worst of a proposal."""
    found = []
    for inputs in all_inputs:
        before = time.perf_counter()
        cover.propose(inputs)
        found.append(time.perf_counter() - before)
    return statistics.median(found), max(found)


def main() -> None:
    three = [an_instance(seed, Size(12, 9, 80, 3), DAYS) for seed in range(20)]
    for name, some in ((FORTY, [forty(seed) for seed in range(20)]), (THREE, three)):
        median, worst = seconds(some)
        print(f"{name}: median {1000 * median:.0f} ms, worst {1000 * worst:.0f} ms")
    found = quality()
    print(f"quality: {found.kept} of {found.best} visitors kept ({found.kept / found.best:.1%}), "
          f"the optimum in {found.optimal} of {found.instances}")  # fmt: skip


if __name__ == "__main__":
    main()
