"""Conditions of the rows of the law: None means yes, a sentence means no and why (守卫)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hotline.domain.terms import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.identity import Actor

MAX_REDO_ROUNDS = 2
"""重办至多两次, then only a supervisor sends it again (domain.md 8.1)."""
MAX_RETURNS = 2
"""退单至多两次, then adjudication (domain.md 8.1)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the law needs to know of a ticket; plain values, no rows."""

    stage: str
    kind: Kind
    round: int = 1
    lead_department_id: int | None = None
    no_return: bool = False
    reply: str | None = None
    reason_code: str | None = None
    master_id: int | None = None
    sampled: bool = False
    merged_from: str | None = None
    is_master_answered: bool = False

    def hoping(self) -> Facts:
        """Return the same facts with everything a form will bring, to ask which buttons to show."""
        return replace(
            self,
            reply=self.reply or "·",
            reason_code=self.reason_code or "·",
            master_id=self.master_id or 0,
            lead_department_id=self.lead_department_id or 0,
        )


def free(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - all guards share one shape
    """No condition beyond stage and role."""
    return None


def has_reply(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """A ticket answered at once needs the words of the answer."""
    return None if facts.reply else "直接答复须填写答复内容"


def has_reason_code(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """Declining and transferring are coded, so that they can be counted (domain.md 2.3)."""
    return None if facts.reason_code else "须选择编码理由"


def has_master(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """A merged ticket names the ticket it goes into (国办函〔2025〕66号: 并单)."""
    return None if facts.master_id is not None else "须指明并入的主单"


def merged_from(stage: str) -> Callable[[Facts, Actor], str | None]:
    """Make the guard of a way back: merged in this stage, and its people not yet answered."""

    def guard(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
        if facts.merged_from is None:
            return "该工单没有并入其他工单"
        if facts.is_master_answered:
            return "主单已答复，不能再撤销并单"
        return None if facts.merged_from == stage else "该工单并单前不在这个阶段"

    return guard


def has_lead(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """Nothing is dispatched without a lead department (主办单位)."""
    return None if facts.lead_department_id is not None else "须指明主办单位"


def own_unit(facts: Facts, actor: Actor) -> str | None:
    """Only the lead department touches the ticket (最小权限)."""
    same = actor.department_id is not None and actor.department_id == facts.lead_department_id
    return None if same else "该工单不由本单位主办"


def own_unit_replies(facts: Facts, actor: Actor) -> str | None:
    """The lead department replies, and with words (uReport 87: closing must need a comment)."""
    return own_unit(facts, actor) or has_reply(facts, actor)


def may_return(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """After adjudication a ticket may not be returned again (禁止退回)."""
    return "该工单已裁定承办单位，禁止退回" if facts.no_return else None


def _is_called_back(facts: Facts) -> bool:
    """All complaints, help, reports; suggestions too; consultations by sample; no praise."""
    if facts.kind is Kind.PRAISE:
        return False
    return facts.kind is not Kind.CONSULT or facts.sampled


def needs_callback(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """Approving leads to the callback where the rule asks for one (domain.md 8.1)."""
    return None if _is_called_back(facts) else "该工单按规则不回访，请直接办结"


def needs_no_callback(facts: Facts, actor: Actor) -> str | None:  # noqa: ARG001 - same
    """Concluding without a callback is only for what the rule leaves out."""
    return "该工单按规则须回访，不能直接办结" if _is_called_back(facts) else None


def round_left(facts: Facts, actor: Actor) -> str | None:
    """Two redo rounds for the citizen's word, more only by a supervisor (story 8)."""
    if facts.round <= MAX_REDO_ROUNDS or actor.role == "supervisor":
        return None
    return "重办次数已满，须由督办员决定"
