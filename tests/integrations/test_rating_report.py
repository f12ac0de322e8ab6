"""The field map of 好差评, as the exchange service reads it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations import (
    MatterStatus,
    PromiseKind,
    RaterKind,
    RatingChannel,
    RatingReport,
    rating_payload,
)

FACTS: dict[str, Any] = {
    "area_code": "370100",
    "area_name": "示范市",
    "department_credit_code": "11370100MB2345678X",
    "task_code": "113701000042000001",
    "task_name": "12345 热线诉求办理",
    "matter_no": "3701002026112230000017",
    "handling_department_code": "SWJ",
    "handling_department": "示范市水务局",
    "channel": RatingChannel.SMS,
    "satisfaction": 4,
    "rated_at": datetime(2026, 12, 31, 16, 30, 5, tzinfo=UTC),
    "accepted_at": datetime(2026, 12, 24, 1, 0, tzinfo=UTC),
}


def test_an_anonymous_rating_becomes_the_field_map_without_a_person() -> None:
    assert rating_payload(RatingReport(**FACTS)) == {
        "areaCode": "370100",
        "areaName": "示范市",
        "deptCode": "11370100MB2345678X",
        "taskCode": "113701000042000001",
        "taskName": "12345 热线诉求办理",
        "projectNo": "3701002026112230000017",
        "proStatus": 3,
        "proDepartCode": "SWJ",
        "proDepart": "示范市水务局",
        "pf": 6,
        "userProp": 1,
        "satisfaction": 4,
        "assessTime": "2027-01-01 00:30:05",
        "assessNumber": 1,
        "promiseTime": 1,
        "acceptDate": "2026-12-24 09:00:00",
    }


def test_a_full_rating_has_every_field_of_the_interface() -> None:
    report = RatingReport(
        **FACTS | {"satisfaction": 1, "rated_round": 2, "channel": RatingChannel.QR_CODE},
        status=MatterStatus.UNDER_WAY,
        promise=PromiseKind.AT_ONCE,
        rater=RaterKind.LEGAL_PERSON,
        task_handle_item="0001",
        subject="水务",
        handler_name="李四",
        rater_name="示范公司",
        rater_certificate="91370100MA3CXXXX0X",
        detail_codes=("101", "203"),
        comment="没有人来",
        audit_status="1",
        data_source="133",
    )
    fields = rating_payload(report)
    assert len(fields) == 25
    assert fields["evalDetail"] == "101,203"
    assert (fields["assessNumber"], fields["satisfaction"], fields["pf"]) == (2, 1, 3)
    assert (fields["proStatus"], fields["promiseTime"], fields["userProp"]) == (2, 2, 2)
    assert json.loads(json.dumps(fields)) == fields


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"satisfaction": 0}, "satisfaction"),
        ({"satisfaction": 6}, "satisfaction"),
        ({"rated_round": 3}, "rated_round"),
        ({"rated_at": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is refused
        ({"department_credit_code": "SWJ"}, "department_credit_code"),
        ({"data_source": "13"}, "data_source"),
        ({"matter_no": ""}, "matter_no"),
    ],
)
def test_what_the_interface_cannot_carry_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RatingReport(**FACTS | change)
