"""What the telephone says (语音应答): TwiML documents in Chinese for a caller and a keypad."""

from __future__ import annotations

import re
from typing import Literal

from twilio.twiml.voice_response import (  # type: ignore[import-untyped] # Twilio ships no types
    Gather,
    Start,
    VoiceResponse,
)

KindWord = Literal["consult", "help", "complaint", "report", "suggestion", "praise"]

LANGUAGE = "zh-CN"
NUMBER_LABEL = "工单编号是"
QUERY_CODE_LABEL = "查询码是"
SPELLING_MARK = "，"

# Digit, kind, its name, and the words by which callers mean it.
_KINDS: tuple[tuple[str, KindWord, str, tuple[str, ...]], ...] = (
    ("1", "consult", "咨询", ("咨询", "请问", "问一下", "打听")),
    ("2", "help", "求助", ("求助", "帮忙", "帮助")),
    ("3", "complaint", "投诉", ("投诉",)),
    ("4", "report", "举报", ("举报", "检举")),
    ("5", "suggestion", "建议", ("建议", "意见")),
    ("6", "praise", "表扬", ("表扬", "感谢", "点赞")),
)
_NOT = r"(?<!不是)(?<!不想)(?<!不要)(?<!不用)(?<!不)"
_MENTION = re.compile(_NOT + "(" + "|".join(w for *_, words in _KINDS for w in words) + ")")
_KIND_OF_WORD = {word: kind for _, kind, _, words in _KINDS for word in words}
_KIND_OF_DIGIT = {digit: kind for digit, kind, _, _ in _KINDS}
_KIND_OF_SPOKEN_DIGIT = {
    spoken: kind
    for (_, kind, _, _), forms in zip(
        _KINDS, ("1一幺", "2二两", "3三", "4四", "5五", "6六"), strict=True
    )
    for spoken in forms
}
_SPOKEN_DIGIT = re.compile(r"(?:按|选|选择)?([1-6一幺二两三四五六])[。.！!]?")

_MENU = "、".join(f"{name}请按{digit}" for digit, _, name, _ in _KINDS)
_CONTENT_HINTS = (
    "小区,街道,物业,停水,停电,停气,燃气,暖气,噪声,施工,垃圾,污水,井盖,路灯,违停,占道,"
    "公交,拖欠工资,社保,医保,学校,幼儿园,房产证,违建,油烟,消防通道,电梯"
)
_NOT_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def greeting(kind_url: str, recording_url: str) -> str:
    """Welcome, recording notice, start of the recording, then the question for the kind (诉求类型).

    The answer (Digits or SpeechResult) is posted to `kind_url`; so is silence, with neither, so
    that a caller who presses nothing is not lost. Recording news go to `recording_url`.
    """
    response = VoiceResponse()
    _say(response, "您好，这里是 1 2 3 4 5 政务服务便民热线。为保证服务质量，本次通话将被录音。")
    response.append(_recording(recording_url))
    question = Gather(
        input="speech dtmf",
        num_digits=1,
        action=kind_url,
        method="POST",
        language=LANGUAGE,
        hints=",".join(word for *_, words in _KINDS for word in words),
        timeout=6,
        profanity_filter=False,
    )
    _say(question, f"{_MENU}。您也可以直接说出来。")
    response.append(question)
    response.redirect(kind_url, method="POST")
    return str(response)


def ask_content(content_url: str) -> str:
    """Ask what it is about; asked once more when nothing was heard (诉求内容).

    The words are posted to `content_url` as SpeechResult. After the second silence the call goes
    there without SpeechResult: answer with not_heard(), or the call would go round in circles.
    """
    response = VoiceResponse()
    for words in (
        "请在提示音后讲述您的诉求，请说明时间、地点和事情经过，讲完后稍等片刻。",
        "很抱歉，没有听到您的声音。请再说一遍您的诉求。",
    ):
        question = Gather(
            input="speech",
            action=content_url,
            method="POST",
            language=LANGUAGE,
            hints=_CONTENT_HINTS,
            timeout=8,
            speech_timeout="3",
            profanity_filter=False,
        )
        _say(question, words)
        response.append(question)
    response.redirect(content_url, method="POST")
    return str(response)


def read_back(ticket_no: str, query_code: str, *, advice: str = "") -> str:
    """Read number and query code twice, sign by sign, announce the text message, hang up.

    `advice` (for danger to life) is said first.
    """
    number, code = SPELLING_MARK.join(ticket_no), SPELLING_MARK.join(query_code)
    spelled = f"{NUMBER_LABEL}：{number}。{QUERY_CODE_LABEL}：{code}。"
    response = VoiceResponse()
    if advice:
        _say(response, advice)
    _say(response, f"您的诉求已经登记。您的{spelled}")
    response.pause(length=1)
    _say(response, f"再为您重复一遍，{spelled}")
    _say(response, "编号和查询码会用短信发给您。感谢您的来电，再见。")
    response.hangup()
    return str(response)


def danger_advice(text: str, next_url: str | None = None) -> str:
    """Say safety advice twice (危险提示), then go on at `next_url`, or hang up."""
    response = VoiceResponse()
    _say(response, text)
    response.pause(length=1)
    _say(response, f"请再听一遍。{text}")
    if next_url is None:
        response.hangup()
    else:
        response.redirect(next_url, method="POST")
    return str(response)


def not_heard() -> str:
    """Apologise to a caller who could not be heard, name the other ways, hang up."""
    response = VoiceResponse()
    _say(
        response,
        "很抱歉，没有听清您的诉求。您可以稍后再次拨打，也可以通过网站或手机提交诉求。再见。",
    )
    response.hangup()
    return str(response)


def kind_from(digits: str | None, speech: str | None) -> KindWord | None:
    """Understand the answer to the kind question; None when it names no kind.

    A key wins over words; of several words the first that is not negated wins.
    """
    pressed = _KIND_OF_DIGIT.get((digits or "").strip())
    if pressed is not None:
        return pressed
    words = (speech or "").strip()
    spoken = _SPOKEN_DIGIT.fullmatch(words)
    if spoken is not None:
        return _KIND_OF_SPOKEN_DIGIT[spoken.group(1)]
    mention = _MENTION.search(words)
    return None if mention is None else _KIND_OF_WORD[mention.group(1)]


def _say(parent: VoiceResponse | Gather, text: str) -> None:
    # A control character would make the whole document unreadable and drop the call.
    parent.say(_NOT_TEXT.sub("", text), language=LANGUAGE)


def _recording(callback_url: str) -> Start:
    start = Start()
    start.recording(
        recording_status_callback=callback_url,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    return start
