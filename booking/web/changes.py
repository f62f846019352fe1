"""Reception moves and cancels for visitors who call; the lead of one carrier only that carrier's appointments."""

from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.appointments import CANCELLED, spoken
from booking.domain.errors import Invalid, NoProgramme, NotFound, Refusal, TooLate
from booking.services import appointments, centres, changes
from booking.services.appointments import Card
from booking.web.answers import age_answer, age_answered, age_page, age_query, choices, start_of
from booking.web.doors import seen_carrier
from booking.web.errors import sentence, status
from booking.web.forms import Form

blueprint = Blueprint("changes", __name__, url_prefix="/<centre>/desk/appointments/<int:appointment_id>")


@blueprint.route("/cancel", methods=["GET", "POST"])
def cancel(appointment_id: int) -> ResponseReturnValue:
    """GET shows one question; only the button cancels. A second press finds it cancelled, and the page says so."""
    card = _hers(appointment_id)
    if card.state == CANCELLED:
        return _done(card, "cancelled")
    if request.method == "POST" and Form().validate():
        try:
            changes.cancel(g.centre.id, card.id, by=_by(), now=clock.now())
            return _done(card, "cancelled")
        except Refusal as refusal:
            return _page("desk/cancel.html", card, refusal)
    return _page("desk/cancel.html", card)


@blueprint.route("/move", methods=["GET", "POST"])
def move(appointment_id: int) -> ResponseReturnValue:
    """The age question where the topic has one (its answer was not stored), then the times, each a button."""
    card = _hers(appointment_id)
    if "age" in request.form:
        return age_answered(_topic(card), partial(_here, card), _here(card), **_question(card))
    if request.method == "POST" and Form().validate():
        try:
            start = start_of(request.form.get("start"))
            changes.move(g.centre.id, card.id, start, age_answer(), by=_by(), now=clock.now())
            return _done(card, "moved")
        except Refusal as refusal:
            return _times(card, refusal)
    return _times(card)


def _hers(appointment_id: int) -> Card:
    """Refusal: NotFound, also for what another carrier leads."""
    card = appointments.card(g.centre.id, appointment_id)
    if seen_carrier() not in (None, card.carrier_id):
        raise NotFound
    return card


def _times(card: Card, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The times it can be moved to, with what was refused; without them if it cannot be moved at all."""
    try:
        offers = changes.new_times(g.centre.id, card.id, age_answer(), now=clock.now())
    except Invalid as unanswered:
        said = unanswered if "age" in request.args else None
        return age_page(_topic(card), said, _here(card), **_question(card))
    except Refusal as never:
        return _page("desk/move.html", card, never)
    here = _here(card, **age_query())
    return _page("desk/move.html", card, refusal, action=here, **choices(offers, here)._asdict())


def _question(card: Card) -> dict[str, Any]:
    """The page of the age question, as the desk reads it."""
    return {"template": "desk/age.html", "appointment": card, "code_spoken": spoken(card.code or "")}


def _page(template: str, card: Card, refusal: Refusal | None = None, **more: Any) -> ResponseReturnValue:
    said = _said(refusal) if refusal is not None else None
    partner_id = refusal.partner_id if isinstance(refusal, NoProgramme) else None
    partner = centres.partner(g.centre.id, partner_id) if partner_id else None
    page = render_template(
        template, appointment=card, code_spoken=spoken(card.code or ""), refusal=said, partner=partner, **more
    )
    return page, status(refusal) if refusal is not None else 200


def _said(refusal: Refusal) -> str:
    """What visitors are told to call us for is said otherwise to those whom they call."""
    if isinstance(refusal, TooLate):
        return str(_("This appointment has already begun. It can no longer be moved or cancelled."))
    return sentence(refusal)


def _done(card: Card, what: str) -> ResponseReturnValue:
    return redirect(url_for("desk.appointment", appointment_id=card.id, done=what), 303)


def _here(card: Card, **query: Any) -> str:
    return url_for(".move", appointment_id=card.id, **query)


def _topic(card: Card) -> appointments.Topic:
    return appointments.topic_of_appointment(g.centre.id, card.id, now=clock.now())


def _by() -> By:
    return By("desk", g.staff.id)
