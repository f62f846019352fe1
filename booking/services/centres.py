"""Centres: what is known of them, and loading one from its file.

A file that has a mistake is not loaded at all. On live data nothing that was booked is removed, see steps/centre_rows.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain.centre_changes import ADDED, CHANGED, KEPT, LEFT, Booked, Change, Frame, outside
from booking.domain.centres import BadCentre, Closure, Description, Mistake, Shift, Staff, Times
from booking.domain.errors import NotFound
from booking.domain.roster import Hours
from booking.domain.times import local_day
from booking.gateways import centre_files, qr
from booking.gateways.centre_files import Source
from booking.services.steps import centre_text, watching
from booking.services.steps.centre_rows import Loading
from booking.services.steps.recording import board_changed, look
from booking.store import centres as store
from booking.store import installation, roster
from booking.store.centres import CarrierRow, CentreRow, PartnerRow
from booking.store.db import announce, reading, transaction

# ── what is known ─────────────────────────────────────────────────────────────────────────────────────────────────


def by_slug(slug: str) -> CentreRow:
    """Refusal: NotFound."""
    with reading() as session:
        found = store.centre_by_slug(session, slug)
    if found is None:
        raise NotFound
    return found


def by_id(centre_id: int) -> CentreRow:
    """Refusal: NotFound."""
    with reading() as session:
        found = store.centre_by_id(session, centre_id)
    if found is None:
        raise NotFound
    return found


def listed() -> list[CentreRow]:
    with reading() as session:
        return store.centres(session)


def walk_in_hours(centre_id: int, *, now: datetime) -> list[tuple[int, time, time]]:
    """Weekday (Monday is 0), from, to; through the week. Only what holds when it comes round next: nobody is invited
    to a closed day, or to a place that is there no more."""
    with reading() as session:
        hours = [h for h in roster.opening_hours(session, centre_id) if h.walk_in]
        held = watching.can_be_open(session, centre_id, now)
        return sorted((h.weekday, h.starts, h.ends) for h in hours if held.again(h, now))


def carriers(centre_id: int) -> list[CarrierRow]:
    with reading() as session:
        return store.carriers(session, centre_id)


def partner(centre_id: int, partner_id: int) -> PartnerRow | None:
    with reading() as session:
        return store.partner(session, centre_id, partner_id)


def address_picture(address: str) -> str:
    """A page's address as a QR picture, for a poster."""
    return qr.picture(address)


def partners(centre_id: int) -> list[PartnerRow]:
    """Where visitors can be sent on to."""
    with reading() as session:
        return store.partners(session, centre_id)


# ── from a file ───────────────────────────────────────────────────────────────────────────────────────────────────


def shipped() -> list[str]:
    """The slugs of the centres that come with the program; `source` gives their text."""
    return centre_files.shipped()


def source(file: str) -> Source:
    """The text of a file: a path, or the slug of a shipped centre. Raises OSError; BadCentre if it is no text."""
    return centre_files.source(file)


def check(text: str) -> list[Mistake]:
    """Every mistake in a file, by line."""
    try:
        centre_text.described(text)
    except BadCentre as bad:
        return bad.mistakes
    return []


class _OnlyLooking(Exception):
    """Rolls back what `changes` has tried."""


def changes(text: str, *, now: datetime) -> list[Change]:
    """What `load` would do. It is done and rolled back, so what is shown is what happens. Refusal: BadCentre."""
    described = centre_text.described(text)
    found: list[Change] = []
    with suppress(_OnlyLooking), transaction(_lock(described)) as session:
        found = _load(session, described, now, practice=False)
        raise _OnlyLooking
    return found


def load(text: str, *, now: datetime, practice: bool = False) -> list[Change]:
    """Make a centre what its file says; loading twice changes nothing. `practice`: for an installation not yet set up.

    Never touches passwords, access to the API or the language of accounts, nor what the file does not name of their
    days; nor appointments: those that no longer fit are named. Refusal: BadCentre.
    """
    described = centre_text.described(text)
    with transaction(_lock(described)) as session:
        return _load(session, described, now, practice=practice)


def _lock(described: Description) -> int:
    """A centre at work is loaded under its own lock, so that nobody books meanwhile; a new one under the house's."""
    with reading() as session:
        found = store.centre_by_slug(session, described.centre.slug)
    return found.id if found else 0


def _load(session: Session, described: Description, now: datetime, *, practice: bool) -> list[Change]:
    installation.begun(session, practice=practice)
    today = local_day(now, ZoneInfo(described.centre.zone))
    settings = store.settings(session, described.centre.slug)
    before = store.frame(session, settings["id"], settings["zone"], today) if settings else None
    found, centre_id = _centre(session, described, settings)
    loading = Loading(session, centre_id, today, now)
    _rows(loading, described)
    _belongings(loading, described)
    for kind in ("staff", "interpreter", "topic", "programme", "room", "site", "area", "carrier", "partner"):
        loading.retire(kind)
    loading.filed.keep()
    found += loading.changes
    if before is not None:
        after = store.frame(session, centre_id, described.centre.zone, today)
        found += _left_outside(before, after, store.booked_from(session, centre_id, now))
    return _recorded(session, centre_id, now, found)


