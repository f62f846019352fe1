"""Reception and one waiting number: its page with all that can be done with it, the slips to take away, and undo."""

from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.errors import NotFound, Refusal, WrongState
from booking.domain.tickets import REFERRED, REFUSED, WAITING, shown
from booking.services import aside, calls, centres, tickets, transfers, undo
from booking.services.tickets import TicketRow
from booking.web import i18n
from booking.web.errors import sentence, status
from booking.web.forms import Form

blueprint = Blueprint("aside", __name__)
STEPS = {
    "park": aside.park, "unpark": aside.unpark, "back": aside.come_back, "withdraw": aside.withdraw,
    "serve": aside.serve,
}  # fmt: skip


@blueprint.get("/<centre>/desk/tickets/<int:ticket_id>/more")
def page(ticket_id: int) -> ResponseReturnValue:
    return _page(ticket_id)


@blueprint.post("/<centre>/desk/tickets/<int:ticket_id>/<step>")
def advance(ticket_id: int, step: str) -> ResponseReturnValue:
    if step not in STEPS:
        raise NotFound
    return _do(ticket_id, lambda: STEPS[step](g.centre.id, ticket_id, by=_by(), now=clock.now()))


@blueprint.post("/<centre>/desk/tickets/<int:ticket_id>/refuse")
def refuse(ticket_id: int) -> ResponseReturnValue:
    return _do(ticket_id, lambda: aside.refuse(g.centre.id, ticket_id, by=_by(), now=clock.now()), slip=True)


@blueprint.post("/<centre>/desk/tickets/<int:ticket_id>/refer")
def refer(ticket_id: int) -> ResponseReturnValue:
    partner = request.form.get("partner", "")
    return _do(ticket_id, lambda: aside.refer(g.centre.id, ticket_id, partner, by=_by(), now=clock.now()), slip=True)


@blueprint.post("/<centre>/desk/tickets/<int:ticket_id>/transfer")
def transfer(ticket_id: int) -> ResponseReturnValue:
    kind, _dot, target = request.form.get("to", "").partition(".")
    return _do(
        ticket_id, lambda: transfers.transfer(g.centre.id, ticket_id, kind, target, by=_by(), now=clock.now())
    )  # fmt: skip


@blueprint.post("/<centre>/desk/tickets/<int:ticket_id>/call")
def call(ticket_id: int) -> ResponseReturnValue:
    """This number, for one counsellor, out of its turn."""
    typed = request.form.get("counsellor", "")
    counsellor = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    reason = request.form.get("reason", "")
    return _do(
        ticket_id,
        lambda: calls.call_number(g.centre.id, ticket_id, counsellor, reason, by=_by(), now=clock.now()),
    )


@blueprint.post("/<centre>/desk/undo/<int:step_id>")
def take_back(step_id: int) -> ResponseReturnValue:
    if Form().validate():
        undo.undo_step(g.centre.id, step_id, by=_by(), now=clock.now())
    return redirect(url_for("desk.page"), 303)


@blueprint.get("/<centre>/desk/tickets/<int:ticket_id>/slip")
def slip(ticket_id: int) -> ResponseReturnValue:
    """On paper, in her language: where she is sent, or when to come again. Refusal: NotFound for other numbers."""
    row = tickets.ticket(g.centre.id, ticket_id)
    if row.state not in (REFERRED, REFUSED):
        raise NotFound
    if row.language in i18n.PAGES:
        g.page_language = row.language
    partner = next((one for one in centres.partners(g.centre.id) if one.slug == row.referred_to), None)
    return render_template(
        "desk/slip.html", number=shown(row.number), ticket=row, partner=partner,
        walk_in_hours=centres.walk_in_hours(g.centre.id, now=clock.now()), now=clock.now(),
    )  # fmt: skip


def _by() -> By:
    return By("desk", g.staff.id)


def _do(ticket_id: int, act: Callable[[], TicketRow], *, slip: bool = False) -> ResponseReturnValue:
    if not Form().validate():
        return _page(ticket_id, str(_("This page was open for too long. Please send it once more.")), 400)
    try:
        act()
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _page(ticket_id, sentence(refusal), status(refusal))
    return redirect(url_for(".slip", ticket_id=ticket_id) if slip else url_for("desk.page"), 303)


def _page(ticket_id: int, refusal: str | None = None, code: int = 200) -> ResponseReturnValue:
    row = tickets.ticket(g.centre.id, ticket_id)
    if row.state != WAITING and refusal is None:
        refusal = sentence(WrongState(row.state))
    return render_template(
        "desk/line.html", ticket=row, number=shown(row.number), refusal=refusal, form=Form(formdata=None),
        choices=transfers.choices(g.centre.id, now=clock.now()), partners=centres.partners(g.centre.id),
    ), code  # fmt: skip
