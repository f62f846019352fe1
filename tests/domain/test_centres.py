"""A centre's file: what comes of a right one, and each kind of mistake at its line."""

import tomllib
from datetime import date, time

import pytest

from booking.domain.centre_values import LANGUAGES
from booking.domain.centres import Shift, describe, dotted
from booking.domain.roster import Hours
from booking.web.cli import wording
from booking.web.i18n import SPOKEN
from tests.centre_files import SMALL, changed, line_of, mistakes, section


def described():
    found, problems = describe(tomllib.loads(SMALL), lambda region: region == "DE-BW")
    assert problems == []
    return found


def test_a_right_file_becomes_a_description():
    found = described()
    assert found.centre.slug == "here"
    assert found.centre.step_free is None
    assert found.centre.interpreted == ("ar",)
    assert [c.law for c in found.carriers] == ["KDG", "DSGVO"]
    assert [(p.slug, p.before_birthday, p.from_birthday, p.refer_to) for p in found.programmes] == [
        ("young", 27, None, None),
        ("adult", None, 27, "youth"),
    ]
    assert [t.programmes for t in found.topics] == [("young", "adult"), ("adult",)]
    assert found.closures[0].carrier == "red"


def test_walk_in_hours_stand_beside_the_opening_hours():
    assert described().hours == (
        Hours(0, time(9), time(12), False),
        Hours(1, time(9), time(12), False),
        Hours(1, time(12), time(17), False),
        Hours(1, time(11), time(13), True),
    )


def test_a_post_is_counted_in_minutes_of_39_hours():
    assert [person.contract_minutes for person in described().staff] == [1755, 1170, 2340]


def test_shifts_come_in_either_way_of_writing_them():
    ada, ben, lea = described().staff
    assert ada.shifts[1] == Shift(1, time(8, 30), time(17, 30), date(2026, 1, 1), None, "talks", 1)
    assert ben.shifts == (Shift(1, time(9), time(12), date(2026, 1, 1), date(2027, 12, 31), "talks", 1),)
    assert lea.shifts == ()


def test_lists_are_counted_from_one_in_what_people_read():
    assert dotted(("staff", 1, "shift", 0, "ends")) == "staff[2].shift[1].ends"
    assert dotted(()) == ""


def test_every_language_a_file_may_name_has_a_name_of_its_own():
    assert set(SPOKEN) == LANGUAGES


def test_the_small_file_has_no_mistake():
    assert mistakes(SMALL) == []


