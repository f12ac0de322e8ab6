"""Short words for tests of the API: file a demand, hold a token, act on a ticket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hotline.domain.terms import Role
from hotline.services import staffing

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

API = "/api/v1"
CONTENT = "东湖区湖滨路工地夜里十二点还在施工，机器声音很大，无法入睡"
UNIT, OTHER_UNIT = "D0101", "D0102"
PROBLEM = "application/problem+json"


def token(role: Role, department: str | None = None) -> dict[str, str]:
    """Headers of a program with a fresh token."""
    at = datetime.now(UTC)
    made = staffing.create_token(role, name="测试", department_code=department, days=1, at=at)
    return {"Authorization": f"Bearer {made}"}


def file(client: FlaskClient, *, key: str | None = None, **body: Any) -> TestResponse:
    """File a demand; ``key`` is the Idempotency-Key."""
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(f"{API}/tickets", json={"content": CONTENT, **body}, headers=headers)


def filed(client: FlaskClient, **body: Any) -> tuple[str, str]:
    """Number and query code of a ticket filed now."""
    answer = file(client, **{"caller": {"phone": "13912345678", "name": "张女士"}, **body})
    assert answer.status_code == 201, answer.text
    return answer.json["ticket_no"], answer.json["query_code"]


def progress(client: FlaskClient, ticket_no: str, code: str) -> TestResponse:
    """Ask for the public progress."""
    return client.get(f"{API}/tickets/{ticket_no}", query_string={"query_code": code})


def act(
    client: FlaskClient, ticket_no: str, action: str, who: dict[str, str], **body: Any
) -> TestResponse:
    """Do one action of staff."""
    return client.post(f"{API}/tickets/{ticket_no}/actions/{action}", json=body, headers=who)


def done(
    client: FlaskClient, ticket_no: str, action: str, who: dict[str, str], **body: Any
) -> dict[str, Any]:
    """Do one action that must succeed."""
    answer = act(client, ticket_no, action, who, **body)
    assert answer.status_code == 200, answer.text
    return answer.json


def to_callback(client: FlaskClient, ticket_no: str) -> None:
    """Lead a registered ticket to where its citizen is asked."""
    desk, unit = token(Role.DISPATCHER), token(Role.DEPARTMENT, UNIT)
    done(client, ticket_no, "classify", desk, category_code="01")
    done(client, ticket_no, "dispatch", desk, department_code=UNIT)
    done(client, ticket_no, "sign", unit)
    done(client, ticket_no, "reply", unit, text="已责令工地夜间停工，并安排专人值守")
    assert done(client, ticket_no, "approve", desk)["stage"] == "callback"
