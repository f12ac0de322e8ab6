"""How fast tickets are put into topics with 100,000 in the window (热点聚合速度)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import process_time
from typing import TYPE_CHECKING, Any
from zlib import crc32
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import bindparam, insert, select, update

import classifier
from bench import crowd
from bench.house import opened
from bench.measure import milliseconds, percentile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.house import BenchHouse

DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
WINDOW, QUICK_WINDOW = 100_000, 5_000
MEASURED, QUICK_MEASURED = 4_000, 600
STEP = 5_000
DAYS = 30
PLACES = 6_000
HOT_SHARE, HOT_PLACES = 0.15, 40
LOOKS = 30
ADDRESS = "湖滨路 18 号"
"""As bench.crowd gives every ticket."""
MIB = 1024 * 1024
LOCAL = ZoneInfo("Asia/Shanghai")
_SURNAMES = "云翠丽金锦望春和康盛华宏长兴永新龙凤兰竹梅松柏枫桂荷芳明清远"
_MIDDLES = "栖湖景桂绣江晖谐乐世庭福宁安泰城湾源泽苑台庄溪岭山水林园"
_ENDS = ("小区", "花园", "家园", "公馆", "广场", "路", "街", "村", "学校", "市场")


Ticket = tuple[int, datetime, str, str, str]
"""Number, moment, title, text, area."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Tickets a second of processor time, the database's included; the list; how much it grew."""

    per_second: float
    list_ms: float
    grown_mib: float


def measured(database: str, *, is_quick: bool) -> Rate:
    """Fill the window, then time the service that the workers run, batch by batch."""
    window = QUICK_WINDOW if is_quick else WINDOW
    last = QUICK_MEASURED if is_quick else MEASURED
    now = _begun()
    with opened(database=database) as house:
        from hotline.services.topics import assigning, counting

        fill(window + last, now)
        enter(*placed(streets(), window + last, window, now), now)
        assigning.go_on(at=now, limit=20)  # warm: words, statements
        process = psutil.Process()
        before, begun = process.memory_info().rss, used(house, database)
        while not assigning.go_on(at=now):
            pass
        seconds = used(house, database) - begun
        grown = (process.memory_info().rss - before) / MIB
        while not counting.count_some(at=now):
            pass
        return Rate((last - 20) / seconds, looked_at(now), grown)


def used(house: BenchHouse, database: str) -> float:
    """Seconds of processor time up to now: this process, and the server where there is one."""
    return process_time() + (house.processor_seconds() if database == "postgresql" else 0.0)


def looked_at(now: datetime) -> float:
    """How long the first page of the list takes, the slowest twentieth."""
    from hotline.queries.topics import listing

    def look() -> object:
        page = listing.page(listing.TopicScope(), at=now)
        assert page.lines
        return page

    return percentile([milliseconds(look) for _ in range(LOOKS)], 0.95)


def messages(count: int) -> Iterator[tuple[str, str]]:
    """Matters of the starter corpus at invented places; a part of them at few places, in crowds."""
    luck = random.Random(12345)
    matters = classifier.starter_corpus()
    places = [
        luck.choice(_SURNAMES) + luck.choice(_MIDDLES) + luck.choice(_MIDDLES) + luck.choice(_ENDS)
        for _ in range(PLACES)
    ]
    crowds = [(luck.choice(places), luck.choice(matters)) for _ in range(HOT_PLACES)]
    for _ in range(count):
        is_hot = luck.random() < HOT_SHARE
        place, matter = luck.choice(crowds) if is_hot else (luck.choice(places), None)
        said = matter or luck.choice(matters)
        yield f"{place}{said.title}", f"{place}，{said.text}"


@cache
def _begun() -> datetime:
    """One moment for both databases, so that the window is placed once for both."""
    return datetime.now(UTC)


def streets() -> tuple[str, ...]:
    """The streets of the city."""
    from hotline.db import db
    from hotline.models import Area

    query = select(Area.code).where(Area.level == "street").order_by(Area.code)
    return tuple(db.session.scalars(query))


@cache
def tickets(codes: tuple[str, ...], count: int, now: datetime) -> list[Ticket]:
    """So many tickets of the last thirty days; each place lies in one street."""
    begun, step = now - timedelta(days=DAYS), timedelta(days=DAYS) / count
    return [
        (number, begun + step * number, title, text, codes[crc32(title[:4].encode()) % len(codes)])
        for number, (title, text) in enumerate(messages(count), 1)
    ]


def fill(count: int, now: datetime) -> None:
    """Put the tickets into the database."""
    from hotline.db import db
    from hotline.models import Ticket as Row

    crowd.prepare()
    crowd.fill(1, count, stage=crowd.HANDLING, with_life=False)
    rows = tickets(streets(), count, now)
    changed = (
        update(Row)
        .where(Row.id == bindparam("a_number"))
        .values(
            title=bindparam("a_title"),
            content=bindparam("a_text"),
            registered_at=bindparam("a_moment"),
            area_code=bindparam("an_area"),
        )
    )
    names = ("a_number", "a_moment", "a_title", "a_text", "an_area")
    with db.engine.begin() as connection:
        for first in range(0, count, STEP):
            some = rows[first : first + STEP]
            connection.execute(changed, [dict(zip(names, row, strict=True)) for row in some])


@cache
def placed(
    codes: tuple[str, ...], count: int, window: int, now: datetime
) -> tuple[list[classifier.Topic], list[dict[str, Any]]]:
    """Place the window's tickets in one book; gives its topics, and which ticket is where."""
    book, member, absorbed = classifier.TopicBook([], held={}, alive=0), [], {}
    for number, at, title, text, area in tickets(codes, count, now)[:window]:
        keys = classifier.read_keys(title, text, ADDRESS)
        place = book.place(classifier.Arrival(id=number, at=at, keys=keys, area=area))
        member.append({"ticket_id": number, "topic_id": place.topic_id, "at": at, "likeness": 1.0})
        if place.absorbed is not None:
            absorbed[place.absorbed] = place.topic_id
    for row in member:
        while row["topic_id"] in absorbed:
            row["topic_id"] = absorbed[row["topic_id"]]
    return list(book.topics.values()), member


def enter(found: list[classifier.Topic], member: list[dict[str, Any]], now: datetime) -> None:
    """Write what came of it, as the service would."""
    from hotline.db import db
    from hotline.models import TopicKey, TopicProgress, TopicRow, TopicTicket

    topics: list[dict[str, Any]] = [
        {
            "id": topic.id,
            "profile": topic.profile,
            "areas": topic.areas,
            "size": topic.size,
            "first_at": topic.first_at,
            "last_at": topic.last_at,
            "changed_at": now,
        }
        for topic in found
    ]
    keys_of = [{"key": k, "topic_id": t.id} for t in found for k in t.profile]
    today = member[-1]["at"].astimezone(LOCAL).date()
    progress = {"id": 1, "ticket_id": member[-1]["ticket_id"], "on": today, "checked_on": today}
    with db.engine.begin() as connection:
        for table, many in ((TopicRow, topics), (TopicTicket, member), (TopicKey, keys_of)):
            for first in range(0, len(many), STEP):
                connection.execute(insert(table), many[first : first + STEP])
        connection.execute(insert(TopicProgress), [progress])
    crowd.let_the_planner_look()
