"""The lead's roster in a real browser: the sick call on her phone, and a plan that is refused, by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_every_page import judge

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 360, "height": 740}


def tap(page, target):
    with page.expect_navigation():
        target.click()


def test_the_sick_call_is_three_taps_on_a_phone_and_the_return_three_more(site, signed_in):
    page = signed_in("Lead", **PHONE)
    page.goto(f"{site.url}/ludwigsburg/roster")
    tap(page, page.locator("main a[href*='kind=sick']"))
    judge(page)
    button = page.locator("main form button")
    expect(button).to_be_in_viewport()  # nothing to look for
    chosen = page.locator(".people label").first
    name = chosen.locator("bdi").inner_text()
    chosen.click()
    tap(page, button)
    expect(page.locator("[role=status]")).to_be_visible()
    judge(page)
    row = page.locator(".week tr", has_text=name)
    tap(page, row.locator("a[href*='/absences/']").first)
    judge(page)
    tap(page, page.locator("form[action$='/end'] button"))
    expect(page.locator("[role=status]")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_leave_of_everybody_is_refused_with_the_gap_and_the_keys_lead_there(site, signed_in, theme):
    page = signed_in("Lead", color_scheme=theme)
    page.goto(f"{site.url}/ludwigsburg/roster")
    expect(page.locator("button[data-opens=keys]")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("l")
    for box in page.locator(".people input").all():
        box.focus()
        page.keyboard.press("Space")
    page.locator("input[value=leave]").check()
    page.locator("main form button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    refusal = page.locator("[role=alert]").first
    expect(refusal).to_be_focused()
    expect(refusal).to_contain_text(re.compile(r"\d\d:\d\d–\d\d:\d\d: niemand da"))
    expect(page.locator("select[name=override]")).to_be_visible()
    expect(page.locator(".people input").first).to_be_checked()
    judge(page)
