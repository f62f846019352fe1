"""Who may pass where. A blueprint is registered on the line that names its door; there is no other way in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, Flask, Response, after_this_request, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.config import Config
from booking.domain.errors import NotAllowed, NotFound, SignedOut
from booking.domain.staff import ADMINISTRATOR, COUNSELLOR, LEAD, RECEPTIONIST, ROLES
from booking.services import centres, screens
from booking.services import staff as service
from booking.services.screens import ScreenRow
from booking.services.staff import Member

STAFF_COOKIE, SCREEN_COOKIE, KIOSK_COOKIE = "staff", "screen", "kiosk"
KEPT_SECONDS = 400 * 24 * 3600  # a device's, as long as browsers allow; revoking ends it at once


class Door(NamedTuple):
    """`check` runs before the view; without one everybody passes. `roles`: of staff, where the door is theirs."""

    name: str
    roles: frozenset[str] = frozenset()
    check: "Callable[[Door], ResponseReturnValue | None] | None" = None


def open_door(app: Flask, blueprint: Blueprint, door: Door, **others: Door) -> None:
    """Register a blueprint behind a door; `others` names, by view, those of its pages that have another one.

    The doors' checks run before every view, and before anything else the blueprint does.
    """
    app.register_blueprint(blueprint)
    doors = app.extensions.setdefault("doors", {})
    doors[blueprint.name] = door
    for view, other in others.items():
        endpoint = f"{blueprint.name}.{view}"
        if endpoint not in app.view_functions:
            raise LookupError(f"no page {endpoint} to put a door before")
        doors[endpoint] = other
    app.before_request_funcs.setdefault(blueprint.name, []).insert(0, _check)


def door_of(app: Flask, endpoint: str) -> Door:
    """The door before a page. KeyError if nobody named one."""
    doors: dict[str, Door] = app.extensions.get("doors", {})
    return doors[endpoint] if endpoint in doors else doors[endpoint.rpartition(".")[0]]


def _check() -> ResponseReturnValue | None:
    door = door_of(current_app, request.endpoint or "")
    return door.check(door) if door.check is not None else None


# ── staff pages: the session cookie ───────────────────────────────────────────────────────────────────────────────


def _staff_only(door: Door) -> ResponseReturnValue | None:
    """Sets g.staff. Signed out: the centre's sign-in page. Refusals: NotFound (another centre), NotAllowed."""
    after_this_request(no_store)
    refreshes_itself = _fetched() and request.method in {"GET", "HEAD"}
    member = signed_in(touch=not refreshes_itself)
    if member is None:
        return _ask_to_sign_in()
    _let_in(member, door)
    return None


def signed_in(*, touch: bool = False) -> Member | None:
    """Who sits at this browser."""
    return member_from_cookies(request.cookies, clock.now(), touch=touch)


def member_from_cookies(cookies: Mapping[str, str], now: datetime, *, touch: bool = False) -> Member | None:
    """Also for sockets. Each call judges the session anew: it may have ended since the last."""
    secret = cookies.get(cookie_name(STAFF_COOKIE))
    return service.member(secret, now=now, touch=touch) if secret else None


def _ask_to_sign_in() -> ResponseReturnValue:
    """A page leads to the sign-in page and back; anything that is fetched or sent is refused as SignedOut."""
    if _fetched() or request.method not in {"GET", "HEAD"}:
        raise SignedOut
    here = request.full_path.removesuffix("?")
    return redirect(url_for("staff.sign_in", next=here))


def _fetched() -> bool:
    """By a script, not by a person who opens a page."""
    asked = {"X-Partial", "X-Requested-With"} & set(request.headers.keys())
    return bool(asked) or request.accept_mimetypes.best == "application/json"


def _let_in(member: Member, door: Door) -> None:
    if "centre" in g and g.centre.id != member.centre_id:
        raise NotFound
    if member.role not in door.roles:
        service.turned_away(member.centre_id, member.id, door.name, now=clock.now())
        raise NotAllowed
    g.staff = member


def seen_carrier() -> int | None:
    """Whose visitors' names the one at the desk may know: reception its whole centre's (None), a lead of one carrier
    only that carrier's (S25). Whom she may not know she does not move, cancel, answer for or take back either."""
    member: Member = g.staff
    return member.carrier_id if member.role == LEAD else None


