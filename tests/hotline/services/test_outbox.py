"""消息投递: gone once, tried again with growing pauses, and never lost from sight."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import NotFound
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Channel, Resolved
from hotline.models import Carrier, Message, MessageState, Rating
from hotline.services import callbacks, exchange, outbox
from hotline.services.callbacks import Verdict
from integrations import DeliveryError, MemorySms, Receipt
from tests.hotline.people import handle_again, ticket, to_callback, together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask


@dataclass
class Platform:
    """A platform that writes down what arrives, and refuses when told to."""

    refusals: list[DeliveryError] = field(default_factory=list)
    taken: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def push(self, *, message_id: str, kind: str, payload: Mapping[str, object]) -> Receipt:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append((message_id, kind, dict(payload)))
        return Receipt(f"P{len(self.taken)}")


def queued(at: datetime, key: str = "m-1", carrier: Carrier = Carrier.SMS) -> int:
    with transaction() as session:
        row = Message(
            key=key,
            carrier=carrier,
            topic="test",
            recipient="13912345678",
            body="您好",
            payload={"a": 1},
            created_at=at,
            next_try_at=at,
        )
        session.add(row)
        session.flush()
        return row.id


def message(message_id: int) -> Message:
    return db.session.get_one(Message, message_id, populate_existing=True)


def busy(count: int) -> list[DeliveryError]:
    return [DeliveryError("平台无法连接（ConnectionError）", retryable=True) for _ in range(count)]


def test_a_message_goes_once(app: Flask, at: datetime) -> None:
    sms, message_id = MemorySms(), queued(at)
    assert outbox.deliver(message_id, sms, None, at=at)
    assert not outbox.deliver(message_id, sms, None, at=at + timedelta(days=1))
    (sent,) = sms.sent
    assert (sent.to, sent.body, sent.message_id) == ("13912345678", "您好", "m-1")
    row = message(message_id)
    assert (row.state, row.sent_at, row.next_try_at) == (MessageState.SENT, at, None)
    assert row.provider_id == "memory-1"


def test_before_its_time_nothing_goes(app: Flask, at: datetime) -> None:
    sms, message_id = MemorySms(), queued(at)
    assert not outbox.deliver(message_id, sms, None, at=at - timedelta(seconds=1))
    assert list(outbox.due(at - timedelta(seconds=1))) == []
    assert list(outbox.due(at)) == [message_id]


def test_pauses_grow_and_the_last_failure_is_for_a_person(app: Flask, at: datetime) -> None:
    platform, message_id = Platform(busy(99)), queued(at, carrier=Carrier.PUSH)
    waits, now = [], at
    while message(message_id).state is MessageState.WAITING:
        now = message(message_id).next_try_at or now
        assert not outbox.deliver(message_id, MemorySms(), platform, at=now)  # type: ignore[arg-type]
        again = message(message_id).next_try_at
        if again:
            waits.append(int((again - now).total_seconds()))
    assert waits == list(outbox.PAUSES) == sorted(waits)
    row = message(message_id)
    assert (row.state, row.tries, row.next_try_at) == (MessageState.DEAD, 8, None)
    assert row.last_error == "平台无法连接（ConnectionError）"
    assert list(outbox.due(now + timedelta(days=365))) == []


def test_a_refusal_for_good_is_not_repeated(app: Flask, at: datetime) -> None:
    platform = Platform([DeliveryError("平台拒收：HTTP 422", retryable=False)])
    message_id = queued(at, carrier=Carrier.PUSH)
    outbox.deliver(message_id, MemorySms(), platform, at=at)  # type: ignore[arg-type]
    assert message(message_id).state is MessageState.DEAD


def test_a_person_may_try_again_from_the_failure_list(app: Flask, at: datetime) -> None:
    platform = Platform([DeliveryError("平台拒收：HTTP 422", retryable=False)])
    message_id = queued(at, carrier=Carrier.PUSH)
    outbox.deliver(message_id, MemorySms(), platform, at=at)  # type: ignore[arg-type]
    later = at + timedelta(days=2)
    outbox.retry(message_id, at=later)
    assert (message(message_id).state, message(message_id).tries) == (MessageState.WAITING, 0)
    assert outbox.deliver(message_id, MemorySms(), platform, at=later)  # type: ignore[arg-type]
    outbox.retry(message_id, at=later)  # what is gone is not sent a second time
    assert message(message_id).state is MessageState.SENT
    with pytest.raises(NotFound):
        outbox.retry(999_999, at=later)


def test_without_a_platform_the_push_waits_visibly(app: Flask, at: datetime) -> None:
    message_id = queued(at, carrier=Carrier.PUSH)
    assert not outbox.deliver(message_id, MemorySms(), None, at=at)
    row = message(message_id)
    assert row.state is MessageState.WAITING
    assert "HOTLINE_PLATFORM_URL" in (row.last_error or "")


def test_a_killed_worker_leaves_the_message_for_the_next(app: Flask, at: datetime) -> None:
    """Claimed but never sent: after the claim has run out somebody else sends it, same key."""

    class Killed:
        def send(self, **_words: str) -> Receipt:
            raise KeyboardInterrupt

    message_id = queued(at)
    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(message_id, Killed(), None, at=at)  # type: ignore[arg-type]
    sms = MemorySms()
    assert not outbox.deliver(message_id, sms, None, at=at + timedelta(seconds=1))
    assert outbox.deliver(message_id, sms, None, at=at + outbox.CLAIM)
    assert [sent.message_id for sent in sms.sent] == ["m-1"]


def test_two_workers_at_once_send_once(app: Flask, at: datetime) -> None:
    sms = MemorySms()
    for number in range(5):
        message_id = queued(at, f"k-{number}")
        done = together(app, [lambda m=message_id: outbox.deliver(m, sms, None, at=at)] * 4)
        assert sorted(map(str, done)) == ["False", "False", "False", "True"], done
    assert len(sms.sent) == 5


def test_a_message_that_is_not_there(app: Flask, at: datetime) -> None:
    assert not outbox.deliver(999_999, MemorySms(), None, at=at)


# --- 平台对接: one push per rating ------------------------------------------------------------


HAPPY = Verdict(satisfaction=5, resolved=Resolved.YES, comment="很快", channel=Channel.SMS)
UNHAPPY = Verdict(satisfaction=1, resolved=Resolved.NO)


def pushes() -> list[Message]:
    query = select(Message).where(Message.carrier == Carrier.PUSH).order_by(Message.id)
    return list(db.session.scalars(query))


def test_one_push_per_rating_however_often_it_is_asked(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rating = callbacks.rate(ticket_id, HAPPY, CITIZEN, at=at)
    first = exchange.queue_rating(rating.id, at=at)
    assert exchange.queue_rating(rating.id, at=at) == first
    (push,) = pushes()
    assert (push.key, push.topic, push.ticket_id) == (f"rating-{rating.id}", "rating", ticket_id)
    assert exchange.queue_rating(999_999, at=at) is None


def test_two_workers_queue_one_push(app: Flask, a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rating = callbacks.rate(ticket_id, HAPPY, CITIZEN, at=at)
    together(app, [lambda: exchange.queue_rating(rating.id, at=at)] * 4)
    assert len(pushes()) == 1


def test_first_and_second_rating_are_told_apart(a_ticket: Callable[..., int], at: datetime) -> None:
    """首次评价 and 二次评价 (国办发〔2019〕51号)."""
    ticket_id = to_callback(a_ticket(), at=at)
    for verdict in (UNHAPPY, UNHAPPY, HAPPY):
        rating = callbacks.rate(ticket_id, verdict, CITIZEN, at=at)
        exchange.queue_rating(rating.id, at=at)
        if verdict is UNHAPPY:
            handle_again(ticket_id, at=at)
    said = [push.payload for push in pushes()]
    assert [one["assessNumber"] for one in said] == [1, 2, 2]
    assert [(one["satisfaction"], one["resolved"]) for one in said] == [
        *((1, "no"), (1, "no"), (5, "yes"))
    ]


def test_the_push_tells_the_matter_not_the_person(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rating = callbacks.rate(ticket_id, HAPPY, CITIZEN, at=at)
    exchange.queue_rating(rating.id, at=at)
    said = str(pushes()[0].payload)
    assert ticket(ticket_id).ticket_no in said
    assert "13912345678" not in said
    assert "张女士" not in said


def test_a_ticket_without_a_unit_is_pushed_for_the_hotline(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    from hotline.services import endings
    from tests.hotline.people import who

    ticket_id = a_ticket()
    endings.answer(ticket_id, "可在线办理", who("agent"), at=at)
    rating = callbacks.rate(ticket_id, HAPPY, CITIZEN, at=at)
    exchange.queue_rating(rating.id, at=at)
    assert pushes()[0].payload
    assert db.session.scalars(select(Rating)).one().round == 1
