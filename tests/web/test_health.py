"""Is it alive, and could a day be run with it?"""

from booking import clock, create_app
from booking.config import Config
from booking.store import models as m
from booking.store.db import transaction
from booking.web.health import health
from tests.conftest import SECRET


def test_liveness_needs_no_database(monkeypatch):
    app = create_app(Config(secret_key=SECRET, database_url="sqlite:////nowhere/x.db", testing=True))
    assert health.name in app.blueprints
    answer = app.test_client().get("/livez")
    assert (answer.status_code, answer.json) == (200, {"alive": True})
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, False)


def test_readiness_needs_a_worker(app, client):
    assert client.get("/readyz").status_code == 503
    with app.app_context(), transaction(0) as session:
        session.add(m.Lease(name="messages", holder="a", until=clock.now(), last_run=clock.now()))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["schema"]) == (200, True, True)
