"""时限规则与升级阶梯 on the administrator's pages: in plain words, by form, by TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sla
from hotline.domain.rules import read_ladder, read_policy
from hotline.domain.timing import RuleSubject
from hotline.queries import rulebooks as shelf
from tests.hotline.web.rule_pages import REASON, draft_of, page, read, refused, send, upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    Enter = Callable[[FlaskClient, str], FlaskClient]

SCHOOL: dict[str, Any] = {
    "id": "handle-school",
    "clock": "handle",
    "amount": "3",
    "unit": "working_days",
    "source": REASON,
    "statutory_amount": "10",
    "statutory_unit": "working_days",
    "statutory_source": "某条例第十条",
    "kinds": ["complaint"],
    "areas": ["990101"],
    "applies": "yes",
}
EARLY: dict[str, Any] = {
    "kind": "step",
    "id": "urge-30",
    "label": "早催",
    "at_anchor": "percent",
    "at_amount": "30",
    "clocks": ["handle"],
    "tells": ["unit"],
    "by": ["notice"],
    "template": "urged_clock",
    "mark": "urged",
    "source": REASON,
}


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


def test_rules_are_read_in_plain_words(desk: FlaskClient) -> None:
    said = page(desk, "policies")
    for words in ("紧急、特急", "30 个工作分钟", "第 2 次办理起", "所有工单", "沪府办〔2018〕62号"):
        assert words in said
    assert "首次至多 <b>5 个工作日</b>" in said
    assert "派单后 1 个工作日 内提出" in said


def test_one_rule_is_added_changed_and_taken_out(desk: FlaskClient) -> None:
    book = draft_of(send(desk, "policies/rule", **SCHOOL))
    shown = page(desk, f"policies?draft={book}")
    assert "东湖区" in shown
    assert "某条例第十条" in shown
    form = page(desk, f"policies/rule?was=handle-school&draft={book}")
    assert 'value="handle-school"' in form
    assert '<option value="990101" selected>' in form
    changed = {**SCHOOL, "amount": "4", "was": "handle-school", "draft": book}
    book = draft_of(send(desk, "policies/rule", **changed))
    rules = {rule.id: rule for rule in read_policy(shelf.book(book).document).rules}
    assert rules["handle-school"].limit == sla.Limit(4, sla.Unit.WORKING_DAYS)
    assert "增加 办理时限 handle-school" in page(desk, f"books/{book}")
    answer = send(desk, "policies/rule/drop", was="handle-school", draft=book)
    refused(answer, "与现行规则没有差别")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"id": "handle"}, "规则编号 handle 重复"),
        ({"id": ""}, "字段 id 不能为空"),
        ({"amount": ""}, "时限须填写整数"),
        ({"amount": "0"}, "须在 1 至"),
        ({"amount": "5000"}, "须在 1 至 1000"),
        ({"amount": "20"}, "长于法定时限"),
        ({"unit": "moons"}, "字段 unit"),
        ({"id": "学校"}, "编号用小写字母"),
        ({"clock": ""}, "字段 clock"),
        ({"source": " "}, "字段 source 不能为空"),
        ({"statutory_source": ""}, "就要写出处"),
        ({"kinds": ["x"]}, "字段 kinds 不能是"),
        ({"areas": ["990101", "990101001"]}, "须同样长"),
        ({"min_round": "x"}, "第几次办理须填写整数"),
        ({"rule_from": "2027-05-01", "rule_to": "2027-04-01"}, "早于"),
        ({"rule_from": "五月"}, "请填写日期"),
        ({"kinds": ["praise"], "areas": []}, "同等具体"),
        ({"effective_from": "2020-01-01"}, "生效日期须在今天"),
        ({"effective_from": "9999-01-01"}, "生效日期须在今天"),
        ({"effective_from": "明天"}, "请填写日期"),
        ({"reason": ""}, "请写明调整理由"),
    ],
)
def test_a_rule_that_cannot_be(desk: FlaskClient, form: dict[str, Any], words: str) -> None:
    refused(send(desk, "policies/rule", **{**SCHOOL, **form}), words)
    assert not shelf.drafts()


def test_a_clock_keeps_a_rule_for_every_ticket(desk: FlaskClient) -> None:
    refused(send(desk, "policies/rule/drop", was="sign"), "缺少适用于所有工单的规则")
    refused(send(desk, "policies/rule/drop", was="nobody"), "没有差别")


def test_the_terms_are_set_by_a_form(desk: FlaskClient) -> None:
    given = page(desk, "policies/terms")
    assert 'value="365"' in given
    terms: dict[str, Any] = {
        "first_max": "3",
        "second_max": "0",
        "total_max": "3",
        "ask_before_amount": "1",
        "ask_before_unit": "working_days",
        "review_every_days": "30",
        "max_days": "180",
        "max_returns": "1",
        "within_amount": "4",
        "within_unit": "working_hours",
        "max_rounds": "1",
        "stages": ["hung"],
    }
    names = ("extension", "hanging", "returns", "redo", "pauses")
    terms |= {f"{name}_source": REASON for name in names}
    book = draft_of(send(desk, "policies/terms", **terms))
    profile = read_policy(shelf.book(book).document)
    assert (profile.extension.first_max, profile.hanging.max_days) == (3, 180)
    assert profile.pauses == {"hung"}
    assert "不得再次延期" in page(desk, f"policies?draft={book}")
    refused(send(desk, "policies/terms", **{**terms, "max_days": "很久"}), "最长挂账须填写整数")
    refused(send(desk, "policies/terms", **{**terms, "stages": ["x"]}), "字段 stages")


@pytest.mark.parametrize("name", [name for name in sla.profile_names() if name != "通用默认"])
def test_a_city_begins_with_a_profile(desk: FlaskClient, name: str) -> None:
    book = draft_of(send(desk, "policies/start", profile=name, applies="yes"))
    assert read_policy(shelf.book(book).document).rules == sla.load_profile(name).rules
    assert "配置名称" in page(desk, f"books/{book}")
    refused(send(desk, "policies/start", profile="月球"), "没有名为 '月球' 的时限配置")


def test_a_policy_is_handed_out_and_taken_as_toml(desk: FlaskClient) -> None:
    given = desk.get("/admin/policies/export").get_data(as_text=True)
    assert sla.parse_profile(given, origin="x") == sla.load_profile()
    longer = given.replace("max_days = 365", "max_days = 180")
    book = draft_of(send(desk, "policies/toml", text=longer))
    assert read_policy(shelf.book(book).document).hanging.max_days == 180
    uploaded = upload(desk, "policies/toml", longer.encode("gbk"), "本市.toml")
    assert draft_of(uploaded)


def test_every_mistake_of_a_toml_is_shown_with_its_place(desk: FlaskClient) -> None:
    given = sla.profile_toml(sla.load_profile()).splitlines()
    line = given.index("max_days = 365")
    given[line] = "max_days = -1"
    amount = next(i for i, words in enumerate(given) if words.startswith("amount"))
    given[amount] = 'amount = "30"'
    said = refused(send(desk, "policies/toml", text="\n".join(given)), "有 3 处错误，没有采用")
    for number in (line + 1, amount + 1):
        assert f"第 {number} 行，第 " in said
    assert "max_days = -1" in said, "what was pasted is still there"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请粘贴 TOML 内容"),
        ("name = ", "不是合法的 TOML"),
        ("[[rule]]\nid = 'x'", "缺少字段"),
        ("a" * (1024 * 1024 + 1), "最大 1 MB"),
    ],
)
def test_a_toml_that_cannot_be(desk: FlaskClient, text: str, words: str) -> None:
    refused(send(desk, "policies/toml", text=text), words)
    refused(send(desk, "ladder/toml", text=text), words)


def test_the_ladder_is_a_line_of_time(desk: FlaskClient) -> None:
    said = page(desk, "ladder")
    order = ["过半催办", "临期催办", "黄牌", "到期提醒", "红牌", "书面催办", "通报", "提级办理"]
    rungs = said.split('<ol class="rungs">')[1]
    places = [rungs.index(f"<h3>{label}") for label in order]
    assert places == sorted(places)
    assert "用站内通知告知上级单位负责人、热线管理机构" in said
    assert "启动提级办理" in said
    assert "【黄牌预警】" in said, "the text that is sent is shown"
    assert "重复诉求满 3 次" in said
    assert "这个计时没有步骤" not in page(desk, "ladder?clock=sign")
    assert "办理期限" in page(desk, "ladder?clock=x")


def test_a_step_is_added_changed_and_taken_out(desk: FlaskClient) -> None:
    book = draft_of(send(desk, "ladder/rung", **EARLY))
    form = page(desk, f"ladder/rung?kind=step&was=urge-30&draft={book}")
    assert '<option value="percent" selected>' in form
    later = {**EARLY, "at_amount": "40", "was": "urge-30", "draft": book}
    book = draft_of(send(desk, "ladder/rung", **later))
    step = read_ladder(shelf.book(book).document).step("urge-30")
    assert step is not None
    assert str(step.at) == "40%"
    assert "时限用去 40%" in page(desk, f"ladder?draft={book}")
    refused(send(desk, "ladder/rung/drop", kind="step", was="urge-30", draft=book), "没有差别")
    gone = draft_of(send(desk, "ladder/rung/drop", kind="step", was="urge-50"))
    assert read_ladder(shelf.book(gone).document).step("urge-50") is None


def test_a_trigger_is_changed(desk: FlaskClient) -> None:
    assert 'value="3"' in page(desk, "ladder/rung?kind=trigger&was=repeats")
    form = {**EARLY, "kind": "trigger", "was": "repeats", "id": "repeats", "when": "repeats"}
    book = draft_of(send(desk, "ladder/rung", **{**form, "count": "4", "template": "urged_unit"}))
    trigger = read_ladder(shelf.book(book).document).trigger("repeats")
    assert trigger is not None
    assert trigger.count == 4


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"id": "Urge"}, "编号用小写字母"),
        ({"id": "urge-50"}, "编号 urge-50 重复"),
        ({"label": ""}, "请填写名称"),
        ({"at_anchor": ""}, "请选择时点"),
        ({"at_amount": "x"}, "时点须填写整数"),
        ({"at_amount": "100"}, "须在 1% 至 99% 之间"),
        ({"at_anchor": "later", "at_amount": "90"}, "更晚时工单已归档"),
        ({"clocks": []}, "请至少选择一个计时"),
        ({"template": "no_such"}, "no_such"),
        ({"template": ""}, "还要选择消息文本"),
        ({"by": []}, "还要选择用什么方式"),
        ({"tells": [], "mark": ""}, "既不通知人"),
        ({"tells": ["citizen"]}, "只能发短信"),
        ({"mark": "red"}, "红牌须在到期之后"),
        ({"at_anchor": "due", "mark": "yellow"}, "黄牌须在到期之前"),
        ({"at_amount": "50"}, "同一时点重复加"),
        ({"source": ""}, "字段 source 不能为空"),
        ({"reason": ""}, "请写明调整理由"),
    ],
)
def test_a_step_that_cannot_be(desk: FlaskClient, form: dict[str, Any], words: str) -> None:
    refused(send(desk, "ladder/rung", **{**EARLY, **form}), words)
    assert not shelf.drafts()


def test_no_late_ticket_may_lose_its_red_card(desk: FlaskClient) -> None:
    refused(send(desk, "ladder/rung/drop", kind="step", was="red"), "没有红牌")


def test_a_ladder_is_handed_out_and_taken_as_toml(desk: FlaskClient) -> None:
    given = desk.get("/admin/ladder/export").get_data(as_text=True)
    assert sla.parse_ladder(given, origin="x") == sla.load_ladder()
    book = draft_of(send(desk, "ladder/toml", text=given.replace("过半催办", "半程催办")))
    assert "半程催办" in page(desk, f"books/{book}")
    said = read(send(desk, "ladder/toml", text=given.replace('"warned_unit"', '"no_such_text"')))
    assert "no_such_text" in said
    line = given[: given.index('"warned_unit"')].count("\n") + 1
    assert f"第 {line} 行，第 " in said
    assert shelf.newest_version(RuleSubject.LADDER) == 0
