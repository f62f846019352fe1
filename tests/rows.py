"""Rows written directly, for tests that need an old, an odd or a complete database rather than a story."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from booking.store import models as m

NOW = datetime(2027, 3, 29, 5, 40, tzinfo=UTC)
TODAY = date(2027, 3, 29)


def a_centre(session: Session, slug: str = "ludwigsburg", **values) -> int:
    """A centre with a carrier, a programme, a topic, an office and a lead who is also the counsellor."""
    row = m.Centre(**{
        "slug": slug, "name": {"de": slug}, "sms_name": slug, "zone": "Europe/Berlin", "region": "BW",
        "address": "Hauptstraße 1", "directions": {}, "phone": "+49 7141 1", "step_free": None, "languages": ["de"],
        "interpreted": [], "interpreter_lead_minutes": 0, "horizon_days": 28, "lead_minutes": 60,
        "start_every_minutes": 15, "buffer_minutes": 5, "min_present": 1, "min_reachable": 1, "erase_after_days": 30,
        **values,
    })  # fmt: skip
    session.add(row)
    session.flush()
    session.add(m.Board(centre_id=row.id, version=0))
    session.add(m.Carrier(centre_id=row.id, slug="caritas", name="Caritas", law="KDG"))
    session.add(m.Programme(centre_id=row.id, slug="mbe", name={}, confidential=False))
    session.add(m.Topic(centre_id=row.id, slug="work", name={}, minutes=30, position=1))
    session.add(m.Room(centre_id=row.id, slug="1", name="1", kind="office", seats=3, quiet=False))
    a_member(session, row.id)
    return row.id


def a_member(session: Session, centre_id: int, login: str = "lead", **values) -> int:
    row = m.Staff(**{
        "centre_id": centre_id, "carrier_id": None, "login": login, "name": login.title(), "role": "lead",
        "language": "de", "password_hash": None, "secret_since": date(2020, 1, 1), "duty": True,
        "contract_minutes": 2340, **values,
    })  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def an_appointment(session: Session, centre_id: int, starts: datetime = NOW + timedelta(days=2), **values) -> int:
    def first(model: type) -> int:
        return session.query(model.id).filter_by(centre_id=centre_id).limit(1).scalar()

    row = m.Appointment(**{
        "centre_id": centre_id, "carrier_id": first(m.Carrier), "programme_id": first(m.Programme),
        "topic_id": first(m.Topic), "counsellor_id": first(m.Staff), "room_id": first(m.Room), "state": "booked",
        "starts_at": starts, "ends_at": starts + timedelta(minutes=30), "busy_until": starts + timedelta(minutes=35),
        "language": "ar", "interpreter": False, "because": {}, "booked_at": starts - timedelta(days=9), **values,
    })  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def a_visitor(session: Session, centre_id: int, appointment_id: int, surrogate: str, **values) -> None:
    carrier = session.query(m.Carrier.id).filter_by(centre_id=centre_id).limit(1).scalar()
    session.add(m.Visitor(**{
        "centre_id": centre_id, "carrier_id": carrier, "appointment_id": appointment_id, "surrogate": surrogate,
        "name": None, "phone": None, "reminders_agreed": None, "erase_on": TODAY + timedelta(days=32), **values,
    }))  # fmt: skip
    session.flush()


def a_message(
    session: Session, centre_id: int, appointment_id: int, name: str = "reminder_eve", *, sequence: int = 0, **values
) -> int:
    """`name` tells several of an appointment apart, `sequence` says of which of its times the message is."""
    row = m.Message(**{
        "centre_id": centre_id, "appointment_id": appointment_id, "key": f"{appointment_id}:{sequence}:{name}",
        "kind": "reminder_eve", "language": "ar", "state": "due", "due_at": NOW,
        "not_after": NOW + timedelta(days=1), **values,
    })  # fmt: skip
    session.add(row)
    session.flush()
    return row.id
