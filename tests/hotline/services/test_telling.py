"""阶梯通知: the right people, once, and one line where there would be forty."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Clock
from hotline.models import Message, Notice, Staff, TimelineEntry
from hotline.services import handling
from hotline.services.timing import sweeping, telling
from tests.hotline.people import clock, handler, to_handling, to_unit, together, unit, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

URL = "https://12345.example"


def fired(at: datetime) -> list[int]:
    """Entries of milestones nobody was told of yet."""
    while sweeping.sweep(at):
        pass
    query = select(TimelineEntry.id).where(
        TimelineEntry.event == Event.MILESTONE, TimelineEntry.settled_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(TimelineEntry.id)))


def lines(code: str = "D0101") -> list[Notice]:
    db.session.rollback()
    query = select(Notice).where(Notice.department_id == unit(code).id).order_by(Notice.id)
    return [line for line in db.session.scalars(query) if "派发" not in line.text]


def signed(a_ticket: Callable[..., int], at: datetime, count: int) -> list[int]:
    ids = [to_handling(a_ticket(), at=at) for _ in range(count)]
    for ticket_id in ids:
        handling.contact(ticket_id, "已联系", handler(), at=at)
    return ids


def test_five_are_told_one_by_one(a_ticket: Callable[..., int], at: datetime) -> None:
    ids = signed(a_ticket, at, telling.MANY)
    yellow = clock(ids[0], Clock.HANDLE).yellow_at
    telling.compose(fired(yellow), public_url=URL, at=yellow)
    cards = [line for line in lines() if "【黄牌预警】" in line.text]
    assert sorted(line.ticket_id or 0 for line in cards) == ids


def test_forty_are_one_line_with_a_way_to_the_list(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = signed(a_ticket, at, telling.MANY + 4)
    yellow = clock(ids[0], Clock.HANDLE).yellow_at
    telling.compose(fired(yellow), public_url=URL, at=yellow)
    cards = [line for line in lines() if "黄牌" in line.text]
    assert len(cards) == 1
    assert f"共 {len(ids)} 件工单" in cards[0].text
    assert (cards[0].ticket_id, cards[0].link) == (None, "/department")


def test_two_workers_with_the_same_list_tell_once(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = signed(a_ticket, at, 3)
    yellow = clock(ids[0], Clock.HANDLE).yellow_at
    entries = fired(yellow)
    ends = together(app, [lambda: telling.compose(entries, public_url=URL, at=yellow)] * 3)
    assert not [end for end in ends if isinstance(end, Exception)], ends
    again = telling.compose(entries, public_url=URL, at=yellow)
    assert again == []
    cards = [line for line in lines() if "【黄牌预警】" in line.text]
    assert len(cards) == len(ids)
    db.session.rollback()
    open_ = select(TimelineEntry.id).where(
        TimelineEntry.id.in_(entries), TimelineEntry.settled_at.is_(None)
    )
    assert db.session.scalars(open_).all() == []


def test_the_second_waits_for_a_teller_that_may_die(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    """Whoever skipped the held entry would settle it, and nobody would ever be told."""
    ids = signed(a_ticket, at, 3)
    yellow = clock(ids[0], Clock.HANDLE).yellow_at
    entries = fired(yellow)
    db.session.rollback()
    with db.engine.connect() as dying:
        held = select(TimelineEntry.id).where(TimelineEntry.id.in_(entries)).with_for_update()
        dying.execute(held)
        release = threading.Timer(0.5, dying.rollback)
        release.start()
        telling.compose(entries, public_url=URL, at=yellow)
        release.join()
    assert len([line for line in lines() if "【黄牌预警】" in line.text]) == len(ids)


def test_a_leader_with_a_phone_gets_a_text_message_at_night(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """特急 past its two hours: the leader's phone rings, and the number is sealed."""
    with transaction() as session:
        leader = session.get_one(Staff, who("lead_chengguan").staff_id)
        leader.phone = "13900010002"
    ticket_id = to_unit(a_ticket(content="楼道里有很浓的煤气味"), at=at)
    due = clock(ticket_id, Clock.HANDLE).due_at
    later = due.replace(microsecond=1)
    telling.compose(fired(later), public_url=URL, at=later)
    sent = [
        row
        for row in db.session.scalars(select(Message).where(Message.topic == "overdue_urgent"))
        if row.recipient == "13900010002"
    ]
    assert any("办理" in (row.body or "") for row in sent)
    raw = db.session.connection().exec_driver_sql("SELECT recipient FROM message").scalars().all()
    assert not any("13900010002" in (value or "") for value in raw)
    with transaction() as session:
        session.get_one(Staff, who("lead_chengguan").staff_id).phone = None
