"""The only reader of the system clock. A rehearsal runs the clock from another instant, at the same speed."""

from datetime import UTC, datetime, timedelta

_ahead = timedelta(0)


def now() -> datetime:
    return datetime.now(UTC) + _ahead


def set_ahead(by: timedelta) -> None:
    """Let the clock run `by` ahead of the machine's: for practice and for rehearsals, set once at start."""
    global _ahead
    _ahead = by


def start_at(instant: datetime) -> timedelta:
    """Let the clock show `instant` now; answers how far ahead it runs from here on."""
    set_ahead(instant - datetime.now(UTC))
    return _ahead
