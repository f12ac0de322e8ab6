"""What a measurement is: figures against budgets, a table, a result file (测量与判定)."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RESULTS = Path(__file__).parent / "results"
QUICK_NOTE = "quick: smaller sizes, for a look while working"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured value beside its bound; without a bound it is told and judges nothing."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def budget(self) -> float | None:
        """The bound, whichever way it looks."""
        return self.at_least if self.at_least is not None else self.at_most

    @property
    def ratio(self) -> float | None:
        """Measured over budget: above 1 is good for a least, below 1 for a most."""
        return self.value / self.budget if self.budget else None

    @property
    def is_met(self) -> bool:
        """Whether the bound holds; NaN holds no bound."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is None or self.value <= self.at_most

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.budget is None:
            return "-"
        return "met" if self.is_met else "MISSED"


@dataclass(slots=True)
class Report:
    """The figures of one benchmark and whatever else a reader may want to see."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        """Whether every budget is met; a report without figures has measured nothing."""
        return bool(self.figures) and all(figure.is_met for figure in self.figures)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which ``share`` of all lie (nearest rank); NaN of nothing."""
    ranked = sorted(values)
    if not ranked:
        return float("nan")
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def quietest(rounds: Iterable[Sequence[float]], share: float) -> float:
    """The percentile of the round that was disturbed least: a neighbour can only add."""
    return min(percentile(values, share) for values in rounds)


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = perf_counter()
    action()
    return 1_000 * (perf_counter() - begun)


def table(report: Report) -> str:
    """The figures as text: measured, budget, ratio, verdict."""
    rows = [
        (
            figure.what,
            _number(figure.value, figure.unit),
            _bound(figure),
            "-" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.verdict,
        )
        for figure in report.figures
    ]
    return "\n".join(_aligned([(report.name, "measured", "budget", "ratio", "verdict"), *rows]))


def _bound(figure: Figure) -> str:
    if figure.budget is None:
        return "-"
    sign = "≥" if figure.at_least is not None else "≤"
    return f"{sign} {_number(figure.budget, figure.unit)}"


def _number(value: float, unit: str) -> str:
    words = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{words} {unit}".rstrip()


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        first, *others = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *others]).rstrip()
        if number == 0:
            yield "-" * (sum(widths) + 2 * (len(widths) - 1))


def write(report: Report, *, is_quick: bool) -> Path:
    """Keep the report as ``<name>.json``: what a later run is compared with."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    place = RESULTS / f"{report.name}.json"
    told = {
        "bench": report.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "is_quick": is_quick,
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "is_met": report.is_met,
        "figures": [
            {
                "what": figure.what,
                "value": round(figure.value, 4),
                "unit": figure.unit,
                "at_least": figure.at_least,
                "at_most": figure.at_most,
                "verdict": figure.verdict,
            }
            for figure in report.figures
        ],
        "notes": report.notes,
    }
    place.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return place
