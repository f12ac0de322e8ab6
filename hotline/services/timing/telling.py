"""Whom a step of the ladder tells, by which road; many of one kind in one line (阶梯通知)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from hotline.db import db, insert_alike, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Role
from hotline.models import Carrier, Department, Message, Notice, Ticket, TimelineEntry
from hotline.queries import judging, leaders, office
from hotline.services import notices
from hotline.services.timing import by_hand, plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    import sla
    from hotline.models import Staff

MANY = 5
"""More tickets of one unit at the same step are one line: nobody reads forty alike."""
SHOWN = 3
DESKS = {
    "supervisor": Role.SUPERVISOR,
    "authority": Role.AUTHORITY,
    "dispatcher": Role.DISPATCHER,
    "callback": Role.CALLBACK,
}
LINKS = {"unit": "/department", "leader": "/department", "parent_leader": "/department"}


@dataclass(frozen=True, slots=True)
class _To:
    """One recipient: a unit's bell, a desk's bell, a person's bell or a phone."""

    kind: str
    department_id: int | None = None
    role: Role | None = None
    staff_id: int | None = None
    phone: str | None = None

    @property
    def word(self) -> str:
        """What tells recipients apart in a key; never the number itself."""
        person = self.staff_id or self.department_id or self.role or "citizen"
        return f"{self.kind}-{person}{'-sms' if self.phone else ''}"


@dataclass(frozen=True, slots=True)
class _Case:
    """One entry to tell of, its ticket, and the rung of the ladder it belongs to."""

    entry: TimelineEntry
    ticket: Ticket
    rung: sla.Step | sla.Trigger


@dataclass(slots=True)
class _Writing:
    """What one transaction tells, to be written at once.

    ``units`` are held so that nobody asks for each ticket's again; who leads one is asked once.
    """

    at: datetime
    public_url: str
    on: date
    units: Sequence[Department]
    notices: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[str, int | None], list[Staff]] = field(default_factory=dict)

    def people(self, kind: str, unit: int | None) -> list[Staff]:
        """Who leads a unit, or the one above it."""
        if (kind, unit) not in self.known:
            self.known[kind, unit] = _LEADERS[kind](unit, self.on)
        return self.known[kind, unit]


_LEADERS: dict[str, Callable[[int | None, date], list[Staff]]] = {
    "leader": leaders.leaders_of,
    "parent_leader": leaders.parent_leaders_of,
}


def compose(entry_ids: Sequence[int], *, public_url: str, at: datetime) -> list[int]:
    """Write what these entries call for and settle them, in one transaction.

    Gives the ids of the messages to deliver. Asked again it finds the entries settled, so nobody
    is told twice, whoever of two workers comes first; the second waits, for the first may die.
    """
    with transaction() as session:
        query = (
            select(TimelineEntry, Ticket)
            .join(Ticket, Ticket.id == TimelineEntry.ticket_id)
            .where(TimelineEntry.id.in_(entry_ids), TimelineEntry.settled_at.is_(None))
            .order_by(TimelineEntry.id)
            .with_for_update(of=TimelineEntry)
            .execution_options(populate_existing=True)
        )
        cases, settled = _cases(session.execute(query), office.ladder(at))
        told = update(TimelineEntry).where(TimelineEntry.id.in_(settled))
        session.execute(told.values(settled_at=at))
        writing = _Writing(at, public_url, plans.today(at), _units_of(cases))
        groups: dict[tuple[str, _To], list[_Case]] = {}
        for case in cases:
            for to in _recipients(writing, case):
                groups.setdefault((case.rung.id, to), []).append(case)
        for (_, to), alike in groups.items():
            _tell(writing, to, alike)
        if writing.notices:
            insert_alike(Notice, writing.notices)
        return insert_alike(Message, writing.messages) if writing.messages else []


