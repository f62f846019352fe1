"""What can be tapped after a talk."""

import pytest

from booking.domain import taps
from booking.domain.errors import Invalid
from booking.domain.taps import ELSEWHERE, Told

TOPICS, AREAS = {"family"}, {"balingen"}


@pytest.mark.parametrize(
    "told", [Told(), Told("family", 20, True, "balingen", "ar", False), Told(area=ELSEWHERE, people=1)]
)
def test_nothing_has_to_be_told_but_how_many_came(told):
    taps.check(told, TOPICS, AREAS)


@pytest.mark.parametrize(
    ("told", "field"),
    [(Told("work"), "topic"), (Told(area="berlin"), "area"), (Told(people=0), "people"), (Told(people=21), "people")],
)
def test_what_the_centre_does_not_know_is_refused(told, field):
    with pytest.raises(Invalid) as refusal:
        taps.check(told, TOPICS, AREAS)
    assert refusal.value.field == field
