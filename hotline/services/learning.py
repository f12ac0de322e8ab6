"""反馈: people's decisions become training rows; models are registered and activated here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, update

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotFound
from hotline.domain.events import Event
from hotline.models import Category, Correction, ModelVersion, SuggestionRow, Ticket
from hotline.queries import office
from hotline.services import _move

if TYPE_CHECKING:
    from collections.abc import Iterator

    import classifier
    from hotline.domain.identity import Actor


def correct(ticket: Ticket, code: str, actor: Actor, *, source: str, at: datetime) -> None:
    """Write the category a person decided and keep it as a training row with its provenance.

    The machine's own uncorrected answers never become rows; a person's confirmation does.
    """
    category = db.session.get(Category, code)
    if category is None or not category.is_active:
        raise Invalid("category_code", "没有这个问题分类，请从列表中选择")
    suggested = db.session.scalar(
        select(SuggestionRow.top_code)
        .where(SuggestionRow.ticket_id == ticket.id)
        .order_by(SuggestionRow.id.desc())
        .limit(1)
    )
    known = db.session.scalar(
        select(Correction).where(
            Correction.ticket_id == ticket.id,
            Correction.to_code == code,
            Correction.source == source,
        )
    )
    if known is None:
        db.session.add(
            Correction(
                ticket_id=ticket.id,
                from_code=suggested,
                to_code=code,
                source=source,
                by=actor.name,
                at=at,
            )
        )
    if suggested is not None and suggested != code:
        _move.record(ticket, Event.CORRECTED, actor, at=at, payload={"from": suggested, "to": code})
    ticket.category_code = code
    ticket.category_by = actor.name


def harvest(ticket_id: int, *, at: datetime) -> int:
    """When a ticket closes, its confirmed categories count as training rows; returns how many."""
    with transaction() as session:
        rows = session.scalars(
            select(Correction).where(
                Correction.ticket_id == ticket_id, Correction.harvested_at.is_(None)
            )
        ).all()
        for row in rows:
            row.harvested_at = at
        return len(rows)


def training_rows() -> Iterator[tuple[str, str, str]]:
    """Title, content and confirmed category of every harvested ticket, the newest word wins."""
    confirmed = exists().where(
        Correction.ticket_id == Ticket.id,
        Correction.harvested_at.is_not(None),
        Correction.to_code == Ticket.category_code,
    )
    query = (
        select(Ticket.title, Ticket.content, Ticket.category_code)
        .where(confirmed)
        .order_by(Ticket.id)
        .execution_options(yield_per=1000)
    )
    yield from ((title, content, code or "") for title, content, code in db.session.execute(query))


def register_model(model: classifier.Classifier, *, at: datetime) -> None:
    """Enter a trained artefact into the registry; the first one becomes active."""
    said = model.metadata
    metrics = said["metrics"]
    with transaction() as session:
        is_first = session.scalar(select(ModelVersion.id).limit(1)) is None
        row = session.get(ModelVersion, model.model_id) or ModelVersion(id=model.model_id)
        row.author = said["author"]
        row.created_at = datetime.fromisoformat(said["created_at"])
        row.rows, row.labels = sum(said["counts"].values()), len(model.labels)
        row.metrics = {name: metrics[name] for name in ("accuracy", "macro_f1", "top3", "ece")}
        row.data_hash = said["data_sha256"]
        row.is_active = bool(row.is_active) or is_first
        row.activated_at = row.activated_at or (at if is_first else None)
        session.add(row)


def activate(model_id: str, *, at: datetime) -> None:
    """Make one model the active one; every worker notices at its next ticket."""
    with transaction() as session:
        row = session.get(ModelVersion, model_id)
        if row is None:
            raise NotFound(f"没有编号为 {model_id} 的模型，用 hotline model list 查看")
        session.execute(update(ModelVersion).values(is_active=False))
        row.is_active, row.activated_at = True, at


def active_model_id() -> str | None:
    """The id of the active model, asked anew for every ticket."""
    return office.active_model_id()
