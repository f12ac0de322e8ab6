"""信任线: above which probability the machine dispatches by itself, by the reject curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.terms import Role
from hotline.domain.trust import (
    LOWEST,
    Curve,
    Source,
    enough,
    own_curve,
    trained_curve,
)
from hotline.models import Category, TrustChange, TrustLine
from hotline.queries import office, trusting
from hotline.services import _checks
from hotline.services.sorting import DEFAULT_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import classifier
    from hotline.domain.identity import Actor
    from hotline.domain.trust import Step
    from hotline.queries.trusting import Looked
    from hotline.services.shelf import Shelf

__all__ = [
    "LOWEST",
    "Basis",
    "Proposal",
    "adopt",
    "basis",
    "drop_line",
    "enough",
    "must_be_line",
    "must_be_wish",
    "proposals",
    "set_line",
]
DEFAULT_CODE = ""
LOOKED_BACK = timedelta(days=90)
"""A season of tickets: older ones were another city's winter."""
WISHED, LEAST_WISHED, MOST_WISHED = 0.02, 0.001, 0.3
REASON_LIMIT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a line could be: the curve it is drawn from, the step chosen, and how it is today.

    ``chosen``: None where no line can promise the wished error; ``own``: the category has a line
    of its own. ``is_stale``: the line was chosen for another model than the one at work.
    ``decided``: how many tickets of the category have been decided, enough or not.
    """

    category_code: str
    curve: Curve
    chosen: Step | None
    current: float
    own: TrustLine | None
    decided: int
    is_stale: bool

    @property
    def line(self) -> float:
        """The line proposed; 1 hands everything to a person."""
        return self.chosen.line if self.chosen else 1.0


@dataclass(frozen=True, slots=True)
class Basis:
    """What all proposals are drawn from: the active model, its looks, its cross-validation."""

    model_id: str
    rows: Sequence[Looked]
    trained: Curve


def basis(shelf: Shelf, *, at: datetime, since: datetime | None = None) -> Basis:
    """Read what is known of the active model; of no model there is nothing."""
    model = shelf.classifier()
    if model is None:
        return Basis("", [], trained_curve([], 0))
    rows = trusting.looked(model.model_id, since=since or at - LOOKED_BACK)
    return Basis(model.model_id, rows, _trained(model))


def _trained(model: classifier.Classifier) -> Curve:
    """Take the curve of the artefact's own metrics; an artefact without one gives none."""
    said = model.metadata.get("metrics", {})
    return trained_curve(said.get("curve", ()), int(said.get("rows", 0)))


def proposals(known: Basis, codes: Sequence[str], wished_error: float) -> list[Proposal]:
    """Propose a line for each first-level category, or for all by the empty code.

    From the city's own decided tickets where there are enough; else from the cross-validation.
    """
    lines, every, needed = trusting.line_rows(), office.trust_lines(), enough(wished_error)
    found = []
    for code in codes:
        own = own_curve(trusting.cases(known.rows, code))
        curve = own if own.total >= needed or known.trained.source is Source.NONE else known.trained
        row = lines.get(code)
        holds = row or lines.get(DEFAULT_CODE)
        found.append(
            Proposal(
                category_code=code,
                curve=curve,
                chosen=curve.choose(wished_error),
                current=every.get(code, every.get(DEFAULT_CODE, DEFAULT_LINE)),
                own=row,
                decided=own.total,
                is_stale=bool(known.model_id)
                and (holds.model_id if holds else "") != known.model_id,
            )
        )
    return found


def must_be_wish(wished_error: float) -> None:
    """Refuse an error nobody could promise or would wish for; raises Invalid."""
    if not LEAST_WISHED <= wished_error <= MOST_WISHED:
        raise Invalid("wish", f"错派率须在 {LEAST_WISHED:.1%} 到 {MOST_WISHED:.0%} 之间")


def must_be_line(probability: float) -> None:
    """Refuse a line that would make the machine worse than a coin; raises Invalid."""
    if not LOWEST <= probability <= 1:
        raise Invalid("percent", f"信任线须在 {LOWEST:.0%} 到 100% 之间")


