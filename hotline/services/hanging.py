"""挂账与不合理诉求: decisions of the authority that take a ticket off the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sla
from hotline.db import transaction
from hotline.domain.lifecycle import Action
from hotline.domain.terms import Clock
from hotline.queries import office
from hotline.services import _checks, _move, clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Deadline, Ticket


def hang(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """挂账: what cannot be solved for now waits, by decision of the authority (domain.md 8.1)."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.move(ticket, Action.GRANT_HANGING, actor, at=at, reason=_checks.clean_text(reason))
        clocks.stop_all(ticket, at=at)


def resume(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """恢复办理: the handle clock goes on with the working days that were left when it stopped."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.move(ticket, Action.RESUME, actor, at=at, reason=_checks.clean_text(reason))
        deadline = clocks.newest(ticket, Clock.HANDLE)
        if deadline is not None and deadline.stopped_at is not None:
            _move_on(ticket, deadline, at)


def find_unreasonable(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """认定不合理: closed and not assessed, by decision of the authority (domain.md 2.3)."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        words = _checks.clean_text(reason)
        _move.move(ticket, Action.GRANT_UNREASONABLE, actor, at=at, reason=words)
        clocks.stop_all(ticket, at=at)


def _move_on(ticket: Ticket, deadline: Deadline, at: datetime) -> None:
    """Give back the working days that were left; the first due time stays visible."""
    stopped = deadline.stopped_at or at
    left = _workdays_between(office.calendar(), stopped, deadline.due_at)
    clocks.replan(deadline, sla.Limit(max(1, left), sla.Unit.WORKING_DAYS), at=at)
    ticket.promised_at = deadline.due_at


def _workdays_between(calendar: sla.Calendar, start: datetime, end: datetime) -> int:
    """Working days after the day of ``start`` up to the day of ``end``."""
    first, last = start.astimezone(sla.LOCAL).date(), end.astimezone(sla.LOCAL).date()
    days = range(first.toordinal() + 1, last.toordinal() + 1)
    return sum(calendar.is_workday(type(first).fromordinal(d)) for d in days)
