"""Lengths of time in Chinese words (时长), for explanations and for how much is left."""

from __future__ import annotations

from sla.office import SECOND

_MINUTE = 60 * SECOND
_HOUR = 60 * _MINUTE


def spell(span: int, *, day: int, day_word: str) -> str:
    """Words for a positive span in microseconds, a day being `day` microseconds long.

    Days and hours, or hours and minutes: two figures are as much as a person reads.
    """
    days, rest = divmod(span, day)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    if days:
        return f"{days} {day_word}" + (f" {hours} 小时" if hours else "")
    if hours:
        return f"{hours} 小时" + (f" {minutes} 分钟" if minutes else "")
    return f"{minutes} 分钟" if minutes else "不足 1 分钟"
