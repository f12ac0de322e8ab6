"""The door for people: pages, API and webhooks; every URL prefix stands here (网页)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_compress import Compress

from hotline.web import access, errors, limits, looks, security
from hotline.web.admin import admin
from hotline.web.agent import agent
from hotline.web.api import v1
from hotline.web.callback import callback
from hotline.web.citizen import citizen
from hotline.web.department import department
from hotline.web.dispatch import dispatch
from hotline.web.health import health
from hotline.web.hooks import hooks
from hotline.web.sign_in import sign_in
from hotline.web.supervision import supervision
from hotline.web.tickets import tickets

if TYPE_CHECKING:
    from apiflask import APIFlask

    from hotline.services.house import House


def init_app(app: APIFlask, house: House) -> None:
    """Register everything that answers HTTP."""
    app.config.update(
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/javascript",
            "application/json",
            "application/problem+json",
            "image/svg+xml",
        ],
        COMPRESS_STREAMS=True,
    )
    Compress(app)
    security.init_app(app, house.settings)
    limits.init_app(app, house.settings)
    access.init_app(app)
    looks.init_app(app, house.settings)
    errors.init_app(app)
    app.register_blueprint(citizen)
    app.register_blueprint(sign_in)
    app.register_blueprint(agent, url_prefix="/agent")
    app.register_blueprint(dispatch, url_prefix="/dispatch")
    app.register_blueprint(department, url_prefix="/department")
    app.register_blueprint(callback, url_prefix="/callback")
    app.register_blueprint(supervision, url_prefix="/supervision")
    app.register_blueprint(admin, url_prefix="/admin")
    app.register_blueprint(tickets, url_prefix="/tickets")
    app.register_blueprint(v1, url_prefix="/api/v1")
    app.register_blueprint(hooks, url_prefix="/hooks")
    app.register_blueprint(health)
