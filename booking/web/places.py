"""The centre named in an address, and what every page knows."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, request, url_for

from booking import clock
from booking.config import Config
from booking.domain.errors import NotFound
from booking.services import centres, following, kiosks

MAP = "https://www.openstreetmap.org/search?query="  # a link and no more: nothing is loaded from there
LARGEST_ID = 2**63 - 1


def config() -> Config:
    found: Config = current_app.extensions["config"]
    return found


def follow_address(tag: str) -> str:
    """Where the page of a ticket is, for whoever scans it: in her own language, whatever that of this page."""
    path = url_for("following.page", token=following.token(tag, secret=config().secret_key), language=None)
    return (config().public_url or request.host_url.rstrip("/")) + path


def here_address(*, now: datetime) -> str:
    """Where a phone in the building checks in; good for some minutes."""
    path = url_for("here.page", t=kiosks.sign(g.centre.id, secret=config().secret_key, now=now), language=None)
    return (config().public_url or request.host_url.rstrip("/")) + path


def init(app: Flask) -> None:
    app.url_value_preprocessor(_read_place)
    app.url_defaults(_add_place)
    app.context_processor(_page)
    app.jinja_env.globals["map_url"] = lambda address: MAP + quote(address)


def _read_place(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """`<centre>` and `<language>` of an address become g.centre and g.page_language.

    Refusal: NotFound, also for what no column can hold.
    """
    if values is None:
        return
    if any("\0" in value if isinstance(value, str) else value > LARGEST_ID for value in values.values()):
        raise NotFound
    if "centre" in values:
        g.centre = centres.by_slug(values.pop("centre"))
    if "language" in values:
        g.page_language = values.pop("language")


def _add_place(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses built on a page stay with its centre and its language."""
    for name, value in (("centre", g.centre.slug if "centre" in g else None), ("language", g.get("page_language"))):
        if value is not None and name not in values and current_app.url_map.is_endpoint_expecting(endpoint, name):
            values[name] = value


def _page() -> dict[str, object]:
    practice = config().practice
    return {
        "centre": g.get("centre"),
        "staff": g.get("staff"),
        "practice": practice,
        "practice_clock": clock.now() if practice else None,
    }
