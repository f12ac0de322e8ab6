"""进程看护: what dies comes back, quickly after a long life, ever later when it dies at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hotline.cli.supervisor import STEADY, Child, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def watch() -> Iterator[Supervisor]:
    watching = Supervisor()
    yield watching
    for child in watching.children:
        if child.process is not None:
            child.process.kill()
            child.process.wait()


def kill(child: Child) -> None:
    assert child.process is not None
    child.process.kill()
    child.process.wait()


def pause_after_death(watch: Supervisor, child: Child, *, lived: float) -> float:
    child.started_at = time.monotonic() - lived
    kill(child)
    watch.look_after_all()
    assert child.process is None
    pause = child.again_at - time.monotonic()
    child.again_at = 0
    watch.look_after_all()
    assert child.process is not None
    assert child.process.poll() is None
    return round(pause, 1)


def test_the_pause_grows_only_for_those_that_die_at_once(watch: Supervisor) -> None:
    child = Child("sleeper", ["sleep", "60"])
    watch.start(child)
    young = [pause_after_death(watch, child, lived=1) for _ in range(8)]
    assert young == [0.5, 1, 2, 4, 8, 16, 30, 30]
    old = [pause_after_death(watch, child, lived=STEADY + 1) for _ in range(3)]
    assert old == [0.5, 0.5, 0.5]
