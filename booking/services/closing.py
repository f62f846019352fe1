"""The end of a day: once a night, what nobody finished is ended, so that figures and queues begin anew."""

import logging
from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from booking.domain import appointments, tickets
from booking.domain.errors import Unfinished, traced
from booking.domain.times import day_span, local_day
from booking.services.steps import queueing
from booking.store import appointments as appointment_store
from booking.store import paper as paper_store
from booking.store import retention as centre_store
from booking.store import tickets as store
from booking.store import whereabouts as whereabouts_store
from booking.store.db import reading, transaction
from booking.store.retention import CentreRow

log = logging.getLogger(__name__)


def nightly(*, now: datetime) -> Counter[str]:
    """End what past days left open, in every centre; answers and logs how many tickets and appointments.

    A centre where it fails does not keep it from the others. Raises Unfinished at the end, with the centres' slugs.
    """
    with reading() as session:
        centres = centre_store.centres(session)
    done: Counter[str] = Counter()
    failed = [centre.slug for centre in centres if not _closed(centre, done, now)]
    log.info("closing: tickets %s, appointments %s", done["tickets"], done["appointments"])
    if failed:
        raise Unfinished(failed)
    return done


def _closed(centre: CentreRow, done: Counter[str], now: datetime) -> bool:
    try:
        with transaction(centre.id) as session:
            found = _close(session, centre, now)
    except Exception as error:
        log.error("closing in %s failed: %s", centre.slug, traced(error))
        return False
    done.update(found)
    return True


def _close(session: Session, centre: CentreRow, now: datetime) -> dict[str, int]:
    """Waiting and called tickets were missed, talks are done; so are their appointments. Who never came missed hers."""
    today = local_day(now, centre.zone)
    open_tickets = store.left_open(session, centre.id, today)
    for ticket in open_tickets:
        queueing.close(session, centre.id, ticket, now)
    left = appointment_store.left_open(session, centre.id, day_span(today, centre.zone).starts)
    for row in left:
        outcome = appointments.DONE if row.ticket_state == tickets.DONE else appointments.MISSED
        queueing.end_appointment(session, centre.id, row.id, row.state, outcome, now, queueing.OVERNIGHT)
    paper_store.void(session, centre.id, today, now)
    whereabouts_store.forget(session, centre.id, today)
    return {"tickets": len(open_tickets), "appointments": len(left)}
