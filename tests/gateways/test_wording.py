"""The texts of SMS: two segments in every language, nothing that outs a person, figures as in Germany."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_date
from flask import Flask

from booking.config import ROOT
from booking.domain.reminders import KINDS, Notice
from booking.gateways.wording import MOST_SEGMENTS, segments, write
from booking.web import i18n

STARTS = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)  # half past two in Germany, a Tuesday
NOTICE = Notice(
    "reminder_eve", "de", "MigraZentrum", STARTS, "Europe/Berlin", "Schlossstraße 9, 71638 Ludwigsburg",
    "07141 910-2041", "12345678", STARTS + timedelta(days=7), STARTS + timedelta(days=1),
)  # fmt: skip
WITH_ADDRESS = {"confirmation", "moved", "reminder_early", "reminder_eve"}
LANGUAGES = sorted(i18n.PAGES)
# A sentence that is not translated yet is English, in whatever length; the catalogues' own test finds that.
TRANSLATED = [tag for tag in LANGUAGES if "einfach" not in tag]


@pytest.fixture(scope="module")
def words():
    app = Flask("booking", root_path=str(ROOT), template_folder="templates")
    i18n.init(app)
    with app.app_context():
        yield


def real_centres() -> list[dict]:
    return [
        tomllib.loads(file.read_text("utf-8"))["centre"] for file in sorted((ROOT / "booking/centres").glob("*.toml"))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_text_has_day_time_code_and_phone(words, kind, language):
    text = write(NOTICE._replace(kind=kind, language=language))
    weekday = format_date(STARTS, "EEEE", i18n.PAGES[language].catalogue)
    for part in ("MigraZentrum", weekday, "16.03.", "14:30", "07141 910-2041"):
        assert part in text
    assert "1234 5678" in text or kind == "offer"  # two times and a code are too much in some languages
    assert ("Schlossstraße 9" in text) == (kind in WITH_ADDRESS)
    assert "%" not in text
    assert text == " ".join(text.split())


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("kind", KINDS)
def test_each_text_of_each_real_centre_has_two_segments_at_most(words, kind, language):
    for day in range(14, 21):  # weekdays differ in length
        for centre in real_centres():
            notice = NOTICE._replace(
                kind=kind, language=language, sms_name=centre["sms_name"], address=centre["address"],
                phone=centre["phone"], starts_at=STARTS.replace(day=day),
            )  # fmt: skip
            assert segments(write(notice)) <= MOST_SEGMENTS


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("kind", sorted(WITH_ADDRESS))
def test_who_is_called_is_told_so_and_sent_nowhere(words, kind, language):
    text = write(NOTICE._replace(kind=kind, language=language, called=True))
    assert "Schlossstraße" not in text
    assert "14:30" in text
    assert text != write(NOTICE._replace(kind=kind, language=language, address=""))
    assert segments(text) <= MOST_SEGMENTS


def test_there_are_real_centres_to_measure():
    assert real_centres()


def test_a_text_that_would_be_too_long_leaves_the_least_important_out(words):
    far = ", " + "Ortsteil " * 40
    long, short = write(NOTICE._replace(language="en")), write(NOTICE._replace(language="en", address=f"Am Tor 1{far}"))
    assert "somebody else" in long
    assert "somebody else" not in short
    assert "Ortsteil" not in short
    assert "Am Tor 1" in short
    assert "14:30" in short
    assert segments(short) <= 2


def test_figures_keep_their_order_in_a_text_from_right_to_left(words):
    text = write(NOTICE._replace(language="ar"))
    for figures in ("16.03.", "14:30", "1234 5678", "07141 910-2041"):
        assert f"\u200e{figures}" in text
    assert "\u200e" not in write(NOTICE)


def test_the_time_is_the_centres_on_both_sides_of_the_change_to_summer_time(words):
    assert "14:30" in write(NOTICE)
    assert "15:30" in write(NOTICE._replace(starts_at=STARTS.replace(day=30)))


@pytest.mark.parametrize(("language", "nearest"), [("de-einfach", "de"), ("ar-SY", "ar"), ("en-GB", "en")])
def test_a_language_without_sentences_of_its_own_gets_the_nearest(words, language, nearest):
    assert write(NOTICE._replace(language=language)) == write(NOTICE._replace(language=nearest))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["it", "ps", "so", "xx", ""])
def test_without_sentences_in_a_language_all_of_the_text_is_german(words, language, kind):
    """Also the weekday, whether or not Babel knows the language: no text in two languages."""
    assert write(NOTICE._replace(language=language, kind=kind)) == write(NOTICE._replace(kind=kind))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_says_the_new_time_and_until_when_it_is_held(words, language):
    text = write(NOTICE._replace(kind="offer", language=language))
    for part in ("23.03.", "17.03.", "14:30"):
        assert part in text


def test_a_text_speaks_the_visitors_language_whatever_was_spoken_before(words):
    english = write(NOTICE._replace(language="en"))
    assert "We expect you on Tuesday" in english
    assert write(NOTICE._replace(language="en")) == english
    assert "Dienstag" in write(NOTICE)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ß" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" + "a" * 151, 2),  # the € does not fit behind 152 letters: 152 + 153
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ع" * 70, 1),
        ("ع" * 71, 2),
        ("ع" * 134, 2),
        ("ع" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 pairs a part, none is cut in two
        ("😀" * 67, 3),
        ("a" * 69 + "ع", 1),
        ("a" * 70 + "ع", 2),
    ],
)
def test_segments_are_counted_as_they_are_charged(text, count):
    assert segments(text) == count
