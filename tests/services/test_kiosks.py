"""Kiosks: devices of a kind of their own, an empty desk, and the picture that proves somebody is in the building."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain.actors import KIOSK
from booking.domain.errors import Invalid, NotFound, WrongState
from booking.services import calls, kiosks, screens, tickets
from booking.store import models as m
from tests.people import (
    DESK,
    MINUTE,
    NINE,
    NOW,
    SECRET,
    a_booking,
    a_centre,
    a_counsellor,
    a_receptionist,
    a_ticket,
    change,
    rows,
)

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def rezan(centre):
    return a_receptionist(centre)


def paired(centre, by, kind=screens.KIOSK):
    asked = screens.begin_pairing(kind=kind, now=NOW)
    device = screens.pair(centre, asked.code, "Eingang", by=by, now=NOW)
    return device, screens.claim_token(asked.secret, now=NOW)


def vacant(centre, kiosk, by, on=True):
    kiosks.settle(centre, kiosk, "vacant", on=on, by=by, now=NOW)


def test_a_kiosk_is_paired_as_one_and_its_token_is_no_screen_s(centre, rezan):
    kiosk, token = paired(centre, rezan)
    assert screens.screen_by_token(token, kind=screens.KIOSK, now=NOW)[:3] == (kiosk, centre, "Eingang")
    with pytest.raises(NotFound):
        screens.screen_by_token(token, now=NOW)
    assert [(row.kind, row.prints, row.vacant) for row in screens.screens(centre)] == [("kiosk", False, False)]


def test_staff_settle_what_a_kiosk_does_and_it_is_written_down(centre, rezan, heard):
    kiosk, token = paired(centre, rezan)
    kiosks.settle(centre, kiosk, "prints", on=True, by=rezan, now=NOW)
    assert screens.screen_by_token(token, kind=screens.KIOSK, now=NOW).prints
    assert rows(m.Look.what)[-1] == "kiosk-prints"
    assert heard[-1][0] == {centre: {"desk"}}
    with pytest.raises(Invalid):
        kiosks.settle(centre, kiosk, "kind", on=True, by=rezan, now=NOW)


def test_a_screen_another_centre_s_and_a_revoked_kiosk_cannot_be_settled(centre, rezan):
    screen, _ = paired(centre, rezan, screens.SCREEN)
    kiosk, _ = paired(centre, rezan)
    with pytest.raises(NotFound):
        vacant(centre, screen, rezan)
    with pytest.raises(NotFound):
        vacant(a_centre("elsewhere"), kiosk, rezan)
    screens.revoke(centre, kiosk, by=rezan, now=NOW)
    with pytest.raises(NotFound):
        vacant(centre, kiosk, rezan)
    with pytest.raises(IntegrityError):
        change(m.Screen, screen, vacant=True)


def test_while_the_desk_is_empty_counsellors_see_who_came_to_the_kiosk_and_still_waits(centre, rezan):
    berta, (kiosk, _) = a_counsellor(centre, "Berta"), paired(centre, rezan)
    first, _at_the_desk = a_ticket(centre, by=KIOSK, now=NINE), a_ticket(centre, by=DESK, now=NINE)
    second = a_ticket(centre, by=KIOSK, now=NINE + MINUTE)
    shown = [f"{one.number:03d}" for one in (second, first)]
    assert (kiosks.arrivals(centre, now=NINE + MINUTE), kiosks.desk_is_empty(centre)) == (None, False)
    vacant(centre, kiosk, rezan)
    assert (kiosks.arrivals(centre, now=NINE + MINUTE), kiosks.desk_is_empty(centre)) == (shown, True)
    assert kiosks.arrivals(centre, now=NINE + timedelta(minutes=10, seconds=30)) == shown[:1]
    calls.call_number(centre, second.id, berta, reason="other", by=DESK, now=NINE + MINUTE)
    assert kiosks.arrivals(centre, now=NINE + MINUTE) == shown[1:]
    vacant(centre, kiosk, rezan, on=False)
    assert kiosks.arrivals(centre, now=NINE + MINUTE) is None
    vacant(centre, kiosk, rezan)
    screens.revoke(centre, kiosk, by=rezan, now=NOW)
    assert not kiosks.desk_is_empty(centre)


def test_the_sign_of_the_house_is_good_for_its_window_and_the_next(centre):
    begins = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    sign = kiosks.sign(centre, secret=SECRET, now=begins)
    assert sign == kiosks.sign(centre, secret=SECRET, now=begins + timedelta(seconds=299))
    kiosks.check_sign(centre, sign, secret=SECRET, now=begins)
    kiosks.check_sign(centre, sign, secret=SECRET, now=begins + timedelta(seconds=599))
    for centre_id, secret, seen, now in (
        (centre, SECRET, sign, begins + timedelta(minutes=10)),
        (centre, SECRET, sign, begins - timedelta(seconds=1)),
        (centre + 1, SECRET, sign, begins),
        (centre, "another" * 6, sign, begins),
        (centre, SECRET, "٣" + sign, begins),
        (centre, SECRET, "", begins),
    ):
        with pytest.raises(Invalid, match="sign-old"):
            kiosks.check_sign(centre_id, seen, secret=secret, now=now)


def test_who_comes_on_another_day_is_told_when(centre):
    booked = a_booking(centre, NINE)
    with pytest.raises(WrongState) as refused:
        tickets.check_in(centre, booked.card.id, by=KIOSK, now=NOW)
    assert (refused.value.state, refused.value.at) == ("other-day", NINE)


def test_the_picture_is_an_image(centre):
    assert kiosks.picture("https://anlaufstelle.example").startswith("data:image/svg+xml")