SINGLE = [
    # what is replaced, by what, the key of the mistake, part of its sentence
    ('slug = "here"', 'slug = "screen"', "centre.slug", "address of the program"),
    ('slug = "here"', 'slug = "favicon.ico"', "centre.slug", "address of the program"),
    ('slug = "here"', 'slug = "Here"', "centre.slug", "small letters"),
    ('slug = "here"', "slug = []", "centre.slug", "small letters"),
    ('slug = "here"', f'slug = "{"a" * 41}"', "centre.slug", "at most 40"),
    ('sms_name = "HERE"', 'sms_name = "HERE AND THERE"', "centre.sms_name", "at most 11"),
    ('sms_name = "HERE"', 'sms_name = "123"', "centre.sms_name", "at most 11"),
    ('sms_name = "HERE"', "sms_name = 5", "centre.sms_name", "at most 11"),
    ('zone = "Europe/Berlin"', 'zone = "Europe/Balingen"', "centre.zone", "not known"),
    ('zone = "Europe/Berlin"', "zone = []", "centre.zone", "not known"),
    ('region = "DE-BW"', 'region = "DE-XX"', "centre.region", "holidays of this region"),
    ('region = "DE-BW"', 'region = "QQ"', "centre.region", "holidays of this region"),
    ('region = "DE-BW"', 'region = "Baden"', "centre.region", "like DE-BW"),
    ('address = "Gasse 1, Ort"', 'address = " "', "centre.address", "Write a text"),
    ('address = "Gasse 1, Ort"', "address = 1", "centre.address", "Write a text"),
    ('address = "Gasse 1, Ort"', f'address = "{"x" * 201}"', "centre.address", "at most 200"),
    ('en = "Here", ', "", "centre.name", '"en" is missing'),
    ('en = "Here"', 'en = ""', "centre.name.en", "Write a text"),
    ('en = "Here"', 'en = "Here", xx = "?"', "centre.name.xx", "no language of the pages"),
    ('name = { de = "Hier", en = "Here", ar = "هنا" }', 'name = "Hier"', "centre.name", "each language"),
    ('phone = "+49 30 23125 001"', 'phone = "030 23125"', "centre.phone", "country code"),
    ('languages = ["de", "en", "ar"]', 'languages = ["de", "xx"]', "centre.languages[2]", "not known"),
    ('languages = ["de", "en", "ar"]', "languages = [1]", "centre.languages[1]", "not known"),
    ('languages = ["de", "en", "ar"]', 'languages = ["de", "en", "de", "de"]', "centre.languages", "twice"),
    ('languages = ["de", "en", "ar"]', "languages = []", "centre.languages", "needs a language"),
    ('languages = ["de", "en", "ar"]', 'languages = ["de"]\nmodes = []', "centre.modes", "at least one way"),
    ('languages = ["de", "en", "ar"]', 'languages = ["de"]\nmodes = ["fax"]', "centre.modes[1]", "not known"),
    *(("erase_after_days = 30", f'erase_after_days = 30\nembedded_on = ["{site}"]', "centre.embedded_on[1]", "a site")
      for site in ("http://a.example", "https://a.example/x", "https://a.example; script-src *", "*")),
    ('interpreted = ["ar"]', 'interpreted = "ar"', "centre.interpreted", "a list"),
    ("horizon_days = 21", "horizon_days = 0", "centre.horizon_days", "from 1 to 365"),
    ("horizon_days = 21", "horizon_days = true", "centre.horizon_days", "whole number"),
    ("lead_minutes = 120", "lead_minutes = 121", "centre.lead_minutes", "multiple of 5"),
    *(
        ("start_every_minutes = 15", f"start_every_minutes = {odd}", "centre.start_every_minutes", "10, 15, 20, 30, 60")
        for odd in ("0", "1", "25", "45", "65", "120", "true", '"15"')
    ),
    ("min_present = 1", "min_present = 10", "centre.min_present", "from 0 to 9"),
    ("min_reachable = 1", "min_reachable = -1", "centre.min_reachable", "from 0 to 9"),
    ("min_present = 1", "min_present = 1\nsame_day_percent = 95", "centre.same_day_percent", "from 0 to 90"),
    ("min_present = 1", "min_present = 1\ncrisis_minutes = 7", "centre.crisis_minutes", "multiple of 5"),
    ("seats = 3", "seats = 3\ntalks = 2", "room[1].talks", "one talk at a time"),
    ("seats = 3", 'seats = 3\nsite = "moon"', "room[1].site", "No site"),
    ("before_birthday = 27", 'before_birthday = 27\nareas = ["moon"]', "programme[1].areas", "No area"),
    (
        "[hours.open]",
        '[[interpreter]]\nslug = "nour"\nname = "Nour"\nlanguages = []\nhours = {}\n\n[hours.open]',
        "interpreter[1].languages",
        "needs a language",
    ),
    ("min_present = 1", "min_present = 1\nopening = 4", "centre.opening", "key is not known"),
    ('law = "KDG"', 'law = "LAW"', "carrier[1].law", "DSGVO, KDG, DSG-EKD"),
    ('law = "KDG"', "law = 1", "carrier[1].law", "not known here"),
    ('slug = "letter"', 'slug = "unsure"', "topic[2].slug", "used twice"),
    ('refer_to = "youth"', 'refer_to = "nobody"', "programme[2].refer_to", "No partner"),
    ("from_birthday = 27", "from_birthday = 0", "programme[2].from_birthday", "whole number"),
    ("from_birthday = 27", "first_day = 2027-01-02\nlast_day = 2027-01-01", "programme[2].last_day", "before first"),
    ('slug = "letter"', 'slug = "work"', "topic[2].slug", "not known here"),
    ("minutes = 15\nprogrammes", "minutes = 12\nprogrammes", "topic[2].minutes", "multiple of 5"),
    ('programmes = ["adult"]', 'programmes = ["old"]', "topic[2].programmes", "No programme"),
    ('programmes = ["adult"]', "programmes = []", "topic[2].programmes", "needs a programme"),
    ('kind = "office"', 'kind = "cellar"', "room[1].kind", "not known here"),
    ('name = "2"', 'name = "1"', "room[2].name", "used twice"),
    ("seats = 9", "seats = 9\nquiet = 1", "room[3].quiet", "true or false"),
    ('mon = ["09:00-12:00"]', 'mon = ["09:00-25:00"]', "hours.open.mon[1]", "outside the day"),
    ('mon = ["09:00-12:00"]', 'mon = ["09:00-12:60"]', "hours.open.mon[1]", "outside the day"),
    ('mon = ["09:00-12:00"]', 'mon = ["09:02-12:00"]', "hours.open.mon[1]", "a mark of 5 minutes"),
    ('mon = ["09:00-12:00"]', 'mon = ["9-12"]', "hours.open.mon[1]", "like \"09:00\""),
    ('mon = ["09:00-12:00"]', 'mon = ["09:00"]', "hours.open.mon[1]", "a period"),
    ('mon = ["09:00-12:00"]', "mon = [9]", "hours.open.mon[1]", "a period"),
    ('mon = ["09:00-12:00"]', 'mon = ["12:00-09:00"]', "hours.open.mon[1]", "ends before"),
    ('mon = ["09:00-12:00"]', 'mon = ["09:00-12:00", "11:55-14:00"]', "hours.open.mon[2]", "overlaps"),
    ('mon = ["09:00-12:00"]', 'someday = ["09:00-12:00"]', "hours.open.someday", "key is not known"),
    ('tue = ["11:00-13:00"]', 'tue = ["11:00-17:05"]', "hours.walk_in.tue[1]", "outside the opening hours"),
    ('tue = ["11:00-13:00"]', 'wed = ["11:00-13:00"]', "hours.walk_in.wed[1]", "outside the opening hours"),
    ('tue = ["11:00-13:00"]', 'tue = ["11:00-13:00", "12:00-14:00"]', "hours.walk_in.tue[2]", "overlaps"),
    ("first_day = 2027-05-07", 'first_day = "2027-05-07"', "closure[1].first_day", "without quotes"),
    ("first_day = 2027-05-07", "first_day = 2027-05-07 10:00:00", "closure[1].first_day", "Write a day"),
    ("[[closure]]\n", '[[closure]]\nstarts = "09:00"\n', "closure[1]", "both starts and ends"),
    (
        "last_day = 2027-05-07", 'last_day = 2027-05-07\nstarts = "09:00"\nends = "09:00"', "closure[1].ends",
        "ends before",
    ),
    ('carrier = "red"\nreason', 'carrier = "green"\nreason', "closure[1].carrier", "No carrier"),
    ('login = "ada"', 'login = "Ada L."', "staff[1].login", "small letters"),
    ('login = "ada"', "login = 1", "staff[1].login", "small letters"),
    ('login = "ben"', 'login = "ada"', "staff[2].login", "used twice"),
    ('role = "counsellor"', 'role = "boss"', "staff[1].role", "receptionist, counsellor"),
    ('carrier = "blue"', 'carrier = "green"', "staff[2].carrier", "No carrier"),
    ("fte = 0.75", "fte = 1.5", "staff[1].fte", "from 0 to 1"),
    ("fte = 0.75", "fte = true", "staff[1].fte", "from 0 to 1"),
    ("fte = 0.75", 'fte = "half"', "staff[1].fte", "from 0 to 1"),
    ("duty = true", 'duty = "yes"', "staff[1].duty", "true or false"),
    ('rooms = ["r2"]', 'rooms = ["r9"]', "staff[2].rooms", "No room"),
    ('rooms = ["r2"]', 'rooms = ["wait"]', "staff[2].rooms", "neither an office nor a group room"),
    ('rooms = ["r1", "r2"]', 'rooms = ["r1", "r1"]', "staff[1].rooms", "twice"),
    ('{ weekday = "mon"', '{ weekday = "monday"', "staff[1].shift[1].weekday", "mon, tue"),
    ('ends = "12:30"', 'ends = "08:30"', "staff[1].shift[1].ends", "ends before"),
    ("valid_until = 2027-12-31", "valid_until = 2025-12-31", "staff[2].shift[1].valid_until", "before valid_from"),
    ("valid_until = 2027-12-31", 'kind = "outreach"\nsite = "moon"', "staff[2].shift[1].site", "No site"),
    ("last_day = 2030-12-31", "first_day = 2031-01-01\nlast_day = 2030-12-31", "staff[2].last_day", "before first_day"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "sentence"), SINGLE)
