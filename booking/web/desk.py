"""Reception: numbers, check-in, search, screens, messages. The live part is one partial, fetched or within the page."""

from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.appointments import spoken
from booking.domain.errors import Invalid, NotFound, Refusal
from booking.domain.tickets import CRISIS, WALK_IN, shown
from booking.domain.times import local_day
from booking.domain.waiting import shown as shown_wait
from booking.services import alarms, appointments, desk, following, matching, paper, screens, stops, tickets, waitlist
from booking.services.desk import Desk, Line, Unsent
from booking.services.tickets import TicketRow
from booking.web import i18n, strips, undoing
from booking.web.answers import can_change
from booking.web.doors import seen_carrier
from booking.web.errors import sentence, status
from booking.web.forms import ArrivalForm, Form, PairForm, SearchForm, TicketForm
from booking.web.places import config, follow_address
from booking.web.reasons import because

blueprint = Blueprint("desk", __name__)


class QueueLine(NamedTuple):
    id: int
    number_shown: str
    kind: str
    language: str | None
    programme: dict[str, str] | None
    bound_to_name: str | None
    due_at: datetime | None
    taken_at: datetime
    waiting_minutes: int
    still: tuple[int, int] | None
    goes_first: bool
    counts_more: bool


class RestingLine(NamedTuple):
    """`state`: "parked" or "missed"."""

    id: int
    number_shown: str
    state: str
    at: datetime


class CurrentTicket(NamedTuple):
    number_shown: str
    room: str
    counsellor: str
    state: str
    since: datetime


class Arrival(NamedTuple):
    appointment_id: int
    starts_at: datetime
    today: bool
    code_spoken: str
    name: str | None
    counsellor: str
    room: str
    language: str
    state: str


class ScreenLine(NamedTuple):
    id: int
    name: str
    seen_at: datetime | None
    silent: bool
    kind: str
    prints: bool
    vacant: bool


class MessageLine(NamedTuple):
    id: int
    kind: str
    language: str
    state: str
    due_at: datetime
    starts_at: datetime
    code_spoken: str


@blueprint.get("/<centre>/desk")
def page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/<centre>/desk/now")
def now() -> ResponseReturnValue:
    return render_template("desk/_live.html", **_context())


@blueprint.post("/<centre>/desk/tickets")
def give() -> ResponseReturnValue:
    """A number for a walk-in; the same form sent twice gives one number."""
    form = TicketForm()
    if not form.validate():
        return _page(ticket_form=form, code=422)
    try:
        given = tickets.take(
            g.centre.id, language=_language(form.language.data), programme=form.programme.data or None,
            all_the_same=bool(form.all_the_same.data),
            key=f"desk:{form.form_key}", secret=config().secret_key, by=_by(), now=clock.now(),
            kind=form.kind.data or WALK_IN, needs=form.needs.data or (), deadline_today=form.deadline.data,
        )  # fmt: skip
    except Refusal as refusal:
        return _refused(refusal, ticket_form=form)
    return _given(given.ticket.id)


@blueprint.post("/<centre>/desk/arrivals")
def check_in() -> ResponseReturnValue:
    form = ArrivalForm()
    if not form.validate():
        return _page(code=422, refusal=str(_("Please choose from the list.")))
    try:
        given = tickets.check_in(g.centre.id, form.appointment.data or 0, by=_by(), now=clock.now())
    except Refusal as refusal:
        return _refused(refusal)
    return _given(given.ticket.id)


@blueprint.post("/<centre>/desk/search")
def search() -> ResponseReturnValue:
    """By POST: names do not stand in addresses, and every name shown is written down."""
    form = SearchForm()
    typed = form.q.data or ""
    if not form.validate():
        return _page(code=422, search=typed, refusal=form.q.errors[0])
    number = tickets.numbered(g.centre.id, typed, now=clock.now())
    if number is not None:
        return redirect(url_for("aside.page", ticket_id=number), 303)
    found = desk.search(g.centre.id, typed, staff_id=g.staff.id, carrier_id=seen_carrier(), now=clock.now())
    return _page(search=typed, found=[_arrival(line) for line in found], is_cut=len(found) == desk.FOUND)


