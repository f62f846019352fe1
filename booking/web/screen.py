"""The waiting-room screen: pairing by six digits, then the board. Its token reads numbers and rooms, no more."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from booking import clock
from booking.domain.errors import NotFound, SignedOut
from booking.services import centres, info_pages, screens
from booking.web import i18n, limits
from booking.web.doors import KEPT_SECONDS, SCREEN_COOKIE, keep_cookie, paired_screen

blueprint = Blueprint("screen", __name__)
OFFLINE_LANGUAGES = 4  # as many sentences as fit the glass


@blueprint.get("/screen")
def page() -> ResponseReturnValue:
    screen = _known_screen()
    if screen is None:
        return render_template("screens/pairing.html")
    snapshot = screens.snapshot(screen.centre_id, now=clock.now())
    return render_template("screens/screen.html", snapshot=snapshot.as_json(), shown_centre=g.centre, **sounds())


@blueprint.get("/screen/board")
def board() -> ResponseReturnValue:
    """The snapshot for a screen's own page."""
    return jsonify(screens.snapshot(g.screen.centre_id, now=clock.now()).as_json())


@blueprint.get("/screen/info")
def info() -> ResponseReturnValue:
    """What is shown between calls: a list of pages, each a list of (language, direction, words)."""
    found = info_pages.pages(g.screen.centre_id, now=clock.now())
    return jsonify(pages=[i18n.directed(one.words) for one in found])


@blueprint.get("/screen/voice/<tag>/<int:number>")
def voice(tag: str, number: int) -> ResponseReturnValue:
    """A call on the board, spoken."""
    if tag not in i18n.PAGES:
        raise NotFound
    words = partial(saying, tag)
    sound = screens.spoken(g.screen.centre_id, number, tag, words, now=clock.now())
    return Response(sound, content_type="audio/wav")


@blueprint.get("/screen/offline")
def offline() -> ResponseReturnValue:
    """What the browser keeps for a start without the network."""
    screen = _known_screen()
    here = [tag for tag in (g.centre.languages if screen else ()) if tag in i18n.PAGES] or [i18n.page_language()]
    sentences = [(tag, i18n.PAGES[tag].direction, listen(tag)) for tag in here[:OFFLINE_LANGUAGES]]
    return render_template("screens/offline.html", sentences=sentences)


@blueprint.get("/screen/worker.js")
def worker() -> ResponseReturnValue:
    """Lets the script look after /screen itself, not only what lies below it."""
    answer = current_app.send_static_file("worker.js")
    answer.headers["Service-Worker-Allowed"] = url_for(".page")
    return answer


@blueprint.get("/screen/app.webmanifest")
def manifest() -> ResponseReturnValue:
    here, picture = url_for(".page"), url_for("static", filename="mark.svg")
    answer = jsonify(
        name=_("Waiting-room screen"), start_url=here, scope=here, display="fullscreen", lang=i18n.page_language(),
        background_color="#062b29", theme_color="#062b29",
        icons=[{"src": picture, "sizes": "any", "type": "image/svg+xml"}],
    )  # fmt: skip
    answer.mimetype = "application/manifest+json"
    return answer


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


def sounds() -> dict[str, Any]:
    """The sentences that a screen says, by language, and the languages for which it gets them spoken."""
    says = {tag: saying(tag, "{number}", "{room}") for tag in i18n.PAGES}
    return {"says": says, "voices": sorted(screens.voices() & says.keys())}


def saying(tag: str, digits: str, room: str) -> str:
    with force_locale(i18n.PAGES[tag].catalogue):
        return str(_("Number %(number)s. Room %(room)s.", number=digits, room=room))


def listen(tag: str) -> str:
    with force_locale(i18n.PAGES[tag].catalogue):
        return str(_("Please listen for your number."))


def _known_screen() -> screens.ScreenRow | None:
    """The screen that asks, if it is paired; its page is then its centre's, in its first language that has pages."""
    try:
        screen = paired_screen()
    except (SignedOut, NotFound):
        return None
    g.centre = centres.by_id(screen.centre_id)
    g.page_language = next((tag for tag in g.centre.languages if tag in i18n.PAGES), i18n.FALLBACK)
    return screen
