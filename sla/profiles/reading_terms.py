"""Terms beside the limits (延期、挂账、退单、重办、停表) read from a profile document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sla.profile_terms import (
    PAUSES,
    ExtensionTerms,
    HangingTerms,
    RedoTerms,
    ReturnTerms,
)
from sla.profiles.sections import part_limit

if TYPE_CHECKING:
    from sla.profiles.sections import Section

DAYS = 1000
TIMES = 20


def read_terms(head: Section) -> dict[str, Any]:
    """Terms the document speaks of; the others keep the defaults of `sla.profile_terms`."""
    readers = {
        "extension": _extension,
        "hanging": _hanging,
        "returns": _returns,
        "redo": _redo,
        "pauses": _pauses,
    }
    terms: dict[str, Any] = {}
    for key, read in readers.items():
        section = head.part(key)
        if section is not None:
            section.where = f"[{key}]"
            terms |= read(section)
    return terms


def _extension(section: Section) -> dict[str, Any]:
    first = section.number("first_max", 0, DAYS)
    second = section.number("second_max", 0, DAYS)
    total = section.number("total_max", 0, DAYS)
    if max(first, second) > total:
        message = f"累计上限 total_max（{total}）小于单次上限（首次 {first}，再次 {second}）"
        section.note("total_max", message)
    elif total > first + second:
        message = f"累计上限 total_max（{total}）大于两次之和（{first} + {second}），永远用不到"
        section.note("total_max", message)
    terms = ExtensionTerms(
        first_max=first,
        second_max=second,
        total_max=total,
        ask_before=part_limit(section, "ask_before"),
        source=section.text("source"),
    )
    section.close("first_max", "second_max", "total_max", "source")
    return {"extension": terms}


def _hanging(section: Section) -> dict[str, Any]:
    every = section.number("review_every_days", 1, DAYS)
    most = section.number("max_days", 1, DAYS)
    if every > most and "max_days" in section.table:
        message = f"复核间隔 review_every_days（{every} 天）长于挂账最长时间（{most} 天）"
        section.note("review_every_days", message)
    terms = HangingTerms(review_every_days=every, max_days=most, source=section.text("source"))
    section.close("review_every_days", "max_days", "source")
    return {"hanging": terms}


def _returns(section: Section) -> dict[str, Any]:
    most, within = section.number("max_returns", 0, TIMES), part_limit(section, "within")
    source = section.text("source")
    section.close("max_returns", "within", "source")
    if within is None:  # noted by close, or by the limit itself
        return {}
    return {"returns": ReturnTerms(max_returns=most, within=within, source=source)}


def _redo(section: Section) -> dict[str, Any]:
    most, source = section.number("max_rounds", 0, TIMES), section.text("source")
    section.close("max_rounds", "source")
    return {"redo": RedoTerms(max_rounds=most, source=source)}


def _pauses(section: Section) -> dict[str, Any]:
    stages, source = section.words("stages", PAUSES), section.text("source")
    section.close("stages", "source")
    return {"pauses": frozenset(stages), "pauses_source": source}
