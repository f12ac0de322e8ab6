"""Lives of demo tickets over sixty days, through the same services as real ones (演示数据)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from hotline.db import db, transaction
from hotline.domain.identity import CITIZEN, Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind, Resolved, Role
from hotline.models import Area, Deadline, Message, MessageState, Ticket, TimelineEntry
from hotline.services import (
    callbacks,
    demo_deeds,
    demo_motions,
    dispatching,
    endings,
    exchange,
    intake,
    learning,
    motions,
    notices,
    seeding,
    sorting,
)
from hotline.services.callbacks import Verdict
from hotline.services.timing import sweeping, telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline.services.shelf import Shelf

DAYS = 60
HOT_FROM, HOT_EVERY, HOT_WHEN = 120, 4, 1
"""From the 120th ticket on one in four is of a matter that many speak of (hot_tickets.csv)."""
HOME, HOME_SHARE = "990101", 0.5
HOME_MATTERS = ("010201", "010202", "010209", "010212", "010214", "0103", "0105", "010903")
"""Many tickets are about the city, its building and its flats, in the district whose units the
demo accounts work for: a visitor's desk should not be empty."""
CALLER = Actor(Role.CALLBACK, "回访员")
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = ("先生", "女士", "师傅", "阿姨")
_CHANNELS = (Channel.PHONE, Channel.PHONE, Channel.PHONE, Channel.WEB, Channel.APP)
_VERDICTS = ((5, Resolved.YES), (4, Resolved.YES), (4, Resolved.YES), (3, Resolved.PARTLY))


