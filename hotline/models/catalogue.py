"""Editions of the dispatch catalogue, their dry runs, and mergers of units (目录版本、单位撤并)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.timing import RunState


class StreetDuty(Base):
    """A category that is on the streets' own duty list (街道履职事项清单); never deleted."""

    __tablename__ = "street_duty"

    category: Mapped[str] = mapped_column(String(12), primary_key=True)
    basis: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CatalogueEdition(Base):
    """One change of the catalogue: what rows it puts, and, once published, what they were before.

    A draft has no version. ``rows`` and ``duties`` are whole rows by their id; nothing is ever
    deleted, so a rule is ended by its last day. ``base_version``: it is published only while that
    is still the newest. ``merging_id`` and ``successor_id``: a unit that is merged by it.
    """

    __tablename__ = "catalogue_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int | None] = mapped_column(unique=True)
    base_version: Mapped[int]
    rows: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    duties: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rows_before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    duties_before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    merging_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    reason: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))


class RoutingTrial(Base):
    """A dry run: the newest dispatched tickets, routed under a draft beside what holds (试派).

    ``on``: the day whose rules are compared. ``ruled_otherwise``: how many would go to the same
    unit by another rule; those that would go elsewhere have a line each.
    """

    __tablename__ = "routing_trial"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("catalogue_edition.id"), unique=True)
    state: Mapped[RunState] = mapped_column(Word(RunState), default=RunState.WAITING)
    wanted: Mapped[int]
    on: Mapped[date]
    cursor: Mapped[int | None]
    total: Mapped[int] = mapped_column(default=0)
    examined: Mapped[int] = mapped_column(default=0)
    ruled_otherwise: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoutingTrialLine(Base):
    """One ticket that would go elsewhere under the draft."""

    __tablename__ = "routing_trial_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("routing_trial.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    unit_before: Mapped[str | None] = mapped_column(String(32))
    unit_after: Mapped[str | None] = mapped_column(String(32))
    rule_before: Mapped[str | None] = mapped_column(String(64))
    rule_after: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("trial_id", "ticket_id"),)


class UnitMerger(Base):
    """The move of an abolished unit's open tickets to its successor, by batches (工单移交)."""

    __tablename__ = "unit_merger"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("catalogue_edition.id"), unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RunState] = mapped_column(Word(RunState), default=RunState.WAITING)
    total: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(64))
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