@blueprint.get("/<centre>/desk/tickets/<int:ticket_id>")
def ticket(ticket_id: int) -> ResponseReturnValue:
    row = tickets.ticket(g.centre.id, ticket_id)
    if row.language in i18n.PAGES:
        g.page_language = row.language  # the slip is for her who takes it away
    address = follow_address(row.tag)
    return render_template(
        "desk/ticket.html", number=shown(row.number), ticket=row, address=address, picture=following.picture(address)
    )


@blueprint.get("/<centre>/desk/appointments/<int:appointment_id>")
def appointment(appointment_id: int) -> ResponseReturnValue:
    """One appointment with name and phone, where they are the asker's to know; the look is logged.

    `?done=moved` or `cancelled`: just now, by the desk.
    """
    card, carrier = appointments.card(g.centre.id, appointment_id), seen_carrier()
    line = appointments.line(g.centre.id, card.id)
    person, hidden = appointments.person(g.centre.id, card.id, staff_id=g.staff.id, carrier_id=carrier, now=clock.now())
    return render_template(
        "desk/appointment.html", appointment=card, code_spoken=spoken(card.code or ""), person=person, hidden=hidden,
        can_change=can_change(card) and carrier in (None, card.carrier_id), done=request.args.get("done"),
        is_today=_is_today(card.starts_at), line=line, why=because(line.because),
        is_told=person is not None and person.reminders_agreed is not None and not _sms_off(),
        others=matching.others(g.centre.id, card.id, now=clock.now()) if person is not None else [],
    )  # fmt: skip


@blueprint.get("/<centre>/desk/messages")
def messages() -> ResponseReturnValue:
    """What did not go out, or may not have: people to be called instead."""
    lines = _messages(desk.unsent(g.centre.id, now=clock.now()))
    return render_template("desk/messages.html", messages=lines, sms_off=_sms_off())


@blueprint.route("/<centre>/desk/screens", methods=["GET", "POST"])
def screen_list() -> ResponseReturnValue:
    form = PairForm()
    if request.method == "POST" and form.validate():
        try:
            typed = form.code.data or "", form.name.data or ""
            screens.pair(g.centre.id, *typed, by=g.staff.id, now=clock.now())
            return redirect(url_for(".screen_list"), 303)
        except Invalid as refusal:
            form.refuse(refusal, sentence(refusal))
    code = 422 if form.errors else 200
    return render_template(
        "screens/list.html", screens=_screens(screens.screens(g.centre.id)), form=form, revoke_form=Form()
    ), code


@blueprint.post("/<centre>/desk/screens/<int:screen_id>/revoke")
def revoke(screen_id: int) -> ResponseReturnValue:
    if Form().validate():
        screens.revoke(g.centre.id, screen_id, by=g.staff.id, now=clock.now())
    return redirect(url_for(".screen_list"), 303)


def _by() -> By:
    return By("desk", g.staff.id)


def _languages(tags: list[str]) -> list[tuple[str, i18n.Spoken]]:
    """In the centre's order of local use, so that the first letter finds the most common one first."""
    names, order = i18n.spoken(), {tag: place for place, tag in enumerate(g.centre.languages)}
    return [(tag, names[tag]) for tag in sorted(tags, key=lambda tag: order.get(tag, len(order))) if tag in names]


def _language(typed: str | None) -> str | None:
    """Refusal: Invalid("language", …) for one that is not on the list."""
    if not typed:
        return None
    if typed not in i18n.SPOKEN:
        raise Invalid("language", "language-unknown")
    return typed


def _given(ticket_id: int) -> ResponseReturnValue:
    """Back to the desk, which shows the number large: a reload gives none."""
    session["given"] = ticket_id
    return redirect(url_for(".page"), 303)


def _given_just_now() -> TicketRow | None:
    """Shown once; none for somebody of another centre who signed in at this browser meanwhile."""
    with suppress(KeyError, NotFound):
        return tickets.ticket(g.centre.id, session.pop("given"))
    return None


