"""Why a counsellor was chosen, as staff read it."""

from typing import Any

from flask_babel import gettext as _


def because(reason: dict[str, Any]) -> str:
    """Why this counsellor: the stored reason as a sentence, for staff."""
    among, share = reason.get("among", 1), reason.get("share", 0)
    sentences = {
        "only": _("Nobody else could take this time."),
        "wished": _("The visitor wished this person."),
        "language": _("This person speaks the visitor's language."),
        "interpreter": _("An interpreter can come at this time."),
        "share": _("Least booked of %(among)s: %(share)s %% of the hours.", among=among, share=share),
        "recent": _("Equally booked, and not booked for the longest time."),
    }
    return str(sentences.get(str(reason.get("rule")), ""))
