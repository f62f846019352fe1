"""The texts of SMS, built when they are sent, in the visitor's language. Two segments at most.

Never a topic, a programme or a name; no link either: people are taught not to follow links in SMS (domain.md 3.3).
"""

from contextlib import suppress
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale, get_babel

from booking.domain.appointments import spoken
from booking.domain.reminders import Notice

MOST_SEGMENTS = 2
FALLBACK = "de"
# GSM 03.38: one septet each, and those that take two. All other characters make the whole text UCS-2.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
# Keeps what is read from left to right (times, phones) in order within a right-to-left text; phones know it since long.
_LEFT_TO_RIGHT = "\u200e"


def write(notice: Notice) -> str:
    """The text for one message; if it would be too long, without town and the sentences that may be missing."""
    text = _render(notice, short=False)
    return text if segments(text) <= MOST_SEGMENTS else _render(notice, short=True)


def segments(text: str) -> int:
    """As how many SMS a text is sent and charged; no character is cut in two at their borders."""
    if _GSM_TWICE.union(_GSM).issuperset(text):
        return _parts([2 if character in _GSM_TWICE else 1 for character in text], 160, 153)
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67)


def _parts(widths: list[int], alone: int, together: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > together:
            parts, used = parts + 1, 0
        used += width
    return parts


def _render(notice: Notice, short: bool) -> str:
    """The language's whole sentences from the catalogue; weekday in its words, figures as in Germany."""
    locale = _locale(notice.language)
    mark = _LEFT_TO_RIGHT if locale.text_direction == "rtl" else ""
    at = notice.starts_at.astimezone(ZoneInfo(notice.zone))
    template = current_app.jinja_env.get_template(f"messages/{notice.kind}.txt")
    with force_locale(str(locale)):
        text = template.render(
            centre=notice.sms_name,
            weekday=format_date(at, "EEEE", locale),
            day=f"{mark}{at:%d.%m.}{mark}",
            time=f"{mark}{at:%H:%M}",
            address=notice.address.partition(",")[0] if short else notice.address,
            phone=mark + notice.phone,
            code=mark + spoken(notice.code or ""),
            short=short,
            called=notice.called,
            **_new_time(notice, locale, mark),
        )
    return " ".join(text.split())


def _new_time(notice: Notice, locale: Locale, mark: str) -> dict[str, str]:
    """The time an offer proposes, and until when it is held."""
    if notice.offered_at is None or notice.answer_by is None:
        return {}
    zone = ZoneInfo(notice.zone)
    new, until = notice.offered_at.astimezone(zone), notice.answer_by.astimezone(zone)
    return {
        "new_weekday": format_date(new, "EEEE", locale), "new_day": f"{mark}{new:%d.%m.}{mark}",
        "new_time": f"{mark}{new:%H:%M}", "until_day": f"{mark}{until:%d.%m.}{mark}",
        "until_time": f"{mark}{until:%H:%M}",
    }  # fmt: skip


def _locale(language: str) -> Locale:
    """With its region where that has sentences of its own (Dari), else without; German if there are none, all of the
    text then."""
    written = get_babel().instance.list_translations()
    for tag in (language, language.partition("-")[0]):
        with suppress(ValueError, UnknownLocaleError):
            known = Locale.parse(tag, sep="-")
            if known in written:
                return known
    return Locale.parse(FALLBACK)
