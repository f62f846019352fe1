"""What a visitor may be called. One field, any script, no first or last names (domain.md 3.4)."""

import unicodedata

from booking.domain.errors import Invalid

LONGEST_NAME = 80
# Needed inside words of Persian, Kurdish and Indic scripts; other invisible characters only serve to deceive.
_JOINERS = "\u200c\u200d"
# Letters of names here that Unicode does not take apart into a plain one and its accent (Turkish, Serbian, Polish …).
_PLAIN = str.maketrans("ıđłøħ", "idloh")


def clean_name(text: str | None) -> str | None:
    """The name without control characters and superfluous spaces; None for an empty one."""
    visible = "".join(
        character if character in _JOINERS or unicodedata.category(character)[0] != "C" else " "
        for character in unicodedata.normalize("NFC", text or "")
    )
    name = " ".join(visible.split())
    if len(name) > LONGEST_NAME:
        raise Invalid("name", "name-too-long")
    return name or None


def folded(text: str) -> str:
    """For finding a name whatever its accents and capitals."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)
