"""Which counsellor keeps a booked start. Decided inside the booking's transaction, never at random.

The same counsellor where that was wished; the visitor's language before an interpreter, and one who comes before the
telephone; then the lowest booked share of contract hours over four weeks; then who was booked least recently. The
reason is stored with the appointment and shown to staff.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from booking.domain.places import Offer

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
    """`because`: "wished", "only", "language", "interpreter", "share" or "recent" - the first rule that told the
    chosen from the others."""

    offer: Offer
    because: str
    among: int
    share_percent: int


class _Rank(NamedTuple):
    """The rules in their order, under the names of their reasons; the lowest is chosen."""

    others_wished: bool
    language: bool
    interpreter: bool
    share: float
    recent: datetime


NOBODY_KNOWN = Load(0, 0, None)


def choose(
    offers: Sequence[Offer], loads: Mapping[int, Load], room_order: Mapping[int, Sequence[int]],
    wished: int | None = None,
) -> Choice:  # fmt: skip
    """The best of at least one offer; among rooms, the first in her own order. `wished`: a counsellor who comes first
    if she is among them."""

    def rank(offer: Offer) -> _Rank:
        load = loads.get(offer.counsellor_id, NOBODY_KNOWN)
        telephone = offer.interpreter and offer.interpreter_id is None
        return _Rank(
            offer.counsellor_id != wished, offer.interpreter, telephone, load.share, load.last_booked or _NEVER
        )  # fmt: skip

    def order(offer: Offer) -> tuple[object, ...]:
        room = room_order[offer.counsellor_id].index(offer.room_id)
        return (rank(offer), offer.counsellor_id, room, offer.programme_id, offer.interpreter_id or 0)

    ordered = sorted(offers, key=order)
    best = ordered[0]
    others = [o for o in ordered if o.counsellor_id != best.counsellor_id]
    share = round(100 * loads.get(best.counsellor_id, NOBODY_KNOWN).share)
    because = _telling(rank(best), rank(others[0]) if others else None)
    return Choice(best, because, len({o.counsellor_id for o in ordered}), share)


def _telling(best: _Rank, second: _Rank | None) -> str:
    if not best.others_wished:
        return "wished"
    if second is None:
        return "only"
    rules = zip(_Rank._fields, best, second, strict=True)
    return next((name for name, ours, theirs in rules if ours != theirs), "recent")
