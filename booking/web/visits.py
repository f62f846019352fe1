"""What the holder of a private link sees and does: look, calendar file, move, cancel; and the way in by code."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import WEB
from booking.domain.appointments import spoken
from booking.domain.errors import Invalid, NoProgramme, NotFound, SlotTaken, TooLate, WrongCredentials, WrongState
from booking.services import appointments, changes, offers, own_data, waitlist
from booking.services.appointments import Card, Topic
from booking.web import i18n, limits, wishes
from booking.web.answers import (
    WAITING,
    age_answer,
    age_answered,
    age_page,
    age_query,
    can_change,
    is_by_code,
    link_by_code,
    opened_by_code,
    private,
    referral,
    start_of,
    times_page,
)
from booking.web.errors import sentence, status
from booking.web.forms import FindForm, Form, PhoneForm
from booking.web.places import config

blueprint = Blueprint("visits", __name__)
blueprint.after_request(private)


class Shown(NamedTuple):
    """What the visitor's page shows of her appointment."""

    code_spoken: str
    starts_at: datetime
    ends_at: datetime
    state: str
    interpreter: bool
    minutes: int
    mode: str
    bring: dict[str, str]


@blueprint.get("/<centre>/<language:language>/appointment/<link>")
def show(link: str) -> ResponseReturnValue:
    return _show(link)


def _show(link: str, refusal: str | None = None) -> str:
    card = _card(link)
    known = offers.known(card, now=clock.now())
    return render_template(
        "appointments/show.html", appointment=_shown(known.card), is_new="new" in request.args,
        is_moved="moved" in request.args, by_code=is_by_code(link), refusal=refusal,
        code_picture=appointments.code_picture(card) if card.code else None,
        can_change=can_change(card), ics_url=url_for(".calendar", link=link), offer=known.offer,
        offer_url=url_for(".answer_offer", link=link), move_url=url_for(".move", link=link),
        cancel_url=url_for(".cancel", link=link), data_url=url_for(".data", link=link), again_url=_again(known.card),
    )  # fmt: skip


@blueprint.post("/<centre>/<language:language>/appointment/<link>/offer")
@limits.limiter.limit(limits.BOOK)
def answer_offer(link: str) -> ResponseReturnValue:
    """Yes or no to the new time that is held for her; too late or answered already, the page says how it stands, and
    if the new time cannot be kept either, which one is held instead."""
    card, form = _card(link), Form()
    if form.validate():
        verb = offers.accept if request.form.get("reply") == "yes" else offers.decline
        try:
            with suppress(NotFound, TooLate, WrongState):
                verb(g.centre.id, card.id, by=WEB, now=clock.now())
        except SlotTaken as refusal:
            return _show(link, _gone(refusal)), status(refusal)
    return redirect(url_for(".show", link=link), 303)


def _gone(refusal: SlotTaken) -> str:
    if refusal.near:
        return str(_("The proposed time is gone as well. We are sorry. We hold another time for you."))
    return str(_("The proposed time is gone as well. We are sorry. We have found no other time."))


