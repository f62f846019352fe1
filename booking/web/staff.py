"""Signing in and out, sign-in links, one's own account, and the list of accounts."""

from typing import TypeVar

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import DateField, PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from booking import clock
from booking.domain.errors import Invalid, NotFound, WrongCredentials
from booking.domain.presence import Gap
from booking.domain.staff import ADMINISTRATOR, COUNSELLOR, LANGUAGES, LEAD, RECEPTIONIST
from booking.services import centres, presence
from booking.services import staff as service
from booking.services import team as team_service
from booking.web import i18n, limits, strips
from booking.web.doors import STAFF_COOKIE, cookie_name, drop_cookie, keep_cookie, no_store
from booking.web.errors import sentence, status
from booking.web.forms import MISSING, TOO_LONG, Form
from booking.web.places import LARGEST_ID, config

blueprint = Blueprint("staff", __name__)
FIRST_PAGES = {RECEPTIONIST: "desk", LEAD: "desk", COUNSELLOR: "calls", ADMINISTRATOR: "team"}
LANGUAGE_CHOICES = [SelectChoice(tag, i18n.PAGES[tag].endonym) for tag in LANGUAGES]
MOST_GAPS = 12
DAYS = ["%Y-%m-%d", "%d.%m.%Y"]


class SignInForm(Form):
    login = StringField(_("Your user name"), validators=[InputRequired(MISSING), Length(max=80, message=TOO_LONG)])
    password = PasswordField(_("Password"), validators=[InputRequired(MISSING), Length(max=1000, message=TOO_LONG)])


class LinkForm(Form):
    password = PasswordField(_("New password"), validators=[InputRequired(MISSING)])


class LanguageForm(Form):
    language = SelectField(_("Language of your pages"), choices=LANGUAGE_CHOICES)


class PasswordForm(Form):
    old = PasswordField(_("Current password"), validators=[InputRequired(MISSING), Length(max=1000, message=TOO_LONG)])
    password = PasswordField(_("New password"), validators=[InputRequired(MISSING)])


class DatesForm(Form):
    """Days as browsers send them, or as people here write them."""

    secret_since = DateField(_("Committed to secrecy since"), format=DAYS, validators=[Optional()])
    last_day = DateField(_("Last day"), format=DAYS, validators=[Optional()])


# ── signing in and out ────────────────────────────────────────────────────────────────────────────────────────────


@blueprint.route("/<centre>/sign-in", methods=["GET", "POST"])
@limits.on_sign_in
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.method == "GET" or not form.validate():
        return _sign_in_page(form, None, 200 if request.method == "GET" else 422)
    try:
        secret = service.sign_in(
            g.centre.slug, form.login.data or "", form.password.data or "", now=clock.now(), replaces=_present_secret()
        )
    except WrongCredentials as refusal:
        return _sign_in_page(form, sentence(refusal), status(refusal))
    return _signed_in(secret, request.args.get("next"))


@blueprint.post("/<centre>/sign-out")
def sign_out() -> ResponseReturnValue:
    if secret := _present_secret():
        service.sign_out(secret, now=clock.now())
    return drop_cookie(make_response(redirect(url_for(".sign_in"), 303)), STAFF_COOKIE)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
def link(token: str) -> ResponseReturnValue:
    """Looking at the link changes nothing; the button (or the new password) uses it."""
    found, form = service.link(token, now=clock.now()), LinkForm()
    g.centre = centres.by_slug(found.centre_slug)
    if request.method == "GET" or (found.needs_password and not form.validate()):
        return _link_page(found, form, 200 if request.method == "GET" else 422)
    try:
        secret = service.use_link(token, password=form.password.data, now=clock.now(), replaces=_present_secret())
    except Invalid as refusal:
        form.refuse(refusal, sentence(refusal))
        return _link_page(found, form, status(refusal))
    return _signed_in(secret, None)


def _sign_in_page(form: SignInForm, refusal: str | None, code: int) -> ResponseReturnValue:
    return no_store(make_response(render_template("staff/sign_in.html", form=form, refusal=refusal), code))


def _link_page(found: service.Link, form: LinkForm, code: int) -> ResponseReturnValue:
    page = render_template("staff/link.html", name=found.name, needs_password=found.needs_password, form=form)
    return no_store(make_response(page, code))


def _signed_in(secret: str, wanted: str | None) -> Response:
    """On to the page that was asked for, or to the first page of the role."""
    member = service.member(secret, now=clock.now(), touch=False)
    if member is None:
        raise WrongCredentials
    home = f"/{member.centre_slug}/"
    target = wanted if wanted and is_local(wanted, home) else home + FIRST_PAGES[member.role]
    return keep_cookie(make_response(redirect(target, 303)), STAFF_COOKIE, secret)


def is_local(target: str, home: str) -> bool:
    """A page of this centre; browsers read backslashes and control characters in their own ways."""
    return target.startswith(home) and target.isprintable() and "\\" not in target


def _present_secret() -> str | None:
    return request.cookies.get(cookie_name(STAFF_COOKIE))


# ── one's own account ─────────────────────────────────────────────────────────────────────────────────────────────


@blueprint.route("/<centre>/account", methods=["GET", "POST"])
@limits.on_failed
def account() -> ResponseReturnValue:
    if request.method == "GET":
        return _account_page()
    return _step(_ACCOUNT_STEPS)()


