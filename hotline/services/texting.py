"""短信: a text message rates the ticket that waits for its citizen, or becomes a new ticket."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Channel, Resolved, Term
from hotline.models import IdempotencyKey, Rating, Ticket
from hotline.services import callbacks, calls, intake
from hotline.services.callbacks import Verdict

if TYPE_CHECKING:
    from datetime import datetime

_SPOKEN = {
    Resolved.NO: ("没有解决", "没解决", "未解决", "不解决"),
    Resolved.PARTLY: ("部分解决", "解决了一部分", "解决一部分", "部分"),
    Resolved.YES: ("已经解决", "已解决", "解决了", "解决"),
}
_RESOLVED = {words: resolved for resolved, spoken in _SPOKEN.items() for words in spoken}
_PAUSE = r"[\s,.、。;:!~-]*"
_RATING = re.compile(
    rf"(?:评价|评分|打分)?{_PAUSE}([1-5])(?:分|星)?{_PAUSE}({'|'.join(_RESOLVED)})?了?{_PAUSE}"
)
_UNDECIDED = 3


class Fate(Term):
    """What became of a text message."""

    RATED = "rated", "已评价"
    NOT_RATED = "not_rated", "不能评价"
    NOTHING_TO_RATE = "nothing_to_rate", "没有待评价的工单"
    FILED = "filed", "已登记"
    EMPTY = "empty", "没有文字"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """The fate of a message, the ticket it belongs to, and what to tell the citizen."""

    fate: Fate
    ticket_no: str = ""
    advice: str = ""
    reason: str = ""


def receive(message_sid: str, body: str, *, from_number: str, at: datetime) -> Taken:
    """Take one text message in; delivered again it changes nothing and is answered alike.

    1 to 5, alone or with 已解决/部分/没解决, is a rating and never a ticket; all else is a demand.
    """
    verdict = read_verdict(body)
    if verdict is None:
        return _file(message_sid, body, from_number, at)
    return _rate(message_sid, verdict, from_number, at)


def read_verdict(body: str) -> Verdict | None:
    """Understand a rating in figures of any width; None when the text says anything more.

    Without words the grade decides: 1 and 2 mean unsolved, 3 partly, 4 and 5 solved.
    """
    found = _RATING.fullmatch(unicodedata.normalize("NFKC", body).strip())
    if found is None:
        return None
    grade = int(found[1])
    meant = Resolved.PARTLY if grade == _UNDECIDED else Resolved.NO
    if grade > _UNDECIDED:
        meant = Resolved.YES
    return Verdict(
        satisfaction=grade,
        resolved=_RESOLVED.get(found[2] or "", meant),
        channel=Channel.SMS,
    )


def _file(message_sid: str, body: str, from_number: str, at: datetime) -> Taken:
    number = calls.callable_number(from_number)
    demand = intake.Demand(
        content=body, channel=Channel.SMS, phone=number, is_number_withheld=number is None
    )
    try:
        receipt = intake.register(demand, CITIZEN, at=at, key=f"sms:{message_sid}")
    except Invalid as error:
        return Taken(fate=Fate.EMPTY, reason="；".join(error.errors.values()))
    return Taken(fate=Fate.FILED, ticket_no=receipt.ticket_no, advice=receipt.advice)


def _rate(message_sid: str, verdict: Verdict, from_number: str, at: datetime) -> Taken:
    """Claim the ticket for this message first, so that a second delivery rates no other one."""
    claim = _claim(message_sid, from_number, at)
    if claim is None:
        return Taken(fate=Fate.NOTHING_TO_RATE)
    ticket, round_no = claim
    try:
        if not _is_rated(ticket.id, round_no):
            callbacks.rate(ticket.id, verdict, CITIZEN, at=at)
    except (Conflict, NotAllowed) as error:
        return Taken(fate=Fate.NOT_RATED, ticket_no=ticket.ticket_no, reason=error.message)
    return Taken(fate=Fate.RATED, ticket_no=ticket.ticket_no)


def _claim(message_sid: str, from_number: str, at: datetime) -> tuple[Ticket, int] | None:
    key = f"sms-rating:{message_sid}"
    known = _claimed(key)
    if known is not None:
        return known
    try:
        ticket = calls.ticket_to_rate(from_number)
    except Invalid:
        return None  # a number that cannot be has no ticket
    if ticket is None:
        return None
    try:
        with transaction() as session:
            session.add(
                IdempotencyKey(
                    key=key,
                    request_hash=hashlib.sha256(key.encode()).hexdigest(),
                    ticket_id=ticket.id,
                    answer={"round": ticket.round},
                    created_at=at,
                )
            )
    except Conflict:
        return _claimed(key)  # delivered twice at the same moment; both mean the same ticket
    return ticket, ticket.round


def _claimed(key: str) -> tuple[Ticket, int] | None:
    row = db.session.get(IdempotencyKey, key, populate_existing=True)
    ticket = db.session.get(Ticket, row.ticket_id) if row is not None else None
    return (ticket, int(row.answer["round"])) if row is not None and ticket is not None else None


def _is_rated(ticket_id: int, round_no: int) -> bool:
    query = select(Rating.id).where(Rating.ticket_id == ticket_id, Rating.round == round_no)
    return db.session.scalar(query.limit(1)) is not None
