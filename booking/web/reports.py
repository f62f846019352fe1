"""Figures for the lead: a page to read and print, and the same as a file for a spreadsheet. No person in either."""

import csv
import io
from collections.abc import Iterable

from flask import Blueprint, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking import clock
from booking.domain.errors import Invalid
from booking.services import reports as service
from booking.services.reports import Figures, Report, Taps
from booking.web.errors import sentence, status

blueprint = Blueprint("reports", __name__)
HIDDEN = "*"


@blueprint.get("/<centre>/reports")
def page() -> ResponseReturnValue:
    try:
        return _page(_report(request.args.get("period")))
    except Invalid as refusal:
        return _page(_report(None), refusal=sentence(refusal)), status(refusal)


@blueprint.get("/<centre>/reports.csv")
def table() -> ResponseReturnValue:
    report = _report(request.args.get("period"))
    answer: Response = make_response(_csv(report))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{g.centre.slug}-{report.period.name}.csv"'
    return answer


def _report(period: str | None) -> Report:
    return service.report(g.centre.id, period or None, now=clock.now())


def _page(report: Report, refusal: str | None = None) -> str:
    return render_template("reports/reports.html", report=report, hidden=HIDDEN, refusal=refusal)


def _csv(report: Report) -> str:
    """With the separator that spreadsheets here expect, and the mark by which they know the letters."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_("Period"), _("Figure"), _("Of"), _("Number")])
    for figure, of, number in (*_lines(report.figures), *_tapped(report.taps)):
        writer.writerow([report.period.name, figure, of, HIDDEN if number is None else number])
    return "\ufeff" + text.getvalue()


def _lines(found: Figures) -> Iterable[tuple[str, str, int | None]]:
    yield "seen", "", found.seen
    for name in ("by_kind", "by_programme", "by_language", "appointments", "endings", "referrals"):
        for cell in getattr(found, name):
            yield name, cell.key or "unknown", cell.number
    for waits in found.waits:
        for name, number in zip(waits._fields[1:], waits[1:], strict=True):
            yield f"wait_{name}", waits.kind, number
    yield "missed_percent", "", found.missed_percent


def _tapped(found: Taps) -> Iterable[tuple[str, str, int | None]]:
    yield "tapped_talks", "", found.talks
    yield "tapped_people", "", found.people
    for name in ("topics", "visits", "areas", "languages", "interpreters"):
        for cell in getattr(found, name):
            yield f"tapped_{name}", cell.key or "unknown", cell.number
