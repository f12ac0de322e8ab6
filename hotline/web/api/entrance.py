"""How a citizen shows that a ticket is theirs: query code or rating link, no account (凭码办理)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from hotline.domain.errors import NotFound
from hotline.queries import progress
from hotline.services import callbacks
from hotline.web.fields import Strict, Text
from hotline.web.limits import GUESSES, limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from hotline.models import Ticket

WRONG = "没有找到这张工单，请核对工单编号和查询码"
NOT_FOUND = 404
V = TypeVar("V", bound="Callable[..., object]")


class Entrance(Strict):
    """What every citizen's body begins with; one of the two is enough."""

    query_code = Text(
        longest=64, load_default="", metadata={"description": "查询码，受理时告知；与 token 二选一"}
    )
    token = Text(
        longest=64,
        load_default="",
        metadata={"description": "评价短信链接中的签名；与查询码二选一"},
    )


def public(view: V) -> V:
    """Open an endpoint to everybody; without this word the API is closed (see ``access``)."""
    vars(view)["is_public"] = True  # read by the guard
    return view


def _failed(response: Response) -> bool:
    return response.status_code == NOT_FOUND


def guarded(view: V) -> V:
    """Count wrong guesses per address, right answers are free; too many give 429."""
    limit = limiter.shared_limit(GUESSES, scope="query_code", deduct_when=_failed)
    return cast("V", limit(view))


def ticket_of(ticket_no: str, *, query_code: str, token: str = "") -> Ticket:
    """The ticket, when the code or the link fits; else the one NotFound for every mistake."""
    if not (ticket_no.isprintable() and query_code.isprintable() and token.isprintable()):
        raise NotFound(WRONG)
    if not token:
        return progress.by_code(ticket_no, query_code)
    try:
        ticket = callbacks.ticket_of_link(token)
    except NotFound:
        raise NotFound(WRONG) from None
    if ticket.ticket_no != ticket_no:
        raise NotFound(WRONG)
    return ticket
