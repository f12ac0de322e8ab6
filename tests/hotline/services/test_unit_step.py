"""单位审核: the leader's yes, the deputy's on leave, units without a leader; 不合理与考核申诉."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock, Mark, Resolved
from hotline.models import Milestone, MotionRow, Notice
from hotline.services import leave, motions
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea
from hotline.services.timing import sweeping
from tests.hotline.people import (
    clock,
    entries,
    handler,
    look,
    rate,
    stage,
    ticket,
    to_callback,
    to_handling,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LONGER = Plea(
    kind=Motion.EXTENSION,
    reason="须开挖检测",
    evidence="检测单位排期表",
    reply_text="检测完成后三日内答复您",
    days=3,
)
BEYOND = Plea(
    kind=Motion.UNREASONABLE,
    reason="要求赔偿百万元，无政策和事实依据",
    reason_code="beyond_reason",
    evidence="3月10日入户核查记录及政策文件",
)
UNFAIR = Plea(
    kind=Motion.APPEAL,
    reason="评价人未到现场，属误评",
    reason_code="wrong_rating",
    evidence="回访录音：市民称按错了键",
)


def motion(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


def on_leave(at: datetime, deputy: str = "department") -> int:
    """高建军 is away for a week; 陈志强 stands in."""
    leader, first = who("lead_chengguan"), at.date()
    return leave.take_leave(
        leader.staff_id or 0,
        who(deputy).staff_id or 0,
        (first, first + timedelta(days=6)),
        leader,
        reason="出差",
        at=at,
    )


def test_the_deputy_decides_while_the_leader_is_on_leave(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, LONGER, handler(), at=at)
    deputy = who("department")
    assert motions.waiting_at(deputy, at=at) == []
    with pytest.raises(NotAllowed, match="高建军"):
        motions.grant(asked, deputy, note=None, at=at)
    absence = on_leave(at)
    ((row, found),) = motions.waiting_at(deputy, at=at)
    assert (row.id, found.id) == (asked, ticket_id)
    motions.grant(asked, deputy, note="同意", at=at)
    assert (motion(asked).unit_decided_by, motion(asked).step) == ("陈志强", MotionStep.HOTLINE)
    leave.cancel_leave(absence, who("lead_chengguan"), at=at)


def test_what_the_deputy_files_himself_is_passed_by_that(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    on_leave(at)
    asked = motions.file(ticket_id, LONGER, who("department"), at=at)
    assert (motion(asked).step, motion(asked).unit_decided_by) == (MotionStep.HOTLINE, "陈志强")


def test_after_the_leave_the_deputy_is_a_handler_again(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    on_leave(at - timedelta(days=10))
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, LONGER, who("department"), at=at)
    assert motion(asked).step is MotionStep.UNIT


def test_a_unit_without_a_leader_goes_to_the_hotline_at_once(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at, code="C23")  # nobody leads it, nor the city above
    asked = motions.file(ticket_id, LONGER, handler("C23"), at=at)
    assert motion(asked).step is MotionStep.HOTLINE
    assert "未登记负责人" in (motion(asked).unit_decision or "")


def test_the_leader_above_decides_for_a_unit_without_one(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """区交通局 has no leader of its own; 市交通局's is told and decides."""
    ticket_id = to_handling(a_ticket(), at=at, code="D0108")
    asked = motions.file(ticket_id, LONGER, handler("D0108"), at=at)
    leader = who("lead_jiaotong")
    assert [row.id for row, _ticket in motions.waiting_at(leader, at=at)] == [asked]
    assert motions.waiting_at(who("lead_zhujian"), at=at) == []
    motions.grant(asked, leader, note=None, at=at)
    assert motion(asked).step is MotionStep.HOTLINE


def test_the_leader_refuses_and_it_never_reaches_the_hotline(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, LONGER, handler(), at=at)
    with pytest.raises(Invalid, match="驳回须写明理由"):
        motions.refuse(asked, who("lead_chengguan"), note=" ", at=at)
    motions.refuse(asked, who("lead_chengguan"), note="抓紧办，不必延期", at=at)
    row = motion(asked)
    assert (row.state, row.unit_decision, row.step) == (
        *(MotionState.REFUSED, "抓紧办，不必延期", MotionStep.UNIT),
    )
    with pytest.raises(Conflict, match="高建军"):
        motions.grant(asked, who("dispatcher"), note=None, at=at)


