"""The outbox: claim, send outside any transaction, and note what came of it. A crash never makes a second SMS.

Several workers may run at once; what makes each message go out once is the claim's UPDATE that names the old state.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import reminders as rules
from booking.domain.actors import WEB, By
from booking.domain.errors import Unfinished, traced
from booking.domain.places import IN_PERSON
from booking.domain.reminders import DUE, FAILED, OFF, RECEIPTS, SUBMITTING, Facts, Notice
from booking.domain.times import DAY
from booking.gateways import wording
from booking.gateways.sms import Gateway as Gateway
from booking.gateways.sms import GatewayError, Later, Refused, Uncertain
from booking.services.steps.messages import move, take
from booking.store import messages as store
from booking.store.db import reading, transaction
from booking.store.messages import Entry, Ref

Clock = Callable[[], datetime]
Write = Callable[[Notice], str]
Stopping = Callable[[], bool]

HOUR = timedelta(hours=1)
BATCH = 100
MOST_FORGOTTEN = 10_000
BREAK_AFTER = 5
WORKER = By("worker")
MESSAGES = "messages"
log = logging.getLogger(__name__)
_chance = random.SystemRandom().random


def _never() -> bool:
    return False


class Claimed(NamedTuple):
    """A message that this worker, and no other, is to send now."""

    ref: Ref
    to: str
    notice: Notice
    not_after: datetime
    at: datetime


def waiting(*, now: datetime, limit: int = BATCH) -> list[Ref]:
    with reading() as session:
        return store.waiting(session, now, limit)


def claim(ref: Ref, *, now: datetime) -> Claimed | None:
    """due → submitting, committed before anything is sent; None if another was first or it must not go out now."""
    entry = _judge(ref, SUBMITTING, now)
    return Claimed(ref, entry.phone, _notice(entry), entry.not_after, now) if entry and entry.phone else None


def switched_off(ref: Ref, *, now: datetime) -> None:
    """due → off: without a gateway staff see what was not sent."""
    _judge(ref, OFF, now)


def accepted(ref: Ref, provider_id: str, *, now: datetime) -> bool:
    with transaction(ref.centre_id) as session:
        return take(session, ref, "accept", now, WORKER, provider_id=provider_id, error=None)


def failed(ref: Ref, error: str, *, now: datetime) -> bool:
    """For good: not tried again, and shown to staff. `error`: the provider's code, "wording" or "prefix"."""
    with transaction(ref.centre_id) as session:
        return take(session, ref, "fail", now, WORKER, error=error)


def later(ref: Ref, seconds: int | None, *, now: datetime) -> bool:
    """Certainly not sent: due again after a while, at least `seconds`, but never after it has become useless."""
    with transaction(ref.centre_id) as session:
        return _put_off(session, ref, "later", seconds, now)


def unknown(ref: Ref, *, now: datetime) -> bool:
    """It may have been sent or not. It is looked up, never sent again blindly."""
    with transaction(ref.centre_id) as session:
        return take(session, ref, "lose", now, WORKER)


def stuck(*, now: datetime) -> int:
    """Messages whose sender never came back, after a crash, are unknown from now on; answers how many."""
    with reading() as session:
        found = store.submitting_before(session, now - rules.SUBMITTING_LEASE)
    return sum(unknown(ref, now=now) for ref in found)


def unsettled(*, now: datetime, limit: int = BATCH) -> list[Entry]:
    with reading() as session:
        return store.unknown_before(session, now - rules.SETTLE_AFTER, limit)


def settle(ref: Ref, found: list[str], *, now: datetime) -> bool:
    """What the lookup said about an unknown message: `found` are the provider's ids of messages with this text.

    One that belongs to no other message is it; without one it was never sent, and is due again while that makes sense.
    """
    with transaction(ref.centre_id) as session:
        own = next((one for one in found if store.known(session, one) is None), None)
        if own is not None:
            return take(session, ref, "accept", now, WORKER, provider_id=own, error=None)
        return _put_off(session, ref, "again", None, now)


def receipt(provider_id: str, word: str, error: str | None, *, now: datetime, message_id: int | None = None) -> bool:
    """What the provider says later, in any order and as often as it likes; True if it was news.

    `message_id` stands in the address we gave the provider: a receipt may come before the answer to the request.
    """
    target = RECEIPTS.get(word)
    with reading() as session:
        ref = store.known(session, provider_id)
        if ref is None and message_id is not None:
            ref = store.unnamed(session, message_id)
    if ref is None or target is None:
        return False
    with transaction(ref.centre_id) as session:
        state = store.state(session, ref.id)
        if state is None or not rules.advances(state, target):
            return False
        why = error if target == FAILED else None
        return move(session, ref, state, target, now, WEB, provider_id=provider_id, error=why)


def send_due(
    gateway: Gateway, *, clock: Clock, write: Write = wording.write, failures: int = 0, stopping: Stopping = _never
) -> int:
    """Send what is due, one by one. Takes and answers how many tries in a row the provider failed; ends at BREAK_AFTER.

    One that cannot be sent never stops the others (F19). `stopping` is asked between any two.
    """
    for ref in _sendable(gateway, clock()):
        if stopping() or failures >= BREAK_AFTER:
            break
        one = claim(ref, now=clock())
        if one is not None:
            failures = 0 if _send(gateway, write, one, clock) else failures + 1
    return failures


