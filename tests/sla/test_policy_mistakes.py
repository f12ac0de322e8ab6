"""Every mistake of a profile is told at once, each with its line and column and what to do."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import Problem, ProfileError
from sla.policy import Clock
from sla.profile_files import load_profile, parse_profile
from sla.profiles.locating import locate
from sla.profiles.writing import profile_toml

HEAD = 'name = "甲市"\nversion = "1"\neffective_from = 2026-01-01\n'


def rule(**fields: object) -> str:
    whole: dict[str, object] = {"clock": "sign", "amount": 2, "unit": "working_hours"}
    whole |= {"source": "甲市规定", **fields}
    lines = [
        f"{key} = {value!r}".replace("'", '"') for key, value in whole.items() if value is not None
    ]
    return "\n".join(["[[rule]]", *lines, ""]).replace('"RAW ', "").replace(' RAW"', "")


def raw(text: str) -> str:
    return f"RAW {text} RAW"


COMPLETE = HEAD + "".join(rule(id=clock.value, clock=clock.value) for clock in Clock)
EXTENSION = "[extension]\nfirst_max = {}\nsecond_max = {}\ntotal_max = {}\nsource = '甲'\n"


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, origin="jia.toml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD, "缺少字段 rule"),
        (COMPLETE.replace('"1"', "1", 1), "version 须为文字，现为 1"),
        ('colour = "red"\n' + COMPLETE, "不认识的字段 colour，可用：effective_from、"),
        (HEAD + "rule = [1]\n", "第 1 条规则：须写成"),
        (COMPLETE.replace("2026-01-01", '"soon"'), "effective_from 须为日期.*'soon'"),
        (COMPLETE.replace("2026-01-01", "2026-01-01T08:00:00"), "effective_from 须为日期"),
        (COMPLETE.replace("2026-01-01", "1999-12-31"), "年份须在 2000 至 2200 之间"),
        (COMPLETE.replace("2026-01-01", "2201-01-01"), "年份须在 2000 至 2200 之间"),
        (COMPLETE.replace("甲市", "　", 1), "name 不能为空"),
        (HEAD + rule(id=None), "第 1 条规则：缺少字段 id"),
        (HEAD + rule(id="a", source=None), "（a）：缺少字段 source"),
        (HEAD + rule(id="a", amount=0), "（a）：字段 amount 须在 1 至 8000 之间，现为 0"),
        (HEAD + rule(id="a", amount="2"), "amount 须为整数，现为 '2'"),
        (HEAD + rule(id="a", amount=raw("true")), "amount 须为整数，现为 True"),
        (HEAD + rule(id="a", amount=1001, unit="working_days"), "amount 须在 1 至 1000 之间"),
        (HEAD + rule(id="a", amount=527041, unit="natural_minutes"), "须在 1 至 527040 之间"),
        (HEAD + rule(id="a", amount=2, unit="next_workday_end"), "amount 须在 1 至 1 之间"),
        (HEAD + rule(id="a", unit="weeks"), "unit 不能是 'weeks'，可用：natural_minutes"),
        (HEAD + rule(id="a", clock="nap"), "clock 不能是 'nap'，可用：dispatch、sign"),
        (HEAD + rule(id="a", kinds=["joke"]), "kinds 不能是 'joke'"),
        (HEAD + rule(id="a", kinds=[3]), "kinds 不能是 3"),
        (HEAD + rule(id="a", kinds=["help", "help"]), "kinds 中的 'help' 重复"),
        (HEAD + rule(id="a", urgencies="urgent"), "urgencies 须为列表"),
        (HEAD + rule(id="a", channels=["fax"]), "channels 不能是 'fax'，可用：phone、web"),
        (HEAD + rule(id="a", departments=[" "]), "departments 中的 ' ' 不是合法的编码"),
        (HEAD + rule(id="a", categories=["020"]), "categories 中的 '020' 不是合法的编码"),
        (HEAD + rule(id="a", categories=["02", "0203"]), "须同样长，现有 2、4 位.*拆成"),
        (HEAD + rule(id="a", areas=["990000"]), "990000 不含其下级区划；请写“99”"),
        (HEAD + rule(id="a", areas=["东湖"]), "areas 中的 '东湖' 不是合法的编码"),
        (HEAD + rule(id="a", min_round=0), "min_round 须在 1 至 99 之间"),
        (
            HEAD + rule(id="a", effective_from="2026-05-01", effective_to="2026-04-30"),
            "effective_to（2026-04-30）早于 effective_from（2026-05-01）",
        ),
        (
            HEAD
            + rule(
                id="a",
                statutory=raw('{ amount = 1, unit = \\"working_hours\\" }').replace("\\", ""),
                statutory_source="某条例",
            ),
            "承诺时限（2 个工作小时）长于法定时限（1 个工作小时）",
        ),
        (HEAD + rule(id="a", statutory_source="某条例"), "没有法定时限"),
        (HEAD + rule(id="a") + "statutory = { amount = 9, unit = 'working_hours' }", "就要写出处"),
        (HEAD + rule(id="a"), "计时 dispatch（派单）、contact（先行联系）.*缺少适用于所有工单"),
        (COMPLETE + EXTENSION.format(6, 5, 5), "total_max（5）小于单次上限（首次 6，再次 5）"),
        (COMPLETE + EXTENSION.format(5, 0, 10), "大于两次之和（5 [+] 0）"),
        (COMPLETE + EXTENSION.format(-1, 0, 0), "first_max 须在 0 至 1000 之间，现为 -1"),
        (COMPLETE + "[hanging]\nreview_every_days = 40\nmax_days = 30\nsource = '甲'", "长于挂账"),
        (COMPLETE + "[returns]\nmax_returns = 2\nsource = '甲'", r"\[returns\]：缺少字段 within"),
        (COMPLETE + "[redo]\nmax_rounds = 2", "缺少字段 source"),
        (COMPLETE + "[pauses]\nstages = ['lunch']\nsource = '甲'", "stages 不能是 'lunch'"),
        (COMPLETE + "pauses = 3", "不认识的字段 pauses"),  # belongs to the last rule
        ("pauses = 3\n" + COMPLETE, "pauses 须为表"),
    ],
)
def test_a_bad_profile_is_refused_in_clear_words(text: str, words: str) -> None:
    said = [problem.said_of("jia.toml") for problem in problems(text)]
    assert [line for line in said if re.search(words, line)], said
    assert all(re.match(r"jia\.toml:\d+:\d+ ", line) for line in said)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("name = ", 1, 8, "值写法不对"),
        ("a = 1\n\nb = [1\n", 4, 1, "列表的方括号没有写完"),
        ("a = 1\na = 2\n", 2, 6, "字段写了两遍"),
        ('a = "甲\n', 1, 7, "引号没有写完"),
        ("甲 = 1", 1, 1, "这里不是字段、表头或注释"),
        ("a = 1 b = 2", 1, 7, "值之后有多余的内容"),
        ("[[[", 1, 3, "字段名写法不对"),
        ("a = " + "[" * 9000, 1, 1, "嵌套太深"),
        ("a = " + "1" * 9000, 1, 1, "数字太长"),
    ],
)
def test_what_is_no_toml_is_shown_where_it_stops(
    text: str, line: int, column: int, words: str
) -> None:
    (problem,) = problems(text)
    assert (problem.line, problem.column, problem.where) == (line, column, "不是合法的 TOML")
    assert words in problem.message


def test_all_mistakes_are_told_at_once_each_where_it_stands() -> None:
    text = """\
