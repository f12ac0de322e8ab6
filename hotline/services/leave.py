"""请假与代理: a leader's leave is entered with the deputy who stands in, or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.terms import Role
from hotline.models import Absence, Department, Staff
from hotline.services import _checks
from hotline.services.timing import plans

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.identity import Actor

LONGEST_LEAVE = 366
FARTHEST_LEAVE = 366


def take_leave(
    staff_id: int,
    deputy_id: int,
    days: tuple[date, date],
    actor: Actor,
    *,
    reason: str,
    at: datetime,
) -> int:
    """Enter a leader's leave with the deputy of the same unit (or the unit above). Gives its id.

    Entered by the leader or an administrator. Raises Invalid, NotAllowed, Conflict on overlap.
    """
    first, last = days
    words = _checked_leave(first, last, reason, today=plans.today(at))
    with transaction() as session:
        leader, deputy = _checked_people(staff_id, deputy_id, actor)
        overlapping = select(Absence.id).where(
            Absence.staff_id == leader.id,
            Absence.cancelled_at.is_(None),
            Absence.first_on <= last,
            Absence.last_on >= first,
        )
        if session.scalar(overlapping.limit(1)) is not None:
            raise Conflict("这段时间已登记过请假，请先撤销原来的登记")
        row = Absence(
            staff_id=leader.id,
            deputy_id=deputy.id,
            first_on=first,
            last_on=last,
            reason=words,
            entered_at=at,
            entered_by=actor.name,
        )
        session.add(row)
        session.flush()
        return row.id


def _checked_people(staff_id: int, deputy_id: int, actor: Actor) -> tuple[Staff, Staff]:
    # The leader is held: of two entries at once the second sees the days of the first.
    held = {"of": Staff, "key_share": True}
    leader = db.session.get(Staff, staff_id, with_for_update=held, populate_existing=True)
    deputy = db.session.get(Staff, deputy_id)
    if leader is None or leader.role is not Role.DEPARTMENT_LEAD:
        raise Invalid("staff_id", "只有单位负责人需要登记代理人")
    if actor.staff_id != leader.id and actor.role is not Role.ADMIN:
        raise NotAllowed("只有本人或系统管理员可以登记请假")
    if deputy is None or not deputy.is_active or not _may_stand_in(leader, deputy):
        raise Invalid("deputy_id", "代理人须是本单位或上级单位的在岗人员，且不是本人")
    return leader, deputy


def _checked_leave(first: date, last: date, reason: str, *, today: date) -> str:
    words = _checks.clean_text(reason)
    if last < first:
        raise Invalid("last_on", "结束日期早于开始日期，请核对")
    if last < today:
        raise Invalid("last_on", "这段时间已经过去，请核对日期")
    if (first - today).days > FARTHEST_LEAVE:
        raise Invalid("first_on", "请假最早提前一年登记，请核对日期")
    if (last - first).days > LONGEST_LEAVE:
        raise Invalid("last_on", "一次请假不超过一年，请核对日期")
    if not words:
        raise Invalid("reason", "请写明请假事由")
    return words


def _may_stand_in(leader: Staff, deputy: Staff) -> bool:
    unit = db.session.get(Department, leader.department_id) if leader.department_id else None
    units = {leader.department_id, unit.parent_id if unit else None}
    is_of_a_unit = deputy.role in (Role.DEPARTMENT, Role.DEPARTMENT_LEAD)
    return deputy.id != leader.id and is_of_a_unit and deputy.department_id in units


def cancel_leave(absence_id: int, actor: Actor, *, at: datetime) -> None:
    """Take an entered leave back; the leader decides again from now on."""
    with transaction() as session:
        row = session.get(Absence, absence_id)
        if row is None:
            raise NotFound("没有这条请假登记")
        if actor.staff_id != row.staff_id and actor.role is not Role.ADMIN:
            raise NotAllowed("只有本人或系统管理员可以撤销请假")
        row.cancelled_at = row.cancelled_at or at
