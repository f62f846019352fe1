"""A ticket is handed on: to a programme, a carrier or a colleague. Its number and its points stay."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.errors import Invalid, WrongState
from booking.domain.times import local_day
from booking.services.steps import planning, queueing
from booking.store import centres as centre_store
from booking.store import roster as roster_store
from booking.store.db import reading, transaction
from booking.store.tickets import TicketRow as TicketRow


class Choices(NamedTuple):
    """Whom a ticket can be handed to today: (slug, name) of programmes and carriers, (id, name) of counsellors."""

    programmes: list[tuple[str, dict[str, str]]]
    carriers: list[tuple[str, str]]
    counsellors: list[tuple[int, str]]


def choices(centre_id: int, *, now: datetime) -> Choices:
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        names = roster_store.names(session, centre_id)
        at_work = [person.id for person in roster_store.people(session, centre_id) if person.works_on(day)]
        return Choices(
            roster_store.programme_names(session, centre_id, day),
            [(row.slug, row.name) for row in centre_store.carriers(session, centre_id)],
            [(id_, names[id_]) for id_ in at_work],
        )


def transfer(
    centre_id: int, ticket_id: int, kind: str, target: str, *, of: int | None = None, by: By, now: datetime
) -> TicketRow:
    """`kind`: "programme" or "carrier" with a slug, "counsellor" with an id. It waits again with the points it had when
    it was called; who is handed to a colleague keeps what she came for, in case that colleague goes home.

    `of`: the counsellor whose ticket it must be; None for reception.
    Refusals: NotFound, Invalid("target", …), WrongState (also "already-there").
    """
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, of)
        tickets.step("transfer", ticket.state)
        values = _values(session, ticket, kind, target)
        if ticket.state == tickets.WAITING and all(getattr(ticket, name) == to for name, to in values.items()):
            raise WrongState("already-there")
        since = ticket.since + (now - (ticket.called_at or now))
        queueing.take(session, centre_id, ticket, "transfer", now, by, **queueing.UNCALLED, since=since, **values)
        return queueing.ticket_of(session, centre_id, ticket_id)


def _values(session: Session, ticket: TicketRow, kind: str, target: str) -> dict[str, Any]:
    finder = {"programme": _programme, "carrier": _carrier, "counsellor": _counsellor}.get(kind)
    found = finder(session, ticket.centre_id, target, ticket.day) if finder else None
    if found is None:
        raise Invalid("target", "choice-unknown")
    if kind == "counsellor":
        return {"bound_to": found}
    return {"programme_id": None, "carrier_id": None, "bound_to": None, f"{kind}_id": found}


def _programme(session: Session, centre_id: int, slug: str, day: date) -> int | None:
    return roster_store.programme_id(session, centre_id, slug, day)


def _carrier(session: Session, centre_id: int, slug: str, _day: date) -> int | None:
    return next((row.id for row in centre_store.carriers(session, centre_id) if row.slug == slug), None)


def _counsellor(session: Session, centre_id: int, id_: str, day: date) -> int | None:
    people = roster_store.people(session, centre_id)
    return next((person.id for person in people if str(person.id) == id_ and person.works_on(day)), None)
