"""What a citizen does with number and query code: follow, supplement, withdraw, rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.terms import Role
from hotline.models import Callback, Ticket
from hotline.web.limits import limiter
from tests.hotline.web.api_desk import (
    API,
    PROBLEM,
    UNIT,
    act,
    done,
    filed,
    progress,
    to_callback,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

HAPPY = {"satisfaction": 5, "resolved": "yes"}
ANGRY = {"satisfaction": 1, "resolved": "no", "comment": "还在施工"}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Guesses are counted, as they are outside the tests."""
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield
    limiter.reset()


def send(client: FlaskClient, ticket_no: str, what: str, **body: Any) -> TestResponse:
    return client.post(f"{API}/tickets/{ticket_no}/{what}", json=body)


def row_of(ticket_no: str) -> Ticket:
    row = db.session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no))
    assert row is not None
    return row


def rating_link(ticket_no: str) -> str:
    query = select(Callback.token).where(Callback.ticket_id == row_of(ticket_no).id)
    return db.session.scalars(query.order_by(Callback.id.desc())).first() or ""


def test_progress_tells_stage_department_and_times(client: FlaskClient) -> None:
    number, code = filed(client)
    before = progress(client, number, code).json
    assert (before["stage"], before["stage_label"]) == ("registered", "已登记")
    assert before["department"] is None
    to_callback(client, number)
    after = progress(client, number, code).json
    assert after["department"] == "东湖区城市管理局"
    assert after["reply"] == "已责令工地夜间停工，并安排专人值守"
    assert after["first_promised_at"] == before["first_promised_at"]
    assert after["actual"]["signed_at"].endswith("+08:00")
    assert after["actual"]["closed_at"] is None
    told = [entry["event"] for entry in after["timeline"]]
    assert told == ["registered", "dispatched", "signed", "approved"]
    assert after["may_rate"]


def test_a_reply_under_review_is_not_told_yet(client: FlaskClient) -> None:
    number, code = filed(client)
    desk, unit = token(Role.DISPATCHER), token(Role.DEPARTMENT, UNIT)
    done(client, number, "classify", desk, category_code="01")
    done(client, number, "dispatch", desk, department_code=UNIT)
    done(client, number, "sign", unit)
    done(client, number, "reply", unit, text="尚未审核的答复")
    assert "尚未审核的答复" not in progress(client, number, code).text


def test_the_public_timeline_names_nobody_and_tells_no_inside_words(client: FlaskClient) -> None:
    number, code = filed(client)
    desk = token(Role.DISPATCHER)
    done(client, number, "classify", desk, category_code="01")
    done(client, number, "dispatch", desk, department_code=UNIT, reason="内部意见")
    done(client, number, "contact", token(Role.DEPARTMENT, UNIT), note="电话 13912345678 无人接")
    text = progress(client, number, code).text
    for inside in ("内部意见", "13912345678", "测试", "张女士"):
        assert inside not in text


@pytest.mark.parametrize("number", ["1", "9901012026031100000010", "x" * 300, "无此号"])
def test_wrong_number_and_wrong_code_get_one_and_the_same_answer(
    client: FlaskClient, number: str
) -> None:
    known, code = filed(client)
    wrong_code = progress(client, known, f"{(int(code) + 1) % 1_000_000:06d}")
    wrong_number = progress(client, number, code)
    assert wrong_code.status_code == wrong_number.status_code == 404
    assert wrong_code.data == wrong_number.data
    assert wrong_code.content_type.startswith(PROBLEM)


