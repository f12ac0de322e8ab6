"""One rating in the words of the 好差评 interface: the field map pushed to the service platform.

Field names and codes: domain.md 5.1. This is an export with a field map, no claim of conformance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import IntEnum

# China has one zone and no summer time since 1991.
_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_MOMENT = "%Y-%m-%d %H:%M:%S"
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_GRADES = range(1, 6)
_SOURCE = re.compile(r"\d{3}")


class MatterStatus(IntEnum):
    """How far the matter is (proStatus 办件状态)."""

    WAITING = 1
    UNDER_WAY = 2
    FINISHED = 3


class RatingChannel(IntEnum):
    """Where the citizen rated (pf 评价渠道)."""

    PC = 1
    MOBILE = 2
    QR_CODE = 3
    HALL_TABLET = 4
    HALL_OTHER = 5
    SMS = 6
    AUTOMATIC = 7


class RaterKind(IntEnum):
    """Who rated (userProp)."""

    PERSON = 1
    LEGAL_PERSON = 2


class PromiseKind(IntEnum):
    """What was promised (promiseTime): a time limit, or done at once."""

    TIME_LIMIT = 1
    AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingReport:
    """One rating of one finished matter; moments are aware.

    `satisfaction` runs from 1 非常不满意 to 5 非常满意 (国办发〔2019〕51号), `rated_round` is
    1 首次 or 2 二次, `data_source` the three digits the platform gave, if it gave any.

    Name and certificate stay empty unless the citizen agreed: who rated must not leak
    (domain.md 1.4). Raises ValueError for a value the interface cannot carry.
    """

    area_code: str
    area_name: str
    department_credit_code: str
    task_code: str
    task_name: str
    matter_no: str
    handling_department_code: str
    handling_department: str
    channel: RatingChannel
    satisfaction: int
    rated_at: datetime
    accepted_at: datetime
    rated_round: int = 1
    status: MatterStatus = MatterStatus.FINISHED
    promise: PromiseKind = PromiseKind.TIME_LIMIT
    rater: RaterKind = RaterKind.PERSON
    task_handle_item: str = ""
    subject: str = ""
    handler_name: str = ""
    rater_name: str = ""
    rater_certificate: str = ""
    detail_codes: tuple[str, ...] = ()
    comment: str = ""
    audit_status: str = ""
    data_source: str = ""

    def __post_init__(self) -> None:
        if self.satisfaction not in _GRADES:
            raise ValueError("satisfaction runs from 1 to 5")
        if self.rated_round not in {1, 2}:
            raise ValueError("rated_round is 1 (首次) or 2 (二次)")
        if self.rated_at.tzinfo is None or self.accepted_at.tzinfo is None:
            raise ValueError("rated_at and accepted_at need a time zone")
        if not _CREDIT_CODE.fullmatch(self.department_credit_code):
            raise ValueError("department_credit_code has 18 digits and capitals")
        if self.data_source and not _SOURCE.fullmatch(self.data_source):
            raise ValueError("data_source has three digits")
        if not self.matter_no:
            raise ValueError("matter_no is missing")


def rating_payload(report: RatingReport) -> dict[str, object]:
    """Build the field map of domain.md 5.1: moments in Chinese time, empty fields left out."""
    fields: dict[str, object] = {
        "areaCode": report.area_code,
        "areaName": report.area_name,
        "deptCode": report.department_credit_code,
        "taskCode": report.task_code,
        "taskHandleItem": report.task_handle_item,
        "taskName": report.task_name,
        "subMatter": report.subject,
        "projectNo": report.matter_no,
        "proStatus": int(report.status),
        "proDepartCode": report.handling_department_code,
        "proDepart": report.handling_department,
        "proManager": report.handler_name,
        "pf": int(report.channel),
        "certkeyGOV": report.rater_certificate,
        "userName": report.rater_name,
        "userProp": int(report.rater),
        "satisfaction": report.satisfaction,
        "evalDetail": ",".join(report.detail_codes),
        "writingEvaluation": report.comment,
        "assessTime": _local(report.rated_at),
        "assessNumber": report.rated_round,
        "appStatus": report.audit_status,
        "promiseTime": int(report.promise),
        "acceptDate": _local(report.accepted_at),
        "dataSource": report.data_source,
    }
    return {name: value for name, value in fields.items() if value != ""}


def _local(moment: datetime) -> str:
    return moment.astimezone(_CHINA).strftime(_MOMENT)
