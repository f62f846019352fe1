"""The outbox: planned with the booking, judged at the last moment, sent once, settled when in doubt."""

import contextlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from booking.domain.actors import WEB, By
from booking.domain.errors import Unfinished
from booking.domain.reminders import CANCELLATION, RECEIPTS, SUBMITTING_LEASE
from booking.gateways.sms import Later, Off, Refused, Rehearsal, Uncertain
from booking.services import reminders
from booking.services.steps import messages
from booking.store import messages as store
from booking.store import models as m
from booking.store.db import on_commit, reading, transaction
from tests.rows import a_centre, a_message, a_visitor, an_appointment

NOW = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)  # six in the evening in Ludwigsburg
STARTS = datetime(2027, 3, 16, 9, 0, tzinfo=UTC)
PHONE = "+4915112345678"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def inside(app):
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch):
    monkeypatch.setattr(reminders, "_chance", lambda: 0.0)


class Gateway:
    """Does what `answers` says, in that order, then sends. A scripted exception with `taken` sends and then fails."""

    on = True

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, str, int]] = []
        self.tries = 0
        self.deleted: list[str] = []

    def send(self, to: str, text: str, reference: str, useful_seconds: int) -> str:
        self.tries += 1
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or getattr(answer, "taken", False):
            self.sent.append((to, text, reference, useful_seconds))
        if answer is not None:
            raise answer
        return f"SM{len(self.sent)}"

    def find(self, to: str, text: str) -> list[str]:
        self.tries += 1
        if self.answers and (answer := self.answers.pop(0)):
            raise answer
        return [f"SM{i}" for i, one in enumerate(self.sent, 1) if one[:2] == (to, text)]

    def forget(self, provider_id: str) -> None:
        if self.answers:
            raise self.answers.pop(0)
        self.deleted.append(provider_id)


def but_taken(error: BaseException) -> BaseException:
    error.taken = True
    return error


def write(notice) -> str:
    return f"{notice.kind} {notice.code}"


def send(gateway, at: datetime = NOW, **options) -> int:
    return reminders.send_due(gateway, write=write, clock=lambda: at, **options)


def settle(gateway, at: datetime = NOW, **options) -> int:
    return reminders.settle_unknown(gateway, write=write, clock=lambda: at, **options)


def an_agreed_appointment(session, centre: int, code: str = "12345678", phone: str = PHONE, **values) -> int:
    appointment = an_appointment(session, centre, STARTS, code=code, **values)
    a_visitor(session, centre, appointment, f"surrogate-{code}", phone=phone, reminders_agreed=NOW - timedelta(days=3))
    return appointment


def a_due_message(**values) -> SimpleNamespace:
    """A centre, an appointment tomorrow, who agreed to reminders, and one of them due now."""
    with transaction(0) as session:
        centre = a_centre(session)
        appointment = an_agreed_appointment(session, centre)
        message = a_message(session, centre, appointment, "k", **{"due_at": NOW, "not_after": STARTS, **values})
    return SimpleNamespace(centre=centre, appointment=appointment, ref=store.Ref(message, centre))


def more_due(known: SimpleNamespace, count: int, **values) -> list[store.Ref]:
    """Further people with a message each."""
    refs = []
    with transaction(0) as session:
        for i in range(count):
            one = an_agreed_appointment(session, known.centre, f"{i:08}", f"+49151{i:08}")
            message = a_message(session, known.centre, one, f"k{i}", due_at=NOW, not_after=STARTS, **values)
            refs.append(store.Ref(message, known.centre))
    return refs


def row(ref: store.Ref) -> m.Message:
    with reading() as session:
        found = session.get(m.Message, ref.id)
        session.expunge_all()
        return found


def state(ref: store.Ref) -> str:
    return row(ref).state


def states() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(m.Message.state).order_by(m.Message.id)))


def steps(ref: store.Ref) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(m.Step.name).where(m.Step.message_id == ref.id).order_by(m.Step.id)))


def change(model, values: dict) -> None:
    with transaction(0) as session:
        session.execute(update(model).values(**values))


# ── planned, withdrawn, told ──────────────────────────────────────────────────────────────────────────────────────


def plan(session, known, now: datetime, starts: datetime = STARTS) -> None:
    messages.plan(
        session, centre_id=known.centre, appointment_id=known.appointment, starts_at=starts, language="ar", now=now,
        zone=ZoneInfo("Europe/Berlin"),
    )  # fmt: skip


