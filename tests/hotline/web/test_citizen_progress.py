"""Following a ticket: honest, closed to strangers, silent about the house's own papers."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Kind
from hotline.services import endings, handling, joining, motions, reviewing
from hotline.services.motions import Plea, hanging
from hotline.web.limits import limiter
from tests.hotline.web.citizen_life import (
    AUTHORITY,
    CITIZEN,
    DISPATCHER,
    REPLY,
    dispatched,
    files_of,
    handled,
    handler,
    opened,
    ticket,
    to_callback,
    unit_name,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask
    from flask.testing import FlaskClient


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def limited() -> Iterator[None]:
    limiter.reset()
    before, limiter.enabled = limiter.enabled, True
    yield
    limiter.enabled = before
    limiter.reset()


def read(client: FlaskClient, ticket_id: int) -> str:
    return words(client.get(opened(client, ticket_id)))


def test_number_and_code_open_the_page_and_the_code_leaves_no_trace(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    found = ticket(a_ticket())
    pair = {"ticket_no": f" {found.ticket_no} ", "query_code": found.query_code}
    by_form = client.post("/progress", data=pair)
    by_link = client.get("/progress", query_string=pair)
    assert by_form.location == by_link.location == f"/progress/{found.ticket_no}"
    page = client.get(by_form.location)
    assert page.status_code == 200
    assert found.query_code not in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_wrong_number_and_wrong_code_get_the_same_answer(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    found = ticket(a_ticket())
    wrong = "000000" if found.query_code != "000000" else "000001"
    answers = [
        client.post("/progress", data={"ticket_no": number, "query_code": code})
        for number, code in (
            (found.ticket_no, wrong),
            ("9901012026031130000001", found.query_code),
            ("x", "查询码"),
            ("1\x002", "3"),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    first = words(answers[0])
    assert "没有找到这张工单" in first
    assert [words(answer) for answer in answers[1:]] == [first] * 3


def test_guessing_is_slowed_down_but_looking_is_not(
    client: FlaskClient, a_ticket: Callable[..., int], limited: None
) -> None:
    ticket_id = a_ticket()
    for _ in range(30):
        opened(client, ticket_id)
    wrong = {"ticket_no": ticket(ticket_id).ticket_no, "query_code": "wrong"}
    answers = [client.post("/progress", data=wrong).status_code for _ in range(22)]
    assert answers == [404] * 20 + [429] * 2


@pytest.mark.parametrize("path", ["", "/supplements", "/withdrawal", "/rating"])
def test_a_stranger_learns_nothing_not_even_that_it_exists(
    client: FlaskClient, a_ticket: Callable[..., int], path: str
) -> None:
    number = ticket(a_ticket()).ticket_no
    other = "9901012026031130000001"
    ask = client.post if path else client.get
    answers = [ask(f"/progress/{no}{path}", data={"content": "x"}) for no in (number, other)]
    assert [a.status_code for a in answers] == [303, 303]
    assert [a.location for a in answers] == [
        f"/progress?ticket_no={number}",
        f"/progress?ticket_no={other}",
    ]
    assert ticket(a_ticket()).stage is Stage.REGISTERED


@pytest.mark.parametrize("path", ["/progress/%00", "/reported/%00", "/r/%00", "/r/nothing"])
def test_odd_addresses_break_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (303, 404)


def test_progress_is_honest_step_by_step(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket()
    assert "已受理，正在分类" in read(client, ticket_id)
    dispatched(ticket_id, at)
    page = read(client, ticket_id)
    assert f"已派给{unit_name()}，等待签收" in page
    assert "2026-03-18 17:30 前" in page


def test_what_is_not_approved_and_what_is_internal_stays_inside(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = handled(dispatched(a_ticket(), at), at)
    page = read(client, ticket_id)
    assert "热线正在审核结果" in page
    assert "单位已与您联系" in page
    for secret in (REPLY, "内部", "陈志强", "李建国", "张女士", "13912345678"):
        assert secret not in page, secret
    reviewing.approve(ticket_id, DISPATCHER, at=at)
    assert REPLY in read(client, ticket_id)


def test_withdrawn_after_a_sent_back_reply_shows_no_unapproved_words(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = handled(dispatched(a_ticket(), at), at)
    reviewing.send_back(ticket_id, DISPATCHER, reason="答复没有回应诉求", at=at)
    endings.withdraw(ticket_id, CITIZEN, at=at)
    page = read(client, ticket_id)
    assert REPLY not in page
    assert "答复没有回应诉求" not in page


def test_being_late_is_said(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = dispatched(a_ticket(), at)
    assert "已经过了承诺的时间" not in read(client, ticket_id)
    with time_machine.travel(at + timedelta(days=30), tick=False):
        assert "已经过了承诺的时间 2026-03-18 17:30" in read(client, ticket_id)


def test_a_moved_promise_still_shows_the_first_one(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = dispatched(a_ticket(), at)
    ticket(ticket_id).promised_at = at + timedelta(days=14)
    db.session.commit()
    page = read(client, ticket_id)
    assert "2026-03-25 09:30 前" in page
    assert "最初承诺 2026-03-18 17:30 前" in page


def test_while_it_hangs_no_date_is_promised(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    """挂账期间不计时，不能再说某日前答复；当天恢复的，时间没有变也要说清。"""
    ticket_id = dispatched(a_ticket(), at)
    handling.sign(ticket_id, handler(), at=at)
    hanging.hang(ticket_id, AUTHORITY, reason="待专项政策", at=at)
    page = read(client, ticket_id)
    assert "挂账期间暂停计时，恢复办理后告诉您新的时间" in page
    assert "最初承诺 2026-03-18 17:30 前" in page
    hanging.resume(ticket_id, AUTHORITY, reason="政策已出台", at=at)
    page = read(client, ticket_id)
    assert "承诺答复时间不变，仍为 2026-03-18 17:30 前" in page
    assert "挂账期间暂停计时" not in page


def test_a_granted_return_is_told_without_the_quarrel(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = dispatched(a_ticket(), at)
    plea = Plea(
        kind=Motion.RETURN, reason="不归我局管", reason_code="wrong_duty", suggested_code="D0102"
    )
    motion = motions.file(ticket_id, plea, handler(), at=at)
    motions.grant(motion, DISPATCHER, note="同意退回", at=at)
    page = read(client, ticket_id)
    assert "正在确定承办单位" in page
    assert "2026-03-18 17:30 前" in page
    assert "不归我局管" not in page
    assert "同意退回" not in page


def test_a_question_is_asked_and_its_answer_goes_on(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket()
    endings.ask_info(ticket_id, "请问工地在哪一侧？", DISPATCHER, at=at)
    place = opened(client, ticket_id)
    assert "请问工地在哪一侧？" in words(client.get(place))
    assert client.post(f"{place}/supplements", data={"content": "在东侧"}).status_code == 303
    assert ticket(ticket_id).stage is Stage.REGISTERED
    assert "【补充】在东侧" in ticket(ticket_id).content


def test_words_and_files_can_be_added_while_work_goes_on(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = dispatched(a_ticket(), at)
    place = opened(client, ticket_id)
    file = (io.BytesIO("昨晚又施工到两点".encode()), "记录.txt")
    answer = client.post(f"{place}/supplements", data={"content": "", "files": [file]})
    assert answer.status_code == 303
    assert files_of(ticket_id)[0].name == "记录.txt"
    page = words(client.get(place))
    assert "您作了补充说明" in page
    assert "记录.txt" in page


def test_an_empty_or_endless_supplement_is_refused_with_the_words_kept(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    place = opened(client, a_ticket())
    assert client.post(f"{place}/supplements", data={"content": " "}).status_code == 422
    page = client.post(f"{place}/supplements", data={"content": "长" * 2001})
    assert page.status_code == 422
    assert "长" * 2001 in page.text
    assert "最多 2000 字" in words(page)


def test_a_demand_can_be_taken_back_until_it_is_answered(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = dispatched(a_ticket(), at)
    place = opened(client, ticket_id)
    assert client.post(f"{place}/withdrawal", data={"reason": "已解决"}).status_code == 303
    assert ticket(ticket_id).outcome is Outcome.WITHDRAWN
    page = client.get(place)
    assert "/withdrawal" not in page.text
    assert "/supplements" not in page.text
    late = to_callback(a_ticket(), at)
    place = opened(client, late)
    assert "/withdrawal" not in client.get(place).text
    assert client.post(f"{place}/withdrawal").status_code == 409
    assert ticket(late).stage is Stage.CALLBACK


def test_declined_says_why_and_where_to_go(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket()
    endings.decline(ticket_id, DISPATCHER, code="in_petition", reason="内部核对记录", at=at)
    page = read(client, ticket_id)
    assert "已进入信访渠道办理" in page
    assert "请向受理该信访事项的机关查询进度" in page
    assert "内部核对记录" not in page


def test_behind_a_merge_stands_the_masters_work_without_the_other_citizen(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    master = a_ticket(content="停水两天了，我家有瘫痪老人")
    mine = a_ticket(phone="13800000000", content="整个小区没水")
    joining.merge(mine, ticket(master).ticket_no, DISPATCHER, at=at)
    dispatched(master, at + timedelta(minutes=5))
    page = read(client, mine)
    assert "两件合并办理" in page
    assert f"已派给{unit_name()}" in page
    assert "瘫痪老人" not in page
    assert ticket(master).ticket_no not in page


def test_a_consultation_shows_no_rating_step(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    consult = read(client, dispatched(a_ticket(kind=Kind.CONSULT), at))
    complaint = read(client, dispatched(a_ticket(), at))
    assert "您来评价" not in consult
    assert "您来评价" in complaint


def test_the_browser_forgets_the_oldest_of_many_tickets(
    client: FlaskClient, a_ticket: Callable[..., int], app: APIFlask
) -> None:
    first, *others = [a_ticket() for _ in range(21)]
    for ticket_id in (first, *others):
        place = opened(client, ticket_id)
    assert client.get(place).status_code == 200
    assert client.get(f"/progress/{ticket(first).ticket_no}").status_code == 303
