"""The environment, read once, typed. Nonsense fails loudly; a missing key switches a feature off."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
NOT_A_SECRET = ("change", "secret", "example", "default", "dev-", "test-")


class BadConfig(Exception):
    """The environment says something that cannot be right; the text says which variable and what would be."""


@dataclass(frozen=True)
class Config:
    """`practice`: invented data, loopback only, no gateway that could reach anybody."""

    secret_key: str
    database_url: str
    practice: bool = False
    redis_url: str | None = None
    public_url: str | None = None
    proxies: int = 0
    twilio_account: str | None = None
    twilio_token: str | None = field(default=None, repr=False)
    twilio_sender: str | None = None
    twilio_api_url: str | None = None
    sms_prefixes: tuple[str, ...] = ("+49", "+43", "+41")
    async_mode: str = "threading"
    limits: bool = True
    testing: bool = False

    @property
    def sms_on(self) -> bool:
        return bool(self.twilio_account and self.twilio_token and self.twilio_sender) and not self.practice

    @property
    def secure_cookies(self) -> bool:
        return bool(self.public_url and self.public_url.startswith("https://"))


def data_folder(env: Mapping[str, str]) -> Path:
    return Path(env.get("ANLAUFSTELLE_DATA", str(ROOT / "data")))


def from_environment(env: Mapping[str, str] = os.environ) -> Config:
    """The real installation. Every variable is described in the README; `NAME_FILE` names a file instead of a value."""
    default_url = f"sqlite:///{data_folder(env) / 'anlaufstelle.db'}"
    return Config(
        secret_key=_secret(env),
        database_url=_driver(_value(env, "DATABASE_URL") or default_url),
        redis_url=_value(env, "REDIS_URL"),
        public_url=_url(env, "PUBLIC_URL"),
        proxies=_number(env, "TRUSTED_PROXIES", 0),
        twilio_account=_value(env, "TWILIO_ACCOUNT_SID"),
        twilio_token=_value(env, "TWILIO_AUTH_TOKEN"),
        twilio_sender=_value(env, "TWILIO_SENDER"),
        twilio_api_url=_url(env, "TWILIO_API_URL"),
        sms_prefixes=_prefixes(env),
        async_mode=_choice(env, "ASYNC_MODE", ("threading", "gevent")),
    )


def for_practice(env: Mapping[str, str] = os.environ) -> Config:
    """The practice installation: its own database and secret, whatever the environment says."""
    return Config(
        secret_key="practice-" + "0" * SHORTEST_SECRET,
        database_url=f"sqlite:///{data_folder(env) / 'practice.db'}",
        practice=True,
    )


def _value(env: Mapping[str, str], name: str) -> str | None:
    if file := env.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            raise BadConfig(f"{name}_FILE: cannot read {file}: {error.strerror}") from error
    return env.get(name, "").strip() or None


def _secret(env: Mapping[str, str]) -> str:
    value = _value(env, "SECRET_KEY")
    advice = "Set SECRET_KEY to a random text, for example: python3 -c 'import secrets; print(secrets.token_hex(32))'"
    if value is None:
        raise BadConfig(f"SECRET_KEY is not set. {advice}")
    if len(value) < SHORTEST_SECRET or len(set(value)) < 10 or value.lower().startswith(NOT_A_SECRET):
        raise BadConfig(f"SECRET_KEY is too short or a default. {advice}")
    return value


def _driver(url: str) -> str:
    """PostgreSQL through psycopg 3, whichever spelling was given."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadConfig("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _url(env: Mapping[str, str], name: str) -> str | None:
    value = _value(env, name)
    if value is not None and not value.startswith(("http://", "https://")):
        raise BadConfig(f"{name} must begin with http:// or https://")
    return value.rstrip("/") if value else None


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = _value(env, name)
    if value is None:
        return default
    if not value.isdecimal():
        raise BadConfig(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = _value(env, name) or choices[0]
    if value not in choices:
        raise BadConfig(f"{name} must be one of {', '.join(choices)}")
    return value


def _prefixes(env: Mapping[str, str]) -> tuple[str, ...]:
    value = _value(env, "SMS_PREFIXES")
    found = tuple(p.strip() for p in value.split(",")) if value else Config.sms_prefixes
    if any(not p.startswith("+") or not p[1:].isdecimal() for p in found):
        raise BadConfig("SMS_PREFIXES must be country prefixes with commas between: +49,+43")
    return found
