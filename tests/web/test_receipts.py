"""Twilio's receipts: only genuine ones, over the public address, as often and as late as they come."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from booking import clock
from booking.store import models as m
from booking.store.db import reading, transaction
from tests.fake_twilio import ACCOUNT, PUBLIC_URL, SENDER, TOKEN
from tests.rows import a_centre, a_message, an_appointment

PATH = "/receipts/twilio?message={}"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+4915112345678", "From": SENDER}


@pytest.fixture
def keys(app):
    """The installation has keys and a public address, as far as the views know."""
    plain = app.extensions["config"]
    app.extensions["config"] = replace(
        plain, twilio_account=ACCOUNT, twilio_token=TOKEN, twilio_sender=SENDER, public_url=PUBLIC_URL
    )
    yield
    app.extensions["config"] = plain


@pytest.fixture
def message(app, keys) -> int:
    now = clock.now()
    with app.app_context(), transaction(0) as session:
        centre = a_centre(session)
        appointment = an_appointment(session, centre, now + timedelta(days=1))
        return a_message(session, centre, appointment, "k", state="submitting", submitting_since=now)


def post(client, path: str, form: dict, *, url: str = PUBLIC_URL, token: str = TOKEN, signed: dict | None = None):
    signature = RequestValidator(token).compute_signature(url + path, signed or form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def row(app) -> tuple:
    with app.app_context(), reading() as session:
        return tuple(session.execute(select(m.Message.state, m.Message.provider_id, m.Message.error)).one())


def test_a_genuine_receipt_is_believed_also_a_second_time(app, client, message):
    for _ in range(3):
        answer = post(client, PATH.format(message), DELIVERED)
        assert (answer.status_code, answer.data) == (200, b"")
    assert row(app) == ("delivered", "SM1", None)


def test_a_failure_brings_its_code(app, client, message):
    post(client, PATH.format(message), {**DELIVERED, "MessageStatus": "undelivered", "ErrorCode": "30005"})
    assert row(app) == ("failed", "SM1", "30005")


def test_a_receipt_after_the_answer_needs_no_message_in_its_address(app, client, message):
    post(client, PATH.format(message), {**DELIVERED, "MessageStatus": "sent"})
    assert post(client, "/receipts/twilio", DELIVERED).status_code == 200
    assert row(app)[0] == "delivered"


@pytest.mark.parametrize("path", [PATH.format(10**6), "/receipts/twilio", "/receipts/twilio?message=x"])
def test_a_genuine_receipt_of_nothing_known_is_well_received(app, client, message, path):
    assert post(client, path, {**DELIVERED, "MessageSid": "SM99"}).status_code == 200
    assert row(app)[0] == "submitting"


@pytest.mark.parametrize(
    "forgery",
    [
        {"token": "another token"},
        {"url": "http://termine.example"},
        {"url": "https://elsewhere.example"},
        {"signed": {**DELIVERED, "MessageStatus": "sent"}},
    ],
)
def test_forged_receipts_are_refused(app, client, message, forgery):
    assert post(client, PATH.format(message), DELIVERED, **forgery).status_code == 403
    assert row(app)[0] == "submitting"


def test_a_receipt_signed_for_another_message_is_refused(app, client, message):
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + PATH.format(message + 1), DELIVERED)
    headers = {"X-Twilio-Signature": signature}
    assert client.post(PATH.format(message), data=DELIVERED, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "ümläut"}])
def test_a_receipt_without_a_signature_is_refused(client, message, headers):
    assert client.post(PATH.format(message), data=DELIVERED, headers=headers).status_code == 403


@pytest.mark.parametrize("missing", [{"twilio_token": None}, {"public_url": None}, {"practice": True}])
def test_an_installation_that_sends_nothing_believes_nobody(app, client, message, missing):
    app.extensions["config"] = replace(app.extensions["config"], **missing)
    assert post(client, PATH.format(message), DELIVERED).status_code == 403


def test_looking_at_the_address_shows_nothing(client, message):
    assert client.get(PATH.format(message)).status_code == 405
