"""A house for races: small, since every minute that is worked out for nothing is one in which nobody contends."""

from collections.abc import Sequence
from datetime import time
from typing import NamedTuple

from flask import Flask

from tests import people

WORKDAYS = tuple((weekday, time(8), time(18)) for weekday in range(5))


class House(NamedTuple):
    id: int
    counsellors: list[int]


def a_house(app: Flask, languages: Sequence[str], **centre: object) -> House:
    """A counsellor a language (all of them speak German, too) and as many offices; walk-ins are welcome all day.

    Each counsellor prefers an office of her own and may use all of them.
    """
    with app.app_context():
        house = people.a_bare_centre(**centre)
        people.a_carrier(house)
        people.a_programme(house)
        people.a_topic(house)
        people.open_hours(house, WORKDAYS, walk_in=True)
        offices = [f"office-{n}" for n in range(len(languages))]
        for office in offices:
            people.a_room(house, office)
        counsellors = [
            people.a_counsellor(house, f"C{n}", rooms=offices[n:] + offices[:n], languages={"de", language},
                                shifts=WORKDAYS, api_allowed=True)
            for n, language in enumerate(languages)
        ]  # fmt: skip
        return House(house, counsellors)