def test_leader_and_authority_are_told_by_the_bell(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    motions.file(ticket_id, LONGER, handler(), at=at)
    run_jobs()
    look()
    query = db.select(Notice).where(Notice.staff_id == who("lead_chengguan").staff_id)
    (line,) = db.session.scalars(query)
    assert line.text.startswith("【待您审核】东湖区城市管理局")
    assert "须开挖检测" in line.text
    beyond = motions.file(ticket_id, BEYOND, who("lead_chengguan"), at=at)
    run_jobs()
    look()
    desk = db.select(Notice.text).where(Notice.role == "authority")
    (text,) = db.session.scalars(desk)
    assert text.startswith("【不合理诉求申请】")
    assert motion(beyond).step is MotionStep.AUTHORITY


# --- 不合理诉求 -------------------------------------------------------------------------------


def test_unreasonable_needs_a_code_of_the_catalogue_and_evidence(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    for changes, field in (({"reason_code": None}, "reason_code"), ({"evidence": ""}, "evidence")):
        with pytest.raises(Invalid) as refused:
            motions.file(ticket_id, replace(BEYOND, **changes), handler(), at=at)
        assert set(refused.value.errors) == {field}


def test_unreasonable_is_closed_by_the_authority(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    longer = motions.file(ticket_id, LONGER, handler(), at=at)
    asked = motions.file(ticket_id, BEYOND, who("lead_chengguan"), at=at)
    with pytest.raises(NotAllowed):
        motions.grant(asked, who("dispatcher"), note=None, at=at)
    motions.grant(asked, who("authority"), note="经核查认定", at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.outcome) == (Stage.CLOSED, Outcome.UNREASONABLE)
    assert motion(longer).state is MotionState.WITHDRAWN
    assert clock(ticket_id, Clock.HANDLE).stopped_at == at


# --- 考核申诉 ---------------------------------------------------------------------------------


def closed(a_ticket: Callable[..., int], at: datetime) -> int:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, Verdict(satisfaction=3, resolved=Resolved.PARTLY), at=at)
    assert stage(ticket_id) is Stage.CLOSED
    return ticket_id


def test_an_appeal_takes_the_ticket_out_of_the_assessment(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = closed(a_ticket, at)
    asked = motions.file(ticket_id, UNFAIR, handler(), at=at)
    assert motion(asked).step is MotionStep.AUTHORITY
    with pytest.raises(NotAllowed):
        motions.grant(asked, who("dispatcher"), note=None, at=at)
    motions.grant(asked, who("authority"), note="录音属实", at=at)
    assert Mark.EXCLUDED in ticket(ticket_id).marks
    assert entries(ticket_id, Event.APPEAL_GRANTED)[0].reason == "录音属实"
    with pytest.raises(NotAllowed, match="已不纳入考核"):
        motions.file(ticket_id, UNFAIR, handler(), at=at)


def test_an_appeal_within_thirty_days_of_closing(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = closed(a_ticket, at)
    last = at + timedelta(days=30)
    with pytest.raises(NotAllowed, match="2026-04-10 09:30"):
        motions.file(ticket_id, UNFAIR, handler(), at=last + timedelta(seconds=1))
    motions.file(ticket_id, UNFAIR, handler(), at=last)


def test_appeals_are_for_closed_tickets_and_again_only_with_new_evidence(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    working = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed, match="已办结"):
        motions.file(working, UNFAIR, handler(), at=at)
    ticket_id = closed(a_ticket, at)
    asked = motions.file(ticket_id, UNFAIR, handler(), at=at)
    motions.refuse(asked, who("authority"), note="录音听不清", at=at)
    with pytest.raises(Invalid, match="新的依据"):
        motions.file(ticket_id, UNFAIR, handler(), at=at)
    motions.file(ticket_id, replace(UNFAIR, evidence="市民书面说明"), handler(), at=at)


def test_the_review_of_an_appeal_warns_though_the_ticket_is_closed(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = closed(a_ticket, at)
    asked = motions.file(ticket_id, UNFAIR, handler(), at=at)
    review = clock(ticket_id, Clock.REVIEW_APPEAL, turn=asked)
    while sweeping.sweep(review.due_at + timedelta(days=1)):
        pass
    query = db.select(Milestone.name).where(Milestone.deadline_id == review.id)
    assert "review-red" in set(db.session.scalars(query))
    assert date(2026, 3, 16) == review.due_at.date()  # three working days, a weekend between
