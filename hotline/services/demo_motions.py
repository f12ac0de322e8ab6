"""Motions, leave and bad ratings of the demo city, through the real services (演示申请)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.terms import Clock, Finding, Kind, Role, Urgency
from hotline.models import Deadline, Department, MotionRow, Rating, Staff, Ticket
from hotline.queries import leaders
from hotline.services import dispatching, leave, motions, ratings_review, staffing
from hotline.services.motions import Plea
from hotline.services.ratings_review import Check
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

DISPATCHER = Actor(Role.DISPATCHER, "李建国")
AUTHORITY = Actor(Role.AUTHORITY, "田正华")
HASTE = (Urgency.URGENT, Urgency.CRITICAL)
"""What is dangerous or cuts off supplies is neither extended nor hung."""
HOME = ("D0101", "D0102")
"""The units of the demo sign-ins: their leaders and the desk find something to decide."""
RETURN = Plea(
    kind=Motion.RETURN,
    reason="经现场核实，该处由街道日常管养，不在本单位职责范围",
    reason_code="unknown_unit",
    evidence="现场勘查记录和管养台账",
)
EXTENSION = Plea(
    kind=Motion.EXTENSION,
    reason="须委托检测单位现场检测，并协调相邻产权单位",
    reason_code="complex_matter",
    evidence="检测委托单，检测单位已排期",
    reply_text="现场检测已排期，出具结果后即组织整改并答复您",
    days=3,
)
HANGING = Plea(
    kind=Motion.HANGING,
    reason="须纳入年度改造计划，待立项和资金落实后实施",
    reason_code="planned_works",
    evidence="改造项目申报表，发展改革部门受理回执",
    reply_text="该处已申报纳入年度改造计划，立项后第一时间组织实施",
)
APPEAL = Plea(
    kind=Motion.APPEAL,
    reason="办理期间连续暴雨，现场无法施工，并非承办单位拖延",
    reason_code="objective_limits",
    evidence="气象部门预警记录、停工通知",
)
TAKEN_FOR = {
    "chengguan": "zhujian",
    "zhujian": "chengguan",
    "huanbao": "chengguan",
    "shichang": "chengguan",
    "jiaotong": "gongan",
    "gongan": "jiaotong",
    "weijian": "shichang",
    "renshe": "minzheng",
    "minzheng": "renshe",
    "jiaoyu": "renshe",
    "nongye": "ziran",
    "ziran": "zhujian",
}
"""Which unit a matter belongs to that was sent to this one by mistake, by duty."""
MENDED = "已向诉求人说明情况，督促责任人当日到场处理，并举一反三排查同类问题"


def ask(ticket_id: int, plea: Plea, at: datetime, *, by: Actor | None = None) -> None:
    """File a motion where the rules allow one now; else the unit goes on without."""
    ticket = db.session.get(Ticket, ticket_id)
    unit = ticket.lead_department if ticket else None
    if ticket is None or unit is None or ticket.urgency in HASTE:
        return
    actor = by or Actor(Role.DEPARTMENT, f"{unit.short_name}经办人", None, unit.id)
    opening = motions.openings(ticket, actor, at=at).get(plea.kind)
    if opening is not None and opening.refusal is None:
        motions.file(ticket_id, plea, actor, at=at)


def send_back(ticket_id: int, at: datetime) -> None:
    """The unit says whose the matter is: another one of the same district."""
    ticket = db.session.get(Ticket, ticket_id)
    unit = ticket.lead_department if ticket else None
    if unit is None:
        return
    query = select(Department.code).where(
        Department.area_code == unit.area_code, Department.duty == TAKEN_FOR.get(unit.duty, "")
    )
    other = db.session.scalar(query.limit(1))
    if other is not None:
        reason = "经现场核实，该事项的主管部门是建议单位，本单位没有这项职责"
        plea = replace(RETURN, reason=reason, reason_code="wrong_duty", suggested_code=other)
        ask(ticket_id, plea, at)


def send_on(ticket_id: int, at: datetime) -> None:
    """The hotline agrees to what names another unit, and sends the ticket there."""
    for row in _open(ticket_id):
        unit = row.suggested_department
        if row.kind is Motion.RETURN and unit is not None:
            motions.grant(row.id, DISPATCHER, note="情况属实，同意退单", at=at)
            reason = "按单位建议改派"
            dispatching.dispatch(ticket_id, unit.code, actor=DISPATCHER, at=at, reason=reason)


def pass_on(ticket_id: int, at: datetime) -> None:
    """The unit's leader, or the deputy that day, agrees."""
    for row in _open(ticket_id):
        people = leaders.leaders_of(row.department_id, plans.today(at))
        if row.step is MotionStep.UNIT and people:
            actor = staffing.actor_of(people[0])
            motions.grant(row.id, actor, note="情况属实，同意上报", at=at)


