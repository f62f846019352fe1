"""The one table from a refusal's kind to its status and its sentence, and how errors are answered at each door."""

import logging
from datetime import datetime
from typing import NamedTuple

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from booking.domain.errors import Invalid, LeavesCentreEmpty, NoRoom, Refusal, TooBusy, TooLate, WrongState, traced
from booking.domain.tickets import shown
from booking.web import i18n

log = logging.getLogger(__name__)


class Said(NamedTuple):
    status: int
    sentence: LazyString


TABLE: dict[str, Said] = {
    "not-found": Said(404, _("We cannot find this page.")),
    "invalid": Said(422, _("Please check what you entered.")),
    "slot-taken": Said(409, _("This time is no longer free. Please choose another one.")),
    "no-programme": Said(409, _("Another office can help you. We will tell you where.")),
    "too-late": Said(409, _("This appointment has already begun. Please call us.")),
    "wrong-state": Said(409, _("This is no longer possible. Please load the page again.")),
    "nobody-waiting": Said(409, _("Nobody is waiting for you now.")),
    "still-busy": Said(409, _("Number %(number)s is still with you. Please finish it first.")),
    "no-room": Said(409, _("None of your rooms is free now. You can call as soon as one is.")),
    "queue-stopped": Said(409, _("No more numbers are given today. In an emergency, please speak to us at the desk.")),
    "numbers-used-up": Said(409, _("There are no more numbers for today.")),
    "key-reused": Said(409, _("This was already sent with other details. Please start again.")),
    "wrong-credentials": Said(403, _("This does not match. Please check both fields.")),
    "too-many-tries": Said(429, _("Too many tries. Please wait a little, or call us.")),
    "not-allowed": Said(403, _("Your account may not do that. Please ask your lead.")),
    "signed-out": Said(401, _("You are signed out. Please sign in again.")),
    "leaves-centre-empty": Said(409, _("Nothing was saved, because then nobody would be there at these times.")),
    "shifts-overlap": Said(409, _("Nothing was saved, because this overlaps with another line of the same kind.")),
    "still-booked": Said(409, _("Nothing was saved, because appointments are booked at this time.")),
    "plan-changed": Said(409, _("Something has changed meanwhile, and nothing was done. This is the new plan.")),
    "too-busy": Said(503, _("The system is busy. Please try again in a moment.")),
    "form-expired": Said(400, _("This page was open for too long. Please send it once more.")),
    "too-large": Said(413, _("That is too much text. Please write less.")),
    "bad-request": Said(400, _("We could not read this. Please try again.")),
    "method": Said(405, _("This page cannot be opened like that. Please go back.")),
    "failed": Said(500, _("Something went wrong here. It is not your fault. Please call us.")),
}
REASONS: dict[str, LazyString] = {
    "age-needed": _("Please answer this question first."),
    "area-needed": _("Please answer this question first."),
    "area-unknown": _("Please choose from the list."),
    "age-unanswered": _("Please answer the question about your age first."),
    "birthday-not-in-horizon": _("Please enter a date within the coming weeks, or choose another answer."),
    "birthday-unreadable": _("Please enter the day like this: 24.12.2026."),
    "name-too-long": _("Please use a shorter name."),
    "phone-unreadable": _("We cannot read this phone number. Example: 0151 23456789."),
    "phone-needed": _("We need a phone number to remind you."),
    "phone-needed-to-call": _("We need your phone number. We call you there."),
    "phone-not-textable": _("We cannot send SMS to this number. Remove the reminder, or use a mobile number."),
    "programme-unknown": _("Please choose from the list."),
    "language-unknown": _("Please choose from the list."),
    "code-unreadable": _("The code has eight digits. Please check it."),
    "sign-old": _("This picture has changed. Please scan it again."),
    "pairing-unknown": _("No screen shows these digits now. Please check them."),
    "start-unreadable": _("Please choose a time from the list."),
    "password-short": _("Please use at least 12 characters."),
    "password-common": _("This password is too easy to guess."),
    "password-long": _("Please use at most 256 characters."),
    "password-like-name": _("Please choose a password without your name in it."),
    "login-unusable": _("Please use 2 to 40 small letters, digits, dots or dashes."),
    "login-taken": _("Somebody else has this name. Please choose another one."),
    "name-missing": _("Please fill this in."),
    "role-unknown": _("Please choose from the list."),
    "carrier-missing": _("A counsellor belongs to a carrier. Please say which one."),
    "carrier-unknown": _("This centre has no such carrier."),
    "period-unknown": _("Please choose from the list."),
    "room-unknown": _("Please choose from the list."),
    "key-too-short": _("Please use an Idempotency-Key of at least 16 characters."),
    "field-missing": _("Please fill this in."),
    "field-unreadable": _("We cannot read this."),
    "field-unknown": _("There is no such field."),
    "not-in-address": _("Please send this by POST, in the body. Addresses are written down."),
    "field-too-long": _("This is too long."),
    "ends-before-start": _("The end must come after the beginning."),
    "past-stays": _("What is over stays as it was. Please choose a later day."),
    "too-long": _("This is too long. Please choose an earlier last day."),
    "weekday-missing": _("Please choose at least one weekday."),
    "choice-unknown": _("Please choose from the list."),
    "five-minutes": _("Please use full five minutes, such as 9:00 or 9:05."),
    "other-weeks": _(
        "This line does not hold in that week. Please choose a day in one of its weeks; for other weeks end it "
        "and add a new one."
    ),
    "day-far": _("Please check the year."),
    "no-such-time": _("On this day the clocks are put forward, and this time does not exist."),
    "both-times": _("For a part of the day we need its beginning and its end."),
    "opened-whole-days": _("A public holiday can only be opened for the whole day. The opening hours apply."),
    "no-holiday": _("This day is no public holiday: the opening hours apply anyway."),
    "closure-of-all-only": _("This is possible only for the whole centre."),
    "nobody-chosen": _("Please choose at least one person."),
    "pages-full": _("The last text was not shown. There are six already: please remove one."),
    "day-over": _("Please choose a day that is not over."),
    "paper-order": _("A later number has an earlier time. Please check the times."),
    "paper-later": _("This time is not over yet. Please check it."),
    "plan-unreadable": _("We could not read this plan. Please load the page again."),
    "body-unreadable": _("We could not read this. Please send a JSON object."),
}
# Where "no longer possible" would help nobody: the state a WrongState found.
STATES: dict[str, LazyString] = {
    "cancelled": _("This appointment was cancelled."),
    "other-day": _("This appointment is on another day."),
    "undo-over": _("This can be taken back for ten seconds only."),
    "moved-on": _("This cannot be taken back, because something else has happened since."),
    "back-before": _("This number has come back once already. Please give a new one."),
    "back-too-late": _("This number was called more than an hour ago. Please give a new one."),
    "booked": _("This visitor has an appointment."),
    "crisis": _("This visitor cannot be sent away."),
    "paper-entered": _("One of these numbers is entered already."),
    "alarm-answered": _("Somebody else is on the way already."),
    "alarm-over": _("This alarm is over already."),
    "needs-a-talk": _("This visitor waits for a counsellor."),
    "already-there": _("The number waits there already."),
    "called-often-enough": _("This number was called four times. Nobody came."),
}
# What a TooLate timed, where it was no appointment.
LATE: dict[str, LazyString] = {
    "hold": _("This time is no longer kept for you. Please choose it again."),
    "offer": _("The proposed time is no longer kept. Please choose another one."),
    "undo": _("The three minutes are over. You can still take back each line by itself."),
}
# Programs open no pages.
FOR_PROGRAMS: dict[str, LazyString] = {
    "not-found": _("There is nothing at this address."),
    "method": _("This cannot be done at this address."),
}
# What only comes from outside: values that no column, clock or text can hold, and JSON of a thousand brackets.
UNREADABLE = (DataError, OverflowError, UnicodeEncodeError, RecursionError)
_STATUS_KINDS = {400: "bad-request", 404: "not-found", 405: "method", 413: "too-large", 429: "too-many-tries"}


