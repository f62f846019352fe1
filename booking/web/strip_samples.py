"""Invented strips of presence for the gallery: every state of a cell, and a day that is shut; and an alarm."""

from datetime import UTC, date, datetime
from types import SimpleNamespace as Sample

from booking.domain.presence import Cell, DayStrip
from booking.domain.times import DAY
from booking.web.strips import short_day

TUESDAY = date(2027, 3, 16)
STATES = (
    Cell(9, 3, False, False), Cell(10, 2, False, False), Cell(11, 1, False, False), Cell(12, 1, False, True),
    Cell(13, None, False, False), Cell(14, 0, True, False), Cell(15, 12, False, False),
)  # fmt: skip
CLOSED = tuple(Cell(cell.hour, None, False, False) for cell in STATES)
ALARM = Sample(
    id=1, place=None, room="4", raised_by="Frau Sommer", raised_at=datetime(2027, 3, 16, 8, 11, tzinfo=UTC),
    acknowledged_at=None, acknowledged_by=None,
)  # fmt: skip


def strips() -> Sample:
    days = [DayStrip(TUESDAY, STATES, ()), DayStrip(TUESDAY + DAY, STATES, ()), DayStrip(TUESDAY + 2 * DAY, CLOSED, ())]
    shut = {days[-1].day: "Betriebsausflug"}
    return Sample(days=days, hours=range(9, 16), min_present=1, short_day=short_day, shut=shut)
