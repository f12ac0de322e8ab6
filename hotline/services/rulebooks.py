"""Books of rules: drafted, tried on the open tickets, published, never overwritten (规则发布)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

import sla
from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound, Taken
from hotline.domain.identity import SYSTEM
from hotline.domain.rules import Book, Document
from hotline.domain.terms import Role
from hotline.domain.timing import RuleSubject
from hotline.models import Deadline, Recount, RuleBook
from hotline.queries import office
from hotline.queries import rulebooks as shelf
from hotline.services import _checks, _rule_checks
from hotline.services.timing import plans, recounts

if TYPE_CHECKING:
    from hotline.domain.identity import Actor

FARTHEST = timedelta(days=366 * 2)
"""A rule may be entered so long before it takes effect."""
AT_ONCE = (RuleSubject.CALENDAR, RuleSubject.HOURS)
"""Calendars and hours name their own days; they hold as soon as they are published."""
REASON_LIMIT = 500
FASTER = "在您起草之后，已有人发布了新版本，请在新版本上重新起草"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody wants a book to say, from when, and why.

    ``replaces``: the draft it was worked out from, which goes when this one is kept.
    """

    subject: RuleSubject
    document: Document
    summary: str
    reason: str
    effective_from: date | None = None
    applies_to_open: bool = True
    replaces: int | None = None


def draft(wanted: Draft, actor: Actor, *, at: datetime) -> int:
    """Keep a checked draft and ask for its dry run; nothing holds yet. Gives the book's id.

    Raises Invalid naming every mistake of the document, NotAllowed, Conflict.
    """
    _must_be_admin(actor)
    reason, begins = _checked_reason(wanted.reason), _begins(wanted, at)
    with transaction() as session:
        base = _base_of(wanted)
        document = wanted.document
        if wanted.subject not in AT_ONCE:
            document = {**document, "effective_from": begins.isoformat()}
        _rule_checks.check(wanted.subject, Book(base + 1, begins, document))
        row = RuleBook(
            subject=wanted.subject,
            base_version=base,
            effective_from=begins,
            applies_to_open=wanted.applies_to_open or wanted.subject in AT_ONCE,
            document=document,
            summary=wanted.summary,
            reason=reason,
            drafted_at=at,
            drafted_by=actor.name,
        )
        session.add(row)
        session.flush()
        if row.applies_to_open:
            recounts.ask(row, actor, is_dry=True, reason=reason, at=at)
        return row.id


def _checked_reason(text: str) -> str:
    reason = _checks.clean_text(text)
    if not reason:
        raise Invalid("reason", "请写明调整理由和依据文件")
    if len(reason) > REASON_LIMIT:
        raise Invalid("reason", f"理由最多 {REASON_LIMIT} 字，现为 {len(reason)} 字")
    return reason


def _begins(wanted: Draft, at: datetime) -> date:
    today = plans.today(at)
    begins = today if wanted.subject in AT_ONCE else wanted.effective_from or today
    if not today <= begins <= today + FARTHEST:
        raise Invalid("effective_from", f"生效日期须在今天（{today}）至两年之内")
    return begins


def _base_of(wanted: Draft) -> int:
    """The version a draft is made from: the newest, or that of the draft it goes on from."""
    if wanted.replaces is None:
        return shelf.newest_version(wanted.subject)
    earlier = _open_draft(wanted.replaces)
    if earlier.subject is not wanted.subject:
        raise Invalid("draft", "这份草稿是另一类规则的")
    base = earlier.base_version
    _throw_away(earlier)
    return base


def publish(book_id: int, actor: Actor, *, at: datetime, only_tried: bool = False) -> int | None:
    """Let a draft hold, and ask for the recount of the open clocks; gives the recount's id.

    A policy or ladder of a later day is recounted when that day has come (see ``begin``).
    ``only_tried``: refuse while its dry run goes on. Raises Conflict when somebody published
    another version since the draft was made.
    """
    _must_be_admin(actor)
    try:
        with transaction():
            row = _open_draft(book_id)
            if shelf.newest_version(row.subject) != row.base_version:
                raise Conflict(FASTER)
            if only_tried and not shelf.is_tried(row.id):
                raise Conflict("试算还没有完成，请等试算完成后再发布")
            return _put_in_force(row, actor, at)
    except Taken:
        raise Conflict(FASTER) from None


