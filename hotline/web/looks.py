"""What every page needs: menu, user, times as people read them (页面公共部分)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import get_flashed_messages, request, url_for
from flask_login import current_user

from hotline.domain.permissions import Wing, wings_of
from hotline.queries import outages
from hotline.services.intake import LOCAL
from hotline.web.access import now, staff

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from hotline.config import Settings
    from hotline.models import Outage

ICONS = {
    Wing.AGENT: "headset",
    Wing.DISPATCH: "list-check",
    Wing.DEPARTMENT: "building-community",
    Wing.CALLBACK: "phone-call",
    Wing.SUPERVISION: "gavel",
    Wing.ADMIN: "settings",
}
TOLD_OF_OUTAGES = (Wing.SUPERVISION, Wing.DEPARTMENT, Wing.DISPATCH)
REFRESH, REFRESH_FAST = 20, 2
"""Seconds between two looks of a page that renews itself; fast where the clock runs faster."""
SEARCHES = (Wing.AGENT, Wing.DISPATCH, Wing.DEPARTMENT, Wing.CALLBACK, Wing.SUPERVISION)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the menu."""

    href: str
    label: str
    icon: str
    active: bool
    count: int | None = None


def init_app(app: Flask, settings: Settings) -> None:
    """Give templates their globals and filters."""
    app.jinja_env.globals.update(url_for=url_for, get_flashed_messages=get_flashed_messages)
    app.jinja_env.filters.update(local=local, day=day)
    app.context_processor(lambda: _context(settings))
    stamp = _stamp(Path(str(app.static_folder)))

    @app.url_defaults
    def renew(endpoint: str, values: dict[str, Any]) -> None:
        """Give static files an address of their own per version: caches may keep them for long."""
        if endpoint == "static" and "filename" in values:
            values.setdefault("v", stamp)


def _stamp(folder: Path) -> str:
    """A word that changes when any page file of ours changes."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("css/*"), *folder.glob("js/*"), *folder.glob("img/*")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def local(moment: datetime | None, blank: str = "—") -> str:
    """2026-09-30 10:00 in local time."""
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}" if moment else blank


def day(moment: datetime | None, blank: str = "—") -> str:
    """09-30 10:00 for narrow columns."""
    return f"{moment.astimezone(LOCAL):%m-%d %H:%M}" if moment else blank


def _context(settings: Settings) -> dict[str, Any]:
    common: dict[str, Any] = {
        "demo": settings.is_demo,
        "city_name": "示范市",
        "refresh_seconds": refresh_seconds(settings),
    }
    is_citizen_page = request.blueprint == "citizen"  # staff who look there see what citizens see
    if current_user and current_user.is_authenticated and not is_citizen_page:
        return {**common, **_staff_context()}
    return {**common, "nav": _citizen_menu(), "staff_url": "/login", "privacy_url": "/privacy"}


def refresh_seconds(settings: Settings) -> int:
    """How often a live list asks anew: 20 s, or 2 s in a time lapse (settings.pace)."""
    pace = getattr(settings, "pace", None)
    return REFRESH_FAST if getattr(pace, "speed", 1) > 1 else REFRESH


def outage_lines() -> list[str]:
    """Say when the system was away lately, to those whose clocks it concerns (story 12)."""
    wing = (request.blueprint or "").split(".")[0]
    if wing not in TOLD_OF_OUTAGES or request.headers.get("HX-Request"):
        return []
    return [
        f"系统于 {day(row.began_at)} 至 {day(row.ended_at)} 停止运行，" + _made_up_for(row)
        for row in outages.recent(at=now())
    ]


def _made_up_for(row: Outage) -> str:
    if row.digested_at is None:
        return "期间到期的节点正在补记"
    return f"{row.late} 个节点已按原定时间补记" if row.late else "期间没有节点到期"


def _citizen_menu() -> list[MenuItem]:
    path = request.path
    return [
        MenuItem("/", "我要反映", "pencil-plus", path == "/"),
        MenuItem("/progress", "查进度", "search", path.startswith("/progress")),
        MenuItem("/my", "我的诉求", "user", path.startswith("/my")),
    ]


def _staff_context() -> dict[str, Any]:
    actor = staff()
    wings = wings_of(actor.role)
    nav = [
        MenuItem(f"/{w.value}", w.label, ICONS[w], request.path.startswith(f"/{w.value}"))
        for w in wings
    ]
    user = {
        "name": actor.name,
        "role_label": actor.role.label,
        "department_name": current_user.unit,
    }
    first = next((w for w in wings if w in SEARCHES), None)
    return {
        "nav": nav,
        "user": user,
        "sign_out_url": "/logout",
        "search_url": f"/{first.value}" if first else None,
        "search_text": request.args.get("q", ""),
        "home_url": nav[0].href if nav else "/",
        "outages": outage_lines(),
    }
