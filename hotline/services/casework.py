"""派单参考: what a dispatcher may choose for one ticket, each with its unit, rule and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.motions import Motion, MotionState
from hotline.services import advising, dispatching, sorting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.models import MotionRow, SuggestionRow, Ticket
    from hotline.services.advising import Offer


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One line to choose by one key; ``by`` says who speaks for it, ``warning`` against it."""

    offer: Offer
    by: str
    warning: str = ""


def choices_for(
    ticket: Ticket,
    suggestion: SuggestionRow | None,
    motions: Sequence[MotionRow],
    *,
    path: str,
    at: datetime,
) -> list[Choice]:
    """What the returning unit proposed, the category a person chose, then the machine's best.

    ``path``: the names of the ticket's present category. A unit that has returned the ticket is
    still offered, with a warning, for it may be right after all.
    """
    facts = dispatching.facts_of(ticket, "", at)
    granted = [
        row for row in motions if row.kind is Motion.RETURN and row.state is MotionState.GRANTED
    ]
    ranked = suggestion.ranked[: sorting.TOP] if suggestion else []
    offers = [(offer, "系统推荐") for offer in advising.offers_for(ranked, facts)]
    if ticket.category_code and all(o.code != ticket.category_code for o, _by in offers):
        known = {"code": ticket.category_code, "path": path, "probability": 0.0, "because": []}
        offers.insert(0, (advising.offers_for([known], facts)[0], "现有分类"))
    offers = [*_proposed(granted, ticket, path), *offers]
    refusers = {row.department.code: row.department.name for row in granted}
    return [
        Choice(
            offer=offer,
            by=by,
            warning=f"{refusers[offer.unit_code]}已退过此单" if offer.unit_code in refusers else "",
        )
        for offer, by in offers
    ]


def _proposed(granted: Sequence[MotionRow], ticket: Ticket, path: str) -> list[tuple[Offer, str]]:
    """The unit named in the last return that was agreed to, if any was named."""
    last = granted[-1] if granted else None
    unit = last.suggested_department if last else None
    if last is None or unit is None:
        return []
    offer = advising.Offer(
        code=ticket.category_code or "",
        path=path or "分类待定",
        probability=0.0,
        because=(),
        unit_code=unit.code,
        unit_name=unit.name,
        reason=last.reason,
    )
    return [(offer, f"{last.department.name}退单时建议")]
