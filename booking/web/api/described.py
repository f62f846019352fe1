"""How requests are read at the JSON door, and the OpenAPI description made from the code."""

from typing import Any

from flask import Flask, g, request
from pydantic import ValidationError
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from spectree.utils import parse_code

from booking.domain.actors import By
from booking.domain.availability import Age
from booking.domain.errors import Invalid
from booking.domain.tickets import said_kind, shown
from booking.services.calls import TicketRow
from booking.web import i18n
from booking.web.api.models import NOT_IN_ADDRESSES, AgeAnswer, Problem, Ticket
from booking.web.errors import FieldsInvalid

REASONS = {
    "missing": "field-missing", "extra_forbidden": "field-unknown", "string_too_long": "field-too-long",
    "string_too_short": "key-too-short",  # nothing else has a shortest length
}  # fmt: skip
UNREADABLE = (400, 413)  # of every call that has a body
STAFF_ONLY: list[dict[str, list[str]]] = [{"staff": []}]
SCREEN_ONLY: list[dict[str, list[str]]] = [{"screen": []}]


def _raise(_request: Any, _response: Any, error: Exception | None, _instance: Any, _adapter: Any) -> None:
    """Every field's fault at once, as reasons that have a sentence in every language."""
    if request.method in {"POST", "PATCH"} and not _object_or_nothing():
        raise FieldsInvalid([("", "body-unreadable")])
    if isinstance(error, ValidationError):
        raise FieldsInvalid([_fault(".".join(map(str, e["loc"])), e["type"]) for e in error.errors()])


def _object_or_nothing() -> bool:
    return not request.content_length or isinstance(request.get_json(silent=True), dict)


def _fault(field: str, kind: str) -> tuple[str, str]:
    if request.method == "GET" and field in NOT_IN_ADDRESSES:
        return field, "not-in-address"
    return field, REASONS.get(kind, "field-unreadable")


def _bearer(description: str) -> SecuritySchemeData:
    return SecuritySchemeData(type=SecureType.HTTP, scheme="bearer", description=description)


spec = SpecTree(
    "flask",
    title="Anlaufstelle",
    version="1",
    description="Appointments, tickets and calls of migration counselling centres.",
    mode="strict",
    before=_raise,
    validation_error_model=Problem,
    security_schemes=[
        SecurityScheme(name="staff", data=_bearer("A staff token, issued per account.")),
        SecurityScheme(name="screen", data=_bearer("A paired screen's token.")),
    ],
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
)


class Answers(Response):
    """Refusals are described as what they are: problem+json."""

    def generate_spec(self, *strategy: Any) -> dict[str, Any]:
        described: dict[str, Any] = super().generate_spec(*strategy)
        for code in self.code_models:
            if self.code_models[code] is Problem:
                content = described[parse_code(code)]["content"]
                content["application/problem+json"] = content.pop("application/json")
        return described


def answers(*refusals: int, **models: Any) -> Response:
    """What a route answers: its own models, and problem+json for its refusals."""
    return Answers(**models, **{f"HTTP_{status}": Problem for status in (*refusals, 429, 503)})


def describe(app: Flask) -> None:
    """The description covers this application's routes; made when first asked for."""
    spec.app = app


def age_of(answer: AgeAnswer) -> Age | None:
    """Refusal: Invalid("birthday", …) for "soon" without its date."""
    if answer.age is None:
        return None
    if answer.age == "soon":
        if answer.birthday is None:
            raise Invalid("birthday", "birthday-unreadable")
        return Age(False, answer.birthday)
    return Age(answer.age == "reached")


def known_language(tag: str) -> str:
    """A language people speak. Refusal: Invalid("language", "language-unknown")."""
    if tag not in i18n.SPOKEN:
        raise Invalid("language", "language-unknown")
    return tag


def by_staff() -> By:
    return By("api", g.staff.id)


def ticket_model(row: TicketRow) -> Ticket:
    return Ticket(
        id=row.id, number=shown(row.number), kind=said_kind(row.kind), state=row.state, language=row.language,
        room=row.room, calls=row.calls,
    )  # fmt: skip
