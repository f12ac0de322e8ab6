"""The starter corpus and the model learned from it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from classifier import STARTER_ID, category_words, load_tree, rollup, starter_corpus, train_starter

AT = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
CORPUS = starter_corpus()


def test_every_second_level_category_has_eight_written_messages() -> None:
    counts = Counter(row.label for row in CORPUS)
    assert {code: counts[code] for code in load_tree().codes(2) if counts[code] < 8} == {}


def test_third_level_codes_stand_beside_their_second_level_label() -> None:
    leaves = [row for row in CORPUS if row.leaf is not None]
    assert len(leaves) > 2_000
    assert all(row.leaf is not None and row.leaf.startswith(row.label) for row in leaves)
    assert {len(row.label) for row in CORPUS} == {4}


def test_category_words_hold_the_third_level_under_known_codes() -> None:
    words = category_words()
    assert {row.label for row in words} <= set(load_tree().codes(2))
    assert ("0202", "水污染") in {(row.label, row.title) for row in words}


@pytest.mark.parametrize(
    ("code", "saying"),
    [
        ("0102", "渣土车"),
        ("0102", "老年卡"),
        ("0404", "学区"),
        ("0501", "异地就医"),
        ("0502", "社保断缴"),
        ("0502", "工伤认定"),
        ("0907", "棋牌室"),
        ("1406", "创文"),
    ],
)
def test_category_words_hold_what_citizens_say(code: str, saying: str) -> None:
    assert (code, saying) in {(row.label, row.title) for row in category_words()}


@pytest.mark.slow
def test_starter_sorts_plain_messages() -> None:
    model = train_starter(AT)
    assert model.id == STARTER_ID
    assert set(model.classifier.labels) == set(load_tree().codes(2))
    for title, text, parent in (
        ("小区停水", "小区停水两天没人管，打物业电话不接", "城乡建设"),
        ("工厂排污", "化工厂夜里往河里排污水，鱼都死了", "环境保护"),
        ("拖欠工资", "老板拖欠我们十几个人三个月工资", "劳动和社会保障"),
        ("有偿补课", "学校老师周末在家里有偿补课", "教育文体"),
        ("出租车拒载", "火车站出租车不打表还拒载", "交通运输"),
        ("", "镇上卫生院打针的医生态度差，乱收检查费", "卫生计生"),
        ("", "旅行社导游强迫购物，要求退团费", "商贸旅游"),
        ("", "我家低保被取消了，五保老人也没有人管", "民政"),
        ("", "被电话诈骗了八万，报案以后派出所没有消息", "政法"),
        ("", "村里把我家承包地流转给别人，宅基地也不批", "农村农业"),
        ("", "征地补偿款三年没有发，耕地也被占了", "国土资源"),
        ("", "理财公司非法集资跑路，银行也不管", "经济管理"),
        ("", "手机套餐乱扣话费，宽带没有信号", "科技与信息产业"),
        ("", "党员的组织关系转不进来，支部不收党费", "党务政务"),
        ("", "局长收受工程老板的贿赂，还挪用公款", "纪检监察"),
    ):
        suggestion = model.classifier.suggest(title, text)
        assert rollup(suggestion)[0].label == parent, text
