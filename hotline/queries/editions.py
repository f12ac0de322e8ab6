"""Editions of the dispatch catalogue: what a draft says and would break, its dry run (目录版本)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, or_, select

import routing
from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.lifecycle import Stage
from hotline.domain.timing import RunState
from hotline.models import (
    Assignment,
    CatalogueEdition,
    CatalogueRule,
    Department,
    RoutingTrial,
    RoutingTrialLine,
    StreetDuty,
    Ticket,
    UnitMerger,
)
from hotline.queries import bounded, catalogue_reading, codes, office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hotline.queries.catalogue_reading import Row

HISTORY = 50
PAGE = 30
_ENDED = (Stage.CLOSED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Moved:
    """One ticket that would go elsewhere under a draft."""

    id: int
    ticket_no: str
    title: str
    category: str | None
    unit_before: str | None
    unit_after: str | None
    rule_before: str | None
    rule_after: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a catalogue as it would be; ``refusing`` is what keeps it from holding."""

    all: tuple[routing.Finding, ...]
    refusing: tuple[routing.Finding, ...]


def edition(edition_id: int) -> CatalogueEdition:
    """One version or draft; raises NotFound."""
    row = db.session.get(CatalogueEdition, min(edition_id, bounded.LARGEST_ID))
    if row is None:
        raise NotFound("没有这个目录版本")
    return row


def newest_version() -> int:
    """The newest published version; 0 before the first."""
    return db.session.scalar(select(func.max(CatalogueEdition.version))) or 0


def history(rule_id: str | None = None, limit: int = HISTORY) -> list[CatalogueEdition]:
    """Published versions, the newest first, of the whole catalogue or that touched one rule."""
    query = select(CatalogueEdition).where(CatalogueEdition.version.is_not(None))
    rows = db.session.scalars(query.order_by(CatalogueEdition.version.desc()))
    found = (row for row in rows if rule_id is None or rule_id in row.rows)
    return [row for row, _ in zip(found, range(limit), strict=False)]


def drafts() -> Sequence[CatalogueEdition]:
    """Drafts that wait to be published or thrown away, the newest first."""
    query = select(CatalogueEdition).where(CatalogueEdition.version.is_(None))
    return db.session.scalars(query.order_by(CatalogueEdition.id.desc()).limit(HISTORY)).all()


def rule(rule_id: str, draft: CatalogueEdition | None) -> Row:
    """A rule as a draft has it, or as it holds; raises NotFound."""
    if draft and rule_id in draft.rows:
        return dict(draft.rows[rule_id])
    found = db.session.get(CatalogueRule, rule_id)
    if found is None:
        raise NotFound("没有这条派单规则")
    return catalogue_reading.row_of(found)


def catalogue_under(draft: CatalogueEdition) -> tuple[routing.Catalogue, routing.Directory]:
    """The catalogue and units as they would be with a draft."""
    rows = {**catalogue_reading.rows_in_force(), **draft.rows}
    merging = (draft.merging_id, draft.successor_id)
    is_merging = draft.merging_id is not None and draft.successor_id is not None
    units = catalogue_reading.directory(merging if is_merging else None)  # type: ignore[arg-type]
    return catalogue_reading.catalogue(rows.values()), units


def street_duties(draft: CatalogueEdition | None = None) -> dict[str, str]:
    """Categories on the streets' own duty list with their basis, in force or under a draft."""
    query = select(StreetDuty.category, StreetDuty.basis).where(StreetDuty.is_active)
    found = dict(db.session.execute(query.order_by(StreetDuty.category)).all())
    for category, duty in (draft.duties if draft else {}).items():
        if duty["is_active"]:
            found[category] = duty["basis"]
        else:
            found.pop(category, None)
    return found


def findings(on: date) -> tuple[routing.Finding, ...]:
    """What is wrong with the catalogue in force (派单目录体检)."""
    rules, units = office.catalogue()
    duties = set(street_duties())
    return routing.check(rules, units, codes.categories(), on=on, street_duties=duties)


