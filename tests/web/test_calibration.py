"""The lead's page about the waiting times."""

from tests.web.visiting import LEAD, read, signed_in


def test_the_figures_lead_to_it_and_an_unknown_period_is_refused(app, house):
    lead = signed_in(app, LEAD)
    assert lead.get(read(lead.get("/ludwigsburg/reports")).link("/ludwigsburg/reports/waiting")).status_code == 200
    assert lead.get("/ludwigsburg/reports/waiting?period=never").status_code == 422