def test_a_mistake_is_named_at_its_line(old, new, key, sentence):
    text = changed((old, new))
    ((line, found, said),) = mistakes(text)
    assert found == key
    assert sentence in said
    last_key = key.rsplit(".", 1)[-1].split("[")[0]
    within = next((i for i, part in enumerate(new.split("\n")) if last_key in part), 0)
    assert line == line_of(SMALL, old) + within


def test_an_overlapping_shift_is_named_at_its_own_line():
    text = changed(('weekday = "mon"', 'weekday = "tue"'))
    sentence = "This overlaps another shift of the same person on tue."
    assert mistakes(text) == [(line_of(text, 'ends = "17:30"'), "staff[1].shift[2]", sentence)]


def test_a_topic_may_turn_on_one_birthday_only():
    text = changed(("before_birthday = 27", "before_birthday = 18"))
    sentence = "These turn on several birthdays (18, 27): only one can be asked."
    assert mistakes(text) == [(line_of(text, "programmes ="), "topic[1].programmes", sentence)]


@pytest.mark.parametrize(
    ("removed", "key", "sentence"),
    [
        ("horizon_days = 21\n", "centre", '"horizon_days" is missing.'),
        ('law = "KDG"\n', "carrier[1]", '"law" is missing.'),
        ("seats = 9\n", "room[3]", '"seats" is missing.'),
    ],
)
def test_what_is_missing_is_named_at_its_table(removed, key, sentence):
    text = changed((removed, ""))
    table = {"centre": "[centre]", "carrier[1]": "[[carrier]]", "room[3]": '[[room]]\nslug = "wait"'}[key]
    assert mistakes(text) == [(line_of(text, table), key, sentence)]


