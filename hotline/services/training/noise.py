"""Which confirmed rows are probably wrong (标注核查): a list for the administrator to judge."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sqlalchemy import delete

import classifier
from hotline.db import db, insert_alike, transaction
from hotline.domain.errors import Conflict
from hotline.domain.learning import LearningKind
from hotline.models import LearningLine
from hotline.queries import learning_runs, samples
from hotline.services.training import runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.queries.samples import Sample

SECOND_LEVEL = 4
MOST_ROWS = 50_000
"""The newest so many rows are checked: older ones were, and memory has an end."""
MOST_SUSPECTS = 500


def order(actor: Actor, *, at: datetime) -> int:
    """Ask for a check of the harvested rows; gives the run's id. Raises Conflict."""
    runs.must_be_admin(actor)
    with transaction():
        if learning_runs.is_busy(LearningKind.NOISE):
            raise Conflict("已有一次标注核查在进行，请等它完成")
        return runs.add(LearningKind.NOISE, actor.name, at=at).id


def work(run_id: int, attempt: int, clock: Callable[[], datetime]) -> None:
    """Judge every row by models that have not seen it, and write down the suspects."""
    rows = _rows()
    runs.tell(run_id, attempt, f"读取了 {len(rows)} 条样本", 0.0, at=clock())
    try:
        found = classifier.find_noise(
            [(row.title, row.content) for row in rows],
            [row.code[:SECOND_LEVEL] for row in rows],
            backing=classifier.backing_rows(),
            progress=lambda step, share: runs.tell(run_id, attempt, step, share, at=clock()),
        )
    except classifier.TrainingError as error:
        runs.give_up(run_id, attempt, str(error), at=clock())
        return
    with transaction():
        run = runs.held(run_id, attempt)
        db.session.execute(delete(LearningLine).where(LearningLine.run_id == run_id))
        if found.suspects:
            insert_alike(LearningLine, _lines(run_id, rows, found))
        run.result = {
            "rows": found.rows,
            "suspects": len(found.suspects),
            "share": found.share,
            "pairs": [list(pair) for pair in found.pairs[:20]],
        }
        run.verdict = f"核查 {found.rows} 条，{len(found.suspects)} 条可疑（{found.share:.1%}）"
        runs.end(run, at=clock())


def _rows() -> list[Sample]:
    """The newest rows that name at least a second-level category."""
    fine = (row for row in samples.confirmed() if len(row.code) >= SECOND_LEVEL)
    return list(deque(fine, maxlen=MOST_ROWS))


def _lines(
    run_id: int, rows: list[Sample], found: classifier.NoiseReport
) -> list[dict[str, object]]:
    return [
        {
            "run_id": run_id,
            "number": number,
            "ticket_id": rows[one.row].ticket_id,
            "truth": one.given,
            "first_code": one.given,
            "first_odds": one.given_odds,
            "second_code": one.meant,
            "second_odds": one.meant_odds,
        }
        for number, one in enumerate(found.suspects[:MOST_SUSPECTS])
    ]
