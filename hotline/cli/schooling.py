"""Training a model from a table and telling what came of it (模型训练与指标报告)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import classifier
from hotline.cli import clock, workshop
from hotline.cli.entry import fail
from hotline.cli.telling import note, table, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from classifier import Evaluation, TrainedModel
    from hotline.cli.examples import Lessons

NAMED = 5
MOST_LABELS = 40
"""Labels that are listed one by one in the report; JSON has them all."""
TOLD = (
    *("duplicates", "contradictions", "undecided", "wordless", "respelt", "merged"),
    *("departments", "departments_ignored", "training"),
)


def train(lessons: Lessons, *, as_json: bool) -> None:
    """Train, keep and register a model; tell its figures and what was done with the rows."""
    now = clock.now()
    try:
        with workshop.Training("训练") as progress:
            trained = classifier.train_from(lessons, author="hotline", at=now, progress=progress)
    except classifier.TrainingError as error:
        fail(str(error))
    is_registered = workshop.keep(trained, now)
    said = trained.classifier.metadata
    _note_labels(trained.classifier.labels)
    _note_copies(said)
    _note_merged(said)
    _note_departments(said)
    if is_registered:
        _note_unknown_units(trained)
    result = {
        "model": trained.id,
        **trained.evaluation.as_dict(),
        **{name: said[name] for name in TOLD if name in said},
        "refused": lessons.refusals.count,
        "registered": is_registered,
    }
    words = [
        f"新模型 {trained.id}（{_way(said['training'])}）",
        report(trained.evaluation),
        f"启用它：hotline model activate {trained.id}",
    ]
    tell(result, as_json=as_json, words=lambda: "\n".join(words))


def _way(training: Mapping[str, Any]) -> str:
    if training["path"] == "exact":
        return f"{training['rows']:,} 条全部在内存中训练，五折交叉验证"
    return f"{training['rows']:,} 条分遍训练，指标来自留出的行"


def _names(names: Iterable[str]) -> str:
    every = list(names)
    return "、".join(every[:NAMED]) + (f" 等 {len(every)} 个" if len(every) > NAMED else " ")


def _note_labels(labels: Iterable[str]) -> None:
    tree = classifier.load_tree()
    strange = [label for label in labels if tree.resolve(label) is None]
    if strange:
        note(f"标签 {_names(strange)}不在问题分类目录中：能推荐，不能据以自动派单")


def _note_copies(said: Mapping[str, Any]) -> None:
    if said["duplicates"]:
        note(f"{said['duplicates']} 条与别的行重复：每条内容只学一次")
    if said["contradictions"]:
        left = f"，其中 {said['undecided']} 条不分多少，没有采用" if said["undecided"] else ""
        note(f"{said['contradictions']} 条内容标了不止一个分类，按多数取一个{left}；请核对")
    if said["wordless"]:
        note(f"{said['wordless']} 条没有文字（只有标点或表情），没有采用")


def _note_merged(said: Mapping[str, Any]) -> None:
    for spelling, name in list(said["respelt"].items())[:NAMED]:
        note(f"标签“{spelling}”与“{name}”只差空格、全半角或大小写，合并为一个")
    if len(said["respelt"]) > NAMED:
        note(f"这样合并的写法共 {len(said['respelt'])} 个")
    if said["merged"]:
        pairs = [f"{name}→{above}" for name, above in said["merged"].items()]
        note(f"{len(pairs)} 个标签不足三条，并入上级学习：{_names(pairs).strip()}")


def _note_unknown_units(trained: TrainedModel) -> None:
    unknown = workshop.unknown_units(trained.classifier)
    if unknown:
        note(f"承办单位 {_names(unknown)}不在单位名录中，不会推荐给分派员")


def _note_departments(said: Mapping[str, Any]) -> None:
    figures = said.get("departments", {})
    if figures is None:
        note("承办单位列中不足两个单位有三条以上的工单，没有学习承办单位")
    elif figures:
        right, top = figures["accuracy"], figures["top3"]
        note(f"承办单位 {figures['units']} 个：首选命中 {right:.1%}，前三命中 {top:.1%}")
    if said["departments_ignored"]:
        note(f"承办单位 {_names(said['departments_ignored'])}不足三条，没有学习")


def note_unseen(figures: Evaluation) -> None:
    """Tell which true labels the model does not know; they count as wrong."""
    if figures.unseen:
        rows = sum(figures.unseen.values())
        note(f"{rows} 行的标签模型没有学过，按答错计：{_names(figures.unseen).strip()}")


def report(figures: Evaluation) -> str:
    """The figures in words and tables: overall, by level, by label, and the reject curve."""
    names = sorted(figures.per_class, key=lambda name: -figures.per_class[name].rows)
    rows = [
        [name, str(s.rows), f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}"]
        for name, s in ((name, figures.per_class[name]) for name in names[:MOST_LABELS])
    ]
    more = len(names) - MOST_LABELS
    sure = "，".join(
        f"最有把握的 {float(k):.0%}：{v:.1%}" for k, v in sorted(figures.coverage.items())
    )
    head = (
        f"{figures.rows} 条，准确率 {figures.accuracy:.1%}，宏平均 F1 {figures.macro_f1:.3f}，"
        f"前三命中 {figures.top3:.1%}，校准误差 {figures.ece:.3f}"
    )
    lines = [
        head,
        *_levels(figures),
        sure,
        table(["分类", "条数", "精确率", "召回率", "F1"], rows),
        *([f"……另有 {more} 个分类，用 --json 查看"] if more > 0 else []),
    ]
    return "\n".join([*lines, "", _curve(figures)])


def _levels(figures: Evaluation) -> list[str]:
    return [
        f"第 {level} 级 {one['labels']:.0f} 个分类：准确率 {one['accuracy']:.1%}，"
        f"宏平均 F1 {one['macro_f1']:.3f}"
        for level, one in figures.levels.items()
    ]


def _curve(figures: Evaluation) -> str:
    """Every tenth of the reject curve: what a bar of probability would let through."""
    points = figures.curve[1::2]
    rows = [[f"{share:.0%}", f"{low:.3f}", f"{right:.1%}"] for share, right, low in points]
    return table(["自动判定", "概率不低于", "准确率"], rows)
