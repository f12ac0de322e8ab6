"""`hotline model train` on what cities really hand in: odd files, odd labels, several levels."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from hotline.cli.examples import MOST_TOLD
from hotline.cli.tabular import written
from tests.hotline.people import ZHUJIAN, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said

COLUMNS = ("--text", "文", "--label", "类")
NUMBERS = "零一二三四五六七八九"


@pytest.fixture(autouse=True)
def shelf(app: APIFlask) -> Iterator[Path]:
    """The folder of models, left as it was found."""
    folder: Path = app.extensions["hotline"].settings.models
    folder.mkdir(exist_ok=True)
    before = {path.name for path in folder.iterdir()}
    yield folder
    for path in folder.iterdir():
        if path.name not in before:
            shutil.rmtree(path)


def lines(label: str, words: str, count: int) -> list[str]:
    return [written([f"{words}{NUMBERS[n // 10]}{NUMBERS[n % 10]}号", label]) for n in range(count)]


def water_and_school(count: int = 10) -> list[str]:
    return lines("停水", "小区停水没人管", count) + lines("补课", "学校补课乱收费", count)


def table(*rows: str, head: str = "文,类\n") -> str:
    return head + "".join(rows)


def one_line(said: Said) -> str:
    """The one complaint of a refused command."""
    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    last = said.err.rstrip("\n").splitlines()[-1]
    assert last.startswith("错误：")
    return last


def test_a_label_that_is_the_text_is_refused(
    hotline: Callable[..., Said], write: Callable[..., Path], shelf: Path
) -> None:
    path = write("a.csv", table(*water_and_school()))
    before = sorted(shelf.iterdir())
    said = hotline("model", "train", path, "--text", "文", "--label", "文")
    assert "列“文”既是文本又是标签" in one_line(said)
    both = hotline("model", "train", path, *COLUMNS, "--department", "类")
    assert "既是分类又是承办单位" in one_line(both)
    judged = hotline("model", "evaluate", path, "--text", "文", "--label", "文")
    assert "既是文本又是标签" in one_line(judged)
    assert sorted(shelf.iterdir()) == before


def test_a_file_without_any_text_is_refused(
    hotline: Callable[..., Said], write: Callable[..., Path], shelf: Path
) -> None:
    before = sorted(shelf.iterdir())
    path = write("a.csv", table(*(" ,停水\n" for _ in range(MOST_TOLD + 50))))
    said = hotline("model", "train", path, *COLUMNS)
    assert one_line(said) == "错误：a.csv 没有可用的行"
    assert said.err.count("没有文本") == MOST_TOLD
    assert "另有 50 处未采用" in said.err
    signs = write("b.csv", table(*(f"{'！' * n}😀,停水\n" for n in range(1, 30))))
    assert "没有文字" in one_line(hotline("model", "train", signs, *COLUMNS))
    assert sorted(shelf.iterdir()) == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_any_usual_encoding_ragged_rows_and_endless_texts(
    hotline: Callable[..., Said], write: Callable[..., Path], encoding: str
) -> None:
    endless = written(["学校补课收费。" * 2_000, "补课"])
    path = write("a.csv", table(*water_and_school(), "只有一格\n", endless), encoding)
    said = hotline("model", "train", path, *COLUMNS, "--json")
    assert said.code == 0, said.err
    assert (said.json["rows"], said.json["refused"]) == (21, 1)
    assert "第 22 行" in said.err


def test_spellings_copies_and_contradictions_are_told(
    hotline: Callable[..., Said], write: Callable[..., Path]
) -> None:
    rows = [
        *water_and_school(),
        *lines("停 水", "水管没有水", 4),
        *lines("补课", "小区停水没人管", 2),
        "！！！,停水\n",
    ]
    said = hotline("model", "train", write("a.csv", table(*rows)), *COLUMNS, "--json")
    assert said.code == 0, said.err
    assert said.json["respelt"] == {"停 水": "停水"}
    assert (said.json["duplicates"], said.json["contradictions"]) == (2, 2)
    assert (said.json["undecided"], said.json["wordless"]) == (2, 1)
    for words in ("合并为一个", "2 条不分多少，没有采用", "1 条没有文字"):
        assert words in said.err


def test_one_column_for_each_level_and_rare_leaves_at_their_parent(
    hotline: Callable[..., Said], write: Callable[..., Path]
) -> None:
    def rows(words: str, levels: str, count: int) -> list[str]:
        return [f"{words}{NUMBERS[n]}号,{levels}\n" for n in range(count)]

    content = [
        *rows("小区停水没人管", "水务,停水,夜里", 8),
        *rows("自来水发黄有味", "水务,水质,", 8),
        *rows("水表坏了乱走字", "水务,水表,换/修", 2),
        *rows("学校补课乱收费", "教育,补课,", 8),
    ]
    path = write("a.csv", table(*content, head="文,一级,二级,三级\n"))
    said = hotline("model", "train", path, "--text", "文", "--label", "一级,二级,三级", "--json")
    assert said.code == 0, said.err
    assert set(said.json["per_class"]) == {"水务/停水/夜里", "水务/水质", "教育/补课", "水务"}
    assert said.json["merged"] == {"水务/水表/换∕修": "水务"}
    assert "1 个标签不足三条，并入上级学习：水务/水表/换∕修→水务" in said.err
    assert "不在问题分类目录中：能推荐，不能据以自动派单" in said.err
    assert set(said.json["levels"]) == {"1", "2", "3"}

    more = write("b.csv", "文,一级,二级,三级\n小区停水没人管,水务,停水,夜里\n去火星,太空,火星,\n")
    judged = hotline(
        *("model", "evaluate", more, "--text", "文", "--label", "一级,二级,三级", "--json"),
        *("--model", said.json["model"]),
    )
    assert judged.code == 0, judged.err
    assert judged.json["unseen"] == {"太空/火星": 1}
    assert "1 行的标签模型没有学过，按答错计：太空/火星" in judged.err

    texts = write("c.csv", "text\n小区停水没人管一号\n")
    found = hotline("model", "predict", "--file", texts, "--model", said.json["model"])
    (row,) = csv.DictReader(found.out.splitlines())
    assert (row["label"], row["code"], row["path"]) == ("水务/停水/夜里", "", "水务/停水/夜里")


@pytest.mark.parametrize("columns", ["类,类", "一,二,三,四,五", " , "])
def test_level_columns_that_cannot_be(
    hotline: Callable[..., Said], write: Callable[..., Path], columns: str
) -> None:
    path = write("a.csv", table(*water_and_school()))
    assert hotline("model", "train", path, "--text", "文", "--label", columns).code == 2


def test_departments_are_learned_matched_and_told(
    hotline: Callable[..., Said], write: Callable[..., Path]
) -> None:
    name = unit(ZHUJIAN).name
    water = [line.replace("\n", f",{name}\n") for line in lines("停水", "小区停水没人管", 20)]
    school = [line.replace("\n", ",火星教育局\n") for line in lines("补课", "学校补课收费", 20)]
    odd = ["一件小事没人管,停水,街道办\n", "另一件小事没人管,停水,\n"]
    path = write("a.csv", table(*water, *school, *odd, head="文,类,单位\n"))
    said = hotline("model", "train", path, *COLUMNS, "--department", "单位", "--json")
    assert said.code == 0, said.err
    assert said.json["departments"]["units"] == 2
    assert said.json["departments_ignored"] == {"街道办": 1}
    assert "火星教育局 不在单位名录中，不会推荐给分派员" in said.err
    assert name not in said.err
    asked = hotline("model", "predict", "小区停水没人管", "--model", said.json["model"], "--json")
    assert asked.json["departments"][0]["name"] == name
    words = hotline("model", "predict", "小区停水没人管", "--model", said.json["model"]).out
    assert "按历史工单的承办单位" in words

    few = write("b.csv", table(*water, *lines("补课", "学校补课", 9)[:0], head="文,类,单位\n"))
    assert "只有一个标签" in one_line(
        hotline("model", "train", few, *COLUMNS, "--department", "单位")
    )
    no_units = [line.replace("\n", ",\n") for line in water_and_school()] + [water[0]]
    alone = write("c.csv", table(*no_units, head="文,类,单位\n"))
    told = hotline("model", "train", alone, *COLUMNS, "--department", "单位", "--json")
    assert told.json["departments"] is None
    assert "没有学习承办单位" in told.err


def test_a_full_disk_leaves_nothing_behind(
    hotline: Callable[..., Said],
    write: Callable[..., Path],
    shelf: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numpy as np

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(shelf.iterdir())
    monkeypatch.setattr(np, "savez", full)
    said = hotline("model", "train", write("a.csv", table(*water_and_school())), *COLUMNS)
    assert "请腾出磁盘空间" in one_line(said)
    assert sorted(shelf.iterdir()) == before


def test_a_long_file_is_trained_in_passes_and_says_so(
    hotline: Callable[..., Said], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from classifier import teaching

    monkeypatch.setattr(teaching, "EXACT_ROWS", 30)
    path = write("a.csv", table(*water_and_school(40), ",停水\n"), "gbk")
    said = hotline("model", "train", path, *COLUMNS)
    assert said.code == 0, said.err
    assert "80 条分遍训练，指标来自留出的行" in said.out
    assert said.err.count("没有文本") == 1  # told once, though the file is read three times


def test_rows_may_be_read_at_once(write: Callable[..., Path]) -> None:
    from hotline.cli.examples import read_examples

    path = write("a.csv", "题,文,类\n停水,三天,水\n,,水\n")
    found = read_examples(path, ("题", "文"), "类")
    assert (found.texts, found.labels) == ([("停水", "三天")], ["水"])
    assert found.refusals.count == 1
