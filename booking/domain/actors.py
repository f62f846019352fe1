"""Who does something, and through which door."""

from typing import NamedTuple


class By(NamedTuple):
    """`door`: "web", "desk", "kiosk", "api", "worker" or "cli"; visitors have no staff id."""

    door: str
    staff_id: int | None = None


WEB, KIOSK = By("web"), By("kiosk")
