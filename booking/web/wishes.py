"""What a visitor wishes beside a topic and a time, as it stands in the address: how long, in which language, how.

Nothing in it says who she is. What cannot be read counts as not said.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from booking.domain.places import FIRST, FOLLOW_UP, LENGTHS, MODES, Wish
from booking.services import wishes
from booking.services.appointments import Topic
from booking.services.wishes import MOST_PEOPLE
from booking.web import i18n
from booking.web.answers import age_answer, age_query, area_answer
from booking.web.places import config

KNOWN = {
    "length": LENGTHS, "talk": tuple(i18n.SPOKEN), "mode": MODES,
    "people": tuple(str(n) for n in range(1, MOST_PEOPLE + 1)), "woman": ("1",), "step_free": ("1",),
}  # fmt: skip


def init(app: Flask) -> None:
    app.context_processor(lambda: {"answers": query() if request else {}})


def given() -> dict[str, Any]:
    """The wishes alone."""
    said = {name: value for name, known in KNOWN.items() if (value := request.args.get(name)) in known}
    if _carrier_id() is not None:
        said["carrier"] = request.args["carrier"]
    if _same_counsellor() is not None:
        said["with"] = request.args["with"]
    return said


def same_counsellor(counsellor_id: int) -> str:
    """For an address: the same person once more. Only who has an appointment with her is given it."""
    return str(_seal().dumps([g.centre.id, counsellor_id]))


def once_more(topic: Topic, counsellor_id: int, **wished: str) -> str:
    """The address of the times for this matter with the same counsellor, as a follow-up where that takes other time."""
    asked = {**wished, "with": same_counsellor(counsellor_id)}
    if FOLLOW_UP in topic.lengths:
        asked["length"] = FOLLOW_UP
    page = i18n.page_language() if i18n.page_language() in g.centre.languages else i18n.FALLBACK
    return f"{url_for('appointments.age', topic=topic.slug, language=page)}?{urlencode(asked)}"


def query() -> dict[str, Any]:
    """All that was answered so far, for the next page's address."""
    return {**given(), **age_query()}


def wish(topic: str) -> Wish:
    """Without an answer she speaks the page's language and comes alone."""
    said = given()
    return Wish(
        topic, said.get("talk", i18n.talk_language()), age_answer(), area_answer(), int(said.get("people", 1)),
        "woman" in said, "step_free" in said, _carrier_id(), _same_counsellor(), _mode(said.get("mode")),
        said.get("length", FIRST),
    )  # fmt: skip


def _carrier_id() -> int | None:
    slug = request.args.get("carrier")
    return wishes.carrier_id(g.centre.id, slug) if slug else None


def _same_counsellor() -> int | None:
    try:
        centre_id, counsellor_id = _seal().loads(request.args.get("with", ""))
    except BadSignature:
        return None
    return int(counsellor_id) if centre_id == g.centre.id else None


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(config().secret_key, "same-counsellor")


def _mode(said: str | None) -> str:
    return str(said if said in g.centre.modes else g.centre.modes[0])
