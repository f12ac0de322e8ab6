"""The words of time: which rules there are, what changes a deadline, how a recount goes (时限)."""

from __future__ import annotations

from hotline.domain.terms import Clock, Term


class RuleSubject(Term):
    """What a book of rules is about; each version of a book is kept (规则版本)."""

    CALENDAR = "calendar", "工作日历"
    HOURS = "hours", "办公时间"
    POLICY = "policy", "时限规则"
    LADDER = "ladder", "升级阶梯"


class Cause(Term):
    """Why a deadline was counted anew (重算原因)."""

    CALENDAR = "calendar", "工作日历调整"
    HOURS = "hours", "办公时间调整"
    POLICY = "policy", "时限规则调整"
    LADDER = "ladder", "升级阶梯调整"
    KIND = "kind", "诉求类型更正"
    URGENCY = "urgency", "紧急程度变更"
    CATEGORY = "category", "问题分类更正"
    AREA = "area", "事发区划更正"
    UNIT = "unit", "承办单位变更"
    ORDERED = "ordered", "按现行规则重算"


class ChangeKind(Term):
    """What happened to a running deadline; pauses and extensions are replayed in order."""

    PAUSE = "pause", "暂停计时"
    EXTENSION = "extension", "延期"
    RECOUNT = "recount", "重新计算"


class RunState(Term):
    """Where a recount is."""

    WAITING = "waiting", "等待执行"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"


PAUSABLE = frozenset({Clock.DISPATCH, Clock.SIGN, Clock.CONTACT, Clock.HANDLE, Clock.CALLBACK})
"""Clocks of the work on a ticket, which a pause lets stand still; whoever reviews or rules, and
whoever answers for a bad rating, is not waiting for anything."""
OUTLIVING = frozenset({Clock.VERIFY, Clock.CORRECT, Clock.REVIEW_APPEAL})
"""Clocks that run on after the ticket has ended: a bad rating is still verified and put right
(国办发〔2019〕51号), an appeal is made against what has ended."""