# ── the JSON door: a bearer token ─────────────────────────────────────────────────────────────────────────────────


def _token_only(door: Door) -> None:
    """Sets g.staff. Refusals: SignedOut (no token, or none that is valid), NotFound (another centre), NotAllowed."""
    token = bearer_token()
    member = service.member_by_token(token, now=clock.now()) if token else None
    if member is None:
        raise SignedOut
    after_this_request(no_store)
    _let_in(member, door)


def bearer_token() -> str | None:
    authorization = request.authorization
    return authorization.token if authorization is not None and authorization.type == "bearer" else None


# ── screens: the token a screen got by pairing ────────────────────────────────────────────────────────────────────


def paired_screen() -> ScreenRow:
    """The screen by its token, from its cookie or the header. Refusals: SignedOut, NotFound (unknown or revoked)."""
    token = bearer_token() or request.cookies.get(cookie_name(SCREEN_COOKIE))
    if token is None:
        raise SignedOut
    return screens.screen_by_token(token, now=clock.now())


def _screen_only(_door: Door) -> None:
    """Sets g.screen. Refusals: SignedOut, NotFound (also for another centre's screen)."""
    screen = paired_screen()
    if "centre" in g and g.centre.id != screen.centre_id:
        raise NotFound
    after_this_request(no_store)
    g.screen = screen


# ── kiosks: the token a kiosk got by pairing ──────────────────────────────────────────────────────────────────────


def paired_kiosk() -> ScreenRow | None:
    """The kiosk by the token in its cookie; None for no, an unknown or a revoked one."""
    token = request.cookies.get(cookie_name(KIOSK_COOKIE))
    try:
        return screens.screen_by_token(token, kind=screens.KIOSK, now=clock.now()) if token else None
    except NotFound:
        return None


def at_kiosk(kiosk: ScreenRow) -> None:
    """Sets g.kiosk and g.centre; what its pages show to one visitor is not kept for the next."""
    after_this_request(no_store)
    g.kiosk, g.centre = kiosk, centres.by_id(kiosk.centre_id)


def _kiosk_only(_door: Door) -> ResponseReturnValue | None:
    """A device that is not paired (any more) is led to where it can be."""
    kiosk = paired_kiosk()
    if kiosk is None:
        return redirect(url_for("kiosk.page"), 303)
    at_kiosk(kiosk)
    return None


ANYONE = Door("anyone")
SCREEN = Door("screen", check=_screen_only)
KIOSK = Door("kiosk", check=_kiosk_only)
STAFF = Door("staff", frozenset(ROLES), _staff_only)
RECEPTION = Door("reception", frozenset({RECEPTIONIST, LEAD}), _staff_only)
VISITED = Door("visited", frozenset({RECEPTIONIST, LEAD, COUNSELLOR}), _staff_only)  # where visitors are looked after
COUNSELLING = Door("counselling", frozenset({COUNSELLOR}), _staff_only)
LEADING = Door("leading", frozenset({LEAD}), _staff_only)
TEAM = Door("team", frozenset({LEAD, ADMINISTRATOR}), _staff_only)
RECEPTION_TOKEN = Door("reception-token", RECEPTION.roles, _token_only)
COUNSELLING_TOKEN = Door("counselling-token", COUNSELLING.roles, _token_only)


# ── cookies and caches ────────────────────────────────────────────────────────────────────────────────────────────


def cookie_name(name: str) -> str:
    """With the prefix that browsers tie to https, this very host and the whole path (S2)."""
    config: Config = current_app.extensions["config"]
    return f"__Host-{name}" if config.secure_cookies else name


def keep_cookie(answer: Response, name: str, value: str, max_age: int | None = None) -> Response:
    """Out of reach of scripts and of other sites; without `max_age` it ends with the browser."""
    full = cookie_name(name)
    answer.set_cookie(
        full, value, max_age=max_age, httponly=True, samesite="Strict", secure=full.startswith("__Host-"), path="/"
    )
    return answer


def drop_cookie(answer: Response, name: str) -> Response:
    full = cookie_name(name)
    answer.delete_cookie(full, httponly=True, samesite="Strict", secure=full.startswith("__Host-"), path="/")
    return answer


def no_store(answer: Response) -> Response:
    """Nothing of staff stays in the browser: "back" after signing out shows no names."""
    answer.headers["Cache-Control"] = "no-store"
    return answer