@dataclass(slots=True)
class Seeder:
    """Plays lives with a fixed chance, so that every installation shows the same city."""

    shelf: Shelf
    now: datetime
    luck: random.Random = field(default_factory=lambda: random.Random(12345))
    streets: list[tuple[str, str]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    home_texts: list[dict[str, str]] = field(default_factory=list)
    hot_texts: list[dict[str, str]] = field(default_factory=list)

    def live(self, count: int) -> Iterator[int]:
        """Play ``count`` tickets, oldest first, and yield each ticket's id when it is done."""
        query = select(Area.code, Area.name).where(Area.level == "street").order_by(Area.code)
        self.streets = [(code, name) for code, name in db.session.execute(query)]
        self.texts = seeding.rows("tickets.csv")
        self.home_texts = [t for t in self.texts if t["category"].startswith(HOME_MATTERS)]
        self.hot_texts = seeding.rows("hot_tickets.csv")
        for number in range(count):
            yield self._one(number, count)

    def _one(self, number: int, count: int) -> int:
        age = timedelta(days=DAYS) * (1 - number / count) ** 2  # most of it is of late
        at = self.now - age + timedelta(minutes=self.luck.randrange(120))
        at = min(at, self.now - timedelta(minutes=1))
        is_home = number > count * 0.7 and number % 2 == 0
        texts = self.home_texts if is_home else self.texts
        text = self._hot(number) or texts[number % len(texts)]
        ticket_id = self._register(text, at, is_home=is_home)
        for step in self._steps(ticket_id, text):
            at += step.after
            if at >= self.now:
                break
            step.do(at)
        return ticket_id

    def _hot(self, number: int) -> dict[str, str] | None:
        """The next text of a hot matter; their order in the file is how each of them grows."""
        turn, rest = divmod(number - HOT_FROM - HOT_WHEN, HOT_EVERY)
        return self.hot_texts[turn] if rest == 0 and 0 <= turn < len(self.hot_texts) else None

    def _register(self, text: dict[str, str], at: datetime, *, is_home: bool) -> int:
        near = is_home or self.luck.random() < HOME_SHARE
        home = [s for s in self.streets if s[0].startswith(HOME)] if near else self.streets
        street, name = self.luck.choice(home)
        if "street" in text:
            street, name = text["street"], ""
        channel = self.luck.choice(_CHANNELS)
        phone = f"139{self.luck.randrange(10**4):04d}{self.luck.randrange(10**4):04d}"
        demand = intake.Demand(
            kind=Kind(text["kind"]),
            title=text["title"],
            content=text["content"],
            channel=channel,
            name=self.luck.choice(_FAMILY) + self.luck.choice(_GIVEN),
            phone=phone,
            area_code=street,
            address=f"{name}{text['address']}" or None,
            confidential=self.luck.random() < 0.04,  # noqa: PLR2004 - a share of the demo
        )
        by = demo_deeds.AGENT if channel is Channel.PHONE else CITIZEN
        return intake.register(demand, by, at=at).ticket_id

    def _steps(self, ticket_id: int, text: dict[str, str]) -> Iterator[_Step]:
        """The way of one ticket; each step is taken only if its time has come by now."""
        if text["kind"] == "consult" and self.luck.random() < 0.5:  # noqa: PLR2004 - same
            yield _Step(
                minutes(4),
                lambda at: endings.answer(ticket_id, text["reply"], demo_deeds.AGENT, at=at),
            )
            return
        if text["kind"] != "praise" and ticket_id % 17 == 0:
            yield _Step(minutes(5), lambda at: demo_deeds.odd_end(ticket_id, at))
            return
        yield _Step(minutes(1), lambda at: sorting.suggest(ticket_id, self.shelf, at=at))
        yield _Step(minutes(1), lambda at: self._dispatch(ticket_id, text["category"], at))
        yield _Step(self._hours(1, 4), lambda at: demo_deeds.sign(ticket_id, at))
        if self.luck.random() < 0.08:  # noqa: PLR2004 - same
            yield _Step(
                self._hours(1, 3), lambda at: demo_deeds.ask(ticket_id, demo_motions.RETURN, at)
            )
            yield _Step(self._hours(4, 20), lambda at: demo_motions.answer(ticket_id, at))
        elif ticket_id % 15 == 4:  # noqa: PLR2004 - same
            yield from self._astray(ticket_id)
        yield _Step(self._hours(1, 12), lambda at: demo_deeds.contact(ticket_id, at))
        if ticket_id % 61 == 0:
            yield from self._pleads(ticket_id, demo_motions.HANGING)
            return
        if ticket_id % 11 == 0:
            yield from self._pleads(ticket_id, demo_motions.EXTENSION)
        yield _Step(self._hours(20, 130), lambda at: demo_deeds.reply(ticket_id, text["reply"], at))
        yield _Step(self._hours(1, 8), lambda at: demo_deeds.review(ticket_id, at))
        yield _Step(self._hours(2, 40), lambda at: self._rate(ticket_id, at))
        yield _Step(self._hours(1, 3), lambda at: demo_deeds.sign(ticket_id, at))
        yield _Step(self._hours(1, 6), lambda at: demo_motions.verify(ticket_id, at))
        yield _Step(self._hours(4, 30), lambda at: demo_motions.mend(ticket_id, at))
        yield _Step(self._hours(10, 60), lambda at: demo_deeds.reply(ticket_id, text["reply"], at))
        yield _Step(self._hours(1, 8), lambda at: demo_deeds.review(ticket_id, at))
        yield _Step(self._hours(2, 40), lambda at: self._rate(ticket_id, at))

    def _pleads(self, ticket_id: int, plea: motions.Plea) -> Iterator[_Step]:
        """The unit asks, its leader agrees, the hotline decides (延期、挂账)."""
        yield _Step(self._hours(4, 20), lambda at: demo_deeds.ask(ticket_id, plea, at))
        yield _Step(self._hours(1, 12), lambda at: demo_motions.pass_on(ticket_id, at))
        yield _Step(self._hours(1, 6), lambda at: demo_motions.answer(ticket_id, at))

    def _astray(self, ticket_id: int) -> Iterator[_Step]:
        """Sent to the wrong unit: returned, agreed to, sent on (退单、改派)."""
        yield _Step(minutes(50), lambda at: demo_motions.send_back(ticket_id, at))
        yield _Step(minutes(90), lambda at: demo_motions.send_on(ticket_id, at))
        yield _Step(minutes(40), lambda at: demo_deeds.sign(ticket_id, at))

    def _dispatch(self, ticket_id: int, code: str, at: datetime) -> None:
        """The machine where it is sure, else the dispatcher by the catalogue's first choice."""
        if dispatching.propose(ticket_id, at=at):
            return
        if self.now - at < timedelta(hours=20):
            return  # the newest unsure ones wait for the visitor at the dispatcher's desk
        ticket = db.session.get(Ticket, ticket_id)
        if ticket is None or ticket.stage is not Stage.TO_DISPATCH:
            return
        routes = dispatching.routes_for(ticket, [code], at)
        if routes:
            unit = routes[0]["code"]
            dispatching.dispatch(
                ticket_id,
                unit,
                actor=demo_deeds.DISPATCHER,
                at=at,
                category_code=code,
                reason="按目录派单",
            )

    def _rate(self, ticket_id: int, at: datetime) -> None:
        ticket = db.session.get(Ticket, ticket_id)
        if ticket is None or ticket.stage is not Stage.CALLBACK:
            return
        chance = self.luck.random()
        if chance < 0.1:  # noqa: PLR2004 - same
            verdict = Verdict(satisfaction=2, resolved=Resolved.NO, comment="问题还在，没有解决")
        else:
            satisfaction, resolved = self.luck.choice(_VERDICTS)
            verdict = Verdict(satisfaction=satisfaction, resolved=resolved)
        if chance < 0.2:  # noqa: PLR2004 - same
            callbacks.record_attempt(ticket_id, CALLER, reached=False, at=at)
        rating = callbacks.rate(ticket_id, verdict, CITIZEN, at=at)
        exchange.queue_rating(rating.id, at=at)
        learning.harvest(ticket_id, at=at)

    def _hours(self, least: int, most: int) -> timedelta:
        return timedelta(minutes=self.luck.randrange(least * 60, most * 60))


@dataclass(frozen=True, slots=True)
class _Step:
    after: timedelta
    do: Callable[[datetime], object]


def minutes(count: int) -> timedelta:
    """A few minutes."""
    return timedelta(minutes=count)


def _fire_what_was_due(now: datetime) -> None:
    """Fire old milestones at the moment each was planned for, as a system at work would have."""
    while True:
        first = db.session.scalar(select(func.min(Deadline.next_at)))
        if first is None or first > now:
            return
        sweeping.sweep(min(first + minutes(4), now))


def settle(now: datetime, public_url: str) -> None:
    """Close the books: old milestones fire, reactions count as done, messages as delivered."""
    demo_motions.leave_open(now)
    _fire_what_was_due(now)
    recent = select(TimelineEntry.id).where(
        TimelineEntry.settled_at.is_(None), TimelineEntry.at > now - timedelta(days=3)
    )
    entry_ids = db.session.scalars(recent).all()
    telling.compose(entry_ids, public_url=public_url, at=now)
    for entry_id in entry_ids:
        notices.compose(entry_id, public_url=public_url, at=now)
    # What is still registered keeps its open reaction: the workers classify it when they start.
    waiting = select(Ticket.id).where(Ticket.stage == Stage.REGISTERED)
    with transaction() as session:
        session.execute(
            update(TimelineEntry)
            .where(TimelineEntry.settled_at.is_(None), TimelineEntry.ticket_id.not_in(waiting))
            .values(settled_at=now)
        )
        session.execute(
            update(Message)
            .where(Message.state == MessageState.WAITING)
            .values(state=MessageState.SENT, sent_at=now, next_try_at=None)
        )