def _centre(session: Session, described: Description, settings: dict[str, Any] | None) -> tuple[list[Change], int]:
    values = _columns(described.centre)
    slug = described.centre.slug
    if settings is None:
        centre_id = store.add(session, "centre", values)
        store.add_board(session, centre_id)
        return [Change(ADDED, "centre", slug)], centre_id
    differing = {field: value for field, value in values.items() if settings[field] != value}
    if differing:
        store.change(session, "centre", settings["id"], differing)
    return [Change(CHANGED, "centre", slug, f, settings[f], v) for f, v in differing.items()], settings["id"]


def _rows(loading: Loading, described: Description) -> None:
    loading.rows("carrier", {row.slug: _columns(row) for row in described.carriers})
    loading.rows("partner", {row.slug: _columns(row) for row in described.partners})
    partners = {row.slug: loading.id_of("partner", row.refer_to) for row in described.programmes}
    loading.rows("area", {row.slug: {**_columns(row), "position": n} for n, row in enumerate(described.areas)})
    loading.rows("site", {row.slug: _columns(row) for row in described.sites})
    loading.rows("programme", {
        row.slug: {**_columns(row, "areas"), "refer_to": partners[row.slug]} for row in described.programmes
    })  # fmt: skip
    loading.rows("topic", {
        row.slug: {**_columns(row, "programmes"), "position": place, "offered": True}
        for place, row in enumerate(described.topics)
    })  # fmt: skip
    sites = {row.slug: loading.id_of("site", row.site) for row in described.rooms}
    loading.rows("room", {row.slug: {**_columns(row, "site"), "site_id": sites[row.slug]} for row in described.rooms})
    loading.rows("interpreter", {row.slug: _columns(row, "hours") for row in described.interpreters})
    loading.rows("staff", {row.login: _account(loading, row) for row in described.staff})


def _account(loading: Loading, person: Staff) -> dict[str, Any]:
    values = _columns(person, "carrier", "programmes", "languages", "rooms", "shifts")
    return {**values, "carrier_id": loading.id_of("carrier", person.carrier)}


def _belongings(loading: Loading, described: Description) -> None:
    loading.links("topic", "programmes", {row.slug: row.programmes for row in described.topics}, "programme")
    loading.links("programme", "areas", {row.slug: row.areas for row in described.programmes}, "area")
    loading.links("staff", "programmes", {row.login: row.programmes for row in described.staff}, "programme")
    loading.links("staff", "languages", {row.login: row.languages for row in described.staff})
    loading.links("staff", "rooms", {row.login: row.rooms for row in described.staff}, "room")
    loading.sets("hours", Hours._fields, described.hours, Hours)
    if not described.closures:  # without, they are kept on the roster's pages
        loading.filed.says_nothing("closure", "")
    else:
        closures = [(*c[:2], loading.id_of("carrier", c.carrier), *c[3:]) for c in described.closures]
        columns = ("first_day", "last_day", "carrier_id", "kind", "starts", "ends", "reason")
        loading.merges("closure", columns, closures, Closure)
    for one in described.interpreters:
        loading.sets("interpreter_hours", Times._fields, one.hours, Times, ("interpreter", one.slug))
    for person in described.staff:
        if not person.shifts:  # without, her roster is made elsewhere
            loading.filed.says_nothing("shift", person.login)
        else:
            shifts = [(*shift[:-1], loading.id_of("site", shift.site)) for shift in person.shifts]
            loading.merges("shift", (*Shift._fields[:-1], "site_id"), shifts, Shift, ("staff", person.login))


def _columns(row: Any, *without: str) -> dict[str, Any]:
    """A description's values as they are stored: lists instead of tuples."""
    values = {name: value for name, value in row._asdict().items() if name not in without}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _left_outside(before: Frame, after: Frame, booked: Iterable[Booked]) -> list[Change]:
    """Booked appointments that the old plan held and the new one does not."""
    found = []
    for one in booked:
        why = outside(after, one)
        if why is not None and outside(before, one) is None:
            found.append(Change(KEPT, "appointment", one.code or "", why, one.starts_at.astimezone(after.zone), None))
    return found


def _recorded(session: Session, centre_id: int, now: datetime, found: list[Change]) -> list[Change]:
    """What is gone and kept just as it was is only worth saying beside a change; what the file leaves out, always."""
    done = [c for c in found if c.what != LEFT and not (c.what == KEPT and c.field is None)]
    if not done:
        return [c for c in found if c.what == LEFT]
    look(session, centre_id, "centre-loaded", now, None, None)
    board_changed(session, centre_id)
    if any(c.kind == "staff" for c in done):
        announce(session, centre_id, "doors")
    return found
