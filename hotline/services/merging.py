"""A unit abolished and merged into another: rules, open tickets, people (承办单位撤并)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import Actor
from hotline.domain.motions import MotionState
from hotline.domain.terms import Role
from hotline.domain.timing import RunState
from hotline.models import Assignment, Department, MotionRow, Staff, Ticket, UnitMerger
from hotline.queries import catalogue_reading, editions
from hotline.services import _catalogue_checks, _move, dispatching
from hotline.services._catalogue_draft import followed, kept, open_draft, was_in_force
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from hotline.models import CatalogueEdition
    from hotline.queries.catalogue_reading import Row

BATCH = 50
FORGOTTEN = timedelta(seconds=30)
MERGED = "单位撤并"


def draft(code: str, into: str, actor: Actor, *, reason: str, at: datetime) -> int:
    """Draft the merger of a unit with every rule that names it; gives the edition's id.

    Nothing happens before that edition is published. Raises Invalid, NotFound, NotAllowed.
    """
    why = _catalogue_checks.checked_reason(reason)
    with transaction():
        working = open_draft(None, actor, why, at)
        unit, successor = _unit(code, "code"), _unit(into, "successor")
        if any(row.merging_id == unit.id for row in editions.drafts()):
            raise Invalid("code", f"{unit.name}的撤并已在另一份草稿中，请先发布或放弃它")
        working.merging_id, working.successor_id = unit.id, successor.id
        must_be_sound(working)
        rows: dict[str, Row] = {}
        for row in catalogue_reading.rows_in_force().values():
            rows |= _renamed(working, row, unit.code, successor.code, plans.today(at))
        return kept(working, rows, at)


def _unit(code: str, field: str) -> Department:
    unit = db.session.scalar(select(Department).where(Department.code == code.strip()))
    if unit is None:
        raise Invalid(field, "没有这个承办单位，请从列表中选择")
    return unit


def must_be_sound(working: CatalogueEdition) -> None:
    """No unit into itself, into one below it, into one that is no more, or in a circle."""
    unit, into = editions.unit(working.merging_id), editions.unit(working.successor_id)
    if unit is None or into is None:
        raise NotFound("没有这个承办单位")
    if not unit.is_active:
        raise Invalid("code", f"{unit.name}已停用，不能再撤并")
    if unit.id == into.id:
        raise Invalid("successor", "不能并入本单位，请选择另一个承接单位")
    if not into.is_active:
        raise Invalid("successor", f"{into.name}已停用，不能承接；请选择在用的单位")
    above: Department | None = into
    passed: set[int] = set()
    while above is not None and above.id not in passed:
        if above.id == unit.id:
            said = f"{into.name}是{unit.name}的下级，不能并入自己的下级；请先调整单位的上级"
            raise Invalid("successor", said)
        passed.add(above.id)
        above = editions.unit(above.parent_id)
    if above is not None:
        raise Invalid("successor", f"{into.name}的上级关系成环，请先更正")


def _renamed(
    working: CatalogueEdition, row: Row, old: str, new: str, today: date
) -> dict[str, Row]:
    """A rule that names the unit by its code names its successor."""
    if row["effective_to"] and row["effective_to"] < today.isoformat():
        return {}
    if old != row["lead"] and old not in row["helpers"]:
        return {}
    lead = new if row["lead"] == old else row["lead"]
    named = dict.fromkeys(new if each == old else each for each in row["helpers"])
    changes = {"lead": lead, "helpers": [each for each in named if each != lead]}
    if not was_in_force(row, today):
        return {row["id"]: {**row, **changes}}
    return followed(working, row, changes, today)


def begin(working: CatalogueEdition, actor: Actor, at: datetime) -> None:
    """Abolish the unit inside the caller's transaction; a job moves its open tickets.

    Units below it come under the successor, and its people work there.
    """
    unit, into = editions.unit(working.merging_id), editions.unit(working.successor_id)
    if unit is None or into is None:
        raise NotFound("没有这个承办单位")
    unit.is_active, unit.successor_id = False, into.id
    for table, column in ((Department, "parent_id"), (Staff, "department_id")):
        changed = update(table).where(getattr(table, column) == unit.id)
        db.session.execute(changed.values({column: into.id}))
    merger = UnitMerger(
        edition_id=working.id,
        department_id=unit.id,
        successor_id=into.id,
        reason=working.reason,
        total=editions.open_tickets(unit.id),
        asked_at=at,
        asked_by=actor.name,
    )
    db.session.add(merger)


def unfinished(at: datetime) -> list[int]:
    """Mergers whose tickets wait, or that a killed worker left in the middle."""
    query = select(UnitMerger.id).where(
        UnitMerger.state != RunState.DONE,
        (UnitMerger.touched_at.is_(None)) | (UnitMerger.touched_at < at - FORGOTTEN),
    )
    return list(db.session.scalars(query.order_by(UnitMerger.id)))


def go_on(merger_id: int, *, at: datetime, limit: int = BATCH) -> bool:
    """Move one batch of tickets, each with a trace; gives whether none is left.

    Whoever dispatched to the old unit while it was abolished is found by the last look.
    """
    with transaction() as session:
        row = session.get(UnitMerger, merger_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("没有这次单位撤并")
        if row.state is RunState.DONE:
            return True
        query = select(Ticket).where(editions.concerned(row.department_id)).order_by(Ticket.id)
        held = query.limit(limit).with_for_update(key_share=True, of=Ticket)
        tickets = session.scalars(held.execution_options(populate_existing=True)).all()
        _move_all(row, tickets, at)
        row.moved += len(tickets)
        row.state, row.touched_at = RunState.RUNNING, at
        if len(tickets) < limit:
            row.state, row.finished_at, row.total = RunState.DONE, at, row.moved
        return row.state is RunState.DONE


def _move_all(row: UnitMerger, tickets: Sequence[Ticket], at: datetime) -> None:
    unit, into = editions.unit(row.department_id), editions.unit(row.successor_id)
    if unit is None or into is None:
        raise Conflict("撤并的单位已不存在")
    actor = Actor(Role.ADMIN, row.asked_by)
    because = f"{unit.name}并入{into.name}：{row.reason}"
    for ticket in tickets:
        is_lead = ticket.lead_department_id == unit.id
        _hand_on(ticket, row, because, at)
        if is_lead:
            ticket.lead_department_id = into.id
            dispatching.hand_over(ticket, into, at=at)
        said = {"from": unit.name, "unit": into.name, "is_lead": is_lead}
        _move.record(ticket, Event.UNIT_MERGED, actor, at=at, reason=row.reason, payload=said)
    pleas = update(MotionRow).where(
        MotionRow.department_id == unit.id,
        MotionRow.state == MotionState.OPEN,
        MotionRow.ticket_id.in_([ticket.id for ticket in tickets]),
    )
    db.session.execute(pleas.values(department_id=into.id))


def _hand_on(ticket: Ticket, row: UnitMerger, because: str, at: datetime) -> None:
    """What the unit holds of a ticket ends; its successor goes on where it stood."""
    query = select(Assignment).where(
        Assignment.ticket_id == ticket.id, Assignment.ended_at.is_(None)
    )
    current = db.session.scalars(query).all()
    held = {one.department_id for one in current}
    for one in (each for each in current if each.department_id == row.department_id):
        one.ended_at, one.end_reason = at, MERGED
        if row.successor_id in held and not one.is_lead:
            continue
        heir = Assignment(
            ticket_id=ticket.id,
            department_id=row.successor_id,
            is_lead=one.is_lead,
            round=one.round,
            dispatched_at=at,
            dispatched_by=row.asked_by,
            rule_id=one.rule_id,
            legal_basis=one.legal_basis,
            because=because,
            signed_at=one.signed_at,
            signed_by=one.signed_by,
            contacted_at=one.contacted_at,
            replied_at=one.replied_at,
            reply=one.reply,
        )
        db.session.add(heir)
    db.session.flush()
