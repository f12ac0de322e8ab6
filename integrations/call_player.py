"""A telephone provider made of paper (模拟通话): plays a whole call through signed webhooks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests

from integrations.call_script import UnreadableScript, Verb, read_script, spelled_out
from integrations.outbound import open_session
from integrations.signatures import TWILIO_HEADER, twilio_sign
from integrations.voice import NUMBER_LABEL, QUERY_CODE_LABEL

VOICE_PATH = "/hooks/twilio/voice"
MAX_DOCUMENTS = 20
_ACCOUNT_SID = "AC" + "0" * 32
_SECONDS_PER_SIGN = 0.25


class CallFailed(Exception):  # noqa: N818 - reads as what happened
    """The call broke off; `status` is the HTTP answer when there was one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class CallStep:
    """One thing that happened: `who` is provider, house or caller."""

    who: str
    did: str
    detail: str


@dataclass(frozen=True, slots=True)
class CallTranscript:
    """A whole call; `ticket_no` and `query_code` as they were read out, None when they were not."""

    call_sid: str
    steps: tuple[CallStep, ...]
    spoken: str
    ticket_no: str | None
    query_code: str | None


def play_call(  # noqa: PLR0913 - a telephone call has that many facts
    base_url: str,
    public_url: str,
    auth_token: str,
    *,
    from_number: str,
    to_number: str,
    say: str,
    kind_digit: str | None = None,
    call_sid: str | None = None,
    repeat: int = 1,
    timeout: float = 10.0,
) -> CallTranscript:
    """Call the house at `base_url` as Twilio would, signing for `public_url`, and hang up.

    The caller presses `kind_digit` at the first question that takes a key (None: presses
    nothing) and says `say` at every other question; an empty `say` is silence. Each webhook is
    delivered `repeat` times with the same idempotency token, as Twilio does when in doubt.
    `timeout` in seconds per webhook. Raises CallFailed when a webhook is refused, the answer
    cannot be played, or the call goes round in circles.
    """
    line = _Line(base_url.rstrip("/"), public_url.rstrip("/"), auth_token, repeat, timeout)
    call = _Call(
        line=line,
        facts={
            "AccountSid": _ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
            "CallSid": call_sid or "CA" + secrets.token_hex(16),
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "From": from_number,
            "Caller": from_number,
            "To": to_number,
            "Called": to_number,
        },
        say=say,
        digit=kind_digit,
    )
    return call.play()


