"""The labels of one model as a tree of edges (标签树): each edge leads to a category or group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from classifier.levels.lineage import lineage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SELF = "="
"""Last step to a label that has labels below it: the matter that fits none of them."""


def routes_of(labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Steps from the top to each label; a label above others is a leaf beside its children."""
    lines = [lineage(label) for label in labels]
    inner = {key for line in lines for key in line[:-1]}
    seen: dict[tuple[str, ...], int] = {}
    routes = []
    for label, line in zip(labels, lines, strict=True):
        route = (*line, SELF) if line[-1] in inner else line
        if route in seen:  # two labels that mean one category of the tree: told apart by words
            route = (*line[:-1], f"{line[-1]}{SELF}{label}")
        seen[route] = 1
        routes.append(route)
    return routes


@dataclass(frozen=True, slots=False)
class LabelTree:
    """Edges from the top down; edges with one parent stand side by side.

    `parents[e]` is the edge above edge e, -1 at the top; label number n ends at `leaves[n]`.
    """

    parents: NDArray[np.int32]
    leaves: NDArray[np.int32]

    @classmethod
    def of(cls, routes: Sequence[tuple[str, ...]]) -> LabelTree:
        """Number the edges of all routes, level by level."""
        number: dict[tuple[str, ...], int] = {}
        parents: list[int] = []
        for level in range(1, max(map(len, routes)) + 1):
            steps = {route[:level] for route in routes if len(route) >= level}
            for step in sorted(steps, key=lambda step: (number.get(step[:-1], -1), step)):
                number[step] = len(parents)
                parents.append(number.get(step[:-1], -1))
        leaves = [number[route] for route in routes]
        return cls(np.array(parents, dtype=np.int32), np.array(leaves, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.parents)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """First edge of each family (edges with one parent)."""
        return np.flatnonzero(np.diff(self.parents, prepend=-2)).astype(np.int64)

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """One beyond the last edge of each family."""
        return np.append(self.starts[1:], len(self.parents)).astype(np.int64)

    @cached_property
    def levels(self) -> NDArray[np.int64]:
        """Level of each edge, counted from 0 at the top."""
        levels = np.zeros(len(self.parents), dtype=np.int64)
        for edge, parent in enumerate(self.parents.tolist()):
            levels[edge] = levels[parent] + 1 if parent >= 0 else 0
        return levels

    @cached_property
    def paths(self) -> NDArray[np.int64]:
        """Edges on the way to each label, one column per level; -1 beyond its leaf."""
        paths = np.full((len(self.leaves), int(self.levels.max()) + 1), -1, dtype=np.int64)
        for label, leaf in enumerate(self.leaves.tolist()):
            edge = leaf
            while edge >= 0:
                paths[label, self.levels[edge]] = edge
                edge = int(self.parents[edge])
        return paths

    def is_whole(self) -> bool:
        """Whether arrays read from a file can be such a tree."""
        edges = len(self.parents)
        above = np.arange(edges) > self.parents
        ordered = np.all(np.diff(self.parents) >= 0) if edges else False
        inside = (self.leaves >= 0) & (self.leaves < edges)
        return bool(edges and ordered and above.all() and inside.all())
