"""挂账: what cannot be solved for now waits by decision of the authority, and is reviewed.

Rules: domain.md 8.1 (热线管理机构审批，每 30 天复核，最长 1 年，告知诉求人), terms of the profile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

import sla
from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.motions import HangingReview, Motion, MotionState, deciders
from hotline.domain.motions import MotionStep as Step
from hotline.domain.terms import Clock
from hotline.models import Deadline, TimelineEntry
from hotline.queries import office
from hotline.services import _checks, _move
from hotline.services.motions import docket
from hotline.services.motions.plea import Opening, filled
from hotline.services.timing import clocks, plans

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.identity import Actor
    from hotline.models import MotionRow, Ticket
    from hotline.services.motions.plea import Plea


def opening(ticket: Ticket, *, at: datetime) -> Opening:
    """Whether a ticket may be asked to hang, and for how many days at the most."""
    terms = office.profile(at).hanging
    left = terms.max_days - _days_hung(ticket, at)
    refusal = None
    if left <= 0:
        refusal = NotAllowed(f"累计挂账已满 {terms.max_days} 天，按规定不能再挂账")
    return Opening(
        kind=Motion.HANGING,
        refusal=refusal,
        most=left,
        words=f"每 {terms.review_every_days} 天复核一次，累计最长 {terms.max_days} 天"
        f"，由单位负责人审核、热线管理机构审批",
    )


def prepare(row: MotionRow, ticket: Ticket, plea: Plea, *, at: datetime) -> None:
    """Check what hanging needs: evidence, and a day until when, if one is named."""
    filled("evidence", row.evidence or "", "请写明客观上暂不能解决的依据")
    until = plea.until_on
    if until is not None:
        today = plans.today(at)
        most = office.profile(at).hanging.max_days - _days_hung(ticket, at)
        if until <= today:
            raise Invalid("until_on", "挂账截止日期须晚于今天")
        if (until - today).days > most:
            last = today + timedelta(days=most)
            raise Invalid("until_on", f"累计挂账最长还可 {most} 天，截止日期最晚为 {last}")
    row.until_on = until


def granted(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Hang the ticket: its clocks stand still, and a review of its own begins (story 11)."""
    docket.close(row, ticket, MotionState.GRANTED, actor, note, at=at)
    _hang(ticket, actor, reason=note or row.reason, at=at, row=row)


