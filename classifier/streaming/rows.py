"""Rows of features at hand (特征行): in memory, or spilled into a file and read back in parts."""

from __future__ import annotations

import os
import tempfile
from array import array
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMN, _VALUE = np.dtype(np.int32), np.dtype(np.float16)
_CELL = _COLUMN.itemsize + _VALUE.itemsize


class FeatureRows(Protocol):
    """Sparse rows that can be asked for by number."""

    def matrix(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """These rows, in this order, float32."""

    def cells(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many features each of these rows has."""


class MemoryRows:
    """Rows that all lie in one matrix."""

    def __init__(self, held: sparse.csr_matrix) -> None:
        self._held = held

    def matrix(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """These rows, in this order."""
        return self._held[rows]

    def cells(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many features each of these rows has."""
        counts: NDArray[np.int64] = np.diff(self._held.indptr)[rows].astype(np.int64)
        return counts


class PickedRows:
    """Some rows of others, numbered anew."""

    def __init__(self, rows: FeatureRows, picked: NDArray[np.int64]) -> None:
        self._rows, self._picked = rows, picked

    def matrix(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """These rows, in this order."""
        return self._rows.matrix(self._picked[rows])

    def cells(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many features each of these rows has."""
        return self._rows.cells(self._picked[rows])


class SpilledRows:
    """Rows written one after the other into a nameless file; memory holds where each begins.

    Values are kept in 16 bits: three digits are more than a weight of a word can tell.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._file = tempfile.TemporaryFile(prefix="hotline-train-")  # noqa: SIM115 - closed by __exit__
        self._ends = array("q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, matrix: sparse.csr_matrix) -> None:
        """Write further rows behind those that are there."""
        columns = matrix.indices.astype(_COLUMN)
        values = matrix.data.astype(_VALUE)
        for begin, end in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True):
            self._file.write(columns[begin:end].tobytes())
            self._file.write(values[begin:end].tobytes())
            self._ends.append(self._ends[-1] + end - begin)

    def cells(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many features each of these rows has."""
        ends = np.frombuffer(self._ends, dtype=np.int64)
        return ends[rows + 1] - ends[rows]

    def matrix(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        """These rows, in this order, read back from the file."""
        self._file.flush()
        counts = self.cells(rows)
        ends = np.concatenate(([0], np.cumsum(counts)))
        columns = np.empty(int(ends[-1]), dtype=_COLUMN)
        values = np.empty(int(ends[-1]), dtype=np.float32)
        begins = np.frombuffer(self._ends, dtype=np.int64)[rows] * _CELL
        handle = self._file.fileno()
        parts = zip(begins.tolist(), counts.tolist(), ends[:-1].tolist(), strict=True)
        for begin, count, at in parts:
            held = os.pread(handle, count * _CELL, begin)
            columns[at : at + count] = np.frombuffer(held, _COLUMN, count)
            values[at : at + count] = np.frombuffer(held, _VALUE, count, count * _COLUMN.itemsize)
        shape = (len(rows), self.width)
        return sparse.csr_matrix((values, columns, ends), shape=shape, dtype=np.float32)
