"""Check-in without reception: with what a visitor typed, or a scanner read for her."""

import re

from flask import g
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, Refusal, WrongState
from booking.services import appointments, tickets
from booking.services.tickets import Given
from booking.web import i18n
from booking.web.errors import sentence

_PRIVATE_LINK = re.compile(r"/appointment/([\w-]{16,64})")


def arrive(typed: str, by: By) -> Given:
    """Check in with what somebody typed or scanned. Refusals: Invalid("code", …), NotFound, WrongState."""
    link = _PRIVATE_LINK.search(typed)
    if link is None:
        return tickets.check_in_by_code(g.centre.id, typed, by=by, now=clock.now())
    card = appointments.look_at(link[1])
    return tickets.check_in(g.centre.id, card.id, by=by, now=clock.now())


def not_arrived(refusal: Refusal) -> str:
    """Why, and what to do now."""
    if isinstance(refusal, WrongState) and refusal.at is not None:
        at = {"day": i18n.day(refusal.at), "time": i18n.clock(refusal.at)}
        return str(_("Your appointment is on another day: %(day)s, %(time)s.", **at))
    if isinstance(refusal, Invalid):
        return sentence(refusal)
    if isinstance(refusal, NotFound):
        return str(_("We do not find this code. Please ask at the desk."))
    if isinstance(refusal, WrongState) and refusal.state == "cancelled":
        return str(_("This appointment was cancelled. Please ask at the desk."))
    return str(_("This does not work here. Please ask at the desk."))
