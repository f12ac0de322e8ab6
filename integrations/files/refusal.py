"""Why an uploaded file (附件) is not taken, with words for the person who sent it."""

from __future__ import annotations

from typing import Literal

RefusalCode = Literal[
    "bad_name",
    "not_allowed",
    "empty",
    "too_large",
    "virus",
    "executable",
    "not_what_it_says",
    "unreadable",
    "macro",
    "bomb",
]


class FileRefused(Exception):  # noqa: N818 - reads as what happened
    """The file is refused; `code` for programs, `message` in Chinese for people."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code
        self.message = message
