"""Signatures: Twilio's own, and those of the pushes to the platform."""

from __future__ import annotations

import pytest

from integrations import signatures
from integrations.signatures import push_headers, push_valid, twilio_sign, twilio_valid

URL = "https://hotline.example.gov.cn/hooks/twilio/voice"
PARAMS = {"CallSid": "CA1", "From": "+8613800000000", "SpeechResult": "小区停水"}
BODY = '{"满意":5}'.encode()
NOW = 1_790_000_000


def test_twilios_published_example_has_its_published_signature() -> None:
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio_sign("12345", url, params) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_true_webhook_is_valid() -> None:
    assert twilio_valid("token", URL, PARAMS, twilio_sign("token", URL, PARAMS))


@pytest.mark.parametrize(
    ("token", "url", "params"),
    [
        ("other", URL, PARAMS),
        ("token", URL.replace("https", "http"), PARAMS),
        ("token", URL + "/kind", PARAMS),
        ("token", URL, PARAMS | {"From": "+8613900000000"}),
        ("token", URL, PARAMS | {"Extra": "1"}),
    ],
)
def test_a_changed_webhook_is_not_valid(token: str, url: str, params: dict[str, str]) -> None:
    assert not twilio_valid(token, url, params, twilio_sign("token", URL, PARAMS))


@pytest.mark.parametrize("signature", [None, "", "签名", "AAAA"])
def test_no_signature_is_not_valid(signature: str | None) -> None:
    assert not twilio_valid("token", URL, PARAMS, signature)


def test_a_house_without_a_token_believes_nobody() -> None:
    assert not twilio_valid("", URL, PARAMS, twilio_sign("", URL, PARAMS))


def test_a_true_push_is_valid_whatever_the_case_of_its_headers() -> None:
    headers = push_headers("secret", "app", "m1", NOW, BODY)
    assert push_valid("secret", "app", headers, BODY, now=NOW)
    lowered = {name.lower(): value for name, value in headers.items()}
    assert push_valid("secret", "app", lowered, BODY, now=NOW)


@pytest.mark.parametrize(
    ("seconds", "valid"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_push_is_good_for_five_minutes(seconds: int, *, valid: bool) -> None:
    headers = push_headers("secret", "app", "m1", NOW, BODY)
    assert push_valid("secret", "app", headers, BODY, now=NOW + seconds) is valid


@pytest.mark.parametrize(
    "change",
    [
        {signatures.APP_ID_HEADER: "other"},
        {signatures.MESSAGE_ID_HEADER: "m2"},
        {signatures.MESSAGE_ID_HEADER: ""},
        {signatures.TIMESTAMP_HEADER: str(NOW + 1)},
        {signatures.TIMESTAMP_HEADER: "yesterday"},
        {signatures.TIMESTAMP_HEADER: "１７９"},
        {signatures.SIGNATURE_HEADER: ""},
        {signatures.SIGNATURE_HEADER: "签"},
    ],
)
def test_a_changed_push_is_not_valid(change: dict[str, str]) -> None:
    headers = push_headers("secret", "app", "m1", NOW, BODY) | change
    assert not push_valid("secret", "app", headers, BODY, now=NOW)


def test_a_changed_body_or_a_foreign_sender_is_not_valid() -> None:
    headers = push_headers("secret", "app", "m1", NOW, BODY)
    assert not push_valid("secret", "app", headers, BODY + b" ", now=NOW)
    assert not push_valid("other", "app", headers, BODY, now=NOW)
    assert not push_valid("secret", "another", headers, BODY, now=NOW)
    assert not push_valid("", "app", push_headers("", "app", "m1", NOW, BODY), BODY, now=NOW)
    assert not push_valid("secret", "app", {}, BODY, now=NOW)