@blueprint.route("/<centre>/<language:language>/appointment/<link>/data", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def data(link: str) -> ResponseReturnValue:
    """What is known of her; she agrees to messages, or no longer, or has it deleted. Once more changes nothing."""
    card, form = _card(link), PhoneForm()
    if request.method == "GET" or not form.validate():
        return _data_page(link, card, form), 422 if form.errors else 200
    do = request.form.get("do", "")
    try:
        _look_after(card, do, form.phone.data or "")
    except Invalid as refusal:
        form.refuse(refusal, sentence(refusal))
        return _data_page(link, card, form), 422
    except (WrongState, TooLate):
        return redirect(url_for(".show", link=link), 303)
    return redirect(url_for(".data", link=link, done=do), 303)


def _look_after(card: Card, do: str, phone: str) -> None:
    if do == "agree":
        own_data.agree_to_messages(g.centre.id, card.id, phone, config().sms_prefixes, now=clock.now())
    elif do == "stop":
        own_data.stop_messages(g.centre.id, card.id)
    elif do == "stop-matching":
        own_data.stop_matching(g.centre.id, card.id)
    elif do == "forget":
        own_data.forget(g.centre.id, card.id, now=clock.now())


def _data_page(link: str, card: Card, form: PhoneForm) -> str:
    return render_template(
        "appointments/data.html", own=own_data.shown(g.centre.id, card.id), form=form, can_change=can_change(card),
        done=request.args.get("done"), back_url=url_for(".show", link=link),
    )  # fmt: skip


@blueprint.get("/<centre>/<language:language>/appointment/<link>/calendar.ics")
def calendar(link: str) -> ResponseReturnValue:
    card = _card(link)
    words = _("Code: %(code)s. Cannot come? Please call %(phone)s.", code=spoken(card.code or ""), phone=g.centre.phone)
    known = offers.known(card, now=clock.now()).card
    file = appointments.calendar_file(known, title=i18n.text(g.centre.name), place=g.centre.address, words=words)
    as_file = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return Response(file, headers=as_file, content_type="text/calendar; charset=utf-8")


@blueprint.route("/<centre>/<language:language>/appointment/<link>/cancel", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def cancel(link: str) -> ResponseReturnValue:
    """GET shows one question; only the button cancels. A second press finds it cancelled, and the page says so."""
    card, form, back = _card(link), Form(), url_for(".show", link=link)
    if request.method == "POST" and form.validate():
        with suppress(WrongState):
            changes.cancel(g.centre.id, card.id, by=WEB, now=clock.now())
        return redirect(back, 303)
    return render_template("appointments/cancel.html", appointment=_shown(card), form=form, back_url=back)


@blueprint.route("/<centre>/<language:language>/appointment/<link>/move", methods=["GET", "POST"])
@limits.limiter.limit(limits.BOOK, methods=["POST"])
def move(link: str) -> ResponseReturnValue:
    """The age question again where the topic has one (its answer is not stored), then the times, each a button."""
    card, here, back = _card(link), url_for(".move", link=link), url_for(".show", link=link)
    if "age" in request.form:
        return age_answered(_topic(card), partial(url_for, ".move", link=link), here)
    start = start_of(request.form.get("start")) if request.method == "POST" else None
    try:
        return _times(link, card) if start is None else _moved(link, card, start)
    except (WrongState, TooLate):
        return redirect(back, 303)
    except NoProgramme as refusal:
        return referral(refusal)
    except Invalid as refusal:
        return age_page(_topic(card), refusal if "age" in request.args else None, here)


@blueprint.route("/<centre>/<language:language>/find", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOOKUP, methods=["POST"])
@limits.on_code
def find() -> ResponseReturnValue:
    """Code and last four digits open the appointment for half an hour, by an address that then ends."""
    form = FindForm()
    if request.method == "GET":
        return render_template("appointments/find.html", form=form)
    if not form.validate():
        return render_template("appointments/find.html", form=form), 422
    try:
        card = appointments.find_by_code(g.centre.id, form.code.data or "", form.last4.data or "")
    except NotFound:
        return _waiting(form)
    return redirect(url_for(".show", link=link_by_code(card.id)), 303)


def _waiting(form: FindForm) -> ResponseReturnValue:
    """No appointment has this code; perhaps somebody who waits for one."""
    try:
        entry = waitlist.find_by_code(g.centre.id, form.code.data or "", form.last4.data or "")
    except NotFound:
        refusal = WrongCredentials()
        return render_template("appointments/find.html", form=form, refusal=sentence(refusal)), status(refusal)
    return redirect(url_for("waitlist.show", link=link_by_code(entry.id, WAITING)), 303)


def _moved(link: str, card: Card, start: datetime) -> ResponseReturnValue:
    """A start that is gone: the times that are left, and the other refusals as for showing them."""
    try:
        changes.move(g.centre.id, card.id, start, age_answer(), by=WEB, now=clock.now())
    except SlotTaken as refusal:
        return _times(link, card, refused=True), status(refusal)
    return redirect(url_for(".show", link=link, moved=1), 303)


def _topic(card: Card) -> Topic:
    return appointments.topic_of_appointment(g.centre.id, card.id, now=clock.now())


def _times(link: str, card: Card, *, refused: bool = False) -> str:
    offers = changes.new_times(g.centre.id, card.id, age_answer(), now=clock.now())
    here = url_for(".move", link=link, **age_query())
    return times_page(offers, here, refused=refused, moving=True, appointment=_shown(card))


def _again(card: Card) -> str:
    """On to the times for the same matter with the same counsellor."""
    return wishes.once_more(_topic(card), card.counsellor_id)


def _shown(card: Card) -> Shown:
    minutes = int((card.ends_at - card.starts_at).total_seconds() // 60)
    bring = _topic(card).bring
    return Shown(
        spoken(card.code or ""), card.starts_at, card.ends_at, card.state, card.interpreter, minutes, card.mode, bring
    )


def _card(link: str) -> Card:
    """By private link, or by the short-lived address that code and digits open. Refusal: NotFound."""
    if not is_by_code(link):
        card = appointments.look_at(link)
    else:
        card = appointments.card(g.centre.id, opened_by_code(link))
        if card.code is None:  # erased since: the code opens nothing any more
            raise NotFound
    if card.centre_id != g.centre.id:
        raise NotFound
    return card
