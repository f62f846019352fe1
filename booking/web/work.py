"""The worker: every few seconds it sends what is due, twice a minute it offers what became free to who waits for it,
and once a night it does what is done once a night.

One of several workers works at a time, by a lease. It starts in `serve`, `practice` and `worker`, never in create_app.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from datetime import time as wall_time
from functools import partial
from zoneinfo import ZoneInfo

from flask import Flask

from booking import clock
from booking.domain.errors import Unfinished, traced
from booking.services import forecasts, leases, offers, reminders, waitlist
from booking.services.leases import MESSAGES, NIGHTLY
from booking.services.reminders import BREAK_AFTER, Gateway

EVERY_SECONDS = 5.0
LEASE = timedelta(minutes=1)
NIGHT_LEASE = timedelta(hours=1)
PAUSE_SECONDS = 60.0
STOPPING_SECONDS = 15.0
NIGHT_BEGINS, NIGHT_ZONE = wall_time(3, 30), ZoneInfo("Europe/Berlin")
log = logging.getLogger(__name__)

FORECAST_EVERY_SECONDS = 2.0
FREED_EVERY_SECONDS = 30.0
Job = Callable[[datetime], object]


def _renew_forecast(centre_id: int, now: datetime) -> None:
    forecasts.refresh(centre_id, now=now)


class Worker:
    """`nightly`: by name, what is called with `now`, inside the application's context, once a day after 3:30.

    Each may raise Unfinished. If any of it fails all is done again after an hour, until a whole night's work is done.
    """

    def __init__(
        self, gateway: Gateway, nightly: Mapping[str, Job] | None = None, now: Callable[[], datetime] = clock.now
    ) -> None:
        self.name = secrets.token_hex(8)
        self._gateway = gateway
        self._nightly: dict[str, Job] = {
            **(nightly or {}),
            "provider": lambda at: reminders.forget(gateway, now=at),
        }
        self._now = now
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0
        self._paused_until = 0.0
        self._freed_at = float("-inf")

    def start(self, app: Flask) -> None:
        """Work in a thread of this process, until `stop`."""
        self._thread = threading.Thread(target=self.run, args=(app,), name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the message that is being sent, which may take until its time limit."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOPPING_SECONDS)

    def run(self, app: Flask) -> None:
        """Work in this thread, until `stop`."""
        # Beside it, because a message may wait for its provider, and somebody who waits should not.
        threading.Thread(target=self._forecast, args=(app,), name="forecasts", daemon=True).start()
        while not self._stop.is_set():
            self.run_once(app)
            self._stop.wait(EVERY_SECONDS)
        with app.app_context():
            self._try(lambda at: leases.end(MESSAGES, self.name, now=at))

    def run_once(self, app: Flask) -> None:
        """One round of each piece of work. What goes wrong is logged; the next round comes all the same."""
        with app.app_context():
            self._try(self._messages)
            self._try(self._night)

    def _forecast(self, app: Flask) -> None:
        while not self._stop.wait(FORECAST_EVERY_SECONDS):
            with app.app_context():
                self._try(self._renew_forecasts)

    def _renew_forecasts(self, now: datetime) -> None:
        for centre_id in forecasts.due(now=now):
            self._try(partial(_renew_forecast, centre_id), "a forecast")

    def _messages(self, now: datetime) -> None:
        if not leases.hold(MESSAGES, self.name, LEASE, now=now):
            return
        reminders.stuck(now=now)
        offers.lapse_due(now)
        self._try(offers.renew_due, "proposed times")
        waitlist.lapse_due(now)
        self._try(self._offer_freed, "the wait list")
        if time.monotonic() >= self._paused_until:
            self._send()
        leases.ran(MESSAGES, now=self._now())

    def _offer_freed(self, now: datetime) -> None:
        if time.monotonic() >= self._freed_at + FREED_EVERY_SECONDS:
            self._freed_at = time.monotonic()
            waitlist.offer_due(now)

    def _send(self) -> None:
        """Look up and send, unless the provider fails again and again: then it is left alone for a minute (F16)."""
        for verb in (reminders.settle_unknown, reminders.send_due):
            self._failures = verb(
                self._gateway, clock=self._now, failures=self._failures, stopping=self._stop.is_set
            )  # fmt: skip
        if self._failures >= BREAK_AFTER:
            log.error("the SMS provider failed %s times in a row: next try in a minute", self._failures)
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            self._failures = BREAK_AFTER - 1

    def _night(self, now: datetime) -> None:
        local = now.astimezone(NIGHT_ZONE)
        last = leases.last_run(NIGHTLY)
        if local.time() < NIGHT_BEGINS or (last and last.astimezone(NIGHT_ZONE).date() == local.date()):
            return
        # Held by this try, not by this worker: one that failed binds us, too, until the lease is over.
        if leases.hold(NIGHTLY, secrets.token_hex(8), NIGHT_LEASE, now=now):
            failed = [part for name, job in self._nightly.items() for part in self._try(job, name)]
            if failed:
                leases.left(NIGHTLY, failed)
            else:
                leases.ran(NIGHTLY, now=now)

    def _try(self, job: Job, name: str = "background work") -> list[str]:
        """What of it failed; a job that fails as a whole is logged by its name."""
        try:
            job(self._now())
        except Unfinished as unfinished:
            return [f"{name}: {part}" for part in unfinished.parts]
        except Exception as error:
            log.error("%s failed: %s", name, traced(error))
            return [name]
        return []