@pytest.fixture
def known():
    with transaction(0) as session:
        centre = a_centre(session)
        return SimpleNamespace(centre=centre, appointment=an_agreed_appointment(session, centre))


def rows() -> list[tuple]:
    with reading() as session:
        found = select(m.Message.key, m.Message.kind, m.Message.state, m.Message.due_at).order_by(m.Message.due_at)
        return [tuple(one) for one in session.execute(found.order_by(m.Message.id))]


def test_messages_are_planned_with_a_key_each(known):
    a = known.appointment
    now = STARTS - timedelta(days=10)
    with transaction(known.centre) as session:
        plan(session, known, now)
    assert rows() == [
        (f"{a}:0:confirmation", "confirmation", "due", now),
        (f"{a}:0:reminder_early", "reminder_early", "due", datetime(2027, 3, 13, 17, 0, tzinfo=UTC)),
        (f"{a}:0:reminder_eve", "reminder_eve", "due", NOW),
    ]


def test_planning_the_same_twice_is_refused_by_the_database(known):
    with transaction(known.centre) as session:
        plan(session, known, NOW)
    with pytest.raises(Exception, match=r"(?i)unique"), transaction(known.centre) as session:
        plan(session, known, NOW)


def test_a_moved_appointment_is_told_its_new_time_and_reminded_of_that(known):
    with transaction(known.centre) as session:
        plan(session, known, STARTS - timedelta(days=10))
    with transaction(known.centre) as session:
        session.execute(update(m.Appointment).values(sequence=1))
        messages.withdraw(session, known.appointment, NOW - timedelta(days=9), By("desk"))
        plan(session, known, STARTS - timedelta(days=9), STARTS + timedelta(days=2))
    assert [(key.partition(":")[2], state) for key, _, state, _ in rows()] == [
        ("0:confirmation", "dropped"),
        ("1:moved", "due"),
        ("0:reminder_early", "dropped"),
        ("0:reminder_eve", "dropped"),
        ("1:reminder_early", "due"),
        ("1:reminder_eve", "due"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("due", "dropped"), ("unknown", "dropped"), ("submitting", "submitting"), ("accepted", "accepted"),
     ("delivered", "delivered"), ("failed", "failed"), ("off", "off")],
)  # fmt: skip
def test_what_has_not_gone_out_is_withdrawn(before, after):
    known = a_due_message(state=before)
    with transaction(known.centre) as session:
        messages.withdraw(session, known.appointment, NOW, WEB)
    assert (state(known.ref), steps(known.ref)) == (after, ["dropped"] if after == "dropped" else [])


def test_a_cancellation_is_told_and_sent(known):
    with transaction(known.centre) as session:
        session.execute(update(m.Appointment).values(state="cancelled"))
        messages.tell(
            session, centre_id=known.centre, appointment_id=known.appointment, starts_at=STARTS, language="ar",
            kind=CANCELLATION, due_at=NOW,
        )  # fmt: skip
    gateway = Gateway()
    send(gateway)
    assert [text for _, text, _, _ in gateway.sent] == ["cancellation 12345678"]


# ── claim ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_claimed_once_and_that_is_committed_first():
    ref = a_due_message().ref
    claimed = reminders.claim(ref, now=NOW)
    assert (claimed.to, claimed.notice.code, claimed.notice.starts_at) == (PHONE, "12345678", STARTS)
    assert (state(ref), row(ref).submitting_since, steps(ref)) == ("submitting", NOW, ["submitting"])
    assert reminders.claim(ref, now=NOW) is None
    assert steps(ref) == ["submitting"]


def test_nothing_is_due_before_its_time():
    a_due_message(due_at=NOW + timedelta(seconds=1))
    gateway = Gateway()
    send(gateway)
    send(gateway, NOW + timedelta(seconds=1))
    assert len(gateway.sent) == 1


@pytest.mark.parametrize(
    ("change_of", "values", "expected"),
    [
        (m.Appointment, {"state": "cancelled"}, "dropped"),
        (m.Appointment, {"sequence": 1}, "dropped"),
        (m.Visitor, {"reminders_agreed": None}, "dropped"),
        (m.Visitor, {"phone": None}, "dropped"),
        (m.Message, {"not_after": NOW}, "expired"),
    ],
)
def test_the_state_of_things_is_read_again_inside_the_claim(change_of, values, expected):
    ref = a_due_message().ref
    change(change_of, values)
    gateway = Gateway()
    send(gateway)
    assert (gateway.tries, state(ref), steps(ref)) == (0, expected, [expected])


