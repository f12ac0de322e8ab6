"""The category tree (问题分类): codes, names and paths, and what a label means in it."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_LEVEL_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the tree; `level` is 1, 2 or 3 and `parent` is empty on the first level."""

    code: str
    parent: str
    level: int
    name: str


class CategoryTree:
    """The three levels of categories, looked up by code, by name or by path."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_code = {category.code: category for category in categories}
        self._children: dict[str, list[Category]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for category in self._by_code.values():
            self._children[category.parent].append(category)
            self._by_name[category.name].append(category.code)
        self._by_path = {self.path(code): code for code in self._by_code}

    def __len__(self) -> int:
        return len(self._by_code)

    def codes(self, level: int) -> tuple[str, ...]:
        """Codes of one level (1, 2 or 3), in the order of the catalogue."""
        return tuple(c.code for c in self._by_code.values() if c.level == level)

    def get(self, code: str) -> Category | None:
        """Find the category with this code, or None."""
        return self._by_code.get(code)

    def children(self, code: str) -> tuple[Category, ...]:
        """Direct children of a code, in order; the empty code gives the first level."""
        return tuple(self._children.get(code, ()))

    def path(self, code: str) -> str:
        """Names from the first level down, joined by a slash; KeyError for an unknown code."""
        category = self._by_code[code]
        if not category.parent:
            return category.name
        return f"{self.path(category.parent)}/{category.name}"

    def resolve(self, label: str) -> str | None:
        """Code meant by a label: a code, a path, a first-level name or a name that is unique.

        A name on several levels means the highest one (first-level names always win); a name
        that stands twice on its level, such as 其他, means nothing and gives None.
        """
        wanted = "/".join(part.strip() for part in label.strip().split("/"))
        if wanted in self._by_code:
            return wanted
        if wanted in self._by_path:
            return self._by_path[wanted]
        codes = self._by_name.get(wanted, ())
        if not codes:
            return None
        top = min(self._by_code[code].level for code in codes)
        highest = [code for code in codes if self._by_code[code].level == top]
        return highest[0] if len(highest) == 1 else None

    def first_level(self, label: str) -> str | None:
        """First-level NAME above (or at) a label, None when the label means nothing."""
        code = self.resolve(label)
        return None if code is None else self._by_code[code[:FIRST_LEVEL_DIGITS]].name


@cache
def load_tree() -> CategoryTree:
    """Tree shipped with the package (15 first-level, 118 second-level, 517 third-level)."""
    source = files("classifier").joinpath("data", "categories.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return CategoryTree(
        Category(row["code"], row["parent"], int(row["level"]), row["name"]) for row in rows
    )
