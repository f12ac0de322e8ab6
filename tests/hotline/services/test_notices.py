"""通知: who is told what, once, in words that help."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Action
from hotline.domain.terms import Clock, Resolved, Role
from hotline.models import Callback, Message, Notice
from hotline.services import (
    bell,
    callbacks,
    endings,
    handling,
    intake,
    notices,
    supervision,
)
from hotline.services.callbacks import Verdict
from hotline.services.notices import compose, reasons, texts
from hotline.services.timing import sweeping, telling
from tests.hotline.people import (
    CHENGGUAN,
    clock,
    entries,
    handler,
    ticket,
    to_callback,
    to_unit,
    together,
    unit,
    who,
)
from tests.hotline.people import notices as told

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

URL = "https://12345.example"


def sms(ticket_id: int) -> list[Message]:
    query = select(Message).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return list(db.session.scalars(query))


def composed(ticket_id: int, event: Event, at: datetime) -> None:
    ids = [entry.id for entry in entries(ticket_id, event)]
    telling.compose(ids, public_url=URL, at=at)
    for entry_id in ids:
        compose(entry_id, public_url=URL, at=at)


def test_the_citizen_hears_number_code_and_link(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    (entry,) = entries(ticket_id, Event.REGISTERED)
    (message_id,) = compose(entry.id, public_url=URL, at=at)
    row = db.session.get_one(Message, message_id)
    body, about = row.body or "", ticket(ticket_id)
    assert row.recipient == "13912345678"
    assert about.ticket_no in body
    assert about.query_code in body
    assert f"{URL}/progress?ticket_no={about.ticket_no}" in body


def test_composing_twice_writes_once_and_gives_the_same(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    for entry in entries(ticket_id):
        first = compose(entry.id, public_url=URL, at=at)
        assert compose(entry.id, public_url=URL, at=at) == first
    assert len(sms(ticket_id)) == 1
    assert len(told(ticket_id)) == 1


def test_two_workers_compose_once(app: Flask, a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    entry_id = entries(ticket_id, Event.REGISTERED)[0].id
    ends = together(app, [lambda: compose(entry_id, public_url=URL, at=at)] * 4)
    assert any(isinstance(end, list) for end in ends), ends
    assert len(sms(ticket_id)) == 1


def test_without_a_number_nobody_is_written_to(app: Flask, at: datetime) -> None:
    demand = intake.Demand(content="路灯坏了", name="张女士")
    ticket_id = intake.register(demand, CITIZEN, at=at).ticket_id
    composed(ticket_id, Event.REGISTERED, at)
    assert sms(ticket_id) == []


def test_the_unit_hears_of_its_ticket(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    composed(ticket_id, Event.DISPATCHED, at)
    (line,) = told(ticket_id)
    assert (line.department_id, line.role) == (unit(CHENGGUAN).id, None)
    assert "东湖区城市管理局" in line.text
    assert ticket(ticket_id).ticket_no in line.text


def test_danger_rings_at_the_desks_at_once(app: Flask, at: datetime) -> None:
    demand = intake.Demand(content="楼道里有很浓的煤气味")
    ticket_id = intake.register(demand, CITIZEN, at=at).ticket_id
    composed(ticket_id, Event.REGISTERED, at)
    assert {line.role for line in told(ticket_id)} == {Role.AGENT, Role.DISPATCHER}
    assert all("【特急】" in line.text for line in told(ticket_id))


def test_warning_and_overdue_reach_unit_and_supervisor(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    handling.sign(ticket_id, handler(), at=at)
    handling.contact(ticket_id, "已联系", handler(), at=at)
    handle = clock(ticket_id, Clock.HANDLE)
    moments = [datetime.fromisoformat(when) for _, when in handle.plan[:6]]
    for moment in moments:
        sweeping.sweep(moment)
        for _ in range(2):
            composed(ticket_id, Event.MILESTONE, moment)
            composed(ticket_id, Event.SUPERVISED, moment)
    to_unit_ = [line.text for line in told(ticket_id) if line.department_id == unit(CHENGGUAN).id]
    to_bosses = [line.text for line in told(ticket_id) if line.role is Role.SUPERVISOR]
    assert [text[: text.index("】") + 1] for text in to_unit_] == [
        *("【催办】", "【催办】", "【黄牌预警】", "【到期提醒】", "【红牌超期】")
    ]
    assert [text[: text.index("】") + 1] for text in to_bosses] == ["【超期提醒】"]
    leader = [
        line.text for line in told(ticket_id) if line.staff_id == who("lead_chengguan").staff_id
    ]
    assert any("【书面催办】" in text and "高建军" in text for text in leader)


def test_a_warning_that_comes_too_late_is_not_sent(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Story 12: after an absence the red ones tell, and there is no storm of stale urges."""
    ticket_id = to_unit(a_ticket(), at=at)
    late = clock(ticket_id, Clock.HANDLE).due_at + timedelta(days=3)
    sweeping.sweep(late)
    composed(ticket_id, Event.MILESTONE, late)
    to_unit_ = [line.text for line in told(ticket_id) if line.department_id == unit(CHENGGUAN).id]
    assert sum("【红牌超期】" in text for text in to_unit_) == 3  # sign, contact, handle
    assert not [text for text in to_unit_ if "【催办】" in text or "【黄牌预警】" in text]


