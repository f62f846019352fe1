"""For reception's staff tokens: check in, give a number."""

import secrets

from flask import Blueprint, g

from booking import clock
from booking.services import tickets
from booking.web import limits
from booking.web.api import models as x
from booking.web.api.described import STAFF_ONLY, UNREADABLE, answers, by_staff, known_language, spec, ticket_model
from booking.web.places import config

blueprint = Blueprint("api_reception", __name__, url_prefix="/api/v1/centres/<centre>")


@blueprint.post("/arrivals")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(
    json=x.Arrival,
    resp=answers(*UNREADABLE, 401, 403, 404, 409, 422, HTTP_201=x.Ticket, HTTP_200=x.Ticket),
    security=STAFF_ONLY,
)
def arrive(json: x.Arrival) -> tuple[x.Ticket, int]:
    """Check a booked visitor in by her code; a second time answers the same number"""
    given = tickets.check_in_by_code(g.centre.id, json.code, by=by_staff(), now=clock.now())
    return ticket_model(given.ticket), 200 if given.repeated else 201


@blueprint.post("/tickets")
@limits.limiter.limit(limits.API_WRITE)
@spec.validate(
    json=x.NewTicket, headers=x.KeyHeader, security=STAFF_ONLY,
    resp=answers(*UNREADABLE, 401, 403, 404, 409, 422, HTTP_201=x.Ticket, HTTP_200=x.Ticket),
)  # fmt: skip
def take(json: x.NewTicket, headers: x.KeyHeader) -> tuple[x.Ticket, int]:
    """Give a walk-in a number"""
    language = known_language(json.language) if json.language is not None else None
    key = headers.idempotency_key or secrets.token_urlsafe(16)
    given = tickets.take(
        g.centre.id, language=language, programme=json.programme, key=f"api:{g.staff.id}:{key}",
        secret=config().secret_key, by=by_staff(), now=clock.now(),
    )  # fmt: skip
    return ticket_model(given.ticket), 200 if given.repeated else 201
