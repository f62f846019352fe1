"""What staff are shown of the outbox."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from booking.store import messages
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.rows import a_centre, a_message, a_visitor, an_appointment

NOW = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)
STATES = ("due", "submitting", "accepted", "delivered", "failed", "unknown", "expired", "off", "dropped")


def test_staff_see_what_did_not_go_out_of_their_centre_the_next_appointment_first(app):
    with app.app_context():
        with transaction(0) as session:
            centre, other = a_centre(session), a_centre(session, "balingen")
            later = an_appointment(session, centre, NOW + timedelta(days=2), code="11111111")
            sooner = an_appointment(session, centre, NOW + timedelta(days=1), code="22222222")
            past = an_appointment(session, centre, NOW - timedelta(days=8), code="33333333")
            elsewhere = an_appointment(session, other, NOW + timedelta(days=1), code="44444444")
            erased = an_appointment(session, centre, NOW + timedelta(days=1))
            for n, known in enumerate((later, sooner, past)):
                a_visitor(session, centre, known, f"v{n}")
            a_visitor(session, other, elsewhere, "v9")
            a_message(session, centre, erased, "x", state="failed", due_at=NOW)
            for state in STATES:
                a_message(session, centre, later, f"l-{state}", state=state, due_at=NOW)
            a_message(session, centre, sooner, "s", state="failed", error="21610", due_at=NOW)
            a_message(session, centre, past, "p", state="failed", due_at=NOW)
            a_message(session, other, elsewhere, "e", state="failed", due_at=NOW)
        with reading() as session:
            found = messages.unsent(session, centre, NOW - timedelta(days=7))
    assert [(one.code, one.state) for one in found] == [
        ("22222222", "failed"),
        *(("11111111", state) for state in ("failed", "unknown", "expired", "off")),
    ]
    assert found[0].error == "21610"
    assert found[0].starts_at == NOW + timedelta(days=1)


def test_staff_need_not_call_about_a_time_that_was_given_back_or_moved(app):
    tomorrow = NOW + timedelta(days=1)
    with app.app_context():
        with transaction(0) as session:
            centre = a_centre(session)
            moved = an_appointment(session, centre, tomorrow, code="11111111", sequence=1)
            cancelled = an_appointment(session, centre, tomorrow, code="22222222", sequence=2, state="cancelled")
            here = an_appointment(session, centre, tomorrow, code="33333333", state="arrived")
            for appointment in (moved, cancelled, here):
                a_visitor(session, centre, appointment, f"v{appointment}")
                for sequence in range(3):
                    for kind in ("reminder_eve", "cancellation"):
                        a_message(session, centre, appointment, kind, sequence=sequence, kind=kind, state="failed")
        with reading() as session:
            found = messages.unsent(session, centre, NOW)
            keys = {row.id: row.key for row in session.execute(select(m.Message.id, m.Message.key))}
    assert [keys[one.id] for one in found] == [f"{moved}:1:reminder_eve", f"{cancelled}:2:cancellation"]