@pytest.mark.parametrize("what", ["supplements", "withdrawal", "rating"])
def test_no_door_opens_to_a_wrong_code(client: FlaskClient, what: str) -> None:
    number, _code = filed(client)
    body: dict[str, Any] = {"content": "补充"} if what == "supplements" else {}
    body = HAPPY if what == "rating" else body
    answers = [
        send(client, number, what, **body, **key)
        for key in (
            {},
            {"query_code": "０００００"},
            {"query_code": "12\u00003456"},
            {"query_code": "\u2028"},
            {"token": "x" * 32},
        )
    ]
    answers.append(send(client, "1", what, **body, query_code="123456"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert row_of(number).stage.value == "registered"


@pytest.mark.usefixtures("counted")
def test_guessing_is_rate_limited_and_right_answers_are_not(client: FlaskClient) -> None:
    number, code = filed(client)
    for _ in range(25):
        assert progress(client, number, code).status_code == 200
    tries = [progress(client, number, "wrong").status_code for _ in range(21)]
    assert tries == [404] * 20 + [429]
    blocked = send(client, number, "withdrawal", query_code="wrong")
    assert (blocked.status_code, blocked.json["code"]) == (429, "too_many")
    assert int(blocked.headers["Retry-After"]) > 0


def test_a_query_needs_its_code_and_nothing_else(client: FlaskClient) -> None:
    number, code = filed(client)
    assert client.get(f"{API}/tickets/{number}").json["errors"] == {"query_code": "必填"}
    extra = client.get(f"{API}/tickets/{number}?query_code={code}&verbose=1")
    assert set(extra.json["errors"]) == {"verbose"}


def test_a_supplement_is_kept_and_seen(client: FlaskClient) -> None:
    number, code = filed(client)
    answer = send(
        client,
        number,
        "supplements",
        query_code=code,
        content="凌晨两点又开始了",
        attachments=[{"name": "说明.txt", "content_base64": "5Zmq5aOw"}],
    )
    assert answer.status_code == 200
    assert answer.json["attachments"][0]["accepted"]
    noted = progress(client, number, code).json["timeline"][-1]
    assert (noted["event"], noted["text"]) == ("noted", "凌晨两点又开始了")


def test_an_asked_question_is_shown_and_answered(client: FlaskClient) -> None:
    number, code = filed(client)
    done(client, number, "ask_info", token(Role.AGENT), question="请说明工地名称")
    assert progress(client, number, code).json["question"] == "请说明工地名称"
    answer = send(client, number, "supplements", query_code=code, content="湖滨花园二期")
    assert answer.json["stage"] == "registered"
    assert "湖滨花园二期" in row_of(number).content


@pytest.mark.parametrize("content", ["", "   ", "长" * 2001, 5, None])
def test_a_supplement_needs_words(client: FlaskClient, content: object) -> None:
    number, code = filed(client)
    answer = send(client, number, "supplements", query_code=code, content=content)
    assert answer.status_code == 422
    assert "content" in answer.json["errors"]


def test_a_citizen_may_withdraw_until_it_is_answered(client: FlaskClient) -> None:
    number, code = filed(client)
    answer = send(client, number, "withdrawal", query_code=code, reason="已经解决")
    assert (answer.status_code, answer.json["stage"]) == (200, "closed")
    again = send(client, number, "withdrawal", query_code=code)
    assert again.status_code == 409
    assert "已办结" in again.json["detail"]
    assert "市民" in again.json["detail"]


def test_a_happy_rating_closes_and_may_be_sent_twice(client: FlaskClient) -> None:
    number, code = filed(client)
    to_callback(client, number)
    first, again = (send(client, number, "rating", query_code=code, **HAPPY) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    assert first.json["stage"] == "closed"
    seen = progress(client, number, code).json
    assert (seen["outcome"], seen["rating"]["satisfaction"]) == ("已解决", 5)
    other = send(client, number, "rating", query_code=code, **ANGRY)
    assert (other.status_code, other.json["code"]) == (409, "conflict")


def test_an_angry_rating_opens_the_ticket_anew(client: FlaskClient) -> None:
    number, code = filed(client)
    to_callback(client, number)
    answer = send(client, number, "rating", query_code=code, **ANGRY)
    assert answer.json["stage"] == "dispatched"
    assert progress(client, number, code).json["round"] == 2


def test_a_rating_link_rates_without_a_code(client: FlaskClient) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    other, _ = filed(client, content="另一件事：路灯不亮")
    link = rating_link(number)
    assert send(client, other, "rating", token=link, **HAPPY).status_code == 404
    assert send(client, number, "rating", token=link, **HAPPY).json["stage"] == "closed"


def test_nothing_is_rated_before_it_is_answered(client: FlaskClient) -> None:
    number, code = filed(client)
    answer = send(client, number, "rating", query_code=code, **HAPPY)
    assert answer.status_code == 403
    assert "已登记" in answer.json["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"satisfaction": 0}, "satisfaction"),
        ({"satisfaction": 6}, "satisfaction"),
        ({"satisfaction": 5.0}, "satisfaction"),
        ({"satisfaction": 2.5e-42}, "satisfaction"),
        ({"satisfaction": "5"}, "satisfaction"),
        ({"satisfaction": True}, "satisfaction"),
        ({"satisfaction": None}, "satisfaction"),
        ({"resolved": "maybe"}, "resolved"),
        ({"resolved": True}, "resolved"),
        ({"comment": "长" * 1001}, "comment"),
        ({"stars": 5}, "stars"),
    ],
)
def test_a_rating_that_cannot_be(client: FlaskClient, changes: dict[str, Any], field: str) -> None:
    number, code = filed(client)
    to_callback(client, number)
    answer = send(client, number, "rating", query_code=code, **{**HAPPY, **changes})
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert row_of(number).stage.value == "callback"


def test_a_merged_ticket_shows_the_work_and_not_the_other_citizen(client: FlaskClient) -> None:
    master, _ = filed(client, caller={"name": "李四", "phone": "13700000001"})
    number, code = filed(client)
    agent = token(Role.AGENT)
    done(client, number, "merge", agent, master_no=master)
    assert act(client, master, "merge", agent, master_no=number).status_code == 422
    done(client, master, "classify", agent, category_code="01")
    done(client, master, "dispatch", token(Role.DISPATCHER), department_code=UNIT)
    seen = progress(client, number, code)
    assert seen.json["department"] == "东湖区城市管理局"
    assert "李四" not in seen.text
    assert master not in seen.text
