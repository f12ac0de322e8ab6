"""故事 4 燃气味：2026-10-03 23:10, a holiday night, an app post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Role, Urgency
from hotline.models import Notice, Ticket

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.stories.conftest import Tale


def post(tale: Tale, client: FlaskClient) -> dict[str, str]:
    tale.moment("2026-10-03 23:10")
    answer = client.post(
        "/api/v1/tickets",
        json={
            "content": "楼道里有很浓的煤气味",
            "channel": "app",
            "area_code": "990101001",
            "caller": {"phone": "13912341111"},
        },
    )
    assert answer.status_code == 201
    told: dict[str, str] = answer.get_json()
    return told


def test_the_citizen_is_told_at_once_what_to_do(tale: Tale, client: FlaskClient) -> None:
    told = post(tale, client)
    assert told["urgency"] == "critical"
    assert "119" in told["advice"]
    assert "110" in told["advice"]
    assert "燃气" in told["advice"]


def test_it_is_dispatched_in_the_night_with_two_natural_hours(
    tale: Tale, client: FlaskClient
) -> None:
    number = post(tale, client)["ticket_no"]
    tale.run_jobs()
    ticket = db.session.scalars(select(Ticket).where(Ticket.ticket_no == number)).one()
    assert ticket.urgency is Urgency.CRITICAL
    assert ticket.stage is Stage.DISPATCHED
    assert ticket.lead_department is not None
    assert "燃气" in ticket.lead_department.name
    assert tale.due(ticket.id, "handle") == "2026-10-04 01:10"


def test_the_agent_on_duty_and_the_unit_are_alerted(tale: Tale, client: FlaskClient) -> None:
    post(tale, client)
    tale.run_jobs()
    notices = db.session.scalars(select(Notice)).all()
    to_agents = [n for n in notices if n.role is Role.AGENT]
    to_unit = [n for n in notices if n.department_id is not None]
    assert len(to_agents) == 1
    assert "特急" in to_agents[0].text
    assert any("特急" in n.text for n in to_unit)