def findings_under(draft: CatalogueEdition, on: date) -> Findings:
    """What would be wrong with a draft; what was wrong before and is not touched may stay."""
    rules, units = catalogue_under(draft)
    duties = set(street_duties(draft))
    found = routing.check(rules, units, codes.categories(), on=on, street_duties=duties)
    before = {(one.kind, one.text) for one in findings(on)}
    refusing = [
        one
        for one in found
        if one.severity == "error"
        and ((one.kind, one.text) not in before or not draft.rows.keys().isdisjoint(one.rules))
    ]
    return Findings(found, tuple(refusing))


def trial(edition_id: int) -> RoutingTrial | None:
    """The dry run of a draft, or that a version was published after."""
    query = select(RoutingTrial).where(RoutingTrial.edition_id == edition_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def is_tried(edition_id: int) -> bool:
    """Whether the dry run of a draft is over."""
    found = trial(edition_id)
    return found is not None and found.state is RunState.DONE


def moved(trial_id: int, *, cursor: str | None = None) -> tuple[list[Moved], str | None]:
    """A page of the tickets that would go elsewhere, the newest first, and the next cursor."""
    line = RoutingTrialLine
    query = (
        select(
            line.id,
            Ticket.ticket_no,
            Ticket.title,
            Ticket.category_code,
            line.unit_before,
            line.unit_after,
            line.rule_before,
            line.rule_after,
            line.reason,
        )
        .join(Ticket, Ticket.id == line.ticket_id)
        .where(line.trial_id == trial_id)
        .order_by(line.id)
        .limit(PAGE + 1)
    )
    if cursor:
        query = query.where(line.id > bounded.read_id_cursor(cursor))
    rows = [Moved(*row) for row in db.session.execute(query)]
    return rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else None


def moves(trial_id: int) -> list[tuple[str | None, str | None, int]]:
    """How many tickets would go from which unit to which, the most first."""
    line = RoutingTrialLine
    count = func.count()
    query = (
        select(line.unit_before, line.unit_after, count)
        .where(line.trial_id == trial_id)
        .group_by(line.unit_before, line.unit_after)
        .order_by(count.desc(), line.unit_before, line.unit_after)
    )
    return [(before, after, number) for before, after, number in db.session.execute(query)]


def merger(edition_id: int) -> UnitMerger | None:
    """The move of open tickets that a published merger caused."""
    query = select(UnitMerger).where(UnitMerger.edition_id == edition_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def unit(department_id: int | None) -> Department | None:
    """A unit by its id."""
    return db.session.get(Department, department_id) if department_id else None


def concerned(department_id: int) -> ColumnElement[bool]:
    """Open tickets the unit leads or helps with."""
    helps = select(Assignment.ticket_id).where(
        Assignment.department_id == department_id, Assignment.ended_at.is_(None)
    )
    mine = or_(Ticket.lead_department_id == department_id, Ticket.id.in_(helps))
    return and_(Ticket.stage.not_in(_ENDED), mine)


def open_tickets(department_id: int) -> int:
    """How many tickets would move with a unit."""
    query = select(func.count(Ticket.id)).where(concerned(department_id))
    return db.session.scalar(query) or 0


def rules_naming(code: str, on: date) -> list[Row]:
    """Rules that name a unit by its code, as lead or helper, and are not over."""
    query = select(CatalogueRule).where(_is_alive(on)).order_by(CatalogueRule.id)
    rows = [catalogue_reading.row_of(one) for one in db.session.scalars(query)]
    return [row for row in rows if code == row["lead"] or code in row["helpers"]]


def _is_alive(on: date) -> ColumnElement[bool]:
    return or_(CatalogueRule.effective_to.is_(None), CatalogueRule.effective_to >= on)


def rules_by_duty(duty: str, level: str, on: date) -> list[Row]:
    """Rules that find units by a duty on a level, and are not over."""
    query = select(CatalogueRule).where(CatalogueRule.lead == f"duty:{duty}@{level}", _is_alive(on))
    return [catalogue_reading.row_of(one) for one in db.session.scalars(query)]
