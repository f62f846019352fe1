"""What somebody has just done with a number and can still take back: shown for ten seconds on her page."""

from typing import NamedTuple

from flask import g
from flask_babel import gettext as _

from booking import clock
from booking.domain.tickets import shown
from booking.services import tickets, undo


class Undoing(NamedTuple):
    step_id: int
    words: str


def last_step() -> Undoing | None:
    """For the live part of the page of whoever is signed in."""
    step = undo.last_by(g.centre.id, g.staff.id, now=clock.now())
    if step is None:
        return None
    number = shown(tickets.ticket(g.centre.id, step.ticket_id).number)
    return Undoing(step.id, _done(step.name, number))


def _done(name: str, number: str) -> str:
    sentences = {
        "taken": _("%(number)s was given.", number=number),
        "call": _("%(number)s was called.", number=number),
        "recall": _("%(number)s was called again.", number=number),
        "start": _("The talk with %(number)s has begun.", number=number),
        "finish": _("The talk with %(number)s is finished.", number=number),
        "serve": _("%(number)s is finished.", number=number),
        "missing": _("%(number)s is not here.", number=number),
        "return": _("%(number)s waits again.", number=number),
        "unpark": _("%(number)s waits again.", number=number),
        "park": _("%(number)s is parked.", number=number),
        "transfer": _("%(number)s is handed on.", number=number),
        "withdraw": _("%(number)s has left.", number=number),
        "refer": _("%(number)s is sent on.", number=number),
        "refuse": _("%(number)s cannot be seen today.", number=number),
    }
    return str(sentences[name])
