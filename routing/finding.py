"""What is found wrong with a catalogue: kind, rules, words, severity and what to do (体检结果)."""

from __future__ import annotations

from typing import Literal, NamedTuple

FindingKind = Literal[
    "gap", "tie", "unknown_unit", "grassroots", "cycle", "never_wins", "unknown_scope", "expired"
]
Severity = Literal["error", "warning", "info"]
"""An error refuses publication; a warning should be mended; info is for those who read on."""
SEVERITY_LABELS: dict[Severity, str] = {"error": "须改正", "warning": "提醒", "info": "说明"}
KIND_LABELS: dict[FindingKind, str] = {
    "gap": "缺口",
    "tie": "并列",
    "unknown_unit": "单位不存在或已停用",
    "grassroots": "下推基层",
    "cycle": "循环下派",
    "never_wins": "永不命中",
    "unknown_scope": "分类或区域不存在",
    "expired": "已失效",
}
_ERRORS = ("tie", "unknown_unit", "grassroots", "cycle")
_ADVICE: dict[FindingKind, str] = {
    "gap": "为该分类增加一条不限类型、紧急程度和关键词的规则",
    "tie": "结束其中一条，或让其中一条的区域、关键词或条件更具体",
    "unknown_unit": "改派现有单位，或结束这条规则",
    "grassroots": "改由区县职能部门主办；确属街道职责的，写明依据并列入街道履职事项清单",
    "cycle": "更正单位的上级或撤并关系，使下派能够到底",
    "never_wins": "结束这条规则，或结束排在它前面的规则",
    "unknown_scope": "改为现有的分类和区域，或结束这条规则",
    "expired": "无需处理；旧工单仍保留当时依据的规则",
}


class Finding(NamedTuple):
    """Something an administrator should mend, in Chinese words, with the ids of its rules."""

    kind: FindingKind
    text: str
    rules: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        if self.kind in _ERRORS:
            return "error"
        return "info" if self.kind == "expired" else "warning"

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self.kind]
