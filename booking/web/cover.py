"""The cover room: one plan for all who have lost their place, accepted whole or by parts, and taken back."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from booking import clock
from booking.domain.actors import By
from booking.domain.appointments import CANCELLED, spoken
from booking.domain.cover import Proposal
from booking.domain.cover_values import ACTIONS, CANCEL, OFFER, Line, Place
from booking.domain.errors import Invalid, NotFound, PlanChanged, Refusal, SlotTaken, WrongState
from booking.domain.tickets import shown
from booking.domain.times import DAY, local_day
from booking.services import appointments, cover, covered, offers, uncover
from booking.services.appointments import Card
from booking.services.cover import Accepted
from booking.services.covered import Names
from booking.web import i18n
from booking.web.cover_words import GONE, LOST, NONE_LEFT, SAID, WHY, WHY_NOT
from booking.web.doors import seen_carrier
from booking.web.errors import sentence, status
from booking.web.forms import Form
from booking.web.strips import short_day

blueprint = Blueprint("cover", __name__)


class Shown(NamedTuple):
    """One line of a plan as people read it. `code` leads to the appointment, whose look is logged."""

    appointment_id: int
    action: str
    starts_at: datetime
    new_time: datetime | None
    code: str
    language: str
    topic: dict[str, str]
    before: str
    after: str
    why: str
    told: bool
    to_call: bool


class Chain(NamedTuple):
    number: int
    lines: list[Shown]
    plan: str


@blueprint.get("/<centre>/cover")
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/<centre>/cover")
def accept() -> ResponseReturnValue:
    """Carry out what was shown; if it is no longer so, the new plan is shown instead."""
    if not Form().validate():
        return _page(code=400)
    try:
        fingerprint, lines = _read(request.form.get("plan", ""))
        cover.apply(g.centre.id, fingerprint, lines, cause=_cause(lines), by=_by(), now=clock.now())
    except (PlanChanged, Invalid) as refusal:
        return _page(code=status(refusal), refusal=sentence(refusal))
    return redirect(url_for(".page"), 303)


@blueprint.post("/<centre>/cover/<int:plan_id>/undo")
def undo(plan_id: int) -> ResponseReturnValue:
    return _do(lambda: uncover.undo(g.centre.id, plan_id, by=_by(), now=clock.now()))


# What concerns one visitor is her carrier's and reception's, as moving and cancelling are (web/changes.py); the plan of
# the house is settled, and undone as a whole, by whoever leads.


@blueprint.post("/<centre>/cover/lines/<int:line_id>/back")
def back(line_id: int) -> ResponseReturnValue:
    _hers(covered.appointment_of(g.centre.id, line_id))
    return _do(lambda: uncover.take_back(g.centre.id, line_id, by=_by(), now=clock.now()))


@blueprint.post("/<centre>/cover/lines/<int:line_id>/called")
def called(line_id: int) -> ResponseReturnValue:
    _hers(covered.appointment_of(g.centre.id, line_id))
    return _do(lambda: cover.called(g.centre.id, line_id, by=_by(), now=clock.now()))


@blueprint.post("/<centre>/cover/appointments/<int:appointment_id>/answer")
def answer(appointment_id: int) -> ResponseReturnValue:
    """What she said on the telephone to the new time that is held for her."""
    _hers(appointment_id)
    return _do(lambda: _answer(appointment_id, request.form.get("reply")))


@blueprint.post("/<centre>/cover/appointments/<int:appointment_id>/renew")
def renew(appointment_id: int) -> ResponseReturnValue:
    """The new time is gone as well: another one."""
    _hers(appointment_id)
    return _do(lambda: offers.renew(g.centre.id, appointment_id, by=_by(), now=clock.now()))


@blueprint.post("/<centre>/cover/lines/<int:line_id>/came")
def came(line_id: int) -> ResponseReturnValue:
    """Somebody stands here at her old time: a number, shown large."""
    _hers(covered.appointment_of(g.centre.id, line_id))

    def number() -> None:
        session["came"] = shown(offers.came_anyway(g.centre.id, line_id, by=_by(), now=clock.now()).number)

    return _do(number)


def _answer(appointment_id: int, reply: str | None) -> None:
    """Refusals: as the verbs'; Invalid; WrongState where nothing waits (any more)."""
    verb = {"yes": offers.accept, "no": offers.decline}.get(reply or "")
    if verb is None:
        raise Invalid("reply", "choice-unknown")
    try:
        verb(g.centre.id, appointment_id, by=_by(), now=clock.now())
    except NotFound:
        state = appointments.card(g.centre.id, appointment_id).state
        raise WrongState("not-waiting" if state == CANCELLED else "answered") from None


def _hers(appointment_id: int) -> Card:
    """Refusal: NotFound, also for what another carrier leads."""
    card = appointments.card(g.centre.id, appointment_id)
    if seen_carrier() not in (None, card.carrier_id):
        raise NotFound
    return card


def _by() -> By:
    return By("desk", g.staff.id)


def _do(act: Callable[[], object]) -> ResponseReturnValue:
    if not Form().validate():
        return _page(code=400)
    try:
        act()
    except Refusal as refusal:
        return _page(code=status(refusal), refusal=_said(refusal))
    return redirect(url_for(".page"), 303)


def _said(refusal: Refusal) -> str:
    if isinstance(refusal, WrongState) and refusal.state in SAID:
        return str(SAID[refusal.state])
    if isinstance(refusal, SlotTaken) and request.endpoint == "cover.answer":
        when = [f"{short_day(start)} {i18n.clock(start)}" for start in refusal.near]
        return str(GONE) % {"when": when[0]} if when else str(NONE_LEFT)
    if isinstance(refusal, SlotTaken):
        return str(_("Somebody else has this time by now."))
    return sentence(refusal)


