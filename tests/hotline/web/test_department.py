"""The department's desk (承办单位): lists, and everything a unit does with a ticket."""

from __future__ import annotations

import html
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import MotionState
from hotline.domain.terms import Clock
from hotline.models import Attachment, MotionRow, Notice, Unmasking
from hotline.services import dispatching, motions
from hotline.services.motions import hanging
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "department")


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def place(ticket_id: int, deed: str = "") -> str:
    number = people.ticket(ticket_id).ticket_no
    return f"/department/tickets/{number}" + (f"/{deed}" if deed else "")


def test_desk_is_for_departments(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "agent").get("/department").status_code == 403


def test_empty_desk_says_what_would_stand_there(desk: FlaskClient) -> None:
    for tab in ("to_sign", "handling", "helping", "hung", "replied", "all"):
        page = read(desk.get(f"/department?tab={tab}"))
        assert "没有" in page.split("<h3>")[1]
        assert 'class="nothing"' in page


def test_each_tab_shows_its_own_with_the_time_left(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    at = datetime.now(UTC)
    waiting = people.to_unit(a_ticket(title="等签收的", at=at), at=at)
    people.to_handling(a_ticket(title="正在办的", at=at), at=at)
    people.to_review(a_ticket(title="答复了的", at=at), at=at)
    helped = people.to_unit(a_ticket(title="只协办的", at=at), at=at, code=people.ZHUJIAN)
    dispatching.add_helper(helped, people.CHENGGUAN, people.who("dispatcher"), at=at)
    seen = {
        tab: read(desk.get(f"/department?tab={tab}"))
        for tab in ("to_sign", "handling", "helping", "replied", "all")
    }
    titles = {"to_sign": "等签收的", "handling": "正在办的", "helping": "只协办的"}
    titles["replied"] = "答复了的"
    for tab, title in titles.items():
        assert title in seen[tab]
        assert not any(other in seen[tab] for other in titles.values() if other != title)
    assert people.ticket(waiting).ticket_no in seen["all"]
    assert "剩" in seen["to_sign"]
    assert "lamp-green" in seen["to_sign"]


def test_the_earliest_due_comes_first(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    at = datetime.now(UTC)
    people.to_unit(a_ticket(title="后到期", at=at), at=at)
    early = at - timedelta(days=20)
    people.to_unit(a_ticket(title="先到期", at=early), at=early)
    page = read(desk.get("/department?tab=to_sign"))
    assert page.index("先到期") < page.index("后到期")
    assert "已超期" in page


def test_hung_tickets_do_not_vanish(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(title="产权问题"), at=at)
    hanging.hang(ticket_id, people.who("authority"), reason="历史遗留", at=at)
    assert "tab=hung" in read(desk.get("/department"))
    assert "产权问题" in read(desk.get("/department?tab=hung"))


def test_search_looks_only_at_the_units_own(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_unit(a_ticket(title="路灯不亮甲"), at=at)
    people.to_unit(a_ticket(title="路灯不亮乙"), at=at, code=people.ZHUJIAN)
    page = read(desk.get("/department?q=路灯不亮"))
    assert "路灯不亮甲" in page
    assert "路灯不亮乙" not in page
    assert "没有找到" in read(desk.get("/department?q=没有这个词"))


def test_another_units_ticket_does_not_exist(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at, code=people.ZHUJIAN)
    assert desk.get(place(ticket_id)).status_code == 404
    assert desk.post(place(ticket_id, "sign")).status_code == 404


def test_the_way_from_signing_to_the_reply(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    page = read(desk.get(place(ticket_id)))
    assert "签收" in page
    assert 'id="reply-form"' not in page
    version = people.ticket(ticket_id).version
    assert desk.post(place(ticket_id, "sign"), data={"version": version}).status_code == 303
    assert people.stage(ticket_id) is Stage.HANDLING
    desk.post(place(ticket_id, "contact"), data={"reached": "no", "note": "无人接听"})
    assert people.clock(ticket_id, Clock.CONTACT).stopped_at is None
    desk.post(place(ticket_id, "contact"), data={"reached": "yes", "note": "约定明早到场"})
    assert people.clock(ticket_id, Clock.CONTACT).stopped_at is not None
    desk.post(place(ticket_id, "note"), data={"note": "已到现场取证"})
    page = read(desk.get(place(ticket_id)))
    assert "约定明早到场" in page
    assert "已到现场取证" in page
    assert 'id="reply-form"' in page
    answer = desk.post(
        place(ticket_id, "reply"),
        data={
            "reply": people.REPLY,
            "version": people.ticket(ticket_id).version,
            "files": (io.BytesIO(PNG), "现场.png"),
        },
        follow_redirects=True,
    )
    assert "等待热线审核" in read(answer)
    assert "答复提示" not in read(answer)
    assert people.stage(ticket_id) is Stage.REVIEWING
    assert db.session.scalars(select(Attachment.name)).all() == ["现场.png"]


def test_an_old_page_does_not_overwrite(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    stale = people.ticket(ticket_id).version - 1
    answer = desk.post(place(ticket_id, "reply"), data={"reply": people.REPLY, "version": stale})
    assert answer.status_code == 409
    assert people.stage(ticket_id) is Stage.HANDLING


def test_an_empty_reply_is_refused_and_a_poor_one_only_warned_of(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    """Story 8: the check warns; the hotline's review decides."""
    ticket_id = people.to_handling(a_ticket(), at=at)
    refused = desk.post(place(ticket_id, "reply"), data={"reply": "  "})
    assert refused.status_code == 422
    assert "答复不能为空" in read(refused)
    poor = {"reply": "已转相关部门处理"}
    page = read(desk.post(place(ticket_id, "reply"), data=poor, follow_redirects=True))
    assert "答复提示：只有套话" in page
    assert people.stage(ticket_id) is Stage.REVIEWING


def test_the_check_speaks_while_typing(desk: FlaskClient) -> None:
    said = read(desk.post("/department/reply-check", data={"reply": "已转相关部门处理"}))
    assert "只有套话" in said
    assert "少于 20 字" in said
    assert "<html" not in said
    assert "基本齐全" in read(desk.post("/department/reply-check", data={"reply": people.REPLY}))
    assert "写明：谁在什么时间" in read(desk.post("/department/reply-check", data={"reply": ""}))


def test_a_return_needs_code_reason_and_a_suggested_unit(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_handling(a_ticket(at=at), at=at)
    form = {"reason_code": "wrong_duty", "reason": "该路段由住建局建设，未移交"}
    refused = desk.post(place(ticket_id, "motions/return"), data=form)
    assert refused.status_code == 422
    assert "请选择建议改派的单位" in read(refused)
    assert "该路段由住建局建设，未移交" in read(refused)
    form["suggested_code"] = people.ZHUJIAN
    assert desk.post(place(ticket_id, "motions/return"), data=form).status_code == 303
    motion = db.session.scalars(select(MotionRow)).one()
    assert (motion.state, motion.reason_code) == (MotionState.OPEN, "wrong_duty")
    page = read(desk.get(place(ticket_id)))
    assert "退单申请正在审核" in page
    assert "已有一份退单申请在审核" in page
    assert "return-reason" not in page
    assert people.clock(ticket_id, Clock.HANDLE).stopped_at is None


def test_no_return_after_adjudication(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_dispatch(a_ticket(), at=at)
    ruler = people.who("authority")
    dispatching.dispatch(
        ticket_id, people.CHENGGUAN, actor=ruler, at=at, no_return=True, reason="双方意见已听取"
    )
    page = read(desk.get(place(ticket_id)))
    assert "禁止退回" in page
    assert "return-reason" not in page
    form = {"reason_code": "wrong_duty", "reason": "x", "suggested_code": people.ZHUJIAN}
    assert desk.post(place(ticket_id, "motions/return"), data=form).status_code == 403


def test_delegation_goes_only_to_units_below(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
    at: datetime,
) -> None:
    above = people.unit("C05")
    below = next(u.code for u in [people.unit("D0108")] if u.parent_id == above.id)
    ticket_id = people.to_handling(a_ticket(), at=at, code="C05")
    desk = sign_in(client, "lead_jiaotong")
    form = {"department_code": people.ZHUJIAN, "reason": "请现场处理"}
    assert desk.post(place(ticket_id, "delegate"), data=form).status_code == 422
    due = people.clock(ticket_id, Clock.HANDLE).due_at
    form["department_code"] = below
    assert desk.post(place(ticket_id, "delegate"), data=form).status_code == 303
    assert people.ticket(ticket_id).lead_department_id == people.unit(below).id
    assert people.clock(ticket_id, Clock.HANDLE).due_at == due


def test_a_helper_may_note_but_not_reply(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
    at: datetime,
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    dispatching.add_helper(ticket_id, people.ZHUJIAN, people.who("dispatcher"), at=at)
    desk = sign_in(client, "department2")
    page = read(desk.get(place(ticket_id)))
    assert "本单位协办" in page
    assert 'id="reply-form"' not in page
    assert desk.post(place(ticket_id, "note"), data={"note": "管线图已提供"}).status_code == 303
    assert desk.post(place(ticket_id, "reply"), data={"reply": people.REPLY}).status_code == 403
    assert [e.reason for e in people.entries(ticket_id, Event.NOTED)] == ["管线图已提供"]


def test_a_refused_file_is_named_with_its_reason(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    form = {"files": (io.BytesIO(b"MZ\x90\x00 not a picture"), "现场.png")}
    page = read(desk.post(place(ticket_id, "files"), data=form, follow_redirects=True))
    assert "现场.png”未接收" in page
    assert desk.post(place(ticket_id, "files"), data={}).status_code == 422


def test_numbers_are_masked_and_each_look_is_recorded(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    page = read(desk.get(place(ticket_id)))
    assert "13912345678" not in page
    assert "139****5678" in page
    number = people.ticket(ticket_id).ticket_no
    told = desk.post(f"/tickets/{number}/identity", data={"reason": "核实地点"})
    assert "13912345678" in read(told)
    assert db.session.scalars(select(Unmasking.reason)).all() == ["核实地点"]


def test_bell_rings_for_the_unit_and_falls_silent_when_read(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    at: datetime,
) -> None:
    first, second = (people.to_unit(a_ticket(), at=at) for _ in range(2))
    run_jobs()
    desk = sign_in(client, "department")
    assert "2 条未读" in read(desk.get("/department"))
    page = read(desk.get("/department/notices"))
    assert "工单派发" in page
    notice = people.notices(first)[0]
    opened = desk.post(f"/department/notices/{notice.id}", data={"go": "yes"})
    assert opened.location == place(first)
    assert "1 条未读" in read(desk.get("/department"))
    desk.post("/department/notices/read", data={"up_to": people.notices(second)[-1].id})
    assert "条未读" not in read(desk.get("/department"))
    db.session.rollback()
    assert all(n.read_at for n in db.session.scalars(select(Notice)))


def test_another_desks_notice_cannot_be_read_away(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    at: datetime,
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    run_jobs()
    notice = people.notices(ticket_id)[0]
    desk = sign_in(client, "department2")
    assert desk.post(f"/department/notices/{notice.id}").status_code == 404
    desk.post("/department/notices/read", data={"up_to": notice.id})
    db.session.rollback()
    assert db.session.get_one(Notice, notice.id).read_at is None


def test_a_cursor_that_is_not_ours_is_refused(desk: FlaskClient) -> None:
    for address in ("/department?tab=handling", "/department/notices?x=1"):
        assert desk.get(f"{address}&cursor=abc").status_code == 422


def test_granted_return_leaves_the_list(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_handling(a_ticket(title="要退的", at=at), at=at)
    form = {"reason_code": "wrong_area", "reason": "x", "suggested_code": people.ZHUJIAN}
    desk.post(place(ticket_id, "motions/return"), data=form)
    motion = db.session.scalars(select(MotionRow)).one()
    motions.grant(motion.id, people.who("dispatcher"), note="同意", at=at)
    assert "要退的" not in read(desk.get("/department?tab=handling"))
