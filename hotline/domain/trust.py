"""How a trust line is chosen from what is known of right and wrong (信任线的选取、拒绝曲线)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, sqrt
from typing import TYPE_CHECKING

from hotline.domain.terms import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOWEST = 0.3
"""Below it the machine would be wrong more often than right on the texts it is unsure of."""
LINES = tuple(percent / 100 for percent in range(30, 101))
"""Every line that can be chosen, in whole per cent."""
FEWEST = 50
"""Fewer decided tickets say nothing about a category, whatever is wished."""
Z = 1.96
"""Two-sided 95 %."""


class Source(Term):
    """What a curve was drawn from."""

    OWN = "own", "本市已有定论的工单"
    TRAINED = "trained", "模型训练时的交叉验证"
    NONE = "none", "没有依据"


@dataclass(frozen=True, slots=True)
class Case:
    """One ticket: how sure the machine was, and whether people found it right.

    ``is_weak``: dispatched by the machine and closed without anybody's objection, which proves
    less than a person's decision.
    """

    probability: float
    is_right: bool
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What one line would do: tickets at or above it, of those wrong, of those right but weakly."""

    line: float
    taken: int
    wrong: int
    weak: int = 0

    @property
    def error(self) -> float | None:
        """The share of wrong ones among those taken."""
        return self.wrong / self.taken if self.taken else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % interval of the error (Wilson)."""
        return wilson(self.wrong, self.taken)


@dataclass(frozen=True, slots=True)
class Curve:
    """The reject curve (拒绝曲线): one step a line, and how many tickets it is drawn from."""

    source: Source
    total: int
    steps: tuple[Step, ...]

    def at(self, line: float) -> Step:
        """What a line would do; one between two steps is as strict as the next higher step."""
        lines = [step.line for step in self.steps]
        place = bisect_left(lines, line - 1e-9)
        return self.steps[place] if place < len(lines) else Step(line, 0, 0)

    def share(self, step: Step) -> float:
        """The share of tickets that a step takes."""
        return step.taken / self.total if self.total else 0.0

    def choose(self, wished_error: float) -> Step | None:
        """Find the lowest line whose error is, by the upper bound, no more than wished.

        The upper bound and not the mean: the fewer tickets there are, the more careful is the
        line. None where no line can promise it; then a person dispatches.
        """
        return next((s for s in self.steps if s.taken and s.bounds[1] <= wished_error), None)


def enough(wished_error: float) -> int:
    """How many decided tickets can prove an error at all: none wrong of so many does (2 %: 189)."""
    return max(FEWEST, ceil(Z * Z * (1 - wished_error) / wished_error))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson score); everything is possible of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    reach = Z * sqrt(share * (1 - share) / of + square / of / 4) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def own_curve(cases: Sequence[Case]) -> Curve:
    """Draw the curve from decided tickets."""
    surest = sorted(cases, key=lambda case: -case.probability)
    odds = [-case.probability for case in surest]
    wrong = [0, *accumulate(not case.is_right for case in surest)]
    weak = [0, *accumulate(case.is_right and case.is_weak for case in surest)]
    steps = []
    for line in LINES:
        taken = bisect_left(odds, -line + 1e-9)
        steps.append(Step(line, taken, wrong[taken], weak[taken]))
    return Curve(Source.OWN if cases else Source.NONE, len(cases), tuple(steps))


def trained_curve(points: Iterable[Sequence[float]], rows: int) -> Curve:
    """Draw it from a model's cross-validation: (share of rows, accuracy, lowest probability).

    Between two points nothing is known, so a line takes only what the point above it took.
    """
    known = sorted((tuple(point) for point in points), key=lambda point: point[0])
    steps = []
    for line in LINES:
        above = [point for point in known if point[2] >= line]
        share, accuracy = above[-1][:2] if above else (0.0, 1.0)
        taken = round(share * rows)
        steps.append(Step(line, taken, round((1 - accuracy) * taken)))
    return Curve(Source.TRAINED if known and rows else Source.NONE, rows, tuple(steps))
