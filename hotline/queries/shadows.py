"""What a candidate said silently beside the active version, and who was right (影子运行)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Correction, ShadowAnswer, ShadowRun, SuggestionRow, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

COUNTED = 5_000
"""The newest so many shadow answers are counted; older ones say little of today."""


def open_run() -> ShadowRun | None:
    """The shadow run that goes on now."""
    query = select(ShadowRun).where(ShadowRun.ended_at.is_(None)).order_by(ShadowRun.id.desc())
    return db.session.scalar(query.limit(1).execution_options(populate_existing=True))


def ended(most: int = 10) -> Sequence[ShadowRun]:
    """Shadow runs that have ended, the newest first."""
    query = select(ShadowRun).where(ShadowRun.ended_at.is_not(None))
    return db.session.scalars(query.order_by(ShadowRun.id.desc()).limit(most)).all()


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """One answer of the shadow beside the active one, and what a person decided since."""

    ticket_no: str
    title: str
    is_confidential: bool
    code: str
    probability: float
    active_code: str
    active_probability: float
    truth: str | None
    at: datetime

    @property
    def agrees(self) -> bool:
        """Whether both mean the same, on the coarser of the two levels."""
        return same(self.code, self.active_code)


def same(one: str | None, other: str | None) -> bool:
    """Whether two codes agree on the coarser of their levels."""
    if not one or not other:
        return False
    return one.startswith(other) or other.startswith(one)


def rows(run_id: int, most: int = COUNTED) -> list[ShadowRow]:
    """Answers of a shadow run, the newest first; the truth is what a person confirmed."""
    decided = (
        select(func.count())
        .where(
            Correction.ticket_id == Ticket.id,
            Correction.to_code == Ticket.category_code,
            Correction.excluded_at.is_(None),
        )
        .scalar_subquery()
    )
    query = (
        select(
            Ticket.ticket_no,
            Ticket.title,
            Ticket.confidential,
            ShadowAnswer.code,
            ShadowAnswer.probability,
            ShadowAnswer.active_code,
            SuggestionRow.probability,
            Ticket.category_code,
            ShadowAnswer.at,
            decided,
        )
        .join(Ticket, Ticket.id == ShadowAnswer.ticket_id)
        .join(SuggestionRow, SuggestionRow.id == ShadowAnswer.suggestion_id)
        .where(ShadowAnswer.run_id == run_id)
        .order_by(ShadowAnswer.id.desc())
        .limit(most)
    )
    return [
        ShadowRow(
            *(number, title, hidden, code or "", odds, active or "", active_odds),
            truth=truth if count else None,
            at=at,
        )
        for number, title, hidden, code, odds, active, active_odds, truth, at, count in (
            db.session.execute(query)
        )
    ]
