"""回访与评价: the citizen has the last word; unhappy opens a redo, happy closes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from hotline.db import db, transaction
from hotline.domain import ratings
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.guards import MAX_REDO_ROUNDS
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import SATISFACTION, Channel, Clock, Resolved, Role
from hotline.models import Callback, CallbackAttempt, Rating, Ticket
from hotline.queries import answers
from hotline.services import _checks, _move, dispatching, ratings_review
from hotline.services.timing import clocks, sweeping

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

MAY_RATE = (Role.CITIZEN, Role.CALLBACK)
MAY_CALL = (Role.CALLBACK, Role.SUPERVISOR)
MAX_ATTEMPTS = 3
COMMENT_LIMIT = 1000
_OUTCOME = {
    Resolved.YES: Outcome.RESOLVED,
    Resolved.PARTLY: Outcome.PARTLY,
    Resolved.NO: Outcome.UNRESOLVED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the citizen thinks: 1 非常不满意 … 5 非常满意, and whether it is solved."""

    satisfaction: int
    resolved: Resolved
    comment: str = ""
    channel: Channel = Channel.WEB

    @property
    def is_bad(self) -> bool:
        """差评 or not solved: both open a redo (国办发〔2019〕51号; domain.md 8.1)."""
        return ratings.is_bad(self.satisfaction, self.resolved)


def plan(ticket: Ticket, *, at: datetime, is_sample: bool = False) -> Callback:
    """Plan the callback of this round inside the caller's transaction; once per round."""
    query = select(Callback).where(Callback.ticket_id == ticket.id, Callback.round == ticket.round)
    known = db.session.scalar(query)
    if known is not None:
        known.done_at = None
        return known
    deadline = clocks.start(ticket, Clock.CALLBACK, at=at)
    row = Callback(
        ticket_id=ticket.id,
        round=ticket.round,
        token=secrets.token_urlsafe(24),
        is_sample=is_sample,
        planned_at=at,
        due_at=deadline.due_at,
    )
    db.session.add(row)
    return row


def ticket_of_link(token: str) -> Ticket:
    """The ticket a rating link speaks of; raises NotFound for anything else."""
    row = db.session.scalar(select(Callback).where(Callback.token == token))
    if row is None:
        raise NotFound("链接无效或已过期，请用工单编号和查询码查询")
    return db.session.get_one(Ticket, row.ticket_id)


def rate(ticket_id: int, verdict: Verdict, actor: Actor, *, at: datetime) -> Rating:
    """Take the rating of this round; the same again changes nothing, another is a Conflict.

    A good one closes the ticket; a bad one opens a redo with the same unit, and after two redo
    rounds the ticket closes as unresolved under supervision (story 8).
    """
    _check(verdict)
    if actor.role not in MAY_RATE:
        raise NotAllowed(f"{actor.role.label}不能评价办理结果")
    with transaction() as session:
        ticket = _hold(ticket_id)
        query = select(Rating).where(Rating.ticket_id == ticket.id).order_by(Rating.id.desc())
        last = session.scalar(query.limit(1))
        if last is not None and (last.round == ticket.round or not _goes_round(ticket)):
            if (last.satisfaction, last.resolved) == (verdict.satisfaction, verdict.resolved):
                return last
            raise Conflict("您已评价过这次办理结果，感谢您的反馈")
        if not _may_be_rated(ticket):
            raise NotAllowed(f"工单处于“{ticket.stage.label}”，还不能评价")
        rating = Rating(
            ticket_id=ticket.id,
            round=ticket.round,
            satisfaction=verdict.satisfaction,
            resolved=verdict.resolved,
            comment=_checks.clean_text(verdict.comment) or None,
            channel=verdict.channel,
            rated_at=at,
            by=actor.name,
        )
        session.add(rating)
        session.flush()
        _record(ticket, rating, actor, at)
        ratings_review.begin(ticket, rating, at=at)
        _finish_callback(ticket, at)
        if ticket.stage is Stage.CALLBACK:
            _settle(ticket, verdict, actor, at)
        elif ticket.outcome is Outcome.MERGED and verdict.is_bad:
            _tell_of_member(ticket, rating, verdict, at)
        return rating


def _hold(ticket_id: int) -> Ticket:
    """Hold the ticket, and its master where it was merged, in the order of their numbers."""
    query = select(Ticket.master_id).where(Ticket.id == ticket_id)
    master_id = db.session.scalar(query)
    return _move.hold([ticket_id, *([master_id] if master_id else [])])[ticket_id]


def _goes_round(ticket: Ticket) -> bool:
    """Whether a new round brings a new rating: of a merged ticket, when its master is done anew."""
    return ticket.stage is Stage.CALLBACK or ticket.outcome is Outcome.MERGED


def _may_be_rated(ticket: Ticket) -> bool:
    """In callback, or closed by a direct answer; a merged one when its master has answered."""
    if ticket.outcome is Outcome.MERGED and ticket.master_id is not None:
        return answers.is_answered(db.session.get_one(Ticket, ticket.master_id))
    return answers.is_rateable(ticket)


