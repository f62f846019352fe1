"""What the screens show between calls, typed at the desk."""

from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, StringField
from wtforms.validators import Optional

from booking import clock
from booking.domain.errors import Invalid
from booking.services import info_pages
from booking.web import i18n
from booking.web.errors import sentence
from booking.web.forms import Form

blueprint = Blueprint("info_pages", __name__)


class Shown(NamedTuple):
    """`texts`: (tag, direction, words), German first."""

    id: int
    texts: list[tuple[str, str, str]]
    last_day: date | None


def form(languages: list[str]) -> Form:
    """One field a language of the centre."""
    fields: dict[str, Any] = {tag: StringField() for tag in languages}
    fields["last_day"] = DateField(validators=[Optional()])
    made: Form = type("PageForm", (Form,), fields)()
    return made


@blueprint.route("/<centre>/desk/screens/texts", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    languages = centre_languages(g.centre.languages)
    typed = form(languages)
    if request.method == "POST" and typed.validate():
        words = {tag: typed[tag].data or "" for tag in languages}
        try:
            info_pages.add(g.centre.id, words, typed["last_day"].data, now=clock.now())
            return redirect(url_for(".page"), 303)
        except Invalid as refusal:
            typed.refuse(refusal, sentence(refusal))
    found = [
        Shown(one.id, i18n.directed(one.words), one.last_day) for one in info_pages.pages(g.centre.id, now=clock.now())
    ]
    answer = render_template("screens/texts.html", pages=found, form=typed, languages_here=named(languages))
    return answer, 422 if typed.errors else 200


@blueprint.post("/<centre>/desk/screens/texts/<int:page_id>/remove")
def remove(page_id: int) -> ResponseReturnValue:
    if Form().validate():
        info_pages.remove(g.centre.id, page_id)
    return redirect(url_for(".page"), 303)


def centre_languages(spoken_here: list[str]) -> list[str]:
    """German, and the centre's languages that have pages."""
    return ["de", *(tag for tag in spoken_here if tag in i18n.PAGES and tag != "de")]


def named(languages: list[str]) -> list[tuple[str, str, str]]:
    """(tag, its own name, direction)."""
    return [(tag, i18n.PAGES[tag].endonym, i18n.PAGES[tag].direction) for tag in languages]
