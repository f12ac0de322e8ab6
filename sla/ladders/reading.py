"""A ladder document (升级阶梯) becomes a ladder, or one error that names every mistake."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from sla.ladder import (
    ACT_LABELS,
    CARRIER_LABELS,
    COUNTED,
    MARK_LABELS,
    OCCASION_LABELS,
    RECIPIENT_LABELS,
    Anchor,
    Ladder,
    LadderError,
    Offset,
    Step,
    Trigger,
)
from sla.policy import KIND_LABELS, KINDS, URGENCIES, URGENCY_LABELS, Clock
from sla.profiles.sections import Notes, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sla.errors import Problem
    from sla.profiles.locating import Path, Place

T = TypeVar("T", Step, Trigger)

_ID = re.compile(r"[a-z][a-z0-9-]{0,23}")
_MOST_ROUNDS, _MOST_TIMES = 99, 10_000
_BEFORE_DUE = frozenset({Anchor.PERCENT, Anchor.BEFORE})


def ladder_from(
    table: Mapping[str, Any],
    *,
    origin: str,
    places: Mapping[Path, Place] | None = None,
    templates: Collection[str] = (),
) -> Ladder:
    """Ladder of a document (dates may be ISO writings); `places` are those of its TOML text.

    With the keys of the house's message texts in `templates`, a step that names none of them is
    refused too. Raises LadderError whose `problems` are all mistakes of the document.
    """
    notes = Notes(places)
    head = Section(table, (), "基本信息", notes)
    name, version, since = head.text("name"), head.text("version"), head.day("effective_from")
    rungs = _Rungs(head, templates)
    steps = rungs.read("step", "步", rungs.step)
    triggers = rungs.read("trigger", "个触发", rungs.trigger)
    head.close("name", "version", "effective_from", "step")
    _check_collisions(steps, notes)
    _check_red(head, steps.values())
    if notes.problems or since is None:
        raise listing(origin, notes.problems)
    return Ladder(
        name=name,
        version=version,
        effective_from=since,
        steps=tuple(steps.values()),
        triggers=tuple(triggers.values()),
    )


def listing(origin: str, problems: Iterable[Problem]) -> LadderError:
    """One error that says all mistakes of the document `origin`, one a line."""
    ordered = sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
    told = [problem.said_of(origin) for problem in ordered]
    return LadderError("\n".join(told), problems=told)


class _Rungs:
    """Reads the steps and triggers of one document; each mistake is noted, none stops it."""

    def __init__(self, head: Section, templates: Collection[str]) -> None:
        self.head, self.notes, self.templates = head, head.notes, tuple(templates)
        self._seen: dict[str, str] = {}

    def read(self, key: str, word: str, make: Callable[[Section], T | None]) -> dict[int, T]:
        """Readable tables of one kind, by their index in the document."""
        found: dict[int, T] = {}
        for index, entry in enumerate(self.head.take(key, list) or ()):
            where = f"第 {index + 1} {word}"
            if not isinstance(entry, dict):
                self.notes.add((key, index), where, f"须写成 [[{key}]] 表")
                continue
            name = entry.get("id")
            told = f"{where}（{name}）" if isinstance(name, str) and name.strip() else where
            made = make(Section(entry, (key, index), told, self.notes))
            if made is not None:
                found[index] = made
        return found

    def step(self, section: Section) -> Step | None:
        """One step, None when it cannot be told for which clocks and when it is."""
        before = len(self.notes.problems)
        clocks = section.words("clocks", tuple(Clock))
        urgencies = section.words("urgencies", URGENCIES)
        kinds = section.words("kinds", KINDS)
        at, or_at = _offset(section, "at"), _offset(section, "or_at")
        is_told = bool(clocks) and len(self.notes.problems) == before
        if not clocks and section.table.get("clocks") == []:
            section.note("clocks", "字段 clocks 至少写一个计时")
        rest = self._rest(section)
        _check_lamp(section, str(rest["mark"]), at, or_at)
        min_round = section.number("min_round", 1, _MOST_ROUNDS)
        section.close("id", "label", "clocks", "at", "source")
        if at is None or not is_told:
            return None
        return Step(
            clocks=frozenset(clocks),
            urgencies=frozenset(urgencies),
            kinds=frozenset(kinds),
            min_round=min_round,
            at=at,
            or_at=or_at,
            **rest,
        )

    def trigger(self, section: Section) -> Trigger:
        """One trigger."""
        when, count = section.word("when", tuple(OCCASION_LABELS)), 1
        if "count" in section.table:
            count = section.number("count", 1, _MOST_TIMES)
            if when in OCCASION_LABELS and when not in COUNTED:
                section.note("count", f"触发情形 {when} 不计次数，请删去字段 count")
        rest = self._rest(section)
        section.close("id", "label", "when", "source")
        return Trigger(when=when, count=count, **rest)

    def _rest(self, section: Section) -> dict[str, Any]:
        """What a step and a trigger have alike: names, whom to tell how, what else to do."""
        tells = section.words("tells", tuple(RECIPIENT_LABELS))
        by = section.words("by", tuple(CARRIER_LABELS))
        template = section.word("template", self.templates) if self.templates else ""
        template = template or section.text("template")
        mark, act = section.word("mark", tuple(MARK_LABELS)), section.word("act", tuple(ACT_LABELS))
        if tells:
            for key, value in (("by", by), ("template", template)):
                if not value:
                    section.note("tells", f"要通知人（tells）就要写明 {key}")
        elif not (mark or act):
            section.note("id", "既不通知人（tells），也不加标记（mark）、不采取措施（act）")
        if "citizen" in tells and "notice" in by:
            section.note("by", "诉求人没有站内通知，只能发短信（sms）；请为诉求人另写一步")
        return {
            "id": self._id(section),
            "label": section.text("label"),
            "source": section.text("source"),
            "tells": tells,
            "by": by,
            "template": template,
            "mark": mark,
            "act": act,
        }

    def _id(self, section: Section) -> str:
        """An id of its own, short enough for the table of milestones."""
        name = section.text("id")
        if name.strip() and not _ID.fullmatch(name):
            message = f"字段 id 须为小写字母、数字和连字符，至多 24 个，现为 {name!r:.40}"
            section.note("id", message)
        first = self._seen.setdefault(name, section.where)
        if name.strip() and first != section.where:
            section.note("id", f"编号 {name} 重复，{first}已用过")
        return name


def _offset(section: Section, key: str) -> Offset | None:
    written = section.text(key)
    if not written.strip():
        return None
    try:
        return Offset.parse(written)
    except LadderError as error:
        section.note(key, f"字段 {key}：{error}")
        return None


def _check_lamp(section: Section, mark: str, *offsets: Offset | None) -> None:
    """A yellow lamp warns before the deadline, a red one tells that it is over."""
    for key, offset in zip(("at", "or_at"), offsets, strict=True):
        if offset is not None and mark == "yellow" and offset.anchor not in _BEFORE_DUE:
            section.note(key, f"黄牌须在到期之前，字段 {key} 不能是“{offset}”")
        if offset is not None and mark == "red" and not offset.is_past_due:
            section.note(key, f"到期时办结仍算按时，红牌须在到期之后，字段 {key} 不能是“{offset}”")


def _check_collisions(steps: Mapping[int, Step], notes: Notes) -> None:
    """No ticket gets one mark twice at one moment."""
    for (_, one), (index, other) in combinations(steps.items(), 2):
        if one.collides(other):
            message = (
                f"与步骤 {one.id} 在同一时点重复加“{MARK_LABELS[one.mark]}”标记，"
                "请改时点，或限定不同的紧急程度、诉求类型"
            )
            notes.add(("step", index), f"第 {index + 1} 步（{other.id}）", message)


def _check_red(head: Section, steps: Collection[Step]) -> None:
    """Whoever handles a ticket too late gets the red lamp; no ticket may slip through."""
    entries = head.table.get("step")
    written = len(entries) if isinstance(entries, list) else 0
    if written > len(steps):  # what cannot be read yet may be the red one
        return
    red = [step for step in steps if step.mark == "red"]
    lost = [
        f"{URGENCY_LABELS[urgency]}{KIND_LABELS[kind]}"
        for urgency in URGENCIES
        for kind in KINDS
        if not any(step.holds_for(Clock.HANDLE, urgency, kind, 1) for step in red)
    ]
    if lost:
        whose = "所有" if len(lost) == len(URGENCIES) * len(KINDS) else "、".join(lost)
        head.notes.add((), "步骤", f'办理（handle）超期后{whose}工单没有红牌（mark = "red"）')
