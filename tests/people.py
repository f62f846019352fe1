"""Builders: a centre, who works in it and what is booked there. Call inside an app context; each answers an id.

`a_centre()` is the smallest in which something can be booked, once `a_counsellor(centre)` works there.
The clock of the tests stands at NOW, a Tuesday, 8:30 in Berlin.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, product
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.actors import WEB, By
from booking.domain.availability import Age, Wish
from booking.services import appointments, tickets
from booking.services.appointments import Booked, Contact
from booking.services.tickets import TicketRow
from booking.store import models as m
from booking.store.db import reading, transaction

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 2, 7, 30, tzinfo=UTC)
TODAY = date(2027, 3, 2)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SECRET = "a-secret-of-the-tests-that-nobody-else-knows"
DESK = By("desk")
NINE = datetime(2027, 3, 3, 8, 0, tzinfo=UTC)  # tomorrow, when the centre opens
MOBILE = "0151 23456789"
MORNINGS = tuple((weekday, time(9), time(12)) for weekday in range(5))
_fresh = count(1)


def at(wall: str) -> datetime:
    """An instant by its wall time in Berlin: at("2027-03-02 09:30")."""
    return datetime.fromisoformat(wall).replace(tzinfo=BERLIN).astimezone(UTC)


def add(*added: m.Base) -> int:
    """Write rows; answers the id of the first, if it has one."""
    with transaction(0) as session:
        session.add_all(added)
        session.flush()
        return getattr(added[0], "id", 0) if added else 0


def rows(*columns, **equal):
    """All rows of these columns, in the order in which they were written."""
    with reading() as session:
        found = session.execute(select(*columns).filter_by(**equal).order_by(*columns[0].table.primary_key))
        return [tuple(row) if len(columns) > 1 else row[0] for row in found]


def change(model: type, row: int, **values) -> None:
    with transaction(0) as session:
        session.execute(model.__table__.update().where(model.id == row).values(**values))


def written() -> dict[str, int]:
    """How many rows there are of all that a booking writes."""
    tables = (m.Appointment, m.Claim, m.Visitor, m.Message, m.Ticket, m.Step, m.Repeat)
    return {table.__tablename__: len(rows(*table.__table__.primary_key)) for table in tables}


def id_of(model: type, centre: int, slug: str) -> int:
    with reading() as session:
        return session.execute(select(model.id).filter_by(centre_id=centre, slug=slug)).scalar_one()


def ids(model: type, centre: int) -> list[int]:
    with reading() as session:
        return list(session.scalars(select(model.id).filter_by(centre_id=centre).order_by(model.id)))


# ── a centre ──────────────────────────────────────────────────────────────────────────────────────────────────────


def a_bare_centre(slug: str = "ludwigsburg", **values) -> int:
    """Never open, nobody there: see a_centre."""
    centre = add(m.Centre(**{
        "slug": slug, "name": {"de": f"Zentrum {slug}"}, "sms_name": "MIZ", "zone": "Europe/Berlin",
        "region": "DE-BW", "address": "Hauptstraße 1, 71634 Ort", "directions": {}, "phone": "+49 30 23125 401",
        "step_free": None, "languages": ["de", "en", "ar"], "interpreted": [], "interpreter_lead_minutes": 0,
        "horizon_days": 7, "lead_minutes": 60, "start_every_minutes": 15, "buffer_minutes": 5, "min_present": 1,
        "min_reachable": 1, "erase_after_days": 30, **values,
    }))  # fmt: skip
    add(m.Board(centre_id=centre, version=0))
    return centre


def a_centre(slug: str = "ludwigsburg", *, walk_in: bool = False, **values) -> int:
    """Open on weekday mornings, with one carrier, programme, topic (30 minutes) and office of each kind."""
    centre = a_bare_centre(slug, **values)
    a_carrier(centre)
    a_programme(centre)
    a_topic(centre)
    a_room(centre)
    open_hours(centre, walk_in=walk_in)
    return centre


def a_centre_of_two_ages() -> int:
    """MBE from the 27th birthday on with Anna of the Caritas, JMD before it with Cem of the AWO, a room for each.

    The topic "residence" is of both, "housing" of the MBE, which knows a partner for who is too young for it.
    """
    centre = a_bare_centre()
    partner = add(m.Partner(centre_id=centre, slug="youth", name={"de": "Jugend"}, address="", phone=""))
    a_carrier(centre), a_carrier(centre, "awo")
    a_programme(centre, "mbe", from_birthday=27, refer_to=partner), a_programme(centre, "jmd", before_birthday=27)
    a_topic(centre, programmes=["mbe", "jmd"]), a_topic(centre, "housing", programmes=["mbe"])
    a_room(centre), a_room(centre, "r2"), open_hours(centre)
    a_counsellor(centre, "Anna", programmes=["mbe"]), a_counsellor(centre, "Cem", carrier="awo", programmes=["jmd"])
    return centre


def a_carrier(centre: int, slug: str = "caritas") -> int:
    return add(m.Carrier(centre_id=centre, slug=slug, name=slug.title(), law="KDG"))


def a_programme(centre: int, slug: str = "mbe", **values) -> int:
    return add(
        m.Programme(**{"centre_id": centre, "slug": slug, "name": {"de": slug}, "confidential": False, **values})
    )


def a_topic(
    centre: int, slug: str = "residence", minutes: int = 30, programmes: Iterable[str] = ("mbe",), **values
) -> int:
    topic = add(m.Topic(**{"centre_id": centre, "slug": slug, "name": {"de": slug}, "minutes": minutes, "position": 1,
                           **values}))  # fmt: skip
    served = [id_of(m.Programme, centre, programme) for programme in programmes]
    add(*(m.TopicProgramme(topic_id=topic, programme_id=programme, centre_id=centre) for programme in served))
    return topic


def an_area(centre: int, slug: str, programmes: Iterable[str] = (), **values) -> int:
    """Where visitors live; the programmes are for those who live there."""
    area = add(m.Area(**{"centre_id": centre, "slug": slug, "name": {"de": slug.title()}, "position": 1, **values}))
    served = [id_of(m.Programme, centre, programme) for programme in programmes]
    add(*(m.ProgrammeArea(programme_id=programme, area_id=area, centre_id=centre) for programme in served))
    return area


def a_room(centre: int, slug: str = "r1", **values) -> int:
    return add(m.Room(**{"centre_id": centre, "slug": slug, "name": slug.upper(), "kind": "office", "seats": 3,
                         "quiet": False, **values}))  # fmt: skip


def a_site(centre: int, slug: str = "annexe", **values) -> int:
    return add(m.Site(**{"centre_id": centre, "slug": slug, "name": {"de": slug}, "address": "", "outreach": False,
                         **values}))  # fmt: skip


def open_hours(centre: int, hours: Iterable[tuple[int, time, time]] = MORNINGS, *, walk_in: bool = False) -> None:
    add(*(m.Hours(centre_id=centre, weekday=day, starts=a, ends=b, walk_in=walk_in) for day, a, b in hours))


def a_closure(centre: int, first: date, last: date | None = None, carrier: int | None = None, **values) -> int:
    return add(m.Closure(**{"centre_id": centre, "carrier_id": carrier, "first_day": first, "last_day": last or first,
                            "reason": "x", **values}))  # fmt: skip


# ── who works there ───────────────────────────────────────────────────────────────────────────────────────────────


def a_member(centre: int, role: str, name: str, **values) -> int:
    return add(m.Staff(**{
        "centre_id": centre, "carrier_id": None, "login": name.lower(), "name": name, "role": role, "language": "de",
        "password_hash": None, "secret_since": date(2020, 1, 1), "duty": False, "contract_minutes": 0, **values,
    }))  # fmt: skip


def a_receptionist(centre: int, name: str = "Rezan") -> int:
    return a_member(centre, "receptionist", name)


def a_counsellor(
    centre: int, name: str = "Anna", *, carrier: str = "caritas", programmes: Iterable[str] | None = None,
    rooms: Iterable[str] | None = None, languages: Iterable[str] = ("de",),
    shifts: Iterable[tuple[int, time, time]] = MORNINGS, **values,
) -> int:  # fmt: skip
    """On duty every weekday morning, for every programme and in every room, unless said otherwise."""
    staff = a_member(centre, "counsellor", name, **{
        "carrier_id": id_of(m.Carrier, centre, carrier), "duty": True, "contract_minutes": 39 * 60, **values,
    })  # fmt: skip
    offices = ids(m.Room, centre) if rooms is None else [id_of(m.Room, centre, slug) for slug in rooms]
    skills = ids(m.Programme, centre) if programmes is None else [id_of(m.Programme, centre, p) for p in programmes]
    own = {"staff_id": staff, "centre_id": centre}
    add(
        *(m.StaffRoom(room_id=room, position=i, **own) for i, room in enumerate(offices)),
        *(m.StaffProgramme(programme_id=programme, **own) for programme in skills),
        *(m.StaffLanguage(language=language, **own) for language in languages),
        *(m.Shift(weekday=day, starts=a, ends=b, valid_from=date(2020, 1, 1), **own) for day, a, b in shifts),
    )
    return staff


def an_interpreter(
    centre: int, name: str, languages: Iterable[str], *, hours: Iterable[tuple[int, time, time]] = MORNINGS, **values
) -> int:
    """Somebody who comes on weekday mornings, unless said otherwise."""
    person = add(m.Interpreter(**{"centre_id": centre, "slug": name.lower(), "name": name, "lead_minutes": 0,
                                  "languages": list(languages), "woman": None, **values}))  # fmt: skip
    own = {"interpreter_id": person, "centre_id": centre}
    add(*(m.InterpreterHours(weekday=day, starts=a, ends=b, **own) for day, a, b in hours))
    return person


def an_absence(centre: int, staff: int, starts: datetime, ends: datetime) -> int:
    return add(m.Absence(centre_id=centre, staff_id=staff, kind="sick", starts_at=starts, ends_at=ends))


# ── what is booked there ──────────────────────────────────────────────────────────────────────────────────────────


def a_contact(name: str = "", phone: str = "", *, reminders: bool = False, match: bool = False) -> Contact:
    return Contact(name, phone, reminders, ("+49",), match)


def a_booking(
    centre: int, start: datetime, *, topic: str = "residence", language: str = "de", age: Age | None = None,
    name: str = "", phone: str = "", reminders: bool = False, match: bool = False, key: str | None = None, by: By = WEB,
    now: datetime = NOW, wish: Wish | None = None, hold: str | None = None,
) -> Booked:  # fmt: skip
    """Booked as a visitor would, by the service; `wish` stands for topic, language and age."""
    return appointments.book(
        centre, wish or Wish(topic, language, age), start, a_contact(name, phone, reminders=reminders, match=match),
        key=key or f"key-{next(_fresh)}", secret=SECRET, by=by, now=now, hold=hold,
    )  # fmt: skip


def an_appointment(centre: int, counsellor: int, starts: datetime, *, minutes: int = 30, **values) -> int:
    """A row that no service would write any more (of an hour ago, in a taken place …), with its claims."""
    with transaction(0) as session:
        used = session.scalar(
            select(m.StaffRoom.room_id).filter_by(staff_id=counsellor).order_by(m.StaffRoom.position).limit(1)
        )
        carrier = session.scalar(select(m.Staff.carrier_id).filter_by(id=counsellor))
        row = m.Appointment(**{
            "centre_id": centre, "carrier_id": carrier, "programme_id": _first(session, m.Programme, centre),
            "topic_id": _first(session, m.Topic, centre), "counsellor_id": counsellor, "room_id": used,
            "state": "booked", "starts_at": starts, "ends_at": starts + minutes * MINUTE,
            "busy_until": starts + (minutes + 5) * MINUTE, "language": "de", "interpreter": False, "because": {},
            "booked_at": starts - 7 * DAY, **values,
        })  # fmt: skip
        session.add(row)
        session.flush()
        for resource, passed in product((f"c{counsellor}", f"r{row.room_id}.0"), range(0, minutes + 5, 5)):
            step = int((starts + passed * MINUTE).timestamp()) // 300
            session.add(m.Claim(resource=resource, step=step, centre_id=centre, appointment_id=row.id))
        return row.id


def a_ticket(
    centre: int, programme: str | None = None, language: str | None = None, *, key: str | None = None,
    by: By = DESK, now: datetime = NOW,
) -> TicketRow:  # fmt: skip
    """A walk-in's number, from the service."""
    return tickets.take(
        centre, language=language, programme=programme, key=key or f"key-{next(_fresh)}", secret=SECRET, by=by, now=now
    ).ticket


def _first(session: Session, model: type, centre: int) -> int:
    return session.execute(select(model.id).filter_by(centre_id=centre).order_by(model.id).limit(1)).scalar_one()
