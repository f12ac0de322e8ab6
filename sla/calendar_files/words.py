"""What the title of a calendar event says: worked, off, or neither (标题判断).

Titles seen in Chinese feeds: 国庆节（休）, 国庆节（班）(Apple), 国庆节 假期 第1天/共7天,
春节 补班 第1天/共2天 (shuyz), 休｜国庆节. A festival alone (元宵节) says neither, and a day off
taken from it would move deadlines silently; so doubt always means "cannot tell".
"""

from __future__ import annotations

import re

from sla.calendar import MAKEUP_NAME

_FESTIVALS = "元旦|春节|除夕|清明节?|劳动节|五一|端午节?|中秋节?|国庆节?"
_PLACES = r"[\s·\-—:：、,，。()（）\[\]【】「」『』《》|｜/]+"
_TOKENS = re.compile(_PLACES)
_COUNTED = re.compile(r"第\s*\d+\s*天|共\s*\d+\s*天")
_WORK = re.compile("上班|补班|调班|工作日")
_WORK_TOKEN = re.compile(rf"(?:{_FESTIVALS})?班")
_REST = re.compile("放假|休息|假期|公休|停止办公|停班|停工|不上班|暂停办公")
_REST_TOKEN = re.compile(rf"(?:{_FESTIVALS})?休")
_HOLIDAY_WORK = re.compile("休息日(?=.*[上补]班)")
_DOUBT = re.compile(
    "[不勿?？]|无休|未[定放休上必]|非[工休公放]|取消|是否|待定|值班|加班|申请"
    "|安排|通知|公告|提醒|倒计时|攻略"
)
_MARKS = frozenset({"休", "班", "假期", "放假", "休息", "补班", "上班", "调休上班"})
_MARKED = re.compile(rf"^({_FESTIVALS})[休班]$")
_TITLE_LENGTH = 300
"""Longer titles are announcements, not names of days."""
_NAMELESS = "休息"


def is_workday_by(title: str, categories: str = "") -> bool | None:
    """Whether it says worked (True), off (False), or does not tell (None).

    Categories are asked only when the title says nothing at all.
    """
    if len(title) + len(categories) > _TITLE_LENGTH:
        return None
    plain = _HOLIDAY_WORK.sub("", title.replace("不上班", "停班").replace("节假日", ""))
    if _DOUBT.search(plain):
        return None
    votes = _votes(plain) or _votes(categories)
    return votes.pop() if len(votes) == 1 else None


def _votes(text: str) -> set[bool]:
    tokens = _tokens(text)
    works = _WORK.search(text) or any(map(_WORK_TOKEN.fullmatch, tokens))
    rests = _REST.search(text) or any(map(_REST_TOKEN.fullmatch, tokens))
    return {vote for vote, said in ((True, works), (False, rests)) if said}


def name_by(title: str, *, is_workday: bool) -> str:
    """Name of the day for people: 国庆节（休）is 国庆节, 国庆节 补班 is 调休上班."""
    tokens = _tokens(title)
    named = [_MARKED.sub(r"\1", token) for token in tokens if token not in _MARKS]
    if named == tokens:
        return _COUNTED.sub("", title).strip()
    if not is_workday:
        return "、".join(named) or _NAMELESS
    if all(re.fullmatch(_FESTIVALS, token) for token in named):
        return MAKEUP_NAME
    return _COUNTED.sub("", title).strip(" /")


def _tokens(title: str) -> list[str]:
    return [token for token in _TOKENS.split(_COUNTED.sub(" ", title)) if token]
