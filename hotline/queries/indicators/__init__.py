"""Indicators (考核指标): saved definitions, what they count, and the tickets behind each figure."""

from hotline.queries.indicators.counting import Figure, UnitFigure, by_unit, figure, figures
from hotline.queries.indicators.definitions import (
    Definition,
    Exclusion,
    Kept,
    Worth,
    definition,
    definitions,
    kept,
)
from hotline.queries.indicators.drilling import DrillLine, DrillPage, Part, tickets
from hotline.queries.indicators.period import LONGEST, Period, last_month, this_month

__all__ = [
    "LONGEST",
    "Definition",
    "DrillLine",
    "DrillPage",
    "Exclusion",
    "Figure",
    "Kept",
    "Part",
    "Period",
    "UnitFigure",
    "Worth",
    "by_unit",
    "definition",
    "definitions",
    "figure",
    "figures",
    "kept",
    "last_month",
    "this_month",
    "tickets",
]
