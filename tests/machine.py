"""What this machine has. What it lacks is left out and named; REQUIRE=postgres,redis,browser makes a lack fatal."""

import functools
import os
import shutil
import socket
import subprocess

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql://127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
REQUIRED = frozenset(filter(None, os.environ.get("REQUIRE", "").split(",")))
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@functools.cache
def has_postgres() -> bool:
    import psycopg

    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@functools.cache
def has_redis() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3).ping())
    except redis.RedisError:
        return False


@functools.cache
def browser_path() -> str | None:
    """An installed Chromium or Chrome, else the one Playwright keeps for itself, else None."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        path = play.chromium.executable_path
    return path if os.path.exists(path) else None


def lacks() -> dict[str, str]:
    """What is missing here, with what is left out because of it."""
    found = {}
    if not has_postgres():
        found["postgres"] = f"PostgreSQL does not answer at {POSTGRES_URL}: every test ran on SQLite alone"
    if not has_redis():
        found["redis"] = f"Redis does not answer at {REDIS_URL}: the tests with several processes were left out"
    if browser_path() is None:
        found["browser"] = "no Chromium or Chrome: the tests in a real browser were left out"
    return found


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def run(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, text=True, capture_output=True, check=False, **options)  # type: ignore[call-overload,no-any-return]
