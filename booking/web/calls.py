"""The counsellor's page: next, again, start, finish, missing; her current number and her day."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.appointments import spoken
from booking.domain.errors import NotFound, Refusal
from booking.domain.tickets import shown
from booking.services import alarms, appointments, aside, calls, kiosks, taps, tickets, transfers, undo, whereabouts
from booking.services.calls import Line, RoomNow, TicketRow
from booking.web import i18n, undoing, wishes
from booking.web.errors import sentence, status
from booking.web.forms import Form, HereForm
from booking.web.reasons import because

blueprint = Blueprint("calls", __name__)
Step = Callable[[int, int, int, By, datetime], TicketRow]
STEPS: dict[str, Step] = {
    "recall": lambda centre, ticket, who, by, now: calls.recall(centre, ticket, who, by=by, now=now),
    "start": lambda centre, ticket, who, by, now: calls.start(centre, ticket, who, by=by, now=now),
    "finish": lambda centre, ticket, who, by, now: calls.finish(centre, ticket, who, by=by, now=now),
    "missing": lambda centre, ticket, who, by, now: calls.missing(centre, ticket, who, by=by, now=now),
    "park": lambda centre, ticket, who, by, now: aside.park(centre, ticket, of=who, by=by, now=now),
}


class Current(NamedTuple):
    id: int
    number_shown: str
    state: str
    room: str
    language: str | None
    programme: dict[str, str] | None
    kind: str
    calls: int
    since: datetime


class NextUp(NamedTuple):
    number_shown: str
    kind: str
    language: str | None
    due_at: datetime | None


class RoomChoice(NamedTuple):
    slug: str
    words: str


class DayLine(NamedTuple):
    appointment_id: int
    starts_at: datetime
    ends_at: datetime
    language: str
    topic: dict[str, str]
    room: str
    state: str
    because_sentence: str


@blueprint.get("/<centre>/calls")
def page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/<centre>/calls/now")
def now() -> ResponseReturnValue:
    return render_template("calls/_now.html", **_context())


@blueprint.get("/<centre>/calls/appointments/<int:appointment_id>")
def appointment(appointment_id: int) -> ResponseReturnValue:
    """One of her own appointments with name and phone; the look is logged. A colleague's is as good as not there."""
    card = appointments.card(g.centre.id, appointment_id)
    if card.counsellor_id != g.staff.id:
        raise NotFound
    person, hidden = appointments.person(
        g.centre.id, card.id, staff_id=g.staff.id, carrier_id=g.staff.carrier_id, now=clock.now()
    )
    return render_template(
        "desk/appointment.html", appointment=card, code_spoken=spoken(card.code or ""), person=person, hidden=hidden,
        mine=True,
    )  # fmt: skip


@blueprint.post("/<centre>/calls/here")
def here() -> ResponseReturnValue:
    """Here, on a break, or away, until a wall time of today where one is typed."""
    form = HereForm()
    state = form.state.data or ""
    until = form.until.data if state != "here" else None
    return _do(lambda: whereabouts.say(g.centre.id, g.staff.id, state, until=until, now=clock.now()))


@blueprint.post("/<centre>/calls/next")
def call_next() -> ResponseReturnValue:
    room = request.form.get("room") or None
    return _do(lambda: calls.call_next(g.centre.id, g.staff.id, room=room, by=_by(), now=clock.now()))


@blueprint.post("/<centre>/calls/<int:ticket_id>/<step>")
def advance(ticket_id: int, step: str) -> ResponseReturnValue:
    if step not in STEPS:
        raise NotFound
    return _do(lambda: STEPS[step](g.centre.id, ticket_id, g.staff.id, _by(), clock.now()))


@blueprint.get("/<centre>/calls/<int:ticket_id>/transfer")
def transfer_page(ticket_id: int) -> ResponseReturnValue:
    """To whom her present visitor goes on. Refusal: NotFound for a number that is not with her."""
    row = tickets.ticket(g.centre.id, ticket_id)
    if row.counsellor_id != g.staff.id:
        raise NotFound
    choices = transfers.choices(g.centre.id, now=clock.now())
    return render_template("calls/transfer.html", ticket=row, number=shown(row.number), choices=choices)


@blueprint.post("/<centre>/calls/<int:ticket_id>/transfer")
def transfer(ticket_id: int) -> ResponseReturnValue:
    kind, _dot, target = request.form.get("to", "").partition(".")
    return _do(
        lambda: transfers.transfer(g.centre.id, ticket_id, kind, target, of=g.staff.id, by=_by(), now=clock.now())
    )  # fmt: skip


