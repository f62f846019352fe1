"""One walk-in period, minute by minute: booked visitors at their time, walk-ins in the queue's order between them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from booking.domain import queue
from booking.domain.availability import Counsellor
from booking.domain.cover_values import Place
from booking.domain.queue import ABOUT_TO_BEGIN, Caller, Waiting
from booking.domain.simulated_demand import Visitor
from booking.domain.times import Span

MINUTE = timedelta(minutes=1)
GRACE = timedelta(minutes=10)  # then a booked visitor who has not come is no longer waited for (domain.md 5.6)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Booked(NamedTuple):
    """An appointment of the day, and whether its visitor stays away."""

    place: Place
    missed: bool


class Seen(NamedTuple):
    """A walk-in. `waited`: minutes until her talk began; None: she was sent home at the end."""

    waited: float | None


class _Chair:
    """A counsellor during the period: until when she talks, in which room, and the appointments still before her."""

    def __init__(self, who: Counsellor, at_work: Sequence[Span], booked: Sequence[Booked]) -> None:
        self.who, self.busy_until, self.room = who, _LONG_AGO, 0
        self._at_work = at_work
        self._ahead = sorted((b for b in booked if b.place.counsellor_id == who.id), key=lambda b: b.place.starts_at)

    def sit(self, room: int, until: datetime) -> None:
        self.room, self.busy_until = room, until

    def free_for_walk_ins(self, now: datetime) -> bool:
        """Whether she may call now. Begins her appointment, if it is time for it and its visitor has come."""
        if self.busy_until > now or not any(span.starts <= now < span.ends for span in self._at_work):
            return False
        while self._ahead:
            booked = self._ahead[0]
            if now + ABOUT_TO_BEGIN <= booked.place.starts_at:
                return True
            if now < booked.place.starts_at or (booked.missed and now < booked.place.starts_at + GRACE):
                return False
            self._ahead.pop(0)
            if not booked.missed and now < booked.place.busy_until:
                self.sit(booked.place.room_id, booked.place.busy_until)
                return False
        return True


def play(
    period: Span, staff: Sequence[Counsellor], at_work: Mapping[int, Sequence[Span]], booked: Sequence[Booked],
    arrivals: Sequence[tuple[datetime, Visitor]], *, pooled: bool,
) -> list[Seen]:  # fmt: skip
    """Everybody who comes in the period. Whoever waits at its end is sent home."""
    chairs = [_Chair(who, at_work[who.id], booked) for who in staff]
    waiting: dict[int, tuple[Waiting, Visitor]] = {}
    seen, now, coming = [], period.starts, list(enumerate(arrivals))
    while now < period.ends:
        while coming and coming[0][1][0] <= now:
            number, (at, visitor) = coming.pop(0)
            waiting[number] = Waiting(number, number, visitor.programme, None, None, at), visitor
        for chair in chairs:
            called = _call(chair, chairs, waiting, now, pooled=pooled)
            if called is not None:
                ticket, visitor = waiting.pop(called)
                seen.append(Seen((now - ticket.since) / MINUTE))
                chair.busy_until = now + visitor.talk * MINUTE
        now += MINUTE
    return seen + [Seen(None)] * (len(waiting) + len(coming))


def _call(
    chair: _Chair, chairs: Sequence[_Chair], waiting: Mapping[int, tuple[Waiting, Visitor]], now: datetime, *,
    pooled: bool,
) -> int | None:  # fmt: skip
    """The number she calls to a room of hers, which is then taken; None if there is none of either."""
    if not chair.free_for_walk_ins(now):
        return None
    used = {other.room for other in chairs if other.busy_until > now}
    room = next((room for room in chair.who.rooms if room not in used), None)
    hers = [ticket for ticket, visitor in waiting.values() if pooled or visitor.carrier_id == chair.who.carrier_id]
    chosen = queue.next_for(Caller(chair.who.id, chair.who.programmes), hers, now)
    if room is None or chosen is None:
        return None
    chair.room = room
    return chosen.id
