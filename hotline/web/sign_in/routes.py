"""The sign-in page: check the password, renew the session, lead people to their desk (登录页)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user

from hotline.domain.errors import NotAllowed, TooMany
from hotline.domain.permissions import HOME, Wing, may_enter
from hotline.services import staffing
from hotline.web import limits
from hotline.web.access import SignedIn, house, now, staff
from hotline.web.sign_in import demo, sign_in

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from hotline.domain.terms import Role

SIGNED_IN = 303
WRONG = 422
LOCKED = 429


def _has_failed(response: Response) -> bool:
    """Only failures count against the limit: a whole office signs in from one address."""
    return response.status_code != SIGNED_IN


@sign_in.get("/login")
def form() -> BaseResponse | str:
    """Show the form; who is signed in already goes straight to the desk."""
    if current_user.is_authenticated:
        return redirect(_way(staff().role), SIGNED_IN)
    return _page()


@sign_in.post("/login")
@limits.limiter.limit(limits.SIGN_INS, deduct_when=_has_failed)
def enter() -> BaseResponse | tuple[str, int]:
    """Check login and password; right ones get a fresh session, so that none can be fixed."""
    login = "".join(sign for sign in request.form.get("login", "") if sign.isprintable()).strip()
    try:
        member = staffing.sign_in(login, request.form.get("password", ""), at=now())
    except NotAllowed as error:
        return _page(login, error.message), WRONG
    except TooMany as error:
        return _page(login, error.message), LOCKED
    session.clear()
    unit = member.department.short_name if member.department else None
    login_user(SignedIn(staffing.actor_of(member), unit))
    return redirect(_way(member.role), SIGNED_IN)


@sign_in.post("/logout")
def leave() -> BaseResponse:
    """Sign out and forget everything this session knew."""
    logout_user()
    session.clear()
    flash("您已退出登录", "success")
    return redirect(url_for("sign_in.form"), SIGNED_IN)


def _page(login: str = "", error: str | None = None) -> str:
    return render_template(
        "sign_in/form.html",
        login=login,
        error=error,
        next=request.values.get("next", ""),
        accounts=demo.ACCOUNTS if house().settings.is_demo else (),
    )


def _way(role: Role) -> str:
    """Choose the page asked for if it is ours and open to the role, else the desk."""
    target = request.values.get("next", "")
    return target if is_own_path(target) and _is_open(target, role) else HOME[role]


def is_own_path(target: str) -> bool:
    """Whether an address stays in this house: a plain path, no other host, no trick signs."""
    return (
        target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and target.isprintable()
    )


def _is_open(target: str, role: Role) -> bool:
    first = urlsplit(target).path.split("/")[1]
    if first in ("", "login", "logout"):
        return False
    return first not in set(Wing) or may_enter(role, Wing(first))