@pytest.mark.parametrize("answer", [Later(), Uncertain(), SystemExit()])
def test_a_message_of_the_old_time_is_not_tried_again_when_she_moved_meanwhile(answer):
    """It was being submitted, so that moving could not withdraw it. After a crash it is unknown first, as ever."""
    known = a_due_message()

    class Moving(Gateway):
        def send(self, *arguments) -> str:
            if not self.tries:
                change(m.Appointment, {"sequence": 1, "starts_at": STARTS + timedelta(hours=1),
                                       "ends_at": STARTS + timedelta(hours=2),
                                       "busy_until": STARTS + timedelta(hours=2)})  # fmt: skip
            return super().send(*arguments)

    gateway = Moving(answer)
    with contextlib.suppress(SystemExit):
        send(gateway)
    for minutes in range(1, 9):
        at = NOW + minutes * MINUTE
        reminders.stuck(now=at)
        settle(gateway, at)
        send(gateway, at)
    assert (gateway.sent, state(known.ref), steps(known.ref)[-1]) == ([], "dropped", "dropped")
    assert ("unknown" in steps(known.ref)) == (not isinstance(answer, Later))


def test_a_person_who_was_erased_gets_nothing():
    ref = a_due_message().ref
    with transaction(0) as session:
        session.execute(delete(m.Visitor))
    assert reminders.claim(ref, now=NOW) is None
    assert state(ref) == "dropped"


def test_a_message_erased_meanwhile_is_nobodys():
    ref = a_due_message().ref
    with transaction(0) as session:
        session.execute(delete(m.Message))
    assert reminders.claim(ref, now=NOW) is None
    assert not reminders.accepted(ref, "SM1", now=NOW)
    assert not reminders.later(ref, None, now=NOW)


def test_nobody_gets_more_than_three_of_an_appointment_however_often_they_are_queued():
    known = a_due_message()
    with transaction(0) as session:
        for i in range(100):
            a_message(session, known.centre, known.appointment, f"bug{i}", due_at=NOW, not_after=STARTS)
    gateway = Gateway()
    send(gateway)
    send(gateway)
    assert len(gateway.sent) == 3
    assert states().count("failed") == 98
    assert row(store.Ref(known.ref.id + 50, known.centre)).error == "cap"


def test_a_number_gets_at_most_ten_a_day():
    known = a_due_message()
    more_due(known, 20)
    change(m.Visitor, {"phone": PHONE})
    gateway = Gateway()
    send(gateway)
    assert (len(gateway.sent), states().count("failed")) == (10, 11)


def test_a_day_later_the_caps_begin_anew():
    known = a_due_message()
    with transaction(0) as session:
        for i in range(3):
            since = NOW - timedelta(days=1)
            a_message(session, known.centre, known.appointment, f"o{i}", state="accepted", submitting_since=since)
    gateway = Gateway()
    send(gateway)
    assert len(gateway.sent) == 1


def test_the_whole_installation_sends_no_more_than_its_cap_an_hour(monkeypatch, caplog):
    monkeypatch.setattr(reminders.rules, "PER_HOUR", 4)
    more_due(a_due_message(), 9)
    gateway = Gateway()
    send(gateway)
    send(gateway, NOW + MINUTE)
    assert len(gateway.sent) == 4
    assert "no message is sent: 4 went out within an hour" in caplog.text
    send(gateway, NOW + timedelta(hours=1, minutes=1))
    assert len(gateway.sent) == 8


# ── what the provider says ────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_provider_took_is_accepted():
    ref = a_due_message().ref
    gateway = Gateway()
    assert send(gateway) == 0
    assert gateway.sent == [(PHONE, "reminder_eve 12345678", str(ref.id), 16 * 3600)]
    assert (state(ref), row(ref).provider_id, steps(ref)) == ("accepted", "SM1", ["submitting", "accepted"])


def test_what_was_refused_for_good_is_tried_once():
    ref = a_due_message().ref
    gateway = Gateway(Refused("21610"))
    assert send(gateway) == 0
    send(gateway, NOW + timedelta(hours=5))
    assert (gateway.tries, state(ref), row(ref).error) == (1, "failed", "21610")


