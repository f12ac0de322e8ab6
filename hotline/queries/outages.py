"""When the system was away lately, for the pages that tell of it (系统停摆)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.models import Outage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

RECENT = timedelta(days=7)
MOST = 3


def recent(*, at: datetime, within: timedelta = RECENT) -> Sequence[Outage]:
    """Outages that ended lately, the newest first (story 12)."""
    query = (
        select(Outage)
        .where(Outage.ended_at > at - within, Outage.ended_at <= at)
        .order_by(Outage.id.desc())
    )
    return db.session.scalars(query.limit(MOST)).all()
