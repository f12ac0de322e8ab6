"""电话受理: a call becomes one ticket, however often its webhook is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.errors import Invalid
from hotline.domain.terms import Channel, Kind
from hotline.models import Call, Ticket
from hotline.services import calls
from tests.hotline.people import ticket, together

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

WORDS = "我们小区门口的路灯坏了三天了"
PHONE = "+8613912345678"


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_call_from_greeting_to_recording(app: Flask, at: datetime) -> None:
    calls.begin("CA1", PHONE, at=at)
    calls.choose_kind("CA1", "complaint", at=at)
    receipt = calls.speak("CA1", WORDS, from_number=PHONE, at=at)
    calls.record_url("CA1", "https://recordings.example/RE1", 17, at=at)
    row = ticket(receipt.ticket_id)
    assert (row.channel, row.kind, row.content) == (Channel.PHONE, Kind.COMPLAINT, WORDS)
    assert row.citizen is not None
    assert row.citizen.phone == "13912345678"
    call = calls.of_ticket(row.id)
    assert call is not None
    assert (call.recording_seconds, call.content) == (17, WORDS)


def test_webhooks_delivered_again_change_nothing(app: Flask, at: datetime) -> None:
    receipts = []
    for words in (WORDS, WORDS, "路灯坏了三天"):  # the transcript may differ a little
        calls.begin("CA1", PHONE, at=at)
        calls.choose_kind("CA1", "help", at=at)
        receipts.append(calls.speak("CA1", words, from_number=PHONE, at=at))
    assert len({receipt.ticket_no for receipt in receipts}) == 1
    assert (count(Ticket), count(Call)) == (1, 1)
    assert ticket(receipts[0].ticket_id).content == WORDS


def test_webhooks_delivered_at_the_same_moment(app: Flask, at: datetime) -> None:
    for turn in range(4):
        sid = f"CA{turn}"
        ends = together(app, [lambda s=sid: calls.speak(s, WORDS, from_number=PHONE, at=at)] * 4)
        assert not [end for end in ends if isinstance(end, Exception)], ends
        assert len({end.ticket_no for end in ends}) == 1  # type: ignore[attr-defined]
    assert (count(Ticket), count(Call)) == (4, 4)


@pytest.mark.parametrize("number", ["", "anonymous", "+266696687", "client:alice"])
def test_a_withheld_number_loses_no_ticket(app: Flask, at: datetime, number: str) -> None:
    calls.begin("CA1", number, at=at)
    receipt = calls.speak("CA1", WORDS, from_number=number, at=at)
    assert ticket(receipt.ticket_id).channel is Channel.PHONE


def test_a_silent_call_is_no_ticket(app: Flask, at: datetime) -> None:
    calls.begin("CA1", PHONE, at=at)
    with pytest.raises(Invalid):
        calls.speak("CA1", " ", from_number=PHONE, at=at)
    assert (count(Ticket), count(Call)) == (0, 1)
