"""One running house for the process tests of a run (they share it, each with its own tickets)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.processes.house import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.processes.house import RunningHouse


@pytest.fixture(scope="session")
def house(starter_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("house"), starter_folder) as started:
        yield started
