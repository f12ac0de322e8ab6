"""`hotline model noise` and `retrain`: wrong labels in a file, and a training from confirmed rows.

(标注核查、重新训练)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli import clock, workshop
from hotline.cli.entry import fail
from hotline.cli.examples import read_examples, text_columns
from hotline.cli.telling import json_option, table, tell

if TYPE_CHECKING:
    from classifier import NoiseReport
    from hotline.cli.examples import Examples
    from hotline.services.house import House

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN, TEXT_SHOWN, PAIRS_SHOWN = 20, 24, 10


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--text", "columns", required=True, callback=text_columns, help="文本列；两列时第一列是标题"
)
@click.option("--label", required=True, help="标签（分类）列")
@json_option
@with_appcontext
def noise(file: Path, columns: tuple[str, ...], label: str, *, as_json: bool) -> None:
    """找出表格中可能标错的行：每行由没有学过它的模型判断，最可疑的在前。"""
    import classifier

    examples = read_examples(file, columns, label)
    try:
        with workshop.Training("核查标注") as progress:
            found = classifier.find_noise(examples.texts, examples.labels, progress=progress)
    except classifier.TrainingError as error:
        fail(str(error))
    result = {
        "rows": found.rows,
        "suspects": [
            {
                "row": one.row + 1,
                "given": one.given,
                "meant": one.meant,
                "given_odds": round(one.given_odds, 4),
                "meant_odds": round(one.meant_odds, 4),
            }
            for one in found.suspects
        ],
        "share": found.share,
        "pairs": [
            {"given": given, "meant": meant, "rows": rows, "share": round(share, 4)}
            for given, meant, rows, share in found.pairs
        ],
        "refused": examples.refusals.count,
    }
    tell(result, as_json=as_json, words=lambda: _words(found, examples))


def _words(found: NoiseReport, examples: Examples) -> str:
    suspects = [
        [
            str(one.row + 1),
            one.given,
            f"{one.given_odds:.0%}",
            one.meant,
            f"{one.meant_odds:.0%}",
            " ".join("".join(examples.texts[one.row]).split())[:TEXT_SHOWN],
        ]
        for one in found.suspects[:SHOWN]
    ]
    pairs = [
        [given, meant, str(rows), f"{share:.1%}"]
        for given, meant, rows, share in found.pairs[:PAIRS_SHOWN]
    ]
    head = f"{found.rows} 条中 {len(found.suspects)} 条可疑（{found.share:.1%}）"
    if not suspects:
        return head
    more = len(found.suspects) - len(suspects)
    return (
        f"{head}；第几条从 1 数起，不含未采用的行\n"
        + table(["第几条", "现标", "概率", "像是", "概率", "内容"], suspects)
        + (f"\n还有 {more} 条，用 --json 全部列出" if more > 0 else "")
        + "\n\n估计的错标\n"
        + table(["现标", "像是", "条数", "占现标"], pairs)
    )


@click.command()
@json_option
@with_appcontext
def retrain(*, as_json: bool) -> None:
    """用自带语料和人工确认的样本训练候选模型，并与使用中的比较；不会自行启用，除非规则允许。"""
    from hotline.domain.identity import Actor
    from hotline.domain.learning import LearningKind
    from hotline.domain.terms import Role
    from hotline.queries import learning_runs
    from hotline.services.training import retraining, runs

    house: House = current_app.extensions["hotline"]
    place = retraining.Workshop(house.shelf, house.settings.data_dir / "training-here", clock.now)
    run_id = retraining.order(Actor(Role.ADMIN, "命令行"), at=clock.now())
    attempt = runs.take(run_id, at=clock.now())
    if attempt is None:
        fail("后台学习进程已接手这次训练，进度见“重新训练”页")
    retraining.work(run_id, attempt, place)
    run = learning_runs.run(run_id, LearningKind.RETRAIN)
    if run.trouble or run.second_id is None:
        fail(run.trouble or "没有训练成")
    result = {
        "model": run.second_id,
        "compared_with": run.first_id,
        "comparison": run.comparison_id,
        "verdict": run.verdict,
    }
    tell(result, as_json=as_json, words=lambda: f"候选模型 {run.second_id}\n{run.verdict}")
