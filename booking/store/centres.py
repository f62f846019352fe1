"""Centres and what belongs to them. Below the readers: what loading a centre's file needs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from booking.domain.appointments import BOOKED
from booking.domain.centre_changes import Booked, Frame, Term
from booking.store import models as m
from booking.store import roster
from booking.store.db import Base


class CentreRow(NamedTuple):
    id: int
    slug: str
    name: dict[str, str]
    sms_name: str
    zone: str
    region: str
    address: str
    directions: dict[str, str]
    phone: str
    step_free: bool | None
    languages: list[str]
    modes: list[str]
    embedded_on: list[str]
    erase_after_days: int


class CarrierRow(NamedTuple):
    id: int
    slug: str
    name: str
    law: str
    address: str
    privacy_contact: str
    authority: str


class PartnerRow(NamedTuple):
    name: dict[str, str]
    address: str
    phone: str
    languages: list[str]
    slug: str


centre = m.Centre.__table__.c
_CENTRES = select(*(centre[name] for name in CentreRow._fields)).order_by(centre.id)
_BY_SLUG = _CENTRES.where(centre.slug == bindparam("slug"))


def centre_by_slug(session: Session, slug: str) -> CentreRow | None:
    row = session.connection().execute(_BY_SLUG, {"slug": slug}).first()
    return CentreRow._make(row) if row else None


def centre_by_id(session: Session, centre_id: int) -> CentreRow | None:
    row = session.execute(_CENTRES.where(centre.id == centre_id)).first()
    return CentreRow._make(row) if row else None


def centres(session: Session) -> list[CentreRow]:
    return [CentreRow._make(row) for row in session.execute(_CENTRES)]


def carriers(session: Session, centre_id: int) -> list[CarrierRow]:
    c = m.Carrier.__table__.c
    columns = (c[name] for name in CarrierRow._fields)
    rows = session.execute(select(*columns).where(c.centre_id == centre_id).order_by(c.id))
    return [CarrierRow._make(row) for row in rows]


def partner(session: Session, centre_id: int, partner_id: int) -> PartnerRow | None:
    c = m.Partner.__table__.c
    query = select(*(c[name] for name in PartnerRow._fields)).where(c.centre_id == centre_id, c.id == partner_id)
    row = session.execute(query).first()
    return PartnerRow._make(row) if row else None


def partners(session: Session, centre_id: int) -> list[PartnerRow]:
    """The centre's directory, in the order of its file."""
    c = m.Partner.__table__.c
    query = select(*(c[name] for name in PartnerRow._fields)).where(c.centre_id == centre_id).order_by(c.id)
    return [PartnerRow._make(row) for row in session.connection().execute(query)]


# ── loading a file ────────────────────────────────────────────────────────────────────────────────────────────────


class Link(NamedTuple):
    """A table that joins an owner to values; `position` keeps their order."""

    table: Table
    owner: str
    value: str
    position: bool = False


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


LINKS = {
    ("topic", "programmes"): Link(_table("topic_programme"), "topic_id", "programme_id"),
    ("programme", "areas"): Link(_table("programme_area"), "programme_id", "area_id"),
    ("staff", "programmes"): Link(_table("staff_programme"), "staff_id", "programme_id"),
    ("staff", "languages"): Link(_table("staff_language"), "staff_id", "language"),
    ("staff", "rooms"): Link(_table("staff_room"), "staff_id", "room_id", position=True),
}


def add_board(session: Session, centre_id: int) -> None:
    session.execute(insert(m.Board).values(centre_id=centre_id, version=1))


def settings(session: Session, slug: str) -> dict[str, Any] | None:
    """A centre's whole row."""
    row = session.execute(select(m.Centre.__table__).where(centre.slug == slug)).mappings().first()
    return dict(row) if row else None


def rows(session: Session, kind: str, centre_id: int) -> list[dict[str, Any]]:
    table = _table(kind)
    found = session.execute(select(table).where(table.c.centre_id == centre_id).order_by(table.c.id))
    return [dict(row) for row in found.mappings()]


