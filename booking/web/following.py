"""The phone that follows: /t/<token>, on the slip as a QR code. One number's page, in its holder's language."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from booking import clock
from booking.domain.actors import WEB
from booking.domain.errors import NotFound, WrongState
from booking.services import aside, centres, following
from booking.services.following import Followed
from booking.web import i18n, limits
from booking.web.answers import private
from booking.web.forms import Form
from booking.web.places import config

blueprint = Blueprint("following", __name__, url_prefix="/t")
blueprint.after_request(private)
# So many places further back a page can count by itself before it has to ask.
PLACES_AHEAD = 15


@blueprint.get("/<token>")
@blueprint.get("/<language:language>/<token>")
def page(token: str) -> ResponseReturnValue:
    return _page("following/page.html", token)


@blueprint.get("/<language:language>/<token>/now")
def now(token: str) -> ResponseReturnValue:
    """The live part of the page."""
    return _page("following/_now.html", token)


@blueprint.post("/<language:language>/<token>/voice")
@limits.limiter.limit(limits.FOLLOW)
def voice(token: str) -> ResponseReturnValue:
    """Call the number aloud in the page's language as well, or no longer."""
    if Form().validate():
        chosen = g.page_language if request.form.get("voice") == "yes" else None
        following.choose_voice(token, chosen, secret=config().secret_key, now=clock.now())
    return redirect(url_for(".page", token=token), 303)


@blueprint.route("/<language:language>/<token>/give-up", methods=["GET", "POST"])
@limits.limiter.limit(limits.FOLLOW, methods=["POST"])
def give_up(token: str) -> ResponseReturnValue:
    """GET asks once more; only the button gives up the place."""
    if request.method == "POST":
        return _step(token, ("waiting", "parked"), aside.withdraw)
    return _page("following/give_up.html", token)


@blueprint.post("/<language:language>/<token>/leave")
@limits.limiter.limit(limits.FOLLOW)
def leave(token: str) -> ResponseReturnValue:
    """She goes away for a while, and is not called meanwhile."""
    return _step(token, ("waiting",), aside.park)


@blueprint.post("/<language:language>/<token>/back")
@limits.limiter.limit(limits.FOLLOW)
def back(token: str) -> ResponseReturnValue:
    return _step(token, ("parked",), aside.unpark)


@blueprint.errorhandler(NotFound)
def over(_refusal: NotFound) -> ResponseReturnValue:
    """An address of an earlier day, or of none."""
    return render_template("following/over.html"), 404


def _step(token: str, states: tuple[str, ...], step: Callable[..., object]) -> ResponseReturnValue:
    """A step of her own ticket from one of these states; if it does not fit any more, the page says how it stands."""
    seen = following.look(token, secret=config().secret_key, now=clock.now())
    if Form().validate() and seen.state in states:
        with suppress(WrongState):
            step(seen.centre_id, seen.id, by=WEB, now=clock.now())
    return redirect(url_for(".page", token=token), 303)


def _page(template: str, token: str) -> ResponseReturnValue:
    seen = following.look(token, secret=config().secret_key, now=clock.now())
    g.centre = centres.by_id(seen.centre_id)
    if "page_language" not in g:
        g.page_language = seen.language if seen.language in i18n.PAGES else i18n.guessed()
    return render_template(template, **context(seen, token))


def context(seen: Followed, token: str) -> dict[str, Any]:
    """What the page shows; also for the gallery."""
    span = minutes(*seen.minutes) if seen.minutes else ""
    return {"ticket": seen, "token": token, "words": _words(seen), "span": span, "now": clock.now()}


def _words(seen: Followed) -> dict[str, Any]:
    """The sentences with which the page keeps itself up to date; minutes stand for {from} and {to}."""
    if seen.before is None:
        return {}
    return {
        "before": [before(n) for n in range(seen.before + PLACES_AHEAD)],
        "span": minutes("{from}", "{to}"),
        "most": minutes("0", "{to}"),
        "soon": minutes("0", "0"),
        "alone": alone(),
    }


def before(count: int) -> str:
    if count == 0:
        return str(_("You are next. Please come to the waiting room."))
    if count == 1:
        return str(_("You are next but one. Please come to the waiting room."))
    return str(ngettext("%(num)s person is before you.", "%(num)s people are before you.", count))


def minutes(first: object, last: object) -> str:
    if str(last) == "0":
        return str(_("It will be your turn in a moment."))
    if str(first) == "0":
        return str(_("up to %(to)s minutes", to=last))
    if str(first) == str(last):
        return str(_("about %(minutes)s minutes", minutes=first))
    return str(_("about %(from)s–%(to)s minutes", **{"from": first, "to": last}))


def alone() -> str:
    return str(_("Only one counsellor is here. It can take long."))