@pytest.mark.parametrize("name", ["carrier", "programmes", "languages", "rooms"])
def test_a_counsellor_needs_what_she_works_with(name):
    ben = section("ben")
    without = "".join(row for row in ben.splitlines(keepends=True) if not row.startswith(f"{name} ="))
    text = changed((ben, without))
    assert mistakes(text) == [(line_of(text, without), "staff[2]", f'A counsellor needs "{name}".')]


def test_others_need_none_of_it():
    assert mistakes(changed((section("ben"), ""), ('role = "counsellor"', 'role = "receptionist"'))) == []


def test_a_programme_asks_for_one_side_of_a_birthday_only():
    text = changed(("from_birthday = 27", "from_birthday = 27\nbefore_birthday = 27"))
    assert [(key, said) for _, key, said in mistakes(text)] == [
        ("programme[2].before_birthday", "Give from_birthday or before_birthday, not both.")
    ]


def test_shifts_of_the_same_time_in_different_years_do_not_overlap():
    later = '{ weekday = "mon", starts = "08:30", ends = "12:30", valid_from = 2026-01-01, valid_until = 2026-06-30 },'
    again = '  { weekday = "mon", starts = "09:30", ends = "12:30", valid_from = 2026-07-01 },'
    old = '{ weekday = "mon", starts = "08:30", ends = "12:30", valid_from = 2026-01-01 },'
    assert mistakes(changed((old, f"{later}\n{again}"))) == []
    assert mistakes(changed((old, f"{later}\n{again.replace('2026-07-01', '2026-06-30')}"))) != []


