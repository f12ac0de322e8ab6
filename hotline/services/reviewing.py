"""办结审核: the hotline reads the reply before the citizen does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import NotAllowed
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock
from hotline.services import _move, callbacks, spreading
from hotline.services.timing import clocks, recounting

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor


def approve(ticket_id: int, actor: Actor, *, at: datetime, version: int | None = None) -> None:
    """审核通过: the citizen is asked to rate, and the callback is planned."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        _move.move(ticket, Action.APPROVE, actor, at=at)
        callbacks.plan(ticket, at=at)
        spreading.answer_all(ticket, at=at)


def send_back(
    ticket_id: int, actor: Actor, *, reason: str, at: datetime, version: int | None = None
) -> None:
    """审核退回: the reply is not good enough; the old deadline holds, nothing is given anew.

    A calendar that was changed meanwhile holds for this ticket as for every open one.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        _move.move(ticket, Action.SEND_BACK, actor, at=at, reason=reason)
        row = clocks.resume(ticket, Clock.HANDLE, at=at)
        if row is not None:
            recounting.catch_up(row, ticket, at=at)


def conclude(ticket_id: int, actor: Actor, *, at: datetime, version: int | None = None) -> None:
    """Close without a callback where the rule asks for none (praise, unsampled consultations)."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        if ticket.stage is Stage.CALLBACK:
            raise NotAllowed("待回访的工单由市民评价或回访结果办结")
        _move.move(ticket, Action.CONCLUDE, actor, at=at, outcome=Outcome.REPLIED)
        spreading.answer_all(ticket, at=at)
        clocks.stop_all(ticket, at=at)
