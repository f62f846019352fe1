"""Sending SMS: through Twilio, not at all, or in a rehearsal that reaches nobody.

What may go wrong comes in three kinds, and each means something else for the message: refused (never try again),
later (certainly not sent), uncertain (perhaps sent: look it up first). Whatever is not known for sure is uncertain.
"""

from collections import deque
from typing import Any, NamedTuple, Protocol

from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from booking.config import Config

SECONDS_TO_ANSWER = 10.0
# Twilio keeps a message in its own queue for this long at most; five seconds are its least (its API description).
LONGEST_VALID, SHORTEST_VALID = 36_000, 5
LOOKED_AT = 50
KEPT_TEXTS = 50
_Answer = TwilioRestException | TwilioServiceException


class GatewayError(Exception):
    """Base of what a gateway raises."""


class Refused(GatewayError):
    """For good: a wrong or landline number, somebody who opted out, a country we do not text. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Later(GatewayError):
    """Certainly not sent: too many at once, no connection, our account is shut. `seconds`: what the provider asked."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Uncertain(GatewayError):
    """The provider may have taken it or not."""


class Gateway(Protocol):
    """`on` is False for the one that sends nothing."""

    @property
    def on(self) -> bool: ...

    def send(self, to: str, text: str, reference: str, useful_seconds: int) -> str:
        """Hand over one text, useless after that many seconds; answers the provider's id. Raises the three above."""

    def find(self, to: str, text: str) -> list[str]:
        """The provider's ids of the last messages to that number with that text, the newest first."""

    def forget(self, provider_id: str) -> None:
        """Delete the provider's copy of a message that has come to its end."""


class Off:
    """No keys: nothing is sent, and staff see what was not."""

    on = False

    def send(self, to: str, text: str, reference: str, useful_seconds: int) -> str:
        raise Refused("off")

    def find(self, to: str, text: str) -> list[str]:
        return []

    def forget(self, provider_id: str) -> None:
        """Nobody keeps anything."""


class Shown(NamedTuple):
    """What the visitor's phone would show."""

    to: str
    text: str
    provider_id: str


class Rehearsal:
    """For practice: takes every text, keeps the last ones in memory, and has no way to anybody."""

    on = True

    def __init__(self) -> None:
        self.texts: deque[Shown] = deque(maxlen=KEPT_TEXTS)

    def send(self, to: str, text: str, reference: str, useful_seconds: int) -> str:
        shown = Shown(to, text, f"practice-{reference}")
        self.texts.appendleft(shown)
        return shown.provider_id

    def find(self, to: str, text: str) -> list[str]:
        return [shown.provider_id for shown in self.texts if (shown.to, shown.text) == (to, text)]

    def forget(self, provider_id: str) -> None:
        """The texts leave with the process."""


class Twilio:
    """Twilio's REST API. It cannot be made in practice, or without keys."""

    on = True

    def __init__(self, config: Config) -> None:
        if not config.sms_on:
            raise RuntimeError("this installation must not reach anybody by SMS")
        self._sender = config.twilio_sender
        self._prefixes = config.sms_prefixes
        self._receipts = f"{config.public_url}/receipts/twilio?message=" if config.public_url else None
        self._client = Client(config.twilio_account, config.twilio_token, http_client=_Http(timeout=SECONDS_TO_ANSWER))
        if config.twilio_api_url:
            self._client.api.base_url = config.twilio_api_url

    def send(self, to: str, text: str, reference: str, useful_seconds: int) -> str:
        if not to.startswith(self._prefixes):
            raise Refused("prefix")
        options: dict[str, Any] = {"status_callback": self._receipts + reference} if self._receipts else {}
        valid = max(SHORTEST_VALID, min(useful_seconds, LONGEST_VALID))
        try:
            sent = self._client.messages.create(to=to, from_=self._sender, body=text, validity_period=valid, **options)
        except Exception as error:
            raise _kind_of(error) from None
        return str(sent.sid)

    def find(self, to: str, text: str) -> list[str]:
        """By number and text alone: a date filter would trust two clocks, and leave out what Twilio still queues."""
        try:
            sent = self._client.messages.list(to=to, limit=LOOKED_AT)
            # A trial account writes a sentence in front.
            return [str(one.sid) for one in sent if text.strip() in (one.body or "")]
        except Exception as error:
            raise _kind_of(error) from None

    def forget(self, provider_id: str) -> None:
        try:
            self._client.messages(provider_id).delete()
        except Exception as error:
            if not (isinstance(error, _Answer) and error.status == 404):  # else it is gone already
                raise _kind_of(error) from None


class _Http(TwilioHttpClient):
    """Twilio's client without its log, which writes numbers down (S29), and with Retry-After, which it drops."""

    def request(self, *args: Any, **options: Any) -> Response:
        response = super().request(*args, **options)
        asked = (response.headers or {}).get("Retry-After")
        if response.status_code == 429 or (response.status_code == 503 and asked):
            raise Later(int(asked) if asked and asked.isdecimal() else None)
        return response

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing."""


def _kind_of(error: Exception) -> GatewayError:
    """Which of the three an error is. 400 is about this message; 401, 403 and 404 are about our account."""
    if isinstance(error, GatewayError):
        return error
    if isinstance(error, _Answer) and error.status < 500:
        return Refused(str(error.code)) if error.status == 400 else Later()
    return Later() if _never_connected(error) else Uncertain(type(error).__name__)


def _never_connected(error: Exception) -> bool:
    if isinstance(error, ConnectTimeout):
        return True
    reason = error.args[0] if isinstance(error, NoConnection) and error.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)


def gateway_for(config: Config) -> Gateway:
    if config.practice:
        return Rehearsal()
    return Twilio(config) if config.sms_on else Off()
