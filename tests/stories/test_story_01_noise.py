"""故事 1 噪声投诉，国庆前：2026-09-30 10:00 a caller complains by phone of night work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hotline.cli.sla import command as sla_command
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind, Role
from hotline.services import intake

if TYPE_CHECKING:
    from apiflask import APIFlask

    from tests.stories.conftest import Tale

AGENT = Actor(Role.AGENT, "王晓燕")
HOLIDAY = ["10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"]


def logged(tale: Tale) -> int:
    at = tale.moment("2026-09-30 10:00")
    demand = intake.Demand(
        kind=Kind.COMPLAINT,
        channel=Channel.PHONE,
        title="建筑工地夜间施工噪声扰民",
        content="东湖区湖滨路建筑工地夜间施工，晚上十二点还在打桩，噪声很大，影响居民休息，请城管执法查处",
        phone="13912345678",
        name="刘先生",
        area_code="990101001",
        address="湖滨路 18 号",
    )
    ticket_id = intake.register(demand, AGENT, at=at).ticket_id
    tale.run_jobs()
    return ticket_id


def test_the_machine_is_sure_and_sends_it_to_the_district_city_management(tale: Tale) -> None:
    ticket = tale.ticket(logged(tale))
    assert ticket.stage is Stage.DISPATCHED
    assert ticket.channel is Channel.PHONE
    assert ticket.lead_department is not None
    assert ticket.lead_department.name == "东湖区城市管理局"


def test_the_handle_clock_jumps_over_the_holiday_and_counts_the_make_up_saturday(
    tale: Tale,
) -> None:
    ticket_id = logged(tale)
    assert tale.due(ticket_id, "handle") == "2026-10-13 17:30"
    assert tale.due(ticket_id, "sign") == "2026-09-30 12:00"


def test_the_explanation_names_each_skipped_day(tale: Tale, app: APIFlask) -> None:
    ticket = tale.ticket(logged(tale))
    runner = app.test_cli_runner()
    answer = runner.invoke(sla_command, ["explain", ticket.ticket_no, "--json"])
    told = json.loads(answer.stdout)
    assert told["due_at"] == "2026-10-13T17:30:00+08:00"
    skipped = {day["date"][5:]: day["why"] for day in told["days"] if not day["counted"]}
    assert all("国庆" in skipped[day] for day in HOLIDAY)
    counted = {day["date"][5:]: day["why"] for day in told["days"] if day["counted"]}
    assert list(counted) == ["10-08", "10-09", "10-10", "10-12", "10-13"]
    assert "调休" in counted["10-10"]
