"""Invented days for the practice installation: appointments over four weeks, and one open morning's walk-ins.

Seeded and reproducible. Everything goes through the services, at the times at which it would have happened, so what
practice shows is what the programme does. Names are invented; the phone numbers are those set aside for films.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.domain.actors import By
from booking.domain.availability import Age, Wish
from booking.domain.errors import Refusal
from booking.domain.times import DAY
from booking.gateways.sms import Gateway
from booking.services import appointments, calls, changes, desk, practice, reminders, tickets
from booking.services.appointments import Booked, Contact

SEED = 2009
DAYS_BACK, DAYS_AHEAD = 7, 21
INTO_THE_MORNING = timedelta(minutes=25)
MINUTE = timedelta(minutes=1)
HOUR, TALK = 60 * MINUTE, 20 * MINUTE
PHONES = ("0152 28817386", "0152 28895456", "0152 54599371", "0172 9925904", "0172 9968532", "0174 9091317")
NAMES = {
    "ar": ("Mariam", "Abu Yusuf", "Nour", "Khaled", "Um Salim"), "uk": ("Oksana", "Taras", "Пані Леся"),
    "tr": ("Elif", "Murat B."), "ru": ("Irina", "Pavel"), "ro": ("Ioana", "Mihai"), "fr": ("Aïcha", "Jean-Luc"),
    "en": ("Grace", "Daniel O."), "de": ("Frau Lindner", "Tomasz"), "it": ("Giulia",), "fa": ("Laleh",),
}  # fmt: skip
SPOKEN_HERE = ("ar", "ar", "ar", "uk", "uk", "tr", "ru", "ro", "fr", "en", "de", "de", "it", "fa")
TOPICS = ("residence", "residence", "benefits", "unsure", "housing", "employment", "school-training", "family-health")
AGES = (Age(True), Age(True), Age(False))
AREAS = ("balingen", "rosenfeld", "")  # asked only where a centre has areas
NO_SHOWS = 0.2
DESK, WEB, COUNSEL = By("desk"), By("web"), By("desk")


class Event(NamedTuple):
    at: datetime
    order: int
    act: Callable[[datetime], Iterable["Event"] | None]


class Rehearsal:
    """One centre's invented days around `morning`, the opening of the practice morning."""

    def __init__(self, centre_id: int, slug: str, morning: datetime, secret: str, gateway: Gateway) -> None:
        self._centre_id, self._morning, self._secret, self._gateway = centre_id, morning, secret, gateway
        self._random = random.Random(f"{slug}-{SEED}")  # noqa: S311 - invented data, not secrets
        self._order = itertools.count()
        self._counsellors = [person.id for person in practice.cast(centre_id) if person.role == "counsellor"]

    def weeks(self, progress: Callable[[int, int], None]) -> None:
        """Book three weeks ahead and one back, and let the days that are past happen."""
        days = practice.open_days(self._centre_id, self._morning - DAYS_BACK * DAY, DAYS_BACK + DAYS_AHEAD)
        events = [event for day in days for event in self._bookings(day)]
        first = min(event.at for event in events)
        evenings = int((self._morning - first) / DAY)
        events += [self._event(first + n * DAY, self._send) for n in range(evenings)]
        self._play([event for event in events if event.at < self._morning], progress)

    def open_morning(self, until: datetime) -> None:
        """The walk-ins and check-ins of the morning, up to `until`."""
        events = [self._event(self._morning - HOUR, self._leave_a_room(until))]
        events += [self._event(self._morning + n * 2.5 * MINUTE, self._arrive) for n in range(10)]
        for n, counsellor in enumerate(self._counsellors[1:4]):
            events.append(self._event(self._morning + (4 + 3 * n) * MINUTE, self._calling(counsellor, until)))
        for line in appointments.of_day(self._centre_id, now=self._morning):
            if line.starts_at <= until + 10 * MINUTE:
                events.append(self._event(line.starts_at - 6 * MINUTE, self._checking_in(line.id)))
        self._play([event for event in events if event.at <= until], lambda _done, _all: None)
        self._empty_the_room(until)

    def _leave_a_room(self, until: datetime) -> Callable[[datetime], None]:
        """The first counsellor is the one who practises: for her first hour no colleague is booked into her room."""

        def leave(at: datetime) -> None:
            for line in appointments.of_day(self._centre_id, now=self._morning):
                colleagues = line.counsellor_id != self._counsellors[0] and line.room == self._room(until)
                if colleagues and line.starts_at < until + HOUR + TALK and line.ends_at + TALK > until:
                    with suppress(Refusal):
                        changes.cancel(self._centre_id, line.id, by=WEB, now=at)

        return leave

    def _empty_the_room(self, until: datetime) -> None:
        for talk in desk.view(self._centre_id, now=until).current:
            if talk.room == self._room(until):
                calls.finish(self._centre_id, talk.id, talk.counsellor_id, by=COUNSEL, now=until)

    def _room(self, at: datetime) -> str:
        """The first of hers."""
        return calls.view(self._centre_id, self._counsellors[0], now=at).rooms[0].name

    def _event(self, at: datetime, act: Callable[[datetime], Iterable[Event] | None]) -> Event:
        return Event(at, next(self._order), act)

    def _play(self, events: list[Event], progress: Callable[[int, int], None]) -> None:
        """In order of time; what an event leads to joins the rest."""
        heapq.heapify(events)
        done = 0
        while events:
            event = heapq.heappop(events)
            for following in event.act(event.at) or ():
                heapq.heappush(events, following)
            done += 1
            progress(done, done + len(events))

    def _bookings(self, day: datetime) -> list[Event]:
        """Fewer the further away the day is, each booked some days before."""
        away = max((day - self._morning) / DAY, 0)
        count = round(len(self._counsellors) * 2.4 * (1 - away / (DAYS_AHEAD + 7)))
        latest = min(day, self._morning - DAY)
        return [
            self._event(latest - timedelta(hours=self._random.uniform(1, 13 * 24)), self._booking(day))
            for _ in range(count)
        ]

    def _booking(self, day: datetime) -> Callable[[datetime], list[Event]]:
        chance = self._random
        language = chance.choice(SPOKEN_HERE)
        wish = Wish(chance.choice(TOPICS), language, chance.choice(AGES), chance.choice(AREAS))
        phone = chance.choice((*PHONES, "", ""))
        contact = Contact(chance.choice((*NAMES[language], "")), phone, bool(phone), ("+49",))

        def book(at: datetime) -> list[Event]:
            with suppress(Refusal):
                offered = appointments.offers(self._centre_id, wish, now=at).starts
                starts = [start for start in offered if day <= start < day + DAY]
                if starts:
                    key = f"practice-{chance.getrandbits(64):x}"
                    booked = appointments.book(
                        self._centre_id,
                        wish,
                        chance.choice(starts),
                        contact,
                        key=key,
                        secret=self._secret,
                        by=WEB,
                        now=at,
                    )
                    return self._visit(booked)
            return []

        return book

    def _visit(self, booked: Booked) -> list[Event]:
        """On a day that is past by now, most visitors came."""
        card = booked.card
        if card.starts_at + DAY > self._morning or self._random.random() < NO_SHOWS:
            return []
        length = (card.ends_at - card.starts_at) * self._random.uniform(0.6, 1.0)
        return [
            self._event(card.starts_at - 5 * MINUTE, self._checking_in(card.id)),
            self._event(card.starts_at + MINUTE, self._calling(card.counsellor_id, card.starts_at + length)),
        ]

    def _checking_in(self, appointment_id: int) -> Callable[[datetime], None]:
        def check_in(at: datetime) -> None:
            with suppress(Refusal):
                tickets.check_in(self._centre_id, appointment_id, by=DESK, now=at)

        return check_in

    def _arrive(self, at: datetime) -> None:
        language = self._random.choice((*SPOKEN_HERE, None))
        key = f"practice-{self._random.getrandbits(64):x}"
        tickets.take(self._centre_id, language=language, programme=None, key=key, secret=self._secret, by=DESK, now=at)

    def _calling(self, counsellor: int, until: datetime) -> Callable[[datetime], list[Event]]:
        """Call, start a minute later, and finish at the talk's end, if that is before `until`."""

        def call(at: datetime) -> list[Event]:
            with suppress(Refusal):
                ticket = calls.call_next(self._centre_id, counsellor, by=COUNSEL, now=at)
                begin = at + MINUTE
                end = min(begin + self._random.uniform(8, 25) * MINUTE, until)
                following = [self._event(begin, self._stepping(calls.start, ticket.id, counsellor))]
                if end < until or until < self._morning:
                    following.append(self._event(end, self._stepping(calls.finish, ticket.id, counsellor)))
                    following.append(self._event(end + MINUTE, self._calling(counsellor, until)))
                return [event for event in following if event.at <= until]
            return []

        return call

    def _stepping(self, step: Callable[..., object], ticket_id: int, counsellor: int) -> Callable[[datetime], None]:
        def act(at: datetime) -> None:
            with suppress(Refusal):
                step(self._centre_id, ticket_id, counsellor, by=COUNSEL, now=at)

        return act

    def _send(self, at: datetime) -> None:
        """What the worker would have sent by that evening."""
        reminders.send_due(self._gateway, clock=lambda: at)
