"""5. 退单拉锯: a streetlight between two offices, ended by a ruling; the clock never restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark
from hotline.models import MotionRow
from hotline.queries import progress
from hotline.services import dispatching, motions
from hotline.services.motions import Plea
from hotline.web.citizen import words
from tests.hotline.people import CHENGGUAN, ZHUJIAN, clock, entries, handler, ticket, to_unit, who
from tests.stories.telling import due, it_is, moment, read

if TYPE_CHECKING:
    from collections.abc import Callable

PROMISED = "2026-03-18 17:30"  # five working days after Wednesday 2026-03-11


def plea(reason: str, suggested: str, evidence: str = "") -> Plea:
    return Plea(
        kind=Motion.RETURN,
        reason=reason,
        reason_code="wrong_duty",
        suggested_code=suggested,
        evidence=evidence,
    )


BUILT_ELSEWHERE = plea("该路段路灯已移交城管部门管养", CHENGGUAN)
NOT_OURS = plea("路灯属住建部门新建未移交", ZHUJIAN, "管养台账中没有该路段")
NOT_OURS_AGAIN = plea("路灯属住建部门新建未移交", ZHUJIAN, "3月10日移交会议纪要：该路段暂缓移交")


def seen(ticket_id: int, at: str) -> str:
    """The headline the citizen reads."""
    return words.state(progress.progress(ticket(ticket_id), at=moment(at))).title


def motion(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


@pytest.fixture
def at_zhujian(a_ticket: Callable[..., int]) -> int:
    """Wednesday 2026-03-11 09:30: the streetlight is out, dispatched to 区住建局."""
    with it_is("2026-03-11 09:30") as now:
        return to_unit(a_ticket(title="路灯不亮", at=now), at=now, code=ZHUJIAN)


@pytest.fixture
def at_chengguan(at_zhujian: int) -> int:
    """区住建局 returns within the day, review agrees, it goes to 区城管局."""
    with it_is("2026-03-11 10:30") as now:
        first = motions.file(at_zhujian, BUILT_ELSEWHERE, handler(ZHUJIAN), at=now)
    with it_is("2026-03-11 11:00") as now:
        motions.grant(first, who("dispatcher"), note="同意改派", at=now)
    with it_is("2026-03-11 11:05") as now:
        dispatching.dispatch(at_zhujian, CHENGGUAN, actor=who("dispatcher"), at=now)
    return at_zhujian


@pytest.fixture
def disputed(at_chengguan: int) -> int:
    """区城管局 returns too and is refused; then it returns again with new evidence."""
    with it_is("2026-03-11 15:00") as now:
        second = motions.file(at_chengguan, NOT_OURS, handler(CHENGGUAN), at=now)
    with it_is("2026-03-11 16:00") as now:
        motions.refuse(second, who("dispatcher"), note="派单目录写明由城管局管养", at=now)
    with it_is("2026-03-12 09:00") as now:
        motions.file(at_chengguan, NOT_OURS_AGAIN, handler(CHENGGUAN), at=now)
    return at_chengguan


def test_within_one_working_day_and_not_later(at_zhujian: int) -> None:
    with it_is("2026-03-12 17:31") as now, pytest.raises(Invalid, match="2026-03-12 17:30"):
        motions.file(at_zhujian, BUILT_ELSEWHERE, handler(ZHUJIAN), at=now)
    with it_is("2026-03-12 17:30") as now:
        motions.file(at_zhujian, BUILT_ELSEWHERE, handler(ZHUJIAN), at=now)


def test_the_citizen_sees_that_the_unit_is_being_found_and_the_first_promise(
    at_zhujian: int,
) -> None:
    assert seen(at_zhujian, "2026-03-11 10:00") != "正在确定承办单位"
    with it_is("2026-03-11 10:30") as now:
        first = motions.file(at_zhujian, BUILT_ELSEWHERE, handler(ZHUJIAN), at=now)
        motions.grant(first, who("dispatcher"), note="同意改派", at=now)
    assert seen(at_zhujian, "2026-03-11 11:00") == "正在确定承办单位"
    assert ticket(at_zhujian).promised_at == moment(PROMISED)


def test_after_a_refusal_only_new_evidence_counts(at_chengguan: int) -> None:
    with it_is("2026-03-11 15:00") as now:
        second = motions.file(at_chengguan, NOT_OURS, handler(CHENGGUAN), at=now)
        motions.refuse(second, who("dispatcher"), note="派单目录写明由城管局管养", at=now)
        for old in ("", " ", "管养台账中 没有该路段", NOT_OURS.reason):
            again = plea("路灯属住建部门新建未移交", ZHUJIAN, old)
            with pytest.raises(Invalid) as refused:
                motions.file(at_chengguan, again, handler(CHENGGUAN), at=now)
            assert "新的依据" in refused.value.errors["evidence"]


def test_the_third_time_goes_to_adjudication(disputed: int) -> None:
    row = ticket(disputed)
    assert Mark.ADJUDICATING in row.marks
    assert row.lead_department is not None
    assert row.lead_department.code == CHENGGUAN  # somebody stays responsible meanwhile
    third = db.session.scalars(select(MotionRow).order_by(MotionRow.id.desc())).first()
    assert third is not None
    ruling = clock(disputed, Clock.ADJUDICATE, turn=third.id)
    assert read(ruling.due_at) == "2026-03-13 17:30"  # one working day
    assert ruling.stopped_at is None
    with it_is("2026-03-12 09:30") as now, pytest.raises(NotAllowed, match="裁定"):
        motions.grant(third.id, who("dispatcher"), note=None, at=now)
    assert seen(disputed, "2026-03-12 09:30") == "正在确定承办单位"
    assert row.promised_at == row.first_promised_at == moment(PROMISED)


@pytest.mark.parametrize(("lead", "state"), [(CHENGGUAN, "refused"), (ZHUJIAN, "granted")])
def test_the_lead_is_fixed_once_for_all(disputed: int, lead: str, state: str) -> None:
    began = clock(disputed, Clock.HANDLE).started_at
    with it_is("2026-03-12 15:00") as now:
        motions.rule(
            disputed,
            lead,
            who("authority"),
            reason="城管局负责已移交路灯，住建局负责未移交路灯；经三方核对台账裁定",
            at=now,
        )
    row = ticket(disputed)
    assert row.lead_department is not None
    assert (row.lead_department.code, row.no_return, row.stage) == (lead, True, Stage.DISPATCHED)
    assert Mark.ADJUDICATING not in row.marks
    third = db.session.scalars(select(MotionRow).order_by(MotionRow.id.desc())).first()
    assert third is not None
    assert third.state.value == state
    assert clock(disputed, Clock.ADJUDICATE, turn=third.id).stopped_at is not None
    assert clock(disputed, Clock.HANDLE).started_at == began  # the clock never restarted
    assert due(disputed, Clock.HANDLE) == PROMISED
    assert row.promised_at == row.first_promised_at == moment(PROMISED)
    again = plea("还是不归我们", CHENGGUAN if lead == ZHUJIAN else ZHUJIAN, "新的会议纪要")
    with it_is("2026-03-12 15:30") as now, pytest.raises(NotAllowed, match="禁止退回"):
        motions.file(disputed, again, handler(lead), at=now)


def test_both_sides_reasons_are_in_the_record(disputed: int) -> None:
    with it_is("2026-03-12 15:00") as now:
        motions.rule(disputed, CHENGGUAN, who("dispatcher"), reason="以移交台账为准", at=now)
    (entry,) = entries(disputed, Event.ADJUDICATED)
    assert entry.reason == "以移交台账为准"
    assert [side["unit"] for side in entry.payload["sides"]] == [
        "东湖区住房和城乡建设局",
        "东湖区城市管理局",
        "东湖区城市管理局",
    ]
    assert [side["reason"] for side in entry.payload["sides"]] == [
        BUILT_ELSEWHERE.reason,
        NOT_OURS.reason,
        NOT_OURS_AGAIN.reason,
    ]
    assert entry.payload["sides"][2]["evidence"] == NOT_OURS_AGAIN.evidence
    assert entry.payload["sides"][1]["decision"] == "派单目录写明由城管局管养"


def test_two_agreed_returns_are_ruled_on_as_well(at_chengguan: int) -> None:
    with it_is("2026-03-11 15:00") as now:
        second = motions.file(at_chengguan, NOT_OURS, handler(CHENGGUAN), at=now)
        motions.grant(second, who("dispatcher"), note=None, at=now)
    assert ticket(at_chengguan).stage is Stage.TO_DISPATCH
    assert clock(at_chengguan, Clock.ADJUDICATE, turn=second).stopped_at is None
    with it_is("2026-03-11 16:00") as now:
        with pytest.raises(Invalid, match="裁定须写明"):
            dispatching.dispatch(at_chengguan, ZHUJIAN, actor=who("dispatcher"), at=now)
        motions.rule(at_chengguan, ZHUJIAN, who("authority"), reason="未移交，住建局负责", at=now)
    row = ticket(at_chengguan)
    assert (row.no_return, row.stage) == (True, Stage.DISPATCHED)
    assert due(at_chengguan, Clock.HANDLE) == PROMISED
    assert len(entries(at_chengguan, Event.ADJUDICATED)[0].payload["sides"]) == 2


def test_a_withdrawn_return_ends_the_dispute(disputed: int) -> None:
    third = db.session.scalars(select(MotionRow).order_by(MotionRow.id.desc())).first()
    assert third is not None
    with it_is("2026-03-12 10:00") as now:
        motions.withdraw(third.id, handler(CHENGGUAN), at=now)
    assert Mark.ADJUDICATING not in ticket(disputed).marks
    assert motion(third.id).state is MotionState.WITHDRAWN
    assert seen(disputed, "2026-03-12 10:01") != "正在确定承办单位"
