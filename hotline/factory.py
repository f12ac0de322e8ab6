"""Puts the house together, in order; a table of contents and nothing else (装配)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from apiflask import APIFlask

from hotline import cli, db, jobs, logs, web
from hotline.queries import office
from hotline.services.house import House
from hotline.services.shelf import Shelf
from integrations import FileSms, PlatformClient, TwilioSms, UnsetSms

if TYPE_CHECKING:
    from hotline.config import Settings
    from integrations import Sms

WEB = Path(__file__).parent / "web"


def build(settings: Settings, *, sms: Sms | None = None, is_sync: bool = False) -> APIFlask:
    """Build one application; ``sms`` and ``is_sync`` are for tests: watch messages, run inline."""
    app = APIFlask(
        "hotline",
        title="示范市 12345 政务服务便民热线 API",
        version="1.0",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        template_folder=str(WEB / "templates"),
        static_folder=str(WEB / "static"),
    )
    app.config["SECRET_KEY"] = settings.secret_key
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider
    logs.init(settings)
    db.init_app(app, settings)
    office.open_with(settings.profile)
    house = House(
        settings=settings,
        shelf=Shelf(settings.models),
        sms=sms or _sms(settings),
        platform=_platform(settings),
    )
    app.extensions["hotline"] = house
    jobs.init_app(app, settings.redis_url, is_sync=is_sync)
    db.after_commit(jobs.relay)
    web.init_app(app, house)
    cli.init_app(app)
    return app


def _sms(settings: Settings) -> Sms:
    if settings.twilio_account_sid:
        return TwilioSms(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_number,
            api_base=settings.twilio_api_base or None,
        )
    if not settings.is_demo:
        return UnsetSms()
    return FileSms(settings.data_dir / "sms.log")


def _platform(settings: Settings) -> PlatformClient | None:
    if not settings.platform_url:
        return None
    return PlatformClient(settings.platform_url, settings.platform_app_id, settings.platform_secret)
