"""What can go wrong when time limits (时限) are counted, in words an operator can act on."""

from __future__ import annotations


class SlaError(ValueError):
    """Root of this package's errors; raised itself for a moment without a time zone."""


class LimitError(SlaError):
    """A limit (期限) that cannot be: not a positive whole number, or an unknown unit."""


class CalendarError(SlaError):
    """The working calendar (工作日历) cannot answer: no workday, a gap, or outside its years."""


class ProfileError(SlaError):
    """A city profile (城市配置) that is missing, ill-formed or has no rule for the case."""
