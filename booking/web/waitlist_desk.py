"""The wait list at the desk: how many wait, which times are held for an answer, and who is to be called about them."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import By
from booking.domain.appointments import spoken
from booking.domain.errors import NotFound, Refusal
from booking.services import waitlist
from booking.web.doors import seen_carrier
from booking.web.errors import sentence, status
from booking.web.forms import Form

blueprint = Blueprint("waitlist_desk", __name__, url_prefix="/<centre>/desk/waiting")


@blueprint.get("")
def page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/<int:offer_id>")
def one(offer_id: int) -> ResponseReturnValue:
    """Name and phone, for calling; the look is recorded."""
    seen = waitlist.person(g.centre.id, offer_id, staff_id=g.staff.id, carrier_id=seen_carrier(), now=clock.now())
    code = spoken(seen.offer.code or "")
    return render_template("desk/wait_offer.html", offer=seen.offer, code_spoken=code, person=seen, form=Form())


@blueprint.post("/<int:offer_id>/answer")
def answer(offer_id: int) -> ResponseReturnValue:
    """What she said on the phone."""
    if not Form().validate():
        return _page()
    by = By("desk", g.staff.id)
    try:
        entry_id = waitlist.entry_of_offer(g.centre.id, offer_id, carrier_id=seen_carrier())
        if request.form.get("reply") != "yes":
            waitlist.decline(g.centre.id, entry_id, offer_id, by=by, now=clock.now())
            return redirect(url_for(".page"), 303)
        card = waitlist.accept(g.centre.id, entry_id, offer_id, by=by, now=clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(refusal)
    return redirect(url_for("desk.appointment", appointment_id=card.id), 303)


def _page(refusal: Refusal | None = None) -> ResponseReturnValue:
    page = render_template(
        "desk/wait_list.html", offers=waitlist.to_call(g.centre.id, carrier_id=seen_carrier()), spoken_code=spoken,
        waiting=waitlist.waiting(g.centre.id), refusal=sentence(refusal) if refusal else None,
    )  # fmt: skip
    return page, status(refusal) if refusal else 200
