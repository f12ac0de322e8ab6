"""`hotline tickets topics`: what is hot, and gathering all of it anew (热点问题)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import sla
from hotline.cli import clock
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, table, tell
from hotline.domain.topic_rules import topic_rules
from hotline.queries.topics import listing
from hotline.queries.topics.listing import TopicScope
from hotline.services.topics import assigning, counting

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.queries.topics.listing import TopicLine

MOST_DAYS = topic_rules().window_days
TOLD_EVERY = 50


@click.command("topics")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="只看近几天有新诉求的热点")
@click.option("--area", metavar="CODE", help="区划代码，含下级")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@click.option("--rebuild", is_flag=True, help="忘掉现有热点，按工单先后重新聚合；发过的预警不再发")
@json_option
@with_database
def command(
    *, days: int | None, area: str | None, limit: int, rebuild: bool, as_json: bool
) -> None:
    """热点问题：多人反映的同一类事，热度高的在前。"""
    now = clock.now()
    if rebuild:
        _gather_anew(now)
    page = listing.page(TopicScope(days=days, area_code=area), at=now, limit=limit)
    tell(
        {"topics": [_facts(line) for line in page.lines], "more": page.next_cursor is not None},
        as_json=as_json,
        words=lambda: _table(page.lines) if page.lines else "没有符合条件的热点",
    )


def _gather_anew(now: datetime) -> None:
    """Batch after batch; ended in the middle, the workers' own sweep goes on with it."""
    assigning.start_again(at=now)
    batches = 0
    while not assigning.go_on(at=now):
        batches += 1
        if batches % TOLD_EVERY == 0:
            note(f"已聚合 {batches} 批……")
    while not counting.count_some(at=now):
        pass


def _facts(line: TopicLine) -> dict[str, Any]:
    figures = line.figures
    return {
        "id": line.id,
        "title": line.title,
        "heat": line.heat,
        "terms": {part: round(points, 2) for part, _, _, points in figures["terms"]},
        "contacts": figures["size"],
        "callers": figures["callers"],
        "recent": figures["facts"]["contacts"],
        "expected": round(figures["facts"]["expected"], 2),
        "level": line.level.value if line.level else None,
        "area": line.area,
        "place": line.place,
        "category": line.category,
        "words": figures["words"],
        "units": dict(figures["units"]),
        "ended": figures["ended"],
        "first_at": line.first_at.astimezone(sla.LOCAL).isoformat(timespec="seconds"),
        "last_at": line.last_at.astimezone(sla.LOCAL).isoformat(timespec="seconds"),
    }


def _table(lines: list[TopicLine]) -> str:
    rows = [
        [
            f"{line.heat:.0f}",
            str(line.figures["size"]),
            str(line.figures["callers"]),
            str(line.figures["facts"]["contacts"]),
            line.level.label if line.level else "",
            line.title,
        ]
        for line in lines
    ]
    return table(["热度", "件数", "人数", f"近 {topic_rules().heat_days} 天", "预警", "热点"], rows)
