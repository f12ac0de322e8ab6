"""Open tickets that may be the same matter, to be merged into (相似工单): by phone and by words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Ticket
from hotline.queries.worklists import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.lifecycle import Stage

RECENT = 2000
"""How many of the newest tickets are looked through, so that the search stays flat for ever."""
COMPARED = 300
HEAD = 120
ALIKE = 0.3
"""Shared pairs of characters over all pairs of the shorter text; below it is chance."""
SHOWN = 4
SHORT = 6
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Similar:
    """One open ticket that may be the same; score 1 means every pair of characters is shared."""

    ticket_no: str
    title: str
    stage: Stage
    registered_at: datetime
    score: float
    is_same_caller: bool


def find(
    text: str, *, citizen_id: int | None = None, area_code: str | None = None, besides: int = 0
) -> list[Similar]:
    """List the caller's own open tickets first, then tickets whose words are alike.

    ``area_code``: only the same district is compared; ``besides``: the ticket itself is left out.
    """
    own = _own(citizen_id, besides) if citizen_id else []
    known = {row.ticket_no for row in own}
    alike = [row for row in _alike(text, area_code, besides) if row.ticket_no not in known]
    return (own + alike)[:SHOWN]


def _own(citizen_id: int, besides: int) -> list[Similar]:
    query = (
        select(Ticket.ticket_no, Ticket.title, Ticket.stage, Ticket.registered_at)
        .where(Ticket.citizen_id == citizen_id, Ticket.stage.in_(list(OPEN)), Ticket.id != besides)
        .order_by(Ticket.id.desc())
        .limit(SHOWN)
    )
    return [
        Similar(no, title, stage, when, 1.0, is_same_caller=True)
        for no, title, stage, when in db.session.execute(query)
    ]


def _alike(text: str, area_code: str | None, besides: int) -> list[Similar]:
    pairs = _pairs(text[: HEAD * 2])
    if len(pairs) < SHORT:
        return []
    last = db.session.scalar(select(func.max(Ticket.id))) or 0
    query = (
        select(
            Ticket.ticket_no,
            Ticket.title,
            Ticket.stage,
            Ticket.registered_at,
            func.substr(Ticket.content, 1, HEAD),
        )
        .where(
            Ticket.id > last - RECENT,
            Ticket.id != besides,
            Ticket.stage.in_(list(OPEN)),
            Ticket.master_id.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(COMPARED)
    )
    if area_code:
        query = query.where(Ticket.area_code.startswith(area_code[:6]))
    scored = [
        Similar(no, title, stage, when, _score(pairs, f"{title}{head}"), is_same_caller=False)
        for no, title, stage, when, head in db.session.execute(query)
    ]
    found: Sequence[Similar] = sorted(scored, key=lambda row: -row.score)
    return [row for row in found[:SHOWN] if row.score >= ALIKE]


def _pairs(text: str) -> frozenset[str]:
    bare = _NOISE.sub("", text)
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))


def _score(pairs: frozenset[str], other: str) -> float:
    others = _pairs(other)
    shorter = min(len(pairs), len(others))
    return round(len(pairs & others) / shorter, 3) if shorter else 0.0
