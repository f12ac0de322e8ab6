"""The shadow run (影子运行): a candidate answers silently what the active version has answered.

It follows behind on the learning queue, from the stored suggestions: neither the intake nor the
sorting of a ticket knows of it or waits for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

import classifier
from hotline.db import db, insert_alike, transaction
from hotline.domain.errors import Conflict, HotlineError, Invalid
from hotline.models import ModelVersion, ShadowAnswer, ShadowRun, SuggestionRow, Ticket
from hotline.queries import model_versions, shadows
from hotline.services import _checks, learning
from hotline.services.training import activating, runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from hotline.domain.identity import Actor
    from hotline.services.shelf import Shelf

BATCH = 200
SETTLED = timedelta(seconds=3)
"""A suggestion younger than this may still be followed by one with a smaller number."""


def start(model_id: str, actor: Actor, shelf: Shelf, *, at: datetime) -> int:
    """Let a candidate answer beside the active version from the next ticket on."""
    runs.must_be_admin(actor)
    shelf.must_hold(model_id)
    with transaction() as session:
        row = session.get(ModelVersion, model_id, with_for_update=True)
        if row is None:
            raise Invalid("model", "这个模型还没有登记，请先用 hotline model activate 登记")
        if row.is_active:
            raise Invalid("model", "它正在使用，不必影子运行")
        if shadows.open_run() is not None:
            raise Conflict("已有一个模型在影子运行，请先结束它")
        newest = session.scalar(select(func.max(SuggestionRow.id))) or 0
        run = ShadowRun(model_id=model_id, cursor=newest, started_at=at, started_by=actor.name)
        session.add(run)
        session.flush()
        return run.id


def finish(actor: Actor, *, at: datetime) -> None:
    """End the shadow run; what it said is kept. Raises Conflict when there is none."""
    runs.must_be_admin(actor)
    with transaction():
        _end(actor, at)


def promote(actor: Actor, shelf: Shelf, *, reason: str, at: datetime) -> str:
    """End the shadow run and let its model work; gives the model's id."""
    runs.must_be_admin(actor)
    run = shadows.open_run()
    if run is None:
        raise Conflict("没有影子运行")
    model_id = run.model_id
    shelf.must_hold(model_id)
    words = _checks.clean_text(reason)[: activating.LONGEST_REASON]
    with transaction() as session:
        row = session.get_one(ModelVersion, model_id)
        worse = activating.drawback(row, model_versions.active())
        if worse and not words:
            raise Invalid("reason", f"{worse}；仍要启用的，请写明理由")
        _end(actor, at).is_promoted = True
        learning.put_in_charge(row, actor, reason=words or "影子运行后启用", at=at)
    return model_id


def _end(actor: Actor, at: datetime) -> ShadowRun:
    query = select(ShadowRun).where(ShadowRun.ended_at.is_(None)).with_for_update()
    run = db.session.scalar(query.limit(1))
    if run is None:
        raise Conflict("没有影子运行，可能刚刚已结束")
    run.ended_at, run.ended_by = at, actor.name
    return run


def has_work(at: datetime) -> bool:
    """Whether a shadow runs and there is something it has not looked at."""
    run = shadows.open_run()
    return run is not None and bool(_fresh(run, at, 1))


def look(shelf: Shelf, *, at: datetime, limit: int = BATCH) -> int:
    """Answer one batch; gives how many. A model that cannot be read is told of, nothing else.

    The model answers before the transaction begins; where somebody else has answered meanwhile,
    nothing is written.
    """
    run = shadows.open_run()
    if run is None:
        return 0
    run_id, cursor = run.id, run.cursor
    try:
        model = shelf.shadow(run.model_id)
    except HotlineError as error:
        _say_trouble(run_id, error.message, at)
        return 0
    rows = _fresh(run, at, limit)
    said = _answers(run_id, model, rows, at) if rows else []
    with transaction():
        query = select(ShadowRun).where(ShadowRun.id == run_id, ShadowRun.ended_at.is_(None))
        held = db.session.scalar(query.with_for_update())
        if held is None or held.cursor != cursor:
            return 0
        if said:
            insert_alike(ShadowAnswer, said)
            held.cursor = rows[-1].id
        held.trouble, held.touched_at = None, at
        return len(said)


def _say_trouble(run_id: int, words: str, at: datetime) -> None:
    with transaction() as session:
        run = session.get(ShadowRun, run_id)
        if run is not None:
            run.trouble, run.touched_at = words, at


def _fresh(
    run: ShadowRun, at: datetime, limit: int
) -> Sequence[Row[int, int, str | None, str, str]]:
    query = (
        select(
            SuggestionRow.id,
            SuggestionRow.ticket_id,
            SuggestionRow.top_code,
            Ticket.title,
            Ticket.content,
        )
        .join(Ticket, Ticket.id == SuggestionRow.ticket_id)
        .where(
            SuggestionRow.id > run.cursor,
            SuggestionRow.at < at - SETTLED,
            SuggestionRow.model_id != run.model_id,
        )
        .order_by(SuggestionRow.id)
        .limit(limit)
    )
    return db.session.execute(query).all()


def _answers(
    run_id: int,
    model: classifier.Classifier,
    rows: Sequence[Row[int, int, str | None, str, str]],
    at: datetime,
) -> list[dict[str, object]]:
    usual = classifier.level_of(model)
    widths = [len(row.top_code) if row.top_code else usual for row in rows]
    said = classifier.answers(model, [(row.title, row.content) for row in rows], widths)
    return [
        {
            "run_id": run_id,
            "suggestion_id": row.id,
            "ticket_id": row.ticket_id,
            "code": answer.code[:12],
            "probability": answer.probability,
            "active_code": row.top_code,
            "at": at,
        }
        for row, answer in zip(rows, said, strict=True)
    ]