def settle_unknown(
    gateway: Gateway, *, clock: Clock, write: Write = wording.write, failures: int = 0, stopping: Stopping = _never
) -> int:
    """Look unknown messages up at the provider. Failures in a row as in `send_due`."""
    for entry in unsettled(now=clock()) if gateway.on else ():
        if stopping() or failures >= BREAK_AFTER:
            break
        failures = 0 if _look_up(gateway, write, entry, clock) else failures + 1
    return failures


def forget(gateway: Gateway, *, now: datetime) -> int:
    """Have the provider delete text and number of what has come to its end (R30); answers how many it deleted.

    One that it does not delete keeps it from no other, unless it fails again and again. Raises Unfinished at the end,
    with "messages"; the log says how many.
    """
    with reading() as session:
        found = store.at_provider(session, now - rules.LONGEST_WITHOUT_RECEIPT, MOST_FORGOTTEN) if gateway.on else []
    done = failures = 0
    for ref, provider_id in found:
        if failures >= BREAK_AFTER:
            break
        try:
            gateway.forget(provider_id)
        except GatewayError:
            failures += 1
            continue
        with transaction(ref.centre_id) as session:
            store.forget_provider_id(session, ref.id)
        done, failures = done + 1, 0
    if done < len(found):
        log.warning("the SMS provider still keeps %s messages that it was asked to delete", len(found) - done)
        raise Unfinished([MESSAGES])
    return done


def _judge(ref: Ref, target: str, now: datetime) -> Entry | None:
    """Read everything again, and let the message go to `target` if it may go out: only then it is answered."""
    with transaction(ref.centre_id) as session:
        entry = store.entry(session, ref.id)
        if entry is None:
            return None
        state, error = rules.verdict(_facts(session, entry, now), now)
        if state != SUBMITTING:
            move(session, ref, DUE, state, now, WORKER, error=error)
            return None
        since = now if target == SUBMITTING else None
        return entry if move(session, ref, DUE, target, now, WORKER, submitting_since=since) else None


def _facts(session: Session, entry: Entry, now: datetime) -> Facts:
    return Facts(
        entry.kind, entry.not_after, entry.appointment_state,
        current=entry.appointment_id is None or rules.is_current(entry.key, entry.appointment_id, entry.sequence),
        agreed=entry.agreed is not None and entry.phone is not None,
        counts=store.counts(session, entry, now - DAY),
    )  # fmt: skip


def _put_off(session: Session, ref: Ref, step: str, seconds: int | None, now: datetime) -> bool:
    entry = store.entry(session, ref.id)
    due_at = now + rules.wait(store.tries(session, ref.id), seconds, _chance())
    if entry is None or due_at >= entry.not_after:
        return take(session, ref, "expire", now, WORKER)
    return take(session, ref, step, now, WORKER, due_at=due_at, submitting_since=None)


def _sendable(gateway: Gateway, now: datetime) -> list[Ref]:
    """What may be sent in this round; without a gateway nothing, and that is noted."""
    refs = waiting(now=now)
    if not gateway.on:
        for ref in refs:
            switched_off(ref, now=now)
    if not refs or not gateway.on:
        return []
    with reading() as session:
        left = rules.PER_HOUR - store.sent_since(session, now - HOUR)
    if left <= 0:
        log.error("no message is sent: %s went out within an hour", rules.PER_HOUR)
    return refs[: max(left, 0)]


def _send(gateway: Gateway, write: Write, one: Claimed, clock: Clock) -> bool:
    """Send one claimed message, outside any transaction. False if the provider failed."""
    text = _text(write, one.ref, one.notice)
    now = clock()
    if text is None:
        failed(one.ref, "wording", now=now)
        return True
    if not rules.still_ours(one.at, now):
        later(one.ref, None, now=now)
        return True
    return _submit(gateway, one, text, int((one.not_after - now).total_seconds()), clock)


def _submit(gateway: Gateway, one: Claimed, text: str, useful_seconds: int, clock: Clock) -> bool:
    try:
        provider_id = gateway.send(one.to, text, str(one.ref.id), useful_seconds)
    except Refused as no:
        failed(one.ref, no.code, now=clock())
        return True
    except Later as no:
        later(one.ref, no.seconds, now=clock())
        return False
    except Uncertain:
        unknown(one.ref, now=clock())
        return False
    accepted(one.ref, provider_id, now=clock())
    return True


def _look_up(gateway: Gateway, write: Write, entry: Entry, clock: Clock) -> bool:
    ref = Ref(entry.id, entry.centre_id)
    text = _text(write, ref, _notice(entry))
    if text is None or entry.phone is None:
        failed(ref, "unknown", now=clock())
        return True
    try:
        found = gateway.find(entry.phone, text)
    except Refused as no:
        failed(ref, no.code, now=clock())
        return True
    except GatewayError:
        return False
    settle(ref, found, now=clock())
    return True


def _text(write: Write, ref: Ref, notice: Notice) -> str | None:
    """None if it cannot be worded; what the error says may hold personal data and stays out of the log (S29)."""
    try:
        return write(notice)
    except Exception as error:
        log.error("message %s cannot be worded: %s", ref.id, traced(error))
        return None


def _notice(entry: Entry) -> Notice:
    return Notice(
        entry.kind, entry.language, entry.sms_name, entry.starts_at, entry.zone, entry.address, entry.centre_phone,
        entry.code, entry.offered_at, entry.answer_by, entry.mode != IN_PERSON,
    )  # fmt: skip
