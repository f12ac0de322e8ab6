"""What a model says of a message (分类推荐): ranked categories, and those above them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from classifier.levels.lineage import ancestor, lineage
from classifier.levels.scoring import Lifting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.levels.head import LearnedUnit

REASONS = 5


class Ranked(NamedTuple):
    """One category offered, with its probability and the words that spoke for it.

    `code` is its code in the shipped tree, None when the tree has no such label.
    """

    label: str
    code: str | None
    probability: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The 150 likeliest categories by falling odds; `unsure` asks for a person, `doubt` says why.

    `answer` is what the model stands by: the first category, or where that is weak the nearest
    one above it that is not. `departments` handled such matters before, where that was learned.
    """

    ranked: tuple[Ranked, ...]
    model_id: str
    unsure: bool
    doubt: str = ""
    answer: Ranked | None = None
    departments: tuple[LearnedUnit, ...] = ()


def rollup(suggestion: Suggestion, level: int = 1) -> tuple[Ranked, ...]:
    """Sum up the categories of one level (first: 1) behind a suggestion.

    For answering the parent when the child is unsure; odds of siblings add up. Labels that end
    above the level, or that have nobody above them, stay as they are.
    """
    odds: dict[str, float] = {}
    because: dict[str, dict[str, None]] = {}
    for ranked in suggestion.ranked:
        line = lineage(ranked.label)
        key = line[min(level, len(line)) - 1]
        odds[key] = odds.get(key, 0.0) + ranked.probability
        because.setdefault(key, {}).update(dict.fromkeys(ranked.because))
    merged = (
        Ranked(ancestor(key).label, ancestor(key).code, share, tuple(because[key])[:REASONS])
        for key, share in odds.items()
    )
    return tuple(sorted(merged, key=lambda ranked: -ranked.probability))


class Ladder:
    """The way from the labels of a model up to the categories above them."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)

    @cached_property
    def _levels(self) -> list[Lifting]:
        """From the nearest level above the deepest labels to the first; empty for flat labels."""
        depth = max((len(lineage(label)) for label in self._labels), default=1)
        return [Lifting.to_level(self._labels, level) for level in range(depth - 1, 0, -1)]

    def answer(self, odds: NDArray[np.float64], first: Ranked, line: float) -> Ranked:
        """The first category where its odds reach the line; else the deepest one that does.

        Where not even a first level does, the first category stands, and is unsure.
        """
        if first.probability >= line:
            return first
        for level in self._levels:
            sums = np.bincount(level.column, weights=odds)
            best = int(sums.argmax())
            if sums[best] >= line:
                above = ancestor(level.keys[best])
                is_own = level.keys[best] in lineage(first.label)
                words = first.because if is_own else ()
                return Ranked(above.label, above.code, float(sums[best]), words)
        return first
