"""Text messages: console, memory and Twilio's client against a local server."""

from __future__ import annotations

import base64
import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from integrations import (
    ConsoleSms,
    DeliveryError,
    FileSms,
    MemorySms,
    Receipt,
    Sms,
    TwilioSms,
    UnsetSms,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SID = "AC" + "1" * 32


def twilio(base: str, *, timeout: float = 5) -> TwilioSms:
    return TwilioSms(SID, "token", "+12025550100", base, timeout=timeout)


def refusal(status: int, message: str) -> Callable[[Any], tuple[int, str]]:
    answer = {"status": status, "code": 21211, "message": message, "more_info": ""}
    return lambda _asked: (status, json.dumps(answer))


def test_memory_keeps_messages_in_order() -> None:
    sms = MemorySms()
    receipts = [
        sms.send(to="13800000001", body="一", message_id="m1"),
        sms.send(to="13800000002", body="二", message_id="m2"),
    ]
    assert [(sent.to, sent.body, sent.message_id) for sent in sms.sent] == [
        ("13800000001", "一", "m1"),
        ("13800000002", "二", "m2"),
    ]
    assert len({receipt.provider_id for receipt in receipts}) == 2


def test_console_writes_one_line_and_hides_the_middle_of_the_number() -> None:
    stream = io.StringIO()
    sms: Sms = ConsoleSms(stream)
    assert sms.send(to="13812345678", body="编号：1\n查询码：2", message_id="m7") == Receipt(
        "console-m7"
    )
    assert stream.getvalue() == "【短信 m7 → 138****5678】编号：1 查询码：2\n"


def test_twilio_reaches_the_named_server_with_the_accounts_credentials(serve: Any) -> None:
    server = serve(lambda _asked: (201, json.dumps({"sid": "SM42", "status": "queued"})))
    receipt = twilio(server.url + "/gateway/").send(
        to="13812345678", body="您的工单已办结", message_id="m1"
    )
    assert receipt == Receipt("SM42")
    (asked,) = server.asked
    assert asked.path == f"/gateway/2010-04-01/Accounts/{SID}/Messages.json"
    assert asked.form == {"To": "+8613812345678", "From": "+12025550100", "Body": "您的工单已办结"}
    assert asked.headers["Authorization"] == (
        "Basic " + base64.b64encode(f"{SID}:token".encode()).decode()
    )


@pytest.mark.parametrize("number", ["+442079460000", "10086"])
def test_numbers_that_are_no_mainland_mobiles_stay_as_they_are(serve: Any, number: str) -> None:
    server = serve(lambda _asked: (201, json.dumps({"sid": "SM1"})))
    twilio(server.url).send(to=number, body="x", message_id="m1")
    assert server.asked[0].form["To"] == number


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (404, False), (408, True), (429, True), (500, True), (503, True)],
)
def test_a_refusal_says_whether_later_may_help(serve: Any, status: int, *, retryable: bool) -> None:
    server = serve(refusal(status, "no"))
    with pytest.raises(DeliveryError) as caught:
        twilio(server.url).send(to="13812345678", body="x", message_id="m9")
    assert caught.value.retryable is retryable
    assert f"HTTP {status}" in caught.value.reason
    assert "m9" in caught.value.reason


def test_the_reason_never_repeats_the_number(serve: Any) -> None:
    server = serve(refusal(400, "The 'To' number +8613812345678 is not valid"))
    with pytest.raises(DeliveryError) as caught:
        twilio(server.url).send(to="13812345678", body="x", message_id="m1")
    assert "13812345678" not in str(caught.value)
    assert "is not valid" in caught.value.reason


@pytest.mark.parametrize("text", ["<html>gateway</html>", "{}", "[]"])
def test_an_answer_that_is_not_twilios_may_be_retried(serve: Any, text: str) -> None:
    server = serve(lambda _asked: (201, text))
    with pytest.raises(DeliveryError) as caught:
        twilio(server.url).send(to="13812345678", body="x", message_id="m1")
    assert caught.value.retryable


def test_silence_ends_in_time_and_may_be_retried(serve: Any) -> None:
    def slow(_asked: object) -> tuple[int, str]:
        time.sleep(0.6)
        return 201, "{}"

    server = serve(slow)
    begun = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        twilio(server.url, timeout=0.15).send(to="13812345678", body="x", message_id="m1")
    assert caught.value.retryable
    assert time.monotonic() - begun < 2


def test_nobody_there_may_be_retried(nowhere: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        twilio(nowhere).send(to="13812345678", body="x", message_id="m1")
    assert caught.value.retryable


def test_a_file_takes_one_line_a_message_and_is_closed_again(tmp_path: Path) -> None:
    sms = FileSms(tmp_path / "sms.log")
    sms.send(to="13912345678", body="第一条\n换行", message_id="m1")
    sms.send(to="13912345678", body="第二条", message_id="m2")
    lines = (tmp_path / "sms.log").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines] == ["m1", "m2"]
    assert "13912345678" not in "".join(lines)


def test_without_a_provider_every_message_waits() -> None:
    with pytest.raises(DeliveryError) as refused:
        UnsetSms().send(to="13912345678", body="x", message_id="m1")
    assert refused.value.retryable
