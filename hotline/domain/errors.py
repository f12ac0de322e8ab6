"""What can go wrong, told by what the person can do about it (错误)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.domain.lifecycle import Action, Stage


class HotlineError(Exception):
    """Root of all expected errors: a code, a message for people, facts for the log."""

    code = "error"

    def __init__(self, message: str, **facts: str | int | None) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(HotlineError):
    """Nothing there, or nothing this person may know of; the answer is the same."""

    code = "not_found"


class NotAllowed(HotlineError):
    """The person is known but may not do this."""

    code = "not_allowed"


class IllegalMove(HotlineError):
    """The ticket's stage has no such way out; the page should be loaded again."""

    code = "illegal_move"

    def __init__(self, stage: Stage, action: Action, message: str) -> None:
        super().__init__(message, stage=stage.value, action=action.value)
        self.stage = stage
        self.action = action


class Invalid(HotlineError):
    """Input that cannot be; names each field and what to do."""

    code = "invalid"

    def __init__(self, field: str, message: str, **more: str) -> None:
        super().__init__(message, field=field)
        self.errors: dict[str, str] = {field: message, **more}


class Conflict(HotlineError):
    """Somebody else was faster; load again and decide anew."""

    code = "conflict"


class Taken(Conflict):
    """A unique row was written by somebody else at the same moment; asking again may find it."""


class TooMany(HotlineError):
    """Too many tries in a short time; wait."""

    code = "too_many"


class Transient(HotlineError):
    """A job may try again by itself."""

    code = "transient"


class Unavailable(Transient):
    """A part the system stands on is away (database, Redis, provider)."""

    code = "unavailable"
