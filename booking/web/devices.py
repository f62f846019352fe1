"""What staff set at a kiosk: whether it prints by itself, and whether it takes all arrivals."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.services import kiosks
from booking.web.forms import Form

blueprint = Blueprint("devices", __name__)


@blueprint.post("/<centre>/desk/screens/<int:kiosk_id>/settings")
def settle(kiosk_id: int) -> ResponseReturnValue:
    if Form().validate():
        switch, on = request.form.get("switch", ""), request.form.get("on") == "yes"
        kiosks.settle(g.centre.id, kiosk_id, switch, on=on, by=g.staff.id, now=clock.now())
    return redirect(url_for("desk.screen_list"), 303)
