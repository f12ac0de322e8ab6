"""The dispatch desk (派单审核): choose by key, judge returns, rule, review replies."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Kind, Mark
from hotline.models import Assignment, Correction, MotionRow
from hotline.services import dispatching, handling, motions, sorting
from hotline.services.motions import Plea
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, ZHUJIAN, ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

VAGUE = "你们能不能管管，太气人了"


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "dispatcher")


@pytest.fixture
def waiting(a_ticket: Callable[..., int], at: datetime) -> int:
    """A ticket with a category that waits for its unit."""
    return people.to_dispatch(a_ticket(), at=at)


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def place(ticket_id: int) -> str:
    return f"/dispatch/tickets/{ticket(ticket_id).ticket_no}"


def head(page: str) -> str:
    """The title of the case that lies open."""
    found = re.search(r'class="case-head"><h2>(.*?)</h2>', page)
    return found.group(1) if found else ""


def send(desk: FlaskClient, ticket_id: int, **form: str) -> TestResponse:
    """Post the dispatch form with the version the page would carry."""
    given = {"version": str(ticket(ticket_id).version), "tab": "to_dispatch"}
    return desk.post(f"{place(ticket_id)}/dispatch", data={**given, **form})


def ask_return(ticket_id: int, code: str, suggested: str, *, at: datetime) -> int:
    plea = Plea(
        kind=Motion.RETURN,
        reason="不属本单位职责",
        reason_code="wrong_duty",
        suggested_code=suggested,
    )
    return motions.file(ticket_id, plea, people.handler(code), at=at)


def returned_twice(ticket_id: int, *, at: datetime) -> int:
    """Both units have had it and gave it back: it must be ruled on."""
    for code, other in ((CHENGGUAN, ZHUJIAN), (ZHUJIAN, CHENGGUAN)):
        dispatching.dispatch(ticket_id, code, actor=people.who("dispatcher"), at=at)
        motion_id = ask_return(ticket_id, code, other, at=at)
        motions.grant(motion_id, people.who("dispatcher"), note=None, at=at)
    return ticket_id


def test_desk_is_for_dispatchers_and_the_authority(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "agent").get("/dispatch").status_code == 403
    client.post("/logout")
    assert sign_in(client, "authority").get("/dispatch").status_code == 200


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("to_dispatch", "没有待派的工单"),
        ("returns", "没有待审的退单"),
        ("adjudicating", "没有疑难协调"),
        ("reviewing", "没有待审的答复"),
    ],
)
def test_empty_tab_explains_itself(desk: FlaskClient, tab: str, words: str) -> None:
    assert words in read(desk.get(f"/dispatch?tab={tab}"))


def test_machine_shows_three_guesses_with_words_rule_and_reason(
    desk: FlaskClient,
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    model: str,
) -> None:
    ticket_id = a_ticket(title="求助", content=VAGUE)
    run_jobs()
    assert people.stage(ticket_id) is Stage.TO_DISPATCH
    page = read(desk.get("/dispatch"))
    assert head(page) == "求助"
    choices = re.findall(r'name="choice" value="([^"]*)"[^>]*data-key="(\d)"', page)
    assert [key for _value, key in choices] == ["1", "2", "3"]
    assert "按派单目录规则" in page
    assert "转人工派单 · 模型 starter" in page


def test_danger_comes_first_whoever_waits_longer(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_dispatch(a_ticket(title="先来的"), at=at)
    danger = a_ticket(title="险情", content="楼道里有很浓的煤气味")
    people.to_dispatch(danger, at=at, code="010213")
    assert head(read(desk.get("/dispatch"))) == "险情"


def test_picked_case_lies_open_and_a_gone_one_gives_way(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    first = people.to_dispatch(a_ticket(title="先来的"), at=at)
    second = people.to_dispatch(a_ticket(title="后到的"), at=at)
    picked = f"/dispatch?no={ticket(second).ticket_no}"
    assert head(read(desk.get(picked))) == "后到的"
    send(desk, second, choice=f"{people.NOISE}/{CHENGGUAN}/")
    assert head(read(desk.get(picked))) == "先来的"
    assert people.stage(first) is Stage.TO_DISPATCH


def test_one_choice_dispatches_teaches_and_opens_the_next_case(
    desk: FlaskClient, waiting: int
) -> None:
    answer = send(desk, waiting, choice=f"0102/{ZHUJIAN}/C03")
    assert (answer.status_code, answer.location) == (303, "/dispatch?tab=to_dispatch")
    row = ticket(waiting)
    assert (row.stage, row.category_code) == (Stage.DISPATCHED, "0102")
    assert row.lead_department_id == people.unit(ZHUJIAN).id
    helpers = select(Assignment.department_id).where(Assignment.is_lead.is_(False))
    assert db.session.scalars(helpers).all() == [people.unit("C03").id]
    taught = select(Correction.to_code).where(Correction.source == "dispatch")
    assert db.session.scalars(taught).all() == ["0102"]
    assert f"已派给{people.unit(ZHUJIAN).name}" in read(desk.get(answer.location))


def test_selects_win_over_the_choice(desk: FlaskClient, waiting: int) -> None:
    send(desk, waiting, choice=f"0102/{ZHUJIAN}/", department_code=CHENGGUAN)
    row = ticket(waiting)
    assert row.lead_department_id == people.unit(CHENGGUAN).id
    assert row.category_code == people.NOISE, "the category of the choice was not meant"


def test_category_alone_is_routed_by_the_catalogue(desk: FlaskClient, waiting: int) -> None:
    send(desk, waiting, category_code=people.NOISE)
    row = ticket(waiting)
    assert row.stage is Stage.DISPATCHED
    current = select(Assignment.rule_id).where(Assignment.is_lead.is_(True))
    assert db.session.scalars(current).one() is not None


def test_long_selects_come_when_opened(desk: FlaskClient, waiting: int) -> None:
    assert 'name="department_code"' not in read(desk.get("/dispatch"))
    part = read(desk.get(f"{place(waiting)}/by-hand"))
    for field in ("department_code", "category_code", "helper"):
        assert f'name="{field}"' in part
    assert f'value="{CHENGGUAN}"' in part
    assert 'name="department_code"' in read(desk.get(place(waiting)))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "请按数字键选择一项"),
        ({"department_code": "X999"}, "没有这个承办单位"),
        ({"choice": f"999999/{CHENGGUAN}/"}, "没有这个问题分类"),
        ({"choice": "/////"}, "请按数字键选择一项"),
    ],
)
def test_wrong_choice_is_shown_in_place(
    desk: FlaskClient, waiting: int, form: dict[str, str], words: str
) -> None:
    answer = send(desk, waiting, **form)
    assert answer.status_code == 422
    assert words in read(answer)
    assert people.stage(waiting) is Stage.TO_DISPATCH


def test_second_dispatcher_is_told_who_was_faster(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    stale = str(ticket(waiting).version)
    faster = people.who("dispatcher02")
    dispatching.dispatch(waiting, CHENGGUAN, actor=faster, at=at)
    answer = send(desk, waiting, choice=f"{people.NOISE}/{ZHUJIAN}/", version=stale)
    assert answer.status_code == 409
    assert "唐伟民" in read(answer)
    assert "没有生效" in read(answer)
    assert ticket(waiting).lead_department_id == people.unit(CHENGGUAN).id


def test_form_without_a_version_is_out_of_date(desk: FlaskClient, waiting: int) -> None:
    assert send(desk, waiting, department_code=CHENGGUAN, version="x").status_code == 409


def test_granted_return_comes_back_with_the_proposed_unit_first(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    people.to_unit(waiting, at=at)
    motion_id = ask_return(waiting, CHENGGUAN, ZHUJIAN, at=at)
    page = read(desk.get("/dispatch?tab=returns"))
    assert "职责不符" in page
    assert f"建议改派 <strong>{people.unit(ZHUJIAN).name}" in page
    answer = desk.post(
        f"{place(waiting)}/motions/{motion_id}", data={"verdict": "grant", "tab": "returns"}
    )
    assert answer.location == "/dispatch?tab=returns"
    assert people.stage(waiting) is Stage.TO_DISPATCH
    page = read(desk.get("/dispatch"))
    first = re.findall(r'name="choice" value="([^"]*)"', page)[0]
    assert first == f"{people.NOISE}/{ZHUJIAN}/"
    assert "退单时建议" in page


def test_return_is_refused_with_a_reason_only(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    people.to_unit(waiting, at=at)
    motion_id = ask_return(waiting, CHENGGUAN, ZHUJIAN, at=at)
    form = {"verdict": "refuse", "tab": "returns"}
    wrong = desk.post(f"{place(waiting)}/motions/{motion_id}", data=form)
    assert wrong.status_code == 422
    assert "驳回须写明理由" in read(wrong)
    assert desk.post(f"{place(waiting)}/motions/{motion_id}", data={}).status_code == 422
    desk.post(f"{place(waiting)}/motions/{motion_id}", data={**form, "note": "职责清单明确"})
    assert db.session.get_one(MotionRow, motion_id).state is MotionState.REFUSED
    again = desk.post(f"{place(waiting)}/motions/{motion_id}", data={**form, "note": "再来"})
    assert again.status_code == 409


def test_motion_of_another_ticket_is_not_found(
    desk: FlaskClient, a_ticket: Callable[..., int], waiting: int, at: datetime
) -> None:
    people.to_unit(waiting, at=at)
    motion_id = ask_return(waiting, CHENGGUAN, ZHUJIAN, at=at)
    other = f"{place(a_ticket())}/motions/{motion_id}"
    assert desk.post(other, data={"verdict": "grant"}).status_code == 404


def test_reply_takes_an_open_return_off_the_desk(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    people.to_handling(waiting, at=at)
    ask_return(waiting, CHENGGUAN, ZHUJIAN, at=at)
    handling.reply(waiting, people.REPLY, people.handler(), at=at)
    assert "没有待审的退单" in read(desk.get("/dispatch?tab=returns"))


def test_returned_twice_is_ruled_on_and_may_not_come_back(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    returned_twice(waiting, at=at)
    assert "没有待派的工单" in read(desk.get("/dispatch"))
    assert "已退过此单" in read(desk.get("/dispatch?tab=adjudicating"))
    wrong = send(desk, waiting, department_code=CHENGGUAN, tab="adjudicating")
    assert wrong.status_code == 422
    assert "裁定须写明双方理由" in read(wrong)
    send(desk, waiting, department_code=CHENGGUAN, reason="三定方案明确", tab="adjudicating")
    row = ticket(waiting)
    assert (row.stage, row.no_return) == (Stage.DISPATCHED, True)
    assert Mark.ADJUDICATING.value not in row.marks


def test_reply_stands_beside_the_demand_with_what_it_lacks(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    people.to_handling(waiting, at=at)
    handling.reply(waiting, "已转相关部门处理。", people.handler(), at=at)
    page = read(desk.get("/dispatch?tab=reviewing"))
    assert "夜里十二点还在施工" in page
    assert "已转相关部门处理。" in page
    assert "只有套话" in page
    assert 'value="approve"' in page
    assert 'value="conclude"' not in page


def test_review_passes_or_sends_back_with_a_reason(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    people.to_review(waiting, at=at)
    review = f"{place(waiting)}/review"
    form = {"tab": "reviewing", "version": str(ticket(waiting).version)}
    wrong = desk.post(review, data={**form, "verdict": "send_back"})
    assert wrong.status_code == 422
    assert "须写明理由" in read(wrong)
    assert desk.post(review, data=form).status_code == 422
    desk.post(review, data={**form, "verdict": "send_back", "reason": "没有写明核查时间"})
    assert people.stage(waiting) is Stage.HANDLING
    handling.reply(waiting, people.REPLY, people.handler(), at=at)
    assert desk.post(review, data={**form, "verdict": "approve"}).status_code == 409
    form["version"] = str(ticket(waiting).version)
    answer = desk.post(review, data={**form, "verdict": "approve"})
    assert answer.location == "/dispatch?tab=reviewing"
    assert people.stage(waiting) is Stage.CALLBACK


def test_praise_is_concluded_without_a_callback(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    praise = people.to_review(a_ticket(kind=Kind.PRAISE), at=at)
    page = read(desk.get("/dispatch?tab=reviewing"))
    assert 'value="conclude"' in page
    assert 'value="approve"' not in page
    form = {"version": str(ticket(praise).version), "verdict": "conclude"}
    answer = desk.post(f"{place(praise)}/review", data=form)
    assert answer.location == place(praise)
    assert ticket(praise).outcome is Outcome.REPLIED


def test_transferred_and_merged_from_the_desk(
    desk: FlaskClient, a_ticket: Callable[..., int], waiting: int, at: datetime
) -> None:
    other = people.to_dispatch(a_ticket(), at=at)
    page = read(desk.get(f"/dispatch?no={ticket(other).ticket_no}"))
    assert ticket(waiting).ticket_no in page, "an open ticket that is alike is offered"
    form = {"version": str(ticket(other).version), "tab": "to_dispatch"}
    wrong = desk.post(f"{place(other)}/merge", data={**form, "master_no": "1"})
    assert "没有这张工单" in read(wrong)
    desk.post(f"{place(other)}/merge", data={**form, "master_no": ticket(waiting).ticket_no})
    assert ticket(other).master_id == waiting
    form["version"] = str(ticket(waiting).version)
    assert desk.post(f"{place(waiting)}/transfer", data=form).status_code == 422
    desk.post(f"{place(waiting)}/transfer", data={**form, "target": "petition"})
    assert ticket(waiting).outcome is Outcome.TRANSFERRED


def test_declining_is_not_from_here(desk: FlaskClient, waiting: int) -> None:
    assert desk.post(f"{place(waiting)}/decline", data={"code": "untrue"}).status_code == 404


def test_registered_ticket_is_asked_about(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    ticket_id = a_ticket()
    answer = desk.post(f"{place(ticket_id)}/ask-info", data={"question": "请补充具体楼栋"})
    assert answer.location == place(ticket_id)
    assert people.stage(ticket_id) is Stage.SUPPLEMENTING


def test_all_tickets_by_filter_number_and_word(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_dispatch(a_ticket(title="路灯不亮"), at=at)
    ticket_id = a_ticket(title="井盖丢了", kind=Kind.HELP)
    page = read(desk.get("/dispatch/tickets?stage=to_dispatch&kind=nonsense"))
    assert "路灯不亮" in page
    assert "井盖丢了" not in page
    number = ticket(ticket_id).ticket_no
    assert desk.get(f"/dispatch/tickets?q={number}").location == place(ticket_id)
    assert desk.get("/dispatch?q=井盖").location.startswith("/dispatch/tickets?q=")
    assert "没有符合条件的工单" in read(desk.get("/dispatch/tickets?q=不存在的词"))
    assert desk.get("/dispatch/tickets?cursor=x").status_code == 422
    assert desk.get("/dispatch?cursor=x").status_code == 422


def test_page_tells_the_whole_story_without_the_phone(
    desk: FlaskClient, waiting: int, at: datetime
) -> None:
    returned_twice(waiting, at=at)
    page = read(desk.get(place(waiting)))
    assert "13912345678" not in page
    for words in ("退单", people.unit(ZHUJIAN).name, "李建国", "裁定承办单位", "已退 2 次"):
        assert words in page
    assert people.events(waiting).count(Event.RETURN_GRANTED) == 2


def test_reclassified_category_is_offered_though_the_machine_thought_otherwise(
    desk: FlaskClient,
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    model: str,
    at: datetime,
) -> None:
    ticket_id = a_ticket(title="求助", content=VAGUE)
    run_jobs()
    sorting.reclassify(ticket_id, people.NOISE, people.who("dispatcher"), at=at)
    page = read(desk.get("/dispatch"))
    assert re.findall(r'name="choice" value="([^"]*)"', page)[0].startswith(people.NOISE)
    assert "现有分类" in page
