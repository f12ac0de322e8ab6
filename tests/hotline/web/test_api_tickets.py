"""``POST /api/v1/tickets``: the door of programs, and what bad input gets there (design 4)."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from hotline.db import db
from hotline.models import Attachment, Citizen, Ticket
from tests.hotline.web.api_desk import API, CONTENT, PROBLEM, file, filed, progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def post(client: FlaskClient, data: bytes | str, content_type: str) -> TestResponse:
    return client.post(f"{API}/tickets", data=data, content_type=content_type)


def base64_of(content: bytes | str) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.b64encode(raw).decode()


def test_content_alone_makes_a_ticket(client: FlaskClient) -> None:
    answer = file(client)
    assert answer.status_code == 201
    body = answer.json
    assert set(body) == {
        *("ticket_no", "query_code", "stage", "promised_at", "urgency", "advice", "attachments")
    }
    assert body["stage"] == "registered"
    assert body["promised_at"].endswith("+08:00")
    assert answer.headers["Location"] == f"{API}/tickets/{body['ticket_no']}"
    row = db.session.scalar(select(Ticket).where(Ticket.ticket_no == body["ticket_no"]))
    assert row is not None
    assert (row.content, row.channel.value) == (CONTENT, "web")


def test_every_field_is_kept(client: FlaskClient) -> None:
    number, _code = filed(
        client,
        title="夜间施工",
        kind="complaint",
        channel="phone",
        caller={"name": "张女士", "phone": "139 1234 5678", "id_no": "11010519491231002X"},
        area_code="990101001",
        address="湖滨路 18 号",
        lon=113.06,
        lat=28.21,
        occurred_at="2026-03-10T23:30:00",
        confidential=True,
    )
    row = db.session.scalar(select(Ticket).where(Ticket.ticket_no == number))
    assert row is not None
    assert row.citizen is not None
    assert (row.kind.value, row.channel.value, row.area_code) == ("complaint", "phone", "990101001")
    assert row.citizen.phone == "13912345678"
    assert row.occurred_at is not None
    assert row.occurred_at.isoformat() == "2026-03-10T15:30:00+00:00"
    assert row.confidential


def test_null_is_the_same_as_left_out(client: FlaskClient) -> None:
    assert file(client, title=None, kind=None, caller=None, area_code=None).status_code == 201


def test_danger_is_answered_with_advice_at_once(client: FlaskClient) -> None:
    body = file(client, content="楼道里有很浓的煤气味，快来人").json
    assert body["urgency"] == "critical"
    assert "119" in body["advice"]


def test_the_same_key_gives_the_same_answer(client: FlaskClient) -> None:
    first, again = (file(client, key="k-1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    assert first.headers["Location"] == again.headers["Location"]
    assert tickets() == 1


def test_files_are_not_kept_twice_for_one_key(client: FlaskClient) -> None:
    given = [
        {"name": "现场.png", "content_base64": base64_of(PNG)},
        {"name": "a.exe", "content_base64": base64_of("MZ")},
    ]
    first, again = (file(client, key="k-2", attachments=given) for _ in range(2))
    assert first.data == again.data
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 2


def test_another_demand_under_the_same_key_is_a_conflict(client: FlaskClient) -> None:
    assert file(client, key="k-3").status_code == 201
    answer = file(client, key="k-3", content="另一件事情")
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert tickets() == 1


@pytest.mark.parametrize("key", ["", "x" * 121, "two\tparts", "é"])
def test_a_key_that_cannot_be_is_refused(client: FlaskClient, key: str) -> None:
    answer = file(client, key=key)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["errors"]
    assert file(client, key="x" * 120).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": "  \n\u3000"}, "content"),
        ({"content": "\u0000\u0007\u200b"}, "content"),
        ({"content": "长" * 10_001}, "content"),
        ({"content": 5}, "content"),
        ({"content": None}, "content"),
        ({"content": ["话"]}, "content"),
        ({"kind": "grumble"}, "kind"),
        ({"channel": "sms"}, "channel"),
        ({"channel": "phone"}, "caller.phone"),
        ({"caller": {"phone": "138"}}, "caller.phone"),
        ({"caller": {"phone": 13912345678}}, "caller.phone"),
        ({"caller": {"id_no": "110105194912310021"}}, "caller.id_no"),
        ({"caller": {"nick": "x"}}, "caller.nick"),
        ({"caller": []}, "caller._schema"),
        ({"area_code": "123456"}, "area_code"),
        ({"area_code": "99\u000001"}, "area_code"),
        ({"lon": 113.0}, "lon"),
        ({"lon": "113.0", "lat": 28.0}, "lon"),
        ({"lon": True, "lat": 28.0}, "lon"),
        ({"lon": 10**400, "lat": 28.0}, "lon"),
        ({"lon": 0.0, "lat": 0.0}, "lon"),
        ({"anonymous": 1}, "anonymous"),
        ({"anonymous": "true"}, "anonymous"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"occurred_at": 1}, "occurred_at"),
        ({"attachments": [{"name": "a.txt"}]}, "attachments.0.content_base64"),
        ({"attachments": [{"name": "a.txt", "content_base64": "%%%"}]}, "attachments.0"),
        ({"attachments": "a.txt"}, "attachments"),
        ({"titel": "错字"}, "titel"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    client: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = file(client, **body)
    assert answer.status_code == 422, answer.text
    assert answer.content_type.startswith(PROBLEM)
    assert any(name.startswith(field) for name in answer.json["errors"]), answer.json
    assert tickets() == 0
    assert db.session.scalar(select(func.count()).select_from(Citizen)) == 0


def test_all_wrong_fields_are_told_together(client: FlaskClient) -> None:
    answer = file(client, content=" ", area_code="123456", caller={"phone": "138"})
    assert set(answer.json["errors"]) == {"content", "area_code", "caller.phone"}


def test_a_wrong_number_is_never_echoed(client: FlaskClient) -> None:
    answer = file(client, caller={"phone": "13999999999999999", "id_no": "110105194912310021"})
    assert answer.status_code == 422
    assert "13999999999999999" not in answer.text
    assert "110105194912310021" not in answer.text


def test_control_characters_are_stripped_never_stored(client: FlaskClient) -> None:
    body = json.dumps({"content": "路灯\u0000不亮\u0007了\ud800\n第二行"})
    number = post(client, body, "application/json").json["ticket_no"]
    row = db.session.scalar(select(Ticket).where(Ticket.ticket_no == number))
    assert row is not None
    assert row.content == "路灯不亮了\n第二行"


@pytest.mark.parametrize("content", ["😀😀😀", "Street light is broken", "路", "長" * 10_000])
def test_any_text_a_person_may_send_is_taken(client: FlaskClient, content: str) -> None:
    assert file(client, content=content).status_code == 201


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"content": "\xff"}', "application/json", 400),
        (b'{"content": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"content": ' + b"[" * 50 + b"]" * 50 + b"}", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"", "application/json", 422),
        (b"content=x", "application/x-www-form-urlencoded", 415),
        (b"<x/>", "text/xml", 415),
        (b'{"content": "x"}', "text/plain", 415),
        (b'{"content": NaN}', "application/json", 422),
        (b'{"content": "x", "\\ud800": 1}', "application/json", 422),
    ],
)
def test_a_body_that_is_no_json_object(
    client: FlaskClient, data: bytes, content_type: str, status: int
) -> None:
    answer = post(client, data, content_type)
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith(PROBLEM)
    assert answer.json["status"] == status


def test_a_body_beyond_25_megabytes(client: FlaskClient) -> None:
    body = json.dumps({"content": "x" * (25 * 1024 * 1024)})
    answer = post(client, body, "application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.png", b"\xff\xd8\xff\xe0 this is no png"),
        ("工具.exe", b"MZ\x90\x00"),
        ("说明.txt", EICAR.encode()),
        ("../../etc/passwd.txt", b"root"),
        ("空.txt", b""),
    ],
)
def test_a_bad_file_is_refused_and_the_ticket_kept(
    client: FlaskClient, name: str, content: bytes
) -> None:
    answer = file(
        client,
        attachments=[
            {"name": name, "content_base64": base64_of(content)},
            {"name": "现场.png", "content_base64": base64_of(PNG)},
        ],
    )
    assert answer.status_code == 201
    bad, good = answer.json["attachments"]
    assert (bad["accepted"], bool(bad["reason"])) == (False, True)
    assert (good["accepted"], good["media_type"]) == (True, "image/png")
    assert tickets() == 1


def test_errors_speak_the_callers_language(client: FlaskClient) -> None:
    english = client.post(f"{API}/tickets", json={"content": ""}, headers={"Accept-Language": "en"})
    assert english.json["detail"] == "Some fields are not valid."
    assert "填写" in file(client, content="").json["detail"]


def test_a_database_that_is_away_gives_503(client: FlaskClient) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("a held write lock is how SQLite is away; PostgreSQL waits ten seconds")
    db.session.rollback()
    with db.engine.connect() as other:
        db.session.execute(text("PRAGMA busy_timeout = 50"))
        db.session.rollback()
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        answer = file(client)
        other.exec_driver_sql("ROLLBACK")
        db.session.execute(text("PRAGMA busy_timeout = 15000"))
        db.session.rollback()
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert file(client).status_code == 201


def test_what_was_filed_is_classified_and_dispatched(
    client: FlaskClient, model: str, run_jobs: Callable[[], int]
) -> None:
    number, code = filed(client, area_code="990101001")
    assert run_jobs() > 0
    assert progress(client, number, code).json["stage"] in ("to_dispatch", "dispatched")
