"""``POST /tickets/{ticket_no}/actions/{action}``: one route per row of the table (工单动作)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from apiflask import Schema
from marshmallow import fields

from hotline.domain.errors import NotAllowed
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Role
from hotline.queries import tickets
from hotline.services import openings
from hotline.web.access import api_actor, now
from hotline.web.api import v1
from hotline.web.api.action_table import DEEDS
from hotline.web.api.problems import STAFF_WRITING, documented
from hotline.web.fields import Choice, Instant, Strict

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.identity import Actor
    from hotline.models import Ticket
    from hotline.web.api.deed import Deed

Answer = dict[str, Any]


class DoneOut(Schema):
    """Where the ticket stands now, and what this actor may do next."""

    ticket_no = fields.String(required=True)
    stage = Choice(Stage, required=True)
    stage_label = fields.String(required=True)
    round = fields.Integer(required=True)
    department = fields.String(allow_none=True)
    promised_at = Instant(allow_none=True)
    version = fields.Integer(required=True)
    actions = fields.List(Choice(Action), required=True)


def _seen_by(actor: Actor, ticket_no: str) -> Ticket:
    """The ticket, for those who may see it; an administrator may tidy up what they cannot read."""
    return tickets.ticket_for(SYSTEM if actor.role is Role.ADMIN else actor, ticket_no=ticket_no)


def _act(deed: Deed, ticket_no: str, body: dict[str, Any]) -> Answer:
    actor = api_actor()
    ticket = _seen_by(actor, ticket_no)
    if deed.roles is not None and actor.role not in deed.roles:
        raise NotAllowed(f"{actor.role.label}不能“{deed.label}”")
    deed.service(ticket.id, actor=actor, at=now(), **body)
    return _done(tickets.ticket_for(SYSTEM, ticket_id=ticket.id), actor)


def _done(ticket: Ticket, actor: Actor) -> Answer:
    unit = ticket.lead_department
    return {
        "ticket_no": ticket.ticket_no,
        "stage": ticket.stage,
        "stage_label": ticket.stage.label,
        "round": ticket.round,
        "department": unit.name if unit else None,
        "promised_at": ticket.promised_at,
        "version": ticket.version,
        "actions": openings.open_to(ticket, actor),
    }


def _view(name: str, deed: Deed) -> Callable[..., Answer]:
    """A view of its own for each row, so that OpenAPI shows each action with its own fields."""

    def act(ticket_no: str, json_data: dict[str, Any]) -> Answer:
        return _act(deed, ticket_no, json_data)

    act.__name__ = f"act_{name}"
    act.__doc__ = deed.label
    return act


def _register(name: str, deed: Deed) -> None:
    title = "".join(part.capitalize() for part in name.split("_"))
    schema = Strict.from_dict(dict(deed.fields), name=f"{title}In")
    view = v1.input(cast("type[Strict]", schema))(_view(name, deed))
    view = v1.output(DoneOut)(view)
    view = v1.doc(
        summary=deed.label,
        tags=["工单动作"],
        security="bearer",
        responses=documented(*STAFF_WRITING),
    )(view)
    v1.post(f"/tickets/<ticket_no>/actions/{name}")(view)


for _name, _deed in DEEDS.items():
    _register(str(_name), _deed)
