"""The kiosk: what it does for a desk that is empty, and the sign in the building that changes every few minutes."""

import hmac
from datetime import datetime, timedelta

from booking.domain.errors import Invalid, NotFound
from booking.domain.tickets import shown
from booking.gateways import qr
from booking.services.steps import links
from booking.services.steps.recording import desk_changed, look
from booking.store import screens as store
from booking.store import steps as step_store
from booking.store.db import reading, transaction

DOOR = "kiosk"
SWITCHES = ("prints", "vacant")
WINDOW_SECONDS = 5 * 60
ALERT = timedelta(minutes=10)


def settle(centre_id: int, kiosk_id: int, switch: str, *, on: bool, by: int, now: datetime) -> None:
    """Staff (`by`: who) switch one of SWITCHES. Refusals: Invalid("switch", …), NotFound (also for a screen)."""
    if switch not in SWITCHES:
        raise Invalid("switch", "choice-unknown")
    with transaction(centre_id) as session:
        if not store.settle(session, centre_id, kiosk_id, **{switch: on}):
            raise NotFound
        look(session, centre_id, f"kiosk-{switch}", now, by, f"screen-{kiosk_id}")
        desk_changed(session, centre_id)


def desk_is_empty(centre_id: int) -> bool:
    """Whether a kiosk takes all arrivals now."""
    with reading() as session:
        return store.desk_vacant(session, centre_id)


def arrivals(centre_id: int, *, now: datetime) -> list[str] | None:
    """The numbers that a kiosk gave within ten minutes and that still wait, newest first; None while somebody is at
    the desk, who sees them come."""
    with reading() as session:
        if not store.desk_vacant(session, centre_id):
            return None
        return [shown(number) for number in step_store.arrived(session, centre_id, DOOR, now - ALERT)]


def sign(centre_id: int, *, secret: str, now: datetime) -> str:
    """What proves that somebody stands in the building: good for this window of five minutes and the next one."""
    return _sign(centre_id, secret, int(now.timestamp()) // WINDOW_SECONDS)


def check_sign(centre_id: int, seen: str, *, secret: str, now: datetime) -> None:
    """Refusal: Invalid("sign", "sign-old"): it has changed since, or is another centre's."""
    window = int(now.timestamp()) // WINDOW_SECONDS
    if not any(hmac.compare_digest(_sign(centre_id, secret, w).encode(), seen.encode()) for w in (window, window - 1)):
        raise Invalid("sign", "sign-old")


def picture(address: str) -> str:
    """The address as a QR code."""
    return qr.picture(address)


def _sign(centre_id: int, secret: str, window: int) -> str:
    return links.link_for(secret, f"here:{centre_id}:{window}")
