"""派单参考: what a dispatcher may choose for one ticket, each with its unit, rule and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import classifier
from hotline.domain.motions import Motion, MotionState
from hotline.queries import office
from hotline.services import advising, dispatching, precedents, sorting

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
    ranked = _in_use(suggestion.ranked)[: sorting.TOP] if suggestion else []
    offers = [(offer, "系统推荐") for offer in advising.offers_for(ranked, facts)]
    code = ticket.category_code and office.category_in_use(ticket.category_code)
    if code and all(o.code != code for o, _by in offers):
        is_own = code == ticket.category_code
        own = path if is_own else classifier.load_tree().path(code)
        known = {"code": code, "path": own, "probability": 0.0, "because": []}
        by = "现有分类" if is_own else f"现有分类“{path}”已停用，取其上级"
        offers.insert(0, (advising.offers_for([known], facts)[0], by))
    offers = _with_learned(offers, suggestion)
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


def _in_use(ranked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the categories that were switched off since the machine looked."""
    return [row for row in ranked if office.category_in_use(row["code"]) == row["code"]]


def _with_learned(
    offers: list[tuple[Offer, str]], suggestion: SuggestionRow | None
) -> list[tuple[Offer, str]]:
    """The offers with the units that handled such matters before (历史工单).

    They stand behind the catalogue's units, in front only where it found none; one that the
    catalogue offers anyway needs no line of its own.
    """
    routes = [row for row in (suggestion.routes if suggestion else []) if row.get("share")]
    if not offers or not routes:
        return offers
    best = offers[0][0]
    _, directory = office.catalogue()
    taken = {offer.unit_code for offer, _by in offers}
    more = [
        (
            advising.Offer(
                code=best.code,
                path=best.path,
                probability=row["share"],
                because=(),
                unit_code=row["code"],
                unit_name=row["name"],
                reason=row["reason"],
            ),
            precedents.SPEAKER,
        )
        for row in routes
        if row["code"] not in taken and not row["rule"] and directory.unit(row["code"])
    ]
    return [*offers, *more] if best.unit_code else [*more, *offers]


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
