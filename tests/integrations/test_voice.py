"""What the telephone says: documents a provider can play, and understanding the caller."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from integrations import voice


def parse(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own document


def tags(document: str) -> list[str]:
    return [child.tag for child in parse(document)]


def spoken(document: str) -> str:
    return "\n".join(say.text or "" for say in parse(document).iter("Say"))


def test_the_greeting_gives_notice_before_it_records_and_asks_for_the_kind() -> None:
    document = voice.greeting("/kind", "https://h.example/recorded?a=1&b=2")
    root = parse(document)
    assert tags(document) == ["Say", "Start", "Gather", "Redirect"]
    assert "通话将被录音" in (root[0].text or "")
    recording = root.find("Start/Recording")
    assert recording is not None
    assert recording.get("recordingStatusCallback") == "https://h.example/recorded?a=1&b=2"
    gather = root.find("Gather")
    assert gather is not None
    assert (gather.get("input"), gather.get("numDigits")) == ("speech dtmf", "1")
    assert (gather.get("action"), gather.get("language")) == ("/kind", "zh-CN")
    for words in ("咨询请按1", "求助请按2", "投诉请按3", "举报请按4", "建议请按5", "表扬请按6"):
        assert words in spoken(document)
    assert root[3].text == "/kind"


def test_every_sentence_is_said_in_chinese() -> None:
    documents = [
        voice.greeting("/k", "/r"),
        voice.ask_content("/c"),
        voice.read_back("1", "2"),
        voice.danger_advice("请撤离"),
        voice.not_heard(),
    ]
    says = [say for document in documents for say in parse(document).iter("Say")]
    assert {say.get("language") for say in says} == {"zh-CN"}


def test_the_content_is_asked_twice_and_silence_goes_on() -> None:
    document = voice.ask_content("/content")
    assert tags(document) == ["Gather", "Gather", "Redirect"]
    for gather in parse(document).iter("Gather"):
        assert gather.get("input") == "speech"
        assert gather.get("action") == "/content"
        assert "燃气" in (gather.get("hints") or "")
        assert gather.get("profanityFilter") == "false"


def test_numbers_are_read_sign_by_sign_twice_then_the_call_ends() -> None:
    document = voice.read_back("3701A", "904418")
    assert spoken(document).count("3，7，0，1，A。") == 2
    assert spoken(document).count("9，0，4，4，1，8。") == 2
    assert "短信" in spoken(document)
    assert tags(document)[-1] == "Hangup"


def test_advice_comes_before_the_number() -> None:
    text = spoken(voice.read_back("3701", "9044", advice="请立即撤离并拨打119。"))
    assert text.index("请立即撤离") < text.index("3，7，0，1")


def test_danger_advice_is_said_twice_then_the_call_goes_on_or_ends() -> None:
    ending = voice.danger_advice("请立即撤离，不要开灯。")
    assert spoken(ending).count("请立即撤离") == 2
    assert tags(ending)[-1] == "Hangup"
    going_on = parse(voice.danger_advice("请撤离", "/done"))
    assert (going_on[-1].tag, going_on[-1].text) == ("Redirect", "/done")


def test_advice_cannot_break_the_document() -> None:
    text = spoken(voice.danger_advice('<Hangup/>&"\x00\x0b\ud800撤离'))
    assert '<Hangup/>&"撤离' in text


def test_who_was_not_heard_learns_the_other_ways() -> None:
    document = voice.not_heard()
    assert tags(document) == ["Say", "Hangup"]
    assert "网站" in spoken(document)


@pytest.mark.parametrize(
    ("digits", "speech", "kind"),
    [
        ("1", None, "consult"),
        ("2", "", "help"),
        ("3", "我要咨询", "complaint"),
        ("4", None, "report"),
        ("5", None, "suggestion"),
        ("6", None, "praise"),
        (" 3 ", None, "complaint"),
        (None, "我要投诉楼下的烧烤店", "complaint"),
        ("", "举报。", "report"),
        (None, "我想提个建议", "suggestion"),
        (None, "不是投诉，我是来表扬的", "praise"),
        (None, "请问社保怎么转", "consult"),
        (None, "三", "complaint"),
        (None, "按二。", "help"),
        (None, "幺", "consult"),
        ("9", "投诉", "complaint"),
        ("7", None, None),
        ("33", None, None),
        (None, "三天没有水了", None),
        (None, "楼上漏水", None),
        (None, "", None),
        (None, None, None),
        ("*", "😀", None),
    ],
)
def test_keys_and_words_name_a_kind(
    digits: str | None, speech: str | None, kind: str | None
) -> None:
    assert voice.kind_from(digits, speech) == kind