class FieldsInvalid(Exception):
    """Several fields at once that cannot be read: (field, reason) each."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = fields


def kind_of(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.kind
    if isinstance(error, FieldsInvalid):
        return "invalid"
    if isinstance(error, CSRFError):
        return "form-expired"
    if isinstance(error, RateLimitExceeded):
        return "too-many-tries"
    if isinstance(error, UNREADABLE):
        return "bad-request"
    if isinstance(error, HTTPException):
        return _STATUS_KINDS.get(error.code or 500, "bad-request" if (error.code or 500) < 500 else "failed")
    return "failed"


def sentence(error: Exception) -> str:
    """What to say, in the page's language."""
    if isinstance(error, Invalid):
        return str(REASONS.get(error.reason, TABLE["invalid"].sentence))
    if isinstance(error, WrongState) and error.state in STATES:
        return str(STATES[error.state])
    if isinstance(error, TooLate) and error.what in LATE:
        return str(LATE[error.what])
    if isinstance(error, NoRoom) and error.until and error.needed_at:
        return _when_free(error.room or "", error.needed_at, error.until)
    if isinstance(error, LeavesCentreEmpty) and not error.at:
        return str(
            gettext("Nothing was saved, because then nobody could be reached without an appointment at these times.")
        )
    said = str(TABLE[kind_of(error)].sentence)
    number = getattr(error, "number", None)
    return said % {"number": shown(number)} if number is not None else said


