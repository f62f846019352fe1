"""Erasing: on request by code, by age every night, and again after a restore. What stays is anonymous.

Periods after domain.md 4.1: visitors as their centre says (30 days), looks twelve months, repeated keys a day.
"""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound
from booking.domain.staff import ABSOLUTE
from booking.domain.times import DAY, day_span, local_day
from booking.services.steps.messages import withdraw
from booking.services.steps.recording import desk_changed, look
from booking.store import retention as store
from booking.store.db import reading, transaction
from booking.store.retention import ERASED, CentreRow, Person

LOOKS_KEPT = timedelta(days=365)
REPEATS_KEPT = timedelta(days=1)
log = logging.getLogger(__name__)


class Erased(NamedTuple):
    """The proof: nothing in it leads to the person any more. `surrogate` is what the access log called her."""

    centre: str
    surrogate: str | None
    at: datetime


def erase(code: str, *, centre_slug: str | None = None, now: datetime, by: By) -> Erased:
    """Erase the visitor with this code now; a coming appointment stays, without a name.

    Refusals: NotFound; Invalid("centre", …) when several centres have this code and none was named.
    """
    with reading() as session:
        slugs = {centre.id: centre.slug for centre in store.centres(session)}
        found = [p for p in store.with_code(session, code) if centre_slug in (None, slugs[p.centre_id])]
    if not found:
        raise NotFound
    if len(found) > 1:
        raise Invalid("centre", "centre-needed")
    person = found[0]
    with transaction(person.centre_id) as session:
        _forget(session, person, now, by)
        desk_changed(session, person.centre_id)
    store.leave_no_trace()
    return Erased(slugs[person.centre_id], person.surrogate, now)


def erase_again(surrogates: Collection[str], *, now: datetime, by: By) -> int:
    """Erase those whom a restored backup brought back; answers how many there were."""
    with reading() as session:
        found = store.with_surrogates(session, surrogates)
    for person in found:
        with transaction(person.centre_id) as session:
            _forget(session, person, now, by)
    store.leave_no_trace()
    return len(found)


def nightly(*, now: datetime) -> Counter[str]:
    """Everything whose time has come, in every centre; answers and logs how many of each kind, and nothing else."""
    with reading() as session:
        centres = store.centres(session)
    done: Counter[str] = Counter()
    for centre in centres:
        with transaction(centre.id) as session:
            done.update(_tidy(session, centre, now))
    with transaction(0) as session:
        done["pairings"] = store.drop_pairings(session, now)
    store.leave_no_trace()
    log.info("retention: %s", ", ".join(f"{kind} {count}" for kind, count in sorted(done.items())))
    return done


def _tidy(session: Session, centre: CentreRow, now: datetime) -> dict[str, int]:
    today = local_day(now, centre.zone)
    long_ago = day_span(today - centre.erase_after_days * DAY, centre.zone).starts
    overdue = store.overdue(session, centre.id, today, long_ago)
    for person in overdue:
        _forget(session, person, now, By("worker"))
    return {
        "visitors": len(overdue),
        "messages": store.cut_provider_ids(session, centre.id, long_ago),
        "claims": store.drop_claims(session, centre.id, now),
        "repeats": store.drop_repeats(session, centre.id, now - REPEATS_KEPT),
        "links": store.drop_links(session, centre.id, now),
        "sessions": store.drop_sessions(session, centre.id, now - ABSOLUTE),
        "looks": store.drop_looks(session, centre.id, now - LOOKS_KEPT),
    }


def _forget(session: Session, person: Person, now: datetime, by: By) -> None:
    withdraw(session, person.appointment_id, now, by)
    store.forget(session, person)
    look(session, person.centre_id, ERASED, now, by.staff_id, person.surrogate)
