"""What the screens show between calls: short, in German at least, and only for as long as it holds."""

import pytest

from booking.domain.errors import Invalid, NotFound
from booking.services import info_pages
from tests.people import DAY, NOW, TODAY, a_centre

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def centre():
    return a_centre()


def add(centre, de="Hallo", last_day=None, now=NOW, **more):
    info_pages.add(centre, {"de": de, **more}, last_day, now=now)


def test_a_text_is_shown_until_its_last_day(centre):
    add(centre, " Bitte  leise. ", en="Quiet, please.", ar="  ")
    add(centre, "Nur heute", TODAY)
    first, second = info_pages.pages(centre, now=NOW)
    assert (first.words, first.last_day) == ({"de": "Bitte leise.", "en": "Quiet, please."}, None)
    assert second.words == {"de": "Nur heute"}
    assert info_pages.pages(centre, now=NOW + DAY) == [first]
    assert info_pages.pages(a_centre("balingen"), now=NOW) == []


@pytest.mark.parametrize(
    ("typed", "last_day", "refused"),
    [
        ({"de": " "}, None, ("de", "name-missing")),
        ({"en": "Hello"}, None, ("de", "name-missing")),
        ({"de": "x" * 161}, None, ("de", "field-too-long")),
        ({"de": "x", "ar": "x" * 161}, None, ("ar", "field-too-long")),
        ({"de": "x"}, TODAY - DAY, ("last_day", "day-over")),
    ],
)
def test_what_cannot_be_shown_is_refused(centre, typed, last_day, refused):
    with pytest.raises(Invalid) as refusal:
        info_pages.add(centre, typed, last_day, now=NOW)
    assert (refusal.value.field, refusal.value.reason) == refused
    assert info_pages.pages(centre, now=NOW) == []


def test_there_are_six_at_most_and_those_that_are_over_do_not_count(centre):
    add(centre, last_day=TODAY)
    for _ in range(5):
        add(centre)
    with pytest.raises(Invalid) as refusal:
        add(centre)
    assert refusal.value.reason == "pages-full"
    add(centre, now=NOW + DAY)
    assert len(info_pages.pages(centre, now=NOW + DAY)) == 6


def test_one_is_removed_once_and_only_in_its_own_centre(centre):
    add(centre)
    [page] = info_pages.pages(centre, now=NOW)
    with pytest.raises(NotFound):
        info_pages.remove(a_centre("balingen"), page.id)
    info_pages.remove(centre, page.id)
    assert info_pages.pages(centre, now=NOW) == []
    with pytest.raises(NotFound):
        info_pages.remove(centre, page.id)
