"""What a counsellor may tap after a talk, for the figures: of the visit alone, never of a person or a number."""

from collections.abc import Collection
from typing import NamedTuple

from booking.domain.errors import Invalid

PEOPLE_MOST = 20
ELSEWHERE = "elsewhere"


class Told(NamedTuple):
    """`topic`, `area`: slugs, the area perhaps ELSEWHERE; `first`: for the first time here. None: not told."""

    topic: str | None = None
    people: int = 1
    first: bool | None = None
    area: str | None = None
    language: str | None = None
    interpreter: bool | None = None


def check(told: Told, topics: Collection[str], areas: Collection[str]) -> None:
    """Refusals: Invalid("topic", …), Invalid("area", …), Invalid("people", …)."""
    if told.topic is not None and told.topic not in topics:
        raise Invalid("topic", "choice-unknown")
    if told.area is not None and told.area not in (*areas, ELSEWHERE):
        raise Invalid("area", "choice-unknown")
    if not 1 <= told.people <= PEOPLE_MOST:
        raise Invalid("people", "choice-unknown")
