"""What staff are shown of the outbox."""

from datetime import UTC, datetime, timedelta

from booking.store import messages
from booking.store.db import reading, transaction
from tests.rows import a_centre, a_message, an_appointment

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