def _page(*, code: int = 200, ticket_form: TicketForm | None = None, **more: Any) -> ResponseReturnValue:
    page = render_template("desk/desk.html", **_context(), **_forms(ticket_form), **more)
    return page, code


def _refused(refusal: Refusal, ticket_form: TicketForm | None = None) -> ResponseReturnValue:
    if ticket_form is not None and isinstance(refusal, Invalid) and ticket_form.refuse(refusal, sentence(refusal)):
        return _page(ticket_form=ticket_form, code=status(refusal))
    return _page(ticket_form=ticket_form, code=status(refusal), refusal=sentence(refusal))


def _forms(ticket_form: TicketForm | None) -> dict[str, Any]:
    given = _given_just_now()
    choices = desk.choices(g.centre.id, now=clock.now())
    return {
        "form": ticket_form or TicketForm(formdata=None),
        "search_form": SearchForm(formdata=None),
        "given": shown(given.number) if given else None,
        "given_id": given.id if given else None,
        "languages_spoken": _languages(choices.languages),
        "programmes": choices.programmes,
    }


def _context() -> dict[str, Any]:
    seen = desk.view(g.centre.id, now=clock.now())
    return {
        "alarm": alarms.current(g.centre.id),
        "paper_numbers": _set_aside(),
        **stops.stand(g.centre.id, now=clock.now())._asdict(),
        "queue": _queue(seen),
        "resting": [RestingLine(it.id, shown(it.number), it.state, it.at) for it in seen.aside],
        "undoing": undoing.last_step(),
        "current": [
            CurrentTicket(shown(c.number), c.room, c.counsellor, c.state, c.started_at or c.called_at)
            for c in seen.current
        ],
        "arrivals": [_arrival(line) for line in seen.arrivals],
        "counsellors": seen.colleagues,
        "today_strip": strips.today(),
        "presence_gaps": [_gap(span.starts, span.ends) for span in seen.gaps],
        "screens": _screens(seen.screens),
        "messages": _messages(seen.unsent),
        "waiting": waitlist.waiting(g.centre.id),
        "sms_off": _sms_off(),
        "now": clock.now(),
        "arrival_form": ArrivalForm(formdata=None),
    }


def _set_aside() -> list[str]:
    """This desk's numbers for when the server is away."""
    lines = paper.block(g.centre.id, g.staff.id, now=clock.now())
    return [shown(line.number) for line in lines if line.is_free]


def _messages(unsent: list[Unsent]) -> list[MessageLine]:
    return [MessageLine(u.id, u.kind, u.language, u.state, u.due_at, u.starts_at, spoken(u.code or "")) for u in unsent]


def _sms_off() -> bool:
    return not config().sms_on and not config().practice


def _queue(seen: Desk) -> list[QueueLine]:
    at = clock.now()
    return [
        QueueLine(w.id, shown(w.number), w.kind, w.language, w.programme, w.bound_name, w.due_at, w.taken_at,
                  int((at - w.taken_at).total_seconds() // 60), _still(seen, w.id), w.kind == CRISIS, w.raised)
        for w in seen.queue
    ]  # fmt: skip


def _still(seen: Desk, ticket_id: int) -> tuple[int, int] | None:
    forecast = seen.forecasts.get(ticket_id)
    return None if forecast is None else shown_wait(forecast)


def _arrival(line: Line) -> Arrival:
    return Arrival(
        line.id, line.starts_at, _is_today(line.starts_at), spoken(line.code or ""), line.name, line.counsellor,
        line.room, line.language, line.state,
    )  # fmt: skip


def _is_today(at: datetime) -> bool:
    return local_day(at, i18n.zone()) == local_day(clock.now(), i18n.zone())


def _screens(rows: list[screens.ScreenRow]) -> list[ScreenLine]:
    at = clock.now()
    return [
        ScreenLine(r.id, r.name, r.seen_at, r.seen_at is None or at - r.seen_at > screens.SILENT, r.kind, r.prints,
                   r.vacant)
        for r in rows
    ]  # fmt: skip


def _gap(starts: datetime, ends: datetime) -> str:
    return str(_("%(start)s–%(end)s nobody present", start=i18n.clock(starts), end=i18n.clock(ends)))