def adopt(
    category_code: str,
    wished_error: float,
    actor: Actor,
    *,
    shelf: Shelf,
    at: datetime,
    shown: float | None = None,
) -> Proposal:
    """Take the proposal as the line; gives it. It holds from the next ticket on.

    ``shown``: the line the person saw; when it has changed since, nothing is done. Raises Invalid,
    NotAllowed.
    """
    _must_be_admin(actor)
    must_be_wish(wished_error)
    _must_be_category(category_code)
    [found] = proposals(basis(shelf, at=at), [category_code], wished_error)
    if found.curve.source is Source.NONE:
        raise Invalid("wish", "没有可用的模型，也没有已有定论的工单，不能按数据选取；可以手工设定")
    if shown is not None and abs(found.line - shown) > 1e-6:  # noqa: PLR2004 - shares of whole per cent
        raise Invalid("wish", f"建议已变为 {found.line:.0%}，请核对后再采用")
    reason = f"按错派率不超过 {wished_error:.1%} 选取"
    _write(category_code, found.line, actor, at=at, reason=reason, grounds=(found, wished_error))
    return found


def set_line(
    category_code: str,
    probability: float,
    actor: Actor,
    *,
    at: datetime,
    reason: str = "",
    shelf: Shelf | None = None,
) -> None:
    """Set the line of a first-level category, or the default for all (empty code), by hand.

    ``probability`` is a share from LOWEST to 1; at 1 a person dispatches practically everything.
    It holds from the next ticket on. With the shelf, what was to be expected is kept with the
    change. Raises Invalid, NotAllowed.
    """
    _must_be_admin(actor)
    must_be_line(probability)
    _must_be_category(category_code)
    words = _checks.clean_text(reason) or "手工设定"
    if len(words) > REASON_LIMIT:
        raise Invalid("reason", f"理由最多 {REASON_LIMIT} 字")
    grounds = None
    if shelf is not None:
        [found] = proposals(basis(shelf, at=at), [category_code], WISHED)
        grounds = (found, None)
    _write(category_code, probability, actor, at=at, reason=words, grounds=grounds)


def drop_line(category_code: str, actor: Actor, *, at: datetime) -> None:
    """Let a category follow the default again; the default itself stays. Raises NotFound."""
    _must_be_admin(actor)
    if category_code == DEFAULT_CODE:
        raise Invalid("category_code", "默认线不能删除，只能修改")
    with transaction() as session:
        row = session.get(TrustLine, category_code)
        if row is None:
            raise NotFound("这个分类没有单独的信任线")
        session.add(
            TrustChange(
                category_code=category_code,
                before=row.probability,
                reason="恢复为默认线",
                at=at,
                by=actor.name,
            )
        )
        session.delete(row)


def _write(
    category_code: str,
    line: float,
    actor: Actor,
    *,
    at: datetime,
    reason: str,
    grounds: tuple[Proposal, float | None] | None,
) -> None:
    """Put the line and note the change beside it, in one transaction."""
    found, wished = grounds or (None, None)
    step = found.curve.at(line) if found else None
    model_id = office.active_model_id()
    with transaction() as session:
        row = session.get(TrustLine, category_code) or TrustLine(category_code=category_code)
        change = TrustChange(
            category_code=category_code,
            before=row.probability,
            after=line,
            wished_error=wished,
            reason=reason,
            model_id=model_id,
            source=found.curve.source.value if found else None,
            taken=step.taken if step else None,
            wrong=step.wrong if step else None,
            total=found.curve.total if found else None,
            at=at,
            by=actor.name,
        )
        row.probability, row.changed_at, row.changed_by = line, at, actor.name
        row.model_id, row.wished_error = model_id, wished
        session.add_all([row, change])


def _must_be_category(code: str) -> None:
    if code != DEFAULT_CODE and not _is_first_level(code):
        raise Invalid("category_code", "请选择一级分类，或“全部（默认线）”")


def _is_first_level(code: str) -> bool:
    category = db.session.get(Category, code)
    return category is not None and category.level == 1 and category.is_active


def _must_be_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以修改信任线")
