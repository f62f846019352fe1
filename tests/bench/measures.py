"""What is measured. Each route takes turns with the bare ones, so that a drift of the machine falls on all of them.

The load stays the same: what a round books it cancels, who is called was given a number before and is finished
after, all outside the timing.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.bench.centre import COUNSEL, RECEPTION, SCREEN, SLUG
from tests.bench.client import Client
from tests.bench.pure import COUNSELLORS, DAYS, Rules
from tests.bench.screens import Screens
from tests.bench.table import BARE, EMIT, HELLO, MILLISECONDS, SMALLER, Row, Samples, Target

CENTRE = f"/api/v1/centres/{SLUG}"
ADULT = {"topic": "residence", "language": "ar", "age": "reached"}
PERSON = {"name": "Um Salim", "phone": "0152 28817386", "reminders": True}
AWAY = 30  # so many of the first starts offered are left alone: time goes on while bookings are measured
SCREEN_TARGETS = {1: Target(25, MILLISECONDS), 200: Target(60, MILLISECONDS), 1000: Target(2, EMIT)}


class Size(NamedTuple):
    """How much is measured; `rounds` of a route, `rounds_with_screens`, each after `warm` that do not count.

    `appointments`: none, some, 70 % of the weeks, and ten times as many past ones; `centres`: others beside this one.
    """

    warm: int
    rounds: int
    rounds_with_screens: int
    appointments: tuple[int, int, int, int]
    centres: int
    screens: tuple[int, ...]


FULL = Size(10, 300, 40, (0, 500, 5000, 50_000), 999, (1, 100, 200, 1000))
QUICK = Size(1, 2, 2, (0, 20, 80, 200), 3, (1, 2, 3, 4))


class Bench:
    """One server with its connection and its screens."""

    def __init__(self, client: Client, centre_id: int, size: Size) -> None:
        self._client, self._centre_id, self._size = client, centre_id, size

    def rows(
        self, fill: Callable[[int], None], settle: Callable[[int], None], screens: Screens
    ) -> Iterator[Row]:  # fmt: skip
        """Every row of the table; `fill` brings the centre to so many appointments, `settle` others beside it."""
        yield from self._bare()
        yield from self._growing(fill, settle)
        yield self._rules_alone()
        yield self._book()
        room = WaitingRoom(self._client, screens, self._centre_id)
        yield from self._tickets_and_calls(room)
        for count in self._size.screens:
            screens.connect(count)
            yield from self._to_screens(room, count)

    def _bare(self) -> Iterator[Row]:
        found = Samples()
        for _ in self._rounds(found):
            self._compare(found, writes=True)
        yield Row("hello-world route, bare", Samples(hello=found.hello, route=found.hello))
        yield Row("one commit, bare", Samples(hello=found.hello, route=found.commit))

    def _growing(self, fill: Callable[[int], None], settle: Callable[[int], None]) -> Iterator[Row]:
        """The search, while the centre and the installation grow."""
        none, _some, full, past = totals = self._size.appointments
        found: dict[int, Samples] = {}
        for total in totals:
            fill(total)
            found[total] = self._slots()
            words = f"slots, {total:,} appointments, {len(self._offered())} starts"
            yield Row(words, found[total], Target(12, HELLO))
            if total == full:
                yield Row(f"  {full:,} by {none:,} appointments", found[full], Target(2, SMALLER), found[none])
        yield Row(f"  {past:,} by {full:,} appointments", found[past], Target(1.2, SMALLER), found[full])
        settle(self._size.centres)
        words = f"slots beside {self._size.centres:,} other centres"
        yield Row(words, self._slots(), Target(1.3, SMALLER), found[past])

    def _slots(self) -> Samples:
        found = Samples()
        for _ in self._rounds(found):
            self._compare(found)
            found.route.append(self._client.timed("GET", self._slots_path))
        return found

    def _rules_alone(self) -> Row:
        found, rules = Samples(), Rules()
        for _ in self._rounds(found):
            self._compare(found)
            found.route.append(rules.timed())
        return Row(f"rules alone, {DAYS} days, {COUNSELLORS} people", found, Target(5, MILLISECONDS))

    def _book(self) -> Row:
        """Each round takes one of the starts that are offered, and gives it back."""
        found, offered = Samples(), self._offered()
        chance = random.Random(2009)
        for _ in self._rounds(found):
            self._compare(found, writes=True)
            body = {**ADULT, **PERSON, "start": chance.choice(offered[AWAY:])}
            sent = self._client.send("POST", f"{CENTRE}/appointments", body)
            seconds, booked = self._client.read(sent)
            found.route.append(seconds)
            self._client.ask("DELETE", f"/api/v1/appointments/{booked['link']}")
        return Row("book", found, Target(15, HELLO))

    def _tickets_and_calls(self, room: "WaitingRoom") -> Iterator[Row]:
        """A screen listens, so that every change is published; the next request waits until it was."""
        room.screens.connect(1)
        tickets, calls = Samples(), Samples()
        for _ in self._rounds(tickets, calls):
            self._compare(tickets, writes=True)
            tickets.route.append(room.give())
            self._compare(calls, writes=True)
            calls.route.append(room.call())
            room.finish()
        yield Row("ticket, with publishing", tickets, Target(8, HELLO))
        yield Row("call, with publishing", calls, Target(10, HELLO))

    def _to_screens(self, room: "WaitingRoom", count: int) -> Iterator[Row]:
        calls, emits = Samples(), Samples()
        for _ in self._rounds(calls, emits, rounds=self._size.rounds_with_screens):
            room.give()
            self._compare(calls, writes=True)
            calls.route.append(room.call_to_screens())
            room.finish()
            self._compare(emits)
            emits.route.append(room.emit())
        last = "the screen" if count == 1 else f"the last of {count:,} screens"
        yield Row(f"call → {last}", calls, SCREEN_TARGETS.get(count), emits)
        yield Row(f"  bare emit → {last}", emits)

    def _rounds(self, *found: Samples, rounds: int | None = None) -> Iterator[None]:
        for n in range(self._size.warm + (rounds or self._size.rounds)):
            if n == self._size.warm:
                for samples in found:
                    samples.forget()
            yield

    def _compare(self, found: Samples, *, writes: bool = False) -> None:
        found.hello.append(self._client.timed("GET", f"{BARE}/hello"))
        if writes:
            found.commit.append(self._client.timed("POST", f"{BARE}/commit/{self._centre_id}"))

    @property
    def _slots_path(self) -> str:
        return f"{CENTRE}/slots?" + "&".join(f"{name}={value}" for name, value in ADULT.items())

    def _offered(self) -> list[str]:
        return list(self._client.ask("GET", self._slots_path)["slots"])


class WaitingRoom:
    """Numbers given and called, with screens that show it. Every step raises the board's version by one."""

    def __init__(self, client: Client, screens: Screens, centre_id: int) -> None:
        self.screens = screens
        self._client, self._centre_id = client, centre_id
        self._board = client.ask("GET", f"{CENTRE}/board", token=SCREEN.format(0))
        self._version = self._board["version"]
        self._emitted = 0
        self._ticket = 0

    def give(self) -> float:
        seconds = self._client.timed("POST", f"{CENTRE}/tickets", {"language": "ar"}, RECEPTION)
        self._shown()
        return seconds

    def call(self) -> float:
        """Seconds to the answer."""
        seconds, ticket = self._client.read(self._client.send("POST", f"{CENTRE}/calls", {}, COUNSEL))
        self._ticket = ticket["id"]
        self._shown()
        return seconds

    def call_to_screens(self) -> float:
        """Seconds until the last screen has it."""
        sent = self._client.send("POST", f"{CENTRE}/calls", {}, COUNSEL)
        last = self._shown()
        self._ticket = self._client.read(sent)[1]["id"]
        return last - sent.at

    def finish(self) -> None:
        self._client.ask("POST", f"/api/v1/tickets/{self._ticket}/finish", token=COUNSEL)
        self._shown()

    def emit(self) -> float:
        """Seconds until the last screen has the same payload from a bare emit."""
        self._emitted += 1
        body = {**self._board, "version": self._emitted}
        sent = self._client.send("POST", f"{BARE}/emit/{self._centre_id}", body)
        last = self.screens.until("bare", self._emitted)
        self._client.answer(sent)
        return last - sent.at

    def _shown(self) -> float:
        self._version += 1
        return self.screens.until("board", self._version)