# 甲市 [[rule]]
name = "甲市"
version = 1  # 文字要加引号
effective_from = 2026-01-01
[returns]
max_returns = 2
within = { amount = 0, unit = "working_days" }
source = '''
[[rule]]
amount = 9 '''
""" + COMPLETE.removeprefix(HEAD).replace('"sign"\namount = 2', '"sign"\namount = 0')
    text += """
[[ rule ]]
id = "sign"
clock = "sign"
kinds = [ # 求助 ]
  "help", "joke",
]
amount = 2
unit = "weeks"
source = "甲"
"""
    found = problems(text)
    lines = text.splitlines()
    told = [(p.where, lines[(p.line or 0) - 1][(p.column or 0) - 1 :]) for p in found]
    assert told == [
        ("基本信息", "1  # 文字要加引号"),
        ("[returns] within", '0, unit = "working_days" }'),
        ("第 2 条规则（sign）", "0"),
        ("第 15 条规则（sign）", '"sign"'),
        ("第 15 条规则（sign）", '"joke",'),
        ("第 15 条规则（sign）", '"weeks"'),
    ]
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, origin="jia.toml")
    assert len(str(caught.value).splitlines()) == len(found)
    assert str(caught.value).startswith("jia.toml:3:11 基本信息：字段 version 须为文字，现为 1\n")


def test_two_rules_that_collide_are_both_named_with_the_tickets() -> None:
    text = COMPLETE
    text += rule(id="b", kinds=["help", "praise"], categories=["0202"])
    text += rule(id="c", kinds=["praise", "report"], categories=["0202", "0301"])
    (problem,) = problems(text)
    lines = text.splitlines()
    first, second = lines.index('id = "b"') + 1, lines.index('id = "c"') + 1
    assert (problem.line, problem.where) == (second, "第 16 条规则（c）")
    assert problem.message == (
        f"规则 b（第 {first} 行）与 c（第 {second} 行）同等具体，"
        "对诉求类型为表扬、类别为“0202”的工单两条都适用，无法取舍；请让两条不再重叠，或给其中一条补上更具体的条件"
    )


@pytest.mark.parametrize(
    ("fields", "tickets"),
    [
        ({}, "对所有工单"),
        ({"effective_from": "2026-05-01"}, "对2026-05-01 起的工单"),
        ({"effective_to": "2026-05-01"}, "对至 2026-05-01 止的工单"),
    ],
)
def test_for_which_tickets_two_general_rules_collide(fields: dict[str, Any], tickets: str) -> None:
    (problem,) = problems(COMPLETE + rule(id="b", **fields))
    assert tickets in problem.message


@pytest.mark.parametrize(
    ("spans", "gap"),
    [
        ([("", "2026-06-30"), ("2026-07-01", "")], None),
        ([("2025-01-01", "2025-12-31"), ("2026-01-01", "")], None),
        ([("", "2026-06-30"), ("2026-07-02", "")], "2026-07-01"),
        ([("2026-02-01", "")], "2026-01-01"),
        ([("", "2026-12-31")], "2027-01-01"),
    ],
)
def test_a_clock_is_covered_on_every_day(spans: list[tuple[str, str]], gap: str | None) -> None:
    text = HEAD + "".join(
        rule(id=clock.value, clock=clock.value) for clock in Clock if clock is not Clock.SIGN
    )
    for number, (begin, end) in enumerate(spans):
        text += rule(id=f"s{number}", effective_from=begin or None, effective_to=end or None)
    if gap is None:
        assert parse_profile(text, origin="jia.toml").rules
    else:
        (problem,) = problems(text)
        assert f"sign（签收）自 {gap} 起缺少适用于所有工单的规则" in problem.message


def test_an_error_without_a_document_has_no_list() -> None:
    assert ProfileError("没有").problems == ()


MARKED = '''
top = "乙" # [x]
"引号 键" = 'a.b = 1'
a.b . c = [1, [ # ] "
  2], """ ] \\""" ]""""", {d = 4, e = { f = 5 }}]
