"""Motions, hanging, rulings and bad ratings over the API (申请接口)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.terms import Role
from hotline.models import MotionRow, Rating
from tests.hotline.web.api_desk import API, OTHER_UNIT, UNIT, act, done, filed, to_callback, token

if TYPE_CHECKING:
    from flask.testing import FlaskClient

LONGER: dict[str, Any] = {
    "days": 5,
    "reason": "须开挖检测",
    "evidence": "检测单位排期表",
    "reply_text": "检测完成后三日内答复您",
}
ASKED = {"reason": "产权未确权", "evidence": "自然资源局复函"}
BEYOND = {"reason_code": "beyond_reason", "reason": "超出政策", "evidence": "核查记录"}


@pytest.fixture
def desk() -> dict[str, str]:
    return token(Role.DISPATCHER)


@pytest.fixture
def unit() -> dict[str, str]:
    return token(Role.DEPARTMENT, UNIT)


@pytest.fixture
def lead() -> dict[str, str]:
    return token(Role.DEPARTMENT_LEAD, UNIT)


@pytest.fixture
def authority() -> dict[str, str]:
    return token(Role.AUTHORITY)


@pytest.fixture
def number(client: FlaskClient, desk: dict[str, str], unit: dict[str, str]) -> str:
    """A ticket that is being handled."""
    ticket_no, _code = filed(client)
    done(client, ticket_no, "classify", desk, category_code="01")
    done(client, ticket_no, "dispatch", desk, department_code=UNIT)
    done(client, ticket_no, "sign", unit)
    return ticket_no


def newest() -> int:
    db.session.rollback()
    return db.session.scalars(select(MotionRow.id).order_by(MotionRow.id.desc())).first() or 0


def shown(client: FlaskClient, number: str, who: dict[str, str]) -> dict[str, Any]:
    answer = client.get(f"{API}/tickets/{number}/detail", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_an_extension_by_handler_leader_and_dispatcher(
    client: FlaskClient,
    number: str,
    unit: dict[str, str],
    lead: dict[str, str],
    desk: dict[str, str],
) -> None:
    promised = shown(client, number, desk)["promised_at"]
    done(client, number, "file_extension", unit, **LONGER)
    motion = newest()
    assert act(client, number, "grant_motion", desk, motion_id=motion).status_code == 403
    assert act(client, number, "grant_motion", unit, motion_id=motion).status_code == 403
    done(client, number, "grant_motion", lead, motion_id=motion, note="属实")
    told = done(client, number, "grant_motion", desk, motion_id=motion)
    assert told["promised_at"] > promised
    seen = shown(client, number, desk)
    assert (seen["promised_at"], seen["first_promised_at"]) == (told["promised_at"], promised)
    (row,) = seen["motions"]
    assert (row["kind"], row["state"], row["days"], row["ordinal"]) == (
        *("extension", "granted", 5, 1),
    )
    assert row["unit_decision"] == "属实"
    again = act(client, number, "refuse_motion", desk, motion_id=motion, note="再想想")
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    assert row["decided_by"] in again.json["detail"]


def test_the_second_of_six_days_is_refused_with_the_sums(
    client: FlaskClient, number: str, lead: dict[str, str], authority: dict[str, str]
) -> None:
    done(client, number, "file_extension", lead, **LONGER)
    done(client, number, "grant_motion", authority, motion_id=newest())
    refused = act(client, number, "file_extension", lead, **{**LONGER, "days": 6})
    assert refused.status_code == 422
    for words in ("累计不得超过 10 个", "已延期 5 个", "最多还可申请 5 个", "热线管理机构"):
        assert words in refused.json["errors"]["days"]


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("file_extension", {**LONGER, "days": 0}, "days"),
        ("file_extension", {**LONGER, "days": -1}, "days"),
        ("file_extension", {**LONGER, "days": 1.5}, "days"),
        ("file_extension", {**LONGER, "days": "5"}, "days"),
        ("file_extension", {**LONGER, "days": 999_999}, "days"),
        ("file_extension", {**LONGER, "days": True}, "days"),
        ("file_extension", {**LONGER, "evidence": " "}, "evidence"),
        ("file_extension", {**LONGER, "reply_text": "长" * 101}, "reply_text"),
        ("file_extension", {**LONGER, "reason_code": "because"}, "reason_code"),
        ("file_extension", {k: v for k, v in LONGER.items() if k != "evidence"}, "evidence"),
        ("file_hanging", {**ASKED, "until_on": "2026-13-01"}, "until_on"),
        ("file_hanging", {**ASKED, "until_on": "2020-01-01"}, "until_on"),
        ("file_hanging", {**ASKED, "until_on": "9999-12-31"}, "until_on"),
        ("file_hanging", {**ASKED, "until_on": 20260630}, "until_on"),
        ("file_unreasonable", {**BEYOND, "reason_code": "x"}, "reason_code"),
        ("file_return", {"reason_code": "wrong_duty", "reason": "不归我们"}, "suggested_code"),
        ("review_hanging", {"finding": "maybe", "words": "x"}, "finding"),
        ("grant_motion", {"motion_id": 10**30}, "motion_id"),
        ("verify_rating", {"rating_id": 1, "finding": "maybe", "words": "x"}, "finding"),
    ],
)
def test_a_wrong_field_is_named(
    client: FlaskClient,
    number: str,
    action: str,
    body: dict[str, Any],
    field: str,
) -> None:
    answer = act(client, number, action, token(Role.DEPARTMENT, UNIT), **body)
    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"]
    assert newest() == 0


def test_hanging_reviewing_and_resuming(
    client: FlaskClient,
    number: str,
    unit: dict[str, str],
    lead: dict[str, str],
    authority: dict[str, str],
) -> None:
    done(client, number, "file_hanging", unit, **ASKED)
    done(client, number, "grant_motion", lead, motion_id=newest())
    assert done(client, number, "grant_motion", authority, motion_id=newest())["stage"] == "hung"
    words = {"finding": "continue", "words": "仍无条件"}
    assert act(client, number, "review_hanging", unit, **words).status_code == 403
    assert done(client, number, "review_hanging", authority, **words)["stage"] == "hung"
    words = {"finding": "resume", "words": "政策已出台"}
    assert done(client, number, "review_hanging", authority, **words)["stage"] == "handling"
    assert act(client, number, "review_hanging", authority, **words).status_code == 409


def test_unreasonable_and_appeal(
    client: FlaskClient, number: str, lead: dict[str, str], authority: dict[str, str]
) -> None:
    done(client, number, "file_unreasonable", lead, **BEYOND)
    ended = done(client, number, "grant_motion", authority, motion_id=newest(), note="认定")
    assert ended["stage"] == "closed"
    done(client, number, "file_appeal", lead, reason="误评", evidence="录音")
    done(client, number, "grant_motion", authority, motion_id=newest())
    assert "不纳入考核" in shown(client, number, authority)["marks"]


def test_a_dispute_is_ruled_on(
    client: FlaskClient, number: str, unit: dict[str, str], desk: dict[str, str]
) -> None:
    ruling = {"department_code": OTHER_UNIT, "reason": "以产权证为准"}
    assert act(client, number, "adjudicate", desk, **ruling).status_code == 409
    body = {"reason_code": "wrong_duty", "reason": "不归我们", "suggested_code": OTHER_UNIT}
    for evidence in ("台账", "会议纪要"):
        done(client, number, "file_return", unit, evidence=evidence, **body)
        done(client, number, "refuse_motion", desk, motion_id=newest(), note="属于贵单位")
    done(client, number, "file_return", unit, evidence="产权证", **body)
    assert act(client, number, "grant_motion", desk, motion_id=newest()).status_code == 403
    assert act(client, number, "adjudicate", unit, **ruling).status_code == 403
    told = done(client, number, "adjudicate", desk, **ruling)
    assert (told["stage"], told["department"]) == ("dispatched", "东湖区住房和城乡建设局")


def test_a_motion_is_taken_back_by_its_unit(
    client: FlaskClient, number: str, unit: dict[str, str], desk: dict[str, str]
) -> None:
    done(client, number, "file_extension", unit, **LONGER)
    assert act(client, number, "withdraw_motion", desk, motion_id=newest()).status_code == 403
    done(client, number, "withdraw_motion", unit, motion_id=newest())
    assert act(client, number, "withdraw_motion", unit, motion_id=newest()).status_code == 409


def test_bad_ratings_are_verified_and_mended(client: FlaskClient, unit: dict[str, str]) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    done(client, number, "rate", token(Role.CALLBACK), satisfaction=1, resolved="no")
    rating = db.session.scalars(select(Rating.id)).one()
    body = {"rating_id": rating, "finding": "true", "words": "属实"}
    named = act(client, number, "verify_rating", unit, **body)
    assert (named.status_code, list(named.json["errors"])) == (422, ["reached"])
    done(client, number, "verify_rating", unit, reached=True, **body)
    done(client, number, "mend_rating", unit, rating_id=rating, words="已整改")
    (seen,) = shown(client, number, unit)["ratings"]
    assert (seen["id"], seen["finding"], seen["mending"]) == (rating, "true", "已整改")
    other, _code = filed(client)
    to_callback(client, other)
    assert act(client, other, "verify_rating", unit, **body).status_code == 404
