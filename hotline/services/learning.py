"""反馈: people's decisions become training rows; models are registered and activated here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

import classifier
from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM, Actor
from hotline.domain.learning import CorrectionSource, Origin
from hotline.domain.terms import Role
from hotline.models import (
    Category,
    Correction,
    ModelActivation,
    ModelVersion,
    SuggestionRow,
    Ticket,
)
from hotline.queries import office, samples
from hotline.services import _move

if TYPE_CHECKING:
    from collections.abc import Iterator


def correct(
    ticket: Ticket,
    code: str,
    actor: Actor,
    *,
    source: str,
    at: datetime,
    unit_code: str | None = None,
) -> None:
    """Write the category a person decided and keep it as a training row with its provenance.

    The machine's own uncorrected answers never become rows; a person's confirmation does. What
    is dispatched anew after a return that was agreed to is told apart (退单后改派).
    """
    category = db.session.get(Category, code)
    if category is None or not category.is_active:
        raise Invalid("category_code", "没有这个问题分类，请从列表中选择")
    if source == CorrectionSource.DISPATCH and ticket.returns:
        source = CorrectionSource.REDISPATCH.value
    seen = _newest_suggestion(ticket.id)
    suggested = seen.top_code if seen else None
    known = db.session.scalar(
        select(Correction).where(
            Correction.ticket_id == ticket.id,
            Correction.to_code == code,
            Correction.source == source,
        )
    )
    if known is None:
        known = Correction(ticket_id=ticket.id, to_code=code, source=source)
        known.from_code, known.suggestion_id = suggested, seen.id if seen else None
        known.by, known.at = actor.name, at
        db.session.add(known)
    known.unit_code = unit_code or known.unit_code
    if suggested is not None and suggested != code:
        _move.record(ticket, Event.CORRECTED, actor, at=at, payload={"from": suggested, "to": code})
    ticket.category_code = code
    ticket.category_by = actor.name


def _newest_suggestion(ticket_id: int) -> SuggestionRow | None:
    query = select(SuggestionRow).where(SuggestionRow.ticket_id == ticket_id)
    return db.session.scalar(query.order_by(SuggestionRow.id.desc()).limit(1))


def harvest(ticket_id: int, *, at: datetime) -> int:
    """When a ticket closes, its confirmed categories count as training rows; returns how many.

    What an agent chose while registering is a person's word too, and becomes a row here.
    """
    with transaction() as session:
        ticket = session.get(Ticket, ticket_id)
        if ticket is not None:
            _keep_agents_choice(ticket)
        rows = session.scalars(
            select(Correction).where(
                Correction.ticket_id == ticket_id, Correction.harvested_at.is_(None)
            )
        ).all()
        for row in rows:
            row.harvested_at = at
        return len(rows)


def _keep_agents_choice(ticket: Ticket) -> None:
    """The category an agent registered with, where nobody has decided anything since."""
    by, code = ticket.category_by or "", ticket.category_code
    if code is None or ticket.registered_by is None or not by or by.startswith("model:"):
        return
    if db.session.scalar(select(Correction.id).where(Correction.ticket_id == ticket.id).limit(1)):
        return
    source = CorrectionSource.REGISTER.value
    made_at = ticket.registered_at
    db.session.add(Correction(ticket_id=ticket.id, to_code=code, source=source, by=by, at=made_at))
    db.session.flush()


def training_rows() -> Iterator[tuple[str, str, str]]:
    """Title, content and confirmed category of every harvested ticket, the newest word wins."""
    for row in samples.confirmed():
        yield row.title, row.content, row.code


def register_model(
    model: classifier.Classifier, *, at: datetime, origin: Origin | None = None
) -> None:
    """Enter a trained artefact into the registry; the first one becomes active."""
    with transaction():
        enter(model, at=at, origin=origin)


def enter(model: classifier.Classifier, *, at: datetime, origin: Origin | None = None) -> None:
    """Enter a trained artefact inside the caller's transaction."""
    session, said = db.session, model.metadata
    metrics = said["metrics"]
    is_first = session.scalar(select(ModelVersion.id).limit(1)) is None
    row = session.get(ModelVersion, model.model_id) or ModelVersion(id=model.model_id)
    is_starter = model.model_id == classifier.STARTER_ID
    row.origin = origin or (Origin.STARTER if is_starter else Origin.COMMAND)
    row.author = said["author"]
    row.created_at = datetime.fromisoformat(said["created_at"])
    row.rows, row.labels = sum(said["counts"].values()), len(model.labels)
    row.metrics = {name: metrics[name] for name in ("accuracy", "macro_f1", "top3", "ece")}
    row.evaluation, row.libraries = metrics, said.get("libraries")
    row.seen = {"counts": said["counts"], **said.get("seen", {})}
    row.data_hash = said["data_sha256"]
    row.is_active = bool(row.is_active)
    session.add(row)
    session.flush()
    if is_first:
        put_in_charge(row, SYSTEM, reason="第一个模型，自动启用", at=at)


def activate(
    model_id: str, *, at: datetime, by: str = "命令行", reason: str = "命令行启用"
) -> None:
    """Make one model the active one; every worker notices at its next ticket."""
    with transaction() as session:
        row = session.get(ModelVersion, model_id)
        if row is None:
            raise NotFound(f"没有编号为 {model_id} 的模型，用 hotline model list 查看")
        put_in_charge(row, Actor(Role.SYSTEM, by), reason=reason, at=at)


def put_in_charge(
    row: ModelVersion, actor: Actor, *, reason: str, at: datetime, is_way_back: bool = False
) -> None:
    """Make a version the active one inside the caller's transaction, and keep who and why."""
    session = db.session
    before = session.scalar(select(ModelVersion.id).where(ModelVersion.is_active.is_(True)))
    session.execute(update(ModelVersion).values(is_active=False))
    row.is_active, row.activated_at = True, at
    if before == row.id:
        return
    session.add(
        ModelActivation(
            model_id=row.id,
            previous_id=before,
            is_way_back=is_way_back,
            reason=reason,
            by=actor.name,
            at=at,
        )
    )


def active_model_id() -> str | None:
    """The id of the active model, asked anew for every ticket."""
    return office.active_model_id()