[t]
x = """
[u]
x = 3"""
d = 2026-01-01 08:00:00
[[r.s]]
y = []
[[r.s]]
[r.s.in]
z = true
[[r.s.deep]]
z = 1
[[r.s.deep]]
z = 2
'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_value_is_found_in_a_tangled_text(newline: str) -> None:
    text = MARKED.replace("\n", newline)
    assert tomllib.loads(text)
    places = locate(text)
    assert {path: place for path, place in places.items() if path} == {
        ("top",): (2, 7),
        ("引号 键",): (3, 10),
        ("a", "b", "c"): (4, 11),
        ("a", "b", "c", 0): (4, 12),
        ("a", "b", "c", 1): (4, 15),
        ("a", "b", "c", 1, 0): (5, 3),
        ("a", "b", "c", 2): (5, 7),
        ("a", "b", "c", 3): (5, 26),
        ("a", "b", "c", 3, "d"): (5, 31),
        ("a", "b", "c", 3, "e"): (5, 38),
        ("a", "b", "c", 3, "e", "f"): (5, 44),
        ("t",): (6, 1),
        ("t", "x"): (7, 5),
        ("t", "d"): (10, 5),
        ("r", "s", 0): (11, 1),
        ("r", "s", 0, "y"): (12, 5),
        ("r", "s", 1): (13, 1),
        ("r", "s", 1, "in"): (14, 1),
        ("r", "s", 1, "in", "z"): (15, 5),
        ("r", "s", 1, "deep", 0): (16, 1),
        ("r", "s", 1, "deep", 0, "z"): (17, 5),
        ("r", "s", 1, "deep", 1): (18, 1),
        ("r", "s", 1, "deep", 1, "z"): (19, 5),
    }


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_profile_ends_in_a_profile_error_or_a_profile(data: st.DataObject) -> None:
    text = profile_toml(load_profile("山东"))
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 12))
    put = data.draw(st.text('"[]{}#=,.\n\\1a甲', max_size=4))
    try:
        parse_profile(text[:at] + put + text[at + gone :], origin="x.toml")
    except ProfileError as error:
        said = error.problems
    else:
        return
    assert said
    assert all(problem.line and problem.column for problem in said)
