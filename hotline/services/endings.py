"""Other ways a ticket ends at the front: 直接答复 不予受理 移交 并单 撤单, and 退回补充."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import classifier
from hotline.db import transaction
from hotline.domain.errors import Invalid
from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Urgency
from hotline.services import (
    _checks,
    _move,
    callbacks,
    intake,
    joining,
    learning,
    notices,
    reading,
    rectifying,
    rulings,
    spreading,
)
from hotline.services.motions import docket
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket

SUPPLEMENT_LIMIT = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a ticket ends at the front: by answer, decline, transfer or merge, and in which words.

    ``code``: the coded reason of a decline, the target of a transfer. ``master_no``: the ticket
    merged into.
    """

    action: Action
    words: str = ""
    code: str | None = None
    master_no: str = ""
    knowledge_id: str | None = None
    category_code: str | None = None


def log_call(
    demand: intake.Demand, ending: Ending, actor: Actor, *, at: datetime, key: str | None = None
) -> intake.Receipt:
    """Register a call and end it in one transaction, so that no job can come between (当场办结)."""

    def then(ticket_id: int) -> None:
        end(_move.ticket_by_id(ticket_id), ending, actor, at=at)

    return intake.register(demand, actor, at=at, key=key, then=then)


def end(ticket: Ticket, ending: Ending, actor: Actor, *, at: datetime) -> None:
    """End a ticket inside the caller's transaction; raises Invalid naming the field."""
    if ending.action is Action.MERGE:
        if ending.category_code:
            learning.correct(ticket, ending.category_code, actor, source="merge", at=at)
        joining.join_held(ticket, ending.master_no, actor, at=at)
        return
    words = _checks.clean_text(ending.words)
    prepare = _PREPARE[ending.action]
    payload = prepare(ticket, ending, words)
    if ending.category_code:
        learning.correct(ticket, ending.category_code, actor, source=ending.action.value, at=at)
    rulings.end(ticket, at=at)
    was = ticket.stage
    _move.move(ticket, ending.action, actor, at=at, reason=words or None, payload=payload)
    clocks.stop_all(ticket, at=at)
    if ending.action is Action.DECLINE:
        joining.hand_over(ticket, was=was, at=at)
    if ending.action is Action.ANSWER:
        spreading.answer_all(ticket, at=at)
    is_sample = ending.action is Action.ANSWER and _move.is_sampled(ticket.id)
    if is_sample and ticket.citizen_id is not None:
        callbacks.plan(ticket, at=at, is_sample=True)


def _answered(ticket: Ticket, ending: Ending, words: str) -> dict[str, Any]:
    if not words:
        raise Invalid("answer", "请填写答复内容")
    ticket.reply = words
    return {"knowledge": ending.knowledge_id}


def _coded(ticket: Ticket, ending: Ending, words: str) -> dict[str, Any]:
    del words
    group = ending.action.value
    if ending.code not in notices.reasons()[group]:
        raise Invalid("reason_code", "请从列表中选择理由或去向")
    ticket.reason_code = ending.code
    return {"code": ending.code}


_PREPARE = {
    Action.ANSWER: _answered,
    Action.DECLINE: _coded,
    Action.TRANSFER: _coded,
}


def answer(
    ticket_id: int,
    text: str,
    actor: Actor,
    *,
    at: datetime,
    knowledge_id: str | None = None,
    category_code: str | None = None,
) -> None:
    """直接答复: the agent answers at once, from the knowledge base where an entry helped.

    One in five is called back (抽样回访, domain.md 8.1).
    """
    ending = Ending(
        action=Action.ANSWER, words=text, knowledge_id=knowledge_id, category_code=category_code
    )
    _end(ticket_id, ending, actor, at)


def decline(ticket_id: int, actor: Actor, *, code: str, reason: str, at: datetime) -> None:
    """不予受理 with a coded reason; the citizen is told the right place (国办发〔2020〕53号)."""
    _end(ticket_id, Ending(action=Action.DECLINE, code=code, words=reason), actor, at)


def transfer(
    ticket_id: int,
    actor: Actor,
    *,
    target: str,
    reason: str,
    at: datetime,
    version: int | None = None,
) -> None:
    """移交 to 110, 119, 信访 …; not tracked any further (国办发〔2022〕12号)."""
    ending = Ending(action=Action.TRANSFER, code=target, words=reason)
    _end(ticket_id, ending, actor, at, version=version)


def _end(
    ticket_id: int, ending: Ending, actor: Actor, at: datetime, *, version: int | None = None
) -> None:
    with transaction():
        ticket = joining.hold_with_members(ticket_id)
        _move.must_be_version(ticket, version)
        end(ticket, ending, actor, at=at)


def withdraw(ticket_id: int, actor: Actor, *, reason: str = "", at: datetime) -> None:
    """撤单 by the citizen, or by the agent at the citizen's word."""
    with transaction():
        ticket = joining.hold_with_members(ticket_id)
        was = ticket.stage
        docket.withdraw_all(ticket, "诉求人已撤单，申请自动撤回", at=at)
        rulings.end(ticket, at=at)
        _move.move(ticket, Action.WITHDRAW, actor, at=at, reason=_checks.clean_text(reason) or None)
        clocks.stop_all(ticket, at=at)
        joining.hand_over(ticket, was=was, at=at)


def ask_info(ticket_id: int, question: str, actor: Actor, *, at: datetime) -> None:
    """退回补充: ask the citizen once for all that is missing (一次性告知)."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.move(ticket, Action.ASK_INFO, actor, at=at, reason=_checks.clean_text(question))
        words = f"等待诉求人补充：{_checks.clean_text(question)}"
        clocks.pause(ticket, "supplementing", at=at, actor=actor, reason=words[:200])


def supplement(ticket_id: int, text: str, actor: Actor, *, at: datetime) -> None:
    """The citizen adds something: an answer to a question, or a note while work goes on."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        words = _checks.clean_text(text)
        if not words:
            raise Invalid("content", "请填写补充内容")
        if len(words) > SUPPLEMENT_LIMIT:
            raise Invalid("content", f"补充内容最多 {SUPPLEMENT_LIMIT} 字")
        if ticket.stage in (Stage.CLOSED, Stage.ARCHIVED):
            raise Invalid("content", "工单已办结，不能再补充；如有新情况请重新提交诉求")
        if ticket.stage is Stage.SUPPLEMENTING:
            _supply(ticket, words, actor, at)
        else:
            _move.record(ticket, Event.NOTED, actor, at=at, reason=words)
        danger = classifier.urgency(words)
        rectifying.raise_for_danger(ticket, list(danger.words), Urgency(danger.level), at=at)
        reading.alarm(ticket, classifier.alarms(words), at=at)


def _supply(ticket: Ticket, words: str, actor: Actor, at: datetime) -> None:
    ticket.content = f"{ticket.content}\n【补充】{words}"[: _checks.CONTENT_LIMIT]
    _move.move(ticket, Action.SUPPLY, actor, at=at, reason=words)
    clocks.go_on(ticket, at=at)
