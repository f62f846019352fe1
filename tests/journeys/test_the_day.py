"""A day of the centre, in a real browser: book in Arabic, a number, a call, the screen at once, a reminder."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = "٠١٥٢ ٢٨٨١٧٣٨٦"


def book_in_arabic(page, site, phone=PHONE):
    """From the first page to the confirmation; the code as shown."""
    page.goto(f"{site.url}/ludwigsburg/ar/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("main a[href*='/residence/']").click()
    page.locator("main a[href*='length=first']").click()
    page.locator("input[value=reached]").check()
    page.locator("main form button").click()
    page.locator("main button[name=start]").first.click()
    page.locator("input[name=name]").fill("مريم")
    page.locator("input[name=phone]").fill("12")
    page.locator("input[name=reminders]").check()
    page.locator("main form:has(input[name=name]) button").click()
    expect(page.locator("input[name=name]")).to_have_value("مريم")
    expect(page.locator("input[name=reminders]")).to_be_checked()
    page.locator("input[name=phone]").fill(phone)
    page.locator("main form:has(input[name=name]) button").click()
    page.wait_for_url("**/appointment/**")
    return re.search(r"\b(\d{4} \d{4})\b", page.locator("main").inner_text())[1]


def pair_screen(screen, desk, site, name):
    screen.goto(f"{site.url}/screen")
    digits = screen.locator("main").get_by_text(re.compile(r"\d{3}\s?\d{3}"))
    expect(digits).to_be_visible()
    desk.goto(f"{site.url}/ludwigsburg/desk/screens")
    desk.locator("input[name=code]").fill(re.sub(r"\D", "", digits.inner_text())[:6])
    desk.locator("input[name=name]").fill(name)
    desk.locator("main form:has(input[name=code]) button").click()
    expect(screen.locator("#screen")).to_be_visible(timeout=10_000)


def press(page, key):
    """A key that sends a form; keys work once the page says so by showing its key to them."""
    expect(page.locator("button[data-opens=keys]")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press(key)


def give_a_number(desk, site):
    """Two keys: n, Enter. The number as shown."""
    desk.goto(f"{site.url}/ludwigsburg/desk")
    expect(desk.locator("button[data-opens=keys]")).to_be_visible()
    desk.keyboard.press("n")
    press(desk, "Enter")
    given = desk.locator("#given, .given").first
    expect(given).to_contain_text(re.compile(r"\d{3}"))
    return re.search(r"\d{3}", given.inner_text())[0]


def test_a_day(site, open_page, signed_in):
    visitor = open_page(360, 740)
    code = book_in_arabic(visitor, site)
    desk = signed_in("Reception")
    screen = open_page(1920, 1080)
    pair_screen(screen, desk, site, "Wartezimmer")
    number = give_a_number(desk, site)
    expect(desk.locator("main")).to_contain_text(number)

    counsellor = signed_in("Counsellor")
    if counsellor.locator("button[data-key=d]:enabled").count():
        press(counsellor, "d")
    press(counsellor, "n")
    called = counsellor.locator("main").get_by_text(re.compile(r"^\d{3}$")).first
    expect(counsellor.locator("button[data-key=r]:enabled")).to_be_visible()
    expect(screen.locator("#number")).to_have_text(called.inner_text())

    press(counsellor, "s")
    expect(counsellor.locator("button[data-key=r]:enabled")).to_have_count(0)
    press(counsellor, "d")
    expect(counsellor.locator("button[data-key=n]:enabled")).to_be_visible()

    visitor.goto(f"{site.url}/ludwigsburg/ar/find")
    visitor.locator("input[name=code]").fill(code)
    visitor.locator("input[name=last4]").fill("7386")
    visitor.locator("main form button").click()
    expect(visitor.locator("main")).to_contain_text(code)

    phone = open_page(360, 740)
    phone.goto(f"{site.url}/practice/phone")
    for _second in range(30):
        if code in phone.locator("main").inner_text():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    expect(phone.locator("main")).to_contain_text(code)


def test_the_screen_says_when_its_connection_is_lost_and_heals(site, open_page, signed_in):
    desk, screen = signed_in("Reception"), open_page(1920, 1080)
    pair_screen(screen, desk, site, "Flur")
    screen.clock.install()
    screen.reload()
    expect(screen.locator("#stale")).to_be_hidden()
    screen.context.set_offline(True)
    screen.clock.run_for(20_000)
    expect(screen.locator("#stale")).to_be_visible()
    screen.context.set_offline(False)
    screen.clock.run_for(40_000)
    expect(screen.locator("#stale")).to_be_hidden()


def test_booking_works_without_javascript_at_320_pixels(site, open_page):
    page = open_page(320, 640, java_script_enabled=False)
    code = book_in_arabic(page, site, phone="0172 9925904")
    assert re.fullmatch(r"\d{4} \d{4}", code)
    page.locator("main a[href*='/cancel']").click()
    page.locator("main form button").click()
    expect(page.locator("main a[href*='/cancel']")).to_have_count(0)
