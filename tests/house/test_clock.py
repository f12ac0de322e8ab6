"""Time is aware, and below the doors it is a parameter."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.house.sources import PACKAGES, listed, name, nodes, place

if TYPE_CHECKING:
    from pathlib import Path

DOORS = ("hotline/web/access.py", "hotline/jobs/calling.py", "hotline/cli/clock.py")
"""Each door has one clock: in a time lapse it tells another time (hotline/domain/pace.py)."""
CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}


def clock_call(node: ast.AST) -> str | None:
    """The name of a call that reads or builds a clock: datetime.now(), date.today() …"""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    of = node.func.value
    owner = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
    is_clock = owner in {"datetime", "date"} and node.func.attr in CLOCKS
    return node.func.attr if is_clock else None


def has_zone(node: ast.Call, call: str) -> bool:
    if call == "now":
        return bool(node.args or node.keywords)
    return call == "fromtimestamp" and len(node.args) + len(node.keywords) > 1


def calls() -> list[tuple[Path, ast.Call, str]]:
    return [
        (path, node, call)  # type: ignore[misc]
        for path, node in nodes(*PACKAGES, "tests", "bench")
        if (call := clock_call(node))
    ]


def test_no_time_is_naive() -> None:
    found = [place(path, node) for path, node, call in calls() if not has_zone(node, call)]
    assert not found, f"Say datetime.now(UTC); a naive time means another moment:{listed(found)}"


def test_only_the_doors_ask_the_clock() -> None:
    found = [
        place(path, node)
        for path, node, call in calls()
        if call == "now" and name(path).startswith(PACKAGES) and not name(path).startswith(DOORS)
    ]
    assert not found, f"Take `at: datetime`, at a door call its now():{listed(found)}"
