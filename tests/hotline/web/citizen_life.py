"""Short words for tests of the citizen's pages: lead a ticket along its line as the house does."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.identity import CITIZEN, Actor
from hotline.domain.terms import Role
from hotline.models import Attachment, Callback, Department, Ticket
from hotline.services import dispatching, handling, reviewing, sorting

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

DISPATCHER = Actor(Role.DISPATCHER, "李建国")
AUTHORITY = Actor(Role.AUTHORITY, "周敏")
UNIT = "D0101"
REPLY = "已责令工地夜间停工，并安排专人值守。"
KEY = "0123456789abcdef0123456789abcdef"


def ticket(ticket_id: int) -> Ticket:
    found = db.session.get(Ticket, ticket_id, populate_existing=True)
    assert found is not None
    return found


def only_ticket() -> Ticket:
    return db.session.scalars(select(Ticket)).one()


def files_of(ticket_id: int) -> list[Attachment]:
    query = select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)
    return list(db.session.scalars(query))


def handler() -> Actor:
    unit = db.session.scalars(select(Department).where(Department.code == UNIT)).one()
    return Actor(Role.DEPARTMENT, "陈志强", None, unit.id)


def unit_name() -> str:
    return db.session.scalars(select(Department.name).where(Department.code == UNIT)).one()


def dispatched(ticket_id: int, at: datetime) -> int:
    """Classify by hand and dispatch; returns the id to chain."""
    sorting.reclassify(ticket_id, "01", DISPATCHER, at=at)
    dispatching.dispatch(ticket_id, UNIT, actor=DISPATCHER, at=at, reason="按目录派单（内部理由）")
    return ticket_id


def handled(ticket_id: int, at: datetime) -> int:
    """Signed, contacted and replied; the hotline has not looked at it yet."""
    handling.sign(ticket_id, handler(), at=at)
    handling.contact(ticket_id, "诉求人住三单元，脾气急（内部）", handler(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    return ticket_id


def to_callback(ticket_id: int, at: datetime) -> int:
    """All the way to where the citizen is asked."""
    reviewing.approve(handled(dispatched(ticket_id, at), at), DISPATCHER, at=at)
    return ticket_id


def token(ticket_id: int) -> str:
    query = select(Callback.token).where(Callback.ticket_id == ticket_id)
    return db.session.scalars(query.order_by(Callback.id.desc())).first() or ""


def opened(client: FlaskClient, ticket_id: int) -> str:
    """Open a ticket by number and query code; returns the address of its page."""
    found = ticket(ticket_id)
    answer = client.post(
        "/progress", data={"ticket_no": found.ticket_no, "query_code": found.query_code}
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def words(answer: TestResponse) -> str:
    """What a person reads of a page: no tags, single blanks."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


__all__ = ["CITIZEN", "DISPATCHER", "KEY", "REPLY", "UNIT"]
