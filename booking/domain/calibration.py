"""How well the waiting times held: what was forecast when a number began to wait, beside what came (domain.md 5.4)."""

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FEWEST = 5  # below, nothing is told: neither how good it was nor how many there were
BOUNDS = (15, 30, 60, None)  # minutes, of the longer one forecast


class Kept(NamedTuple):
    """Minutes from the forecast on: half of the plays waited at most `half`, four of five at most `most` (None: not
    before the evening), and `waited` until the first call."""

    half: float | None
    most: float | None
    waited: float


class Calibrated(NamedTuple):
    """Forecasts whose longer minutes are at most `up_to` (None: more) or, with `all_of_them`, of any length.

    `within_half`, `within_most`: percent; good are 50 and 80. `error`: half of the forecasts missed by at most these
    minutes. None where there were too few to tell; `numbers` then too.
    """

    up_to: int | None
    all_of_them: bool
    numbers: int | None
    within_half: int | None
    within_most: int | None
    error: int | None


def calibrated(found: Iterable[Kept]) -> list[Calibrated]:
    """A line for each length of forecast, and the last for all. A forecast without minutes promised nothing."""
    promised = [one for one in found if one.half is not None and one.most is not None]
    lower, lines = -1.0, list[Calibrated]()
    for bound in BOUNDS:
        upper = float("inf") if bound is None else float(bound)
        lines.append(_line(bound, [one for one in promised if lower < (one.most or 0.0) <= upper]))
        lower = upper
    return [*lines, _line(None, promised)._replace(all_of_them=True)]


def _line(up_to: int | None, of: Sequence[Kept]) -> Calibrated:
    if len(of) < FEWEST:
        return Calibrated(up_to, False, None, None, None, None)
    errors = [abs(one.waited - (one.half or 0.0)) for one in of]
    return Calibrated(
        up_to, False, len(of), _percent(sum(one.waited <= (one.half or 0.0) for one in of), len(of)),
        _percent(sum(one.waited <= (one.most or 0.0) for one in of), len(of)), round(statistics.median(errors)),
    )  # fmt: skip


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole)
