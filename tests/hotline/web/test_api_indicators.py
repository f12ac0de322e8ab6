"""``GET /indicators`` and the acts of supervision for programs of the house (接口)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hotline.domain.terms import Mark, Role
from hotline.queries import indicators
from tests.hotline import people
from tests.hotline.queries import indicator_month as march
from tests.hotline.web.api_desk import API, UNIT, act, done, token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def asked(client: FlaskClient, role: Role = Role.SUPERVISOR, **query: str) -> TestResponse:
    return client.get(f"{API}/indicators", query_string=query, headers=token(role))


def test_all_indicators_come_with_definition_and_figures(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    march.play(a_ticket)
    body = asked(client, **MARCH).json
    assert (body["from"], body["to"], body["unit"]) == ("2026-03-01", "2026-03-31", None)
    found = {row["code"]: row for row in body["indicators"]}
    assert list(found) == [each.code for each in indicators.definitions()]
    on_time = found["close_on_time"]
    assert (on_time["numerator"], on_time["denominator"]) == (5, 7)
    assert on_time["value"] == pytest.approx(5 / 7)
    assert (on_time["kind"], on_time["better"]) == ("rate", "high")
    assert "办理时限" in on_time["denominator_text"]
    left = {row["code"]: (row["is_on"], row["count"]) for row in on_time["exclusions"]}
    assert left["hung"] == (True, 1)
    assert left["unassessed"] == (True, 0)
    assert found["handle_hours"]["hours"] == pytest.approx(173)
    unit = {row["code"]: row for row in asked(client, unit=UNIT, **MARCH).json["indicators"]}
    assert unit["close_on_time"]["value"] == 0.5


def test_they_are_for_supervisors_and_the_authority(client: FlaskClient) -> None:
    assert client.get(f"{API}/indicators", query_string=MARCH).status_code == 401
    for role in (Role.AGENT, Role.DISPATCHER, Role.CALLBACK, Role.ADMIN, Role.AUDITOR):
        assert asked(client, role, **MARCH).status_code == 403, role
    assert asked(client, Role.AUTHORITY, **MARCH).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "2026-03-31"}, "from"),
        ({"from": "2026-03-01"}, "to"),
        ({"from": "2026-02-30", "to": "2026-03-31"}, "from"),
        ({"from": "x", "to": "2026-03-31"}, "from"),
        ({"from": "2026-03-31", "to": "2026-03-01"}, "to"),
        ({"from": "2024-01-01", "to": "2026-03-01"}, "to"),
        ({"from": "9999-01-01", "to": "9999-02-01"}, "from"),
        ({**MARCH, "unit": "没有"}, "unit"),
        ({**MARCH, "unit": "ZZZ"}, "unit"),
        ({**MARCH, "sort": "asc"}, "sort"),
    ],
)
def test_what_cannot_be_asked_names_its_field(
    client: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = asked(client, **query)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_openapi_describes_the_question_and_the_answer(client: FlaskClient) -> None:
    spec: dict[str, Any] = client.get("/api/v1/openapi.json").json
    operation = spec["paths"]["/api/v1/indicators"]["get"]
    assert set(operation["responses"]) == {"200", "401", "403", "422", "503"}
    parameters = {one["name"]: one for one in operation["parameters"]}
    assert set(parameters) == {"from", "to", "unit"}
    assert parameters["from"]["required"]
    assert parameters["from"]["schema"]["format"] == "date"
    for name in ("raise_level", "order", "release"):
        path = f"/api/v1/tickets/{{ticket_no}}/actions/{name}"
        assert "post" in spec["paths"][path]
    order = spec["components"]["schemas"]["OrderIn"]
    assert set(order["required"]) == {"leader", "reason"}


def test_a_program_raises_orders_and_releases(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    number = people.ticket(ticket_id).ticket_no
    who = token(Role.SUPERVISOR)
    done(client, number, "raise_level", who, reason="久拖不决")
    done(client, number, "order", who, leader="张副市长", reason="请一周内解决")
    assert {Mark.RAISED, Mark.ORDERED, Mark.SUPERVISED} <= set(people.ticket(ticket_id).marks)
    done(client, number, "release", who, reason="已解决")
    assert Mark.SUPERVISED.value not in people.ticket(ticket_id).marks
    again = act(client, number, "release", who, reason="再解除")
    assert (again.status_code, "没有列入督办" in again.json["detail"]) == (403, True)
    unit = act(client, number, "raise_level", token(Role.DEPARTMENT, UNIT), reason="x")
    assert unit.status_code == 403
    wrong = act(client, number, "order", who, leader="长" * 31, reason="x")
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"leader"})