@blueprint.get("/<centre>/calls/<int:ticket_id>/follow-up")
def follow_up(ticket_id: int) -> ResponseReturnValue:
    """From a talk on to her own times for this matter; a walk-in's is chosen first. Refusal: NotFound."""
    row, now = tickets.ticket(g.centre.id, ticket_id), clock.now()
    if row.counsellor_id != g.staff.id:
        raise NotFound
    if slug := request.args.get("topic"):
        topic = appointments.topic(g.centre.id, slug, now=now)
    elif row.appointment_id is not None:
        topic = appointments.topic_of_appointment(g.centre.id, row.appointment_id, now=now)
    else:
        topics = appointments.topics(g.centre.id)
        return render_template("calls/follow_up.html", ticket=row, number=shown(row.number), topics=topics)
    spoken_here = {"talk": row.language} if row.language in i18n.SPOKEN else {}
    return redirect(wishes.once_more(topic, g.staff.id, **spoken_here), 303)


@blueprint.post("/<centre>/calls/<int:ticket_id>/figures")
def tell(ticket_id: int) -> ResponseReturnValue:
    return _do(lambda: taps.tell(g.centre.id, ticket_id, g.staff.id, _told(), now=clock.now()))


@blueprint.post("/<centre>/calls/undo/<int:step_id>")
def take_back(step_id: int) -> ResponseReturnValue:
    return _do(lambda: undo.undo_step(g.centre.id, step_id, by=_by(), now=clock.now()))


def _do(act: Any) -> ResponseReturnValue:
    """One step, then the page anew; a refusal is said on the page, which shows what is true now."""
    if not Form().validate():
        return _page(code=400, refusal=str(_("This page was open for too long. Please send it once more.")))
    try:
        act()
    except Refusal as refusal:
        return _page(code=status(refusal), refusal=sentence(refusal))
    return redirect(url_for(".page"), 303)


def _told() -> taps.Told:
    """As tapped; a language that nobody speaks here is not told."""
    said, language = request.form, request.form.get("language")
    either = {"yes": True, "no": False}
    return taps.Told(
        said.get("topic") or None, said.get("people", 1, type=int), either.get(said.get("first", "")),
        said.get("area") or None, language if language in i18n.SPOKEN else None,
        either.get(said.get("interpreter", "")),
    )  # fmt: skip


def _by() -> By:
    return By("desk", g.staff.id)


def _page(*, code: int = 200, **more: Any) -> ResponseReturnValue:
    return render_template("calls/calls.html", **_context(), **more), code


def _context() -> dict[str, Any]:
    seen = calls.view(g.centre.id, g.staff.id, now=clock.now())
    c, n = seen.current, seen.next_up
    tapping = None if c else taps.asked(g.centre.id, g.staff.id, now=clock.now())
    return {
        "current": c and Current(c.id, shown(c.number), c.state, c.room, c.language, c.programme, c.kind, c.calls,
                                 c.started_at or c.called_at),
        "next_up": n and NextUp(shown(n.number), n.kind, n.language, n.due_at),
        "undoing": undoing.last_step(),
        "tapping": tapping, "tapping_number": tapping and shown(tapping.number),
        "waiting": seen.waiting,
        "arrived": kiosks.arrivals(g.centre.id, now=clock.now()),
        "alarm": alarms.current(g.centre.id),
        "said": whereabouts.of(g.centre.id, g.staff.id, now=clock.now()),
        "day": [_day_line(line) for line in seen.day],
        "room_choices": [RoomChoice(room.slug, _room(room)) for room in seen.rooms],
        "no_room": sentence(seen.no_room) if seen.no_room else None,
        "form": Form(formdata=None),
        "now": clock.now(),
    }  # fmt: skip


def _room(room: RoomNow) -> str:
    """Its name, and why nobody is called there now."""
    if room.in_use:
        return str(_("%(room)s – in use", room=room.name))
    if room.is_reserved:
        return str(_("%(room)s – kept free", room=room.name))
    if room.needed_at is not None and not room.is_free:
        return str(_("%(room)s – kept for %(time)s", room=room.name, time=i18n.clock(room.needed_at)))
    return room.name


def _day_line(line: Line) -> DayLine:
    return DayLine(
        line.id, line.starts_at, line.ends_at, line.language, line.topic, line.room, line.state, because(line.because)
    )
