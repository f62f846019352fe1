"""The public pages on the way to an appointment: topic, age, time, details."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import WEB
from booking.domain.availability import Wish
from booking.domain.errors import Invalid, NoProgramme, Refusal
from booking.services import appointments, centres, presence
from booking.services.appointments import Contact
from booking.web import i18n, limits
from booking.web.answers import (
    age_answer,
    age_answered,
    age_page,
    age_query,
    area_answer,
    area_page,
    area_query,
    near_times,
    referral,
    start_of,
    times_page,
)
from booking.web.errors import sentence, status
from booking.web.forms import DetailsForm
from booking.web.places import config

blueprint = Blueprint("appointments", __name__)
UNANSWERED = Invalid("age", "age-unanswered")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    return render_template("appointments/centres.html", centres=centres.listed())


@blueprint.get("/<centre>/")
def first_page() -> ResponseReturnValue:
    """The only place where the browser's languages are asked."""
    shown = [tag for tag in g.centre.languages if tag in i18n.PAGES]
    language = next((tag for tag in (i18n.guessed(), *shown) if tag in shown), i18n.FALLBACK)
    return redirect(url_for(".topics", language=language))


@blueprint.get("/<centre>/<language:language>/")
def topics() -> ResponseReturnValue:
    hours = centres.walk_in_hours(g.centre.id)
    shut = presence.closed_today(g.centre.id, now=clock.now()) is not None
    topics_ = appointments.topics(g.centre.id)
    return render_template("appointments/topics.html", topics=topics_, walk_in_hours=hours, closed_today=shut)


@blueprint.get("/<centre>/<language:language>/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("appointments/privacy.html", carriers=centres.carriers(g.centre.id))


@blueprint.route("/<centre>/<language:language>/<topic>/", methods=["GET", "POST"])
def age(topic: str) -> ResponseReturnValue:
    """Where she lives and the one age question, where the topic's programmes need them; then on to the times."""
    asked, area = appointments.topic(g.centre.id, topic, now=clock.now()), area_query()
    here = url_for(".age", topic=topic, **area)
    if asked.areas and not area:
        return area_page(asked, None, here)
    if asked.age is None:
        return redirect(url_for(".times", topic=topic, **area), 303)
    if request.method == "POST":
        return age_answered(asked, partial(url_for, ".times", topic=topic, **area), here)
    return age_page(asked, None, here)


@blueprint.get("/<centre>/<language:language>/<topic>/times")
def times(topic: str) -> ResponseReturnValue:
    try:
        offers = appointments.offers(g.centre.id, _wish(topic), now=clock.now())
    except Invalid as refusal:
        asked = appointments.topic(g.centre.id, topic, now=clock.now())
        if refusal.field == "area":
            return area_page(asked, refusal, url_for(".age", topic=topic))
        return age_page(asked, refusal, url_for(".age", topic=topic, **area_query()))
    except NoProgramme as refusal:
        return referral(refusal)
    return times_page(offers, url_for(".times", topic=topic, **age_query()), refused=False)


@blueprint.route("/<centre>/<language:language>/<topic>/details", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def details(topic: str) -> ResponseReturnValue:
    start, form = start_of(request.args.get("start")), DetailsForm()
    if request.method == "GET":
        return _details_page(topic, start, form)
    if not form.validate():
        return _details_page(topic, start, form, code=422)
    contact = Contact(form.name.data or "", form.phone.data or "", bool(form.reminders.data), config().sms_prefixes)
    try:
        booked = appointments.book(
            g.centre.id, _wish(topic), start, contact, key=f"form:{form.form_key}", secret=config().secret_key, by=WEB,
            now=clock.now(),
        )  # fmt: skip
    except NoProgramme as refusal:
        return referral(refusal)
    except Refusal as refusal:
        return _details_refused(topic, start, form, refusal)
    return redirect(url_for("visits.show", link=booked.link, new=1), 303)


def _wish(topic: str) -> Wish:
    return Wish(topic, i18n.page_language(), age_answer(), area_answer())


def _details_page(topic: str, start: datetime, form: DetailsForm, code: int = 200, **more: Any) -> ResponseReturnValue:
    asked = appointments.topic(g.centre.id, topic, now=clock.now())
    try:
        minutes = appointments.minutes_at(g.centre.id, _wish(topic), start, now=clock.now())
    except Invalid:  # an answer that cannot be read is said when the form is sent; the page must keep what was typed
        minutes = asked.minutes
    page = render_template("appointments/details.html", topic=asked, start=start, minutes=minutes, form=form, **more)
    return page, code


def _details_refused(topic: str, start: datetime, form: DetailsForm, refusal: Refusal) -> ResponseReturnValue:
    """Nothing was written; the form comes back filled, with the reason and up to three near times."""
    if isinstance(refusal, Invalid) and refusal.field in ("age", "area"):
        said = sentence(UNANSWERED if refusal.field == "age" else refusal)
        return _details_page(topic, start, form, code=422, refusal=said, ask=refusal.field)
    if isinstance(refusal, Invalid) and form.refuse(refusal, sentence(refusal)):
        return _details_page(topic, start, form, code=422)
    near = near_times(topic, list(getattr(refusal, "near", ())))
    return _details_page(topic, start, form, code=status(refusal), refusal=sentence(refusal), near=near)
