"""A sheet of paper for each language: the picture that leads a phone to the first page in that language."""

from typing import NamedTuple

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from booking.services import centres
from booking.web import borrowing, i18n
from booking.web.places import config

blueprint = Blueprint("posters", __name__)


class Poster(NamedTuple):
    """All in its own language. `missing`: how many sentences its pages have said in German instead, since the start."""

    tag: str
    endonym: str
    direction: str
    name: str
    title: str
    scan: str
    free: str
    address: str
    picture: str
    missing: int


@blueprint.get("/<centre>/posters")
def page() -> ResponseReturnValue:
    shown = [_poster(language) for language in i18n.released(g.centre.languages)]
    return render_template("posters/posters.html", posters=shown, public=config().public_url)


def _poster(language: i18n.Language) -> Poster:
    root = config().public_url or request.host_url.rstrip("/")
    address = root + url_for("appointments.topics", language=language.tag)
    with force_locale(language.catalogue):
        return Poster(
            language.tag, language.endonym, language.direction,
            g.centre.name.get(language.tag) or i18n.text(g.centre.name), _("Make an appointment"),
            _("Point the camera of your phone at this picture."), _("Our advice is free. We tell nobody about it."),
            address, centres.address_picture(address), borrowing.lacking(language.catalogue),
        )  # fmt: skip
