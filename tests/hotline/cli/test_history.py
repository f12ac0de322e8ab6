"""`hotline import`: the history of an older system, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from tests.conftest import local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hotline.models import Ticket
    from tests.hotline.cli.conftest import Said

MAP = """
[columns]
old_no = "工单号"
kind = "类型"
channel = "来源"
content = "内容"
name = "姓名"
phone = "电话"
area = "区域"
category = "分类"
department = "单位"
registered_at = "登记时间"
closed_at = "办结时间"
reply = "答复"
satisfaction = "满意度"
resolved = "解决"
[values.kind]
"投诉类" = "complaint"
[values.channel]
"来电" = "phone"
[values.resolved]
"是" = "yes"
[times]
format = "%Y/%m/%d %H:%M"
"""
HEADER = "工单号,类型,来源,内容,姓名,电话,区域,分类,单位,登记时间,办结时间,答复,满意度,解决"
CLOSED = (
    "A1,投诉类,来电,夜里施工吵,张三,139 1234 5678,东湖区,环境保护,市城管局,"
    "2024/01/02 10:00,2024/01/05 16:00,已责令停工,满意,是"
)
OPEN = "A2,,,楼道里有很浓的煤气味,,,,,,2026-01-05 10:00,,,,"
BAD = (
    "A3,未知类,,内容,,,,,,2024/01/02 10:00,,,,",
    "A4,,,,,1234567,火星,瞎写,没有,2024/01/02 10:00,2023/01/01 10:00,,9,",
    "A5,,,内容,,,,,,昨天,,,,",
    "A1,投诉类,,又来一次,,,,,,2024/01/02 10:00,,,,",
)


@pytest.fixture
def csv(write: Callable[..., Path]) -> Callable[..., tuple[object, ...]]:
    """The words of the command for these rows: ``hotline(*csv(CLOSED))``."""
    told = write("map.toml", MAP)

    def make(*rows: str) -> tuple[object, ...]:
        path = write("old.csv", "\n".join([HEADER, *rows]) + "\n", "gbk")
        return ("import", path, "--map", told)

    return make


def tickets() -> Sequence[Ticket]:
    from hotline.db import db
    from hotline.models import Ticket

    db.session.rollback()
    return db.session.scalars(select(Ticket).order_by(Ticket.id)).all()


def test_closed_and_open_tickets_come_over(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    from hotline.db import db
    from hotline.models import Assignment, Deadline, Rating, TimelineEntry

    said = hotline(*csv(CLOSED, OPEN), "--json")
    assert said.code == 0, said.err
    assert said.json["imported"] == 2
    closed, waiting = tickets()
    assert (closed.stage, closed.outcome) == (Stage.CLOSED, Outcome.RESOLVED)
    assert closed.closed_at == local("2024-01-05 16:00")
    assert (closed.kind, closed.channel, closed.category_code) == ("complaint", "phone", "02")
    assert closed.ticket_no[6:14] == "20240102"
    assert closed.citizen is not None
    assert closed.citizen.phone == "13912345678"
    rating = db.session.scalars(select(Rating)).one()
    assert (rating.satisfaction, rating.resolved) == (4, "yes")
    assert db.session.scalars(select(Assignment)).one().reply == "已责令停工"

    assert (waiting.stage, waiting.outcome) == (Stage.TO_DISPATCH, None)
    assert waiting.urgency == "critical"  # danger is danger, also in an old file
    assert waiting.title == "楼道里有很浓的煤气味"
    clock = db.session.scalars(select(Deadline)).one()
    assert (clock.ticket_id, clock.clock) == (waiting.id, "dispatch")
    entries = db.session.scalars(select(TimelineEntry).order_by(TimelineEntry.id)).all()
    assert [entry.event for entry in entries] == ["imported", "imported"]
    assert entries[0].reason == "原工单号 A1，原承办单位 市城管局，满意度 满意"


def test_one_wrong_row_and_nothing_is_written(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    said = hotline(*csv(CLOSED, *BAD, "只有一格"), "--json")
    assert said.code == 1
    assert not tickets()
    assert (said.json["imported"], said.json["refused"]) == (0, 5)
    told = {(r["line"], r["column"]) for r in said.json["refusals"]}
    assert told == {
        (3, "类型"),
        *((4, name) for name in ("内容", "电话", "区域", "分类", "单位", "办结时间", "满意度")),
        (5, "登记时间"),
        (6, "工单号"),
        (7, ""),
    }
    assert "第 3 行，列“类型”：不认识“未知类”，请在 [values.kind] 中写明对应" in said.err
    assert "1234567" not in said.err  # a wrong number is not echoed


def test_partial_takes_what_is_good(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    said = hotline(*csv(*BAD[:3], CLOSED, OPEN), "--partial", "--json")
    assert (said.code, said.json["imported"], said.json["refused"]) == (0, 2, 3)
    assert len(tickets()) == 2


def test_dry_run_writes_nothing(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    said = hotline(*csv(CLOSED, OPEN), "--dry-run", "--json")
    assert (said.code, said.json["good"], said.json["imported"]) == (0, 2, 0)
    assert hotline(*csv(CLOSED, *BAD), "--dry-run").code == 1
    assert not tickets()


def test_the_same_file_twice_is_noticed(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    assert hotline(*csv(CLOSED)).code == 0
    again = hotline(*csv(CLOSED))
    assert again.code == 1
    assert "原工单号 A1 已导入过" in again.err
    assert len(tickets()) == 1


def test_one_citizen_per_phone_number(
    hotline: Callable[..., Said], csv: Callable[..., tuple[object, ...]]
) -> None:
    again = CLOSED.replace("A1", "A9").replace("张三", "张先生")
    assert hotline(*csv(CLOSED, again, OPEN)).code == 0
    first, second, without = tickets()
    assert first.citizen_id == second.citizen_id
    assert without.citizen_id is None
    assert first.citizen is not None
    assert first.citizen.name == "张三"


def test_excel_comes_over_too(hotline: Callable[..., Said], tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["内容", "时间"])
    sheet.append(["路灯不亮", local("2025-01-02 10:00").replace(tzinfo=None)])
    book.save(tmp_path / "old.xlsx")
    told = tmp_path / "map.toml"
    told.write_text('[columns]\ncontent = "内容"\nregistered_at = "时间"\n', "utf-8")
    assert hotline("import", tmp_path / "old.xlsx", "--map", told).code == 0
    [ticket] = tickets()
    assert ticket.registered_at == local("2025-01-02 10:00")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("columns = ", "不是合法的 TOML"),
        ('[columns]\ncontent = "内容"\n', "[columns] 缺少 registered_at"),
        ('[columns]\nsurname = "姓"\n', "没有字段 surname，可用：content、"),
        ('[column]\ncontent = "内容"\n', "没有 [column] 这一节"),
        ('[columns]\ncontent = "内容"\nregistered_at = "时"\n', "没有列“时”"),
    ],
)
def test_a_wrong_map_is_one_clear_line(
    hotline: Callable[..., Said], write: Callable[..., Path], text: str, complaint: str
) -> None:
    rows = write("old.csv", "内容,时间\n路灯,2025-01-01\n")
    said = hotline("import", rows, "--map", write("map.toml", text))
    assert (said.code, said.out) == (1, "")
    assert complaint in said.err
