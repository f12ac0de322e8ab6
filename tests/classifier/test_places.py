"""Places, areas and companies a text names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import AreaBook, companies, places, understand
from classifier.understanding import companies as company_list
from classifier.understanding import places as place_list

CITY = AreaBook(
    [
        ("990000", "示范市"),
        ("990101", "东湖区"),
        ("990102", "西岭区"),
        ("990101001", "明月街道"),
        ("990102001", "岭下街道"),
        ("990101009", "河口镇"),
        ("990102009", "河口镇"),
    ]
)


def said(text: str) -> list[tuple[str, str]]:
    return [(place.kind, place.name) for place in places(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我住在锦绣苑7栋2单元", [("estate", "锦绣苑")]),
        ("和平大道128号门口积水", [("road", "和平大道")]),
        ("打铜巷和福寿巷路灯不亮", [("road", "打铜巷"), ("road", "福寿巷")]),
        ("坐35路到实验小学", [("line", "35路")]),
        ("地铁2号线扶梯坏了", [("line", "地铁2号线")]),
        ("在石门村，育英小学旁边", [("village", "石门村"), ("landmark", "育英小学")]),
        ("市图书馆周一不开门", [("landmark", "市图书馆")]),
        ("城西批發市場門口太亂", [("landmark", "城西批发市场")]),
    ],
)
def test_places_with_their_kind(text: str, found: list[tuple[str, str]]) -> None:
    assert said(text) == found


def test_house_numbers_belong_to_the_words_and_not_to_the_name() -> None:
    (place,) = places("丽景花园3栋2单元501室漏水")
    assert (place.name, place.words) == ("丽景花园", "丽景花园3栋2单元501室")


@pytest.mark.parametrize(
    "text",
    [
        "我们小区的马路坏了",
        "这条路走不通",
        "线路老化，电路短路",
        "村里修路，农村的学校",
        "走弯路，没有出路",
        "这个医院在哪条街",
        "第12路口",
        "",
        "😀😀",
        "hello",
    ],
)
def test_common_words_are_no_places(text: str) -> None:
    assert said(text) == []


def test_a_place_is_told_once_and_the_fuller_words_win() -> None:
    (place,) = places("锦绣苑停水。锦绣苑5栋没有人管")
    assert place.words == "锦绣苑5栋"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("东湖区明月街道的路灯", "990101001"),
        ("东湖区的路灯", "990101"),
        ("明月街道办不给盖章", "990101001"),
        ("西岭區嶺下街道", "990102001"),
        ("从东湖区到西岭区", ""),
        ("东湖区岭下街道", ""),
        ("河口镇的桥", ""),
        ("西岭区河口镇的桥", "990102009"),
        ("示范市", ""),
        ("示范市东湖区", "990101"),
        ("东湖区域协调", ""),
        ("高新区", ""),
        ("", ""),
    ],
)
def test_the_one_area_that_is_named(text: str, code: str) -> None:
    assert CITY.named(text).code == code


def test_a_city_without_areas_names_none() -> None:
    assert AreaBook([]).named("东湖区").code == ""
    assert understand("东湖区").area.code == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("投诉安居物业乱收费", ("安居物业",)),
        ("开发商宏远置业延期交房", ("宏远置业",)),
        ("在金满楼酒店吃坏肚子", ("金满楼酒店",)),
        ("举报鑫源化工有限公司偷排", ("鑫源化工有限公司",)),
        ("顺达驾校不退费，家家惠超市也一样", ("顺达驾校", "家家惠超市")),
        ("物业公司不管", ()),
        ("一家装修公司跑了", ()),
        ("市自来水公司停水", ()),
        ("供电公司不来修", ()),
        ("去派出所和城管局反映", ()),
        ("快递公司把件丢了", ()),
        ("锦绣苑物业不管事", ()),
        ("", ()),
    ],
)
def test_companies_by_their_proper_names(text: str, names: tuple[str, ...]) -> None:
    assert companies(text) == names


@given(st.text(alphabet="东湖路街区市小物业公司在的12号栋村学校，。a", max_size=200))
@settings(max_examples=80, deadline=None)
def test_what_is_found_stands_in_the_text(text: str) -> None:
    found = understand(text, CITY)
    assert len(found.places) <= place_list.MOST
    assert len(found.companies) <= company_list.MOST
    assert all(place.words.startswith(place.name) for place in found.places)
    assert all(place.words in text for place in found.places)
    assert all(name in text for name in found.companies)


@pytest.mark.parametrize("unit", ["路", "小区", "物业", "东湖区", "12路", "在人民路1号"])
def test_long_text_stays_fast(unit: str) -> None:
    found = understand(unit * (10_000 // len(unit)), CITY)
    assert len(found.places) <= place_list.MOST
