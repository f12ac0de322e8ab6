"""People and their steps, for tests of stations and stories: who acts, how far a ticket goes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import Actor
from hotline.domain.terms import Clock, Role
from hotline.models import (
    Assignment,
    Deadline,
    Department,
    Notice,
    Staff,
    Ticket,
    TimelineEntry,
)
from hotline.services import callbacks, dispatching, handling, reviewing, sorting, staffing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from flask import Flask

    from hotline.domain.lifecycle import Stage
    from hotline.services.callbacks import Verdict

NOISE = "020203"
CHENGGUAN = "D0101"
ZHUJIAN = "D0102"
REPLY = "3月12日执法人员到湖滨路工地核查，已责令夜间停工并立案处罚，工地承诺22点后不再施工。"


def who(login: str) -> Actor:
    """A member of the demo staff: who("agent")."""
    staff = db.session.scalars(select(Staff).where(Staff.login == login)).one()
    return staffing.actor_of(staff)


def unit(code: str) -> Department:
    """A department by its code."""
    return db.session.scalars(select(Department).where(Department.code == code)).one()


def handler(code: str = CHENGGUAN) -> Actor:
    """Somebody who works in that department."""
    return Actor(Role.DEPARTMENT, f"{unit(code).short_name}经办人", department_id=unit(code).id)


def look() -> None:
    """Let go of what was read before, so that the next read sees what the jobs committed."""
    db.session.rollback()


def ticket(ticket_id: int) -> Ticket:
    """The ticket as the database has it now."""
    look()
    return db.session.get_one(Ticket, ticket_id, populate_existing=True)


def id_of(ticket_no: str) -> int:
    """The id behind a ticket's number."""
    return db.session.scalars(select(Ticket.id).where(Ticket.ticket_no == ticket_no)).one()


def stage(ticket_id: int) -> Stage:
    """Where the ticket is now."""
    return ticket(ticket_id).stage


def entries(ticket_id: int, event: Event | None = None) -> list[TimelineEntry]:
    """The timeline, oldest first; of one event only, if asked."""
    look()
    query = select(TimelineEntry).where(TimelineEntry.ticket_id == ticket_id)
    if event is not None:
        query = query.where(TimelineEntry.event == event)
    return list(db.session.scalars(query.order_by(TimelineEntry.id)))


def events(ticket_id: int) -> list[Event]:
    """What happened, oldest first."""
    return [Event(entry.event) for entry in entries(ticket_id)]


def clock(ticket_id: int, kind: Clock, round_no: int = 1, turn: int = 0) -> Deadline:
    """One clock of a ticket as the database has it now."""
    look()
    query = select(Deadline).where(
        Deadline.ticket_id == ticket_id,
        Deadline.clock == kind,
        Deadline.round == round_no,
        Deadline.turn == turn,
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def leads_ended(ticket_id: int) -> list[str | None]:
    """Why each lead of a ticket ended, the first one first; the present one has not."""
    query = select(Assignment.end_reason).where(
        Assignment.ticket_id == ticket_id, Assignment.is_lead.is_(True)
    )
    return list(db.session.scalars(query.order_by(Assignment.id)))


def notices(ticket_id: int) -> list[Notice]:
    """What the desks were told about a ticket, oldest first."""
    look()
    query = select(Notice).where(Notice.ticket_id == ticket_id).order_by(Notice.id)
    return list(db.session.scalars(query))


def to_dispatch(ticket_id: int, *, at: datetime, code: str = NOISE) -> int:
    """分类 by a person."""
    sorting.reclassify(ticket_id, code, who("dispatcher"), at=at)
    return ticket_id


def to_unit(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> int:
    """分类 and 派单 by a person."""
    to_dispatch(ticket_id, at=at)
    dispatching.dispatch(ticket_id, code, actor=who("dispatcher"), at=at)
    return ticket_id


def to_handling(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> int:
    """… and 签收."""
    to_unit(ticket_id, at=at, code=code)
    handling.sign(ticket_id, handler(code), at=at)
    return ticket_id


def to_review(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> int:
    """… and 答复."""
    to_handling(ticket_id, at=at, code=code)
    handling.reply(ticket_id, REPLY, handler(code), at=at)
    return ticket_id


def to_callback(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> int:
    """… and 审核通过: the citizen may rate."""
    to_review(ticket_id, at=at, code=code)
    reviewing.approve(ticket_id, who("dispatcher"), at=at)
    return ticket_id


def handle_again(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> None:
    """The unit signs, replies, and the hotline approves once more (重办)."""
    handling.sign(ticket_id, handler(code), at=at)
    handling.reply(ticket_id, REPLY, handler(code), at=at)
    reviewing.approve(ticket_id, who("dispatcher"), at=at)


def rate(ticket_id: int, verdict: Verdict, *, at: datetime) -> None:
    """The citizen's word."""
    from hotline.domain.identity import CITIZEN

    callbacks.rate(ticket_id, verdict, CITIZEN, at=at)


def together(app: Flask, calls: Sequence[Callable[[], object]]) -> list[object]:
    """Run calls in as many threads at the same moment; gives results, or the errors they raised."""
    results: list[object] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int) -> None:
        with app.app_context():
            start.wait()
            try:
                results[index] = calls[index]()
            except Exception as error:  # noqa: BLE001 - the test looks at what was raised
                results[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
