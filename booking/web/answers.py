"""What the pages for booking and for moving share: answers in the address, the age question, the list of times."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from flask import Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from booking import clock
from booking.domain.appointments import BOOKED, latin_digits
from booking.domain.availability import Age
from booking.domain.errors import Invalid, NoProgramme, NotFound
from booking.domain.times import local_day
from booking.services import centres
from booking.services.appointments import Card, Offers, Topic
from booking.web import birthdays, i18n
from booking.web.errors import sentence
from booking.web.forms import AgeForm
from booking.web.places import config

NEXT_FREE = 3
ANSWERS = {"reached": Age(True), "not-soon": Age(False)}  # and "soon", with the day
ELSEWHERE = "-"
YEARS = range(2000, 3000)  # beyond them, wall times run out of what a date can be


OPENED_BY_CODE, OPEN_SECONDS = "by-code", 30 * 60
APPOINTMENT, WAITING = "opened-by-code", "waiting-by-code"  # what an address opens that code and digits have made


class Day(NamedTuple):
    day: date
    times: int
    url: str


class Time(NamedTuple):
    start: datetime


class Choices(NamedTuple):
    """Days with times, the one that was chosen, the first times of all, and the chosen day's."""

    days: list[Day]
    chosen_day: date | None
    next_free: list[datetime]
    times: list[datetime]


def age_answer() -> Age | None:
    """The answer in the address. A birthday whose seal has ended is no answer: the question is asked again."""
    answered = request.args.get("age")
    if answered == "soon":
        on = _sealed_birthday()
        return Age(False, on) if on else None
    return ANSWERS.get(answered or "")


def age_query() -> dict[str, Any]:
    return {name: request.args[name] for name in ("area", "age", "sealed") if request.args.get(name)}


def area_answer() -> str | None:
    """The slug in the address, "" for elsewhere; None: not answered."""
    answered = request.args.get("area") or None
    return "" if answered == ELSEWHERE else answered


def area_query() -> dict[str, Any]:
    return {name: request.args[name] for name in ("area",) if request.args.get(name)}


def area_page(asked: Topic, refusal: Invalid | None, action: str) -> ResponseReturnValue:
    """Where she lives: a slug or elsewhere, as it then stands in the address."""
    errors = {refusal.field: sentence(refusal)} if refusal is not None and area_answer() is not None else {}
    page = render_template("appointments/area.html", topic=asked, elsewhere=ELSEWHERE, errors=errors, action=action)
    return page, 422 if errors else 200


def age_answered(asked: Topic, onward: Callable[..., str], action: str, **page: Any) -> ResponseReturnValue:
    """The question was sent: on with the answer in the address, or asked again with what was typed.

    `onward` makes the next page's address with the answer; `action` is where the question is sent; `page`: as for
    `age_page`.
    """
    form = AgeForm()
    try:
        return redirect(onward(**age_given(form, asked)), 303)
    except Invalid as refusal:
        return age_page(asked, refusal, action, form, **page)


def can_change(card: Card) -> bool:
    return card.state == BOOKED and clock.now() < card.starts_at


def start_of(typed: str | None) -> datetime:
    """An instant with its offset, as our own addresses carry it. Refusal: Invalid("start", …)."""
    try:
        start = datetime.fromisoformat((typed or "").replace(" ", "+"))
        return _utc(start)
    except (ValueError, OverflowError) as error:
        raise Invalid("start", "start-unreadable") from error


def age_page(
    asked: Topic, refusal: Invalid | None, action: str, form: AgeForm | None = None, *,
    template: str = "appointments/age.html", **more: Any,
) -> ResponseReturnValue:  # fmt: skip
    """The age question, with what was typed; a refusal stands beside its field.

    Never with what the address answers: the next at a shared browser would read a birthday there that is sealed.
    """
    errors = {refusal.field: sentence(refusal)} if refusal is not None else {}
    shown = form or AgeForm(formdata=None)
    page = render_template(
        template, topic=asked, age=asked.age, until=asked.until, errors=errors, form=shown, action=action, **more
    )
    return page, 422 if errors else 200


def choices(offers: Offers, here: str) -> Choices:
    """`here`: the address of the list, to which a chosen day is added."""
    counts = Counter(local_day(start, offers.zone) for start in offers.starts)
    chosen = _chosen_day(counts)
    days = [
        Day(day, counts[day], f"{here}{'&' if '?' in here else '?'}day={day.isoformat()}") for day in sorted(counts)
    ]
    times = [start for start in offers.starts if local_day(start, offers.zone) == chosen]
    return Choices(days, chosen, offers.starts[:NEXT_FREE], times)


def times_page(offers: Offers, here: str, **more: Any) -> str:
    """Days with counts, the next free times on top, and the chosen day's times."""
    found = choices(offers, here)
    return render_template(
        "appointments/times.html", topic=offers.topic, days=found.days, chosen_day=found.chosen_day, action_url=here,
        next_free=[Time(start) for start in found.next_free], times=[Time(start) for start in found.times],
        walk_in_hours=centres.walk_in_hours(g.centre.id, now=clock.now()), **more,
    )  # fmt: skip


def referral(refusal: NoProgramme) -> str:
    """Who is there for this age instead, where the centre knows somebody."""
    partner = centres.partner(g.centre.id, refusal.partner_id) if refusal.partner_id else None
    return render_template("appointments/referral.html", partner=partner)


def is_by_code(link: str) -> bool:
    return link.partition(".")[0] == OPENED_BY_CODE


def link_by_code(id_: int, what: str = APPOINTMENT) -> str:
    """What stands in an address for a private link, for half an hour."""
    return f"{OPENED_BY_CODE}.{_opener(what).dumps([g.centre.id, id_])}"


def opened_by_code(link: str, what: str = APPOINTMENT) -> int:
    """The id it was made of. Refusal: NotFound, also for another centre's."""
    try:
        centre_id, id_ = _opener(what).loads(link.partition(".")[2], max_age=OPEN_SECONDS)
    except BadSignature as error:
        raise NotFound from error
    if centre_id != g.centre.id:
        raise NotFound
    return int(id_)


def _opener(what: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(config().secret_key, salt=what)


def private(answer: Response) -> Response:
    """What only the holder of the link may see: not kept, not indexed."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _chosen_day(counts: Counter[date]) -> date | None:
    try:
        chosen = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return chosen if chosen in counts else None


def age_given(form: AgeForm, asked: Topic) -> dict[str, str]:
    """As it stands in the address. Refusals: Invalid("age" or "birthday", …)."""
    answered = form.age.data or ""
    if answered != "soon":
        if answered not in ANSWERS:
            raise Invalid("age", "age-needed")
        return {"age": answered}
    birthday, now = _birthday(form.birthday.data or ""), clock.now()
    if not local_day(now, i18n.zone()) < birthday <= asked.until:
        raise Invalid("birthday", "birthday-not-in-horizon")
    return {"age": answered, "sealed": birthdays.seal(birthday, now, config().secret_key)}


def _sealed_birthday() -> date | None:
    return birthdays.opened(request.args.get("sealed", ""), clock.now(), config().secret_key)


def _birthday(typed: str) -> date:
    """24.12.2026 as people here write it, or 2026-12-24 as browsers send it, in any digits."""
    plain = latin_digits(typed).strip().replace(" ", "")
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise Invalid("birthday", "birthday-unreadable")


def _utc(start: datetime) -> datetime:
    if start.tzinfo is None:
        raise ValueError("without an offset")
    if start.year not in YEARS:
        raise ValueError("out of time")
    return start.astimezone(UTC)
