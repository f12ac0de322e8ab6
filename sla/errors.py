"""What can go wrong when time limits (时限) are counted, in words an operator can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class SlaError(ValueError):
    """Root of this package's errors; raised itself for a moment without a time zone."""


class LimitError(SlaError):
    """A limit (期限) that cannot be: not a positive whole number, or an unknown unit."""


class CalendarError(SlaError):
    """The working calendar (工作日历) cannot answer: no workday, a gap, or outside its years."""


class Problem(NamedTuple):
    """One mistake in a profile (一处错误); line and column count from 1, None without a text."""

    line: int | None
    column: int | None
    where: str
    message: str

    def said_of(self, origin: str) -> str:
        """The mistake with its place, the way compilers write it: default.toml:14:10 …."""
        spot = "" if self.line is None else f":{self.line}:{self.column}"
        return f"{origin}{spot} {self.where}：{self.message}"


class ProfileError(SlaError):
    """A city profile (城市配置) that is missing, ill-formed or has no rule for the case.

    `problems` holds every mistake of a document, in the order of its lines; it is empty when the
    trouble is not in a document.
    """

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def listing(cls, origin: str, problems: Sequence[Problem]) -> ProfileError:
        """One error that says all mistakes of the document `origin`, one a line."""
        ordered = sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        return cls("\n".join(problem.said_of(origin) for problem in ordered), problems=ordered)
