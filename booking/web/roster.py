"""The roster: who works when, the strip of presence, absences, weekly lines, single days, closures."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain import rostering
from booking.domain.actors import By
from booking.domain.errors import Invalid, LeavesCentreEmpty, NotAllowed, ShiftsOverlap, StillBooked
from booking.domain.presence import PRESENT, REACHABLE, Gap
from booking.domain.roster import TALKS
from booking.domain.rostering import SICK
from booking.domain.staff import LEAD
from booking.domain.times import DAY
from booking.services import closures, covered, presence, roster, roster_forms, shares, terms
from booking.services.presence import CoverLine
from booking.services.roster import Saved
from booking.services.staff import Member
from booking.web import i18n, strips
from booking.web.errors import sentence, status
from booking.web.forms import Form
from booking.web.roster_forms import (
    ABSENCES,
    CLOSURES,
    DAYS,
    KINDS,
    OF_LONG_AGO,
    REASONS_TO_LET,
    TERMS,
    WEEKDAYS,
    WHY,
    AbsenceForm,
    ClosureForm,
    DayForm,
    EndForm,
    KnowingForm,
    PatternForm,
    SpellForm,
    TermForm,
    options,
)

blueprint = Blueprint("roster", __name__)
WEEKS = {"1": 7, "4": 28}
MOST_WEAK = 12


@blueprint.get("/<centre>/roster")
def page() -> ResponseReturnValue:
    """`from`: the first day of the table; `weeks`: one or four."""
    first, weeks = _first_day(request.args.get("from")), "4" if request.args.get("weeks") == "4" else "1"
    seen = presence.view(
        g.centre.id, first, WEEKS[weeks], role=g.staff.role, carrier_id=_carrier(), now=clock.now()
    )  # fmt: skip
    step = WEEKS[weeks] * DAY
    return _shown(
        "roster/roster.html", seen=seen, telling=closures.telling(g.centre.id, now=clock.now()), weeks=weeks,
        why=WHY, shut=strips.shut_words(seen),
        closed_days={day for day in (seen.today,) if strips.all_shut(seen, day)}, weak=_weak(seen.covers),
        posts=shares.posts(g.centre.id, now=clock.now()) if g.staff.role == LEAD else [],
        weeks_ahead=strips.by_week(seen.strips.days), hours_of=lambda minutes: f"{minutes // 60}:{minutes % 60:02d} h",
        earlier=(seen.days[0] - step).isoformat(), later=(seen.days[0] + step).isoformat(),
    )  # fmt: skip


class Weak(NamedTuple):
    """A programme in languages that hang on the same people."""

    programme: dict[str, str]
    languages: list[str]
    who: tuple[str, ...]
    hanging: tuple[tuple[str, int], ...]


def _weak(covers: list[CoverLine]) -> list[Weak]:
    """What hangs on one person for longest, first."""
    found: dict[object, Weak] = {}
    for line in covers:
        if line.hanging:
            key = (i18n.text(line.programme), line.who, line.hanging)
            found.setdefault(key, Weak(line.programme, [], line.who, line.hanging)).languages.append(line.language)
    return sorted(found.values(), key=lambda weak: -sum(minutes for _name, minutes in weak.hanging))[:MOST_WEAK]


def _first_day(typed: str | None) -> date | None:
    """The Monday of a day in the address; None for what is no day."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return day - day.weekday() * DAY if 2000 <= day.year < 3000 else None


# ── absences ──────────────────────────────────────────────────────────────────────────────────────────────────────


@blueprint.route("/<centre>/roster/absence", methods=["GET", "POST"])
def absence() -> ResponseReturnValue:
    """One or several people. Sick today is one tap for the person and one for the button.

    Reception takes the call as well, whoever's colleague she is: a sickness is a fact. Leave is planned by leads.
    """
    choices = roster_forms.choices(g.centre.id, carrier_id=_carrier(), now=clock.now())
    kind = request.args.get("kind", SICK) if g.staff.role == LEAD else SICK
    form = AbsenceForm(kind=kind, first_day=choices.today, last_day=choices.today)
    form.people.choices = options({one.id: one.name for one in choices.people})
    if g.staff.role != LEAD and form.kind.data != SICK:
        raise NotAllowed
    return _form_page("roster/absence.html", form, lambda: roster.report_absence(
        g.centre.id, form.people.data or [], form.kind.data, form.spell, override=form.reason, **_doing(),
    ), choices=choices, kind=kind)  # fmt: skip


@blueprint.route("/<centre>/roster/absences/<int:absence_id>", methods=["GET", "POST"])
def one_absence(absence_id: int) -> ResponseReturnValue:
    """Another beginning or end."""
    row, name = roster_forms.absence(g.centre.id, absence_id, carrier_id=_carrier())
    starts, ends = row.starts_at.astimezone(i18n.zone()), row.ends_at.astimezone(i18n.zone())
    whole_last = ends.hour == ends.minute == 0
    form = SpellForm(
        first_day=starts.date(), starts=None if starts.hour == starts.minute == 0 else starts.time(),
        last_day=ends.date() - DAY if whole_last else ends.date(), ends=None if whole_last else ends.time(),
    )  # fmt: skip
    return _form_page("roster/one_absence.html", form, lambda: roster.change_absence(
        g.centre.id, row.id, form.spell, override=form.reason, **_doing(),
    ), row=row, name=name, begun=row.starts_at < clock.now())  # fmt: skip


