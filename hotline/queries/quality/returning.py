"""退单: how many units filed, of those received, and what the hotline made of them (退单率)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, exists, func, literal, select, union_all

from hotline.db import db
from hotline.domain.motions import Motion, MotionState
from hotline.domain.outcomes import Outcome
from hotline.models import MotionRow, Ticket
from hotline.queries.quality.first_dispatch import First, leads_of

if TYPE_CHECKING:
    from typing import TypeAlias

    from sqlalchemy import ColumnElement, Select

    from hotline.queries.indicators import Period
    from hotline.queries.quality.first_dispatch import Narrow

    Rows: TypeAlias = Select[*tuple[Any, ...]]

HANDED_ON = "单位撤并"
"""A lead that a unit inherited was not sent to it by anybody."""


@dataclass(slots=True)
class Returns:
    """Returns filed in a period by what became of them, and how many tickets were received."""

    states: Counter[MotionState] = field(default_factory=Counter)
    received: int = 0

    @property
    def filed(self) -> int:
        """How many were filed and not taken back."""
        return self.states.total() - self.states[MotionState.WITHDRAWN]

    @property
    def granted(self) -> int:
        """How many the hotline agreed to."""
        return self.states[MotionState.GRANTED]

    @property
    def refused(self) -> int:
        """How many it refused."""
        return self.states[MotionState.REFUSED]

    @property
    def rate(self) -> float | None:
        """退单率: filed ÷ received; None of nothing."""
        return self.filed / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class ReturnsCounted:
    """A period's returns in all, by category and by unit."""

    total: Returns
    categories: dict[str, Returns]
    units: dict[int, Returns]


def filed_in(period: Period, narrow: Narrow) -> Rows:
    """Returns filed in a period (ix_motion_kind_filed)."""
    query: Rows = (
        select(
            MotionRow.id.label("key"),
            MotionRow.ticket_id.label("ticket_id"),
            MotionRow.department_id.label("unit_id"),
            MotionRow.suggested_department_id.label("to_id"),
            MotionRow.filed_at.label("sent_at"),
            MotionRow.state.label("state"),
            MotionRow.reason_code.label("reason_code"),
            func.coalesce(Ticket.category_code, "").label("code"),
        )
        .join(Ticket, Ticket.id == MotionRow.ticket_id)
        .where(
            MotionRow.kind == Motion.RETURN,
            MotionRow.filed_at >= period.since,
            MotionRow.filed_at < period.until,
        )
    )
    return query.where(*_within(narrow, MotionRow.department_id))


def received_in(period: Period, narrow: Narrow) -> Rows:
    """Dispatches a unit received in a period's first rounds: first ones, moved and delegated."""
    before, was_lead = leads_of(First.ticket_id)
    inherited = exists().where(
        was_lead, before.end_reason == HANDED_ON, before.ended_at == First.dispatched_at
    )
    query: Rows = (
        select(
            First.department_id.label("unit_id"),
            func.coalesce(Ticket.category_code, "").label("code"),
        )
        .join(Ticket, Ticket.id == First.ticket_id)
        .where(
            First.is_lead.is_(True),
            First.round == 1,
            First.dispatched_at >= period.since,
            First.dispatched_at < period.until,
            Ticket.dispatched_at.is_not(None),
            ~inherited,
        )
    )
    return query.where(*_within(narrow, First.department_id))


def _within(narrow: Narrow, unit: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
    found: list[ColumnElement[bool]] = []
    if narrow.category:
        found.append(Ticket.category_code.startswith(narrow.category, autoescape=True))
    if narrow.unit_id is not None:
        found.append(unit == narrow.unit_id)
    return found


def returns(period: Period, narrow: Narrow) -> ReturnsCounted:
    """Count returns and receipts; a sender does not narrow them, for units return what they got."""
    digits = min(len(narrow.category) + 2, 6)
    filed = filed_in(period, narrow).cte("filed")
    got = received_in(period, narrow).cte("got")
    parts = []
    for name in ("category", "unit"):
        for base, state in ((filed, cast(filed.c.state, String)), (got, literal(""))):
            code = func.substr(base.c.code, 1, digits)
            key = code if name == "category" else cast(base.c.unit_id, String)
            part = select(literal(name), key.label("part"), state.label("state"), func.count())
            parts.append(part.group_by(key, state) if base is filed else part.group_by(key))
    found: dict[str, dict[str, Returns]] = {"category": {}, "unit": {}}
    for name, key, word, number in db.session.execute(union_all(*parts)):
        row = found[name].setdefault(str(key), Returns())
        if word:
            row.states[MotionState(word)] += number
        else:
            row.received += number
    total = Returns()
    for row in found["unit"].values():
        total.states.update(row.states)
        total.received += row.received
    return ReturnsCounted(
        total, found["category"], {int(key): row for key, row in found["unit"].items()}
    )


def handed_out_in(period: Period, narrow: Narrow) -> Rows:
    """Tickets handed over to others outside the house in a period (ix_ticket_closed_at)."""
    query: Rows = select(
        Ticket.id.label("key"),
        Ticket.id.label("ticket_id"),
        Ticket.lead_department_id.label("unit_id"),
        Ticket.closed_at.label("sent_at"),
        func.coalesce(Ticket.reason_code, "").label("target"),
        func.coalesce(Ticket.category_code, "").label("code"),
    ).where(
        Ticket.closed_at >= period.since,
        Ticket.closed_at < period.until,
        Ticket.outcome == Outcome.TRANSFERRED,
    )
    if narrow.category:
        query = query.where(Ticket.category_code.startswith(narrow.category, autoescape=True))
    return query


def handed_out(period: Period, narrow: Narrow) -> list[tuple[str, int]]:
    """移交: to whom outside, and how many, most first."""
    base = handed_out_in(period, narrow).cte("out")
    number = func.count()
    query = (
        select(base.c.target, number).group_by(base.c.target).order_by(number.desc(), base.c.target)
    )
    return [(target, count) for target, count in db.session.execute(query)]
