"""Random days of a small centre, in whatever order: nobody and nothing is in two places, what is offered can be booked
and nothing else, and no plan leaves the centre empty without a reason that is written down.

Days with 23 and 25 hours, the year's end and 29 February are among them.
"""

from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as play

from booking.domain import presence
from booking.domain.actors import By
from booking.domain.availability import Age, Wish
from booking.domain.errors import LeavesCentreEmpty, NotFound, Refusal, SlotTaken, TooLate
from booking.domain.roster import SHIFT_KINDS, Closure
from booking.domain.rostering import LEAVE, OVERRIDES, SICK, Part, Spell
from booking.domain.times import DAY, days_from, local_day
from booking.services import appointments, changes, closures, cover, offers, roster, uncover
from booking.services.steps import watching
from booking.store import models as m
from booking.store.appointments import HOLDING
from booking.store.db import reading
from tests.conftest import empty
from tests.people import (
    BERLIN,
    DESK,
    MINUTE,
    a_bare_centre,
    a_booking,
    a_carrier,
    a_contact,
    a_counsellor,
    a_member,
    a_programme,
    a_room,
    a_topic,
    open_hours,
    rows,
)

# The last day before: a plain week, both clock changes, the turn of a year, 29 February.
BEGINNINGS = [date(2027, 3, 1), date(2027, 3, 24), date(2027, 10, 27), date(2026, 12, 27), date(2028, 2, 24)]
AHEAD = 14
PLACES = st.integers(0, 10**6)
COMING = st.integers(0, 9)
WALLS = st.sampled_from([time(8), time(9, 30), time(11), time(12, 30)])
TWO_WALLS = st.lists(WALLS, min_size=2, max_size=2, unique=True)
KINDS = st.sampled_from(SHIFT_KINDS)
REASONS = st.none() | st.sampled_from(OVERRIDES)
NOT_OFFERED = [time(3), time(9, 5), time(11, 55), time(23)]