def test_too_many_at_once_waits_as_long_as_the_provider_asks_and_others_go_on():
    known = a_due_message()
    more_due(known, 2)
    gateway = Gateway(Later(90))
    assert send(gateway) == 0
    assert states() == ["due", "accepted", "accepted"]
    assert row(known.ref).due_at == NOW + timedelta(seconds=90)
    assert row(known.ref).submitting_since is None
    send(gateway, NOW + timedelta(seconds=89))
    assert state(known.ref) == "due"
    send(gateway, NOW + timedelta(seconds=90))
    assert (state(known.ref), steps(known.ref)) == ("accepted", ["submitting", "later", "submitting", "accepted"])


def test_waits_grow_until_the_message_is_useless():
    ref = a_due_message(not_after=NOW + timedelta(minutes=10)).ref
    gateway = Gateway(*[Later() for _ in range(99)])
    for minute in range(60):
        send(gateway, NOW + minute * MINUTE)
    assert (gateway.tries, state(ref)) == (5, "expired")  # after 0, 1, 2, 4 and 8 minutes


def test_an_outage_of_two_days_sends_nothing_late():
    known = a_due_message()
    more_due(known, 5)
    send(Gateway(*[Later() for _ in range(6)]), failures=-10)
    gateway = Gateway()
    send(gateway, NOW + timedelta(days=2))
    assert (gateway.sent, set(states())) == ([], {"expired"})


@pytest.mark.parametrize("taken", [True, False])
def test_an_uncertain_one_is_looked_up_and_goes_out_exactly_once(taken):
    ref = a_due_message().ref
    error = Uncertain("ReadTimeout")
    gateway = Gateway(but_taken(error) if taken else error)
    assert send(gateway) == 1
    assert state(ref) == "unknown"
    for minutes in range(1, 6):
        settle(gateway, NOW + minutes * MINUTE)
        send(gateway, NOW + minutes * MINUTE)
    assert (len(gateway.sent), state(ref), row(ref).provider_id) == (1, "accepted", "SM1")


def test_an_uncertain_one_is_not_looked_up_while_it_may_still_be_on_its_way():
    a_due_message()
    gateway = Gateway(Uncertain())
    send(gateway)
    settle(gateway, NOW + timedelta(seconds=59))
    assert gateway.tries == 1


@pytest.mark.parametrize("taken", [True, False])
def test_after_a_crash_while_submitting_it_goes_out_exactly_once(taken):
    ref = a_due_message().ref
    crash = SystemExit()
    gateway = Gateway(but_taken(crash) if taken else crash)
    with pytest.raises(SystemExit):
        send(gateway)
    assert state(ref) == "submitting"
    for minutes in range(6):
        at = NOW + minutes * MINUTE
        reminders.stuck(now=at)
        settle(gateway, at)
        send(gateway, at)
    assert (len(gateway.sent), state(ref)) == (1, "accepted")


def test_stuck_ones_are_unknown_after_the_lease_and_not_before():
    ref = a_due_message().ref
    reminders.claim(ref, now=NOW)
    assert reminders.stuck(now=NOW + SUBMITTING_LEASE - timedelta(seconds=1)) == 0
    assert reminders.stuck(now=NOW + SUBMITTING_LEASE) == 1
    assert reminders.stuck(now=NOW + SUBMITTING_LEASE) == 0


def test_a_machine_that_slept_between_claim_and_sending_sends_nothing():
    ref = a_due_message().ref
    instants = iter([NOW, NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=1)])
    gateway = Gateway()
    assert reminders.send_due(gateway, write=write, clock=lambda: next(instants)) == 0
    assert (gateway.tries, state(ref)) == (0, "due")


def test_an_answer_that_comes_after_all_counts():
    ref = a_due_message(state="unknown").ref
    assert reminders.accepted(ref, "SM1", now=NOW)
    assert state(ref) == "accepted"


def test_a_failure_that_comes_when_all_is_settled_changes_nothing():
    ref = a_due_message(state="delivered").ref
    assert not reminders.failed(ref, "21610", now=NOW)
    assert not reminders.unknown(ref, now=NOW)
    assert (state(ref), steps(ref)) == ("delivered", [])


# ── settling ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_found_at_the_provider_that_is_anothers_does_not_count():
    known = a_due_message(state="unknown", submitting_since=NOW)
    more_due(known, 1, state="accepted", provider_id="SM7")
    reminders.settle(known.ref, ["SM7"], now=NOW + MINUTE)
    assert (state(known.ref), steps(known.ref)) == ("due", ["again"])
    assert row(known.ref).due_at == NOW + MINUTE + timedelta(seconds=30)


