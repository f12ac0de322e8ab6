"""Who will be told before an act of supervision is sent, by name (告知对象)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.terms import Role, Term
from hotline.models import Department, Ticket
from hotline.queries import bounded, leaders
from hotline.services.supervision import Act
from hotline.services.timing import by_hand, sweeping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from hotline.models import Staff


class Ear(Term):
    """In which quality somebody is told."""

    UNIT = "unit", "承办单位"
    LEADER = "leader", "单位负责人"
    PARENT_LEADER = "parent_leader", "上级单位负责人"
    SUPERVISOR = "supervisor", "督办员"
    AUTHORITY = "authority", "热线管理机构"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One who will be told, of how many of the tickets; a deputy is named as such."""

    ear: Ear
    name: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Everybody an act would tell.

    ``nobody``: how many tickets no unit holds. ``missing``: leaders who should be told and are not
    registered.
    """

    told: list[Told]
    nobody: int = 0
    missing: tuple[Ear, ...] = ()


_EVENTS = {
    Act.SUPERVISE: Event.SUPERVISED,
    Act.RAISE: Event.RAISED,
    Act.RELEASE: Event.RELEASED,
}


def of_act(act: Act, ticket_ids: Sequence[int], *, at: datetime) -> Audience:
    """Foresee whom an act would tell about these tickets, by the same rules that tell them."""
    ids = [number for number in set(ticket_ids) if number <= bounded.LARGEST_ID]
    tickets = db.session.scalars(select(Ticket).where(Ticket.id.in_(ids))).all()
    on = at.astimezone(sla.LOCAL).date()
    people = _People(on)
    counted: Counter[tuple[Ear, str]] = Counter()
    wanted: set[Ear] = set()
    for ticket in tickets:
        ears = _ears(act, ticket, at)
        wanted.update(ears)
        counted.update({pair for ear in ears for pair in people.names(ear, ticket)})
    order = list(Ear)
    told = [Told(ear=ear, name=name, count=n) for (ear, name), n in counted.items()]
    told.sort(key=lambda one: (order.index(one.ear), -one.count, one.name))
    nobody = sum(ticket.lead_department_id is None for ticket in tickets)
    heard = {ear for ear, _ in counted}
    missing = tuple(ear for ear in Ear if ear in wanted - heard) if told else ()
    return Audience(told=told, nobody=nobody, missing=missing)


def _ears(act: Act, ticket: Ticket, at: datetime) -> Iterable[Ear]:
    """In which qualities people are told of one ticket."""
    if act is Act.URGE:
        return [Ear.UNIT]
    if act is Act.ORDER:
        triggers = [trigger for trigger, _ in sweeping.pending(ticket, "order", at=at)]
        told = by_hand.reaches_unit(triggers)
        rungs = triggers if told else [*triggers, by_hand.RUNGS[Event.ORDERED]]
        tells = [kind for rung in rungs for kind in rung.tells]
    else:
        tells = list(by_hand.RUNGS[_EVENTS[act]].tells)
        tells += ["unit"] if act is Act.SUPERVISE else []
    return [Ear(kind) for kind in dict.fromkeys(tells) if kind in set(Ear)]


class _People:
    """Units and their leaders, each looked up once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._known: dict[tuple[Ear, int], list[str]] = {}

    def names(self, ear: Ear, ticket: Ticket) -> Iterator[tuple[Ear, str]]:
        """Name those who hear of a ticket in one quality."""
        if ear in (Ear.SUPERVISOR, Ear.AUTHORITY):
            yield ear, Role(ear.value).label
            return
        unit_id = ticket.lead_department_id
        if unit_id is None:
            return
        if (ear, unit_id) not in self._known:
            self._known[ear, unit_id] = list(self._found(ear, unit_id))
        for name in self._known[ear, unit_id]:
            yield ear, name

    def _found(self, ear: Ear, unit_id: int) -> Iterator[str]:
        unit = db.session.get_one(Department, unit_id)
        if ear is Ear.UNIT:
            yield unit.name
        elif ear is Ear.LEADER:
            yield from (_named(one, unit_id) for one in leaders.leaders_of(unit_id, self._on))
        else:
            found = leaders.parent_leaders_of(unit_id, self._on)
            yield from (_named(one, unit.parent_id) for one in found)


def _named(person: Staff, unit_id: int | None) -> str:
    """李明（东湖区城管局）; a deputy stands in for a leader on leave."""
    unit = person.department.short_name if person.department else ""
    is_own = person.department_id == unit_id and person.role is Role.DEPARTMENT_LEAD
    if is_own:
        return f"{person.name}（{unit}）"
    deputy = "上级代管" if person.role is Role.DEPARTMENT_LEAD else "代理"
    return f"{person.name}（{unit}，{deputy}）"
