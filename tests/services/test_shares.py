"""What of each post is booked, for the lead."""

import pytest

from booking.services import shares
from tests.people import DAY, NOW, TODAY, a_carrier, a_centre, a_counsellor, an_appointment, at

pytestmark = pytest.mark.usefixtures("inside")


def test_posts_stand_by_carrier_and_name_with_what_is_booked_of_their_hours():
    centre = a_centre()
    a_carrier(centre, "awo")
    half = 39 * 30
    zoe = a_counsellor(centre, "Zoe", contract_minutes=half)
    a_counsellor(centre, "Ada", contract_minutes=39 * 60)
    a_counsellor(centre, "Mia", carrier="awo", contract_minutes=half)
    a_counsellor(centre, "Volunteer", contract_minutes=0)
    a_counsellor(centre, "Gone", last_day=TODAY - DAY)
    for hour in (9, 10, 11):
        an_appointment(centre, zoe, at(f"2027-03-02 {hour:02d}:00"))
    assert [(post.name, post.hours, post.percent) for post in shares.posts(centre, now=NOW)] == [
        ("Mia", 19.5, 0), ("Ada", 39.0, 0), ("Zoe", 19.5, 2),
    ]  # fmt: skip
