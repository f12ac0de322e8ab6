"""更正要素: kind, urgency, category, area or address put right, and the clocks counted anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, Role, Urgency
from hotline.domain.timing import Cause
from hotline.models import Area, Category
from hotline.queries import office
from hotline.services import _checks, _move, learning
from hotline.services.timing import recounting

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket

MAY_RECTIFY = (Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.AUTHORITY)
ENDED = (Stage.CLOSED, Stage.ARCHIVED)

Change = tuple[str, str, str]
"""What was changed, its old and its new word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What shall be put right; what is left out stays as it is."""

    kind: Kind | None = None
    urgency: Urgency | None = None
    category_code: str | None = None
    area_code: str | None = None


def rectify(
    ticket_id: int,
    facts: Facts,
    actor: Actor,
    *,
    reason: str,
    at: datetime,
    version: int | None = None,
) -> int:
    """Put facts of an open ticket right; gives how many clocks have another due moment now.

    The policy is asked again for the day each clock began; old moment, author and reason stay in
    the timeline, and no due moment is moved into the past. Raises Invalid, NotAllowed, Conflict.
    """
    words = _checks.clean_text(reason)
    if actor.role not in MAY_RECTIFY:
        raise NotAllowed(f"{actor.role.label}不能更正工单要素")
    if not words:
        raise Invalid("reason", "请写明更正理由")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        if ticket.stage in ENDED:
            raise NotAllowed("工单已办结，要素不再更正")
        changes, causes = _apply(ticket, facts, actor, at)
        if not changes:
            raise Invalid("urgency", "没有改动：请至少更正一项要素")
        said = {"changes": [list(change) for change in changes]}
        _move.record(ticket, Event.RECTIFIED, actor, at=at, reason=words, payload=said)
        return len(recounting.recount_ticket(ticket, causes[0], actor, reason=words, at=at))


def _apply(
    ticket: Ticket, facts: Facts, actor: Actor, at: datetime
) -> tuple[list[Change], list[Cause]]:
    changes: list[Change] = []
    causes: list[Cause] = []
    if facts.urgency is not None and facts.urgency is not ticket.urgency:
        changes.append(("紧急程度", ticket.urgency.label, facts.urgency.label))
        causes.append(Cause.URGENCY)
        ticket.urgency = facts.urgency
    if facts.kind is not None and facts.kind is not ticket.kind:
        changes.append(("诉求类型", ticket.kind.label, facts.kind.label))
        causes.append(Cause.KIND)
        ticket.kind = facts.kind
    if facts.category_code and facts.category_code != ticket.category_code:
        before = ticket.category_code
        learning.correct(ticket, facts.category_code, actor, source="rectify", at=at)
        changes.append(("问题分类", _category(before), _category(facts.category_code)))
        causes.append(Cause.CATEGORY)
    if facts.area_code and facts.area_code != ticket.area_code:
        if not office.is_area(facts.area_code):
            raise Invalid("area_code", "区划代码不存在，请从列表中选择")
        changes.append(("事发区划", _area(ticket.area_code), _area(facts.area_code)))
        causes.append(Cause.AREA)
        ticket.area_code = facts.area_code
    return changes, causes


def _category(code: str | None) -> str:
    row = db.session.get(Category, code) if code else None
    return row.name if row else "未分类"


def _area(code: str | None) -> str:
    row = db.session.get(Area, code) if code else None
    return row.name if row else "未填写"


def raise_for_danger(ticket: Ticket, words: list[str], urgency: Urgency, *, at: datetime) -> None:
    """A supplement that tells of danger makes the ticket urgent at once (domain.md 8.1: 特急).

    Inside the caller's transaction; never lowers the urgency.
    """
    if _RANK[urgency] <= _RANK[ticket.urgency]:
        return
    before, ticket.urgency = ticket.urgency, urgency
    ticket.danger_words = sorted({*ticket.danger_words, *words})
    reason = f"补充内容含危险词：{'、'.join(words)}"
    said = {"changes": [["紧急程度", before.label, urgency.label]]}
    _move.record(ticket, Event.RECTIFIED, SYSTEM, at=at, reason=reason, payload=said)
    recounting.recount_ticket(ticket, Cause.URGENCY, SYSTEM, reason=reason, at=at)


_RANK = {Urgency.COMPLEX: 0, Urgency.NORMAL: 1, Urgency.URGENT: 2, Urgency.CRITICAL: 3}
