"""``GET /dispatch-quality`` for programs of the house: the figures of the page (接口)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from hotline.domain.terms import Role
from tests.hotline.people import CHENGGUAN, ZHUJIAN
from tests.hotline.queries import indicator_month as march
from tests.hotline.web.api_desk import API, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(autouse=True)
def end_of_march() -> Iterator[None]:
    with time_machine.travel(march.at_the_end(), tick=False):
        yield


def asked(client: FlaskClient, role: Role = Role.SUPERVISOR, **query: str) -> TestResponse:
    return client.get(f"{API}/dispatch-quality", query_string=query, headers=token(role))


def test_the_figures_of_a_month(client: FlaskClient, a_ticket: Callable[..., int]) -> None:
    march.play(a_ticket)
    body = asked(client, **MARCH).json
    total = body["total"]
    assert (total["sent"], total["right"], total["wrong"], total["left_out"]) == (9, 6, 2, 1)
    assert (total["accuracy"], total["machine_accuracy"]) == (0.75, None)
    assert (total["returns_filed"], total["returns_granted"], total["return_rate"]) == (3, 2, 0.3)
    units = {row["code"]: (row["right"], row["wrong"]) for row in body["units"]}
    assert units == {CHENGGUAN: (5, 2), ZHUJIAN: (1, 0)}
    assert [row["code"] for row in body["categories"]] == ["02"]
    ways = {(row["from_unit"], row["to_unit"], row["count"]) for row in body["moves"]}
    assert ways == {(CHENGGUAN, ZHUJIAN, 1), (CHENGGUAN, None, 1)}
    assert body["settled_until"].startswith("2026-03-30T23:59")
    own = asked(client, unit=ZHUJIAN, category="02", sender="person", **MARCH).json
    assert own["total"]["accuracy"] == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [
        *((role, 200) for role in (Role.DISPATCHER, Role.AUTHORITY, Role.ADMIN, Role.AUDITOR)),
        *((role, 403) for role in (Role.AGENT, Role.CALLBACK, Role.KNOWLEDGE, Role.SECURITY)),
    ],
)
def test_it_is_for_those_who_read_the_page(client: FlaskClient, role: Role, status: int) -> None:
    assert asked(client, role, **MARCH).status_code == status
    assert client.get(f"{API}/dispatch-quality", query_string=MARCH).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "2026-03-31"}, "from"),
        ({"from": "x", "to": "2026-03-31"}, "from"),
        ({"from": "2026-03-31", "to": "2026-03-01"}, "to"),
        ({**MARCH, "unit": "ZZZ"}, "unit"),
        ({**MARCH, "category": "77"}, "category"),
        ({**MARCH, "sender": "nobody"}, "sender"),
        ({**MARCH, "sort": "asc"}, "sort"),
    ],
)
def test_what_cannot_be_asked_names_its_field(
    client: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = asked(client, **query)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_openapi_describes_it(client: FlaskClient) -> None:
    spec: dict[str, Any] = client.get("/api/v1/openapi.json").json
    operation = spec["paths"]["/api/v1/dispatch-quality"]["get"]
    assert {each["name"] for each in operation["parameters"]} == {
        *("from", "to", "category", "unit", "sender")
    }
