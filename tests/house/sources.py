"""What the house looks at when it looks at itself: its files, parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hotline", "routing", "classifier", "sla", "integrations")
SKIPPED = {"__pycache__", "node_modules", "vendor", "_migrations"}


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """All files below some folders of the repository, sorted."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and path.is_file() and not _is_hidden(path)
    )


def _is_hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part.startswith(".") or part in SKIPPED for part in parts)


def name(path: Path) -> str:
    """A path as people say it: hotline/services/intake.py."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every Python file below some folders."""
    for path in files(*folders):
        for node in ast.walk(tree(path)):
            yield path, node


def place(path: Path, node: ast.AST) -> str:
    """Where to look: file and line."""
    return f"{name(path)}:{getattr(node, 'lineno', 1)}"


def listed(found: list[str]) -> str:
    """One finding a line."""
    return "\n  " + "\n  ".join(found)
