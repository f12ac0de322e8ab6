"""Hot topics as pages print them: bars, days, the heat with its formula (热点数字)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import url_for

from hotline.domain.heat import HeatPart
from hotline.domain.surge import SurgeLevel
from hotline.domain.terms import Mark
from hotline.domain.topic_rules import topic_rules
from hotline.services.intake import LOCAL
from hotline.web.looks import day, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hotline.queries.topics.listing import TopicLine
    from hotline.queries.topics.reading import TopicTicketLine

TONES = {SurgeLevel.WATCH: "amber", SurgeLevel.WARN: "red", SurgeLevel.ALARM: "red"}
HOT, WARM = 70, 45
DAY_WIDTH, CHART_HEIGHT, LEAST_TOP = 10, 100, 4
LABELLED = 5
SHOWN_UNITS = 6
OFTEN, NEVER = 0.01, 1e-9


def line_of(line: TopicLine) -> dict[str, Any]:
    """Print one topic for the list, the tile and the head of its page."""
    figures = line.figures
    facts = figures["facts"]
    rest = figures["size"] - figures["merged"]
    return {
        "id": line.id,
        "href": url_for("supervision.topic", topic_id=line.id),
        "title": line.title,
        "place": " · ".join(part for part in (line.area, line.place) if part),
        "category": line.category,
        "heat": f"{line.heat:.0f}",
        "heat_width": f"{line.heat:.1f}",
        "heat_tone": "red" if line.heat >= HOT else "amber" if line.heat >= WARM else "blue",
        "bars": _bars(figures["days"]),
        "size": figures["size"],
        "callers": figures["callers"],
        "recent": facts["contacts"],
        "growth": growth_words(facts),
        "is_growing": facts["contacts"] > facts["expected"],
        "units": [name for name, _ in figures["units"]][:SHOWN_UNITS],
        "more_units": max(0, len(figures["units"]) - SHOWN_UNITS),
        "ended": figures["ended"],
        "merged": figures["merged"],
        "ended_share": f"{figures['ended'] / rest:.0%}" if rest else "—",
        "rated": figures["rated"],
        "bad": figures["bad"],
        "words": figures["words"],
        "level": line.level.label if line.level else None,
        "level_tone": TONES[line.level] if line.level else None,
        "surge": _surge(figures["surge"]),
        "first_at": local(line.first_at),
        "last_at": local(line.last_at),
        "span": f"{day(line.first_at)} 至 {day(line.last_at)}",
        "counted_at": local(line.counted_at),
    }


def growth_words(facts: Mapping[str, Any]) -> str:
    """3.5 倍 against the earlier rate, or 新出现 where there was none."""
    if not facts["contacts"]:
        return "近期没有"
    if not facts["expected"]:
        return "新出现"
    return f"{facts['contacts'] / facts['expected']:.1f} 倍"


def _surge(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "expected": f"{said['expected']:.1f}", "odds": odds_words(said["tail"])}


def odds_words(chance: float) -> str:
    """12%, or 3,300 分之一 for what is rare, as people say it."""
    if chance >= OFTEN:
        return f"{chance:.0%}"
    return f"{float(f'{1 / chance:.2g}'):,.0f} 分之一" if chance > NEVER else "不到十亿分之一"


def _bars(days: Sequence[int]) -> list[dict[str, int]]:
    """Bars of the days in a box of 10 a day by 100, for a small SVG."""
    top = max(LEAST_TOP, *days)
    return [
        {
            "x": DAY_WIDTH * number + 1,
            "height": round(CHART_HEIGHT * count / top),
            "y": CHART_HEIGHT - round(CHART_HEIGHT * count / top),
            "count": count,
        }
        for number, count in enumerate(days)
    ]


def day_chart(line: TopicLine) -> dict[str, Any]:
    """The days of the window with dates below every fifth, and the highest figure."""
    days = line.figures["days"]
    end = datetime.fromisoformat(line.figures["at"]).astimezone(LOCAL)
    bars: list[dict[str, Any]] = [*_bars(days)]
    for number, bar in enumerate(bars):
        age = len(days) - 1 - number
        bar["date"] = f"{end - timedelta(days=age):%m-%d}"
        bar["label"] = age % LABELLED == 0
        bar["is_hot"] = age < topic_rules().heat_days
    return {"bars": bars, "width": DAY_WIDTH * len(days), "most": max(days), "sum": sum(days)}


def heat_table(line: TopicLine) -> dict[str, Any]:
    """热度 82 = 17.0 + 12.8 + …, each part with what it was counted from."""
    facts = line.figures["facts"]
    rows = [
        {
            "label": HeatPart(part).label,
            "how": _how(HeatPart(part), facts),
            "value": f"{value:.2f}",
            "weight": f"{weight:g}",
            "points": f"{points:.1f}",
            "width": f"{100 * value:.0f}",
        }
        for part, value, weight, points in line.figures["terms"]
    ]
    weights = sum(weight for _, _, weight, _ in line.figures["terms"])
    return {
        "rows": rows,
        "weights": f"{weights:g}",
        "score": f"{sum(points for *_, points in line.figures['terms']):.1f}",
        "said": " + ".join(row["points"] for row in rows),
    }


def _how(part: HeatPart, facts: Mapping[str, Any]) -> str:
    rules = topic_rules()
    days = rules.heat_days
    match part:
        case HeatPart.CONTACTS:
            full = rules.heat.contacts_full
            return f"近 {days} 天 {facts['contacts']} 件：ln(1+{facts['contacts']}) ÷ ln(1+{full})"
        case HeatPart.CALLERS:
            full = rules.heat.callers_full
            return f"近 {days} 天 {facts['callers']} 人：ln(1+{facts['callers']}) ÷ ln(1+{full})"
        case HeatPart.GROWTH:
            now, before = facts["contacts"], f"{facts['expected']:.1f}"
            half = rules.heat.growth_half
            sum_up = f"({now}−{before}) ÷ ({now}+{before}+{half})"
            return f"{now} 件，按此前速度应为 {before} 件：{sum_up}，不小于 0"
        case HeatPart.FRESHNESS:
            return f"最近一件在 {facts['hours']:.0f} 小时前：每 {rules.heat.half_hours:g} 小时减半"
        case HeatPart.SEVERITY:
            shares = (facts["urgent"], facts["bad"], facts["repeated"])
            return "紧急 {:.0%}、差评 {:.0%}、重复来电 {:.0%} 合成".format(*shares)


def bars_of(pairs: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Names and counts for the macro ``bars``."""
    found = list(pairs)
    whole = sum(count for _, count in found) or 1
    return [{"label": n, "count": count, "percent": 100 * count / whole} for n, count in found]


