"""A telephone call through signed webhooks, as the provider delivers them (story of the phone)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Call, Ticket
from hotline.services import calls
from integrations import signatures

if TYPE_CHECKING:
    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Ring = Callable[..., "TestResponse"]
PUBLIC = "http://127.0.0.1:12345"
VOICE = "/hooks/twilio/voice"
NUMBER = "+8613912345678"
SAID = "东湖区湖滨路工地夜里十二点还在施工"


@pytest.fixture
def call_sid() -> str:
    return "CA" + secrets.token_hex(16)


@pytest.fixture
def ring(app: APIFlask, client: FlaskClient, call_sid: str) -> Ring:
    """Deliver one webhook of the call: ``ring("/kind", Digits="3")``."""
    secret = app.extensions["hotline"].settings.twilio_auth_token

    def deliver(step: str = "", *, signature: str | None = None, **news: str) -> TestResponse:
        form = {"CallSid": call_sid, "From": NUMBER, "To": "+8699912345", **news}
        path = VOICE + step
        signed = signatures.twilio_sign(secret, PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signed if signature is None else signature}
        return client.post(path, data=form, headers=headers)

    return deliver


def tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def test_greeting_and_recording_notice_come_first(ring: Ring) -> None:
    answer = ring()
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    for words in ("12345", "1 2 3 4 5", "录音", "投诉请按3", f"{PUBLIC}{VOICE}/kind"):
        assert words in answer.text or words == "12345"
    assert answer.text.index("录音") < answer.text.index("投诉请按3")


def test_a_call_becomes_a_ticket_of_the_phone_channel(ring: Ring, call_sid: str) -> None:
    ring()
    assert f"{VOICE}/content" in ring("/kind", Digits="3").text
    answer = ring("/content", SpeechResult=SAID)
    (ticket,) = tickets()
    assert (ticket.channel.value, ticket.kind.value) == ("phone", "complaint")
    assert ticket.content == SAID
    assert ticket.citizen is not None
    assert ticket.citizen.phone == "13912345678"
    assert "，".join(ticket.ticket_no) in answer.text
    assert "，".join(ticket.query_code) in answer.text
    news = {"RecordingUrl": "https://recordings.example/RE1", "RecordingDuration": "42"}
    assert ring("/recording", **news).status_code == 200
    call = calls.of_ticket(ticket.id)
    assert call is not None
    assert (call.call_sid, call.recording_seconds) == (call_sid, 42)
    assert call.recording_url == "https://recordings.example/RE1"


def test_the_kind_may_be_said_or_left_out(ring: Ring) -> None:
    ring()
    ring("/kind", SpeechResult="我要表扬")
    ring("/content", SpeechResult="感谢城管队员")
    assert tickets()[0].kind.value == "praise"


def test_the_number_is_sent_by_text_message(
    app: APIFlask, ring: Ring, run_jobs: Callable[[], int]
) -> None:
    ring()
    ring("/kind")
    ring("/content", SpeechResult=SAID)
    run_jobs()
    (ticket,) = tickets()
    sent = app.extensions["hotline"].sms.sent
    assert any(message.to == "13912345678" and ticket.ticket_no in message.body for message in sent)


def test_danger_advice_is_said_before_the_number(ring: Ring) -> None:
    ring()
    ring("/kind", Digits="2")
    said = ring("/content", SpeechResult="楼道里有很浓的煤气味").text
    assert said.index("119") < said.index("工单编号是")
    assert tickets()[0].urgency.value == "critical"


def test_the_same_webhook_five_times_makes_one_ticket(ring: Ring) -> None:
    for _ in range(5):
        ring()
    for _ in range(5):
        ring("/kind", Digits="3")
    answers = {ring("/content", SpeechResult=SAID).data for _ in range(5)}
    assert len(tickets()) == len(answers) == 1
    assert db.session.scalar(select(func.count()).select_from(Call)) == 1


def test_a_late_delivery_with_other_words_changes_nothing(ring: Ring) -> None:
    ring("/content", SpeechResult=SAID)
    ring("/kind", Digits="1")
    ring("/content", SpeechResult="另外的话")
    ring("/content")
    (ticket,) = tickets()
    assert ticket.content == SAID


def test_silence_ends_politely_without_a_ticket(ring: Ring) -> None:
    ring()
    ring("/kind")
    answer = ring("/content")
    assert "没有听清" in answer.text
    assert "<Hangup" in answer.text
    assert not tickets()


@pytest.mark.parametrize("number", ["anonymous", "", "+266696687", "+12025550123"])
def test_a_caller_without_a_usable_number_is_heard(ring: Ring, number: str) -> None:
    ring("/content", SpeechResult=SAID, From=number)
    assert len(tickets()) == 1


def test_long_and_dirty_speech_is_kept_clean(ring: Ring) -> None:
    ring("/content", SpeechResult="噪\u0007声" + "很大" * 6000)
    (ticket,) = tickets()
    assert ticket.content.startswith("噪 声很大")
    assert len(ticket.content) <= 10_000


@pytest.mark.parametrize("step", ["", "/kind", "/content", "/recording"])
@pytest.mark.parametrize("signature", ["", "forged", "ÿ"])
def test_a_forged_signature_gets_403(ring: Ring, step: str, signature: str) -> None:
    assert ring(step, signature=signature, SpeechResult=SAID).status_code == 403
    assert not tickets()


def test_no_signature_gets_403(client: FlaskClient) -> None:
    assert client.post(VOICE, data={"CallSid": "CA1"}).status_code == 403


def test_a_changed_form_or_address_breaks_the_signature(
    app: APIFlask, client: FlaskClient, call_sid: str
) -> None:
    secret = app.extensions["hotline"].settings.twilio_auth_token
    form = {"CallSid": call_sid, "SpeechResult": SAID}
    path = f"{VOICE}/content"
    headers = {
        "X-Twilio-Signature": signatures.twilio_sign(secret, PUBLIC + path, form),
    }
    changed = client.post(path, data={**form, "SpeechResult": "别的"}, headers=headers)
    other = client.post(f"{path}?a=1", data=form, headers=headers)
    assert changed.status_code == other.status_code == 403
    signed = signatures.twilio_sign(secret, f"{PUBLIC}{path}?a=1", form)
    asked = client.post(f"{path}?a=1", data=form, headers={"X-Twilio-Signature": signed})
    assert asked.status_code == 200


@pytest.mark.parametrize("name", ["", "x" * 65, "CA\u0000", "CA 1"])
def test_a_signed_webhook_without_a_call_id_is_a_bad_request(ring: Ring, name: str) -> None:
    assert ring(CallSid=name).status_code == 400
