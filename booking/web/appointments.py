"""The public pages on the way to an appointment: topic, age, time, details."""

import secrets
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import WEB
from booking.domain.availability import Wish
from booking.domain.errors import Invalid, NoProgramme, NotFound, Refusal, SlotTaken, TooLate
from booking.services import appointments, centres, holds, presence
from booking.services.appointments import Contact
from booking.services.holds import Held
from booking.web import i18n, limits
from booking.web.answers import (
    Time,
    age_answer,
    age_answered,
    age_page,
    age_query,
    area_answer,
    area_page,
    area_query,
    referral,
    start_of,
    times_page,
)
from booking.web.doors import cookie_name, keep_cookie
from booking.web.errors import sentence, status
from booking.web.forms import DetailsForm
from booking.web.places import config

blueprint = Blueprint("appointments", __name__)
DEVICE_COOKIE = "device"  # random; says only which times are held for the same browser
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


@blueprint.route("/<centre>/<language:language>/<topic>/times", methods=["GET", "POST"])
@limits.limiter.limit(limits.HOLD, methods=["POST"])
def times(topic: str) -> ResponseReturnValue:
    """Each time is a button: the one that is pressed is kept while the form is filled."""
    refused = False
    try:
        if request.method == "POST":
            with suppress(SlotTaken):
                return _kept(topic, start_of(request.form.get("start")))
            refused = True
        offers = appointments.offers(g.centre.id, _wish(topic), device=_device(), now=clock.now())
    except Invalid as refusal:
        asked = appointments.topic(g.centre.id, topic, now=clock.now())
        if refusal.field == "area":
            return area_page(asked, refusal, url_for(".age", topic=topic))
        return age_page(asked, refusal, url_for(".age", topic=topic, **area_query()))
    except NoProgramme as refusal:
        return referral(refusal)
    return times_page(offers, url_for(".times", topic=topic, **age_query()), refused=refused)


def _kept(topic: str, start: datetime) -> ResponseReturnValue:
    """On to the form, with the time held for this browser."""
    device = _device() or secrets.token_urlsafe(16)
    held = holds.take(g.centre.id, _wish(topic), start, device=device, now=clock.now())
    onward = url_for(".details", topic=topic, start=start.isoformat(), hold=held.token, **age_query())
    return keep_cookie(make_response(redirect(onward, 303)), DEVICE_COOKIE, device)


def _device() -> str | None:
    """What this browser shows again, if it has chosen a time before."""
    return request.cookies.get(cookie_name(DEVICE_COOKIE))


@blueprint.post("/<centre>/<language:language>/<topic>/keep")
@limits.limiter.limit(limits.HOLD, methods=["POST"])
def keep(topic: str) -> ResponseReturnValue:
    """Hold it for longer; one that is over is said so by the form's page."""
    start, hold = start_of(request.args.get("start")), request.args.get("hold", "")
    with suppress(TooLate, NotFound):
        holds.extend(g.centre.id, hold, now=clock.now())
    return redirect(url_for(".details", topic=topic, start=start.isoformat(), hold=hold, **age_query()), 303)


@blueprint.route("/<centre>/<language:language>/<topic>/details", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def details(topic: str) -> ResponseReturnValue:
    start, form = start_of(request.args.get("start")), DetailsForm()
    if request.method == "GET":
        return _details_page(topic, start, form)
    if not form.validate():
        return _details_page(topic, start, form, code=422)
    contact = Contact(
        form.name.data or "",
        form.phone.data or "",
        bool(form.reminders.data),
        config().sms_prefixes,
        bool(form.match.data),
    )
    try:
        booked = appointments.book(
            g.centre.id, _wish(topic), start, contact, key=f"form:{form.form_key}", secret=config().secret_key, by=WEB,
            now=clock.now(), hold=request.args.get("hold"),
        )  # fmt: skip
    except NoProgramme as refusal:
        return referral(refusal)
    except Refusal as refusal:
        return _details_refused(topic, start, form, refusal)
    return redirect(url_for("visits.show", link=booked.link, new=1), 303)


def _wish(topic: str) -> Wish:
    return Wish(topic, i18n.page_language(), age_answer(), area_answer())


def _details_page(topic: str, start: datetime, form: DetailsForm, code: int = 200, **more: Any) -> ResponseReturnValue:
    asked, held = appointments.topic(g.centre.id, topic, now=clock.now()), _held(topic, start)
    more = {**more, "held": held, "here": {"start": start.isoformat(), **age_query()}, "now": clock.now()}
    try:
        minutes = appointments.minutes_at(g.centre.id, _wish(topic), start, now=clock.now())
    except Invalid:  # an answer that cannot be read is said when the form is sent; the page must keep what was typed
        minutes = asked.minutes
    if held is not None:  # nobody else is offered it, so its length is known by the hold alone
        minutes = int((held.ends_at - held.starts_at).total_seconds() // 60)
    page = render_template("appointments/details.html", topic=asked, start=start, minutes=minutes, form=form, **more)
    return page, code


def _held(topic: str, start: datetime) -> Held | None:
    """What is, or was, held for this form."""
    try:
        held = holds.look(g.centre.id, request.args.get("hold", ""))
    except NotFound:
        return None
    return held if (held.topic, held.starts_at) == (topic, start) else None


def _details_refused(topic: str, start: datetime, form: DetailsForm, refusal: Refusal) -> ResponseReturnValue:
    """Nothing was written; the form comes back filled, with the reason and up to three near times."""
    if isinstance(refusal, Invalid) and refusal.field in ("age", "area"):
        said = sentence(UNANSWERED if refusal.field == "age" else refusal)
        return _details_page(topic, start, form, code=422, refusal=said, ask=refusal.field)
    if isinstance(refusal, Invalid) and form.refuse(refusal, sentence(refusal)):
        return _details_page(topic, start, form, code=422)
    near = [Time(start) for start in getattr(refusal, "near", ())]
    return _details_page(topic, start, form, code=status(refusal), refusal=sentence(refusal), near=near)
