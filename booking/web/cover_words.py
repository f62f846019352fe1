"""What the cover room says of a plan's reasons and refusals."""

from flask_babel import lazy_gettext as _

LOST = {
    "absent": _("%(name)s is not there."), "room": _("The room is not available."),
    "closed": _("The centre is closed then."), "programme": _("The programme does not run on that day."),
    "interpreter": _("The interpreter cannot come."),
}  # fmt: skip
WHY = {
    "only": _("The only colleague who is free and fits."), "language": _("This colleague speaks the language."),
    "share": _("This colleague has the most hours left."), "recent": _("This colleague was booked longest ago."),
    "swap": _("A swap between colleagues keeps the time."),
    "makes-room": _("Makes room for somebody else. The time stays."),
}  # fmt: skip
WHY_NOT = {
    "nobody": _("Nobody else is there then for this advice."), "language": _("Nobody there speaks the language."),
    "busy": _("All who could help have appointments then."), "room": _("No room is free then."),
    "walk-ins": _("Then nobody could be reached for walk-ins."), "hours": _("The contract hours are used up."),
    "needs": _("What this visitor needs is not there then."),
}  # fmt: skip


# Where "no longer possible" would help nobody at this desk.
SAID = {
    "offer-stands": _("This new time is still there."),
    "answered": _("The visitor has said yes already. The new time is booked."),
    "not-waiting": _("No new time waits for an answer now."),
    "lost-absent": _("This colleague is still away then."), "lost-room": _("The room is still not available then."),
    "lost-closed": _("The centre is still closed then."),
    "lost-programme": _("The programme does not run on that day."),
    "lost-interpreter": _("The interpreter still cannot come then."),
}  # fmt: skip
GONE = _("The proposed time is gone as well. We hold %(when)s instead. Please tell the visitor now.")
NONE_LEFT = _("The proposed time is gone as well, and there is no other one. Please tell the visitor now.")
