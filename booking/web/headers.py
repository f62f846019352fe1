"""Security headers on every answer, errors included (S15, S16). No inline script or style, nothing from elsewhere."""

import re
from collections.abc import Iterable

from flask import Flask, Response, g, request

NOWHERE = "frame-ancestors 'none'"
POLICY = (
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "media-src 'self'",
    "form-action 'self'", "manifest-src 'self'", "base-uri 'none'", NOWHERE, "object-src 'none'",
)  # fmt: skip
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
YEAR = 365 * 24 * 3600


# What may stand in the policy as a host: whoever asks names it, and nothing of hers may end up there.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.IGNORECASE)


def init(app: Flask) -> None:
    app.after_request(_secure)


def _secure(answer: Response) -> Response:
    policy, others = "; ".join((*POLICY, f"connect-src {_connects()}")), HEADERS
    if sites := g.get("embedding_sites"):
        policy = policy.replace(NOWHERE, f"frame-ancestors {' '.join(sites)}")
        others = {name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}
    answer.headers.setdefault("Content-Security-Policy", policy)
    for name, value in others.items():
        answer.headers.setdefault(name, value)
    if request.is_secure:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    return answer


def may_be_embedded(sites: Iterable[str]) -> None:
    """This answer may stand within pages of these origins; of no others, and of none if there are none."""
    g.embedding_sites = tuple(sites)


def _connects() -> str:
    """This host alone. Safari before 15.4 does not count its own host's sockets to 'self', so they are named."""
    if not _HOST.fullmatch(request.host):
        return "'self'"
    return f"'self' {'wss' if request.is_secure else 'ws'}://{request.host}"
