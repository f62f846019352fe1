"""Languages of the pages, and how days and times are said: own language and German short form, 24 h, Latin digits."""

import os
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request, url_for
from flask_babel import Babel
from werkzeug.routing import BaseConverter

from booking.config import ROOT
from booking.web import borrowing

TRANSLATIONS = ROOT / "translations"
FALLBACK = "de"
EASY = "-einfach"


class Language(NamedTuple):
    """`tag` stands in the address, `catalogue` names the folder of its sentences."""

    tag: str
    catalogue: str
    endonym: str
    direction: str = "ltr"


# The languages people speak are another, longer list than those of the pages.
SPOKEN = {
    "ar": "العربية", "bg": "Български", "de": "Deutsch", "en": "English", "es": "Español", "fa": "فارسی",
    "fa-AF": "دری", "fr": "Français", "hr": "Hrvatski", "it": "Italiano", "ku": "Kurdî (Kurmancî)", "pl": "Polski",
    "ps": "پښتو", "ro": "Română", "ru": "Русский", "so": "Soomaali", "sq": "Shqip", "ti": "ትግርኛ", "tr": "Türkçe",
    "uk": "Українська",
}  # fmt: skip
STAFF_PAGES = ("de", "en")
STAFF_BLUEPRINTS = frozenset({
    "calendars", "calibration", "calls", "changes", "cover", "desk", "devices", "info_pages", "posters", "practice",
    "reports", "roster", "staff", "waitlist_desk",
})  # fmt: skip


