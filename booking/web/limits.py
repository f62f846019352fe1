"""How often. Counted per address; IPv6 per /64, because one line there has as many addresses as it likes.

The numbers are for one address, behind which a whole house may sit: a shelter's network books, a centre's desk signs
in. Views take them as `@limiter.limit(BOOK, methods=["POST"])`, under the line that names their address.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter

from booking.config import Config
from booking.domain.appointments import read_code

BOOK = "30 per hour"
HOLD = "120 per hour"  # each time that is looked at more closely
FOLLOW = "240 per hour"  # a whole waiting room in one network
LOOKUP = "20 per hour"
API_READ = "240 per minute"
API_WRITE = "120 per minute"
ARRIVE = "30 per 15 minutes"  # failed tries: a code is typed with wet fingers
KIOSK = "240 per hour"  # a centre's whole morning
PAIRING = "60 per hour"
CLAIM = "120 per minute"  # a screen that shows its digits asks every two seconds
# Failed tries only. An account is never shut for its owner by one stranger (S7): that takes a hundred tries an hour,
# from five addresses or more, and a sign-in link still works then.
SIGN_IN = "20 per 15 minutes"
SIGN_IN_ACCOUNT = "100 per hour"
CODE = "5 per hour"

P = ParamSpec("P")
R = TypeVar("R")


def address() -> str:
    """The address a request is counted for; what no address can be read from is counted as it stands."""
    text = request.remote_addr or "unknown"
    try:
        found = ip_address(text)
    except ValueError:
        return text[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False).network_address)
    return text


limiter = Limiter(address, in_memory_fallback_enabled=True)


@limiter.request_filter
def _switched_off() -> bool:
    """Per application, not per process: tests run several side by side."""
    config: Config = current_app.extensions["config"]
    return not config.limits


def init(app: Flask, config: Config) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = config.redis_url or "memory://"
    limiter.init_app(app)


def on_failed(view: Callable[P, R]) -> Callable[P, R]:
    """Counts what was refused, for the address: a whole desk signs in from one."""
    return limiter.limit(SIGN_IN, methods=["POST"], deduct_when=_refused)(view)


def on_sign_in(view: Callable[P, R]) -> Callable[P, R]:
    """Failed tries for the address, and for the account wherever they come from."""
    return on_failed(limiter.limit(SIGN_IN_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_refused)(view))


def on_code(view: Callable[P, R]) -> Callable[P, R]:
    """Five tries an hour for one code, beside those of the address (S22). Text that is no code opens nothing."""
    return limiter.limit(CODE, key_func=_code, methods=["POST"], exempt_when=lambda: _typed_code() is None)(view)


def on_arrival(view: Callable[P, R]) -> Callable[P, R]:
    """Counts what opened nothing, for the address: a whole waiting room comes through one kiosk."""
    return limiter.limit(ARRIVE, methods=["POST"], deduct_when=_not_found)(view)


def _account() -> str:
    return f"{g.centre.slug}/{request.form.get('login', '').strip().casefold()[:80]}"


def _code() -> str:
    return f"{g.centre.slug}/{_typed_code()}"


def _typed_code() -> str | None:
    return read_code(request.form.get("code", ""))


def _not_found(answer: Response) -> bool:
    return answer.status_code in {404, 422}


def _refused(answer: Response) -> bool:
    return answer.status_code == 403