def test_the_due_time_in_a_warning_is_that_of_its_clock(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    sweeping.sweep(at + timedelta(hours=2, minutes=31))  # the sign clock alone: due at 11:30
    composed(ticket_id, Event.MILESTONE, at)
    red = next(line for line in told(ticket_id) if "【红牌超期】" in line.text)
    assert "2026-03-11 11:30" in red.text


def test_the_answer_comes_with_its_own_link(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    composed(ticket_id, Event.APPROVED, at)
    token = db.session.scalars(select(Callback.token)).one()
    assert f"{URL}/r/{token}" in (sms(ticket_id)[-1].body or "")


def test_a_redo_says_who_and_until_when(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    bad = Verdict(satisfaction=1, resolved=Resolved.NO)
    callbacks.rate(ticket_id, bad, CITIZEN, at=at)
    composed(ticket_id, Event.REDO_OPENED, at)
    body = sms(ticket_id)[-1].body or ""
    assert "东湖区城市管理局" in body
    assert "2026-03-16 17:30" in body  # three working days


ENDS = [
    (
        lambda t, at: endings.answer(t, "带身份证到大厅办理", who("agent"), at=at),
        *(Event.ANSWERED, "带身份证到大厅办理"),
    ),
    (
        lambda t, at: endings.decline(
            t, who("agent"), code="statutory_route", reason="已判决", at=at
        ),
        *(Event.DECLINED, "法定途径"),
    ),
    (
        lambda t, at: endings.transfer(t, who("agent"), target="110", reason="盗窃", at=at),
        *(Event.TRANSFERRED, "请立即拨打110"),
    ),
    (
        lambda t, at: endings.ask_info(t, "请补充具体楼栋", who("agent"), at=at),
        *(Event.ASKED_INFO, "请补充具体楼栋"),
    ),
]


@pytest.mark.parametrize(("act", "event", "words"), ENDS, ids=[str(e[1]) for e in ENDS])
def test_every_other_end_tells_the_citizen_where_to_go(
    a_ticket: Callable[..., int],
    at: datetime,
    act: Callable[..., None],
    event: Event,
    words: str,
) -> None:
    ticket_id = a_ticket()
    act(ticket_id, at)
    composed(ticket_id, event, at)
    assert words in (sms(ticket_id)[-1].body or "")


def test_urging_reaches_the_unit_with_the_reason(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    supervision.urge([ticket_id], who("agent"), reason="市民第三次来电", at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason="列入督办", at=at)
    composed(ticket_id, Event.URGED, at)
    composed(ticket_id, Event.SUPERVISED, at)
    urged, *supervised = told(ticket_id)
    assert "市民第三次来电" in urged.text
    assert all("【督办】" in notice.text for notice in supervised)
    to_leader, to_unit_itself = sorted(supervised, key=lambda notice: notice.staff_id is None)
    assert (to_leader.staff_id, to_unit_itself.department_id) == (
        who("lead_chengguan").staff_id,
        ticket(ticket_id).lead_department_id,
    )


def test_no_text_shows_a_field_that_was_not_filled(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    for entry in entries(ticket_id):
        compose(entry.id, public_url=URL, at=at)
    for said in [m.body or "" for m in sms(ticket_id)] + [n.text for n in told(ticket_id)]:
        assert "{" not in said
        assert "None" not in said


def test_an_entry_that_is_not_there(app: Flask, at: datetime) -> None:
    assert compose(999_999, public_url=URL, at=at) == []


def test_every_reason_offered_is_known(app: Flask) -> None:
    assert {"decline", "decline_advice", "return", "transfer"} < set(reasons())
    assert set(reasons()["decline"]) == set(reasons()["decline_advice"])
    assert Action.DECLINE.value in reasons()
    assert {"registered", "replied_rate", "critical_alert"} <= set(texts())


# --- 站内信 ----------------------------------------------------------------------------------


def test_a_notice_is_read_by_whom_it_is_for(a_ticket: Callable[..., int], at: datetime) -> None:
    from hotline.domain.errors import NotFound

    ticket_id = to_unit(a_ticket(), at=at)
    composed(ticket_id, Event.DISPATCHED, at)
    (line,) = told(ticket_id)
    with pytest.raises(NotFound):
        bell.read(line.id, handler("D0102"), at=at)
    assert bell.read(line.id, handler(CHENGGUAN), at=at).ticket_no == ticket(ticket_id).ticket_no
    later = at + timedelta(hours=1)
    bell.read_all(handler(CHENGGUAN), up_to=line.id, at=later)
    assert db.session.get_one(Notice, line.id, populate_existing=True).read_at == at


def test_a_code_goes_out_masked_in_its_key(app: Flask, at: datetime) -> None:
    from hotline.db import transaction

    with transaction():
        message_id = notices.one_time_code("13912345678", "123456", at=at)
    row = db.session.get_one(Message, message_id)
    assert "13912345678" not in row.key
    assert "123456" in (row.body or "")