def _page(*, code: int = 200, refusal: str | None = None) -> ResponseReturnValue:
    now = clock.now()
    proposal, rows, told = cover.propose(g.centre.id, now=now)
    names, settled = covered.names(g.centre.id), covered.plans(g.centre.id, now=now)
    lines = [_shown(line, rows[line.talk_id], names, line.talk_id in told, now) for line in proposal.lines]
    if request.method == "GET" and proposal.lines:
        covered.looked(g.centre.id, (x.before.counsellor_id for x in proposal.lines), by=_by(), now=now)
    counts = Counter(line.action for line in proposal.lines if "lost" in line.because)
    page = render_template(
        "cover/cover.html", chains=_chains(proposal, lines), lines=lines, everything=_written(proposal, proposal.lines),
        kept=counts["colleague"] + counts["swap"], offered=counts["offer"], cancelled=counts["cancel"],
        told=sum(line.told for line in lines), calls=sum(line.to_call for line in lines),
        answer_by=proposal.answer_by, plans=[plan for plan in settled if plan.recent], names=names, now=now,
        mine=lambda row: seen_carrier() in (None, row.carrier_id),
        refusal=refusal, came=session.pop("came", None), place_words=_place(names), is_today=_on_day_of(now),
        short_day=short_day,
        seconds_of=lambda at: f"{at.astimezone(i18n.zone()):%H:%M:%S}", spoken_code=lambda code: spoken(code or ""),
        to_call=[line for plan in settled for line in plan.lines if line.to_call],
        gone=[line for plan in settled for line in plan.lines if line.gone],
    )  # fmt: skip
    return page, code


def _on_day_of(now: datetime) -> Callable[[datetime], bool]:
    return lambda at: local_day(at, i18n.zone()) == local_day(now, i18n.zone())


def _chains(proposal: Proposal, lines: Sequence[Shown]) -> list[Chain]:
    found = []
    for number in sorted({line.chain for line in proposal.lines}):
        mine = [line for line in proposal.lines if line.chain == number]
        seen = [shown for shown, line in zip(lines, proposal.lines, strict=True) if line.chain == number]
        found.append(Chain(number, seen, _written(proposal, mine)))
    return sorted(found, key=lambda chain: (chain.lines[0].starts_at, chain.number))


def _shown(line: Line, row: Any, names: Names, agreed: bool, now: datetime) -> Shown:
    words, after = _place(names), line.after
    same_time = line.action not in (OFFER, CANCEL)
    told = agreed and line.before.starts_at > now + cover.TELL_AFTER
    return Shown(
        line.talk_id, line.action, line.before.starts_at, after.starts_at if after and not same_time else None,
        spoken(row.code or ""), row.language, row.topic, words(line.before), words(after) if after else "",
        _why(line, names), told and not same_time, not told and not same_time,
    )  # fmt: skip


def _place(names: Names) -> Callable[[Place], str]:
    def words(place: Place) -> str:
        return f"{names.staff[place.counsellor_id]} · {names.rooms[place.room_id]}"

    return words


def _why(line: Line, names: Names) -> str:
    lost, rule = line.because.get("lost"), line.because["rule"]
    first = str(LOST[lost]) % {"name": names.staff[line.before.counsellor_id]} if lost else ""
    return f"{first} {(WHY if line.action not in (OFFER, CANCEL) else WHY_NOT)[rule]}".strip()


# ── a plan in a form ──────────────────────────────────────────────────────────────────────────────────────────────


def _written(proposal: Proposal, lines: Sequence[Line]) -> str:
    """What a button sends back: the lines as they are shown. All of it is judged again, so nothing is signed."""
    plain = [
        [x.talk_id, x.action, x.chain, [_plain(v) for v in x.after] if x.after else None, x.because] for x in lines
    ]
    return json.dumps([proposal.fingerprint, plain], separators=(",", ":"))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(typed: str) -> tuple[str, list[Accepted]]:
    """Refusal: Invalid("plan", "plan-unreadable")."""
    try:
        fingerprint, lines = json.loads(typed)
        return str(fingerprint), [_accepted(*line) for line in lines]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("plan", "plan-unreadable") from error


def _accepted(talk_id: int, action: str, chain: int, place: list[Any] | None, because: dict[str, Any]) -> Accepted:
    if action not in ACTIONS:
        raise ValueError(action)
    kept = {name: value for name, value in because.items() if _known(name, value)}
    return Accepted(int(talk_id), action, int(chain), _read_place(*place) if place else None, kept)


def _known(name: str, value: object) -> bool:
    """Our own words and small numbers, nothing else is stored."""
    if name in ("among", "share"):
        return isinstance(value, int) and 0 <= value < 1000
    return (name == "lost" and value in LOST) or (name == "rule" and value in {*WHY, *WHY_NOT})


def _read_place(who: int, room: int, starts: str, ends: str, busy: str, interpreter: bool, helper: int | None) -> Place:
    at = [datetime.fromisoformat(value) for value in (starts, ends, busy)]
    if any(value.tzinfo is None for value in at):
        raise ValueError("without an offset")
    if not at[0] <= at[1] <= at[2] <= at[0] + DAY:  # it is walked step by step
        raise ValueError("no talk is that long")
    return Place(int(who), int(room), at[0], at[1], at[2], bool(interpreter), None if helper is None else int(helper))


def _cause(lines: Sequence[Accepted]) -> str:
    """What most of them have lost their place to."""
    lost = Counter(str(line.because["lost"]) for line in lines if "lost" in line.because)
    return lost.most_common(1)[0][0] if lost else "absent"
