"""The department's forms for motions, the leader's desk, and bad ratings (申请、审核、差评)."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.motions import MotionState, MotionStep
from hotline.domain.terms import Clock, Finding, Resolved
from hotline.models import Absence, MotionRow, Rating
from hotline.services import motions
from hotline.services.callbacks import Verdict
from hotline.services.intake import LOCAL
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Desk = Callable[[FlaskClient, str], FlaskClient]

LONGER = {
    "days": "3",
    "reason": "须开挖检测，协调三家产权单位",
    "evidence": "检测单位排期表",
    "reply_text": "检测完成后三日内答复您",
}


@pytest.fixture
def desk(client: FlaskClient, sign_in: Desk) -> FlaskClient:
    return sign_in(client, "department")


@pytest.fixture
def handled(a_ticket: Callable[..., int]) -> int:
    at = datetime.now(UTC)
    return people.to_handling(a_ticket(at=at), at=at)


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def place(ticket_id: int, deed: str = "") -> str:
    number = people.ticket(ticket_id).ticket_no
    return f"/department/tickets/{number}" + (f"/{deed}" if deed else "")


def newest() -> MotionRow:
    db.session.rollback()
    row = db.session.scalars(select(MotionRow).order_by(MotionRow.id.desc())).first()
    assert row is not None
    return row


def as_other(client: FlaskClient, sign_in: Desk, login: str) -> FlaskClient:
    client.post("/logout")
    return sign_in(client, login)


def test_what_the_rule_allows_stands_beside_each_form(desk: FlaskClient, handled: int) -> None:
    page = read(desk.get(place(handled)))
    due = people.clock(handled, Clock.HANDLE).due_at
    assert "首次延期最多 5 个工作日" in page
    assert f"须在 {due.astimezone(LOCAL):%Y-%m-%d}" in page
    for kind in ("extension", "return", "hanging", "unreasonable"):
        assert f"/motions/{kind}" in page
    assert "/motions/appeal" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": "0"}, "1 至 5 的整数"),
        ({"days": "-1"}, "1 至 5 的整数"),
        ({"days": "1.5"}, "1 至 5 的整数"),
        ({"days": ""}, "1 至 5 的整数"),
        ({"days": "六"}, "1 至 5 的整数"),
        ({"days": "6"}, "首次延期最多 5 个工作日，申请了 6 个"),
        ({"days": "999999"}, "1 至 5 的整数"),
        ({"evidence": " "}, "请写明延期的依据"),
        ({"reply_text": ""}, "请填写给市民的答复口径"),
    ],
)
def test_a_refused_form_comes_back_with_its_words(
    desk: FlaskClient, handled: int, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(place(handled, "motions/extension"), data={**LONGER, **changes})
    assert answer.status_code == 422
    page = read(answer)
    assert words in page
    assert LONGER["reason"] in page
    assert db.session.scalars(select(MotionRow)).all() == []


def test_after_the_deadline_the_form_is_gone_and_says_why(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    ticket_id = people.to_handling(a_ticket(at=long_ago), at=long_ago)
    page = read(desk.get(place(ticket_id)))
    assert "届满，延期须在到期前提出" in page
    assert "extension-days" not in page
    assert "退单须在派单后 1 个工作日内提出" in page
    refused = desk.post(place(ticket_id, "motions/extension"), data=LONGER)
    assert refused.status_code == 422
    assert "届满" in read(refused)


def test_from_the_handler_over_the_leader_to_the_dispatcher(
    client: FlaskClient, desk: FlaskClient, sign_in: Desk, handled: int
) -> None:
    answer = desk.post(place(handled, "motions/extension"), data=LONGER, follow_redirects=True)
    page = read(answer)
    assert "延期申请正在审核（单位负责人审核）" in page
    assert "撤回申请" in page
    assert "/department/approvals" not in page  # the handler leads nobody
    leader = as_other(client, sign_in, "lead_chengguan")
    assert "待我审核" in read(leader.get("/department"))
    page = read(leader.get("/department/approvals"))
    for words in (
        LONGER["reason"],
        LONGER["evidence"],
        "现在的期限",
        "批准后的期限",
        "同意，报热线",
    ):
        assert words in page
    motion = newest()
    wrong = leader.post(f"/department/approvals/{motion.id}", data={"verdict": "refuse"})
    assert wrong.status_code == 422
    assert "驳回须写明理由" in read(wrong)
    assert leader.post(f"/department/approvals/{motion.id}", data={}).status_code == 422
    said = {"verdict": "grant", "note": "情况属实"}
    assert leader.post(f"/department/approvals/{motion.id}", data=said).status_code == 303
    assert "没有待您审核的申请" in read(leader.get("/department/approvals"))
    hotline = as_other(client, sign_in, "dispatcher")
    page = read(hotline.get("/dispatch?tab=extensions"))
    for words in ("申请延期 3 个工作日", "单位审核：高建军", "情况属实", "lamp-green", "剩"):
        assert words in page
    number = people.ticket(handled).ticket_no
    before = people.clock(handled, Clock.HANDLE).due_at
    form = {"verdict": "grant", "tab": "extensions"}
    done = hotline.post(f"/dispatch/tickets/{number}/motions/{motion.id}", data=form)
    assert done.location == "/dispatch?tab=extensions"
    assert newest().state is MotionState.GRANTED
    assert people.clock(handled, Clock.HANDLE).due_at > before
    assert "没有待审的延期" in read(hotline.get("/dispatch?tab=extensions"))


def test_the_handler_takes_it_back(desk: FlaskClient, handled: int) -> None:
    desk.post(place(handled, "motions/extension"), data=LONGER)
    taken = desk.post(place(handled, f"motions/{newest().id}/withdrawal"))
    assert taken.status_code == 303
    assert newest().state is MotionState.WITHDRAWN
    assert desk.post(place(handled, f"motions/{newest().id}/withdrawal")).status_code == 409
    assert desk.post(place(handled, "motions/999999/withdrawal")).status_code == 404
    assert desk.post(place(handled, "motions/holiday"), data=LONGER).status_code == 404


def test_until_when_to_hang_is_a_day(desk: FlaskClient, handled: int) -> None:
    form = {"reason": "产权未确权", "evidence": "复函", "until_on": "明年"}
    wrong = desk.post(place(handled, "motions/hanging"), data=form)
    assert wrong.status_code == 422
    assert "日期请写成" in read(wrong)
    form["until_on"] = f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}"
    assert desk.post(place(handled, "motions/hanging"), data=form).status_code == 303
    assert newest().until_on is not None


def test_another_leader_may_not_decide(
    client: FlaskClient, desk: FlaskClient, sign_in: Desk, handled: int
) -> None:
    desk.post(place(handled, "motions/extension"), data=LONGER)
    motion_id = newest().id
    other = as_other(client, sign_in, "lead_zhujian")
    assert LONGER["reason"] not in read(other.get("/department/approvals"))
    answer = other.post(f"/department/approvals/{motion_id}", data={"verdict": "grant"})
    assert answer.status_code == 403
    assert newest().step is MotionStep.UNIT


def test_a_leader_enters_leave_and_the_deputy_finds_the_motions(
    client: FlaskClient, desk: FlaskClient, sign_in: Desk, handled: int
) -> None:
    desk.post(place(handled, "motions/extension"), data=LONGER)
    assert 'name="deputy_id"' not in read(desk.get("/department/leave"))
    leader = as_other(client, sign_in, "lead_chengguan")
    page = read(leader.get("/department/leave"))
    assert "陈志强（" in page
    deputy = str(people.who("department").staff_id)
    today = datetime.now(LOCAL).date()
    form = {"first_on": today.isoformat(), "last_on": "", "deputy_id": deputy, "reason": "出差"}
    wrong = leader.post("/department/leave", data=form)
    assert wrong.status_code == 422
    assert "请选择日期" in read(wrong)
    assert "出差" in read(wrong)
    assert leader.post("/department/leave", data={**form, "deputy_id": ""}).status_code == 422
    form["last_on"] = (today + timedelta(days=3)).isoformat()
    assert leader.post("/department/leave", data=form).status_code == 303
    assert "请假中" in read(leader.get("/department/leave"))
    again = leader.post("/department/leave", data=form)
    assert again.status_code == 409
    assert "已登记过请假" in read(again)
    assert "出差" in read(again), "nobody types a leave twice"
    deputy_desk = as_other(client, sign_in, "department")
    page = read(deputy_desk.get("/department/approvals"))
    assert "您今天代理单位负责人审核" in page
    assert LONGER["reason"] in page
    said = {"verdict": "grant"}
    assert deputy_desk.post(f"/department/approvals/{newest().id}", data=said).status_code == 303
    absence = db.session.scalars(select(Absence)).one()
    assert deputy_desk.post(f"/department/leave/{absence.id}/cancellation").status_code == 403
    leader = as_other(client, sign_in, "lead_chengguan")
    assert leader.post(f"/department/leave/{absence.id}/cancellation").status_code == 303
    assert "没有登记请假" in read(leader.get("/department/leave"))


def test_a_bad_rating_is_verified_and_put_right_on_the_desk(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_callback(a_ticket(title="噪声扰民", at=at), at=at)
    assert "没有待核实、待整改的差评" in read(desk.get("/department/ratings"))
    people.rate(ticket_id, Verdict(satisfaction=1, resolved=Resolved.NO, comment="没人来过"), at=at)
    page = read(desk.get("/department/ratings"))
    for words in ("噪声扰民", "没人来过", "差评核实", "非常不满意", "剩"):
        assert words in page
    assert "差评核实整改" in read(desk.get("/department"))
    rating = db.session.scalars(select(Rating)).one()
    verify = place(ticket_id, f"ratings/{rating.id}/verification")
    wrong = desk.post(verify, data={"finding": "true", "words": "已核实"})
    assert wrong.status_code == 422
    assert "实名差评须 100% 回访核实" in read(wrong)
    assert desk.post(verify, data={"words": "已核实"}).status_code == 422
    said = {"finding": "untrue", "reached": "yes", "words": "记录仪显示已到场"}
    wrong = desk.post(verify, data=said)
    assert "须选择编码理由" in read(wrong)
    assert "记录仪显示已到场" in read(wrong)
    said = {"finding": "true", "reached": "yes", "words": "确未到场"}
    assert desk.post(verify, data=said).status_code == 303
    assert "差评整改" in read(desk.get(place(ticket_id)))
    assert desk.post(verify, data=said).status_code == 409
    mend = place(ticket_id, f"ratings/{rating.id}/mending")
    assert desk.post(mend, data={"words": " "}).status_code == 422
    assert desk.post(mend, data={"words": "已约谈施工单位"}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Rating.finding)).one() is Finding.TRUE
    page = read(desk.get(place(ticket_id)))
    assert "核实：属实" in page
    assert "已约谈施工单位" in page
    other = people.to_callback(a_ticket(at=at), at=at)
    assert desk.post(place(other, f"ratings/{rating.id}/mending"), data={}).status_code == 404


def test_an_appeal_is_offered_when_it_is_closed(
    client: FlaskClient, desk: FlaskClient, sign_in: Desk, a_ticket: Callable[..., int]
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_callback(a_ticket(at=at), at=at)
    people.rate(ticket_id, Verdict(satisfaction=3, resolved=Resolved.PARTLY), at=at)
    assert "/motions/appeal" in read(desk.get(place(ticket_id)))
    form = {"reason": "误评", "evidence": "回访录音"}
    assert desk.post(place(ticket_id, "motions/appeal"), data=form).status_code == 303
    authority = as_other(client, sign_in, "authority")
    assert "误评" in read(authority.get("/dispatch?tab=appeals"))
    number, motion_id = people.ticket(ticket_id).ticket_no, newest().id
    said = {"verdict": "grant", "tab": "appeals"}
    authority.post(f"/dispatch/tickets/{number}/motions/{motion_id}", data=said)
    page = read(authority.get(f"/dispatch/tickets/{number}"))
    assert "考核申诉已通过，不纳入考核" in page


def test_the_first_return_after_a_ruling_is_nobodys(
    client: FlaskClient, desk: FlaskClient, sign_in: Desk, a_ticket: Callable[..., int]
) -> None:
    """The third return lies on the ruling tab, not among the returns, and is ruled on there."""
    at = datetime.now(UTC)
    ticket_id = people.to_unit(a_ticket(title="路灯不亮", at=at), at=at)
    form = {"reason_code": "wrong_duty", "reason": "不归我们", "suggested_code": people.ZHUJIAN}
    for evidence in ("台账", "会议纪要"):
        desk.post(place(ticket_id, "motions/return"), data={**form, "evidence": evidence})
        motions.refuse(newest().id, people.who("dispatcher"), note="属于贵单位", at=at)
    desk.post(place(ticket_id, "motions/return"), data={**form, "evidence": "产权证"})
    assert "退单申请正在审核（疑难裁定）" in read(desk.get(place(ticket_id)))
    hotline = as_other(client, sign_in, "dispatcher")
    assert "没有待审的退单" in read(hotline.get("/dispatch?tab=returns"))
    page = read(hotline.get("/dispatch?tab=adjudicating"))
    assert "再次退单，须裁定" in page
    assert "产权证" in page
    row = people.ticket(ticket_id)
    given = {"version": str(row.version), "tab": "adjudicating"}
    given |= {"department_code": people.ZHUJIAN, "reason": "以产权证为准"}
    done = hotline.post(f"/dispatch/tickets/{row.ticket_no}/dispatch", data=given)
    assert done.status_code == 303
    row = people.ticket(ticket_id)
    assert row.no_return
    assert row.lead_department_id == people.unit(people.ZHUJIAN).id
    page = read(hotline.get(f"/dispatch/tickets/{row.ticket_no}"))
    assert "裁定主办单位：" in page
    assert page.count("产权证") >= 2  # in the motion and in the ruling's record
