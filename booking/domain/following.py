"""What somebody who waits is told about it: her place and the minutes, without a flicker (domain.md 5.4)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from booking.domain.waiting import NEVER, Forecast, rounded

# A change of less than this is not shown; a forecast that nobody renewed for so long is none any more.
STEADY_MINUTES = 5.0
OLD = timedelta(minutes=5)


class Minutes(NamedTuple):
    """As in a Forecast, but None for NEVER: a form that can be kept."""

    half: float | None
    most: float | None


def minutes(forecast: Forecast) -> Minutes:
    return Minutes(*(None if value == NEVER else value for value in (forecast.half, forecast.most)))


def steady(shown: Minutes | None, fresh: Minutes) -> Minutes:
    """What is shown from now on: what stands there already, unless it has moved by five minutes or more."""
    if shown is None or any(_moved(old, new) for old, new in zip(shown, fresh, strict=True)):
        return fresh
    return shown


def told(kept: Minutes | None) -> tuple[int, int] | None:
    """The two minutes that people read; None if nothing is known, or the day may end before."""
    if kept is None or kept.half is None or kept.most is None:
        return None
    return rounded(kept.half), rounded(kept.most)


def is_old(made_at: datetime, now: datetime) -> bool:
    return now - made_at > OLD


def _moved(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) >= STEADY_MINUTES
