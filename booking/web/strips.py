"""The strip of presence, and gaps in words: what several staff pages show."""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import g
from flask_babel import gettext as _

from booking import clock
from booking.domain.presence import PRESENT, DayStrip, Gap
from booking.domain.roster import DESK_ONLY, OPEN, SHUT, shut_on
from booking.domain.times import DAY, GRAIN, Span, days_from
from booking.services import presence
from booking.services.presence import AbsenceRow, View
from booking.web import i18n


def short_day(day: date | datetime) -> str:
    """Do 04.03. – as in a pocket calendar."""
    return _said(day, german="EEE dd.MM.", other="EEE d MMM")


def dated_day(day: date) -> str:
    """With the year."""
    return _said(day, german="EEE dd.MM.yyyy", other="EEE d MMM yyyy")


def _said(day: date | datetime, *, german: str, other: str) -> str:
    local = day.astimezone(i18n.zone()) if isinstance(day, datetime) else day
    if i18n.page_language() == "de":
        return format_date(local, german, locale="de").replace(".", "", 1)  # Do, not Do.
    return format_date(local, other, locale=i18n.PAGES[i18n.page_language()].catalogue)


def span_words(span: Span | AbsenceRow) -> str:
    """Do 04.03. 12:30–13:00"""
    starts, ends = span[-2:]
    return f"{short_day(starts)} {i18n.clock(starts)}–{i18n.clock(ends)}"


def gap_words(gap: Gap, min_present: int = 1) -> str:
    when = span_words(gap.span)
    if gap.rule != PRESENT:
        return str(_("%(when)s: nobody can be reached without an appointment", when=when))
    if min_present > 1:
        return str(_("%(when)s: too few are there", when=when))
    return str(_("%(when)s: nobody is there", when=when))


def today() -> dict[str, Any]:
    """Today's strip, for a page that shows it."""
    return {"strips": presence.today_strip(g.centre.id, now=clock.now()), **words()}


def shut_words(seen: View) -> dict[date, str]:
    """Why a day is another one than usual: a public holiday, a closure."""
    found = dict(seen.holidays)
    for row in seen.closures:
        closure = row.closure
        if closure.carrier_id is None and closure.whole_day:
            said = {SHUT: _("closed"), DESK_ONLY: _("only the desk"), OPEN: _("holiday, but open")}[closure.kind]
            days = (closure.last_day - closure.first_day) // DAY + 1
            found.update(dict.fromkeys(days_from(closure.first_day, days), row.reason or str(said)))
    return found


def all_shut(seen: View, day: date) -> bool:
    return shut_on(day, [row.closure for row in seen.closures], seen.holidays)


def by_week(days: list[DayStrip]) -> list[list[DayStrip]]:
    """Seven days each, from today on."""
    return [days[first : first + 7] for first in range(0, len(days), 7)]


def away_days(row: AbsenceRow) -> str:
    """Do 04.03. – Fr 05.03.: the days an absence touches."""
    first = row.starts_at.astimezone(i18n.zone()).date()
    last = (row.ends_at - GRAIN).astimezone(i18n.zone()).date()
    return short_day(first) if first == last else f"{short_day(first)} – {short_day(last)}"


def part_of_day(row: AbsenceRow) -> bool:
    starts, ends = row.starts_at.astimezone(i18n.zone()), row.ends_at.astimezone(i18n.zone())
    return starts.date() == ends.date()


def words() -> dict[str, Any]:
    """What the templates of strips call."""
    return {
        "short_day": short_day, "span_words": span_words, "gap_words": gap_words, "away_days": away_days,
        "part_of_day": part_of_day, "dated_day": dated_day,
    }  # fmt: skip
