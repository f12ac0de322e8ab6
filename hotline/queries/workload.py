"""How units stand at a moment: tickets in hand, office hours (在办量与值守)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

import routing
import sla
from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.models import Department, Ticket
from hotline.queries import office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

IN_HAND = (Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEWING)
"""A ticket that is hung up or waits for its call back costs the unit no work."""


def weigh(at: datetime) -> routing.Weigh:
    """Weigh units as they stand at this moment; each group is counted once."""
    known: dict[tuple[str, ...], Mapping[str, routing.Standing]] = {}

    def weighed(codes: Sequence[str]) -> Mapping[str, routing.Standing]:
        key = tuple(sorted(codes))
        if key not in known:
            known[key] = _standings(key, at)
        return known[key]

    return weighed


def _standings(codes: Sequence[str], at: datetime) -> dict[str, routing.Standing]:
    counted = (
        select(Department.code, Department.area_code, func.count(Ticket.id))
        .outerjoin(Ticket, (Ticket.lead_department_id == Department.id) & Ticket.stage.in_(IN_HAND))
        .where(Department.code.in_(codes))
        .group_by(Department.code, Department.area_code)
    )
    return {
        code: routing.Standing(count, _is_open(area, code, at))
        for code, area, count in db.session.execute(counted)
    }


def _is_open(area_code: str, unit_code: str, at: datetime) -> bool:
    """Whether the unit keeps its office hours now; beyond the calendar everybody is there."""
    try:
        moment = sla.next_office_moment(office.calendar(area_code, unit_code), at)
    except sla.CalendarError:
        return True
    return moment - at < timedelta(seconds=1)
