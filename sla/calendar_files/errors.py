"""What is wrong with a calendar file (日历文件), told completely: every line, every event."""

from __future__ import annotations

from sla.errors import CalendarError

_SHOWN = 5


class CalendarFileError(CalendarError):
    """A file of which nothing was taken; `problems` names each refused line or event."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        more = f"；等 {len(problems)} 处" if len(problems) > _SHOWN else ""
        super().__init__("；".join(problems[:_SHOWN]) + more)
