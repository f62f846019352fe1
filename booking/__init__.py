"""Anlaufstelle: appointments and walk-in queue for the reception desk of a migration counselling centre."""

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from booking.config import ROOT, Config, from_environment
from booking.store.db import db, on_commit, prepare_engine

migrate = Migrate()


def create_app(config: Config | None = None) -> Flask:
    """The application: config, database, sockets, words and doors. No rules, no routes."""
    from booking.web import sockets, wiring  # here, so that the lower floors load without the web

    config = config or from_environment()
    app = Flask("booking", root_path=str(ROOT), template_folder="templates", static_folder="static")
    _configure(app, config)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "booking/store/migrations"), render_as_batch=True)
    publish = sockets.init(app, config)
    with app.app_context():
        prepare_engine(db.engine)
        on_commit(publish)
    wiring.wire(app, config)
    if config.proxies:  # outermost, so that sockets, too, see the true scheme and host
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    return app


def _configure(app: Flask, config: Config) -> None:
    app.extensions["config"] = config
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        TESTING=config.testing,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, and our own Referrer-Policy tells browsers to send none
        MAX_CONTENT_LENGTH=64 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_NAME="__Host-form" if config.secure_cookies else "form",
    )
