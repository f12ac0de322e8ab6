"""A citizen's own list after signing in by one-time code, and the demo's message box (我的诉求)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import abort, flash, redirect, render_template, request, session, url_for

from hotline.domain.errors import HotlineError, Invalid, NotAllowed, TooMany
from hotline.queries import message_box, worklists
from hotline.services import outbox, staffing
from hotline.web import limits
from hotline.web.access import citizen_id, house, now, sign_in_citizen
from hotline.web.citizen import citizen
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

Page = tuple[str, int] | str
_LINK = re.compile(r"https?://[^\s，。；、]+")
_CODE = re.compile(r"验证码是(\d{6})")


@dataclass(frozen=True, slots=True)
class BoxLine:
    """One message of the demo box: its text, its code, and its link as a path of this house."""

    at_text: str
    to: str
    body: str
    code: str
    path: str


@citizen.get("/my")
def my() -> BaseResponse | str:
    """List the citizen's tickets, newest first."""
    owner = citizen_id()
    if owner is None:
        return redirect(url_for("citizen.sign_in"), 303)
    scope = worklists.Scope(citizen_id=owner)
    page = worklists.page(scope, at=now(), cursor=request.args.get("cursor"))
    return render_template("citizen/my.html", page=page, is_first="cursor" not in request.args)


@citizen.get("/my/sign-in")
def sign_in() -> BaseResponse | str:
    """Ask for the phone number."""
    if citizen_id() is not None:
        return redirect(url_for("citizen.my"), 303)
    return _sign_in_page()


@citizen.get("/my/code")
def code_again() -> BaseResponse:
    """Somebody reloaded the page of the code; begin anew."""
    return redirect(url_for("citizen.sign_in"), 303)


@citizen.post("/my/code")
@limits.limiter.limit(limits.CODES)
def send_code() -> Page:
    """Send a one-time code; whether the number is known is not told."""
    phone = request.form.get("phone", "")
    try:
        message_id = staffing.send_code(phone, at=now())
    except Invalid as error:
        return _sign_in_page(phone, error_of_phone=error.message), 422
    except TooMany as error:  # an earlier code may still be good, so its field stays
        return _sign_in_page(phone, is_sent=True, error_of_phone=error.message), 429
    here = house()
    outbox.deliver(message_id, here.sms, here.platform, at=now())
    return _sign_in_page(phone, is_sent=True)


@citizen.post("/my/sign-in")
@limits.limiter.limit(limits.CODES)
def enter() -> BaseResponse | Page:
    """Check the code and open the citizen's own list in a fresh session."""
    phone, code = request.form.get("phone", ""), request.form.get("code", "")
    try:
        owner = staffing.citizen_by_code(phone, code, at=now())
    except HotlineError as error:
        if not isinstance(error, Invalid | NotAllowed | TooMany):
            raise
        status = 429 if isinstance(error, TooMany) else 422
        return _sign_in_page(phone, is_sent=True, error_of_code=error.message), status
    sign_in_citizen(owner)
    return redirect(url_for("citizen.my"), 303)


@citizen.post("/my/sign-out")
def leave() -> BaseResponse:
    """Forget who this browser belongs to, and every ticket it could open."""
    session.clear()
    flash("您已退出", "success")
    return redirect(url_for("citizen.sign_in"), 303)


@citizen.get("/demo/messages")
def messages() -> str:
    """Open the demo's message box: codes and rating links that a real phone would receive."""
    if not house().settings.is_demo:
        abort(404)
    return render_template(
        "citizen/messages.html", lines=[_line(sms) for sms in message_box.newest_sms()]
    )


def _line(sms: message_box.Sms) -> BoxLine:
    code, link = _CODE.search(sms.body), _LINK.search(sms.body)
    parts = urlsplit(link.group()) if link else None
    path = f"{parts.path}?{parts.query}".rstrip("?") if parts else ""
    return BoxLine(local(sms.at), sms.to, sms.body, code.group(1) if code else "", path)


def _sign_in_page(
    phone: str = "", *, is_sent: bool = False, error_of_phone: str = "", error_of_code: str = ""
) -> str:
    return render_template(
        "citizen/sign_in.html",
        phone=phone,
        is_sent=is_sent,
        error_of_phone=error_of_phone,
        error_of_code=error_of_code,
    )
