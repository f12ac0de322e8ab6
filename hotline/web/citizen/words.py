"""Progress in the citizen's words: one sentence, honest steps, what happened (进度用语)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind, Role
from hotline.queries.answers import CLOSED
from hotline.services import notices
from hotline.web.looks import local

if TYPE_CHECKING:
    from hotline.queries.progress import Progress, PublicEntry


@dataclass(frozen=True, slots=True)
class State:
    """Where the ticket is now: a headline, what it means, and a colour."""

    title: str
    hint: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way, done, current or still to come."""

    label: str
    at_text: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of what happened."""

    at_text: str
    actor: str
    title: str
    detail: str
    icon: str
    tone: str


_STATES: dict[Stage, tuple[str, str, str, str]] = {
    Stage.REGISTERED: ("已受理，正在分类", "很快会确定由哪个单位办理。", "blue", "clipboard-list"),
    Stage.SUPPLEMENTING: ("需要您补充信息", "补充后马上继续办理。", "amber", "message"),
    Stage.TO_DISPATCH: ("正在确定承办单位", "承诺答复的时间不变。", "blue", "list-check"),
    Stage.DISPATCHED: ("已派给{unit}，等待签收", "签收后单位会先与您联系。", "blue", "send"),
    Stage.HANDLING: ("{unit}正在办理", "有结果后先由热线审核，再告诉您。", "blue", "clock"),
    Stage.HUNG: (
        "暂时挂账",
        "眼下客观条件不具备，热线会定期复查，条件具备就恢复办理。",
        "gray",
        "clock-pause",
    ),
    Stage.REVIEWING: (
        "{unit}已办理，热线正在审核结果",
        "审核通过后会马上告诉您。",
        "blue",
        "list-check",
    ),
    Stage.CALLBACK: ("已有办理结果，请您评价", "您不满意，我们就重新办理。", "green", "star"),
}
_ENDS: dict[Outcome, tuple[str, str, str, str]] = {
    Outcome.DIRECT: ("已直接答复", "", "green", "circle-check"),
    Outcome.RESOLVED: ("已办结，问题已解决", "", "green", "circle-check"),
    Outcome.PARTLY: ("已办结，问题部分解决", "", "green", "circle-check"),
    Outcome.UNRESOLVED: ("已办结，问题未解决", "已列入督办，由督办员跟进。", "amber", "gavel"),
    Outcome.UNREACHED: ("已办结，回访没有联系上您", "您现在仍然可以评价。", "gray", "phone"),
    Outcome.REPLIED: ("已办结，已答复", "", "green", "circle-check"),
    Outcome.DECLINED: ("不予受理", "", "gray", "info-circle"),
    Outcome.TRANSFERRED: ("已移交其他部门", "后续由接收部门直接答复您。", "gray", "arrow-right"),
    Outcome.WITHDRAWN: ("已撤回", "如果问题还在，欢迎再次反映。", "gray", "x"),
    Outcome.UNREASONABLE: ("已办结，经审核认定为不合理诉求", "", "gray", "info-circle"),
}
_MERGED = "有人反映了同一件事，两件合并办理。下面是合并后的进度。"


def state(p: Progress) -> State:
    """Say in one sentence where the ticket is."""
    if p.work.stage in CLOSED:
        ended = ("已办结", "", "green", "circle-check")
        title, hint, tone, icon = _ENDS.get(p.work.outcome or Outcome.REPLIED, ended)
    else:
        shown = Stage.TO_DISPATCH if p.is_disputed else p.work.stage
        title, hint, tone, icon = _STATES[shown]
    title = title.format(unit=p.unit or "承办单位")
    if p.work.round > 1 and p.work.stage not in CLOSED:
        title += f"（第 {p.work.round} 次办理）"
    if p.work is not p.ticket:
        hint = _MERGED
    return State(title, hint, tone, icon)


_LABELS = ("登记受理", "确定承办单位", "单位签收", "单位办理", "热线审核", "您来评价", "办结")
_RATING = 5
_CURRENT = {
    Stage.REGISTERED: 1,
    Stage.SUPPLEMENTING: 1,
    Stage.TO_DISPATCH: 1,
    Stage.DISPATCHED: 2,
    Stage.HANDLING: 3,
    Stage.HUNG: 3,
    Stage.REVIEWING: 4,
    Stage.CALLBACK: 5,
}


def steps(p: Progress) -> list[Step]:
    """Lay out the way; a step that never happened is not ticked, nor shown once it ended."""
    times = _times(p)
    if p.work.stage in CLOSED:
        return [
            Step(label, _short(moment), done=True, current=False)
            for label, moment in zip(_LABELS, times, strict=True)
            if moment is not None
        ]
    now = _CURRENT[Stage.TO_DISPATCH if p.is_disputed else p.work.stage]
    is_rated = p.work.kind not in (Kind.PRAISE, Kind.CONSULT) or now == _RATING
    return [
        Step(
            label,
            _short(times[number]) if number < now else "",
            done=number < now,
            current=number == now,
        )
        for number, label in enumerate(_LABELS)
        if number != _RATING or is_rated
    ]


def _times(p: Progress) -> tuple[datetime | None, ...]:
    m = p.moments
    return (
        m.registered_at,
        m.dispatched_at,
        m.signed_at,
        m.replied_at,
        m.approved_at,
        m.rated_at,
        m.closed_at,
    )


def _short(moment: datetime | None) -> str:
    return local(moment, blank="")


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a demand was not handled here, and where to go instead (国办发〔2020〕53号)."""

    reason: str
    advice: str


