"""The description of the API says all that the API does (OpenAPI 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

ANSWERS = {
    ("post", "/tickets"): {"201", "400", "409", "413", "415", "422", "503"},
    ("get", "/tickets/{ticket_no}"): {"200", "404", "422", "429", "503"},
    ("get", "/tickets"): {"200", "401", "403", "422", "503"},
    ("post", "/tickets/{ticket_no}/actions/sign"): {
        *("200", "400", "401", "403", "404", "409", "413", "415", "422", "503")
    },
}


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield method, path.removeprefix("/api/v1"), operation


def test_it_is_openapi_3_1_and_open_to_everybody(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in spec["paths"])


def test_every_refusal_is_described(spec: dict[str, Any]) -> None:
    described = {
        (method, path): set(operation["responses"]) for method, path, operation in operations(spec)
    }
    for endpoint, answers in ANSWERS.items():
        assert described[endpoint] == answers, endpoint


def test_every_refusal_is_a_problem(spec: dict[str, Any]) -> None:
    for method, path, operation in operations(spec):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                assert "application/json" in response["content"], (method, path, status)
            else:
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)
            if status in ("429", "503"):
                assert "Retry-After" in response["headers"]


def test_staff_endpoints_name_their_key(spec: dict[str, Any]) -> None:
    assert spec["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for _method, path, operation in operations(spec):
        is_staff = "401" in operation["responses"]
        assert ("security" in operation) == is_staff, path


def test_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    known = set(spec["components"]["schemas"])

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"].rsplit("/", 1)[1]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    assert set(references(spec["paths"])) <= known
    assert set(references(spec["components"])) <= known


def test_bodies_are_closed_and_operations_have_names(spec: dict[str, Any]) -> None:
    for name, schema in spec["components"]["schemas"].items():
        if name.endswith("In"):
            assert schema["additionalProperties"] is False, name
    names = [operation["operationId"] for _m, _p, operation in operations(spec)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for _m, _p, operation in operations(spec))
