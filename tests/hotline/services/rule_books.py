"""Administrators at work on the rules, for tests: drafts, dry runs, publishing (规则调整)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.models import RecountLine
from hotline.queries import rulebooks as shelf
from hotline.services import rulebooks
from hotline.services.rulebooks import Draft
from hotline.services.timing import recounts
from tests.hotline.people import look, who

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.rules import Document
    from hotline.domain.timing import RuleSubject
    from hotline.models import Recount

REASON = "市政府办〔2026〕31号"


def day_off(on: str, *, area: str = "", name: str = "台风停工") -> Document:
    return {"on": on, "is_workday": False, "name": name, "area": area, "source": REASON}


def calendar(*days: Document, confirmed: tuple[int, ...] = ()) -> Document:
    return {"days": list(days), "confirmed_years": list(confirmed)}


def drafted(subject: RuleSubject, document: Document, *, at: datetime, **changes: object) -> int:
    wanted = {"summary": "调整", "reason": REASON, **changes}
    draft = Draft(subject=subject, document=document, **wanted)  # type: ignore[arg-type]
    return rulebooks.draft(draft, who("admin"), at=at)


def counted(recount_id: int, *, at: datetime, limit: int = recounts.BATCH) -> Recount:
    """Run a recount to its end, as the worker does."""
    for _ in range(1000):
        if recounts.go_on(recount_id, at=at, limit=limit):
            break
    look()
    return shelf.run(recount_id)


def tried(book_id: int, *, at: datetime) -> Recount:
    """The dry run of a draft, done."""
    look()
    run = shelf.run_of(book_id, is_dry=True)
    assert run is not None
    return counted(run.id, at=at)


def published(book_id: int, *, at: datetime) -> Recount:
    """Publish a draft and count the open clocks."""
    recount_id = rulebooks.publish(book_id, who("admin"), at=at)
    assert recount_id is not None
    return counted(recount_id, at=at)


def in_force(
    subject: RuleSubject, document: Document, *, at: datetime, on: date | None = None
) -> Recount:
    """Draft and publish in one go."""
    return published(drafted(subject, document, at=at, effective_from=on), at=at)


def figures(run: Recount) -> dict[str, int]:
    return {key: getattr(run, key) for key in ("examined", "changed", "held", "failed")}


def postponed(run: Recount) -> set[int]:
    """Clocks whose due moment a recount moves; of others only the warnings may move."""
    return {id_ for id_, (before, after, _) in moved(run).items() if before != after}


def moved(run: Recount) -> dict[int, tuple[datetime, datetime | None, bool]]:
    """What a recount says of each clock: due before, due after, whether it is held."""
    query = select(RecountLine).where(RecountLine.recount_id == run.id)
    rows = db.session.scalars(query).all()
    return {row.deadline_id: (row.due_before, row.due_after, row.is_held) for row in rows}
