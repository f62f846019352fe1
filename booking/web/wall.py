"""Who is next, in plain words: a page to print and hang on the wall. It says what domain/queue does."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from booking.web import i18n

blueprint = Blueprint("wall", __name__)


@blueprint.get("/<centre>/wall")
def page() -> ResponseReturnValue:
    """In every page language of the centre, one under the other."""
    tags = [tag for tag in g.centre.languages if tag in i18n.PAGES] or ["de"]
    return render_template("wall.html", texts=[(i18n.PAGES[tag], *_text(tag)) for tag in tags])


def _text(tag: str) -> tuple[str, list[str]]:
    with force_locale(i18n.PAGES[tag].catalogue):
        rules = (
            _("Emergencies go first."),
            _("Appointments go from their time on. Coming early does not help."),
            _("More than 10 minutes late? You wait as if you had come then without an appointment."),
            _("Everybody else: whoever has waited longest goes first."),
            _("Waiting counts more with a small child, in pregnancy, with a disability or frailty."),
            _("It counts more too if a deadline ends today. Please tell us at the desk."),
            _("Somebody who speaks your language may call you up to 15 minutes earlier."),
            _("You missed your call? Come to the desk within an hour."),
        )
        return str(_("Who is next?")), [str(rule) for rule in rules]
