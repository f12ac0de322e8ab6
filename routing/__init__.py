"""Dispatch by catalogue (按目录派单): facts in, unit and reason out; knows no database."""

from __future__ import annotations

from routing.areas import LEVEL_LABELS, Level
from routing.catalogue import Catalogue
from routing.checking import check
from routing.directory import Directory, Unit
from routing.engine import Candidate, Decision, route
from routing.finding import KIND_LABELS, SEVERITY_LABELS, Finding
from routing.rules import Facts, Rule
from routing.standing import Standing, Weigh
from routing.targets import parse_duty
from routing.times import DAY_KINDS, Times, read_times

__all__ = [
    "DAY_KINDS",
    "KIND_LABELS",
    "LEVEL_LABELS",
    "SEVERITY_LABELS",
    "Candidate",
    "Catalogue",
    "Decision",
    "Directory",
    "Facts",
    "Finding",
    "Level",
    "Rule",
    "Standing",
    "Times",
    "Unit",
    "Weigh",
    "check",
    "parse_duty",
    "read_times",
    "route",
]
