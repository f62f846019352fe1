"""Twilio's answers, good and bad, through its own client; and installations that can reach nobody."""

import logging

import pytest

from booking.gateways import sms
from booking.gateways.sms import Later, Off, Refused, Rehearsal, Twilio, Uncertain, gateway_for
from tests.fake_twilio import PUBLIC_URL, SENDER, FakeTwilio
from tests.machine import free_port

TO, TEXT = "+4915112345678", "MigraZentrum: موعدك 16.03. 14:30"


@pytest.fixture
def fake():
    with FakeTwilio().running() as server:
        yield server


def send(fake: FakeTwilio, *answers: str, to: str = TO, seconds: int = 600, **config) -> str:
    fake.script.extend(answers)
    return Twilio(fake.config(**config)).send(to, TEXT, "17", seconds)


def test_a_text_arrives_whole_with_sender_and_address_for_receipts(fake):
    sid = send(fake)
    assert fake.taken == [(sid, TO, TEXT, SENDER, f"{PUBLIC_URL}/receipts/twilio?message=17", 600)]


def test_without_a_public_address_no_receipts_are_asked_for(fake):
    send(fake, public_url=None)
    assert fake.taken[0].callback is None


@pytest.mark.parametrize(("useful", "asked"), [(3 * 86400, 36_000), (600, 600), (0, 5), (-9, 5)])
def test_twilio_drops_what_it_could_not_deliver_in_time(fake, useful, asked):
    send(fake, seconds=useful)
    assert fake.taken[0].valid_seconds == asked


@pytest.mark.parametrize(("answer", "code"), [("bad_number", "21211"), ("opted_out", "21610"), ("country", "21408")])
def test_a_refusal_names_twilios_reason(fake, answer, code):
    with pytest.raises(Refused) as refused:
        send(fake, answer)
    assert (refused.value.code, fake.tries) == (code, 1)


@pytest.mark.parametrize(
    ("answer", "seconds"), [("too_many", 7), ("too_many_somehow", None), ("unavailable", 9), ("shut", None)]
)
def test_later_is_what_was_certainly_not_sent(fake, answer, seconds):
    with pytest.raises(Later) as wait:
        send(fake, answer)
    assert (wait.value.seconds, fake.tries, fake.taken) == (seconds, 1, [])


def test_nobody_listening_is_certainly_not_sent(fake):
    with pytest.raises(Later):
        send(fake, twilio_api_url=f"http://127.0.0.1:{free_port()}")


def test_no_way_to_connect_in_time_is_certainly_not_sent(fake, monkeypatch):
    from requests.exceptions import ConnectTimeout

    def never(*_, **__):
        raise ConnectTimeout

    monkeypatch.setattr("requests.Session.send", never)
    with pytest.raises(Later):
        send(fake)


@pytest.mark.parametrize("answer", ["broken_after", "broken", "overloaded", "nonsense", "cut", "half"])
def test_all_else_is_uncertain_and_found_again_if_it_was_taken(fake, answer):
    with pytest.raises(Uncertain):
        send(fake, answer)
    assert fake.tries == 1
    assert Twilio(fake.config()).find(TO, TEXT) == [one.sid for one in fake.taken]
    assert len(fake.taken) == (answer not in {"broken", "overloaded"})


def test_silence_is_uncertain_within_the_time_limit(fake, monkeypatch):
    monkeypatch.setattr(sms, "SECONDS_TO_ANSWER", 0.2)
    with pytest.raises(Uncertain):
        send(fake, "silent")
    assert len(fake.taken) == 1


def test_only_the_very_text_to_the_very_number_is_found_the_newest_first(fake):
    first, second = send(fake), send(fake)
    gateway = Twilio(fake.config())
    gateway.send(TO, "another text", "18", 600)
    gateway.send("+4915199999999", TEXT, "19", 600)
    assert gateway.find(TO, TEXT) == [second, first]
    assert gateway.find("+4915100000000", TEXT) == []


def test_what_a_trial_account_writes_in_front_does_not_hide_a_text(fake):
    gateway = Twilio(fake.config())
    sid = gateway.send(TO, f"Sent from your Twilio trial account - {TEXT}", "17", 600)
    assert gateway.find(TO, TEXT) == [sid]


def test_a_failing_lookup_says_so(fake):
    fake.script.append("no_lookup")
    with pytest.raises(Uncertain):
        Twilio(fake.config()).find(TO, TEXT)


def test_a_copy_is_deleted_and_deleting_it_again_does_no_harm(fake):
    sid, gateway = send(fake), Twilio(fake.config())
    gateway.forget(sid)
    gateway.forget(sid)
    assert fake.deleted == [sid]
    fake.script.append("no_deletion")
    with pytest.raises(Uncertain):
        gateway.forget("SM-other")


def test_a_thousand_numbers_of_other_countries_never_reach_twilio(fake):
    gateway = Twilio(fake.config())
    for i in range(1000):
        with pytest.raises(Refused) as refused:
            gateway.send(f"+8821{i:08}", TEXT, "17", 600)
        assert refused.value.code == "prefix"
    assert fake.tries == 0


def test_the_log_of_twilios_client_holds_no_number_and_no_text(fake, caplog):
    caplog.set_level(logging.INFO)
    send(fake)
    Twilio(fake.config()).find(TO, TEXT)
    assert TO.strip("+") not in caplog.text
    assert "موعدك" not in caplog.text


def test_practice_reaches_nobody_even_with_keys(fake):
    config = fake.config(practice=True)
    assert isinstance(gateway_for(config), Rehearsal)
    with pytest.raises(RuntimeError):
        Twilio(config)
    gateway_for(config).send(TO, TEXT, "17", 600)
    assert fake.tries == 0


@pytest.mark.parametrize("missing", ["twilio_account", "twilio_token", "twilio_sender"])
def test_without_all_the_keys_sms_is_off(fake, missing):
    config = fake.config(**{missing: None})
    gateway = gateway_for(config)
    assert isinstance(gateway, Off)
    assert not gateway.on
    with pytest.raises(RuntimeError):
        Twilio(config)
    with pytest.raises(Refused):
        gateway.send(TO, TEXT, "17", 600)
    assert gateway.find(TO, TEXT) == []
    gateway.forget("SM1")
    assert fake.tries == 0


def test_with_all_the_keys_it_is_twilio(fake):
    assert isinstance(gateway_for(fake.config()), Twilio)


def test_a_rehearsal_keeps_the_last_fifty_texts_in_memory():
    rehearsal = Rehearsal()
    for i in range(60):
        assert rehearsal.send(TO, f"{TEXT} {i}", str(i), 600) == f"practice-{i}"
    assert len(rehearsal.texts) == 50
    assert rehearsal.texts[0] == (TO, f"{TEXT} 59", "practice-59")
    assert rehearsal.find(TO, f"{TEXT} 59") == ["practice-59"]
    rehearsal.forget("practice-59")
    assert rehearsal.on
