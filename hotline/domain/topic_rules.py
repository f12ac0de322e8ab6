"""The rules of hot topics as data (热点规则): windows, heat, warnings, from one file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from hotline.domain.heat import HeatPart, HeatRules
from hotline.domain.surge import SurgeBound, SurgeLevel, SurgeRules

PATH = Path(__file__).parents[1] / "demo_city" / "topics.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicRules:
    """Days of the lists, of the memory and of the heat; from when on a topic is listed."""

    window_days: int
    memory_days: int
    heat_days: int
    listed_contacts: int
    listed_callers: int
    heat: HeatRules
    surge: SurgeRules

    @property
    def window(self) -> timedelta:
        """How far back lists and charts look."""
        return timedelta(days=self.window_days)

    @property
    def memory(self) -> timedelta:
        """So long without a ticket, and a topic takes no more in."""
        return timedelta(days=self.memory_days)


@cache
def topic_rules() -> TopicRules:
    """The rules of the file."""
    said = tomllib.loads(PATH.read_text("utf-8"))
    heat, surge = said.pop("heat"), said.pop("surge")
    weights = {HeatPart(part): float(weight) for part, weight in heat.pop("weights").items()}
    bounds = tuple(
        SurgeBound(**{**row, "level": SurgeLevel(row["level"])}) for row in surge.pop("bounds")
    )
    return TopicRules(
        **said, heat=HeatRules(weights=weights, **heat), surge=SurgeRules(bounds=bounds, **surge)
    )