def answer(ticket_id: int, at: datetime) -> None:
    """The hotline agrees to what the leader has passed on, and refuses returns."""
    for row in _open(ticket_id):
        if row.kind is Motion.RETURN:
            note = "按派单目录属本单位职责，请继续办理"
            motions.refuse(row.id, DISPATCHER, note=note, at=at)
        elif row.step is not MotionStep.UNIT:
            by = DISPATCHER if row.step is MotionStep.HOTLINE else AUTHORITY
            motions.grant(row.id, by, note="同意", at=at)


def _open(ticket_id: int) -> Sequence[MotionRow]:
    query = select(MotionRow).where(
        MotionRow.ticket_id == ticket_id, MotionRow.state == MotionState.OPEN
    )
    return db.session.scalars(query).all()


def verify(ticket_id: int, at: datetime) -> None:
    """The unit calls back whoever was unhappy, and finds the rating true (most) or mistaken."""
    rating = _bad(ticket_id)
    actor = _handler(ticket_id)
    if rating is None or actor is None or rating.finding is not None or rating.id % 5 == 0:
        return  # one in five waits for the visitor
    is_true = rating.id % 4 != 0
    check = Check(
        finding=Finding.TRUE if is_true else Finding.MISTAKEN,
        words="已电话回访，诉求人反映属实" if is_true else "已电话回访，诉求人称点错了选项",
        code=None if is_true else "wrong_option",
        reached=True,
    )
    ratings_review.verify(rating.id, check, actor, at=at)


def mend(ticket_id: int, at: datetime) -> None:
    """What was true is put right."""
    rating, actor = _bad(ticket_id), _handler(ticket_id)
    if rating is None or actor is None or rating.finding is not Finding.TRUE or rating.mended_at:
        return
    ratings_review.mend(rating.id, MENDED, actor, at=at)


def _bad(ticket_id: int) -> Rating | None:
    query = select(Rating).where(Rating.ticket_id == ticket_id).order_by(Rating.id.desc())
    rating = db.session.scalar(query.limit(1))
    is_bad = rating is not None and rating.satisfaction <= 2  # noqa: PLR2004 - two bad grades
    return rating if is_bad else None


def _handler(ticket_id: int) -> Actor | None:
    ticket = db.session.get(Ticket, ticket_id)
    unit = ticket.lead_department if ticket else None
    return Actor(Role.DEPARTMENT, f"{unit.short_name}经办人", None, unit.id) if unit else None


def leave_open(now: datetime) -> None:
    """Leave something for the visitor to decide: one motion at each step, and a leader on leave."""
    _leave_of_a_leader(now)
    first, second = (_working_at(code, now) for code in HOME)
    at = now - timedelta(minutes=90)
    for ticket_id, plea in zip(first, (EXTENSION, HANGING), strict=False):
        ask(ticket_id, plea, at)
    for ticket_id, plea in zip(second, (EXTENSION, HANGING, RETURN), strict=False):
        leader = _leader(HOME[1])
        ask(ticket_id, plea, at, by=leader)
    for ticket_id in _closed_at(HOME[0])[:1]:
        ask(ticket_id, APPEAL, at)


def _leave_of_a_leader(now: datetime) -> None:
    """宋清源 is away this week, 许青青 stands in."""
    leader, deputy = (
        db.session.scalars(select(Staff).where(Staff.login == login)).first()
        for login in ("lead_huanbao", "unit_huanbao")
    )
    if leader is None or deputy is None:
        return
    today = now.astimezone(sla.LOCAL).date()
    leave.take_leave(
        leader.id,
        deputy.id,
        (today - timedelta(days=1), today + timedelta(days=5)),
        staffing.actor_of(leader),
        reason="参加业务培训",
        at=now - timedelta(days=1),
    )


def _leader(code: str) -> Actor | None:
    query = (
        select(Staff)
        .join(Staff.department)
        .where(Staff.role == Role.DEPARTMENT_LEAD, Staff.department.has(code=code))
    )
    found = db.session.scalars(query).first()
    return staffing.actor_of(found) if found else None


def _working_at(code: str, now: datetime) -> Sequence[int]:
    """Tickets a unit works on with time left, the newest first."""
    query = (
        select(Ticket.id)
        .join(Deadline, Deadline.ticket_id == Ticket.id)
        .where(
            Ticket.lead_department.has(code=code),
            Ticket.stage == Stage.HANDLING,
            Ticket.urgency.not_in(HASTE),
            Deadline.clock == Clock.HANDLE,
            Deadline.stopped_at.is_(None),
            Deadline.due_at > now,
        )
        .order_by(Ticket.id.desc())
    )
    return db.session.scalars(query).all()


def _closed_at(code: str) -> Sequence[int]:
    query = select(Ticket.id).where(
        Ticket.lead_department.has(code=code),
        Ticket.stage == Stage.CLOSED,
        Ticket.kind.in_((Kind.COMPLAINT, Kind.HELP)),
    )
    return db.session.scalars(query.order_by(Ticket.id.desc())).all()
