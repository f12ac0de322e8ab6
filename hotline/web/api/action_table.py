"""Every action of staff on one ticket: its words, its fields, the service that does it (动作表)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from hotline.domain.lifecycle import Action
from hotline.domain.terms import Resolved, Role
from hotline.services import (
    archive,
    callbacks,
    dispatching,
    endings,
    handling,
    hanging,
    notices,
    reviewing,
    sorting,
)
from hotline.web.api import errands
from hotline.web.fields import Choice, Code, Flag, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marshmallow.fields import Field

BIGGEST = 2**31 - 1
_DESK = frozenset({Role.DISPATCHER, Role.AUTHORITY})


@dataclass(frozen=True, slots=True)
class Deed:
    """One action. The names of the fields are those of the service's parameters.

    ``roles``: only for actions whose right is no matter of a stage, so that no law names it.
    """

    label: str
    service: Callable[..., object]
    fields: Mapping[str, Field[Any]] = field(default_factory=dict)
    roles: frozenset[Role] | None = None


def _words(name: str, *, longest: int = 2000) -> Text:
    return Text(longest=longest, filled=True, required=True, metadata={"description": name})


def _version() -> Whole:
    return Whole(
        1, BIGGEST, metadata={"description": "读到的工单版本号；已被人改过时回答 409，可不填"}
    )


def _unit(name: str = "承办单位编码", **options: Any) -> Code:  # noqa: ANN401 - marshmallow's own
    return Code(metadata={"description": name}, **options)


def _motion() -> Whole:
    return Whole(1, BIGGEST, required=True, metadata={"description": "申请的编号，见工单详情"})


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
        {"text": _words("答复内容", longest=5000), "knowledge_id": Code(), "category_code": Code()},
    ),
    Action.DECLINE: Deed(
        "不予受理",
        endings.decline,
        {
            "code": Code(known=_REASON["decline"], required=True, data_key="reason_code"),
            "reason": _words("理由"),
        },
    ),
    Action.TRANSFER: Deed(
        "移交",
        endings.transfer,
        {"target": Code(known=_REASON["transfer"], required=True), "reason": _words("理由")},
    ),
    Action.MERGE: Deed("并单", endings.merge, {"master_no": Code(required=True)}),
    Action.WITHDRAW: Deed("撤单", endings.withdraw, {"reason": Text(load_default="")}),
    Action.ASK_INFO: Deed("退回补充", endings.ask_info, {"question": _words("请市民补充什么")}),
    Action.SUPPLY: Deed(
        "代市民补充",
        endings.supplement,
        {"text": _words("补充内容")},
        frozenset({Role.AGENT}),
    ),
    Action.DISPATCH: Deed(
        "派单",
        dispatching.dispatch,
        {
            "department_code": _unit(required=True),
            "helpers": fields.List(_unit("会办单位编码"), load_default=list),
            "reason": Text(allow_none=True, metadata={"description": "裁定时必填"}),
            "no_return": Flag(load_default=False, metadata={"description": "裁定承办，禁止退回"}),
            "category_code": Code(metadata={"description": "同时更正分类"}),
            "version": _version(),
        },
    ),
    Action.SIGN: Deed("签收", handling.sign, {"version": _version()}),
    Action.GRANT_RETURN: Deed(
        "同意退单",
        errands.grant_return,
        {"motion_id": _motion(), "note": Text(load_default="")},
    ),
    Action.DELEGATE: Deed(
        "下派",
        handling.delegate,
        {"department_code": _unit("下级单位编码", required=True), "reason": _words("理由")},
    ),
    Action.REPLY: Deed(
        "答复",
        handling.reply,
        {"text": _words("办理结果", longest=5000), "version": _version()},
    ),
    Action.GRANT_HANGING: Deed("挂账", hanging.hang, {"reason": _words("理由")}),
    Action.GRANT_UNREASONABLE: Deed(
        "认定不合理", hanging.find_unreasonable, {"reason": _words("理由")}
    ),
    Action.RESUME: Deed("恢复办理", hanging.resume, {"reason": _words("理由")}),
    Action.SEND_BACK: Deed(
        "审核退回",
        reviewing.send_back,
        {"reason": _words("理由"), "version": _version()},
    ),
    Action.APPROVE: Deed("审核通过", reviewing.approve, {"version": _version()}),
    Action.REDO: Deed("重办", callbacks.redo, {"reason": _words("理由")}),
    Action.CONCLUDE: Deed("免回访办结", errands.conclude),
    Action.ARCHIVE: Deed("归档", archive.archive),
    "refuse_return": Deed(
        "驳回退单",
        errands.refuse_return,
        {"motion_id": _motion(), "note": _words("理由")},
    ),
    "file_return": Deed(
        "申请退单",
        errands.file_return,
        {
            "reason_code": Code(known=_REASON["return"], required=True),
            "reason": _words("依据"),
            "suggested_code": _unit("建议的承办单位编码", allow_none=True),
        },
    ),
    "contact": Deed(
        "先行联系",
        handling.contact,
        {"note": _words("联系情况"), "reached": Flag(load_default=True)},
    ),
    "note": Deed("办理进展、会办意见", handling.note, {"text": _words("内容")}),
    "add_helper": Deed(
        "增加协办",
        dispatching.add_helper,
        {"department_code": _unit(required=True)},
        _DESK,
    ),
    "urge": Deed("催办", errands.urge, {"reason": _words("意见")}),
    "supervise": Deed("督办", errands.supervise, {"reason": _words("意见")}),
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
