"""A day's numbers and the steps of a ticket."""

from booking.domain.errors import NumbersUsedUp, WrongState

WAITING, CALLED, IN_TALK, DONE, MISSED = "waiting", "called", "in_talk", "done", "missed"
CURRENT = (CALLED, IN_TALK)
WALK_IN, APPOINTMENT = "walk_in", "appointment"
NUMBERS = 999
RECALLS = 3

# step → the states it starts from, and the one it leads to
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "call": ((WAITING,), CALLED),
    "recall": ((CALLED,), CALLED),
    "start": ((CALLED,), IN_TALK),
    "finish": ((CALLED, IN_TALK), DONE),
    "missing": ((CALLED, WAITING), MISSED),
    "return": ((MISSED,), WAITING),
}


def number(first: int, given: int) -> int:
    """The next number of a day's series: 1 to 999 once round from a start drawn for the day (1 to 999)."""
    if given >= NUMBERS:
        raise NumbersUsedUp
    return (first - 1 + given) % NUMBERS + 1


def shown(value: int) -> str:
    """Three digits, the same on ticket, screen and door."""
    return f"{value:03d}"


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
