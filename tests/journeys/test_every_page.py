"""Every page as it is served: no axe violation in light and dark, nothing wider than the glass, no policy broken."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Axe()
PUBLIC = (
    "", "?embed=1", "residence/", "residence/?length=first", "residence/times?age=reached",
    "residence/needs?age=reached", "german/times?talk=ti", "find", "privacy", "accessibility", "nowhere/",
)  # fmt: skip
STAFF = {
    "Reception": ("desk", "desk/screens", "desk/screens/texts", "posters", "desk/messages", "roster", "account"),
    "Counsellor": ("calls", "account"),
    "Lead": (
        "desk",
        "team",
        "reports",
        "reports/waiting",
        "roster",
        "roster?weeks=4",
        "roster/absence?kind=sick",
        "roster/closure",
        "roster/places",
    ),
    "Administrator": ("team",),
}


def look(page, url):
    """Open a page, and complain of what axe or a ruler finds."""
    page.goto(url)
    page.wait_for_load_state()
    judge(page)


def judge(page):
    found = AXE.run(page).response["violations"]
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


@pytest.mark.parametrize(("language", "theme"), [("de", "light"), ("ar", "dark"), ("ti", "light")])
def test_public_pages(site, open_page, language, theme):
    page = open_page(320, 640, color_scheme=theme)
    base = f"{site.url}/ludwigsburg/{language}/"
    for path in PUBLIC:
        look(page, base + path)
    page.goto(base + "residence/times?age=reached")
    page.locator("main button[name=start]").first.click()
    page.wait_for_url("**/details?**")
    judge(page)
    page.locator("input[name=phone]").fill("12")
    page.locator("main form:has(input[name=name]) button").click()
    page.wait_for_load_state()
    judge(page)
    page.locator("input[name=phone]").fill("")
    page.locator("main form:has(input[name=name]) button").click()
    page.wait_for_url("**/appointment/**")
    judge(page)
    link = re.sub(r"\?.*", "", page.url)
    for step in ("/move?age=reached", "/cancel", "/data", ""):
        look(page, link + step)
    page.goto(link + "/cancel")
    page.locator("main form button").click()
    page.wait_for_url(link)
    judge(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", list(STAFF))
def test_staff_pages(site, signed_in, role, theme):
    page = signed_in(role, color_scheme=theme)
    for path in STAFF[role]:
        look(page, f"{site.url}/ludwigsburg/{path}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_before_signing_in(site, open_page, theme):
    page = open_page(color_scheme=theme)
    for path in (
        "/",
        "/ludwigsburg/sign-in",
        "/screen",
        "/screen/offline",
        "/t/de/nothing",
        "/practice/phone",
        "/balingen/de/",
    ):
        look(page, site.url + path)
    look(page, site.links["Lead"])


@pytest.mark.parametrize("width", [1366, 1100, 768, 360])
def test_the_bar_fits_and_stands_still(site, signed_in, width):
    """The lead's has the most rooms. It is as high on a page with keys, whose button comes late, as on one without."""
    page, heights = signed_in("Lead", width=width), set()
    for path in ("desk", "team", "account"):
        page.goto(f"{site.url}/ludwigsburg/{path}")
        page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        heights.add(page.locator(".bar").bounding_box()["height"])
    assert len(heights) == 1


def test_the_desk_fits_its_glass(signed_in):
    """1366 × 768 without scrolling."""
    page = signed_in("Reception")
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