@blueprint.post("/<centre>/roster/absences/<int:absence_id>/end")
def back(absence_id: int) -> ResponseReturnValue:
    """She is back, or does not go. Whose time was put off while she was away may have it again: that page is next."""
    row, _name = roster_forms.absence(g.centre.id, absence_id, carrier_id=_carrier())
    roster.end_absence(g.centre.id, absence_id, **_doing())
    if covered.may_return(g.centre.id, row.staff_id, now=clock.now()):
        return redirect(url_for("cover.page", back="1"), 303)
    return _saved(Saved())


# ── weekly lines and single days ──────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/<centre>/roster/people/<int:staff_id>")
def person(staff_id: int) -> ResponseReturnValue:
    return _person_page(staff_id, _pattern_form(valid_from=_today()), DayForm(formdata=None, day=_today()))


@blueprint.post("/<centre>/roster/people/<int:staff_id>/lines")
def add_lines(staff_id: int) -> ResponseReturnValue:
    form, other = _pattern_form(), DayForm(formdata=None, day=_today())
    return _act(form, lambda: roster.add_pattern(
        g.centre.id, staff_id, form.pattern, override=form.reason, **_doing()
    ), lambda **more: _person_page(staff_id, form, other, at="lines", **more))  # fmt: skip


@blueprint.post("/<centre>/roster/people/<int:staff_id>/day")
def set_day(staff_id: int) -> ResponseReturnValue:
    form, other = DayForm(), _pattern_form(clean=True, valid_from=_today())
    return _act(form, lambda: roster.set_day(
        g.centre.id, staff_id, form.day.data, form.read_parts(), override=form.reason, **_doing()
    ), lambda **more: _person_page(staff_id, other, form, at="day", **more))  # fmt: skip


@blueprint.route("/<centre>/roster/lines/<int:shift_id>", methods=["GET", "POST"])
def line(shift_id: int) -> ResponseReturnValue:
    """One weekly line from a day on; before that day it stays as it was."""
    row, name = roster_forms.line(g.centre.id, shift_id, carrier_id=_carrier())
    shift = row.shift
    form = _pattern_form(
        weekdays=[shift.weekday], starts=shift.starts, ends=shift.ends, kind=shift.kind, every_weeks=shift.every_weeks,
        valid_from=rostering.next_on(shift, _today()), valid_until=shift.valid_until, site=str(row.site_id or ""),
    )  # fmt: skip
    return _form_page("roster/line.html", form, lambda: roster.change_pattern(
        g.centre.id, shift_id, form.pattern, override=form.reason, **_doing()
    ), row=row, name=name, end_form=EndForm(formdata=None, last_day=_today()))  # fmt: skip


@blueprint.post("/<centre>/roster/lines/<int:shift_id>/end")
def end_line(shift_id: int) -> ResponseReturnValue:
    row, name = roster_forms.line(g.centre.id, shift_id, carrier_id=_carrier())
    form = EndForm()
    return _form_page("roster/line.html", form, lambda: roster.end_pattern(
        g.centre.id, shift_id, form.last_day.data, override=form.reason, **_doing()
    ), row=row, name=name, end_form=form, ending=True)  # fmt: skip


def _pattern_form(*, clean: bool = False, **values: Any) -> PatternForm:
    form = PatternForm(formdata=None, **values) if clean else PatternForm(**values)
    sites = roster_forms.choices(g.centre.id, carrier_id=_carrier(), now=clock.now()).sites
    form.site.choices = [*form.site.choices, *options({str(site.id): i18n.text(site.name) for site in sites})]
    return form


def _person_page(
    staff_id: int, pattern_form: PatternForm, day_form: DayForm, *, code: int = 200, **more: Any
) -> ResponseReturnValue:
    her = roster_forms.person(g.centre.id, staff_id, carrier_id=_carrier(), now=clock.now())
    return _shown("roster/person.html", her=her, form=pattern_form, day_form=day_form, **more), code


# ── closures ──────────────────────────────────────────────────────────────────────────────────────────────────────


@blueprint.route("/<centre>/roster/closure", methods=["GET", "POST"])
def closure() -> ResponseReturnValue:
    choices = roster_forms.choices(g.centre.id, carrier_id=_carrier(), now=clock.now())
    form = ClosureForm(first_day=choices.today, last_day=choices.today)
    carriers = {str(id_): name for id_, name in choices.carriers.items()}
    form.carrier.choices = [*(form.carrier.choices if choices.whole else ()), *options(carriers)]
    return _form_page("roster/closure.html", form, lambda: closures.close(
        g.centre.id, form.closure, form.why.data or "", fact=form.fact.data, knowing=form.known, override=form.reason,
        **_doing(),
    ), whole=choices.whole)  # fmt: skip


