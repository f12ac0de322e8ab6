"""1. 噪声投诉, 国庆前: five working days around seven days off and a worked Saturday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Clock, Kind
from hotline.services import dispatching, handling, intake, sorting
from tests.hotline.people import clock, entries, handler, notices, ticket, who
from tests.stories.telling import days, due, it_is, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

CALL = intake.Demand(
    kind=Kind.COMPLAINT,
    channel=Channel.PHONE,
    title="工地夜间施工噪音扰民",
    content="小区旁边的建筑工地夜间施工，半夜两点还在打桩，噪音扰民，全家睡不着",
    name="张女士",
    phone="13912345678",
    area_code="990101001",
    address="明月路 18 号",
)


@pytest.fixture
def logged(app: APIFlask, model: str, run_jobs: Callable[[], int]) -> int:
    """2026-09-30 10:00 a caller complains by phone; the agent logs it, and the workers run."""
    with it_is("2026-09-30 10:00") as now:
        receipt = intake.register(CALL, who("agent"), at=now)
        assert receipt.stage is Stage.REGISTERED
        run_jobs()
    return receipt.ticket_id


def test_the_classifier_is_sure_and_the_catalogue_sends_it(logged: int) -> None:
    row = ticket(logged)
    assert (row.stage, row.category_by) == (Stage.DISPATCHED, "model:starter")
    assert row.lead_department is not None
    assert row.lead_department.name == "东湖区城市管理局"
    assert row.dispatched_at is not None
    assert read(row.dispatched_at) == "2026-09-30 10:00"


def test_why_this_unit_is_written_down(logged: int) -> None:
    lead = dispatching.lead_assignment(ticket(logged))
    look = sorting.newest_suggestion(logged)
    assert lead is not None
    assert look is not None
    assert lead.legal_basis == "《中华人民共和国噪声污染防治法》"
    assert lead.rule_id
    assert "噪音扰民" in look.ranked[0]["because"]
    assert "自动派单" in look.decision


def test_the_dates_of_the_story(logged: int) -> None:
    assert due(logged, Clock.HANDLE) == "2026-10-13 17:30"
    assert due(logged, Clock.SIGN) == "2026-09-30 12:00"
    row = ticket(logged)
    assert row.promised_at is not None
    assert read(row.promised_at) == "2026-10-13 17:30"
    assert not row.is_provisional


def test_the_explanation_names_each_day_that_was_skipped(logged: int) -> None:
    told = days(clock(logged, Clock.HANDLE))
    assert [day for day, (counted, _) in told.items() if counted] == [
        *("10-08", "10-09", "10-10", "10-12", "10-13")
    ]
    for day in ("10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"):
        assert "国庆" in told[day][1], told[day]
        assert "不计入" in told[day][1]
    assert "调休" in told["10-10"][1]
    assert "不计入" in told["10-11"][1]  # a plain Sunday
    assert "不计入" in told["09-30"][1]  # 开始的当日不算入 (民法典第二百零一条)


def test_the_caller_and_the_unit_are_told(logged: int, app: APIFlask) -> None:
    (sent,) = app.extensions["hotline"].sms.sent
    assert sent.to == "13912345678"
    assert ticket(logged).ticket_no in sent.body
    (line,) = notices(logged)
    assert "【工单派发】东湖区城市管理局" in line.text
    assert "2026-10-13 17:30" in line.text


def test_the_unit_signs_in_time(logged: int, run_jobs: Callable[[], int]) -> None:
    with it_is("2026-09-30 11:20") as now:
        handling.sign(logged, handler("D0101"), at=now)
        run_jobs()
    assert ticket(logged).stage is Stage.HANDLING
    sign = clock(logged, Clock.SIGN)
    assert sign.stopped_at is not None
    assert read(sign.stopped_at) == "2026-09-30 11:20"
    assert entries(logged, Event.MILESTONE) == []
