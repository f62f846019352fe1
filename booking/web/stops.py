"""Closing the queue for today, and sending somebody away for whom there is no time."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import By
from booking.services import stops
from booking.web import i18n
from booking.web.forms import Form

blueprint = Blueprint("stops", __name__)


@blueprint.post("/<centre>/desk/stop")
def stop() -> ResponseReturnValue:
    if Form().validate():
        stops.stop(g.centre.id, by=g.staff.id, now=clock.now())
    return redirect(url_for("desk.page"), 303)


@blueprint.post("/<centre>/desk/reopen")
def reopen() -> ResponseReturnValue:
    if Form().validate():
        stops.reopen(g.centre.id, by=g.staff.id, now=clock.now())
    return redirect(url_for("desk.page"), 303)


@blueprint.post("/<centre>/desk/turn-away")
def turn_away() -> ResponseReturnValue:
    """Counted, with a number for the slip that she takes along."""
    if not Form().validate():
        return redirect(url_for("desk.page"), 303)
    typed = request.form.get("language") or None
    language = typed if typed in i18n.SPOKEN else None
    by = By("desk", g.staff.id)
    ticket_id = stops.turn_away(g.centre.id, language=language, by=by, now=clock.now())
    return redirect(url_for("aside.slip", ticket_id=ticket_id), 303)
