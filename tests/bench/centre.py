"""The centre that is measured: 12 counsellors in 12 offices, with as many appointments as a row asks for.

Rows are written directly, seeded. Its clock begins on a Monday morning in four weeks without a public holiday.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.times import DAY, GRAIN
from booking.services.steps.links import hashed
from booking.store import models as m
from booking.store.db import db, transaction

MORNING = datetime(2027, 2, 22, 7, 0, tzinfo=UTC)
SLUG, LONG_AGO = "bench", date(2020, 1, 1)
COUNSELLORS, WAITING, HORIZON, BOOKED_SHARE, OF_OTHERS = 12, 60, 21, 0.7, 60
TALK, BUSY = timedelta(minutes=45), timedelta(minutes=50)
SHIFTS = ((time(9), time(12)), (time(14), time(17)))
CELLS = [timedelta(hours=hour, minutes=50 * n) for hour in (8, 13) for n in range(3)]  # UTC, which is Berlin less one
MINUTES_A_DAY = 6 * 60
LANGUAGES = ("ar", "tr", "uk", "ru", "fr", "en")
RECEPTION, COUNSEL, SCREEN = "bench-reception", "bench-counsellor", "bench-screen-{}"


class Place(NamedTuple):
    """Where and when an appointment of the measured centre can be."""

    counsellor: int
    starts: datetime


class Cast(NamedTuple):
    """Ids of what appointments refer to; counsellor n works in room n."""

    centre: int
    carriers: list[int]
    programmes: list[int]
    topic: int
    counsellors: list[int]
    rooms: list[int]


def build(screens: int) -> Cast:
    """The centre without appointments: staff with tokens, paired screens, 60 waiting. Call inside an app context."""
    with transaction(0) as session:
        cast = _house(session)
        _people(session, cast)
        _devices(session, cast, screens)
        _waiting(session, cast)
        session.add(m.Series(centre_id=cast.centre, day=LONG_AGO, first=1, given=0))  # what the bare commit counts up
    return cast


def fill(cast: Cast, total: int) -> None:
    """As many appointments as to make `total`: coming ones up to 70 % of the planned time, all others past."""
    with transaction(cast.centre) as session:
        have = session.scalar(select(func.count()).select_from(m.Appointment)) or 0
        rows = [_appointment(cast, n, place) for n, place in enumerate(_places(total)) if n >= have]
        if not rows:
            return
        ids = session.scalars(insert(m.Appointment).returning(m.Appointment.id, sort_by_parameter_order=True), rows)
        claims = [claim for id_, row in zip(ids.all(), rows, strict=True) for claim in _claims(id_, row)]
        if claims:
            session.execute(insert(m.Claim), claims)
    _analyze()


def settle(cast: Cast, count: int) -> None:
    """So many other centres, each with its house, staff and some weeks of appointments."""
    for number in range(count):
        with transaction(0) as session:
            other = _house(session, f"{SLUG}-{number}")
            _people(session, other)
            first = (number + 1) * 1_000_000
            places = [_at(n % COUNSELLORS, MORNING.date() + n // COUNSELLORS * DAY, CELLS[0]) for n in range(OF_OTHERS)]
            session.execute(
                insert(m.Appointment), [_appointment(other, first + n, place) for n, place in enumerate(places)]
            )  # fmt: skip
    _analyze()


def _analyze() -> None:
    """Autovacuum would have done it within the minute."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def _house(session: Session, slug: str = SLUG) -> Cast:
    centre = m.Centre(
        slug=slug, name={"de": "Messstelle"}, sms_name="MS", zone="Europe/Berlin", region="DE-BW", address="Weg 1, Ort",
        directions={"de": "Am Markt"}, phone="+49 30 23125 400", step_free=None, languages=["de", "en", "ar"],
        interpreted=list(LANGUAGES), interpreter_lead_minutes=2880, horizon_days=HORIZON, lead_minutes=120,
        start_every_minutes=15, buffer_minutes=5, min_present=1, min_reachable=1, erase_after_days=30,
    )  # fmt: skip
    carriers = [m.Carrier(slug=slug, name=slug.title(), law="KDG") for slug in ("caritas", "diakonie", "drk", "awo")]
    programmes = [
        m.Programme(slug="jmd", name={"de": "Junge"}, before_birthday=27, confidential=False),
        m.Programme(slug="mbe", name={"de": "Erwachsene"}, from_birthday=27, confidential=False),
        m.Programme(slug="course", name={"de": "Kurse"}, confidential=False),
    ]
    topic = m.Topic(slug="residence", name={"de": "Aufenthalt"}, minutes=45, position=1)
    rooms = [
        m.Room(slug=f"r{n}", name=str(n), kind="office", seats=3, quiet=False) for n in range(1, COUNSELLORS + 1)
    ]  # fmt: skip
    session.add(centre)
    session.flush()
    parts = [*carriers, *programmes, topic, *rooms]
    for row in (*parts, *_hours()):
        row.centre_id = centre.id
        session.add(row)
    session.add(m.Board(centre_id=centre.id, version=1))
    session.flush()
    for programme in programmes[:2]:
        session.add(m.TopicProgramme(topic_id=topic.id, programme_id=programme.id, centre_id=centre.id))
    return Cast(centre.id, [c.id for c in carriers], [p.id for p in programmes], topic.id, [], [r.id for r in rooms])


