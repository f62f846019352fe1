"""What loading a file changes in a centre that is already at work, and which appointments it leaves outside."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking.domain import roster
from booking.domain.times import Span, local_day

ADDED, CHANGED, REMOVED, KEPT, LEFT = "added", "changed", "removed", "kept", "left"
Term = tuple[date | None, date | None]


class Change(NamedTuple):
    """`kind` is a table's name. With a field: what it was and what it is.

    Hours, shifts and closures have no name: for them `old` or `new` is the line itself, Hours of domain/roster, Shift
    or Closure of domain/centres.

    `kept`: gone from the file, but something refers to it. With a field it ends (last_day, offered), without one it
    stays as it is; of an account `old` says why: "runs-the-house", "password", "link", "added" or "traces". A kept
    "appointment" has its code as slug, its local start as `old`, and as field the first of site, staff, room,
    programme, closure, hours, shift that it no longer fits.

    `left`: a field that keeps what it was set to elsewhere (`old`): the file does not name it, or still says what it
    said before (`new`). Without a field a line that was entered on the roster's pages (`old`) and stays, or one of the
    file (`new`) that was changed or taken away there and stays away.
    """

    what: str
    kind: str
    slug: str
    field: str | None = None
    old: Any = None
    new: Any = None


class Booked(NamedTuple):
    """A booked appointment that is still ahead. `carrier_id`: the counsellor's."""

    code: str | None
    starts_at: datetime
    ends_at: datetime
    counsellor_id: int
    carrier_id: int | None
    room_id: int
    programme_id: int


class Frame(NamedTuple):
    """What an appointment must fit into. `terms`: first and last day by (kind, id) of staff, rooms and programmes; a
    room's site has them by the room's id, if it has a site."""

    zone: ZoneInfo
    hours: tuple[roster.Hours, ...]
    closures: tuple[roster.Closure, ...]
    shifts: tuple[roster.Shift, ...]
    terms: Mapping[tuple[str, int], Term]


def outside(frame: Frame, booked: Booked) -> str | None:
    """What the appointment does not fit; None if it fits all."""
    day = local_day(booked.starts_at, frame.zone)
    for kind, id_ in (
        ("site", booked.room_id), ("staff", booked.counsellor_id), ("room", booked.room_id),
        ("programme", booked.programme_id),
    ):  # fmt: skip
        first, last = frame.terms.get((kind, id_), (None, None))
        if (first and day < first) or (last and last < day):
            return kind
    cal = roster.calendar(frame.zone, (day,), (), ())
    steps = cal.grid.touched(Span(booked.starts_at, booked.ends_at))
    mine = [c for c in frame.closures if c.carrier_id in (None, booked.carrier_id) and c.kind != roster.OPEN]
    if any(steps & roster.closed_steps(cal, c) for c in mine if c.covers(day)):
        return "closure"
    if steps & ~roster.opening(cal, frame.hours).open_steps:
        return "hours"
    if steps & ~roster.rostered(cal, frame.shifts).get(booked.counsellor_id, roster.NOT_PLANNED).talks:
        return "shift"
    return None