def _account_page(
    password_form: PasswordForm | None = None, new_token: str | None = None, code: int = 200
) -> ResponseReturnValue:
    """`new_token` is shown this once."""
    api_allowed, tokens = service.api_access(g.staff.centre_id, g.staff.id)
    page = render_template(
        "staff/account.html", language_form=LanguageForm(formdata=None, language=g.staff.language),
        password_form=password_form or PasswordForm(formdata=None), api_allowed=api_allowed, tokens=tokens,
        new_token=new_token, saved=request.args.get("saved"),
    )  # fmt: skip
    return page, code


def _set_language() -> ResponseReturnValue:
    service.set_language(g.staff.centre_id, g.staff.id, request.form.get("language", ""), now=clock.now())
    return _account_saved("language")


def _change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate():
        return _account_page(form, code=422)
    try:
        secret = service.change_password(
            g.staff.centre_id, g.staff.id, old=form.old.data or "", new=form.password.data or "", now=clock.now()
        )
    except WrongCredentials as refusal:
        form.refuse(Invalid("old", "password-wrong"), str(_("This is not your current password.")))
        return _account_page(form, code=status(refusal))
    except Invalid as refusal:
        form.refuse(refusal, sentence(refusal))
        return _account_page(form, code=status(refusal))
    return keep_cookie(_account_saved("password"), STAFF_COOKIE, secret)


def _issue_token() -> ResponseReturnValue:
    return _account_page(new_token=service.issue_token(g.staff.centre_id, g.staff.id, now=clock.now()))


def _revoke_tokens() -> ResponseReturnValue:
    service.revoke_tokens(g.staff.centre_id, g.staff.id, now=clock.now())
    return _account_saved("tokens")


def _account_saved(what: str) -> Response:
    return make_response(redirect(url_for(".account", saved=what), 303))


_ACCOUNT_STEPS = {
    "language": _set_language, "password": _change_password, "token": _issue_token, "revoke": _revoke_tokens,
}  # fmt: skip


# ── the accounts of the centre ────────────────────────────────────────────────────────────────────────────────────


@blueprint.route("/<centre>/team", methods=["GET", "POST"])
def team() -> ResponseReturnValue:
    if request.method == "GET":
        return _team_page()
    staff_id = request.form.get("staff_id", 0, type=int)
    if not 0 < staff_id <= LARGEST_ID:
        raise NotFound
    return _step(_TEAM_STEPS)(staff_id)


def _team_page(
    *, form: DatesForm | None = None, of: int | None = None, link: str | None = None, opened: tuple[Gap, ...] = (),
    outside: int | None = None, code: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    """`of`: the account whose dates are being corrected (`form`), for whom the new `link` is, shown this once, or whose
    new dates have `opened` these gaps."""
    rows = team_service.team(g.staff.centre_id, by=g.staff.id, now=clock.now())
    gaps = [strips.gap_words(gap, presence.min_present(g.centre.id)) for gap in opened[:MOST_GAPS]]
    page = render_template(
        "staff/team.html", team=rows, form=form, of=of, link=link, gaps=gaps, more_gaps=len(opened) - len(gaps),
        saved=str(of) if opened else request.args.get("saved"),
        outside=outside or request.args.get("outside", type=int),
    )  # fmt: skip
    return page, code


def _new_link(staff_id: int) -> ResponseReturnValue:
    token = team_service.new_link(g.staff.centre_id, staff_id, by=g.staff.id, now=clock.now())
    here = config().public_url or request.host_url.rstrip("/")
    return _team_page(of=staff_id, link=here + url_for(".link", token=token))


def _end_sessions(staff_id: int) -> ResponseReturnValue:
    team_service.end_sessions(g.staff.centre_id, staff_id, by=g.staff.id, now=clock.now())
    return _team_saved(staff_id)


def _allow_api(staff_id: int) -> ResponseReturnValue:
    team_service.allow_api(g.staff.centre_id, staff_id, True, by=g.staff.id, now=clock.now())
    return _team_saved(staff_id)


def _forbid_api(staff_id: int) -> ResponseReturnValue:
    team_service.allow_api(g.staff.centre_id, staff_id, False, by=g.staff.id, now=clock.now())
    return _team_saved(staff_id)


def _set_dates(staff_id: int) -> ResponseReturnValue:
    form = DatesForm()
    if not form.validate():
        for name in form.errors:
            form[name].errors = [sentence(Invalid(name, "birthday-unreadable"))]
        return _team_page(form=form, of=staff_id, code=422)
    try:
        saved = team_service.set_dates(
            g.staff.centre_id, staff_id, secret_since=form.secret_since.data, last_day=form.last_day.data,
            by=g.staff.id, now=clock.now(),
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(refusal, sentence(refusal))
        return _team_page(form=form, of=staff_id, code=status(refusal))
    if saved.opened:  # named on this page alone: the roster shows those of the next weeks
        return _team_page(of=staff_id, opened=saved.opened, outside=len(saved.outside))
    return _team_saved(staff_id, outside=len(saved.outside))


def _team_saved(staff_id: int, outside: int = 0) -> ResponseReturnValue:
    """`outside`: so many appointments have no place any more."""
    return redirect(url_for(".team", saved=staff_id, outside=outside or None), 303)


_TEAM_STEPS = {
    "link": _new_link, "sessions": _end_sessions, "allow-api": _allow_api, "forbid-api": _forbid_api,
    "dates": _set_dates,
}  # fmt: skip

Step = TypeVar("Step")


def _step(steps: dict[str, Step]) -> Step:
    """What the pressed button asks for."""
    found = steps.get(request.form.get("step", ""))
    if found is None:
        raise NotFound
    return found