def _put_in_force(row: RuleBook, actor: Actor, at: datetime) -> int | None:
    today = plans.today(at)
    row.version = row.base_version + 1
    if row.effective_from < today:
        row.effective_from = today
        row.document = {**row.document, "effective_from": today.isoformat()}
    row.published_at, row.published_by = at, actor.name
    recounts.end_trial(row.id, at=at)
    db.session.flush()
    if not row.applies_to_open or row.effective_from > today:
        return None
    return recounts.ask(row, actor, is_dry=False, reason=row.reason, at=at).id


def begin(at: datetime) -> list[int]:
    """Ask for the recount of what was published for a later day that has come; gives their ids."""
    with transaction() as session:
        counted = exists().where(Recount.book_id == RuleBook.id, Recount.is_dry.is_(False))
        query = select(RuleBook).where(
            RuleBook.version.is_not(None),
            RuleBook.applies_to_open,
            RuleBook.effective_from <= plans.today(at),
            ~counted,
        )
        rows = session.scalars(query.order_by(RuleBook.id).with_for_update(skip_locked=True)).all()
        return [
            recounts.ask(row, SYSTEM, is_dry=False, reason=row.reason, at=at).id for row in rows
        ]


def adopt_official(at: datetime) -> int | None:
    """Let deadlines become firm when the state has published a year they had to guess (暂定转正).

    The system's own calendar learns a year with an update; then a version of the calendar with the
    same days is published by the system, and the open clocks are counted anew. Asked again it
    finds nothing to do. Gives the recount's id.
    """
    year = _last_known_year(office.calendar(), plans.today(at).year)
    after = datetime.combine(date(year + 1, 1, 1), time(), sla.LOCAL).astimezone(UTC)
    subject = RuleSubject.CALENDAR
    try:
        with transaction() as session:
            document = shelf.document_of(subject)
            waiting = select(Deadline.id).where(
                Deadline.stopped_at.is_(None), Deadline.is_provisional, Deadline.due_at < after
            )
            is_new = document.get("official_through", 0) < year
            if not is_new or session.scalar(waiting.limit(1)) is None:
                return None
            row = RuleBook(
                subject=subject,
                base_version=shelf.newest_version(subject),
                effective_from=plans.today(at),
                document={**document, "official_through": year},
                summary=f"采用官方公布的 {year} 年节假日安排",
                reason=f"国务院办公厅已公布 {year} 年节假日安排",
                drafted_at=at,
                drafted_by=SYSTEM.name,
            )
            session.add(row)
            session.flush()
            return _put_in_force(row, SYSTEM, at)
    except Taken:
        return None  # another cron was faster


def _last_known_year(calendar: sla.Calendar, year: int) -> int:
    """The last year from this one on without a day that had to be guessed."""
    known = year - 1
    while known < calendar.last_day.year and not calendar.is_provisional(date(known + 1, 12, 31)):
        known += 1
    return known


def discard(book_id: int, actor: Actor) -> None:
    """Throw a draft away with its dry runs; what was published can only be replaced."""
    _must_be_admin(actor)
    with transaction():
        _throw_away(_open_draft(book_id))


def _throw_away(row: RuleBook) -> None:
    recounts.forget(row.id)
    db.session.delete(row)
    db.session.flush()


def restore(book_id: int, actor: Actor, *, reason: str, at: datetime) -> int:
    """Draft an older version anew (回退); it gets a version of its own when published."""
    row = shelf.book(book_id)
    if row.version is None:
        raise Invalid("book", "草稿尚未发布，不能回退到它")
    wanted = Draft(
        subject=row.subject,
        document=row.document,
        summary=f"恢复第 {row.version} 版",
        reason=reason,
        applies_to_open=row.applies_to_open,
    )
    return draft(wanted, actor, at=at)


def restore_shipped(subject: RuleSubject, actor: Actor, *, reason: str, at: datetime) -> int:
    """Draft what the system ships (第 0 版) anew."""
    wanted = Draft(
        subject=subject,
        document=shelf.document_of(subject, version=0),
        summary="恢复系统自带的规则",
        reason=reason,
    )
    return draft(wanted, actor, at=at)


def _open_draft(book_id: int) -> RuleBook:
    row = db.session.get(RuleBook, book_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("没有这份规则草稿")
    if row.version is not None:
        raise Conflict(f"这份规则已发布为第 {row.version} 版，不能再改")
    return row


def _must_be_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以修改时限规则和日历")
