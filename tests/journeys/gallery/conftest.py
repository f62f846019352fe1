"""The gallery served to a browser. It needs no database."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from booking import create_app
from booking.config import Config

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that shows the gallery."""
    empty: Path = tmp_path_factory.mktemp("gallery") / "empty.db"
    config = Config(secret_key="gallery-" + "0" * 40, database_url=f"sqlite:///{empty}", testing=True, limits=False)
    server = make_server("127.0.0.1", 0, create_app(config), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/gallery"
    server.shutdown()


@pytest.fixture
def visit(chromium: Browser, gallery: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the gallery; any error in its script or breach of its content policy fails the test."""
    opened, wrong = [], []

    def open_page(name: str, language: str = "de", theme: str = "light", size=PHONE, prepare=None) -> Page:
        page = chromium.new_page(viewport=size, reduced_motion="reduce")
        opened.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        if prepare is not None:
            prepare(page)
        page.goto(f"{gallery}{'/' if name else ''}{name}?language={language}&theme={theme}")
        return page

    yield open_page
    for page in opened:
        page.unroute_all(behavior="ignoreErrors")
        page.close()
    assert wrong == []
