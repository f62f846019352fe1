"""For anybody: centres, topics, slots, booking; an appointment by its private link; the board for a screen's token."""

import secrets
from typing import Any

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.actors import By
from booking.domain.errors import Invalid, NoProgramme, NotFound
from booking.domain.places import Wish
from booking.services import appointments, centres, changes, holds, offers, screens
from booking.services.appointments import Card, Contact
from booking.web import limits
from booking.web.api import models as x
from booking.web.api.described import SCREEN_ONLY, UNREADABLE, age_of, answers, known_language, spec
from booking.web.doors import no_store
from booking.web.errors import problem
from booking.web.places import config

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.after_request(no_store)
API = By("api")


@blueprint.errorhandler(NoProgramme)
def led_elsewhere(refusal: NoProgramme) -> ResponseReturnValue:
    """With who helps instead, as the page names it."""
    partner = centres.partner(g.centre.id, refusal.partner_id) if refusal.partner_id else None
    return problem(refusal, **({"partner": partner._asdict()} if partner else {}))


@blueprint.get("/openapi.json")
@limits.limiter.limit(limits.API_READ)
def openapi() -> ResponseReturnValue:
    return jsonify(spec.spec)


@blueprint.get("/centres")
@limits.limiter.limit(limits.API_READ)
@spec.validate(resp=answers(HTTP_200=x.Centres))
def all_centres() -> x.Centres:
    """The centres of this installation"""
    fields = tuple(x.Centre.model_fields)
    return x.Centres(centres=[x.Centre(**{name: getattr(row, name) for name in fields}) for row in centres.listed()])


@blueprint.get("/centres/<centre>/topics")
@limits.limiter.limit(limits.API_READ)
@spec.validate(resp=answers(404, HTTP_200=x.Topics))
def topics() -> x.Topics:
    """What one can come with, and where the age question is needed"""
    found = appointments.topics_with_age(g.centre.id, now=clock.now())
    return x.Topics(
        topics=[
            x.Topic(slug=t.slug, name=t.name, minutes=t.minutes, age_question=t.age,
                    areas=[x.Area(slug=area.slug, name=area.name) for area in t.areas])
            for t in found
        ]
    )  # fmt: skip


@blueprint.get("/centres/<centre>/slots")
@limits.limiter.limit(limits.API_READ)
@spec.validate(query=x.SlotQuery, resp=answers(404, 409, 422, HTTP_200=x.Slots))
def slots(query: x.SlotQuery) -> x.Slots:
    """The starts that can be booked now; who turns 27 `soon`, or wants the same counsellor, asks by POST"""
    if query.age == "soon":
        raise Invalid("birthday", "not-in-address")
    return _offered(x.SlotSearch(**query.model_dump()))


@blueprint.post("/centres/<centre>/slots")
@limits.limiter.limit(limits.API_READ)
@spec.validate(json=x.SlotSearch, resp=answers(*UNREADABLE, 404, 409, 422, HTTP_200=x.Slots))
def search_slots(json: x.SlotSearch) -> x.Slots:
    """The same, with what no address may hold (a birthday, a private link); nothing of it is kept"""
    return _offered(json)


def _offered(asked: x.SlotSearch) -> x.Slots:
    offers = appointments.offers(g.centre.id, _wish(asked), now=clock.now())
    return x.Slots.model_construct(topic=offers.topic.slug, minutes=offers.minutes, slots=offers.starts)


@blueprint.post("/centres/<centre>/appointments")
@limits.limiter.limit(limits.BOOK)
@spec.validate(
    json=x.NewAppointment, headers=x.KeyHeader,
    resp=answers(*UNREADABLE, 404, 409, 422, HTTP_201=x.BookedAppointment, HTTP_200=x.BookedAppointment),
)  # fmt: skip
def book(json: x.NewAppointment, headers: x.KeyHeader) -> tuple[x.BookedAppointment, int]:
    """Book a start; the same Idempotency-Key with the same content is answered with the same appointment"""
    key = headers.idempotency_key or secrets.token_urlsafe(16)
    contact = Contact(json.name, json.phone, json.reminders, config().sms_prefixes, json.match)
    booked = appointments.book(
        g.centre.id, _wish(json), json.start, contact, key=f"api:{key}", secret=config().secret_key, by=API,
        now=clock.now(), hold=json.hold,
    )  # fmt: skip
    body = x.BookedAppointment(link=booked.link, **_shown(booked.card))
    return body, 200 if booked.repeated else 201


