"""Work, rest or doubt: the title decides, and doubt is never a day off."""

from __future__ import annotations

import pytest

from sla.calendar_files.words import is_workday_by, name_by


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("国庆节 休", "国庆节"),
        ("春节(休)", "春节"),
        ("中秋节（休）", "中秋节"),
        ("休", "休息"),
        ("元旦休", "元旦"),
        ("休｜国庆节", "国庆节"),
        ("国庆节 假期 第1天/共7天", "国庆节"),
        ("「国庆节 假期」 第1天/共7天", "国庆节"),
        ("中秋节、国庆节 假期 第1天/共8天", "中秋节、国庆节"),
        ("国庆节放假", "国庆节放假"),
        ("国庆节放假调休", "国庆节放假调休"),
        ("台风停班", "台风停班"),
        ("暴雨停工", "暴雨停工"),
        ("大雪，全市不上班", "大雪，全市不上班"),
        ("休息日", "休息日"),
        ("本地公休", "本地公休"),
        ("无锡 放假", "无锡"),
    ],
)
def test_days_off(title: str, name: str) -> None:
    assert is_workday_by(title) is False
    assert name_by(title, is_workday=False) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("班", "调休上班"),
        ("国庆节（班）", "调休上班"),
        ("春节 补班", "调休上班"),
        ("春节 补班 第1天/共2天", "调休上班"),
        ("调休上班", "调休上班"),
        ("国庆节（调休上班）", "调休上班"),
        ("休息日上班", "休息日上班"),
        ("正常上班", "正常上班"),
        ("某区 补班", "某区 补班"),
    ],
)
def test_days_of_work(title: str, name: str) -> None:
    assert is_workday_by(title) is True
    assert name_by(title, is_workday=True) == name


@pytest.mark.parametrize(
    "title",
    [
        "元宵节",
        "父亲节",
        "立春",
        "国庆节",
        "",
        "调休",
        "退休人员座谈",
        "训练班",
        "班级会议",
        "不放假",
        "全年无休",
        "国庆节放假安排公布",
        "节假日",
        "是否上班待定",
        "放假后上班",
        "值班",
        "周末加班",
        "取消休息",
        "张三休假",
        "放假" * 200,
    ],
)
def test_doubt(title: str) -> None:
    assert is_workday_by(title) is None
