"""What a unit asks for, and whether the rules would let it ask now (申请内容与可申请情况)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sla
from hotline.domain.errors import Invalid
from hotline.services import _checks

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.errors import HotlineError
    from hotline.domain.motions import Motion

REASON_LIMIT = 2000
REPLY_TEXT_LIMIT = 100
"""The words for the citizen go out by SMS as they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plea:
    """What a department asks for: a coded reason, words, and what else its kind needs.

    ``days``: working days of an extension. ``reply_text``: what the citizen will read (答复口径).
    ``suggested_code``: who should have the ticket instead. ``until_on``: until when to hang.
    """

    kind: Motion
    reason: str
    reason_code: str | None = None
    suggested_code: str | None = None
    days: int | None = None
    evidence: str = ""
    reply_text: str = ""
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Whether a motion of a kind could be filed now, and what the rule allows.

    ``refusal``: why not. ``until``: the last moment to ask. ``most``: the most days. ``words``
    stand beside the form.
    """

    kind: Motion
    refusal: HotlineError | None = None
    until: datetime | None = None
    most: int | None = None
    ordinal: int = 1
    words: str = ""


def filled(name: str, words: str, missing: str, *, longest: int = REASON_LIMIT) -> str:
    """Cleaned words that must be there and not too many; raises Invalid naming the field."""
    text = _checks.clean_text(words)
    if not text:
        raise Invalid(name, missing)
    if len(text) > longest:
        raise Invalid(name, f"最多 {longest} 字，现为 {len(text)} 字，请精简")
    return text


def spoken(moment: datetime) -> str:
    """A moment as people in the city read it."""
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"
