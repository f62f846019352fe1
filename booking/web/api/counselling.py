"""For counsellors' staff tokens: call next, call again, start, finish, missing."""

from flask import Blueprint, g

from booking import clock
from booking.services import calls
from booking.web import limits
from booking.web.api import models as x
from booking.web.api.described import STAFF_ONLY, UNREADABLE, answers, by_staff, spec, ticket_model

blueprint = Blueprint("api_counselling", __name__, url_prefix="/api/v1")
STEP = answers(401, 403, 404, 409, HTTP_200=x.Ticket)


@blueprint.post("/centres/<centre>/calls")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(
    json=x.NewCall, resp=answers(*UNREADABLE, 401, 403, 404, 409, 422, HTTP_201=x.Ticket), security=STAFF_ONLY
)
def call_next(json: x.NewCall) -> tuple[x.Ticket, int]:
    """Call whoever is next for the token's counsellor"""
    row = calls.call_next(g.centre.id, g.staff.id, room=json.room, by=by_staff(), now=clock.now())
    return ticket_model(row), 201


@blueprint.post("/tickets/<int:ticket>/recall")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(resp=STEP, security=STAFF_ONLY)
def recall(ticket: int) -> x.Ticket:
    """Call the same number again"""
    return ticket_model(calls.recall(g.staff.centre_id, ticket, g.staff.id, by=by_staff(), now=clock.now()))


@blueprint.post("/tickets/<int:ticket>/start")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(resp=STEP, security=STAFF_ONLY)
def start(ticket: int) -> x.Ticket:
    """The visitor has come in"""
    return ticket_model(calls.start(g.staff.centre_id, ticket, g.staff.id, by=by_staff(), now=clock.now()))


@blueprint.post("/tickets/<int:ticket>/finish")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(resp=STEP, security=STAFF_ONLY)
def finish(ticket: int) -> x.Ticket:
    """The talk is over"""
    return ticket_model(calls.finish(g.staff.centre_id, ticket, g.staff.id, by=by_staff(), now=clock.now()))


@blueprint.post("/tickets/<int:ticket>/missing")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(resp=STEP, security=STAFF_ONLY)
def missing(ticket: int) -> x.Ticket:
    """Called, and not come"""
    return ticket_model(calls.missing(g.staff.centre_id, ticket, g.staff.id, by=by_staff(), now=clock.now()))
