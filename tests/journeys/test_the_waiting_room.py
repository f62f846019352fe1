"""The waiting room: a number is called on the screen, aloud, and on the phone that follows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_every_page import judge
from tests.journeys.test_the_day import give_a_number, pair_screen, press
from tests.journeys.voices import VOICES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENOUGH = 25


def page_of_the_last(desk, open_page):
    """The address that is on the slip of the number just given."""
    slip = open_page()
    slip.context.add_cookies(desk.context.cookies())
    slip.goto(desk.locator("#print-last").evaluate("one => one.href"))
    address = slip.locator(".follow a").get_attribute("href")
    slip.close()
    return address


def call(counsellor):
    """The next number, and what it is."""
    if counsellor.locator("button[data-key=d]:enabled").count():
        press(counsellor, "d")
    press(counsellor, "n")
    return counsellor.locator("main").get_by_text(re.compile(r"^\d{3}$")).first.inner_text()


def said_of(screen, number, count):
    """What was said of a number, once it is so much, or a minute has passed."""
    digits = " ".join(number)
    for _ in range(300):
        said = [one for one in screen.evaluate("said") if digits in one]
        if len(said) >= count:
            break
        screen.wait_for_timeout(200)
    return said


def test_a_number_is_called_on_the_screen_aloud_and_on_its_phone(site, open_page, signed_in):
    desk, screen, phone = signed_in("Reception"), open_page(1920, 1080), open_page(360, 740)
    screen.add_init_script(VOICES + "window.takes = 200;")
    pair_screen(screen, desk, site, "Wartezimmer")
    number = give_a_number(desk, site)
    phone.goto(page_of_the_last(desk, open_page).replace("/t/", "/t/ar/"))
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    place = phone.locator("[data-before]")
    before = place.inner_text()
    with phone.expect_navigation():
        phone.locator("form[action$='/voice'] button").click()
    judge(phone)
    counsellor = signed_in("Counsellor")
    called = call(counsellor)
    expect(screen.locator("#number")).to_have_text(called)
    expect(screen.locator("#screen")).to_have_attribute("data-chimes", "1")
    assert len(said_of(screen, called, 1)) == 1
    called = call(counsellor)
    expect(place).not_to_have_text(before)
    for _ in range(ENOUGH):
        if called == number:
            break
        called = call(counsellor)
    expect(screen.locator("#number")).to_have_text(number)
    expect(phone.locator(".go .room")).to_be_visible()
    assert [one.partition(":")[0] for one in said_of(screen, number, 2)] == ["de-DE", "ar_EG"]
    assert screen.evaluate("most") == 1
    judge(phone)


def test_a_phone_without_the_network_says_so_and_heals(site, open_page, signed_in):
    desk, phone = signed_in("Reception"), open_page(360, 740)
    give_a_number(desk, site)
    phone.clock.install()
    phone.goto(page_of_the_last(desk, open_page))
    expect(phone.locator("#lost")).to_be_hidden()
    phone.context.set_offline(True)
    phone.clock.run_for(40_000)
    expect(phone.locator("#lost")).to_be_visible()
    expect(phone.locator("#lost")).to_contain_text(re.compile(r"\d\d:\d\d"))
    phone.context.set_offline(False)
    phone.clock.run_for(40_000)
    expect(phone.locator("#lost")).to_be_hidden()


def test_without_javascript_the_phone_shows_the_same(site, open_page, signed_in):
    desk, phone = signed_in("Reception"), open_page(320, 640, java_script_enabled=False)
    number = give_a_number(desk, site)
    phone.goto(page_of_the_last(desk, open_page))
    expect(phone.locator("#follow")).to_contain_text(number)
    expect(phone.locator("[data-before]")).to_be_visible()
    with phone.expect_navigation():
        phone.locator("#again a").click()
    expect(phone.locator("#follow")).to_contain_text(number)


def test_a_screen_that_starts_without_the_network_says_so_and_goes_on_by_itself(site, open_page, signed_in):
    desk, screen = signed_in("Reception"), open_page(1920, 1080)
    pair_screen(screen, desk, site, "Eingang")
    assert screen.evaluate("navigator.serviceWorker.ready.then(() => true)")
    screen.context.set_offline(True)
    screen.goto(f"{site.url}/screen")
    expect(screen.locator("#offline")).to_be_visible()
    assert (
        screen.locator("#offline .icon").evaluate("one => one.getBoundingClientRect().height") > 100
    )  # with its styles
    screen.context.set_offline(False)
    expect(screen.locator("#screen")).to_be_visible(timeout=15_000)