def _tell_of_member(ticket: Ticket, rating: Rating, verdict: Verdict, at: datetime) -> None:
    """Pull the trigger 不满意 on the master, once a round: others than its own caller count too."""
    earlier = (
        select(Rating.id)
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .where(
            Ticket.master_id == ticket.master_id,
            Rating.id != rating.id,
            Rating.round == rating.round,
            or_(Rating.satisfaction <= ratings.BAD, Rating.resolved == Resolved.NO),
        )
    )
    if ticket.master_id is not None and db.session.scalar(earlier.limit(1)) is None:
        master = db.session.get_one(Ticket, ticket.master_id)
        _tell_unhappy(master, rating.round, f"并入的诉求人{_why(verdict)}", at)


def _check(verdict: Verdict) -> None:
    if verdict.satisfaction not in SATISFACTION:
        raise Invalid("satisfaction", "请选择 1 到 5 的满意度")
    if len(verdict.comment) > COMMENT_LIMIT:
        raise Invalid("comment", f"评价说明最多 {COMMENT_LIMIT} 字")


def _record(ticket: Ticket, rating: Rating, actor: Actor, at: datetime) -> None:
    words = f"{SATISFACTION[rating.satisfaction]}，{rating.resolved.label}"
    _move.record(
        ticket,
        Event.RATED,
        actor,
        at=at,
        reason=f"{words}。{rating.comment}" if rating.comment else words,
        payload={"rating_id": rating.id, "round": rating.round},
    )


def _settle(ticket: Ticket, verdict: Verdict, actor: Actor, at: datetime) -> None:
    if not verdict.is_bad:
        _move.move(ticket, Action.CONCLUDE, actor, at=at, outcome=_OUTCOME[verdict.resolved])
        clocks.stop_all(ticket, at=at)
    elif ticket.round <= MAX_REDO_ROUNDS:
        _redo(ticket, actor, _why(verdict), at)
    else:
        _tell_unhappy(ticket, ticket.round, _why(verdict), at)
        _move.move(ticket, Action.CONCLUDE, actor, at=at, outcome=Outcome.UNRESOLVED)
        clocks.stop_all(ticket, at=at)


def _why(verdict: Verdict) -> str:
    words = f"市民评价“{SATISFACTION[verdict.satisfaction]}”，{verdict.resolved.label}"
    return f"{words}：{verdict.comment}" if verdict.comment else words


def _tell_unhappy(ticket: Ticket, round_no: int, why: str, at: datetime) -> None:
    """Pull the ladder's trigger: 不满意 after the first handling, 重办后仍不满意 after a redo.

    The ladder says who is told; after a redo it supervises and names the unit's leader (story 8).
    """
    when = "unhappy" if round_no == 1 else "unhappy_redo"
    sweeping.fire_trigger(ticket, when, at=at, reason=why)


def redo(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """重办: a callback agent or supervisor sends the ticket to the same unit once more."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _redo(ticket, actor, reason, at)
        _finish_callback(ticket, at, ticket.round - 1)


def _redo(ticket: Ticket, actor: Actor, reason: str, at: datetime) -> None:
    """The next round: same unit, a new short deadline; unhappy twice is supervised."""
    clocks.stop_all(ticket, at=at)
    _move.move(
        ticket, Action.REDO, actor, at=at, reason=reason, payload={"round": ticket.round + 1}
    )
    ticket.round += 1
    unit = ticket.lead_department
    if unit is not None:
        dispatching.assign(ticket, unit, SYSTEM, at=at, because=reason)
    handle = clocks.start(ticket, Clock.HANDLE, at=at)
    clocks.start(ticket, Clock.SIGN, at=at)
    clocks.start(ticket, Clock.CONTACT, at=at)
    ticket.promised_at, ticket.is_provisional = handle.due_at, handle.is_provisional
    _tell_unhappy(ticket, ticket.round - 1, reason, at)


def record_attempt(
    ticket_id: int, actor: Actor, *, reached: bool, note: str = "", at: datetime
) -> None:
    """Log a call; the third that nobody answers closes the ticket as unreached, not as happy."""
    if actor.role not in MAY_CALL:
        raise NotAllowed(f"{actor.role.label}不能登记回访")
    with transaction() as session:
        ticket = _move.ticket_by_id(ticket_id)
        row = session.scalar(
            select(Callback).where(Callback.ticket_id == ticket.id, Callback.done_at.is_(None))
        )
        if row is None:
            raise NotFound("这张工单没有待办的回访")
        row.attempts += 1
        text = _checks.clean_text(note)
        session.add(
            CallbackAttempt(
                callback_id=row.id, at=at, by=actor.name, reached=reached, note=text or None
            )
        )
        words = "已接通" if reached else f"第 {row.attempts} 次未接通"
        _move.record(ticket, Event.CALLED_BACK, actor, at=at, reason=f"{words} {text}".strip())
        if reached or row.attempts < MAX_ATTEMPTS:
            return
        row.done_at = at
        if ticket.stage is Stage.CALLBACK:
            _move.move(ticket, Action.CONCLUDE, actor, at=at, outcome=Outcome.UNREACHED)
        clocks.stop_all(ticket, at=at)


def _finish_callback(ticket: Ticket, at: datetime, round_no: int | None = None) -> None:
    row = db.session.scalar(
        select(Callback).where(
            Callback.ticket_id == ticket.id, Callback.round == (round_no or ticket.round)
        )
    )
    if row is not None:
        row.done_at = row.done_at or at
    clocks.stop(ticket, (Clock.CALLBACK,), at=at)
