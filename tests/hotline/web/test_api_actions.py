"""Every action of the state machine over the API, and what happens when it may not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Action
from hotline.domain.terms import Role
from hotline.models import MotionRow, Ticket
from hotline.web.api.action_table import DEEDS
from tests.hotline.web.api_desk import (
    API,
    OTHER_UNIT,
    UNIT,
    act,
    done,
    filed,
    to_callback,
    token,
)

if TYPE_CHECKING:
    from flask.testing import FlaskClient

WORDS = {"reason": "按规定办理"}


@pytest.fixture
def desk() -> dict[str, str]:
    return token(Role.DISPATCHER)


@pytest.fixture
def unit() -> dict[str, str]:
    return token(Role.DEPARTMENT, UNIT)


@pytest.fixture
def authority() -> dict[str, str]:
    return token(Role.AUTHORITY)


def row_of(ticket_no: str) -> Ticket:
    row = db.session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no))
    assert row is not None
    return row


def dispatched(client: FlaskClient, desk: dict[str, str]) -> str:
    number, _code = filed(client)
    done(client, number, "classify", desk, category_code="01")
    done(client, number, "dispatch", desk, department_code=UNIT)
    return number


def open_return(client: FlaskClient, number: str, unit: dict[str, str], evidence: str = "") -> int:
    body = {"reason_code": "wrong_duty", "reason": "不属于本单位", "suggested_code": OTHER_UNIT}
    done(client, number, "file_return", unit, evidence=evidence, **body)
    query = select(MotionRow.id).where(MotionRow.ticket_id == row_of(number).id)
    return db.session.scalars(query.order_by(MotionRow.id.desc())).first() or 0


def test_every_action_of_the_law_has_its_row() -> None:
    assert set(Action) <= set(DEEDS)


def test_a_straight_life(client: FlaskClient, desk: dict[str, str], unit: dict[str, str]) -> None:
    number = dispatched(client, desk)
    signed = done(client, number, "sign", unit)
    assert (signed["stage"], signed["stage_label"]) == ("handling", "办理中")
    assert signed["department"] == "东湖区城市管理局"
    assert set(signed["actions"]) >= {"reply", "delegate"}
    done(client, number, "contact", unit, note="已电话联系，约定明日到现场")
    done(client, number, "note", unit, text="已现场核查")
    done(client, number, "add_helper", desk, department_code=OTHER_UNIT)
    done(client, number, "urge", token(Role.SUPERVISOR), reason="请加快")
    done(client, number, "supervise", token(Role.SUPERVISOR), reason="群众反映强烈")
    assert done(client, number, "reply", unit, text="已整改")["stage"] == "reviewing"
    assert done(client, number, "send_back", desk, reason="未写明时间")["stage"] == "handling"
    done(client, number, "reply", unit, text="3 月 12 日已整改")
    assert done(client, number, "approve", desk)["stage"] == "callback"
    caller = token(Role.CALLBACK)
    done(client, number, "call_attempt", caller, reached=True, note="市民满意")
    ended = done(client, number, "rate", caller, satisfaction=4, resolved="yes")
    assert (ended["stage"], ended["actions"]) == ("closed", [])
    assert {"urged", "supervised"} <= set(row_of(number).marks)
    assert done(client, number, "archive", token(Role.ADMIN))["stage"] == "archived"


@pytest.mark.parametrize(
    ("action", "body", "outcome"),
    [
        ("answer", {"text": "可到就近派出所办理"}, "direct"),
        ("decline", {"reason_code": "outside_area", "reason": "外地事项"}, "declined"),
        ("transfer", {"target": "119", "reason": "火情"}, "transferred"),
        ("withdraw", {}, "withdrawn"),
    ],
)
def test_an_agent_ends_a_ticket_at_the_front(
    client: FlaskClient, action: str, body: dict[str, str], outcome: str
) -> None:
    number, _code = filed(client)
    assert done(client, number, action, token(Role.AGENT), **body)["stage"] == "closed"
    assert row_of(number).outcome.value == outcome


def test_asking_back_and_supplying(client: FlaskClient) -> None:
    number, _code = filed(client)
    agent = token(Role.AGENT)
    assert done(client, number, "ask_info", agent, question="在哪里？")["stage"] == "supplementing"
    assert done(client, number, "supply", agent, text="湖滨路 18 号")["stage"] == "registered"
    other = token(Role.DISPATCHER)
    assert act(client, number, "supply", other, text="x").status_code == 403


def test_a_return_is_granted_or_refused_by_its_number(
    client: FlaskClient, desk: dict[str, str], unit: dict[str, str]
) -> None:
    number, other = dispatched(client, desk), dispatched(client, desk)
    motion = open_return(client, number, unit)
    assert act(client, other, "grant_return", desk, motion_id=motion).status_code == 404
    refused = done(client, number, "refuse_return", desk, motion_id=motion, note="属于贵单位")
    assert refused["stage"] == "dispatched"
    again = act(client, number, "grant_return", desk, motion_id=motion)
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    motion = open_return(client, number, unit, evidence="管养移交协议")
    assert act(client, number, "grant_return", unit, motion_id=motion).status_code == 403
    assert done(client, number, "grant_return", desk, motion_id=motion)["stage"] == "to_dispatch"
    assert act(client, number, "grant_return", desk, motion_id=2**31 - 1).status_code == 404


def test_hanging_resuming_and_finding_unreasonable(
    client: FlaskClient, desk: dict[str, str], unit: dict[str, str], authority: dict[str, str]
) -> None:
    number = dispatched(client, desk)
    done(client, number, "sign", unit)
    assert done(client, number, "grant_hanging", authority, **WORDS)["stage"] == "hung"
    assert done(client, number, "resume", authority, **WORDS)["stage"] == "handling"
    assert done(client, number, "grant_unreasonable", authority, **WORDS)["stage"] == "closed"


def test_redo_starts_another_round(client: FlaskClient) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    ended = done(client, number, "redo", token(Role.CALLBACK), reason="市民称未解决")
    assert (ended["stage"], ended["round"]) == ("dispatched", 2)


def test_what_needs_no_callback_is_concluded_and_nothing_else(client: FlaskClient) -> None:
    praise, _code = filed(client, content="感谢城管队员热心帮忙", kind="praise")
    desk, unit = token(Role.DISPATCHER), token(Role.DEPARTMENT, UNIT)
    done(client, praise, "classify", desk, category_code="01")
    done(client, praise, "dispatch", desk, department_code=UNIT)
    done(client, praise, "sign", unit)
    done(client, praise, "reply", unit, text="已转达表扬")
    assert done(client, praise, "conclude", desk)["stage"] == "closed"
    asked, _code = filed(client)
    to_callback(client, asked)
    answer = act(client, asked, "conclude", token(Role.CALLBACK))
    assert answer.status_code == 403
    assert "评价" in answer.json["detail"]


def test_an_illegal_move_names_the_stage_and_who_moved(
    client: FlaskClient, desk: dict[str, str], unit: dict[str, str]
) -> None:
    number = dispatched(client, desk)
    done(client, number, "sign", unit)
    answer = act(client, number, "sign", unit)
    assert (answer.status_code, answer.json["code"]) == (409, "illegal_move")
    for word in ("办理中", "签收", "测试"):
        assert word in answer.json["detail"]


def test_an_old_version_is_a_conflict_and_nothing_is_lost(
    client: FlaskClient, desk: dict[str, str], unit: dict[str, str]
) -> None:
    number = dispatched(client, desk)
    done(client, number, "sign", unit)
    version = row_of(number).version
    done(client, number, "reply", unit, text="第一份答复", version=version)
    done(client, number, "send_back", desk, reason="请补充")
    answer = act(client, number, "reply", unit, text="旧页面上的答复", version=version)
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert row_of(number).reply == "第一份答复"


@pytest.mark.parametrize(
    ("action", "role", "body"),
    [
        ("dispatch", Role.AGENT, {"department_code": UNIT}),
        ("approve", Role.AGENT, {}),
        ("urge", Role.CALLBACK, WORDS),
        ("supervise", Role.DISPATCHER, WORDS),
        ("add_helper", Role.AGENT, {"department_code": UNIT}),
        ("call_attempt", Role.AGENT, {"reached": True}),
        ("rate", Role.SUPERVISOR, {"satisfaction": 5, "resolved": "yes"}),
        ("contact", Role.AGENT, {"note": "x"}),
        ("file_return", Role.AGENT, {"reason_code": "wrong_duty", "reason": "x"}),
        ("archive", Role.AGENT, {}),
    ],
)
def test_a_wrong_role_may_not(
    client: FlaskClient, action: str, role: Role, body: dict[str, Any]
) -> None:
    number, _code = filed(client)
    answer = act(client, number, action, token(role), **body)
    assert answer.status_code in (403, 409), answer.text
    assert row_of(number).stage.value == "registered"


def test_another_unit_finds_no_such_ticket(client: FlaskClient, desk: dict[str, str]) -> None:
    number = dispatched(client, desk)
    answer = act(client, number, "sign", token(Role.DEPARTMENT, OTHER_UNIT))
    nothing = act(client, "1", "sign", token(Role.DEPARTMENT, OTHER_UNIT))
    assert answer.status_code == nothing.status_code == 404
    assert answer.data == nothing.data


def test_an_unknown_action_is_no_address(client: FlaskClient, desk: dict[str, str]) -> None:
    number, _code = filed(client)
    answer = act(client, number, "explode", desk)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert client.get(f"{API}/tickets/{number}/actions/sign", headers=desk).status_code == 405


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("reply", {}, "text"),
        ("reply", {"text": " \n"}, "text"),
        ("reply", {"text": "长" * 5001}, "text"),
        ("decline", {"reason_code": "because", "reason": "x"}, "reason_code"),
        ("transfer", {"target": "911", "reason": "x"}, "target"),
        ("dispatch", {"department_code": "ZZZ"}, "department_code"),
        ("dispatch", {"department_code": UNIT, "helpers": "D0102"}, "helpers"),
        ("dispatch", {"department_code": UNIT, "no_return": 1}, "no_return"),
        ("dispatch", {"department_code": UNIT, "category_code": "zz"}, "category_code"),
        ("classify", {"category_code": "zz"}, "category_code"),
        ("sign", {"version": "1"}, "version"),
        ("sign", {"version": 2**40}, "version"),
        ("grant_return", {"motion_id": 10**30}, "motion_id"),
        ("call_attempt", {"reached": "yes"}, "reached"),
        ("rate", {"satisfaction": 6, "resolved": "yes"}, "satisfaction"),
        ("sign", {"signature": "x"}, "signature"),
    ],
)
def test_a_wrong_field_is_named(
    client: FlaskClient, desk: dict[str, str], action: str, body: dict[str, Any], field: str
) -> None:
    number, _code = filed(client)
    answer = act(client, number, action, desk, **body)
    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"]
    assert row_of(number).stage.value == "registered"


def test_an_action_without_fields_needs_no_body(
    client: FlaskClient, desk: dict[str, str], unit: dict[str, str]
) -> None:
    number = dispatched(client, desk)
    assert client.post(f"{API}/tickets/{number}/actions/sign", headers=unit).status_code == 200
