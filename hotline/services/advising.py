"""边听边荐: what the desk is offered while somebody speaks; reads only, decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import routing
from hotline.domain.errors import Invalid
from hotline.domain.terms import Kind, Urgency
from hotline.queries import desk, knowledge, office, places, similar, workload
from hotline.services import _checks, precedents, ranking, reading, sorting
from hotline.services.intake import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import classifier
    from hotline.queries.knowledge import Answer
    from hotline.queries.similar import Similar
    from hotline.services.shelf import Shelf


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What has been written down so far; nothing of it is required."""

    content: str
    title: str = ""
    phone: str = ""
    area_code: str = ""
    address: str = ""
    kind: Kind | None = None

    @property
    def text(self) -> str:
        """Title and content as the classifier and the router read them."""
        return f"{self.title}。{self.content}" if self.title else self.content


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One category with its unit: who would get it, by which rule, and why."""

    code: str
    path: str
    probability: float
    because: tuple[str, ...]
    unit_code: str = ""
    unit_name: str = ""
    rule: str = ""
    reason: str = ""
    legal_basis: str = ""
    helpers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Everything offered for one text; ``is_sure`` when the machine would dispatch by itself.

    ``kind``: as the agent chose it, else as the text says. ``understood``: what was read from the
    text, each answer with its words. ``area``: the path of the area it names, empty for none.
    """

    offers: Sequence[Offer]
    is_sure: bool
    doubt: str
    model_id: str
    kind: Kind
    urgency: Urgency
    understood: classifier.Understanding
    area: str
    answers: Sequence[Answer]
    similar: Sequence[Similar]


def advise(heard: Heard, shelf: Shelf, *, at: datetime) -> Advice:
    """Suggest category, unit, urgency, answers and open tickets for what was said so far.

    Works without a model (no offers) and on any text; a few milliseconds when warm.
    """
    content = _checks.clean_text(heard.content)[: _checks.CONTENT_LIMIT]
    heard = replace(heard, content=content, title=_checks.clean_text(heard.title))
    found = reading.read(heard.text)
    urgency = Urgency(found.urgency.level)
    kind = heard.kind or Kind(found.kind.kind)
    facts = routing.Facts(
        category="",
        area=heard.area_code or found.area.code,
        kind=kind.value,
        urgency=urgency.value,
        text=heard.text,
        at=at,
        is_workday=office.is_workday(at),
    )
    ranked, is_sure, doubt, model_id, learned = _classified(heard, shelf)
    offers = _with_precedent(offers_for(ranked[: sorting.TOP], facts), learned)
    best = offers[0].code if offers else None
    return Advice(
        offers=offers,
        is_sure=is_sure,
        doubt=doubt,
        model_id=model_id,
        kind=kind,
        urgency=urgency,
        understood=found,
        area=places.area_path(found.area.code),
        answers=knowledge.search(heard.text, on=at.astimezone(LOCAL).date(), category=best),
        similar=similar.find(_said(heard), at=at),
    )


def _said(heard: Heard) -> similar.Said:
    return similar.Said(
        content=heard.content,
        title=heard.title,
        address=heard.address,
        area_code=heard.area_code or None,
        citizen_id=citizen_of(heard.phone),
    )


def _with_precedent(offers: list[Offer], learned: Sequence[classifier.LearnedUnit]) -> list[Offer]:
    """Where the catalogue names no unit for the first category, the one that history knows."""
    if not offers or offers[0].unit_code:
        return offers
    _, directory = office.catalogue()
    code, share = next(iter(precedents.shares(learned, directory).items()), ("", 0.0))
    unit = directory.unit(code)
    if unit is None:
        return offers
    reason = f"{offers[0].reason}；{precedents.BY}：此类诉求 {share:.0%} 由该单位承办"
    return [replace(offers[0], unit_code=code, unit_name=unit.name, reason=reason), *offers[1:]]


def _classified(
    heard: Heard, shelf: Shelf
) -> tuple[list[dict[str, Any]], bool, str, str, tuple[classifier.LearnedUnit, ...]]:
    active = shelf.classifier()
    if active is None:
        return [], False, "没有可用的分类模型，请手工选择分类", "", ()
    if not heard.content:
        return [], False, "", active.model_id, ()
    suggestion = active.suggest(heard.title, heard.content)
    ranked = sorting.ranked_of(suggestion)
    if not ranked:
        gone = ranking.passed_over(suggestion) or "模型没有可用的分类"
        return [], False, f"{gone}，请手工选择", active.model_id, ()
    is_sure = not suggestion.unsure and ranked[0]["probability"] >= sorting.trust_line(
        ranked[0]["code"]
    )
    doubt = suggestion.doubt or ranking.passed_over(suggestion)
    return ranked, is_sure and not doubt, doubt, active.model_id, suggestion.departments


def offers_for(ranked: Iterable[dict[str, Any]], facts: routing.Facts) -> list[Offer]:
    """Find the unit of each ranked category by the catalogue, each asked on its own."""
    rules, directory = office.catalogue()
    return [_offer(row, replace(facts, category=row["code"]), rules, directory) for row in ranked]


def _offer(
    row: dict[str, Any],
    facts: routing.Facts,
    rules: routing.Catalogue,
    directory: routing.Directory,
) -> Offer:
    decision = routing.route(facts, rules, directory, weigh=workload.weigh(facts.at))
    unit = directory.unit(decision.lead) if decision.lead else None
    helpers = ((code, directory.unit(code)) for code in decision.helpers)
    return Offer(
        code=row["code"],
        path=row["path"].replace("/", " / "),
        probability=float(row["probability"]),
        because=tuple(row["because"]),
        unit_code=unit.code if unit else "",
        unit_name=unit.name if unit else "",
        rule=decision.rule_id or "",
        reason=decision.reason,
        legal_basis=decision.legal_basis,
        helpers=tuple((code, unit.name if unit else code) for code, unit in helpers),
    )


def citizen_of(phone: str) -> int | None:
    """Find the citizen of a number as somebody wrote it; None for half a number or a stranger."""
    try:
        checked = _checks.checked_phone(phone)
    except Invalid:
        return None
    return desk.citizen_of(checked) if checked else None
