"""The words of learning: where a model and a training row come from, what runs there are (反馈)."""

from __future__ import annotations

import hashlib
import re

from hotline.domain.terms import Term

HELD_BACK_IN = 5
"""One ticket in five is kept back: it judges models and never teaches one."""


class Origin(Term):
    """How a model version came to be (模型来源)."""

    STARTER = "starter", "自带起步模型"
    COMMAND = "command", "命令行训练"
    NIGHTLY = "nightly", "夜间重训"
    BUTTON = "button", "网页重训"


class CorrectionSource(Term):
    """Which decision of a person a training row comes from (样本来源)."""

    DISPATCH = "dispatch", "派单时确认"
    REDISPATCH = "redispatch", "退单后改派"
    RULING = "ruling", "裁定时确认"
    RECLASSIFY = "reclassify", "人工改分类"
    RECTIFY = "rectify", "更正要素"
    REGISTER = "register", "登记时选择"
    ANSWER = "answer", "直接答复时确认"
    DECLINE = "decline", "不予受理时确认"
    TRANSFER = "transfer", "移交时确认"
    MERGE = "merge", "并单时确认"


class LearningKind(Term):
    """What a run of the learning queue does (学习任务)."""

    RETRAIN = "retrain", "重新训练"
    COMPARE = "compare", "模型对比"
    NOISE = "noise", "标注核查"
    EXPORT = "export", "样本导出"


def is_held_back(ticket_id: int) -> bool:
    """Whether a ticket is among those kept back for judging; the same answer for ever."""
    digest = hashlib.sha256(f"held-back:{ticket_id}".encode()).digest()
    return digest[0] % HELD_BACK_IN == 0


_NUMBERS = re.compile(r"\d[\d\- ]{5,}[\dXx]")


def excerpt(content: str, most: int = 80) -> str:
    """Give the beginning of a demand with its long numbers masked (phones, identity, plates)."""
    masked = _NUMBERS.sub(lambda found: found[0][:2] + "*" * (len(found[0]) - 2), content)
    short = " ".join(masked.split())
    return short if len(short) <= most else short[:most] + "…"
