"""The timeline as people read it: title, who, detail, icon and colour per event (流转记录)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hotline.domain.events import Event
from hotline.domain.motions import Motion
from hotline.domain.terms import Channel, Clock, Finding, Role
from hotline.domain.timing import Cause
from hotline.queries import places, tickets
from hotline.services import notices
from hotline.web.looks import local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hotline.models import TimelineEntry

LOOKS: dict[Event, tuple[str, str]] = {
    Event.REGISTERED: ("pencil-plus", "green"),
    Event.CLASSIFIED: ("category", "gray"),
    Event.CORRECTED: ("refresh", "purple"),
    Event.ALARMED: ("alert-triangle", "red"),
    Event.ANSWERED: ("message", "green"),
    Event.DECLINED: ("circle-x", "red"),
    Event.TRANSFERRED: ("phone-call", "red"),
    Event.MERGED: ("git-merge", "gray"),
    Event.UNMERGED: ("arrow-back-up", "amber"),
    Event.UNIT_MERGED: ("building-community", "purple"),
    Event.WITHDRAWN: ("x", "gray"),
    Event.ASKED_INFO: ("arrow-back-up", "amber"),
    Event.SUPPLIED: ("message", "green"),
    Event.NOTED: ("message", "blue"),
    Event.DISPATCHED: ("send", "blue"),
    Event.SIGNED: ("check", "teal"),
    Event.CONTACTED: ("phone", "teal"),
    Event.DELEGATED: ("arrow-right", "blue"),
    Event.HELPER_ADDED: ("users", "blue"),
    Event.REPLIED: ("file-text", "blue"),
    Event.SENT_BACK: ("arrow-back-up", "amber"),
    Event.APPROVED: ("circle-check", "green"),
    Event.CALLED_BACK: ("phone-call", "teal"),
    Event.RATED: ("star", "purple"),
    Event.REDO_OPENED: ("refresh", "amber"),
    Event.CONCLUDED: ("circle-check", "green"),
    Event.ARCHIVED: ("lock", "gray"),
    Event.MOTION_FILED: ("file-text", "amber"),
    Event.MOTION_PASSED_ON: ("check", "teal"),
    Event.MOTION_REFUSED: ("circle-x", "red"),
    Event.MOTION_WITHDRAWN: ("x", "gray"),
    Event.EXTENSION_GRANTED: ("calendar-time", "amber"),
    Event.APPEAL_GRANTED: ("circle-check", "green"),
    Event.RETURN_GRANTED: ("arrow-back-up", "amber"),
    Event.ADJUDICATED: ("gavel", "purple"),
    Event.HANGING_GRANTED: ("clock-pause", "gray"),
    Event.UNREASONABLE_GRANTED: ("circle-x", "gray"),
    Event.RESUMED: ("refresh", "blue"),
    Event.MILESTONE: ("alarm", "amber"),
    Event.URGED: ("bell", "amber"),
    Event.SUPERVISED: ("gavel", "red"),
    Event.RELEASED: ("circle-check", "green"),
    Event.RAISED: ("alert-triangle", "red"),
    Event.ORDERED: ("urgent", "red"),
    Event.RECTIFIED: ("refresh", "purple"),
    Event.RECOUNTED: ("calendar-time", "purple"),
    Event.HANG_REVIEWED: ("clock-pause", "blue"),
    Event.RATING_VERIFIED: ("search", "teal"),
    Event.RATING_MENDED: ("circle-check", "teal"),
    Event.UNMASKED: ("eye", "purple"),
    Event.IMPORTED: ("download", "gray"),
}


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One line of the timeline, ready to print."""

    at_text: str
    title: str
    actor: str
    detail: str
    icon: str
    tone: str


def trail_of(entries: Iterable[TimelineEntry]) -> list[TrailEntry]:
    """Put the newest first; what is not known is left out, never guessed."""
    return [_entry(row) for row in reversed(list(entries))]


def _entry(row: TimelineEntry) -> TrailEntry:
    event = Event(row.event)
    icon, tone = LOOKS.get(event, ("check", "blue"))
    if event is Event.MILESTONE and "red" in str(row.payload.get("milestone")):
        tone = "red"
    title_of = _TITLES.get(event)
    detail_of = _DETAILS.get(event)
    more = detail_of(row.payload) if detail_of else ""
    return TrailEntry(
        at_text=local(row.at),
        title=title_of(row.payload) if title_of else event.label,
        actor=_actor(row),
        detail="\n".join(part for part in (more, row.reason) if part),
        icon=icon,
        tone=tone,
    )


def _actor(row: TimelineEntry) -> str:
    """Who did it, by role and name; 系统 and 市民 are called once."""
    is_plain = row.role is Role.SYSTEM or row.actor_name == row.role.label
    return row.actor_name if is_plain else f"{row.role.label} {row.actor_name}"


def _unit_title(label: str) -> Callable[[dict[str, Any]], str]:
    return lambda said: f"{label} {said['unit']}" if said.get("unit") else label


def _milestone_title(said: dict[str, Any]) -> str:
    clock = Clock(said["clock"]).label if said.get("clock") else ""
    return f"{clock}时限：{said.get('label') or '时限节点'}"


def _milestone(said: dict[str, Any]) -> str:
    """What must be known of a step that came late, or came to nothing."""
    if said.get("is_stale"):
        return "系统停摆后补记，已无意义，未通知"
    return "系统停摆后补记" if said.get("is_late") else ""


