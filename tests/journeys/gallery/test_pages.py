"""What the gallery shows, looked at by a browser: no barrier, nothing too small, nothing beside the page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from booking.web.samples import PAGES

pytestmark = pytest.mark.browser

STAFF = ("desk", "calls", "screens", "staff")
VISITOR_PAGES = ["", *(name for name, (template, _) in PAGES.items() if not template.startswith(STAFF))]
STAFF_PAGES = ["staff", *(name for name, (template, _) in PAGES.items() if template.startswith(STAFF))]
PHONE, DESK, GLASS = {"width": 360, "height": 740}, {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
# What can be pressed, but for links within a sentence and controls that their label enlarges.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")].filter((one) => {
  const box = (one.closest("label") || one).getBoundingClientRect();
  const hidden = box.width === 0 || one.type === "hidden" || one.matches(".skip");
  const inSentence = one.matches("p a, dd a, .notice a") && !one.matches(".way-back, .button, .foot a");
  return !hidden && !inSentence && (box.width < 44 || box.height < 43.5);
}).map((one) => one.outerHTML.slice(0, 120))"""
BESIDE = "() => document.documentElement.scrollWidth - window.innerWidth"
BELOW = "() => document.documentElement.scrollHeight - window.innerHeight"


def barriers(page, **options) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def in_both_themes(page) -> list[str]:
    """The dark one has other colours and nothing else."""
    light = barriers(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    return light + [f"dark {one}" for one in barriers(page, runOnly=["color-contrast"])]


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("name", VISITOR_PAGES)
def test_a_visitors_page_has_no_barrier(visit, name, language):
    page = visit(name, language)
    assert in_both_themes(page) == []
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate(BESIDE) <= 0
    assert page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("name", VISITOR_PAGES)
def test_a_visitors_page_is_as_narrow_as_a_phone_in_the_widest_letters(visit, name):
    page = visit(name, "ti", size={"width": 320, "height": 600})
    assert page.evaluate(BESIDE) <= 0


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_a_staff_page_has_no_barrier_and_lies_within_a_phone(visit, name):
    """Its tables may scroll, the page does not; German has the longer words."""
    page = visit(name, size=DESK)
    assert in_both_themes(page) == []
    assert page.evaluate(BESIDE) <= 0
    page.set_viewport_size(PHONE)
    assert page.evaluate(BESIDE) <= 0


def test_on_a_phone_the_queue_and_the_next_appointments_are_seen_as_well(visit):
    page = visit("desk")
    for box in ("#queue-scroll", "#arrivals-scroll"):
        assert page.locator(box).evaluate("box => box.scrollHeight - box.clientHeight") <= 0, box


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ["desk", "desk-searched", "desk-empty", "calls-called", "calls-free"])
def test_the_desk_fits_its_screen(visit, name, language):
    page = visit(name, language, size=DESK)
    assert page.evaluate(BELOW) <= 0


@pytest.mark.parametrize("language", ["de", "en"])
def test_twelve_waiting_and_ten_appointments_are_seen_at_once(visit, language):
    page = visit("desk", language, size=DESK)
    expect(page.locator("#queue tbody tr")).to_have_count(12)
    expect(page.locator("#arrivals li")).to_have_count(10)
    expect(page.locator(".present")).to_have_count(4)
    for box in ("#queue-scroll", "#arrivals-scroll", ".give"):
        assert page.locator(box).evaluate("box => box.scrollHeight - box.clientHeight") <= 0, box


@pytest.mark.parametrize("name", ["screen", "pairing"])
@pytest.mark.parametrize("size", [GLASS, {"width": 1280, "height": 720}, {"width": 1080, "height": 1920}])
def test_the_screen_fills_the_glass(visit, name, size):
    page = visit(name, size=size)
    assert (page.evaluate(BESIDE), page.evaluate(BELOW)) == (0, 0)


@pytest.mark.parametrize("size", [GLASS, {"width": 1280, "height": 720}])
def test_the_number_is_as_large_as_the_glass_allows_whatever_else_is_said(visit, size):
    page = visit("screen", size=size)
    expect(page.locator("#number")).to_have_text("211")
    page.evaluate("for (const id of ['stale', 'silent']) document.getElementById(id).hidden = false")
    stage, number, room = (page.locator(name).bounding_box() for name in (".stage", "#number", "#room"))
    assert number["height"] + room["height"] > 0.6 * stage["height"]
    assert room["y"] + room["height"] <= stage["y"] + stage["height"]


def test_the_question_for_the_day_comes_only_with_its_answer(visit):
    page = visit("age")
    expect(page.locator("#birthday")).to_be_hidden()
    page.locator("input[value=soon]").check()
    expect(page.locator("#birthday")).to_be_visible()


def test_arrows_point_the_way_one_reads(visit):
    forward, back = ".time .forward", ".way-back .back"
    mirrored = "one => getComputedStyle(one).transform.startsWith('matrix(-1')"
    german, arabic = visit("times", "de"), visit("times", "ar")
    assert not german.locator(forward).first.evaluate(mirrored)
    assert german.locator(back).evaluate(mirrored)
    assert arabic.locator(forward).first.evaluate(mirrored)
    assert not arabic.locator(back).evaluate(mirrored)
