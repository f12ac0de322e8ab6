"""分类: the machine suggests, is trusted above the line, and a person may always correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

import classifier
from hotline.db import db, transaction
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Urgency
from hotline.models import SuggestionRow, Ticket
from hotline.queries import office
from hotline.services import _move, dispatching, learning, ranking, reading

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.services.shelf import Shelf

TOP = 3
DEFAULT_LINE = 0.6


def suggest(ticket_id: int, shelf: Shelf, *, at: datetime) -> None:
    """Classify a registered ticket and store what the machine thought (model, words, routes).

    Nothing happens when the ticket has moved on, so the job may run any number of times. When no
    model can be loaded the ticket goes to the dispatcher, and the reason is written down. What
    else the text says is taken up first, for the area found in it helps to find the unit.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        if ticket.stage is not Stage.REGISTERED:
            return
        found = reading.read(f"{ticket.title}。{ticket.content}")
        located = reading.take_up(ticket, found, at=at)
        row = _look(ticket, shelf, at)
        row.understood = reading.kept(found)
        db.session.add(row)
        if ticket.category_code is None and row.decision.startswith(dispatching.SURE):
            ticket.category_code = row.top_code
            ticket.category_by = f"model:{row.model_id}"
        _move.move(
            ticket,
            Action.CLASSIFY,
            SYSTEM,
            at=at,
            reason=row.decision,
            payload={
                "model": row.model_id,
                "code": row.top_code,
                "probability": row.probability,
                **located,
            },
        )


def _look(ticket: Ticket, shelf: Shelf, at: datetime) -> SuggestionRow:
    ranked: list[dict[str, Any]] = []
    learned: tuple[classifier.LearnedUnit, ...] = ()
    decision, model_id, unsure = "无可用模型，转人工派单", "", True
    active = shelf.classifier()
    if active is not None:
        model_id = active.model_id
        suggestion = active.suggest(ticket.title, ticket.content)
        ranked, unsure = ranked_of(suggestion), suggestion.unsure
        learned = suggestion.departments
        decision = _decide(ticket, ranked, suggestion)
    return SuggestionRow(
        ticket_id=ticket.id,
        model_id=model_id,
        at=at,
        top_code=ranked[0]["code"] if ranked else None,
        probability=ranked[0]["probability"] if ranked else 0.0,
        is_unsure=unsure,
        ranked=ranked,
        routes=dispatching.routes_for(ticket, [r["code"] for r in ranked[:TOP]], at, learned),
        decision=decision,
    )


def ranked_of(suggestion: classifier.Suggestion) -> list[dict[str, Any]]:
    """Keep the best categories in use, and their parent in front where that alone is sure."""
    return ranking.ranked(suggestion, trust_line)


def _decide(ticket: Ticket, ranked: list[dict[str, Any]], suggestion: classifier.Suggestion) -> str:
    if not ranked:
        gone = ranking.passed_over(suggestion) or "模型没有可用的分类"
        return f"{gone}，转人工派单"
    top, doubt = ranked[0], suggestion.doubt
    line = trust_line(top["code"])
    note = f"；{top['note']}" if "note" in top else ""
    if ticket.urgency is Urgency.CRITICAL:
        return f"{dispatching.SURE}：特急工单不等待人工，按目录立即派单{note}"
    gone = ranking.passed_over(suggestion)
    if gone:
        return f"{gone}，转人工派单"
    if doubt and doubt != classifier.WEAK_ODDS:
        return f"{doubt}（概率 {top['probability']:.0%}），转人工派单"
    if top["probability"] < line:
        return f"概率 {top['probability']:.0%} 低于信任线 {line:.0%}，转人工派单{note}"
    return f"{dispatching.SURE}：概率 {top['probability']:.0%}，不低于信任线 {line:.0%}{note}"


def trust_line(code: str) -> float:
    """Find the trust line of a category, its parent, or the default (空编码)."""
    lines = office.trust_lines()
    return next((lines[c] for c in (code, code[:2], "") if c in lines), DEFAULT_LINE)


def reclassify(ticket_id: int, code: str, actor: Actor, *, at: datetime) -> None:
    """Set the category by hand before dispatch; a correction teaches the classifier."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        learning.correct(ticket, code, actor, source="reclassify", at=at)
        _move.move(ticket, Action.CLASSIFY, actor, at=at, payload={"code": code})


def newest_suggestion(ticket_id: int) -> SuggestionRow | None:
    """What the machine thought last of a ticket."""
    return db.session.scalar(
        select(SuggestionRow)
        .where(SuggestionRow.ticket_id == ticket_id)
        .order_by(SuggestionRow.id.desc())
        .limit(1)
    )
