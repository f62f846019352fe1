"""What the screens show between calls: some short texts of the house, each in its languages."""

from collections.abc import Mapping
from datetime import date, datetime

from booking.domain.errors import Invalid, NotFound
from booking.domain.times import local_day
from booking.services.steps import planning
from booking.services.steps.recording import desk_changed
from booking.store import info_pages as store
from booking.store.db import reading, transaction
from booking.store.info_pages import InfoPage as InfoPage

MOST = 6
LONGEST = 160  # letters: more cannot be read across a room


def pages(centre_id: int, *, now: datetime) -> list[InfoPage]:
    """Those that are shown today."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        return store.of_centre(session, centre_id, day)


def add(centre_id: int, typed: Mapping[str, str], last_day: date | None, *, now: datetime) -> None:
    """`typed`: by language; German must be among them, what is empty is left out.

    Refusals: Invalid("de", "name-missing"), Invalid(language, "field-too-long"), Invalid("last_day", "day-over"),
    Invalid("de", "pages-full").
    """
    words = {language: " ".join(text.split()) for language, text in typed.items()}
    if not words.get("de"):
        raise Invalid("de", "name-missing")
    for language, text in words.items():
        if len(text) > LONGEST:
            raise Invalid(language, "field-too-long")
    with transaction(centre_id) as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        if last_day is not None and last_day < day:
            raise Invalid("last_day", "day-over")
        store.drop_over(session, centre_id, day)
        if store.count(session, centre_id) >= MOST:
            raise Invalid("de", "pages-full")
        store.add(session, centre_id, {language: text for language, text in words.items() if text}, last_day)
        desk_changed(session, centre_id)


def remove(centre_id: int, page_id: int) -> None:
    """Refusal: NotFound."""
    with transaction(centre_id) as session:
        if not store.remove(session, centre_id, page_id):
            raise NotFound
        desk_changed(session, centre_id)
