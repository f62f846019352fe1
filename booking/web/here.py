"""Check-in on her own phone, in the building only: the picture at the kiosk changes every few minutes."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import WEB
from booking.domain.errors import Invalid, Refusal
from booking.services import following, kiosks
from booking.web import i18n, limits
from booking.web.answers import private
from booking.web.arriving import arrive, not_arrived
from booking.web.errors import sentence, status
from booking.web.forms import ArriveForm
from booking.web.places import config

blueprint = Blueprint("here", __name__)
blueprint.after_request(private)


@blueprint.get("/<centre>/here")
@blueprint.get("/<centre>/<language:language>/here")
def page() -> ResponseReturnValue:
    if "page_language" not in g:
        g.page_language = i18n.guessed()
    return _page(ArriveForm())


@blueprint.post("/<centre>/<language:language>/here")
@limits.limiter.limit(limits.FOLLOW)
@limits.on_arrival
@limits.on_code
def check_in() -> ResponseReturnValue:
    """Checked in: on to the phone that follows."""
    form = ArriveForm()
    if not form.validate():
        return _page(form, 422)
    try:
        kiosks.check_sign(g.centre.id, _seen(), secret=config().secret_key, now=clock.now())
        given = arrive(form.code.data or "", WEB)
    except Refusal as refusal:
        return _page(form, status(refusal), refusal=not_arrived(refusal))
    token = following.token(given.ticket.tag, secret=config().secret_key)
    return redirect(url_for("following.page", token=token), 303)


def _seen() -> str:
    return request.values.get("t", "")


def _page(form: ArriveForm, code: int = 200, refusal: str | None = None) -> ResponseReturnValue:
    try:
        kiosks.check_sign(g.centre.id, _seen(), secret=config().secret_key, now=clock.now())
    except Invalid as old:
        return render_template("kiosk/scan_again.html", said=sentence(old)), 410 if code == 200 else code
    return render_template("kiosk/here.html", form=form, seen=_seen(), refusal=refusal), code