def test_one_that_was_never_sent_and_is_useless_by_now_expires():
    ref = a_due_message(state="unknown", not_after=NOW).ref
    reminders.settle(ref, [], now=NOW)
    assert state(ref) == "expired"


def test_lookups_that_fail_are_tried_again_and_count_as_failures():
    known = a_due_message(state="unknown", submitting_since=NOW - MINUTE)
    more_due(known, 9, state="unknown", submitting_since=NOW - MINUTE)
    gateway = Gateway(*[Uncertain() for _ in range(99)])
    assert settle(gateway) == 5
    assert (gateway.tries, set(states())) == (5, {"unknown"})
    assert settle(Gateway(Later()), failures=4) == 5
    assert settle(Gateway(Later())) == 0


def test_one_that_cannot_be_looked_up_is_given_to_staff():
    known = a_due_message(state="unknown", submitting_since=NOW - MINUTE)
    (other,) = more_due(known, 1, state="unknown", submitting_since=NOW - MINUTE)
    with transaction(0) as session:
        session.execute(update(m.Visitor).where(m.Visitor.appointment_id == known.appointment).values(phone=None))
    assert settle(Gateway(Refused("21211"))) == 0
    assert [(row(ref).state, row(ref).error) for ref in (known.ref, other)] == [
        ("failed", "unknown"),
        ("failed", "21211"),
    ]


def test_nothing_is_looked_up_without_a_gateway_or_when_the_worker_stops():
    ref = a_due_message(state="unknown", submitting_since=NOW - MINUTE).ref
    gateway = Gateway()
    settle(Off())
    settle(gateway, stopping=lambda: True)
    assert (gateway.tries, state(ref)) == (0, "unknown")


# ── the batch ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_broken_record_does_not_stop_the_others(caplog):
    more_due(a_due_message(), 20)

    def picky(notice) -> str:
        if notice.code == "00000007":
            raise KeyError(PHONE)
        return write(notice)

    gateway = Gateway()
    assert reminders.send_due(gateway, write=picky, clock=lambda: NOW) == 0
    assert (len(gateway.sent), states().count("failed")) == (20, 1)
    with reading() as session:
        assert session.scalar(select(m.Message.error).where(m.Message.state == "failed")) == "wording"
    assert "cannot be worded: KeyError" in caplog.text
    assert PHONE not in caplog.text


def test_the_default_text_is_the_house_wording(monkeypatch):
    assert reminders.send_due.__kwdefaults__["write"] is reminders.wording.write
    assert reminders.settle_unknown.__kwdefaults__["write"] is reminders.wording.write


def test_five_failures_in_a_row_end_the_round():
    more_due(a_due_message(), 19)
    gateway = Gateway(*[Later() for _ in range(4)], None, *[Uncertain() for _ in range(99)])
    assert send(gateway) == 5
    assert gateway.tries == 10
    assert send(Gateway(), failures=5) == 5


def test_a_worker_that_is_stopped_sends_no_further_one():
    more_due(a_due_message(), 9)
    gateway = Gateway()
    send(gateway, stopping=lambda: len(gateway.sent) == 3)
    assert len(gateway.sent) == 3
    assert states().count("due") == 7


def test_without_a_gateway_messages_are_kept_and_marked():
    known = a_due_message()
    (cancelled,) = more_due(known, 1)
    with transaction(0) as session:
        session.execute(update(m.Appointment).where(m.Appointment.code == "00000000").values(state="cancelled"))
    assert send(Off()) == 0
    assert (state(known.ref), steps(known.ref), state(cancelled)) == ("off", ["off"], "dropped")
    gateway = Gateway()
    send(gateway, NOW + MINUTE)
    assert gateway.sent == []


def test_a_rehearsal_takes_everything_and_a_second_round_finds_nothing():
    more_due(a_due_message(), 3)
    rehearsal = Rehearsal()
    send(rehearsal)
    send(rehearsal)
    assert (len(rehearsal.texts), set(states())) == (4, {"accepted"})


def test_staff_pages_hear_of_what_was_not_sent_and_only_of_that(app):
    heard = []
    before = app.extensions.get("announcements")
    on_commit(heard.append)
    try:
        known = a_due_message()
        send(Gateway())
        assert heard == []
        more_due(known, 1)
        send(Gateway(Refused("21211")))
        assert heard == [{known.centre: {"desk"}}]
    finally:
        app.extensions["announcements"] = before


# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def receive(word: str, provider_id: str = "SM1", error: str | None = None, message_id: int | None = None) -> bool:
    return reminders.receipt(provider_id, word, error, now=NOW + MINUTE, message_id=message_id)


def test_receipts_lead_forward_and_a_repeated_one_is_no_news():
    ref = a_due_message().ref
    send(Gateway())
    assert [receive(word) for word in ("sent", "delivered", "delivered", "sent")] == [False, True, False, False]
    assert (state(ref), steps(ref)) == ("delivered", ["submitting", "accepted", "delivered"])


def test_a_receipt_of_failure_keeps_its_reason_for_staff():
    ref = a_due_message().ref
    send(Gateway())
    assert receive("undelivered", error="30005")
    assert (state(ref), row(ref).error) == ("failed", "30005")
    assert receive("delivered")
    assert (state(ref), row(ref).error) == ("delivered", None)


@pytest.mark.parametrize("before", ["submitting", "unknown", "due"])
def test_a_receipt_may_come_before_the_answer_to_the_request(before):
    ref = a_due_message(state=before, submitting_since=NOW).ref
    assert receive("delivered", message_id=ref.id)
    assert not reminders.accepted(ref, "SM1", now=NOW)
    assert (state(ref), row(ref).provider_id) == ("delivered", "SM1")


def test_receipts_of_nothing_we_know_are_no_news():
    ref = a_due_message().ref
    send(Gateway())
    assert not receive("delivered", "SM99")
    assert not receive("delivered", "SM99", message_id=10**6)
    assert not receive("delivered", "SM99", message_id=ref.id)
    assert not receive("receiving")
    assert state(ref) == "accepted"


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=20)
@given(data=st.data(), words=st.lists(st.sampled_from(sorted(RECEIPTS)), min_size=1, max_size=5))
def test_receipts_in_any_order_lead_to_the_same_state(app, data, words):
    finals = set()
    for order in (words, data.draw(st.permutations(words)), sorted(words)):
        with transaction(0) as session:
            session.execute(delete(m.Step))
            session.execute(delete(m.Message))
            session.execute(delete(m.Centre))
        ref = a_due_message(state="submitting", submitting_since=NOW).ref
        for word in order:
            receive(word, error="30005", message_id=ref.id)
        finals.add((state(ref), row(ref).provider_id, row(ref).error))
    assert len(finals) == 1


# ── forgetting ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_provider_deletes_what_has_come_to_its_end():
    known = a_due_message(state="delivered", provider_id="SM1")
    more_due(known, 1, state="accepted", provider_id="SM2", submitting_since=NOW - timedelta(hours=47))
    gateway = Gateway()
    assert reminders.forget(gateway, now=NOW) == 1
    assert reminders.forget(gateway, now=NOW) == 0
    assert reminders.forget(gateway, now=NOW + timedelta(hours=1)) == 1
    assert gateway.deleted == ["SM1", "SM2"]


def test_what_could_not_be_deleted_is_tried_another_night():
    known = a_due_message(state="delivered", provider_id="SM1")
    assert reminders.forget(Off(), now=NOW) == 0
    with pytest.raises(Unfinished) as left:
        reminders.forget(Gateway(Later()), now=NOW)
    assert left.value.parts == ["messages"]
    assert row(known.ref).provider_id == "SM1"


def test_one_that_the_provider_does_not_delete_keeps_it_from_no_other():
    known = a_due_message(state="delivered", provider_id="SM1")
    (other,) = more_due(known, 1, state="delivered", provider_id="SM2")
    with pytest.raises(Unfinished):
        reminders.forget(Gateway(Refused("20009")), now=NOW)
    assert [row(ref).provider_id for ref in (known.ref, other)] == ["SM1", None]


def test_a_provider_that_fails_again_and_again_is_left_alone(caplog):
    known = a_due_message(state="delivered", provider_id="SM0")
    with transaction(0) as session:
        for i in range(1, 9):
            a_message(session, known.centre, known.appointment, f"m{i}", state="delivered", provider_id=f"SM{i}")
    gateway = Gateway(*[Later() for _ in range(99)])
    with pytest.raises(Unfinished) as left:
        reminders.forget(gateway, now=NOW)
    assert (left.value.parts, len(gateway.answers)) == (["messages"], 94)
    assert "still keeps 9 messages" in caplog.text
