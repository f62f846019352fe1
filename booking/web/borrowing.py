"""What a language lacks is said in German, the easy one first, and marked as German for who listens or reads from
right to left; and counted, so that staff know what is still to be translated.

The mark is two characters that no text has. They become a <span lang="de"> where a page can hold one, and nothing
elsewhere (attributes, titles, calendar files).
"""

import gettext
import re
from collections import defaultdict

from babel import support
from flask import Flask, Response, g
from flask_babel import Babel, Domain, get_locale

OPEN, CLOSE = "\ue000", "\ue001"
EASY_GERMAN, GERMAN = "de@simple", "de"
_PLAIN = frozenset({"title", "option", "textarea", "script"})  # these hold text and no elements
_PART = re.compile(r"<(/?)([a-zA-Z0-9]*)[^>]*>|[^<]+|<")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]|\\\\ue00[01]")
_lacking: defaultdict[str, set[str]] = defaultdict(set)  # by language, since this process began


def init(app: Flask, babel: Babel) -> None:
    babel.domain_instance = _Domain()
    app.after_request(_made_plain)


def lacking(catalogue: str) -> int:
    """How many sentences were wanted in this language since the start, and said in German instead."""
    return len(_lacking[catalogue])


def marked(words: str) -> str:
    """German words on a page in another language. Only pages that name their language are marked."""
    here = str(g.get("page_language", GERMAN)) if g else GERMAN
    return words if here.partition("-")[0] == GERMAN else f"{OPEN}{words}{CLOSE}"


class _Domain(Domain):
    """The library's, with what to say where a language says nothing."""

    def get_translations(self) -> support.NullTranslations:
        found: support.NullTranslations = super().get_translations()
        if getattr(found, "_fallback", None) is None:
            found.add_fallback(_German(str(get_locale()), self._german()))
        return found

    def _german(self) -> support.NullTranslations:
        folder, domain = self.translation_directories[0], self.domain[0]
        german: support.NullTranslations = support.Translations.load(folder, [EASY_GERMAN], domain)
        german.add_fallback(support.Translations.load(folder, [GERMAN], domain))
        return german


class _German(gettext.NullTranslations):
    def __init__(self, catalogue: str, german: gettext.NullTranslations) -> None:
        super().__init__()
        self._catalogue, self._german = catalogue, german

    def gettext(self, message: str) -> str:
        return self._said(message, self._german.gettext(message))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self._said(singular, self._german.ngettext(singular, plural, n))

    def _said(self, message: str, german: str) -> str:
        if self._catalogue.startswith(GERMAN):
            return german
        _lacking[self._catalogue].add(message)
        return marked(german)


def _made_plain(answer: Response) -> Response:
    if "page_language" not in g or answer.direct_passthrough or answer.is_streamed:
        return answer
    if not _MARKS.search(text := answer.get_data(as_text=True)):
        return answer
    answer.set_data(spanned(text) if answer.mimetype == "text/html" else _MARKS.sub("", text))
    return answer


def spanned(page: str) -> str:
    """The page with its marks as elements, or without them where none can stand."""
    inside, done = "", []
    for part in _PART.finditer(page):
        text, name = part[0], (part[2] or "").lower()
        if text.startswith("<"):
            if name in _PLAIN:
                inside = "" if part[1] else name
            text = _MARKS.sub("", text)
        elif inside:
            text = _MARKS.sub("", text)
        done.append(text.replace(OPEN, '<span lang="de" dir="ltr">').replace(CLOSE, "</span>"))
    return "".join(done)
