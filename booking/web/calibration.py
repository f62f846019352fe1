"""How well the waiting times held, for the lead."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import Invalid
from booking.services import calibration as service
from booking.web.errors import sentence, status

blueprint = Blueprint("calibration", __name__)


@blueprint.get("/<centre>/reports/waiting")
def page() -> ResponseReturnValue:
    try:
        return _page(request.args.get("period"))
    except Invalid as refusal:
        return _page(None, refusal=sentence(refusal)), status(refusal)


def _page(period: str | None, refusal: str | None = None) -> str:
    found = service.report(g.centre.id, period or None, now=clock.now())
    return render_template("reports/waiting.html", found=found, refusal=refusal)
