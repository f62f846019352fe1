"""Public holidays by rule, from the `holidays` library."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=512)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region such as DE-BW. School-free days are none."""
    return frozenset(_named(region, year))


def names(region: str, first: date, last: date) -> dict[date, str]:
    """The same of all years from `first` to `last`, by the names they have there."""
    return {day: name for year in range(first.year, last.year + 1) for day, name in _named(region, year).items()}


@lru_cache(maxsize=512)
def _named(region: str, year: int) -> dict[date, str]:
    country, _, state = region.partition("-")
    return dict(holidays.country_holidays(country, subdiv=state or None, years=year))


def within(region: str, first: date, last: date) -> frozenset[date]:
    """All public holidays of the years from `first` to `last`."""
    return frozenset().union(*(public_holidays(region, year) for year in range(first.year, last.year + 1)))