@pytest.mark.parametrize(
    ("kind", "outreach", "sentences"),
    [
        ("outreach", "true", []), ("outreach", "1", []), ("hike", "true", []),
        ("outreach", "false", ['"school" is no site of outreach.']),
        ("admin", "true", ["Only a shift of outreach names a site."]),
    ],
)  # fmt: skip
def test_only_outreach_goes_to_a_site_and_only_to_one_of_outreach(kind, outreach, sentences):
    name = '{ de = "Schule", en = "School", ar = "مدرسة" }'
    site = f'[[site]]\nslug = "school"\nname = {name}\naddress = "Weg 3"\noutreach = {outreach}\n\n[hours.open]'
    shift = f'valid_until = 2027-12-31\nkind = "{kind}"\nsite = "school"'
    found = mistakes(changed(("[hours.open]", site), ("valid_until = 2027-12-31", shift)))
    assert [said for _, key, said in found if key.endswith(".site")] == sentences


def test_a_shift_that_cannot_be_read_is_not_compared():
    text = changed(('{ weekday = "mon", starts = "08:30"', '{ weekday = "tue", starts = "8"'))
    assert [key for _, key, _ in mistakes(text)] == ["staff[1].shift[1].starts"]


def test_a_wrong_list_is_not_also_an_empty_one():
    text = changed(('languages = ["de", "en"]\nrooms', 'languages = ["dd"]\nrooms'))
    assert [key for _, key, _ in mistakes(text)] == ["staff[2].languages[1]"]


def test_without_opening_hours_no_walk_in_hours_are_measured_against_them():
    text = changed(('mon = ["09:00-12:00"]\ntue = ["09:00-12:00", "12:00-17:00"]\n', ""), ("[hours.open]\n", ""))
    assert [(key, said) for _, key, said in mistakes(text)] == [("hours", '"open" is missing.')]


def test_every_mistake_is_reported_at_once_in_the_order_of_the_file():
    text = changed(
        ('zone = "Europe/Berlin"', 'zone = "Nowhere"'),
        ('law = "KDG"', 'law = "LAW"'),
        ('mon = ["09:00-12:00"]', 'mon = ["09:00-12:01"]'),
        ('ends = "12:30"', 'ends = "07:00"'),
        ('login = "lea"', 'login = "ben"\nhat = true'),
    )
    found = mistakes(text)
    assert [key for _, key, _ in found] == [
        "centre.zone", "carrier[1].law", "hours.open.mon[1]", "staff[1].shift[1].ends",
        "staff[3].login", "staff[3].hat",
    ]  # fmt: skip
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


def test_tables_of_the_wrong_kind_and_missing_tables_are_named():
    assert [(key, said) for _, key, said in mistakes('centre = 3\ncarrier = "x"\nroom = [4]\nhours = []\n')] == [
        ("", '"programme" is missing.'),
        ("", '"topic" is missing.'),
        ("centre", "This must be a table."),
        ("carrier", "This must be a list."),
        ("room[1]", "This must be a table."),
        ("hours", "This must be a table."),
    ]


ODD_VALUES = ([], {}, "", "x" * 500, 0, -1, 1.5, float("nan"), True, date(2027, 1, 1), time(9), [[]], [{}], {"de": 1})


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@pytest.mark.parametrize("odd", ODD_VALUES, ids=lambda odd: repr(odd)[:20])
def test_whatever_stands_anywhere_is_described_or_named_never_an_error(odd):
    for *parents, last in (path for path in places(tomllib.loads(SMALL)) if path):
        data = tomllib.loads(SMALL)
        table = data
        for key in parents:
            table = table[key]
        table[last] = odd
        found, problems = describe(data, lambda _: True)
        assert (found is None) == bool(problems)
        assert all(wording.mistake(kind, values) for _, kind, values in problems)