@blueprint.post("/<centre>/roster/closed-today")
def closed_today() -> ResponseReturnValue:
    closures.close_today(g.centre.id, **_doing())
    return redirect(url_for(".page", saved="1"), 303)


@blueprint.post("/<centre>/roster/phoned/<int:appointment_id>")
def phoned(appointment_id: int) -> ResponseReturnValue:
    """Somebody was called about today's closure, or was not after all."""
    closures.phoned(g.centre.id, appointment_id, by=By("desk", g.staff.id), now=clock.now())
    return redirect(url_for(".page"), 303)


@blueprint.route("/<centre>/roster/closures/<int:closure_id>", methods=["GET", "POST"])
def reopen(closure_id: int) -> ResponseReturnValue:
    """Open again: one question, since nobody may be there."""
    row, form = roster_forms.closure(g.centre.id, closure_id, carrier_id=_carrier()), KnowingForm()
    return _form_page("roster/reopen.html", form, lambda: closures.end_closure(
        g.centre.id, closure_id, knowing=form.known, override=form.reason, **_doing()
    ), row=row)  # fmt: skip


# ── first and last days ───────────────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/<centre>/roster/places")
def places() -> ResponseReturnValue:
    return _shown("roster/places.html", rows=terms.listed(g.centre.id, carrier_id=_carrier()), terms=TERMS)


@blueprint.route("/<centre>/roster/places/<kind>/<int:id_>", methods=["GET", "POST"])
def place(kind: str, id_: int) -> ResponseReturnValue:
    """When a site, a room or a programme begins and ends; "gone" is a fact: it is there no more today."""
    row, today = terms.one(g.centre.id, kind, id_, carrier_id=_carrier()), _today()
    form = TermForm(first_day=row.first_day, last_day=row.last_day)
    return _form_page("roster/place.html", form, lambda: terms.set_term(
        g.centre.id, kind, id_, form.term, fact=form.fact.data, knowing=form.known, override=form.reason, **_doing(),
    ), row=row, terms=TERMS, yesterday=today - DAY, is_there=row.there(today))  # fmt: skip


# ── what all of them share ────────────────────────────────────────────────────────────────────────────────────────


def _form_page(template: str, form: Form, act: Callable[[], Saved], **context: Any) -> ResponseReturnValue:
    """GET shows the form; POST does it, or shows the form filled with what is in the way."""

    def shown(*, code: int = 200, **more: Any) -> ResponseReturnValue:
        return _shown(template, form=form, **{**context, **more}), code

    return shown() if request.method == "GET" else _act(form, act, shown)


def _act(form: Form, act: Callable[[], Saved], shown: Callable[..., ResponseReturnValue]) -> ResponseReturnValue:
    if not form.validate():
        return shown(code=422)
    try:
        return _saved(act())
    except Invalid as refusal:
        form.refuse(refusal, sentence(refusal))
        return shown(code=status(refusal), refusal=sentence(refusal))
    except (LeavesCentreEmpty, ShiftsOverlap, StillBooked) as refusal:
        return shown(code=status(refusal), refusal=sentence(refusal), **_in_the_way(refusal))


def _in_the_way(refusal: LeavesCentreEmpty | ShiftsOverlap | StillBooked) -> dict[str, Any]:
    """What a refusal found, for the page to name."""
    if isinstance(refusal, LeavesCentreEmpty):
        found = [Gap(PRESENT, span) for span in refusal.at] + [Gap(REACHABLE, span) for span in refusal.unreachable]
        return {"opened": sorted(found, key=lambda gap: gap.span)}
    if isinstance(refusal, StillBooked):
        return {"booked": refusal.booked}
    return {"overlap": refusal}


def _saved(saved: Saved) -> ResponseReturnValue:
    """Who lost her place is looked after at once: then the next page is the plan for all of them."""
    return redirect(url_for("cover.page" if saved.outside else ".page", saved="1"), 303)


def _shown(template: str, **context: Any) -> str:
    words = {"kinds": KINDS, "absences": {**ABSENCES, **OF_LONG_AGO}, "closures": CLOSURES, "let": REASONS_TO_LET,
             "weekdays": WEEKDAYS,
             "weekday_choices": list(enumerate(WEEKDAYS)), "talks": TALKS, "days_choices": DAYS}  # fmt: skip
    return render_template(template, **words, **strips.words(), saved=request.args.get("saved"), **context)


def _today() -> date:
    return roster_forms.choices(g.centre.id, carrier_id=_carrier(), now=clock.now()).today


class Doing(TypedDict):
    """Who changes the roster, for whose staff, and when."""

    carrier_id: int | None
    by: By
    now: datetime


def _doing() -> Doing:
    return {"carrier_id": _carrier(), "by": By("desk", g.staff.id), "now": clock.now()}


def _carrier() -> int | None:
    """Whose staff she plans for; None: of all carriers (S25). Reception is there for everybody."""
    member: Member = g.staff
    return member.carrier_id if member.role == LEAD else None