def _when_free(room: str, needed_at: datetime, until: datetime) -> str:
    return str(gettext(
        "Room %(room)s is kept for an appointment at %(time)s. You can call there again at %(until)s, and to your "
        "other rooms as soon as they are empty.", room=room, time=i18n.clock(needed_at), until=i18n.clock(until),
    ))  # fmt: skip


def status(error: Exception) -> int:
    return TABLE[kind_of(error)].status


def problem(error: Exception, **more: object) -> Response:
    """RFC 9457, with the refusal's kind and its data; `more` as well."""
    body: dict[str, object] = {"type": f"/problems/{kind_of(error)}", "kind": kind_of(error), "status": status(error)}
    body["title"] = str(FOR_PROGRAMS.get(kind_of(error), "")) or sentence(error)
    fields = [(error.field, error.reason)] if isinstance(error, Invalid) else getattr(error, "fields", [])
    if fields:
        body["errors"] = [{"field": name, "reason": reason, "message": str(REASONS[reason])} for name, reason in fields]
    body.update(_data(error), **more)
    answer = make_response(jsonify(body), status(error))
    answer.mimetype = "application/problem+json"
    return answer


def answer(error: Exception) -> ResponseReturnValue:
    if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json"):
        return problem(error)
    if isinstance(error, CSRFError) and "page_language" in g:
        # Typed text must not be lost: the same fields once more, with a fresh token, for a person to send.
        return render_template("once_more.html", fields=list(request.form.items(multi=True))), 400
    page = render_template("error.html", kind=kind_of(error), sentence=sentence(error), centre=g.get("centre"))
    return page, status(error)


def init(app: Flask) -> None:
    app.register_error_handler(Refusal, answer)
    app.register_error_handler(FieldsInvalid, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, lambda error: answer(_busy(error)))
    app.register_error_handler(PoolTimeout, lambda error: answer(_busy(error)))
    for unreadable in UNREADABLE:
        app.register_error_handler(unreadable, _unreadable)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    answered = make_response(answer(error))
    for name, value in error.get_headers():
        answered.headers.setdefault(name, value)  # Allow, Retry-After
    return answered


def _busy(error: Exception) -> TooBusy:
    log.error("database: %s", type(error.__cause__ or error).__name__)
    return TooBusy()


def _unreadable(error: Exception) -> ResponseReturnValue:
    _log("unreadable", error)
    return answer(error)


def _log(what: str, error: Exception) -> None:
    log.error("%s %s", what, traced(error))


def _unexpected(error: Exception) -> ResponseReturnValue:
    """A page that needs nothing that may be broken."""
    _log("unexpected", error)
    if request.path.startswith("/api/"):
        return problem(error)
    return render_template("failed.html", sentence=sentence(error)), 500


def _data(error: Exception) -> dict[str, object]:
    """A refusal's own data: near starts, the state it found, until when."""
    found: dict[str, object] = {}
    if near := getattr(error, "near", None):
        found["near"] = [start.isoformat() for start in near]
    for name in ("state", "number", "room"):
        if getattr(error, name, None) is not None:
            found[name] = getattr(error, name)
    for name in ("until", "needed_at"):
        if at := getattr(error, name, None):
            found[name] = at.isoformat()
    return found
