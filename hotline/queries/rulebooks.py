"""Rule books as people read them: versions, drafts, how a recount goes (规则台账)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

import sla
from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.rule_documents import EMPTY
from hotline.domain.rules import Book, exchanged
from hotline.domain.timing import RuleSubject, RunState
from hotline.models import Deadline, Department, Recount, RecountLine, RuleBook, Ticket
from hotline.queries import bounded, office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.rules import Document, Rules
    from hotline.domain.terms import Clock

PAGE = 30
HISTORY = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One clock that a recount moves, holds or cannot count."""

    id: int
    ticket_no: str
    title: str
    unit: str | None
    clock: Clock
    due_before: datetime
    due_after: datetime | None
    is_held: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of them and the cursor of the next."""

    rows: list[Line]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """How a dry run and the recount that followed agree, clock by clock (试算核对).

    What differs was moved by the days between: clocks that stopped, clocks that began, and those
    extended, paused or corrected meanwhile.
    """

    same: int
    stopped: int
    begun: int
    moved: int

    @property
    def is_exact(self) -> bool:
        """Whether every clock came out as it was tried."""
        return not (self.stopped or self.begun or self.moved)


def book(book_id: int) -> RuleBook:
    """One version or draft; raises NotFound."""
    row = db.session.get(RuleBook, min(book_id, bounded.LARGEST_ID))
    if row is None:
        raise NotFound("没有这个规则版本")
    return row


def history(subject: RuleSubject, limit: int = HISTORY) -> Sequence[RuleBook]:
    """Published versions, the newest first."""
    query = select(RuleBook).where(RuleBook.subject == subject, RuleBook.version.is_not(None))
    return db.session.scalars(query.order_by(RuleBook.version.desc()).limit(limit)).all()


def drafts(subject: RuleSubject | None = None) -> Sequence[RuleBook]:
    """Drafts that wait to be published or thrown away, the newest first."""
    query = select(RuleBook).where(RuleBook.version.is_(None))
    if subject is not None:
        query = query.where(RuleBook.subject == subject)
    return db.session.scalars(query.order_by(RuleBook.id.desc()).limit(HISTORY)).all()


def newest_version(subject: RuleSubject) -> int:
    """The newest published version, 0 for what the system ships."""
    query = select(func.max(RuleBook.version)).where(RuleBook.subject == subject)
    return db.session.scalar(query) or 0


def document_of(subject: RuleSubject, *, version: int | None = None) -> Document:
    """What a version says, the newest unless one is named; version 0 is what is shipped."""
    wanted = newest_version(subject) if version is None else version
    if wanted:
        query = select(RuleBook.document).where(
            RuleBook.subject == subject, RuleBook.version == wanted
        )
        found: Document | None = db.session.scalar(query)
        if found is None:
            raise NotFound(f"没有第 {wanted} 版{subject.label}")
        return dict(found)
    rules = office.rules()
    if subject is RuleSubject.POLICY:
        return sla.profile_document(rules.policies[0][1])
    if subject is RuleSubject.LADDER:
        return sla.ladder_document(rules.ladders[0][1])
    return dict(EMPTY[subject.value])


def rules_under(row: RuleBook | None) -> Rules:
    """The rules in force, or as they would be with a draft. Raises sla.SlaError."""
    rules = office.rules()
    if row is None or row.version is not None:
        return rules
    draft = Book(row.base_version + 1, row.effective_from, row.document)
    return exchanged(rules, row.subject, draft)


def run_of(book_id: int, *, is_dry: bool) -> Recount | None:
    """The newest dry run of a book, or the recount it caused."""
    query = select(Recount).where(Recount.book_id == book_id, Recount.is_dry.is_(is_dry))
    return db.session.scalars(query.order_by(Recount.id.desc()).limit(1)).first()


def run(recount_id: int) -> Recount:
    """One recount as the database has it now; raises NotFound."""
    row = db.session.get(Recount, recount_id, populate_existing=True)
    if row is None:
        raise NotFound("没有这次重算")
    return row


def is_tried(book_id: int) -> bool:
    """Whether the dry run of a draft is over; one that touches no open ticket needs none."""
    trial = run_of(book_id, is_dry=True)
    return trial is None or trial.state is RunState.DONE


def touched(recount_id: int) -> tuple[int, int]:
    """How many tickets a recount touches, and how many due moments it moves.

    Of the other clocks it changes only what is done on the way, or whether they are provisional.
    """
    is_moved = and_(RecountLine.due_after != RecountLine.due_before, RecountLine.is_held.is_(False))
    query = (
        select(func.count(Deadline.ticket_id.distinct()), _counted(is_moved))
        .select_from(RecountLine)
        .join(Deadline, Deadline.id == RecountLine.deadline_id)
        .where(RecountLine.recount_id == recount_id)
    )
    tickets, moved = db.session.execute(query).one()
    return tickets, moved or 0


def lines(recount_id: int, *, cursor: str | None = None, limit: int = PAGE) -> Lines:
    """What a recount moves, holds or cannot count, in the order it was counted."""
    query = (
        select(
            RecountLine.id,
            Ticket.ticket_no,
            Ticket.title,
            Department.short_name,
            Deadline.clock,
            RecountLine.due_before,
            RecountLine.due_after,
            RecountLine.is_held,
            RecountLine.problem,
        )
        .join(Deadline, Deadline.id == RecountLine.deadline_id)
        .join(Ticket, Ticket.id == Deadline.ticket_id)
        .outerjoin(Department, Department.id == Deadline.department_id)
        .where(RecountLine.recount_id == recount_id)
        .order_by(RecountLine.id)
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(RecountLine.id > bounded.read_id_cursor(cursor))
    rows = [Line(*row) for row in db.session.execute(query)]
    more = str(rows[limit - 1].id) if len(rows) > limit else None
    return Lines(rows[:limit], more)


def match(dry_id: int, real_id: int) -> Match:
    """Lay a dry run and the recount that followed side by side."""
    tried, done = aliased(RecountLine), aliased(RecountLine)
    last_tried = db.session.scalar(select(Recount.last_id).where(Recount.id == dry_id)) or 0
    mine = and_(done.recount_id == real_id, done.deadline_id == tried.deadline_id)
    alike = and_(
        or_(tried.due_after == done.due_after, and_(tried.due_after.is_(None), done.id > 0)),
        tried.is_held == done.is_held,
    )
    query = (
        select(
            _counted(alike),
            _counted(and_(done.id.is_(None), Deadline.stopped_at.is_not(None))),
            func.count(),
        )
        .select_from(tried)
        .join(Deadline, Deadline.id == tried.deadline_id)
        .outerjoin(done, mine)
        .where(tried.recount_id == dry_id)
    )
    same, stopped, all_tried = db.session.execute(query).one()
    fresh = select(_counted(done.deadline_id > last_tried), func.count()).where(
        done.recount_id == real_id,
        done.deadline_id.not_in(select(tried.deadline_id).where(tried.recount_id == dry_id)),
    )
    begun, new = db.session.execute(fresh).one()
    same, stopped, begun = same or 0, stopped or 0, begun or 0
    return Match(same, stopped, begun, all_tried - same - stopped + new - begun)


def _counted(condition: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return func.sum(case((condition, 1), else_=0))
