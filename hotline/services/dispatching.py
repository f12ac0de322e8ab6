"""派单: the catalogue proposes with its reason, the machine or the dispatcher sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

import routing
from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Clock, Role
from hotline.domain.timing import Cause
from hotline.models import Assignment, Department, Ticket
from hotline.queries import office, workload
from hotline.services import _checks, _move, learning, precedents, rulings
from hotline.services.timing import clocks, recounting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import classifier
    from hotline.domain.identity import Actor

SURE = "自动派单"
MAY_ASK_HELP = (Role.DISPATCHER, Role.AUTHORITY, Role.SYSTEM)


def facts_of(ticket: Ticket, code: str, at: datetime) -> routing.Facts:
    """What the router must know of a ticket."""
    return routing.Facts(
        category=code,
        area=ticket.area_code or "",
        kind=ticket.kind.value,
        urgency=ticket.urgency.value,
        text=f"{ticket.title}。{ticket.content}",
        at=at,
        is_workday=office.is_workday(at),
    )


def routes_for(
    ticket: Ticket,
    codes: Sequence[str],
    at: datetime,
    learned: Sequence[classifier.LearnedUnit] = (),
) -> list[dict[str, Any]]:
    """The catalogue's answer for each category, ready to be stored and shown.

    Units ``learned`` from history stand behind it, and before it only where it has no answer.
    """
    (rules, directory), weigh = office.catalogue(), workload.weigh(at)
    found: dict[str, dict[str, Any]] = {}
    equals: set[str] = set()
    for code in codes:
        decision = routing.route(facts_of(ticket, code, at), rules, directory, weigh=weigh)
        if code == codes[0]:
            equals = {one.unit_code for one in decision.alternatives if one.is_equal}
        if decision.lead and decision.lead not in found:
            unit = directory.unit(decision.lead)
            found[decision.lead] = {
                "code": decision.lead,
                "name": unit.name if unit else decision.lead,
                "rule": decision.rule_id,
                "reason": decision.reason,
                "category": code,
            }
    shares, first = precedents.shares(learned, directory), next(iter(codes), "")
    return precedents.combined(list(found.values()), shares, directory, first=first, equals=equals)


def propose(ticket_id: int, *, at: datetime) -> bool:
    """Dispatch by the catalogue where the machine was sure; else the dispatcher decides.

    Returns whether the ticket was dispatched. Runs any number of times to the same end.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        if ticket.stage is not Stage.TO_DISPATCH or ticket.returns or ticket.no_return:
            return False
        by_machine = (ticket.category_by or "").startswith("model:")
        code = ticket.category_code
        if code is None or not (by_machine or _is_sure(ticket)):
            return False
        if office.category_in_use(code) != code:
            return False  # switched off meanwhile: the dispatcher is told on the ticket's page
        decision = _decision(ticket, code, at)
        unit = department_by_code(decision.lead) if decision.lead else None
        if unit is None:
            return False
        send(ticket, unit, SYSTEM, decision=decision, at=at, reason=decision.reason)
        for code in decision.helpers:
            _add_helper(ticket, department_by_code(code), SYSTEM, at=at)
        return True


def _decision(ticket: Ticket, code: str, at: datetime) -> routing.Decision:
    rules, directory = office.catalogue()
    return routing.route(facts_of(ticket, code, at), rules, directory, weigh=workload.weigh(at))


def _is_sure(ticket: Ticket) -> bool:
    """An agent who chose the category while listening is as good as a sure machine."""
    return ticket.category_by is not None and ticket.registered_by is not None


def dispatch(  # noqa: PLR0913 - the dispatcher's one form; all but two by keyword
    ticket_id: int,
    department_code: str,
    *,
    actor: Actor,
    at: datetime,
    helpers: Sequence[str] = (),
    reason: str | None = None,
    no_return: bool = False,
    category_code: str | None = None,
    version: int | None = None,
) -> None:
    """Send a ticket to its lead department by a person's decision (派单、改派、裁定).

    ``no_return`` fixes the lead for good (禁止退回), as every dispatch of a disputed ticket does;
    it is for the authority and the dispatcher. Raises Invalid for an unknown unit, IllegalMove,
    Conflict.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        unit = department_by_code(department_code)
        if unit is None:
            raise Invalid("department_code", "没有这个承办单位，请从列表中选择")
        is_ruling = no_return or rulings.is_disputed(ticket)
        if is_ruling and actor.role not in (Role.DISPATCHER, Role.AUTHORITY):
            raise NotAllowed("只有分派员或热线管理机构可以裁定")
        if is_ruling and not (reason or "").strip():
            raise Invalid("reason", "裁定须写明双方理由和依据")
        if category_code:
            learning.correct(
                ticket, category_code, actor, source="dispatch", at=at, unit_code=unit.code
            )
        decision = None
        if ticket.category_code:
            proposed = _decision(ticket, ticket.category_code, at)
            decision = proposed if proposed.lead == unit.code else None
        send(ticket, unit, actor, decision=decision, at=at, reason=reason)
        if is_ruling:
            rulings.note(ticket, unit, actor, reason=reason or "", at=at)
        for code in helpers:
            _add_helper(ticket, department_by_code(code), actor, at=at)


def send(
    ticket: Ticket,
    unit: Department,
    actor: Actor,
    *,
    decision: routing.Decision | None,
    at: datetime,
    reason: str | None,
) -> None:
    """Send a ticket to a unit inside the caller's transaction; its handle clock starts but once."""
    ticket.lead_department_id = unit.id
    ticket.dispatched_at = ticket.dispatched_at or at
    _move.move(
        ticket,
        Action.DISPATCH,
        actor,
        at=at,
        reason=reason,
        payload={"unit": unit.name, "rule": decision.rule_id if decision else None},
    )
    assign(ticket, unit, actor, at=at, decision=decision, because=reason)
    clocks.stop(ticket, (Clock.DISPATCH,), at=at)
    handle = clocks.start(ticket, Clock.HANDLE, at=at)
    clocks.start(ticket, Clock.CONTACT, at=at)
    clocks.start(ticket, Clock.SIGN, at=at, turn=turn_of(ticket))
    hand_over(ticket, unit, at=at)
    ticket.promised_at, ticket.is_provisional = handle.due_at, handle.is_provisional


