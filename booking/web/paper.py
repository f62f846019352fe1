"""The desk's block of numbers for when the server is away: set aside, printed, entered afterwards."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import NamedTuple

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import By
from booking.domain.errors import Refusal
from booking.domain.tickets import shown
from booking.services import desk, paper
from booking.services.paper import Written
from booking.web import i18n
from booking.web.errors import sentence, status
from booking.web.forms import Form

blueprint = Blueprint("paper", __name__)


class Line(NamedTuple):
    id: int
    number_shown: str
    taken_at: datetime | None


@blueprint.get("/<centre>/desk/paper")
def page() -> ResponseReturnValue:
    return _page({})


@blueprint.post("/<centre>/desk/paper/reserve")
def reserve() -> ResponseReturnValue:
    if Form().validate():
        paper.reserve(g.centre.id, g.staff.id, now=clock.now())
    return redirect(url_for(".page"), 303)


@blueprint.post("/<centre>/desk/paper/enter")
def enter() -> ResponseReturnValue:
    if not Form().validate():
        return redirect(url_for(".page"), 303)
    try:
        written = _written(request.form)
        paper.enter(g.centre.id, g.staff.id, written, by=By("desk", g.staff.id), now=clock.now())
    except Refusal as refusal:
        return _page(request.form, sentence(refusal), status(refusal))
    return redirect(url_for("desk.page"), 303)


def _written(typed: Mapping[str, str]) -> dict[int, Written]:
    """Lines without a time that can be read were not used."""
    found = {}
    for name, value in typed.items():
        kind, _dash, id_ = name.partition("-")
        at = _time(value)
        if kind == "at" and id_.isdecimal() and at is not None:
            language = typed.get(f"language-{id_}")
            found[int(id_)] = Written(at, language if language in i18n.SPOKEN else None)
    return found


def _time(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        return None


def _page(typed: Mapping[str, str], refusal: str | None = None, code: int = 200) -> ResponseReturnValue:
    names, choices = i18n.spoken(), desk.choices(g.centre.id, now=clock.now())
    lines = paper.block(g.centre.id, g.staff.id, now=clock.now())
    return render_template(
        "desk/paper.html", lines=[Line(line.id, shown(line.number), line.taken_at) for line in lines], typed=typed,
        languages_spoken=[(tag, names[tag]) for tag in choices.languages if tag in names], refusal=refusal,
    ), code  # fmt: skip
