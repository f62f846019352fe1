"""The description in a centre's file."""

from booking.domain.centres import BadCentre, Description, Mistake, describe, dotted
from booking.gateways import centre_files


def described(text: str) -> Description:
    """Refusal: BadCentre, with every mistake by its line."""
    document = centre_files.parse(text)
    found, problems = describe(document.data, centre_files.known_region)
    if found is None:
        mistakes = [Mistake(document.line(p.path), dotted(p.path), p.kind, p.values) for p in problems]
        raise BadCentre(sorted(mistakes, key=lambda mistake: mistake[:3]))
    return found
