"""A day's numbers, what somebody comes for and needs, and the steps of a ticket."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from booking.domain.errors import Invalid, NumbersUsedUp, WrongState

WAITING, CALLED, IN_TALK, DONE, MISSED = "waiting", "called", "in_talk", "done", "missed"
PARKED, WITHDRAWN, REFERRED, REFUSED = "parked", "withdrawn", "referred", "refused"
CURRENT = (CALLED, IN_TALK)
OPEN = (WAITING, PARKED, *CURRENT)
STATES = (*OPEN, DONE, MISSED, WITHDRAWN, REFERRED, REFUSED)

WALK_IN, APPOINTMENT, SHORT, CRISIS = "walk_in", "appointment", "short", "crisis"
EVENT, CALLBACK = "event", "callback"
KINDS = (WALK_IN, APPOINTMENT, SHORT, CRISIS, EVENT, CALLBACK)
GIVEN = tuple(kind for kind in KINDS if kind != APPOINTMENT)  # by reception; an appointment's comes from its check-in
AT_THE_DESK = (SHORT, EVENT, CALLBACK)  # reception may see to these itself
ENDED_BY_A_STOP = (WALK_IN, SHORT)  # when the queue is closed for today; a crisis never is
NOT_IN_THE_ROOM = (CALLBACK,)  # nobody sits there whom a screen could call

INTERPRETER = "interpreter"
NEEDS = ("step_free", INTERPRETER, "small_child", "pregnant", "frail")

# Why the desk calls a particular number; recorded with the step.
REASONS = ("urgent", "quick", "language", "interpreter", "companion", "other")

NUMBERS = 999
RECALLS = 3
UNDO = timedelta(seconds=10)
COME_BACK = timedelta(minutes=60)

# step → the states it starts from, and the one it leads to
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "call": ((WAITING,), CALLED),
    "recall": ((CALLED,), CALLED),
    "start": ((CALLED,), IN_TALK),
    "finish": (CURRENT, DONE),
    "missing": ((CALLED, WAITING, PARKED), MISSED),
    "return": ((MISSED, WITHDRAWN), WAITING),
    "park": ((WAITING, *CURRENT), PARKED),
    "unpark": ((PARKED,), WAITING),
    "transfer": ((WAITING, *CURRENT), WAITING),
    "withdraw": ((WAITING, PARKED, CALLED), WITHDRAWN),
    "refer": (OPEN, REFERRED),
    "refuse": ((WAITING, PARKED), REFUSED),
    "serve": ((WAITING,), DONE),
}


def number(first: int, given: int) -> int:
    """The next number of a day's series: 1 to 999 once round from a start drawn for the day (1 to 999)."""
    if given >= NUMBERS:
        raise NumbersUsedUp
    return (first - 1 + given) % NUMBERS + 1


def shown(value: int) -> str:
    """Three digits, the same on ticket, screen and door."""
    return f"{value:03d}"


def said_kind(kind: str) -> str:
    """What may be told to anybody: a crisis is a walk-in like others."""
    return WALK_IN if kind == CRISIS else kind


def needs(named: Iterable[str]) -> list[str]:
    """In their fixed order, each once. Refusal: Invalid("needs", …)."""
    wanted = set(named)
    if not wanted <= set(NEEDS):
        raise Invalid("needs", "choice-unknown")
    return [need for need in NEEDS if need in wanted]


def raised(stated: Iterable[str], *, deadline_today: bool) -> bool:
    """Whether the minutes count one and a half times (domain.md 5.2).

    Needing an interpreter does not: most who come here do.
    """
    return deadline_today or any(need != INTERPRETER for need in stated)


def step(name: str, state: str) -> str:
    """The state a step leads to; a refusal if the ticket is not where the step begins."""
    sources, target = STEPS[name]
    if state not in sources:
        raise WrongState(state)
    return target


def last_step(state: str) -> str:
    """What ends a ticket that the evening left open: whoever was in a talk was helped, nobody else was."""
    return "finish" if state == IN_TALK else "missing"


def may_recall(calls: int) -> bool:
    """A number is called once and called again up to three times (domain.md 5.3)."""
    return calls <= RECALLS


def check_come_back(missed_at: datetime | None, *, returned: bool, now: datetime) -> None:
    """Who missed her call waits again, once, within an hour (domain.md 5.3). `missed_at` None: the night ended it.

    Refusal: WrongState("back-before" or "back-too-late").
    """
    if returned:
        raise WrongState("back-before")
    if missed_at is None or now - missed_at > COME_BACK:
        raise WrongState("back-too-late")


def check_undo(done_at: datetime, now: datetime) -> None:
    """Refusal: WrongState("undo-over") after ten seconds."""
    if now - done_at > UNDO:
        raise WrongState("undo-over")
