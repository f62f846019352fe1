"""Figures of a centre, for its lead and for the town that pays."""

from datetime import datetime
from typing import NamedTuple

from booking.domain import reports
from booking.domain.reports import Figures as Figures
from booking.domain.reports import Period as Period
from booking.domain.reports import Taps as Taps
from booking.domain.times import Span, day_span, local_day
from booking.services.steps import planning
from booking.store import reports as store
from booking.store import taps as tap_store
from booking.store.db import reading


class Report(NamedTuple):
    """`programmes`, `topics`, `areas`, `partners`: names by slug; `choices`: the periods of this year and the last."""

    period: Period
    figures: Figures
    taps: Taps
    programmes: dict[str, dict[str, str]]
    topics: dict[str, dict[str, str]]
    areas: dict[str, dict[str, str]]
    partners: dict[str, dict[str, str]]
    choices: list[str]


def report(centre_id: int, name: str | None, *, now: datetime) -> Report:
    """A month, a quarter or a year; without a name, the present quarter. Refusal: Invalid("period", …)."""
    with reading() as session:
        zone = planning.rules_of(session, centre_id).zone
        today = local_day(now, zone)
        period = reports.period(name or reports.quarter_of(today))
        span = Span(day_span(period.first, zone).starts, day_span(period.last, zone).ends)
        visits = store.visits(session, centre_id, period.first, period.last)
        figures = reports.figures(visits, store.outcomes(session, centre_id, span))
        taps = reports.taps(tap_store.told(session, centre_id, period.first, period.last))
        return Report(
            period, figures, taps, store.programmes(session, centre_id), store.topics(session, centre_id),
            store.areas(session, centre_id), store.partners(session, centre_id), reports.periods(today),
        )  # fmt: skip
