"""Every action of staff on one ticket: its words, its fields, the service that does it (动作表)."""

from __future__ import annotations

from marshmallow import fields

from hotline.domain.lifecycle import Action
from hotline.domain.terms import Kind, Resolved, Role, Urgency
from hotline.services import (
    archive,
    callbacks,
    dispatching,
    endings,
    handling,
    joining,
    notices,
    rectifying,
    reviewing,
    sorting,
)
from hotline.services.motions import hanging, unreasonable
from hotline.web.api import errands, motion_errands
from hotline.web.api.deed import Deed, motion_id, unit_code, version, words
from hotline.web.api.motion_table import MOTION_DEEDS
from hotline.web.fields import Choice, Code, Flag, Text, Whole

_DESK = frozenset({Role.DISPATCHER, Role.AUTHORITY})
_REASON = notices.reasons()

DEEDS: dict[str, Deed] = {
    Action.CLASSIFY: Deed(
        "更正分类",
        sorting.reclassify,
        {"code": Code(required=True, data_key="category_code")},
    ),
    Action.ANSWER: Deed(
        "直接答复",
        endings.answer,
        {"text": words("答复内容", longest=5000), "knowledge_id": Code(), "category_code": Code()},
    ),
    Action.DECLINE: Deed(
        "不予受理",
        endings.decline,
        {
            "code": Code(known=_REASON["decline"], required=True, data_key="reason_code"),
            "reason": words("理由"),
        },
    ),
    Action.TRANSFER: Deed(
        "移交",
        endings.transfer,
        {"target": Code(known=_REASON["transfer"], required=True), "reason": words("理由")},
    ),
    Action.MERGE: Deed(
        "并单", joining.merge, {"master_no": Code(required=True), "version": version()}
    ),
    Action.UNMERGE: Deed(
        "撤销并单", joining.unmerge, {"reason": words("理由", longest=200), "version": version()}
    ),
    Action.WITHDRAW: Deed("撤单", endings.withdraw, {"reason": Text(load_default="")}),
    Action.ASK_INFO: Deed("退回补充", endings.ask_info, {"question": words("请市民补充什么")}),
    Action.SUPPLY: Deed(
        "代市民补充",
        endings.supplement,
        {"text": words("补充内容")},
        frozenset({Role.AGENT}),
    ),
    Action.DISPATCH: Deed(
        "派单",
        dispatching.dispatch,
        {
            "department_code": unit_code(required=True),
            "helpers": fields.List(unit_code("会办单位编码"), load_default=list),
            "reason": Text(allow_none=True, metadata={"description": "裁定时必填"}),
            "no_return": Flag(load_default=False, metadata={"description": "裁定承办，禁止退回"}),
            "category_code": Code(metadata={"description": "同时更正分类"}),
            "version": version(),
        },
    ),
    Action.SIGN: Deed("签收", handling.sign, {"version": version()}),
    Action.GRANT_RETURN: Deed(
        "同意退单",
        motion_errands.grant_motion,
        {"motion_id": motion_id(), "note": Text(load_default="")},
    ),
    Action.DELEGATE: Deed(
        "下派",
        handling.delegate,
        {"department_code": unit_code("下级单位编码", required=True), "reason": words("理由")},
    ),
    Action.REPLY: Deed(
        "答复",
        handling.reply,
        {"text": words("办理结果", longest=5000), "version": version()},
    ),
    Action.GRANT_HANGING: Deed("挂账", hanging.hang, {"reason": words("理由")}),
    Action.GRANT_UNREASONABLE: Deed(
        "认定不合理", unreasonable.find_unreasonable, {"reason": words("理由")}
    ),
    Action.RESUME: Deed("恢复办理", hanging.resume, {"reason": words("理由")}),
    Action.SEND_BACK: Deed(
        "审核退回",
        reviewing.send_back,
        {"reason": words("理由"), "version": version()},
    ),
    Action.APPROVE: Deed("审核通过", reviewing.approve, {"version": version()}),
    Action.REDO: Deed("重办", callbacks.redo, {"reason": words("理由")}),
    Action.CONCLUDE: Deed("免回访办结", errands.conclude),
    Action.ARCHIVE: Deed("归档", archive.archive),
    "refuse_return": Deed(
        "驳回退单",
        motion_errands.refuse_motion,
        {"motion_id": motion_id(), "note": words("理由")},
    ),
    **MOTION_DEEDS,
    "contact": Deed(
        "先行联系",
        handling.contact,
        {"note": words("联系情况"), "reached": Flag(load_default=True)},
    ),
    "note": Deed("办理进展、会办意见", handling.note, {"text": words("内容")}),
    "add_helper": Deed(
        "增加协办",
        dispatching.add_helper,
        {"department_code": unit_code(required=True)},
        _DESK,
    ),
    "urge": Deed("催办", errands.urge, {"reason": words("意见")}),
    "supervise": Deed("督办", errands.supervise, {"reason": words("意见")}),
    "raise_level": Deed("提级办理", errands.raise_level, {"reason": words("理由")}),
    "order": Deed(
        "领导批示",
        errands.order,
        {"leader": words("批示领导", longest=30), "reason": words("批示内容")},
    ),
    "release": Deed("解除督办", errands.release, {"reason": words("理由")}),
    "rectify": Deed(
        "更正要素",
        errands.rectify,
        {
            "reason": words("理由"),
            "kind": Choice(Kind),
            "urgency": Choice(Urgency),
            "category_code": Code(),
            "area_code": Code(),
            "version": version(),
        },
        frozenset(rectifying.MAY_RECTIFY),
    ),
    "call_attempt": Deed(
        "登记回访",
        callbacks.record_attempt,
        {"reached": Flag(required=True), "note": Text(load_default="")},
        frozenset({Role.CALLBACK}),
    ),
    "rate": Deed(
        "代市民评价",
        errands.rate,
        {
            "satisfaction": Whole(1, 5, required=True),
            "resolved": Choice(Resolved, required=True),
            "comment": Text(load_default=""),
        },
        frozenset({Role.CALLBACK, Role.AGENT}),
    ),
}
"""Actions of the state machine by their own name, then what people do without moving a stage."""
