"""Only in the practice installation: what a visitor's phone would show. Nothing of it ever left the house."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from booking.gateways.sms import Rehearsal

blueprint = Blueprint("practice", __name__)


@blueprint.get("/practice/phone")
def phone() -> ResponseReturnValue:
    gateway = current_app.extensions.get("gateway")
    return render_template("practice/phone.html", texts=list(gateway.texts) if isinstance(gateway, Rehearsal) else [])
