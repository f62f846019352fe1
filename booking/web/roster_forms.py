"""The forms of the roster's pages: absences, weekly lines, single days, closures."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms import TimeField as LibraryTimeField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from booking.domain.errors import Invalid
from booking.domain.roster import Closure
from booking.domain.rostering import AWAY, MOST_WEEKS, Part, Pattern, Spell
from booking.web.errors import REASONS
from booking.web.forms import MISSING, TOO_LONG, Form

PARTS = 3
FIRST_YEAR, LAST_YEAR = 1900, 2100  # no roster reaches further; far beyond, calendars end
CHOOSE = REASONS["choice-unknown"]
KINDS = {"talks": _("Advice"), "admin": _("In the house, no advice"), "outreach": _("Outreach, home visits"),
         "break": _("Break")}  # fmt: skip
ABSENCES = {"sick": _("Sick"), "leave": _("Leave"), "training": _("Training")}
OF_LONG_AGO = {AWAY: _("away")}
CLOSURES = {"shut": _("Closed"), "desk_only": _("Only the desk is there"), "open": _("Open although a public holiday")}
REASONS_TO_LET = {
    "team-knows": _("The team knows and has agreed"), "desk-is-there": _("The desk is there and makes appointments"),
    "hours-will-end": _("The opening hours will be changed"), "no-other-way": _("There is no other way"),
}  # fmt: skip
TERMS = {"site": _("Place"), "room": _("Room"), "programme": _("Advice")}
# Why an appointment has no place, see domain/centre_changes.outside.
WHY = {
    "site": _("the place is not there then"),
    "staff": _("does not work here then"),
    "room": _("the room is not there then"),
    "programme": _("the programme does not run then"),
    "closure": _("closed"),
    "hours": _("outside the opening hours"),
    "shift": _("not planned then"),
    "absence": _("is away"),
}
DAYS = {"parts": _("works at these times"), "off": _("does not work"), "pattern": _("works as every week")}
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


class Day(DateField):
    """A day as browsers send it, or as people here write it."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d.%m.%Y"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(REASONS["birthday-unreadable"]) from error
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise ValueError(REASONS["day-far"])


