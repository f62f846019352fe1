"""Forecast beside truth."""

from booking.domain.calibration import Calibrated, Kept, calibrated


def test_each_length_of_forecast_has_its_line_and_the_last_is_of_all():
    short = [Kept(5, 15, waited) for waited in (1, 4, 5, 10, 16)]
    long = [Kept(40, 61, waited) for waited in (30, 50, 61, 70, 90, 40)]
    assert calibrated([*short, *long, Kept(20, 30, 1), Kept(None, None, 5), Kept(5, None, 5)]) == [
        Calibrated(15, False, 5, 60, 80, 4),
        Calibrated(30, False, None, None, None, None),
        Calibrated(60, False, None, None, None, None),
        Calibrated(None, False, 6, 33, 67, 16),
        Calibrated(None, True, 12, 50, 75, 10),
    ]


def test_too_few_tell_nothing_not_even_how_few():
    assert {line.numbers for line in calibrated([Kept(5, 10, 3)] * 4)} == {None}
    assert calibrated([Kept(5, 10, 3)] * 5)[-1].numbers == 5
