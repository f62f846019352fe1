"""The gallery: every component in every state, and every page with invented data. For practice and tests only.

GET /gallery?language=de|en|ar&theme=light|dark, and the same for /gallery/staff and /gallery/<page>.
"""

from typing import Any

from flask import Blueprint, abort, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from booking.services.staff import Member
from booking.web import i18n, samples, strip_samples
from booking.web.forms import DetailsForm, FindForm

blueprint = Blueprint("gallery", __name__, url_prefix="/gallery")


@blueprint.before_request
def _set_the_scene() -> None:
    language = request.args.get("language", "de")
    g.page_language = language if language in i18n.PAGES else "de"
    g.centre = samples.CENTRE
    g.staff = Member(1, 1, "ludwigsburg", 1, "Rosa Muster", "rosa", "lead", g.page_language)


def _shown_with(**context: Any) -> dict[str, Any]:
    theme = request.args.get("theme")
    return {
        "practice": True,
        "practice_clock": samples.NOW,
        "theme": theme if theme in ("light", "dark") else None,
        **context,
    }


@blueprint.get("")
def index() -> ResponseReturnValue:
    wrong = FindForm(formdata=None)
    wrong.code.errors = [samples.said("code-unreadable")]
    shown = {"names": list(samples.PAGES), "topics": samples.TOPICS, "walk_in_hours": samples.WALK_IN_HOURS}
    page = _shown_with(**shown, form=DetailsForm(formdata=None), wrong=wrong, at=samples.NOW, staff=None)
    return render_template("gallery/visitors.html", **page)


@blueprint.get("/staff")
def staff() -> ResponseReturnValue:
    colleagues = [samples.colleague(i, s, "1") for i, s in enumerate(("free", "called", "in_talk", "away"))]
    return render_template(
        "gallery/staff.html",
        **_shown_with(
            counsellors=[*colleagues, samples.colleague(0, "off", None)],
            rows=samples.queue(3),
            strips=strip_samples.strips(),
            **samples.sign_in(True),
        ),
    )


@blueprint.get("/<page>")
def page(page: str) -> ResponseReturnValue:
    if page not in samples.PAGES:
        abort(404)
    template, context = samples.PAGES[page]
    return render_template(template, **_shown_with(**context()))


@blueprint.get("/<page>/now")
def live(page: str) -> ResponseReturnValue:
    """The live part of a staff page."""
    if page not in samples.PAGES:
        abort(404)
    template, context = samples.PAGES[page]
    return render_template(template.rpartition("/")[0] + "/_now.html", **_shown_with(**context()))


@blueprint.get("/board")
def board() -> ResponseReturnValue:
    return jsonify(samples.SNAPSHOT)


@blueprint.get("/info")
def info() -> ResponseReturnValue:
    return jsonify(pages=[i18n.directed(samples.INFO)])