def _cases(
    found: Iterable[tuple[TimelineEntry, Ticket]], ladder: sla.Ladder
) -> tuple[list[_Case], list[int]]:
    """The entries a rung speaks of, and the ids of all that nobody else tells of."""
    cases, settled = [], []
    for entry, ticket in found:
        rung = _rung(ladder, entry)
        if rung is None and "step" not in entry.payload and entry.event is not Event.MILESTONE:
            continue  # a person's deed, told by the notices of that event
        settled.append(entry.id)
        if rung is not None:
            cases.append(_Case(entry, ticket, rung))
    return cases, settled


def _units_of(cases: Iterable[_Case]) -> Sequence[Department]:
    ids = {case.ticket.lead_department_id for case in cases}
    return db.session.scalars(select(Department).where(Department.id.in_(ids))).all()


def _rung(ladder: sla.Ladder, entry: TimelineEntry) -> sla.Step | sla.Trigger | None:
    if entry.event is Event.MILESTONE:
        return ladder.step(judging.step_of(entry.payload["milestone"]))
    name = entry.payload.get("step")
    if name is None:
        return by_hand.rung_of(entry.event, entry.payload)
    return ladder.step(name) or ladder.trigger(name)


def _recipients(writing: _Writing, case: _Case) -> Iterator[_To]:
    unit = case.entry.payload.get("department_id") or case.ticket.lead_department_id
    for kind in case.rung.tells:
        for people in _of_kind(writing, kind, unit, case.ticket):
            if people.phone is None and "notice" in case.rung.by:
                yield people
            if people.phone is not None and "sms" in case.rung.by:
                yield people


def _of_kind(writing: _Writing, kind: str, unit: int | None, ticket: Ticket) -> Iterator[_To]:
    if kind in DESKS:
        yield _To(kind, role=DESKS[kind])
    elif kind == "unit" and unit is not None:
        yield _To(kind, department_id=unit)
    elif kind == "citizen":
        if ticket.citizen is not None and ticket.citizen.phone:
            yield _To(kind, phone=ticket.citizen.phone)
    elif unit is not None:
        for person in writing.people(kind, unit):
            yield _To(kind, staff_id=person.id)
            if person.phone:
                yield _To(kind, staff_id=person.id, phone=person.phone)


def _tell(writing: _Writing, to: _To, cases: list[_Case]) -> None:
    if len(cases) > MANY:
        _write(writing, to, cases[0], _together(cases), is_many=True)
        return
    for case in cases:
        text = notices.filled(
            case.rung.template,
            notices.Case(case.ticket, case.entry, writing.public_url, writing.at),
            leader=_leader_names(writing, case.ticket.lead_department_id),
            step=case.rung.label,
            clock=_clock_label(case.entry),
        )
        _write(writing, to, case, text, is_many=False)


def _together(cases: list[_Case]) -> str:
    """One line for many tickets at the same step."""
    numbers = "、".join(case.ticket.ticket_no for case in cases[:SHOWN])
    clock = _clock_label(cases[0].entry)
    return (
        f"【{cases[0].rung.label}】共 {len(cases)} 件工单{clock and f'（{clock}期限）'}："
        f"{numbers} 等，请在待办列表中逐件处理。"
    )


def _write(writing: _Writing, to: _To, case: _Case, text: str, *, is_many: bool) -> None:
    said = {
        "key": f"e{case.entry.id}-{'many' if is_many else 'one'}-{case.rung.id}-{to.word}",
        "created_at": writing.at,
    }
    if to.phone is None:
        whom = {"department_id": to.department_id, "role": to.role, "staff_id": to.staff_id}
        said |= {
            "ticket_id": None if is_many else case.ticket.id,
            "link": LINKS.get(to.kind, "/supervision") if is_many else None,
            "text": text,
        }
        writing.notices.append(said | whom)
        return
    writing.messages.append(
        said
        | {
            "carrier": Carrier.SMS,
            "topic": case.rung.template[:32],
            "ticket_id": case.ticket.id,
            "recipient": to.phone,
            "body": text,
            "next_try_at": writing.at,
        }
    )


def _leader_names(writing: _Writing, unit: int | None) -> str:
    return "、".join(person.name for person in writing.people("leader", unit)) or "单位负责人"


def _clock_label(entry: TimelineEntry) -> str:
    name = entry.payload.get("clock")
    return Clock(name).label if name else ""
