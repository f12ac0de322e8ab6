"""差评核实与整改: a bad rating is verified at once, put right in time, and nothing is forgotten.

国办发〔2019〕51号: 第一时间安排专人回访核实; 诉求合理的立即整改, 情况复杂的限期整改; 实名差评 100%
回访. Limits: domain.md 8.1 (核实 1 个工作日，整改 5 个工作日，复杂 15 个工作日).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.db import db, transaction
from hotline.domain import ratings
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Finding, Role
from hotline.models import Rating, Ticket
from hotline.services import _checks, _move, notices
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

UNITS = (Role.DEPARTMENT, Role.DEPARTMENT_LEAD)
WORDS_LIMIT = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What verifying found: the finding, words, and a coded reason where nothing is to be mended.

    ``reached``: whether the citizen was reached; must be said of everybody who left a number.
    """

    finding: Finding
    words: str
    code: str | None = None
    reached: bool | None = None


def begin(ticket: Ticket, rating: Rating, *, at: datetime) -> None:
    """Start verifying a bad rating, inside the caller's transaction; the unit has one working day.

    Runs on when the ticket is done again or closed: the rating was given and is answered for.
    """
    if ratings.is_bad(rating.satisfaction, rating.resolved):
        clocks.start(ticket, Clock.VERIFY, at=at, turn=rating.id)


def verify(rating_id: int, check: Check, actor: Actor, *, at: datetime) -> None:
    """差评核实 by the unit or a callback agent; what is true has to be put right (整改).

    Raises Invalid naming the field, NotAllowed, Conflict with who was faster.
    """
    words = _checked(check)
    with transaction():
        rating, ticket = _take(rating_id, actor)
        if rating.finding is not None:
            raise Conflict(f"差评已核实为“{rating.finding.label}”{_by(rating)}，不能再次核实")
        if check.reached is None and is_named(ticket):
            raise Invalid("reached", "实名差评须 100% 回访核实，请填写是否联系上诉求人")
        rating.finding = check.finding
        rating.finding_code = None if check.finding is Finding.TRUE else check.code
        rating.verified_at, rating.verified_by, rating.verification = at, actor.name, words
        said = {"rating_id": rating.id, "finding": check.finding.value, "code": check.code}
        if check.reached is not None:
            said["ok"] = check.reached
            called = "差评回访：已接通" if check.reached else "差评回访：未接通"
            _move.record(ticket, Event.CALLED_BACK, actor, at=at, reason=called)
        _move.record(ticket, Event.RATING_VERIFIED, actor, at=at, reason=words, payload=said)
        clocks.stop(ticket, (Clock.VERIFY,), at=at, turn=rating.id)
        if check.finding is Finding.TRUE:
            clocks.start(ticket, Clock.CORRECT, at=at, turn=rating.id)


def _checked(check: Check) -> str:
    words = _words(check.words, "请写明核实情况")
    if check.finding is not Finding.TRUE:
        known = notices.reasons()["finding"][check.finding.value]
        if check.code not in known:
            raise Invalid("code", f"核实为“{check.finding.label}”须选择编码理由")
    return words


def mend(rating_id: int, words: str, actor: Actor, *, at: datetime) -> None:
    """差评整改 is done: what was put right, in words. Raises Invalid, NotAllowed, Conflict."""
    text = _words(words, "请写明整改措施和结果")
    with transaction():
        rating, ticket = _take(rating_id, actor)
        if rating.finding is not Finding.TRUE:
            raise NotAllowed("只有核实属实的差评需要整改")
        if rating.mended_at is not None:
            when = f"{rating.mended_at.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"
            raise Conflict(f"差评已由{rating.mended_by}于 {when} 登记整改，不能再次登记")
        rating.mended_at, rating.mended_by, rating.mending = at, actor.name, text
        said = {"rating_id": rating.id}
        _move.record(ticket, Event.RATING_MENDED, actor, at=at, reason=text, payload=said)
        clocks.stop(ticket, (Clock.CORRECT,), at=at, turn=rating.id)


def _words(given: str, missing: str) -> str:
    words = _checks.clean_text(given)
    if not words:
        raise Invalid("words", missing)
    if len(words) > WORDS_LIMIT:
        raise Invalid("words", f"最多 {WORDS_LIMIT} 字，现为 {len(words)} 字，请精简")
    return words


def _take(rating_id: int, actor: Actor) -> tuple[Rating, Ticket]:
    """Hold the ticket of a bad rating, for its unit or a callback agent."""
    ticket_id = db.session.scalar(select(Rating.ticket_id).where(Rating.id == rating_id))
    if ticket_id is None:
        raise NotFound("没有这条评价")
    ticket = _move.ticket_by_id(ticket_id)
    rating = db.session.get_one(Rating, rating_id, populate_existing=True)
    if not may_review(ticket, actor):
        raise NotAllowed("差评由承办单位或回访员核实、整改")
    if not ratings.is_bad(rating.satisfaction, rating.resolved):
        raise Invalid("rating_id", "这条评价不是差评，不需要核实")
    return rating, ticket


def may_review(ticket: Ticket, actor: Actor) -> bool:
    """Whether this person may verify and mend the ratings of a ticket."""
    is_own = actor.role in UNITS and actor.department_id == ticket.lead_department_id
    return actor.role is Role.CALLBACK or (is_own and actor.department_id is not None)


def is_named(ticket: Ticket) -> bool:
    """Whether the citizen left a name or number that can be called back (实名)."""
    citizen = ticket.citizen
    return citizen is not None and bool(citizen.phone) and not ticket.anonymous


def _by(rating: Rating) -> str:
    if rating.verified_at is None:
        return ""
    when = f"{rating.verified_at.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"
    return f"（{rating.verified_by}，{when}）"
