"""The crisis key on the desk's and the counsellors' pages. Its answer is the page it was pressed on."""

from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import Refusal
from booking.domain.staff import COUNSELLOR
from booking.services import alarms
from booking.web.forms import Form

blueprint = Blueprint("alarms", __name__)


@blueprint.post("/<centre>/alarm")
def ring() -> ResponseReturnValue:
    return _do(lambda: alarms.ring(g.centre.id, by=g.staff.id, now=clock.now()))


@blueprint.post("/<centre>/alarm/<int:alarm_id>/coming")
def acknowledge(alarm_id: int) -> ResponseReturnValue:
    return _do(lambda: alarms.acknowledge(g.centre.id, alarm_id, by=g.staff.id, now=clock.now()))


@blueprint.post("/<centre>/alarm/<int:alarm_id>/over")
def release(alarm_id: int) -> ResponseReturnValue:
    return _do(lambda: alarms.release(g.centre.id, alarm_id, by=g.staff.id, now=clock.now()))


def _do(act: Callable[[], None]) -> ResponseReturnValue:
    """Whoever comes second sees on the page that somebody was first; nothing else needs to be said."""
    if Form().validate():
        with suppress(Refusal):
            act()
    return redirect(url_for("calls.page" if g.staff.role == COUNSELLOR else "desk.page"), 303)
