"""The closed word lists of the trade, each with its Chinese label (术语)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word with a Chinese label; the value is what is stored and sent."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member that carries its label beside its value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Kind(Term):
    """诉求类型 (domain.md 3.2)."""

    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"
    PRAISE = "praise", "表扬"


class Channel(Term):
    """受理渠道."""

    PHONE = "phone", "电话"
    WEB = "web", "网站"
    APP = "app", "手机应用"
    SMS = "sms", "短信"
    VISIT = "visit", "来访"
    IMPORT = "import", "历史导入"


class Urgency(Term):
    """紧急程度: the words of domain.md 8.1."""

    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    CRITICAL = "critical", "特急"
    COMPLEX = "complex", "复杂"


class Role(Term):
    """Who acts. The three administrators are separate (三权分立, domain.md 8.2)."""

    CITIZEN = "citizen", "市民"
    AGENT = "agent", "座席"
    DISPATCHER = "dispatcher", "分派员"
    DEPARTMENT = "department", "承办单位经办人"
    DEPARTMENT_LEAD = "department_lead", "承办单位负责人"
    CALLBACK = "callback", "回访员"
    SUPERVISOR = "supervisor", "督办员"
    AUTHORITY = "authority", "热线管理机构"
    KNOWLEDGE = "knowledge", "知识管理员"
    ADMIN = "admin", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDITOR = "auditor", "审计员"
    SYSTEM = "system", "系统"


class Mark(Term):
    """Overlays that are not stages (标记, domain.md 3.6)."""

    URGED = "urged", "催办"
    SUPERVISED = "supervised", "督办"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"
    CONFIDENTIAL = "confidential", "保密"
    RAISED = "raised", "提级办理"
    ADJUDICATING = "adjudicating", "疑难协调"
    REPEAT = "repeat", "重复诉求"
    REMINDED = "reminded", "书面催办"
    CIRCULATED = "circulated", "通报"
    ORDERED = "ordered", "领导批示"
    RELEASED = "released", "已解除督办"
    EXCLUDED = "excluded", "不纳入考核"
    CROWD = "crowd", "群体苗头"
    THREAT = "threat", "极端言行"


class PlaceKind(Term):
    """What kind of place a text names (地点)."""

    ROAD = "road", "道路"
    ESTATE = "estate", "小区"
    VILLAGE = "village", "村和社区"
    LANDMARK = "landmark", "地标"
    LINE = "line", "线路"


class Clock(Term):
    """What is timed (计时)."""

    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    CONTACT = "contact", "先行联系"
    HANDLE = "handle", "办理"
    CALLBACK = "callback", "回访"
    REVIEW_RETURN = "review_return", "退单审核"
    REVIEW_EXTENSION = "review_extension", "延期审核"
    REVIEW_HANGING = "review_hanging", "挂账审核"
    REVIEW_UNREASONABLE = "review_unreasonable", "不合理诉求审核"
    REVIEW_APPEAL = "review_appeal", "申诉审核"
    ADJUDICATE = "adjudicate", "疑难裁定"
    HANG_REVIEW = "hang_review", "挂账复核"
    VERIFY = "verify", "差评核实"
    CORRECT = "correct", "差评整改"


class Resolved(Term):
    """Whether the matter was solved, in the citizen's words."""

    YES = "yes", "已解决"
    PARTLY = "partly", "部分解决"
    NO = "no", "未解决"


class Finding(Term):
    """What verifying a bad rating found (domain.md 5.2)."""

    TRUE = "true", "属实"
    UNTRUE = "untrue", "不属实"
    MISTAKEN = "mistaken", "误评"
    MALICIOUS = "malicious", "恶意差评"


SATISFACTION = {1: "非常不满意", 2: "不满意", 3: "基本满意", 4: "满意", 5: "非常满意"}
"""Five grades of 好差评, the lowest two are bad (国办发〔2019〕51号)."""
