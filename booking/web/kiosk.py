"""The kiosk: a number in four taps, and check-in by code. Nothing of one visitor stays for the next."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import KIOSK
from booking.domain.errors import NotFound, NumbersUsedUp, Refusal
from booking.domain.tickets import shown
from booking.services import centres, desk, following, kiosks, screens, tickets
from booking.services.tickets import Given
from booking.web import i18n, limits
from booking.web.arriving import arrive, not_arrived
from booking.web.doors import KEPT_SECONDS, KIOSK_COOKIE, at_kiosk, keep_cookie, paired_kiosk
from booking.web.errors import sentence, status
from booking.web.forms import ArriveForm, Form, KioskForm
from booking.web.places import config, follow_address, here_address

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
NEEDS = ("step_free", "small_child", "interpreter")
GIVEN = "kiosk-given"
SHOWN_SECONDS = 90  # a reload shows the number again; the next visitor does not see it
GREETED = 4  # as many sentences as fit the glass


class Welcome(NamedTuple):
    """`state`: "open", "full" (no more numbers), "shut" (now) or "closed-today"; `empty`: nobody is at the desk."""

    state: str
    empty: bool


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The start: languages in their own words. A device that is not paired shows six digits."""
    kiosk = paired_kiosk()
    if kiosk is None:
        return render_template("kiosk/pairing.html")
    at_kiosk(kiosk)
    session.pop(GIVEN, None)
    offered = i18n.released(g.centre.languages)
    g.page_language = offered[0].tag
    greetings = [(one.tag, one.direction, _choose(one)) for one in offered if not one.tag.endswith(i18n.EASY)]
    picture = following.picture(here_address(now=clock.now()))
    return render_template("kiosk/start.html", offered=offered, greetings=greetings[:GREETED], picture=picture)


@blueprint.get("/door")
def door() -> ResponseReturnValue:
    """For a device at the door: the picture with which a phone checks in, and nothing to touch."""
    offered = i18n.released(g.centre.languages)
    g.page_language = offered[0].tag
    said = [(one.tag, one.direction, _scan(one)) for one in offered if not one.tag.endswith(i18n.EASY)]
    return render_template("kiosk/door.html", said=said, picture=following.picture(here_address(now=clock.now())))


@blueprint.get("/<language:language>/")
def home() -> ResponseReturnValue:
    return _home()


@blueprint.get("/<language:language>/number")
def number() -> ResponseReturnValue:
    """Whom she comes to; "please help me" first. Without a choice, straight on."""
    if _welcome().state != "open":
        return redirect(url_for(".home"), 303)
    programmes = desk.choices(g.centre.id, now=clock.now()).programmes
    if len(programmes) < 2:
        return redirect(url_for(".take"), 303)
    return render_template("kiosk/number.html", programmes=programmes, welcome=_welcome())


@blueprint.route("/<language:language>/take", methods=["GET", "POST"])
@limits.limiter.limit(limits.KIOSK, methods=["POST"])
def take() -> ResponseReturnValue:
    """What she needs; each answer gives the number. The same form sent twice gives one."""
    if _welcome().state != "open":
        return redirect(url_for(".home"), 303)
    form = KioskForm()
    if request.method == "GET" or not form.validate():
        programme = request.values.get("for", "")
        page = render_template("kiosk/needs.html", form=form, programme=programme, needs=NEEDS, welcome=_welcome())
        return page, 422 if form.errors else 200
    try:
        return _given(lambda: _take(form))
    except Refusal as refusal:
        said = sentence(refusal) if isinstance(refusal, NumbersUsedUp) else str(_("Please start again."))
        return _home(refusal=said), status(refusal)