def hang(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """挂账 by the authority's own decision; an open motion of the unit is answered with it."""
    words = _checks.clean_text(reason)
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        refusal = opening(ticket, at=at).refusal
        if refusal is not None:
            raise refusal
        asked = docket.open_of(ticket, Motion.HANGING)
        if asked and actor.role in deciders(Motion.HANGING, Step.AUTHORITY):
            docket.close(asked[0], ticket, MotionState.GRANTED, actor, words or None, at=at)
        _hang(ticket, actor, reason=words, at=at, row=asked[0] if asked else None)


def _hang(
    ticket: Ticket, actor: Actor, *, reason: str, at: datetime, row: MotionRow | None
) -> None:
    docket.withdraw_all(ticket, "工单已挂账，申请自动撤回", at=at)
    until = row.until_on if row is not None else None
    said = {
        "motion_id": row.id if row is not None else None,
        "until_on": until.isoformat() if until else None,
        "reply_text": row.reply_text if row is not None else None,
    }
    _move.move(ticket, Action.GRANT_HANGING, actor, at=at, reason=reason, payload=said)
    clocks.pause(ticket, "hung", at=at, actor=actor, reason=reason)
    _start_review(ticket, at=at)


def _start_review(ticket: Ticket, *, at: datetime) -> Deadline:
    """The next review: after the interval, or sooner where the cap or the day asked for ends."""
    terms, today = office.profile(at).hanging, plans.today(at)
    ends = [terms.review_every_days, terms.max_days - _days_hung(ticket, at)]
    until = _until(ticket)
    if until is not None and until > today:
        ends.append((until - today).days)
    limit = sla.Limit(max(1, min(ends)), sla.Unit.NATURAL_DAYS)
    turn = select(func.count()).where(
        Deadline.ticket_id == ticket.id, Deadline.clock == Clock.HANG_REVIEW
    )
    number = db.session.scalar(turn) or 0
    return clocks.start(ticket, Clock.HANG_REVIEW, at=at, turn=number, limit=limit)


def _until(ticket: Ticket) -> date | None:
    """Until when the motion that was granted last asked to hang."""
    granted_ones = docket.decided_of(ticket, Motion.HANGING)
    hung = [row for row in granted_ones if row.state is MotionState.GRANTED]
    return hung[-1].until_on if hung else None


def _days_hung(ticket: Ticket, at: datetime) -> int:
    """Natural days this ticket has hung, all times together; a day begun counts from the next."""
    query = (
        select(TimelineEntry.event, TimelineEntry.at)
        .where(
            TimelineEntry.ticket_id == ticket.id,
            TimelineEntry.event.in_((Event.HANGING_GRANTED, Event.RESUMED)),
        )
        .order_by(TimelineEntry.id)
    )
    days, since = 0, None
    for event, moment in db.session.execute(query):
        if event is Event.HANGING_GRANTED:
            since = plans.today(moment)
        elif since is not None:
            days, since = days + (plans.today(moment) - since).days, None
    return days + ((plans.today(at) - since).days if since is not None else 0)


def review_hanging(
    ticket_id: int, actor: Actor, *, finding: HangingReview, words: str, at: datetime
) -> None:
    """挂账复核: go on hanging, and the next review begins by itself, or take the work up again.

    When the cap is reached only taking it up is left (domain.md 8.1: 最长 1 年).
    """
    text = filled("words", words, "请写明复核情况")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _must_review(ticket, actor)
        if finding is HangingReview.RESUME:
            _note_review(ticket, actor, finding, text, at)
            _resume(ticket, actor, reason=text, at=at)
            return
        terms = office.profile(at).hanging
        if _days_hung(ticket, at) >= terms.max_days:
            raise Invalid(
                "finding", f"累计挂账已满 {terms.max_days} 天，按规定不能继续挂账，请恢复办理"
            )
        clocks.stop(ticket, (Clock.HANG_REVIEW,), at=at)
        after = _start_review(ticket, at=at)
        _note_review(ticket, actor, finding, text, at, next_due=after.due_at.isoformat())


def _must_review(ticket: Ticket, actor: Actor) -> None:
    if actor.role not in deciders(Motion.HANGING, Step.AUTHORITY):
        raise NotAllowed(f"{actor.role.label}不能复核挂账，须由热线管理机构复核")
    if ticket.stage is not Stage.HUNG:
        raise Conflict(f"工单处于“{ticket.stage.label}”，没有挂账，请刷新后再操作")


def _note_review(
    ticket: Ticket,
    actor: Actor,
    finding: HangingReview,
    words: str,
    at: datetime,
    **more: str,
) -> None:
    said = {"finding": finding.value, **more}
    _move.record(ticket, Event.HANG_REVIEWED, actor, at=at, reason=words, payload=said)


def resume(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """恢复办理: every clock is due later by exactly the working time it stood still.

    What was overdue when it was hung stays overdue: hanging forgives nothing.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _resume(ticket, actor, reason=_checks.clean_text(reason), at=at)


def _resume(ticket: Ticket, actor: Actor, *, reason: str, at: datetime) -> None:
    before = clocks.newest(ticket, Clock.HANDLE)
    was_due = before.due_at if before is not None else None
    clocks.stop(ticket, (Clock.HANG_REVIEW,), at=at)
    docket.promise_anew(ticket, at=at)
    said = {
        "before": was_due.isoformat() if was_due else None,
        "due_at": ticket.promised_at.isoformat() if ticket.promised_at else None,
    }
    _move.move(ticket, Action.RESUME, actor, at=at, reason=reason, payload=said)


__all__ = ["granted", "hang", "opening", "prepare", "resume", "review_hanging"]
