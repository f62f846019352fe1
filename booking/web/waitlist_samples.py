"""What the gallery shows of the wait list."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from booking.domain.appointments import spoken
from booking.domain.places import Wish
from booking.web.forms import WaitForm

NOW = datetime(2027, 3, 16, 8, 12, tzinfo=UTC)
START, LAST = NOW + timedelta(days=1, minutes=48), date(2027, 4, 13)
CODE, TOPIC = "12345678", {"de": "Aufenthalt", "en": "Residence", "ar": "الإقامة"}
OFFER = Sample(id=1, starts_at=START, ends_at=START + timedelta(minutes=45), answer_by=NOW + timedelta(hours=2))
DAYS = [NOW.date() + timedelta(days=days) for days in (7, 14, 28)]


def _known(state: str = "waiting", offer: Sample | None = None, last: str | None = None) -> dict[str, Any]:
    entry = Sample(state=state, topic="residence", last_day=LAST)
    known = Sample(entry=entry, topic=TOPIC, offer=offer, last=last)
    return {"known": known, "code_spoken": spoken(CODE), "is_new": last is None, "answer_url": "", "leave_url": ""}


def _join() -> dict[str, Any]:
    wish, form = Wish("residence", "ar", None), WaitForm(formdata=None)
    topic = Sample(slug="residence", name=TOPIC)
    return {"topic": topic, "wish": wish, "form": form, "days": DAYS, "chosen": DAYS[-1].isoformat()}


def _open(told: str | None, has_phone: bool = True) -> Sample:
    by = OFFER.answer_by
    return Sample(
        id=1, starts_at=START, answer_by=by, code=CODE, language="ar", topic=TOPIC, told=told, has_phone=has_phone
    )


def _desk() -> dict[str, Any]:
    offers = [_open("delivered"), _open(None), _open(None, False)]
    return {"offers": offers, "waiting": Sample(entries=7, offers=3), "spoken_code": spoken}


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "wait-join": ("waitlist/join.html", _join),
    "wait-list": ("waitlist/show.html", _known),
    "wait-lapsed": ("waitlist/show.html", lambda: _known(last="lapsed")),
    "wait-offer": ("waitlist/show.html", lambda: _known(offer=OFFER)),
    "wait-over": ("waitlist/show.html", lambda: _known("over")),
    "wait-desk": ("desk/wait_list.html", _desk),
    "wait-desk-one": ("desk/wait_offer.html", lambda: {
        "offer": _open(None), "code_spoken": spoken(CODE), "person": Sample(name="Samira", phone="+491512888888"),
    }),
}  # fmt: skip
