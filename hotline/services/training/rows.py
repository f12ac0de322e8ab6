"""Training rows under people's care (修正样本): excluded with a reason, kept, handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotFound
from hotline.domain.learning import LearningKind
from hotline.models import Correction
from hotline.services import _checks
from hotline.services.training import runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor


def exclude(correction_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """Let a wrong row teach no more; it stays in sight with who and why. Raises Invalid."""
    runs.must_be_admin(actor)
    words = _checks.clean_text(reason)
    if not words:
        raise Invalid("reason", "请写明为什么排除这条样本")
    with transaction():
        for row in _alike(correction_id):
            row.excluded_at, row.excluded_by = at, actor.name
            row.excluded_because = words[:500]


def readmit(correction_id: int, actor: Actor) -> None:
    """Let an excluded row teach again."""
    runs.must_be_admin(actor)
    with transaction():
        for row in _alike(correction_id):
            row.excluded_at = row.excluded_by = row.excluded_because = None


def keep(correction_id: int, actor: Actor, *, at: datetime) -> None:
    """Say that a suspected row is right; no check asks about it again."""
    runs.must_be_admin(actor)
    with transaction():
        for row in _alike(correction_id):
            row.checked_at, row.checked_by = at, actor.name


def _alike(correction_id: int) -> Sequence[Correction]:
    """Every word of people for the same category of the same ticket: they teach as one row."""
    one = db.session.get(Correction, correction_id)
    if one is None:
        raise NotFound("没有这条样本")
    query = select(Correction).where(
        Correction.ticket_id == one.ticket_id, Correction.to_code == one.to_code
    )
    return db.session.scalars(query.with_for_update()).all()


def note_export(actor: Actor, spec: dict[str, Any], *, at: datetime) -> None:
    """Write down that somebody took the training texts out of the house, and which."""
    runs.must_be_admin(actor)
    with transaction():
        row = runs.add(LearningKind.EXPORT, actor.name, at=at, spec=spec)
        runs.end(row, at=at)
