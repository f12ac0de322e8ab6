"""Words of a crowd in the making and of threats; figures of speech and prevention are none."""

from __future__ import annotations

import pytest

from classifier import alarms, starter_corpus
from classifier.understanding.alarms import _lists
from classifier.understanding.clauses import clauses
from classifier.understanding.kind_training import kind_corpus


@pytest.mark.parametrize(
    "text",
    [
        "明天业主们要集体去区政府上访",
        "工人在售楼部门口拉横幅讨薪",
        "村民准备堵路，不让大车过",
        "三百多户联名要求罢免业委会",
        "出租车司机罢运了",
        "五十多个家长聚集在校门口",
        "維權群裡已經約好週六集合",
        "大伙商量一起去市里讨说法",
        "村民阻工，工程队进不来",
    ],
)
def test_people_who_act_together_are_a_crowd(text: str) -> None:
    found = alarms(text)
    assert found.crowd
    assert not found.threat


@pytest.mark.parametrize(
    "text",
    [
        "我们几百户居民停水三天了",
        "办一张联名卡要什么条件",
        "有人聚众赌博",
        "防止发生群体性事件的演练",
        "集体土地怎么确权",
        "门口天天堵车",
        "广场上聚集很多老人跳舞",
        "路口挂着宣传横幅",
        "从来没有上访过",
        "",
        "👍",
    ],
)
def test_many_who_suffer_and_turns_of_phrase_are_no_crowd(text: str) -> None:
    assert alarms(text).crowd == ()


@pytest.mark.parametrize(
    "text",
    [
        "不给钱我就从楼顶跳下去",
        "扬言要报复社会",
        "我要跟他们同归于尽",
        "再不解决就点火烧了办公室",
        "逼急了我什么都干得出来",
        "邻居放话要打断我的腿",
        "不發工資就死給你們看",
        "我带着汽油去找你们",
        "农民工爬上塔吊，说要跳楼讨薪",
    ],
)
def test_violence_and_self_harm_as_pressure_are_a_threat(text: str) -> None:
    assert alarms(text).threat


@pytest.mark.parametrize(
    "text",
    [
        "商场跳楼价甩卖",
        "菜贵得要死",
        "我怕他打击报复，请保密",
        "司机拼命按喇叭",
        "大货车威胁行人安全",
        "不解决我就去北京上访",
        "不解决就找媒体曝光，再去法院起诉",
        "社区组织防报复性伤害讲座",
        "请来杀虫消毒",
        "",
    ],
)
def test_figures_of_speech_fear_and_everybodys_rights_are_no_threat(text: str) -> None:
    assert alarms(text).threat == ()


def test_each_word_is_told_once_in_reading_order() -> None:
    found = alarms("他们拉横幅，又拉横幅。还要同归于尽！")
    assert found.crowd == ("拉横幅",)
    assert found.threat == ("同归于尽",)


def test_no_word_is_missed_for_want_of_a_sign() -> None:
    """The quick look at a clause must let through all that the words would find."""
    texts = [row.text for row in kind_corpus()] + [row.text for row in starter_corpus()]
    said = {clause for text in texts for clause in clauses(text)}
    for listed in _lists().values():
        missed = [c for c in said if listed.words.search(c) and not listed.signs.search(c)]
        assert missed == []


@pytest.mark.parametrize("unit", ["水", "我们集体", "就把他", "不就，", "业主"])
def test_long_text_stays_fast(unit: str) -> None:
    alarms(unit * (10_000 // len(unit)))
