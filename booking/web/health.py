"""For whoever watches: does the process live, and could a day be run with it? Says nothing else."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from booking import clock
from booking.services import installation

health = Blueprint("health", __name__)


@health.get("/livez")
def livez() -> ResponseReturnValue:
    """Without the database: it being away is no reason to kill the process."""
    return jsonify(alive=True)


@health.get("/readyz")
def readyz() -> ResponseReturnValue:
    """503 while the database is away, has other tables, or the worker was silent for three minutes (F21)."""
    found = installation.readiness(now=clock.now())
    body = jsonify(
        ready=found.ready, database=found.database, schema=found.schema, seconds_since_worker=found.worker_seconds
    )
    return body, 200 if found.ready else 503
