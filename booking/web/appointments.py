"""The public pages on the way to an appointment: topic, age, time, details."""

import secrets
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import WEB
from booking.domain.errors import Invalid, NoProgramme, NotFound, Refusal, SlotTaken, TooLate
from booking.domain.times import local_day
from booking.services import appointments, centres, holds, presence
from booking.services import wishes as needs_of_topics
from booking.services.appointments import Contact
from booking.services.holds import Held
from booking.web import headers, i18n, limits, wishes
from booking.web.answers import (
    Time,
    age_answer,
    age_answered,
    age_given,
    age_page,
    area_page,
    referral,
    start_of,
    times_page,
)
from booking.web.doors import cookie_name, keep_cookie
from booking.web.errors import sentence, status
from booking.web.forms import AgeForm, DetailsForm
from booking.web.places import config

blueprint = Blueprint("appointments", __name__)
DEVICE_COOKIE = "device"  # random; says only which times are held for the same browser
ROBOTS = (
    "User-agent: *",
    "Disallow: /*/appointment/",
    "Disallow: /*/waiting",
    "Disallow: /*?",
    "Disallow: /*/times",
    "Disallow: /api/",
)  # fmt: skip
LANGUAGE_COOKIE = "language"  # of who chose a time: the next first page is in it
UNANSWERED = Invalid("age", "age-unanswered")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    return render_template("appointments/centres.html", centres=centres.listed())


@blueprint.get("/<centre>/")
def first_page() -> ResponseReturnValue:
    """The only place where the browser's languages are asked, and only of who has not chosen one before."""
    shown = [language.tag for language in i18n.released(g.centre.languages)]
    chosen = request.cookies.get(cookie_name(LANGUAGE_COOKIE))
    language = next((tag for tag in (chosen, i18n.guessed(), *shown) if tag in shown), i18n.FALLBACK)
    return redirect(url_for(".topics", language=language))


@blueprint.get("/<centre>/<language:language>/")
def topics() -> ResponseReturnValue:
    """With `?embed` it is a part of the centre's own site: only the tiles, which open pages of their own."""
    hours = centres.walk_in_hours(g.centre.id, now=clock.now())
    shut = presence.closed_today(g.centre.id, now=clock.now()) is not None
    topics_ = appointments.topics(g.centre.id)
    embedded = "embed" in request.args
    if embedded:
        headers.may_be_embedded(g.centre.embedded_on)
    return render_template(
        "appointments/topics.html", topics=topics_, walk_in_hours=hours, closed_today=shut, embedded=embedded
    )