def assign(
    ticket: Ticket,
    unit: Department,
    actor: Actor,
    *,
    at: datetime,
    decision: routing.Decision | None = None,
    because: str | None = None,
) -> Assignment:
    """End the current lead assignment and begin the next; the old one stays in the record."""
    current = lead_assignment(ticket)
    if current is not None:
        current.ended_at, current.end_reason = at, _why_ended(current, ticket, unit)
    row = Assignment(
        ticket_id=ticket.id,
        department_id=unit.id,
        round=ticket.round,
        dispatched_at=at,
        dispatched_by=actor.name,
        rule_id=decision.rule_id if decision else None,
        legal_basis=decision.legal_basis if decision else None,
        because=_checks.clean_text(because) or None,
    )
    db.session.add(row)
    return row


def _why_ended(current: Assignment, ticket: Ticket, unit: Department) -> str:
    """In a word for the ticket's page: a new round, a unit below, or another unit."""
    if current.round < ticket.round:
        return "重办"
    return "下派" if unit.parent_id == current.department_id else "改派"


def turn_of(ticket: Ticket) -> int:
    """Which lead this is in the round, counted from 0: each has a sign clock of its own."""
    db.session.flush()
    leads = select(func.count()).where(
        Assignment.ticket_id == ticket.id,
        Assignment.is_lead.is_(True),
        Assignment.round == ticket.round,
    )
    return max(0, (db.session.scalar(leads) or 0) - 1)


def hand_over(ticket: Ticket, unit: Department, *, at: datetime) -> None:
    """The clocks that still run are the new unit's now; they do not start anew (story 5).

    Another unit may have other office hours: what is counted in hours is counted in its own.
    """
    rows = clocks.running(ticket)
    is_other = any(row.department_id not in (None, unit.id) for row in rows)
    for row in rows:
        row.department_id = unit.id
    if not is_other:
        return
    reason = f"改由{unit.short_name}承办，按其办公时间计算"
    recounting.recount_ticket(ticket, Cause.UNIT, SYSTEM, reason=reason, at=at, rejudge=False)


def add_helper(ticket_id: int, department_code: str, actor: Actor, *, at: datetime) -> None:
    """Ask another unit to help (会办); the lead stays responsible."""
    if actor.role not in MAY_ASK_HELP:
        raise NotAllowed(f"{actor.role.label}不能指定协办单位")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        unit = department_by_code(department_code)
        if unit is None:
            raise Invalid("department_code", "没有这个承办单位，请从列表中选择")
        _add_helper(ticket, unit, actor, at=at)


def _add_helper(ticket: Ticket, unit: Department | None, actor: Actor, *, at: datetime) -> None:
    if unit is None or unit.id == ticket.lead_department_id:
        return
    known = db.session.scalar(
        select(Assignment).where(
            Assignment.ticket_id == ticket.id,
            Assignment.department_id == unit.id,
            Assignment.ended_at.is_(None),
        )
    )
    if known is not None:
        return
    db.session.add(
        Assignment(
            ticket_id=ticket.id,
            department_id=unit.id,
            is_lead=False,
            round=ticket.round,
            dispatched_at=at,
            dispatched_by=actor.name,
        )
    )
    _move.record(ticket, Event.HELPER_ADDED, actor, at=at, payload={"unit": unit.name})


def lead_assignment(ticket: Ticket) -> Assignment | None:
    """The current lead assignment of a ticket."""
    return db.session.scalar(
        select(Assignment)
        .where(
            Assignment.ticket_id == ticket.id,
            Assignment.is_lead.is_(True),
            Assignment.ended_at.is_(None),
        )
        .order_by(Assignment.id.desc())
        .limit(1)
    )


def department_by_code(code: str | None) -> Department | None:
    """An active department by its code."""
    if not code:
        return None
    query = select(Department).where(Department.code == code, Department.is_active)
    return db.session.scalar(query)
