"""Public holidays of Baden-Württemberg, counted by hand."""

from datetime import date

from booking.gateways.festivals import public_holidays, within


def test_the_public_holidays_of_baden_wuerttemberg():
    assert public_holidays("DE-BW", 2027) == {
        date(2027, 1, 1), date(2027, 1, 6), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 1), date(2027, 5, 6),
        date(2027, 5, 17), date(2027, 5, 27), date(2027, 10, 3), date(2027, 11, 1), date(2027, 12, 25),
        date(2027, 12, 26),
    }  # fmt: skip


def test_another_state_has_others_and_a_country_alone_those_of_all_its_states():
    epiphany, corpus_christi = date(2027, 1, 6), date(2027, 5, 27)
    assert not {epiphany, corpus_christi} & public_holidays("DE-HH", 2027)
    assert date(2027, 10, 31) in public_holidays("DE-HH", 2027)
    assert date(2027, 1, 6) not in public_holidays("DE", 2027)
    assert date(2027, 5, 1) in public_holidays("DE", 2027)


def test_a_span_over_new_year_has_the_holidays_of_both_years():
    found = within("DE-BW", date(2027, 12, 20), date(2028, 1, 10))
    assert {date(2027, 12, 25), date(2028, 1, 1), date(2028, 1, 6)} <= found
    assert found == public_holidays("DE-BW", 2027) | public_holidays("DE-BW", 2028)
