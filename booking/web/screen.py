"""The waiting-room screen: pairing by six digits, then the board. Its token reads numbers and rooms, no more."""

from flask import Blueprint, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import NotFound, SignedOut
from booking.services import centres, screens
from booking.web import i18n, limits
from booking.web.doors import SCREEN_COOKIE, keep_cookie, paired_screen

blueprint = Blueprint("screen", __name__)
KEPT_SECONDS = 400 * 24 * 3600  # as long as browsers allow; revoking ends it at once


@blueprint.get("/screen")
def page() -> ResponseReturnValue:
    try:
        screen = paired_screen()
    except (SignedOut, NotFound):
        return render_template("screens/pairing.html")
    g.centre = centres.by_id(screen.centre_id)
    g.page_language = next((tag for tag in g.centre.languages if tag in i18n.PAGES), i18n.FALLBACK)
    snapshot = screens.snapshot(screen.centre_id, now=clock.now())
    return render_template("screens/screen.html", snapshot=snapshot.as_json(), screen=screen, shown_centre=g.centre)


@blueprint.get("/screen/board")
def board() -> ResponseReturnValue:
    """The snapshot for a screen's own page."""
    return jsonify(screens.snapshot(g.screen.centre_id, now=clock.now()).as_json())


@blueprint.post("/screen/pairing")
@limits.limiter.limit(limits.PAIRING)
def begin() -> ResponseReturnValue:
    return jsonify(screens.begin_pairing(now=clock.now())._asdict())


@blueprint.post("/screen/pairing/claim")
@limits.limiter.limit(limits.CLAIM)
def claim() -> ResponseReturnValue:
    """Once staff have typed the digits: the token, as a cookie, and in the answer for a screen that is no browser."""
    body = request.get_json(silent=True)
    secret = body.get("secret") if isinstance(body, dict) else None
    token = screens.claim_token(secret, now=clock.now()) if isinstance(secret, str) else None
    if token is None:
        return jsonify(paired=False)
    return keep_cookie(make_response(jsonify(paired=True, token=token)), SCREEN_COOKIE, token, KEPT_SECONDS)
