"""One family of a label tree after the other (逐级训练): each learns to tell its members apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from classifier.learning.fitting import fit_weights
from classifier.levels.weights import LeveledWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from classifier.levels.label_tree import LabelTree
    from classifier.streaming.rows import FeatureRows

# So many features are held at once: 4 million take about 180 MB with the machine's own copies.
SHARD_CELLS = 4_000_000
# A member with few rows has all of them in each shard, so that no shard forgets it.
FEW_IN_SHARD = 100
# One machine does: a second one doubled the time and brought nothing on the starter corpus.
MACHINES = ((1.0, 0.05),)
# On 50,000 rows no figure changed with this, and a quarter of the time is saved.
TOLERANCE = 0.1
# Weights kept in a model: 8 bytes each in memory.
MOST_WEIGHTS = 4_000_000


def learn_families(
    rows: FeatureRows,
    tree: LabelTree,
    taught: NDArray[np.int64],
    targets: NDArray[np.int64],
    tell: Callable[[float], None],
    *,
    most: int | None = None,
) -> LeveledWeights:
    """Weights of each edge against its siblings, from rows number `taught` with their labels.

    Memory is bounded: a family with more rows than `SHARD_CELLS` features learns from parts of
    them, all of which count, and takes the mean (parameter mixing, McDonald et al. 2009).
    `most` weights are kept, `MOST_WEIGHTS` where nothing is said.
    """
    order = np.argsort(targets, kind="stable")
    taught, targets = taught[order], targets[order]
    columns: list[sparse.csc_matrix] = []
    bias = np.zeros(len(tree), dtype=np.float32)
    done, total = 0, _work(tree, targets)
    for start, end, level in zip(
        tree.starts.tolist(), tree.ends.tolist(), tree.levels[tree.starts].tolist(), strict=True
    ):
        edges = tree.paths[:, level]
        labels = np.flatnonzero((edges >= start) & (edges < end))
        picked = _rows_of(targets, labels)
        members = edges[targets[picked]] - start
        part, bias[start:end] = _learn_family(rows, taught[picked], members, end - start)
        columns.append(part)
        done += len(picked) * (end - start)
        tell(done / max(total, 1))
    return LeveledWeights.of(_pruned(columns, most or MOST_WEIGHTS), bias, tree)


def _work(tree: LabelTree, targets: NDArray[np.int64]) -> int:
    sizes = np.repeat(tree.ends - tree.starts, tree.ends - tree.starts)
    paths = tree.paths[targets]
    return int(sizes[paths[paths >= 0]].sum())


def _rows_of(targets: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the rows with these labels, where the rows are sorted by label."""
    begins = np.searchsorted(targets, labels, "left")
    ends = np.searchsorted(targets, labels, "right")
    parts = [np.arange(b, e) for b, e in zip(begins.tolist(), ends.tolist(), strict=True)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _learn_family(
    rows: FeatureRows, picked: NDArray[np.int64], members: NDArray[np.int64], count: int
) -> tuple[sparse.csc_matrix, NDArray[np.float32]]:
    width = rows.matrix(picked[:1]).shape[1] if len(picked) else 0
    weights: sparse.csc_matrix | None = None
    bias = np.zeros(count, dtype=np.float32)
    if count == 1 or not len(picked):
        return sparse.csc_matrix((width, count), dtype=np.float32), bias
    shards = list(deal_shards(members, rows.cells(picked)))
    for shard in shards:
        matrix = rows.matrix(picked[shard])
        present, place = np.unique(matrix.indices, return_inverse=True)
        narrow = sparse.csr_matrix(
            (matrix.data, place.astype(np.int32), matrix.indptr),
            shape=(matrix.shape[0], len(present)),
        )
        found = fit_weights(narrow, members[shard], count, MACHINES, TOLERANCE)
        wide = _spread(found.weights, present, width) / len(shards)
        weights = wide if weights is None else weights + wide
        bias += found.bias / len(shards)
    assert weights is not None  # noqa: S101 - there is at least one shard
    return weights.tocsc(), bias


def _spread(
    weights: NDArray[np.float32], present: NDArray[np.int32], width: int
) -> sparse.csc_matrix:
    """The weights of the features that occurred, among all features."""
    held = sparse.csc_matrix(weights)
    shape = (width, weights.shape[1])
    return sparse.csc_matrix((held.data, present[held.indices], held.indptr), shape=shape)


def deal_shards(
    members: NDArray[np.int64], cells: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Parts of the rows that hold about `SHARD_CELLS` features; rare members are in each part."""
    count = max(1, -(-int(cells.sum()) // SHARD_CELLS))
    if count == 1:
        yield np.arange(len(members))
        return
    order = np.argsort(members, kind="stable")
    sizes = np.bincount(members)
    rank = np.empty(len(members), dtype=np.int64)
    rank[order] = np.arange(len(members)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_rare = sizes[members] < FEW_IN_SHARD * count
    # A member between rare and common gives each part FEW_IN_SHARD of its rows, in turn.
    turns = np.maximum(1, np.minimum(count, sizes // FEW_IN_SHARD))[members]
    for shard in range(count):
        is_here = np.where(is_rare, rank % turns == shard % turns, rank % count == shard)
        yield np.flatnonzero(is_here)


def _pruned(columns: list[sparse.csc_matrix], weights: int) -> sparse.csr_matrix:
    """All columns side by side, the weakest weights of the longest columns left out.

    Values are rounded to 16 bits, as they are stored.
    """
    most = _longest(np.concatenate([np.diff(part.indptr) for part in columns]), weights)
    for part in columns:
        for column in range(part.shape[1]):
            held = slice(part.indptr[column], part.indptr[column + 1])
            values = part.data[held]
            if len(values) > most:
                weakest = np.argpartition(np.abs(values), len(values) - most)
                values[weakest[: len(values) - most]] = 0.0
        part.eliminate_zeros()
    table = sparse.hstack(columns, format="csr", dtype=np.float32)
    table.data = table.data.astype(np.float16).astype(np.float32)
    return table


def _longest(lengths: NDArray[np.int64], weights: int) -> int:
    """How long columns may be so that all together hold at most so many `weights`."""
    ordered = np.sort(lengths)
    left = weights
    for place, length in enumerate(ordered.tolist()):
        share = left // (len(ordered) - place)
        if length > share:
            return max(share, 1)
        left -= length
    return int(ordered[-1]) if len(ordered) else 0