@dataclass(frozen=True, slots=True)
class _Line:
    """The wire: signs for the public address, knocks at the local one."""

    base_url: str
    public_url: str
    auth_token: str
    repeat: int
    timeout: float

    def post(self, url: str, params: dict[str, str]) -> bytes:
        """Deliver one webhook `repeat` times and return the last answer."""
        headers = {
            TWILIO_HEADER: twilio_sign(self.auth_token, url, params),
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
            "User-Agent": "TwilioProxy/1.1",
        }
        answer = b""
        with open_session(self.base_url) as session:
            for _ in range(max(1, self.repeat)):
                answer = self._knock(session, url, params, headers)
        return answer

    def resolve(self, current: str, target: str) -> str:
        """Find the public address of a link in a document."""
        url = urljoin(current, target)
        if url != self.public_url and not url.startswith(self.public_url + "/"):
            raise CallFailed(f"the document points outside the house: {url}")
        return url

    def _knock(
        self, session: requests.Session, url: str, params: dict[str, str], headers: dict[str, str]
    ) -> bytes:
        here = self.base_url + url.removeprefix(self.public_url)
        try:
            answer = session.post(
                here, data=params, headers=headers, timeout=self.timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise CallFailed(f"no answer from {here}: {type(error).__name__}") from error
        if not requests.codes.ok <= answer.status_code < requests.codes.multiple_choices:
            reason = f"{url} answered HTTP {answer.status_code}"
            raise CallFailed(reason, answer.status_code)
        return answer.content


@dataclass(slots=True)
class _Call:
    """One call under way."""

    line: _Line
    facts: dict[str, str]
    say: str
    digit: str | None
    steps: list[CallStep] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    recording_url: str | None = None

    def play(self) -> CallTranscript:
        """Play documents until one ends the call, then report the recording."""
        url, news = self.line.public_url + VOICE_PATH, dict[str, str]()
        for _ in range(MAX_DOCUMENTS):
            following = self._play_document(url, news)
            if following is None:
                break
            url, news = following
        else:
            raise CallFailed(f"the call went round in circles ({MAX_DOCUMENTS} documents)")
        self._note("provider", "hangup", "")
        self._report_recording()
        said = "\n".join(self.spoken)
        return CallTranscript(
            call_sid=self.facts["CallSid"],
            steps=tuple(self.steps),
            spoken=said,
            ticket_no=spelled_out(said, NUMBER_LABEL),
            query_code=spelled_out(said, QUERY_CODE_LABEL),
        )

    def _play_document(self, url: str, news: dict[str, str]) -> tuple[str, dict[str, str]] | None:
        """Play one document; returns where the call goes on, with what, or None when it ends."""
        self._note("provider", "webhook", url)
        try:
            verbs = read_script(self.line.post(url, self.facts | news))
        except UnreadableScript as error:
            raise CallFailed(f"{url}: {error}") from error
        for verb in verbs:
            if verb.name == "Hangup":
                return None
            if verb.name == "Redirect":
                return self._link(url, verb, verb.text), {}
            given = self._play_verb(url, verb)
            if given:
                return self._link(url, verb, verb.attributes.get("action", url)), given
        return None

    def _play_verb(self, url: str, verb: Verb) -> dict[str, str]:
        """Play one verb that stays in the document; returns what the caller gave, if anything."""
        match verb.name:
            case "Say" | "Pause":
                self._listen(verb)
            case "Start":
                self._start(url, verb)
            case "Gather":
                self._listen(verb)
                return self._reply_to(verb)
            case unknown:
                raise CallFailed(f"{url}: this telephone does not know <{unknown}>")
        return {}

    def _listen(self, verb: Verb) -> None:
        for line in verb.spoken:
            self.spoken.append(line)
            self._note("house", "say", line)
        if verb.name != "Say":
            self._note("house", verb.name.lower(), verb.attributes.get("input", ""))

    def _start(self, url: str, verb: Verb) -> None:
        for child in verb.children:
            if child.name != "Recording":
                raise CallFailed(f"{url}: this telephone cannot start <{child.name}>")
            target = child.attributes.get("recordingStatusCallback")
            self.recording_url = None if target is None else self.line.resolve(url, target)
            self._note("house", "record", self.recording_url or "")

    def _reply_to(self, question: Verb) -> dict[str, str]:
        takes = question.attributes.get("input", "dtmf").split()
        if self.digit is not None and "dtmf" in takes:
            pressed, self.digit = self.digit, None
            self._note("caller", "press", pressed)
            return {"Digits": pressed}
        if self.say and "speech" in takes:
            self._note("caller", "say", self.say)
            return {"SpeechResult": self.say, "Confidence": "0.92"}
        self._note("caller", "silence", "")
        return {}

    def _link(self, url: str, verb: Verb, target: str) -> str:
        if verb.attributes.get("method", "POST").upper() != "POST":
            raise CallFailed(f"{url}: <{verb.name}> does not use POST")
        return self.line.resolve(url, target)

    def _report_recording(self) -> None:
        if self.recording_url is None:
            return
        recording = "RE" + secrets.token_hex(16)
        account = f"https://api.twilio.com/2010-04-01/Accounts/{_ACCOUNT_SID}"
        news = {
            "AccountSid": _ACCOUNT_SID,
            "CallSid": self.facts["CallSid"],
            "RecordingSid": recording,
            "RecordingUrl": f"{account}/Recordings/{recording}",
            "RecordingStatus": "completed",
            "RecordingDuration": str(round(len("".join(self.spoken)) * _SECONDS_PER_SIGN)),
            "RecordingChannels": "1",
            "RecordingSource": "StartRecordingVerb",
        }
        self._note("provider", "recording", self.recording_url)
        self.line.post(self.recording_url, news)

    def _note(self, who: str, did: str, detail: str) -> None:
        self.steps.append(CallStep(who, did, detail))
