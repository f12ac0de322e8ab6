"""`hotline model …`: the life of a classifier from the command line."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hotline.cli import clock, workshop
from hotline.cli.tabular import written
from hotline.services import learning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said


@pytest.fixture
def shelf(app: APIFlask) -> Iterator[Path]:
    """The folder of models, left as it was found."""
    folder: Path = app.extensions["hotline"].settings.models
    folder.mkdir(exist_ok=True)
    before = {path.name for path in folder.iterdir()}
    yield folder
    for path in folder.iterdir():
        if path.name not in before:
            shutil.rmtree(path)


@pytest.fixture
def lessons(write: Callable[..., Path]) -> Path:
    """A small table with labels: two categories of the shipped corpus by first-level name."""
    from classifier import load_tree, starter_corpus

    tree = load_tree()
    rows = [r for r in starter_corpus() if r.label[:2] in ("02", "07")]
    lines = [
        written([row.title, row.text, tree.first_level(row.label)])
        for row in rows[:200] + rows[-200:]
    ]
    table = "题,文,类\n" + "".join(lines) + "只有一格\n题,文,\n"
    # A few citizens write emoji, which GBK has no room for.
    return write("lessons.csv", table.encode("gbk", "ignore").decode("gbk"), "gbk")


def test_train_evaluate_list_activate_predict(
    hotline: Callable[..., Said], shelf: Path, lessons: Path, model: str
) -> None:
    columns = ("--text", "题,文", "--label", "类", "--json")
    trained = hotline("model", "train", lessons, *columns)
    assert trained.code == 0, trained.err
    figures = trained.json
    new = figures["model"]
    assert {"accuracy", "macro_f1", "top3", "ece", "coverage", "per_class"} <= set(figures)
    assert (figures["rows"] + figures["duplicates"], figures["refused"]) == (400, 2)
    assert (figures["registered"], figures["training"]["path"]) == (True, "exact")
    assert "第 402 行" in trained.err
    assert "第 403 行，列“类”：没有标签" in trained.err

    judged = hotline("model", "evaluate", lessons, *columns, "--model", new).json
    assert judged["model"] == new
    assert judged["accuracy"] > 0.95
    by_starter = hotline("model", "evaluate", lessons, *columns).json
    assert by_starter["model"] == model  # the active one; its second level is summed up
    assert by_starter["accuracy"] > 0.9
    assert set(by_starter["coverage"]) == {"0.5", "0.7", "0.8", "0.9"}

    assert hotline("model", "activate", new).code == 0
    listed = hotline("model", "list", "--json").json
    assert listed["active"] == new
    assert {m["id"]: m["active"] for m in listed["models"]} == {new: True, model: False}

    said = hotline("model", "predict", "工厂排放的废气很刺鼻", "--json").json
    assert (said["model"], said["label"]) == (new, "环境保护")


def test_predict_streams_a_table(
    hotline: Callable[..., Said], model: str, write: Callable[..., Path]
) -> None:
    path = write("a.csv", "id,title,content\n1,停水,小区停水三天\n2,,早餐店没有营业执照\n")
    said = hotline("model", "predict", "--file", path)
    rows = list(csv.DictReader(said.out.splitlines()))
    assert [row["line"] for row in rows] == ["2", "3"]
    assert list(rows[0]) == [
        *("line", "label", "code", "path", "probability", "unsure"),
        *("answer", "answer_probability"),
    ]
    assert float(rows[0]["answer_probability"]) >= float(rows[0]["probability"])
    assert rows[0]["path"].startswith("城乡建设/")
    both = hotline("model", "predict", "--file", path, "--text", "content", "--json").json
    assert [p["line"] for p in both["predictions"]] == [2, 3]
    assert both["rows"] == 2


def test_wrong_input_is_one_clear_line(
    hotline: Callable[..., Said], model: str, write: Callable[..., Path], shelf: Path
) -> None:
    path = write("a.csv", "题,文\n停水,好\n")
    said = hotline("model", "train", path, "--text", "title,文", "--label", "类")
    assert (said.code, said.out) == (1, "")
    assert said.err == "错误：a.csv 没有列“title”、“类”；文件中的列有：题、文\n"
    few = hotline("model", "train", path, "--text", "题", "--label", "文")
    assert (few.code, few.err.splitlines()[-1]) == (
        1,
        "错误：训练数据只有 1 条，至少需要 10 条",
    )
    assert hotline("model", "activate", "../etc").code == 1
    assert hotline("model", "predict").code == 2
    assert hotline("model", "predict", "话", "--file", path).code == 2
    assert hotline("model", "evaluate", path, "--text", "a,b,c", "--label", "x").code == 2
    guess = hotline("model", "predict", "--file", path)
    assert guess.err == "错误：请用 --text 指明文本列；a.csv 中的列有：题、文\n"


def test_a_damaged_model_is_named_and_not_activated(
    hotline: Callable[..., Said], model: str, shelf: Path
) -> None:
    shutil.copytree(shelf / model, shelf / "mended")
    with (shelf / "mended" / "metadata.json").open("a") as file:
        file.write(" ")
    listed = {m["id"]: m for m in hotline("model", "list", "--json").json["models"]}
    assert "校验值不符" in listed["mended"]["trouble"]
    said = hotline("model", "activate", "mended")
    assert said.code == 1
    assert "校验值不符" in said.err


def test_one_category_or_no_labels_are_refused(
    hotline: Callable[..., Said], shelf: Path, write: Callable[..., Path]
) -> None:
    columns = ("--text", "文", "--label", "类")
    rows = "".join(f"小区停水{n}天,{{}}\n" for n in range(20))
    one = hotline(
        "model", "train", write("one.csv", "文,类\n" + rows.format(*["停水"] * 20)), *columns
    )
    assert (one.code, one.out) == (1, "")
    assert "只有一个标签“停水”" in one.err.splitlines()[-1]
    none = hotline(
        "model", "train", write("none.csv", "文,类\n" + rows.format(*[" "] * 20)), *columns
    )
    assert (none.code, none.err.splitlines()[-1]) == (1, "错误：none.csv 没有可用的行")
    assert none.err.count("没有标签") == 20
    assert "Traceback" not in one.err + none.err


def test_copies_in_a_table_are_told(
    hotline: Callable[..., Said], shelf: Path, write: Callable[..., Path]
) -> None:
    rows = [f"小区停水{n}天没人管,停水\n学校补课收费{n}元,补课\n" for n in "一二三四五六"]
    table = "文,类\n" + "".join(rows) + "".join(rows[:4])  # 8 copies of 20 rows
    said = hotline(
        "model",
        "train",
        write("copies.csv", table, "gbk"),
        "--text",
        "文",
        "--label",
        "类",
        "--json",
    )
    assert said.code == 0, said.err
    assert (said.json["rows"], said.json["duplicates"], said.json["contradictions"]) == (12, 8, 0)
    assert "8 条与别的行重复" in said.err


def test_a_model_of_another_cutter_is_used_and_told(
    hotline: Callable[..., Said], shelf: Path, model: str
) -> None:
    from classifier.artefact import Artefact

    stored = Artefact.read(shelf / model)
    stored.metadata["libraries"]["jieba"] = "0.39"
    stored.metadata["id"] = "older"
    stored.write(shelf / "older")
    path = shelf.parent / "lessons.csv"
    path.write_text("文,类\n小区停水三天,城乡建设\n", encoding="utf-8")
    said = hotline("model", "evaluate", path, "--text", "文", "--label", "类", "--model", "older")
    assert said.code == 0, said.err
    assert "jieba 0.39" in said.err
    assert "重新训练" in said.err


def test_plots_show_curve_and_confusion(
    hotline: Callable[..., Said], model: str, lessons: Path, tmp_path: Path
) -> None:
    if not os.environ.get("CI"):
        pytest.importorskip("matplotlib", reason="make test installs it: requirements-dev.lock")
    words = ("model", "evaluate", lessons, "--text", "题,文", "--label", "类")
    said = hotline(*words, "--json", "--plots", tmp_path / "plots")
    assert said.code == 0, said.err
    figures = said.json
    assert [point[0] for point in figures["curve"]][-1] == 1.0
    assert figures["curve"][-1][1] == pytest.approx(figures["accuracy"])
    assert sum(sum(row.values()) for row in figures["confusion"].values()) == figures["rows"]
    for name in ("reject_curve.png", "confusion.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(b"\x89PNG")
    blocked = hotline(*words, "--plots", lessons / "in_a_file")
    assert blocked.code in (1, 2)
    assert "Traceback" not in blocked.err


def test_plots_without_the_drawing_library_are_one_clear_line(
    hotline: Callable[..., Said], model: str, lessons: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as where it is not installed
    said = hotline("model", "evaluate", lessons, "--text", "题,文", "--label", "类", "--plots", "p")
    assert (said.code, said.out) == (1, "")
    assert "hotline-12345[plots]" in said.err


def test_the_starter_is_registered_once(app: APIFlask, model: str) -> None:
    from datetime import UTC, datetime

    from hotline.cli.workshop import ensure_starter
    from hotline.db import db, transaction
    from hotline.models import ModelVersion

    now = datetime(2026, 3, 11, tzinfo=UTC)
    assert not ensure_starter(now)
    with transaction() as session:
        session.query(ModelVersion).delete()
    assert ensure_starter(now)
    row = db.session.get(ModelVersion, model)
    assert row is not None
    assert row.is_active


def test_models_live_without_a_database(starter_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(starter_folder, tmp_path / "models" / "starter")
    away = {
        "HOTLINE_DATABASE_URL": "sqlite:////nowhere/at/all.db",
        "HOTLINE_DATA_DIR": str(tmp_path),
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hotline", "model", *words],
            env={**os.environ, **away},
            capture_output=True,
            text=True,
            check=False,
        )

    listed = run("list")
    assert listed.returncode == 0, listed.stderr
    assert "starter" in listed.stdout
    assert "数据库连接不上" in listed.stderr
    assert run("predict", "小区停水三天").returncode == 0
    refused = run("activate", "starter")
    assert refused.returncode == 1
    assert "数据库连接不上，模型没有启用" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_database_a_model_is_chosen_and_taken_over_later(
    hotline: Callable[..., Said],
    shelf: Path,
    model: str,
    starter_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(starter_folder, shelf / "starter", dirs_exist_ok=True)
    with monkeypatch.context() as unbuilt:
        unbuilt.setattr("hotline.queries.health.are_migrations_at_head", lambda: False)
        said = hotline("model", "activate", "starter", "--json")
        assert said.code == 0, said.err
        assert said.json["registered"] is False
        assert hotline("model", "list", "--json").json["active"] == "starter"
        assert hotline("model", "predict", "小区停水三天", "--json").json["model"] == "starter"
    assert (shelf / "ACTIVE").exists()
    workshop.take_over(clock.now())
    assert not (shelf / "ACTIVE").exists()
    assert learning.active_model_id() == "starter"
    (shelf / "ACTIVE").write_text("gone", "utf-8")
    workshop.take_over(clock.now())
    assert not (shelf / "ACTIVE").exists()
    assert learning.active_model_id() == "starter"
