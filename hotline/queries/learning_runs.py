"""Runs of the learning queue as the pages show them, and the rule of the night (学习任务)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.timing import RunState
from hotline.models import (
    Correction,
    LearningLine,
    LearningRule,
    LearningRun,
    Ticket,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.learning import LearningKind

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class NightRule:
    """When the night learns, and what a candidate must be to be activated without a person."""

    is_nightly: bool = True
    hour: int = 2
    least_rows: int = 50
    is_automatic: bool = False
    most_drop: float = 0.05
    changed_at: datetime | None = None
    changed_by: str = ""


def rule() -> NightRule:
    """The rule in force; the shipped one where nobody has changed it."""
    row = db.session.scalar(select(LearningRule).order_by(LearningRule.id.desc()).limit(1))
    if row is None:
        return NightRule()
    return NightRule(
        row.is_nightly,
        row.hour,
        row.least_rows,
        row.is_automatic,
        row.most_drop,
        row.changed_at,
        row.changed_by,
    )


def run(run_id: int, kind: LearningKind) -> LearningRun:
    """One run of a kind; raises NotFound."""
    row = db.session.get(LearningRun, run_id, populate_existing=True)
    if row is None or row.kind is not kind:
        raise NotFound(f"没有这次{kind.label}")
    return row


def newest(kind: LearningKind, most: int = 10) -> Sequence[LearningRun]:
    """Runs of a kind, the newest first."""
    query = select(LearningRun).where(LearningRun.kind == kind).order_by(LearningRun.id.desc())
    return db.session.scalars(query.limit(most)).all()


def is_busy(kind: LearningKind) -> bool:
    """Whether a run of this kind waits or goes on."""
    query = select(LearningRun.id).where(
        LearningRun.kind == kind, LearningRun.state != RunState.DONE
    )
    return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Example:
    """One compared row on which the models differ; a confidential ticket shows no text."""

    ticket_no: str
    title: str
    content: str
    is_confidential: bool
    truth: str
    first: str
    first_odds: float
    second: str
    second_odds: float


def examples(run_id: int, *, second_is_right: bool, most: int = EXAMPLES) -> list[Example]:
    """Rows on which one model alone is right, the surest error first."""
    line = LearningLine
    right, wrong, odds = (
        (line.second_code, line.first_code, line.first_odds)
        if second_is_right
        else (line.first_code, line.second_code, line.second_odds)
    )
    query = (
        select(line, Ticket.ticket_no, Ticket.title, Ticket.content, Ticket.confidential)
        .outerjoin(Ticket, Ticket.id == line.ticket_id)
        .where(line.run_id == run_id, right == line.truth, wrong != line.truth)
        .order_by(odds.desc(), line.number)
        .limit(most)
    )
    return [_example(*row) for row in db.session.execute(query)]


def _example(
    line: LearningLine, number: str | None, title: str | None, content: str | None, hidden: object
) -> Example:
    return Example(
        ticket_no=number or f"第 {line.number + 1} 行",
        title=title or line.title or "",
        content=content or line.content or "",
        is_confidential=bool(hidden),
        truth=line.truth,
        first=line.first_code or "",
        first_odds=line.first_odds or 0.0,
        second=line.second_code or "",
        second_odds=line.second_odds or 0.0,
    )


@dataclass(frozen=True, slots=True)
class SuspectLine:
    """One suspect of a label check with its ticket and the row it comes from."""

    correction: Correction
    ticket_no: str
    title: str
    content: str
    is_confidential: bool
    given: str
    given_odds: float
    meant: str
    meant_odds: float


def suspects(run_id: int, most: int = 50) -> list[SuspectLine]:
    """Suspects of a check that nobody has judged yet, the surest first."""
    line = LearningLine
    query = (
        select(line, Correction, Ticket)
        .join(Ticket, Ticket.id == line.ticket_id)
        .join(
            Correction,
            (Correction.ticket_id == Ticket.id) & (Correction.to_code == Ticket.category_code),
        )
        .where(
            line.run_id == run_id,
            Correction.excluded_at.is_(None),
            Correction.checked_at.is_(None),
        )
        .order_by(line.number, Correction.id)
        .limit(2 * most)
    )
    found: dict[int, SuspectLine] = {}
    for one, correction, ticket in db.session.execute(query):
        found.setdefault(
            ticket.id,
            SuspectLine(
                correction,
                ticket.ticket_no,
                ticket.title,
                ticket.content,
                ticket.confidential,
                one.truth,
                one.first_odds or 0.0,
                one.second_code or "",
                one.second_odds or 0.0,
            ),
        )
    return list(found.values())[:most]
