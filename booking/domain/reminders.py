"""Which messages an appointment has, when they are due, until when they make sense, and the steps of each.

"The evening before" is wall-clock arithmetic, never minus 24 hours (domain.md 5.6, 8).
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.domain.appointments import BOOKED
from booking.domain.appointments import CANCELLED as APPOINTMENT_CANCELLED
from booking.domain.times import DAY, instant, local_day
from booking.domain.waitlist import OPEN

CONFIRMATION, REMINDER_EARLY, REMINDER_EVE, CANCELLATION, MOVED, COVERED, OFFER, APOLOGY, RESTORED, CLOSED = (
    "confirmation", "reminder_early", "reminder_eve", "cancellation", "moved", "covered", "offer", "apology",
    "restored", "closed",
)  # fmt: skip
FREED = "freed"  # to the wait list: a time is held for her, who has no appointment, and waits for a yes
KINDS = (
    CONFIRMATION, REMINDER_EARLY, REMINDER_EVE, CANCELLATION, MOVED, COVERED, OFFER, APOLOGY, RESTORED, CLOSED, FREED,
)  # fmt: skip
DUE, SUBMITTING, ACCEPTED, DELIVERED, FAILED, UNKNOWN, EXPIRED, OFF, DROPPED = (
    "due", "submitting", "accepted", "delivered", "failed", "unknown", "expired", "off", "dropped",
)  # fmt: skip
# What tells of a time that will not take place; OFFER proposes another one and waits for a yes.
OF_CANCELLED = frozenset({CANCELLATION, OFFER, APOLOGY})
# Told even on a day with three messages: else somebody would come in vain. CLOSED: the centre is shut today; the
# appointment stays booked until cover settles it. It alone may come again, within the day's three: see RESTORED.
TOLD_ANYWAY = OF_CANCELLED | {CLOSED}
# For so long what tells of a change by the house waits, and taking it back tells nobody.
TELL_AFTER = timedelta(minutes=3)
# What staff see, because somebody may have to be called instead.
UNSENT = frozenset({FAILED, UNKNOWN, EXPIRED, OFF})

EVENING = time(18)
USELESS_BEFORE_START = timedelta(hours=1)
SUBMITTING_LEASE = timedelta(minutes=2)
# A request that ran into its time limit may still be on its way; asked sooner, the provider might not know it yet.
SETTLE_AFTER = timedelta(minutes=1)
LONGEST_WITHOUT_RECEIPT = timedelta(days=2)

# However wrong a program may go: no more than these (F20; elsewhere one person got 136 SMS, rdv-service-public #4172).
PER_APPOINTMENT_A_DAY = 3
PER_NUMBER_A_DAY = 10
PER_HOUR = 1_000

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
LONGEST_ASKED_WAIT = timedelta(hours=1)

# step → the states it starts from, and the one it leads to. What the provider knows counts, whatever we believed:
# "accept" may come after the message was taken for unknown, or was made due again.
STEPS: dict[str, tuple[frozenset[str], str]] = {
    "accept": (frozenset({DUE, SUBMITTING, UNKNOWN}), ACCEPTED),
    "fail": (frozenset({SUBMITTING, UNKNOWN}), FAILED),
    "later": (frozenset({SUBMITTING}), DUE),
    "lose": (frozenset({SUBMITTING}), UNKNOWN),
    "again": (frozenset({UNKNOWN}), DUE),
    "expire": (frozenset({SUBMITTING, UNKNOWN}), EXPIRED),
    "drop": (frozenset({DUE, UNKNOWN}), DROPPED),
}
# What the provider's words mean here; a later word never leads back (F18).
RECEIPTS = {
    "accepted": ACCEPTED, "scheduled": ACCEPTED, "queued": ACCEPTED, "sending": ACCEPTED, "sent": ACCEPTED,
    "delivered": DELIVERED, "read": DELIVERED, "undelivered": FAILED, "failed": FAILED, "canceled": FAILED,
}  # fmt: skip
_RANK = {DUE: 0, SUBMITTING: 1, UNKNOWN: 2, ACCEPTED: 3, FAILED: 4, DELIVERED: 5}


class Planned(NamedTuple):
    kind: str
    due_at: datetime
    not_after: datetime


class Notice(NamedTuple):
    """All that a text may say: never a topic, a programme or a name (domain.md 5.6, R26). `zone` is the centre's.

    `offered_at`: the new time of an OFFER, held until `answer_by`. `called`: by phone or video, so nobody has to come.
    """

    kind: str
    language: str
    sms_name: str
    starts_at: datetime
    zone: str
    address: str
    phone: str
    code: str | None
    offered_at: datetime | None = None
    answer_by: datetime | None = None
    called: bool = False


class Counts(NamedTuple):
    """Messages sent within a day: of this appointment, of this appointment and kind, and to this number."""

    here: int
    same_kind: int
    number: int


class Facts(NamedTuple):
    """What is known of a due message inside its claim. `current`: it is of the time the appointment now has."""

    kind: str
    not_after: datetime
    appointment_state: str
    current: bool
    agreed: bool
    counts: Counts


def planned(starts_at: datetime, now: datetime, zone: ZoneInfo, first: str = CONFIRMATION) -> list[Planned]:
    """`first` at once, a reminder three days and one on the evening before at 18:00, where still ahead."""
    found = [Planned(first, now, starts_at)]
    for kind, days in ((REMINDER_EARLY, 3), (REMINDER_EVE, 1)):
        due = instant(local_day(starts_at, zone) - days * DAY, EVENING, zone)
        if now < due:
            found.append(Planned(kind, due, starts_at - USELESS_BEFORE_START))
    return found


def freed_key(wait_offer_id: int) -> str:
    return f"w{wait_offer_id}:{FREED}"


def key(appointment_id: int, sequence: int, kind: str, of: int | None = None) -> str:
    """What must not exist twice: one message of a kind for every time an appointment was given. `of`: what it tells of,
    where that may happen again while the time stays: a colleague takes over; what was closed is open again."""
    return f"{appointment_id}:{sequence}:{kind}" + (f":{of}" if of is not None else "")


def is_current(message_key: str, appointment_id: int, sequence: int) -> bool:
    """Whether a message is of the time its appointment now has, not of one before a move."""
    return message_key.startswith(key(appointment_id, sequence, ""))


def about(kind: str) -> str:
    """The state of an appointment, or of an offer to the wait list, that this kind of message tells of."""
    if kind == FREED:
        return OPEN
    return APPOINTMENT_CANCELLED if kind in OF_CANCELLED else BOOKED


def verdict(facts: Facts, now: datetime) -> tuple[str, str | None]:
    """Where a due message goes, judged at the last moment (F17, F20, F22): the state and, if it failed, why."""
    if not (facts.agreed and facts.current and facts.appointment_state == about(facts.kind)):
        return DROPPED, None
    if now >= facts.not_after:
        return EXPIRED, None
    if not _within_caps(facts.kind, facts.counts):
        return FAILED, "cap"
    return SUBMITTING, None


def _within_caps(kind: str, counts: Counts) -> bool:
    here = kind not in OF_CANCELLED and counts.here < PER_APPOINTMENT_A_DAY
    here |= kind in TOLD_ANYWAY and counts.same_kind == 0
    return here and counts.number < PER_NUMBER_A_DAY


def wait(tries: int, asked: int | None, chance: float) -> timedelta:
    """How long until the next try: doubling with `tries`, at least what the provider `asked` for (seconds), and up
    to half as long again by `chance` (0 to 1), so that many do not come back together."""
    doubled = min(FIRST_WAIT * (1 << min(tries, 10)), LONGEST_WAIT)
    least = min(timedelta(seconds=asked or 0), LONGEST_ASKED_WAIT)
    return max(doubled, least) * (1 + chance / 2)


def still_ours(claimed_at: datetime, now: datetime) -> bool:
    """Whether a claimed message may still be sent. A machine that slept in between must not: others gave it up."""
    return now < claimed_at + SUBMITTING_LEASE / 2


def advances(state: str, to: str) -> bool:
    """Whether a receipt moves a message on; the same or an earlier word changes nothing, whatever its order."""
    return to in _RANK and _RANK.get(state, 9) < _RANK[to]
