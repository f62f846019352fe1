"""Who is really here: what somebody says of herself by one key, beside the roster."""

from datetime import datetime, timedelta
from typing import NamedTuple

from booking.domain.errors import Invalid
from booking.domain.roster import Work
from booking.domain.times import Grid, Span

# "calling": she calls somebody, so that she is here; it adds nothing where the roster has her elsewhere.
HERE, CALLING, BREAK, AWAY = "here", "calling", "break", "away"
KEYS = (HERE, BREAK, AWAY)
BREAK_LASTS = timedelta(minutes=15)  # as long as nobody has said when it ends
SEEN_AFTER = timedelta(minutes=5)
EARLY = timedelta(minutes=60)  # who was here so long before her time is not missed when it begins


class Said(NamedTuple):
    """The newest of a day. `until`: when the roster counts again; None: until she says something else."""

    staff_id: int
    state: str
    at: datetime
    until: datetime | None

    @property
    def is_here(self) -> bool:
        return self.state in (HERE, CALLING)

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


def check(state: str, until: datetime | None, now: datetime) -> None:
    """Refusals: Invalid("state", …), Invalid("until", …)."""
    if state not in KEYS or (state == HERE and until is not None):
        raise Invalid("state", "choice-unknown")
    if until is not None and until <= now:
        raise Invalid("until", "ends-before-start")


def work(grid: Grid, planned: Work, left: Work, said: Said, now: datetime) -> Work:
    """What is left of somebody's plan by what she says. `left`: without absences; `planned`: with them.

    Who is here in spite of an absence works as planned; where nothing is planned, she is in the house now.
    """
    end = grid.at(grid.steps)
    if said.is_here:
        rest = planned.within(grid.touched(Span(said.at, end)))
        now_too = 1 << grid.floor(now) if said.state == HERE else 0
        return Work(left.house | rest.house | now_too, left.talks | rest.talks, left.outreach)
    unknown = max(said.at, now) + BREAK_LASTS if said.state == BREAK else end
    return left.within(~grid.touched(Span(said.at, min(said.until or unknown, end))))


def unseen(grid: Grid, left: Work, said: Said | None, now: datetime) -> bool:
    """Planned in the house for five minutes or more, and has said nothing since shortly before."""
    span = next((span for span in grid.spans(left.house) if span.starts <= now < span.ends), None)
    if span is None or now - span.starts < SEEN_AFTER:
        return False
    return said is None or said.at < span.starts - EARLY