def add(session: Session, kind: str, values: Mapping[str, Any]) -> int:
    table = _table(kind)
    return int(session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def change(session: Session, kind: str, row_id: int, values: Mapping[str, Any]) -> None:
    table = _table(kind)
    session.execute(update(table).where(table.c.id == row_id).values(**values))


def remove(session: Session, kind: str, row_id: int) -> None:
    table = _table(kind)
    session.execute(delete(table).where(table.c.id == row_id))


def keep_file_lines(session: Session, centre_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Instead of those there are."""
    session.execute(delete(m.FileLine).where(m.FileLine.centre_id == centre_id))
    if lines:
        session.execute(insert(m.FileLine), [{"centre_id": centre_id, **line} for line in lines])


def referred_to(session: Session, kind: str, row_id: int) -> bool:
    """Whether anything names this row that is no part of it. (Its parts fall with it: their keys cascade.)"""
    keys = (key for table in Base.metadata.tables.values() for key in table.foreign_keys)
    foreign = (key.parent for key in keys if key.column.table.name == kind and key.ondelete is None)
    return any(session.scalar(select(exists().where(column == row_id))) for column in foreign)


def links(session: Session, link: Link, centre_id: int) -> dict[int, list[Any]]:
    """Values by owner, in their order where they have one."""
    c = link.table.c
    found: dict[int, list[Any]] = {}
    order = c.position if link.position else c[link.value]
    for owner, value in session.execute(
        select(c[link.owner], c[link.value]).where(c.centre_id == centre_id).order_by(c[link.owner], order)
    ):
        found.setdefault(owner, []).append(value)
    return found


def set_links(session: Session, link: Link, centre_id: int, owner: int, values: Sequence[Any]) -> None:
    session.execute(delete(link.table).where(link.table.c[link.owner] == owner))
    if values:
        given = [{"centre_id": centre_id, link.owner: owner, link.value: value} for value in values]
        placed = [{**row, "position": i} for i, row in enumerate(given)] if link.position else given
        session.execute(insert(link.table), placed)


def frame(session: Session, centre_id: int, zone: str, today: date) -> Frame:
    """Opening hours, closures that are not over, shifts and terms as they stand now."""
    terms: dict[tuple[str, int], Term] = {}
    first_days = {"staff": roster.FIRST_DAY}  # not before a commitment to secrecy
    for kind in ("staff", "room", "programme"):
        c = _table(kind).c
        first_day = first_days.get(kind, c.first_day)
        for row in session.execute(select(c.id, first_day, c.last_day).where(c.centre_id == centre_id).order_by(c.id)):
            terms[kind, row.id] = (row.first_day, row.last_day)
    r, s = _table("room").c, _table("site").c
    sites = select(r.id, s.first_day, s.last_day).join(_table("site"), s.id == r.site_id)
    for row in session.execute(sites.where(r.centre_id == centre_id).order_by(r.id)):
        terms["site", row.id] = (row.first_day, row.last_day)
    return Frame(
        ZoneInfo(zone),
        tuple(roster.opening_hours(session, centre_id)),
        tuple(roster.closures(session, centre_id, today)),
        tuple(roster.shifts(session, centre_id)),
        terms,
    )


def booked_from(session: Session, centre_id: int, now: datetime) -> list[Booked]:
    a, s = m.Appointment.__table__.c, m.Staff.__table__.c
    query = (
        select(a.code, a.starts_at, a.ends_at, a.counsellor_id, s.carrier_id, a.room_id, a.programme_id)
        .join_from(m.Appointment, m.Staff, a.counsellor_id == s.id)
        .where(a.centre_id == centre_id, a.state == BOOKED, a.starts_at >= now)
        .order_by(a.starts_at, a.id)
    )
    return [Booked._make(row) for row in session.execute(query)]
