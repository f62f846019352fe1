"""A counsellor's own calendar: its secret address, made and ended by herself, and what it answers."""

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.errors import NotFound
from booking.services import calendars
from booking.services.calendars import Duty, Feed, Talk
from booking.web import i18n, limits
from booking.web.doors import no_store
from booking.web.forms import Form
from booking.web.places import config

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/<centre>/calendar/<token>.ics")
@limits.limiter.limit(limits.API_READ)
def feed(token: str) -> ResponseReturnValue:
    """Appointments and shifts, never a name. Calendars ask again by themselves, so every change arrives."""
    now = clock.now()
    found = calendars.feed(token, now=now)
    if found.centre_id != g.centre.id:
        raise NotFound
    g.page_language = found.language
    answer = Response(_file(found), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return no_store(answer)


@blueprint.route("/<centre>/account/calendar", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """The new address is shown this once."""
    form, address = Form(), None
    if request.method == "POST" and form.validate():
        if "end" in request.form:
            calendars.end_address(g.centre.id, g.staff.id, by=_by(), now=clock.now())
        else:
            token = calendars.new_address(g.centre.id, g.staff.id, by=_by(), now=clock.now())
            address = (config().public_url or request.host_url.rstrip("/")) + url_for(".feed", token=token)
    there = calendars.has_address(g.centre.id, g.staff.id)
    return render_template("calendars/calendar.html", address=address, there=there)


def _file(found: Feed) -> bytes:
    return calendars.file(
        found, name=i18n.text(g.centre.name), place=g.centre.address, talks=[_talk(one) for one in found.talks],
        duties=[_duty(one) for one in found.duties], now=clock.now(),
    )  # fmt: skip


def _talk(one: Talk) -> str:
    """Room, language, programme."""
    known = i18n.spoken().get(one.language)
    language = known.name if known else one.language
    if one.interpreter:
        language = str(_("%(language)s, with interpreter", language=language))
    parts = [str(_("Room %(room)s", room=one.room)), language]
    return " · ".join([*parts, i18n.text(one.programme)] if one.programme else parts)


def _duty(one: Duty) -> str:
    return str(_("Outreach") if one.outreach else _("On duty"))


def _by() -> By:
    return By("desk", g.staff.id)