class Days(RuleBasedStateMachine):
    """Three counsellors of two carriers share two offices, two of them count; two mornings are for walk-ins."""

    booked = Bundle("booked")
    absences = Bundle("absences")

    @initialize(day=st.sampled_from(BEGINNINGS), least=st.sampled_from([1, 1, 2]))
    def open_the_doors(self, day, least):
        empty()
        self.now = datetime.combine(day, time(5), UTC)
        self.excused: set[date] = set()
        self.centre = centre = a_bare_centre(horizon_days=AHEAD, min_present=least, min_reachable=least)
        a_carrier(centre), a_carrier(centre, "awo"), a_programme(centre, "mbe", from_birthday=27)
        a_programme(centre, "jmd", before_birthday=27), a_topic(centre, programmes=["mbe", "jmd"])
        a_room(centre), a_room(centre, "r2")
        open_hours(centre, [(weekday, time(9), time(12)) for weekday in range(7)])
        open_hours(centre, [(1, time(9), time(12)), (5, time(9), time(12))], walk_in=True)
        week = [(weekday, time(8, 30), time(12, 30)) for weekday in range(7)]
        self.staff = [
            a_counsellor(centre, "Anna", shifts=week, programmes=["mbe"], languages=["de", "ar"]),
            a_counsellor(centre, "Cem", shifts=week, carrier="awo", rooms=["r2"], duty=False),
            a_counsellor(centre, "Olha", shifts=week, carrier="awo", rooms=["r2", "r1"], programmes=["jmd"]),
        ]
        self.lead = By("desk", a_member(centre, "lead", "Lea"))
        self.keys = 0

    # ── what visitors do ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        target=booked, place=PLACES, age=st.none() | COMING, adult=st.booleans(), language=st.sampled_from(["de", "ar"])
    )
    def book(self, place, age, adult, language):
        """Everything offered can be booked; a birthday within the weeks decides by its day."""
        birthday = self.today + (1 + age) * DAY if age is not None else None
        wish = Wish("residence", language, Age(adult and birthday is None, birthday))
        found = self.offered(wish)
        if not found:
            return multiple()
        self.keys += 1
        made = appointments.book(
            self.centre, wish, found[place % len(found)], a_contact(), key=f"k{self.keys}", secret="s" * 32, by=DESK,
            now=self.now,
        )  # fmt: skip
        return made.card.id

    @rule(wall=st.sampled_from(NOT_OFFERED), ahead=COMING)
    def ask_for_what_is_not_offered(self, wall, ahead):
        wish = Wish("residence", "de", Age(True))
        start = datetime.combine(self.today + ahead * DAY, wall, BERLIN).astimezone(UTC)
        if start in self.offered(wish):
            return
        with pytest.raises(SlotTaken):
            a_booking(self.centre, start, age=Age(True), now=self.now)

    @rule(appointment=booked, place=PLACES)
    def move(self, appointment, place):
        try:
            found = changes.new_times(self.centre, appointment, Age(True), now=self.now).starts
        except Refusal:
            return
        if found:
            changes.move(self.centre, appointment, found[place % len(found)], Age(True), by=DESK, now=self.now)

    @rule(appointment=consumes(booked))
    def cancel(self, appointment):
        self.attempt(lambda: changes.cancel(self.centre, appointment, by=DESK, now=self.now))

    # ── what happens to the roster ────────────────────────────────────────────────────────────────────────────────

    @rule(target=absences, who=st.integers(0, 2), ahead=COMING, days=st.integers(1, 3), wall=st.none() | WALLS)
    def fall_ill(self, who, ahead, days, wall):
        """A fact: always saved, and whatever it opens is an alarm."""
        first = self.today + ahead * DAY
        spell = Spell(first, first + (days - 1) * DAY, wall)
        roster.report_absence(self.centre, [self.staff[who]], SICK, spell, carrier_id=None, by=DESK, now=self.now)
        self.excused.update(days_from(first, days))
        return rows(m.Absence.id)[-1]

    @rule(absence=consumes(absences))
    def come_back_early(self, absence):
        self.attempt(lambda: roster.end_absence(self.centre, absence, carrier_id=None, by=DESK, now=self.now))

    @rule(who=st.integers(0, 2), ahead=COMING, days=st.integers(1, 2), reason=REASONS)
    def go_on_leave(self, who, ahead, days, reason):
        first = self.today + ahead * DAY
        spell = Spell(first, first + (days - 1) * DAY)
        self.plan(days_from(first, days), reason, lambda: roster.report_absence(
            self.centre, [self.staff[who]], LEAVE, spell, override=reason, carrier_id=None, by=self.lead,
            now=self.now,
        ))  # fmt: skip

    @rule(who=st.integers(0, 2), ahead=COMING, kind=KINDS, walls=TWO_WALLS, reason=REASONS)
    def change_a_day(self, who, ahead, kind, walls, reason):
        day, parts = self.today + ahead * DAY, [Part(kind, *sorted(walls))]
        self.plan([day], reason, lambda: roster.set_day(
            self.centre, self.staff[who], day, parts, override=reason, carrier_id=None, by=self.lead,
            now=self.now,
        ))  # fmt: skip

    @rule(ahead=COMING, kind=st.sampled_from(["shut", "desk_only", "open"]), fact=st.booleans(), part=st.booleans())
    def close(self, ahead, kind, fact, part):
        """An emergency is saved whatever is booked; a plan only where nothing is."""
        day = self.today + ahead * DAY
        walls = (time(10), time(11)) if part and kind != "open" else (None, None)
        closure = Closure(day, day, None, kind, *walls)
        self.attempt(
            lambda: closures.close(self.centre, closure, "", carrier_id=None, fact=fact, by=self.lead, now=self.now)
        )

    # ── cover ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(undone=st.booleans())
    def settle_whoever_lost_her_place(self, undone):
        """A plan that was just made can be carried out whole; taken back within three minutes, all is as before."""
        proposal, _booked, _told = cover.propose(self.centre, now=self.now)
        if not proposal.lines:
            return
        accepted = [cover.Accepted(x.talk_id, x.action, x.chain, x.after, x.because) for x in proposal.lines]
        before = settled(self.now)
        plan = cover.apply(
            self.centre, proposal.fingerprint, accepted, cause="absence", by=self.lead, now=self.now
        )  # fmt: skip
        assert cover.propose(self.centre, now=self.now)[0].lines == ()
        if undone:
            soon = self.now + cover.TELL_AFTER - MINUTE
            uncover.undo(self.centre, plan, by=self.lead, now=soon)
            assert settled(soon) == before

    @rule(yes=st.booleans())
    def answer_what_is_proposed(self, yes):
        """A yes to a place that is lost meanwhile is refused, and another one may be held instead."""
        for id_ in rows(m.Hold.appointment_id, kind="offer"):
            with suppress(SlotTaken, TooLate, NotFound):
                (offers.accept if yes else offers.decline)(self.centre, id_, by=DESK, now=self.now)

    @rule(place=PLACES)
    def take_a_line_back(self, place):
        lines = rows(m.CoverLine.id)
        if lines:
            line = lines[place % len(lines)]
            self.attempt(lambda: uncover.take_back(self.centre, line, by=self.lead, now=self.now))

    @rule(hours=st.integers(1, 30))
    def time_goes_by(self, hours):
        self.now += timedelta(hours=hours)

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nobody_and_nothing_is_in_two_places(self):
        taken = defaultdict(list)
        for counsellor, room, starts, ends, state in rows(
            m.Appointment.counsellor_id, m.Appointment.room_id, m.Appointment.starts_at, m.Appointment.busy_until,
            m.Appointment.state,
        ):  # fmt: skip
            if state in HOLDING:
                taken["c", counsellor].append((starts, ends))
                taken["r", room].append((starts, ends))
        for counsellor, room, starts, ends, kind, until in rows(
            m.Hold.counsellor_id, m.Hold.room_id, m.Hold.starts_at, m.Hold.busy_until, m.Hold.kind, m.Hold.expires_at
        ):
            if kind == "offer" and until > self.now:
                taken["c", counsellor].append((starts, ends))
                taken["r", room].append((starts, ends))
        for spans in taken.values():
            spans.sort()
            assert all(one[1] <= other[0] for one, other in pairwise(spans))

    @invariant()
    def every_appointment_has_its_claims_and_there_are_no_others(self):
        claims = defaultdict(int)
        for appointment in rows(m.Claim.appointment_id):
            if appointment is not None:
                claims[appointment] += 1
        expected = {
            id_: 2 * ((ends - starts) // (5 * MINUTE))
            for id_, starts, ends, state in rows(
                m.Appointment.id, m.Appointment.starts_at, m.Appointment.busy_until, m.Appointment.state
            )
            if state in HOLDING
        }
        assert claims == expected

    @invariant()
    def a_gap_was_a_fact_or_has_a_reason(self):
        with reading() as session:
            seen = watching.seen(session, self.centre, days_from(self.today, AHEAD))
        for gap in presence.gaps(seen.watch):
            if gap.span.ends > self.now:
                assert local_day(gap.span.starts, BERLIN) in self.excused, gap

    def teardown(self):
        empty()

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def today(self):
        return local_day(self.now, BERLIN)

    def offered(self, wish):
        return appointments.offers(self.centre, wish, now=self.now).starts

    def attempt(self, act):
        """What is refused changes nothing."""
        before = everything()
        try:
            act()
        except Refusal:
            assert everything() == before

    def plan(self, days, reason, act):
        """A plan that opens a gap is refused, or has a reason on record."""
        before = everything()
        try:
            saved = act()
        except Refusal as refusal:
            assert reason is None or not isinstance(refusal, LeavesCentreEmpty)  # noqa: PT017 - either may be refused
            assert everything() == before
        else:
            if saved.opened:
                assert reason is not None
                assert rows(m.GapOverride.reason)[-1] == reason
                self.excused.update(days)


def settled(now):
    """All that cover changes and taking it back restores; what is held no longer counts for nothing."""
    claims = rows(m.Claim.resource, m.Claim.step, m.Claim.appointment_id, m.Claim.hold_id, m.Claim.expires_at)
    return [rows(*m.Appointment.__table__.columns), [c for c in claims if c[-1] is None or c[-1] > now]]


def everything():
    """Every row that a refused verb could have changed."""
    return [
        rows(*table.__table__.columns)
        for table in (m.Appointment, m.Claim, m.Absence, m.DayShift, m.Closure, m.GapOverride, m.Message)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("inside")
def test_random_days():
    play(Days, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