def ending(p: Progress) -> Ending | None:
    """Tell reason and right place of what was declined or transferred, else nothing."""
    ticket, table = p.ticket, notices.reasons()
    code = ticket.reason_code or ""
    if ticket.outcome is Outcome.DECLINED:
        label = table.get("decline", {}).get(code, "")
        return Ending(str(label), str(table.get("decline_advice", {}).get(code, "")))
    if ticket.outcome is Outcome.TRANSFERRED:
        row = table.get("transfer", {}).get(code, {})
        return Ending(f"已移交{row.get('label', '有权处理的部门')}", str(row.get("where", "")))
    return None


_TRAIL: dict[Event, tuple[str, str, str]] = {
    Event.REGISTERED: ("诉求已受理", "clipboard-list", "green"),
    Event.ANSWERED: ("已直接答复", "message", "green"),
    Event.DECLINED: ("不予受理", "info-circle", "gray"),
    Event.TRANSFERRED: ("已移交", "arrow-right", "gray"),
    Event.MERGED: ("与同一件事的诉求合并办理", "git-merge", "gray"),
    Event.WITHDRAWN: ("诉求已撤回", "x", "gray"),
    Event.ASKED_INFO: ("请您补充信息", "message", "amber"),
    Event.SUPPLIED: ("已补充信息", "pencil-plus", "green"),
    Event.NOTED: ("有新的办理进展", "history", "blue"),
    Event.DISPATCHED: ("已派给{unit}", "send", "blue"),
    Event.SIGNED: ("单位已签收", "check", "teal"),
    Event.CONTACTED: ("单位已与您联系", "phone-call", "teal"),
    Event.DELEGATED: ("已交由{unit}具体办理", "arrow-right", "blue"),
    Event.APPROVED: ("办理结果通过审核", "circle-check", "green"),
    Event.RATED: ("您作了评价", "star", "amber"),
    Event.REDO_OPENED: ("重新办理", "refresh", "amber"),
    Event.CONCLUDED: ("工单办结", "circle-check", "green"),
    Event.RETURN_GRANTED: ("正在重新确定承办单位", "arrow-back-up", "amber"),
    Event.HANGING_GRANTED: ("暂时挂账，定期复查", "clock-pause", "gray"),
    Event.EXTENSION_GRANTED: ("办理时间延长", "clock", "amber"),
    Event.RESUMED: ("恢复办理", "refresh", "blue"),
}
_OWN_WORDS = frozenset({Event.ASKED_INFO, Event.SUPPLIED, Event.RATED})
"""Words said to the citizen or by the citizen; all other reasons are the house's own."""


def trail(p: Progress) -> list[TrailLine]:
    """Tell what happened, newest first, without names of staff and papers of the house."""
    return [_line(entry) for entry in p.entries]


def _line(entry: PublicEntry) -> TrailLine:
    title, icon, tone = _TRAIL[entry.event]
    title = title.format(unit=entry.payload.get("unit") or "承办单位")
    if entry.event is Event.NOTED and entry.role is Role.CITIZEN:
        title, icon = "您作了补充说明", "pencil-plus"
    if entry.event is Event.CONTACTED and not entry.payload.get("ok", True):
        title = "单位联系您，没有接通"
    return TrailLine(local(entry.at), _who(entry), title, _detail(entry), icon, tone)


def _who(entry: PublicEntry) -> str:
    if entry.role is Role.CITIZEN:
        return ""
    return entry.unit if entry.role in (Role.DEPARTMENT, Role.DEPARTMENT_LEAD) else "12345 热线"


def _detail(entry: PublicEntry) -> str:
    if entry.event in _OWN_WORDS or (entry.event is Event.NOTED and entry.role is Role.CITIZEN):
        return entry.reason
    said: dict[str, Any] = entry.payload
    if entry.event is Event.REGISTERED and said.get("channel") in set(Channel):
        return f"通过{Channel(said['channel']).label}"
    if entry.event is Event.REDO_OPENED and said.get("round"):
        return f"第 {said['round']} 次办理"
    if entry.event is Event.RETURN_GRANTED:
        return "承诺答复的时间不变"
    if entry.event in _PROMISES:
        return _promise(said)
    return ""


_PROMISES = frozenset({Event.EXTENSION_GRANTED, Event.HANGING_GRANTED, Event.RESUMED})


def _promise(said: dict[str, Any]) -> str:
    """Tell both dates, and the unit's own words to the citizen (答复口径)."""
    before, after = (_moment(said.get(key)) for key in ("before", "due_at"))
    lines = []
    if after and before == after:
        lines.append(f"承诺答复时间不变，仍为 {after} 前")
    elif after:
        lines.append(f"承诺答复时间由 {before} 改为 {after}" if before else f"承诺 {after} 前答复")
    if said.get("reply_text"):
        lines.append(str(said["reply_text"]))
    return "\n".join(lines)


def _moment(said: str | None) -> str:
    return local(datetime.fromisoformat(said)) if said else ""
