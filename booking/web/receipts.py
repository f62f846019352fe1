"""What Twilio tells about a message later. Only what Twilio signed, over the address it was given (S35)."""

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from twilio.request_validator import RequestValidator

from booking import clock
from booking.config import Config
from booking.services import reminders

receipts = Blueprint("receipts", __name__)


@receipts.post("/receipts/twilio")
def twilio() -> ResponseReturnValue:
    """Always well received if it is genuine, also when it is old, repeated, or about a message we do not know."""
    if not _genuine(current_app.extensions["config"]):
        return "", 403
    form = request.form
    news = reminders.receipt(
        form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode"), now=clock.now(),
        message_id=request.args.get("message", type=int),
    )  # fmt: skip
    if not news:
        current_app.logger.info("a receipt brought no news")
    return "", 200


def _genuine(config: Config) -> bool:
    """The proxy may have changed scheme and host; Twilio signed the public address."""
    if not (config.sms_on and config.public_url and config.twilio_token):
        return False
    query = request.query_string.decode("ascii", "replace")
    address = config.public_url + request.path + (f"?{query}" if query else "")
    signature = request.headers.get("X-Twilio-Signature", "")
    return bool(RequestValidator(config.twilio_token).validate(address, request.form, signature))
