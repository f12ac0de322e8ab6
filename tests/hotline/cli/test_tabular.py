"""Tables as people export them: encodings, ragged rows, wrong columns, Excel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click
import pytest
from openpyxl import Workbook

from hotline.cli.tabular import FIELD_LIMIT, Refusals, Table, TableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "标题,正文\n停水,家里停水三天了\n路灯,路灯不亮\n"


def cells(path: Path) -> list[tuple[int, list[str]]]:
    return [(row.line, list(row.cells.values())) for row in Table(path).rows(Refusals())]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_usual_encodings_are_recognised(write: Callable[..., Path], encoding: str) -> None:
    path = write("a.csv", TEXT, encoding)
    assert Table(path).columns == ("标题", "正文")
    assert cells(path) == [(2, ["停水", "家里停水三天了"]), (3, ["路灯", "路灯不亮"])]


def test_one_gbk_character_after_a_megabyte_of_ascii_decides(write: Callable[..., Path]) -> None:
    path = write("a.csv", "a,b\n" + "x,y\n" * 300_000 + "停,水\n", "gbk")
    *_, last = Table(path).rows(Refusals())
    assert list(last.cells.values()) == ["停", "水"]


def test_accents_alone_are_utf_8_when_they_cannot_be_gbk(write: Callable[..., Path]) -> None:
    [row] = Table(write("a.csv", "nom,ville\nÉléonore,Orléans\n")).rows(Refusals())
    assert list(row.cells.values()) == ["Éléonore", "Orléans"]


def test_ragged_rows_are_refused_with_their_line(write: Callable[..., Path]) -> None:
    refusals = Refusals()
    path = write("a.csv", '题,文\n一,二\n只有一格\n\n"跨\n行",好\n一,二,三\n一,二,,\n末,行\n')
    rows = [row.line for row in Table(path).rows(refusals)]
    assert rows == [2, 5, 8, 9]  # the cell over two lines counts from its first; ",," at the end
    assert [(r.line, r.reason) for r in refusals.kept] == [
        (3, "有 1 格，与表头的 2 列不符"),
        (7, "有 3 格，与表头的 2 列不符"),
    ]


def test_a_quotation_mark_never_closed_costs_no_more_than_a_cell(
    write: Callable[..., Path],
) -> None:
    refusals = Refusals()
    path = write("a.csv", 'a,b\n1,"' + "长" * (FIELD_LIMIT + 5) + "\n2,好\n3,好\n")
    assert [row.cells["a"] for row in Table(path).rows(refusals)] == ["2", "3"]
    assert [r.line for r in refusals.kept] == [2]


def test_missing_columns_are_named_beside_those_there(write: Callable[..., Path]) -> None:
    with pytest.raises(TableError, match="没有列“text”；文件中的列有：标题、正文"):
        Table(write("a.csv", TEXT)).need("标题", "text")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "是空的"), ("\n", "没有列名"), ("a,a\n1,2\n", "列名重复：a")],
)
def test_a_useless_header_is_told(write: Callable[..., Path], text: str, complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        Table(write("a.csv", text))


def test_what_is_no_text_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff")
    with pytest.raises(click.ClickException, match="编码无法识别"):
        Table(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(TableError, match=r"另存为 \.xlsx"):
        Table(path)
    path.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(TableError, match="已损坏"):
        Table(path)


def test_tabs_and_semicolons_separate_too(write: Callable[..., Path]) -> None:
    assert Table(write("a.csv", "题\t文\n停水\t一,二;三\n")).columns == ("题", "文")
    assert Table(write("b.csv", "题;文\n停水;好\n")).columns == ("题", "文")


def test_excel_reads_as_it_was_typed(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "时间", "正文", None])
    sheet.append([13912345678.0, datetime(2024, 1, 2, 10, 0), "停水"])  # noqa: DTZ001 - Excel has no zones
    sheet.append([None, None, None])
    sheet.append([2, "昨天", "停电"])
    path = tmp_path / "a.csv"  # a wrong name does not mislead
    book.save(path)
    assert Table(path).columns == ("编号", "时间", "正文")
    assert cells(path) == [
        (2, ["13912345678", "2024-01-02 10:00:00", "停水"]),
        (4, ["2", "昨天", "停电"]),
    ]


def test_refusals_count_rows_and_keep_the_first_thousand(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    refusals = Refusals()
    assert not list(Table(write("a.csv", "a,b\n" + "x\n" * 1500)).rows(refusals))
    assert (refusals.count, len(refusals.kept)) == (1500, 1000)
    assert capsys.readouterr().err.count("未采用") == 1500
