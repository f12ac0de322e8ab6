"""The generic telephone contract: one address with a secret, three events, an empty answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.models import Call

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ADDRESS = "/hooks/cti/test-cti"
CALL = {
    "event": "newCall",
    "from": "13912345678",
    "to": "12345",
    "direction": "in",
    "callId": "pbx-1",
}


def report(client: FlaskClient, **changes: Any) -> TestResponse:
    body = {name: value for name, value in {**CALL, **changes}.items() if value is not ...}
    return client.post(ADDRESS, json=body)


def calls() -> list[Call]:
    return list(db.session.scalars(select(Call).order_by(Call.id)))


def test_a_call_is_noted_once_whatever_is_delivered(client: FlaskClient) -> None:
    for event in ("newCall", "newCall", "answer", "hangup", "hangup"):
        answer = report(client, event=event, user="王晓燕", cause="normalClearing")
        assert (answer.status_code, answer.json) == (200, {})
    (call,) = calls()
    assert call.from_number == "13912345678"


def test_a_form_is_as_good_as_json(client: FlaskClient) -> None:
    form = {**CALL, "user[]": ["a", "b"], "queue": "投诉"}
    assert client.post(ADDRESS, data=form).json == {}
    assert len(calls()) == 1


def test_events_may_come_out_of_order(client: FlaskClient) -> None:
    assert report(client, event="hangup").status_code == 200
    assert report(client, event="newCall").status_code == 200
    assert len(calls()) == 1


def test_outgoing_calls_leave_no_row(client: FlaskClient) -> None:
    assert report(client, direction="out").json == {}
    assert not calls()


def test_long_ids_of_an_exchange_are_kept_apart(client: FlaskClient) -> None:
    for tail in "ab":
        assert report(client, callId="x" * 200 + tail).status_code == 200
        assert report(client, callId="x" * 200 + tail).status_code == 200
    assert len(calls()) == 2


@pytest.mark.parametrize("secret", ["wrong", "test-cti2", "é", "%E4%B8", "test-ct"])
def test_a_wrong_token_gets_403_before_anything_is_read(client: FlaskClient, secret: str) -> None:
    answer = client.post(f"/hooks/cti/{secret}", data=b"{", content_type="application/json")
    assert answer.status_code == 403
    assert answer.content_type.startswith("application/problem+json")
    assert not calls()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event": "ring"}, "event"),
        ({"event": ...}, "event"),
        ({"direction": "up"}, "direction"),
        ({"callId": ...}, "callId"),
        ({"callId": " "}, "callId"),
        ({"callId": "\u0000"}, "callId"),
        ({"callId": 7}, "callId"),
        ({"from": None}, "from"),
        ({"from": "1" * 65}, "from"),
        ({"to": ...}, "to"),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, changes: dict[str, Any], field: str) -> None:
    answer = report(client, **changes)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}
    assert not calls()


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"x", "text/plain", 415),
        (b"", "application/json", 422),
    ],
)
def test_a_body_that_cannot_be(
    client: FlaskClient, data: bytes, content_type: str, status: int
) -> None:
    answer = client.post(ADDRESS, data=data, content_type=content_type)
    assert answer.status_code == status
