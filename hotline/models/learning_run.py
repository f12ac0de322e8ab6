"""Runs of the learning queue, the shadow run, the rule of the night (学习任务)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, Sealed, UtcDateTime, Word
from hotline.domain.learning import LearningKind
from hotline.domain.timing import RunState


class LearningRun(Base):
    """A training, a comparison or a check of labels: asked for, gone on with, done.

    ``attempt`` tells one worker's turn from the next one's: what an older turn finishes late is
    not written. ``night``: at most one nightly training for each local date. ``trouble``: why it
    ended without a result.
    """

    __tablename__ = "learning_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LearningKind] = mapped_column(Word(LearningKind))
    state: Mapped[RunState] = mapped_column(Word(RunState), default=RunState.WAITING)
    step: Mapped[str] = mapped_column(String(64), default="")
    share: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    first_id: Mapped[str | None] = mapped_column(String(64))
    second_id: Mapped[str | None] = mapped_column(String(64))
    comparison_id: Mapped[int | None] = mapped_column(ForeignKey("learning_run.id"))
    spec: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    verdict: Mapped[str | None] = mapped_column(Text)
    trouble: Mapped[str | None] = mapped_column(Text)
    night: Mapped[date | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(64))
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_learning_run_kind_id", "kind", "id"),)


class LearningLine(Base):
    """One row of a comparison or a suspect of a check: the given label and what was answered.

    ``title`` and ``content`` are kept for rows of an uploaded file only, sealed, and let go of
    when the run is done, except where the two models differ.
    """

    __tablename__ = "learning_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("learning_run.id"))
    number: Mapped[int]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    title: Mapped[str | None] = mapped_column(Sealed)
    content: Mapped[str | None] = mapped_column(Sealed)
    truth: Mapped[str] = mapped_column(String(64))
    first_code: Mapped[str | None] = mapped_column(String(64))
    first_odds: Mapped[float | None]
    second_code: Mapped[str | None] = mapped_column(String(64))
    second_odds: Mapped[float | None]

    __table_args__ = (UniqueConstraint("run_id", "number"),)


class ShadowRun(Base):
    """A candidate that answers silently beside the active model; at most one is open (影子运行).

    ``cursor``: the last suggestion it has looked at. ``trouble``: why it cannot answer now.
    """

    __tablename__ = "shadow_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[str] = mapped_column(String(64))
    cursor: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[str] = mapped_column(String(64))
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    is_promoted: Mapped[bool] = mapped_column(default=False)


class ShadowAnswer(Base):
    """What the shadow said where the active model answered; the latter's answer is its row."""

    __tablename__ = "shadow_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("shadow_run.id"))
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(12))
    probability: Mapped[float]
    active_code: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("run_id", "suggestion_id"),)


class LearningRule(Base):
    """How the night learns; the newest row holds, older ones tell who changed what (重训规则)."""

    __tablename__ = "learning_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_nightly: Mapped[bool]
    hour: Mapped[int]
    least_rows: Mapped[int]
    is_automatic: Mapped[bool]
    most_drop: Mapped[float]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))
