"""The leaders of a unit, with the deputy of whoever is on leave (单位负责人与代理)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.terms import Role
from hotline.models import Absence, Department, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hotline.domain.identity import Actor

_STEPS_UP = 5


def leaders_of(department_id: int | None, on: date) -> list[Staff]:
    """Who leads a unit on a day: its leaders, each on leave replaced by the deputy.

    A unit without a leader is led by the unit above. A deputy on leave too is not followed
    further: the leader is told then, better than nobody.
    """
    unit_id = department_id
    for _ in range(_STEPS_UP):
        if unit_id is None:
            return []
        found = [_standing_in(leader, on) for leader in _own(unit_id)]
        if found:
            return list({person.id: person for person in found}.values())
        unit = db.session.get(Department, unit_id)
        unit_id = unit.parent_id if unit else None
    return []


def parent_leaders_of(department_id: int | None, on: date) -> list[Staff]:
    """Who leads the unit above (上级单位负责人)."""
    unit = db.session.get(Department, department_id) if department_id else None
    return leaders_of(unit.parent_id, on) if unit else []


def leads_today(actor: Actor, department_id: int, on: date) -> bool:
    """Whether a person may decide as this unit's leader: by role, or as the deputy on leave."""
    if actor.role is Role.DEPARTMENT_LEAD and actor.department_id == department_id:
        return True
    people = (person.id for person in leaders_of(department_id, on))
    return actor.staff_id is not None and actor.staff_id in people


def is_above(department_id: int, other_id: int | None) -> bool:
    """Whether a unit stands above another one: it answers for it and reads its tickets."""
    unit = db.session.get(Department, other_id) if other_id else None
    for _ in range(_STEPS_UP):
        if unit is None or unit.parent_id is None:
            return False
        if unit.parent_id == department_id:
            return True
        unit = db.session.get(Department, unit.parent_id)
    return False


def _own(department_id: int) -> Sequence[Staff]:
    query = select(Staff).where(
        Staff.department_id == department_id,
        Staff.role == Role.DEPARTMENT_LEAD,
        Staff.is_active.is_(True),
    )
    return db.session.scalars(query.order_by(Staff.id)).all()


def _standing_in(leader: Staff, on: date) -> Staff:
    absence = _absence_of(leader.id, on)
    if absence is None or not absence.deputy.is_active:
        return leader
    return leader if _absence_of(absence.deputy_id, on) else absence.deputy


def _absence_of(staff_id: int, on: date) -> Absence | None:
    query = select(Absence).where(
        Absence.staff_id == staff_id,
        Absence.first_on <= on,
        Absence.last_on >= on,
        Absence.cancelled_at.is_(None),
    )
    return db.session.scalar(query.limit(1))


def absences(department_id: int, *, on: date) -> Sequence[Absence]:
    """Leaves of a unit's leaders that are not over yet."""
    query = (
        select(Absence)
        .join(Staff, Staff.id == Absence.staff_id)
        .where(
            Staff.department_id == department_id,
            Absence.last_on >= on,
            Absence.cancelled_at.is_(None),
        )
        .order_by(Absence.first_on)
    )
    return db.session.scalars(query).all()
