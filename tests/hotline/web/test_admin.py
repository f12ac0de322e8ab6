"""Administration (系统管理): each section for its roles, closed to all others, and what it does."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from hotline.db import db
from hotline.domain.errors import NotAllowed
from hotline.domain.terms import Role
from hotline.models import (
    ApiToken,
    Carrier,
    Category,
    Message,
    MessageState,
    TrustLine,
)
from hotline.services import learning, outbox, privacy, sorting, staffing, trust
from hotline.web.admin.sections import SECTIONS
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Enter = Callable[[FlaskClient, str], FlaskClient]

LOGINS = ("admin", "security", "auditor", "knowledge")


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


@pytest.fixture
def lines(app: APIFlask) -> Iterator[None]:
    """Trust lines as they were: the table outlives a test."""
    yield
    db.session.rollback()
    db.session.execute(delete(TrustLine).where(TrustLine.category_code != ""))
    db.session.get_one(TrustLine, "").probability = sorting.DEFAULT_LINE
    db.session.commit()


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def message(key: str, state: MessageState, *, tries: int = 0) -> int:
    row = Message(
        key=key,
        carrier=Carrier.SMS,
        topic="registered",
        recipient="13912345678",
        body="您的查询码 135790",
        state=state,
        tries=tries,
        last_error="短信网关没有应答",
        created_at=datetime.now(UTC),
    )
    db.session.add(row)
    db.session.commit()
    return row.id


def address_of(desk: FlaskClient, endpoint: str) -> str:
    """Where a deed is done; its numbers are any."""
    [rule] = desk.application.url_map.iter_rules(f"admin.{endpoint}")
    return str(rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)[1])  # type: ignore[index]


@pytest.mark.parametrize("login", LOGINS)
def test_each_section_opens_for_its_roles_and_for_nobody_else(
    client: FlaskClient, sign_in: Enter, login: str
) -> None:
    desk = sign_in(client, login)
    role = people.who(login).role
    home = read(desk.get("/admin", follow_redirects=True))
    for section in SECTIONS:
        answer = desk.get(f"/admin/{section.page}")
        assert answer.status_code == (200 if role in section.roles else 403), section.page
        if login != "knowledge":  # who has one section lands there and needs no links
            assert (f'href="/admin/{section.page}"' in home) == (role in section.roles)
        if role in section.roles:
            assert section.purpose in read(answer)
        for deed in section.deeds if role not in section.roles else ():
            assert desk.post(address_of(desk, deed)).status_code == 403, deed


def test_every_route_belongs_to_a_section(app: APIFlask) -> None:
    known = {
        name for section in SECTIONS for name in (section.page, *section.views, *section.deeds)
    } | {"home"}
    routes = {
        rule.endpoint.removeprefix("admin.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
    }
    assert routes == known


@pytest.mark.parametrize("login", ["agent", "dispatcher", "department", "callback", "supervisor"])
def test_no_desk_of_the_daily_work_gets_in(client: FlaskClient, sign_in: Enter, login: str) -> None:
    assert sign_in(client, login).get("/admin").status_code == 403


def test_staff_are_listed_by_role_with_their_state(client: FlaskClient, sign_in: Enter) -> None:
    for _ in range(staffing.MAX_FAILURES):
        client.post("/login", data={"login": "agent", "password": "wrong"})
    desk = sign_in(client, "admin")
    page = read(desk.get("/admin/staff?role=agent"))
    assert "王晓燕" in page
    assert "已锁定" in page
    assert "李建国" not in page


def test_tree_of_units_has_three_levels(desk: FlaskClient) -> None:
    page = read(desk.get("/admin/departments"))
    for unit in ("示范市城市管理局", "东湖区城市管理局", "东湖区湖滨街道办事处"):
        assert unit in page
    assert "共 249 个单位" in page


def test_catalogue_is_read_in_words_and_filtered(desk: FlaskClient) -> None:
    page = read(desk.get("/admin/catalogue"))
    assert "《城镇燃气管理条例》" in page
    assert "duty:" not in page
    assert "事发区县的" in page
    assert "城镇燃气管理条例" not in read(desk.get("/admin/catalogue?category=03"))
    assert "没有符合条件的目录" in read(desk.get("/admin/catalogue?q=没有这个词"))
    assert "R0001" in read(desk.get("/admin/catalogue?q=煤气罐漏气"))  # one of its words
    follow = read(desk.get("/admin/catalogue?cursor=R0030"))
    assert "R0030" not in follow
    assert "R0031" in follow


@pytest.mark.usefixtures("lines")
def test_trust_line_holds_from_the_next_ticket_on(desk: FlaskClient) -> None:
    form = {"category_code": "09", "percent": "85.5"}
    assert desk.post("/admin/trust", data=form).status_code == 303
    page = read(desk.get("/admin/trust"))
    assert "85.5%" in page
    assert "郑海涛" in page
    desk.post("/admin/trust", data={"category_code": "default", "percent": "70"})
    db.session.rollback()
    known = dict(db.session.execute(select(TrustLine.category_code, TrustLine.probability)).all())
    assert known == {"": 0.7, "09": 0.855}
    desk.post("/admin/trust/drop", data={"category_code": "09"})
    db.session.rollback()
    assert db.session.scalars(select(TrustLine.category_code)).all() == [""]


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"category_code": "09", "percent": "20"}, "30% 到 100%"),
        ({"category_code": "09", "percent": "101"}, "30% 到 100%"),
        ({"category_code": "09", "percent": "nan"}, "30% 到 100%"),
        ({"category_code": "09", "percent": "高"}, "请填写百分数"),
        ({"category_code": "020203", "percent": "80"}, "请选择一级分类"),
        ({"category_code": "", "percent": "80"}, "请选择一级分类"),
    ],
)
def test_trust_line_that_cannot_be(desk: FlaskClient, form: dict[str, str], said: str) -> None:
    answer = desk.post("/admin/trust", data=form)
    assert answer.status_code == 422
    assert said in read(answer)
    db.session.rollback()
    assert db.session.scalars(select(TrustLine.category_code)).all() == [""]


@pytest.mark.usefixtures("lines")
def test_trust_line_is_the_administrators_below_the_door_too(at: datetime) -> None:
    with pytest.raises(NotAllowed):
        trust.set_line("09", 0.8, people.who("security"), at=at)
    with pytest.raises(NotAllowed):
        trust.drop_line("09", people.who("auditor"), at=at)


def test_default_line_stays(desk: FlaskClient) -> None:
    assert desk.post("/admin/trust/drop", data={"category_code": ""}).status_code == 422
    assert desk.post("/admin/trust/drop", data={"category_code": "09"}).status_code == 404


def test_model_is_activated_with_its_figures_in_sight(desk: FlaskClient, model: str) -> None:
    page = read(desk.get("/admin/models"))
    assert "使用中" in page
    assert "宏平均 F1" in page
    assert desk.post("/admin/models/activate", data={"model": "nobody"}).status_code == 404
    assert learning.active_model_id() == model
    assert desk.post("/admin/models/activate", data={"model": model}).status_code == 303


def test_without_a_model_the_page_says_so(desk: FlaskClient) -> None:
    assert "还没有模型" in read(desk.get("/admin/models"))


def test_corrections_count_when_the_ticket_ends(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    assert "还没有修正样本" in read(desk.get("/admin/corrections"))
    ticket_id = people.to_dispatch(a_ticket(title="工地夜间施工"), at=at)
    page = read(desk.get("/admin/corrections"))
    assert "工地夜间施工" in page
    assert db.session.get_one(Category, people.NOISE).name in page
    assert "待办结" in page
    learning.harvest(ticket_id, at=at)
    assert "2026-03-11 09:30" in read(desk.get("/admin/corrections"))


def test_failed_messages_are_seen_and_sent_again(desk: FlaskClient) -> None:
    dead = message("a", MessageState.DEAD, tries=8)
    waits = message("b", MessageState.WAITING, tries=2)
    fresh = message("c", MessageState.WAITING)
    page = read(desk.get("/admin/deliveries"))
    assert f"/admin/deliveries/{dead}/retry" in page
    assert "短信网关没有应答" in page
    assert "139****5678" in page
    assert "13912345678" not in page
    assert "135790" not in page  # the text of a message is nobody's business here
    failing = read(desk.get("/admin/deliveries?state=failing"))
    assert f"/admin/deliveries/{waits}/retry" in failing
    assert f"/admin/deliveries/{fresh}/retry" not in failing
    assert desk.post(f"/admin/deliveries/{dead}/retry").status_code == 303
    assert dead in outbox.due(datetime.now(UTC))
    assert "没有发送失败的消息" in read(desk.get("/admin/deliveries"))
    assert desk.post("/admin/deliveries/999999/retry").status_code == 404


def test_knowledge_is_found_by_word(client: FlaskClient, sign_in: Enter) -> None:
    desk = sign_in(client, "knowledge")
    page = read(desk.get("/admin/knowledge?q=身份证"))
    assert "身份证丢了怎么补办" in page
    assert "市公安局" in page
    assert "没有找到知识条目" in read(desk.get("/admin/knowledge?q=没有这个词"))


def test_knowledge_manager_lands_on_the_knowledge(client: FlaskClient, sign_in: Enter) -> None:
    assert sign_in(client, "knowledge").get("/admin").location == "/admin/knowledge"


def test_auditor_sees_every_look_at_an_identity(
    client: FlaskClient, sign_in: Enter, a_ticket: Callable[..., int], at: datetime
) -> None:
    """Story 9: three tried, one was allowed, the auditor's page lists all three."""
    ticket_id = people.to_unit(a_ticket(confidential=True), at=at)
    for login, reason in (
        ("supervisor", "核实是否提级"),
        ("department", "联系家长"),
        ("admin", "系统排查"),
    ):
        try:
            privacy.unmask(ticket_id, people.who(login), reason=reason, at=at)
        except NotAllowed:
            assert login != "supervisor"
    desk = sign_in(client, "auditor")
    page = read(desk.get("/admin/unmaskings"))
    for words in ("孙立新", "陈志强", "郑海涛", "核实是否提级", "联系家长", "系统排查"):
        assert words in page
    assert page.count("已显示") == 1
    refused = read(desk.get("/admin/unmaskings?only=refused"))
    assert "孙立新" not in refused
    assert "诉求人要求保密，请通过热线联系" in refused


def test_tokens_are_seen_without_the_token_and_revoked(
    client: FlaskClient, sign_in: Enter, at: datetime
) -> None:
    token = staffing.create_token(
        Role.DEPARTMENT, name="城管局系统", department_code=people.CHENGGUAN, days=None, at=at
    )
    desk = sign_in(client, "security")
    page = read(desk.get("/admin/tokens"))
    assert "城管局系统" in page
    assert "东湖区城管局" in page
    assert token not in page
    token_id = db.session.scalars(select(ApiToken.id)).one()
    assert desk.post(f"/admin/tokens/{token_id}/revoke").status_code == 303
    assert "已吊销" in read(desk.get("/admin/tokens"))
    with pytest.raises(NotAllowed):
        staffing.actor_of_token(token, at=at)
