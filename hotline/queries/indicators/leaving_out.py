"""What is left out of an indicator, told of each ticket by its first reason (剔除)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, literal, or_

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Mark
from hotline.models import Ticket
from hotline.queries.indicators.definitions import Exclusion

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Subquery

COUNTED = ""
"""The reason of a matter that is not left out."""


def _conditions(matters: Subquery) -> dict[Exclusion, ColumnElement[bool]]:
    unassessed = Ticket.marks.cast(db.Text).contains(f'"{Mark.EXCLUDED.value}"')
    return {
        Exclusion.MERGED: Ticket.master_id.is_not(None),
        Exclusion.WITHDRAWN: _ended_by(Outcome.WITHDRAWN),
        Exclusion.TRANSFERRED: _ended_by(Outcome.TRANSFERRED),
        Exclusion.UNREASONABLE: _ended_by(Outcome.UNREASONABLE),
        Exclusion.UNASSESSED: unassessed,
        Exclusion.HUNG: or_(Ticket.stage == Stage.HUNG, matters.c.is_paused == 1),
    }


def _ended_by(outcome: Outcome) -> ColumnElement[bool]:
    return and_(Ticket.outcome.is_not(None), Ticket.outcome == outcome)


def reason(matters: Subquery, exclusions: Collection[Exclusion]) -> ColumnElement[str]:
    """Why a matter, joined with its ticket, is left out; empty where it is counted."""
    conditions = _conditions(matters)
    wanted = [(conditions[word], literal(word.value)) for word in Exclusion if word in exclusions]
    return case(*wanted, else_=literal(COUNTED)) if wanted else literal(COUNTED)
