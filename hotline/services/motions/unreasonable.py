"""不合理诉求: by coded reason and evidence, closed and not assessed (domain.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Invalid
from hotline.domain.lifecycle import Action
from hotline.domain.motions import Motion, MotionState, MotionStep, deciders
from hotline.services import _checks, _move, notices
from hotline.services.motions import docket
from hotline.services.motions.plea import Opening, filled
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import MotionRow, Ticket
    from hotline.services.motions.plea import Plea


def opening(ticket: Ticket, *, at: datetime) -> Opening:
    """Open as long as the unit works on the ticket."""
    del ticket, at
    words = "须附证据，由单位负责人审核、热线管理机构认定；认定后办结，不纳入考核"
    return Opening(kind=Motion.UNREASONABLE, words=words)


def prepare(row: MotionRow, ticket: Ticket, plea: Plea, *, at: datetime) -> None:
    """A code of the catalogue, and evidence. Raises Invalid naming the field."""
    del ticket, at
    if plea.reason_code not in notices.reasons()["unreasonable"]:
        raise Invalid("reason_code", "请选择不合理诉求的类别")
    filled("evidence", row.evidence or "", "请写明核查情况和证据")


def granted(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Close the ticket as unreasonable."""
    docket.close(row, ticket, MotionState.GRANTED, actor, note, at=at)
    _close(ticket, actor, note or row.reason, at, row)


def find_unreasonable(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> None:
    """认定不合理 by the authority's own decision; the unit's open motion is answered with it."""
    words = _checks.clean_text(reason)
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        asked = docket.open_of(ticket, Motion.UNREASONABLE)
        if asked and actor.role in deciders(Motion.UNREASONABLE, MotionStep.AUTHORITY):
            docket.close(asked[0], ticket, MotionState.GRANTED, actor, words or None, at=at)
        _close(ticket, actor, words, at, asked[0] if asked else None)


def _close(ticket: Ticket, actor: Actor, reason: str, at: datetime, row: MotionRow | None) -> None:
    docket.withdraw_all(ticket, "工单已办结，申请自动撤回", at=at)
    said = {"motion_id": row.id, "code": row.reason_code} if row is not None else {}
    _move.move(ticket, Action.GRANT_UNREASONABLE, actor, at=at, reason=reason, payload=said)
    clocks.stop_all(ticket, at=at)
