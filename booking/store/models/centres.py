"""The centre, its carriers, programmes, topics, sites, rooms and hours. The installation itself."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key, to


class Installation(Base):
    """One row: what kind of installation this is. `epoch` changes with every restore, so that screens start anew."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    practice: Mapped[bool]
    clock_ahead_seconds: Mapped[int] = mapped_column(default=0)


class Lease(Base):
    """Who does a piece of background work now, until when; `last_run` is what the watchdog looks at.

    `failed`: the parts of the last try that are still to be done.
    """

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    last_run: Mapped[datetime | None]
    failed: Mapped[list[str]] = mapped_column(default=list)


class Centre(Base):
    """`modes`: how talks are held here, the usual one first; `embedded_on`: the sites that may show its first page."""

    __tablename__ = "centre"
    id: Mapped[int] = key()
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]]
    sms_name: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(40))
    region: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(200))
    directions: Mapped[dict[str, str]]
    phone: Mapped[str] = mapped_column(String(40))
    step_free: Mapped[bool | None]
    languages: Mapped[list[str]]
    interpreted: Mapped[list[str]]
    interpreter_lead_minutes: Mapped[int]
    modes: Mapped[list[str]] = mapped_column(default=lambda: ["in_person"])
    embedded_on: Mapped[list[str]] = mapped_column(default=list)
    horizon_days: Mapped[int]
    lead_minutes: Mapped[int]
    start_every_minutes: Mapped[int]
    buffer_minutes: Mapped[int]
    min_present: Mapped[int]
    min_reachable: Mapped[int]
    same_day_percent: Mapped[int] = mapped_column(default=0)
    crisis_minutes: Mapped[int] = mapped_column(default=0)
    erase_after_days: Mapped[int]


class Board(Base):
    """The version of the public snapshot, raised in every transaction that changes what screens show."""

    __tablename__ = "board"
    centre_id: Mapped[int] = mapped_column(Id, ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Id)


class Carrier(Base):
    """What its notice says to visitors (Art. 13 GDPR and the churches' laws, domain.md 4.2 R11); empty: not known."""

    __tablename__ = "carrier"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    law: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200), default="")
    privacy_contact: Mapped[str] = mapped_column(String(200), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")


class Partner(Base):
    """An outside service a visitor can be referred to. `languages`: spoken there, as far as is known."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    languages: Mapped[list[str]] = mapped_column(default=list)


class Area(Base):
    """Where a visitor lives, as far as a programme's responsibility turns on it."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    position: Mapped[int]


class Programme(Base):
    """`refer_to`: who serves those whom the age rule leads elsewhere, where no programme here does."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    from_birthday: Mapped[int | None]
    before_birthday: Mapped[int | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    confidential: Mapped[bool]
    refer_to: Mapped[int | None] = to("partner.id")


class ProgrammeArea(Base):
    """The areas a programme serves; a programme without any serves all."""

    __tablename__ = "programme_area"
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(Id, ForeignKey("area.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = centre()


class Topic(Base):
    """`minutes`: a first talk; the others where a follow-up or a short matter takes another time. `bring`: what to."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    minutes: Mapped[int]
    follow_up_minutes: Mapped[int | None]
    short_minutes: Mapped[int | None]
    bring: Mapped[dict[str, str]] = mapped_column(default=dict)
    position: Mapped[int]
    offered: Mapped[bool] = mapped_column(default=True)


class TopicProgramme(Base):
    __tablename__ = "topic_programme"
    topic_id: Mapped[int] = mapped_column(Id, ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = centre()


class Site(Base):
    """A place where the centre works: its house, or one of its outreach. It begins and ends on dates."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    address: Mapped[str] = mapped_column(String(200))
    outreach: Mapped[bool]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class Room(Base):
    """`kind`: "office" (one talk at a time, however many share it), "group" (`talks` at a time) or "waiting"."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("centre_id", "slug"),)
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    seats: Mapped[int]
    talks: Mapped[int] = mapped_column(default=1)
    step_free: Mapped[bool | None]
    quiet: Mapped[bool]
    site_id: Mapped[int | None] = to("site.id")
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class Hours(Base):
    """`alone`: what a walk-in period is for while one counsellor covers it, see domain/availability."""

    __tablename__ = "hours"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    walk_in: Mapped[bool]
    alone: Mapped[str] = mapped_column(String(12), default="walk_ins")


class FileLine(Base):
    """A line that the centre's file had when it was loaded last, see services/steps/filed.

    `kind`: closure, shift, site, programme or room; `owner`: a login or slug, "" for the centre's own.
    """

    __tablename__ = "file_line"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    kind: Mapped[str] = mapped_column(String(10))
    owner: Mapped[str] = mapped_column(String(40))
    line: Mapped[list[str]]


class Closure(Base):
    """Days on which the plan is another one; first and last day included, with times only that part of each day.

    `kind`: "shut" (with a carrier, only that carrier's staff are away), "desk_only" (no talks), or "open" although it
    is a public holiday. `fact`: an emergency, saved whatever it opens.
    """

    __tablename__ = "closure"
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    carrier_id: Mapped[int | None] = to("carrier.id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(String(10), default="shut")
    first_day: Mapped[date]
    last_day: Mapped[date]
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    reason: Mapped[str] = mapped_column(String(80))
    fact: Mapped[bool] = mapped_column(default=False)
