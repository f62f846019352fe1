"""Which counsellor keeps a booked start. Decided inside the booking's transaction, never at random.

The visitor's language before an interpreter; then the lowest booked share of contract hours over four weeks; then who
was booked least recently. The reason is stored with the appointment and shown to staff.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from booking.domain.availability import Offer

WEEKS = 4
_NEVER = datetime.min.replace(tzinfo=UTC)


class Load(NamedTuple):
    """Booked minutes within four weeks, contract minutes a week, and when she was booked last."""

    booked_minutes: int
    contract_minutes: int
    last_booked: datetime | None

    @property
    def share(self) -> float:
        return self.booked_minutes / (self.contract_minutes * WEEKS) if self.contract_minutes else 1.0


class Choice(NamedTuple):
    """`because`: "only", "language", "share" or "recent" - the first rule that told the chosen from the others."""

    offer: Offer
    because: str
    among: int
    share_percent: int


NOBODY_KNOWN = Load(0, 0, None)


def choose(offers: Sequence[Offer], loads: Mapping[int, Load], room_order: Mapping[int, Sequence[int]]) -> Choice:
    """The best of at least one offer; among rooms, the first in her own order."""

    def rank(offer: Offer) -> tuple[bool, float, datetime, int]:
        load = loads.get(offer.counsellor_id, NOBODY_KNOWN)
        return (offer.interpreter, load.share, load.last_booked or _NEVER, offer.counsellor_id)

    ordered = sorted(offers, key=lambda o: (*rank(o), room_order[o.counsellor_id].index(o.room_id), o.programme_id))
    best = ordered[0]
    others = [o for o in ordered if o.counsellor_id != best.counsellor_id]
    share = round(100 * loads.get(best.counsellor_id, NOBODY_KNOWN).share)
    because = "only" if not others else _telling(rank(best), rank(others[0]))
    return Choice(best, because, len({o.counsellor_id for o in ordered}), share)


def _telling(best: tuple[bool, float, datetime, int], second: tuple[bool, float, datetime, int]) -> str:
    if best[0] != second[0]:
        return "language"
    return "share" if best[1] != second[1] else "recent"
