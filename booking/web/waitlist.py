"""The wait list as its visitor sees it: joining where nothing is free, her own page, yes or no, and leaving."""

from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import WEB
from booking.domain.appointments import spoken
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken, TooLate, WrongState
from booking.domain.waitlist import BOOKED
from booking.services import appointments, waitlist
from booking.services.waitlist import Contact, Known
from booking.web import limits, wishes
from booking.web.answers import WAITING, is_by_code, link_by_code, opened_by_code, private, referral
from booking.web.errors import sentence
from booking.web.forms import Form, WaitForm
from booking.web.places import config

blueprint = Blueprint("waitlist", __name__)
blueprint.after_request(private)


@blueprint.route("/<centre>/<language:language>/<topic>/waiting", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def join(topic: str) -> ResponseReturnValue:
    """Until when we look, and how she is told; what is wished stands in the address, as for booking."""
    form = WaitForm()
    if request.method == "GET" or not form.validate():
        return _form_page(topic, form)
    try:
        joined = waitlist.join(
            g.centre.id, wishes.wish(topic), _day(form.last_day.data), _contact(form), key=f"wait:{form.form_key}",
            secret=config().secret_key, now=clock.now(),
        )  # fmt: skip
    except NoProgramme as refusal:
        return referral(refusal)
    except Invalid as refusal:
        if form.refuse(refusal, sentence(refusal)):
            return _form_page(topic, form)
        return redirect(url_for("appointments.age", topic=topic, **wishes.given()), 303)
    return redirect(url_for(".show", link=joined.link, new=1), 303)


@blueprint.get("/<centre>/<language:language>/waiting/<link>")
def show(link: str) -> ResponseReturnValue:
    """Once she has said yes, the same link opens her appointment."""
    known = _known(link)
    if known.entry.state == BOOKED and not is_by_code(link):
        return redirect(url_for("visits.show", link=link), 303)
    return render_template(
        "waitlist/show.html", known=known, code_spoken=spoken(known.entry.code or ""), is_new="new" in request.args,
        by_code=is_by_code(link), answer_url=url_for(".answer", link=link), leave_url=url_for(".leave", link=link),
    )  # fmt: skip


@blueprint.post("/<centre>/<language:language>/waiting/<link>/answer")
@limits.limiter.limit(limits.BOOK)
def answer(link: str) -> ResponseReturnValue:
    """Yes or no to the time that she saw; too late, gone or answered already, her page says how it stands."""
    entry_id, back = _known(link).entry.id, redirect(url_for(".show", link=link), 303)
    if not Form().validate():
        return back
    offer_id = request.form.get("offer", 0, type=int)
    with suppress(NotFound, TooLate, WrongState, SlotTaken):
        if request.form.get("reply") == "yes":
            card = waitlist.accept(g.centre.id, entry_id, offer_id, by=WEB, now=clock.now())
            return redirect(url_for("visits.show", link=_same(link, card.id), new=1), 303)
        waitlist.decline(g.centre.id, entry_id, offer_id, by=WEB, now=clock.now())
    return back


@blueprint.post("/<centre>/<language:language>/waiting/<link>/leave")
@limits.limiter.limit(limits.BOOK)
def leave(link: str) -> ResponseReturnValue:
    """Off the list; a second press finds it so."""
    known = _known(link)
    if Form().validate():
        with suppress(WrongState):
            waitlist.withdraw(g.centre.id, known.entry.id, by=WEB, now=clock.now())
    if is_by_code(link):
        return render_template(
            "waitlist/show.html", known=known._replace(entry=known.entry._replace(state="withdrawn"))
        )
    return redirect(url_for(".show", link=link), 303)


def _same(link: str, appointment_id: int) -> str:
    return link_by_code(appointment_id) if is_by_code(link) else link


def _known(link: str) -> Known:
    """By private link, or by the short-lived address that code and digits open. Refusal: NotFound."""
    if is_by_code(link):
        return waitlist.entry(g.centre.id, opened_by_code(link, WAITING), now=clock.now())
    known = waitlist.look_at(link, now=clock.now())
    if known.entry.centre_id != g.centre.id:
        raise NotFound
    return known


def _form_page(topic: str, form: WaitForm) -> ResponseReturnValue:
    days = waitlist.last_days(g.centre.id, now=clock.now())
    chosen = form.last_day.data or days[-1].isoformat()
    page: dict[str, Any] = {"wish": wishes.wish(topic), "days": days, "chosen": chosen, "form": form}
    described = appointments.topic(g.centre.id, topic, now=clock.now())
    return render_template("waitlist/join.html", topic=described, **page), 422 if form.errors else 200


def _contact(form: WaitForm) -> Contact:
    said = form.name.data or "", form.phone.data or ""
    return Contact(*said, bool(form.reminders.data), config().sms_prefixes)


def _day(typed: str | None) -> date:
    """Refusal: Invalid("last_day", …)."""
    try:
        return date.fromisoformat(typed or "")
    except ValueError as error:
        raise Invalid("last_day", "choice-unknown") from error