@blueprint.route("/<language:language>/check-in", methods=["GET", "POST"])
@limits.on_arrival
def check_in() -> ResponseReturnValue:
    """By the eight digits, or the private link, as typed, or read by a scanner."""
    form, pressed = ArriveForm(), request.form.get("press")
    if request.method == "GET" or not form.validate():
        return _pad(form, 422 if form.errors else 200)
    typed = form.code.data or ""
    if pressed is not None:  # the pad without JavaScript
        form.code.data = typed[:-1] if pressed == "back" else typed + pressed[:1]
        return _pad(form)
    try:
        return _given(lambda: arrive(typed, KIOSK))
    except Refusal as refusal:
        return _pad(form, status(refusal), refusal=not_arrived(refusal))


@blueprint.get("/<language:language>/ticket")
def ticket() -> ResponseReturnValue:
    """Her number, for a while; then, and for whoever comes back to this page, the start."""
    row = _given_just_now()
    if row is None:
        return redirect(url_for(".page"), 303)
    token = following.token(row.tag, secret=config().secret_key)
    seen = following.look(token, secret=config().secret_key, now=clock.now())
    return render_template(
        "kiosk/ticket.html", ticket=row, number=shown(row.number), seen=seen, welcome=_welcome(),
        picture=following.picture(follow_address(row.tag)), prints=g.kiosk.prints,
    )  # fmt: skip


@blueprint.post("/pairing")
@limits.limiter.limit(limits.PAIRING)
def begin() -> ResponseReturnValue:
    return jsonify(screens.begin_pairing(kind=screens.KIOSK, now=clock.now())._asdict())


@blueprint.post("/pairing/claim")
@limits.limiter.limit(limits.CLAIM)
def claim() -> ResponseReturnValue:
    """Once staff have typed the digits: the token, as a cookie."""
    body = request.get_json(silent=True)
    secret = body.get("secret") if isinstance(body, dict) else None
    token = screens.claim_token(secret, now=clock.now()) if isinstance(secret, str) else None
    if token is None:
        return jsonify(paired=False)
    return keep_cookie(make_response(jsonify(paired=True)), KIOSK_COOKIE, token, KEPT_SECONDS)


def _take(form: KioskForm) -> Given:
    need = form.need.data or ""
    return tickets.take(
        g.centre.id, language=i18n.talk_language(), programme=request.form.get("for") or None,
        needs=[need] if need else (), key=f"kiosk:{form.form_key}", secret=config().secret_key, by=KIOSK,
        now=clock.now(),
    )  # fmt: skip


def _given(act: Callable[[], Given]) -> ResponseReturnValue:
    session[GIVEN] = [act().ticket.id, clock.now().timestamp()]
    return redirect(url_for(".ticket"), 303)


def _given_just_now() -> tickets.TicketRow | None:
    with suppress(KeyError, NotFound):
        ticket_id, at = session[GIVEN]
        if clock.now().timestamp() - at < SHOWN_SECONDS:
            return tickets.ticket(g.centre.id, ticket_id)
    return None


def _home(**more: Any) -> str:
    address = (config().public_url or request.host_url.rstrip("/")) + url_for("appointments.topics")
    return render_template(
        "kiosk/home.html", welcome=_welcome(), walk_in_hours=centres.walk_in_hours(g.centre.id, now=clock.now()),
        picture=centres.address_picture(address), **more,
    )  # fmt: skip


def _pad(form: Form, code: int = 200, **more: Any) -> ResponseReturnValue:
    return render_template("kiosk/check_in.html", form=form, welcome=_welcome(), **more), code


def _welcome() -> Welcome:
    now = clock.now()
    return Welcome(_state(now), kiosks.desk_is_empty(g.centre.id))


def _state(now: datetime) -> str:
    found = screens.door(g.centre.id, now=now)
    if found.closed_today:
        return "closed-today"
    if not found.open:
        return "shut"
    return "full" if found.full_today else "open"


def _choose(language: i18n.Language) -> str:
    with force_locale(language.catalogue):
        return str(_("Please choose your language."))


def _scan(language: i18n.Language) -> str:
    with force_locale(language.catalogue):
        return str(_("You have an appointment? Scan this picture with your phone."))
