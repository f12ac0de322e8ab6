"""`hotline model`: train, judge, list, activate, try; works without a database too (模型)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from hotline.cli import clock, learning, plotting, predicting, schooling, workshop
from hotline.cli.entry import fail
from hotline.cli.examples import Lessons, label_columns, text_columns
from hotline.cli.telling import json_option, note, table, tell

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
file_argument = click.argument("file", type=FILE)
text_option = click.option(
    "--text", "columns", required=True, callback=text_columns, help="文本列；两列时第一列是标题"
)
label_option = click.option(
    "--label",
    "labels",
    required=True,
    callback=label_columns,
    help="标签（分类）列；每级一列时从第一级起用逗号分隔，一列时可写“一级/二级/三级”",
)


@click.group("model")
def command() -> None:
    """分类模型：训练、评测、列出、启用、试用；没有数据库也能用。"""


command.add_command(learning.noise)
command.add_command(learning.retrain)


@command.command()
@file_argument
@text_option
@label_option
@click.option("--department", help="承办单位列；给出后同时学习由谁承办")
@json_option
@with_appcontext
def train(
    file: Path,
    columns: tuple[str, ...],
    labels: tuple[str, ...],
    *,
    department: str | None,
    as_json: bool,
) -> None:
    """用带标签的表格训练一个新模型，报告没有学过的行上的指标；行数不限。"""
    schooling.train(Lessons(file, columns, labels, department), as_json=as_json)


@command.command()
@file_argument
@text_option
@label_option
@click.option("--model", "model_id", help="模型编号，缺省为启用中的模型")
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    help="把拒识曲线和混淆矩阵画成 PNG，存入这个文件夹",
)
@json_option
@with_appcontext
def evaluate(
    file: Path,
    columns: tuple[str, ...],
    labels: tuple[str, ...],
    *,
    model_id: str | None,
    plots: Path | None,
    as_json: bool,
) -> None:
    """用带标签的表格评测一个模型；标签可以是另一级的分类。"""
    import classifier

    if plots is not None:
        plotting.need_library()
    lessons = Lessons(file, columns, labels)
    model = workshop.chosen(model_id)
    try:
        figures = classifier.evaluate_from(model, lessons)
    except classifier.EvaluationError as error:
        fail(str(error))
    schooling.note_unseen(figures)
    result = {"model": model.model_id, **figures.as_dict(), "refused": lessons.refusals.count}
    for picture in plotting.draw(figures, plots) if plots is not None else ():
        note(f"已画 {picture}")
    words = schooling.report(figures)
    tell(result, as_json=as_json, words=lambda: f"模型 {model.model_id}\n{words}")


@command.command("list")
@json_option
@with_appcontext
def list_models(*, as_json: bool) -> None:
    """列出模型及其指标；数据库可用时标出启用中的模型。"""
    known = workshop.registry()
    active = workshop.active_id(known)
    models = [_line(artefact, known, active) for artefact in workshop.artefacts()]
    if active is not None and active not in {m["id"] for m in models}:
        note(f"启用中的模型 {active} 不在 {workshop.folder()}，请重新训练或启用另一个")
    rows = [_cells(m) for m in models]
    headings = ["", "编号", "训练时间", "条数", "标签", "准确率", "宏 F1", "说明"]
    tell(
        {"models": models, "active": active},
        as_json=as_json,
        words=lambda: table(headings, rows) if rows else "还没有模型：hotline up 会训练起步模型",
    )


def _line(
    artefact: workshop.Artefact, known: dict[str, bool] | None, active: str | None
) -> dict[str, Any]:
    said = artefact.metadata
    metrics = said.get("metrics", {})
    return {
        "id": artefact.id,
        "created_at": said.get("created_at"),
        "author": said.get("author"),
        "rows": sum(said.get("counts", {}).values()),
        "labels": len(said.get("labels", ())),
        "accuracy": metrics.get("accuracy"),
        "macro_f1": metrics.get("macro_f1"),
        "active": artefact.id == active,
        "registered": None if known is None else artefact.id in known,
        "trouble": artefact.trouble or None,
    }


def _cells(line: dict[str, Any]) -> list[str]:
    mark = "*" if line["active"] else ""
    if line["trouble"]:
        return [mark, line["id"], "", "", "", "", "", line["trouble"]]
    figures = [f"{line['accuracy']:.1%}", f"{line['macro_f1']:.3f}"]
    when = str(line["created_at"])[:16].replace("T", " ")
    return [mark, line["id"], when, str(line["rows"]), str(line["labels"]), *figures, ""]


@command.command()
@click.argument("model_id", metavar="ID")
@json_option
@with_appcontext
def activate(model_id: str, *, as_json: bool) -> None:
    """启用一个模型；各后台进程从下一张工单起使用它。"""
    is_registered = workshop.activate(workshop.chosen(model_id), clock.now())
    later = "" if is_registered else "；数据库建立后由 hotline up 登记"
    tell(
        {"model": model_id, "active": True, "registered": is_registered},
        as_json=as_json,
        words=lambda: f"已启用 {model_id}{later}",
    )


@command.command()
@click.argument("text", required=False)
@click.option("--file", type=FILE, help="逐行分类的表格，结果以 CSV 写到标准输出")
@click.option("--text", "columns", callback=text_columns, help="--file 的文本列，缺省找 title,text")
@click.option("--model", "model_id", help="模型编号，缺省为启用中的模型")
@json_option
@with_appcontext
def predict(
    text: str | None,
    *,
    file: Path | None,
    columns: tuple[str, ...],
    model_id: str | None,
    as_json: bool,
) -> None:
    """给一句话或一个表格分类。"""
    if (text is None) == (file is None):
        raise click.UsageError("请给出一段文字，或用 --file 给出一个表格（二者取一）")
    if file is not None:
        predicting.predict_file(file, columns, model_id, as_json=as_json)
    else:
        predicting.predict_text(text or "", model_id, as_json=as_json)
