"""What each desk does with a demo ticket when its moment comes (演示动作)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import db
from hotline.domain.identity import CITIZEN, Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, Role
from hotline.models import Ticket
from hotline.services import demo_motions, endings, handling, reviewing

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.services import motions

AGENT = Actor(Role.AGENT, "王晓燕")
DISPATCHER = Actor(Role.DISPATCHER, "李建国")


def sign(ticket_id: int, at: datetime) -> None:
    """签收, if it still waits for that."""
    if stands_at(ticket_id, Stage.DISPATCHED):
        handling.sign(ticket_id, unit_of(ticket_id), at=at)


def unit_of(ticket_id: int) -> Actor:
    """Somebody at work in the lead department."""
    ticket = db.session.get(Ticket, ticket_id)
    unit = ticket.lead_department if ticket else None
    name = f"{unit.short_name}经办人" if unit else "经办人"
    return Actor(Role.DEPARTMENT, name, None, unit.id if unit else None)


def stands_at(ticket_id: int, *stages: Stage) -> bool:
    """Whether a ticket stands at one of these stages."""
    ticket = db.session.get(Ticket, ticket_id)
    return ticket is not None and ticket.stage in stages


def contact(ticket_id: int, at: datetime) -> None:
    """先行联系."""
    if stands_at(ticket_id, Stage.HANDLING):
        handling.contact(ticket_id, "已电话联系诉求人，核实地点和情况", unit_of(ticket_id), at=at)


def reply(ticket_id: int, text: str, at: datetime) -> None:
    """答复, with the words of the demo."""
    if stands_at(ticket_id, Stage.HANDLING):
        handling.reply(ticket_id, text, unit_of(ticket_id), at=at)


def review(ticket_id: int, at: datetime) -> None:
    """办结审核: praise ends there, the rest is called back."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.stage is not Stage.REVIEWING:
        return
    called_back = ticket.kind not in (Kind.PRAISE, Kind.CONSULT) or ticket.id % 5 == 0
    if ticket.kind is Kind.PRAISE or not called_back:
        reviewing.conclude(ticket_id, DISPATCHER, at=at)
    else:
        reviewing.approve(ticket_id, DISPATCHER, at=at)


def odd_end(ticket_id: int, at: datetime) -> None:
    """The other ways a ticket leaves the front: asked back, declined, transferred, withdrawn."""
    match ticket_id // 17 % 4:
        case 0:
            endings.ask_info(ticket_id, "请补充具体楼栋和发生时间，便于核实", AGENT, at=at)
        case 1:
            reason = "该事项已由法院受理，请通过诉讼途径解决"
            endings.decline(ticket_id, AGENT, code="statutory_route", reason=reason, at=at)
        case 2:
            endings.transfer(ticket_id, AGENT, target="110", reason="涉及治安警情", at=at)
        case _:
            endings.withdraw(ticket_id, CITIZEN, reason="问题已自行解决", at=at)


def ask(ticket_id: int, plea: motions.Plea, at: datetime) -> None:
    """File a motion, if the unit still handles the ticket."""
    if stands_at(ticket_id, Stage.HANDLING):
        demo_motions.ask(ticket_id, plea, at)
