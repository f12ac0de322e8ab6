"""Pushing to the service platform, and the stand-in that receives: two real ends of one wire."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests

from integrations import DeliveryError, PlatformClient, PlatformStandIn
from integrations.signatures import push_headers

if TYPE_CHECKING:
    from pathlib import Path

# As the fixture `standin` is told.
APP_ID, SECRET = "hotline-test", "a secret of the test"
RATING = {
    "projectNo": "370100202611220001",
    "taskName": "停水报修",
    "proDepart": "示范市水务局",
    "satisfaction": 2,
    "assessNumber": 1,
    "pf": 6,
    "writingEvaluation": "<script>alert(1)</script>还没修好",
    "userName": "张三",
}


def client(platform: PlatformStandIn, **changes: Any) -> PlatformClient:
    facts = {"url": platform.url, "app_id": APP_ID, "secret": SECRET} | changes
    return PlatformClient(**facts)


def arrived(platform: PlatformStandIn) -> dict[str, Any]:
    answer = requests.get(platform.url + "/api/messages", timeout=5)
    assert answer.status_code == 200
    return answer.json()


def test_a_push_arrives_once_however_often_it_is_sent(standin: PlatformStandIn) -> None:
    push = client(standin).push
    first = push(message_id="rating-1", kind="rating", payload=RATING)
    again = push(message_id="rating-1", kind="rating", payload=dict(reversed(RATING.items())))
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.provider_id == again.provider_id
    listed = arrived(standin)
    assert listed["count"] == 1
    assert listed["messages"][0]["payload"] == RATING
    assert listed["messages"][0]["kind"] == "rating"


def test_ten_pushes_of_one_message_at_once_arrive_once(standin: PlatformStandIn) -> None:
    receipts: list[bool] = []

    def push() -> None:
        receipt = client(standin).push(message_id="m", kind="rating", payload=RATING)
        receipts.append(receipt.duplicate)

    threads = [Thread(target=push) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipts) == [False] + [True] * 9
    assert arrived(standin)["count"] == 1


def test_the_same_id_with_other_content_is_refused_for_good(standin: PlatformStandIn) -> None:
    client(standin).push(message_id="m1", kind="rating", payload=RATING)
    with pytest.raises(DeliveryError, match="409") as caught:
        client(standin).push(message_id="m1", kind="rating", payload=RATING | {"satisfaction": 5})
    assert not caught.value.retryable
    assert arrived(standin)["messages"][0]["payload"]["satisfaction"] == 2


@pytest.mark.parametrize(
    "changes",
    [{"secret": "wrong"}, {"app_id": "stranger"}, {"clock": lambda: time.time() - 3600}],
)
def test_a_push_not_signed_now_by_a_known_sender_is_refused(
    standin: PlatformStandIn, changes: dict[str, Any]
) -> None:
    with pytest.raises(DeliveryError, match="401") as caught:
        client(standin, **changes).push(message_id="m1", kind="rating", payload=RATING)
    assert not caught.value.retryable
    assert arrived(standin)["count"] == 0


def test_a_platform_that_is_down_then_up_gets_the_message(standin: PlatformStandIn) -> None:
    standin.down = True
    with pytest.raises(DeliveryError, match="503") as caught:
        client(standin).push(message_id="m1", kind="rating", payload=RATING)
    assert caught.value.retryable
    assert requests.get(standin.url, timeout=5).headers["Retry-After"] == "30"
    standin.down = False
    assert not client(standin).push(message_id="m1", kind="rating", payload=RATING).duplicate


def test_a_platform_that_always_fails_stores_nothing(standin: PlatformStandIn) -> None:
    standin.fail_rate = 1.0
    with pytest.raises(DeliveryError, match="500") as caught:
        client(standin).push(message_id="m1", kind="rating", payload=RATING)
    assert caught.value.retryable
    assert arrived(standin)["count"] == 0


def test_nobody_there_may_be_retried(nowhere: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        PlatformClient(nowhere, APP_ID, SECRET).push(message_id="m", kind="rating", payload={})
    assert caught.value.retryable


def test_silence_ends_in_time_and_may_be_retried(serve: Any) -> None:
    def slow(_asked: object) -> tuple[int, str]:
        time.sleep(0.6)
        return 200, "{}"

    platform = PlatformClient(serve(slow).url, APP_ID, SECRET, timeout=0.1)
    begun = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        platform.push(message_id="m", kind="rating", payload={})
    assert caught.value.retryable
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("status", "text", "retryable"),
    [
        (200, "<html>welcome</html>", True),
        (200, "[]", True),
        (200, "{}", True),
        (301, "", False),
        (403, "", False),
        (429, "", True),
    ],
)
def test_strange_answers_are_told_apart(
    serve: Any, status: int, text: str, *, retryable: bool
) -> None:
    server = serve(lambda _asked: (status, text))
    with pytest.raises(DeliveryError) as caught:
        PlatformClient(server.url, APP_ID, SECRET).push(message_id="m", kind="k", payload={})
    assert caught.value.retryable is retryable
    assert len(server.asked) == 1


def test_a_proxy_for_the_internet_does_not_stand_between(
    standin: PlatformStandIn, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", nowhere)
    monkeypatch.setenv("http_proxy", nowhere)
    receipt = client(standin).push(message_id="m1", kind="rating", payload=RATING)
    assert not receipt.duplicate


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"message_id":"m1","kind":"rating"}',
        b'{"message_id":"other","kind":"rating","payload":{}}',
        b'{"message_id":"m1","kind":7,"payload":{}}',
        b'{"message_id":"m1","kind":"\\ud800","payload":{}}',
    ],
)
def test_signed_nonsense_is_refused(standin: PlatformStandIn, body: bytes) -> None:
    headers = push_headers(SECRET, APP_ID, "m1", int(time.time()), body)
    answer = requests.post(standin.url + "/api/messages", data=body, headers=headers, timeout=5)
    assert answer.status_code == 422
    assert arrived(standin)["count"] == 0


def test_a_body_without_end_or_too_long_is_not_read(standin: PlatformStandIn) -> None:
    address = standin.url + "/api/messages"
    huge = requests.post(address, headers={"Content-Length": "99999999"}, timeout=5)
    endless = requests.post(address, data=iter([b"x"]), timeout=5)
    assert (huge.status_code, endless.status_code) == (413, 413)


@pytest.mark.parametrize("path", ["/other", "/api", "/api/messages/1"])
def test_other_addresses_are_not_there(standin: PlatformStandIn, path: str) -> None:
    assert requests.get(standin.url + path, timeout=5).status_code == 404
    assert requests.post(standin.url + path, data=b"", timeout=5).status_code == 404


def test_the_page_shows_the_newest_first_in_words_and_escaped(standin: PlatformStandIn) -> None:
    push = client(standin).push
    assert "还没有收到任何推送" in requests.get(standin.url, timeout=5).text
    push(message_id="m1", kind="rating", payload=RATING)
    second = RATING | {"satisfaction": 5, "assessNumber": 2, "taskName": "复评"}
    push(message_id="m2", kind="rating", payload=second)
    push(message_id="m3", kind="correction", payload={"note": 1})
    page = requests.get(standin.url, timeout=5).text
    words = [
        "消息：correction",
        "非常满意",
        "二次评价",
        "不满意</span>",
        "首次评价",
    ]
    assert [page.index(word) for word in words] == sorted(page.index(word) for word in words)
    assert "370100202611220001" in page
    assert "<script>" not in page
    assert "张三" not in page


def test_what_arrived_survives_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "box.db"
    for expected in (False, True):
        platform = PlatformStandIn("127.0.0.1", 0, APP_ID, SECRET, store=store)
        platform.start()
        receipt = client(platform).push(message_id="m1", kind="rating", payload=RATING)
        platform.stop()
        assert receipt.duplicate is expected
    with closing(sqlite3.connect(store)) as file:
        ((written,),) = file.execute("SELECT payload FROM message").fetchall()
    assert json.loads(written) == RATING


def test_stopping_frees_the_port_and_is_harmless_before_and_after(tmp_path: Path) -> None:
    idle = PlatformStandIn("127.0.0.1", 0, APP_ID, SECRET, store=tmp_path / "a.db")
    idle.stop()
    platform = PlatformStandIn("127.0.0.1", 0, APP_ID, SECRET, store=tmp_path / "b.db")
    platform.start()
    platform.stop()
    platform.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(platform.url, timeout=1)


def test_a_platform_open_to_everybody_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without app id and secret"):
        PlatformStandIn("127.0.0.1", 0, APP_ID, "", store=tmp_path / "a.db")
