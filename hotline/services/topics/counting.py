"""热点计数: heat, name and place of topics, and a warning where one grows too fast.

What lists show is counted here and kept with the topic. Counting twice changes nothing: a warning
has a key of its topic and its level.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

import classifier
from hotline.db import db, transaction
from hotline.domain.heat import heat
from hotline.domain.surge import SurgeLevel, surge
from hotline.domain.terms import Role
from hotline.domain.topic_rules import topic_rules
from hotline.models import Area, Department, Notice, TopicRow
from hotline.queries.topics import counting
from hotline.services import notices

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.heat import Heat
    from hotline.domain.surge import Surge
    from hotline.queries.topics.counting import Tally

BATCH = 50
AGAIN = timedelta(hours=1)
"""Without news a topic is counted again after this: it cools, and tickets are worked off."""
MOSTLY = 0.6
"""A topic is of a district where so much of it comes from there."""
DISTRICT, TOP = 6, 2
TOLD = (Role.SUPERVISOR, Role.AUTHORITY)
TITLE, PLACE = 120, 40


def count_some(*, at: datetime, limit: int = BATCH) -> bool:
    """Count one batch of topics; gives whether none is left."""
    with transaction():
        ids = counting.due(at, again_after=at - AGAIN, limit=limit)
        if not ids:
            return True
        found = counting.tallies(ids, at=at)
        query = select(TopicRow).where(TopicRow.id.in_(ids)).order_by(TopicRow.id)
        for row in db.session.scalars(query.execution_options(populate_existing=True)):
            row.counted_at = max(at, row.changed_at)
            if row.id in found:
                _note(row, found[row.id], at)
        return False


def _note(row: TopicRow, tally: Tally, at: datetime) -> None:
    """Keep what was counted with the topic, and warn."""
    rules = topic_rules()
    found = heat(tally.facts, rules.heat)
    jump = surge(
        tally.recent,
        tally.recent_callers,
        before=tally.before,
        days_before=rules.window_days - rules.surge.days,
        rules=rules.surge,
    )
    named = classifier.name_topic(tally.titles, row.profile)
    row.area_code = _area(tally)
    row.category_code = _most_common(tally.categories)
    row.title = _title(row, named)
    row.place = named.place[:PLACE]
    row.heat = round(found.score, 2) if _is_listed(tally) else 0.0
    row.figures = _figures(tally, found, jump, named, at)
    _warn(row, jump, at)


def _is_listed(tally: Tally) -> bool:
    """One person who calls five times is a repeat, not a hot topic."""
    rules = topic_rules()
    return tally.size >= rules.listed_contacts and tally.callers >= rules.listed_callers


def _area(tally: Tally) -> str | None:
    """The street where most of it comes from one, else the district, else the whole city."""
    for digits in (None, DISTRICT):
        counted = Counter[str]()
        for code, number in tally.areas.items():
            counted[code[:digits]] += number
        if counted:
            code, number = min(counted.items(), key=lambda pair: (-pair[1], pair[0]))
            if number >= MOSTLY * tally.size:
                return code
    return None


def _most_common(counted: Counter[str]) -> str | None:
    return min(counted, key=lambda code: (-counted[code], code), default=None)


def _title(row: TopicRow, named: classifier.Naming) -> str:
    """东湖区 丽发新城 搅拌站 噪声: the district in front unless the words name it."""
    district = db.session.get(Area, row.area_code[:DISTRICT]) if row.area_code else None
    front = district.name if district is not None and district.name not in named.title else ""
    words = named.title or "、".join(named.words) or "未归纳出要点的热点"
    return f"{front} {words}".strip()[:TITLE]


def _figures(
    tally: Tally, found: Heat, jump: Surge, named: classifier.Naming, at: datetime
) -> dict[str, Any]:
    """Everything a page shows without counting again."""
    names = {
        unit.id: unit.short_name
        for unit in db.session.scalars(select(Department).where(Department.id.in_(tally.units)))
    }
    ranked = sorted(tally.units.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "at": at.isoformat(),
        "days": tally.days,
        "size": tally.size,
        "callers": tally.callers,
        "merged": tally.merged,
        "ended": tally.ended,
        "rated": tally.rated,
        "bad": tally.bad,
        "words": list(named.words),
        "units": [[names[unit], number] for unit, number in ranked],
        "facts": asdict(tally.facts),
        "terms": [[term.part.value, term.value, term.weight, term.points] for term in found.terms],
        "surge": {
            "contacts": jump.contacts,
            "callers": jump.callers,
            "expected": jump.expected,
            "tail": jump.tail,
            "level": jump.level.value if jump.level else None,
        },
    }


def _warn(row: TopicRow, jump: Surge, at: datetime) -> None:
    """Ring the supervisors' bell once for a topic and a level; a lower one is not news."""
    order = list(SurgeLevel)
    if jump.level is None:
        return
    if row.level is not None and order.index(jump.level) <= order.index(row.level):
        return
    row.level, row.warned_at = jump.level, at
    words = notices.texts()["topic_surge"].format(
        level=jump.level.label,
        title=row.title,
        days=topic_rules().surge.days,
        contacts=jump.contacts,
        callers=jump.callers,
        expected=f"{jump.expected:.1f}",
    )
    for role in TOLD:
        key = f"topic-{row.id}-{jump.level.value}-{role.value}"
        if db.session.scalar(select(Notice.id).where(Notice.key == key)) is None:
            link = f"/supervision/topics/{row.id}"
            said = Notice(key=key, role=role, link=link, text=words, created_at=at)
            db.session.add(said)
