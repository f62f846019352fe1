"""Refusals: a "no" the program gives on purpose, as data. The words for them live in web/errors.py.

Failures: what may be written down of them.
"""

import traceback
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from booking.domain.times import Span


class Refusal(Exception):
    """Base of all refusals. `kind` is stable: templates, the JSON door and tests refer to it."""

    @property
    def kind(self) -> str:
        name = type(self).__name__
        return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


@dataclass(eq=False)
class NotFound(Refusal):
    """Nothing of that name here; also the answer for rows of another centre or carrier."""


@dataclass(eq=False)
class Invalid(Refusal):
    """A value cannot be used. `field` names it, `reason` is a key of the table of sentences."""

    field: str
    reason: str


@dataclass(eq=False)
class SlotTaken(Refusal):
    """That start is not (or no longer) offered; `near` holds up to three starts that are."""

    near: tuple[datetime, ...] = ()


@dataclass(eq=False)
class NoProgramme(Refusal):
    """No programme of the centre serves this age; `partner_id` names who does, where the centre knows one."""

    partner_id: int | None = None


@dataclass(eq=False)
class TooLate(Refusal):
    """The time for this step ended at `until`. `what` was timed: an "appointment" (it has begun), a "hold", an "offer"
    that waited for an answer, or an "undo"."""

    until: datetime
    what: str = "appointment"


@dataclass(eq=False)
class WrongState(Refusal):
    """The step does not fit what the ticket, appointment or message is now; nothing was changed.

    `at`: when it would, where that is known.
    """

    state: str
    at: datetime | None = None


@dataclass(eq=False)
class NobodyWaiting(Refusal):
    """No ticket is waiting that this counsellor could call."""


@dataclass(eq=False)
class StillBusy(Refusal):
    """The counsellor has a current ticket; finish it (or mark it missing) first."""

    number: int


@dataclass(eq=False)
class NoRoom(Refusal):
    """No room this counsellor may use is free for long enough now.

    `room` (its name) is the one that is free again first, as far as is known: it is kept for a colleague's appointment
    at `needed_at`, and free at `until`. None of these is known while somebody is in every room.
    """

    until: datetime | None = None
    room: str | None = None
    needed_at: datetime | None = None


@dataclass(eq=False)
class NumbersUsedUp(Refusal):
    """All 999 numbers of the day are given."""


@dataclass(eq=False)
class QueueStopped(Refusal):
    """The queue is closed for today; only a crisis gets a number."""


@dataclass(eq=False)
class KeyReused(Refusal):
    """This idempotency key came before with other content."""


@dataclass(eq=False)
class WrongCredentials(Refusal):
    """Name and password, or code and digits, do not fit. Says no more on purpose."""


@dataclass(eq=False)
class NotAllowed(Refusal):
    """This account may not do that."""


@dataclass(eq=False)
class SignedOut(Refusal):
    """Nobody is signed in at this browser (any more), or no valid token came along."""


@dataclass(eq=False)
class LeavesCentreEmpty(Refusal):
    """A plan would leave too few in the house (`at`), or nobody reachable for walk-ins (`unreachable`), at these times.

    A lead may let it, with a reason.
    """

    at: tuple[Span, ...] = ()
    unreachable: tuple[Span, ...] = ()


@dataclass(eq=False)
class ShiftsOverlap(Refusal):
    """On `day`, the first such, she is planned for the same thing from `starts` to `ends` already."""

    day: date
    starts: time
    ends: time


class Affected(NamedTuple):
    """An appointment that is in the way of a plan, or that a change has left without a place."""

    id: int
    code: str | None
    starts_at: datetime


@dataclass(eq=False)
class StillBooked(Refusal):
    """Appointments stand in the time that is to be closed. Whoever names them all closes it all the same."""

    booked: tuple[Affected, ...]


@dataclass(eq=False)
class PlanChanged(Refusal):
    """What the cover plan was made of has changed; nothing was done. `plan` is the new one (domain.cover.Proposal)."""

    plan: Any = None


@dataclass(eq=False)
class TooBusy(Refusal):
    """The database did not answer in time; nothing was changed, try again."""


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Unfinished(Exception):
    """Work of many parts, of which these failed, each by itself and logged; all others are done."""

    def __init__(self, parts: list[str]) -> None:
        super().__init__(*parts)
        self.parts = parts


def traced(error: BaseException) -> str:
    """For the log: the type and the place. Never what the error says: that may hold a name or a number (S29)."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
