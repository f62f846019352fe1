"""Forecast and truth of the waiting times, for the lead."""

from datetime import datetime
from typing import NamedTuple

from booking.domain import calibration, reports
from booking.domain.calibration import Calibrated as Calibrated
from booking.domain.calibration import Kept
from booking.domain.reports import Period
from booking.domain.times import local_day
from booking.services.steps import planning
from booking.store import forecasts as store
from booking.store.db import reading


class Calibration(NamedTuple):
    """`choices`: the periods of this year and the last."""

    period: Period
    lines: list[Calibrated]
    choices: list[str]


def report(centre_id: int, name: str | None, *, now: datetime) -> Calibration:
    """A month, a quarter or a year; without a name, the present quarter. Refusal: Invalid("period", …)."""
    with reading() as session:
        today = local_day(now, planning.rules_of(session, centre_id).zone)
        period = reports.period(name or reports.quarter_of(today))
        found = [
            Kept(told.half, told.most, (called - at).total_seconds() / 60)
            for told, at, called in store.promises(session, centre_id, period.first, period.last)
        ]
        return Calibration(period, calibration.calibrated(found), reports.periods(today))
