"""How a ticket ended (办结方式)."""

from __future__ import annotations

from hotline.domain.terms import Term


class Outcome(Term):
    """One per closed ticket; a stage says where, an outcome says how."""

    DIRECT = "direct", "直接答复"
    RESOLVED = "resolved", "已解决"
    PARTLY = "partly", "部分解决"
    UNRESOLVED = "unresolved", "未解决"
    UNREACHED = "unreached", "回访未联系上"
    REPLIED = "replied", "已答复"
    DECLINED = "declined", "不予受理"
    TRANSFERRED = "transferred", "已移交"
    MERGED = "merged", "已并单"
    WITHDRAWN = "withdrawn", "已撤单"
    UNREASONABLE = "unreasonable", "不合理诉求"
