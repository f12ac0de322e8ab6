"""Keeps child processes alive and leaves none behind (进程看护)."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotline.cli.telling import note

if TYPE_CHECKING:
    from types import FrameType

PATIENCE = 10.0
LONGEST_PAUSE = 30.0
STEADY = 10.0
"""Whoever lived that long did not fail at its start: it comes back without a growing pause."""
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


@dataclass(slots=True)
class Child:
    """One process to keep: its name, its command, how often in a row it died at its start."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    again_at: float = 0.0
    started_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts children, starts the dead again with growing pauses, stops all on a signal."""

    children: list[Child] = field(default_factory=list)
    is_stopping: bool = False

    def stop_on_signals(self) -> None:
        """Ctrl-C and SIGTERM begin an orderly stop; a second one changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def start(self, child: Child) -> None:
        """Start a child in a session of its own, so that Ctrl-C reaches us alone."""
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            child.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one prctl call, no Python locks
        )
        child.started_at = time.monotonic()
        if child not in self.children:
            self.children.append(child)

    def is_alive(self, name: str) -> bool:
        """Whether the named child runs."""
        return any(
            c.name == name and c.process is not None and c.process.poll() is None
            for c in self.children
        )

    def run_until_stopped(self) -> None:
        """Watch the children until somebody wants us to stop."""
        while not self.is_stopping:
            self.look_after_all()
            time.sleep(0.5)

    def look_after_all(self) -> None:
        """Look at every child once: start what died again, after its pause."""
        for child in self.children:
            self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.process is not None and child.process.poll() is not None:
            code, now = child.process.returncode, time.monotonic()
            if now - child.started_at > STEADY:
                child.deaths = 0
            pause = min(LONGEST_PAUSE, 0.5 * 2**child.deaths)
            note(f"进程 {child.name} 退出（{code}），{pause:.1f} 秒后重新启动")
            child.process, child.deaths = None, child.deaths + 1
            child.again_at = now + pause
        if child.process is None and time.monotonic() >= child.again_at:
            self.start(child)

    def stop_all(self) -> None:
        """Stop in reverse order, politely first; what does not go within ten seconds is killed."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        alive = [c for c in reversed(self.children) if c.process and c.process.poll() is None]
        others = [c for c in alive if c.name != "redis"]
        for group in (others, [c for c in alive if c.name == "redis"]):
            for child in group:  # Redis goes last: the others may still speak to it
                _tell(child, signal.SIGTERM)
            _wait(group)


def _tell(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.poll() is None:
        child.process.send_signal(number)


def _wait(children: list[Child]) -> None:
    until = time.monotonic() + PATIENCE
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _die_with_parent() -> None:
    """On Linux a child dies with a killed supervisor; elsewhere it is left to the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
