"""The citizen's last word: rating by one tap from the SMS link, or on the progress page (评价)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import SATISFACTION, Channel, Resolved
from hotline.queries import answers, progress
from hotline.services import callbacks
from hotline.web.access import now
from hotline.web.citizen import citizen, keys, words
from hotline.web.security import csrf

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from hotline.models import Ticket

HAPPY = 4
UNHAPPY = 2


@citizen.get("/r/<token>")
def link(token: str) -> str:
    """Show the result and five big buttons; once rated, thanks and what follows."""
    ticket = _ticket(token)
    seen = progress.progress(ticket, at=now())
    return render_template(
        "citizen/rate.html",
        p=seen,
        token=token,
        state=words.state(seen),
        rating=answers.last_rating(ticket),
        grades=SATISFACTION,
    )


@citizen.post("/r/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
def rate_by_link(token: str) -> BaseResponse:
    """Take the rating. The link itself is the secret, so a browser without cookies may rate too."""
    ticket = _ticket(token)
    _rate(ticket.id)
    return redirect(url_for("citizen.link", token=token), 303)


@citizen.post("/progress/<ticket_no>/rating")
def rate(ticket_no: str) -> BaseResponse:
    """Take the rating of a ticket this browser may open."""
    ticket = keys.opened(ticket_no)
    if ticket is None:
        flash("请输入查询码后评价", "info")
        return redirect(url_for("citizen.find", ticket_no=ticket_no), 303)
    if _rate(ticket.id):
        flash("感谢您的评价", "success")
    return redirect(url_for("citizen.follow", ticket_no=ticket_no), 303)


def _ticket(token: str) -> Ticket:
    """Find the ticket of a link; NUL and the like never reach the database."""
    return callbacks.ticket_of_link(token if token.isprintable() else "")


def _rate(ticket_id: int) -> bool:
    """Rate and say whether it counted; a second word or a wrong one is answered kindly."""
    try:
        callbacks.rate(ticket_id, _verdict(), CITIZEN, at=now())
    except (Conflict, NotAllowed) as error:
        flash(error.message, "info")
    except Invalid as error:
        flash(error.message, "error")
    else:
        return True
    return False


def _verdict() -> callbacks.Verdict:
    form = request.form
    grade = form.get("satisfaction", "")
    satisfaction = int(grade) if grade in {str(known) for known in SATISFACTION} else 0
    return callbacks.Verdict(
        satisfaction=satisfaction,
        resolved=_resolved(form.get("resolved", ""), satisfaction),
        comment=form.get("comment", ""),
        channel=Channel.WEB,
    )


def _resolved(said: str, satisfaction: int) -> Resolved:
    """Take what was said; where nothing was, one tap must do: the grade speaks for it."""
    if said in set(Resolved):
        return Resolved(said)
    if satisfaction >= HAPPY:
        return Resolved.YES
    return Resolved.NO if satisfaction <= UNHAPPY else Resolved.PARTLY