def _hours() -> Iterator[m.Hours]:
    """Open on weekdays; walk-ins on Tuesday morning and Thursday afternoon."""
    for weekday in range(5):
        for n, (starts, ends) in enumerate(SHIFTS):
            yield m.Hours(weekday=weekday, starts=starts, ends=ends, walk_in=(weekday, n) in ((1, 0), (3, 1)))


def _people(session: Session, cast: Cast) -> None:
    """Each counsellor with one or two programmes, two languages and three rooms; the first two have everything."""
    for n in range(COUNSELLORS):
        who = _member(session, cast, f"counsellor{n}", "counsellor", cast.carriers[n % len(cast.carriers)])
        cast.counsellors.append(who)
        programmes = cast.programmes if n < 2 else (cast.programmes[n % 2], cast.programmes[2])
        session.add_all(m.StaffProgramme(staff_id=who, programme_id=p, centre_id=cast.centre) for p in programmes)
        spoken = ("de", LANGUAGES[n % len(LANGUAGES)])
        session.add_all(m.StaffLanguage(staff_id=who, language=language, centre_id=cast.centre) for language in spoken)
        for position in range(3):
            room = cast.rooms[(n + position) % COUNSELLORS]
            session.add(m.StaffRoom(staff_id=who, room_id=room, position=position, centre_id=cast.centre))
        for weekday in range(5):
            for starts, ends in SHIFTS:
                session.add(
                    m.Shift(centre_id=cast.centre, staff_id=who, weekday=weekday, starts=starts, ends=ends,
                            valid_from=LONG_AGO)
                )  # fmt: skip


def _member(session: Session, cast: Cast, login: str, role: str, carrier: int | None) -> int:
    row = m.Staff(
        centre_id=cast.centre, carrier_id=carrier, login=login, name=login.title(), role=role, language="de",
        secret_since=LONG_AGO, duty=role == "counsellor", contract_minutes=2340, api_allowed=True,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def _devices(session: Session, cast: Cast, screens: int) -> None:
    desk = _member(session, cast, "reception", "receptionist", None)
    for token, who in ((RECEPTION, desk), (COUNSEL, cast.counsellors[0])):
        session.add(
            m.StaffToken(token_hash=hashed(token), centre_id=cast.centre, staff_id=who, issued_at=MORNING)
        )  # fmt: skip
    for n in range(screens):
        session.add(
            m.Screen(centre_id=cast.centre, name=f"Screen {n}", token_hash=hashed(SCREEN.format(n)), paired_at=MORNING)
        )


def _waiting(session: Session, cast: Cast) -> None:
    """Sixty walk-ins since the morning, for every programme and for none."""
    day = MORNING.date()
    session.add(m.Series(centre_id=cast.centre, day=day, first=1, given=WAITING))
    for n in range(WAITING):
        session.add(
            m.Ticket(centre_id=cast.centre, day=day, number=n + 1, kind="walk_in", state="waiting", language="ar",
                     programme_id=(*cast.programmes, None)[n % 4], taken_at=MORNING + n * timedelta(seconds=1))
        )  # fmt: skip


def _places(total: int) -> Iterator[Place]:
    """The first `total`: the coming ones in a shuffled order that is always the same, then the past, day by day."""
    weekdays = [MORNING.date() + n * DAY for n in range(HORIZON + 1) if (MORNING.date() + n * DAY).weekday() < 5]
    coming = [_at(counsellor, day, cell) for day in weekdays for cell in CELLS for counsellor in range(COUNSELLORS)]
    random.Random(2009).shuffle(coming)
    minutes = len(weekdays) * MINUTES_A_DAY * COUNSELLORS * BOOKED_SHARE
    coming = coming[: min(total, int(minutes / (BUSY / timedelta(minutes=1))))]
    yield from coming
    for n in range(total - len(coming)):
        days, rest = divmod(n, len(CELLS) * COUNSELLORS)
        yield _at(rest % COUNSELLORS, MORNING.date() - (days + 1) * DAY, CELLS[rest // COUNSELLORS])


def _at(counsellor: int, day: date, cell: timedelta) -> Place:
    return Place(counsellor, datetime.combine(day, time(0), UTC) + cell)


def _appointment(cast: Cast, n: int, place: Place) -> dict[str, object]:
    who = place.counsellor
    return {
        "centre_id": cast.centre, "carrier_id": cast.carriers[who % len(cast.carriers)],
        "programme_id": cast.programmes[who % 2], "topic_id": cast.topic, "counsellor_id": cast.counsellors[who],
        "room_id": cast.rooms[who], "state": rules.BOOKED if place.starts > MORNING else rules.DONE,
        "starts_at": place.starts, "ends_at": place.starts + TALK, "busy_until": place.starts + BUSY, "language": "ar",
        "interpreter": False, "because": {"rule": "share", "among": 3, "share": 40}, "code": rules.code(n % 10_000_000),
        "link_hash": hashed(f"link {n}"), "sequence": 0, "booked_at": place.starts - timedelta(days=9),
    }  # fmt: skip


def _claims(appointment_id: int, row: dict[str, object]) -> Iterator[dict[str, object]]:
    starts, ends = row["starts_at"], row["busy_until"]
    assert isinstance(starts, datetime)
    assert isinstance(ends, datetime)
    if starts < MORNING:
        return
    first, end = (int(at.timestamp() // GRAIN.total_seconds()) for at in (starts, ends))
    for resource in (f"c{row['counsellor_id']}", f"r{row['room_id']}.0"):
        for step in range(first, end):
            yield {"resource": resource, "step": step, "centre_id": row["centre_id"], "appointment_id": appointment_id}
