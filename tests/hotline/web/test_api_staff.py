"""Worklists, details and suggestions for programs of the house."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hotline.domain.terms import Kind, Role
from hotline.services import staffing
from tests.hotline.web.api_desk import (
    API,
    OTHER_UNIT,
    PROBLEM,
    UNIT,
    done,
    filed,
    to_callback,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


def listed(client: FlaskClient, who: dict[str, str], **query: Any) -> TestResponse:
    return client.get(f"{API}/tickets", query_string=query, headers=who)


def numbers(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line["ticket_no"] for line in answer.json["tickets"]]


def test_staff_doors_ask_for_a_token(client: FlaskClient) -> None:
    number, _code = filed(client)
    answers = [
        client.get(f"{API}/tickets"),
        client.get(f"{API}/tickets/{number}/detail"),
        client.post(f"{API}/suggestions", json={"text": "路灯不亮"}),
        client.post(f"{API}/tickets/{number}/actions/sign", json={}),
        client.get(f"{API}/tickets", headers={"Authorization": "Bearer hl_wrong"}),
        client.get(f"{API}/tickets", headers={"Authorization": "Basic YTpi"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.content_type.startswith(PROBLEM)


def test_an_expired_or_revoked_token_is_none(client: FlaskClient) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    made = staffing.create_token(Role.AGENT, name="旧", department_code=None, days=1, at=long_ago)
    assert listed(client, {"Authorization": f"Bearer {made}"}).status_code == 401
    live = token(Role.AGENT)
    assert listed(client, live).status_code == 200
    staffing.revoke_token(staffing.tokens()[-1].id, at=datetime.now(UTC))
    assert listed(client, live).status_code == 401


def test_pages_follow_each_other_by_cursor_and_link(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    for number in range(5):
        a_ticket(title=f"第 {number} 件")
    who = token(Role.DISPATCHER)
    seen: list[str] = []
    answer = listed(client, who, limit=2, kind="complaint")
    while True:
        seen += numbers(answer)
        link = answer.headers.get("Link")
        if link is None:
            break
        assert link.endswith('; rel="next"')
        assert answer.json["next_cursor"] in link
        answer = client.get(link.partition(">")[0].removeprefix("<"), headers=who)
    assert len(seen) == len(set(seen)) == 5
    assert answer.json["next_cursor"] is None


def test_filters_narrow_the_list(client: FlaskClient, a_ticket: Callable[..., int]) -> None:
    praise, _ = filed(client, content="感谢城管队员热心帮忙", kind="praise")
    a_ticket(kind=Kind.COMPLAINT)
    moved, _ = filed(client, content="路灯不亮", kind="help")
    to_callback(client, moved)
    who = token(Role.SUPERVISOR)
    assert numbers(listed(client, who, kind="praise")) == [praise]
    assert numbers(listed(client, who, stage="callback")) == [moved]
    both = listed(client, who, stage=["callback", "registered"])
    assert len(numbers(both)) == 3
    assert numbers(listed(client, who, department=UNIT)) == [moved]
    assert numbers(listed(client, who, department=OTHER_UNIT)) == []
    assert len(numbers(listed(client, who, overdue="false"))) == 3


def test_overdue_tickets_come_with_their_lamp(client: FlaskClient) -> None:
    from hotline.db import db, transaction
    from hotline.models import Deadline

    number, _code = filed(client)
    done(client, number, "classify", token(Role.AGENT), category_code="01")
    done(client, number, "dispatch", token(Role.DISPATCHER), department_code=UNIT)
    assert numbers(listed(client, token(Role.SUPERVISOR), overdue="true")) == []
    with transaction():
        for deadline in db.session.query(Deadline):
            deadline.due_at = datetime(2026, 1, 5, tzinfo=UTC)
    answer = listed(client, token(Role.SUPERVISOR), overdue="true")
    assert numbers(answer) == [number]
    assert answer.json["tickets"][0]["lamp"] == "red"


def test_a_department_sees_its_own_tickets_and_no_others(client: FlaskClient) -> None:
    number, _code = filed(client)
    done(client, number, "classify", token(Role.AGENT), category_code="01")
    done(
        client,
        number,
        "dispatch",
        token(Role.DISPATCHER),
        department_code=UNIT,
        helpers=[OTHER_UNIT],
    )
    own, helper = token(Role.DEPARTMENT, UNIT), token(Role.DEPARTMENT, OTHER_UNIT)
    stranger = token(Role.DEPARTMENT, "D0103")
    assert numbers(listed(client, own)) == numbers(listed(client, own, department=UNIT)) == [number]
    assert numbers(listed(client, helper)) == []
    assert numbers(listed(client, helper, helping="true")) == [number]
    assert listed(client, own, department=OTHER_UNIT).status_code == 403
    assert numbers(listed(client, stranger)) == []
    detail = f"{API}/tickets/{number}/detail"
    assert client.get(detail, headers=helper).status_code == 200
    assert client.get(detail, headers=stranger).status_code == 404
    assert client.get(f"{API}/tickets/1/detail", headers=own).status_code == 404


@pytest.mark.parametrize("role", [Role.KNOWLEDGE, Role.ADMIN, Role.SECURITY])
def test_those_without_tickets_see_none(client: FlaskClient, role: Role) -> None:
    number, _code = filed(client)
    who = token(role)
    assert listed(client, who).status_code == 403
    assert client.get(f"{API}/tickets/{number}/detail", headers=who).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stage": "nowhere"}, "stage.0"),
        ({"kind": "x"}, "kind"),
        ({"overdue": "1"}, "overdue"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": f"0-{10**30}"}, "cursor"),
        ({"department": "D 01"}, "department"),
        ({"department": "ZZZ"}, "department"),
        ({"sort": "asc"}, "sort"),
    ],
)
def test_a_filter_that_cannot_be_is_named(
    client: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = listed(client, token(Role.DISPATCHER), **query)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}


def test_the_detail_is_whole_and_masked(client: FlaskClient) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    answer = client.get(f"{API}/tickets/{number}/detail", headers=token(Role.CALLBACK))
    seen = answer.json
    assert (seen["caller_name"], seen["caller_phone"]) == ("张**", "139****5678")
    assert "13912345678" not in answer.text
    assert seen["department_code"] == UNIT
    assert {clock["label"] for clock in seen["clocks"]} >= {"派单", "签收", "办理"}
    assert seen["timeline"][0]["event"] == "registered"
    assert "redo" in seen["actions"]
    assert seen["version"] > 1


def test_a_confidential_caller_is_hidden(client: FlaskClient) -> None:
    number, _code = filed(client, confidential=True)
    seen = client.get(f"{API}/tickets/{number}/detail", headers=token(Role.AGENT)).json
    assert (seen["caller_name"], seen["caller_phone"]) == ("要求保密", "要求保密")


def suggest(client: FlaskClient, **body: Any) -> TestResponse:
    return client.post(f"{API}/suggestions", json=body, headers=token(Role.AGENT))


def test_without_a_model_there_are_no_categories_and_a_note(client: FlaskClient) -> None:
    answer = suggest(client, text="小区里的路灯坏了好几天")
    assert answer.status_code == 200
    assert (answer.json["model"], answer.json["categories"]) == ("", [])
    assert answer.json["note"]


def test_suggestions_come_with_their_reasons(client: FlaskClient, model: str) -> None:
    similar, _code = filed(client, content="湖滨路夜市烧烤油烟太大，熏得居民开不了窗")
    body = suggest(client, text="湖滨路夜市烧烤油烟太大，居民投诉开不了窗", area_code="990101").json
    assert body["model"] == model
    best = body["categories"][0]
    assert set(best) == {"code", "path", "probability", "because"}
    assert 0 < best["probability"] <= 1
    assert best["because"]
    assert [unit["code"] for unit in body["departments"]]
    assert all(unit["rule"] and unit["reason"] for unit in body["departments"])
    assert body["kind"] == "complaint"
    elsewhere = suggest(client, text="湖滨路夜市烧烤油烟太大，居民投诉开不了窗").json
    assert similar in [row["ticket_no"] for row in elsewhere["similar"]]


def test_knowledge_and_danger_are_told_too(client: FlaskClient, model: str) -> None:
    asked = suggest(client, text="身份证丢了怎么补办").json
    assert "K001" in [entry["id"] for entry in asked["knowledge"]]
    danger = suggest(client, text="楼里有很浓的煤气味").json
    assert danger["urgency"] == "critical"
    assert "119" in danger["advice"]


def test_what_else_the_text_says_comes_with_its_words(client: FlaskClient) -> None:
    text = "投诉东湖区锦绣苑3栋的安居物业，再不退钱业主就集体上访，还有人要同归于尽"
    body = suggest(client, text=text).json
    assert (body["kind"], body["area_code"], body["area_because"]) == (
        *("complaint", "990101"),
        ["东湖区"],
    )
    assert 0 < body["kind_probability"] <= 1
    assert "投诉" in body["kind_because"]
    assert body["places"] == [{"kind": "estate", "name": "锦绣苑", "words": "锦绣苑3栋"}]
    assert body["companies"] == ["安居物业"]
    assert "集体上访" in str(body["crowd_words"])
    assert body["threat_words"] == body["danger_words"] == ["同归于尽"]
    chosen = suggest(client, text=text, kind="report").json
    assert chosen["kind"] == "report"
    assert "kind_probability" not in chosen


@pytest.mark.parametrize("text", ["😀", "hello", "長", "", "\u0000", "词" * 10_000])
def test_any_text_gets_an_answer(client: FlaskClient, model: str, text: str) -> None:
    assert suggest(client, text=text).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 1}, "text"),
        ({"text": "词" * 10_001}, "text"),
        ({"text": "x", "area_code": "\u0000"}, "area_code"),
        ({"text": "x", "kind": "?"}, "kind"),
        ({"text": "x", "top": 3}, "top"),
    ],
)
def test_a_suggestion_that_cannot_be_asked(
    client: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = suggest(client, **body)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}


def test_a_session_may_read_but_never_act(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    """The API asks for no CSRF token, so a cookie alone must not move anything."""
    number, _code = filed(client)
    sign_in(client, "dispatcher")
    assert client.get(f"{API}/tickets").status_code == 200
    acted = client.post(f"{API}/tickets/{number}/actions/classify", json={"category_code": "01"})
    assert acted.status_code == 401


def test_programs_need_no_csrf_token(client: FlaskClient, app: APIFlask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        number, _code = filed(client)
        done(client, number, "classify", token(Role.AGENT), category_code="01")
        assert client.post("/hooks/cti/wrong", json={}).status_code == 403
        assert client.post("/hooks/twilio/sms", data={}).status_code == 403
        assert client.post("/login", data={"login": "agent"}).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