def _parted(said: dict[str, Any]) -> str:
    """Which master it was taken out of, and how its clocks were put right."""
    parts = (f"从 {said['master']} 拆出" if said.get("master") else "", said.get("time", ""))
    return "，".join(part for part in parts if part)


def _recounted(said: dict[str, Any]) -> str:
    """Which clock moved from when to when, or why it was left alone."""
    clock, cause = Clock(said["clock"]).label, Cause(said["cause"]).label
    before = local(datetime.fromisoformat(said["before"]))
    after = local(datetime.fromisoformat(said["after"]))
    if said.get("is_held"):
        return f"{cause}：{clock}按新规则应于 {after} 到期，已经过去，保留 {before}"
    return f"{cause}：{clock} {before} → {after}"


def _rectified(said: dict[str, Any]) -> str:
    """What was put right, before and after."""
    return "；".join(f"{what} {before} → {after}" for what, before, after in said["changes"])


def _motion_title(verb: str) -> Callable[[dict[str, Any]], str]:
    return lambda said: f"{verb}{Motion(said['motion']).label}" if said.get("motion") else verb


def _asked(said: dict[str, Any]) -> str:
    """The coded reason, and how many days were asked for."""
    code = notices.reasons().get(str(said.get("motion")), {}).get(said.get("code"), "")
    days = f"延期 {said['days']} 个工作日" if said.get("days") else ""
    return "，".join(part for part in (code, days) if part)


def _moved(said: dict[str, Any]) -> str:
    """The old deadline beside the new one."""
    before, after = (
        local(datetime.fromisoformat(said[key])) if said.get(key) else ""
        for key in ("before", "due_at")
    )
    if not (before and after):
        return ""
    return f"办理时限 {before} → {after}" if before != after else f"办理时限不变，仍为 {after}"


def _both_sides(said: dict[str, Any]) -> str:
    """What each unit said, one line a return (疑难裁定)."""
    lines = []
    for side in said.get("sides", []):
        evidence = f"（依据：{side['evidence']}）" if side["evidence"] else ""
        lines.append(f"{side['unit']}：{side['reason']}{evidence}")
    return "\n".join(lines)


def _found(said: dict[str, Any]) -> str:
    """What verifying a bad rating found."""
    label = Finding(said["finding"]).label if said.get("finding") else ""
    code = notices.reasons()["finding"].get(said.get("finding"), {}).get(said.get("code"), "")
    return f"{label}：{code}" if code else label


def _classified(said: dict[str, Any]) -> str:
    if not said.get("code"):
        return ""
    path = tickets.category_path(str(said["code"]))
    odds = said.get("probability")
    return f"{path}（概率 {odds:.0%}）" if odds is not None else path


def _classified_and_located(said: dict[str, Any]) -> str:
    """The category, and the area where the machine filled it from the text."""
    words = "、".join(said.get("area_words", ()))
    filled = f"系统按文中“{words}”补填区域：{places.area_path(said['area'])}" if words else ""
    return "\n".join(part for part in (_classified(said), filled) if part)


def _corrected(said: dict[str, Any]) -> str:
    before = tickets.category_path(said.get("from"))
    return f"{before} → {tickets.category_path(said.get('to'))}"


_TITLES: dict[Event, Callable[[dict[str, Any]], str]] = {
    Event.DISPATCHED: _unit_title("派单到"),
    Event.DELEGATED: _unit_title("下派到"),
    Event.HELPER_ADDED: _unit_title("增加协办"),
    Event.MILESTONE: _milestone_title,
    Event.MOTION_FILED: _motion_title("申请"),
    Event.MOTION_REFUSED: _motion_title("驳回"),
    Event.MOTION_PASSED_ON: _motion_title("单位同意"),
    Event.MOTION_WITHDRAWN: _motion_title("撤回"),
    Event.ADJUDICATED: _unit_title("裁定主办单位："),
    Event.REDO_OPENED: lambda said: f"重办（第 {said['round']} 轮）" if "round" in said else "重办",
}
_DETAILS: dict[Event, Callable[[dict[str, Any]], str]] = {
    Event.REGISTERED: lambda said: (
        f"渠道：{Channel(said['channel']).label}" if said.get("channel") else ""
    ),
    Event.CLASSIFIED: _classified_and_located,
    Event.CORRECTED: _corrected,
    Event.DECLINED: lambda said: notices.reasons()["decline"].get(said.get("code"), ""),
    Event.TRANSFERRED: lambda said: (
        notices.reasons()["transfer"].get(said.get("code"), {}).get("label", "")
    ),
    Event.MOTION_FILED: _asked,
    Event.EXTENSION_GRANTED: _moved,
    Event.RESUMED: _moved,
    Event.ADJUDICATED: _both_sides,
    Event.RATING_VERIFIED: _found,
    Event.MILESTONE: _milestone,
    Event.RECOUNTED: _recounted,
    Event.RECTIFIED: _rectified,
    Event.UNIT_MERGED: lambda said: f"{said['from']}并入{said['unit']}" if "from" in said else "",
    Event.MERGED: lambda said: f"并入 {said['master']}" if said.get("master") else "",
    Event.UNMERGED: _parted,
    Event.CONTACTED: lambda said: "" if said.get("ok", True) else "未联系上",
    Event.ANSWERED: lambda said: f"知识库 {said['knowledge']}" if said.get("knowledge") else "",
}
