"""4. 燃气味: a holiday night, and nobody waits for the morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Clock, Role, Urgency
from hotline.services import intake, relay
from tests.hotline.people import entries, notices, ticket
from tests.stories.telling import due, it_is, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

POST = intake.Demand(
    channel=Channel.APP,
    content="楼道里有很浓的煤气味",
    phone="13712345678",
    area_code="990102001",
    address="岭下街 6 号 2 单元",
)


def posted() -> intake.Receipt:
    with it_is("2026-10-03 23:10") as now:
        return intake.register(POST, CITIZEN, at=now)


@pytest.fixture
def handled(app: APIFlask, model: str, run_jobs: Callable[[], int]) -> int:
    """2026-10-03 23:10, and the workers run in the same minute."""
    receipt = posted()
    with it_is("2026-10-03 23:10"):
        run_jobs()
    return receipt.ticket_id


def test_the_citizen_is_advised_before_any_job_runs(app: APIFlask) -> None:
    receipt = posted()
    assert (receipt.urgency, receipt.urgency.label) == (Urgency.CRITICAL, "特急")
    assert "119" in receipt.advice
    assert "燃气公司" in receipt.advice
    assert receipt.promised_at == "2026-10-04T01:10:00+08:00"


def test_it_goes_first(app: APIFlask) -> None:
    receipt = posted()
    with it_is("2026-10-03 23:12") as later:
        (lost,) = relay.unsettled(later)  # even when the queue was lost, it is found as urgent
    assert (lost.ticket_id, lost.is_critical) == (receipt.ticket_id, True)


def test_dispatched_without_waiting_for_morning(handled: int) -> None:
    row = ticket(handled)
    assert row.lead_department is not None
    assert (row.stage, row.lead_department.name) == (Stage.DISPATCHED, "示范市燃气集团有限公司")
    assert row.dispatched_at is not None
    assert read(row.dispatched_at) == "2026-10-03 23:10"
    assert [entry.actor_name for entry in entries(handled)][-1] == "系统"


def test_two_natural_hours(handled: int) -> None:
    assert due(handled, Clock.HANDLE) == "2026-10-04 01:10"
    assert due(handled, Clock.SIGN) == "2026-10-03 23:40"
    assert due(handled, Clock.CONTACT) == "2026-10-03 23:40"


def test_the_agent_on_duty_and_the_gas_company_are_alerted(handled: int) -> None:
    alerts = [line for line in notices(handled) if line.text.startswith("【特急】")]
    assert {line.role for line in alerts} == {Role.AGENT, Role.DISPATCHER, None}
    assert any(line.department_id == ticket(handled).lead_department_id for line in alerts)


def test_nobody_signs_for_half_an_hour(handled: int, run_jobs: Callable[[], int]) -> None:
    with it_is("2026-10-03 23:41"):
        time_has_come(run_jobs)
    assert "red" in ticket(handled).marks
    bosses = [line for line in notices(handled) if line.role is Role.SUPERVISOR]
    assert bosses
    assert all("【紧急超期】" in line.text for line in bosses)


def test_a_machine_that_is_not_sure_does_not_hold_it_up(
    app: APIFlask, model: str, run_jobs: Callable[[], int]
) -> None:
    with it_is("2026-10-03 23:10") as now:
        demand = intake.Demand(content="救命！天然气泄漏！", area_code="990102001")
        ticket_id = intake.register(demand, CITIZEN, at=now).ticket_id
        run_jobs()
    assert ticket(ticket_id).stage is Stage.DISPATCHED
