"""Ladders kept as documents: read back as written, and each mistake told with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sla import SlaError, ladder_document, ladder_toml
from sla.ladder import LadderError
from sla.ladder_files import (
    LADDERS,
    ladder_from,
    ladder_names,
    load_ladder,
    parse_ladder,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[dict[str, Any]], object]

HEAD = """\
name = "某市"
version = "1"
effective_from = 2026-01-01
"""
RED = """
[[step]]
id = "red"
label = "红牌"
clocks = ["handle"]
at = "next working day"
tells = ["unit"]
by = ["notice"]
template = "overdue_unit"
mark = "red"
source = "某办法第十条"
"""
CITY = HEAD + RED


def document() -> dict[str, Any]:
    step = {
        "id": "red",
        "label": "红牌",
        "clocks": ["handle"],
        "at": "next working day",
        "tells": ["unit"],
        "by": ["notice"],
        "template": "overdue_unit",
        "mark": "red",
        "source": "某办法第十条",
    }
    trigger = {
        "id": "repeats",
        "label": "多次重复诉求",
        "when": "repeats",
        "count": 3,
        "tells": ["unit"],
        "by": ["notice"],
        "template": "supervised_unit",
        "act": "supervise",
        "source": "某办法第十一条",
    }
    return {
        "name": "某市",
        "version": "1",
        "effective_from": "2026-01-01",
        "step": [step],
        "trigger": [trigger],
    }


def problems_of(table: dict[str, Any], **more: Any) -> tuple[str, ...]:
    with pytest.raises(LadderError) as refused:
        ladder_from(table, origin="某市", **more)
    assert isinstance(refused.value, SlaError)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


def test_a_ladder_survives_json_and_leaves_out_nothing() -> None:
    for name in ladder_names():
        ladder = load_ladder(name)
        kept = json.loads(json.dumps(ladder_document(ladder), ensure_ascii=False))
        assert ladder_from(kept, origin="库") == ladder
    ladder = ladder_from(document(), origin="库")
    assert ladder_from(ladder_document(ladder), origin="库") == ladder
    assert parse_ladder(ladder_toml(ladder), origin="ladder.toml") == ladder


def test_fields_left_out_mean_all_tickets() -> None:
    ladder = parse_ladder("\ufeff" + CITY, origin="某市.toml")
    (step,) = ladder.steps
    assert (step.kinds, step.urgencies, step.min_round) == (frozenset(), frozenset(), 1)
    assert (step.or_at, step.act, ladder.triggers) == (None, "", ())


def test_a_step_may_wait_for_a_later_round() -> None:
    table = document()
    later = {"id": "red-redo", "min_round": 2, "mark": "", "template": "overdue_supervisor"}
    table["step"].append({**table["step"][0], **later})
    del table["step"][1]["mark"]
    ladder = ladder_from(table, origin="某市")
    for round_no, expected in ((1, ["red"]), (2, ["red", "red-redo"]), (3, ["red", "red-redo"])):
        steps = ladder.steps_for("handle", urgency="normal", kind="help", round_no=round_no)
        assert [step.id for step in steps] == expected


MISTAKES: list[tuple[Change, str]] = [
    (lambda t: t.pop("name"), "基本信息：缺少字段 name"),
    (lambda t: t.update(version=" "), "基本信息：字段 version 不能为空"),
    (lambda t: t.update(effective_from="2026-02-30"), "字段 effective_from 须为日期"),
    (lambda t: t.update(steps=[]), "不认识的字段 steps"),
    (lambda t: t.pop("step"), "基本信息：缺少字段 step"),
    (lambda t: t.update(step={}), "字段 step 须为列表"),
    (lambda t: t.update(trigger=["red"]), "第 1 个触发：须写成 [[trigger]] 表"),
    (lambda t: t["step"][0].pop("label"), "第 1 步（red）：缺少字段 label"),
    (lambda t: t["step"][0].pop("at"), "第 1 步（red）：缺少字段 at"),
    (lambda t: t["step"][0].update(colour="red"), "第 1 步（red）：不认识的字段 colour"),
    (lambda t: t["step"][0].update(id="Red 1"), "字段 id 须为小写字母、数字和连字符"),
    (lambda t: t["step"][0].update(id=7), "第 1 步：字段 id 须为文字"),
    (
        lambda t: t["step"][0].update(clocks=["archive"]),
        "字段 clocks 不能是 'archive'，可用：dispatch",
    ),
    (lambda t: t["step"][0].update(clocks=[]), "字段 clocks 至少写一个计时"),
    (lambda t: t["step"][0].update(clocks=[[]]), "字段 clocks 不能是 []"),
    (lambda t: t["step"][0].update(urgencies=["asap"]), "字段 urgencies 不能是 'asap'"),
    (lambda t: t["step"][0].update(kinds=["rant"]), "字段 kinds 不能是 'rant'"),
    (lambda t: t["step"][0].update(min_round=0), "字段 min_round 须在 1 至 99 之间"),
    (lambda t: t["step"][0].update(tells=["mayor"]), "字段 tells 不能是 'mayor'，可用：unit"),
    (lambda t: t["step"][0].update(by=["pigeon"]), "字段 by 不能是 'pigeon'，可用：notice、sms"),
    (lambda t: t["step"][0].update(mark="blue"), "字段 mark 不能是 'blue'"),
    (lambda t: t["step"][0].update(act="shout"), "字段 act 不能是 'shout'"),
    (lambda t: t["step"][0].update(at="after lunch"), "字段 at：看不懂的时点 'after lunch'"),
    (lambda t: t["step"][0].update(or_at="100%"), "字段 or_at：百分比须在 1% 至 99% 之间"),
    (lambda t: t["step"][0].update(at="due + 61 working_days"), "更晚时工单已归档"),
    (lambda t: t["step"][0].pop("template"), "要通知人（tells）就要写明 template"),
    (lambda t: t["step"][0].pop("by"), "要通知人（tells）就要写明 by"),
    (lambda t: t["step"][0].update(tells=["citizen"]), "诉求人没有站内通知，只能发短信"),
    (lambda t: t["step"][0].update(at="due"), "红牌须在到期之后，字段 at 不能是“due”"),
    (lambda t: t["step"][0].update(or_at="80%"), "红牌须在到期之后，字段 or_at 不能是“80%”"),
    (
        lambda t: t["step"][0].update(mark="yellow"),
        "黄牌须在到期之前，字段 at 不能是“next working day”",
    ),
    (
        lambda t: t["step"].append(t["step"][0]),
        "第 2 步（red）：编号 red 重复，第 1 步（red）已用过",
    ),
    (
        lambda t: t["trigger"][0].update(id="red"),
        "第 1 个触发（red）：编号 red 重复，第 1 步（red）已用过",
    ),
    (
        lambda t: t["step"].append({**t["step"][0], "id": "red-2", "urgencies": ["urgent"]}),
        "第 2 步（red-2）：与步骤 red 在同一时点重复加“红牌”标记",
    ),
    (
        lambda t: t["step"].append(
            {**t["step"][0], "id": "red-2", "at": "after due", "or_at": "next working day"}
        ),
        "第 2 步（red-2）：与步骤 red 在同一时点重复加“红牌”标记",
    ),
    (lambda t: t["step"][0].update(clocks=["sign"]), "办理（handle）超期后所有工单没有红牌"),
    (lambda t: t["step"][0].update(min_round=2), "办理（handle）超期后所有工单没有红牌"),
    (
        lambda t: t["step"][0].update(urgencies=["normal", "urgent", "critical"]),
        "超期后复杂咨询、复杂求助、复杂投诉、复杂举报、复杂建议、复杂表扬工单没有红牌",
    ),
    (
        lambda t: t["trigger"][0].update(when="media"),
        "第 1 个触发（repeats）：字段 when 不能是 'media'",
    ),
    (lambda t: t["trigger"][0].update(when="order"), "触发情形 order 不计次数，请删去字段 count"),
    (lambda t: t["trigger"][0].update(count=0), "字段 count 须在 1 至 10000 之间，现为 0"),
    (lambda t: t["trigger"][0].pop("source"), "第 1 个触发（repeats）：缺少字段 source"),
]


@pytest.mark.parametrize(("change", "why"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_once_with_its_place(change: Change, why: str) -> None:
    table = document()
    change(table)
    told = [problem for problem in problems_of(table) if why in problem]
    assert len(told) == 1
    assert told[0].startswith("某市 ")


def test_a_step_that_cannot_be_read_is_not_missed_as_well() -> None:
    for key in ("clocks", "at"):
        table = document()
        del table["step"][0][key]
        assert problems_of(table) == (f"某市 第 1 步（red）：缺少字段 {key}",)


def test_an_entry_that_does_nothing_is_refused() -> None:
    table = document()
    for key in ("tells", "by", "template", "act"):
        del table["trigger"][0][key]
    (problem,) = problems_of(table)
    assert "既不通知人（tells），也不加标记（mark）、不采取措施（act）" in problem


def test_a_mark_alone_needs_no_text() -> None:
    table = document()
    for key in ("tells", "by", "template"):
        del table["step"][0][key]
    (step,) = ladder_from(table, origin="某市").steps
    assert (step.tells, step.mark) == ((), "red")


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = CITY.replace('"next working day"', '"after lunch"').replace('["unit"]', '["mayor"]')
    text += RED.replace('"overdue_unit"', '""')
    with pytest.raises(LadderError) as refused:
        parse_ladder(text, origin="某市.toml")
    places = [problem.split("：")[0] for problem in refused.value.problems]
    assert places == [
        "某市.toml:9:6 第 1 步（red）",
        "某市.toml:10:10 第 1 步（red）",
        "某市.toml:17:6 第 2 步（red）",
        "某市.toml:21:9 第 2 步（red）",
        "某市.toml:23:12 第 2 步（red）",
    ]


def test_a_text_the_house_does_not_have_is_refused_when_it_says_what_it_has() -> None:
    table = document()
    assert ladder_from(table, origin="某市", templates={"overdue_unit", "supervised_unit"})
    (problem,) = problems_of(table, templates={"overdue_unit"})
    assert problem.startswith("某市 第 1 个触发（repeats）：字段 template 不能是 'supervised_unit'")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name = \n", "某市.toml:1:8"),
        (HEAD + "[[step]\n", "某市.toml:4:"),
        ("a = [1,", "某市.toml:1:"),
    ],
)
def test_a_text_that_is_no_toml_is_told_with_its_line(text: str, place: str) -> None:
    with pytest.raises(LadderError) as refused:
        parse_ladder(text, origin="某市.toml")
    (problem,) = refused.value.problems
    assert problem.startswith(place)
    assert "不是合法的 TOML" in problem


def test_ladders_are_found_by_name_or_file_and_the_default_comes_first(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(CITY, "utf-8")
    (tmp_path / "default.toml").write_text((LADDERS / "default.toml").read_text("utf-8"), "utf-8")
    assert ladder_names(folder=tmp_path) == ("通用默认", "某市")
    assert load_ladder("city", folder=tmp_path) is load_ladder("某市", folder=tmp_path)
    assert load_ladder(folder=tmp_path) == load_ladder() == load_ladder("default")
    with pytest.raises(LadderError, match="没有名为 'x' 的升级阶梯，可用：某市、通用默认"):
        load_ladder("x", folder=tmp_path)


def test_a_shelf_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    with pytest.raises(LadderError, match="没有升级阶梯文件"):
        ladder_names(folder=tmp_path)
    for stem in ("one", "two"):
        (tmp_path / f"{stem}.toml").write_text(CITY, "utf-8")
    with pytest.raises(LadderError, match=r"two.toml：名称“某市”已被另一文件使用"):
        ladder_names(folder=tmp_path)
    (tmp_path / "one.toml").write_bytes(CITY.encode("gb18030"))
    with pytest.raises(LadderError, match=r"one.toml：文件须以 UTF-8 编码保存"):
        ladder_names(folder=tmp_path)