def ticket_lines(lines: Iterable[TopicTicketLine]) -> list[dict[str, Any]]:
    """Print the tickets of a topic; nobody who called is named."""
    return [
        {
            "href": url_for("supervision.ticket", ticket_no=line.ticket_no),
            "ticket_no": line.ticket_no,
            "title": line.title,
            "note": line.area,
            "marks": [Mark(mark).label for mark in line.marks],
            "stage": line.stage.label,
            "stage_code": line.stage.value,
            "unit": line.unit,
            "at": day(line.at),
            "master_no": line.master_no,
            "likeness": f"{line.likeness:.0%}",
            "is_mergeable": line.is_mergeable,
            "is_confidential": line.is_confidential,
        }
        for line in lines
    ]


def brief_words(line: TopicLine) -> str:
    """What a supervisor would write about it, to be changed as they like."""
    figures, rules = line.figures, topic_rules()
    facts = figures["facts"]
    return (
        f"“{line.title}”近 {rules.window_days} 天受理 {figures['size']} 件、"
        f"{figures['callers']} 人反映，"
        f"其中近 {rules.heat_days} 天 {facts['contacts']} 件；热度 {line.heat:.0f}，"
        f"已办结 {figures['ended']} 件。请牵头单位负责人包案，统一研究、一并答复。"
    )
