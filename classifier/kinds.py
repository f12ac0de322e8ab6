"""The kind of a demand (诉求类型) by its words, for when nobody chose one."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias, get_args

from classifier.reading.cleaning import traditional_table
from classifier.reading.word_lists import sections_of

Kind: TypeAlias = Literal["report", "complaint", "suggestion", "consult", "praise", "help"]

# In the order of preference when two kinds are spoken for equally: the graver comes first.
KINDS: tuple[Kind, ...] = get_args(Kind)
STRONG, WEAK = 3, 1
# A wish to be helped is what remains when a text gives no sign.
UNSPOKEN: Kind = "help"
# Thanks inside a grievance are courtesy: praise stands only where nobody complains.
_GRIEVANCES: tuple[Kind, ...] = ("report", "complaint")


def suggest_kind(text: str) -> Kind:
    """Kind with the most telling words; 求助 when there are none."""
    folded = text.translate(traditional_table())
    scores = {kind: _score(folded, kind) for kind in KINDS}
    if any(scores[kind] for kind in _GRIEVANCES):
        scores["praise"] = 0
    best = max(KINDS, key=lambda kind: scores[kind])
    return best if scores[best] else UNSPOKEN


def _score(text: str, kind: Kind) -> int:
    strong, weak = _words_of(kind)
    return STRONG * sum(word in text for word in strong) + WEAK * sum(word in text for word in weak)


@cache
def _words_of(kind: Kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sections = sections_of("kinds.txt")
    return sections[f"{kind} strong"], sections[f"{kind} weak"]