class OfList:
    """What is not in the list is refused in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError as error:
            raise ValueError(CHOOSE) from error

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValueError as error:
            raise ValidationError(CHOOSE) from error


class Select(OfList, SelectField):
    """One of a list."""


class Radio(OfList, RadioField):
    """One of a few."""


class Several(OfList, SelectMultipleField):
    """Any of a list."""


class Wall(LibraryTimeField):
    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, format=["%H:%M", "%H:%M:%S", "%H.%M"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Please enter the time like this: 9:30.")) from error


def options(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, said) for value, said in words.items()]


def _choice(label: Any, words: dict[str, Any], **more: Any) -> Select:
    return Select(label, choices=options(words), validators=[InputRequired(CHOOSE)], **more)


class PlanForm(Form):
    """`override`: why a lead lets the gaps be that the plan would open."""

    override = Select(_("Save it all the same, because"), choices=options({"": "–", **REASONS_TO_LET}), default="")

    @property
    def reason(self) -> str | None:
        return self.override.data or None


class SpellForm(PlanForm):
    first_day = Day(_("From"), validators=[InputRequired(MISSING)])
    starts = Wall(_("From (time)"), validators=[Optional()])
    last_day = Day(_("Last day"), validators=[InputRequired(MISSING)])
    ends = Wall(_("Until (time)"), validators=[Optional()])

    @property
    def spell(self) -> Spell:
        return Spell(_day(self.first_day), _day(self.last_day), self.starts.data, self.ends.data)


class AbsenceForm(SpellForm):
    people = Several(_("Who"), coerce=int, choices=[])
    kind = Radio(_("Why"), choices=options(ABSENCES), validators=[InputRequired(CHOOSE)])


class PatternForm(PlanForm):
    weekdays = Several(_("Weekdays"), coerce=int, choices=options(dict(enumerate(WEEKDAYS))))
    starts = Wall(_("From (time)"), validators=[InputRequired(MISSING)])
    ends = Wall(_("Until (time)"), validators=[InputRequired(MISSING)])
    kind = _choice(_("What"), KINDS)
    every_weeks = Select(_("How often"), coerce=int, choices=[], default=1)
    valid_from = Day(_("First day"), validators=[InputRequired(MISSING)])
    valid_until = Day(_("Last day, if there is one"), validators=[Optional()])
    site = Select(_("Where"), choices=options({"": _("here")}), validators=[Optional()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        often = {
            n: _("every %(count)s weeks, from the week of the first day", count=n) for n in range(2, MOST_WEEKS + 1)
        }
        self.every_weeks.choices = options({1: _("every week"), **often})

    @property
    def pattern(self) -> Pattern:
        site = int(self.site.data) if self.site.data else None
        return Pattern(
            frozenset(self.weekdays.data or ()), _wall(self.starts), _wall(self.ends), _day(self.valid_from),
            self.valid_until.data, self.kind.data, self.every_weeks.data, site,
        )  # fmt: skip


class EndForm(PlanForm):
    last_day = Day(_("Last day"), validators=[InputRequired(MISSING)])


class DayForm(PlanForm):
    """A single day: its own parts, no work, or the weekly pattern again."""

    day = Day(_("Day"), validators=[InputRequired(MISSING)])
    what = Radio(
        _("On this day"),
        choices=options(DAYS), default="parts", validators=[InputRequired(CHOOSE)],
    )  # fmt: skip
    kind_1, kind_2, kind_3 = (_choice(_("What"), KINDS) for _place in range(PARTS))
    starts_1, starts_2, starts_3 = (Wall(_("From (time)"), validators=[Optional()]) for _place in range(PARTS))
    ends_1, ends_2, ends_3 = (Wall(_("Until (time)"), validators=[Optional()]) for _place in range(PARTS))

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        return [tuple(self[f"{name}_{n}"] for name in ("kind", "starts", "ends")) for n in range(1, PARTS + 1)]

    def read_parts(self) -> list[Part] | None:
        """None: the weekly pattern. A line without both times is none."""
        if self.what.data != "parts":
            return [] if self.what.data == "off" else None
        return [
            Part(kind.data, starts.data, ends.data) for kind, starts, ends in self.rows if starts.data and ends.data
        ]

    def refuse(self, refusal: Invalid, sentence: str) -> bool:
        """What is refused of a part's times stands beside the first part, and in the summary."""
        of_part = Invalid(f"{refusal.field}_1", refusal.reason)
        return super().refuse(refusal, sentence) or super().refuse(of_part, sentence)

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.what.data == "parts":
            for _kind, starts, ends in self.rows:
                if (starts.data is None) != (ends.data is None):
                    starts.errors = [*starts.errors, REASONS["both-times"]]
                    good = False
            if good and not self.read_parts():
                self.starts_1.errors = [MISSING]
                good = False
        return good


class KnowingForm(PlanForm):
    """`knowing`: the appointments that were shown, and are left without a place knowingly."""

    knowing = HiddenField(validators=[Length(max=4000)])

    @property
    def known(self) -> set[int]:
        return {int(word) for word in str(self.knowing.data or "").split() if word.isascii() and word.isdigit()}


class TermForm(KnowingForm):
    """Of a site, a room or a programme."""

    first_day = Day(_("First day, if there is one"), validators=[Optional()])
    last_day = Day(_("Last day, if there is one"), validators=[Optional()])
    fact = BooleanField()

    @property
    def term(self) -> tuple[date | None, date | None]:
        return self.first_day.data, self.last_day.data


class ClosureForm(KnowingForm):
    kind = Radio(_("What"), choices=options(CLOSURES), default="shut", validators=[InputRequired(CHOOSE)])
    carrier = Select(_("For whom"), choices=options({"": _("the whole centre")}), default="", validators=[Optional()])
    first_day = Day(_("First day"), validators=[InputRequired(MISSING)])
    last_day = Day(_("Last day"), validators=[InputRequired(MISSING)])
    starts = Wall(_("From (time)"), validators=[Optional()])
    ends = Wall(_("Until (time)"), validators=[Optional()])
    why = StringField(_("Reason, for the team"), validators=[Length(max=80, message=TOO_LONG)])
    fact = BooleanField(_("This is an emergency: it is so already"))

    @property
    def closure(self) -> Closure:
        return Closure(
            _day(self.first_day), _day(self.last_day), int(self.carrier.data) if self.carrier.data else None,
            self.kind.data, self.starts.data, self.ends.data,
        )  # fmt: skip


def _day(field: Any) -> date:
    found: date = field.data
    return found


def _wall(field: Any) -> time:
    found: time = field.data
    return found
