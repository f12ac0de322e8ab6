"""A telephone call, document by document: greeting, kind, content, number read back (语音受理)."""

from __future__ import annotations

from hotline.domain.errors import Invalid
from hotline.services import calls
from hotline.web.access import now
from hotline.web.hooks import hooks
from hotline.web.hooks.twilio import public, said, sid, signed
from integrations import voice

LONGEST_SPEECH = 10_000
LONGEST_NUMBER = 64
DIGITS_OF_SECONDS = 6
NOTHING_MORE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@hooks.post("/twilio/voice")
@signed
def voice_begin() -> str:
    """A call comes in: greeting, recording notice, and the question for the kind."""
    calls.begin(sid("CallSid"), said("From", LONGEST_NUMBER), at=now())
    return voice.greeting(public("hooks.voice_kind"), public("hooks.voice_recording"))


@hooks.post("/twilio/voice/kind")
@signed
def voice_kind() -> str:
    """A key, a word or silence; the machine asks on, for words tell the kind as well."""
    kind = voice.kind_from(said("Digits", 1), said("SpeechResult", LONGEST_SPEECH))
    calls.choose_kind(sid("CallSid"), kind, at=now())
    return voice.ask_content(public("hooks.voice_content"))


@hooks.post("/twilio/voice/content")
@signed
def voice_content() -> str:
    """The words become a ticket, once however often they are delivered; danger is told first."""
    words = said("SpeechResult", LONGEST_SPEECH)
    number = said("From", LONGEST_NUMBER)
    try:
        receipt = calls.speak(sid("CallSid"), words, from_number=number, at=now())
    except Invalid:
        return voice.not_heard()  # asked twice, nothing heard twice
    return voice.read_back(receipt.ticket_no, receipt.query_code, advice=receipt.advice)


@hooks.post("/twilio/voice/recording")
@signed
def voice_recording() -> str:
    """Where the recording lies, told after the call."""
    length = said("RecordingDuration", DIGITS_OF_SECONDS)
    seconds = int(length) if length.isascii() and length.isdigit() else None
    calls.record_url(sid("CallSid"), said("RecordingUrl", 500), seconds, at=now())
    return NOTHING_MORE
