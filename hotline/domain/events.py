"""What can happen to a ticket; each is one kind of timeline entry (流转事件)."""

from __future__ import annotations

from hotline.domain.terms import Term


class Event(Term):
    """Every member has an entry in ``jobs.reactions.ON_EVENT``, if only an empty one."""

    REGISTERED = "registered", "登记受理"
    CLASSIFIED = "classified", "分类"
    CORRECTED = "corrected", "更正分类"
    ALARMED = "alarmed", "苗头提示"
    ANSWERED = "answered", "直接答复"
    DECLINED = "declined", "不予受理"
    TRANSFERRED = "transferred", "移交"
    MERGED = "merged", "并单"
    UNMERGED = "unmerged", "撤销并单"
    WITHDRAWN = "withdrawn", "撤单"
    ASKED_INFO = "asked_info", "退回补充"
    SUPPLIED = "supplied", "补充材料"
    NOTED = "noted", "补充说明"
    DISPATCHED = "dispatched", "派单"
    SIGNED = "signed", "签收"
    CONTACTED = "contacted", "先行联系"
    DELEGATED = "delegated", "下派"
    HELPER_ADDED = "helper_added", "增加协办"
    REPLIED = "replied", "办理答复"
    SENT_BACK = "sent_back", "审核退回"
    APPROVED = "approved", "审核通过"
    CALLED_BACK = "called_back", "回访"
    RATED = "rated", "市民评价"
    REDO_OPENED = "redo_opened", "重办"
    CONCLUDED = "concluded", "办结"
    ARCHIVED = "archived", "归档"
    MOTION_FILED = "motion_filed", "提出申请"
    MOTION_REFUSED = "motion_refused", "驳回申请"
    MOTION_PASSED_ON = "motion_passed_on", "单位审核同意"
    MOTION_WITHDRAWN = "motion_withdrawn", "撤回申请"
    EXTENSION_GRANTED = "extension_granted", "同意延期"
    APPEAL_GRANTED = "appeal_granted", "同意考核申诉"
    RETURN_GRANTED = "return_granted", "同意退单"
    ADJUDICATED = "adjudicated", "疑难裁定"
    HANGING_GRANTED = "hanging_granted", "同意挂账"
    UNREASONABLE_GRANTED = "unreasonable_granted", "认定不合理"
    RESUMED = "resumed", "恢复办理"
    MILESTONE = "milestone", "时限节点"
    URGED = "urged", "催办"
    SUPERVISED = "supervised", "督办"
    RAISED = "raised", "提级办理"
    ORDERED = "ordered", "领导批示"
    RELEASED = "released", "解除督办"
    RECTIFIED = "rectified", "更正要素"
    RECOUNTED = "recounted", "重新计算期限"
    HANG_REVIEWED = "hang_reviewed", "挂账复核"
    RATING_VERIFIED = "rating_verified", "差评核实"
    RATING_MENDED = "rating_mended", "差评整改"
    UNIT_MERGED = "unit_merged", "承办单位撤并"
    UNMASKED = "unmasked", "查看明文"
    IMPORTED = "imported", "历史导入"

    @classmethod
    def of_action(cls, action: str) -> Event:
        """Name the event a move leaves behind."""
        return _OF_ACTION[action]


_OF_ACTION = {
    "classify": Event.CLASSIFIED,
    "answer": Event.ANSWERED,
    "decline": Event.DECLINED,
    "transfer": Event.TRANSFERRED,
    "merge": Event.MERGED,
    "unmerge": Event.UNMERGED,
    "withdraw": Event.WITHDRAWN,
    "ask_info": Event.ASKED_INFO,
    "supply": Event.SUPPLIED,
    "dispatch": Event.DISPATCHED,
    "sign": Event.SIGNED,
    "grant_return": Event.RETURN_GRANTED,
    "delegate": Event.DELEGATED,
    "reply": Event.REPLIED,
    "grant_hanging": Event.HANGING_GRANTED,
    "grant_unreasonable": Event.UNREASONABLE_GRANTED,
    "resume": Event.RESUMED,
    "send_back": Event.SENT_BACK,
    "approve": Event.APPROVED,
    "redo": Event.REDO_OPENED,
    "conclude": Event.CONCLUDED,
    "archive": Event.ARCHIVED,
}
PUBLIC = frozenset(
    {
        Event.REGISTERED,
        Event.ANSWERED,
        Event.DECLINED,
        Event.TRANSFERRED,
        Event.WITHDRAWN,
        Event.ASKED_INFO,
        Event.SUPPLIED,
        Event.NOTED,
        Event.DISPATCHED,
        Event.SIGNED,
        Event.CONTACTED,
        Event.DELEGATED,
        Event.APPROVED,
        Event.RATED,
        Event.REDO_OPENED,
        Event.CONCLUDED,
        Event.RETURN_GRANTED,
        Event.HANGING_GRANTED,
        Event.EXTENSION_GRANTED,
        Event.RESUMED,
    }
)
"""What the citizen sees of the timeline; the rest is the house's own (domain.md 2.5)."""
QUIET = frozenset(
    {
        Event.CORRECTED,
        Event.WITHDRAWN,
        Event.NOTED,
        Event.SIGNED,
        Event.CONTACTED,
        Event.HELPER_ADDED,
        Event.REPLIED,
        Event.SENT_BACK,
        Event.CALLED_BACK,
        Event.ARCHIVED,
        Event.MOTION_WITHDRAWN,
        Event.APPEAL_GRANTED,
        Event.RETURN_GRANTED,
        Event.UNREASONABLE_GRANTED,
        Event.RECTIFIED,
        Event.RECOUNTED,
        Event.HANG_REVIEWED,
        Event.RATING_VERIFIED,
        Event.RATING_MENDED,
        Event.UNIT_MERGED,
        Event.UNMASKED,
        Event.IMPORTED,
    }
)
"""Nothing follows these by itself; a house test holds this against ``ON_EVENT``."""
