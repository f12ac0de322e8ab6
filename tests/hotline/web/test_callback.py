"""The callback desk (回访): whom to call now, and what came of the call."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind, Mark, Resolved
from hotline.models import Callback, CallbackAttempt, Rating, Unmasking
from hotline.services import callbacks, endings
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "callback")


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def place(ticket_id: int, deed: str = "") -> str:
    number = people.ticket(ticket_id).ticket_no
    return f"/callback/tickets/{number}" + (f"/{deed}" if deed else "")


def sampled_answer(a_ticket: Callable[..., int], at: datetime) -> int:
    """A consultation answered at once that was drawn into the sample (one in five)."""
    for _ in range(5):
        ticket_id = a_ticket(kind=Kind.CONSULT, title="居住证怎么续签")
        endings.answer(ticket_id, "持身份证到派出所当场办理", people.who("agent"), at=at)
        if ticket_id % 5 == 0:
            return ticket_id
    raise AssertionError("no ticket of five was sampled")


def test_desk_is_for_callback_agents(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "department").get("/callback").status_code == 403


def test_empty_tabs_explain_themselves(desk: FlaskClient) -> None:
    for tab in ("open", "retry", "sample", "done"):
        assert 'class="nothing"' in read(desk.get(f"/callback?tab={tab}"))


def test_list_shows_promise_reply_attempts_and_the_earliest_due_first(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    late = datetime.now(UTC) - timedelta(days=20)
    now = datetime.now(UTC)
    people.to_callback(a_ticket(title="后到期的", at=now), at=now)
    first = people.to_callback(a_ticket(title="先到期的", at=late), at=late)
    callbacks.record_attempt(first, people.who("callback"), reached=False, note="占线", at=now)
    page = read(desk.get("/callback"))
    assert page.index("先到期的") < page.index("后到期的")
    assert people.REPLY[:20] in page
    assert "已拨 1 次" in page
    assert "未拨打" in page
    assert "13912345678" not in page
    assert "后到期的" not in read(desk.get("/callback?tab=retry"))


def test_sampled_answers_are_marked(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = sampled_answer(a_ticket, at)
    people.to_callback(a_ticket(title="不是抽样的"), at=at)
    page = read(desk.get("/callback?tab=sample"))
    assert "抽样</span>" in page
    assert "不是抽样的" not in page
    page = read(desk.get(place(ticket_id)))
    assert "抽样回访" in page
    assert "退回重办" not in page
    form = {"satisfaction": "5", "resolved": "yes"}
    assert desk.post(place(ticket_id, "rating"), data=form).status_code == 303
    assert people.stage(ticket_id) is Stage.CLOSED


def test_page_says_what_was_promised_and_what_was_done(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    page = read(desk.get(place(ticket_id)))
    assert "承诺时间" in page
    assert "在承诺时间内" in page
    assert 'data-key="5"' in page
    assert 'data-key="y"' in page


def test_reached_and_content_closes_the_ticket_by_phone(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    form = {"satisfaction": "4", "resolved": "yes", "comment": "很快"}
    answer = desk.post(place(ticket_id, "rating"), data=form, follow_redirects=True)
    assert "满意，已解决" in read(answer)
    rating = db.session.scalars(select(Rating)).one()
    assert (rating.satisfaction, rating.channel) == (4, Channel.PHONE)
    assert (rating.by, rating.comment) == ("赵敏芝", "很快")
    assert people.ticket(ticket_id).outcome is Outcome.RESOLVED
    attempt = db.session.scalars(select(CallbackAttempt)).one()
    assert attempt.reached


def test_an_unhappy_citizen_opens_a_redo(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    form = {"satisfaction": "2", "resolved": "no", "comment": "问题还在"}
    page = read(desk.post(place(ticket_id, "rating"), data=form, follow_redirects=True))
    assert "转重办或督办" in page
    ticket = people.ticket(ticket_id)
    assert (ticket.stage, ticket.round) == (Stage.DISPATCHED, 2)


def test_grade_and_result_are_both_asked_for(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    answer = desk.post(place(ticket_id, "rating"), data={"satisfaction": "9", "comment": "谢谢"})
    assert answer.status_code == 422
    page = read(answer)
    assert "请选择市民给出的满意度" in page
    assert "请选择问题是否解决" in page
    assert 'value="谢谢"' in page
    assert db.session.scalars(select(CallbackAttempt)).all() == []
    only_grade = desk.post(place(ticket_id, "rating"), data={"satisfaction": "5"})
    assert 'value="5" checked' in read(only_grade)


def test_three_times_nobody_there_is_not_happy(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    for number in (1, 2):
        answer = desk.post(place(ticket_id, "unreached"), data={"note": "响铃无人接听"})
        assert answer.status_code == 303
        assert f"第 {number + 1} 次" in read(desk.get(place(ticket_id)))
    page = read(desk.get(place(ticket_id)))
    assert "这是最后一次" in page
    assert "响铃无人接听" in page
    said = read(desk.post(place(ticket_id, "unreached"), follow_redirects=True))
    assert "回访未联系上" in said
    assert people.ticket(ticket_id).outcome is Outcome.UNREACHED
    assert db.session.scalars(select(Rating)).all() == []
    assert desk.post(place(ticket_id, "unreached")).status_code == 404


def test_redo_needs_a_reason_and_goes_to_the_same_unit(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    assert desk.post(place(ticket_id, "redo"), data={"reason": " "}).status_code == 422
    assert desk.post(place(ticket_id, "redo"), data={"reason": "路灯仍不亮"}).status_code == 303
    ticket = people.ticket(ticket_id)
    assert (ticket.stage, ticket.round) == (Stage.DISPATCHED, 2)
    assert ticket.lead_department_id == people.unit(people.CHENGGUAN).id
    assert db.session.scalars(select(Callback.done_at)).one() is not None


def test_third_redo_is_the_supervisors(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    for _ in range(2):
        callbacks.redo(ticket_id, people.who("callback"), reason="仍未解决", at=at)
        people.handle_again(ticket_id, at=at)
    assert Mark.SUPERVISED.value in people.ticket(ticket_id).marks
    assert "退回重办" not in read(desk.get(place(ticket_id)))
    assert desk.post(place(ticket_id, "redo"), data={"reason": "x"}).status_code == 403


def test_who_rated_by_message_meanwhile_is_not_rated_over(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    verdict = callbacks.Verdict(satisfaction=5, resolved=Resolved.YES, channel=Channel.SMS)
    people.rate(ticket_id, verdict, at=at)
    assert "没有待办的回访" in read(desk.get(place(ticket_id)))
    form = {"satisfaction": "1", "resolved": "no"}
    assert desk.post(place(ticket_id, "rating"), data=form).status_code == 409
    assert db.session.scalars(select(Rating.satisfaction)).all() == [5]


def test_number_is_shown_for_the_call_and_the_look_is_recorded(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    page = read(desk.get(place(ticket_id)))
    assert 'value="回访：第 1 次拨打"' in page
    assert "13912345678" not in page
    number = people.ticket(ticket_id).ticket_no
    told = desk.post(f"/tickets/{number}/identity", data={"reason": "回访：第 1 次拨打"})
    assert "13912345678" in read(told)
    assert db.session.scalars(select(Unmasking.actor_name)).all() == ["赵敏芝"]


def test_done_ones_are_kept_and_search_finds_any_ticket(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(title="已经回访的"), at=at)
    people.to_unit(a_ticket(title="还在办的"), at=at)
    desk.post(place(ticket_id, "rating"), data={"satisfaction": "5", "resolved": "yes"})
    assert "已经回访的" in read(desk.get("/callback?tab=done"))
    assert "已经回访的" not in read(desk.get("/callback?tab=open"))
    assert "还在办的" in read(desk.get("/callback?q=还在办"))
