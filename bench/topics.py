"""Measures hot topics (热点问题): found as teams found them, pure as a person judges, fast enough.

    python -m bench topics [--quick]

The messages of the shared data set come in one by one in the order of time, as tickets do. What
two student teams or more put together is the reference for recall; what no team put together is
no error, so purity is judged by pairs read by hand (`bench/samples/topic_pairs.csv`, ids only:
part `tuning` was looked at while the weights were chosen, part `check` only afterwards).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bench import topic_rate
from bench.measure import Figure, Report
from classifier import Arrival, TopicBook, name_topic, read_keys
from hotline.domain.heat import HeatFacts, heat
from hotline.domain.topic_rules import topic_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
PAIRS = Path(__file__).parent / "samples" / "topic_pairs.csv"
LOCAL = ZoneInfo("Asia/Shanghai")
TEAMS_AGREE = 2
HOTTEST = 20
MATTER = 5
"""Of fewer messages nobody would call a matter hot; two of the agreed ones are pairs."""
RECALL, PURITY, NAMED = 0.85, 0.7, 0.6
PER_SECOND, LIST_MS, GROWN_MIB = 200, 50, 60
DAY = timedelta(days=1)


@dataclass(slots=True)
class Gathered:
    """Where each message went, and the highest heat each topic ever had."""

    member: dict[str, int] = field(default_factory=dict)
    peak: dict[int, float] = field(default_factory=dict)
    contacts: dict[int, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    titles: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def run(*, is_quick: bool) -> Report:
    """Quality where the data set is at hand, and the rate on both databases."""
    figures, notes = [], {}
    if (SHARED / "topics.csv").is_file():
        figures, notes = quality()
    for database, name in topic_rate.DATABASES.items():
        rate = topic_rate.measured(database, is_quick=is_quick)
        figures += [
            Figure(what=f"placed, {name}", value=rate.per_second, unit="/s", at_least=PER_SECOND),
            Figure(what=f"list p95, {name}", value=rate.list_ms, unit="ms", at_most=LIST_MS),
            Figure(what=f"memory, {name}", value=rate.grown_mib, unit="MiB", at_most=GROWN_MIB),
        ]
    return Report("topics", figures, notes)


def quality() -> tuple[list[Figure], dict[str, Any]]:
    """Recall of agreed pairs, purity of judged pairs, and whether the hottest are those named."""
    rows = list(csv.DictReader((SHARED / "topics.csv").open(encoding="utf-8")))
    found = gathered(rows)
    agreed = agreed_pairs(found.member.keys())
    together = sum(found.member[one] == found.member[other] for one, other in agreed)
    hottest = sorted(found.peak, key=lambda topic: -found.peak[topic])[:HOTTEST]
    matters = [ids for ids in agreed_matters(agreed) if len(ids) >= MATTER]
    named = [ids for ids in matters if most_common_topic(ids, found.member) in hottest]
    share = len(named) / len(matters)
    purity = {part: judged(part, found.member) for part in ("check", "tuning")}
    figures = [
        Figure(what="recall of agreed pairs", value=together / len(agreed), at_least=RECALL),
        Figure(what="purity of checked pairs", value=purity["check"][0], at_least=PURITY),
        Figure(what="purity of tuning pairs", value=purity["tuning"][0]),
        Figure(what="agreed matters in the hottest 20", value=share, at_least=NAMED),
    ]
    return figures, {
        "messages": len(rows),
        "topics": len(set(found.member.values())),
        "agreed_pairs": len(agreed),
        "agreed_matters": [len(ids) for ids in matters],
        "pairs_judged": {part: count for part, (_, count) in purity.items()},
        "pairs_joined": sum(n * (n - 1) // 2 for n in Counter(found.member.values()).values()),
        "largest": sorted(Counter(found.member.values()).values())[-10:],
    }


def gathered(rows: list[dict[str, str]]) -> Gathered:
    """One book, a message after the other; what is old fades at the beginning of each day."""
    found, book = Gathered(), TopicBook([], held={}, alive=0)
    today = None
    for row in rows:
        at = datetime.fromisoformat(row["time"]).replace(tzinfo=LOCAL)
        if at.date() != today:
            today = at.date()
            fade(book, datetime.combine(today, datetime.min.time(), LOCAL))
        keys = read_keys(row["title"], row["text"])
        place = book.place(Arrival(id=int(row["id"]), at=at, keys=keys))
        if place.absorbed is not None:
            absorb(found, place.absorbed, place.topic_id)
        found.member[row["id"]] = place.topic_id
        found.contacts[place.topic_id].append((at, row["user"]))
        found.titles[place.topic_id].append(row["title"])
        hot = heat_of(found.contacts[place.topic_id], at)
        found.peak[place.topic_id] = max(hot, found.peak.get(place.topic_id, 0.0))
    return found


def absorb(found: Gathered, younger: int, older: int) -> None:
    """Two topics have become one."""
    found.contacts[older] = sorted([*found.contacts[older], *found.contacts.pop(younger)])
    found.titles[older] += found.titles.pop(younger)
    found.member |= {m: older for m, t in found.member.items() if t == younger}
    found.peak.pop(younger, None)


def fade(book: TopicBook, midnight: datetime) -> None:
    """As services.topics.assigning does at the beginning of a day."""
    for topic in list(book.topics.values()):
        if topic.last_at < midnight - topic_rules().memory:
            book.forget(topic)


def heat_of(contacts: list[tuple[datetime, str]], at: datetime) -> float:
    """The heat at the moment a message comes in; this board tells neither urgency nor ratings.

    A board has fewer messages than a hotline has calls, so none is too small to be ranked.
    """
    rules = topic_rules()
    window = [(when, who) for when, who in contacts if at - when <= rules.window]
    hot = [(when, who) for when, who in window if at - when <= DAY * rules.heat_days]
    users = {who for _, who in window}
    earlier = (len(window) - len(hot)) / (rules.window_days - rules.heat_days)
    facts = HeatFacts(
        contacts=len(hot),
        callers=len({who for _, who in hot}),
        expected=earlier * rules.heat_days,
        hours=0.0,
        urgent=0.0,
        bad=0.0,
        repeated=1 - len(users) / len(window),
    )
    return heat(facts, rules.heat).score


def agreed_pairs(known: Iterable[str]) -> set[tuple[str, str]]:
    """Pairs of known messages that so many teams or more put together."""
    topics: dict[tuple[str, str], set[str]] = defaultdict(set)
    with (SHARED / "topics_reference.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            topics[row["team"], row["topic"]].add(row["message_id"])
    votes: Counter[tuple[str, str]] = Counter()
    for ids in topics.values():
        votes.update(combinations(sorted(ids), 2))
    ours = set(known)
    return {pair for pair, n in votes.items() if n >= TEAMS_AGREE and set(pair) <= ours}


def agreed_matters(pairs: set[tuple[str, str]]) -> list[set[str]]:
    """Agreed pairs that hang together, as the matters they speak of, the largest first."""
    matters: list[set[str]] = []
    for pair in sorted(pairs):
        touching = [ids for ids in matters if not ids.isdisjoint(pair)]
        matters = [ids for ids in matters if ids not in touching]
        matters.append(set(pair).union(*touching))
    return sorted(matters, key=len, reverse=True)


def most_common_topic(ids: set[str], member: dict[str, int]) -> int:
    """The topic most of these messages went to."""
    return Counter(member[i] for i in ids).most_common(1)[0][0]


def judged(part: str, member: dict[str, int]) -> tuple[float, int]:
    """Of the pairs of a part that are joined now, the share a person calls one matter."""
    with PAIRS.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["part"] == part]
    joined = [r for r in rows if member[r["one"]] == member[r["other"]]]
    same = sum(row["same"] == "yes" for row in joined)
    return (same / len(joined) if joined else float("nan")), len(joined)


def names(found: Gathered) -> list[str]:
    """What the hottest are called, for a person who wants to look (never written down)."""
    ranked = sorted(found.peak, key=lambda topic: -found.peak[topic])[:HOTTEST]
    return [
        f"{found.peak[topic]:.0f} {len(found.titles[topic])} "
        f"{name_topic(found.titles[topic], {}).title}"
        for topic in ranked
    ]
