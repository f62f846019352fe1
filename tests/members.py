"""Centres and accounts of staff for tests. Call inside an app context."""

from datetime import date
from functools import cache

from booking.gateways import passwords
from booking.store import models as m
from booking.store.db import transaction

PASSWORD = "three calm herons"
BOUND = date(2026, 1, 1)
LOGINS = {"receptionist": "rezan", "counsellor": "carla", "lead": "lena", "administrator": "adnan"}


@cache
def password_hash(password: str = PASSWORD) -> str:
    return passwords.hashed(password)


def a_centre(slug: str = "ludwigsburg", carriers: tuple[str, ...] = ("caritas", "diakonie")) -> int:
    """A centre with its carriers; answers its id."""
    with transaction(0) as session:
        centre = m.Centre(
            slug=slug, name={"de": f"Zentrum {slug}"}, sms_name="MZ", zone="Europe/Berlin", region="BW",
            address="Weg 1, 71634 Ort", directions={"de": "Am Markt"}, phone="07141 000000", step_free=None,
            languages=["de", "en", "ar"], interpreted=[], interpreter_lead_minutes=0, horizon_days=21, lead_minutes=60,
            start_every_minutes=15, buffer_minutes=5, min_present=1, min_reachable=1, erase_after_days=30,
        )  # fmt: skip
        session.add(centre)
        session.flush()
        session.add(m.Board(centre_id=centre.id, version=0))
        session.add_all(m.Carrier(centre_id=centre.id, slug=c, name=c.title(), law="gdpr") for c in carriers)
        return centre.id


def a_member(centre_id: int, role: str = "counsellor", **values: object) -> int:
    """An account that may sign in with PASSWORD, unless `values` say otherwise; answers its id."""
    row = {
        "login": LOGINS[role], "name": LOGINS[role].title(), "role": role, "language": "en", "carrier_id": None,
        "password_hash": password_hash(), "secret_since": BOUND, "duty": False, "contract_minutes": 0,
        "first_day": None, "last_day": None, **values,
    }  # fmt: skip
    with transaction(centre_id) as session:
        member = m.Staff(centre_id=centre_id, **row)
        session.add(member)
        session.flush()
        return member.id


def a_carrier_id(centre_id: int, slug: str) -> int:
    from booking.store import staff as store
    from booking.store.db import reading

    with reading() as session:
        found = store.carrier_id(session, centre_id, slug)
    assert found is not None
    return found
