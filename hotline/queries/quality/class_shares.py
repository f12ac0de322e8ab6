"""How many tickets each first-level category had in a period (类别占比)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Ticket, VocabularyLook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.indicators import Period


def class_counts(period: Period) -> dict[str, int]:
    """Tickets registered in a period by first-level category; what has none is not counted."""
    code = func.substr(Ticket.category_code, 1, 2)
    query = (
        select(code, func.count())
        .where(
            Ticket.registered_at >= period.since,
            Ticket.registered_at < period.until,
            Ticket.category_code.is_not(None),
        )
        .group_by(code)
    )
    return dict(db.session.execute(query).all())


def looks(model_id: str, *, most: int = 30) -> Sequence[VocabularyLook]:
    """Looks at the words by one model, the newest first."""
    query = select(VocabularyLook).where(VocabularyLook.model_id == model_id)
    return db.session.scalars(query.order_by(VocabularyLook.on.desc()).limit(most)).all()
