"""What one version of a book says otherwise than another, line by line in words (规则差异)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sla
from hotline.domain.rule_documents import entries_of, hours_of
from hotline.domain.rules import read_ladder, read_policy
from hotline.domain.timing import RuleSubject
from hotline.queries import rule_words, rulebooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline.domain.rules import Document
    from hotline.models import RuleBook
    from hotline.queries.rule_words import Names

ADDED, REMOVED, CHANGED = "增加", "删除", "修改"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: 修改 | 办理：投诉 | 时限 5 个工作日 → 3 个工作日."""

    deed: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """One day, rule or step: what it is called and what it says, field by field."""

    title: str
    facts: dict[str, str] = field(default_factory=dict)


def of_book(row: RuleBook, known: Names) -> list[Difference]:
    """What a draft or version changes in the version it was made from."""
    before = rulebooks.document_of(row.subject, version=row.base_version)
    return between(row.subject, before, row.document, known)


def between(
    subject: RuleSubject, before: Document, after: Document, known: Names
) -> list[Difference]:
    """Differences of two documents of one subject; raises sla.SlaError for one that cannot be."""
    parts = _PARTS[subject]
    old, new = dict(parts(before, known)), dict(parts(after, known))
    found = [_compared(old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    return [difference for difference in found if difference is not None]


def _compared(old: _Part | None, new: _Part | None) -> Difference | None:
    if old is None or new is None:
        part, deed = (new, ADDED) if old is None else (old, REMOVED)
        assert part is not None  # noqa: S101 - one of the two has the key
        return Difference(deed, part.title, _joined(part.facts))
    before, after = ({"名称": part.title, **part.facts} for part in (old, new))
    changes = [
        f"{name}由“{before.get(name) or '无'}”改为“{after.get(name) or '无'}”"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return Difference(CHANGED, new.title, "；".join(changes)) if changes else None


def _joined(facts: dict[str, str]) -> str:
    return "；".join(
        f"{name}：{words}" if name else words for name, words in facts.items() if words
    )


def _days(document: Document, known: Names) -> Iterator[tuple[str, _Part]]:
    for entry in entries_of(document):
        facts = {"": rule_words.day(entry), "依据": entry.source}
        title = f"{entry.on} {known.area(entry.area)}"
        yield f"day {entry.on} {entry.area}", _Part(title, facts)
    for year in document.get("confirmed_years", []):
        yield f"year {year}", _Part(f"{year} 年", {"": "已公布，期限不再是暂定"})
    through = document.get("official_through")
    if through:
        yield "official", _Part("官方节假日安排", {"公布至": f"{through} 年"})


def _hours(document: Document, known: Names) -> Iterator[tuple[str, _Part]]:
    for said in hours_of(document):
        facts = {"": rule_words.hours(said), "依据": said.source}
        yield said.unit, _Part(f"{known.unit(said.unit)}办公时间", facts)


def _policy(document: Document, known: Names) -> Iterator[tuple[str, _Part]]:
    profile = read_policy(document)
    yield "name", _Part("配置名称", {"": profile.name})
    for rule in profile.rules:
        label = sla.CLOCK_LABELS[rule.clock]
        said = "、".join(rule_words.conditions_of(rule, known)) or rule_words.ALL_TICKETS
        facts = {
            "适用": said,
            "时限": str(rule.limit),
            "法定时限": f"{rule.statutory}（{rule.statutory_source}）" if rule.statutory else "",
            "出处": rule.source,
        }
        yield f"rule {rule.id}", _Part(f"{label}时限 {rule.id}", facts)
    for name, facts in terms_of(profile).items():
        yield f"terms {name}", _Part(name, facts)


def terms_of(profile: sla.Profile) -> dict[str, dict[str, str]]:
    """Extension, hanging, returns, redo and pauses, each with its figures in words."""
    asked = profile.extension
    pauses = [label for code, label in sla.PAUSE_LABELS.items() if code in profile.pauses]
    return {
        "延期": {
            "首次至多": f"{asked.first_max} 个工作日",
            "再次至多": f"{asked.second_max} 个工作日" if asked.second_max else "不得再次延期",
            "累计至多": f"{asked.total_max} 个工作日",
            "最迟": f"到期前 {asked.ask_before} 提出" if asked.ask_before else "到期前提出",
            "出处": asked.source,
        },
        "挂账": {
            "复核": f"每 {profile.hanging.review_every_days} 天",
            "最长": f"{profile.hanging.max_days} 天",
            "出处": profile.hanging.source,
        },
        "退单": {
            "至多": f"{profile.returns.max_returns} 次",
            "期限": f"派单后 {profile.returns.within} 内提出",
            "出处": profile.returns.source,
        },
        "重办": {"至多": f"{profile.redo.max_rounds} 次", "出处": profile.redo.source},
        "停表": {"情形": "、".join(pauses) or "任何情形都不停", "出处": profile.pauses_source},
    }


def _ladder(document: Document, _known: Names) -> Iterator[tuple[str, _Part]]:
    ladder = read_ladder(document)
    yield "name", _Part("阶梯名称", {"": ladder.name})
    for step in ladder.steps:
        clocks = "、".join(sla.CLOCK_LABELS[sla.Clock(c)] for c in sla.Clock if c in step.clocks)
        for_whom = "、".join(rule_words.steps_before(step)) or rule_words.ALL_TICKETS
        facts = {"时点": rule_words.when_of(step), "适用": f"{clocks}；{for_whom}"}
        yield f"step {step.id}", _Part(f"步骤“{step.label}”", {**facts, **_rung(step)})
    for trigger in ladder.triggers:
        facts = {"情形": rule_words.occasion_of(trigger), **_rung(trigger)}
        yield f"trigger {trigger.id}", _Part(f"触发“{trigger.label}”", facts)


def _rung(rung: sla.Step | sla.Trigger) -> dict[str, str]:
    return {
        "措施": "；".join(rule_words.deeds_of(rung)),
        "文本": rung.template,
        "出处": rung.source,
    }


_PARTS: dict[RuleSubject, Callable[[Document, Names], Iterator[tuple[str, _Part]]]] = {
    RuleSubject.CALENDAR: _days,
    RuleSubject.HOURS: _hours,
    RuleSubject.POLICY: _policy,
    RuleSubject.LADDER: _ladder,
}
