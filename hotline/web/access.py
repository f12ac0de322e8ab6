"""Who comes in: every route is closed unless it stands in PUBLIC_ROUTES (门禁)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user

from hotline.domain.errors import NotAllowed
from hotline.domain.identity import CITIZEN, Actor
from hotline.domain.permissions import Wing, may_enter
from hotline.services import staffing

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as BaseResponse

    from hotline.domain.terms import Role
    from hotline.services.house import House

PUBLIC_ROUTES = frozenset(
    {
        "static",
        "openapi.spec",
        "health.healthz",
        "health.readyz",
        "health.metrics",
        "health.docs",
        "sign_in.form",
        "sign_in.enter",
        "sign_in.leave",
    }
)
"""Endpoints open to everybody; whole blueprints open by nature stand in PUBLIC_WINGS."""
PUBLIC_WINGS = frozenset({"citizen", "hooks"})
"""Citizens need no account (design 3.3); webhooks prove themselves by signature or token."""
STAFF_API = "v1_staff"
"""Blueprint name part of API endpoints that need a bearer token; v1 itself is the citizens'."""

login = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The staff member of this session, as Flask-Login wants it."""

    def __init__(self, actor: Actor, unit: str | None) -> None:
        self.actor = actor
        self.unit = unit

    def get_id(self) -> str:
        """Give the id that goes into the signed session cookie."""
        return str(self.actor.staff_id)


@login.user_loader  # type: ignore[untyped-decorator]
def _load(staff_id: str) -> SignedIn | None:
    staff = staffing.staff_by_id(int(staff_id)) if staff_id.isdigit() else None
    if staff is None:
        return None
    unit = staff.department.short_name if staff.department else None
    return SignedIn(staffing.actor_of(staff), unit)


def init_app(app: Flask) -> None:
    """Close the house by default."""
    login.init_app(app)
    app.before_request(_guard)


def house() -> House:
    """The tools of this application."""
    return cast("House", current_app.extensions["hotline"])


def now() -> datetime:
    """The clock of the web door; below it time is a parameter."""
    return house().settings.pace.at(datetime.now(UTC))


def _guard() -> BaseResponse | None:
    endpoint = request.endpoint or ""
    wing = endpoint.split(".", 1)[0]
    if not endpoint or endpoint in PUBLIC_ROUTES or wing in PUBLIC_WINGS:
        return None
    if wing == "v1":
        _guard_api(endpoint)
        return None
    if not current_user.is_authenticated:
        if request.headers.get("HX-Request"):
            abort(401)
        flash("请先登录", "info")
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))
    if wing in set(Wing) and not may_enter(staff().role, Wing(wing)):
        raise NotAllowed(f"{staff().role.label}不能进入“{Wing(wing).label}”")
    return None


def _guard_api(endpoint: str) -> None:
    """Endpoints of the API that staff alone may use carry a bearer token (or a staff session)."""
    view = current_app.view_functions.get(endpoint)
    if getattr(view, "is_public", False):
        g.actor = CITIZEN
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        try:
            g.actor = staffing.actor_of_token(token.strip(), at=now())
        except NotAllowed:
            abort(401)
    elif current_user.is_authenticated and request.method in ("GET", "HEAD"):
        g.actor = staff()
    else:
        abort(401)


def staff() -> Actor:
    """The signed-in staff member; only behind a closed route."""
    return cast("Actor", current_user.actor)


def api_actor() -> Actor:
    """Who calls the API: the token's role, or the citizen."""
    return cast("Actor", g.actor)


def citizen_id() -> int | None:
    """The citizen who signed in by one-time code, if any."""
    value = session.get("citizen_id")
    return int(value) if isinstance(value, int) else None


def sign_in_citizen(citizen: int) -> None:
    """Remember the citizen in a fresh session (no fixation)."""
    session.clear()
    session["citizen_id"] = citizen


def is_role(*roles: Role) -> bool:
    """Whether somebody with one of these roles is signed in."""
    return bool(current_user.is_authenticated) and staff().role in roles


def problem_wanted() -> bool:
    """Whether the caller reads JSON problems rather than pages."""
    return request.path.startswith(("/api/", "/hooks/cti"))


Answer = Response | str