@blueprint.post("/centres/<centre>/holds")
@limits.limiter.limit(limits.BOOK)
@spec.validate(json=x.NewHold, resp=answers(*UNREADABLE, 404, 409, 422, HTTP_201=x.Held))
def take_hold(json: x.NewHold) -> tuple[x.Held, int]:
    """Keep a start for ten minutes, while a form is filled"""
    held = holds.take(g.centre.id, _wish(json), json.start, device=json.device, now=clock.now())
    return x.Held(**held._asdict()), 201


@blueprint.patch("/centres/<centre>/holds/<hold>")
@limits.limiter.limit(limits.BOOK)
@spec.validate(resp=answers(404, 409, HTTP_200=x.Held))
def extend_hold(hold: str) -> x.Held:
    """Ten minutes more, half an hour in all"""
    return x.Held(**holds.extend(g.centre.id, hold, now=clock.now())._asdict())


@blueprint.get("/centres/<centre>/holds/<hold>")
@limits.limiter.limit(limits.API_READ)
@spec.validate(resp=answers(404, HTTP_200=x.Held))
def look_at_hold(hold: str) -> x.Held:
    """What is, or was, held"""
    return x.Held(**holds.look(g.centre.id, hold)._asdict())


@blueprint.delete("/centres/<centre>/holds/<hold>")
@limits.limiter.limit(limits.BOOK)
@spec.validate(resp=answers(404, HTTP_200=x.Held))
def drop_hold(hold: str) -> x.Held:
    """Give it back"""
    holds.drop(g.centre.id, hold, now=clock.now())
    return x.Held(**holds.look(g.centre.id, hold)._asdict())


@blueprint.get("/appointments/<link>")
@limits.limiter.limit(limits.API_READ)
@spec.validate(resp=answers(404, HTTP_200=x.Appointment))
def look(link: str) -> x.Appointment:
    """What the private link opens"""
    return _known(appointments.look_at(link))


@blueprint.post("/appointments/<link>/answer")
@limits.limiter.limit(limits.BOOK)
@spec.validate(json=x.Reply, resp=answers(*UNREADABLE, 404, 409, 422, HTTP_200=x.Appointment))
def answer(link: str, json: x.Reply) -> x.Appointment:
    """Say yes or no to the proposed time; if that is gone as well, `near` holds the one that is held instead"""
    card, verb = appointments.look_at(link), offers.accept if json.answer == "yes" else offers.decline
    verb(card.centre_id, card.id, by=API, now=clock.now())
    return _known(appointments.look_at(link))


@blueprint.patch("/appointments/<link>")
@limits.limiter.limit(limits.BOOK)
@spec.validate(json=x.Move, resp=answers(*UNREADABLE, 404, 409, 422, HTTP_200=x.Appointment))
def move(link: str, json: x.Move) -> x.Appointment:
    """Move to another start; the old one is given back, or nothing happens"""
    card = appointments.look_at(link)
    moved = changes.move(card.centre_id, card.id, json.start, age_of(json), by=API, now=clock.now())
    return x.Appointment(**_shown(moved))


@blueprint.delete("/appointments/<link>")
@limits.limiter.limit(limits.BOOK)
@spec.validate(resp=answers(404, 409, HTTP_200=x.Appointment))
def cancel(link: str) -> x.Appointment:
    """Cancel; the time is given back"""
    card = appointments.look_at(link)
    return x.Appointment(**_shown(changes.cancel(card.centre_id, card.id, by=API, now=clock.now())))


@blueprint.get("/centres/<centre>/board")
@limits.limiter.limit(limits.API_READ)
@spec.validate(resp=answers(401, 404, HTTP_200=x.Board), security=SCREEN_ONLY)
def board() -> x.Board:
    """The public snapshot: numbers and rooms, never a person"""
    return x.Board.model_validate(screens.snapshot(g.centre.id, now=clock.now()).as_json())


def _wish(asked: x.SlotSearch | x.NewAppointment | x.NewHold) -> Wish:
    """Refusals: Invalid("language" …), NotFound for a link that opens nothing here."""
    counsellor = None
    if asked.same_counsellor_as is not None:
        card = appointments.look_at(asked.same_counsellor_as)
        if card.centre_id != g.centre.id:
            raise NotFound
        counsellor = card.counsellor_id
    return Wish(
        asked.topic, known_language(asked.language), age_of(asked), asked.area, asked.people, asked.woman,
        asked.step_free, None, counsellor, asked.mode, asked.length,
    )  # fmt: skip


def _known(card: Card) -> x.Appointment:
    """As its visitor knows it."""
    known = offers.known(card, now=clock.now())
    shown = _shown(known.card)
    if known.offer:
        shown |= {"state": "proposed", "proposed": x.Proposed(**known.offer._asdict())}
    return x.Appointment(**shown)


def _shown(card: Card) -> dict[str, Any]:
    return {name: getattr(card, name) for name in x.Appointment.model_fields if name != "proposed"}
