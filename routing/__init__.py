"""Dispatch by catalogue (按目录派单): facts in, unit and reason out; knows no database."""

from __future__ import annotations

from routing.areas import LEVEL_LABELS, Level
from routing.catalogue import Catalogue
from routing.checking import Finding, check
from routing.directory import Directory, Unit
from routing.engine import Candidate, Decision, route
from routing.rules import Facts, Rule

__all__ = [
    "LEVEL_LABELS",
    "Candidate",
    "Catalogue",
    "Decision",
    "Directory",
    "Facts",
    "Finding",
    "Level",
    "Rule",
    "Unit",
    "check",
    "route",
]
