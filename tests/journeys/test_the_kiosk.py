"""The kiosk in a real browser, in Arabic: four taps to a number, check-in, and back to the start by itself."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.test_the_day import book_in_arabic

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Axe()
PAGES = ("", "/ar/", "/ar/number", "/ar/take", "/ar/check-in", "/door")
TOO_SMALL = """[...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((one) => one.offsetParent !== null)
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([_, box]) => box.width < 80 || box.height < 80).map(([words]) => words)"""


def pair(kiosk, desk, site):
    kiosk.goto(f"{site.url}/kiosk")
    expect(kiosk.locator("#digits")).to_have_text(re.compile(r"\d{3} \d{3}"))
    desk.goto(f"{site.url}/ludwigsburg/desk/screens")
    desk.locator("input[name=code]").fill(re.sub(r"\D", "", kiosk.locator("#digits").inner_text()))
    desk.locator("input[name=name]").fill("Eingang")
    desk.locator("main form:has(input[name=code]) button").click()
    expect(kiosk.locator(".tongues")).to_be_visible(timeout=10_000)


def judge(page):
    found = AXE.run(page).response["violations"]
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == [], page.url
    measure(page)


def measure(page):
    assert page.evaluate(TOO_SMALL) == [], page.url
    for side in ("Width", "Height"):
        over = page.evaluate(f"document.documentElement.scroll{side} - document.documentElement.client{side}")
        assert over <= 0, f"{page.url}: {side} {over} px too much"


def test_the_kiosk(site, open_page, signed_in):
    desk, kiosk = signed_in("Reception"), open_page(1024, 768)
    pair(kiosk, desk, site)
    for path in PAGES:
        kiosk.goto(f"{site.url}/kiosk{path}")
        judge(kiosk)
        kiosk.set_viewport_size({"width": 768, "height": 1024})
        measure(kiosk)
        kiosk.set_viewport_size({"width": 1024, "height": 768})

    kiosk.clock.install()
    kiosk.goto(f"{site.url}/kiosk")
    for part in ("a[lang=ar]", "a[href$='/number']", "a[href*='for=mbe']", "button[value=small_child]"):
        kiosk.locator(f"main {part}").click()
    own = kiosk.locator("h1 bdi")
    expect(own).to_have_text(re.compile(r"^\d{3}$"))
    number = own.inner_text()
    expect(kiosk.locator("html")).to_have_attribute("dir", "rtl")
    judge(kiosk)
    desk.goto(f"{site.url}/ludwigsburg/desk")
    expect(desk.locator("main")).to_contain_text(number)

    kiosk.clock.run_for(31_000)
    expect(kiosk.locator("#leaving")).to_be_visible()
    kiosk.locator("[data-stay]").click()
    expect(kiosk.locator("#leaving")).to_be_hidden()
    kiosk.clock.run_for(46_000)
    expect(kiosk.locator(".tongues")).to_be_visible()
    kiosk.go_back()
    expect(kiosk.locator("body")).not_to_contain_text(number)

    kiosk.goto(f"{site.url}/kiosk/ar/check-in")
    for digit in "0000":
        kiosk.locator(f"[name=press][value='{digit}']").click()
    kiosk.locator("[name=press][value=back]").click()
    expect(kiosk.locator("#code")).to_have_value("000")
    kiosk.locator(".pad .go").click()
    expect(kiosk.locator("[role=alert]")).to_be_visible()
    judge(kiosk)

    code = book_in_arabic(open_page(360, 740), site, phone="0172 9925904").replace(" ", "")
    kiosk.goto(f"{site.url}/kiosk/ar/")
    kiosk.keyboard.type(code)  # a scanner, on a page that has no field
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("#code")).to_have_value(code)
    expect(kiosk.locator("[role=alert]")).to_contain_text(re.compile(r"\d{2}:\d{2}"))  # booked for another day
