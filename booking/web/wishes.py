"""What a visitor wishes beside a topic and a time, as it stands in the address: how long, in which language, how.

Nothing in it says who she is. What cannot be read counts as not said.
"""

from typing import Any

from flask import Flask, g, request

from booking.domain.places import FIRST, LENGTHS, MODES, Wish
from booking.services.wishes import MOST_PEOPLE
from booking.web import i18n
from booking.web.answers import age_answer, age_query, area_answer

KNOWN = {
    "length": LENGTHS, "talk": tuple(i18n.SPOKEN), "mode": MODES,
    "people": tuple(str(n) for n in range(1, MOST_PEOPLE + 1)), "woman": ("1",), "step_free": ("1",),
}  # fmt: skip


def init(app: Flask) -> None:
    app.context_processor(lambda: {"answers": query() if request else {}})


def given() -> dict[str, Any]:
    """The wishes alone."""
    return {name: value for name, known in KNOWN.items() if (value := request.args.get(name)) in known}


def query() -> dict[str, Any]:
    """All that was answered so far, for the next page's address."""
    return {**given(), **age_query()}


def wish(topic: str) -> Wish:
    """Without an answer she speaks the page's language and comes alone."""
    said = given()
    return Wish(
        topic, said.get("talk", i18n.talk_language()), age_answer(), area_answer(), int(said.get("people", 1)),
        "woman" in said, "step_free" in said, mode=_mode(said.get("mode")), length=said.get("length", FIRST),
    )  # fmt: skip


def _mode(said: str | None) -> str:
    return str(said if said in g.centre.modes else g.centre.modes[0])
