"""Broad families parted into groups of like members (相近标签分组), as a label tree needs them."""

from __future__ import annotations

import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.streaming.rows import FeatureRows

# Each member is told from all its siblings: beyond so many, groups come first.
MOST_SIBLINGS = 64
ROWS_OF_LABEL = 40
DIMENSIONS = 64
GROUP = "~"

Route = tuple[str, ...]


def label_means(
    rows: FeatureRows, taught: NDArray[np.int64], targets: NDArray[np.int64], labels: int
) -> NDArray[np.float32]:
    """Mean of some rows of each label, in a few random dimensions that keep likeness."""
    means = np.zeros((labels, DIMENSIONS), dtype=np.float32)
    signs: NDArray[np.float32] | None = None
    order = np.argsort(targets, kind="stable")
    bounds = np.searchsorted(targets[order], np.arange(labels + 1))
    for label in range(labels):
        picked = order[bounds[label] : bounds[label + 1]][:ROWS_OF_LABEL]
        if len(picked):
            matrix = rows.matrix(taught[picked])
            if signs is None:
                random = np.random.default_rng(0)
                signs = random.choice((-1.0, 1.0), (matrix.shape[1], DIMENSIONS)).astype(np.float32)
            mean = np.asarray(sparse.csr_matrix(matrix.mean(axis=0)) @ signs).ravel()
            means[label] = mean / (np.linalg.norm(mean) or 1.0)
    return means


def part_broad_families(routes: Sequence[Route], means: NDArray[np.float32]) -> list[Route]:
    """Routes with a step more wherever a family would have more than `MOST_SIBLINGS` members.

    The step leads to a nameless group of like members; groups too broad are parted again.
    """
    routes = list(routes)
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        above = waiting.pop()
        families: dict[Route, list[int]] = defaultdict(list)
        for label, route in enumerate(routes):
            if len(route) > len(above) and route[: len(above)] == above:
                families[route[: len(above) + 1]].append(label)
        if len(families) > MOST_SIBLINGS:
            centres = np.stack([means[labels].mean(axis=0) for labels in families.values()])
            for labels, group in zip(families.values(), _groups(centres), strict=True):
                for label in labels:
                    here = len(above)
                    step = f"{GROUP}{group:03d}"
                    routes[label] = (*routes[label][:here], step, *routes[label][here:])
            waiting.append(above)
        else:
            waiting += [step for step, labels in families.items() if len(labels) > 1]
    return routes


def _groups(centres: NDArray[np.float32]) -> list[int]:
    """Group of each member: as many groups as a group has members, at most `MOST_SIBLINGS`."""
    from sklearn.cluster import KMeans  # noqa: PLC0415  # training only
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    count = min(MOST_SIBLINGS, max(2, round(len(centres) ** 0.5)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer groups will do as well
        found = KMeans(count, n_init=1, random_state=0).fit_predict(centres).tolist()
    if len(set(found)) > 1:
        return [int(group) for group in found]
    return [place % count for place in range(len(centres))]
