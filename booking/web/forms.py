"""Forms by WTForms. What was typed stays in the form whatever is wrong with it."""

import secrets
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from booking.domain.errors import Invalid

KEY_LENGTH = 64
TOO_LONG = _("This is too long.")
MISSING = _("Please fill this in.")


class Form(FlaskForm):
    """Errors are sentences of ours; a refusal of a field stands beside that field.

    Read from text fields alone: left to itself, the library would take uploaded files and JSON for what was typed.
    """

    def __init__(self, formdata: Any = ..., **values: Any) -> None:
        if formdata is ...:
            formdata = request.form if request.method == "POST" else None
        super().__init__(formdata=formdata, **values)

    def refuse(self, refusal: Invalid, sentence: str) -> bool:
        """Put a refusal at its field; False if the form has no such field."""
        field = self._fields.get(refusal.field)
        if field is None:
            return False
        field.errors = [*field.errors, sentence]
        return True


class KeyedForm(Form):
    """A second click, a reload or a resend carries the same key and does nothing twice."""

    key = HiddenField(validators=[Length(max=KEY_LENGTH)], default=lambda: secrets.token_urlsafe(16))

    @property
    def form_key(self) -> str:
        return str(self.key.data or "") or secrets.token_urlsafe(16)


class DetailsForm(KeyedForm):
    name = StringField(_("What shall we call you?"), validators=[Optional(), Length(max=200, message=TOO_LONG)])
    phone = TelField(_("Your phone number"), validators=[Optional(), Length(max=60, message=TOO_LONG)])
    reminders = BooleanField(_("Yes, send me reminders by SMS."))
    match = BooleanField(_("Yes, look whether I already have an appointment here."))


class WaitForm(KeyedForm):
    """`last_day`: as 2027-03-31, one of those the page shows."""

    name = StringField(_("What shall we call you?"), validators=[Optional(), Length(max=200, message=TOO_LONG)])
    phone = TelField(_("Your phone number"), validators=[Optional(), Length(max=60, message=TOO_LONG)])
    reminders = BooleanField(_("Yes, tell me by SMS."))
    last_day = StringField(_("Until when shall we look?"), validators=[Length(max=20, message=TOO_LONG)])


class PhoneForm(Form):
    phone = TelField(_("Your phone number"), validators=[Optional(), Length(max=60, message=TOO_LONG)])


class FindForm(Form):
    code = StringField(
        _("Your code, eight digits"), validators=[InputRequired(MISSING), Length(max=20, message=TOO_LONG)]
    )
    last4 = StringField(
        _("The last four digits of your phone number"),
        validators=[InputRequired(MISSING), Length(max=10, message=TOO_LONG)],
    )


class AgeForm(Form):
    """Sent by POST: the birthday stands in no address. Its answer changes nothing, so it needs no token of its own."""

    class Meta:
        csrf = (
            False  # a token would bring a cookie to who only looks; where something is written, the page asks for one
        )

    age = StringField()
    birthday = StringField(_("The day of the birthday"), validators=[Length(max=20, message=TOO_LONG)])


class TicketForm(KeyedForm):
    language = SelectField(_("Language"), validate_choice=False)
    programme = SelectField(_("For"), validate_choice=False)
    kind = SelectField(validate_choice=False)
    needs = SelectMultipleField(validate_choice=False)
    deadline = BooleanField()
    all_the_same = BooleanField()


class HereForm(Form):
    """A time that cannot be read counts as none: the break is said all the same."""

    state = StringField()
    until = TimeField(validators=[Optional()])


class SearchForm(Form):
    q = StringField(_("Code, time or name"), validators=[Length(max=80, message=TOO_LONG)])


class ArrivalForm(Form):
    appointment = IntegerField(validators=[InputRequired(MISSING)])


class KioskForm(KeyedForm):
    need = StringField(validators=[Length(max=20, message=TOO_LONG)])


class ArriveForm(Form):
    """The digits, or a link that a scanner types."""

    code = StringField(
        _("Your code, eight digits"), validators=[InputRequired(MISSING), Length(max=300, message=TOO_LONG)]
    )


class PairForm(Form):
    code = StringField(
        _("The six digits on the screen"), validators=[InputRequired(MISSING), Length(max=12, message=TOO_LONG)]
    )
    name = StringField(_("Where it hangs"), validators=[InputRequired(MISSING), Length(max=60, message=TOO_LONG)])
