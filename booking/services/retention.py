"""Erasing: on request by code, by age every night, and again after a restore. What stays is anonymous.

Periods after domain.md 4.1: visitors as their centre says (30 days), looks twelve months, repeated keys a day.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, Unfinished, traced
from booking.domain.staff import ABSOLUTE
from booking.domain.times import DAY, day_span, local_day
from booking.services.steps.messages import withdraw
from booking.services.steps.recording import desk_changed, look
from booking.store import retention as store
from booking.store.db import reading, transaction
from booking.store.holds import drop_holds
from booking.store.retention import ERASED, CentreRow, Person

LOOKS_KEPT = timedelta(days=365)
REPEATS_KEPT = timedelta(days=1)
PAIRINGS, TRACES = "pairings", "traces"
log = logging.getLogger(__name__)


class Erased(NamedTuple):
    """The proof: nothing in it leads to the person any more. `surrogate` is what the access log called her.

    `traces`: SQLite's own log may still hold her data, until the next night's work.
    """

    centre: str
    surrogate: str | None
    at: datetime
    traces: bool = False


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
    return Erased(slugs[person.centre_id], person.surrogate, now, _traces())


def erase_again(surrogates: Collection[str], *, now: datetime, by: By) -> int:
    """Erase those whom a restored backup brought back; answers how many there were."""
    with reading() as session:
        found = store.with_surrogates(session, surrogates)
    for person in found:
        with transaction(person.centre_id) as session:
            _forget(session, person, now, by)
    _traces()
    return len(found)


def nightly(*, now: datetime) -> Counter[str]:
    """Everything whose time has come, in every centre; answers and logs how many of each kind, and nothing else.

    A part that fails keeps it from no other. Raises Unfinished at the end, with the centres' slugs, "pairings", and
    "traces", if SQLite's log may still hold what was erased: then it is to be done again.
    """
    with reading() as session:
        centres = store.centres(session)
    done: Counter[str] = Counter()
    parts = [(centre.slug, centre.id, partial(_tidy, centre=centre, now=now)) for centre in centres]
    parts.append((PAIRINGS, 0, partial(_tidy_pairings, now=now)))
    failed = [name for name, centre_id, tidy in parts if not _tidied(name, centre_id, tidy, done)]
    if _traces():
        failed.append(TRACES)
    log.info("retention: %s", ", ".join(f"{kind} {count}" for kind, count in sorted(done.items())))
    if failed:
        raise Unfinished(failed)
    return done


def _traces() -> bool:
    """Whether SQLite's log may still hold what was erased. The next night's work tries again."""
    left = not store.leave_no_trace()
    if left:
        log.warning("what was erased may have left traces in SQLite's log: somebody reads what was there before")
    return left


def _tidied(part: str, centre_id: int, tidy: Callable[[Session], Mapping[str, int]], done: Counter[str]) -> bool:
    """One part in a transaction of its own; False, and logged, if it failed."""
    try:
        with transaction(centre_id) as session:
            found = tidy(session)
    except Exception as error:
        log.error("retention in %s failed: %s", part, traced(error))
        return False
    done.update(found)
    return True


def _tidy(session: Session, centre: CentreRow, now: datetime) -> dict[str, int]:
    today = local_day(now, centre.zone)
    long_ago = day_span(today - centre.erase_after_days * DAY, centre.zone).starts
    overdue = store.overdue(session, centre.id, today, long_ago)
    waited = store.stopped_waiting(session, centre.id, today, today - centre.erase_after_days * DAY)
    for person in (*overdue, *waited):
        _forget(session, person, now, By("worker"))
    return {
        "visitors": len(overdue),
        "waiting": len(waited) + store.drop_waiting(session, centre.id, today - centre.erase_after_days * DAY),
        "messages": store.cut_provider_ids(session, centre.id, long_ago),
        "claims": store.drop_claims(session, centre.id, now),
        "repeats": store.drop_repeats(session, centre.id, now - REPEATS_KEPT),
        "links": store.drop_links(session, centre.id, now),
        "sessions": store.drop_sessions(session, centre.id, now - ABSOLUTE),
        "looks": store.drop_looks(session, centre.id, now - LOOKS_KEPT),
        "covers": store.drop_cover(session, centre.id, long_ago),
        "reasons": store.forget_reasons(session, centre.id, long_ago),
    }


def _tidy_pairings(session: Session, now: datetime) -> dict[str, int]:
    return {PAIRINGS: store.drop_pairings(session, now)}


def _forget(session: Session, person: Person, now: datetime, by: By) -> None:
    if person.appointment_id is not None:
        withdraw(session, person.appointment_id, now, by)
    if person.wait_entry_id is not None:  # what is still due is dropped when its time comes: its offer is over
        drop_holds(session, person.centre_id, store.end_waiting(session, person.wait_entry_id, now))
    store.forget(session, person)
    look(session, person.centre_id, ERASED, now, by.staff_id, person.surrogate)
