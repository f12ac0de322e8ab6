"""The agent's desk (座席): log while listening, end a call at once, find a ticket, help on."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models import Ticket, Unmasking
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

NOISE = "东湖区湖滨路工地夜里十二点还在施工，机器噪声很大，孩子没法睡觉"
PHONE = "13800138000"


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "agent")


def call(desk: FlaskClient, **changes: str) -> TestResponse:
    """Post the form of a call that lacks nothing."""
    form = {"content": NOISE, "phone": PHONE, "channel": "phone", "outcome": "register"}
    return desk.post("/agent", data={**form, **changes})


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def only_ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket)).one()


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def number(ticket_id: int) -> str:
    return people.ticket(ticket_id).ticket_no


def test_desk_is_for_agents(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "dispatcher").get("/agent").status_code == 403


def test_form_keeps_a_personal_draft_and_one_key_for_each_hot_line(desk: FlaskClient) -> None:
    page = read(desk.get("/agent"))
    assert f'data-draft="call-{people.who("agent").staff_id}"' in page
    for key, line in enumerate(("110", "119", "120", "122"), start=1):
        assert f'value="transfer:{line}" data-key="alt+{key}"' in page


def test_call_becomes_a_ticket_whose_number_and_code_are_read_back(desk: FlaskClient) -> None:
    answer = call(desk, name="王女士", area_code="990101001", address="湖滨路 18 号")
    ticket = only_ticket()
    assert (answer.status_code, answer.location) == (303, f"/agent/saved/{ticket.ticket_no}")
    assert ticket.channel is Channel.PHONE
    assert ticket.registered_by == people.who("agent").staff_id
    page = read(desk.get(answer.location))
    assert ticket.ticket_no in page
    assert ticket.query_code in page
    assert f'data-draft-clear="call-{ticket.registered_by}"' in page


def test_query_code_is_shown_to_nobody_but_who_took_the_call(
    desk: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    place = call(desk).location
    desk.post("/logout")
    assert sign_in(desk, "agent02").get(place).status_code == 404


def test_double_click_makes_one_ticket_and_the_next_call_another(desk: FlaskClient) -> None:
    first, second = call(desk, nonce="a"), call(desk, nonce="a")
    assert first.location == second.location
    assert count() == 1
    call(desk, nonce="b")
    assert count() == 2


def test_wrong_fields_are_named_and_what_was_written_stays(desk: FlaskClient) -> None:
    answer = call(desk, content="  ", phone="13800", address="湖滨路 18 号")
    page = read(answer)
    assert answer.status_code == 422
    assert "请填写诉求内容" in page
    assert "电话号码不正确" in page
    assert 'value="湖滨路 18 号"' in page
    assert count() == 0


def test_visitor_and_withheld_number_need_no_phone(desk: FlaskClient) -> None:
    assert call(desk, phone="").status_code == 422
    assert call(desk, phone="", channel="visit").status_code == 303
    assert only_ticket().channel is Channel.VISIT
    assert call(desk, phone="", withheld="yes").status_code == 303


def test_chosen_category_goes_with_the_ticket_to_its_unit(
    desk: FlaskClient, run_jobs: Callable[[], int], model: str
) -> None:
    call(desk, picked=people.NOISE, area_code="990101001")
    run_jobs()
    ticket = only_ticket()
    assert (ticket.category_code, ticket.category_by) == (people.NOISE, "王晓燕")
    assert ticket.stage is Stage.DISPATCHED


def test_select_wins_over_the_suggestion(desk: FlaskClient) -> None:
    call(desk, picked=people.NOISE, category_code="0102")
    assert only_ticket().category_code == "0102"


def test_advice_names_category_unit_and_words(desk: FlaskClient, model: str) -> None:
    page = read(desk.post("/agent/suggest", data={"content": NOISE, "area_code": "990101001"}))
    assert 'name="picked"' in page
    assert "环境污染" in page
    assert "<mark>噪声</mark>" in page
    assert "东湖区" in page
    assert "starter" in page


def test_danger_is_told_at_once(desk: FlaskClient) -> None:
    page = read(desk.post("/agent/suggest", data={"content": "楼道里有很浓的煤气味"}))
    assert "特急" in page
    assert "119" in page
    assert Urgency.CRITICAL.label in page


def test_knowledge_answer_can_be_taken_over(desk: FlaskClient) -> None:
    page = read(desk.post("/agent/suggest", data={"content": "身份证丢了怎么补办"}))
    assert "/agent/knowledge/K001" in page
    field = read(desk.get("/agent/knowledge/K001"))
    assert 'name="knowledge_id" value="K001"' in field
    assert "本人可到就近的户籍派出所" in field
    assert desk.get("/agent/knowledge/K999").status_code == 404


def test_own_choice_stays_while_words_go_on(desk: FlaskClient, model: str) -> None:
    first = read(desk.post("/agent/suggest", data={"content": NOISE}))
    code = first.split('name="picked" value="')[2].split('"')[0]
    form = {"content": NOISE + "，一直没人管", "picked": code, "offered": ""}
    assert f'value="{code}" checked' in read(desk.post("/agent/suggest", data=form))


def test_open_ticket_of_the_same_caller_and_alike_ones_are_offered_for_merging(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    own = number(a_ticket(phone=PHONE, title="暖气不热", content="家里暖气一直不热"))
    alike = number(a_ticket(phone="13900000001"))
    page = read(desk.post("/agent/suggest", data={"content": NOISE, "phone": "138 0013 8000"}))
    assert page.index(f"merge:{own}") < page.index(f"merge:{alike}")
    assert "同一号码" in page


def test_kind_place_and_company_are_offered_with_one_press(desk: FlaskClient) -> None:
    text = "投诉东湖区明月街道锦绣苑3栋的安居物业，业主们要集体去区政府上访"
    page = read(desk.post("/agent/suggest", data={"content": text}))
    assert 'data-fill="#f-area_code" data-value="990101001"' in page
    assert 'data-fill="#f-address" data-value="锦绣苑3栋"' in page
    assert "<mark>安居物业</mark>" in page
    assert "群体苗头：" in page
    accepted = {"content": text, "area_code": "990101001", "address": "锦绣苑3栋"}
    assert "data-fill" not in read(desk.post("/agent/suggest", data=accepted))


def test_nothing_is_offered_for_nothing(desk: FlaskClient, model: str) -> None:
    page = read(desk.post("/agent/suggest", data={"content": "   "}))
    assert "写下诉求内容后" in page
    assert 'name="picked"' not in page


def test_answered_at_once_and_no_job_dispatches_it(
    desk: FlaskClient, run_jobs: Callable[[], int], model: str
) -> None:
    words = "本人到就近派出所申请补领即可"
    call(desk, content="身份证丢了怎么补办", outcome="answer", answer=words, knowledge_id="K001")
    run_jobs()
    ticket = only_ticket()
    assert (ticket.stage, ticket.outcome, ticket.reply) == (Stage.CLOSED, Outcome.DIRECT, words)
    entry = people.entries(ticket.id, Event.ANSWERED)[0]
    assert entry.payload["knowledge"] == "K001"


def test_answer_without_words_registers_nothing(desk: FlaskClient) -> None:
    answer = call(desk, outcome="answer", answer=" ")
    assert answer.status_code == 422
    assert "请填写答复内容" in read(answer)
    assert count() == 0


def test_declined_with_a_coded_reason_and_the_right_way_told(desk: FlaskClient) -> None:
    assert call(desk, outcome="decline", decline_code="made_up").status_code == 422
    assert count() == 0
    answer = call(desk, outcome="decline", decline_code="statutory_route")
    ticket = only_ticket()
    assert (ticket.outcome, ticket.reason_code) == (Outcome.DECLINED, "statutory_route")
    assert "法定途径" in read(desk.get(answer.location))


def test_burglary_is_transferred_by_one_key_with_nothing_filled_in(desk: FlaskClient) -> None:
    answer = desk.post("/agent", data={"outcome": "transfer:110"})
    ticket = only_ticket()
    assert answer.status_code == 303
    assert (ticket.stage, ticket.outcome) == (Stage.CLOSED, Outcome.TRANSFERRED)
    assert ticket.reason_code == "110"
    assert "拨打110" in read(desk.get(answer.location))


def test_merged_into_an_open_ticket(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    master = a_ticket()
    wrong = call(desk, outcome="merge", master_no="990101202603113000001X")
    assert wrong.status_code == 422
    assert "没有这张工单" in read(wrong)
    answer = call(desk, outcome=f"merge:{number(master)}")
    merged = db.session.scalars(select(Ticket).where(Ticket.id != master)).one()
    assert (merged.master_id, merged.outcome) == (master, Outcome.MERGED)
    assert "已有工单在办" in read(desk.get(answer.location))


def test_unknown_way_of_ending_is_refused(desk: FlaskClient) -> None:
    assert call(desk, outcome="burn").status_code == 422


def test_list_of_today_is_mine_and_explains_itself_when_empty(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    a_ticket(title="别人登记的")
    assert "今天还没有登记" in read(desk.get("/agent/tickets"))
    call(desk, title="我登记的")
    page = read(desk.get("/agent/tickets"))
    assert "我登记的" in page
    assert "别人登记的" not in page
    assert "别人登记的" in read(desk.get("/agent/tickets?tab=open"))


def test_search_by_number_title_and_phone(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    ticket_no = number(a_ticket(phone=PHONE, title="路灯不亮"))
    a_ticket(phone="13900000001", title="井盖丢了")
    assert desk.get(f"/agent?q={ticket_no}").location == f"/agent/tickets?q={ticket_no}"
    assert desk.get(f"/agent/tickets?q={ticket_no}").location == f"/agent/tickets/{ticket_no}"
    assert "路灯不亮" in read(desk.get("/agent/tickets?q=路灯"))
    found = desk.post("/agent/tickets/caller", data={"phone": "138-0013-8000"})
    assert PHONE not in found.location
    page = read(desk.get(found.location))
    assert "路灯不亮" in page
    assert "井盖丢了" not in page


def test_phone_of_a_stranger_finds_nothing_rather_than_everything(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    a_ticket(phone=PHONE, title="路灯不亮")
    for phone in ("13912340000", "1380", ""):
        found = desk.post("/agent/tickets/caller", data={"phone": phone})
        assert "这个号码没有工单" in read(desk.get(found.location))


def test_cursor_that_is_not_ours_is_refused(desk: FlaskClient) -> None:
    assert desk.get("/agent/tickets?tab=open&cursor=abc").status_code == 422


def test_page_masks_the_caller_and_escapes_what_was_said(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    ticket_no = number(a_ticket(phone=PHONE, content="<script>alert(1)</script>路灯不亮"))
    page = desk.get(f"/agent/tickets/{ticket_no}").get_data(as_text=True)
    assert "138****8000" in page
    assert PHONE not in page
    assert "<script>alert(1)" not in page


def test_supplement_urge_and_withdraw(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    place = f"/agent/tickets/{number(ticket_id)}"
    assert desk.post(f"{place}/supplement", data={"content": " "}).status_code == 422
    assert desk.post(f"{place}/supplement", data={"content": "昨夜又施工"}).location == place
    assert desk.post(f"{place}/urge", data={"reason": "市民再次来电"}).status_code == 303
    assert desk.post(f"{place}/withdraw", data={"reason": "已解决"}).status_code == 303
    assert people.stage(ticket_id) is Stage.CLOSED
    assert people.events(ticket_id)[-3:] == [Event.NOTED, Event.URGED, Event.WITHDRAWN]


def test_what_the_stage_forbids_is_answered_with_the_stage_and_who_moved_it(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    place = f"/agent/tickets/{number(ticket_id)}"
    answer = desk.post(f"{place}/answer", data={"answer": "请稍候"})
    assert answer.status_code == 409
    assert "办理中" in read(answer)
    assert "区城管局经办人" in read(answer)
    assert desk.post(f"{place}/burn").status_code == 422


def test_identity_is_shown_once_with_a_reason_that_is_recorded(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    ticket_id = a_ticket(phone=PHONE, name="张女士")
    place = f"/tickets/{number(ticket_id)}/identity"
    assert desk.post(place, data={"reason": " "}).status_code == 422
    answer = desk.post(place, data={"reason": "回拨核实地点"}, headers={"HX-Request": "true"})
    assert PHONE in read(answer)
    assert "Set-Cookie" not in answer.headers
    assert db.session.scalars(select(Unmasking.reason)).all() == ["回拨核实地点"]
    assert Event.UNMASKED in people.events(ticket_id)


def test_kind_left_open_is_judged_by_the_words(desk: FlaskClient) -> None:
    call(desk, content="我要投诉楼下饭店油烟扰民", kind="")
    assert only_ticket().kind is Kind.COMPLAINT
