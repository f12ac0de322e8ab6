"""A whole telephone call against a small house on this machine that answers with real documents."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from integrations import CallFailed, CallTranscript, play_call, voice
from integrations.signatures import twilio_valid

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC = "https://hotline.example.gov.cn"
TOKEN = "token of the account"
HOOK = "/hooks/twilio/voice"


class House:
    """Answers a call: greeting, kind, content, number; writes down what it understood."""

    def __init__(self) -> None:
        self.understood: dict[str, dict[str, Any]] = {}

    def __call__(self, asked: Any) -> tuple[int, str]:
        signature = asked.headers.get("X-Twilio-Signature")
        if not twilio_valid(TOKEN, PUBLIC + asked.path, asked.form, signature):
            return 403, "forged"
        call = self.understood.setdefault(asked.form["CallSid"], {})
        return 200, self.answer(asked.path.removeprefix(HOOK), asked.form, call)

    def answer(self, step: str, form: dict[str, str], call: dict[str, Any]) -> str:
        if step == "":
            return voice.greeting(f"{HOOK}/kind", f"{PUBLIC}{HOOK}/recording")
        if step == "/kind":
            call["kind"] = voice.kind_from(form.get("Digits"), form.get("SpeechResult"))
            return voice.ask_content("content?step=2")
        if step == "/content?step=2":
            call["content"] = form.get("SpeechResult")
            heard = voice.read_back("37010020261122300001X", "904418")
            return heard if call["content"] else voice.not_heard()
        call["recording"] = form["RecordingUrl"]
        return ""


def call(base: str, **changes: Any) -> CallTranscript:
    facts: dict[str, Any] = {
        "from_number": "+8613800000000",
        "to_number": "+8612345",
        "say": "小区三天没有水了",
        "kind_digit": "2",
        "timeout": 5,
    }
    return play_call(base, PUBLIC, TOKEN, **facts | changes)


def playing(document: str) -> Callable[[Any], tuple[int, str]]:
    return lambda _asked: (200, f"<Response>{document}</Response>")


def test_a_call_is_understood_and_the_number_is_heard(serve: Any) -> None:
    house = House()
    transcript = call(serve(house).url, call_sid="CA" + "7" * 32)
    assert transcript.ticket_no == "37010020261122300001X"
    assert transcript.query_code == "904418"
    assert "通话将被录音" in transcript.spoken
    understood = house.understood["CA" + "7" * 32]
    assert (understood["kind"], understood["content"]) == ("help", "小区三天没有水了")
    assert understood["recording"].startswith("https://api.twilio.com/")
    assert [(step.did, step.detail) for step in transcript.steps if step.who == "caller"] == [
        ("press", "2"),
        ("say", "小区三天没有水了"),
    ]
    assert transcript.steps[-1].did == "recording"


def test_without_a_key_the_words_name_the_kind(serve: Any) -> None:
    house = House()
    transcript = call(serve(house).url, kind_digit=None, say="我要投诉工地半夜施工")
    assert house.understood[transcript.call_sid]["kind"] == "complaint"


def test_each_call_has_a_sid_of_its_own(serve: Any) -> None:
    url = serve(House()).url
    assert call(url).call_sid != call(url).call_sid


def test_a_silent_caller_is_asked_again_and_let_go(serve: Any) -> None:
    transcript = call(serve(House()).url, say="", kind_digit=None)
    assert transcript.ticket_no is None
    assert "请再说一遍" in transcript.spoken
    assert "没有听清" in transcript.spoken


def test_every_webhook_is_delivered_as_often_as_asked_with_one_token(serve: Any) -> None:
    server = serve(House())
    transcript = call(server.url, repeat=5)
    assert transcript.ticket_no == "37010020261122300001X"
    tokens = Counter(asked.headers["I-Twilio-Idempotency-Token"] for asked in server.asked)
    assert list(tokens.values()) == [5, 5, 5, 5]
    assert len({(asked.path, asked.body) for asked in server.asked}) == 4


def test_a_forged_signature_ends_the_call(serve: Any) -> None:
    house = House()
    with pytest.raises(CallFailed, match="403") as caught:
        play_call(
            serve(house).url, PUBLIC, "wrong", from_number="1", to_number="2", say="x", timeout=5
        )
    assert caught.value.status == 403
    assert house.understood == {}


@pytest.mark.parametrize(
    "document",
    [
        f"<Redirect>{HOOK}</Redirect>",
        f"<Gather input='speech' action='{HOOK}'><Say>还有吗</Say></Gather>",
        "<Gather input='speech'/>",
    ],
)
def test_a_call_that_goes_round_in_circles_is_ended(serve: Any, document: str) -> None:
    server = serve(playing(document))
    with pytest.raises(CallFailed, match="circles"):
        call(server.url)
    assert len(server.asked) == 20


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("<Dial>110</Dial>", "does not know <Dial>"),
        ("<Start><Stream url='wss://x'/></Start>", "cannot start <Stream>"),
        ("<Redirect>https://elsewhere.example/</Redirect>", "outside the house"),
        (f"<Redirect>{PUBLIC}.evil.example/</Redirect>", "outside the house"),
        ("<Redirect method='GET'>/x</Redirect>", "does not use POST"),
        ("<Say>", "not XML"),
    ],
)
def test_what_this_telephone_cannot_play_is_told(serve: Any, document: str, words: str) -> None:
    with pytest.raises(CallFailed, match=words):
        call(serve(playing(document)).url)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<html/>", "not <Response>"),
        ("", "not XML"),
        ('<!DOCTYPE r [<!ENTITY a "a">]><Response>&a;</Response>', "entities"),
    ],
)
def test_an_answer_that_is_no_script_is_told(serve: Any, answer: str, words: str) -> None:
    with pytest.raises(CallFailed, match=words):
        call(serve(lambda _asked: (200, answer)).url)


def test_a_document_that_just_ends_hangs_up(serve: Any) -> None:
    transcript = call(serve(playing("<Say>再见</Say><Pause length='1'/>")).url)
    assert transcript.spoken == "再见"
    assert [step.did for step in transcript.steps] == ["webhook", "say", "pause", "hangup"]


def test_nothing_is_played_after_hanging_up(serve: Any) -> None:
    transcript = call(serve(playing("<Hangup/><Say>还在吗</Say>")).url)
    assert transcript.spoken == ""


def test_a_house_that_is_away_is_told(nowhere: str) -> None:
    with pytest.raises(CallFailed, match="no answer") as caught:
        call(nowhere)
    assert caught.value.status is None
