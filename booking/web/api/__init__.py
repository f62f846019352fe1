"""The JSON door at /api/v1: the same services, no logic of its own, described by OpenAPI 3.1 made from this code."""

from booking.web.api.counselling import blueprint as counselling
from booking.web.api.described import describe
from booking.web.api.public import blueprint as public
from booking.web.api.reception import blueprint as reception

__all__ = ["counselling", "describe", "public", "reception"]
