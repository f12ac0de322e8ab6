"""Actions about motions, hanging and bad ratings: their words, fields and services (申请动作表)."""

from __future__ import annotations

from typing import Any

from hotline.domain.motions import HangingReview
from hotline.domain.terms import Finding
from hotline.services import motions, notices
from hotline.services.motions.plea import REPLY_TEXT_LIMIT
from hotline.web.api import motion_errands
from hotline.web.api.deed import BIGGEST, Deed, motion_id, unit_code, words
from hotline.web.fields import Choice, Code, Day, Flag, Text, Whole

MOST_DAYS = 366
_REASON = notices.reasons()


def _code(kind: str, *, required: bool = False) -> Code:
    return Code(
        known=_REASON[kind],
        required=required,
        allow_none=not required,
        metadata={"description": "编码理由"},
    )


def _evidence(*, required: bool = True) -> Text:
    said = {"description": "依据和佐证；被驳回后再次申请须为新的依据"}
    if required:
        return Text(longest=2000, filled=True, required=True, metadata=said)
    return Text(longest=2000, load_default="", metadata=said)


def _reply_text(*, required: bool) -> Text:
    said = {"description": "给市民的答复口径，批准后以短信发出"}
    if required:
        return Text(longest=REPLY_TEXT_LIMIT, filled=True, required=True, metadata=said)
    return Text(longest=REPLY_TEXT_LIMIT, load_default="", metadata=said)


def _rating() -> Whole:
    return Whole(1, BIGGEST, required=True, metadata={"description": "评价的编号，见工单详情"})


def _note(name: str, **options: Any) -> Text:  # noqa: ANN401 - marshmallow's own
    return Text(longest=2000, metadata={"description": name}, **options)


MOTION_DEEDS: dict[str, Deed] = {
    "file_return": Deed(
        "申请退单",
        motion_errands.file_return,
        {
            "reason_code": _code("return", required=True),
            "reason": words("理由"),
            "suggested_code": unit_code("建议的承办单位编码", allow_none=True),
            "evidence": _evidence(required=False),
        },
    ),
    "file_extension": Deed(
        "申请延期",
        motion_errands.file_extension,
        {
            "days": Whole(
                1, MOST_DAYS, required=True, metadata={"description": "工作日，自原期限起算"}
            ),
            "reason_code": _code("extension"),
            "reason": words("理由"),
            "evidence": _evidence(),
            "reply_text": _reply_text(required=True),
        },
    ),
    "file_hanging": Deed(
        "申请挂账",
        motion_errands.file_hanging,
        {
            "reason_code": _code("hanging"),
            "reason": words("理由"),
            "evidence": _evidence(),
            "until_on": Day(
                allow_none=True, metadata={"description": "预计可恢复的日期；不填按规定复核"}
            ),
            "reply_text": _reply_text(required=False),
        },
    ),
    "file_unreasonable": Deed(
        "申请认定不合理诉求",
        motion_errands.file_unreasonable,
        {
            "reason_code": _code("unreasonable", required=True),
            "reason": words("理由"),
            "evidence": _evidence(),
        },
    ),
    "file_appeal": Deed(
        "考核申诉",
        motion_errands.file_appeal,
        {"reason_code": _code("appeal"), "reason": words("理由"), "evidence": _evidence()},
    ),
    "grant_motion": Deed(
        "同意申请",
        motion_errands.grant_motion,
        {"motion_id": motion_id(), "note": _note("审核意见", load_default="")},
    ),
    "refuse_motion": Deed(
        "驳回申请",
        motion_errands.refuse_motion,
        {"motion_id": motion_id(), "note": words("理由")},
    ),
    "withdraw_motion": Deed(
        "撤回申请",
        motion_errands.withdraw_motion,
        {"motion_id": motion_id(), "note": _note("说明", load_default="")},
    ),
    "adjudicate": Deed(
        "裁定主办单位",
        motions.rule,
        {
            "department_code": unit_code(required=True),
            "reason": words("双方理由和裁定依据"),
            "version": Whole(1, BIGGEST, metadata={"description": "读到的工单版本号，可不填"}),
        },
    ),
    "review_hanging": Deed(
        "挂账复核",
        motions.review_hanging,
        {"finding": Choice(HangingReview, required=True), "words": words("复核情况")},
    ),
    "verify_rating": Deed(
        "差评核实",
        motion_errands.verify_rating,
        {
            "rating_id": _rating(),
            "finding": Choice(Finding, required=True),
            "code": Code(allow_none=True, metadata={"description": "结论不是“属实”的编码理由"}),
            "reached": Flag(
                allow_none=True, metadata={"description": "是否联系上诉求人；实名差评必填"}
            ),
            "words": words("核实情况"),
        },
    ),
    "mend_rating": Deed(
        "差评整改",
        motion_errands.mend_rating,
        {"rating_id": _rating(), "words": words("整改措施和结果")},
    ),
}
"""Any unit, leader or desk may ask; whose step it is is decided by the motion, not by a stage."""
