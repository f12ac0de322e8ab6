"""Two versions on the same rows (模型对比): tickets kept back from training, or an uploaded file.

The rows are written down when the comparison is asked for, so the test is the same for both and
for every turn of a worker; a turn that was killed is gone on with at the first unanswered row.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

import classifier
from hotline.db import db, insert_alike, transaction
from hotline.domain.errors import Invalid
from hotline.domain.learning import LearningKind
from hotline.models import LearningLine, LearningRun, ModelVersion
from hotline.queries import samples
from hotline.services.training import runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor

BATCH = 200
FEWEST = 20
"""With fewer rows no difference can be told from chance."""
MOST_UPLOADED = 5_000

Pair = tuple[classifier.Classifier, classifier.Classifier]
Uploaded = tuple[str, str, str]
"""Title, text and true label of one row of a file."""


def order(
    first_id: str,
    second_id: str,
    actor: Actor,
    *,
    at: datetime,
    uploaded: Sequence[Uploaded] = (),
) -> int:
    """Ask for a comparison; gives its id. Raises Invalid, NotAllowed."""
    runs.must_be_admin(actor)
    with transaction():
        return begin(first_id, second_id, actor.name, at=at, uploaded=uploaded).id


def begin(
    first_id: str,
    second_id: str,
    by: str,
    *,
    at: datetime,
    uploaded: Sequence[Uploaded] = (),
) -> LearningRun:
    """Write down what is to be compared, inside the caller's transaction."""
    if first_id == second_id:
        raise Invalid("second", "请选择另一个版本：同一个模型没有可比的")
    for field, model_id in (("first", first_id), ("second", second_id)):
        if db.session.get(ModelVersion, model_id) is None:
            raise Invalid(field, "没有这个模型，请从列表中选择")
    if len(uploaded) > MOST_UPLOADED:
        raise Invalid("file", f"一次最多比较 {MOST_UPLOADED} 行，文件有 {len(uploaded)} 行")
    lines = _uploaded(uploaded) if uploaded else _held_back()
    if len(lines) < FEWEST:
        field, where = ("file", "文件中") if uploaded else ("source", "留出的工单")
        raise Invalid(field, f"{where}只有 {len(lines)} 条，至少要 {FEWEST} 条才能比较")
    spec = {"source": "file" if uploaded else "held", "total": len(lines)}
    row = runs.add(
        LearningKind.COMPARE, by, at=at, first_id=first_id, second_id=second_id, spec=spec
    )
    insert_alike(LearningLine, [{"run_id": row.id, **line} for line in lines])
    return row


def _held_back() -> list[dict[str, Any]]:
    return [
        {"number": number, "ticket_id": ticket_id, "truth": code}
        for number, (ticket_id, code) in enumerate(samples.held_back())
    ]


def _uploaded(rows: Sequence[Uploaded]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "title": title[:200],
            "content": text,
            "truth": classifier.resolve(label)[:64],
        }
        for number, (title, text, label) in enumerate(rows)
    ]


def go_on(run_id: int, attempt: int, models: Pair, *, at: datetime, limit: int = BATCH) -> bool:
    """Answer one batch of rows with both models; gives whether the comparison is done.

    The models answer before the transaction begins: nobody waits for them.
    """
    query = select(LearningLine).where(
        LearningLine.run_id == run_id, LearningLine.first_code.is_(None)
    )
    lines = db.session.scalars(query.order_by(LearningLine.number).limit(limit)).all()
    said = _answered(lines, models)
    with transaction() as session:
        row = runs.held(run_id, attempt)
        if said:
            session.execute(update(LearningLine), said)
        left = select(func.count()).where(
            LearningLine.run_id == run_id, LearningLine.first_code.is_(None)
        )
        open_rows, total = session.scalar(left) or 0, int(row.spec["total"])
        row.step, row.touched_at = f"已比较 {total - open_rows} / {total} 条", at
        row.share = 1 - open_rows / total
    if open_rows == 0:
        _conclude(run_id, attempt, at)
    return open_rows == 0


def _answered(lines: Sequence[LearningLine], models: Pair) -> list[dict[str, Any]]:
    """Both answers for each row, as values of its columns."""
    level = classifier.level_of(*models)
    texts = samples.texts_of([line.ticket_id for line in lines if line.ticket_id is not None])
    rows, truths, widths = [], [], []
    for line in lines:
        kept = (line.title or "", line.content or "")
        rows.append(texts.get(line.ticket_id, kept) if line.ticket_id is not None else kept)
        is_code = line.truth.isdigit()
        widths.append(min(level, len(line.truth)) if is_code else level)
        truths.append(line.truth[: widths[-1]] if is_code and level else line.truth)
    if not rows:
        return []
    both = [classifier.answers(model, rows, widths) for model in models]
    return [
        {
            "id": line.id,
            "truth": truth,
            "first_code": first.code[:64],
            "first_odds": first.probability,
            "second_code": second.code[:64],
            "second_odds": second.probability,
        }
        for line, truth, first, second in zip(lines, truths, *both, strict=True)
    ]


def _conclude(run_id: int, attempt: int, at: datetime) -> None:
    """Count all answers, and let go of uploaded texts on which the models agree."""
    line = LearningLine
    query = select(
        line.truth, line.first_code, line.first_odds, line.second_code, line.second_odds
    ).where(line.run_id == run_id)
    answered = db.session.execute(query.order_by(line.number)).all()
    found = classifier.compare(
        [one.truth for one in answered],
        [classifier.Answer(one.first_code, one.first_odds) for one in answered],
        [classifier.Answer(one.second_code, one.second_odds) for one in answered],
    )
    with transaction() as session:
        row = runs.held(run_id, attempt)
        row.result = asdict(found)
        row.verdict = said_of(row.result, row.first_id or "", row.second_id or "")
        session.execute(
            update(line)
            .where(line.run_id == run_id, line.first_code == line.second_code)
            .values(title=None, content=None)
        )
        runs.end(row, at=at)


def said_of(result: dict[str, Any], first_id: str, second_id: str) -> str:
    """Say the difference in plain words, and whether chance alone could have made it."""
    first, second = result["first"], result["second"]
    gain = second["accuracy"] - first["accuracy"]
    words = (
        f"同样 {result['rows']} 条，{second_id} 准确率 {second['accuracy']:.1%}，"
        f"{first_id} {first['accuracy']:.1%}，相差 {gain * 100:+.1f} 个百分点；"
        f"宏平均 F1 之差有 95% 的把握在 {result['low'] * 100:+.1f} 至"
        f" {result['high'] * 100:+.1f} 个百分点之间"
    )
    only = (
        f"只有 {second_id} 判对的 {result['only_second']} 条，"
        f"只有 {first_id} 判对的 {result['only_first']} 条"
    )
    if result["only_first"] == result["only_second"] == 0:
        return f"{words}。没有一条是只有一方判对的：分不出高下。"
    chance = "不到 0.1%" if result["p"] < 0.001 else f"{result['p']:.1%}"  # noqa: PLR2004 - as people say it
    if result["p"] < classifier.CHANCE:
        better = second_id if result["only_second"] > result["only_first"] else first_id
        return f"{words}。{only}；若两者一样好，出现这种差别的可能{chance}：{better} 确实更好。"
    return f"{words}。{only}；即使两者一样好，也有 {chance} 的可能出现这种差别：分不出高下。"