@blueprint.get("/<centre>/<language:language>/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("appointments/privacy.html", carriers=centres.carriers(g.centre.id))


@blueprint.get("/<centre>/<language:language>/accessibility")
def accessibility() -> ResponseReturnValue:
    return render_template("appointments/accessibility.html")


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """First pages may be found; private pages, and the thousand answers on the way to a time, need not be."""
    return Response("\n".join(ROBOTS) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.route("/<centre>/<language:language>/<topic>/", methods=["GET", "POST"])
def age(topic: str) -> ResponseReturnValue:
    """How long it takes, where she lives and the one age question, each where it matters; then on to the times."""
    asked, said = appointments.topic(g.centre.id, topic, now=clock.now()), _before_age()
    here, onward = url_for(".age", topic=topic, **said), partial(url_for, ".times", topic=topic, **said)
    if request.method == "POST" and asked.age is not None:
        return age_answered(asked, onward, here)
    if len(asked.lengths) > 1 and "length" not in said:
        return render_template("appointments/length.html", topic=asked)
    if asked.areas and "area" not in said:
        return area_page(asked, None, here)
    return redirect(onward(), 303) if asked.age is None else age_page(asked, None, here)


def _before_age() -> dict[str, Any]:
    return {name: value for name, value in wishes.query().items() if name not in ("age", "sealed")}


@blueprint.get("/<centre>/<language:language>/<topic>/needs")
def needs(topic: str) -> ResponseReturnValue:
    """What she may need besides: nothing has to be answered, and it shows only what can be had here."""
    asked = needs_of_topics.asked(g.centre.id, topic, _today())
    described = appointments.topic(g.centre.id, topic, now=clock.now())
    return render_template("appointments/needs.html", topic=described, asked=asked, wish=wishes.wish(topic))


def _today() -> date:
    return local_day(clock.now(), i18n.zone())


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
        offers = appointments.offers(g.centre.id, wishes.wish(topic), device=_device(), now=clock.now())
    except Invalid as refusal:
        asked = appointments.topic(g.centre.id, topic, now=clock.now())
        if refusal.field == "area":
            return area_page(asked, refusal, url_for(".age", topic=topic, **wishes.given()))
        return age_page(asked, refusal, url_for(".age", topic=topic, **_before_age()))
    except NoProgramme as refusal:
        return referral(refusal)
    wish = wishes.wish(topic)
    spoken = offers.starts or wish.language in needs_of_topics.asked(g.centre.id, topic, _today()).languages
    return times_page(
        offers, url_for(".times", topic=topic, **wishes.query()), refused=refused, wish=wish, unspoken=not spoken
    )


def _kept(topic: str, start: datetime) -> ResponseReturnValue:
    """On to the form, with the time held for this browser."""
    device = _device() or secrets.token_urlsafe(16)
    held = holds.take(g.centre.id, wishes.wish(topic), start, device=device, now=clock.now())
    onward = url_for(".details", topic=topic, start=start.isoformat(), hold=held.token, **wishes.query())
    answer = keep_cookie(make_response(redirect(onward, 303)), DEVICE_COOKIE, device)
    return keep_cookie(answer, LANGUAGE_COOKIE, i18n.page_language())


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
    return redirect(url_for(".details", topic=topic, start=start.isoformat(), hold=hold, **wishes.query()), 303)


@blueprint.route("/<centre>/<language:language>/<topic>/details", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def details(topic: str) -> ResponseReturnValue:
    start, form = start_of(request.args.get("start")), DetailsForm()
    if request.method == "GET":
        return _details_page(topic, start, form)
    if "age" in request.form and age_answer() is None:
        return _age_answered_here(topic, start, form)
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
            g.centre.id, wishes.wish(topic), start, contact, key=f"form:{form.form_key}", secret=config().secret_key,
            by=WEB, now=clock.now(), hold=request.args.get("hold"),
        )  # fmt: skip
    except NoProgramme as refusal:
        return referral(refusal)
    except Refusal as refusal:
        return _details_refused(topic, start, form, refusal)
    return redirect(url_for("visits.show", link=booked.link, new=1), 303)


def _age_answered_here(topic: str, start: datetime, form: DetailsForm) -> ResponseReturnValue:
    """The question stood in the form, because its answer had ended: on with the new one in the address.

    307 lets the browser send the form once more, so that nothing typed is lost.
    """
    question = AgeForm()
    try:
        answer = age_given(question, appointments.topic(g.centre.id, topic, now=clock.now()))
    except Invalid as refusal:
        errors = {refusal.field: sentence(refusal)}
        return _details_page(topic, start, form, code=422, ask="age", question=question, errors=errors)
    here = {**wishes.query(), "sealed": None, **answer}
    onward = url_for(".details", topic=topic, start=start.isoformat(), hold=request.args.get("hold"), **here)
    return redirect(onward, 307)


def _details_page(topic: str, start: datetime, form: DetailsForm, code: int = 200, **more: Any) -> ResponseReturnValue:
    asked, held = appointments.topic(g.centre.id, topic, now=clock.now()), _held(topic, start)
    more = {**more, "held": held, "here": {"start": start.isoformat(), **wishes.query()}, "now": clock.now()}
    wish = wishes.wish(topic)
    try:
        minutes = appointments.minutes_at(g.centre.id, wish, start, now=clock.now())
    except Invalid:  # an answer that cannot be read is said when the form is sent; the page must keep what was typed
        minutes = asked.minutes
    if held is not None:  # nobody else is offered it, so its length is known by the hold alone
        minutes = int((held.ends_at - held.starts_at).total_seconds() // 60)
    more["carriers"] = centres.carriers(g.centre.id)
    page = render_template(
        "appointments/details.html", topic=asked, start=start, minutes=minutes, form=form, wish=wish, **more
    )
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
        question = AgeForm(formdata=None)
        return _details_page(topic, start, form, code=422, refusal=said, ask=refusal.field, question=question)
    if isinstance(refusal, Invalid) and form.refuse(refusal, sentence(refusal)):
        return _details_page(topic, start, form, code=422)
    near = [Time(start) for start in getattr(refusal, "near", ())]
    return _details_page(topic, start, form, code=status(refusal), refusal=sentence(refusal), near=near)
