"""What the `centre` commands say, in the language of the terminal: German where it is German, else English.

The kinds of mistakes come from domain/centre_*; the keys of a file and what may stand there are said as in the file.
"""

import gettext
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from booking.domain.centre_changes import KEPT, LEFT, Change
from booking.domain.centre_values import WEEKDAYS
from booking.domain.centres import Closure, Shift, Times
from booking.domain.roster import SHUT, TALKS, WALK_INS, Hours
from booking.web.i18n import TRANSLATIONS, compile_catalogues


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is said."""
    return sentence


MISTAKES = {
    "before": _("This lies before %(other)s."),
    "counsellor-needs": _('A counsellor needs "%(name)s".'),
    "ends-first": _("This ends before it starts."),
    "here-twice": _('"%(name)s" stands here twice.'),
    "interpreter-language": _("An interpreter needs a language."),
    "key-unknown": _("This key is not known. Known here are %(known)s."),
    "missing": _('"%(name)s" is missing.'),
    "no-day": _("Write a day like 2027-03-01, without quotes."),
    "no-flag": _("Write true or false, without quotes."),
    "no-language": _("A centre needs a language."),
    "no-list": _("This must be a list."),
    "no-login": _("A login has small letters, digits, dots and hyphens, 2 to 40 of them."),
    "no-mode": _("A centre holds its talks in at least one way."),
    "no-multiple": _("Minutes must be a multiple of %(of)s."),
    "no-number": _("Write a whole number from %(lowest)s to %(highest)s."),
    "no-talks": _('"%(slug)s" is neither an office nor a group room: nobody can be called there for a talk.'),
    "no-origin": _("Write a site like https://www.example.org, without a path."),
    "no-outreach-site": _('"%(slug)s" is no site of outreach.'),
    "no-page-language": _("This is no language of the pages."),
    "no-part-of-hour": _("Write one of %(known)s: every hour has the same starts."),
    "no-period": _('Write a period like "09:00-12:00".'),
    "no-phone": _("Write a phone number like +49 7141 12345: with + and country code."),
    "no-programme": _("A topic needs a programme that serves it."),
    "no-region": _("Write a region like DE-BW."),
    "no-share": _("Write a part of a full post, from 0 to 1."),
    "no-slug": _("A slug has small letters, digits and single hyphens, at most %(most)s."),
    "no-sms-name": _("A short name for messages has at most 11 Latin letters, digits and spaces."),
    "no-such-row": _('No %(table)s has the slug "%(slug)s".'),
    "no-table": _("This must be a table."),
    "no-text": _("Write a text here, in quotes."),
    "no-texts": _("Write this text in each language: %(languages)s."),
    "no-time": _('Write a time like "09:00", in quotes.'),
    "no-toml": _("This is no TOML: %(detail)s."),
    "not-utf-8": _("This line is not UTF-8 text. Save the file as UTF-8."),
    "off-the-marks": _("Times must be on a mark of %(of)s minutes."),
    "one-time": _("Give both starts and ends, or neither for whole days."),
    "one-talk": _("An office holds one talk at a time. Leave this out, or make it a group room."),
    "outside-day": _("This time lies outside the day."),
    "outside-opening": _("These walk-in hours lie outside the opening hours."),
    "periods-overlap": _("This overlaps another period of the day."),
    "region-unknown": _("The public holidays of this region are not known. Write one like DE-BW."),
    "several-birthdays": _("These turn on several birthdays (%(ages)s): only one can be asked."),
    "shifts-overlap": _("This overlaps another shift of the same person on %(weekday)s."),
    "site-of-outreach": _("Only a shift of outreach names a site."),
    "slug-reserved": _("This slug is an address of the program itself. Take another."),
    "text-of-nothing": _("This German text does not stand in the file. Was it changed? Then translate it again."),
    "text-missing": _('The text in "%(language)s" is missing.'),
    "too-long": _("This is too long: at most %(most)s characters."),
    "two-birthdays": _("Give from_birthday or before_birthday, not both."),
    "unknown": _('"%(value)s" is not known here. Known are %(known)s.'),
    "used-twice": _('"%(name)s" is used twice.'),
    "zone-unknown": _("This zone is not known. Write one like Europe/Berlin."),
}
NOTHING = _("nothing")
NO_MISTAKES = _("%(file)s: no mistakes.")
UNREADABLE = _("%(file)s cannot be read: %(why)s. Shipped centres: %(known)s.")
NOTHING_TO_CHANGE = _("%(file)s: nothing to change.")
DRY_RUN = _("Dry run: nothing was changed.")
QUESTION = _("Change the centre so?")
NOT_CHANGED = _("Nothing was changed.")
LOADED = _("%(file)s: loaded.")
KEPT_APPOINTMENT = _("%(subject)s, %(start)s: kept, though %(field)s no longer fits")
KEPT_AS_IT_IS = _("%(subject)s: kept as it is")
# Why an account that a file does not name is left alone; see store/staff.why_kept.
KEPT_ACCOUNT = {
    "runs-the-house": _("%(subject)s: kept as it is, because leads and administrators run the house"),
    "password": _("%(subject)s: kept as it is, because it has a password; its last day is set on the team page"),
    "link": _("%(subject)s: kept as it is, because a sign-in link for it is open"),
    "added": _("%(subject)s: kept as it is, because it was made with staff add; its last day is set on the team page"),
    "traces": _("%(subject)s: kept as it is, because somebody worked with it; its last day is set on the team page"),
}
KEPT_AND_ENDS = _("%(subject)s: kept, ends: %(field)s %(old)s → %(new)s")
LEFT_ENTERED = _("%(subject)s: kept, entered on the roster's page")
LEFT_AWAY = _("%(subject)s: not added, because it was changed or taken away on the roster's page")
LEFT_AS_PLANNED = _("%(subject)s: %(field)s stays %(old)s, as entered on the roster's page; the file says %(new)s")
LEFT_AS_SET = _("%(subject)s: %(field)s stays %(old)s; the file does not say it")
BECOMES = "%(subject)s: %(field)s %(old)s → %(new)s"


def said(sentence: str, **values: object) -> str:
    return _catalogue().gettext(sentence) % {name: _value(value) for name, value in values.items()}


def mistake(kind: str, values: Mapping[str, object]) -> str:
    """The sentence for whoever wrote the file."""
    return said(MISTAKES[kind], **values)


def change(change: Change) -> str:
    """One line."""
    subject = f"{change.kind} {change.slug}".rstrip()
    values = {"subject": subject, "field": change.field, "old": change.old, "new": change.new}
    if change.kind == "appointment":
        return said(KEPT_APPOINTMENT, subject=subject, start=change.old, field=change.field)
    if change.field is None and change.what == KEPT:
        return said(KEPT_ACCOUNT.get(change.old, KEPT_AS_IT_IS), subject=subject)
    if change.field is None:
        line = " ".join(filter(None, (subject, _line(change.old or change.new))))
        return said(LEFT_ENTERED if change.old else LEFT_AWAY, subject=line) if change.what == LEFT else line
    left = LEFT_AS_SET if change.kind == "staff" else LEFT_AS_PLANNED
    return said({KEPT: KEPT_AND_ENDS, LEFT: left}.get(change.what, BECOMES), **values)


@cache
def _catalogue() -> gettext.NullTranslations:
    """By LANGUAGE, LC_ALL, LC_MESSAGES or LANG; it needs no application: files are checked without one."""
    compile_catalogues(TRANSLATIONS)
    return gettext.translation("messages", TRANSLATIONS, fallback=True)


def _value(value: object) -> str:
    if value is None:
        return said(NOTHING)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or said(NOTHING)
    return str(value)


def _line(line: Any) -> str:
    """Hours, a shift or a closure, in the words of the file."""
    if isinstance(line, Closure):
        part = f"{line.starts:%H:%M}-{line.ends:%H:%M}" if line.starts and line.ends else ""
        kind, carrier = line.kind if line.kind != SHUT else "", line.carrier or ""
        return " ".join(filter(None, (f"{line.first_day}/{line.last_day}", part, kind, carrier, f'"{line.reason}"')))
    if isinstance(line, Times):
        return _period(line)
    if isinstance(line, Hours):
        alone = f"alone={line.alone}" if line.alone != WALK_INS else ""
        return " ".join(filter(None, (_period(line), "walk_in" if line.walk_in else "", alone)))
    if isinstance(line, Shift):
        kind, turn = line.kind if line.kind != TALKS else "", line.every_weeks
        valid = f"valid_from={line.valid_from}", f"valid_until={line.valid_until}" if line.valid_until else ""
        where = f"site={line.site}" if line.site else ""
        return " ".join(filter(None, (_period(line), kind, where, f"every_weeks={turn}" if turn > 1 else "", *valid)))
    return ""


def _period(line: Hours | Shift | Times) -> str:
    return f"{WEEKDAYS[line.weekday]} {line.starts:%H:%M}-{line.ends:%H:%M}"
