"""A sick call, settled on the lead's phone and on the desk's screen: one screen, one press, and one to take it back."""

import re

import pytest

from tests.journeys.test_every_page import judge

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE, SCREEN = (360, 740), (1366, 768)


def report_sick(page, site, names):
    """From the roster: whoever is sick is ticked, nothing else is needed."""
    page.goto(f"{site.url}/ludwigsburg/roster/absence?kind=sick")
    for label in page.locator(".people label").all()[:names]:
        label.click()
    with page.expect_navigation():
        page.locator("main form button").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("glass", [SCREEN, PHONE])
def test_two_sick_calls_are_settled_in_one_press_and_taken_back(site, signed_in, glass, theme):
    page = signed_in("Lead", width=glass[0], height=glass[1], color_scheme=theme)
    report_sick(page, site, 2)
    page.goto(f"{site.url}/ludwigsburg/cover")
    judge(page)
    waiting = page.locator(".chain .lines li").count()
    assert waiting > 0
    with page.expect_navigation():
        page.locator(".sum button").click()
    judge(page)
    assert page.locator(".undo button").count() == 1
    assert re.fullmatch(r"[0-3]:\d\d", page.locator(".undo .left").inner_text())
    assert page.locator(".chain").count() == 0
    with page.expect_navigation():
        page.locator(".undo button").click()
    assert page.locator(".chain .lines li").count() == waiting
    judge(page)
