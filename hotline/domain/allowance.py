"""How many days an extension may still have (延期额度): the sums and the sentences about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sla

TIMES = 2
"""首次 and 再次: the second extension is the last (domain.md 8.1)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the terms of a city leave of extensions after those granted, in working days.

    Counted per round of handling: a redo has a deadline of its own.
    """

    terms: sla.ExtensionTerms
    granted: tuple[int, ...] = ()

    @property
    def ordinal(self) -> int:
        """The how-manieth extension the next one would be."""
        return len(self.granted) + 1

    @property
    def used(self) -> int:
        """Days granted so far."""
        return sum(self.granted)

    @property
    def most(self) -> int:
        """How many days the next one may ask for; 0 when there is none any more."""
        if self.ordinal > TIMES:
            return 0
        own = self.terms.first_max if self.ordinal == 1 else self.terms.second_max
        return max(0, min(own, self.terms.total_max - self.used))

    def refusal(self, days: int) -> str | None:
        """Why so many days cannot be had, with the sums and what could be; None if they can."""
        if self.most == 0:
            return self._nothing_left()
        if days <= self.most:
            return None
        if self.ordinal == 1:
            return f"首次延期最多 {self.most} 个工作日，申请了 {days} 个{self._later()}"
        if self.terms.total_max - self.used <= self.terms.second_max:
            return f"{self._sum()}，最多还可申请 {self.most} 个，须由热线管理机构审批"
        return f"第二次延期最多 {self.most} 个工作日，申请了 {days} 个；须由热线管理机构审批"

    def words(self) -> str:
        """What may be asked for now and who decides, to stand beside the form."""
        if self.most == 0:
            return self._nothing_left()
        if self.ordinal == 1:
            return f"首次延期最多 {self.most} 个工作日，由单位负责人和热线审核"
        return f"{self._sum()}，最多还可申请 {self.most} 个，由单位负责人审核、热线管理机构审批"

    def _sum(self) -> str:
        return f"累计不得超过 {self.terms.total_max} 个工作日，已延期 {self.used} 个"

    def _later(self) -> str:
        if not self.terms.second_max:
            return ""
        total = self.terms.total_max
        return f"；获批后仍不够的可再申请一次，须由热线管理机构审批，累计不得超过 {total} 个工作日"

    def _nothing_left(self) -> str:
        if not self.granted:
            return "按本市时限规则不办理延期，请在期限内办结"
        if self.used >= self.terms.total_max:
            return f"{self._sum()}，不能再延期"
        if self.ordinal > TIMES:
            return f"已延期 {TIMES} 次、共 {self.used} 个工作日，第二次为最后一次，不能再延期"
        return f"按本市时限规则只能延期一次，已延期 {self.used} 个工作日，不能再延期"
