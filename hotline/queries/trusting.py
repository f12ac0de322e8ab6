"""What the machine thought and what people made of it, for choosing trust lines (信任线依据)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Term, Urgency
from hotline.domain.trust import Case
from hotline.models import SuggestionRow, Ticket, TrustChange, TrustLine
from hotline.queries.quality.first_dispatch import First, is_first, is_wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

MOST = 10_000
"""The newest looks are enough for a share, and the page stays as fast among a million."""
CLOSED = (Stage.CLOSED, Stage.ARCHIVED)
PROVES_NOTHING = (Outcome.WITHDRAWN, Outcome.MERGED, Outcome.TRANSFERRED, Outcome.DECLINED)
BY_MODEL = "model:"
_OF_THE_TEXT = "（概率"
"""A decision for a doubt about the text itself says so before the odds; no line changes it."""


class Verdict(Term):
    """What people made of the machine's first category."""

    RIGHT = "right", "对"
    WRONG = "wrong", "错"
    OPEN = "open", "尚无定论"


@dataclass(frozen=True, slots=True)
class Looked:
    """One ticket as the machine saw it, and what is known of it by now.

    ``has_no_line``: an emergency, or a text no machine may judge; the line does not matter there.
    """

    at: datetime
    code: str
    probability: float
    verdict: Verdict
    is_weak: bool
    has_no_line: bool


def looked(model_id: str, *, since: datetime, most: int = MOST) -> list[Looked]:
    """Read a model's newest looks since a moment, each ticket once (ix_suggestion_model_at)."""
    later = aliased(SuggestionRow)
    query = (
        select(
            SuggestionRow.at,
            SuggestionRow.top_code,
            SuggestionRow.probability,
            SuggestionRow.is_unsure,
            SuggestionRow.decision,
            Ticket.category_code,
            Ticket.category_by,
            Ticket.stage,
            Ticket.outcome,
            Ticket.urgency,
            _was_wrong().label("was_wrong"),
        )
        .join(Ticket, Ticket.id == SuggestionRow.ticket_id)
        .where(
            SuggestionRow.model_id == model_id,
            SuggestionRow.at >= since,
            SuggestionRow.top_code.is_not(None),
            ~exists().where(
                later.ticket_id == SuggestionRow.ticket_id, later.id > SuggestionRow.id
            ),
        )
        .order_by(SuggestionRow.at.desc(), SuggestionRow.id.desc())
        .limit(most)
    )
    return [_looked(row) for row in db.session.execute(query)]


def _was_wrong() -> ColumnElement[bool]:
    return exists().where(
        First.ticket_id == Ticket.id, First.is_lead.is_(True), is_first(), is_wrong()
    )


def _looked(row: Row[*tuple[Any, ...]]) -> Looked:
    verdict, is_weak = _verdict(row)
    of_the_text = row.is_unsure and _OF_THE_TEXT in row.decision
    return Looked(
        row.at,
        row.top_code,
        row.probability,
        verdict,
        is_weak,
        row.urgency is Urgency.CRITICAL or of_the_text,
    )


def _verdict(row: Row[*tuple[Any, ...]]) -> tuple[Verdict, bool]:
    """Judge one look; whether it is weakly right stands beside.

    Wrong: the first unit was changed by an agreed return or a ruling, or a person decided for
    another category. Right: a person decided for the category (a finer or a coarser one of the same
    branch is the same). Weakly right: the machine decided alone, and the ticket closed so.
    """
    if row.was_wrong:
        return Verdict.WRONG, False
    by, code = row.category_by or "", row.category_code or ""
    if code and not by.startswith(BY_MODEL):
        is_same = code.startswith(row.top_code) or row.top_code.startswith(code)
        return (Verdict.RIGHT if is_same else Verdict.WRONG), False
    if code and row.stage in CLOSED and row.outcome not in PROVES_NOTHING:
        return Verdict.RIGHT, True
    return Verdict.OPEN, False


def cases(rows: Iterable[Looked], category: str = "") -> list[Case]:
    """The decided ones of a category (empty: of all) that a line would have mattered to."""
    return [
        Case(row.probability, row.verdict is Verdict.RIGHT, row.is_weak)
        for row in rows
        if row.verdict is not Verdict.OPEN and not row.has_no_line and row.code.startswith(category)
    ]


def line_rows() -> dict[str, TrustLine]:
    """Trust lines as they stand, by category."""
    return {row.category_code: row for row in db.session.scalars(select(TrustLine))}


def changes(category: str | None = None, *, most: int = 30) -> Sequence[TrustChange]:
    """Changes of trust lines, the newest first; of one category or all."""
    query = select(TrustChange).order_by(TrustChange.id.desc()).limit(most)
    if category is not None:
        query = query.where(TrustChange.category_code == category)
    return db.session.scalars(query).all()
