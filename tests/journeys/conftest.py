"""A practice installation as a process of its own, and a real browser with as many windows as the story has people."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import machine

# Practice reaches nobody even where somebody has set the keys.
KEYS = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "never-used", "TWILIO_SENDER": "+4915200000000"}
COMMAND = (sys.executable, "-c", "from booking.web.cli import main; main()")
MEANT = re.compile(r"status of 4\d\d|ERR_INTERNET_DISCONNECTED|WebSocket is closed before|ERR_CONNECTION")
LINK = re.compile(r"^\s+(\w+)\s+(http://\S+/sign-in/\S+)")


class Site(NamedTuple):
    """`links`: role as printed → the link that signs in."""

    url: str
    links: dict[str, str]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = machine.free_port()
    env = {**os.environ, "ANLAUFSTELLE_DATA": str(tmp_path_factory.mktemp("practice")), **KEYS}
    process = subprocess.Popen(
        [*COMMAND, "practice", "--port", str(port)],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Site(f"http://localhost:{port}", _links(process))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _links(process: "subprocess.Popen[str]") -> dict[str, str]:
    """What the start prints, once the port is open."""
    links: dict[str, str] = {}
    for line in process.stdout or ():
        if found := LINK.match(line):
            links[found[1]] = found[2]
        if "Ctrl-C" in line:
            return links
    raise AssertionError("the practice installation did not start")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=machine.browser_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Windows with their own cookies; a script's error or a breach of the content policy fails the test."""
    contexts, complaints = [], []

    def opened(width: int = 1366, height: int = 768, **options) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda m: complaints.append(f"{page.url}: {m.text}") if _complains(m.type, m.text) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complains(kind: str, text: str) -> bool:
    """An answer of 4xx to a form, and a line that is cut, are said on the console too, and are meant."""
    return kind in {"error", "warning"} and not MEANT.search(text)


@pytest.fixture
def signed_in(site: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Somebody of staff at her computer, by the role that `make run` prints: "Reception", "Counsellor" …"""

    def sign_in(role: str, **options) -> Page:
        page = open_page(**options)
        page.goto(site.links[role])
        with page.expect_navigation():
            page.locator("main form button").click()
        return page

    return sign_in
