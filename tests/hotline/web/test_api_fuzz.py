"""No input gives a 500: random bodies, queries and addresses at every door of API and hooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hotline.domain.terms import Kind, Role
from hotline.web.api.action_table import DEEDS
from integrations import signatures
from tests.hotline.web.api_desk import API, UNIT, filed, token

if TYPE_CHECKING:
    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

DRAWN = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking through HTTP takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY_TEXT = st.text(st.characters(), max_size=30)  # every character there is, halves included
NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none())
ANY_JSON = st.recursive(
    st.one_of(ANY_TEXT, NUMBERS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=4)
    ),
    max_leaves=8,
)
NAMES = [
    *("content", "title", "kind", "channel", "caller", "area_code", "address", "lon", "lat"),
    *("occurred_at", "anonymous", "confidential", "attachments", "text", "query_code", "token"),
    *("satisfaction", "resolved", "comment", "reason", "code", "department_code", "version"),
    *("helpers", "motion_id", "note", "reached", "question", "master_no", "target"),
    *("category_code", "reason_code", "suggested_code", "knowledge_id", "no_return"),
]
LIKELY = st.one_of(
    ANY_JSON,
    st.sampled_from(
        [
            *(
                "路灯不亮了",
                "complaint",
                "web",
                "yes",
                "990101001",
                UNIT,
                "01",
                "wrong_duty",
                "119",
            ),
            *("2026-03-10T10:00:00", "9" * 40, "", " ", "\x00", "\ud800", 1, 5, 2**70, -1, 1e308),
        ]
    ),
    st.fixed_dictionaries({"phone": ANY_TEXT, "name": ANY_TEXT, "id_no": ANY_TEXT}),
    st.lists(
        st.fixed_dictionaries(
            {"name": ANY_TEXT, "content_base64": st.sampled_from(["", "TVo=", "5Zmq", "*"])}
        ),
        max_size=2,
    ),
)
BODY = st.dictionaries(st.one_of(st.sampled_from(NAMES), ANY_TEXT), LIKELY, max_size=6)
EXPECTED = {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


@pytest.fixture
def ticket_no(client: FlaskClient) -> str:
    return filed(client)[0]


def post(client: FlaskClient, path: str, body: object, **headers: str) -> TestResponse:
    data = json.dumps(body)  # escapes what no wire could carry, as clients do
    return client.post(path, data=data, content_type="application/json", headers=headers)


def check(answer: TestResponse) -> None:
    assert answer.status_code in EXPECTED, (answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert answer.content_type.startswith("application/problem+json")
        assert answer.json["status"] == answer.status_code


@DRAWN
@given(body=BODY, key=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=130))
def test_filing(client: FlaskClient, body: dict[str, Any], key: str) -> None:
    check(post(client, f"{API}/tickets", body, **{"Idempotency-Key": key.strip()}))
    check(post(client, f"{API}/tickets", {"content": "路灯不亮了", **body}))


@DRAWN
@given(body=ANY_JSON)
def test_filing_anything(client: FlaskClient, body: object) -> None:
    check(post(client, f"{API}/tickets", body))


@DRAWN
@given(raw=st.binary(max_size=60))
def test_filing_bytes(client: FlaskClient, raw: bytes) -> None:
    check(client.post(f"{API}/tickets", data=raw, content_type="application/json"))
    check(client.post(f"{API}/tickets", data=raw, content_type="text/plain"))


@DRAWN
@given(body=BODY, what=st.sampled_from(["supplements", "withdrawal", "rating"]))
def test_citizens(client: FlaskClient, ticket_no: str, body: dict[str, Any], what: str) -> None:
    check(post(client, f"{API}/tickets/{ticket_no}/{what}", body))


@DRAWN
@given(number=st.text(st.characters(exclude_characters="/"), min_size=1), code=ANY_TEXT)
def test_progress(client: FlaskClient, number: str, code: str) -> None:
    safe = number.encode("utf-8", "replace").decode()
    place = f"{API}/tickets/{safe.replace('?', '%3F').replace('#', '%23')}"
    check(client.get(place, query_string={"query_code": code.encode("utf-8", "replace")}))


@DRAWN
@given(
    body=BODY,
    action=st.sampled_from(sorted(DEEDS)),
    role=st.sampled_from([Role.DISPATCHER, Role.AGENT, Role.AUTHORITY, Role.DEPARTMENT]),
)
def test_actions(
    client: FlaskClient, ticket_no: str, body: dict[str, Any], action: str, role: Role
) -> None:
    who = token(role, UNIT if role is Role.DEPARTMENT else None)
    known = set(DEEDS[action].fields)
    for given_body in (body, {name: value for name, value in body.items() if name in known}):
        check(post(client, f"{API}/tickets/{ticket_no}/actions/{action}", given_body, **who))


@DRAWN
@given(body=BODY, text=ANY_TEXT, kind=st.sampled_from([*Kind, "?"]))
def test_suggestions(client: FlaskClient, body: dict[str, Any], text: str, kind: str) -> None:
    who = token(Role.AGENT)
    check(post(client, f"{API}/suggestions", body, **who))
    check(post(client, f"{API}/suggestions", {"text": text, "kind": str(kind)}, **who))


@DRAWN
@given(
    query=st.dictionaries(
        st.sampled_from(["stage", "kind", "department", "overdue", "cursor", "limit", "helping"]),
        st.one_of(ANY_TEXT, st.sampled_from(["true", "callback", UNIT, "0-1", "9" * 30, "20"])),
        max_size=4,
    )
)
def test_worklists(client: FlaskClient, query: dict[str, str]) -> None:
    asked = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    check(client.get(f"{API}/tickets", query_string=asked, headers=token(Role.DISPATCHER)))


@DRAWN
@given(body=st.dictionaries(st.sampled_from(["event", "from", "to", "callId"]), LIKELY))
def test_telephone_exchanges(client: FlaskClient, body: dict[str, Any]) -> None:
    check(post(client, "/hooks/cti/test-cti", {"event": "newCall", "direction": "in", **body}))


@DRAWN
@given(
    form=st.dictionaries(
        st.sampled_from(["From", "SpeechResult", "Digits", "Body", "RecordingUrl"]), ANY_TEXT
    ),
    step=st.sampled_from(["voice", "voice/kind", "voice/content", "voice/recording", "sms"]),
    sid=st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_signed_webhooks(
    app: APIFlask, client: FlaskClient, form: dict[str, str], step: str, sid: str
) -> None:
    house = app.extensions["hotline"].settings
    path = f"/hooks/twilio/{step}"
    sent = {name: text.encode("utf-8", "replace").decode() for name, text in form.items()}
    sent |= {"CallSid": sid, "MessageSid": sid}
    signed = signatures.twilio_sign(house.twilio_auth_token, house.public_url + path, sent)
    answer = client.post(path, data=sent, headers={"X-Twilio-Signature": signed})
    assert answer.status_code in (200, 400, 409), answer.text  # 409: one id with two texts