def _pages() -> dict[str, Language]:
    """One for each catalogue there is: adding its file adds the language. Written easily, German comes after German."""
    catalogues = [po.parts[-3] for po in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")]
    catalogues.sort(key=lambda name: (name != FALLBACK, name))
    return {language.tag: language for language in map(_language, catalogues)}


def _language(catalogue: str) -> Language:
    locale, tag = Locale.parse(catalogue), catalogue.replace("@simple", EASY).replace("_", "-")
    spoken, easy = tag.removesuffix(EASY), " – einfach" if tag.endswith(EASY) else ""
    endonym = SPOKEN.get(spoken) or (locale.language_name or tag).capitalize()
    return Language(tag, catalogue, endonym + easy, locale.text_direction)


PAGES = _pages()


class Spoken(NamedTuple):
    """A language somebody speaks: its name in the page's language, and its own."""

    name: str
    endonym: str


_ARABIC_MONTHS = ("ar_SY", "ar_EG")
_DAY_PATTERNS = {"de": "EEEE, d. MMMM yyyy", "de-einfach": "EEEE, d. MMMM yyyy", "tr": "d MMMM yyyy EEEE"}


class LanguageConverter(BaseConverter):
    """A page language in an address; anything else is another page, or none."""

    regex = "|".join(sorted(PAGES, key=len, reverse=True))


def init(app: Flask) -> None:
    compile_catalogues(TRANSLATIONS)
    app.url_map.converters["language"] = LanguageConverter
    babel = Babel(
        app,
        default_locale=FALLBACK,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=lambda: PAGES[page_language()].catalogue,
        timezone_selector=lambda: str(zone()),
    )
    borrowing.init(app, babel)
    app.jinja_env.filters.update(day=day, day_short=day_short, clock=clock)
    app.context_processor(_words)


def compile_catalogues(folder: Path) -> None:
    """Write each .mo that is missing or older than its .po; safe with several processes at once."""
    for po in folder.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        fresh = mo.with_suffix(f".{os.getpid()}.tmp")
        with po.open("rb") as source, fresh.open("wb") as target:
            write_mo(target, _filled(read_po(source, locale=po.parts[-3])))
        fresh.replace(mo)


def _filled(catalogue: Catalog) -> Catalog:
    """Without what is not translated, or not in all its forms: that is borrowed from German."""
    for message in list(catalogue):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(forms):
            catalogue.delete(message.id)
    return catalogue


def page_language() -> str:
    """The address says it on public pages, the account on staff pages, the browser (or program) otherwise."""
    if not request:
        return FALLBACK
    if "page_language" in g:
        return str(g.page_language)
    staff = g.get("staff")
    if staff is not None and staff.language in STAFF_PAGES and not request.path.startswith("/api/"):
        return str(staff.language)
    return guessed()


def guessed() -> str:
    """For the very first page, and for errors: what the address looks like, else the browser's first wish."""
    segments = request.path.split("/")
    if len(segments) > 2 and segments[2] in PAGES:
        return segments[2]
    known = STAFF_PAGES if request.blueprint in STAFF_BLUEPRINTS else list(PAGES)
    return request.accept_languages.best_match(known, FALLBACK) or FALLBACK


def talk_language() -> str:
    """In which language somebody speaks who reads this page: easy German is German."""
    return page_language().removesuffix(EASY)


def text(words: dict[str, str] | None) -> str:
    """A centre's own text in the page's language, else in German, and marked so."""
    if not words:
        return ""
    own = words.get(page_language()) or words.get(talk_language())
    german = words.get(FALLBACK)
    return own or (borrowing.marked(german) if german else next(iter(words.values())))


def directed(words: dict[str, str]) -> list[tuple[str, str, str]]:
    """A centre's own text in all its languages: (tag, direction, words), in the order of the pages."""
    return [(tag, language.direction, words[tag]) for tag, language in PAGES.items() if tag in words]


def spoken() -> dict[str, Spoken]:
    """The languages people speak by their tags, in the order of their names in the page's language."""
    return _spoken_in(PAGES[page_language()].catalogue)


@cache
def _spoken_in(catalogue: str) -> dict[str, Spoken]:
    names = Locale.parse(catalogue).languages
    found = [(tag, Spoken(names.get(tag.replace("-", "_"), endonym), endonym)) for tag, endonym in SPOKEN.items()]
    return dict(sorted(found, key=lambda one: one[1].name))


def zone() -> ZoneInfo:
    centre = g.get("centre")
    return ZoneInfo(centre.zone if centre is not None else "Europe/Berlin")


def day(value: date | datetime) -> str:
    """Weekday, day and month in the page's language, then the German short form where that is another."""
    local = _local_date(value)
    language = page_language()
    own = _own_day(local, language)
    return own if talk_language() == "de" else f"{own} · \u2068{day_short(local)}\u2069"


def day_short(value: date | datetime) -> str:
    """As on German letters and doors: Di 16.03.2027."""
    return format_date(_local_date(value), "EEE dd.MM.yyyy", locale="de").replace(".", "", 1)


def clock(value: datetime) -> str:
    return value.astimezone(zone()).strftime("%H:%M")


def _own_day(local: date, language: str) -> str:
    if language == "ar":  # Syrian and Egyptian readers know the months by different names (domain.md 3.2)
        weekday = format_date(local, "EEEE", locale="ar")
        months = "/".join(format_date(local, "MMMM", locale=name) for name in _ARABIC_MONTHS)
        return f"{weekday} {local.day} {months} {local.year}"
    pattern = _DAY_PATTERNS.get(language, "EEEE d MMMM yyyy")
    return format_date(local, pattern, locale=PAGES[language].catalogue)


def _local_date(value: date | datetime) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def _words() -> dict[str, object]:
    language = PAGES[page_language()]
    return {
        "text": text,
        "page_language": language.tag,
        "page_tag": language.tag.removesuffix(EASY),
        "page_endonym": language.endonym,
        "page_direction": language.direction,
        "languages": _switcher() if request else [],
        "spoken": spoken(),
    }


def _switcher() -> list[tuple[str, str, str]]:
    """(tag, endonym, address of this page in that language), in the centre's order; empty where there is no choice."""
    centre = g.get("centre")
    if centre is None or "page_language" not in g or request.endpoint is None:
        return []
    asked = f"?{query}" if (query := urlencode(list(request.args.items(multi=True)))) else ""
    return [(p.tag, p.endonym, _same_page(p.tag) + asked) for p in released(centre.languages)]


def released(tags: Iterable[str]) -> list[Language]:
    """Those of a centre's languages that have pages, in its order; easy German comes with German."""
    return [PAGES[t] for tag in tags for t in (tag, tag + EASY) if t in PAGES]


def _same_page(language: str) -> str:
    return url_for(str(request.endpoint), **{**(request.view_args or {}), "language": language})
